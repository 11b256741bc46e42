//! A store that forgets everything when it is dropped, for tests and trials.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{PoisonError, RwLock};

use super::StoreError;
use super::mapped::{Batch, Entries, Entry, KeyValue};
use super::writing::Turns;

/// A store in memory.
///
/// It keeps the same keys and the same bytes as the one on disk, so what works here works there.
#[derive(Debug, Default)]
pub struct MemoryStore {
    map: RwLock<BTreeMap<Vec<u8>, Vec<u8>>>,
    turns: Turns,
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> MemoryStore {
        MemoryStore::default()
    }
}

impl Entries for MemoryStore {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.map.read().unwrap_or_else(PoisonError::into_inner).get(key).cloned())
    }

    fn scan(
        &self,
        mut range: Range<Vec<u8>>,
    ) -> Box<dyn Iterator<Item = Result<Entry, StoreError>> + '_> {
        // One entry at a time, so that the lock is not held while the caller works, perhaps on this
        // very store.
        Box::new(std::iter::from_fn(move || {
            let map = self.map.read().unwrap_or_else(PoisonError::into_inner);
            let (key, value) = map.range(range.clone()).next()?;
            range.start.clone_from(key);
            range.start.push(0);
            Some(Ok((key.clone(), value.clone())))
        }))
    }

    fn last(&self, range: Range<Vec<u8>>) -> Result<Option<Entry>, StoreError> {
        let map = self.map.read().unwrap_or_else(PoisonError::into_inner);
        Ok(map.range(range).next_back().map(|(key, value)| (key.clone(), value.clone())))
    }
}

impl KeyValue for MemoryStore {
    fn apply(&self, batch: Batch) -> Result<(), StoreError> {
        let mut map = self.map.write().unwrap_or_else(PoisonError::into_inner);
        for (key, value) in batch {
            match value {
                Some(value) => map.insert(key, value),
                None => map.remove(&key),
            };
        }
        Ok(())
    }

    fn flush(&self, _: u64) -> Result<(), StoreError> {
        Ok(())
    }

    fn turns(&self) -> &Turns {
        &self.turns
    }

    fn size_on_disk(&self) -> Result<Option<u64>, StoreError> {
        Ok(None)
    }
}
