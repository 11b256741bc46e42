//! Walks a folder beneath its open handle, and tells what is in it, file by file.

use std::collections::{BTreeSet, VecDeque};
use std::fs::{File, Metadata};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::choice::{Choice, Ignored, LeftOut, Links, Skipped};
use super::folder::{Entry, Folder, Identity, Kind};
use super::pattern::{Pattern, Reach};
use super::unreadable::{LinkRefusal, Tried, Unreadable};
use crate::capabilities::patiently;
use crate::model::FailureClass;

/// How deep folders are walked. Deeper ones are reported, not followed: only a hostile tree is
/// deeper.
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
    /// A pattern that nothing matches.
    Unmatched(PathBuf),
}

/// What is in one folder, and in the folders in it.
pub(super) struct Walk {
    pub(super) given: PathBuf,
    pub(super) root: Arc<Root>,
    choice: Arc<Choice>,
    /// What of it was named, if not all.
    pub(super) pattern: Option<Pattern>,
    /// What is to be told before anything else.
    pending: VecDeque<Found>,
    /// From the folder that was named down to the one that is listed.
    levels: Vec<Level>,
    /// Where links are followed: all folders so far, so that none comes twice, whatever leads to
    /// it.
    entered: BTreeSet<Identity>,
    pub(super) found_any: bool,
    pub(super) failed: bool,
}

/// A folder that is being listed.
struct Level {
    folder: Arc<Folder>,
    place: Place,
    /// The path by which the walk came here from the folder that was named: not that of the place,
    /// if there was a link on it.
    path: PathBuf,
    entries: std::vec::IntoIter<Entry>,
    /// What its ignore files leave out.
    ignored: Option<Ignored>,
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
        let cannot_read = |error| Tried::Read.failed(error);
        // A pipe or a device may never end. To open some of them does something already, so this is
        // asked before; and as the file may be another by then, it is asked again of what was
        // opened.
        match Kind::of(self.look().map_err(cannot_read)?.file_type()) {
            Kind::File => {}
            Kind::Link => return Err(Unreadable::Link(LinkRefusal::Found)),
            Kind::Folder | Kind::Other => return Err(Unreadable::NoFile),
        }
        let is_of_machine = |error: &_| FailureClass::of_io(error) == FailureClass::Machine;
        let file = patiently(is_of_machine, || self.root.folder.open(&self.beneath));
        let file = file.map_err(cannot_read)?;
        match file.metadata().map_err(cannot_read)?.is_file() {
            true => Ok(file),
            false => Err(Unreadable::NoFile),
        }
    }
}

impl Walk {
    /// Begins with the folder itself.
    pub(super) fn of(
        given: &Path,
        root: Root,
        choice: &Arc<Choice>,
        pattern: Option<Pattern>,
    ) -> Walk {
        let mut walk = Walk {
            given: given.to_owned(),
            root: Arc::new(root),
            choice: Arc::clone(choice),
            pattern,
            pending: VecDeque::new(),
            levels: Vec::new(),
            entered: BTreeSet::new(),
            found_any: false,
            failed: false,
        };
        let place = Place { root: Arc::clone(&walk.root), beneath: PathBuf::new() };
        let first = walk.enter(Arc::clone(&walk.root.folder), place, PathBuf::new());
        if let Some(first) = first {
            walk.pending.push_front(first);
        }
        walk
    }

    /// Goes on with what is in a folder, and tells of it, unless it was there before.
    fn enter(&mut self, folder: Arc<Folder>, place: Place, path: PathBuf) -> Option<Found> {
        if self.choice.links() != Links::Reported {
            match folder.identity() {
                Ok(identity) if self.entered.insert(identity) => {}
                Ok(_) => return None,
                Err(error) => return Some(self.unlisted(place.path(), error)),
            }
        }
        match folder.entries() {
            Ok(entries) => {
                // Whoever wrote it meant something to be left out, which is now taken.
                let around = self.levels.iter().filter_map(|level| level.ignored.as_ref());
                let around = around.map(|ignored| ignored.bytes).sum();
                let ignored = self.choice.ignored_in(&folder, &path, around);
                let ignored = ignored.unwrap_or_else(|bad| {
                    self.found_any = true;
                    let (name, reason) = bad;
                    let bad = Found::Bad(place.path().join(name), reason);
                    self.pending.push_back(bad);
                    None
                });
                let told = Found::Folder(place.path());
                let entries = entries.into_iter();
                self.levels.push(Level { folder, place, path, entries, ignored });
                Some(told)
            }
            Err(error) => Some(self.unlisted(place.path(), error)),
        }
    }

    /// Tells of a folder in which there may be more than was found.
    fn unlisted(&mut self, path: PathBuf, error: std::io::Error) -> Found {
        (self.found_any, self.failed) = (true, true);
        Found::Bad(path, Tried::Read.failed(error))
    }

    /// The next thing in the folders; `None` at the end.
    pub(super) fn next(&mut self, skipped: &mut Skipped) -> Option<Found> {
        loop {
            if let Some(pending) = self.pending.pop_front() {
                return Some(pending);
            }
            let level = self.levels.last_mut()?;
            let Some(Entry { name, kind }) = level.entries.next() else {
                self.levels.pop();
                continue;
            };
            let (folder, path) = (Arc::clone(&level.folder), level.path.join(&name));
            let root = Arc::clone(&level.place.root);
            let place = Place { root, beneath: level.place.beneath.join(&name) };
            let reach = self.pattern.as_ref().map_or(Reach::Within, |it| it.reach(&path));
            let may_be_folder = matches!(kind, Kind::Folder | Kind::Link);
            if reach == Reach::Outside || (reach == Reach::OnTheWay && !may_be_folder) {
                continue;
            }
            let ignored = self.levels.iter().filter_map(|level| level.ignored.as_ref());
            let ignored = ignored.map(|ignored| &ignored.patterns);
            let is_folder = kind == Kind::Folder;
            if let Some(reason) = self.choice.leaves_out(&name, &path, is_folder, ignored) {
                skipped.count(reason);
                // There is something, though it is not taken.
                self.found_any |= reason == LeftOut::Asked && reach == Reach::Within;
                continue;
            }
            let found = match kind {
                Kind::Folder => self.descend(|| folder.folder(&name), place, path),
                Kind::Link => self.follow(place, path, reach),
                Kind::File | Kind::Other => Some(Found::File(place)),
            };
            // A folder on the way is none of what was named.
            let is_told = !matches!(&found, None | Some(Found::Folder(_)));
            self.found_any |= is_told && reach == Reach::Within;
            if found.is_some() {
                return found;
            }
        }
    }

    /// Goes on with what is in a folder, unless it lies too deep.
    fn descend(
        &mut self,
        open: impl FnOnce() -> std::io::Result<Folder>,
        place: Place,
        path: PathBuf,
    ) -> Option<Found> {
        if self.levels.len() == DEEPEST {
            self.found_any = true;
            return Some(Found::Bad(place.path(), Unreadable::TooDeep { most: DEEPEST }));
        }
        match open() {
            Ok(folder) => self.enter(Arc::new(folder), place, path),
            Err(error) => Some(self.unlisted(place.path(), error)),
        }
    }

    /// Follows a link, if that is asked for, and nothing else comes where it leads. What it leads
    /// to is called by where that lies, so it comes once, however many links lead there.
    ///
    /// Only where to look is asked of the link: what lies there is opened as everything else, with
    /// no link on the way. So whoever writes to the folder meanwhile makes nothing else of it, and
    /// what lies inside stays inside.
    fn follow(&mut self, link: Place, path: PathBuf, reach: Reach) -> Option<Found> {
        let links = self.choice.links();
        if links == Links::Reported {
            return (reach == Reach::Within)
                .then(|| Found::Bad(link.path(), Unreadable::Link(LinkRefusal::Found)));
        }
        let bad = |reason| Some(Found::Bad(link.path(), reason));
        let target = match std::fs::canonicalize(link.path()) {
            Ok(target) => target,
            Err(error) => return bad(Tried::Followed.failed(error)),
        };
        let place = match target.strip_prefix(&self.root.path) {
            Ok(beneath) => Place { root: Arc::clone(&self.root), beneath: beneath.to_owned() },
            Err(_) if links == Links::Inside => {
                return bad(Unreadable::Link(LinkRefusal::LeadsOut));
            }
            Err(_) if self.root.path.starts_with(&target) => {
                return bad(Unreadable::Link(LinkRefusal::Circle));
            }
            Err(_) => match outside(&target) {
                Ok(place) => place,
                Err(error) => return bad(Tried::Followed.failed(error)),
            },
        };
        // The walk comes there by itself, or leaves it out as asked.
        let is_inside = Arc::ptr_eq(&place.root, &self.root) && self.pattern.is_none();
        if is_inside && self.choice.comes_to(&place.beneath) {
            return None;
        }
        let is_folder = place.beneath.as_os_str().is_empty()
            || place.look().is_ok_and(|it| Kind::of(it.file_type()) == Kind::Folder);
        if is_folder {
            let (root, beneath) = (Arc::clone(&place.root), place.beneath.clone());
            return self.descend(|| root.folder.folder_at(&beneath), place, path);
        }
        (reach == Reach::Within).then_some(Found::File(place))
    }
}

/// What lies at a path outside of the folder that was named: beneath the folder in which it is,
/// which is opened with no link on the way.
fn outside(path: &Path) -> std::io::Result<Place> {
    let (Some(parent), Some(name)) = (path.parent(), path.file_name()) else {
        return Err(std::io::ErrorKind::NotFound.into());
    };
    let folder = Arc::new(Folder::at(parent)?);
    let root = Arc::new(Root { path: parent.to_owned(), folder });
    Ok(Place { root, beneath: PathBuf::from(name) })
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;
    use crate::ingest::{Files, Origin};

    /// A folder `in` with these files, and links with what they lead to; and a file beside it.
    fn folder(files: &[&str], links: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        for name in files.iter().map(|it| format!("in/{it}")).chain(["secret.txt".to_owned()]) {
            std::fs::create_dir_all(path(&name).parent().unwrap()).unwrap();
            std::fs::write(path(&name), "x").unwrap();
        }
        links.iter().for_each(|(name, target)| symlink(target, path("in").join(name)).unwrap());
        folder
    }

    fn told(mut files: Files) -> Vec<String> {
        let offers = std::iter::from_fn(|| files.next());
        let mut told: Vec<String> = offers
            .map(|offer| match offer.content.and_then(|content| content.read(100)) {
                Ok(_) => offer.name.to_string(),
                Err(reason) => format!("{}: {}", offer.name, reason),
            })
            .collect();
        told.sort();
        told
    }

    fn following(folder: &tempfile::TempDir, links: Links) -> Vec<String> {
        let files = Files::new([folder.path().join("in")], folder.path());
        told(files.choosing(Choice::default().with_links(links)))
    }

    #[test]
    fn links_are_followed_as_far_as_asked_and_nothing_comes_twice() {
        let links = [
            ("again", "current"),
            ("current", ".releases/3"),
            ("dangling", "nowhere"),
            (".releases/3/loop", ".."),
            ("out", "../secret.txt"),
            ("self", "."),
            ("to-a", "a.txt"),
            ("up", ".."),
        ];
        let folder = folder(&["a.txt", ".releases/2/b.txt", ".releases/3/b.txt"], &links);
        let reported = "it is a symbolic link, and links found in a folder are not followed";
        let expected = ["again", "current", "dangling", "out", "self", "to-a", "up"]
            .map(|name| format!("in/{name}: {reported}"));
        let mut expected = expected.to_vec();
        expected.insert(0, "in/a.txt".to_owned());
        assert_eq!(following(&folder, Links::Reported), expected);
        let out = "it is a symbolic link out of the folder that was named";
        let inside =
            [".releases/2/b.txt", ".releases/3/b.txt", "a.txt"].map(|it| format!("in/{it}"));
        let dangling = "in/dangling: it could not be followed".to_owned();
        let mut expected = inside.to_vec();
        expected.extend([dangling.clone(), format!("in/out: {out}"), format!("in/up: {out}")]);
        assert_eq!(following(&folder, Links::Inside), expected);
        let mut expected = inside.to_vec();
        expected.extend([
            dangling,
            "in/up: it leads to a folder that it lies in".to_owned(),
            "secret.txt".to_owned(),
        ]);
        assert_eq!(following(&folder, Links::Anywhere), expected);
    }

    #[test]
    fn folders_elsewhere_are_walked_once_whatever_leads_there() {
        let folder = folder(&["a.txt"], &[("one", "../other"), ("two", "../other/deep")]);
        std::fs::create_dir_all(folder.path().join("other/deep")).unwrap();
        std::fs::write(folder.path().join("other/deep/b.txt"), "x").unwrap();
        symlink("..", folder.path().join("other/deep/round")).unwrap();
        symlink("../in", folder.path().join("other/back")).unwrap();
        let expected = ["in/a.txt", "other/deep/b.txt"];
        assert_eq!(following(&folder, Links::Anywhere), expected);
    }

    #[test]
    fn what_is_left_out_as_asked_is_not_come_to_by_a_link() {
        let folder =
            folder(&["a.txt", "private/b.txt"], &[("x", "private"), ("y", "private/b.txt")]);
        let choice = Choice::of(&[], &["/private/".to_owned()]).unwrap().with_links(Links::Inside);
        let files = Files::new([folder.path().join("in")], folder.path()).choosing(choice);
        assert_eq!(told(files), ["in/a.txt"]);
    }

    #[test]
    fn a_pattern_names_what_matches_it_and_folders_with_all_that_is_in_them() {
        let names = [
            "a.eml",
            "b.eml",
            "b.eml~",
            ".c.eml",
            "a.txt",
            "mail-1/x/y.txt",
            "mail-2/z.eml",
            "[1].txt",
        ];
        let folder = folder(&names, &[("link.eml", "a.eml"), ("link.txt", "a.txt")]);
        let matching = |pattern: &str| {
            let pattern = folder.path().join("in").join(pattern);
            told(Files::new([], folder.path()).matching([pattern]))
        };
        let link =
            "in/link.eml: it is a symbolic link, and links found in a folder are not followed";
        assert_eq!(matching("*.eml"), ["in/a.eml", "in/b.eml", link]);
        assert_eq!(matching("**/*.eml"), ["in/a.eml", "in/b.eml", link, "in/mail-2/z.eml"]);
        assert_eq!(matching("mail-?"), ["in/mail-1/x/y.txt", "in/mail-2/z.eml"]);
        assert_eq!(matching("mail-[12]/*.{eml,html}"), ["in/mail-2/z.eml"]);
        assert_eq!(matching("[1].txt"), ["in/[1].txt"], "a file that is there is no pattern");
        let unmatched = "there is no such file, and nothing matches it as a pattern";
        assert_eq!(matching("*.pdf"), [format!("in/*.pdf: {unmatched}")]);
        assert!(matching("a[.txt")[0].contains("is not a pattern"), "{:?}", matching("a[.txt"));
        // A list of paths has no patterns.
        let literal = told(Files::new([folder.path().join("in/*.eml")], folder.path()));
        assert_eq!(literal, ["in/*.eml: it could not be found"]);
    }

    #[test]
    fn only_what_a_pattern_names_can_be_gone() {
        let folder = folder(&["a.eml", "b.txt"], &[]);
        let mut files = Files::new([], folder.path()).matching([folder.path().join("in/*.eml")]);
        while files.next().is_some() {}
        let is_gone = |name: &str| files.is_gone(&crate::model::SourceName::new(name).unwrap());
        assert!(is_gone("in/c.eml") && !is_gone("in/a.eml"));
        assert!(!is_gone("in/c.txt") && !is_gone("in/x/c.eml"));
    }
}
