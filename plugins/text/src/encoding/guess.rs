//! What bytes without a label look like.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1258};

use super::Evidence;

/// How many bytes a guess looks at. A guess that needs more would not get better.
const SAMPLE: usize = 64 * 1024;

/// UTF-32, which the standard for the web has dropped and databases still export: by its mark, or
/// by the zeros of every character.
pub(super) fn utf_32(bytes: &[u8]) -> Option<(String, bool, Evidence)> {
    /// So many characters without a mark are no accident.
    const LEAST: usize = 4;
    let (is_little, has_mark) = match bytes {
        [0xff, 0xfe, 0, 0, ..] => (true, true),
        [0, 0, 0xfe, 0xff, ..] => (false, true),
        [a, 0, 0, 0, ..] if *a != 0 => (true, false),
        [0, 0, 0, d, ..] if *d != 0 => (false, false),
        _ => return None,
    };
    let read = |four: &[u8; 4]| {
        char::from_u32(if is_little {
            u32::from_le_bytes(*four)
        } else {
            u32::from_be_bytes(*four)
        })
    };
    let (fours, rest) = bytes.as_chunks::<4>();
    let is_text = |four: &[u8; 4]| read(four).is_some_and(|it| it != '\0');
    let looked_at = &fours[..fours.len().min(SAMPLE / 4)];
    if !has_mark && (fours.len() < LEAST || !looked_at.iter().all(is_text)) {
        return None;
    }
    let lossy = !rest.is_empty() || fours.iter().any(|four| read(four).is_none());
    let text = fours.iter().map(|four| read(four).unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
    Some((text, lossy, if has_mark { Evidence::Mark } else { Evidence::Content }))
}

pub(super) fn sample(bytes: &[u8]) -> &[u8] {
    &bytes[..bytes.len().min(SAMPLE)]
}

/// How many bytes from the first that is not ASCII on a guess between legacy encodings looks at.
const LEGACY_SAMPLE: usize = 16 * 1024;

/// With fewer bytes that are not ASCII a guess between legacy encodings may as well be another one.
const FEW_BYTES: usize = 12;

pub(super) fn guess(bytes: &[u8]) -> (&'static Encoding, Evidence) {
    // Before UTF-8, because ASCII written as UTF-16 is also valid UTF-8, with a NUL beside every
    // letter.
    if let Some(encoding) = utf_16_without_mark(bytes) {
        return (encoding, Evidence::Content);
    }
    if std::str::from_utf8(bytes).is_ok() {
        return (UTF_8, Evidence::Content);
    }
    // A long beginning in ASCII tells nothing about what comes.
    let first = bytes.iter().position(|byte| !byte.is_ascii()).unwrap_or(0);
    let telling = &bytes[first.saturating_sub(64)..];
    if is_nearly_utf_8(sample(telling)) {
        return (UTF_8, Evidence::Frequency);
    }
    let telling = &telling[..telling.len().min(LEGACY_SAMPLE)];
    if is_vietnamese(telling) {
        return (WINDOWS_1258, Evidence::Frequency);
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(telling, telling.len() + first.saturating_sub(64) >= bytes.len());
    let encoding = detector.guess(None, Utf8Detection::Deny);
    let telling = telling.iter().filter(|byte| !byte.is_ascii()).count();
    (encoding, if telling < FEW_BYTES { Evidence::Resemblance } else { Evidence::Frequency })
}

/// UTF-16 shows itself by zeros on one side of its pairs: the high bytes of spaces, line ends and
/// most Latin letters.
fn utf_16_without_mark(bytes: &[u8]) -> Option<&'static Encoding> {
    let sample = sample(bytes);
    if !sample.contains(&0) {
        return None;
    }
    let (mut first, mut second) = ([0_usize; 256], [0_usize; 256]);
    let mut pairs = 0;
    for pair in sample.chunks_exact(2) {
        // Pairs of zeros are padding and speak for nobody.
        if let &[a, b] = pair
            && (a, b) != (0, 0)
        {
            pairs += 1;
            first[usize::from(a)] += 1;
            second[usize::from(b)] += 1;
        }
    }
    let is_high = |side: &[usize; 256], other: &[usize; 256]| {
        let zeros = side[0];
        // In other alphabets only spaces and digits have a zero, but nearly all letters share one
        // high byte.
        let alphabet = side[1..].iter().copied().max().unwrap_or(0);
        zeros > 1
            && other[0] * 8 <= zeros
            && (zeros * 4 >= pairs || (zeros * 12 >= pairs && (zeros + alphabet) * 4 >= pairs * 3))
    };
    if is_high(&second, &first) {
        Some(UTF_16LE)
    } else if is_high(&first, &second) {
        Some(UTF_16BE)
    } else {
        None
    }
}

/// Whether the bytes are UTF-8 with a few accidents, rather than a legacy encoding.
///
/// In a legacy encoding, nearly every letter with a diacritic is an error of UTF-8.
fn is_nearly_utf_8(sample: &[u8]) -> bool {
    let (mut good, mut bad) = (0_usize, 0_usize);
    let mut position = 0;
    for chunk in sample.utf8_chunks() {
        good += chunk.valid().bytes().filter(|&byte| byte >= 0xC0).count();
        position += chunk.valid().len() + chunk.invalid().len();
        // A character cut off by the end of the file or of the sample is nobody's mistake.
        let is_cut_off = position == sample.len()
            && std::str::from_utf8(chunk.invalid()).is_err_and(|error| error.error_len().is_none());
        bad += usize::from(!chunk.invalid().is_empty() && !is_cut_off);
    }
    good > 0 && good >= bad * 4
}

/// Whether bytes in a legacy encoding are Vietnamese in windows-1258 rather than anything in
/// windows-1252.
///
/// The two differ in few places. Five of them are the tone marks of Vietnamese, which stand behind
/// a vowel, whereas the letters that windows-1252 has there (Ì ì Ò ò Þ) mostly stand behind
/// consonants. French uses none of them.
fn is_vietnamese(sample: &[u8]) -> bool {
    let (mut plain, mut certain, mut misplaced) = (0_usize, 0_usize, 0_usize);
    let mut kinds = 0_u8;
    let mut previous = 0_u8;
    for &byte in sample {
        let tone = match byte {
            0xCC => 1,  // grave
            0xEC => 2,  // acute
            0xD2 => 4,  // hook above
            0xDE => 8,  // tilde
            0xF2 => 16, // dot below
            _ => 0,
        };
        if tone != 0 {
            match previous {
                b'a' | b'e' | b'i' | b'o' | b'u' | b'y' | b'A' | b'E' | b'I' | b'O' | b'U'
                | b'Y' => {
                    plain += 1;
                    kinds |= tone;
                }
                // Â â Ă ă Ê ê Ô ô Ơ ơ Ư ư: no other language puts a second mark on these.
                0xC2 | 0xE2 | 0xC3 | 0xE3 | 0xCA | 0xEA | 0xD4 | 0xF4 | 0xD5 | 0xF5 | 0xDD
                | 0xFD => certain += 1,
                _ => misplaced += 1,
            }
        } else if byte == 0xF5 && previous == 0xFD {
            // `ươ`, in windows-1252 the impossible `ýõ`.
            certain += 1;
        }
        previous = byte;
    }
    // Italian `può`, `ciò` put one kind of mark behind a vowel, never two.
    let evidence = certain * 3 + if kinds.count_ones() > 1 { plain } else { 0 };
    evidence >= 3 && misplaced * 4 <= plain + certain
}
