//! Tells text from other bytes, and reads its beginning whatever its encoding.

use std::borrow::Cow;

/// How much of a text is looked at, in bytes.
const BEGINNING: usize = 16 * 1024;

/// The beginning of a text in an encoding that extends ASCII, without its byte order mark; `None`
/// if the bytes are no text.
///
/// Text has hardly any control characters, and no NUL but as padding at its end, or a stray one
/// among a hundred others: files are cut out of records of fixed length, or survived an accident.
/// UTF-16 and UTF-32 are known by their mark or, UTF-16, by where it has zeros.
pub fn of(start: &[u8]) -> Option<Cow<'_, [u8]>> {
    let start = &start[..start.len().min(BEGINNING)];
    if let Some(rest) = start.strip_prefix(b"\xef\xbb\xbf") {
        return is_text(rest).then_some(Cow::Borrowed(rest));
    }
    let wide = match start {
        [0xff, 0xfe, 0, 0, rest @ ..] => Some(utf_32(rest, u32::from_le_bytes)),
        [0, 0, 0xfe, 0xff, rest @ ..] => Some(utf_32(rest, u32::from_be_bytes)),
        [0xff, 0xfe, rest @ ..] => Some(utf_16(rest, u16::from_le_bytes)),
        [0xfe, 0xff, rest @ ..] => Some(utf_16(rest, u16::from_be_bytes)),
        _ => None,
    };
    if let Some(text) = wide {
        return has_few_oddities(&text).then(|| Cow::Owned(text.into_bytes()));
    }
    if let Some(text) = utf_16_without_mark(start) {
        return has_few_oddities(&text).then(|| Cow::Owned(text.into_bytes()));
    }
    is_text(start).then_some(Cow::Borrowed(start))
}

fn utf_16(bytes: &[u8], unit: impl Fn([u8; 2]) -> u16) -> String {
    let units = bytes.as_chunks().0.iter().map(|pair| unit(*pair));
    char::decode_utf16(units).map(|it| it.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}

fn utf_32(bytes: &[u8], unit: impl Fn([u8; 4]) -> u32) -> String {
    let units = bytes.as_chunks().0.iter().map(|four| unit(*four));
    units.map(|it| char::from_u32(it).unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}

/// UTF-16 has zeros on one side of its pairs: the high bytes of spaces, line ends and Latin
/// letters. In other alphabets nearly all letters share one high byte.
fn utf_16_without_mark(start: &[u8]) -> Option<String> {
    if !start.contains(&0) {
        return None;
    }
    let (mut first, mut second) = ([0_usize; 256], [0_usize; 256]);
    let mut pairs = 0;
    for &[a, b] in start.as_chunks().0.iter().filter(|pair| **pair != [0, 0]) {
        pairs += 1;
        first[usize::from(a)] += 1;
        second[usize::from(b)] += 1;
    }
    let is_high = |side: &[usize; 256], other: &[usize; 256]| {
        let zeros = side[0];
        let alphabet = side[1..].iter().copied().max().unwrap_or(0);
        zeros > 1
            && other[0] * 8 <= zeros
            && (zeros * 4 >= pairs || (zeros * 12 >= pairs && (zeros + alphabet) * 4 >= pairs * 3))
    };
    if is_high(&second, &first) {
        Some(utf_16(start, u16::from_le_bytes))
    } else if is_high(&first, &second) {
        Some(utf_16(start, u16::from_be_bytes))
    } else {
        None
    }
}

/// Whether what was read as wide characters is text: numbers of 16 bits look like odd characters.
fn has_few_oddities(text: &str) -> bool {
    let text = text.trim_end_matches('\0');
    let is_odd = |it: char| {
        (it.is_control() && !matches!(it, '\t' | '\n' | '\r' | '\x0c'))
            || matches!(it, char::REPLACEMENT_CHARACTER | '\u{e000}'..='\u{f8ff}' | '\u{fff0}'..='\u{ffff}')
    };
    let (mut odd, mut all) = (0, 0_usize);
    for it in text.chars() {
        all += 1;
        odd += usize::from(is_odd(it));
    }
    // What is cut in the middle of a pair ends with one, however short it is.
    odd * 20 <= all + 20 && odd * 2 <= all
}

fn is_text(start: &[u8]) -> bool {
    let padding = start.iter().rev().take_while(|byte| **byte == 0).count();
    let text = &start[..start.len() - padding];
    let (mut nuls, mut controls) = (0, 0);
    for byte in text {
        match byte {
            0 => nuls += 1,
            b'\t' | b'\n' | b'\r' | b'\x0b' | b'\x0c' | b'\x1b' => {}
            byte if byte.is_ascii_control() => controls += 1,
            _ => {}
        }
    }
    match nuls {
        0 => controls * 50 <= text.len() && (padding == 0 || !text.is_empty()),
        // Whoever begins with one, or has other oddities besides, is no text with an accident.
        _ => nuls * 100 <= text.len() && controls * 200 <= text.len() && text[0] != 0,
    }
}
