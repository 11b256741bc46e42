//! Walks paths and offers the files it finds.

use std::collections::VecDeque;
use std::fs::{File, Metadata};
use std::io::{ErrorKind, Read};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use bytesize::ByteSize;
use walkdir::{DirEntry, WalkDir};

use super::{Content, Offer, Origin, Unreadable};
use crate::model::{Digest, SourceName};

/// How deep folders are walked. Deeper ones are reported, not followed: only a hostile tree is deeper.
const DEEPEST: usize = 64;

/// The files at some paths: files as they are, folders with everything in them but hidden entries, sorted by name.
///
/// A file is called by its path relative to `base` where it lies below it, else by its absolute path; so the same file has the
/// same name wherever docmill was started. Links are followed where they are named as a path, not where they are found in a
/// folder.
pub struct Files {
    base: PathBuf,
    roots: VecDeque<PathBuf>,
    walk: Option<Walk>,
    walked: Vec<Folder>,
}

struct Walk {
    given: PathBuf,
    root: PathBuf,
    entries: walkdir::IntoIter,
    found_any: bool,
    failed: bool,
}

/// A folder of which everything was offered that could be found in it.
struct Folder {
    given: PathBuf,
    root: PathBuf,
    /// Whether there was anything, and all of it could be listed.
    is_whole: bool,
}

/// Something that lies at the paths.
pub(super) enum Found {
    File(PathBuf),
    /// Something that cannot be taken in, and why.
    Bad(PathBuf, Unreadable),
    /// A folder on the way.
    Folder(PathBuf),
    /// A folder that was named, and has no files in it.
    Empty(PathBuf),
}

impl Files {
    /// The files at these paths, with names relative to `base`.
    pub fn new(paths: impl IntoIterator<Item = PathBuf>, base: &Path) -> Files {
        let base = std::fs::canonicalize(base).unwrap_or_else(|_| base.to_owned());
        Files { base, roots: paths.into_iter().collect(), walk: None, walked: Vec::new() }
    }

    /// The folders, as they were named, of which nothing counts as gone, as they are not there as a whole: something in them
    /// could not be listed; or there is nothing in them, as in a place where a disk is not mounted. Of those offered so far.
    pub fn not_whole(&self) -> impl Iterator<Item = &Path> {
        self.walked.iter().filter(|folder| !folder.is_whole).map(|folder| folder.given.as_path())
    }

    /// How many sources will be offered, as things are now. Walks all folders, and reads no file.
    pub fn count(&self) -> u64 {
        let mut again = Files::new(self.roots.clone(), &self.base);
        std::iter::from_fn(|| again.next()).count() as u64
    }

    pub(super) fn offer(&self, path: PathBuf) -> Offer {
        match self.name(&path) {
            Ok(name) => Offer { name, content: Ok(Box::new(FileContent { path })) },
            Err(unreadable) => self.unreadable(&path, unreadable),
        }
    }

    pub(super) fn unreadable(&self, path: &Path, reason: Unreadable) -> Offer {
        Offer { name: self.name(path).unwrap_or_else(|_| stand_in(path)), content: Err(reason) }
    }

    fn name(&self, path: &Path) -> Result<SourceName, Unreadable> {
        let shown = path.strip_prefix(&self.base).unwrap_or(path);
        let parts: Option<Vec<&str>> = shown
            .components()
            .filter(|part| !matches!(part, Component::RootDir))
            .map(|part| part.as_os_str().to_str())
            .collect();
        let parts = parts.ok_or_else(|| Unreadable {
            causes: vec!["its name is not valid UTF-8".to_owned()],
            hint: Some("rename the file and ingest it again".to_owned()),
        })?;
        let leading = if shown.has_root() { "/" } else { "" };
        SourceName::new(format!("{leading}{}", parts.join("/")))
            .map_err(|error| Unreadable::because(error.to_string()))
    }

    /// The next thing that lies at the paths.
    pub(super) fn find(&mut self) -> Option<Found> {
        loop {
            let Some(walk) = &mut self.walk else {
                let given = self.roots.pop_front()?;
                let root = match std::fs::canonicalize(&given) {
                    Ok(root) => root,
                    Err(error) => return Some(Found::Bad(given, cannot("found", &error))),
                };
                if !root.is_dir() {
                    return Some(Found::File(root));
                }
                let entries = WalkDir::new(&root).max_depth(DEEPEST).sort_by_file_name();
                let entries = entries.into_iter();
                self.walk = Some(Walk { given, root, entries, found_any: false, failed: false });
                continue;
            };
            match walk.entries.next() {
                Some(Ok(entry)) if entry.depth() > 0 && is_hidden(&entry) => {
                    if entry.file_type().is_dir() {
                        walk.entries.skip_current_dir();
                    }
                }
                Some(Ok(entry)) if entry.file_type().is_dir() => {
                    if entry.depth() == DEEPEST {
                        walk.found_any = true;
                        let reason = Unreadable::because(format!(
                            "it lies {DEEPEST} folders deep, and deeper ones are not walked"
                        ));
                        return Some(Found::Bad(entry.into_path(), reason));
                    }
                    return Some(Found::Folder(entry.into_path()));
                }
                Some(Ok(entry)) => {
                    walk.found_any = true;
                    if entry.file_type().is_symlink() {
                        let reason = Unreadable {
                            causes: vec!["it is a symbolic link, and links found in a folder are not followed".to_owned()],
                            hint: Some("name the link itself as a path to ingest what it points to".to_owned()),
                        };
                        return Some(Found::Bad(entry.into_path(), reason));
                    }
                    return Some(Found::File(entry.into_path()));
                }
                Some(Err(error)) => {
                    (walk.found_any, walk.failed) = (true, true);
                    let path = error.path().map_or_else(|| walk.given.clone(), Path::to_owned);
                    let cause =
                        error.io_error().map_or_else(|| error.to_string(), ToString::to_string);
                    let causes = vec!["it could not be read".to_owned(), cause];
                    return Some(Found::Bad(path, Unreadable { causes, hint: None }));
                }
                None => {
                    let Some(Walk { given, root, found_any, failed, .. }) = self.walk.take() else {
                        continue;
                    };
                    let is_whole = found_any && !failed;
                    self.walked.push(Folder { given: given.clone(), root, is_whole });
                    if !found_any {
                        return Some(Found::Empty(given));
                    }
                }
            }
        }
    }
}

impl Origin for Files {
    fn next(&mut self) -> Option<Offer> {
        loop {
            return Some(match self.find()? {
                Found::File(path) => self.offer(path),
                Found::Bad(path, reason) => self.unreadable(&path, reason),
                Found::Empty(path) => {
                    self.unreadable(&path, Unreadable::because("it is a folder without files"))
                }
                Found::Folder(_) => continue,
            });
        }
    }

    /// A source is gone if a folder that is there as a whole should have it, and there is no such file: what is hidden, lies too
    /// deep, or cannot be looked at is still there.
    fn is_gone(&self, name: &SourceName) -> bool {
        // An absolute name takes the place of the base.
        let path = self.base.join(name.as_str());
        let is_under = |folder: &Folder| folder.is_whole && path.starts_with(&folder.root);
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

fn is_hidden(entry: &DirEntry) -> bool {
    entry.file_name().as_encoded_bytes().starts_with(b".")
}

/// What a file is called whose name is too long or no UTF-8: the name as well as it can be shown, and a digest of what it really
/// is, so that two such files are never taken for one, nor one of them for a file that is called as it is shown.
fn stand_in(path: &Path) -> SourceName {
    let shown: String = path.to_string_lossy().chars().filter(|c| *c != '\0').take(1_000).collect();
    let digest = Digest::of(path.as_os_str().as_encoded_bytes()).short();
    SourceName::new(format!("{shown} ({digest})"))
        .unwrap_or_else(|_| unreachable!("it has at most 4,015 bytes"))
}

fn cannot(done: &str, error: &std::io::Error) -> Unreadable {
    Unreadable { causes: vec![format!("it could not be {done}"), error.to_string()], hint: None }
}

/// Opens a file for reading without waiting for anybody: to open a pipe waits for a writer.
fn open_at_once(path: &Path) -> std::io::Result<File> {
    let mut options = File::options();
    options.read(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(
        &mut options,
        rustix::fs::OFlags::NONBLOCK.bits().cast_signed(),
    );
    options.open(path)
}

struct FileContent {
    path: PathBuf,
}

impl Content for FileContent {
    fn read(self: Box<Self>, limit: u64) -> Result<Arc<[u8]>, Unreadable> {
        let cannot_read = |error| cannot("read", &error);
        // A pipe or a device may never end. To open some of them does something already, so this is asked before; and as the
        // file may be another by then, it is asked again of what was opened.
        let check = |metadata: Metadata| match metadata.is_file() {
            true => Ok(metadata.len()),
            false => Err(Unreadable::because("it is neither a file nor a folder")),
        };
        check(std::fs::metadata(&self.path).map_err(cannot_read)?)?;
        let file = open_at_once(&self.path).map_err(cannot_read)?;
        let size = check(file.metadata().map_err(cannot_read)?)?;
        let too_large = |size: u64| Unreadable {
            causes: vec![format!(
                "it has {}, and the limit is {}",
                ByteSize(size).display().iec(),
                ByteSize(limit).display().iec()
            )],
            hint: Some("raise the limit with `--max-size`".to_owned()),
        };
        if size > limit {
            return Err(too_large(size));
        }
        let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(0) + 1);
        // The file may grow while it is read.
        file.take(limit.saturating_add(1)).read_to_end(&mut bytes).map_err(cannot_read)?;
        if bytes.len() as u64 > limit {
            return Err(too_large(bytes.len() as u64));
        }
        Ok(Arc::from(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offered(files: &mut Files) -> Vec<String> {
        std::iter::from_fn(|| files.next())
            .map(|offer| match offer.content {
                Ok(content) => match content.read(100) {
                    Ok(bytes) => format!("{} {}", offer.name, bytes.len()),
                    Err(unreadable) => format!("{}: {}", offer.name, unreadable.causes.join(": ")),
                },
                Err(unreadable) => format!("{}: {}", offer.name, unreadable.causes.join(": ")),
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
    fn a_file_that_becomes_a_pipe_is_not_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pipe");
        rustix::fs::mkfifoat(rustix::fs::CWD, &path, rustix::fs::Mode::RUSR).unwrap();
        assert!(!open_at_once(&path).unwrap().metadata().unwrap().is_file());
        let unreadable = Box::new(FileContent { path }).read(100).unwrap_err();
        assert_eq!(unreadable.causes, ["it is neither a file nor a folder"]);
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
    fn links_pipes_and_foreign_names_are_reported() {
        use std::os::unix::ffi::OsStrExt;
        let folder = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink("/etc/passwd", folder.path().join("link")).unwrap();
        std::fs::write(folder.path().join(std::ffi::OsStr::from_bytes(b"n\xff")), "x").unwrap();
        let socket = std::os::unix::net::UnixListener::bind(folder.path().join("socket")).unwrap();
        let said = offered(&mut Files::new([folder.path().to_owned()], folder.path())).join("\n");
        assert!(said.contains("link: it is a symbolic link"), "{said}");
        assert!(said.contains("its name is not valid UTF-8"), "{said}");
        assert!(said.contains("socket: it is neither a file nor a folder"), "{said}");
        drop(socket);
    }
}
