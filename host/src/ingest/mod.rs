//! Where sources come from, and what kind of thing they are.
//!
//! [`Origin`] is what the pipeline knows: something that offers sources one after the other.
//! [`Files`] walks paths; a queue or a bucket can stand in its place.

use std::sync::Arc;

use crate::capabilities::Blob;
use crate::model::{MediaType, SourceInfo, SourceName};

mod choice;
mod files;
mod folder;
mod media_type;
mod pattern;
mod piped;
mod unreadable;
mod wake;
mod walk;
mod watch;

pub use choice::{Choice, Links, Skipped};
pub use files::{Files, open_named};
pub use media_type::{GlobError, LOOKED_AT, MediaTypes, judge};
pub use piped::Piped;
pub use unreadable::{LinkRefusal, NotKept, Tried, Unreadable};
pub use wake::Wake;
pub use watch::{Arrived, Looked, Watch};

/// Offers sources, one after the other, in an order that depends only on what there is.
pub trait Origin: Send {
    /// The next source, or `None` when there are no more.
    fn next(&mut self) -> Option<Offer>;

    /// Whether a source that was not offered is gone for certain from where this origin takes its
    /// sources. Asked only after everything was offered.
    fn is_gone(&self, _: &SourceName) -> bool {
        false
    }
}

/// A source that may be taken in. Nothing of its content has been read, or [`Content::in_memory`]
/// says how much.
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

    /// Opens the bytes, for whoever reads them where it needs them: what has more than `limit`
    /// bytes is best left where it is, as an open file, and what has less is best read at once.
    ///
    /// # Errors
    ///
    /// If they cannot be read, or if there are more and they cannot be left where they are.
    fn open(self: Box<Self>, limit: u64) -> Result<Blob, Unreadable> {
        self.read(limit).map(Blob::Memory)
    }

    /// Opens the bytes for a look at their beginning, as they are perhaps somebody else's: what can
    /// be left where it is, however few bytes it has, is best left there.
    ///
    /// # Errors
    ///
    /// As for [`Content::open`].
    fn glance(self: Box<Self>, limit: u64) -> Result<Blob, Unreadable> {
        self.open(limit)
    }

    /// What is known about the source from when it was taken in before; it is then not judged anew,
    /// and its bytes are read only if a step needs them.
    fn known(&self) -> Option<SourceInfo> {
        None
    }

    /// How many of its bytes are in memory before it is read. Only so many of these are taken in
    /// advance as fit into little room.
    fn in_memory(&self) -> u64 {
        0
    }

    /// What the origin claims the bytes to be.
    fn claimed(&self) -> Option<MediaType> {
        None
    }
}
