//! White space as a reader sees it: what separates words, what cannot be seen, and copying what is
//! neither.

use crate::classes::{BLANK, UNCLEAR, find, is};

/// Whether a character is white space to a reader, the spaces that do not break included.
pub fn is_space(character: char) -> bool {
    character.is_whitespace() || character.is_control()
}

/// Whether a character only instructs the browser: soft hyphens, zero-width spaces, byte order
/// marks.
pub fn is_invisible(character: char) -> bool {
    matches!(character, '\u{ad}' | '\u{200b}' | '\u{2060}' | '\u{feff}')
}

/// The longest beginning of a text that needs no change: words with one space between each two. At
/// least one character, where the text begins with one that can be seen.
pub fn unchanged(text: &str) -> &str {
    let bytes = text.as_bytes();
    let mut at = 0;
    loop {
        at = find(bytes, at, BLANK | UNCLEAR);
        match bytes.get(at) {
            None => return text,
            // What follows a single space is looked at as if it stood alone.
            Some(b' ') => match bytes.get(at + 1) {
                Some(&next) if !is(next, BLANK | UNCLEAR) => at += 2,
                _ => return &text[..at],
            },
            Some(_) => match text[at..].chars().next() {
                Some(it) if !is_space(it) && !is_invisible(it) => at += it.len_utf8(),
                _ => return &text[..at],
            },
        }
    }
}

/// The length of a text without the white space at its end.
pub fn trimmed_len(text: &str) -> usize {
    match text.as_bytes().last() {
        // Nearly all of them, and these need not be read backwards.
        Some(last) if last.is_ascii_graphic() => text.len(),
        _ => text.trim_end().len(),
    }
}

/// Appends a text with its white space normalised: one space between words, at most one at either
/// end.
pub fn append_words(target: &mut String, text: &str) {
    let mut rest = text;
    let mut space = false;
    while let Some(character) = rest.chars().next() {
        let mut taken = character.len_utf8();
        if is_space(character) {
            space = true;
        } else if !is_invisible(character) {
            if space {
                push_space(target);
                space = false;
            }
            let words = unchanged(rest);
            target.push_str(words);
            taken = words.len();
        }
        rest = &rest[taken..];
    }
    if space {
        push_space(target);
    }
}

/// Ends a word, unless white space does so already.
pub fn push_space(target: &mut String) {
    if !target.is_empty() && !target.ends_with([' ', '\n']) {
        target.push(' ');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_kept_and_the_space_between_them_is_normalised() {
        let check = |before: &str, text: &str, expected: &str| {
            let mut target = before.to_owned();
            append_words(&mut target, text);
            assert_eq!(target, expected, "{text:?}");
        };
        check("", "  un mot ", "un mot ");
        check("x", "  un\u{a0}\n mot", "x un mot");
        check("x ", " y", "x y");
        check("", "l’été\u{3000}đẹp\u{ad}\u{200b}e", "l’été đẹpe");
        check("", "a\u{1680}b\u{85}c\u{7f}d\0e", "a b c d e");
        check("", "\u{feff}a \u{200b} b", "a b");
        check("a", "", "a");
    }

    #[test]
    fn the_table_agrees_with_the_questions() {
        for character in (0..=0x10_ffff).filter_map(char::from_u32) {
            let mut text = String::from("a");
            text.push(character);
            text.push('b');
            let is_kept = !is_space(character) && !is_invisible(character) || character == ' ';
            assert_eq!(unchanged(&text).len() == text.len(), is_kept, "{character:?}");
            text.pop();
            assert_eq!(trimmed_len(&text), text.trim_end().len(), "{character:?}");
        }
    }
}
