//! Where sources come from, and what kind of thing they are.
//!
//! [`Origin`] is what the pipeline knows: something that offers sources one after the other. [`Files`] walks paths; a queue or a
//! bucket can stand in its place.

use std::sync::Arc;

use bytesize::ByteSize;

use crate::capabilities::{Blob, ReadError};
use crate::model::{FailureClass, Hint, MediaType, SourceInfo, SourceName};

mod choice;
mod files;
mod folder;
mod media_type;
mod pattern;
mod piped;
mod wake;
mod walk;
mod watch;

pub use choice::{Choice, Links, Skipped};
pub use files::{Files, open_named};
pub use media_type::{GlobError, LOOKED_AT, MediaTypes, judge};
pub use piped::Piped;
pub use wake::Wake;
pub use watch::{Arrived, Looked, Watch};

/// Offers sources, one after the other, in an order that depends only on what there is.
pub trait Origin: Send {
    /// The next source, or `None` when there are no more.
    fn next(&mut self) -> Option<Offer>;

    /// Whether a source that was not offered is gone for certain from where this origin takes its sources. Asked only after
    /// everything was offered.
    fn is_gone(&self, _: &SourceName) -> bool {
        false
    }
}

/// A source that may be taken in. Nothing of its content has been read, or [`Content::in_memory`] says how much.
pub struct Offer {
    /// What it is called.
    pub name: SourceName,
    /// Where its bytes are, or why there are none.
    pub content: Result<Box<dyn Content>, Unreadable>,
}

/// The bytes of an offered source, read by the worker that processes it.
pub trait Content: Send {
    /// Reads all bytes, at most `limit` of them.
    ///
    /// # Errors
    ///
    /// If they cannot be read, or if there are more.
    fn read(self: Box<Self>, limit: u64) -> Result<Arc<[u8]>, Unreadable>;

    /// Opens the bytes, for whoever reads them where it needs them: what has more than `limit` bytes is best left where it is, as an
    /// open file, and what has less is best read at once.
    ///
    /// # Errors
    ///
    /// If they cannot be read, or if there are more and they cannot be left where they are.
    fn open(self: Box<Self>, limit: u64) -> Result<Blob, Unreadable> {
        self.read(limit).map(Blob::Memory)
    }

    /// What is known about the source from when it was taken in before; it is then not judged anew, and its bytes are read only if
    /// a step needs them.
    fn known(&self) -> Option<SourceInfo> {
        None
    }

    /// How many of its bytes are in memory before it is read. Only so many of these are taken in advance as fit into little room.
    fn in_memory(&self) -> u64 {
        0
    }

    /// What the origin claims the bytes to be.
    fn claimed(&self) -> Option<MediaType> {
        None
    }
}

/// Why a source could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// Whose fault it is: [`FailureClass::Host`], or [`FailureClass::Machine`].
    pub class: FailureClass,
    /// Outermost first: lower-case fragments.
    pub causes: Vec<String>,
    /// One thing the reader can do now.
    pub hint: Option<Hint>,
}

impl Unreadable {
    /// More bytes than are read.
    pub fn too_large(size: u64, limit: u64) -> Unreadable {
        let shown = |bytes| ByteSize(bytes).display().iec();
        Unreadable {
            class: FailureClass::Host,
            causes: vec![format!("it has {}, and the limit is {}", shown(size), shown(limit))],
            hint: Some(Hint::RaiseSourceSize),
        }
    }

    /// More bytes than are read, of which nobody knows how many there are.
    pub fn longer_than(limit: u64) -> Unreadable {
        let limit = ByteSize(limit).display().iec();
        Unreadable {
            class: FailureClass::Host,
            causes: vec![format!("it has more than {limit}, which is the limit")],
            hint: Some(Hint::RaiseSourceSize),
        }
    }

    /// A single reason.
    pub fn because(cause: impl Into<String>) -> Unreadable {
        Unreadable { class: FailureClass::Host, causes: vec![cause.into()], hint: None }
    }
}

impl From<ReadError> for Unreadable {
    fn from(error: ReadError) -> Unreadable {
        let hint = matches!(error, ReadError::Changed).then_some(Hint::WaitForWriter);
        Unreadable { class: error.class(), causes: vec![error.to_string()], hint }
    }
}
