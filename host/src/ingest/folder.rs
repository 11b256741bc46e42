//! Folders as open handles: what is beneath one is listed, looked at and opened by name, and never
//! through a link.
//!
//! Whoever can write to a folder can put a link in the place of a file between the moment it is
//! looked at and the moment it is opened. So nothing is opened by a path from the root of the file
//! system, and no link on the way is followed: `openat2` says so to the kernel at once, and where
//! that is missing, one name after the other is opened with `O_NOFOLLOW`. `rustix` is a dependency
//! already; `cap-std` follows links beneath the folder, which here would be one link too many, and
//! `walkdir` opens by path.

use std::ffi::{OsStr, OsString};
use std::fs::{File, FileType, Metadata};
use std::io;
use std::path::{Component, Path};

/// A folder, whatever becomes of its name.
#[derive(Debug)]
pub(super) struct Folder(system::Handle);

/// What tells a folder from all others.
pub(super) type Identity = system::Identity;

/// What a name in a folder stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    File,
    Folder,
    Link,
    /// A pipe, a socket, a device.
    Other,
}

/// What a folder has under one name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) name: OsString,
    pub(super) kind: Kind,
}

impl Kind {
    pub(super) fn of(file_type: FileType) -> Kind {
        match file_type {
            it if it.is_symlink() => Kind::Link,
            it if it.is_dir() => Kind::Folder,
            it if it.is_file() => Kind::File,
            _ => Kind::Other,
        }
    }
}

impl Folder {
    /// The folder at an absolute path in which no part is a link.
    pub(super) fn at(path: &Path) -> io::Result<Folder> {
        system::root(path).map(Folder)
    }

    /// The folder of this name in this one.
    pub(super) fn folder(&self, name: &OsStr) -> io::Result<Folder> {
        system::folder(&self.0, name).map(Folder)
    }

    /// The folder at a path beneath this one, no part of which is a link; this one itself at none.
    pub(super) fn folder_at(&self, path: &Path) -> io::Result<Folder> {
        let is_beneath = path.components().all(|part| matches!(part, Component::Normal(_)));
        if !is_beneath {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        match path.as_os_str().is_empty() {
            true => system::folder(&self.0, OsStr::new(".")).map(Folder),
            false => system::beneath(&self.0, path).map(Folder),
        }
    }

    /// What tells it from all other folders, under whatever name.
    pub(super) fn identity(&self) -> io::Result<Identity> {
        system::identity(&self.0)
    }

    /// Everything in it, in the order of the bytes of the names.
    pub(super) fn entries(&self) -> io::Result<Vec<Entry>> {
        let mut entries = system::entries(&self.0)?;
        entries.sort_unstable_by(|one, other| one.name.cmp(&other.name));
        Ok(entries)
    }

    /// What lies at a path beneath it, without opening it for anything.
    pub(super) fn look(&self, path: &Path) -> io::Result<Metadata> {
        self.beneath(path, system::look)
    }

    /// Opens what lies at a path beneath it for reading, without waiting for anybody: to open a
    /// pipe waits for a writer.
    ///
    /// It may be another thing by now than when it was looked at, so whoever reads it asks what it
    /// is.
    pub(super) fn open(&self, path: &Path) -> io::Result<File> {
        self.beneath(path, system::open)
    }

    /// Does something with the folder in which a path beneath this one ends, and the last name of
    /// that path.
    fn beneath<T>(
        &self,
        path: &Path,
        done: impl FnOnce(&system::Handle, &OsStr) -> io::Result<T>,
    ) -> io::Result<T> {
        let is_beneath = path.components().all(|part| matches!(part, Component::Normal(_)));
        let name = path.file_name().filter(|_| is_beneath);
        let name = name.ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
        match path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
            Some(parent) => done(&system::beneath(&self.0, parent)?, name),
            None => done(&self.0, name),
        }
    }
}

#[cfg(unix)]
mod system {
    use std::os::fd::OwnedFd;
    use std::os::unix::ffi::OsStringExt;

    use rustix::fs::{CWD, Dir, FileType, Mode, OFlags, openat};
    use rustix::io::Errno;

    use super::*;

    pub(super) type Handle = OwnedFd;
    /// The device, and the number of the folder on it.
    pub(super) type Identity = (u64, u64);

    /// A folder that may be passed through need not be readable, and what is looked at need not be
    /// opened.
    #[cfg(target_os = "linux")]
    const PASSING: OFlags = OFlags::PATH;
    #[cfg(not(target_os = "linux"))]
    const PASSING: OFlags = READING;
    /// Without waiting for a writer, and without making a terminal the one that controls this
    /// process.
    const READING: OFlags = OFlags::RDONLY.union(OFlags::NONBLOCK).union(OFlags::NOCTTY);
    const NEVER_A_LINK: OFlags = OFlags::NOFOLLOW.union(OFlags::CLOEXEC);
    const FOLDER: OFlags = PASSING.union(OFlags::DIRECTORY).union(NEVER_A_LINK);

    pub(super) fn root(path: &Path) -> io::Result<Handle> {
        let top = openat(CWD, "/", FOLDER, Mode::empty())?;
        let rest = path.strip_prefix("/").map_err(|_| io::ErrorKind::InvalidInput)?;
        match rest.as_os_str().is_empty() {
            true => Ok(top),
            false => beneath(&top, rest),
        }
    }

    pub(super) fn folder(folder: &Handle, name: &OsStr) -> io::Result<Handle> {
        Ok(openat(folder, name, FOLDER, Mode::empty())?)
    }

    #[cfg(target_os = "linux")]
    pub(super) fn beneath(folder: &Handle, path: &Path) -> io::Result<Handle> {
        use rustix::fs::{ResolveFlags, openat2};
        let resolve =
            ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS;
        match openat2(folder, path, FOLDER, Mode::empty(), resolve) {
            // An old kernel, a filter of system calls that is older than this one, a race that the
            // kernel gave up on, a path longer than the kernel takes at once.
            Err(Errno::NOSYS | Errno::PERM | Errno::TOOBIG | Errno::AGAIN | Errno::NAMETOOLONG) => {
                one_by_one(folder, path)
            }
            opened => Ok(opened?),
        }
    }

    #[cfg(not(target_os = "linux"))]
    pub(super) fn beneath(folder: &Handle, path: &Path) -> io::Result<Handle> {
        one_by_one(folder, path)
    }

    /// As tight as `openat2`, for a call per name.
    pub(super) fn one_by_one(folder: &Handle, path: &Path) -> io::Result<Handle> {
        let mut names = path.iter();
        let first = names.next().ok_or(io::ErrorKind::InvalidInput)?;
        names.try_fold(self::folder(folder, first)?, |folder, name| self::folder(&folder, name))
    }

    pub(super) fn identity(folder: &Handle) -> io::Result<Identity> {
        let metadata = rustix::fs::fstat(folder)?;
        Ok((metadata.st_dev, metadata.st_ino))
    }

    pub(super) fn entries(folder: &Handle) -> io::Result<Vec<Entry>> {
        let mut entries = Vec::new();
        let listed =
            openat(folder, ".", READING | OFlags::DIRECTORY | NEVER_A_LINK, Mode::empty())?;
        for entry in Dir::new(listed)? {
            let entry = entry?;
            let name = entry.file_name().to_bytes();
            if matches!(name, b"." | b"..") {
                continue;
            }
            let name = OsString::from_vec(name.to_vec());
            let kind = match entry.file_type() {
                FileType::RegularFile => Kind::File,
                FileType::Directory => Kind::Folder,
                FileType::Symlink => Kind::Link,
                // Not every file system tells. What is gone already is looked at once more by
                // whoever opens it.
                FileType::Unknown => {
                    look(folder, &name).map_or(Kind::Other, |it| Kind::of(it.file_type()))
                }
                _ => Kind::Other,
            };
            entries.push(Entry { name, kind });
        }
        Ok(entries)
    }

    pub(super) fn look(folder: &Handle, name: &OsStr) -> io::Result<Metadata> {
        File::from(openat(folder, name, PASSING | NEVER_A_LINK, Mode::empty())?).metadata()
    }

    pub(super) fn open(folder: &Handle, name: &OsStr) -> io::Result<File> {
        Ok(File::from(openat(folder, name, READING | NEVER_A_LINK, Mode::empty())?))
    }
}

/// Where the library knows no handles of folders: links are looked for on the whole way before
/// anything is opened.
#[cfg(not(unix))]
mod system {
    use std::path::PathBuf;

    use super::*;

    pub(super) type Handle = PathBuf;
    pub(super) type Identity = PathBuf;

    pub(super) fn root(path: &Path) -> io::Result<Handle> {
        Ok(path.to_owned())
    }

    pub(super) fn folder(folder: &Handle, name: &OsStr) -> io::Result<Handle> {
        match Kind::of(look(folder, name)?.file_type()) {
            Kind::Folder => Ok(folder.join(name)),
            _ => Err(io::ErrorKind::NotADirectory.into()),
        }
    }

    pub(super) fn beneath(folder: &Handle, path: &Path) -> io::Result<Handle> {
        path.iter().try_fold(folder.clone(), |folder, name| self::folder(&folder, name))
    }

    pub(super) fn identity(folder: &Handle) -> io::Result<Identity> {
        std::fs::canonicalize(folder)
    }

    pub(super) fn entries(folder: &Handle) -> io::Result<Vec<Entry>> {
        let entry = |entry: io::Result<std::fs::DirEntry>| {
            let entry = entry?;
            Ok(Entry { name: entry.file_name(), kind: Kind::of(entry.file_type()?) })
        };
        std::fs::read_dir(folder)?.map(entry).collect()
    }

    pub(super) fn look(folder: &Handle, name: &OsStr) -> io::Result<Metadata> {
        std::fs::symlink_metadata(folder.join(name))
    }

    pub(super) fn open(folder: &Handle, name: &OsStr) -> io::Result<File> {
        match Kind::of(look(folder, name)?.file_type()) {
            Kind::Link => Err(io::Error::other("it is a symbolic link")),
            _ => File::open(folder.join(name)),
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::io::Read;
    use std::os::unix::fs::symlink;

    use super::*;

    /// `in/deep/file`, and links to it, to its folder, and out of `in`.
    fn folder() -> (tempfile::TempDir, Folder) {
        let folder = tempfile::tempdir().unwrap();
        let path = std::fs::canonicalize(folder.path()).unwrap();
        std::fs::create_dir_all(path.join("in/deep")).unwrap();
        std::fs::write(path.join("in/deep/file"), "inside").unwrap();
        std::fs::write(path.join("secret"), "secret").unwrap();
        for (name, target) in
            [("in/link", "deep/file"), ("in/folder", "deep"), ("in/out", ".."), ("linked", "in")]
        {
            symlink(target, path.join(name)).unwrap();
        }
        let opened = Folder::at(&path.join("in")).unwrap();
        (folder, opened)
    }

    #[test]
    fn nothing_is_opened_through_a_link_or_from_above() {
        let (guard, folder) = folder();
        let mut text = String::new();
        folder.open(Path::new("deep/file")).unwrap().read_to_string(&mut text).unwrap();
        assert_eq!(text, "inside");
        for path in
            ["link", "folder/file", "out/secret", "../secret", "/etc/passwd", "", ".", "deep/../x"]
        {
            assert!(folder.open(Path::new(path)).is_err(), "{path}");
        }
        #[cfg(target_os = "linux")]
        assert!(folder.look(Path::new("link")).unwrap().is_symlink());
        let path = std::fs::canonicalize(guard.path()).unwrap().join("linked");
        assert!(Folder::at(&path).is_err(), "a link on the way from the root is one as well");
    }

    #[test]
    fn the_way_for_old_kernels_is_as_tight() {
        let (_guard, Folder(handle)) = folder();
        assert!(system::one_by_one(&handle, Path::new("deep")).is_ok());
        for path in ["folder", "out", "deep/file", "missing"] {
            assert!(system::one_by_one(&handle, Path::new(path)).is_err(), "{path}");
        }
    }

    #[test]
    fn a_folder_stays_the_one_that_was_opened() {
        let (guard, folder) = folder();
        std::fs::rename(guard.path().join("in"), guard.path().join("moved")).unwrap();
        symlink("/etc", guard.path().join("in")).unwrap();
        let names: Vec<_> = folder.entries().unwrap().into_iter().map(|it| it.name).collect();
        assert_eq!(names, ["deep", "folder", "link", "out"]);
        assert!(folder.open(Path::new("deep/file")).is_ok());
    }

    #[test]
    fn a_pipe_is_not_waited_for() {
        let (guard, folder) = folder();
        let path = guard.path().join("in/pipe");
        rustix::fs::mkfifoat(rustix::fs::CWD, &path, rustix::fs::Mode::RUSR).unwrap();
        let file_type = folder.look(Path::new("pipe")).unwrap().file_type();
        assert_eq!(Kind::of(file_type), Kind::Other);
        assert!(!folder.open(Path::new("pipe")).unwrap().metadata().unwrap().is_file());
    }
}
