//! Reads a text token by token, and folds words for comparison.

/// Long enough for every keyword; a longer word is none.
const LONGEST_KEYWORD: usize = 16;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Letters, with the combining marks that belong to them.
    Word,
    /// ASCII digits.
    Number,
    /// Any other character that is not white space.
    Sign(char),
    /// The end of the text, or of the paragraph when looking ahead.
    End,
}

/// What stands between a token and the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Gap {
    None,
    /// One space character of whatever width, the only gap allowed inside a number.
    OneSpace,
    /// More white space, with at most one line feed.
    White,
    Paragraph,
}

/// A word, number or sign in its text. Tokens are read when asked for and never stored, so a text
/// of any size is read in constant memory.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Token<'a> {
    text: &'a str,
    pub(crate) kind: Kind,
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) gap: Gap,
    folded: [u8; LONGEST_KEYWORD],
    folded_len: usize,
    /// Whether folding took accents off.
    pub(crate) accented: bool,
}

impl<'a> Token<'a> {
    /// The first token of a text.
    pub(crate) fn first(text: &'a str) -> Token<'a> {
        Token::read(text, 0)
    }

    /// The token after the last.
    pub(crate) fn end_of(text: &'a str) -> Token<'a> {
        Token {
            text,
            kind: Kind::End,
            start: text.len(),
            end: text.len(),
            gap: Gap::Paragraph,
            folded: [0; LONGEST_KEYWORD],
            folded_len: 0,
            accented: false,
        }
    }

    /// The next token, wherever it is.
    pub(crate) fn advance(&self) -> Token<'a> {
        Token::read(self.text, self.end)
    }

    /// The next token of the same paragraph: nothing is ever found across paragraphs.
    pub(crate) fn next(&self) -> Token<'a> {
        let next = self.advance();
        if next.gap == Gap::Paragraph { Token::end_of(self.text) } else { next }
    }

    fn read(text: &'a str, from: usize) -> Token<'a> {
        let rest = &text[from..];
        let trimmed = rest.trim_start();
        let start = from + (rest.len() - trimmed.len());
        let white = &text[from..start];
        let gap = match white.chars().count() {
            0 => Gap::None,
            1 if !white.contains(['\n', '\r']) => Gap::OneSpace,
            _ if white.matches('\n').count() > 1 => Gap::Paragraph,
            _ => Gap::White,
        };
        let mut token = Token::end_of(text);
        token.start = start;
        token.gap = gap;
        let Some(first) = trimmed.chars().next() else { return token };
        if first.is_ascii_digit() {
            let digits = trimmed.bytes().take_while(u8::is_ascii_digit).count();
            token.kind = Kind::Number;
            token.end = start + digits;
        } else if is_letter(first) {
            token.kind = Kind::Word;
            token.end = start + trimmed.find(|it| !is_letter(it)).unwrap_or(trimmed.len());
            token.fold();
        } else {
            token.kind = Kind::Sign(first);
            token.end = start + first.len_utf8();
        }
        token
    }

    fn fold(&mut self) {
        for c in self.text[self.start..self.end].chars() {
            match fold(c) {
                Fold::Letter(letter, accented) => {
                    self.accented |= accented;
                    if self.folded_len == LONGEST_KEYWORD {
                        self.folded_len = 0;
                        return;
                    }
                    self.folded[self.folded_len] = letter;
                    self.folded_len += 1;
                }
                Fold::Mark => self.accented = true,
                Fold::Foreign => {
                    self.folded_len = 0;
                    return;
                }
            }
        }
    }

    pub(crate) fn is_end(&self) -> bool {
        self.kind == Kind::End
    }

    /// The whole text that the token belongs to.
    pub(crate) fn text(&self) -> &'a str {
        self.text
    }

    /// The token as it is written.
    pub(crate) fn source(&self) -> &'a str {
        &self.text[self.start..self.end]
    }

    /// A word in lower case and without accents, composed or not; empty for anything that cannot be
    /// a keyword.
    pub(crate) fn word(&self) -> &str {
        str::from_utf8(&self.folded[..self.folded_len]).unwrap_or_default()
    }

    /// The digits of a number.
    pub(crate) fn digits(&self) -> Option<&'a str> {
        (self.kind == Kind::Number).then(|| self.source())
    }

    /// The value of a number with at most `longest` digits.
    pub(crate) fn number(&self, longest: usize) -> Option<u32> {
        self.digits().filter(|digits| digits.len() <= longest)?.parse().ok()
    }

    pub(crate) fn is_sign(&self, signs: &[char]) -> bool {
        matches!(self.kind, Kind::Sign(sign) if signs.contains(&sign))
    }

    /// Whether nothing stands between this token and the one before.
    pub(crate) fn glued(&self) -> bool {
        self.gap == Gap::None
    }

    /// Whether a word begins with a capital.
    pub(crate) fn capitalized(&self) -> bool {
        self.source().starts_with(char::is_uppercase)
    }

    /// Whether the word is exactly one of these, whatever its case. For words that mean something
    /// else with other accents.
    pub(crate) fn is_spelled(&self, spellings: &[&str]) -> bool {
        let lower = || self.source().chars().flat_map(char::to_lowercase);
        spellings.iter().any(|spelling| lower().eq(spelling.chars()))
    }

    /// Whether a number may begin here: not in the middle of a word, a version, a range or another
    /// number.
    pub(crate) fn begins_number(&self) -> bool {
        let mut before = self.text[..self.start].chars().rev();
        match before.next() {
            Some(c) if c.is_alphanumeric() || c == '_' => false,
            Some('.' | ',' | '/' | '-' | '–' | '+' | ':') => {
                !before.next().is_some_and(|c| c.is_ascii_digit())
            }
            _ => true,
        }
    }

    /// Whether a number may end before this token, which follows it: no letter, digit or further
    /// part is glued to it.
    pub(crate) fn ends_number(&self) -> bool {
        if !self.glued() {
            return true;
        }
        match self.kind {
            Kind::Word | Kind::Number => false,
            Kind::Sign('%' | '‰' | '_') => false,
            Kind::Sign('.' | ',' | '/' | '-' | '–' | ':') => {
                !self.text[self.end..].starts_with(|c: char| c.is_ascii_digit())
            }
            _ => true,
        }
    }
}

/// The ordinal signs of `nº` and `nª` count as letters in Unicode, but not here.
fn is_letter(c: char) -> bool {
    (c.is_alphabetic() && !matches!(c, 'º' | 'ª')) || is_mark(c)
}

fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}')
}

enum Fold {
    Letter(u8, bool),
    Mark,
    Foreign,
}

fn fold(c: char) -> Fold {
    if c.is_ascii() {
        return Fold::Letter(c.to_ascii_lowercase() as u8, false);
    }
    let letter = match c.to_lowercase().next().unwrap_or(c) {
        'à'..='å' | 'ā' | 'ă' | 'ą' | 'ạ'..='ặ' => b'a',
        'ç' | 'ć' | 'č' => b'c',
        'ď' | 'đ' => b'd',
        'è'..='ë' | 'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' | 'ẹ'..='ệ' => b'e',
        'ì'..='ï' | 'ĩ' | 'ī' | 'ỉ' | 'ị' => b'i',
        'ñ' => b'n',
        'ò'..='ö' | 'ø' | 'ō' | 'ŏ' | 'ő' | 'ơ' | 'ọ'..='ợ' => b'o',
        'ù'..='ü' | 'ũ' | 'ū' | 'ŭ' | 'ů' | 'ű' | 'ư' | 'ụ'..='ự' => b'u',
        'ý' | 'ÿ' | 'ỳ' | 'ỵ' | 'ỷ' | 'ỹ' => b'y',
        mark if is_mark(mark) => return Fold::Mark,
        _ => return Fold::Foreign,
    };
    Fold::Letter(letter, true)
}

/// The same text in ASCII where a letter is an accented ASCII letter: `QĐ-TTg` becomes `QD-TTg`.
pub(crate) fn without_accents(text: &str) -> String {
    let plain = |c: char| match fold(c) {
        Fold::Letter(letter, _) if c.is_uppercase() => Some(letter.to_ascii_uppercase() as char),
        Fold::Letter(letter, _) => Some(letter as char),
        Fold::Mark => None,
        Fold::Foreign => Some(c),
    };
    text.chars().filter_map(plain).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_fold_alike_composed_or_not() {
        for word in ["Quyết", "QUYẾT", "quye\u{302}\u{301}t", "quyet"] {
            assert_eq!(Token::first(word).word(), "quyet", "{word}");
        }
    }

    #[test]
    fn an_endless_word_is_no_keyword() {
        assert_eq!(Token::first(&"a".repeat(10_000)).word(), "");
    }
}
