//! Keeps originals, documents, findings, failures, and runs, and loses none of them.
//!
//! [`Store`] is what the rest of docmill knows. Nothing of the database behind it shows through, so
//! that a networked store can stand in its place; [`MemoryStore`] does in tests.

use std::time::Duration;

use crate::model::{
    Digest, DocumentId, DocumentSummary, Failure, Finding, FindingSummary, History, PluginName,
    Run, RunId, SourceName, StoredDocument, StoredSource,
};

mod address;
mod changes;
mod convert;
mod entries;
mod error;
mod folder;
mod forget;
mod journal;
mod keys;
mod mapped;
mod memory;
mod pieces;
mod queries;
pub mod record;
mod sled;
mod summaries;
mod swap;
mod transfer;
mod upkeep;
mod verify;
mod writing;

#[cfg(test)]
mod tests;

pub use address::{Address, AddressError, AnyStore};
pub use error::{Contradiction, Damage, Flaw, ForeignKind, IoCause, Item, Later, StoreError};
pub use forget::Forgetting;
pub use journal::Position;
pub use memory::MemoryStore;
pub use sled::{SledOptions, SledStore};
pub use transfer::{ExportDamage, TransferError};
pub use verify::Census;

/// Everything one source came to, written in one atomic step: after a crash either all of it is
/// there or nothing.
#[derive(Debug, Clone)]
pub struct Commit {
    /// The source and its "done" mark. Replaces the record of the same name.
    pub source: StoredSource,
    /// The bytes of the source, unless the store holds an original of this digest already.
    pub original: Option<std::sync::Arc<[u8]>>,
    /// The documents found in it. A document of the same id and version is replaced.
    pub documents: Vec<StoredDocument>,
    /// What was found in which document and version. Findings of the same step in the same version
    /// are replaced; those of other steps stay, unless `documents` replaces the very text they were
    /// found in by another. What goes here is kept in short: see [`Store::history`]; a result with
    /// the key of the one before is the same one, and takes nobody's place.
    pub findings: Vec<(DocumentId, u32, Finding)>,
    /// The findings to take out: of which step in which document and version.
    pub retired: Vec<(DocumentId, u32, PluginName)>,
    /// What failed. Replaces all failures recorded for this source before.
    pub failures: Vec<Failure>,
    /// Of a container that was taken apart: whether all of its members that are in the share of the
    /// run came before this. Only who keeps shares apart has to note it.
    pub walked: bool,
}

/// What a store makes of what it is given, as far as a run has to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Keeping {
    /// Whether it keeps versions and originals. One that does not keeps rows, in which a source has
    /// no past: what is recorded of it depends on nothing but its content and the pipeline. So a
    /// content that cannot be read leaves nothing of the one before, and what failed in a way that
    /// it would fail again ([`FailureClass::is_settled`](crate::model::FailureClass::is_settled))
    /// is a result as others are, and is not tried again.
    pub versions: bool,
    /// How many commits it likes to be given at once.
    pub group: usize,
    /// How long a commit may wait for others.
    pub gathering: Duration,
}

impl Default for Keeping {
    /// Versions, and groups that nobody has to wait for: 64 commits, or what there is after 10 ms.
    /// A flush takes a processor for some 0.3 ms, and nobody notices 10.
    fn default() -> Keeping {
        Keeping { versions: true, group: 64, gathering: Duration::from_millis(10) }
    }
}

/// What an operator does with a store as a whole.
pub trait Upkeep {
    /// Checks every record and everything that one says of another, tells each flaw as it is found,
    /// and counts what there is.
    fn verify(&self, found: &mut dyn FnMut(Flaw)) -> Census;

    /// Writes the whole store as one stream, whose format `store/transfer.rs` describes, and tells
    /// each flaw.
    ///
    /// Records that cannot be read are left out, and a source that is not whole is written as one
    /// that failed: the next ingest of the result takes it up again.
    ///
    /// # Errors
    ///
    /// If the stream cannot be written.
    fn export(
        &self,
        to: &mut dyn std::io::Write,
        found: &mut dyn FnMut(Flaw),
    ) -> Result<Census, TransferError>;

    /// Reads what [`Upkeep::export`] wrote into this store, which has to be empty, checks it, and
    /// tells each flaw.
    ///
    /// # Errors
    ///
    /// If the stream is not whole or the store cannot be written. The store may then hold a part of
    /// it.
    fn import(
        &self,
        from: &mut dyn std::io::Read,
        found: &mut dyn FnMut(Flaw),
    ) -> Result<Census, TransferError>;
}

/// Keeps what was ingested and found.
///
/// All methods may be called from any thread. Iteration is in ascending order of the keys, so that
/// equal stores list equally.
pub trait Store: Send + Sync {
    /// How it likes to be written, and what it makes of that.
    fn keeping(&self) -> Keeping {
        Keeping::default()
    }

    /// Writes the start of a run and gives it the next number. `run.id` is ignored.
    ///
    /// # Errors
    ///
    /// If the store cannot be written.
    fn begin_run(&self, run: &Run) -> Result<RunId, StoreError>;

    /// Writes the end of a run.
    ///
    /// # Errors
    ///
    /// If the store cannot be written.
    fn finish_run(&self, run: &Run) -> Result<(), StoreError>;

    /// Writes what some sources came to: each commit atomically, and all of them durable once this
    /// returns.
    ///
    /// # Errors
    ///
    /// If the store cannot be written. Some of the commits may then be stored and others not, but
    /// each whole or not at all; and all later writes fail as well until the store is opened again,
    /// as nobody knows what the disk has kept. With [`StoreError::Mismatch`] nothing was written,
    /// and the store goes on.
    fn commit(&self, commits: &[Commit]) -> Result<(), StoreError>;

    /// Keeps what steps are made of, components and configurations, under the digest of their
    /// bytes, durable once this returns. What is there already is not written again.
    ///
    /// # Errors
    ///
    /// As for [`Store::commit`].
    fn keep(&self, parts: &[&[u8]]) -> Result<(), StoreError>;

    /// The bytes that were kept under this digest.
    ///
    /// # Errors
    ///
    /// If the store cannot be read, or if the bytes no longer have this digest.
    fn part(&self, digest: &Digest) -> Result<Option<Vec<u8>>, StoreError>;

    /// The digests of all components, configurations and recipes that were kept and whose
    /// hexadecimal form begins with `prefix` (compared without regard to case), at most `limit` of
    /// them.
    ///
    /// # Errors
    ///
    /// If the store cannot be read.
    fn parts_with_prefix(&self, prefix: &str, limit: usize) -> Result<Vec<Digest>, StoreError>;

    /// The record of a source.
    ///
    /// # Errors
    ///
    /// If the store cannot be read.
    fn source(&self, name: &SourceName) -> Result<Option<StoredSource>, StoreError>;

    /// All sources, by name; those that are retired as well.
    fn sources(&self) -> Box<dyn Iterator<Item = Result<StoredSource, StoreError>> + '_>;

    /// The sources that were taken out of this container, whichever content of it, by name; those
    /// that are retired as well, and none of what lies in containers within it.
    fn members<'a>(
        &'a self,
        container: &'a SourceName,
    ) -> Box<dyn Iterator<Item = Result<StoredSource, StoreError>> + 'a>;

    /// The bytes of an original.
    ///
    /// # Errors
    ///
    /// If the store cannot be read, or if the bytes no longer have this digest.
    fn original(&self, digest: &Digest) -> Result<Option<Vec<u8>>, StoreError>;

    /// Whether the store holds an original.
    ///
    /// # Errors
    ///
    /// If the store cannot be read.
    fn has_original(&self, digest: &Digest) -> Result<bool, StoreError>;

    /// One version of a document, or its latest where `version` is `None`.
    ///
    /// # Errors
    ///
    /// If the store cannot be read.
    fn document(
        &self,
        id: DocumentId,
        version: Option<u32>,
    ) -> Result<Option<StoredDocument>, StoreError>;

    /// The latest version of every document that its source still holds, by source name and place
    /// in the source. Retired sources are left out.
    fn documents(&self) -> Box<dyn Iterator<Item = Result<StoredDocument, StoreError>> + '_>;

    /// What a list tells of the documents that [`Store::documents`] gives, in the same order: much
    /// faster, as no text is read.
    fn summaries(&self) -> Box<dyn Iterator<Item = Result<DocumentSummary, StoreError>> + '_>;

    /// The ids of all documents whose text begins with `prefix` (compared without regard to case),
    /// at most `limit` of them.
    ///
    /// # Errors
    ///
    /// If the store cannot be read.
    fn document_ids(&self, prefix: &str, limit: usize) -> Result<Vec<DocumentId>, StoreError>;

    /// What was found in one version of a document, by step name.
    ///
    /// # Errors
    ///
    /// If the store cannot be read.
    fn findings(&self, id: DocumentId, version: u32) -> Result<Vec<Finding>, StoreError>;

    /// The same without what was found, which is most of it.
    ///
    /// # Errors
    ///
    /// If the store cannot be read.
    fn finding_summaries(
        &self,
        id: DocumentId,
        version: u32,
    ) -> Result<Vec<FindingSummary>, StoreError>;

    /// What one step found in one version of a document.
    ///
    /// # Errors
    ///
    /// If the store cannot be read.
    fn finding(
        &self,
        id: DocumentId,
        version: u32,
        step: &PluginName,
    ) -> Result<Option<Finding>, StoreError>;

    /// What was found in one version of a document before, and what its text was before, in short:
    /// first of the extraction, then by step name. Of each, the last [`History::MOST`] results that
    /// another took the place of.
    ///
    /// # Errors
    ///
    /// If the store cannot be read.
    fn history(&self, id: DocumentId, version: u32) -> Result<Vec<History>, StoreError>;

    /// All failures, by source name, then id. Retired sources are left out.
    fn failures(&self) -> Box<dyn Iterator<Item = Result<Failure, StoreError>> + '_>;

    /// The failures of one source, by id, even if it is retired.
    ///
    /// # Errors
    ///
    /// If the store cannot be read.
    fn failures_of(&self, source: &SourceName) -> Result<Vec<Failure>, StoreError>;

    /// The failures whose id begins with `prefix`, at most `limit` of them.
    ///
    /// # Errors
    ///
    /// If the store cannot be read.
    fn failures_with_prefix(&self, prefix: &str, limit: usize) -> Result<Vec<Failure>, StoreError>;

    /// The record of a run.
    ///
    /// # Errors
    ///
    /// If the store cannot be read.
    fn run(&self, id: RunId) -> Result<Option<Run>, StoreError>;

    /// All runs, oldest first.
    fn runs(&self) -> Box<dyn Iterator<Item = Result<Run, StoreError>> + '_>;

    /// How far the store has come, for whoever derives something from it and follows it with
    /// [`Store::changed_since`].
    ///
    /// # Errors
    ///
    /// If the store cannot be read.
    fn position(&self) -> Result<Position, StoreError>;

    /// The sources that were committed since it had come so far; `None` if the store does not
    /// remember that, or was another one then: whoever asks has to begin anew. Some of them may be
    /// retired, and some be committed once more while this is read.
    ///
    /// # Errors
    ///
    /// If the store cannot be read.
    fn changed_since(
        &self,
        since: &Position,
    ) -> Result<Option<std::collections::BTreeSet<SourceName>>, StoreError>;

    /// How many bytes the store occupies on disk, if it is on disk.
    ///
    /// # Errors
    ///
    /// If the store cannot be read.
    fn size_on_disk(&self) -> Result<Option<u64>, StoreError>;
}
