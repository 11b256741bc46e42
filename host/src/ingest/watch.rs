//! Watches paths, and offers files that are new or changed once they have come to rest.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fs::Metadata;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use super::choice::Choice;
use super::files::{Files, content_of};
use super::walk::{Found, Place};
use super::{Content, Offer, Origin, Unreadable};
use crate::capabilities::Blob;
use crate::model::SourceName;

/// What tells one state of a file from another, without reading it.
#[derive(Debug, Clone)]
enum Stamp {
    File(FileStamp),
    /// It cannot be taken in, for these reasons.
    Bad(Unreadable),
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct FileStamp {
    size: u64,
    modified: Option<SystemTime>,
    /// Which file has the name, and when it was last written or renamed: a file that is put in the
    /// place of another one of the same size and time is told from it.
    #[cfg(unix)]
    changed: (u64, i64, i64),
}

impl PartialEq for Stamp {
    fn eq(&self, other: &Stamp) -> bool {
        match (self, other) {
            (Stamp::File(one), Stamp::File(other)) => one == other,
            // Reasons are the same where the same is told.
            (Stamp::Bad(one), Stamp::Bad(other)) => one.causes() == other.causes(),
            _ => false,
        }
    }
}

impl Stamp {
    /// The state of a file as it is now; `None` if there is none.
    fn of(place: &Place) -> Option<Stamp> {
        match place.look() {
            Ok(metadata) => Some(Stamp::from(&metadata)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
            Err(error) => Some(Stamp::Bad(Unreadable::because(error))),
        }
    }
}

impl From<&Metadata> for Stamp {
    fn from(metadata: &Metadata) -> Stamp {
        #[cfg(unix)]
        use std::os::unix::fs::MetadataExt;
        Stamp::File(FileStamp {
            size: metadata.len(),
            modified: metadata.modified().ok(),
            #[cfg(unix)]
            changed: (metadata.ino(), metadata.ctime(), metadata.ctime_nsec()),
        })
    }
}

/// Some paths, and what of them was handed out already.
///
/// Whoever watches asks [`Watch::look`] again and again: what is there is compared with what was
/// handed out, so nothing depends on being told of every change.
pub struct Watch {
    paths: Vec<PathBuf>,
    base: PathBuf,
    rest: Duration,
    largest: u64,
    choice: Choice,
    handed_out: BTreeMap<PathBuf, Stamp>,
    /// What is different from what was handed out, and since when it is as it is; absent if it is
    /// gone.
    moving: BTreeMap<PathBuf, (Option<Stamp>, Instant)>,
}

/// What a look at the paths came to.
pub struct Looked {
    /// What has come to rest since the last look.
    pub arrived: Arrived,
    /// All folders under the paths.
    pub folders: BTreeSet<PathBuf>,
    /// When to look again at the latest, as something will then have come to rest.
    pub again: Option<Instant>,
}

impl Watch {
    /// Watches these paths, with names relative to `base` as in [`Files`]. A file is at rest once
    /// its size and its times have not changed for as long as `rest`; one of more than `largest`
    /// bytes cannot be read.
    pub fn new(paths: Vec<PathBuf>, base: &Path, rest: Duration, largest: u64) -> Watch {
        let (handed_out, moving) = (BTreeMap::new(), BTreeMap::new());
        let (base, choice) = (base.to_owned(), Choice::default());
        Watch { paths, base, rest, largest, choice, handed_out, moving }
    }

    /// The same, with another choice of what is taken of folders.
    #[must_use]
    pub fn choosing(self, choice: Choice) -> Watch {
        Watch { choice, ..self }
    }

    /// Watches other paths from now on. What both have in common is not handed out anew.
    pub fn follow(&mut self, paths: Vec<PathBuf>) {
        self.paths = paths;
    }

    /// Walks the paths, and hands out what has come to rest since it was handed out last.
    pub fn look(&mut self) -> Looked {
        let files = Files::new(self.paths.iter().cloned(), &self.base);
        let mut files = files.choosing(self.choice.clone());
        let (mut there, mut folders) = (BTreeMap::new(), BTreeSet::new());
        while let Some(found) = files.find() {
            match found {
                Found::File(place) => {
                    if let Some(stamp) = Stamp::of(&place) {
                        there.insert(place.path(), (stamp, Some(place)));
                    }
                }
                Found::Bad(path, reason) => {
                    there.insert(path, (Stamp::Bad(reason), None));
                }
                Found::Folder(path) => {
                    folders.insert(path);
                }
                // It may be filled at any time.
                Found::Empty(_) | Found::Unmatched(_) => {}
            }
        }
        let now = Instant::now();
        let mut at_rest = VecDeque::new();
        let gone: Vec<PathBuf> =
            self.handed_out.keys().filter(|path| !there.contains_key(*path)).cloned().collect();
        self.moving
            .retain(|path, _| there.contains_key(path) || self.handed_out.contains_key(path));
        let states = there.into_iter().map(|(path, (stamp, place))| (path, Some(stamp), place));
        let gone = gone.into_iter().map(|path| (path, None, None));
        for (path, stamp, place) in states.chain(gone) {
            if self.handed_out.get(&path) == stamp.as_ref() {
                self.moving.remove(&path);
                continue;
            }
            match self.moving.get(&path) {
                Some((before, since)) if *before == stamp => {
                    if now.duration_since(*since) >= self.rest {
                        at_rest.push_back(AtRest { path, stamp, place });
                    }
                }
                _ => {
                    self.moving.insert(path, (stamp, now));
                }
            }
        }
        for AtRest { path, stamp, .. } in &at_rest {
            self.moving.remove(path);
            match stamp {
                Some(stamp) => self.handed_out.insert(path.clone(), stamp.clone()),
                None => self.handed_out.remove(path),
            };
        }
        let again = self.moving.values().map(|(_, since)| *since + self.rest).min();
        Looked { arrived: Arrived { files, largest: self.largest, at_rest }, folders, again }
    }
}

/// Files that have come to rest, as an origin. Each is read when it is offered: one that has
/// changed once more, or is gone by then, is not offered, and the next look finds it.
pub struct Arrived {
    /// What the look walked: it knows names, and what is gone.
    files: Files,
    largest: u64,
    at_rest: VecDeque<AtRest>,
}

/// What has not changed for a while.
struct AtRest {
    path: PathBuf,
    /// Its state; absent if it is gone.
    stamp: Option<Stamp>,
    /// Where it lies, if it is a file.
    place: Option<Place>,
}

impl Arrived {
    /// How many files there are to offer.
    pub fn count(&self) -> usize {
        self.at_rest.iter().filter(|it| it.stamp.is_some()).count()
    }

    /// What the look walked.
    pub fn files(&self) -> &Files {
        &self.files
    }

    /// Whether files are gone that were there at an earlier look.
    pub fn has_gone(&self) -> bool {
        self.count() < self.at_rest.len()
    }
}

impl Origin for Arrived {
    fn next(&mut self) -> Option<Offer> {
        loop {
            let AtRest { path, stamp, place } = self.at_rest.pop_front()?;
            match (stamp, place) {
                (Some(Stamp::Bad(reason)), _) => {
                    return Some(self.files.unreadable(&path, reason));
                }
                (Some(stamp), Some(place)) => {
                    let content = place.open().and_then(|file| content_of(file, self.largest));
                    // What was read is what has come to rest, if that is still there.
                    if Stamp::of(&place).as_ref() == Some(&stamp) {
                        let offer = |content| self.files.named(&path, content);
                        return Some(match content {
                            Ok(content) => offer(Opened(content)),
                            Err(reason) => self.files.unreadable(&path, reason),
                        });
                    }
                }
                _ => {}
            }
        }
    }

    fn is_gone(&self, name: &SourceName) -> bool {
        self.files.is_gone(name)
    }
}

/// The bytes of a file that had come to rest when it was opened: read already, unless they are
/// many.
struct Opened(Blob);

impl Content for Opened {
    fn read(self: Box<Self>, limit: u64) -> Result<Arc<[u8]>, Unreadable> {
        match self.0 {
            Blob::Memory(bytes) => Ok(bytes),
            Blob::File(file) => Err(Unreadable::too_large(file.size(), limit)),
        }
    }

    fn open(self: Box<Self>, _: u64) -> Result<Blob, Unreadable> {
        Ok(self.0)
    }

    fn in_memory(&self) -> u64 {
        self.0.in_memory()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REST: Duration = Duration::from_millis(20);
    /// No machine is that busy.
    const PATIENCE: Duration = Duration::from_secs(60);

    fn watch(folder: &Path) -> Watch {
        Watch::new(vec![folder.to_owned()], folder, REST, 100)
    }

    /// Looks until something has come to rest.
    fn arrived(watch: &mut Watch) -> Arrived {
        let begun = Instant::now();
        loop {
            let looked = watch.look();
            if looked.arrived.count() > 0 || looked.arrived.has_gone() {
                return looked.arrived;
            }
            assert!(begun.elapsed() < PATIENCE, "nothing has come to rest");
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    fn told(mut arrived: Arrived) -> Vec<String> {
        std::iter::from_fn(|| arrived.next())
            .map(|offer| match offer.content.and_then(|content| content.read(100)) {
                Ok(bytes) => format!("{} {}", offer.name, bytes.len()),
                Err(reason) => format!("{}: {}", offer.name, reason.causes().join(": ")),
            })
            .collect()
    }

    #[test]
    fn a_file_is_handed_out_once_it_rests_and_again_when_it_changed() {
        let folder = tempfile::tempdir().unwrap();
        let mut watch = watch(folder.path());
        let looked = watch.look();
        assert!(
            looked.again.is_none() && looked.arrived.count() == 0,
            "an empty folder offers nothing"
        );
        std::fs::write(folder.path().join("a.txt"), "1").unwrap();
        let looked = watch.look();
        assert!(looked.again.is_some() && looked.arrived.count() == 0, "it was just written");
        assert_eq!(told(arrived(&mut watch)), ["a.txt 1"]);
        assert!(watch.look().again.is_none());
        // Put in its place, with the same size.
        std::fs::write(folder.path().join(".b.part"), "2").unwrap();
        std::fs::rename(folder.path().join(".b.part"), folder.path().join("a.txt")).unwrap();
        assert_eq!(told(arrived(&mut watch)), ["a.txt 1"]);
        std::fs::remove_file(folder.path().join("a.txt")).unwrap();
        std::fs::write(folder.path().join("large.txt"), "x".repeat(101)).unwrap();
        let mut all = arrived(&mut watch);
        let mut gone = all.has_gone();
        let mut large = told(all);
        while large.is_empty() {
            all = arrived(&mut watch);
            gone |= all.has_gone();
            large = told(all);
        }
        assert_eq!(large, ["large.txt: it has 101 B, and the limit is 100 B"]);
        assert!(gone || arrived(&mut watch).has_gone());
    }

    #[test]
    fn a_file_that_goes_on_growing_is_not_handed_out() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        let mut watch = Watch { rest: Duration::from_secs(3_600), ..watch(folder.path()) };
        for size in 1..20 {
            std::fs::write(&path, "x".repeat(size)).unwrap();
            assert_eq!(watch.look().arrived.count(), 0);
        }
        // One that changes after it has come to rest is not offered half-written.
        watch.rest = Duration::ZERO;
        let handed_out = arrived(&mut watch);
        std::fs::write(&path, "other").unwrap();
        assert_eq!(told(handed_out), [""; 0]);
        assert_eq!(told(arrived(&mut watch)), ["a.txt 5"]);
    }
}
