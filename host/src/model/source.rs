//! Where documents come from.

use super::{Attribute, Digest, DocumentId, MediaType, RunId, SourceName};

/// What is known about a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceInfo {
    /// What it is called.
    pub name: SourceName,
    /// What the host believes its bytes to be.
    pub media_type: MediaType,
    /// The number of bytes.
    pub size: u64,
    /// The SHA-256 digest of its bytes.
    pub digest: Digest,
    /// The container it was taken out of.
    pub container: Option<SourceName>,
    /// What the container knows about it, such as `date`.
    pub attributes: Vec<Attribute>,
}

/// What became of a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SourceState {
    /// Every step came to an end on everything in it.
    Done,
    /// At least one step failed; what the others found is kept.
    Failed,
    /// No plugin of the pipeline reads it.
    Unsupported,
    /// There is no text in it. Its documents are those of the last version that had some, or else
    /// one without text.
    Empty,
}

impl SourceState {
    /// The state in one word, such as `done`.
    pub const fn as_str(self) -> &'static str {
        match self {
            SourceState::Done => "done",
            SourceState::Failed => "failed",
            SourceState::Unsupported => "unsupported",
            SourceState::Empty => "empty",
        }
    }
}

/// A source as the store keeps it: the mark that everything found in it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredSource {
    /// What is known about it.
    pub info: SourceInfo,
    /// Counts the different contents seen under this name, from 1.
    pub version: u32,
    /// What became of it.
    pub state: SourceState,
    /// The digest of the pipeline that was run on it: with the same one there is nothing to do.
    pub pipeline: Digest,
    /// The documents found in it, in reading order.
    pub documents: Vec<DocumentId>,
    /// The run that wrote this record.
    pub run: RunId,
    /// Whether it is gone from where it came from and off all lists: see
    /// [`Strategy::Mirror`](crate::pipeline::Strategy::Mirror). Everything that was stored of it
    /// stays.
    pub retired: bool,
    /// Whether the store was given its bytes, as it is of every source but of large containers that
    /// are read where they are.
    pub is_copied: bool,
}
