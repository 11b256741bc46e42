//! Under which key each record lies, which record belongs there, and what it is called for people.
//!
//! # Keys
//!
//! All records are in one map, so that one batch can change any of them atomically. A key begins
//! with the kind of its record. Numbers are big-endian, so that their order is the order of the
//! bytes; a name ends with NUL where something follows it, which no name contains.
//!
//! | Key | Record | Why in this order |
//! |---|---|---|
//! | `o` digest | an original | |
//! | `s` name | a source, with the ids of its documents in reading order | by name |
//! | `d` id version | a document | the last of an id is its latest version; ids sort like their text |
//! | `f` id version step | a finding | all findings of one version together, by step |
//! | `h` id version step | what that step had found there before, or without a step, what the text was before | by step |
//! | `x` name NUL id | a failure | by source, then id |
//! | `l` name NUL place | what a list tells of a document | as the documents are listed |
//! | `j` number | which source a commit was of | oldest first |
//! | `r` number | a run | oldest first |
//! | `c` digest | a part of a step: a component, or a configuration | |
//! | `n` | how many commits there were | |
//! | `m` | about the store: version of this layout, who created it | |
//! | `p` length-of-key key index | a piece of the record of that key | |
//!
//! The list of all documents has no index of its own: it is read off the sources, which hold their
//! documents in order. So it cannot contradict them, and a document that its source no longer holds
//! is off the list while its history stays. What is told of each lies in the same order, so that
//! both are read side by side: no name holds NUL, which comes before everything else.

use std::ops::Range;

use super::error::{Damage, Item, Later, StoreError};
use super::record::{About, Kind, Readable, RecordError};
use crate::model::{
    Digest, DocumentId, DocumentSummary, Failure, FailureId, Finding, FindingSummary, History,
    PluginName, Run, RunId, SourceName, StoredDocument, StoredSource,
};

/// The version of the layout of the keys.
pub(super) const VERSION: u32 = 2;

/// What the keys of pieces begin with, which are no records.
pub(super) const PIECES: u8 = b'p';

/// What the keys of entries begin with that an import is about to convert.
pub(super) const ASIDE: u8 = b'1';

/// No key begins with this byte, whatever later versions add.
pub(super) const BEYOND: u8 = u8::MAX;

fn key(kind: Kind, parts: &[&[u8]]) -> Vec<u8> {
    let mut key = vec![kind.letter()];
    parts.iter().for_each(|part| key.extend_from_slice(part));
    key
}

pub(super) fn original(digest: &Digest) -> Vec<u8> {
    key(Kind::Original, &[digest.as_bytes()])
}

pub(super) fn source(name: &SourceName) -> Vec<u8> {
    key(Kind::Source, &[name.as_str().as_bytes()])
}

/// The beginning of the keys of what the members of a container are called, and maybe of others.
pub(super) fn named_like_members_of(container: &SourceName) -> Vec<u8> {
    key(Kind::Source, &[container.stem_of_members().as_bytes()])
}

pub(super) fn documents(id: DocumentId) -> Vec<u8> {
    key(Kind::Document, &[id.as_bytes()])
}

pub(super) fn document(id: DocumentId, version: u32) -> Vec<u8> {
    key(Kind::Document, &[id.as_bytes(), &version.to_be_bytes()])
}

pub(super) fn findings(id: DocumentId, version: u32) -> Vec<u8> {
    key(Kind::Finding, &[id.as_bytes(), &version.to_be_bytes()])
}

pub(super) fn finding(id: DocumentId, version: u32, step: &PluginName) -> Vec<u8> {
    key(Kind::Finding, &[id.as_bytes(), &version.to_be_bytes(), step.as_str().as_bytes()])
}

/// The history of a step in one version of a document, or that of its text.
pub(super) fn history(id: DocumentId, version: u32, step: Option<&PluginName>) -> Vec<u8> {
    let step = step.map_or("", PluginName::as_str);
    key(Kind::History, &[id.as_bytes(), &version.to_be_bytes(), step.as_bytes()])
}

pub(super) fn failures(source: &SourceName) -> Vec<u8> {
    key(Kind::Failure, &[source.as_str().as_bytes(), &[0]])
}

pub(super) fn failure(failure: &Failure) -> Vec<u8> {
    key(Kind::Failure, &[failure.source.as_str().as_bytes(), &[0], failure.id.as_bytes()])
}

/// The beginning of the keys of what a list tells of the documents of a source.
pub(super) fn summaries(source: &SourceName) -> Vec<u8> {
    key(Kind::Summary, &[source.as_str().as_bytes(), &[0]])
}

pub(super) fn summary(summary: &DocumentSummary) -> Vec<u8> {
    let place = summary.index.to_be_bytes();
    key(Kind::Summary, &[summary.source.as_str().as_bytes(), &[0], &place])
}

/// The key of which source the commit of this number was of.
pub(super) fn change(number: u64) -> Vec<u8> {
    key(Kind::Change, &[&number.to_be_bytes()])
}

pub(super) fn run(id: RunId) -> Vec<u8> {
    key(Kind::Run, &[&id.0.to_be_bytes()])
}

pub(super) fn about() -> Vec<u8> {
    key(Kind::About, &[])
}

pub(super) fn part(digest: &Digest) -> Vec<u8> {
    key(Kind::Part, &[digest.as_bytes()])
}

pub(super) fn count() -> Vec<u8> {
    key(Kind::Count, &[])
}

/// The key comes with its length, or the pieces of `sa` would be among those of a longer key.
pub(super) fn pieces(key: &[u8]) -> Vec<u8> {
    let length = u16::try_from(key.len()).expect("the longest name has 4,096 bytes");
    let mut pieces = vec![PIECES];
    pieces.extend(length.to_be_bytes());
    pieces.extend_from_slice(key);
    pieces
}

pub(super) fn piece(key: &[u8], index: usize) -> Vec<u8> {
    let mut piece = pieces(key);
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

/// The beginning of the keys of all records of a kind.
pub(super) fn of_kind(kind: Kind) -> Vec<u8> {
    vec![kind.letter()]
}

/// The key and the index of which this is the key of a piece.
pub(super) fn of_piece(piece: &[u8]) -> Option<(&[u8], u32)> {
    let (length, rest) = piece.get(1..)?.split_first_chunk::<2>()?;
    let (key, index) = rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
    Some((key, u32::from_be_bytes(index.try_into().ok()?)))
}

/// The key of the document that the key of a finding speaks of.
pub(super) fn document_of(finding: &[u8]) -> Vec<u8> {
    [&[Kind::Document.letter()], finding.get(1..STEP).unwrap_or_default()].concat()
}

/// The digest in the key of an original or a part.
pub(super) fn digest_in(key: &[u8]) -> Option<Digest> {
    key.get(1..)?.try_into().ok().map(Digest::from_bytes)
}

/// The id in the key of a document, a finding, or a history.
pub(super) fn document_id_in(key: &[u8]) -> Option<DocumentId> {
    Some(DocumentId::from_bytes(*key.get(1..)?.first_chunk()?))
}

/// The version in the key of a document, a finding, or a history.
pub(super) fn version_in(key: &[u8]) -> Option<u32> {
    Some(u32::from_be_bytes(*key.get(STEP - 4..)?.first_chunk()?))
}

/// The id in the key of a failure.
pub(super) fn failure_id_in(key: &[u8]) -> Option<FailureId> {
    Some(FailureId::from_bytes(*key.last_chunk()?))
}

/// The name of the source in the key of a summary.
fn summarised(key: &[u8]) -> Option<&[u8]> {
    key.get(1..)?.split_last_chunk::<5>().map(|(name, _)| name)
}

/// Where the step begins in the key of a finding or a history: behind the letter, the id, and the
/// version.
const STEP: usize = 1 + DocumentId::LENGTH + 4;

/// The record that has this key, as far as the key tells.
pub(super) fn item(key: &[u8]) -> Item {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (letter, rest) = key.split_first().unwrap_or((&b'?', &[]));
    let step = || text(key.get(STEP..).unwrap_or_default());
    Kind::of(*letter)
        .and_then(|kind| match kind {
            Kind::Original => Some(Item::Original(digest_in(key)?)),
            Kind::Part => Some(Item::Part(digest_in(key)?)),
            Kind::Source => Some(Item::Source(text(rest))),
            Kind::Document => {
                Some(Item::Document { id: document_id_in(key)?, version: Some(version_in(key)?) })
            }
            Kind::Finding => {
                let (id, version) = (document_id_in(key)?, version_in(key)?);
                Some(Item::Finding { step: step(), id, version })
            }
            Kind::History => {
                let (id, version) = (document_id_in(key)?, version_in(key)?);
                Some(Item::History { step: Some(step()).filter(|it| !it.is_empty()), id, version })
            }
            Kind::Failure => Some(Item::Failure(failure_id_in(key)?)),
            Kind::Summary => Some(Item::Summary { source: text(summarised(key)?) }),
            Kind::Run => Some(Item::Run(RunId(u64::from_be_bytes(rest.try_into().ok()?)))),
            Kind::Change => Some(Item::Change(u64::from_be_bytes(rest.try_into().ok()?))),
            Kind::About => Some(Item::About),
            Kind::Count => Some(Item::Count),
        })
        .unwrap_or_else(|| Item::Unknown(key.to_vec()))
}

/// What has this key is no record.
pub(super) fn refused(key: &[u8], error: RecordError) -> StoreError {
    match error {
        RecordError::Later { version, known } => {
            StoreError::Later { item: item(key), later: Later::Format { version, known } }
        }
        error @ RecordError::Damaged(_) => damaged(key, Damage::Record(error)),
    }
}

/// What has this key cannot be used.
pub(super) fn damaged(key: &[u8], damage: Damage) -> StoreError {
    StoreError::Damaged { item: item(key), damage }
}

pub(super) fn misplaced(key: &[u8]) -> StoreError {
    damaged(key, Damage::OtherKey)
}

/// A record that knows which key it belongs to.
pub(super) trait Keyed: Readable {
    /// Whether the record belongs there. A finding does not know its document, so this is not
    /// always the whole key.
    fn belongs_to(&self, key: &[u8]) -> bool;
}

impl Keyed for StoredSource {
    fn belongs_to(&self, key: &[u8]) -> bool {
        source(&self.info.name) == key
    }
}

impl Keyed for StoredDocument {
    fn belongs_to(&self, key: &[u8]) -> bool {
        document(self.id, self.version) == key
    }
}

impl Keyed for DocumentSummary {
    fn belongs_to(&self, key: &[u8]) -> bool {
        summary(self) == key
    }
}

impl Keyed for Finding {
    fn belongs_to(&self, key: &[u8]) -> bool {
        key.get(STEP..) == Some(self.step.as_str().as_bytes())
    }
}

impl Keyed for FindingSummary {
    fn belongs_to(&self, key: &[u8]) -> bool {
        key.get(STEP..) == Some(self.step.as_str().as_bytes())
    }
}

impl Keyed for History {
    fn belongs_to(&self, key: &[u8]) -> bool {
        key.get(STEP..) == Some(self.step.as_ref().map_or("", PluginName::as_str).as_bytes())
    }
}

impl Keyed for Failure {
    fn belongs_to(&self, key: &[u8]) -> bool {
        failure(self) == key
    }
}

impl Keyed for Run {
    fn belongs_to(&self, key: &[u8]) -> bool {
        run(self.id) == key
    }
}

impl Keyed for About {
    fn belongs_to(&self, key: &[u8]) -> bool {
        about() == key
    }
}
