//! Makes what could control a terminal, or hide or reorder other characters, visible.

use std::fmt::Write;

use icu_properties::props::{
    DefaultIgnorableCodePoint, GeneralCategory, PrependedConcatenationMark,
};
use icu_properties::{CodePointMapData, CodePointSetData};

/// Whether a character could control a terminal, or hide or reorder others: controls, line and
/// paragraph separators, characters of format, and whatever else Unicode lets nobody see
/// (`Default_Ignorable_Code_Point`).
///
/// Characters of format that are seen (`Prepended_Concatenation_Mark`), such as the sign of a
/// number in Arabic, are harmless.
pub fn is_harmful(character: char) -> bool {
    if character.is_ascii() {
        return character.is_ascii_control();
    }
    match CodePointMapData::<GeneralCategory>::new().get(character) {
        GeneralCategory::Control
        | GeneralCategory::LineSeparator
        | GeneralCategory::ParagraphSeparator => true,
        GeneralCategory::Format => {
            !CodePointSetData::new::<PrependedConcatenationMark>().contains(character)
        }
        _ => CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(character),
    }
}

/// Makes harmful characters visible, such as `\u{1b}`; line feeds and tabs stay, and so does what
/// gives a word of Persian or Hindi its form and an emoji its colours.
pub fn escaped(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in Characters::of(text) {
        match character {
            Shown::Plain(character) => shown.push(character),
            Shown::Escape(character) => push_escape(&mut shown, character),
        }
    }
    shown
}

/// The text of a document, ended by a line feed.
pub(super) fn text(text: &str) -> String {
    let mut shown = escaped(text);
    if !shown.is_empty() && !shown.ends_with('\n') {
        shown.push('\n');
    }
    shown
}

/// Writes the escape of a character.
pub(super) fn push_escape(shown: &mut String, character: char) {
    // Writing to a string does not fail.
    let _ = write!(shown, "{}", character.escape_unicode());
}

/// A character, and how it is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shown {
    /// As it is.
    Plain(char),
    /// As its number.
    Escape(char),
}

/// The characters of a text, each with how it is shown.
#[derive(Debug, Clone)]
pub(super) struct Characters<'a> {
    rest: std::str::Chars<'a>,
    /// The last character that was shown as it is, directly before the next one.
    before: Option<char>,
}

impl<'a> Characters<'a> {
    pub(super) fn of(text: &'a str) -> Characters<'a> {
        Characters { rest: text.chars(), before: None }
    }

    /// What comes after the next character.
    pub(super) fn rest(&self) -> &'a str {
        self.rest.as_str()
    }
}

impl Iterator for Characters<'_> {
    type Item = Shown;

    fn next(&mut self) -> Option<Shown> {
        let character = self.rest.next()?;
        let after = self.rest.clone().next();
        let is_at_home = match character {
            '\n' | '\t' => true,
            '\u{fe0e}' | '\u{fe0f}' => self.before.is_some_and(takes_a_presentation),
            '\u{200c}' | '\u{200d}' => {
                self.before.is_some_and(is_joined) && after.is_some_and(is_joined)
            }
            _ => !is_harmful(character),
        };
        self.before = is_at_home.then_some(character);
        Some(if is_at_home { Shown::Plain(character) } else { Shown::Escape(character) })
    }
}

/// Whether a character may be told to look like text or like a picture.
fn takes_a_presentation(character: char) -> bool {
    matches!(character, '#' | '*' | '0'..='9' | '©' | '®') || is_picture(character)
}

fn is_picture(character: char) -> bool {
    !is_harmful(character)
        && matches!(character, '\u{203c}'..='\u{3299}' | '\u{1f000}'..='\u{1faff}')
}

/// Whether a character is of a script that joins its letters, or a picture that may be a part of
/// another one.
fn is_joined(character: char) -> bool {
    matches!(character, '\u{600}'..='\u{1aff}') && !is_harmful(character)
        || is_picture(character)
        || character == '\u{fe0f}'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_seen_is_made_visible() {
        let check = |text: &str, expected: &str| assert_eq!(escaped(text), expected);
        check("a\u{1b}[31mb\u{202e}c\r\nd", "a\\u{1b}[31mb\\u{202e}c\\u{d}\nd");
        check("a\u{ad}b\u{180e}\u{115f}\u{3164}", "a\\u{ad}b\\u{180e}\\u{115f}\\u{3164}");
        check("\u{2028}\u{2029}\u{fe0f}\u{e0100}", "\\u{2028}\\u{2029}\\u{fe0f}\\u{e0100}");
        check("a\u{200d}b\u{200c}", "a\\u{200d}b\\u{200c}");
    }

    /// By name, so that a change of the source of properties is noticed.
    #[test]
    fn every_kind_of_invisible_character_is_harmful() {
        for range in [
            '\0'..='\x1f',
            '\x7f'..='\u{9f}',
            '\u{ad}'..='\u{ad}',
            '\u{34f}'..='\u{34f}',
            '\u{61c}'..='\u{61c}',
            '\u{115f}'..='\u{1160}',
            '\u{17b4}'..='\u{17b5}',
            '\u{180b}'..='\u{180f}',
            '\u{200b}'..='\u{200f}',
            '\u{2028}'..='\u{202e}',
            '\u{2060}'..='\u{206f}',
            '\u{3164}'..='\u{3164}',
            '\u{fe00}'..='\u{fe0f}',
            '\u{feff}'..='\u{feff}',
            '\u{ffa0}'..='\u{ffa0}',
            '\u{fff0}'..='\u{fffb}',
            '\u{13430}'..='\u{1343f}',
            '\u{1bca0}'..='\u{1bca3}',
            '\u{1d173}'..='\u{1d17a}',
            '\u{e0000}'..='\u{e0fff}',
        ] {
            assert_eq!(range.clone().find(|it| !is_harmful(*it)), None, "{range:?}");
        }
        // A sign that is seen, letters, spaces, marks, and what nobody has assigned.
        for seen in ['\u{600}', '\u{6dd}', 'é', '\u{a0}', '\u{3000}', '\u{301}', '\u{378}'] {
            assert!(!is_harmful(seen), "{seen:?}");
        }
    }

    #[test]
    fn what_a_script_or_an_emoji_needs_stays_once() {
        for good in
            ["می\u{200c}خواهم", "क्\u{200d}ष", "❤\u{fe0f}", "👩\u{200d}💻", "1\u{fe0f}\u{20e3}"]
        {
            assert_eq!(escaped(good), good);
        }
        assert_eq!(escaped("❤\u{fe0f}\u{fe0f}"), "❤\u{fe0f}\\u{fe0f}");
        assert_eq!(escaped("ی\u{200c}\u{200c}خ"), "ی\\u{200c}\\u{200c}خ");
    }
}
