//! The folder of a store: recognised by a marker, and held by one process at a time.

use std::fs::{self, File, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::entries;
use super::error::{Damage, ForeignKind, Item, StoreError};
use crate::error::Action;

/// Says that the folder is a store, and of which version.
pub(super) const MARKER: &str = "docmill-store";

/// The marker while it is being written.
const MARKER_DRAFT: &str = "docmill-store.new";

/// Is locked while the store is open; never removed, as another process may be waiting for it.
const LOCK: &str = "docmill-store.lock";

/// Who has waited for so long has gone without taking back the word.
const LONGEST_WANT: Duration = Duration::from_secs(5);

/// Says that somebody waits for the lock, for those who can give it up.
const WANTED: &str = "docmill-store.wanted";

/// The folder for what others derive from the store, which may go at any moment when the store is
/// closed.
pub(super) const DERIVED: &str = "derived";

/// How long a lock is waited for. A process that whoever had the store open has just started holds
/// it as well, until it runs its own program.
const PATIENCE: Duration = Duration::from_millis(500);

/// The version of the folder: changes when an older docmill must not even open the database.
/// Version 1 was never released.
const VERSION: u32 = 3;

/// The version of a folder whose database has layout 1 of the keys and can be converted.
const EARLIER: u32 = 2;

/// Holds how many commits there were: a u64 LE and the CRC-32 of its bytes. Only whoever holds the
/// lock writes it.
///
/// It may lag behind the database, which never loses anything by that, but is never ahead. So it
/// need not be flushed: after a power cut it has the number of some commit before.
const COUNT: &str = "docmill-store.count";

/// No more is read of a file, in bytes: enough to see that it is longer than it should be.
const LONGEST: u64 = 64;

/// A folder that is a store, locked until this is dropped.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    _lock: File,
}

fn opening(error: io::Error) -> StoreError {
    Action::Opened.failed(error)
}

fn foreign(path: &Path, kind: ForeignKind) -> StoreError {
    StoreError::Foreign { path: path.to_owned(), kind }
}

impl Folder {
    /// Makes a store of a new or empty folder, or recognises one; and locks it.
    ///
    /// Touches nothing in a folder that is neither.
    ///
    /// With `salvage` the marker may be damaged, as long as the lock stands beside it.
    pub(super) fn open(path: &Path, salvage: bool) -> Result<Folder, StoreError> {
        let is_store = || match has_marker(path) {
            Err(StoreError::Foreign { .. }) if salvage && path.join(LOCK).is_file() => Ok(true),
            result => result,
        };
        match fs::metadata(path) {
            Ok(metadata) if metadata.is_dir() => {}
            Ok(_) => return Err(foreign(path, ForeignKind::NoFolder)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                entries::make_folder(path).map_err(opening)?;
            }
            Err(error) => return Err(opening(error)),
        }
        // Where there is no marker first and content then, another process may just have made a
        // store of it.
        if !is_store()?
            && let Err(error) = refuse_content(path)
            && !is_store()?
        {
            return Err(error);
        }
        let lock = lock(path)?;
        // Once more: while this process waited its turn, another may have made a store of it.
        if !is_store()? {
            write_marker(path, VERSION).map_err(opening)?;
        }
        Ok(Folder { path: path.to_owned(), _lock: lock })
    }

    /// Opens a store of an earlier docmill that is to be converted, and locks it; `None` if it is
    /// one of today.
    pub(super) fn open_earlier(path: &Path) -> Result<Option<Folder>, StoreError> {
        match has_marker(path) {
            Err(StoreError::Earlier(_)) => {}
            Ok(true) => return Ok(None),
            Ok(false) => return Err(foreign(path, ForeignKind::NoStore)),
            Err(error) => return Err(error),
        }
        let folder = Folder { path: path.to_owned(), _lock: lock(path)? };
        // Another process may have converted it meanwhile.
        match has_marker(path) {
            Err(StoreError::Earlier(_)) => Ok(Some(folder)),
            result => result.map(|_| None),
        }
    }

    /// Says that the store was converted: the moment from which on it is one of today.
    pub(super) fn converted(&self) -> Result<(), StoreError> {
        write_marker(&self.path, VERSION).map_err(opening)
    }

    #[cfg(test)]
    pub(super) fn make_earlier(&self) -> io::Result<()> {
        write_marker(&self.path, EARLIER)
    }

    /// Removes what others derived from the store.
    pub(super) fn remove_derived(&self) -> io::Result<()> {
        match fs::remove_dir_all(self.path.join(DERIVED)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(error),
            Ok(()) => sync(&self.path),
        }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// How many commits were remembered to be in the database, or `None` if nothing was ever
    /// remembered.
    pub(super) fn remembered(&self) -> Result<Option<u64>, StoreError> {
        match read(&self.path.join(COUNT)).map_err(opening)? {
            None => Ok(None),
            Some(bytes) => match <&[u8; 12]>::try_from(bytes.as_slice()).ok() {
                Some(bytes) if count_bytes(count_of(bytes)) == *bytes => Ok(Some(count_of(bytes))),
                _ => Err(StoreError::Damaged { item: Item::CountFile, damage: Damage::Checksum }),
            },
        }
    }

    /// The file that remembers the number of commits. A new one says 0, durably.
    pub(super) fn open_count(&self) -> io::Result<File> {
        let mut file = entries::open_or_make(&self.path.join(COUNT))?;
        if file.metadata()?.len() == 0 {
            file.write_all(&count_bytes(0))?;
            file.sync_all()?;
        }
        Ok(file)
    }
}

fn lock(path: &Path) -> Result<File, StoreError> {
    let lock = entries::open_or_make(&path.join(LOCK)).map_err(opening)?;
    let deadline = Instant::now() + PATIENCE;
    let mut is_wanted = false;
    let wanted = path.join(WANTED);
    loop {
        match lock.try_lock() {
            Ok(()) => {
                // Others that wait for it say so again.
                let _ = fs::remove_file(&wanted);
                return Ok(lock);
            }
            Err(TryLockError::WouldBlock) if Instant::now() < deadline => {
                // Only where it is a courtesy: whoever cannot say so waits as well.
                if !is_wanted || fs::symlink_metadata(&wanted).is_err() {
                    is_wanted = entries::open_or_make(&wanted).is_ok();
                }
                std::thread::sleep(Duration::from_millis(10));
            }
            refused => {
                if is_wanted {
                    let _ = fs::remove_file(&wanted);
                }
                return Err(match refused {
                    Err(TryLockError::Error(error)) => opening(error),
                    _ => StoreError::Locked(path.to_owned()),
                });
            }
        }
    }
}

/// Whether somebody waits for the store in this folder, or did and was stopped a moment ago.
pub(super) fn is_wanted(path: &Path) -> bool {
    let wanted = fs::symlink_metadata(path.join(WANTED)).and_then(|it| it.modified());
    // A clock that was set back tells nothing.
    wanted.is_ok_and(|since| since.elapsed().map_or(true, |age| age < LONGEST_WANT))
}

/// Remembers that there were this many commits.
pub(super) fn remember(mut file: &File, count: u64) -> io::Result<()> {
    file.seek(SeekFrom::Start(0))?;
    file.write_all(&count_bytes(count))
}

fn count_of(bytes: &[u8; 12]) -> u64 {
    let mut count = [0; 8];
    count.copy_from_slice(&bytes[..8]);
    u64::from_le_bytes(count)
}

fn count_bytes(count: u64) -> [u8; 12] {
    let count = count.to_le_bytes();
    let mut bytes = [0; 12];
    bytes[..8].copy_from_slice(&count);
    bytes[8..].copy_from_slice(&crc32fast::hash(&count).to_le_bytes());
    bytes
}

/// The content of a file of the folder, which is short; `None` if it is not there.
fn read(path: &Path) -> io::Result<Option<Vec<u8>>> {
    let Some(file) = entries::open(path)? else { return Ok(None) };
    let mut bytes = Vec::new();
    file.take(LONGEST).read_to_end(&mut bytes)?;
    Ok(Some(bytes))
}

/// Whether the folder has the marker of a store that this docmill reads.
fn has_marker(path: &Path) -> Result<bool, StoreError> {
    let Some(bytes) = read(&path.join(MARKER)).map_err(opening)? else { return Ok(false) };
    let version = std::str::from_utf8(&bytes)
        .ok()
        .and_then(|text| text.strip_prefix("docmill store ")?.trim_end().parse::<u32>().ok());
    let known = VERSION;
    let kind = match version {
        Some(VERSION) => return Ok(true),
        Some(EARLIER) => return Err(StoreError::Earlier(path.to_owned())),
        Some(version) if version > VERSION => ForeignKind::Later { version, known },
        Some(version) => ForeignKind::Unreleased { version, known },
        None => ForeignKind::NoVersion,
    };
    Err(foreign(path, kind))
}

/// Refuses a folder that holds anything but what an interrupted creation leaves behind.
fn refuse_content(path: &Path) -> Result<(), StoreError> {
    for entry in fs::read_dir(path).map_err(opening)? {
        let name = entry.map_err(opening)?.file_name();
        if name != LOCK && name != WANTED && name != MARKER_DRAFT && name != MARKER {
            let name = name.to_string_lossy().into_owned();
            return Err(foreign(path, ForeignKind::Others { name }));
        }
    }
    Ok(())
}

/// Writes the marker so that it is there whole or not at all.
fn write_marker(path: &Path, version: u32) -> io::Result<()> {
    let draft = path.join(MARKER_DRAFT);
    // An earlier attempt may have left one. To remove a link leaves alone what it leads to.
    match fs::remove_file(&draft) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = entries::make(&draft)?;
    file.write_all(format!("docmill store {version}\n").as_bytes())?;
    file.sync_all()?;
    fs::rename(&draft, path.join(MARKER))?;
    sync(path)?;
    // The name of the folder itself is in its parent.
    match path.canonicalize()?.parent() {
        Some(parent) => sync(parent),
        None => Ok(()),
    }
}

/// Makes the names in a folder durable.
pub(super) fn sync(folder: &Path) -> io::Result<()> {
    // Elsewhere folders cannot be opened as files, and their names are journalled.
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}
