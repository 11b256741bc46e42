//! Calls the database, and says in words of ours what it answers.

use std::any::Any;
use std::fs;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::time::{Duration, Instant, SystemTime};

use crate::error::Action;
use crate::store::error::{Damage, IoCause, Item, StoreError};

/// sled may hold its lock for a moment after it was dropped, until its threads have ended.
const PATIENCE: Duration = Duration::from_secs(3);

/// What sled calls a snapshot of its page table while it writes it.
const UNFINISHED: &str = ".generating";

/// Removes snapshots of the page table that were never finished: a kill or a full disk leaves them
/// behind, and sled takes the last one by its name for the newest, finished or not, and cannot open
/// any more.
pub(super) fn remove_unfinished(database: &Path) -> io::Result<()> {
    for entry in fs::read_dir(database)? {
        let entry = entry?;
        if entry
            .file_name()
            .to_str()
            .is_some_and(|it| it.starts_with("snap.") && it.ends_with(UNFINISHED))
        {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

/// Whether opening again without what sled can make anew may help: not where there is no room, or
/// somebody else has the store.
pub(super) fn may_be_mended(error: &StoreError) -> bool {
    matches!(
        error,
        StoreError::Damaged { .. } | StoreError::Io { cause: IoCause::Stuck { .. }, .. }
    )
}

/// Renames what sled can make anew: its settings, which are ours, and the snapshots of its page
/// table, which it reads off the log.
pub(super) fn set_aside_all_but_log(database: &Path) -> io::Result<()> {
    for entry in fs::read_dir(database)? {
        let entry = entry?;
        if let Some(name) = entry.file_name().to_str()
            && (name == "conf" || name.starts_with("snap."))
        {
            fs::rename(entry.path(), database.join(format!("damaged-{name}")))?;
        }
    }
    Ok(())
}

/// The database cannot even be configured where time has not begun.
pub(super) fn check_clock(now: SystemTime) -> Result<(), StoreError> {
    match now < SystemTime::UNIX_EPOCH {
        true => Err(StoreError::Io { action: Action::Opened, cause: IoCause::Clock }),
        false => Ok(()),
    }
}

pub(super) fn open_database(config: &::sled::Config, dir: &Path) -> Result<::sled::Db, StoreError> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        match guarded(Action::Opened, || config.open()) {
            Err(error) if is_lock(&error) => {
                if Instant::now() >= deadline {
                    return Err(StoreError::Locked(dir.to_owned()));
                }
                std::thread::sleep(Duration::from_millis(20));
            }
            result => return result,
        }
    }
}

/// sled has no error of its own for this.
fn is_lock(error: &StoreError) -> bool {
    matches!(error, StoreError::Io { cause, .. } if cause.to_string().contains("could not acquire lock"))
}

/// Calls sled, and makes an error of a panic: it asserts where it meets a damaged log or a failing
/// disk.
pub(super) fn guarded<T>(
    action: Action,
    call: impl FnOnce() -> Result<T, ::sled::Error>,
) -> Result<T, StoreError> {
    match catch_unwind(AssertUnwindSafe(call)) {
        Ok(result) => result.map_err(|error| failed(action, error)),
        Err(panic) => Err(StoreError::Io { action, cause: stuck(&*panic) }),
    }
}

fn stuck(panic: &(dyn Any + Send)) -> IoCause {
    let text = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("for an unknown reason");
    // An assertion has its values on lines of their own.
    IoCause::Stuck { words: text.lines().next().unwrap_or_default().to_owned() }
}

fn failed(action: Action, error: ::sled::Error) -> StoreError {
    match error {
        ::sled::Error::Corruption { .. } => {
            StoreError::Damaged { item: Item::Log, damage: Damage::Checksum }
        }
        ::sled::Error::Io(error) => action.failed(readable(error)),
        error => StoreError::Io { action, cause: IoCause::Database(error.into()) },
    }
}

/// sled hands on copies of an error of the system, in which it stands as for a debugger; this takes
/// the words for people out of it.
fn readable(error: io::Error) -> io::Error {
    let copied = error.get_ref().map(ToString::to_string);
    let words = copied.as_deref().filter(|it| it.starts_with("Os { code: ")).and_then(|it| {
        let (_, words) = it.split_once("message: \"")?;
        words.strip_suffix("\" }")
    });
    match words {
        Some(words) => io::Error::new(error.kind(), words.to_owned()),
        None => error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_before_1970_is_told() {
        assert!(check_clock(SystemTime::UNIX_EPOCH).is_ok());
        let before = SystemTime::UNIX_EPOCH - Duration::from_secs(1);
        let error = check_clock(before).unwrap_err();
        let StoreError::Io { cause, .. } = error else { panic!("{error:?}") };
        assert!(cause.to_string().contains("before 1970"));
    }

    #[test]
    fn what_the_system_said_is_told_in_its_words() {
        let full = || io::Error::from_raw_os_error(28);
        let words = full().to_string();
        let copy = ::sled::Error::Io(full()).clone();
        let StoreError::Io { cause, .. } = failed(Action::Written, copy) else {
            panic!("another error")
        };
        assert!(words.starts_with(&cause.to_string()), "{cause} is not {words}");
        assert_eq!(cause.kind(), Some(io::ErrorKind::StorageFull));
        let other = io::Error::other("Os { code: nothing of the kind");
        assert_eq!(readable(other).to_string(), "Os { code: nothing of the kind");
    }
}
