//! Offers what a store holds once more: for another try, or for a store built anew.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::capabilities::Blob;
use crate::ingest::{Content, NotKept, Offer, Origin, Unreadable, open_named};
use crate::model::{SourceInfo, SourceName, StoredSource};
use crate::store::{Store, StoreError};

/// Sources of a store, with the content that the store keeps of them.
pub struct Stored {
    store: Arc<dyn Store>,
    names: VecDeque<SourceName>,
    base: Option<PathBuf>,
}

impl Stored {
    /// These sources, in this order.
    pub fn of(store: Arc<dyn Store>, names: impl IntoIterator<Item = SourceName>) -> Stored {
        Stored { store, names: names.into_iter().collect(), base: None }
    }

    /// All sources that lie in no container and are not retired; what lies in one comes out of it
    /// again. `damaged` is told what cannot be read.
    pub fn all(store: Arc<dyn Store>, damaged: &mut dyn FnMut(StoreError)) -> Stored {
        let is_outermost =
            |source: &StoredSource| source.info.container.is_none() && !source.retired;
        let read = store.sources().filter_map(|source| source.map_err(&mut *damaged).ok());
        let names: Vec<_> = read.filter(is_outermost).map(|source| source.info.name).collect();
        Stored::of(store, names)
    }

    /// The same, with names that are relative to `base` where a store keeps no copy: it is read
    /// where it was then, if that is the very same file.
    #[must_use]
    pub fn beside(self, base: &Path) -> Stored {
        Stored { base: Some(base.to_owned()), ..self }
    }

    /// How many sources are still to be offered.
    pub fn count(&self) -> u64 {
        self.names.len() as u64
    }

    fn content(&self, name: &SourceName) -> Result<KeptContent, Unreadable> {
        let source = self.store.source(name).map_err(Unreadable::because)?;
        let source = source.filter(|source| source.version > 0);
        let source = source.ok_or_else(|| not_kept(NotKept::NeverRead))?;
        let (store, base) = (Arc::clone(&self.store), self.base.clone());
        Ok(KeptContent { store, base, info: source.info })
    }
}

impl Origin for Stored {
    fn next(&mut self) -> Option<Offer> {
        let name = self.names.pop_front()?;
        let content = self.content(&name).map(|content| Box::new(content) as Box<dyn Content>);
        Some(Offer { name, content })
    }
}

struct KeptContent {
    store: Arc<dyn Store>,
    base: Option<PathBuf>,
    info: SourceInfo,
}

fn not_kept(kind: NotKept) -> Unreadable {
    Unreadable::NotKept { kind, file: None }
}

impl Content for KeptContent {
    fn read(self: Box<Self>, limit: u64) -> Result<Arc<[u8]>, Unreadable> {
        match self.open(limit)? {
            Blob::Memory(bytes) => Ok(bytes),
            Blob::File(file) => Err(Unreadable::too_large(file.size(), limit)),
        }
    }

    fn open(self: Box<Self>, limit: u64) -> Result<Blob, Unreadable> {
        let KeptContent { store, base, info } = *self;
        // It was within the limit when it was taken in.
        if let Some(bytes) = store.original(&info.digest).map_err(Unreadable::because)? {
            return Ok(Blob::Memory(bytes.into()));
        }
        let Some(base) = base.filter(|_| info.container.is_none()) else {
            return Err(not_kept(NotKept::NotCopied));
        };
        let blob = open_named(&base, &info.name, limit).map_err(|reason| Unreadable::NotKept {
            kind: NotKept::Moved,
            file: Some(Box::new(reason)),
        })?;
        // Whoever wrote the store may have named any file: of another one, nothing is read but for
        // its digest.
        if blob.size() != info.size || blob.digest()? != info.digest {
            return Err(not_kept(NotKept::Changed));
        }
        Ok(blob)
    }

    fn known(&self) -> Option<SourceInfo> {
        Some(self.info.clone())
    }
}
