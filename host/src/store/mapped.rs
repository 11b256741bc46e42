//! Makes a store of any ordered map from bytes to bytes: what its methods mean is in the modules
//! beside this one.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::record::Kind;
use super::writing::{self, Turns};
use super::{Commit, Position, Store, StoreError, journal, keys, queries, summaries};
use crate::model::{
    Digest, DocumentId, DocumentSummary, Failure, Finding, FindingSummary, History, PluginName,
    Run, RunId, SourceName, StoredDocument, StoredSource,
};

/// A key and its value.
pub(super) type Entry = (Vec<u8>, Vec<u8>);

/// What is put in place of what, or taken out.
pub(super) type Batch = BTreeMap<Vec<u8>, Option<Vec<u8>>>;

/// The entries of an ordered map from bytes to bytes.
pub(super) trait Entries: Send + Sync {
    /// The value of a key.
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError>;

    /// The entries of a range, in ascending order. Not a snapshot: a batch that is applied
    /// meanwhile may or may not show.
    fn scan(
        &self,
        range: Range<Vec<u8>>,
    ) -> Box<dyn Iterator<Item = Result<Entry, StoreError>> + '_>;

    /// The entry with the greatest key of a range.
    fn last(&self, range: Range<Vec<u8>>) -> Result<Option<Entry>, StoreError>;
}

/// An ordered map from bytes to bytes.
pub(super) trait KeyValue: Entries {
    /// Changes all or nothing. Durable after the next [`KeyValue::flush`].
    fn apply(&self, batch: Batch) -> Result<(), StoreError>;

    /// Makes everything that was applied durable, and remembers elsewhere that there were `count`
    /// commits.
    fn flush(&self, count: u64) -> Result<(), StoreError>;

    /// Keeps writers apart.
    fn turns(&self) -> &Turns;

    /// How many bytes it occupies on disk, if it is on disk.
    fn size_on_disk(&self) -> Result<Option<u64>, StoreError>;
}

impl<T: KeyValue> Store for T {
    fn begin_run(&self, run: &Run) -> Result<RunId, StoreError> {
        writing::begin_run(self, run)
    }

    fn finish_run(&self, run: &Run) -> Result<(), StoreError> {
        writing::finish_run(self, run)
    }

    fn commit(&self, commits: &[Commit]) -> Result<(), StoreError> {
        writing::commit(self, commits)
    }

    fn keep(&self, parts: &[&[u8]]) -> Result<(), StoreError> {
        writing::keep(self, parts)
    }

    fn part(&self, digest: &Digest) -> Result<Option<Vec<u8>>, StoreError> {
        queries::content(self, Kind::Part, &keys::part(digest), digest)
    }

    fn parts_with_prefix(&self, prefix: &str, limit: usize) -> Result<Vec<Digest>, StoreError> {
        queries::parts_with_prefix(self, prefix, limit)
    }

    fn source(&self, name: &SourceName) -> Result<Option<StoredSource>, StoreError> {
        queries::source(self, name)
    }

    fn sources(&self) -> Box<dyn Iterator<Item = Result<StoredSource, StoreError>> + '_> {
        queries::all(self, keys::of_kind(Kind::Source))
    }

    fn members<'a>(
        &'a self,
        container: &'a SourceName,
    ) -> Box<dyn Iterator<Item = Result<StoredSource, StoreError>> + 'a> {
        queries::members(self, container)
    }

    fn original(&self, digest: &Digest) -> Result<Option<Vec<u8>>, StoreError> {
        queries::content(self, Kind::Original, &keys::original(digest), digest)
    }

    fn has_original(&self, digest: &Digest) -> Result<bool, StoreError> {
        Ok(self.get(&keys::original(digest))?.is_some())
    }

    fn document(
        &self,
        id: DocumentId,
        version: Option<u32>,
    ) -> Result<Option<StoredDocument>, StoreError> {
        queries::document(self, id, version)
    }

    fn documents(&self) -> Box<dyn Iterator<Item = Result<StoredDocument, StoreError>> + '_> {
        queries::documents(self)
    }

    fn summaries(&self) -> Box<dyn Iterator<Item = Result<DocumentSummary, StoreError>> + '_> {
        summaries::list(self)
    }

    fn document_ids(&self, prefix: &str, limit: usize) -> Result<Vec<DocumentId>, StoreError> {
        queries::document_ids(self, prefix, limit)
    }

    fn findings(&self, id: DocumentId, version: u32) -> Result<Vec<Finding>, StoreError> {
        queries::all(self, keys::findings(id, version)).collect()
    }

    fn finding_summaries(
        &self,
        id: DocumentId,
        version: u32,
    ) -> Result<Vec<FindingSummary>, StoreError> {
        queries::all(self, keys::findings(id, version)).collect()
    }

    fn finding(
        &self,
        id: DocumentId,
        version: u32,
        step: &PluginName,
    ) -> Result<Option<Finding>, StoreError> {
        queries::one(self, &keys::finding(id, version, step))
    }

    fn history(&self, id: DocumentId, version: u32) -> Result<Vec<History>, StoreError> {
        queries::all(self, keys::history(id, version, None)).collect()
    }

    fn failures(&self) -> Box<dyn Iterator<Item = Result<Failure, StoreError>> + '_> {
        queries::failures(self)
    }

    fn failures_of(&self, source: &SourceName) -> Result<Vec<Failure>, StoreError> {
        queries::failures_of(self, source)
    }

    fn failures_with_prefix(&self, prefix: &str, limit: usize) -> Result<Vec<Failure>, StoreError> {
        queries::failures_with_prefix(self, prefix, limit)
    }

    fn run(&self, id: RunId) -> Result<Option<Run>, StoreError> {
        queries::one(self, &keys::run(id))
    }

    fn runs(&self) -> Box<dyn Iterator<Item = Result<Run, StoreError>> + '_> {
        queries::all(self, keys::of_kind(Kind::Run))
    }

    fn position(&self) -> Result<Position, StoreError> {
        journal::position(self)
    }

    fn changed_since(&self, since: &Position) -> Result<Option<BTreeSet<SourceName>>, StoreError> {
        journal::changed_since(self, since)
    }

    fn size_on_disk(&self) -> Result<Option<u64>, StoreError> {
        KeyValue::size_on_disk(self)
    }
}
