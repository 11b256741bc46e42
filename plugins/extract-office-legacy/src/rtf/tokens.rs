//! The tokens of RTF (Rich Text Format Specification 1.9.1): groups, control words, bytes.

/// The longest name of a control word, in letters.
const LONGEST: usize = 32;

/// A token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Token<'a> {
    /// `{`
    Open,
    /// `}`
    Close,
    /// A control word with its number.
    Word(&'a str, Option<i32>),
    /// A control symbol, such as `\~`.
    Symbol(u8),
    /// A byte of text, written in hexadecimal digits.
    Hex(u8),
    /// Bytes of text.
    Text(&'a [u8]),
}

/// Goes through the tokens of a file.
#[derive(Debug)]
pub struct Tokens<'a> {
    rest: &'a [u8],
}

impl<'a> Tokens<'a> {
    /// The tokens of these bytes.
    pub fn of(bytes: &'a [u8]) -> Tokens<'a> {
        Tokens { rest: bytes }
    }

    /// Passes over bytes that are no tokens.
    pub fn pass_over(&mut self, count: usize) {
        self.rest = &self.rest[count.min(self.rest.len())..];
    }

    fn control(&mut self) -> Option<Token<'a>> {
        let first = *self.rest.first()?;
        if !first.is_ascii_alphabetic() {
            self.rest = &self.rest[1..];
            if first != b'\'' {
                return Some(Token::Symbol(first));
            }
            let digits = self.rest.get(..2).and_then(|it| std::str::from_utf8(it).ok());
            let byte = digits.and_then(|it| u8::from_str_radix(it, 16).ok());
            return Some(match byte {
                Some(byte) => {
                    self.rest = &self.rest[2..];
                    Token::Hex(byte)
                }
                None => Token::Symbol(b'\''),
            });
        }
        let letters = self.rest.iter().take_while(|it| it.is_ascii_alphabetic()).count();
        let name = std::str::from_utf8(&self.rest[..letters.min(LONGEST)]).unwrap_or_default();
        self.rest = &self.rest[letters..];
        let is_negative = self.rest.first() == Some(&b'-');
        let digits = &self.rest[usize::from(is_negative)..];
        let count = digits.iter().take(10).take_while(|it| it.is_ascii_digit()).count();
        let mut number = None;
        if count > 0 {
            let value: i64 =
                digits[..count].iter().fold(0, |sum, it| sum * 10 + i64::from(it - b'0'));
            let value = if is_negative { -value } else { value };
            number = Some(value.clamp(i64::from(i32::MIN), i64::from(i32::MAX)) as i32);
            self.rest = &digits[count..];
        }
        // A space ends the word and is part of it.
        if self.rest.first() == Some(&b' ') {
            self.rest = &self.rest[1..];
        }
        Some(Token::Word(name, number))
    }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        loop {
            let first = *self.rest.first()?;
            match first {
                b'{' | b'}' => {
                    self.rest = &self.rest[1..];
                    return Some(if first == b'{' { Token::Open } else { Token::Close });
                }
                b'\\' => {
                    self.rest = &self.rest[1..];
                    return self.control();
                }
                b'\r' | b'\n' | 0 => self.rest = &self.rest[1..],
                _ => {
                    let is_text = |it: &&u8| !matches!(it, b'{' | b'}' | b'\\' | b'\r' | b'\n' | 0);
                    let count = self.rest.iter().take_while(is_text).count();
                    let (text, rest) = self.rest.split_at(count);
                    self.rest = rest;
                    return Some(Token::Text(text));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_symbols_and_bytes_are_told_apart() {
        let tokens: Vec<_> = Tokens::of(b"{\\rtf1\\b0 a\\'e9\\~\\u-3 ?\r\n\\'zz}\\").collect();
        assert_eq!(
            tokens,
            [
                Token::Open,
                Token::Word("rtf", Some(1)),
                Token::Word("b", Some(0)),
                Token::Text(b"a"),
                Token::Hex(0xe9),
                Token::Symbol(b'~'),
                Token::Word("u", Some(-3)),
                Token::Text(b"?"),
                Token::Symbol(b'\''),
                Token::Text(b"zz"),
                Token::Close,
            ]
        );
        assert_eq!(
            Tokens::of(b"\\par99999999999999999999").next(),
            Some(Token::Word("par", Some(i32::MAX)))
        );
    }
}
