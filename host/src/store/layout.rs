//! What the store means, written once above any ordered map from bytes to bytes.
//!
//! # Keys
//!
//! All records are in one map, so that one batch can change any of them atomically. A key begins with the kind of its record.
//! Numbers are big-endian, so that their order is the order of the bytes; a name ends with NUL where something follows it, which
//! no name contains.
//!
//! | Key | Record | Why in this order |
//! |---|---|---|
//! | `o` digest | an original | |
//! | `s` name | a source, with the ids of its documents in reading order | by name |
//! | `d` id version | a document | the last of an id is its latest version; ids sort like their text |
//! | `f` id version step | a finding | all findings of one version together, by step |
//! | `h` id version step | what that step had found there before, or without a step, what the text was before | by step |
//! | `x` name NUL id | a failure | by source, then id |
//! | `r` number | a run | oldest first |
//! | `c` digest | a part of a step: a component, or a configuration | |
//! | `n` | how many commits there were | |
//! | `m` | about the store: version of this layout, who created it | |
//! | `p` length-of-key key index | a piece of the record of that key | |
//!
//! The list of all documents has no index of its own: it is read off the sources, which hold their documents in order. So it
//! cannot contradict them, and a document that its source no longer holds is off the list while its history stays.
//!
//! # Pieces
//!
//! A record of more than [`PIECE`] bytes is cut up: its key holds a head with the number of pieces. So no value is large, which
//! the database needs (see [`super::sled`]). The pieces of an original are written before the batch that holds its head: what a
//! crash in between leaves behind belongs to no record and is overwritten by the next attempt, and a batch never has to hold an
//! original. So are those of a part. All other pieces are in the batch of their head.
//!
//! # Lost commits
//!
//! A database that finds the end of its log damaged takes it for a write that a crash has cut off, and goes on without it. That is
//! right after a crash and a silent loss otherwise. So every commit counts up `n`, and what the count was after the last flush is
//! kept outside of the database ([`KeyValue::flush`]): it must never be ahead of `n`.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::ops::Range;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use super::record::{self, About, Kind, Opened, Readable, Record, RecordError};
use super::transfer::{self, TransferError};
use super::verify::{Census, Flaw, verify};
use super::{Commit, Store, StoreError, Upkeep};
use crate::model::{
    Digest, DocumentId, Failure, Finding, FindingSummary, History, Outline, Past, PluginName, Run,
    RunId, SourceName, StoredDocument, StoredSource,
};

/// The version of the layout of the keys.
pub(super) const VERSION: u32 = 1;

/// The largest value in the map. Small enough that a page of the database with its 17 values stays well below what it can keep
/// in its log, large enough that an article is in one piece.
pub(super) const PIECE: usize = 16 * 1024;

/// How many pieces of an original are written at a time.
const PIECES_AT_A_TIME: usize = 64;

/// No commit is added to a batch that has this many bytes of records.
const LARGEST_BATCH: usize = 1 << 20;

/// No key begins with this byte, whatever later versions add.
pub(super) const BEYOND: u8 = u8::MAX;

/// A key and its value.
pub(super) type Entry = (Vec<u8>, Vec<u8>);

/// What is put in place of what, or taken out.
pub(super) type Batch = BTreeMap<Vec<u8>, Option<Vec<u8>>>;

/// An ordered map from bytes to bytes.
pub(super) trait KeyValue: Send + Sync {
    /// The value of a key.
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError>;

    /// The entries of a range, in ascending order. Not a snapshot: a batch that is applied meanwhile may or may not show.
    fn scan(
        &self,
        range: Range<Vec<u8>>,
    ) -> Box<dyn Iterator<Item = Result<Entry, StoreError>> + '_>;

    /// The entry with the greatest key of a range.
    fn last(&self, range: Range<Vec<u8>>) -> Result<Option<Entry>, StoreError>;

    /// Changes all or nothing. Durable after the next [`KeyValue::flush`].
    fn apply(&self, batch: Batch) -> Result<(), StoreError>;

    /// Makes everything that was applied durable, and remembers elsewhere that there were `count` commits.
    fn flush(&self, count: u64) -> Result<(), StoreError>;

    /// Keeps writers apart.
    fn writing(&self) -> &Writing;

    /// How many bytes it occupies on disk, if it is on disk.
    fn size_on_disk(&self) -> Result<Option<u64>, StoreError>;
}

/// Keeps writers apart, and everybody from writing after an error.
///
/// After a failed write or flush nobody knows what is on the disk: a later flush that succeeds may not have written what the
/// earlier one could not. So the first error is the last word until the store is opened again.
#[derive(Debug, Default)]
pub(super) struct Writing {
    /// The number of commits that were applied, once it is known.
    turn: Mutex<Option<u64>>,
    failed: OnceLock<String>,
}

impl Writing {
    fn begin(&self) -> Result<MutexGuard<'_, Option<u64>>, StoreError> {
        // What a panicking thread leaves behind is not worse than what a crash does.
        let turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        self.check()?;
        Ok(turn)
    }

    fn check(&self) -> Result<(), StoreError> {
        match self.failed.get() {
            None => Ok(()),
            Some(first) => Err(StoreError::Io {
                action: "written",
                cause: format!("an earlier write failed: {first}").into(),
            }),
        }
    }

    fn watch<T>(&self, result: Result<T, StoreError>) -> Result<T, StoreError> {
        if let Err(error) = &result {
            let cause = std::error::Error::source(error).map(ToString::to_string);
            // Only the first one counts.
            let _ = self.failed.set(cause.unwrap_or_else(|| error.to_string()));
        }
        result
    }
}

fn key(kind: Kind, parts: &[&[u8]]) -> Vec<u8> {
    let mut key = vec![kind.letter()];
    parts.iter().for_each(|part| key.extend_from_slice(part));
    key
}

pub(super) fn original_key(digest: &Digest) -> Vec<u8> {
    key(Kind::Original, &[digest.as_bytes()])
}

pub(super) fn source_key(name: &SourceName) -> Vec<u8> {
    key(Kind::Source, &[name.as_str().as_bytes()])
}

fn documents_key(id: DocumentId) -> Vec<u8> {
    key(Kind::Document, &[id.as_bytes()])
}

pub(super) fn document_key(id: DocumentId, version: u32) -> Vec<u8> {
    key(Kind::Document, &[id.as_bytes(), &version.to_be_bytes()])
}

fn findings_key(id: DocumentId, version: u32) -> Vec<u8> {
    key(Kind::Finding, &[id.as_bytes(), &version.to_be_bytes()])
}

fn finding_key(id: DocumentId, version: u32, step: &PluginName) -> Vec<u8> {
    key(Kind::Finding, &[id.as_bytes(), &version.to_be_bytes(), step.as_str().as_bytes()])
}

/// The history of a step in one version of a document, or that of its text.
fn history_key(id: DocumentId, version: u32, step: Option<&PluginName>) -> Vec<u8> {
    let step = step.map_or("", PluginName::as_str);
    key(Kind::History, &[id.as_bytes(), &version.to_be_bytes(), step.as_bytes()])
}

fn failures_key(source: &SourceName) -> Vec<u8> {
    key(Kind::Failure, &[source.as_str().as_bytes(), &[0]])
}

pub(super) fn failure_key(failure: &Failure) -> Vec<u8> {
    key(Kind::Failure, &[failure.source.as_str().as_bytes(), &[0], failure.id.as_bytes()])
}

fn run_key(id: RunId) -> Vec<u8> {
    key(Kind::Run, &[&id.0.to_be_bytes()])
}

pub(super) fn about_key() -> Vec<u8> {
    key(Kind::About, &[])
}

pub(super) fn part_key(digest: &Digest) -> Vec<u8> {
    key(Kind::Part, &[digest.as_bytes()])
}

pub(super) fn count_key() -> Vec<u8> {
    key(Kind::Count, &[])
}

/// The key comes with its length, or the pieces of `sa` would be among those of a longer key.
fn pieces_key(key: &[u8]) -> Vec<u8> {
    let length = u16::try_from(key.len()).expect("the longest name has 4,096 bytes");
    let mut pieces = vec![b'p'];
    pieces.extend(length.to_be_bytes());
    pieces.extend_from_slice(key);
    pieces
}

fn piece_key(key: &[u8], index: usize) -> Vec<u8> {
    let mut piece = pieces_key(key);
    let index = u32::try_from(index).expect("4 billion pieces are 64 TiB");
    piece.extend(index.to_be_bytes());
    piece
}

/// All keys that begin with `prefix`.
pub(super) fn beginning_with(prefix: Vec<u8>) -> Range<Vec<u8>> {
    let mut end = prefix.clone();
    // Every prefix begins with a letter, so this ends at the latest there.
    while let Some(last) = end.pop() {
        if last < u8::MAX {
            end.push(last + 1);
            break;
        }
    }
    prefix..end
}

/// The name of a record for people, from its key.
pub(super) fn describe(key: &[u8]) -> String {
    fn id(bytes: &[u8]) -> Option<DocumentId> {
        Some(DocumentId::from_bytes(*bytes.first_chunk()?))
    }
    fn version(bytes: &[u8]) -> Option<u32> {
        Some(u32::from_be_bytes(*bytes.get(10..)?.first_chunk()?))
    }
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).escape_debug().to_string();
    let (letter, rest) = key.split_first().unwrap_or((&b'?', &[]));
    match letter {
        b'o' => match <[u8; 32]>::try_from(rest) {
            Ok(bytes) => Some(format!("original {}", Digest::from_bytes(bytes))),
            Err(_) => None,
        },
        b'c' => match <[u8; 32]>::try_from(rest) {
            Ok(bytes) => Some(format!("component or configuration {}", Digest::from_bytes(bytes))),
            Err(_) => None,
        },
        b's' => Some(format!("source `{}`", text(rest))),
        b'd' => id(rest)
            .zip(version(rest))
            .map(|(id, version)| format!("document `{id}`, version {version}")),
        b'f' => id(rest).zip(version(rest)).map(|(id, version)| {
            let step = text(rest.get(14..).unwrap_or_default());
            format!("finding of `{step}` in document `{id}`, version {version}")
        }),
        b'h' => id(rest).zip(version(rest)).map(|(id, version)| {
            let step = text(rest.get(14..).unwrap_or_default());
            format!("history of `{step}` in document `{id}`, version {version}")
        }),
        b'x' => rest
            .split_last_chunk::<10>()
            .map(|(_, id)| format!("failure `{}`", DocumentId::from_bytes(*id))),
        b'r' => rest.try_into().ok().map(|id| format!("run {}", u64::from_be_bytes(id))),
        b'm' => Some("record about the store".to_owned()),
        b'n' => Some("number of commits".to_owned()),
        _ => None,
    }
    .unwrap_or_else(|| format!("record with the key `{}`", key.escape_ascii()))
}

pub(super) fn refused(key: &[u8], error: RecordError) -> StoreError {
    let what = format!("{}: {error}", describe(key));
    match error {
        RecordError::Later { .. } => StoreError::Later { what },
        RecordError::Damaged(_) => StoreError::Damaged { what },
    }
}

fn misplaced(key: &[u8]) -> StoreError {
    StoreError::Damaged { what: format!("{}: it belongs to another key", describe(key)) }
}

/// A record that knows which key it belongs to.
pub(super) trait Keyed: Readable {
    /// Whether the record belongs there. A finding does not know its document, so this is not always the whole key.
    fn belongs_to(&self, key: &[u8]) -> bool;
}

impl Keyed for StoredSource {
    fn belongs_to(&self, key: &[u8]) -> bool {
        source_key(&self.info.name) == key
    }
}

impl Keyed for StoredDocument {
    fn belongs_to(&self, key: &[u8]) -> bool {
        document_key(self.id, self.version) == key
    }
}

impl Keyed for Finding {
    fn belongs_to(&self, key: &[u8]) -> bool {
        key.get(15..) == Some(self.step.as_str().as_bytes())
    }
}

impl Keyed for FindingSummary {
    fn belongs_to(&self, key: &[u8]) -> bool {
        key.get(15..) == Some(self.step.as_str().as_bytes())
    }
}

impl Keyed for History {
    fn belongs_to(&self, key: &[u8]) -> bool {
        key.get(15..) == Some(self.step.as_ref().map_or("", PluginName::as_str).as_bytes())
    }
}

impl Keyed for Failure {
    fn belongs_to(&self, key: &[u8]) -> bool {
        failure_key(self) == key
    }
}

impl Keyed for Run {
    fn belongs_to(&self, key: &[u8]) -> bool {
        run_key(self.id) == key
    }
}

impl Keyed for About {
    fn belongs_to(&self, key: &[u8]) -> bool {
        about_key() == key
    }
}

/// Puts a record of one piece or more in place of the one that has this key.
fn put(
    map: &impl KeyValue,
    batch: &mut Batch,
    kind: Kind,
    key: Vec<u8>,
    bytes: Vec<u8>,
) -> Result<(), StoreError> {
    take_pieces_out(map, batch, &key)?;
    if bytes.len() <= PIECE {
        batch.insert(key, Some(bytes));
        return Ok(());
    }
    let mut count = 0;
    for piece in bytes.chunks(PIECE) {
        batch.insert(piece_key(&key, count as usize), Some(piece.to_vec()));
        count += 1;
    }
    batch.insert(key, Some(record::head(kind, count)));
    Ok(())
}

fn take_out(map: &impl KeyValue, batch: &mut Batch, key: Vec<u8>) -> Result<(), StoreError> {
    take_pieces_out(map, batch, &key)?;
    batch.insert(key, None);
    Ok(())
}

fn take_pieces_out(map: &impl KeyValue, batch: &mut Batch, key: &[u8]) -> Result<(), StoreError> {
    for entry in map.scan(beginning_with(pieces_key(key))) {
        batch.insert(entry?.0, None);
    }
    Ok(())
}

/// Puts the pieces of a record together, if it is in pieces.
fn assemble(
    map: &impl KeyValue,
    kind: Kind,
    key: &[u8],
    bytes: Vec<u8>,
) -> Result<Vec<u8>, StoreError> {
    let Opened::Pieces(count) = record::open_head(kind, &bytes).map_err(|e| refused(key, e))?
    else {
        return Ok(bytes);
    };
    let mut whole = Vec::new();
    for index in 0..count {
        let piece = map
            .get(&piece_key(key, index as usize))?
            .ok_or_else(|| refused(key, RecordError::Damaged("a piece of it is missing")))?;
        whole.extend_from_slice(&piece);
    }
    Ok(whole)
}

/// Decodes a record that was read under this key.
pub(super) fn decode<R: Keyed>(
    map: &impl KeyValue,
    key: &[u8],
    bytes: Vec<u8>,
) -> Result<R, StoreError> {
    let whole = assemble(map, R::RECORD, key, bytes)?;
    let record = R::read(&whole).map_err(|error| refused(key, error))?;
    if record.belongs_to(key) { Ok(record) } else { Err(misplaced(key)) }
}

/// Reads a record, and once more without writers around if it seems damaged: it may have been replaced between its head and its
/// pieces.
fn read<R: Keyed>(map: &impl KeyValue, key: &[u8], bytes: Vec<u8>) -> Result<R, StoreError> {
    match decode(map, key, bytes) {
        Err(StoreError::Damaged { .. }) => {
            let _turn = map.writing().turn.lock().unwrap_or_else(PoisonError::into_inner);
            let bytes = map.get(key)?;
            let bytes = bytes.ok_or_else(|| refused(key, RecordError::Damaged("it is gone")))?;
            decode(map, key, bytes)
        }
        result => result,
    }
}

fn read_key<R: Keyed>(map: &impl KeyValue, key: &[u8]) -> Result<Option<R>, StoreError> {
    map.get(key)?.map(|bytes| read(map, key, bytes)).transpose()
}

fn read_all<'a, R: Keyed + 'a>(
    map: &'a impl KeyValue,
    prefix: Vec<u8>,
) -> Box<dyn Iterator<Item = Result<R, StoreError>> + 'a> {
    Box::new(map.scan(beginning_with(prefix)).map(move |entry| {
        let (key, bytes) = entry?;
        read(map, &key, bytes)
    }))
}

/// A commit whose records are encoded: everything that needs no look at what is stored.
struct Prepared<'a> {
    commit: &'a Commit,
    original: Option<Vec<u8>>,
    records: Vec<(Kind, Vec<u8>, Vec<u8>)>,
}

fn prepare<'a>(map: &impl KeyValue, commit: &'a Commit) -> Result<Prepared<'a>, StoreError> {
    let Commit { source, original, documents, findings, retired: _, failures } = commit;
    let original = match original {
        Some(bytes) if map.get(&original_key(&source.info.digest))?.is_none() => {
            // A file can change between the moment its digest is computed and the moment it is read for keeping.
            if Digest::of(bytes) != source.info.digest {
                return Err(StoreError::Mismatch { source_name: source.info.name.clone() });
            }
            Some(record::pack(Kind::Original, bytes))
        }
        _ => None,
    };
    let mut records = vec![(Kind::Source, source_key(&source.info.name), source.encode())];
    for document in documents {
        let key = document_key(document.id, document.version);
        records.push((Kind::Document, key, document.encode()));
    }
    for (id, version, finding) in findings {
        let key = finding_key(*id, *version, &finding.step);
        records.push((Kind::Finding, key, finding.encode()));
    }
    for failure in failures {
        records.push((Kind::Failure, failure_key(failure), failure.encode()));
    }
    Ok(Prepared { commit, original, records })
}

/// Writes commits, each of them whole or not at all. The caller holds the turn; `count` is that of all commits, before and after.
fn write_all(
    map: &impl KeyValue,
    commits: Vec<Prepared<'_>>,
    count: &mut u64,
) -> Result<(), StoreError> {
    let mut commits = commits.into_iter().peekable();
    while commits.peek().is_some() {
        let (mut batch, mut size, mut names) = (Batch::new(), 0, BTreeSet::new());
        // What a batch holds does not show before it is applied, and a commit looks at what is stored of its source.
        while let Some(prepared) = commits.next_if(|prepared| {
            size < LARGEST_BATCH && names.insert(&prepared.commit.source.info.name)
        }) {
            size += prepared.records.iter().map(|(_, _, bytes)| bytes.len()).sum::<usize>();
            write(map, &mut batch, prepared)?;
            *count += 1;
        }
        batch.insert(count_key(), Some(record::pack(Kind::Count, &count.to_le_bytes())));
        map.apply(batch)?;
    }
    Ok(())
}

/// Adds one commit to a batch in which there is nothing of its source.
fn write(map: &impl KeyValue, batch: &mut Batch, prepared: Prepared<'_>) -> Result<(), StoreError> {
    let Prepared { commit, original, records } = prepared;
    // What has its place taken here: of which step in which document and version.
    let mut past = Vec::new();
    let digest_key = original_key(&commit.source.info.digest);
    // An earlier commit of the same group may have brought the same original.
    if let Some(original) = original
        && map.get(&digest_key)?.is_none()
    {
        put_large(map, batch, Kind::Original, digest_key, original)?;
    }
    for entry in map.scan(beginning_with(failures_key(&commit.source.info.name))) {
        take_out(map, batch, entry?.0)?;
    }
    for document in &commit.documents {
        // Findings point into the text they were found in. Where a document is replaced by another text, those that stay
        // would point anywhere, so they go.
        let key = document_key(document.id, document.version);
        let Some(bytes) = map.get(&key)? else { continue };
        let before = decode::<StoredDocument>(map, &key, bytes).ok();
        let same = before
            .as_ref()
            .is_some_and(|before| before.extracted.document == document.extracted.document);
        if !same {
            for entry in map.scan(beginning_with(findings_key(document.id, document.version))) {
                let (key, bytes) = entry?;
                if let Ok(finding) = decode::<Finding>(map, &key, bytes) {
                    past.push((
                        document.id,
                        document.version,
                        Some(finding.step.clone()),
                        of_finding(finding),
                    ));
                }
                take_out(map, batch, key)?;
            }
        }
        if let Some(before) = before
            && before.provenance.key != document.provenance.key
        {
            past.push((document.id, document.version, None, of_document(before)));
        }
    }
    for (id, version, step) in &commit.retired {
        let key = finding_key(*id, *version, step);
        if let Some(Ok(finding)) = map.get(&key)?.map(|bytes| decode::<Finding>(map, &key, bytes)) {
            past.push((*id, *version, Some(step.clone()), of_finding(finding)));
        }
        take_out(map, batch, key)?;
    }
    for (id, version, finding) in &commit.findings {
        let key = finding_key(*id, *version, &finding.step);
        // What was taken out above has its place in the history already.
        if batch.contains_key(&key) {
            continue;
        }
        if let Some(Ok(before)) = map.get(&key)?.map(|bytes| decode::<Finding>(map, &key, bytes))
            && before.provenance.key != finding.provenance.key
        {
            past.push((*id, *version, Some(before.step.clone()), of_finding(before)));
        }
    }
    for (id, version, step, past) in past {
        let key = history_key(id, version, step.as_ref());
        let mut history = match read_history(map, &key)? {
            Some(history) => history,
            None => History { step, past: Vec::new() },
        };
        history.add(past);
        put(map, batch, Kind::History, key, history.encode())?;
    }
    for (kind, key, bytes) in records {
        put(map, batch, kind, key, bytes)?;
    }
    Ok(())
}

/// Reads a history that is about to be continued. One that is damaged is begun anew: it must not keep results from being stored.
fn read_history(map: &impl KeyValue, key: &[u8]) -> Result<Option<History>, StoreError> {
    match map.get(key)?.map(|bytes| decode(map, key, bytes)).transpose() {
        Err(StoreError::Damaged { .. } | StoreError::Later { .. }) => Ok(None),
        history => history,
    }
}

fn of_finding(finding: Finding) -> Past {
    Past {
        digest: finding.findings.digest(),
        outline: Outline::of_findings(&finding.findings),
        provenance: finding.provenance,
    }
}

fn of_document(document: StoredDocument) -> Past {
    Past {
        digest: document.extracted.document.digest(),
        outline: Outline::of_document(&document.extracted.document),
        provenance: document.provenance,
    }
}

/// How many commits the map has seen.
pub(super) fn count(map: &impl KeyValue) -> Result<u64, StoreError> {
    let key = count_key();
    let Some(bytes) = map.get(&key)? else { return Ok(0) };
    match record::open(Kind::Count, &bytes) {
        Ok(Opened::Whole(payload)) => match payload.as_ref().try_into() {
            Ok(count) => Ok(u64::from_le_bytes(count)),
            Err(_) => Err(refused(&key, RecordError::Damaged("it is no number"))),
        },
        Ok(Opened::Pieces(_)) => Err(refused(&key, RecordError::Damaged("it is in pieces"))),
        Err(error) => Err(refused(&key, error)),
    }
}

/// Writes the pieces of an original or a part, and leaves its head to the batch.
fn put_large(
    map: &impl KeyValue,
    batch: &mut Batch,
    kind: Kind,
    key: Vec<u8>,
    bytes: Vec<u8>,
) -> Result<(), StoreError> {
    if bytes.len() <= PIECE {
        batch.insert(key, Some(bytes));
        return Ok(());
    }
    let mut count = 0;
    for pieces in bytes.chunks(PIECE * PIECES_AT_A_TIME) {
        let mut part = Batch::new();
        for piece in pieces.chunks(PIECE) {
            part.insert(piece_key(&key, count as usize), Some(piece.to_vec()));
            count += 1;
        }
        map.apply(part)?;
    }
    batch.insert(key, Some(record::head(kind, count)));
    Ok(())
}

/// The bytes that are kept under their own digest.
pub(super) fn content(
    map: &impl KeyValue,
    kind: Kind,
    key: &[u8],
    digest: &Digest,
) -> Result<Option<Vec<u8>>, StoreError> {
    let Some(bytes) = map.get(key)? else { return Ok(None) };
    // No second look as in `read`: such a record is never replaced.
    let whole = assemble(map, kind, key, bytes)?;
    let content = match record::open(kind, &whole) {
        Ok(Opened::Whole(content)) => content.into_owned(),
        Ok(Opened::Pieces(_)) => {
            return Err(refused(key, RecordError::Damaged("its pieces are in pieces")));
        }
        Err(error) => return Err(refused(key, error)),
    };
    if Digest::of(&content) != *digest {
        return Err(refused(key, RecordError::Damaged("its bytes have another digest")));
    }
    Ok(Some(content))
}

/// The record of a source.
pub(super) fn read_source(
    map: &impl KeyValue,
    name: &SourceName,
) -> Result<Option<StoredSource>, StoreError> {
    read_key(map, &source_key(name))
}

/// One version of a document, or its latest.
pub(super) fn read_document(
    map: &impl KeyValue,
    id: DocumentId,
    version: Option<u32>,
) -> Result<Option<StoredDocument>, StoreError> {
    match version {
        Some(version) => read_key(map, &document_key(id, version)),
        None => map
            .last(beginning_with(documents_key(id)))?
            .map(|(key, bytes)| read(map, &key, bytes))
            .transpose(),
    }
}

/// The failures of one source.
pub(super) fn failures_of(
    map: &impl KeyValue,
    source: &SourceName,
) -> Result<Vec<Failure>, StoreError> {
    read_all(map, failures_key(source)).collect()
}

/// What the store says about itself.
pub(super) fn about(map: &impl KeyValue) -> Result<Option<About>, StoreError> {
    read_key(map, &about_key())
}

/// The pieces that belong to a record, in order.
pub(super) fn pieces<'a>(
    map: &'a impl KeyValue,
    key: &[u8],
    head: &[u8],
) -> impl Iterator<Item = Result<Entry, StoreError>> + 'a {
    let count = match head.get(1).and_then(|letter| Kind::of(*letter)) {
        Some(kind) => match record::open_head(kind, head) {
            Ok(Opened::Pieces(count)) => count,
            _ => 0,
        },
        None => 0,
    };
    let key = key.to_vec();
    (0..count).map(move |index| {
        let piece = piece_key(&key, index as usize);
        let missing = || refused(&key, RecordError::Damaged("a piece of it is missing"));
        let value = map.get(&piece)?.ok_or_else(missing)?;
        Ok((piece, value))
    })
}

/// Whether a piece belongs to a record, and is not what an interrupted write left behind.
pub(super) fn is_piece_in_use(map: &impl KeyValue, piece: &[u8]) -> bool {
    let parts = (|| {
        let (length, rest) = piece.get(1..)?.split_first_chunk::<2>()?;
        let (key, index) = rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
        Some((key, u32::from_be_bytes(index.try_into().ok()?)))
    })();
    let Some((key, index)) = parts else { return false };
    let Ok(Some(head)) = map.get(key) else { return false };
    match head
        .get(1)
        .and_then(|letter| Kind::of(*letter))
        .map(|kind| record::open_head(kind, &head))
    {
        Some(Ok(Opened::Pieces(count))) => index < count,
        _ => false,
    }
}

/// The entries of a record that is not in the map.
pub(super) fn entries(kind: Kind, key: Vec<u8>, bytes: Vec<u8>) -> Vec<Entry> {
    if bytes.len() <= PIECE {
        return vec![(key, bytes)];
    }
    let pieces: Vec<Entry> = (bytes.chunks(PIECE).enumerate())
        .map(|(index, piece)| (piece_key(&key, index), piece.to_vec()))
        .collect();
    let head = record::head(kind, u32::try_from(pieces.len()).unwrap_or(u32::MAX));
    std::iter::once((key, head)).chain(pieces).collect()
}

/// Whether the map has more than the records about the store.
pub(super) fn holds_anything(map: &impl KeyValue) -> Result<bool, StoreError> {
    let mut others = map.scan(vec![0]..vec![u8::MAX]).filter(|entry| {
        entry.as_ref().map_or(true, |(key, _)| *key != about_key() && *key != count_key())
    });
    others.next().transpose().map(|other| other.is_some())
}

/// Applies changes that come from elsewhere.
pub(super) fn apply(map: &impl KeyValue, batch: Batch) -> Result<(), StoreError> {
    let _turn = map.writing().begin()?;
    map.writing().watch(map.apply(batch))
}

/// Makes what was applied durable, and counts from what the entries say.
pub(super) fn seal_import(map: &impl KeyValue) -> Result<(), StoreError> {
    let number = count(map)?;
    *map.writing().begin()? = Some(number);
    map.writing().watch(map.flush(number))
}

/// Writes the record about the store into a new one, and checks it in an old one. `remembered` is how many commits there were.
pub(super) fn introduce(
    map: &impl KeyValue,
    remembered: Result<Option<u64>, StoreError>,
) -> Result<(), StoreError> {
    let found = count(map)?;
    let what = match remembered {
        // A store that was never committed to, or whose making was interrupted.
        Ok(None) | Err(StoreError::Damaged { .. }) if found == 0 => None,
        Ok(None) => Some("the file with the number of commits: it is gone".to_owned()),
        Ok(Some(remembered)) => (found < remembered).then(|| {
            format!("the log of the database: {found} of {remembered} commits are left in it")
        }),
        Err(error) => return Err(error),
    };
    if let Some(what) = what {
        return Err(StoreError::Damaged { what });
    }
    let key = about_key();
    match read_key::<About>(map, &key)? {
        Some(about) if about.layout > VERSION => Err(StoreError::Later {
            what: format!(
                "written by a later docmill, in layout {}; this one reads up to {VERSION}",
                about.layout
            ),
        }),
        Some(_) => Ok(()),
        None => {
            let created_by = concat!("docmill ", env!("CARGO_PKG_VERSION")).to_owned();
            let about = About { layout: VERSION, created_by };
            map.apply(Batch::from([(key, Some(about.encode()))]))?;
            map.flush(0)
        }
    }
}

/// The first and the last id whose text begins with `prefix`.
fn ids_beginning_with(prefix: &str) -> Option<(DocumentId, DocumentId)> {
    let missing = 16_usize.checked_sub(prefix.len())?;
    let fill = |digit: &str| format!("{prefix}{}", digit.repeat(missing)).parse().ok();
    Some((fill("0")?, fill("z")?))
}

impl<T: KeyValue> Upkeep for T {
    fn verify(&self, found: &mut dyn FnMut(Flaw)) -> Census {
        verify(self, found).0
    }

    fn export(
        &self,
        to: &mut dyn Write,
        found: &mut dyn FnMut(Flaw),
    ) -> Result<Census, TransferError> {
        transfer::export(self, to, found)
    }

    fn import(
        &self,
        from: &mut dyn Read,
        found: &mut dyn FnMut(Flaw),
    ) -> Result<Census, TransferError> {
        transfer::import(self, from, found)
    }
}

impl<T: KeyValue> Store for T {
    fn begin_run(&self, run: &Run) -> Result<RunId, StoreError> {
        let id = {
            let _turn = self.writing().begin()?;
            let last = self.last(beginning_with(key(Kind::Run, &[])))?;
            let last = match last {
                None => 0,
                Some((key, bytes)) => decode::<Run>(self, &key, bytes)?.id.0,
            };
            let id = RunId(last.saturating_add(1));
            let record = Run { id, ..run.clone() }.encode();
            let batch = Batch::from([(run_key(id), Some(record))]);
            self.writing().watch(self.apply(batch))?;
            id
        };
        self.writing().watch(self.flush(0))?;
        Ok(id)
    }

    fn finish_run(&self, run: &Run) -> Result<(), StoreError> {
        {
            let _turn = self.writing().begin()?;
            let batch = Batch::from([(run_key(run.id), Some(run.encode()))]);
            self.writing().watch(self.apply(batch))?;
        }
        self.writing().watch(self.flush(0))
    }

    fn keep(&self, parts: &[&[u8]]) -> Result<(), StoreError> {
        let mut news = false;
        for part in parts {
            let key = part_key(&Digest::of(part));
            if self.get(&key)?.is_some() {
                continue;
            }
            let packed = record::pack(Kind::Part, part);
            let _turn = self.writing().begin()?;
            let mut batch = Batch::new();
            self.writing().watch(put_large(self, &mut batch, Kind::Part, key, packed))?;
            self.writing().watch(self.apply(batch))?;
            news = true;
        }
        if news { self.writing().watch(self.flush(0)) } else { Ok(()) }
    }

    fn part(&self, digest: &Digest) -> Result<Option<Vec<u8>>, StoreError> {
        content(self, Kind::Part, &part_key(digest), digest)
    }

    fn parts_with_prefix(&self, prefix: &str, limit: usize) -> Result<Vec<Digest>, StoreError> {
        let prefix = prefix.to_ascii_lowercase();
        let filled = |digit: &str| -> Option<Digest> {
            format!("{prefix}{}", digit.repeat(64_usize.checked_sub(prefix.len())?)).parse().ok()
        };
        let Some((first, last)) = filled("0").zip(filled("f")) else { return Ok(Vec::new()) };
        (self.scan(part_key(&first)..beginning_with(part_key(&last)).end).take(limit))
            .map(|entry| {
                let (key, _) = entry?;
                let digest = key.get(1..).and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
                digest.map(Digest::from_bytes).ok_or_else(|| misplaced(&key))
            })
            .collect()
    }

    fn commit(&self, commits: &[Commit]) -> Result<(), StoreError> {
        self.writing().check()?;
        // Compressing and encoding need no turn, so several threads can do it at once.
        let prepared = commits.iter().map(|commit| prepare(self, commit));
        let prepared = prepared.collect::<Result<Vec<_>, _>>()?;
        let number = {
            let mut turn = self.writing().begin()?;
            let mut number = turn.map_or_else(|| count(self), Ok)?;
            self.writing().watch(write_all(self, prepared, &mut number))?;
            *turn = Some(number);
            number
        };
        // Outside of the turn: while one thread waits for the disk the next one can write, and be covered by the next flush.
        self.writing().watch(self.flush(number))
    }

    fn source(&self, name: &SourceName) -> Result<Option<StoredSource>, StoreError> {
        read_source(self, name)
    }

    fn sources(&self) -> Box<dyn Iterator<Item = Result<StoredSource, StoreError>> + '_> {
        read_all(self, key(Kind::Source, &[]))
    }

    fn members<'a>(
        &'a self,
        container: &'a SourceName,
    ) -> Box<dyn Iterator<Item = Result<StoredSource, StoreError>> + 'a> {
        let prefix = key(Kind::Source, &[container.stem_of_members().as_bytes()]);
        let is_member = |source: &StoredSource| source.info.container.as_ref() == Some(container);
        Box::new(read_all(self, prefix).filter(move |read| read.as_ref().map_or(true, is_member)))
    }

    fn original(&self, digest: &Digest) -> Result<Option<Vec<u8>>, StoreError> {
        content(self, Kind::Original, &original_key(digest), digest)
    }

    fn has_original(&self, digest: &Digest) -> Result<bool, StoreError> {
        Ok(self.get(&original_key(digest))?.is_some())
    }

    fn document(
        &self,
        id: DocumentId,
        version: Option<u32>,
    ) -> Result<Option<StoredDocument>, StoreError> {
        read_document(self, id, version)
    }

    fn documents(&self) -> Box<dyn Iterator<Item = Result<StoredDocument, StoreError>> + '_> {
        let of_source = move |source: Result<StoredSource, StoreError>| {
            let (source, error) = match source {
                Ok(source) => (Some(source), None),
                Err(error) => (None, Some(Err(error))),
            };
            let on_list = source.into_iter().filter(|source| !source.retired);
            let documents = on_list.flat_map(move |source| {
                let name = source.info.name;
                source.documents.into_iter().map(move |id| match self.document(id, None) {
                    Ok(Some(document)) => Ok(document),
                    Ok(None) => Err(StoreError::Damaged {
                        what: format!(
                            "document `{id}`: source `{}` lists it, but it is not there",
                            name.as_str().escape_debug()
                        ),
                    }),
                    Err(error) => Err(error),
                })
            });
            error.into_iter().chain(documents)
        };
        Box::new(self.sources().flat_map(of_source))
    }

    fn document_ids(&self, prefix: &str, limit: usize) -> Result<Vec<DocumentId>, StoreError> {
        let Some((first, last)) = ids_beginning_with(prefix) else { return Ok(Vec::new()) };
        let mut ids = BTreeSet::new();
        let end = beginning_with(documents_key(last)).end;
        let mut start = documents_key(first);
        while ids.len() < limit {
            // From one id to the next, past all versions between.
            let Some(entry) = self.scan(start..end.clone()).next() else { break };
            let (key, _) = entry?;
            let id = key
                .get(1..)
                .and_then(<[u8]>::first_chunk)
                .map(|bytes| DocumentId::from_bytes(*bytes))
                .ok_or_else(|| misplaced(&key))?;
            ids.insert(id);
            start = beginning_with(documents_key(id)).end;
        }
        Ok(ids.into_iter().collect())
    }

    fn findings(&self, id: DocumentId, version: u32) -> Result<Vec<Finding>, StoreError> {
        read_all(self, findings_key(id, version)).collect()
    }

    fn finding_summaries(
        &self,
        id: DocumentId,
        version: u32,
    ) -> Result<Vec<FindingSummary>, StoreError> {
        read_all(self, findings_key(id, version)).collect()
    }

    fn finding(
        &self,
        id: DocumentId,
        version: u32,
        step: &PluginName,
    ) -> Result<Option<Finding>, StoreError> {
        read_key(self, &finding_key(id, version, step))
    }

    fn history(&self, id: DocumentId, version: u32) -> Result<Vec<History>, StoreError> {
        read_all(self, history_key(id, version, None)).collect()
    }

    fn failures(&self) -> Box<dyn Iterator<Item = Result<Failure, StoreError>> + '_> {
        // All failures of one source follow each other.
        let mut last: Option<(SourceName, bool)> = None;
        let mut is_listed = move |failure: &Failure| -> Result<bool, StoreError> {
            if let Some((_, listed)) = last.as_ref().filter(|(name, _)| *name == failure.source) {
                return Ok(*listed);
            }
            let listed = read_source(self, &failure.source)?.is_none_or(|source| !source.retired);
            last = Some((failure.source.clone(), listed));
            Ok(listed)
        };
        let all = read_all::<Failure>(self, key(Kind::Failure, &[]));
        Box::new(all.filter_map(move |failure| match failure {
            Ok(failure) => match is_listed(&failure) {
                Ok(listed) => listed.then_some(Ok(failure)),
                Err(error) => Some(Err(error)),
            },
            Err(error) => Some(Err(error)),
        }))
    }

    fn failures_of(&self, source: &SourceName) -> Result<Vec<Failure>, StoreError> {
        failures_of(self, source)
    }

    fn failures_with_prefix(&self, prefix: &str, limit: usize) -> Result<Vec<Failure>, StoreError> {
        let prefix = prefix.to_ascii_lowercase();
        // The keys are sorted by source, so all of them are looked at, but only what matches is read.
        let matching = self.scan(beginning_with(key(Kind::Failure, &[]))).filter(|entry| {
            entry.as_ref().map_or(true, |(key, _)| {
                key.last_chunk::<10>()
                    .is_some_and(|id| DocumentId::from_bytes(*id).to_string().starts_with(&prefix))
            })
        });
        matching
            .take(limit)
            .map(|entry| {
                let (key, bytes) = entry?;
                read(self, &key, bytes)
            })
            .collect()
    }

    fn run(&self, id: RunId) -> Result<Option<Run>, StoreError> {
        read_key(self, &run_key(id))
    }

    fn runs(&self) -> Box<dyn Iterator<Item = Result<Run, StoreError>> + '_> {
        read_all(self, key(Kind::Run, &[]))
    }

    fn size_on_disk(&self) -> Result<Option<u64>, StoreError> {
        KeyValue::size_on_disk(self)
    }
}
