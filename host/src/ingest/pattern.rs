//! A pattern in the place of a path: what a shell would have made paths of, had it not been quoted.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::{Component, Path, PathBuf};

use globset::{GlobBuilder, GlobMatcher};

use super::GlobError;

/// The name that stands for any number of folders within each other, none among them.
const ANY_FOLDERS: &str = "**";

/// What lies beneath a folder at paths like these: `*.eml`, `2025/**/*.html`. `*`, `?`, `[…]` and
/// `{…}` stay within one name.
#[derive(Debug, Clone)]
pub(super) struct Pattern {
    parts: Vec<Part>,
}

#[derive(Debug, Clone)]
enum Part {
    AnyFolders,
    Name(GlobMatcher),
}

/// How something lies to a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// It matches, or lies in a folder that does.
    Within,
    /// Something in it may match.
    OnTheWay,
    /// Neither.
    Outside,
}

impl Pattern {
    /// The folder in which a pattern begins, and the rest. `None` if the path has nothing of a
    /// pattern.
    ///
    /// # Errors
    ///
    /// If it looks like a pattern, and is none.
    pub(super) fn of(path: &Path) -> Result<Option<(PathBuf, Pattern)>, GlobError> {
        let mut names = path.components().peekable();
        let mut folder = PathBuf::new();
        while let Some(name) = names.next_if(|it| !is_pattern(it)) {
            folder.push(name);
        }
        if folder.as_os_str().is_empty() {
            folder.push(Component::CurDir);
        }
        let parts = names.map(part).collect::<Result<Vec<_>, _>>()?;
        Ok((!parts.is_empty()).then_some((folder, Pattern { parts })))
    }

    /// How something at this path beneath the folder lies to the pattern.
    pub(super) fn reach(&self, beneath: &Path) -> Reach {
        let mut places = BTreeSet::new();
        self.arrive(0, &mut places);
        for name in beneath {
            if places.contains(&self.parts.len()) {
                return Reach::Within;
            }
            let before = std::mem::take(&mut places);
            for place in before {
                match self.parts.get(place) {
                    Some(Part::AnyFolders) => {
                        self.arrive(place, &mut places);
                        // At its end it means whatever lies there.
                        if place + 1 == self.parts.len() {
                            places.insert(place + 1);
                        }
                    }
                    Some(Part::Name(glob)) if glob.is_match(Path::new(name)) => {
                        self.arrive(place + 1, &mut places);
                    }
                    _ => {}
                }
            }
        }
        match places.last() {
            Some(last) if *last == self.parts.len() => Reach::Within,
            Some(_) => Reach::OnTheWay,
            None => Reach::Outside,
        }
    }

    /// Notes a place that was come to, and those after it to which nothing more is needed.
    fn arrive(&self, place: usize, places: &mut BTreeSet<usize>) {
        places.insert(place);
        if matches!(self.parts.get(place), Some(Part::AnyFolders)) {
            // What stands at the end has to be there.
            if place + 1 < self.parts.len() {
                self.arrive(place + 1, places);
            }
        }
    }
}

fn is_pattern(name: &Component<'_>) -> bool {
    let bytes = name.as_os_str().as_encoded_bytes();
    matches!(name, Component::Normal(_))
        && bytes.iter().any(|byte| matches!(byte, b'*' | b'?' | b'[' | b'{'))
}

fn part(name: Component<'_>) -> Result<Part, GlobError> {
    let refused = |name: &OsStr, reason: String| GlobError::Pattern {
        pattern: name.to_string_lossy().into_owned(),
        reason,
    };
    let name = name.as_os_str();
    let Some(text) = name.to_str() else {
        return Err(refused(name, "it is not UTF-8".to_owned()));
    };
    if text == ANY_FOLDERS {
        return Ok(Part::AnyFolders);
    }
    let glob = GlobBuilder::new(text).literal_separator(true).build();
    let glob = glob.map_err(|error| refused(name, error.kind().to_string()))?;
    Ok(Part::Name(glob.compile_matcher()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reach(pattern: &str, beneath: &str) -> Reach {
        let (_, pattern) = Pattern::of(Path::new(pattern)).unwrap().unwrap();
        pattern.reach(Path::new(beneath))
    }

    #[test]
    fn a_pattern_begins_where_its_first_sign_is() {
        let begins = |path: &str| {
            Pattern::of(Path::new(path))
                .unwrap()
                .map(|(folder, pattern)| (folder, pattern.parts.len()))
        };
        assert_eq!(begins("*.eml"), Some((PathBuf::from("."), 1)));
        assert_eq!(begins("../mail/2025-*/in/?.eml"), Some((PathBuf::from("../mail"), 3)));
        assert_eq!(begins("/srv/**"), Some((PathBuf::from("/srv"), 1)));
        assert_eq!(begins("mail/a.eml"), None);
        assert!(Pattern::of(Path::new("a[.txt")).is_err());
    }

    #[test]
    fn one_name_of_a_pattern_is_one_name() {
        for (pattern, beneath, expected) in [
            ("*.eml", "a.eml", Reach::Within),
            ("*.eml", "a.txt", Reach::Outside),
            ("*.eml", "in/a.eml", Reach::Outside),
            ("*.eml", "folder.eml/a.txt", Reach::Within),
            ("2025-*/?.{txt,html}", "2025-10", Reach::OnTheWay),
            ("2025-*/?.{txt,html}", "2025-10/a.html", Reach::Within),
            ("2025-*/?.{txt,html}", "2025-10/ab.html", Reach::Outside),
            ("**/*.eml", "a.eml", Reach::Within),
            ("**/*.eml", "a/b/c.eml", Reach::Within),
            ("**/*.eml", "a/b", Reach::OnTheWay),
            ("**/drafts/*", "a/drafts", Reach::OnTheWay),
            ("**/drafts/*", "a/drafts/x/y", Reach::Within),
            ("a*/**", "ab", Reach::OnTheWay),
            ("a*/**", "ab/c", Reach::Within),
            ("a*/**", "ab/c/d.txt", Reach::Within),
            ("a*/**/*", "ab/c/d.txt", Reach::Within),
        ] {
            assert_eq!(reach(pattern, beneath), expected, "{pattern} and {beneath}");
        }
    }

    #[test]
    fn many_signs_take_no_time() {
        let pattern = "**/".repeat(200) + "*a*a*a*a*a*b";
        let beneath = vec!["a".repeat(200); 64].join("/");
        assert_eq!(reach(&pattern, &beneath), Reach::OnTheWay);
    }
}
