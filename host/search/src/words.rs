//! Cuts a text into words, and says under which form each of them is looked for.
//!
//! A word has two forms. Its *exact* one is composed and in lower case, so that texts match that
//! are written with the same letters, however those are encoded. Its *folded* one has lost its
//! marks as well: `Đà Nẵng` and `da nang`, `naïve` and `naive` are one.

use std::ops::Range;

use tantivy::tokenizer::{Token, TokenStream, Tokenizer};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Longer words are no words that anybody looks for, in characters of their form. They take a place
/// among the others all the same.
pub(crate) const LONGEST: usize = 64;

/// Of a longer word no more is looked at, in bytes: it has more characters than [`LONGEST`] in any
/// encoding of them.
const LONGEST_RAW: usize = 1_024;

/// The words of a text, as ranges of its bytes, in order.
pub(crate) fn words(text: &str) -> impl Iterator<Item = Range<usize>> {
    let mut rest = text.char_indices().peekable();
    std::iter::from_fn(move || {
        let (start, first) = rest.find(|(_, it)| it.is_alphanumeric())?;
        let mut end = start + first.len_utf8();
        let is_alone = is_written_without_spaces(first);
        while let Some((at, character)) = rest.peek().copied() {
            let goes_on = is_combining_mark(character)
                || is_invisible_within_words(character)
                || (!is_alone
                    && character.is_alphanumeric()
                    && !is_written_without_spaces(character));
            if !goes_on {
                break;
            }
            end = at + character.len_utf8();
            rest.next();
        }
        Some(start..end)
    })
}

/// Signs that stand next to each other without being one word: each of them is looked for by
/// itself, and several as a phrase.
fn is_written_without_spaces(character: char) -> bool {
    matches!(character,
        '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}'
        | '\u{20000}'..='\u{3ffff}')
}

/// Hyphens and joiners that nobody sees, and that part no word.
fn is_invisible_within_words(character: char) -> bool {
    matches!(character, '\u{ad}' | '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}')
}

/// The two forms of words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// With its marks.
    Exact,
    /// Without them.
    Folded,
}

impl Form {
    /// Writes the form of a word; false if it is too long to be looked for.
    pub(crate) fn write(self, word: &str, form: &mut String) -> bool {
        form.clear();
        if word.len() > LONGEST_RAW {
            return false;
        }
        if word.is_ascii() {
            form.push_str(word);
            form.make_ascii_lowercase();
            return word.len() <= LONGEST;
        }
        let seen = word.chars().filter(|it| !is_invisible_within_words(*it));
        match self {
            // Lower case may take a letter apart, as it does that of Turkish.
            Form::Exact => form.extend(seen.flat_map(char::to_lowercase).nfkc()),
            Form::Folded => {
                for character in seen.flat_map(char::to_lowercase).nfkd() {
                    if is_combining_mark(character) {
                        continue;
                    }
                    match without_stroke(character) {
                        Some(letters) => form.push_str(letters),
                        None => form.push(character),
                    }
                }
            }
        }
        form.chars().count() <= LONGEST
    }

    /// The form of a word; `None` if it is too long to be looked for.
    pub(crate) fn of(self, word: &str) -> Option<String> {
        let mut form = String::new();
        self.write(word, &mut form).then_some(form)
    }
}

/// Letters that are not made of another one and a mark, and that people type as one all the same.
fn without_stroke(character: char) -> Option<&'static str> {
    Some(match character {
        'đ' | 'ð' => "d",
        'ł' => "l",
        'ø' => "o",
        'ħ' => "h",
        'ŧ' => "t",
        'ı' => "i",
        'œ' => "oe",
        'æ' => "ae",
        'ß' => "ss",
        'þ' => "th",
        'ς' => "σ",
        _ => return None,
    })
}

/// Hands the words of a text to the index, in one form.
#[derive(Clone)]
pub(crate) struct Words {
    form: Form,
    token: Token,
}

impl Words {
    pub(crate) fn in_form(form: Form) -> Words {
        Words { form, token: Token::default() }
    }
}

impl Tokenizer for Words {
    type TokenStream<'a> = WordStream<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> WordStream<'a> {
        self.token.reset();
        WordStream { text, words: Box::new(words(text)), form: self.form, token: &mut self.token }
    }
}

/// The words of one text.
pub(crate) struct WordStream<'a> {
    text: &'a str,
    words: Box<dyn Iterator<Item = Range<usize>> + 'a>,
    form: Form,
    token: &'a mut Token,
}

impl TokenStream for WordStream<'_> {
    fn advance(&mut self) -> bool {
        loop {
            let Some(word) = self.words.next() else { return false };
            self.token.position = self.token.position.wrapping_add(1);
            if self.form.write(&self.text[word.clone()], &mut self.token.text) {
                (self.token.offset_from, self.token.offset_to) = (word.start, word.end);
                return true;
            }
        }
    }

    fn token(&self) -> &Token {
        self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        self.token
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn forms(form: Form, text: &str) -> String {
        let forms = words(text).map(|word| form.of(&text[word]).unwrap_or_default());
        forms.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_word_is_the_same_with_and_without_marks_and_however_these_are_encoded() {
        for written in ["Đà Nẵng", "đà nẵng", "Da Nang", "Đa\u{300} Na\u{306}\u{303}ng"] {
            assert_eq!(forms(Form::Folded, written), "da nang", "{written}");
        }
        assert_eq!(forms(Form::Exact, "Đa\u{300} Na\u{306}\u{303}ng"), "đà nẵng");
        assert_eq!(forms(Form::Folded, "L’Œuvre à Noël, Straße"), "l oeuvre a noel strasse");
        assert_eq!(forms(Form::Exact, "L’Œuvre à Noël"), "l œuvre à noël");
        assert_eq!(forms(Form::Folded, "İstanbul ﬁn ＡＢＣ"), "istanbul fin abc");
    }

    #[test]
    fn what_nobody_sees_parts_no_word() {
        assert_eq!(forms(Form::Folded, "dro\u{ad}ne\u{200b}s"), "drones");
        assert_eq!(forms(Form::Exact, "dro\u{ad}né"), "droné");
        assert_eq!(words("\u{301}\u{200b}").count(), 0);
    }

    #[test]
    fn signs_without_spaces_between_them_are_words_each() {
        assert_eq!(forms(Form::Folded, "無人機drone2機"), "無 人 機 drone2 機");
    }

    #[test]
    fn a_word_without_end_is_none_and_keeps_its_place() {
        let text = format!("a {} b", "x".repeat(1_000_000));
        assert_eq!(words(&text).count(), 3);
        let mut words = Words::in_form(Form::Folded);
        let mut stream = words.token_stream(&text);
        let mut found = Vec::new();
        stream.process(&mut |token| found.push((token.text.clone(), token.position)));
        assert_eq!(found, [("a".to_owned(), 0), ("b".to_owned(), 2)]);
        assert_eq!(Form::Folded.of(&"\u{fdfa}".repeat(60)), None, "which is 18 letters each");
    }
}
