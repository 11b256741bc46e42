//! Looks at every record of a store, and at everything that one says of another.

use std::collections::BTreeSet;

use super::error::{Contradiction, Damage, Flaw, StoreError};
use super::mapped::KeyValue;
use super::record::Kind;
use super::{journal, keys, pieces, queries, summaries, upkeep, writing};
use crate::model::{
    Digest, DocumentId, DocumentSummary, Failure, FailureClass, FailureId, Finding, Hint, History,
    SourceName, SourceState, StoredDocument, StoredSource,
};

/// What a store holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Census {
    /// Bytes of sources.
    pub originals: u64,
    /// Sources, members of containers included.
    pub sources: u64,
    /// Documents, every version counted.
    pub documents: u64,
    /// Findings, one per step and document.
    pub findings: u64,
    /// Failures.
    pub failures: u64,
    /// Runs.
    pub runs: u64,
    /// Components and configurations.
    pub parts: u64,
    /// Histories of what was found before, one per step and document that has one.
    pub histories: u64,
    /// Pieces that an interrupted write left behind; they do no harm.
    pub leftovers: u64,
}

/// What cannot be read or is not there, for those who want the rest.
#[derive(Debug, Default)]
pub(super) struct Broken {
    /// The keys of records that cannot be read, or belong to one that cannot.
    pub(super) keys: BTreeSet<Vec<u8>>,
    /// Sources that are not whole.
    pub(super) sources: BTreeSet<SourceName>,
    /// The configurations of failures whose plugin or configuration is gone.
    pub(super) parts: BTreeSet<Digest>,
}

/// Checks the whole store, and tells every flaw as it is found.
pub(super) fn verify(map: &impl KeyValue, found: &mut dyn FnMut(Flaw)) -> (Census, Broken) {
    let mut check = Check {
        map,
        found,
        census: Census::default(),
        broken: Broken::default(),
        lost: BTreeSet::new(),
    };
    // In this order each kind can rely on those before it.
    for kind in Kind::ALL {
        match kind {
            Kind::Original | Kind::Part => check.content(kind),
            Kind::Run => check.runs(),
            Kind::Source => check.sources(),
            Kind::Document => check.documents(),
            Kind::Finding => check.findings(),
            Kind::History => check.histories(),
            Kind::Failure => check.failures(),
            Kind::Summary => check.summaries(),
            Kind::Change => check.changes(),
            Kind::About => check.about(),
            Kind::Count => check.count(),
        }
    }
    check.pieces();
    check.asides();
    check.strangers();
    (check.census, check.broken)
}

struct Check<'a, M> {
    map: &'a M,
    found: &'a mut dyn FnMut(Flaw),
    census: Census,
    broken: Broken,
    /// Sources whose content is known to be lost: a failure says so.
    lost: BTreeSet<SourceName>,
}

impl<M: KeyValue> Check<'_, M> {
    /// Tells of a record that can be used, although something about it is not as it should be.
    fn flaw(&mut self, key: &[u8], source: Option<&SourceName>, damage: impl Into<Damage>) {
        self.broken.sources.extend(source.cloned());
        let (item, damage) = (keys::item(key), damage.into());
        (self.found)(Flaw { item, damage, source: source.cloned() });
    }

    /// Tells of a record that cannot be used.
    fn refuse(&mut self, key: &[u8], source: Option<&SourceName>, error: StoreError) {
        self.broken.keys.insert(key.to_vec());
        self.broken.sources.extend(source.cloned());
        (self.found)(Flaw::of(keys::item(key), error, source.cloned()));
    }

    fn damaged(&mut self, key: &[u8], source: Option<&SourceName>, damage: impl Into<Damage>) {
        self.refuse(key, source, keys::damaged(key, damage.into()));
    }

    /// Visits all records of a kind.
    fn each(&mut self, kind: Kind, visit: impl FnMut(&mut Self, &[u8], Vec<u8>)) {
        self.each_beginning_with(kind.letter(), visit);
    }

    /// Visits everything below this letter. A database that fails there hides the rest of it.
    fn each_beginning_with(
        &mut self,
        letter: u8,
        mut visit: impl FnMut(&mut Self, &[u8], Vec<u8>),
    ) {
        let map = self.map;
        for entry in map.scan(keys::beginning_with(vec![letter])) {
            match entry {
                Ok((key, bytes)) => visit(self, &key, bytes),
                Err(error) => self.refuse(&[letter], None, error),
            }
        }
    }

    fn content(&mut self, kind: Kind) {
        self.each(kind, |check, key, _| {
            match kind {
                Kind::Original => check.census.originals += 1,
                _ => check.census.parts += 1,
            }
            let Some(digest) = keys::digest_in(key) else {
                return check.damaged(key, None, Damage::NoDigest);
            };
            let read = queries::content(check.map, kind, key, &digest);
            if let Err(error) = read {
                check.refuse(key, None, error);
            }
        });
    }

    fn runs(&mut self) {
        self.each(Kind::Run, |check, key, bytes| {
            check.census.runs += 1;
            if let Err(error) = queries::decode::<crate::model::Run>(check.map, key, bytes) {
                check.refuse(key, None, error);
            }
        });
    }

    /// Whether a record is there and was not found to be broken.
    fn has(&self, key: &[u8]) -> bool {
        !self.broken.keys.contains(key) && self.map.get(key).is_ok_and(|bytes| bytes.is_some())
    }

    fn sources(&mut self) {
        self.each(Kind::Source, |check, key, bytes| {
            check.census.sources += 1;
            let source = match queries::decode::<crate::model::StoredSource>(check.map, key, bytes)
            {
                Ok(source) => source,
                Err(error) => return check.refuse(key, None, error),
            };
            let name = &source.info.name;
            let mut flaws = Vec::new();
            let failures = queries::failures_of(check.map, name).unwrap_or_default();
            // A source of version 0 was never read.
            let should_have = source.version > 0 && source.is_copied;
            if should_have && !check.has(&keys::original(&source.info.digest)) {
                if source.state == SourceState::Failed && failures.iter().any(says_lost) {
                    check.lost.insert(name.clone());
                } else {
                    flaws.push(Contradiction::NoContent);
                }
            }
            for id in &source.documents {
                // What failed keeps the documents of the last version that did not.
                let version = (source.state == SourceState::Done).then_some(source.version);
                match queries::document(check.map, *id, version) {
                    Ok(Some(_)) => {}
                    Ok(None) => flaws.push(Contradiction::NoDocument(*id)),
                    Err(_) => flaws.push(Contradiction::DamagedDocument(*id)),
                }
            }
            let failed = failures.iter().any(|it| it.class.is_failure());
            match source.state {
                SourceState::Done if failed => {
                    flaws.push(Contradiction::FailedThoughDone);
                }
                SourceState::Failed if !failed => {
                    flaws.push(Contradiction::FailedForNothing);
                }
                _ => {}
            }
            for flaw in flaws {
                check.flaw(key, Some(name), flaw);
            }
        });
    }

    fn documents(&mut self) {
        self.each(Kind::Document, |check, key, bytes| {
            check.census.documents += 1;
            let document = match queries::decode::<StoredDocument>(check.map, key, bytes) {
                Ok(document) => document,
                Err(error) => return check.refuse(key, None, error),
            };
            let name = &document.source;
            if document.id != DocumentId::of(name, document.index) {
                check.damaged(key, Some(name), Contradiction::OtherId);
            }
            if !check.has(&keys::source(name)) {
                check.damaged(key, None, Contradiction::NoSource);
            }
            if check.has(&keys::original(&document.original)) || check.lost.contains(name) {
                return;
            }
            let source = queries::source(check.map, name).ok().flatten();
            if source.as_ref().is_some_and(|source| !source.is_copied) {
                return;
            }
            if source.is_some_and(|source| source.info.digest == document.original) {
                check.flaw(key, Some(name), Contradiction::NoContentOfSource);
            } else {
                // Nothing will ever bring an earlier content back.
                check.damaged(key, Some(name), Contradiction::NoContentOfSource);
            }
        });
    }

    fn findings(&mut self) {
        // All findings of one document follow each other.
        let mut last: Option<(Vec<u8>, Option<StoredDocument>)> = None;
        self.each(Kind::Finding, |check, key, bytes| {
            check.census.findings += 1;
            let of = keys::document_of(key);
            if last.as_ref().is_none_or(|(key, _)| *key != of) {
                let bytes = if check.broken.keys.contains(&of) {
                    None
                } else {
                    check.map.get(&of).ok().flatten()
                };
                let document = bytes.and_then(|bytes| queries::decode(check.map, &of, bytes).ok());
                last = Some((of, document));
            }
            let document = last.as_ref().and_then(|(_, document)| document.as_ref());
            let name = document.map(|document| &document.source);
            match (queries::decode::<Finding>(check.map, key, bytes), document) {
                (Err(error), _) => check.refuse(key, name, error),
                (Ok(_), None) => check.damaged(key, None, Contradiction::NoDocumentOfFinding),
                (Ok(finding), Some(document)) => {
                    if !finding.findings.fit(&document.extracted.document.text) {
                        check.damaged(key, name, Contradiction::OtherText);
                    }
                }
            }
        });
    }

    fn histories(&mut self) {
        self.each(Kind::History, |check, key, bytes| {
            check.census.histories += 1;
            if let Err(error) = queries::decode::<History>(check.map, key, bytes) {
                check.refuse(key, None, error);
            }
        });
    }

    fn failures(&mut self) {
        self.each(Kind::Failure, |check, key, bytes| {
            check.census.failures += 1;
            let failure = match queries::decode::<Failure>(check.map, key, bytes) {
                Ok(failure) => failure,
                Err(error) => return check.refuse(key, None, error),
            };
            if !check.has(&keys::source(&failure.source)) {
                check.damaged(key, None, Contradiction::NoSource);
            }
            let Some(attempt) = &failure.attempt else { return };
            for part in failure.component.iter().chain([&attempt.configuration]) {
                if !check.has(&keys::part(part)) {
                    check.broken.parts.insert(attempt.configuration);
                    check.flaw(key, None, Contradiction::NoPart);
                }
            }
        });
    }

    /// Whether what is told of the documents is what stands in them. It is made anew by the next
    /// commit and by an import, so none of this makes a source less than whole.
    fn summaries(&mut self) {
        let mut is_told = BTreeSet::new();
        // All summaries of one source follow each other.
        let mut last: Option<(StoredSource, Vec<Failure>)> = None;
        self.each(Kind::Summary, |check, key, bytes| {
            let summary = match queries::decode::<DocumentSummary>(check.map, key, bytes) {
                Ok(summary) => summary,
                Err(error) => return check.refuse(key, None, error),
            };
            if last.as_ref().is_none_or(|(source, _)| source.info.name != summary.source) {
                let source = queries::source(check.map, &summary.source).ok().flatten();
                let failures = queries::failures_of(check.map, &summary.source);
                last = source.map(|source| (source, failures.unwrap_or_default()));
            }
            let listed = last.as_ref().filter(|(it, _)| !it.retired);
            let listed = listed.filter(|(it, _)| {
                it.documents.get(summary.index as usize) == Some(&summary.id)
                    || it.documents.contains(&summary.id)
            });
            let Some((source, failures)) = listed else {
                return check.damaged(key, None, Contradiction::NotListed);
            };
            match summaries::read_off(check.map, source, summary.id, failures) {
                Ok(Some(expected)) if expected != summary => {
                    check.damaged(key, None, Contradiction::OtherSummary);
                }
                // A document that cannot be read was told of.
                _ => {}
            }
            is_told.insert(summary.id);
        });
        self.each(Kind::Source, |check, key, bytes| {
            let Ok(source) = queries::decode::<StoredSource>(check.map, key, bytes) else { return };
            for id in source.documents.iter().filter(|id| !source.retired && !is_told.contains(*id))
            {
                if matches!(queries::document(check.map, *id, None), Ok(Some(_))) {
                    check.flaw(key, None, Contradiction::NoSummary(*id));
                }
            }
        });
    }

    /// Whether the sources of commits can be read. Whoever follows the store begins anew where they
    /// cannot.
    fn changes(&mut self) {
        self.each(Kind::Change, |check, key, bytes| {
            if let Err(error) = journal::read(key, &bytes) {
                check.refuse(key, None, error);
            }
        });
    }

    fn about(&mut self) {
        match upkeep::about(self.map) {
            Ok(Some(_)) => {}
            Ok(None) => self.damaged(&keys::about(), None, Damage::Gone),
            Err(error) => self.refuse(&keys::about(), None, error),
        }
        self.only(Kind::About, &keys::about());
    }

    fn count(&mut self) {
        if let Err(error) = writing::count(self.map) {
            self.refuse(&keys::count(), None, error);
        }
        self.only(Kind::Count, &keys::count());
    }

    /// Refuses all records of a kind but one.
    fn only(&mut self, kind: Kind, expected: &[u8]) {
        self.each(kind, |check, key, _| {
            if key != expected {
                check.damaged(key, None, Damage::NoKind);
            }
        });
    }

    /// What an interrupted import left behind.
    fn asides(&mut self) {
        self.each_beginning_with(keys::ASIDE, |check, _, _| check.census.leftovers += 1);
    }

    fn pieces(&mut self) {
        self.each_beginning_with(keys::PIECES, |check, key, _| {
            if !pieces::is_in_use(check.map, key) {
                check.census.leftovers += 1;
            }
        });
    }

    /// What no docmill wrote.
    fn strangers(&mut self) {
        let known =
            |letter: u8| matches!(letter, keys::PIECES | keys::ASIDE) || Kind::of(letter).is_some();
        for letter in (0..keys::BEYOND).filter(|letter| !known(*letter)) {
            self.each_beginning_with(letter, |check, key, _| {
                check.damaged(key, None, Damage::NoKind);
            });
        }
    }
}

/// A source that is not whole as one that failed, without the documents that are gone, and why: so
/// it is taken up again.
pub(super) fn as_failed(
    map: &impl KeyValue,
    broken: &Broken,
    mut source: StoredSource,
) -> (StoredSource, Failure) {
    source.documents.retain(|id| match queries::document(map, *id, None) {
        Ok(Some(document)) => !broken.keys.contains(&keys::document(*id, document.version)),
        _ => false,
    });
    let content = keys::original(&source.info.digest);
    let is_there = !broken.keys.contains(&content) && matches!(map.get(&content), Ok(Some(_)));
    source.state = SourceState::Failed;
    let name = &source.info.name;
    let failure = Failure {
        id: FailureId::of(name, None, None),
        source: name.clone(),
        original: is_there.then_some(source.info.digest),
        document: None,
        step: None,
        component: None,
        attempt: None,
        cost: None,
        class: FailureClass::Host,
        causes: vec!["a part of what was stored of it was damaged".to_owned()],
        hint: Some(Hint::IngestAgain),
        backtrace: Vec::new(),
        log: Vec::new(),
        run: source.run,
    };
    (source, failure)
}

/// Whether a failure says that the content of its source is lost, as an export of a damaged store
/// does.
fn says_lost(failure: &Failure) -> bool {
    failure.class == FailureClass::Host && failure.step.is_none() && failure.original.is_none()
}
