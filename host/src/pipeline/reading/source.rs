//! A source on its way into the steps: what is known of it, and its bytes, read once something
//! needs them.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use crate::capabilities::{Allowance, Blob, Member, SourceBytes};
use crate::ingest::{Content, LOOKED_AT, MediaTypes, Offer, Unreadable, judge};
use crate::model::{Attribute, Digest, MediaType, Role, SourceInfo, SourceName};
use crate::pipeline::assembly::Pipeline;
use crate::sandbox::NESTING;

/// A source of which everything is known but perhaps its bytes.
///
/// Where it comes from does not matter: bytes in memory ([`Source::new`]), something that an origin
/// offers ([`Source::open`], [`Source::stream`]), or a member of a container.
pub struct Source {
    pub(in crate::pipeline) info: SourceInfo,
    pub(in crate::pipeline) bytes: Bytes,
    /// How many containers it was taken out of.
    pub(in crate::pipeline) depth: usize,
    /// An extractor reads no more bytes than these.
    limit: u64,
    /// What may still come out of the file that it was taken out of.
    allowance: OnceLock<Allowance>,
}

impl Source {
    /// These bytes, judged by their content and the extension of their name.
    pub fn new(name: SourceName, bytes: impl Into<Arc<[u8]>>) -> Source {
        Source::judged(name, None, bytes.into(), &MediaTypes::default())
    }

    /// What an origin offers, of at most `limit` bytes; it is called as the offer is.
    ///
    /// # Errors
    ///
    /// If it cannot be read, or has more bytes.
    pub fn open(offer: Offer, limit: u64) -> Result<Source, Unreadable> {
        let Offer { name, content } = offer;
        let content = content?;
        if content.known().is_some() {
            return Ok(Source::kept(content, limit));
        }
        let claimed = content.claimed();
        let bytes = content.read(limit)?;
        Ok(Source::judged(name, claimed.as_ref(), bytes, &MediaTypes::default()))
    }

    /// What an origin offers, of at most `limit` bytes in memory: what has more is left where it
    /// is, if the pipeline takes such things apart. It is read once then, for its digest.
    ///
    /// # Errors
    ///
    /// If it cannot be read, or has more bytes and is nothing that the pipeline takes apart.
    pub fn stream(offer: Offer, limit: u64, pipeline: &Pipeline) -> Result<Source, Unreadable> {
        let Offer { name, content } = offer;
        let content = content?;
        if content.known().is_some() {
            return Ok(Source::kept(content, limit));
        }
        let claimed = content.claimed();
        let types = pipeline.media_types();
        let blob = match content.open(limit)? {
            Blob::Memory(bytes) => return Ok(Source::judged(name, claimed.as_ref(), bytes, types)),
            file => file,
        };
        let media_type = match types.of(name.as_str()) {
            Some(said) => said.clone(),
            None => judge(name.as_str(), claimed.as_ref(), &blob.read(0, LOOKED_AT)?),
        };
        if blob.size() > limit && pipeline.accepting(Role::Unpacker, &media_type).next().is_none() {
            return Err(Unreadable::too_large(blob.size(), limit));
        }
        Source::of_file(name, media_type, blob, limit)
    }

    /// What an origin offers, as [`Source::stream`] has it, if the pipeline takes such things
    /// apart. Of anything else, no more is read than what is looked at.
    pub(in crate::pipeline) fn container(
        offer: Offer,
        limit: u64,
        pipeline: &Pipeline,
    ) -> Result<Option<Source>, Unreadable> {
        let Offer { name, content } = offer;
        let content = content?;
        let claimed = content.claimed();
        let types = pipeline.media_types();
        let blob = content.glance(limit)?;
        let media_type = match types.of(name.as_str()) {
            Some(said) => said.clone(),
            None => judge(name.as_str(), claimed.as_ref(), &blob.read(0, LOOKED_AT)?),
        };
        if pipeline.accepting(Role::Unpacker, &media_type).next().is_none() {
            return Ok(None);
        }
        if blob.size() > limit {
            return Source::of_file(name, media_type, blob, limit).map(Some);
        }
        Ok(Some(Source::judged(name, claimed.as_ref(), blob.whole()?, types)))
    }

    fn of_file(
        name: SourceName,
        media_type: MediaType,
        blob: Blob,
        limit: u64,
    ) -> Result<Source, Unreadable> {
        let info = SourceInfo {
            name,
            media_type,
            size: blob.size(),
            digest: blob.digest()?,
            container: None,
            attributes: Vec::new(),
        };
        Ok(Source { info, bytes: Bytes::read(blob), depth: 0, limit, allowance: OnceLock::new() })
    }

    fn kept(content: Box<dyn Content>, limit: u64) -> Source {
        let info = content.known().unwrap_or_else(|| unreachable!("asked before"));
        let bytes = Bytes::unread(content, limit);
        // It was within the limit when it was taken in, or is a container.
        Source { info, bytes, depth: 0, limit: u64::MAX, allowance: OnceLock::new() }
    }

    /// A member of this container, of at most `limit` bytes; `types` says what some are, whatever
    /// they look like.
    pub(in crate::pipeline) fn member(
        &self,
        name: SourceName,
        member: Member,
        limit: u64,
        types: &MediaTypes,
    ) -> Result<Source, Unreadable> {
        let depth = self.depth + 1;
        if depth > NESTING {
            return Err(Unreadable::TooNested { depth, most: NESTING });
        }
        let Member { name: called, media_type: claimed, content, attributes } = member;
        let size = content.size();
        let blob = match content {
            // What waits in a file may be larger than what is held in memory, as long as something
            // takes it apart.
            Blob::File(file) if size > limit => Blob::File(file),
            _ if size > limit => return Err(Unreadable::too_large(size, limit)),
            content => Blob::Memory(content.whole()?),
        };
        let media_type = match types.of(name.as_str()) {
            Some(said) => said.clone(),
            None => judge(&called, claimed.as_ref(), &blob.read(0, LOOKED_AT)?),
        };
        let digest = blob.digest()?;
        let container = Some(self.info.name.clone());
        let info = SourceInfo { name, media_type, size, digest, container, attributes };
        let allowance = self.allowance.clone();
        Ok(Source { info, bytes: Bytes::read(blob), depth, limit, allowance })
    }

    /// What may come out of it: its share of what may come out of the file that it lies in, or what
    /// its size allows, but never more than `most`. Its members share that from now on.
    pub(super) fn allowance(&self, most: u64) -> Allowance {
        self.allowance.get_or_init(|| Allowance::for_container(self.info.size, most)).clone()
    }

    fn judged(
        name: SourceName,
        claimed: Option<&MediaType>,
        bytes: Arc<[u8]>,
        types: &MediaTypes,
    ) -> Source {
        let said = types.of(name.as_str()).cloned();
        let media_type = said.unwrap_or_else(|| judge(name.as_str(), claimed, &bytes));
        let info = info(name, media_type, &bytes);
        let bytes = Bytes::read(Blob::Memory(bytes));
        Source { info, bytes, depth: 0, limit: u64::MAX, allowance: OnceLock::new() }
    }

    /// The same as another kind of thing than it was judged to be.
    #[must_use]
    pub fn with_media_type(mut self, media_type: MediaType) -> Source {
        self.info.media_type = media_type;
        self
    }

    /// The same with what is known about it from outside, such as its date: it becomes part of its
    /// documents where they do not say so themselves.
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
        let source = SourceBytes::of(self.info.media_type.clone(), self.bytes.get()?);
        Ok(source.with_attributes(self.info.attributes.clone()))
    }

    /// Why no extractor may read it, if it is too large for them.
    pub(super) fn too_large(&self) -> Option<Unreadable> {
        (self.info.size > self.limit).then(|| Unreadable::too_large(self.info.size, self.limit))
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

/// The bytes of a source, read, or opened, once something needs them.
pub(in crate::pipeline) struct Bytes {
    /// Where they can be read, and how many at most into memory.
    content: Mutex<Option<(Box<dyn Content>, u64)>>,
    read: OnceLock<Result<Blob, Unreadable>>,
}

impl Bytes {
    fn read(blob: Blob) -> Bytes {
        Bytes { content: Mutex::default(), read: OnceLock::from(Ok(blob)) }
    }

    fn unread(content: Box<dyn Content>, limit: u64) -> Bytes {
        Bytes { content: Mutex::new(Some((content, limit))), read: OnceLock::new() }
    }

    /// Whether the source was offered out of a store, and so far nobody has asked for its bytes.
    pub(in crate::pipeline) fn are_kept(&self) -> bool {
        self.read.get().is_none()
    }

    pub(in crate::pipeline) fn get(&self) -> Result<Blob, Unreadable> {
        let read = self.read.get_or_init(|| {
            let content = self.content.lock().unwrap_or_else(PoisonError::into_inner).take();
            let (content, limit) = content.ok_or(Unreadable::FailedBefore)?;
            content.open(limit)
        });
        read.clone()
    }

    /// All of them, unless they are in a file that has more than so many.
    ///
    /// # Errors
    ///
    /// If they cannot be read.
    pub(in crate::pipeline) fn whole(&self, most: u64) -> Result<Option<Arc<[u8]>>, Unreadable> {
        match self.get()? {
            Blob::File(file) if file.size() > most => Ok(None),
            blob => Ok(Some(blob.whole()?)),
        }
    }
}
