//! The folder of a store: recognised by a marker, and held by one process at a time.

use std::fs::{self, File, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::StoreError;

/// Says that the folder is a store, and of which version.
const MARKER: &str = "docmill-store";

/// The marker while it is being written.
const MARKER_DRAFT: &str = "docmill-store.new";

/// Is locked while the store is open; never removed, as another process may be waiting for it.
const LOCK: &str = "docmill-store.lock";

/// The version of the folder: changes when an older docmill must not even open the database.
const VERSION: u32 = 1;

/// A folder that is a store, locked until this is dropped.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    _lock: File,
}

fn opening(error: io::Error) -> StoreError {
    StoreError::Io { action: "opened", cause: error.into() }
}

impl Folder {
    /// Makes a store of a new or empty folder, or recognises one; and locks it.
    ///
    /// Touches nothing in a folder that is neither.
    pub(super) fn open(path: &Path) -> Result<Folder, StoreError> {
        let foreign = |reason: String| StoreError::Foreign { path: path.to_owned(), reason };
        match fs::metadata(path) {
            Ok(metadata) if metadata.is_dir() => {}
            Ok(_) => return Err(foreign("it is not a folder".to_owned())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                fs::create_dir_all(path).map_err(opening)?;
            }
            Err(error) => return Err(opening(error)),
        }
        // Where there is no marker first and content then, another process may just have made a store of it.
        if !has_marker(path)?
            && let Err(error) = refuse_content(path)
            && !has_marker(path)?
        {
            return Err(error);
        }
        let lock = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(path.join(LOCK))
            .map_err(opening)?;
        lock.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => StoreError::Locked(path.to_owned()),
            TryLockError::Error(error) => opening(error),
        })?;
        // Once more: while this process waited its turn, another may have made a store of it.
        if !has_marker(path)? {
            write_marker(path).map_err(opening)?;
        }
        Ok(Folder { path: path.to_owned(), _lock: lock })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

/// Whether the folder has the marker of a store that this docmill reads.
fn has_marker(path: &Path) -> Result<bool, StoreError> {
    let foreign = |reason: String| StoreError::Foreign { path: path.to_owned(), reason };
    let bytes = match fs::read(path.join(MARKER)) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(opening(error)),
    };
    let version = std::str::from_utf8(&bytes)
        .ok()
        .and_then(|text| text.strip_prefix("docmill store ")?.trim_end().parse::<u32>().ok());
    match version {
        Some(VERSION) => Ok(true),
        Some(version) if version > VERSION => Err(foreign(format!(
            "it was written by a later docmill, in version {version}; this one reads up to {VERSION}"
        ))),
        _ => Err(foreign(format!("its `{MARKER}` does not say which version it has"))),
    }
}

/// Refuses a folder that holds anything but what an interrupted creation leaves behind.
fn refuse_content(path: &Path) -> Result<(), StoreError> {
    for entry in fs::read_dir(path).map_err(opening)? {
        let name = entry.map_err(opening)?.file_name();
        if name != LOCK && name != MARKER_DRAFT && name != MARKER {
            return Err(StoreError::Foreign {
                path: path.to_owned(),
                reason: format!(
                    "it holds `{}`, and no `{MARKER}`",
                    name.to_string_lossy().escape_debug()
                ),
            });
        }
    }
    Ok(())
}

/// Writes the marker so that it is there whole or not at all.
fn write_marker(path: &Path) -> io::Result<()> {
    let draft = path.join(MARKER_DRAFT);
    let mut file = File::create(&draft)?;
    file.write_all(format!("docmill store {VERSION}\n").as_bytes())?;
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

/// The size of all files in a folder and below.
pub(super) fn size(folder: &Path) -> io::Result<u64> {
    let mut sum = 0;
    for entry in fs::read_dir(folder)? {
        // The database removes files of its own meanwhile.
        let entry = entry?;
        match entry.metadata() {
            Ok(metadata) if metadata.is_dir() => sum += size(&entry.path())?,
            Ok(metadata) => sum += metadata.len(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    Ok(sum)
}
