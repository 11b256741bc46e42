//! The store on disk, in a [sled] database; the only module that knows it.
//!
//! sled 0.34 is fast and small, and has habits that this module is built around. Found by reading
//! its source:
//!
//! - *`flush` does not survive a power cut.* On Linux it ends in `sync_file_range`, which neither
//!   writes the size of the file nor empties the cache of the drive. So every flush is followed by
//!   an `fdatasync` of the log.
//! - *Large values leave the log.* A page (all values of up to 17 neighbouring keys) of more than a
//!   quarter of a segment becomes a file in `blobs/`, which sled never syncs at all. So records are
//!   cut into pieces of 16 KiB (`pieces::PIECE`) and a segment is 2 MiB: 17 pieces with keys of the
//!   greatest length are 350 KiB, below the 512 KiB where that would begin. Only hundreds of
//!   neighbouring source names of 2 KB and more still get there, so new files in `blobs/` are
//!   synced as well.
//! - *It asserts.* A damaged log or a failing disk can end in a panic (spacejam/sled#1533), so
//!   every call is guarded and a panic becomes an error; its message still goes through the panic
//!   hook of the process, which decides whether anybody sees it.
//! - *It takes a damaged end of its log for a write that was cut off,* and goes on without it.
//!   `writing` counts the commits, so that a loss is noticed.
//! - *It keeps its lock* for a moment after it was dropped. So the lock that counts is the one of
//!   the folder, and sled's is waited for.
//! - *Pages that were touched stay in memory* until 64 accesses of other pages in the same of 256
//!   shards push them out, whatever the cache may hold. And a page is written anew as a whole after
//!   some changes to it. Keys made of digests and ids touch pages all over the tree, so those must
//!   be small: only values of up to [`INLINE`] bytes lie beside their keys. The others lie at the
//!   end of the tree, under numbers in the order in which they were written ([`Place`]).
//! - *A batch keeps all memory it touches* until it is applied. So an original goes in many batches
//!   of 1 MiB, and only its head is in the batch of its commit.
//! - *Every batch is written to the file by itself*, in two pieces that the kernel is told to write
//!   out. So a group of commits is one batch, up to some 1 MiB, and has one flush.
//!
//! Measured (two busy cores, ext4; a commit is a text of 4 KB with its original and two findings):
//!
//! | What | Result |
//! |---|---|
//! | groups of 64 against one by one | 3 times the documents per second, on a disk that syncs within a millisecond |
//! | large values under numbers against beside their keys, 10,000 commits | 1.5 times the documents per second, 0.37 of the time to list, half of the time to open, 1.1 times the space |
//! | memory of a whole `ingest` after 1,000 and 10,000 commits | 54 to 58 MiB, beside their keys 53 to 83 |
//! | on disk, against the compressed records with their keys | 2.7 times: pages are rewritten, and segments wait to be recycled |
//! | segments of 0.5, 2, 8 MiB | no difference in speed above the noise; 8 MiB take 1.3 times the space of 2 MiB |
//! | opening, after 10,000 and 60,000 commits | 1 : 5: sled reads its table of pages |
//!
//! `Mode` is not set: 0.34.7 stores it and never reads it.
//!
//! [sled]: https://docs.rs/sled/0.34.7

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use super::convert::convert;
use super::error::{Damage, Flaw, Item, StoreError};
use super::folder::{self, Folder};
use super::forget::{Forgetting, Oblivion};
use super::mapped::{Batch, Entries, Entry, KeyValue};
use super::swap::Swap;
use super::verify::verify;
use super::writing::{self, Turns};
use super::{entries, keys, upkeep};
use crate::error::Action;
use crate::model::{ByteSize, SourceName};

mod calls;

use calls::guarded;

/// Where in the folder of the store the database is.
const DATABASE: &str = "sled";

/// The tree of the database in which everything is.
const TREE: &str = "docmill 2";

/// The tree in which layout 1 of the keys had everything.
const EARLIER_TREE: &str = "docmill";

/// The unit in which sled writes and recycles its log; a quarter of it is the largest page that
/// stays in the log. Part of the format: sled refuses a database with another one.
const SEGMENT: usize = 2 * 1024 * 1024;

/// The largest value that lies beside its key, in bytes. The records that are read one after the
/// other, those of sources, do.
const INLINE: usize = 512;

/// What keys begin with under which values lie that do not lie beside their own.
const NUMBERED: u8 = keys::BEYOND;

/// Where a value is: what the tree has under a key of `keys`. Part of the format.
///
/// | Bytes | Meaning |
/// |---|---|
/// | 0, value | here |
/// | 1, number (u64 BE) | under [`NUMBERED`] and this number; the next value gets the next one |
enum Place<'a> {
    Here(&'a [u8]),
    Elsewhere(&'a [u8; 8]),
}

impl Place<'_> {
    const HERE: u8 = 0;
    const ELSEWHERE: u8 = 1;

    fn of(bytes: &[u8]) -> Option<Place<'_>> {
        match bytes.split_first()? {
            (&Place::HERE, value) => Some(Place::Here(value)),
            (&Place::ELSEWHERE, number) => number.try_into().ok().map(Place::Elsewhere),
            _ => None,
        }
    }
}

fn numbered(number: &[u8; 8]) -> Vec<u8> {
    [&[NUMBERED], &number[..]].concat()
}

/// How to open a [`SledStore`].
#[derive(Debug, Clone)]
pub struct SledOptions {
    /// How much of the database is kept in memory; 1 MiB unless told otherwise: with 8 MiB and
    /// 10,000 articles nothing is faster, be it ingest, update or export, and memory only grows for
    /// longer. sled takes it as a guideline.
    pub cache: ByteSize,
    /// Opens even what is known to be damaged, for reading what is left of it. Files beside the log
    /// that keep the database from opening are renamed to `damaged-…`.
    pub salvage: bool,
}

impl Default for SledOptions {
    fn default() -> SledOptions {
        SledOptions { cache: ByteSize::mib(1), salvage: false }
    }
}

/// A store in a folder.
#[derive(Debug)]
pub struct SledStore {
    // The order matters: the database is closed before the lock is given up.
    leaves: Leaves,
    database: ::sled::Db,
    /// The number of the next value that does not lie beside its key. Held while a batch is put
    /// together and applied.
    next: Mutex<u64>,
    /// sled's log, for making it durable.
    log: File,
    /// The files beside the log that are known to be durable.
    synced: Mutex<BTreeSet<OsString>>,
    /// Where the number of commits is remembered, and what was written there last.
    count: Mutex<Option<(File, u64)>>,
    turns: Turns,
    /// The folder of the database.
    path: PathBuf,
    folder: Arc<Folder>,
}

/// What a tree of the database holds.
#[derive(Debug)]
struct Leaves(::sled::Tree);

impl Leaves {
    /// The value of a key, of which `stored` was read. `None` if it was taken out meanwhile.
    fn value(&self, key: &[u8], mut stored: ::sled::IVec) -> Result<Option<Vec<u8>>, StoreError> {
        loop {
            let number = match Place::of(&stored) {
                Some(Place::Here(value)) => return Ok(Some(value.to_vec())),
                Some(Place::Elsewhere(number)) => number,
                None => return Err(keys::damaged(key, Damage::Nowhere)),
            };
            if let Some(value) = guarded(Action::Read, || self.0.get(numbered(number)))? {
                return Ok(Some(value.to_vec()));
            }
            // It may have been replaced since the key was read.
            match guarded(Action::Read, || self.0.get(key))? {
                None => return Ok(None),
                Some(now) if now == stored => return Err(keys::damaged(key, Damage::Lost)),
                Some(now) => stored = now,
            }
        }
    }

    fn entry(&self, entry: (::sled::IVec, ::sled::IVec)) -> Result<Option<Entry>, StoreError> {
        let (key, stored) = entry;
        Ok(self.value(&key, stored)?.map(|value| (key.to_vec(), value)))
    }
}

impl SledStore {
    /// Opens the store in this folder, or makes one of a folder that is new or empty.
    ///
    /// # Errors
    ///
    /// [`StoreError::Foreign`] if the folder holds something else, which is then left untouched;
    /// [`StoreError::Locked`] if the store is open already, in this process or in another;
    /// otherwise if it cannot be read or written, or is damaged.
    pub fn open(dir: &Path, options: &SledOptions) -> Result<SledStore, StoreError> {
        let folder = Arc::new(Folder::open(dir, options.salvage)?);
        if options.salvage {
            return SledStore::start(folder, DATABASE, options, EARLIER_TREE);
        }
        match SledStore::start_whole(&folder, options) {
            Err(error) if calls::may_be_mended(&error) => {
                // The first error is what is wrong with it, unless nothing is.
                SledStore::mend(&folder, options).map_err(|_| error)
            }
            result => result,
        }
    }

    /// Opens the store, if none of its commits is lost.
    fn start_whole(folder: &Arc<Folder>, options: &SledOptions) -> Result<SledStore, StoreError> {
        let remembered = folder.remembered();
        let store = SledStore::start(Arc::clone(folder), DATABASE, options, EARLIER_TREE)?;
        upkeep::introduce(&store, remembered)?;
        store.remember_count(0)?;
        Ok(store)
    }

    /// Opens the store from its log alone, if that proves whole: no commit is lost, and every
    /// record is as it was written. A kill, or a disk that was full, can leave the rest in a state
    /// that sled does not open.
    fn mend(folder: &Arc<Folder>, options: &SledOptions) -> Result<SledStore, StoreError> {
        let io = |error: io::Error| Action::Opened.failed(error);
        calls::set_aside_all_but_log(&folder.path().join(DATABASE)).map_err(io)?;
        let store = SledStore::start_whole(folder, options)?;
        let mut first = None;
        verify(&store, &mut |flaw| first = first.take().or(Some(flaw)));
        match first {
            None => Ok(store),
            Some(Flaw { item, damage, .. }) => Err(StoreError::Damaged { item, damage }),
        }
    }

    /// Converts the store of an earlier docmill in this folder, and tells what is damaged and left
    /// out. False if it is one of today, with which there is nothing to do.
    ///
    /// Interrupted, it leaves the earlier store as it was, and can be begun anew. For a while there
    /// are both in the folder.
    ///
    /// # Errors
    ///
    /// As for [`SledStore::open`].
    pub fn upgrade(dir: &Path, found: &mut dyn FnMut(Flaw)) -> Result<bool, StoreError> {
        let Some(folder) = Folder::open_earlier(dir)? else { return Ok(false) };
        let remembered = folder.remembered();
        // What an interrupted conversion left behind is in the way.
        let store = SledStore::start(Arc::new(folder), DATABASE, &SledOptions::default(), TREE)?;
        let earlier = guarded(Action::Opened, || store.database.open_tree(EARLIER_TREE))?;
        let earlier = Leaves(earlier);
        if let Err(error) = upkeep::check_count(writing::count(&earlier)?, remembered) {
            found(Flaw::of(Item::CountFile, error, None));
        }
        convert(&earlier, &store, found)?;
        upkeep::introduce(&store, Ok(Some(0)))?;
        store.remember_count(writing::count(&store)?)?;
        store.folder.converted()?;
        guarded(Action::Written, || store.database.drop_tree(EARLIER_TREE))?;
        store.flush(0)?;
        Ok(true)
    }

    /// Takes a source out of the store in this folder for good, with everything that was taken out
    /// of it, once `agreed` says yes to what that means. `None` if there is no such source.
    ///
    /// The database is written anew, so for a while there are both in the folder. Interrupted, it
    /// is the old one or the new one.
    ///
    /// # Errors
    ///
    /// As for [`SledStore::open`]; and if something in the store is damaged, as nobody can tell
    /// then what it was made of.
    pub fn forget(
        dir: &Path,
        name: &SourceName,
        agreed: &mut dyn FnMut(&Forgetting) -> bool,
    ) -> Result<Option<Forgetting>, StoreError> {
        let old = SledStore::open(dir, &SledOptions::default())?;
        let Some(oblivion) = Oblivion::of(&old, name)? else { return Ok(None) };
        if !agreed(&oblivion.forgetting) {
            return Ok(Some(oblivion.forgetting));
        }
        let written = |error: io::Error| Action::Written.failed(error);
        // What was made of the store may hold its words. Whoever needs it makes it anew.
        old.folder.remove_derived().map_err(written)?;
        let swap = Swap::of(old.folder.path(), DATABASE);
        let folder = Arc::clone(&old.folder);
        let new = format!("{DATABASE}.new");
        let new = SledStore::start(folder, &new, &SledOptions::default(), EARLIER_TREE)?;
        oblivion.write_rest(&old, &new)?;
        new.flush(0)?;
        // The lock of the folder is held until the end.
        let _folder = Arc::clone(&old.folder);
        drop((old, new));
        swap.complete().map_err(written)?;
        Ok(Some(oblivion.forgetting))
    }

    /// Makes a store of an earlier docmill of its entries.
    #[cfg(test)]
    pub(super) fn make_earlier(dir: &Path, entries: Vec<Entry>) -> Result<(), StoreError> {
        let folder = Folder::open(dir, false)?;
        let folder = Arc::new(folder);
        let mut store = SledStore::start(folder, DATABASE, &SledOptions::default(), EARLIER_TREE)?;
        store.leaves = Leaves(guarded(Action::Opened, || store.database.open_tree(EARLIER_TREE))?);
        store.apply(entries.into_iter().map(|(key, value)| (key, Some(value))).collect())?;
        store.remember_count(writing::count(&store.leaves).unwrap_or(0))?;
        store.flush(0)?;
        store.folder.make_earlier().map_err(|error| Action::Written.failed(error))
    }

    /// Opens a database in the folder, without the tree that is of no use any more.
    fn start(
        folder: Arc<Folder>,
        database: &str,
        options: &SledOptions,
        useless: &str,
    ) -> Result<SledStore, StoreError> {
        let dir = folder.path();
        let path = folder.path().join(database);
        calls::check_clock(SystemTime::now())?;
        let config = ::sled::Config::new()
            .path(&path)
            .cache_capacity(options.cache.as_u64())
            // Nothing is durable before `flush`, so a flush on the side would only be in the way.
            .flush_every_ms(None)
            // Values are compressed already.
            .use_compression(false)
            .segment_size(SEGMENT);
        let io = |error: io::Error| Action::Opened.failed(error);
        // The database opens by path what it finds there.
        entries::check(folder.path()).map_err(io)?;
        if database == DATABASE {
            Swap::of(dir, DATABASE).settle().map_err(io)?;
        }
        entries::make_folder(&path).map_err(io)?;
        calls::remove_unfinished(&path).map_err(io)?;
        let database = match calls::open_database(&config, dir) {
            Err(error) if options.salvage && !matches!(error, StoreError::Locked(_)) => {
                calls::set_aside_all_but_log(&path).map_err(io)?;
                calls::open_database(&config, dir)?
            }
            result => result?,
        };
        let log = entries::open(&path.join("db"))
            .map_err(io)?
            .ok_or_else(|| StoreError::Damaged { item: Item::Log, damage: Damage::Gone })?;
        entries::close_to_others(&path).map_err(io)?;
        folder::sync(&path).map_err(io)?;
        folder::sync(folder.path()).map_err(io)?;
        if !options.salvage {
            guarded(Action::Opened, || database.drop_tree(useless))?;
        }
        let tree = guarded(Action::Opened, || database.open_tree(TREE))?;
        let last = guarded(Action::Opened, || tree.range([NUMBERED]..).next_back().transpose())?;
        let last = last.and_then(|(key, _)| Some(u64::from_be_bytes(*key.last_chunk()?)));
        Ok(SledStore {
            count: Mutex::default(),
            next: Mutex::new(last.map_or(0, |last| last + 1)),
            leaves: Leaves(tree),
            database,
            log,
            synced: Mutex::default(),
            turns: Turns::default(),
            path,
            folder,
        })
    }

    /// Makes everything durable, and counts commits outside of the database from now on.
    fn remember_count(&self, count: u64) -> Result<(), StoreError> {
        let file = self.folder.open_count();
        let file = file.map_err(|error| Action::Opened.failed(error))?;
        *self.count.lock().unwrap_or_else(PoisonError::into_inner) = Some((file, 0));
        if count > 0 { self.flush(count) } else { Ok(()) }
    }

    fn blobs(&self) -> PathBuf {
        self.path.join("blobs")
    }

    /// Makes durable what sled has written.
    fn sync(&self) -> io::Result<()> {
        let mut synced = self.synced.lock().unwrap_or_else(PoisonError::into_inner);
        let mut news = false;
        for entry in fs::read_dir(self.blobs())? {
            let entry = entry?;
            if !synced.contains(&entry.file_name()) {
                match File::open(entry.path()).and_then(|file| file.sync_all()) {
                    Ok(()) => {}
                    // sled no longer needs it.
                    Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                    Err(error) => return Err(error),
                }
                news = true;
                synced.insert(entry.file_name());
            }
        }
        if news {
            folder::sync(&self.blobs())?;
        }
        drop(synced);
        self.log.sync_data()
    }
}

impl Entries for Leaves {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        let stored = guarded(Action::Read, || self.0.get(key))?;
        stored.map_or(Ok(None), |stored| self.value(key, stored))
    }

    fn scan(
        &self,
        range: Range<Vec<u8>>,
    ) -> Box<dyn Iterator<Item = Result<Entry, StoreError>> + '_> {
        // After an error there is no telling where a damaged database would go on, or whether it
        // would ever end.
        let mut entries = Some(self.0.range(range));
        Box::new(std::iter::from_fn(move || {
            loop {
                let range = entries.as_mut()?;
                match guarded(Action::Read, || range.next().transpose()).transpose()? {
                    Ok(entry) => match self.entry(entry).transpose() {
                        None => {}
                        entry => return entry,
                    },
                    Err(error) => {
                        entries = None;
                        return Some(Err(error));
                    }
                }
            }
        }))
    }

    fn last(&self, range: Range<Vec<u8>>) -> Result<Option<Entry>, StoreError> {
        let mut entries = self.0.range(range);
        while let Some(entry) = guarded(Action::Read, || entries.next_back().transpose())? {
            if let Some(entry) = self.entry(entry)? {
                return Ok(Some(entry));
            }
        }
        Ok(None)
    }
}

impl Entries for SledStore {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        self.leaves.get(key)
    }

    fn scan(
        &self,
        range: Range<Vec<u8>>,
    ) -> Box<dyn Iterator<Item = Result<Entry, StoreError>> + '_> {
        self.leaves.scan(range)
    }

    fn last(&self, range: Range<Vec<u8>>) -> Result<Option<Entry>, StoreError> {
        self.leaves.last(range)
    }
}

impl KeyValue for SledStore {
    fn apply(&self, batch: Batch) -> Result<(), StoreError> {
        let mut changes = ::sled::Batch::default();
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        for (key, value) in batch {
            let before = guarded(Action::Read, || self.leaves.0.get(&key))?;
            if let Some(Place::Elsewhere(number)) = before.as_deref().and_then(Place::of) {
                changes.remove(numbered(number));
            }
            match value {
                None => changes.remove(key),
                Some(value) if value.len() <= INLINE => {
                    changes.insert(key, [&[Place::HERE], &value[..]].concat());
                }
                Some(value) => {
                    let number = next.to_be_bytes();
                    *next += 1;
                    changes.insert(numbered(&number), value);
                    changes.insert(key, [&[Place::ELSEWHERE], &number[..]].concat());
                }
            }
        }
        guarded(Action::Written, || self.leaves.0.apply_batch(changes))
    }

    fn flush(&self, count: u64) -> Result<(), StoreError> {
        let io = |error: io::Error| Action::Written.failed(error);
        guarded(Action::Written, || self.database.flush())?;
        self.sync().map_err(io)?;
        let mut remembered = self.count.lock().unwrap_or_else(PoisonError::into_inner);
        // The flush of a later commit may have come first.
        if let Some((file, last)) = &mut *remembered
            && count > *last
        {
            folder::remember(file, count).map_err(io)?;
            *last = count;
        }
        Ok(())
    }

    fn turns(&self) -> &Turns {
        &self.turns
    }

    fn size_on_disk(&self) -> Result<Option<u64>, StoreError> {
        entries::size(self.folder.path()).map(Some).map_err(|error| Action::Read.failed(error))
    }
}
