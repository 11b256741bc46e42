//! The public errors, their hints, and nothing that prints them.
//!
//! A message is a lower-case fragment that never contains its source: whoever renders it walks the
//! chain of sources. A hint is one thing the reader can do now; it travels beside the message, and
//! most errors have none.

use std::error::Error;
use std::fmt;
use std::path::PathBuf;

use crate::model::Choice;
pub use crate::model::Hint;
pub(crate) use crate::model::listed;

/// An error that knows what the reader can do about it.
pub trait Hinted {
    /// One thing the reader can do now, or `None`.
    fn hint(&self) -> Option<Hint>;
}

/// A place in a text file, for people: line and column are counted from 1, the column in
/// characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    /// The file.
    pub path: PathBuf,
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
}

impl Location {
    /// The place of a byte offset in the text of a file.
    pub fn of(path: impl Into<PathBuf>, text: &str, offset: usize) -> Location {
        let before = &text[..text.floor_char_boundary(offset)];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Location {
            path: path.into(),
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
        }
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.path.display(), self.line, self.column)
    }
}

/// What was tried with a file or a store when it could not be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Action {
    /// To open it.
    Opened,
    /// To read from it.
    Read,
    /// To write to it.
    Written,
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Action::Opened => "opened",
            Action::Read => "read",
            Action::Written => "written",
        })
    }
}

/// The messages of an error and of what led to it, outermost first.
pub fn words(error: &(dyn Error + 'static)) -> Vec<String> {
    let chain = std::iter::successors(Some(error), |&error| error.source());
    chain.map(ToString::to_string).collect()
}

/// The candidate that `word` most likely was meant to be, if any is close.
pub(crate) fn closest<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    candidates
        .into_iter()
        .map(|candidate| (strsim::jaro_winkler(word, candidate), candidate))
        .filter(|(similarity, _)| *similarity > 0.8)
        .max_by(|(one, _), (other, _)| one.total_cmp(other))
        .map(|(_, candidate)| candidate)
}

/// Names to choose from in the place of one that is none of them.
pub fn choice<'a>(word: &str, names: impl IntoIterator<Item = &'a str>) -> Choice {
    let names: Vec<String> = names.into_iter().map(str::to_owned).collect();
    Choice { meant: closest(word, names.iter().map(String::as_str)).map(str::to_owned), names }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_counted_from_one_in_characters() {
        let check = |text: &str, offset, line, column| {
            let place = Location::of("x", text, offset);
            assert_eq!((place.line, place.column), (line, column));
        };
        check("", 0, 1, 1);
        check("ab\ncd", 4, 2, 2);
        check("é = 1", 3, 1, 3);
        check("a\n", 99, 2, 1);
    }

    #[test]
    fn a_slip_of_the_finger_finds_its_word() {
        assert_eq!(closest("langauge", ["glossary", "language"]), Some("language"));
        assert_eq!(closest("colour", ["glossary", "language"]), None);
    }
}
