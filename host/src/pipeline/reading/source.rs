//! A source on its way into the steps: what is known of it, and its bytes, read once something needs them.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use crate::ingest::{Content, Unreadable};
use crate::model::SourceInfo;

/// A source of which everything is known but perhaps its bytes.
pub(in crate::pipeline) struct Incoming {
    pub(in crate::pipeline) info: SourceInfo,
    pub(in crate::pipeline) bytes: Bytes,
    /// How many containers it was taken out of.
    pub(in crate::pipeline) depth: usize,
}

/// The bytes of a source, read once something needs them.
pub(in crate::pipeline) struct Bytes {
    /// Where they can be read, and how many at most.
    content: Mutex<Option<(Box<dyn Content>, u64)>>,
    read: OnceLock<Result<Arc<[u8]>, Unreadable>>,
}

impl Bytes {
    pub(in crate::pipeline) fn read(bytes: Arc<[u8]>) -> Bytes {
        Bytes { content: Mutex::default(), read: OnceLock::from(Ok(bytes)) }
    }

    pub(in crate::pipeline) fn unread(content: Box<dyn Content>, limit: u64) -> Bytes {
        Bytes { content: Mutex::new(Some((content, limit))), read: OnceLock::new() }
    }

    /// Whether the source was offered out of a store, and so far nobody has asked for its bytes.
    pub(in crate::pipeline) fn are_kept(&self) -> bool {
        self.read.get().is_none()
    }

    pub(in crate::pipeline) fn get(&self) -> Result<Arc<[u8]>, Unreadable> {
        let read = self.read.get_or_init(|| {
            let content = self.content.lock().unwrap_or_else(PoisonError::into_inner).take();
            let (content, limit) =
                content.ok_or_else(|| Unreadable::because("reading it failed before"))?;
            content.read(limit)
        });
        read.clone()
    }
}
