//! Writes commits, runs and parts, one writer at a time, and never again after an error.
//!
//! # Lost commits
//!
//! A database that finds the end of its log damaged takes it for a write that a crash has cut off,
//! and goes on without it. That is right after a crash and a silent loss otherwise. So every commit
//! counts up `n`, and what the count was after the last flush is kept outside of the database
//! ([`KeyValue::flush`]): it must never be ahead of `n`.

use std::collections::{BTreeMap, BTreeSet};
use std::io::ErrorKind;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use super::changes::{self, After, Before};
use super::error::{Damage, IoCause, StoreError};
use super::mapped::{Batch, Entries, KeyValue};
use super::record::{self, Kind, Opened, Record};
use super::{Commit, journal, keys, pieces, queries};
use crate::error::Action;
use crate::model::{
    Digest, DocumentId, DocumentSummary, Finding, History, PluginName, Run, RunId, SourceName,
    StoredDocument,
};

/// No commit is added to a batch that has this many bytes of records.
const LARGEST_BATCH: usize = 1 << 20;

/// Keeps writers apart, and everybody from writing after an error.
///
/// After a failed write or flush nobody knows what is on the disk: a later flush that succeeds may
/// not have written what the earlier one could not. So the first error is the last word until the
/// store is opened again.
#[derive(Debug, Default)]
pub(super) struct Turns {
    turn: Mutex<Turn>,
    failed: OnceLock<(Option<ErrorKind>, String)>,
}

/// What whoever writes knows: the number of commits that were applied, once it is known.
#[derive(Debug, Default)]
pub(super) struct Turn(Option<u64>);

impl Turn {
    /// Counts from here.
    pub(super) fn continue_from(&mut self, number: u64) {
        self.0 = Some(number);
    }
}

impl Turns {
    /// Waits until nobody writes, and keeps it so.
    pub(super) fn wait(&self) -> MutexGuard<'_, Turn> {
        // What a panicking thread leaves behind is not worse than what a crash does.
        self.turn.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for the turn to write.
    pub(super) fn begin(&self) -> Result<MutexGuard<'_, Turn>, StoreError> {
        let turn = self.wait();
        self.check()?;
        Ok(turn)
    }

    fn check(&self) -> Result<(), StoreError> {
        match self.failed.get() {
            None => Ok(()),
            Some((kind, words)) => {
                let cause = IoCause::AfterFailure { kind: *kind, words: words.clone() };
                Err(StoreError::Io { action: Action::Written, cause })
            }
        }
    }

    /// Remembers the first error.
    pub(super) fn watch<T>(&self, result: Result<T, StoreError>) -> Result<T, StoreError> {
        if let Err(error) = &result {
            // Only the first one counts.
            let _ = self.failed.set(match error {
                StoreError::Io { cause, .. } => (cause.kind(), cause.to_string()),
                error => (None, error.to_string()),
            });
        }
        result
    }
}

/// Gives a run the next number and writes its record.
pub(super) fn begin_run(map: &impl KeyValue, run: &Run) -> Result<RunId, StoreError> {
    let id = {
        let _turn = map.turns().begin()?;
        let last = match map.last(keys::beginning_with(keys::of_kind(Kind::Run)))? {
            None => 0,
            Some((key, bytes)) => queries::decode::<Run>(map, &key, bytes)?.id.0,
        };
        let id = RunId(last.saturating_add(1));
        let record = Run { id, ..run.clone() }.encode();
        let batch = Batch::from([(keys::run(id), Some(record))]);
        map.turns().watch(map.apply(batch))?;
        id
    };
    map.turns().watch(map.flush(0))?;
    Ok(id)
}

/// Writes the record of a run anew.
pub(super) fn finish_run(map: &impl KeyValue, run: &Run) -> Result<(), StoreError> {
    apply(map, Batch::from([(keys::run(run.id), Some(run.encode()))]))?;
    map.turns().watch(map.flush(0))
}

/// Keeps parts that are not there yet.
pub(super) fn keep(map: &impl KeyValue, parts: &[&[u8]]) -> Result<(), StoreError> {
    let mut news = false;
    for part in parts {
        let key = keys::part(&Digest::of(part));
        if map.get(&key)?.is_some() {
            continue;
        }
        let packed = record::pack(Kind::Part, part);
        let _turn = map.turns().begin()?;
        let mut batch = Batch::new();
        map.turns().watch(pieces::put_large(map, &mut batch, Kind::Part, key, packed))?;
        map.turns().watch(map.apply(batch))?;
        news = true;
    }
    if news { map.turns().watch(map.flush(0)) } else { Ok(()) }
}

/// Applies changes that come from elsewhere.
pub(super) fn apply(map: &impl KeyValue, batch: Batch) -> Result<(), StoreError> {
    let _turn = map.turns().begin()?;
    map.turns().watch(map.apply(batch))
}

/// Writes commits and makes them durable: see [`super::Store::commit`].
pub(super) fn commit(map: &impl KeyValue, commits: &[Commit]) -> Result<(), StoreError> {
    map.turns().check()?;
    // Compressing and encoding need no turn, so several threads can do it at once.
    let prepared = commits.iter().map(|commit| prepare(map, commit));
    let prepared = prepared.collect::<Result<Vec<_>, _>>()?;
    let number = {
        let mut turn = map.turns().begin()?;
        let mut number = turn.0.map_or_else(|| count(map), Ok)?;
        map.turns().watch(write_all(map, prepared, &mut number))?;
        turn.continue_from(number);
        number
    };
    // Outside of the turn: while one thread waits for the disk the next one can write, and be
    // covered by the next flush.
    map.turns().watch(map.flush(number))
}

/// How many commits the map has seen.
pub(super) fn count(map: &impl Entries) -> Result<u64, StoreError> {
    let key = keys::count();
    let Some(bytes) = map.get(&key)? else { return Ok(0) };
    match record::open(Kind::Count, &bytes) {
        Ok(Opened::Whole(payload)) => match payload.as_ref().try_into() {
            Ok(count) => Ok(u64::from_le_bytes(count)),
            Err(_) => Err(keys::damaged(&key, Damage::NoNumber)),
        },
        Ok(Opened::Pieces(_)) => Err(keys::damaged(&key, Damage::InPieces)),
        Err(error) => Err(keys::refused(&key, error)),
    }
}

/// A commit whose records are encoded: everything that needs no look at what is stored.
struct Prepared<'a> {
    commit: &'a Commit,
    original: Option<Vec<u8>>,
    records: Vec<(Kind, Vec<u8>, Vec<u8>)>,
}

fn prepare<'a>(map: &impl KeyValue, commit: &'a Commit) -> Result<Prepared<'a>, StoreError> {
    let Commit { source, original, documents, findings, retired: _, failures, walked: _ } = commit;
    let original = match original {
        Some(bytes) if map.get(&keys::original(&source.info.digest))?.is_none() => {
            // A file can change between the moment its digest is computed and the moment it is read
            // for keeping.
            if Digest::of(bytes) != source.info.digest {
                return Err(StoreError::Mismatch { source_name: source.info.name.clone() });
            }
            Some(record::pack(Kind::Original, bytes))
        }
        _ => None,
    };
    let mut records = vec![(Kind::Source, keys::source(&source.info.name), source.encode())];
    for document in documents {
        let key = keys::document(document.id, document.version);
        records.push((Kind::Document, key, document.encode()));
    }
    for (id, version, finding) in findings {
        let key = keys::finding(*id, *version, &finding.step);
        records.push((Kind::Finding, key, finding.encode()));
    }
    for failure in failures {
        records.push((Kind::Failure, keys::failure(failure), failure.encode()));
    }
    Ok(Prepared { commit, original, records })
}

/// Writes commits, each of them whole or not at all. The caller holds the turn; `count` is that of
/// all commits, before and after.
fn write_all(
    map: &impl KeyValue,
    commits: Vec<Prepared<'_>>,
    count: &mut u64,
) -> Result<(), StoreError> {
    let mut commits = commits.into_iter().peekable();
    while commits.peek().is_some() {
        let (mut batch, mut size, mut names) = (Batch::new(), 0, BTreeSet::new());
        // What a batch holds does not show before it is applied, and a commit looks at what is
        // stored of its source.
        while let Some(prepared) = commits.next_if(|prepared| {
            size < LARGEST_BATCH && names.insert(&prepared.commit.source.info.name)
        }) {
            size += prepared.records.iter().map(|(_, _, bytes)| bytes.len()).sum::<usize>();
            *count += 1;
            if let Some((_, _, record)) = prepared.records.first() {
                journal::note(&mut batch, *count, &prepared.commit.source.info.name, record);
            }
            write(map, &mut batch, prepared)?;
        }
        batch.insert(keys::count(), Some(record::pack(Kind::Count, &count.to_le_bytes())));
        map.apply(batch)?;
    }
    Ok(())
}

/// Adds one commit to a batch in which there is nothing of its source.
fn write(map: &impl KeyValue, batch: &mut Batch, prepared: Prepared<'_>) -> Result<(), StoreError> {
    let Prepared { commit, original, records } = prepared;
    let digest = keys::original(&commit.source.info.digest);
    // An earlier commit of the same group may have brought the same original.
    if let Some(original) = original
        && map.get(&digest)?.is_none()
    {
        pieces::put_large(map, batch, Kind::Original, digest, original)?;
    }
    changes::follow(commit, &Applied { map }, &mut Drafted { map, batch })?;
    for (kind, key, bytes) in records {
        pieces::put(map, batch, kind, key, bytes)?;
    }
    Ok(())
}

/// What the map holds. Whoever asks has the turn, so nothing is replaced meanwhile.
struct Applied<'a, M> {
    map: &'a M,
}

impl<M: KeyValue> Before for Applied<'_, M> {
    fn document(
        &self,
        id: DocumentId,
        version: u32,
    ) -> Result<Option<Option<StoredDocument>>, StoreError> {
        let key = keys::document(id, version);
        let bytes = self.map.get(&key)?;
        Ok(bytes.map(|bytes| queries::decode(self.map, &key, bytes).ok()))
    }

    fn latest(&self, id: DocumentId) -> Result<Option<u32>, StoreError> {
        let last = self.map.last(keys::beginning_with(keys::documents(id)))?;
        Ok(last.and_then(|(key, _)| keys::version_in(&key)))
    }

    fn summaries(&self, source: &SourceName) -> Result<Vec<DocumentSummary>, StoreError> {
        let mut summaries = Vec::new();
        for entry in self.map.scan(keys::beginning_with(keys::summaries(source))) {
            let (key, bytes) = entry?;
            summaries.extend(queries::decode::<DocumentSummary>(self.map, &key, bytes));
        }
        Ok(summaries)
    }

    fn findings(&self, id: DocumentId, version: u32) -> Result<Vec<Finding>, StoreError> {
        let mut findings = Vec::new();
        for entry in self.map.scan(keys::beginning_with(keys::findings(id, version))) {
            let (key, bytes) = entry?;
            findings.extend(queries::decode::<Finding>(self.map, &key, bytes));
        }
        Ok(findings)
    }

    fn finding(
        &self,
        id: DocumentId,
        version: u32,
        step: &PluginName,
    ) -> Result<Option<Finding>, StoreError> {
        let key = keys::finding(id, version, step);
        let bytes = self.map.get(&key)?;
        Ok(bytes.and_then(|bytes| queries::decode(self.map, &key, bytes).ok()))
    }

    fn history(
        &self,
        id: DocumentId,
        version: u32,
        step: Option<&PluginName>,
    ) -> Result<Option<History>, StoreError> {
        let key = keys::history(id, version, step);
        match self.map.get(&key)?.map(|bytes| queries::decode(self.map, &key, bytes)).transpose() {
            // It is begun anew.
            Err(StoreError::Damaged { .. } | StoreError::Later { .. }) => Ok(None),
            history => history,
        }
    }
}

/// What the batch makes of the map.
struct Drafted<'a, M> {
    map: &'a M,
    batch: &'a mut Batch,
}

impl<M: KeyValue> Drafted<'_, M> {
    fn without_all(&mut self, prefix: Vec<u8>) -> Result<(), StoreError> {
        for entry in self.map.scan(keys::beginning_with(prefix)) {
            pieces::take_out(self.map, self.batch, entry?.0)?;
        }
        Ok(())
    }
}

impl<M: KeyValue> After for Drafted<'_, M> {
    fn without_failures(&mut self, source: &SourceName) -> Result<(), StoreError> {
        self.without_all(keys::failures(source))
    }

    fn without_findings(&mut self, id: DocumentId, version: u32) -> Result<(), StoreError> {
        self.without_all(keys::findings(id, version))
    }

    fn without_finding(
        &mut self,
        id: DocumentId,
        version: u32,
        step: &PluginName,
    ) -> Result<(), StoreError> {
        pieces::take_out(self.map, self.batch, keys::finding(id, version, step))
    }

    fn with_history(
        &mut self,
        id: DocumentId,
        version: u32,
        history: &History,
    ) -> Result<(), StoreError> {
        let key = keys::history(id, version, history.step.as_ref());
        pieces::put(self.map, self.batch, Kind::History, key, history.encode())
    }

    fn with_summaries(
        &mut self,
        source: &SourceName,
        summaries: &[DocumentSummary],
    ) -> Result<(), StoreError> {
        let mut stored = BTreeMap::new();
        for entry in self.map.scan(keys::beginning_with(keys::summaries(source))) {
            let (key, bytes) = entry?;
            stored.insert(key, bytes);
        }
        for summary in summaries {
            let (key, bytes) = (keys::summary(summary), summary.encode());
            // A source may have very many documents, of which one has changed.
            if stored.remove(&key).as_ref() != Some(&bytes) {
                pieces::put(self.map, self.batch, Kind::Summary, key, bytes)?;
            }
        }
        let gone = stored.into_keys();
        gone.into_iter().try_for_each(|key| pieces::take_out(self.map, self.batch, key))
    }
}
