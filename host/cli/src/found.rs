//! What is merely found in the working folder is taken only if it is this user's own.
//!
//! Whoever enters a folder has not asked for the pipeline or the store in it. A pipeline and its
//! lock have to belong to this user (or root), where nobody else can replace them. A store has to
//! be known besides: an archive or a repository that is unpacked belongs to whoever unpacks it.
//! Known are the stores that this user's docmill made, and those that were named once. To name
//! something, with `--pipeline`, `--store` or `DOCMILL_STORE`, is to ask for it: nothing here
//! stands in the way.

use std::fs::{self, DirBuilder, Metadata, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use docmill::manifest::read_file;
use docmill::model::Digest;

use crate::args::Common;
use crate::exit::Exit;
use crate::report::{CommandError, note, one_line};

/// What is remembered of a store is shorter, in bytes.
const LONGEST_RECORD: u64 = 64 << 10;

/// Whether there is a file of this name here; refuses one that somebody else may have written.
pub fn file(path: &Path) -> Result<bool, CommandError> {
    let refused = |cause: &dyn std::error::Error| {
        let message = format!("`{}` was found here, and is not yours alone", path.display());
        CommandError::new(Exit::Rejected, message).because(cause)
    };
    match stranger(path, true) {
        Ok(None) => Ok(true),
        Ok(Some(stranger)) => {
            let pipeline = path.with_extension("toml");
            Err(refused(&stranger).hint(format!(
                "`--pipeline {}` takes it all the same",
                one_line(&pipeline.display().to_string(), 200)
            )))
        }
        Err(error) if error.kind() == ErrorKind::NotFound && !is_there(path) => Ok(false),
        Err(error) => Err(refused(&error)),
    }
}

/// Refuses a store that is found here, unless it is this user's own and known.
pub fn store(path: &Path) -> Result<(), CommandError> {
    let shown = one_line(&path.display().to_string(), 200);
    let refused = |cause: &dyn std::error::Error| {
        let message = format!("the store `{shown}` was found here, and is not yours alone");
        CommandError::new(Exit::Store, message).because(cause)
    };
    let named = format!("`--store {shown}` takes it all the same");
    // What is about to be made is as safe as the folder that it is made in.
    let is_new = is_new(path);
    let looked_at = match is_new {
        true => stranger_on_the_way(&parent(path)),
        false => stranger(path, true),
    };
    match looked_at {
        Ok(None) => {}
        Ok(Some(stranger)) => return Err(refused(&stranger).hint(named)),
        Err(error) => return Err(refused(&error)),
    }
    if is_new || is_known(path) {
        return Ok(());
    }
    let message = format!("the store `{shown}` was found here, and nothing says that it is yours");
    let error = CommandError {
        causes: vec!["it came with the folder, was copied, or was made by another user".to_owned()],
        ..CommandError::new(Exit::Store, message)
    };
    Err(error.hint(format!("`--store {shown}` takes it, and from then on it is known")))
}

/// Remembers that a store is this user's, and makes its folder where there is none: before anything
/// is in it, as whoever is interrupted in between would not know it again.
pub fn remember(common: &Common, path: &Path) -> Result<(), CommandError> {
    if !is_there(path) {
        let mut builder = DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        fs::create_dir_all(parent(path))?;
        match builder.create(path) {
            Err(error) if error.kind() != ErrorKind::AlreadyExists => {
                let message = format!("the store `{}` could not be made", path.display());
                return Err(CommandError::new(Exit::Store, message).because(&error));
            }
            _ => {}
        }
    }
    if is_known(path) {
        return Ok(());
    }
    let written = record_of(path).and_then(|record| write(&record));
    // Whoever names it does so the next time as well.
    if let Err(error) = written
        && common.store.is_none()
    {
        note(
            common,
            &format!("the store could not be noted as yours ({error}); name it with `--store`"),
        );
    }
    Ok(())
}

fn is_there(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok()
}

/// Nothing, or a folder in which nothing is.
fn is_new(path: &Path) -> bool {
    match fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_dir() => {
            fs::read_dir(path).is_ok_and(|mut entries| entries.next().is_none())
        }
        Ok(_) => false,
        Err(error) => error.kind() == ErrorKind::NotFound,
    }
}

fn parent(path: &Path) -> PathBuf {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    }
}

/// Where it is remembered that a store is known, and what stands there.
struct Record {
    file: PathBuf,
    text: String,
}

fn record_of(store: &Path) -> io::Result<Record> {
    let path = fs::canonicalize(store)?;
    let folder = known_stores().ok_or(ErrorKind::NotFound)?;
    let file = folder.join(Digest::of(path.as_os_str().as_encoded_bytes()).to_string());
    // Another folder of the same name is another store.
    let text = format!("{} {}\n", number_of(&fs::metadata(&path)?), path.display());
    Ok(Record { file, text })
}

fn is_known(store: &Path) -> bool {
    let Ok(record) = record_of(store) else { return false };
    matches!(stranger(&record.file, false), Ok(None))
        && read_file(&record.file, LONGEST_RECORD)
            .is_ok_and(|bytes| bytes == record.text.as_bytes())
}

fn write(record: &Record) -> io::Result<()> {
    let folder = parent(&record.file);
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(&folder)?;
    if let Some(stranger) = stranger(&folder, false)? {
        return Err(io::Error::new(ErrorKind::PermissionDenied, stranger));
    }
    let draft = record.file.with_extension(std::process::id().to_string());
    let mut file = OpenOptions::new().write(true).create_new(true).open(&draft)?;
    let written = (file.write_all(record.text.as_bytes()))
        .and_then(|()| file.sync_all())
        .and_then(|()| fs::rename(&draft, &record.file));
    if written.is_err() {
        // It is in nobody's way.
        let _ = fs::remove_file(&draft);
    }
    written
}

/// One file for each store that is known, so that nobody has to wait for anybody.
fn known_stores() -> Option<PathBuf> {
    let state =
        std::env::var_os("XDG_STATE_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let state = state.or_else(|| Some(std::env::home_dir()?.join(".local").join("state")))?;
    state.is_absolute().then(|| state.join("docmill").join("known-stores"))
}

/// What somebody else could have written or put in its place.
#[derive(Debug, thiserror::Error)]
enum Stranger {
    #[error("`{}` belongs to another user", .0.display())]
    Owner(PathBuf),
    #[error("`{}` can be changed by other users", .0.display())]
    Writable(PathBuf),
}

#[cfg(unix)]
fn number_of(metadata: &Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(metadata)
}

#[cfg(not(unix))]
fn number_of(_: &Metadata) -> u64 {
    0
}

/// Who could have written a file or folder, or put it in its place, besides this user and root.
///
/// With `sudo`, root also takes what belongs to the user who asked, as git does.
fn stranger(path: &Path, sudo: bool) -> io::Result<Option<Stranger>> {
    look(path, sudo, false)
}

/// The same of a folder in which something is about to be made.
fn stranger_on_the_way(folder: &Path) -> io::Result<Option<Stranger>> {
    look(folder, true, true)
}

#[cfg(unix)]
fn look(path: &Path, sudo: bool, is_on_the_way: bool) -> io::Result<Option<Stranger>> {
    use std::os::unix::fs::MetadataExt;

    let me = rustix::process::geteuid().as_raw();
    let asked = std::env::var("SUDO_UID").ok().and_then(|user| user.parse::<u32>().ok());
    let asked = asked.filter(|_| me == 0 && sudo);
    let is_trusted = |metadata: &Metadata| {
        metadata.uid() == me || metadata.uid() == 0 || Some(metadata.uid()) == asked
    };
    // A group with the number of its user is that user's own, on the systems that make files
    // writable by groups from the start.
    let others_write = |metadata: &Metadata| {
        let by_group = metadata.mode() & 0o020 != 0 && metadata.gid() != metadata.uid();
        by_group || metadata.mode() & 0o002 != 0
    };
    let place = fs::canonicalize(parent(path))?;
    let real = fs::canonicalize(path)?;
    // A link leads where its owner likes.
    if !is_trusted(&fs::symlink_metadata(path)?) {
        return Ok(Some(Stranger::Owner(path.to_owned())));
    }
    for folder in real.ancestors().chain(place.ancestors()) {
        let metadata = fs::symlink_metadata(folder)?;
        if !is_trusted(&metadata) {
            return Ok(Some(Stranger::Owner(folder.to_owned())));
        }
        // Where everybody may only remove what is theirs, nobody puts anything in the place of
        // this.
        let is_sticky =
            metadata.is_dir() && metadata.mode() & 0o1000 != 0 && (is_on_the_way || folder != real);
        if others_write(&metadata) && !is_sticky {
            return Ok(Some(Stranger::Writable(folder.to_owned())));
        }
    }
    Ok(None)
}

/// The system tells neither owner nor mode: what is in a folder of the user is the user's.
#[cfg(not(unix))]
fn look(path: &Path, _: bool, _: bool) -> io::Result<Option<Stranger>> {
    fs::canonicalize(path).map(|_| None)
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs::Permissions;
    use std::os::unix::fs::{PermissionsExt, chown, lchown, symlink};

    use super::*;

    fn with_mode(path: &Path, mode: u32) {
        fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
    }

    fn verdict(path: &Path) -> &'static str {
        match stranger(path, true).unwrap() {
            None => "mine",
            Some(Stranger::Owner(_)) => "owner",
            Some(Stranger::Writable(_)) => "writable",
        }
    }

    #[test]
    fn what_others_can_replace_is_not_taken() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("project/deep");
        fs::create_dir_all(&folder).unwrap();
        let file = folder.join("docmill.toml");
        fs::write(&file, "").unwrap();
        assert_eq!(verdict(&file), "mine");
        let way = root.path().join("project");
        for (mode, expected) in [(0o777, "writable"), (0o757, "writable"), (0o1777, "mine")] {
            with_mode(&way, mode);
            assert_eq!(verdict(&file), expected, "{mode:o}");
        }
        with_mode(&way, 0o755);
        with_mode(&file, 0o646);
        assert_eq!(verdict(&file), "writable");
        with_mode(&file, 0o644);
        // The way that a link leads counts as well as the one to it.
        let link = root.path().join("link.toml");
        symlink(&file, &link).unwrap();
        assert_eq!(verdict(&link), "mine");
        with_mode(&folder, 0o777);
        assert_eq!(verdict(&link), "writable");
        // A store in which everybody writes is nobody's; to make one of one's own there is fine.
        with_mode(&folder, 0o1777);
        assert_eq!(verdict(&folder), "writable");
        assert!(stranger_on_the_way(&folder).unwrap().is_none());
        with_mode(&folder, 0o777);
        assert!(stranger_on_the_way(&folder).unwrap().is_some());
    }

    /// Only root may give files away, and the tests do not always run as root.
    #[test]
    fn what_belongs_to_others_is_not_taken() {
        if !rustix::process::geteuid().is_root() {
            return;
        }
        let root = tempfile::tempdir().unwrap();
        let file = root.path().join("docmill.toml");
        fs::write(&file, "").unwrap();
        let link = root.path().join("link.toml");
        symlink(&file, &link).unwrap();
        lchown(&link, Some(4_711), None).unwrap();
        assert_eq!((verdict(&link), verdict(&file)), ("owner", "mine"));
        // A group of several, and one of the user alone.
        with_mode(&file, 0o664);
        chown(&file, None, Some(4_711)).unwrap();
        assert_eq!(verdict(&file), "writable");
        chown(&file, None, Some(0)).unwrap();
        assert_eq!(verdict(&file), "mine");
        chown(&file, Some(4_711), None).unwrap();
        assert_eq!(verdict(&file), "owner");
        chown(&file, Some(0), None).unwrap();
        chown(root.path(), Some(4_711), None).unwrap();
        assert_eq!(verdict(&file), "owner");
    }
}
