//! Letters and the marks that belong to them, put together.

use std::borrow::Cow;

use memchr::memchr2;
use unicode_normalization::UnicodeNormalization as _;

/// The most marks taken together with the letter before them: as many as the Unicode stream-safe
/// format allows. The bound keeps a flood of marks, which NFC has to sort, linear.
const MAX_MARKS: usize = 30;

/// Composes every letter with the combining marks (U+0300 to U+036F) that follow it, as NFC does.
///
/// `e` + `◌̂` + `◌́` becomes `ế`, so that a word compares equal whether it was typed on a Mac,
/// decoded from windows-1258, or neither. A text without such marks, the usual case, is returned as
/// it is after one look at its bytes.
pub fn compose(text: &str) -> Cow<'_, str> {
    // In UTF-8 every character from U+0300 to U+037F begins with one of these two bytes, and no
    // other character has them.
    let next = |rest: &str| memchr2(0xCC, 0xCD, rest.as_bytes());
    let Some(mut at) = next(text) else { return Cow::Borrowed(text) };
    let mut composed = String::with_capacity(text.len());
    let mut rest = text;
    loop {
        // The letter before the mark, if there is one.
        let letter = rest[..at].char_indices().next_back().map_or(at, |(letter, _)| letter);
        composed.push_str(&rest[..letter]);
        let after = rest[at..].chars().take(MAX_MARKS);
        let marks: usize = after.take_while(is_combining).map(char::len_utf8).sum();
        let end = if marks == 0 { rest.ceil_char_boundary(at + 1) } else { at + marks };
        // Other characters that begin so stay as they are: NFC would make a semicolon of U+037E.
        if marks == 0 {
            composed.push_str(&rest[letter..end]);
        } else {
            composed.extend(rest[letter..end].nfc());
        }
        rest = &rest[end..];
        match next(rest) {
            Some(found) => at = found,
            None => break,
        }
    }
    composed.push_str(rest);
    Cow::Owned(composed)
}

fn is_combining(character: &char) -> bool {
    matches!(character, '\u{300}'..='\u{36F}')
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRENCH: &str =
        "L’État a dépensé 40 % de ses recettes – « déjà trop », dit-il à Hanoï, où l’œuvre naît.";
    const VIETNAMESE: &str =
        "Thủ tướng Phạm Minh Chính nhấn mạnh chuyển đổi số là động lực phát triển kinh tế, xã hội.";

    #[test]
    fn decomposed_letters_are_composed() {
        for text in [FRENCH, VIETNAMESE, "a\u{300}", "\u{301}x", "x\u{323}\u{302}", "Å"] {
            let decomposed: String = text.nfd().collect();
            let composed: String = text.nfc().collect();
            assert_eq!(compose(&decomposed), composed);
        }
        assert!(matches!(compose(VIETNAMESE), Cow::Borrowed(_)));
    }

    #[test]
    fn a_flood_of_combining_marks_takes_linear_time() {
        let flood: String = "\u{323}\u{302}".repeat(500_000);
        assert_eq!(compose(&flood).chars().count(), 1_000_000);
    }
}
