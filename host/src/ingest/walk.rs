//! Walks a folder beneath its open handle, and tells what is in it, file by file.

use std::collections::VecDeque;
use std::fs::{File, Metadata};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ignore::gitignore::Gitignore;

use super::Unreadable;
use super::choice::{Choice, LeftOut, Skipped};
use super::folder::{Entry, Folder, Kind};
use crate::capabilities::patiently;
use crate::model::{FailureClass, Hint};

/// How deep folders are walked. Deeper ones are reported, not followed: only a hostile tree is deeper.
const DEEPEST: usize = 64;

/// Something that lies at the paths.
pub(super) enum Found {
    File(Place),
    /// Something that cannot be taken in, and why.
    Bad(PathBuf, Unreadable),
    /// A folder on the way.
    Folder(PathBuf),
    /// A folder that was named, and has no files in it.
    Empty(PathBuf),
}

/// What is in one folder, and in the folders in it.
pub(super) struct Walk {
    pub(super) given: PathBuf,
    pub(super) root: Arc<Root>,
    choice: Arc<Choice>,
    /// What is to be told before anything else.
    pending: VecDeque<Found>,
    /// From the folder that was named down to the one that is listed.
    levels: Vec<Level>,
    pub(super) found_any: bool,
    pub(super) failed: bool,
}

/// A folder that is being listed.
struct Level {
    folder: Arc<Folder>,
    /// Its path beneath the one that was named.
    beneath: PathBuf,
    entries: std::vec::IntoIter<Entry>,
    /// What its ignore files leave out.
    ignored: Option<Gitignore>,
}

/// A folder beneath which files are opened.
#[derive(Debug)]
pub(super) struct Root {
    /// Without links in it.
    pub(super) path: PathBuf,
    pub(super) folder: Arc<Folder>,
}

impl Root {
    pub(super) fn join(&self, beneath: &Path) -> PathBuf {
        // Nothing beneath it is itself, without a slash at its end.
        if beneath.as_os_str().is_empty() { self.path.clone() } else { self.path.join(beneath) }
    }
}

/// Where a file lies: however many there are, each takes no more than its share of one handle.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub(super) root: Arc<Root>,
    pub(super) beneath: PathBuf,
}

impl Place {
    /// What lies there, without links on the way.
    pub(super) fn path(&self) -> PathBuf {
        self.root.join(&self.beneath)
    }

    /// What lies there now.
    pub(super) fn look(&self) -> std::io::Result<Metadata> {
        self.root.folder.look(&self.beneath)
    }

    /// Opens what lies there, if it is a file.
    pub(super) fn open(&self) -> Result<File, Unreadable> {
        let cannot_read = |error| cannot("read", &error);
        // A pipe or a device may never end. To open some of them does something already, so this is asked before; and as the
        // file may be another by then, it is asked again of what was opened.
        match Kind::of(self.look().map_err(cannot_read)?.file_type()) {
            Kind::File => {}
            Kind::Link => return Err(is_link()),
            Kind::Folder | Kind::Other => return Err(is_no_file()),
        }
        let is_of_machine = |error: &_| FailureClass::of_io(error) == FailureClass::Machine;
        let file = patiently(is_of_machine, || self.root.folder.open(&self.beneath));
        let file = file.map_err(cannot_read)?;
        match file.metadata().map_err(cannot_read)?.is_file() {
            true => Ok(file),
            false => Err(is_no_file()),
        }
    }
}

impl Walk {
    /// Begins with the folder itself.
    pub(super) fn of(given: &Path, root: Root, choice: &Arc<Choice>) -> Walk {
        let mut walk = Walk {
            given: given.to_owned(),
            root: Arc::new(root),
            choice: Arc::clone(choice),
            pending: VecDeque::new(),
            levels: Vec::new(),
            found_any: false,
            failed: false,
        };
        let first = walk.enter(Arc::clone(&walk.root.folder), PathBuf::new());
        walk.pending.push_front(first);
        walk
    }

    /// Goes on with what is in a folder, and tells of it.
    fn enter(&mut self, folder: Arc<Folder>, beneath: PathBuf) -> Found {
        let path = self.root.join(&beneath);
        match folder.entries() {
            Ok(entries) => {
                // Whoever wrote it meant something to be left out, which is now taken.
                let ignored = self.choice.ignored_in(&folder, &beneath).unwrap_or_else(|bad| {
                    self.found_any = true;
                    let (name, reason) = bad;
                    self.pending
                        .push_back(Found::Bad(path.join(name), Unreadable::because(reason)));
                    None
                });
                self.levels.push(Level { folder, beneath, entries: entries.into_iter(), ignored });
                Found::Folder(path)
            }
            Err(error) => self.unlisted(path, &error),
        }
    }

    /// Tells of a folder in which there may be more than was found.
    fn unlisted(&mut self, path: PathBuf, error: &std::io::Error) -> Found {
        (self.found_any, self.failed) = (true, true);
        Found::Bad(path, cannot("read", error))
    }

    /// The next thing in the folders; `None` at the end.
    pub(super) fn next(&mut self, skipped: &mut Skipped) -> Option<Found> {
        loop {
            if let Some(pending) = self.pending.pop_front() {
                return Some(pending);
            }
            let depth = self.levels.len();
            let level = self.levels.last_mut()?;
            let Some(Entry { name, kind }) = level.entries.next() else {
                self.levels.pop();
                continue;
            };
            let (folder, beneath) = (Arc::clone(&level.folder), level.beneath.join(&name));
            let ignored = self.levels.iter().filter_map(|level| level.ignored.as_ref());
            let is_folder = kind == Kind::Folder;
            if let Some(reason) = self.choice.leaves_out(&name, &beneath, is_folder, ignored) {
                skipped.count(reason);
                // There is something, though it is not taken.
                self.found_any |= reason == LeftOut::Asked;
                continue;
            }
            let path = self.root.join(&beneath);
            match kind {
                Kind::Folder if depth == DEEPEST => {
                    self.found_any = true;
                    let reason = Unreadable::because(format!(
                        "it lies {DEEPEST} folders deep, and deeper ones are not walked"
                    ));
                    return Some(Found::Bad(path, reason));
                }
                Kind::Folder => {
                    return Some(match folder.folder(&name) {
                        Ok(folder) => self.enter(Arc::new(folder), beneath),
                        Err(error) => self.unlisted(path, &error),
                    });
                }
                Kind::Link => {
                    self.found_any = true;
                    return Some(Found::Bad(path, is_link()));
                }
                Kind::File | Kind::Other => {
                    self.found_any = true;
                    return Some(Found::File(Place { root: Arc::clone(&self.root), beneath }));
                }
            }
        }
    }
}

fn is_link() -> Unreadable {
    Unreadable {
        class: FailureClass::Host,
        causes: vec![
            "it is a symbolic link, and links found in a folder are not followed".to_owned(),
        ],
        hint: Some(Hint::NameLink),
    }
}

/// What can be opened, and is not read.
pub(super) fn is_no_file() -> Unreadable {
    Unreadable::because("it is neither a file nor a folder")
}

/// What the system would not do.
pub(super) fn cannot(done: &str, error: &std::io::Error) -> Unreadable {
    Unreadable {
        class: FailureClass::of_io(error),
        causes: vec![format!("it could not be {done}"), error.to_string()],
        hint: None,
    }
}
