//! A source on its way into the steps: what is known of it, and its bytes, read once something needs them.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use crate::capabilities::{Member, SourceBytes};
use crate::ingest::{Content, Offer, Unreadable, judge};
use crate::model::{Attribute, Digest, MediaType, SourceInfo, SourceName};
use crate::sandbox::NESTING;

/// A source of which everything is known but perhaps its bytes.
///
/// Where it comes from does not matter: bytes in memory ([`Source::new`]), something that an origin offers ([`Source::open`]), or a
/// member of a container.
pub struct Source {
    pub(in crate::pipeline) info: SourceInfo,
    pub(in crate::pipeline) bytes: Bytes,
    /// How many containers it was taken out of.
    pub(in crate::pipeline) depth: usize,
}

impl Source {
    /// These bytes, judged by their content and the extension of their name.
    pub fn new(name: SourceName, bytes: impl Into<Arc<[u8]>>) -> Source {
        Source::judged(name, None, bytes.into())
    }

    /// What an origin offers, of at most `limit` bytes; it is called as the offer is.
    ///
    /// # Errors
    ///
    /// If it cannot be read, or has more bytes.
    pub fn open(offer: Offer, limit: u64) -> Result<Source, Unreadable> {
        let Offer { name, content } = offer;
        let content = content?;
        if let Some(info) = content.known() {
            let bytes = Bytes::unread(content, limit);
            return Ok(Source { info, bytes, depth: 0 });
        }
        let claimed = content.claimed();
        let bytes = content.read(limit)?;
        Ok(Source::judged(name, claimed.as_ref(), bytes))
    }

    /// A member of this container, of at most `limit` bytes.
    pub(in crate::pipeline) fn member(
        &self,
        name: SourceName,
        member: Member,
        limit: u64,
    ) -> Result<Source, Unreadable> {
        let depth = self.depth + 1;
        if depth > NESTING {
            return Err(Unreadable::because(format!(
                "it lies in {depth} containers within each other, and the limit is {NESTING}"
            )));
        }
        if member.content.len() as u64 > limit {
            let size = member.content.len();
            let reason = format!("it has {size} bytes, and the limit is {limit}");
            return Err(Unreadable::because(reason));
        }
        let bytes: Arc<[u8]> = Arc::from(member.content);
        let media_type = judge(&member.name, member.media_type.as_ref(), &bytes);
        let info = SourceInfo {
            container: Some(self.info.name.clone()),
            attributes: member.attributes,
            ..info(name, media_type, &bytes)
        };
        Ok(Source { info, bytes: Bytes::read(bytes), depth })
    }

    fn judged(name: SourceName, claimed: Option<&MediaType>, bytes: Arc<[u8]>) -> Source {
        let media_type = judge(name.as_str(), claimed, &bytes);
        let info = info(name, media_type, &bytes);
        Source { info, bytes: Bytes::read(bytes), depth: 0 }
    }

    /// The same as another kind of thing than it was judged to be.
    #[must_use]
    pub fn with_media_type(mut self, media_type: MediaType) -> Source {
        self.info.media_type = media_type;
        self
    }

    /// The same with what is known about it from outside, such as its date: it becomes part of its documents where they do not
    /// say so themselves.
    #[must_use]
    pub fn with_attributes(mut self, attributes: Vec<Attribute>) -> Source {
        self.info.attributes = attributes;
        self
    }

    /// What is known about it.
    pub fn info(&self) -> &SourceInfo {
        &self.info
    }

    /// What a plugin reads.
    pub(super) fn for_plugin(&self) -> Result<SourceBytes, Unreadable> {
        Ok(SourceBytes::new(self.info.media_type.clone(), self.bytes.get()?))
    }
}

fn info(name: SourceName, media_type: MediaType, bytes: &[u8]) -> SourceInfo {
    SourceInfo {
        name,
        media_type,
        size: bytes.len() as u64,
        digest: Digest::of(bytes),
        container: None,
        attributes: Vec::new(),
    }
}

/// What is known of a source that could not be read: its name.
pub(in crate::pipeline) fn unread_info(name: SourceName) -> SourceInfo {
    let unknown = MediaType::new("application/octet-stream");
    info(name, unknown.unwrap_or_else(|_| unreachable!("a media type")), &[])
}

/// The bytes of a source, read once something needs them.
pub(in crate::pipeline) struct Bytes {
    /// Where they can be read, and how many at most.
    content: Mutex<Option<(Box<dyn Content>, u64)>>,
    read: OnceLock<Result<Arc<[u8]>, Unreadable>>,
}

impl Bytes {
    fn read(bytes: Arc<[u8]>) -> Bytes {
        Bytes { content: Mutex::default(), read: OnceLock::from(Ok(bytes)) }
    }

    fn unread(content: Box<dyn Content>, limit: u64) -> Bytes {
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
