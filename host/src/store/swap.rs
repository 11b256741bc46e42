//! Puts a database that was written anew in the place of the old one: whole or not at all, whenever
//! it is interrupted.
//!
//! The new one is written beside the old one. Once it is durable the old one is renamed, then the
//! new one, then the old one is removed. So whoever opens the folder next can tell by the names how
//! far that came, and ends it.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::folder::sync;

/// How long the database may hold its own lock after it was closed.
const PATIENCE: Duration = Duration::from_secs(10);

/// The folders of a database that is, or was, being replaced.
pub(super) struct Swap {
    folder: PathBuf,
    now: PathBuf,
    new: PathBuf,
    old: PathBuf,
}

impl Swap {
    /// Of the database of this name in a folder.
    pub(super) fn of(folder: &Path, database: &str) -> Swap {
        Swap {
            folder: folder.to_owned(),
            now: folder.join(database),
            new: folder.join(format!("{database}.new")),
            old: folder.join(format!("{database}.old")),
        }
    }

    /// Ends what was interrupted. Nothing of it may be a link.
    pub(super) fn settle(&self) -> io::Result<()> {
        let is_there = |path: &Path| fs::symlink_metadata(path).is_ok();
        if !is_there(&self.now) {
            // The old one is only renamed once the new one is whole.
            if is_there(&self.old) && is_there(&self.new) {
                fs::rename(&self.new, &self.now)?;
            } else if is_there(&self.old) {
                fs::rename(&self.old, &self.now)?;
            } else {
                return Ok(());
            }
            sync(&self.folder)?;
        }
        for rest in [&self.old, &self.new].into_iter().filter(|path| is_there(path)) {
            fs::remove_dir_all(rest)?;
            sync(&self.folder)?;
        }
        Ok(())
    }

    /// Puts the new database, which is durable and closed, in the place of the old one, which is
    /// closed as well.
    pub(super) fn complete(&self) -> io::Result<()> {
        wait_for(&self.now.join("db"))?;
        wait_for(&self.new.join("db"))?;
        sync(&self.new)?;
        fs::rename(&self.now, &self.old)?;
        sync(&self.folder)?;
        fs::rename(&self.new, &self.now)?;
        sync(&self.folder)?;
        fs::remove_dir_all(&self.old)?;
        sync(&self.folder)
    }
}

/// Waits until the threads of a database have ended, which hold its lock until then and open files
/// by their names.
fn wait_for(log: &Path) -> io::Result<()> {
    let file = File::open(log)?;
    let deadline = Instant::now() + PATIENCE;
    loop {
        match file.try_lock() {
            Ok(()) => return file.unlock(),
            Err(TryLockError::WouldBlock) if Instant::now() < deadline => {
                std::thread::sleep(Duration::from_millis(20));
            }
            Err(error) => return Err(error.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The database in `sled` after an interruption at any moment.
    #[test]
    fn an_interrupted_swap_is_ended() {
        for (there, expected) in [
            (&["sled"][..], "sled"),
            // Before the new one was whole.
            (&["sled", "sled.new"], "sled"),
            (&["sled.old", "sled.new"], "sled.new"),
            (&["sled", "sled.old"], "sled"),
            (&["sled.old"], "sled.old"),
            (&[], ""),
        ] {
            let folder = tempfile::tempdir().unwrap();
            for name in there {
                fs::create_dir(folder.path().join(name)).unwrap();
                fs::write(folder.path().join(name).join("db"), name).unwrap();
            }
            Swap::of(folder.path(), "sled").settle().unwrap();
            let left: Vec<_> = fs::read_dir(folder.path()).unwrap().collect();
            assert_eq!(left.len(), usize::from(!expected.is_empty()), "{there:?}");
            let now = fs::read_to_string(folder.path().join("sled/db")).unwrap_or_default();
            assert_eq!(now, expected, "{there:?}");
        }
    }
}
