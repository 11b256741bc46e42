//! A folder that only this user can have written to, held by handle: nothing in it is looked up by
//! path a second time.
//!
//! Whoever may write to a folder on the way to it could put another in its place. So every folder
//! from the root on, and every link on the way, has to belong to this user or to root, and to be
//! writable by nobody else (a folder where everybody may only remove what is theirs, such as
//! `/tmp`, is fine on the way).

#[cfg(not(unix))]
pub(super) use self::elsewhere::PrivateFolder;
#[cfg(unix)]
pub(super) use self::unix::PrivateFolder;

/// Keeps apart who writes the same file at the same time, in another process or in this one.
fn temporary_name(name: &str) -> String {
    use std::sync::atomic::{AtomicU32, Ordering};
    static WRITTEN: AtomicU32 = AtomicU32::new(0);
    let number = WRITTEN.fetch_add(1, Ordering::Relaxed);
    format!("{name}.{}.{number}{TEMPORARY}", std::process::id())
}

/// How the names of files end that are being written.
pub(super) const TEMPORARY: &str = ".tmp";

#[cfg(unix)]
mod unix {
    use std::ffi::{OsStr, OsString};
    use std::fs::File;
    use std::io::{self, Write};
    use std::os::fd::OwnedFd;
    use std::os::unix::ffi::{OsStrExt, OsStringExt};
    use std::path::{Component, Path, PathBuf};

    use rustix::fs::{
        AtFlags, Dir, FileType, Mode, OFlags, Stat, fstat, mkdirat, open, openat, readlinkat,
        renameat, statat, unlinkat,
    };
    use rustix::io::Errno;
    use rustix::process::geteuid;

    /// How many links there may be on the way, as many as Linux itself follows.
    const MOST_LINKS: usize = 40;
    /// Folders on the way are only gone through, which needs no leave to list them.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    const PASS: OFlags = OFlags::PATH;
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    const PASS: OFlags = OFlags::RDONLY;

    /// See the module.
    #[derive(Debug)]
    pub(in crate::catalog) struct PrivateFolder {
        handle: OwnedFd,
    }

    impl PrivateFolder {
        /// Opens the folder, and makes it and what it lies in where they are missing.
        ///
        /// # Errors
        ///
        /// If it cannot be made, or another user could have put something else in its place or into
        /// it.
        pub(in crate::catalog) fn open(path: &Path) -> io::Result<PrivateFolder> {
            let path = std::path::absolute(path)?;
            let folder = descend(&path)?;
            let handle = openat(
                &folder,
                ".",
                OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC,
                Mode::empty(),
            )?;
            let is_mine = |stat: &Stat| stat.st_uid == geteuid().as_raw() && !others_write(stat);
            if !is_mine(&fstat(&handle)?) {
                return Err(refused(&path));
            }
            Ok(PrivateFolder { handle })
        }

        /// Opens a file of this folder to read it. What only this user can have written is the only
        /// thing that is opened.
        pub(in crate::catalog) fn read(&self, name: &str) -> io::Result<File> {
            let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
            let file = openat(&self.handle, name, flags, Mode::empty())?;
            let stat = fstat(&file)?;
            let is_file = FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile;
            if !is_file || stat.st_uid != geteuid().as_raw() || others_write(&stat) {
                return Err(refused(Path::new(name)));
            }
            Ok(File::from(file))
        }

        /// Writes a file, whole or not at all, in the place of one of this name.
        pub(in crate::catalog) fn write(&self, name: &str, parts: &[&[u8]]) -> io::Result<()> {
            let temporary = super::temporary_name(name);
            let flags =
                OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
            let file = openat(&self.handle, &temporary, flags, Mode::RUSR | Mode::WUSR)?;
            let mut file = File::from(file);
            let written = (parts.iter().try_for_each(|part| file.write_all(part)))
                .and_then(|()| file.sync_all())
                .and_then(|()| Ok(renameat(&self.handle, &temporary, &self.handle, name)?));
            if written.is_err() {
                // It is in nobody's way, and goes with what is old.
                let _ = self.remove(&temporary);
            }
            written
        }

        /// The names of everything in it that has one in UTF-8.
        pub(in crate::catalog) fn names(&self) -> io::Result<Vec<String>> {
            let entries = Dir::read_from(&self.handle)?;
            let name = |entry: rustix::io::Result<rustix::fs::DirEntry>| match entry {
                Ok(entry) => entry.file_name().to_str().ok().map(|name| Ok(name.to_owned())),
                Err(error) => Some(Err(error.into())),
            };
            entries.filter_map(name).collect()
        }

        /// Takes a file out of it.
        pub(in crate::catalog) fn remove(&self, name: &str) -> io::Result<()> {
            Ok(unlinkat(&self.handle, name, AtFlags::empty())?)
        }
    }

    /// From the root to a folder, looking at each folder and link on the way by handle.
    fn descend(path: &Path) -> io::Result<OwnedFd> {
        let pass = PASS | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let root = || open("/", PASS | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty());
        let mut folder = root()?;
        trusted_on_the_way(&fstat(&folder)?, Path::new("/"))?;
        let mut ahead: Vec<OsString> = Vec::new();
        push(&mut ahead, path);
        let mut links = 0;
        while let Some(name) = ahead.pop() {
            let shown = || PathBuf::from(&name);
            let next = match openat(&folder, &name, pass, Mode::empty()) {
                Err(Errno::NOENT) => {
                    match mkdirat(&folder, &name, Mode::RWXU) {
                        // Somebody may have been quicker; who it was is looked at below.
                        Ok(()) | Err(Errno::EXIST) => {}
                        Err(error) => return Err(error.into()),
                    }
                    openat(&folder, &name, pass, Mode::empty())
                }
                opened => opened,
            };
            match next {
                Ok(next) => {
                    trusted_on_the_way(&fstat(&next)?, &shown())?;
                    folder = next;
                }
                Err(Errno::NOTDIR | Errno::LOOP | Errno::MLINK) => {
                    links += 1;
                    let stat = statat(&folder, &name, AtFlags::SYMLINK_NOFOLLOW)?;
                    if FileType::from_raw_mode(stat.st_mode) != FileType::Symlink
                        || links > MOST_LINKS
                    {
                        return Err(io::ErrorKind::NotADirectory.into());
                    }
                    if !is_trusted(stat.st_uid) {
                        return Err(refused(&shown()));
                    }
                    let target = readlinkat(&folder, &name, Vec::new())?;
                    let target = PathBuf::from(OsString::from_vec(target.into_bytes()));
                    if target.is_absolute() {
                        folder = root()?;
                    }
                    push(&mut ahead, &target);
                }
                Err(error) => return Err(error.into()),
            }
        }
        Ok(folder)
    }

    /// Puts the parts of a path on top of what is still to be gone through, the first uppermost.
    fn push(ahead: &mut Vec<OsString>, path: &Path) {
        let part = |component: Component<'_>| match component {
            Component::Normal(name) => Some(name.to_owned()),
            Component::ParentDir => Some(OsStr::from_bytes(b"..").to_owned()),
            Component::CurDir | Component::RootDir | Component::Prefix(_) => None,
        };
        ahead.extend(path.components().rev().filter_map(part));
    }

    fn is_trusted(user: u32) -> bool {
        user == 0 || user == geteuid().as_raw()
    }

    fn others_write(stat: &Stat) -> bool {
        Mode::from_raw_mode(stat.st_mode).intersects(Mode::WGRP | Mode::WOTH)
    }

    fn trusted_on_the_way(stat: &Stat, shown: &Path) -> io::Result<()> {
        let only_own_removed = Mode::from_raw_mode(stat.st_mode).contains(Mode::SVTX);
        if is_trusted(stat.st_uid) && (!others_write(stat) || only_own_removed) {
            return Ok(());
        }
        Err(refused(shown))
    }

    fn refused(path: &Path) -> io::Error {
        let what = format!(
            "`{}` can be changed by other users, so no code is taken from it",
            path.display()
        );
        io::Error::new(io::ErrorKind::PermissionDenied, what)
    }
}

/// Where the system tells neither owner nor mode: the folder lies in the user's own, and that is
/// all there is.
#[cfg(not(unix))]
mod elsewhere {
    use std::fs::{self, File};
    use std::io::{self, Write};
    use std::path::{Path, PathBuf};

    /// See the module.
    #[derive(Debug)]
    pub(in crate::catalog) struct PrivateFolder {
        folder: PathBuf,
    }

    impl PrivateFolder {
        pub(in crate::catalog) fn open(path: &Path) -> io::Result<PrivateFolder> {
            fs::create_dir_all(path)?;
            Ok(PrivateFolder { folder: path.to_owned() })
        }

        pub(in crate::catalog) fn read(&self, name: &str) -> io::Result<File> {
            File::open(self.folder.join(name))
        }

        pub(in crate::catalog) fn write(&self, name: &str, parts: &[&[u8]]) -> io::Result<()> {
            let temporary = self.folder.join(super::temporary_name(name));
            let mut file = File::create_new(&temporary)?;
            let written = (parts.iter().try_for_each(|part| file.write_all(part)))
                .and_then(|()| file.sync_all())
                .and_then(|()| fs::rename(&temporary, self.folder.join(name)));
            if written.is_err() {
                // It is in nobody's way, and goes with what is old.
                let _ = fs::remove_file(&temporary);
            }
            written
        }

        pub(in crate::catalog) fn names(&self) -> io::Result<Vec<String>> {
            let name = |entry: io::Result<fs::DirEntry>| match entry {
                Ok(entry) => entry.file_name().into_string().ok().map(Ok),
                Err(error) => Some(Err(error)),
            };
            fs::read_dir(&self.folder)?.filter_map(name).collect()
        }

        pub(in crate::catalog) fn remove(&self, name: &str) -> io::Result<()> {
            fs::remove_file(self.folder.join(name))
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs::{self, Permissions};
    use std::io::{ErrorKind, Read};
    use std::os::unix::fs::{PermissionsExt, chown, lchown, symlink};
    use std::path::Path;

    use super::*;

    fn with_mode(path: &Path, mode: u32) {
        fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
    }

    fn refuses(path: &Path) {
        let error = PrivateFolder::open(path).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::PermissionDenied, "{error}");
    }

    #[test]
    fn what_another_user_could_replace_on_the_way_is_refused() {
        let root = tempfile::tempdir().unwrap();
        let way = root.path().join("way");
        let folder = way.join("cache/code");
        let mine = PrivateFolder::open(&folder).unwrap();
        mine.write("a", &[b"one", b"two"]).unwrap();
        assert_eq!(fs::metadata(&folder).unwrap().permissions().mode() & 0o777, 0o700);
        for mode in [0o777, 0o775, 0o757] {
            with_mode(&way, mode);
            refuses(&folder);
        }
        // Where everybody may only remove what is theirs, another user can take nothing away; but
        // the last folder is ours alone.
        with_mode(&way, 0o1777);
        PrivateFolder::open(&folder).unwrap();
        with_mode(&folder, 0o1777);
        refuses(&folder);
        // What is held is held, whatever becomes of the way to it.
        let mut text = String::new();
        mine.read("a").unwrap().read_to_string(&mut text).unwrap();
        assert_eq!(text, "onetwo");
    }

    #[test]
    fn links_are_followed_where_nobody_else_made_them() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("elsewhere/code");
        PrivateFolder::open(&folder).unwrap().write("a", &[b"1"]).unwrap();
        symlink("elsewhere/../elsewhere", root.path().join("relative")).unwrap();
        symlink(root.path().join("relative"), root.path().join("absolute")).unwrap();
        PrivateFolder::open(&root.path().join("absolute/code")).unwrap().read("a").unwrap();
        symlink("round", root.path().join("round")).unwrap();
        let error = PrivateFolder::open(&root.path().join("round/code")).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotADirectory);
        fs::write(root.path().join("file"), "").unwrap();
        let error = PrivateFolder::open(&root.path().join("file/code")).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotADirectory);
        // The folder that a link leads to is looked at as well.
        with_mode(&root.path().join("elsewhere"), 0o777);
        refuses(&root.path().join("absolute/code"));
    }

    #[test]
    fn a_file_that_another_user_could_have_written_is_not_opened() {
        let root = tempfile::tempdir().unwrap();
        let folder = PrivateFolder::open(root.path()).unwrap();
        let at = |name: &str| root.path().join(name);
        folder.write("mine", &[b"code"]).unwrap();
        folder.read("mine").unwrap();
        symlink(at("mine"), at("link")).unwrap();
        folder.read("link").unwrap_err();
        fs::create_dir(at("folder")).unwrap();
        folder.read("folder").unwrap_err();
        for mode in [0o620, 0o602] {
            with_mode(&at("mine"), mode);
            assert_eq!(folder.read("mine").unwrap_err().kind(), ErrorKind::PermissionDenied);
        }
        with_mode(&at("mine"), 0o600);
        folder.read("mine").unwrap();
    }

    /// Only root may give files away, and the tests do not always run as root.
    #[test]
    fn what_belongs_to_another_user_is_refused() {
        if !rustix::process::geteuid().is_root() {
            return;
        }
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("way/code");
        let mine = PrivateFolder::open(&folder).unwrap();
        mine.write("theirs", &[b"code"]).unwrap();
        chown(folder.join("theirs"), Some(4_711), None).unwrap();
        assert_eq!(mine.read("theirs").unwrap_err().kind(), ErrorKind::PermissionDenied);
        let link = root.path().join("link");
        symlink("way", &link).unwrap();
        PrivateFolder::open(&link.join("code")).unwrap();
        lchown(&link, Some(4_711), None).unwrap();
        refuses(&link.join("code"));
        chown(root.path().join("way"), Some(4_711), None).unwrap();
        refuses(&folder);
        chown(root.path().join("way"), Some(0), None).unwrap();
        chown(&folder, Some(4_711), None).unwrap();
        refuses(&folder);
    }
}
