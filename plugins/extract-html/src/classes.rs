//! Classes of bytes, and searching for them without paying for every byte.
//!
//! The sandbox makes every turn of a loop check whether it has to stop, and a comparison with several bytes compiles to a jump
//! table there. So a class is looked up, with one load, and loops take eight bytes a turn.

/// White space of ASCII. In pages carriage returns have become line feeds before anything is read; references still make some.
pub const SPACE: u32 = 1;
/// What ends the name of an element.
pub const ENDS_ELEMENT: u32 = 1 << 1;
/// What ends the name of an attribute.
pub const ENDS_ATTRIBUTE: u32 = 1 << 2;
/// What ends a value without quotes.
pub const ENDS_VALUE: u32 = 1 << 3;
/// Whatever may end a word within a name such as `boxRelated`: all but small letters and digits.
pub const ENDS_WORD: u32 = 1 << 4;
/// The first byte of a character that may not be visible, where the others have to be asked; control characters.
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
            // Control characters; U+0080 and on, U+1680, U+2000 and on, U+3000 and U+FEFF begin with the others.
            0..b' ' | 0x7f | 0xc2 | 0xe1 | 0xe2 | 0xe3 | 0xef => ENDS_WORD | UNCLEAR,
            _ => ENDS_WORD,
        };
        bytes[byte] = classes | ((byte as u8).to_ascii_lowercase() as u32) << 16;
        byte += 1;
    }
    bytes
};

/// Whether a byte is of one of these classes.
#[inline]
pub fn is(byte: u8, classes: u32) -> bool {
    BYTES[usize::from(byte)] & classes != 0
}

/// The byte in lower case, unless it is of one of these classes.
#[inline]
pub fn lower_unless(byte: u8, classes: u32) -> Option<u8> {
    let entry = BYTES[usize::from(byte)];
    (entry & classes == 0).then_some((entry >> 16) as u8)
}

/// The first place from `from` on whose byte is of one of these classes, or the end. Always inlined: most calls find one a few
/// bytes on, and being called costs as much.
#[inline(always)]
pub fn find(bytes: &[u8], from: usize, classes: u32) -> usize {
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

/// Whether an attribute's value has neither character references nor NUL characters. Values are short: eight bytes a turn, and less
/// than that without one.
pub fn is_literal(value: &[u8]) -> bool {
    let all_of_eight = |bytes: &[u8; 8]| {
        let bytes = u64::from_le_bytes(*bytes);
        zeros(bytes) | zeros(bytes ^ u64::from_le_bytes([b'&'; 8])) == 0
    };
    match (value.last_chunk::<8>(), value.first_chunk::<4>(), value.last_chunk::<4>()) {
        (Some(last), ..) => value.as_chunks().0.iter().all(all_of_eight) && all_of_eight(last),
        (_, Some([a, b, c, d]), Some([e, f, g, h])) => {
            all_of_eight(&[*a, *b, *c, *d, *e, *f, *g, *h])
        }
        _ => value.iter().all(|&byte| byte != b'&' && byte != 0),
    }
}

/// Not zero if one of the eight bytes is.
fn zeros(bytes: u64) -> u64 {
    bytes.wrapping_sub(0x0101_0101_0101_0101) & !bytes & 0x8080_8080_8080_8080
}

/// Whether all bytes are white space of ASCII.
#[inline]
pub fn is_blank(bytes: &[u8]) -> bool {
    // Most texts begin with something else.
    bytes.first().is_none_or(u8::is_ascii_whitespace) && is_blank_within(bytes)
}

/// The same sixteen bytes a turn: templates are indented.
#[inline(never)]
fn is_blank_within(bytes: &[u8]) -> bool {
    fn all<const N: usize>(bytes: &[u8; N]) -> bool {
        // Numbers, as the compiler looks at conditions one by one: neither the space nor tab to carriage return without 0x0b.
        let others = bytes.iter().fold(0, |others, &byte| {
            let is_no_control = u8::from(byte.wrapping_sub(b'\t') > 4) | u8::from(byte == 0x0b);
            others | u8::from(byte != b' ') & is_no_control
        });
        others == 0
    }
    match (bytes.last_chunk::<16>(), bytes.first_chunk::<8>(), bytes.last_chunk::<8>()) {
        (Some(last), ..) => bytes.as_chunks::<16>().0.iter().all(all) && all(last),
        (_, Some(first), Some(last)) => all(first) && all(last),
        _ => bytes.iter().all(u8::is_ascii_whitespace),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_and_blanks_are_told_apart_wherever_the_one_byte_stands() {
        for length in 0..40 {
            let (value, blank) = (vec![b'a'; length], b" \n\t\r\x0c".repeat(8)[..length].to_vec());
            assert!(is_literal(&value) && is_blank(&blank), "{length}");
            for at in 0..length {
                let with = |bytes: &[u8], byte: u8| {
                    let mut bytes = bytes.to_vec();
                    bytes[at] = byte;
                    bytes
                };
                assert!(!is_literal(&with(&value, b'&')) && !is_literal(&with(&value, 0)));
                assert!(
                    (0..=u8::MAX)
                        .all(|byte| is_blank(&with(&blank, byte)) == byte.is_ascii_whitespace())
                );
            }
        }
    }
}
