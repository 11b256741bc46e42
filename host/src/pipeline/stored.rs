//! Offers what a store holds once more: for another try, or for a store built anew.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::ingest::{Content, Offer, Origin, Unreadable};
use crate::model::{SourceInfo, SourceName, StoredSource};
use crate::store::{Store, StoreError};

/// Sources of a store, with the content that the store keeps of them.
pub struct Stored {
    store: Arc<dyn Store>,
    names: VecDeque<SourceName>,
}

impl Stored {
    /// These sources, in this order.
    pub fn of(store: Arc<dyn Store>, names: impl IntoIterator<Item = SourceName>) -> Stored {
        Stored { store, names: names.into_iter().collect() }
    }

    /// All sources that lie in no container and are not retired; what lies in one comes out of it again. `damaged` is told what cannot be read.
    pub fn all(store: Arc<dyn Store>, damaged: &mut dyn FnMut(StoreError)) -> Stored {
        let is_outermost =
            |source: &StoredSource| source.info.container.is_none() && !source.retired;
        let read = store.sources().filter_map(|source| source.map_err(&mut *damaged).ok());
        let names: Vec<_> = read.filter(is_outermost).map(|source| source.info.name).collect();
        Stored::of(store, names)
    }

    /// How many sources are still to be offered.
    pub fn count(&self) -> u64 {
        self.names.len() as u64
    }

    fn content(&self, name: &SourceName) -> Result<KeptContent, Unreadable> {
        let source = self.store.source(name).map_err(unreadable)?;
        let source = source.filter(|source| source.version > 0);
        let source = source.ok_or_else(|| Unreadable::because("its content was never read"))?;
        Ok(KeptContent { store: Arc::clone(&self.store), info: source.info })
    }
}

fn unreadable(error: StoreError) -> Unreadable {
    let causes = std::iter::successors(Some(&error as &dyn std::error::Error), |it| it.source());
    Unreadable { causes: causes.map(ToString::to_string).collect(), hint: None }
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
    info: SourceInfo,
}

impl Content for KeptContent {
    fn read(self: Box<Self>, _: u64) -> Result<Arc<[u8]>, Unreadable> {
        // It was within the limit when it was taken in.
        let bytes = self.store.original(&self.info.digest).map_err(unreadable)?;
        let bytes = bytes.ok_or_else(|| Unreadable::because("its content is not in the store"))?;
        Ok(bytes.into())
    }

    fn known(&self) -> Option<SourceInfo> {
        Some(self.info.clone())
    }
}
