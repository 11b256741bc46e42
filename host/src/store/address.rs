//! Where a store is, in words: what opens it is decided here, and nowhere else.

use std::ffi::OsString;
use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};

use super::mapped::{Batch, Entries, Entry, KeyValue};
use super::writing::Turns;
use super::{Flaw, Forgetting, MemoryStore, SledOptions, SledStore, StoreError};
use crate::model::SourceName;

/// Where a store is.
///
/// | Address | Store |
/// |---|---|
/// | a path, or `sled:` and a path | in a folder, on disk |
/// | `memory:` | in memory, gone with the process: for trials |
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address(Place);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Place {
    Folder(PathBuf),
    Memory,
}

/// An address begins with a kind of store that this docmill does not have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no kind of store called `{}`", .kind.escape_debug())]
pub struct AddressError {
    /// The kind that it names.
    pub kind: String,
}

impl Address {
    /// Reads an address. A path that looks like one of another kind is written with `./` before it.
    ///
    /// # Errors
    ///
    /// If it names a kind of store, as `kind://…` does, that there is not.
    pub fn read(address: impl Into<OsString>) -> Result<Address, AddressError> {
        let address = address.into();
        if address == "memory:" {
            return Ok(Address(Place::Memory));
        }
        if let Some(path) = address.to_str().and_then(|text| text.strip_prefix("sled:")) {
            return Ok(Address(Place::Folder(path.into())));
        }
        let kind = address.to_str().and_then(|text| text.split_once("://")).map(|(kind, _)| kind);
        match kind {
            Some(kind) if !kind.is_empty() && kind.bytes().all(|it| it.is_ascii_alphanumeric()) => {
                Err(AddressError { kind: kind.to_owned() })
            }
            _ => Ok(Address(Place::Folder(address.into()))),
        }
    }

    /// The address of a store in a folder.
    pub fn folder(path: impl Into<PathBuf>) -> Address {
        Address(Place::Folder(path.into()))
    }

    /// The folder, if the store is in one.
    pub fn path(&self) -> Option<&Path> {
        match &self.0 {
            Place::Folder(path) => Some(path),
            Place::Memory => None,
        }
    }

    /// The folder in which is kept what others derive from the store, if it is in a folder itself:
    /// such as what is needed to search it. Nothing in it is part of the store, and to forget a
    /// source removes all of it. Whoever uses it has the store open.
    pub fn derived(&self) -> Option<PathBuf> {
        self.path().map(|path| path.join(super::folder::DERIVED))
    }

    /// Whether another process waits for the store, which is open in one process at a time: who has
    /// it open and can do without it for a while may close it.
    pub fn is_wanted(&self) -> bool {
        self.path().is_some_and(super::folder::is_wanted)
    }

    /// Whether there is something at the address that could be a store.
    pub fn is_there(&self) -> bool {
        self.path().is_some_and(Path::exists)
    }

    /// Opens the store, and makes it if it is not there.
    ///
    /// # Errors
    ///
    /// As for [`SledStore::open`], if it is in a folder.
    pub fn open(&self) -> Result<AnyStore, StoreError> {
        self.open_with(&SledOptions::default())
    }

    /// Opens even what is known to be damaged, for reading what is left of it: see
    /// [`SledOptions::salvage`].
    ///
    /// # Errors
    ///
    /// As for [`Address::open`].
    pub fn open_damaged(&self) -> Result<AnyStore, StoreError> {
        self.open_with(&SledOptions { salvage: true, ..SledOptions::default() })
    }

    /// Converts the store of an earlier docmill: see [`SledStore::upgrade`].
    ///
    /// # Errors
    ///
    /// As for [`SledStore::upgrade`].
    pub fn upgrade(&self, found: &mut dyn FnMut(Flaw)) -> Result<bool, StoreError> {
        match &self.0 {
            Place::Folder(path) => SledStore::upgrade(path, found),
            Place::Memory => Ok(false),
        }
    }

    /// Takes a source out of the store for good: see [`SledStore::forget`].
    ///
    /// # Errors
    ///
    /// As for [`SledStore::forget`].
    pub fn forget(
        &self,
        name: &SourceName,
        agreed: &mut dyn FnMut(&Forgetting) -> bool,
    ) -> Result<Option<Forgetting>, StoreError> {
        match &self.0 {
            Place::Folder(path) => SledStore::forget(path, name, agreed),
            // It is empty whenever it is opened.
            Place::Memory => Ok(None),
        }
    }

    fn open_with(&self, options: &SledOptions) -> Result<AnyStore, StoreError> {
        Ok(AnyStore(match &self.0 {
            Place::Folder(path) => Box::new(SledStore::open(path, options)?),
            Place::Memory => Box::new(MemoryStore::new()),
        }))
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Place::Folder(path) => path.display().fmt(f),
            Place::Memory => f.write_str("memory:"),
        }
    }
}

/// A store of whichever kind its address said.
pub struct AnyStore(Box<dyn KeyValue>);

impl fmt::Debug for AnyStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AnyStore").finish_non_exhaustive()
    }
}

impl Entries for AnyStore {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        self.0.get(key)
    }

    fn scan(
        &self,
        range: Range<Vec<u8>>,
    ) -> Box<dyn Iterator<Item = Result<Entry, StoreError>> + '_> {
        self.0.scan(range)
    }

    fn last(&self, range: Range<Vec<u8>>) -> Result<Option<Entry>, StoreError> {
        self.0.last(range)
    }
}

impl KeyValue for AnyStore {
    fn apply(&self, batch: Batch) -> Result<(), StoreError> {
        self.0.apply(batch)
    }

    fn flush(&self, count: u64) -> Result<(), StoreError> {
        self.0.flush(count)
    }

    fn turns(&self) -> &Turns {
        self.0.turns()
    }

    fn size_on_disk(&self) -> Result<Option<u64>, StoreError> {
        self.0.size_on_disk()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Store;

    #[test]
    fn an_address_says_what_opens_the_store() {
        let path = |text: &str| Address::read(text).unwrap().path().map(Path::to_owned);
        for (address, folder) in [
            ("news", "news"),
            ("sled:news", "news"),
            ("./sled:news", "./sled:news"),
            ("a:b", "a:b"),
        ] {
            assert_eq!(path(address), Some(PathBuf::from(folder)), "{address}");
        }
        assert_eq!(path("memory:"), None);
        let error = Address::read("postgres://here").unwrap_err();
        assert_eq!(error.to_string(), "there is no kind of store called `postgres`");
    }

    #[test]
    fn whoever_waits_for_a_store_leaves_word() {
        let folder = tempfile::tempdir().unwrap();
        let address = Address::folder(folder.path().join("store"));
        let store = address.open().unwrap();
        assert!(!address.is_wanted());
        let wait = || {
            let address = address.clone();
            std::thread::spawn(move || address.open().is_ok())
        };
        let mut waiting = wait();
        while !address.is_wanted() {
            // The machine may have been busy for as long as is waited.
            if waiting.is_finished() {
                waiting = wait();
            }
            std::thread::yield_now();
        }
        drop(store);
        // Whether it came in time or not.
        let _ = waiting.join().unwrap();
        assert!(!address.is_wanted());
    }

    #[test]
    fn a_store_is_there_only_after_it_was_made() {
        let folder = tempfile::tempdir().unwrap();
        let address = Address::folder(folder.path().join("store"));
        assert!(!address.is_there());
        assert_eq!(address.open().unwrap().sources().count(), 0);
        assert!(address.is_there());
        let memory = Address::read("memory:").unwrap();
        assert_eq!((memory.open().unwrap().sources().count(), memory.is_there()), (0, false));
    }
}
