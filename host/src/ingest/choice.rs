//! Which of the files in folders are taken: not the hidden ones, not what editors leave behind, and
//! not what somebody leaves out.

use std::ffi::OsStr;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::folder::{Folder, Kind};
use super::{GlobError, Unreadable};

/// Files in a folder that say what is left out of it and of the folders in it, as `.gitignore`
/// does. That one itself is about what belongs to the history of a program, not about what is worth
/// reading.
const IGNORE_FILES: [&str; 2] = [".ignore", ".docmillignore"];
/// The longest of them, in bytes: what finds its patterns takes up to a thousand times as much
/// memory.
const LONGEST_IGNORE_FILE: u64 = 64 << 10;
/// How many bytes those may have together that hold for a folder: its own, and those of the folders
/// around it. Whoever may write to a folder may put one into each of 64 within each other.
const LARGEST_IGNORE_FILES: u64 = 128 << 10;

/// Which files in folders are taken. A file that is named itself is taken in any case.
#[derive(Debug, Clone)]
pub struct Choice {
    include: Option<Gitignore>,
    exclude: Gitignore,
    hidden: bool,
    ignore_files: bool,
    links: Links,
}

/// What is done about links that are found in folders. One that is named itself is followed in any
/// case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Links {
    /// They are reported.
    #[default]
    Reported,
    /// Those that lead to what lies beneath the folder that was named are followed, others
    /// reported.
    Inside,
    /// They are followed wherever they lead, but to a folder around the one that was named.
    Anywhere,
}

impl Default for Choice {
    /// Everything but hidden files, what editors leave behind, and what an ignore file leaves out.
    fn default() -> Choice {
        let exclude = Gitignore::empty();
        let links = Links::Reported;
        Choice { include: None, exclude, hidden: false, ignore_files: true, links }
    }
}

impl Choice {
    /// Takes only what one of these patterns matches, and nothing that one of the others does. They
    /// are those of `.gitignore`: `*.html` means such files in any folder, `/2025/` the folder of
    /// this name in the one that was named.
    ///
    /// # Errors
    ///
    /// If one is not a pattern.
    pub fn of(include: &[String], exclude: &[String]) -> Result<Choice, GlobError> {
        let include = match include {
            [] => None,
            patterns => Some(patterns_of(patterns.iter().map(String::as_str), Path::new(""))?),
        };
        let exclude = patterns_of(exclude.iter().map(String::as_str), Path::new(""))?;
        Ok(Choice { include, exclude, ..Choice::default() })
    }

    /// Takes hidden files and folders as well.
    #[must_use]
    pub fn with_hidden(self, hidden: bool) -> Choice {
        Choice { hidden, ..self }
    }

    /// Does as `.ignore` and `.docmillignore` say, or not.
    #[must_use]
    pub fn with_ignore_files(self, ignore_files: bool) -> Choice {
        Choice { ignore_files, ..self }
    }

    /// Follows links in folders, or not.
    #[must_use]
    pub fn with_links(self, links: Links) -> Choice {
        Choice { links, ..self }
    }

    pub(super) fn links(&self) -> Links {
        self.links
    }

    /// Whether whoever walks the folder comes to what lies at this path beneath it, without any
    /// link.
    pub(super) fn comes_to(&self, beneath: &Path) -> bool {
        self.hidden || !beneath.iter().any(is_hidden)
    }

    /// What the ignore files in a folder say; `beneath` is its path in the folder that was named,
    /// and those of the folders around it have so many bytes.
    ///
    /// # Errors
    ///
    /// If one is there and cannot be read, or has a line that is not a pattern: its name, and why.
    pub(super) fn ignored_in(
        &self,
        folder: &Folder,
        beneath: &Path,
        around: u64,
    ) -> Result<Option<Ignored>, (&'static str, Unreadable)> {
        if !self.ignore_files {
            return Ok(None);
        }
        let mut lines = String::new();
        for name in IGNORE_FILES {
            let is_file = folder
                .look(Path::new(name))
                .is_ok_and(|metadata| Kind::of(metadata.file_type()) == Kind::File);
            if !is_file {
                continue;
            }
            let file =
                folder.open(Path::new(name)).map_err(|error| (name, Unreadable::because(error)))?;
            let room = LARGEST_IGNORE_FILES.saturating_sub(around + lines.len() as u64);
            let text = text_of(file, room.min(LONGEST_IGNORE_FILE))
                .map_err(|error| (name, Unreadable::because(error)))?;
            patterns_of(text.lines(), beneath)
                .map_err(|error| (name, Unreadable::because(error)))?;
            lines.push_str(&text);
            lines.push('\n');
        }
        if lines.is_empty() {
            return Ok(None);
        }
        let patterns = patterns_of(lines.lines(), beneath);
        let patterns = patterns.map_err(|error| (IGNORE_FILES[0], Unreadable::because(error)))?;
        Ok(Some(Ignored { patterns, bytes: lines.len() as u64 }))
    }

    /// Why something in a folder is left out, if it is. `beneath` is its path in the folder that
    /// was named; `ignored` are the patterns of the folders it lies in, the outermost first.
    pub(super) fn leaves_out<'a>(
        &self,
        name: &OsStr,
        beneath: &Path,
        is_folder: bool,
        ignored: impl DoubleEndedIterator<Item = &'a Gitignore>,
    ) -> Option<LeftOut> {
        if is_hidden(name) && !self.hidden {
            return Some(LeftOut::Hidden);
        }
        if is_leftover(name) && !is_folder {
            return Some(LeftOut::Leftover);
        }
        let by_file = ignored.rev().map(|patterns| patterns.matched(beneath, is_folder));
        // The innermost that says anything has the last word.
        let is_ignored =
            by_file.into_iter().find(|it| !it.is_none()).is_some_and(|it| it.is_ignore());
        let is_excluded = self.exclude.matched(beneath, is_folder).is_ignore();
        let is_included = is_folder
            || self.include.as_ref().is_none_or(|patterns| {
                patterns.matched_path_or_any_parents(beneath, false).is_ignore()
            });
        (is_ignored || is_excluded || !is_included).then_some(LeftOut::Asked)
    }
}

/// What the ignore files in a folder say.
pub(super) struct Ignored {
    pub(super) patterns: Gitignore,
    /// How many bytes they have.
    pub(super) bytes: u64,
}

/// Why something was left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LeftOut {
    Hidden,
    Leftover,
    Asked,
}

/// How much in folders was not taken; of a folder that was not, only itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Skipped {
    /// Names that begin with a dot.
    pub hidden: u64,
    /// What editors and browsers leave behind.
    pub leftovers: u64,
    /// What a pattern or an ignore file leaves out.
    pub excluded: u64,
}

impl Skipped {
    pub(super) fn count(&mut self, reason: LeftOut) {
        match reason {
            LeftOut::Hidden => self.hidden += 1,
            LeftOut::Leftover => self.leftovers += 1,
            LeftOut::Asked => self.excluded += 1,
        }
    }
}

fn text_of(file: File, most: u64) -> std::io::Result<String> {
    let mut bytes = Vec::new();
    file.take(most + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most {
        return Err(std::io::ErrorKind::FileTooLarge.into());
    }
    String::from_utf8(bytes)
        .map_err(|error| std::io::Error::new(std::io::ErrorKind::InvalidData, error))
}

fn patterns_of<'a>(
    patterns: impl Iterator<Item = &'a str>,
    beneath: &Path,
) -> Result<Gitignore, GlobError> {
    let mut builder = GitignoreBuilder::new(beneath);
    let refused = |pattern: &str, error: ignore::Error| GlobError::Pattern {
        pattern: pattern.to_owned(),
        reason: error.to_string(),
    };
    for pattern in patterns {
        builder.add_line(None, pattern).map_err(|error| refused(pattern, error))?;
    }
    builder.build().map_err(|error| refused("", error))
}

fn is_hidden(name: &OsStr) -> bool {
    name.as_encoded_bytes().starts_with(b".")
}

/// Copies, locks and halves that editors, offices and browsers write beside what they work on.
fn is_leftover(name: &OsStr) -> bool {
    let name = name.as_encoded_bytes();
    let has = |ends: &[&str]| {
        let lower = name.to_ascii_lowercase();
        ends.iter().any(|end| lower.ends_with(end.as_bytes()))
    };
    name.ends_with(b"~")
        || name.starts_with(b"~$")
        || (name.len() > 1 && name.starts_with(b"#") && name.ends_with(b"#"))
        || has(&[".tmp", ".swp", ".swo", ".part", ".crdownload"])
        || matches!(name, b"Thumbs.db" | b"desktop.ini")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaves_out(choice: &Choice, path: &str) -> Option<LeftOut> {
        let path = Path::new(path);
        choice.leaves_out(path.file_name().unwrap(), path, false, std::iter::empty())
    }

    #[test]
    fn what_nobody_means_is_left_out() {
        let check =
            |name: &str, expected| assert_eq!(leaves_out(&Choice::default(), name), expected);
        for hidden in [".a.txt", "b/.#a", "b/.DS_Store"] {
            check(hidden, Some(LeftOut::Hidden));
        }
        for leftover in ["a.txt~", "~$a.docx", "#a#", "b/a.TMP", "a.html.part", "Thumbs.db"] {
            check(leftover, Some(LeftOut::Leftover));
        }
        for taken in ["a.txt", "#", "tmp", "a.tmp.txt", "~", "part"] {
            let expected = (taken == "~").then_some(LeftOut::Leftover);
            check(taken, expected);
        }
        assert_eq!(leaves_out(&Choice::default().with_hidden(true), ".a.txt"), None);
    }

    #[test]
    fn patterns_are_those_of_git() {
        let own =
            |patterns: &[&str]| patterns.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>();
        let choice = Choice::of(&own(&["*.html", "/mail/"]), &own(&["draft-*"])).unwrap();
        for taken in ["a.html", "b/c/a.html", "mail/1.eml"] {
            assert_eq!(leaves_out(&choice, taken), None, "{taken}");
        }
        for left in ["a.txt", "b/mail/1.eml", "draft-a.html", "b/draft-1.html"] {
            assert_eq!(leaves_out(&choice, left), Some(LeftOut::Asked), "{left}");
        }
        assert!(Choice::of(&[], &own(&["a{"])).is_err());
    }

    /// In each of many folders within each other lies one as long as it may be.
    #[test]
    fn ignore_files_within_each_other_have_a_bound_together() {
        let root = tempfile::tempdir().unwrap();
        let path = std::fs::canonicalize(root.path()).unwrap();
        let line = format!("{}\n", "*a?".repeat(20));
        let write = |name: &str, bytes: u64| {
            let lines = usize::try_from(bytes).unwrap() / line.len();
            std::fs::write(path.join(name), line.repeat(lines)).unwrap();
        };
        let said = |around: u64| {
            let folder = Folder::at(&path).unwrap();
            let said = Choice::default().ignored_in(&folder, Path::new("deep"), around);
            said.map(|said| said.unwrap().bytes)
        };
        write(".ignore", LONGEST_IGNORE_FILE + line.len() as u64);
        assert_eq!(said(0).unwrap_err().0, ".ignore");
        write(".ignore", LONGEST_IGNORE_FILE / 2);
        let one = said(0).unwrap();
        assert!(one > LONGEST_IGNORE_FILE / 2 - 100, "{one}");
        write(".docmillignore", LONGEST_IGNORE_FILE / 2);
        assert!(said(LARGEST_IGNORE_FILES - 2 * one).is_ok());
        assert_eq!(said(LARGEST_IGNORE_FILES - 2 * one + 2).unwrap_err().0, ".docmillignore");
        assert_eq!(said(LARGEST_IGNORE_FILES).unwrap_err().0, ".ignore");
    }

    #[test]
    fn the_innermost_ignore_file_has_the_last_word() {
        let outer = patterns_of(["*.log", "/build/"].into_iter(), Path::new("")).unwrap();
        let inner = patterns_of(["!keep.log", "/only-here"].into_iter(), Path::new("a")).unwrap();
        let left = |path: &str, is_folder| {
            let path = Path::new(path);
            let ignored = [&outer, &inner].into_iter();
            Choice::default().leaves_out(path.file_name().unwrap(), path, is_folder, ignored)
        };
        assert_eq!(left("a/x.log", false), Some(LeftOut::Asked));
        assert_eq!(left("a/keep.log", false), None);
        assert_eq!(left("a/only-here", false), Some(LeftOut::Asked));
        assert_eq!(left("build", true), Some(LeftOut::Asked));
        assert_eq!(left("a/build", true), None);
    }
}
