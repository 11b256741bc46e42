//! What a source is called: a path, and the members by which it was taken out of containers, so
//! that neither can be mistaken for the other.

use std::fmt::{self, Write};

use super::{DocumentId, NameError};

/// What a source is called: the path of a file with `/` between its parts, relative to the folder
/// that holds the store where possible, and, for what was taken out of a container, the member in
/// it, then the member in that, and so on.
///
/// Paths and members are any bytes: file systems and archives know no encoding. They are kept as
/// one text, the one that is shown, in which each name has exactly one form and each form is
/// exactly one name:
///
/// | In the text | Stands for |
/// |---|---|
/// | `!/` | the border between a container and its member |
/// | `\!/` | `!/` within a path or the name of a member |
/// | `\\` | `\` |
/// | `\x` and two hexadecimal digits | a byte that is not part of valid UTF-8, or NUL |
/// | `\~` | the place where a container's name was cut, before the id that tells it from others: see [`SourceName::shortened`] |
/// | anything else | itself |
///
/// So a file cannot be called like a member, whatever either is called: a text with a bare `!/` is
/// a member's. The text has 1 to 4,096 bytes. It may hold any control character but NUL: whoever
/// prints it escapes those.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceName(Box<str>);

/// Between a container and its member.
const BORDER: &str = "!/";
/// Where a container's name was cut.
const CUT: &str = "\\~";
/// The length of an id as text.
const ID: usize = 32;

const TOO_LONG: NameError = NameError("a source name has at most 4,096 bytes");
const NUL: NameError = NameError("a source name has no NUL");
const EMPTY: NameError = NameError("a source needs a name");
const NOT_ITS_FORM: NameError =
    NameError("a source name has `\\` only before `\\`, `!/`, `~`, or `x` and two digits");

impl SourceName {
    /// The longest name, in bytes.
    pub const LONGEST: usize = 4_096;

    /// The longest part of a container's name, in bytes, that every name of a member begins with.
    pub(crate) const LONGEST_STEM: usize = 3_900;

    /// Checks a name that was written as text.
    ///
    /// # Errors
    ///
    /// If the text does not have the form described above.
    pub fn new(text: impl Into<String>) -> Result<SourceName, NameError> {
        let text = text.into();
        if text.is_empty() {
            return Err(EMPTY);
        }
        if text.len() > SourceName::LONGEST {
            return Err(TOO_LONG);
        }
        if text.contains('\0') {
            return Err(NUL);
        }
        if split(&text).any(str::is_empty) {
            return Err(EMPTY);
        }
        if text.contains('\\') && !split(&text).all(is_in_form) {
            return Err(NOT_ITS_FORM);
        }
        Ok(SourceName(text.into_boxed_str()))
    }

    /// The name of a file, whose path has `/` between its parts.
    ///
    /// # Errors
    ///
    /// If there is nothing in the path or too much.
    pub fn of_path(path: &[u8]) -> Result<SourceName, NameError> {
        let mut text = String::with_capacity(path.len());
        write_bytes(path, &mut text);
        SourceName::new(text)
    }

    /// The name of a file whose path is too long for one: its beginning and what tells it from
    /// others. No other path and no member has this name.
    pub(crate) fn of_long_path(path: &[u8]) -> SourceName {
        let mut text = String::with_capacity(path.len());
        write_bytes(path, &mut text);
        SourceName(text.into_boxed_str()).shortened(SourceName::LONGEST_STEM)
    }

    /// The name of a member of this container.
    ///
    /// # Errors
    ///
    /// If there is nothing in the name of the member, or both together are too long.
    pub fn member(&self, member: &[u8]) -> Result<SourceName, NameError> {
        let mut text = format!("{self}{BORDER}");
        write_bytes(member, &mut text);
        SourceName::new(text)
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The path of the file, as it is on disk; `None` if it was cut out of the name.
    pub fn path(&self) -> Option<Vec<u8>> {
        split(&self.0).next().and_then(read_bytes)
    }

    /// The names by which it was taken out of containers, outermost first; `None` for one that was
    /// cut. None for a file.
    pub fn members(&self) -> impl Iterator<Item = Option<Vec<u8>>> {
        split(&self.0).skip(1).map(read_bytes)
    }

    /// A member of this container that has no name of its own, or none that fits: what there is of
    /// it, `#`, and what tells it from others.
    pub(crate) fn numbered_member(&self, member: &[u8], number: &str) -> SourceName {
        const ROOM: usize = 4_000;
        let container = if self.0.len() > ROOM {
            self.shortened(SourceName::LONGEST_STEM)
        } else {
            self.clone()
        };
        let mut shown = String::with_capacity(member.len());
        write_bytes(member, &mut shown);
        let beginning = beginning_of(&shown, ROOM - container.0.len());
        SourceName(format!("{container}{BORDER}{beginning}#{number}").into_boxed_str())
    }

    /// What an earlier docmill called a source, as it was written: for the conversion of its
    /// stores.
    pub(crate) fn of_an_earlier_docmill(text: &str) -> Result<SourceName, NameError> {
        match text.len() {
            0 => Err(EMPTY),
            length if length > SourceName::LONGEST => Err(TOO_LONG),
            _ if text.contains('\0') => Err(NUL),
            _ => Ok(SourceName(text.into())),
        }
    }

    /// Of a container whose name leaves no room for its members: its beginning and its id, of at
    /// most `longest` bytes together. No other container has this name.
    pub(crate) fn shortened(&self, longest: usize) -> SourceName {
        let id = DocumentId::of(self, 0);
        let beginning = beginning_of(&self.0, longest.saturating_sub(CUT.len() + ID));
        SourceName(format!("{beginning}{CUT}{id}").into_boxed_str())
    }

    /// What the names of all members of this container begin with.
    pub(crate) fn stem_of_members(&self) -> String {
        let mut stem = format!("{self}{BORDER}");
        stem.truncate(beginning_of(&stem, SourceName::LONGEST_STEM - CUT.len() - ID).len());
        stem
    }
}

impl fmt::Display for SourceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for SourceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", &*self.0)
    }
}

/// The parts of a name, as text: the path, then the members.
fn split(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        let border = units(text).find(|(_, unit)| *unit == BORDER);
        let (part, behind) = match border {
            Some((at, _)) => (&text[..at], Some(&text[at + BORDER.len()..])),
            None => (text, None),
        };
        rest = behind;
        Some(part)
    })
}

/// What stands for one thing each, and where: a border, an escape, or a character.
fn units(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = text.get(at..).filter(|rest| !rest.is_empty())?;
        let length = match rest.as_bytes() {
            [b'\\', b'x', ..] => 4,
            [b'\\', ..] | [b'!', b'/', ..] => 2,
            _ => rest.chars().next().map_or(1, char::len_utf8),
        };
        let unit = (at, &rest[..rest.floor_char_boundary(length)]);
        at += unit.1.len();
        Some(unit)
    })
}

/// As many whole units of a text as have at most `longest` bytes.
fn beginning_of(text: &str, longest: usize) -> &str {
    if text.len() <= longest {
        return text;
    }
    let ends = units(text).map(|(at, unit)| at + unit.len());
    &text[..ends.take_while(|end| *end <= longest).last().unwrap_or(0)]
}

/// Whether a part is in the one form of what it stands for.
fn is_in_form(part: &str) -> bool {
    let (mut form, mut bytes) = (String::with_capacity(part.len()), Vec::new());
    for (_, unit) in units(part) {
        if unit == CUT {
            write_bytes(&std::mem::take(&mut bytes), &mut form);
            form.push_str(CUT);
        } else if !read_unit(unit, &mut bytes) {
            return false;
        }
    }
    write_bytes(&bytes, &mut form);
    form == part
}

fn read_bytes(part: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(part.len());
    units(part).all(|(_, unit)| read_unit(unit, &mut bytes)).then_some(bytes)
}

/// Adds what a unit stands for, unless it stands for no bytes.
fn read_unit(unit: &str, bytes: &mut Vec<u8>) -> bool {
    match unit.strip_prefix('\\') {
        None => bytes.extend_from_slice(unit.as_bytes()),
        Some(escaped @ ("\\" | "!")) => bytes.extend_from_slice(escaped.as_bytes()),
        Some(escaped) => {
            let digits = escaped.strip_prefix('x').filter(|digits| digits.len() == 2);
            let byte = digits.map(|digits| u8::from_str_radix(digits, 16));
            let Some(Ok(byte)) = byte else { return false };
            bytes.push(byte);
        }
    }
    true
}

fn write_bytes(bytes: &[u8], text: &mut String) {
    for chunk in bytes.utf8_chunks() {
        let mut characters = chunk.valid().chars().peekable();
        while let Some(character) = characters.next() {
            match character {
                '\\' => text.push_str("\\\\"),
                '\0' => text.push_str("\\x00"),
                '!' if characters.peek() == Some(&'/') => text.push_str("\\!"),
                other => text.push(other),
            }
        }
        for byte in chunk.invalid() {
            let _ = write!(text, "\\x{byte:02x}");
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parts() -> impl Strategy<Value = Vec<Vec<u8>>> {
        let byte = prop::sample::select(b"a!/\\x0~#\0\xc3\xa9\xff".to_vec());
        prop::collection::vec(prop::collection::vec(byte, 1..9), 1..4)
    }

    fn named(parts: &[Vec<u8>]) -> SourceName {
        let name = SourceName::of_path(&parts[0]).unwrap();
        parts[1..].iter().fold(name, |name, member| name.member(member).unwrap())
    }

    #[test]
    fn ordinary_names_are_shown_as_they_are() {
        let member = SourceName::of_path(b"news/a.zip").unwrap().member("é#1.txt".as_bytes());
        assert_eq!(member.unwrap().as_str(), "news/a.zip!/é#1.txt");
        for same in ["a", "a!b", "c.csv!", "a b\u{1b}[0m", "x!!/y", "a.zip!/b.zip!/c"] {
            assert_eq!(SourceName::new(same).unwrap().as_str(), same);
        }
    }

    #[test]
    fn a_file_is_never_called_like_a_member() {
        let member = SourceName::of_path(b"c.csv").unwrap().member(b"member.txt").unwrap();
        let file = SourceName::of_path(b"c.csv!/member.txt").unwrap();
        assert_eq!((member.as_str(), file.as_str()), ("c.csv!/member.txt", "c.csv\\!/member.txt"));
        assert_eq!((member.members().count(), file.members().count()), (1, 0));
    }

    #[test]
    fn a_text_that_is_not_the_form_of_a_name_is_refused() {
        for bad in [
            "",
            "!/a",
            "a!/",
            "a!/!/b",
            "a\0",
            "\\",
            "a\\b",
            "\\x",
            "\\x4",
            "\\x41",
            "\\xFF",
            "\\xc3\\xa9",
            "\\!",
            "\\!a",
            "\\xé",
            &"a".repeat(4_097),
        ] {
            assert!(SourceName::new(bad).is_err(), "{bad}");
        }
        for good in ["\\\\", "\\!/", "\\xff", "\\\\!/a", "\\x00", "a\\~b"] {
            assert!(SourceName::new(good).is_ok(), "{good}");
        }
    }

    #[test]
    fn a_shortened_name_is_a_name_and_nobody_elses() {
        let long = "\\xff\\\\!/é".repeat(330);
        let name = SourceName::new(format!("{long}!/a")).unwrap();
        let other = SourceName::new(format!("{long}!/b")).unwrap();
        for longest in 100..130 {
            let short = name.shortened(longest);
            assert!(short.as_str().len() <= longest);
            assert_eq!(SourceName::new(short.as_str()), Ok(short.clone()));
            assert_ne!(short, other.shortened(longest));
            assert_ne!(SourceName::of_path(short.as_str().as_bytes()), Ok(short));
        }
    }

    proptest! {
        #[test]
        fn a_name_says_what_it_was_made_of(parts in parts()) {
            let name = named(&parts);
            prop_assert_eq!(SourceName::new(name.as_str()), Ok(name.clone()));
            prop_assert_eq!(name.path(), Some(parts[0].clone()));
            let members: Option<Vec<Vec<u8>>> = name.members().collect();
            prop_assert_eq!(members.as_deref(), Some(&parts[1..]));
        }

        #[test]
        fn different_things_have_different_names(one in parts(), other in parts()) {
            prop_assert_eq!(named(&one) == named(&other), one == other);
        }

        #[test]
        fn any_text_is_a_name_or_an_error(text: String) {
            if let Ok(name) = SourceName::new(text.clone()) {
                prop_assert_eq!(name.as_str(), &text);
                let path = name.path();
                prop_assert!(path.is_none_or(|path| !path.is_empty()));
            }
        }
    }
}
