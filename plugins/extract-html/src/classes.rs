//! Classes of bytes: what ends a name, a value or a word, looked up in one table.

use memchr::memchr2;

/// White space of ASCII. In pages carriage returns have become line feeds before anything is read;
/// references still make some.
pub const SPACE: u32 = 1;
/// What ends the name of an element.
pub const ENDS_ELEMENT: u32 = 1 << 1;
/// What ends the name of an attribute.
pub const ENDS_ATTRIBUTE: u32 = 1 << 2;
/// What ends a value without quotes.
pub const ENDS_VALUE: u32 = 1 << 3;
/// Whatever may end a word within a name such as `boxRelated`: all but small letters and digits.
pub const ENDS_WORD: u32 = 1 << 4;
/// The first byte of a character that may not be visible, where the others have to be asked;
/// control characters.
pub const UNCLEAR: u32 = 1 << 5;
/// A space as such.
pub const BLANK: u32 = 1 << 6;
/// What makes a `<` before it more than text.
pub const BEGINS_MARKUP: u32 = 1 << 7;
/// What begins the name of an element.
pub const LETTER: u32 = 1 << 8;
/// What a value may stand between.
pub const QUOTE: u32 = 1 << 9;

/// The classes of each byte, and above them the byte in lower case.
static BYTES: [u32; 256] = {
    let mut bytes = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let classes = match byte as u8 {
            b' ' => SPACE | ENDS_ELEMENT | ENDS_ATTRIBUTE | ENDS_VALUE | ENDS_WORD | BLANK,
            b'\n' | b'\t' | b'\x0c' | b'\r' => {
                SPACE | ENDS_ELEMENT | ENDS_ATTRIBUTE | ENDS_VALUE | ENDS_WORD | UNCLEAR
            }
            b'>' => ENDS_ELEMENT | ENDS_ATTRIBUTE | ENDS_VALUE | ENDS_WORD,
            b'/' => ENDS_ELEMENT | ENDS_ATTRIBUTE | ENDS_WORD | BEGINS_MARKUP,
            b'!' | b'?' => ENDS_WORD | BEGINS_MARKUP,
            b'A'..=b'Z' => ENDS_WORD | BEGINS_MARKUP | LETTER,
            b'=' => ENDS_ATTRIBUTE | ENDS_WORD,
            b'"' | b'\'' => ENDS_WORD | QUOTE,
            b'a'..=b'z' => BEGINS_MARKUP | LETTER,
            b'0'..=b'9' => 0,
            // Control characters; U+0080 and on, U+1680, U+2000 and on, U+3000 and U+FEFF begin
            // with the others.
            0..b' ' | 0x7f | 0xc2 | 0xe1 | 0xe2 | 0xe3 | 0xef => ENDS_WORD | UNCLEAR,
            _ => ENDS_WORD,
        };
        bytes[byte] = classes | ((byte as u8).to_ascii_lowercase() as u32) << 16;
        byte += 1;
    }
    bytes
};

/// Whether a byte is of one of these classes.
pub fn is(byte: u8, classes: u32) -> bool {
    BYTES[usize::from(byte)] & classes != 0
}

/// The byte in lower case, unless it is of one of these classes.
pub fn lower_unless(byte: u8, classes: u32) -> Option<u8> {
    let entry = BYTES[usize::from(byte)];
    (entry & classes == 0).then_some((entry >> 16) as u8)
}

/// The first place from `from` on whose byte is of one of these classes, or the end.
#[inline]
pub fn find(bytes: &[u8], from: usize, classes: u32) -> usize {
    let rest = bytes.get(from..).unwrap_or_default();
    rest.iter().position(|&byte| is(byte, classes)).map_or(bytes.len().max(from), |at| from + at)
}

/// Whether an attribute's value has neither character references nor NUL characters.
pub fn is_literal(value: &[u8]) -> bool {
    memchr2(b'&', 0, value).is_none()
}

/// Whether all bytes are white space of ASCII.
pub fn is_blank(bytes: &[u8]) -> bool {
    bytes.iter().all(u8::is_ascii_whitespace)
}
