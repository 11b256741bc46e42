//! Classes of bytes, and searching for them without paying for every byte.
//!
//! The sandbox makes every turn of a loop check whether it has to stop, and a comparison with several bytes compiles to a jump
//! table there. So a class is looked up, with one load, and loops take eight bytes a turn.

/// White space; carriage returns have become line feeds before anything is read.
pub const SPACE: u8 = 1;
/// What ends the name of an element.
pub const ENDS_ELEMENT: u8 = 1 << 1;
/// What ends the name of an attribute.
pub const ENDS_ATTRIBUTE: u8 = 1 << 2;
/// What ends a value without quotes.
pub const ENDS_VALUE: u8 = 1 << 3;
/// Whatever may end a word within a name such as `boxRelated`: all but small letters and digits.
pub const ENDS_WORD: u8 = 1 << 4;
/// The first byte of a character that may not be visible, where the others have to be asked; control characters.
pub const UNCLEAR: u8 = 1 << 5;
/// A space as such.
pub const BLANK: u8 = 1 << 6;
/// What makes a `<` before it more than text.
pub const BEGINS_MARKUP: u8 = 1 << 7;

static CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        classes[byte] = match byte as u8 {
            b' ' => SPACE | ENDS_ELEMENT | ENDS_ATTRIBUTE | ENDS_VALUE | ENDS_WORD | BLANK,
            b'\n' | b'\t' | b'\x0c' => {
                SPACE | ENDS_ELEMENT | ENDS_ATTRIBUTE | ENDS_VALUE | ENDS_WORD | UNCLEAR
            }
            b'>' => ENDS_ELEMENT | ENDS_ATTRIBUTE | ENDS_VALUE | ENDS_WORD,
            b'/' => ENDS_ELEMENT | ENDS_ATTRIBUTE | ENDS_WORD | BEGINS_MARKUP,
            b'!' | b'?' | b'A'..=b'Z' => ENDS_WORD | BEGINS_MARKUP,
            b'=' => ENDS_ATTRIBUTE | ENDS_WORD,
            b'a'..=b'z' => BEGINS_MARKUP,
            b'0'..=b'9' => 0,
            // Control characters; U+0080 and on, U+1680, U+2000 and on, U+3000 and U+FEFF begin with the others.
            0..b' ' | 0x7f | 0xc2 | 0xe1 | 0xe2 | 0xe3 | 0xef => ENDS_WORD | UNCLEAR,
            _ => ENDS_WORD,
        };
        byte += 1;
    }
    classes
};

/// Whether a byte is of one of these classes.
#[inline]
pub fn is(byte: u8, classes: u8) -> bool {
    CLASSES[usize::from(byte)] & classes != 0
}

/// The first place from `from` on whose byte is of one of these classes, or the end.
#[inline]
pub fn find(bytes: &[u8], from: usize, classes: u8) -> usize {
    let mut at = from;
    loop {
        // The compiler makes eight copies of this.
        for _ in 0..8 {
            match bytes.get(at) {
                Some(&byte) if !is(byte, classes) => at += 1,
                _ => return at,
            }
        }
    }
}
