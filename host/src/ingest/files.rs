//! Walks paths and offers the files it finds.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use super::choice::{Choice, Skipped};
use super::folder::Folder;
use super::pattern::{Pattern, Reach};
use super::unreadable::{Tried, Unreadable};
use super::walk::{Found, Place, Root, Walk};
use super::{Content, Offer, Origin};
use crate::capabilities::{Blob, OpenFile};
use crate::model::SourceName;

/// The files at some paths: files as they are, folders with everything in them that a [`Choice`]
/// takes, sorted by name.
///
/// A file is called by its path relative to `base` where it lies below it, else by its absolute
/// path; so the same file has the same name wherever docmill was started. Links are followed where
/// they are named as a path, and where they are found in a folder only if the [`Choice`] says so:
/// folders are walked by open handles, and a file is opened beneath the one that was named, when
/// its turn comes. So whoever can write to a folder cannot have another file taken in for one of
/// those in it.
pub struct Files {
    base: PathBuf,
    roots: VecDeque<Named>,
    walk: Option<Walk>,
    walked: Vec<Walked>,
    /// The folder of the file that was named last: many are named in one folder, and share its
    /// handle.
    parent: Option<Arc<Root>>,
    choice: Arc<Choice>,
    skipped: Skipped,
}

/// A path that was named.
#[derive(Debug, Clone)]
struct Named {
    path: PathBuf,
    /// Whether it is a pattern, where nothing lies at it.
    may_be_pattern: bool,
}

/// A folder of which everything was offered that could be found in it.
struct Walked {
    given: PathBuf,
    root: PathBuf,
    /// What of it was named, if not all.
    pattern: Option<Pattern>,
    /// Whether there was anything, and all of it could be listed.
    is_whole: bool,
}

impl Files {
    /// The files at these paths, with names relative to `base`.
    pub fn new(paths: impl IntoIterator<Item = PathBuf>, base: &Path) -> Files {
        let base = std::fs::canonicalize(base).unwrap_or_else(|_| base.to_owned());
        let (roots, choice, skipped) = Default::default();
        let files =
            Files { base, roots, walk: None, walked: Vec::new(), parent: None, choice, skipped };
        files.and(paths)
    }

    /// The same, and what lies at these paths, or matches them as patterns where nothing does: `*`,
    /// `?`, `[…]` and `{…}` stay within a name, and `**` is any number of folders.
    #[must_use]
    pub fn matching(mut self, paths: impl IntoIterator<Item = PathBuf>) -> Files {
        self.roots.extend(paths.into_iter().map(|path| Named { path, may_be_pattern: true }));
        self
    }

    /// The same, and the files at these paths.
    #[must_use]
    pub fn and(mut self, paths: impl IntoIterator<Item = PathBuf>) -> Files {
        self.roots.extend(paths.into_iter().map(|path| Named { path, may_be_pattern: false }));
        self
    }

    /// The same, with another choice of what is taken of folders.
    #[must_use]
    pub fn choosing(self, choice: Choice) -> Files {
        Files { choice: Arc::new(choice), ..self }
    }

    /// How much in folders was not taken so far.
    pub fn skipped(&self) -> Skipped {
        self.skipped
    }

    /// The folders, as they were named, of which nothing counts as gone, as they are not there as a
    /// whole: something in them could not be listed; or there is nothing in them, as in a place
    /// where a disk is not mounted. Of those offered so far.
    pub fn not_whole(&self) -> impl Iterator<Item = &Path> {
        self.walked.iter().filter(|folder| !folder.is_whole).map(|folder| folder.given.as_path())
    }

    /// How many sources will be offered, as things are now. Walks all folders, and reads no file.
    pub fn count(&self) -> u64 {
        let mut again = Files::new([], &self.base);
        again.roots = self.roots.clone();
        again.choice = Arc::clone(&self.choice);
        std::iter::from_fn(|| again.next()).count() as u64
    }

    pub(super) fn offer(&self, place: Place) -> Offer {
        let path = place.path();
        self.named(&path, FileContent(place))
    }

    /// Offers what lies, or lay, at a path.
    pub(super) fn named(&self, path: &Path, content: impl Content + 'static) -> Offer {
        match self.name(path) {
            Ok(name) => Offer { name, content: Ok(Box::new(content)) },
            Err(unreadable) => self.unreadable(path, unreadable),
        }
    }

    pub(super) fn unreadable(&self, path: &Path, reason: Unreadable) -> Offer {
        Offer { name: self.name(path).unwrap_or_else(|_| stand_in(path)), content: Err(reason) }
    }

    fn name(&self, path: &Path) -> Result<SourceName, Unreadable> {
        let shown = path.strip_prefix(&self.base).unwrap_or(path);
        let parts: Vec<&[u8]> = shown
            .components()
            .filter(|part| !matches!(part, Component::RootDir))
            .map(|part| part.as_os_str().as_encoded_bytes())
            .collect();
        let leading: &[u8] = if shown.has_root() { b"/" } else { b"" };
        SourceName::of_path(&[leading, &parts.join(&b'/')].concat()).map_err(Unreadable::Name)
    }

    /// Begins with a path that was named: a file is at hand at once, a folder is walked from now
    /// on.
    fn begin(&mut self, named: &Named) -> Result<Option<Place>, Unreadable> {
        let not_found = |error| Tried::Found.failed(error);
        let given = named.path.as_path();
        // Links in the path that was named are followed here, and nowhere after, unless that is
        // asked for.
        let (path, pattern) = match std::fs::canonicalize(given) {
            Err(error) if error.kind() == ErrorKind::NotFound && named.may_be_pattern => {
                let pattern = Pattern::of(given);
                match pattern.map_err(Unreadable::because)? {
                    Some((folder, pattern)) => {
                        (std::fs::canonicalize(folder).map_err(not_found)?, Some(pattern))
                    }
                    None => return Err(not_found(error)),
                }
            }
            path => (path.map_err(not_found)?, None),
        };
        if path.is_dir() {
            let folder = Arc::new(Folder::at(&path).map_err(not_found)?);
            self.walk = Some(Walk::of(given, Root { path, folder }, &self.choice, pattern));
            return Ok(None);
        }
        let (Some(parent), Some(name)) = (path.parent(), path.file_name()) else {
            return Err(not_found(ErrorKind::NotFound.into()));
        };
        let root = match self.parent.take().filter(|root| root.path == parent) {
            Some(root) => root,
            None => {
                let folder = Arc::new(Folder::at(parent).map_err(not_found)?);
                Arc::new(Root { path: parent.to_owned(), folder })
            }
        };
        self.parent = Some(Arc::clone(&root));
        Ok(Some(Place { root, beneath: PathBuf::from(name) }))
    }

    /// The next thing that lies at the paths.
    pub(super) fn find(&mut self) -> Option<Found> {
        loop {
            let Some(walk) = &mut self.walk else {
                let given = self.roots.pop_front()?;
                match self.begin(&given) {
                    Ok(Some(file)) => return Some(Found::File(file)),
                    Ok(None) => continue,
                    Err(reason) => return Some(Found::Bad(given.path, reason)),
                }
            };
            if let Some(found) = walk.next(&mut self.skipped) {
                return Some(found);
            }
            let Some(Walk { given, root, pattern, found_any, failed, .. }) = self.walk.take()
            else {
                continue;
            };
            let (is_whole, is_pattern) = (found_any && !failed, pattern.is_some());
            let root = root.path.clone();
            self.walked.push(Walked { given: given.clone(), root, pattern, is_whole });
            match (found_any, is_pattern) {
                (true, _) => {}
                (false, true) => return Some(Found::Unmatched(given)),
                (false, false) => return Some(Found::Empty(given)),
            }
        }
    }
}

impl Origin for Files {
    fn next(&mut self) -> Option<Offer> {
        loop {
            return Some(match self.find()? {
                Found::File(place) => self.offer(place),
                Found::Bad(path, reason) => self.unreadable(&path, reason),
                Found::Empty(path) => self.unreadable(&path, Unreadable::NoFiles),
                Found::Unmatched(path) => self.unreadable(&path, Unreadable::NoMatch),
                Found::Folder(_) => continue,
            });
        }
    }

    /// A source is gone if a folder that is there as a whole should have it, and there is no such
    /// file: what is hidden, lies too deep, or cannot be looked at is still there.
    fn is_gone(&self, name: &SourceName) -> bool {
        // An absolute name takes the place of the base.
        let Some(path) = path_of(name) else { return false };
        let path = self.base.join(path);
        let is_named = |folder: &Walked, beneath: &Path| {
            folder.pattern.as_ref().is_none_or(|it| it.reach(beneath) == Reach::Within)
        };
        let is_under = |folder: &Walked| {
            let beneath = path.strip_prefix(&folder.root);
            folder.is_whole && beneath.is_ok_and(|beneath| is_named(folder, beneath))
        };
        self.walked.iter().any(is_under)
            && match std::fs::symlink_metadata(&path) {
                // Where the file was there is a folder now.
                Ok(metadata) => metadata.is_dir(),
                Err(error) => {
                    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
                }
            }
    }
}

/// The path in a name; `None` if the name is a member's, or if no path of this system is like that.
fn path_of(name: &SourceName) -> Option<PathBuf> {
    if name.members().next().is_some() {
        return None;
    }
    let path = name.path()?;
    #[cfg(unix)]
    return Some(<std::ffi::OsString as std::os::unix::ffi::OsStringExt>::from_vec(path).into());
    #[cfg(not(unix))]
    return String::from_utf8(path).ok().map(PathBuf::from);
}

/// What a file is called whose name is too long: its beginning and an id, as no other file can be
/// called.
fn stand_in(path: &Path) -> SourceName {
    SourceName::of_long_path(path.as_os_str().as_encoded_bytes())
}

struct FileContent(Place);

impl Content for FileContent {
    fn read(self: Box<Self>, limit: u64) -> Result<Arc<[u8]>, Unreadable> {
        match self.open(limit)? {
            Blob::Memory(bytes) => Ok(bytes),
            Blob::File(file) => Err(Unreadable::too_large(file.size(), limit)),
        }
    }

    fn open(self: Box<Self>, limit: u64) -> Result<Blob, Unreadable> {
        content_of(self.0.open()?, limit)
    }

    fn glance(self: Box<Self>, _: u64) -> Result<Blob, Unreadable> {
        content_of(self.0.open()?, 0)
    }
}

/// Opens the file of this name, as [`Files`] with the same base called it; no link is followed,
/// wherever it is on the way.
///
/// # Errors
///
/// If there is no such file, or it cannot be read.
pub fn open_named(base: &Path, name: &SourceName, limit: u64) -> Result<Blob, Unreadable> {
    let cannot_open = |error| Tried::Opened.failed(error);
    let base = std::fs::canonicalize(base).map_err(cannot_open)?;
    let path = base.join(path_of(name).ok_or(Unreadable::NoFile)?);
    let (Some(parent), Some(file)) = (path.parent(), path.file_name()) else {
        return Err(Unreadable::NoFile);
    };
    let folder = Arc::new(Folder::at(parent).map_err(cannot_open)?);
    let root = Arc::new(Root { path: parent.to_owned(), folder });
    content_of(Place { root, beneath: PathBuf::from(file) }.open()?, limit)
}

/// The bytes of an open file: in memory, unless there are more than `limit`.
pub(super) fn content_of(file: File, limit: u64) -> Result<Blob, Unreadable> {
    let cannot_read = |error| Tried::Read.failed(error);
    let size = file.metadata().map_err(cannot_read)?.len();
    if size > limit {
        return Ok(OpenFile::new(file).map_err(cannot_read)?.into());
    }
    let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(0) + 1);
    // The file may grow while it is read.
    file.take(limit.saturating_add(1)).read_to_end(&mut bytes).map_err(cannot_read)?;
    if bytes.len() as u64 > limit {
        return Err(Unreadable::too_large(bytes.len() as u64, limit));
    }
    Ok(Blob::Memory(Arc::from(bytes)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offered(files: &mut Files) -> Vec<String> {
        std::iter::from_fn(|| files.next())
            .map(|offer| match offer.content {
                Ok(content) => match content.read(100) {
                    Ok(bytes) => format!("{} {}", offer.name, bytes.len()),
                    Err(unreadable) => {
                        format!("{}: {}", offer.name, unreadable.causes().join(": "))
                    }
                },
                Err(unreadable) => format!("{}: {}", offer.name, unreadable.causes().join(": ")),
            })
            .collect()
    }

    #[test]
    fn folders_are_walked_in_order_and_hidden_entries_left_out() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        };
        write("in/b.txt", "b");
        write("in/a.txt/inside.txt", "in");
        write("in/.hidden/x.txt", "x");
        write("in/.x.txt", "x");
        write("in/large.txt", &"x".repeat(101));
        std::fs::create_dir(folder.path().join("empty")).unwrap();
        let paths = ["in", "empty", "missing", "in/b.txt"].map(|name| folder.path().join(name));
        let mut files = Files::new(paths, folder.path());
        assert_eq!(files.count(), 6);
        let missing = format!("{}/missing", folder.path().display());
        assert_eq!(
            offered(&mut files),
            [
                "in/a.txt/inside.txt 2",
                "in/b.txt 1",
                "in/large.txt: it has 101 B, and the limit is 100 B",
                "empty: it is a folder without files",
                &format!(
                    "{}: it could not be found: No such file or directory (os error 2)",
                    missing
                        .strip_prefix(&format!(
                            "{}/",
                            std::fs::canonicalize(folder.path()).unwrap().display()
                        ))
                        .unwrap_or(&missing)
                ),
                "in/b.txt 1",
            ]
        );
    }

    #[cfg(unix)]
    #[test]
    fn what_takes_the_place_of_a_file_before_its_turn_is_not_read() {
        use rustix::fs::{CWD, Mode, mkfifoat};
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join("in").join(name);
        std::fs::create_dir_all(path("sub")).unwrap();
        std::fs::write(folder.path().join("secret"), "secret").unwrap();
        for name in ["a", "b", "sub/secret", "z"] {
            std::fs::write(path(name), "x").unwrap();
        }
        let mut files = Files::new([folder.path().join("in")], folder.path());
        let offers: Vec<Offer> = std::iter::from_fn(|| files.next()).collect();
        std::fs::remove_file(path("a")).unwrap();
        mkfifoat(CWD, path("a"), Mode::RUSR).unwrap();
        std::fs::remove_file(path("b")).unwrap();
        std::os::unix::fs::symlink(folder.path().join("secret"), path("b")).unwrap();
        // The folder on the way, too.
        std::fs::rename(path("sub"), path("other")).unwrap();
        std::os::unix::fs::symlink(folder.path(), path("sub")).unwrap();
        let read: Vec<_> = offers
            .into_iter()
            .map(|offer| {
                offer.content.and_then(|content| content.read(100)).map_err(|it| it.causes())
            })
            .collect();
        assert_eq!(read[0].as_ref().unwrap_err()[0], "it is neither a file nor a folder");
        assert!(read[1].as_ref().unwrap_err()[0].starts_with("it is a symbolic link"));
        assert_eq!(read[2].as_ref().unwrap_err()[0], "it could not be read");
        assert_eq!(read[3].as_ref().unwrap()[..], b"x"[..]);
    }

    /// Somebody who can write to a folder swaps a file, and the folder of another, for links to a
    /// secret, all the time.
    #[cfg(unix)]
    #[test]
    fn no_race_makes_a_link_out_of_a_file() {
        use std::sync::atomic::{AtomicBool, Ordering};
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        for name in ["in/sub", "secrets"] {
            std::fs::create_dir_all(path(name)).unwrap();
        }
        for (name, text) in [("in/a", "fine"), ("in/sub/b", "fine"), ("secrets/b", "secret")] {
            std::fs::write(path(name), text).unwrap();
        }
        let done = AtomicBool::new(false);
        let swap = || {
            std::os::unix::fs::symlink(path("secrets/b"), path("link"))?;
            std::fs::rename(path("link"), path("in/a"))?;
            std::fs::rename(path("in/sub"), path("sub"))?;
            std::os::unix::fs::symlink(path("secrets"), path("in/sub"))?;
            std::fs::write(path("file"), "fine")?;
            std::fs::rename(path("file"), path("in/a"))?;
            std::fs::remove_file(path("in/sub"))?;
            std::fs::rename(path("sub"), path("in/sub"))
        };
        let (mut fine, mut refused) = (0, 0);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    swap().unwrap();
                }
            });
            for _ in 0..3_000 {
                let mut files = Files::new([path("in")], folder.path());
                while let Some(offer) = files.next() {
                    match offer.content.and_then(|content| content.read(100)) {
                        Ok(bytes) if &*bytes == b"fine" => fine += 1,
                        Ok(bytes) => panic!("{} is {bytes:?}", offer.name),
                        Err(_) => refused += 1,
                    }
                }
            }
            done.store(true, Ordering::Relaxed);
        });
        assert!(fine > 0 && refused > 0, "{fine} were read and {refused} were not");
    }

    #[test]
    fn what_is_larger_than_the_limit_is_opened_and_not_read() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a"), "x".repeat(101)).unwrap();
        let open = |limit| {
            let mut files = Files::new([folder.path().to_owned()], folder.path());
            files.next().unwrap().content.unwrap().open(limit).unwrap()
        };
        assert!(matches!(open(101), Blob::Memory(bytes) if bytes.len() == 101));
        assert!(matches!(open(100), Blob::File(file) if file.size() == 101));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn names_that_look_alike_are_told_apart() {
        use std::os::unix::ffi::OsStrExt;
        let folder = tempfile::tempdir().unwrap();
        for name in [&b"n\xff"[..], b"n\xfe", "n\u{fffd}".as_bytes()] {
            std::fs::write(folder.path().join(std::ffi::OsStr::from_bytes(name)), "x").unwrap();
        }
        let mut files = Files::new([folder.path().to_owned()], folder.path());
        let names: std::collections::BTreeSet<String> =
            std::iter::from_fn(|| files.next()).map(|offer| offer.name.to_string()).collect();
        assert_eq!(names.len(), 3, "{names:?}");
    }

    #[cfg(unix)]
    #[test]
    fn links_and_pipes_are_reported_and_foreign_names_are_names() {
        use std::os::unix::ffi::OsStrExt;
        let folder = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink("/etc/passwd", folder.path().join("link")).unwrap();
        std::fs::write(folder.path().join(std::ffi::OsStr::from_bytes(b"n\xff")), "x").unwrap();
        let socket = std::os::unix::net::UnixListener::bind(folder.path().join("socket")).unwrap();
        let said = offered(&mut Files::new([folder.path().to_owned()], folder.path())).join("\n");
        assert!(said.contains("link: it is a symbolic link"), "{said}");
        assert!(said.contains("n\\xff"), "{said}");
        assert!(said.contains("socket: it is neither a file nor a folder"), "{said}");
        drop(socket);
    }
}
