//! Opens and makes what lies in the folder of a store: never through a link, never for others to
//! read.
//!
//! A store may lie in a folder that came from elsewhere, such as an unpacked archive. A link in it
//! would make docmill write to a file of its user that has nothing to do with the store, a pipe
//! would make it wait forever. So what is opened is a regular file by its own name, what is made is
//! made where there is nothing, and what the database opens by itself is looked at before. Whoever
//! can change the folder while a store is open is its user, or somebody whom the user trusts with
//! it.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::Path;

/// Opens a regular file for reading and writing; `None` if there is nothing of this name.
pub(super) fn open(path: &Path) -> io::Result<Option<File>> {
    let mut options = File::options();
    options.read(true).write(true);
    on_its_own(&mut options);
    match options.open(path) {
        Ok(file) if file.metadata()?.is_file() => Ok(Some(file)),
        Ok(_) => Err(no_file(path)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => match fs::symlink_metadata(path) {
            Ok(metadata) if !metadata.is_file() => Err(no_file(path)),
            _ => Err(error),
        },
    }
}

/// Makes a file where there is none.
pub(super) fn make(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.read(true).write(true).create_new(true);
    on_its_own(&mut options);
    options.open(path)
}

/// Opens a regular file, or makes it where there is none.
pub(super) fn open_or_make(path: &Path) -> io::Result<File> {
    loop {
        if let Some(file) = open(path)? {
            return Ok(file);
        }
        match make(path) {
            // Another process was faster.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            result => return result,
        }
    }
}

/// Makes a folder that only its user can enter, and what is missing of the path to it.
pub(super) fn make_folder(path: &Path) -> io::Result<()> {
    if let Some(parent) = path.parent()
        && !parent.as_os_str().is_empty()
    {
        fs::create_dir_all(parent)?;
    }
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    match builder.create(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && path.is_dir() => Ok(()),
        result => result,
    }
}

/// Looks at everything in a folder and below, and refuses what is neither a regular file nor a
/// folder.
pub(super) fn check(folder: &Path) -> io::Result<()> {
    each(folder, &mut |path, metadata| {
        if metadata.is_file() || metadata.is_dir() { Ok(()) } else { Err(no_file(path)) }
    })
}

/// Takes from others what they may do with a folder and everything below, as far as the system
/// knows such rights.
pub(super) fn close_to_others(folder: &Path) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let close = |path: &Path, metadata: &fs::Metadata| {
            let mode = metadata.permissions().mode() & 0o7777;
            if mode & 0o077 == 0 {
                return Ok(());
            }
            match fs::set_permissions(path, fs::Permissions::from_mode(mode & 0o700)) {
                // The database removes files of its own meanwhile.
                Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
                result => result,
            }
        };
        close(folder, &fs::symlink_metadata(folder)?)?;
        each(folder, &mut |path, metadata| {
            // Nothing is known of the rights of what a link leads to.
            if metadata.is_symlink() { Ok(()) } else { close(path, metadata) }
        })?;
    }
    Ok(())
}

/// The size of all files in a folder and below, in bytes.
pub(super) fn size(folder: &Path) -> io::Result<u64> {
    let mut sum = 0;
    each(folder, &mut |_, metadata| {
        sum += if metadata.is_file() { metadata.len() } else { 0 };
        Ok(())
    })?;
    Ok(sum)
}

/// Visits everything in a folder and below, and follows no link.
fn each(
    folder: &Path,
    visit: &mut impl FnMut(&Path, &fs::Metadata) -> io::Result<()>,
) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        // The database removes files of its own meanwhile.
        let metadata = match entry.metadata() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            metadata => metadata?,
        };
        visit(&entry.path(), &metadata)?;
        if metadata.is_dir() {
            each(&entry.path(), visit)?;
        }
    }
    Ok(())
}

/// Neither follows a link, nor waits for the other end of a pipe, nor lets others read.
fn on_its_own(options: &mut OpenOptions) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;

        use rustix::fs::OFlags;

        let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
        options.mode(0o600).custom_flags(flags.bits().cast_signed());
    }
    #[cfg(not(unix))]
    let _ = options;
}

fn no_file(path: &Path) -> io::Error {
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
    let what = if path.is_symlink() { "a link" } else { "not a regular file" };
    io::Error::other(format!("`{}` is {what}, and a store has none", name.escape_debug()))
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    #[test]
    fn a_link_is_neither_opened_nor_written_through() {
        let folder = tempfile::tempdir().unwrap();
        let (link, target) = (folder.path().join("link"), folder.path().join("target"));
        symlink(&target, &link).unwrap();
        assert!(open(&link).is_err() && make(&link).is_err() && open_or_make(&link).is_err());
        assert!(!target.exists(), "nothing was made where a broken link leads");
        fs::write(&target, b"mine").unwrap();
        let error = open_or_make(&link).unwrap_err().to_string();
        assert_eq!(error, "`link` is a link, and a store has none");
        assert!(check(folder.path()).is_err());
        fs::remove_file(&link).unwrap();
        check(folder.path()).unwrap();
    }

    #[test]
    fn a_folder_in_the_place_of_a_file_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("file")).unwrap();
        let error = open_or_make(&folder.path().join("file")).unwrap_err().to_string();
        assert_eq!(error, "`file` is not a regular file, and a store has none");
    }

    #[test]
    fn others_can_do_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let store = folder.path().join("some/store");
        make_folder(&store).unwrap();
        make_folder(&store).unwrap();
        make(&store.join("made")).unwrap();
        fs::write(store.join("written"), b"").unwrap();
        fs::set_permissions(store.join("written"), fs::Permissions::from_mode(0o666)).unwrap();
        close_to_others(&store).unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&store), 0o700);
        assert_eq!((mode(&store.join("made")), mode(&store.join("written"))), (0o600, 0o600));
    }
}
