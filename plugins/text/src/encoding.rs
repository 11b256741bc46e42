//! Turns bytes of unknown origin into text.
//!
//! The order of belief: a byte order mark, UTF-8 that is valid and more than ASCII, a declared label that the bytes do not
//! contradict, UTF-32 and UTF-16 by the pattern of their zeros, nearly valid UTF-8, windows-1258 by the tone marks of Vietnamese, and
//! last what `chardetng`, the detector of Firefox, takes the bytes for.

use std::borrow::Cow;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, REPLACEMENT, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1258, X_USER_DEFINED};
use memchr::memchr2;
use unicode_normalization::UnicodeNormalization as _;

/// How many bytes a guess looks at. A guess that needs more would not get better.
const SAMPLE: usize = 64 * 1024;

/// The most marks taken together with the letter before them: as many as the Unicode stream-safe format allows. The bound
/// keeps a flood of marks, which NFC has to sort, linear.
const MAX_MARKS: usize = 30;

/// Bytes turned into text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded {
    /// The text, without a byte order mark, with letters and their combining marks composed (see [`compose`]).
    pub text: String,
    /// The name of the encoding as in the WHATWG Encoding Standard, such as `windows-1252`.
    pub encoding: &'static str,
    /// Whether some bytes had no meaning in this encoding and became U+FFFD.
    pub lossy: bool,
    /// What spoke for this encoding.
    pub evidence: Evidence,
}

impl Decoded {
    /// Whether the text may be another one than its author wrote.
    pub fn is_doubtful(&self) -> bool {
        self.lossy || self.evidence == Evidence::Resemblance
    }

    /// What a document should say about its encoding, as names and values of attributes: nothing about UTF-8 that is valid, as nearly
    /// every text is.
    pub fn attributes(&self) -> Vec<(&'static str, &'static str)> {
        if self.encoding == UTF_8.name() && !self.is_doubtful() {
            return Vec::new();
        }
        let mut attributes =
            vec![("encoding", self.encoding), ("encoding-source", self.evidence.name())];
        if self.is_doubtful() {
            attributes.push(("encoding-doubtful", "true"));
        }
        attributes
    }
}

/// What spoke for an encoding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Evidence {
    /// A byte order mark.
    Mark,
    /// A label that the bytes do not contradict.
    Label,
    /// The bytes themselves: they are valid UTF-8, or have the zeros of UTF-16.
    Content,
    /// The bytes resemble text in this encoding more than in others.
    Frequency,
    /// The same, and there are too few of them to be sure.
    Resemblance,
}

impl Evidence {
    fn name(self) -> &'static str {
        match self {
            Evidence::Mark => "mark",
            Evidence::Label => "declared",
            Evidence::Content => "content",
            Evidence::Frequency | Evidence::Resemblance => "guess",
        }
    }
}

/// Decodes bytes: by their byte order mark, else as UTF-8 if they are that and more than ASCII, else as declared, else by what they
/// look like.
///
/// `declared` is a label such as `utf-8` or `latin1`, from a header or a `<meta>` element. A label that is unknown, or that
/// the bytes contradict, counts as absent.
///
/// NUL bytes at the end are padding and dropped; any other NUL becomes U+FFFD, as in HTML. Other control characters and all
/// line ends stay as they are.
pub fn decode(bytes: &[u8], declared: Option<&str>) -> Decoded {
    if may_be_plain(bytes, declared)
        && let Ok(text) = std::str::from_utf8(bytes)
    {
        return finish(text.to_owned(), UTF_8.name(), false, Evidence::Content);
    }
    decode_by_choice(bytes, declared)
}

/// Like [`decode`], but a plain UTF-8 text keeps the buffer it came in and nothing is copied.
pub fn decode_owned(bytes: Vec<u8>, declared: Option<&str>) -> Decoded {
    if !may_be_plain(&bytes, declared) {
        return decode_by_choice(&bytes, declared);
    }
    match String::from_utf8(bytes) {
        Ok(text) => finish(text, UTF_8.name(), false, Evidence::Content),
        Err(error) => decode_by_choice(error.as_bytes(), declared),
    }
}

/// Whether nothing but invalid UTF-8 could speak against UTF-8. Nearly every input passes and is then looked at only once.
fn may_be_plain(bytes: &[u8], declared: Option<&str>) -> bool {
    let declared = declared.and_then(|label| Encoding::for_label(label.as_bytes()));
    declared.is_none_or(|encoding| encoding == UTF_8) && !sample(bytes).contains(&0)
}

fn decode_by_choice(bytes: &[u8], declared: Option<&str>) -> Decoded {
    if let Some((text, lossy, evidence)) = utf_32(bytes) {
        return finish(text, "UTF-32", lossy, evidence);
    }
    let (bytes, encoding, evidence) = choose(bytes, declared);
    let (text, lossy) = encoding.decode_without_bom_handling(bytes);
    finish(text.into_owned(), encoding.name(), lossy, evidence)
}

/// Composes every letter with the combining marks (U+0300 to U+036F) that follow it, as NFC does.
///
/// `e` + `◌̂` + `◌́` becomes `ế`, so that a word compares equal whether it was typed on a Mac, decoded from windows-1258, or
/// neither. A text without such marks, the usual case, is returned as it is after one look at its bytes.
pub fn compose(text: &str) -> Cow<'_, str> {
    // In UTF-8 every character from U+0300 to U+037F begins with one of these two bytes, and no other character has them.
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

/// What every encoding has in common once the characters are known.
fn finish(
    mut text: String,
    encoding: &'static str,
    mut lossy: bool,
    evidence: Evidence,
) -> Decoded {
    // A file put together from others carries their marks, at its beginning and where they were joined.
    if text.contains('\u{FEFF}') {
        text.retain(|it| it != '\u{FEFF}');
    }
    if text.as_bytes().contains(&0) {
        text.truncate(text.trim_end_matches('\0').len());
        if text.as_bytes().contains(&0) {
            text = text.replace('\0', "\u{FFFD}");
            lossy = true;
        }
    }
    if let Cow::Owned(composed) = compose(&text) {
        text = composed;
    }
    Decoded { text, encoding, lossy, evidence }
}

/// The encoding of the bytes, and the bytes without their byte order mark.
fn choose<'a>(bytes: &'a [u8], declared: Option<&str>) -> (&'a [u8], &'static Encoding, Evidence) {
    if let Some((encoding, length)) = Encoding::for_bom(bytes) {
        return (&bytes[length..], encoding, Evidence::Mark);
    }
    let declared = declared
        .and_then(|label| Encoding::for_label(label.as_bytes()))
        .filter(|encoding| !is_contradicted(encoding, bytes));
    match declared {
        Some(encoding) => (bytes, encoding, Evidence::Label),
        None => {
            let (encoding, evidence) = guess(bytes);
            (bytes, encoding, evidence)
        }
    }
}

/// So many characters of more than one byte are not valid UTF-8 by accident where a label says something else.
const TELLING_CHARACTERS: usize = 4;

/// Whether the bytes show that a label is wrong.
fn is_contradicted(declared: &'static Encoding, bytes: &[u8]) -> bool {
    if declared == UTF_8 {
        // One broken character does not make it another encoding; that is for `guess` to weigh.
        std::str::from_utf8(bytes).is_err()
    } else if declared == UTF_16LE || declared == UTF_16BE {
        // Whoever could read an ASCII `charset=utf-16` was not reading UTF-16.
        !sample(bytes).contains(&0) && std::str::from_utf8(bytes).is_ok()
    } else if declared == REPLACEMENT || declared == X_USER_DEFINED {
        // Neither stands for an encoding in which somebody wrote text.
        true
    } else {
        // A template that was moved to UTF-8 and kept its old label. In an encoding of one byte a character nearly never looks like
        // this; the pairs of bytes of Chinese and its like may.
        let least = if declared.is_single_byte() { 1 } else { TELLING_CHARACTERS };
        !bytes.is_ascii()
            && std::str::from_utf8(bytes).is_ok_and(|text| {
                text.chars().filter(|it| !it.is_ascii()).take(least).count() >= least
            })
    }
}

/// UTF-32, which the standard for the web has dropped and databases still export: by its mark, or by the zeros of every character.
fn utf_32(bytes: &[u8]) -> Option<(String, bool, Evidence)> {
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

fn sample(bytes: &[u8]) -> &[u8] {
    &bytes[..bytes.len().min(SAMPLE)]
}

/// How many bytes from the first that is not ASCII on a guess between legacy encodings looks at.
const LEGACY_SAMPLE: usize = 16 * 1024;

/// With fewer bytes that are not ASCII a guess between legacy encodings may as well be another one.
const FEW_BYTES: usize = 12;

fn guess(bytes: &[u8]) -> (&'static Encoding, Evidence) {
    // Before UTF-8, because ASCII written as UTF-16 is also valid UTF-8, with a NUL beside every letter.
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

/// UTF-16 shows itself by zeros on one side of its pairs: the high bytes of spaces, line ends and most Latin letters.
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
        // In other alphabets only spaces and digits have a zero, but nearly all letters share one high byte.
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

/// Whether bytes in a legacy encoding are Vietnamese in windows-1258 rather than anything in windows-1252.
///
/// The two differ in few places. Five of them are the tone marks of Vietnamese, which stand behind a vowel, whereas the
/// letters that windows-1252 has there (Ì ì Ò ò Þ) mostly stand behind consonants. French uses none of them.
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

#[cfg(test)]
mod tests {
    use encoding_rs::WINDOWS_1252;
    use proptest::prelude::*;

    use super::*;

    const FRENCH: &str =
        "L’État a dépensé 40 % de ses recettes – « déjà trop », dit-il à Hanoï, où l’œuvre naît.";
    const VIETNAMESE: &str =
        "Thủ tướng Phạm Minh Chính nhấn mạnh chuyển đổi số là động lực phát triển kinh tế, xã hội.";

    fn check(bytes: &[u8], declared: Option<&str>, text: &str, encoding: &str) {
        let decoded = decode(bytes, declared);
        assert_eq!((decoded.text.as_str(), decoded.encoding), (text, encoding));
        assert_eq!(decode_owned(bytes.to_vec(), declared), decoded);
    }

    fn utf_16(text: &str, bytes: impl Fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(bytes).collect()
    }

    /// Writes Vietnamese as Windows does: a letter with its hat or horn, then the tone as a mark.
    fn windows_1258(text: &str) -> Vec<u8> {
        let mut bytes = Vec::new();
        for letter in text.chars() {
            if let (encoded, _, false) = WINDOWS_1258.encode(letter.encode_utf8(&mut [0; 4])) {
                bytes.extend_from_slice(&encoded);
                continue;
            }
            let marks: Vec<char> = [letter].into_iter().nfd().collect();
            let (tones, shape): (Vec<char>, Vec<char>) = marks.iter().partition(|mark| {
                matches!(mark, '\u{300}' | '\u{301}' | '\u{303}' | '\u{309}' | '\u{323}')
            });
            let written: String = shape.into_iter().nfc().chain(tones).collect();
            let (encoded, _, unmappable) = WINDOWS_1258.encode(&written);
            assert!(!unmappable, "{letter}");
            bytes.extend_from_slice(&encoded);
        }
        bytes
    }

    #[test]
    fn valid_utf_8_needs_no_label_and_no_mark() {
        for text in ["", "plain\r\ntext\t\x0c", FRENCH, VIETNAMESE, "越南通讯社"] {
            check(text.as_bytes(), None, text, "UTF-8");
            check(text.as_bytes(), Some("utf8"), text, "UTF-8");
            check(format!("\u{FEFF}{text}").as_bytes(), None, text, "UTF-8");
        }
    }

    #[test]
    fn a_byte_order_mark_outweighs_a_label() {
        let text = "Hà Nội – 2025";
        check(format!("\u{FEFF}{text}").as_bytes(), Some("windows-1252"), text, "UTF-8");
        let marked = format!("\u{FEFF}{text}");
        check(&utf_16(&marked, u16::to_le_bytes), Some("utf-8"), text, "UTF-16LE");
        check(&utf_16(&marked, u16::to_be_bytes), None, text, "UTF-16BE");
    }

    #[test]
    fn utf_16_is_known_by_its_zeros() {
        for text in [FRENCH, VIETNAMESE, "ok", "Привет, мир, как дела у вас?"] {
            check(&utf_16(text, u16::to_le_bytes), None, text, "UTF-16LE");
            check(&utf_16(text, u16::to_be_bytes), None, text, "UTF-16BE");
        }
    }

    #[test]
    fn a_few_nuls_do_not_make_utf_16() {
        let decoded = decode(b"usr/bin\0usr/lib64\0etc/hosts\0\0\0\0", None);
        assert_eq!(decoded.text, "usr/bin\u{FFFD}usr/lib64\u{FFFD}etc/hosts");
        assert_eq!((decoded.encoding, decoded.lossy), ("UTF-8", true));
        assert_eq!(decode(b"padded\0\0\0", None).text, "padded");
        assert_eq!(decode(&[0; 64], None).text, "");
    }

    #[test]
    fn a_declared_label_is_believed() {
        check(b"\xC0\xE9", Some("ISO-8859-1"), "Àé", "windows-1252");
        check(b"\xEF\xF0\xE8\xE2\xE5\xF2", Some(" windows-1251 "), "привет", "windows-1251");
    }

    #[test]
    fn a_label_that_the_bytes_contradict_is_not_believed() {
        let (french, ..) = WINDOWS_1252.encode(FRENCH);
        check(&french, Some("utf-8"), FRENCH, "windows-1252");
        check("voilà".as_bytes(), Some("utf-16"), "voilà", "UTF-8");
        check("voilà".as_bytes(), Some("no-such-label"), "voilà", "UTF-8");
        check("voilà".as_bytes(), Some("hz-gb-2312"), "voilà", "UTF-8");
        check("voilà".as_bytes(), Some("iso-8859-1"), "voilà", "UTF-8");
        check("Việt".as_bytes(), Some("windows-1252"), "Việt", "UTF-8");
    }

    #[test]
    fn utf_32_is_known_by_its_mark_or_its_zeros() {
        let wide = |text: &str, bytes: fn(u32) -> [u8; 4]| -> Vec<u8> {
            text.chars().flat_map(|it| bytes(u32::from(it))).collect()
        };
        for text in [FRENCH, VIETNAMESE, "越南通讯社 abc"] {
            for bytes in [u32::to_le_bytes, u32::to_be_bytes] {
                check(&wide(&format!("\u{FEFF}{text}"), bytes), None, text, "UTF-32");
            }
        }
        check(&wide(FRENCH, u32::to_le_bytes), None, FRENCH, "UTF-32");
        check(&wide(FRENCH, u32::to_be_bytes), None, FRENCH, "UTF-32");
    }

    #[test]
    fn legacy_encodings_are_told_apart_without_a_label() {
        for (label, text) in [
            (
                "windows-1251",
                "Порт открылся во вторник после замены двух кранов, которые мешали причалу.",
            ),
            (
                "koi8-r",
                "Порт открылся во вторник после замены двух кранов, которые мешали причалу.",
            ),
            ("windows-1253", "Το λιμάνι άνοιξε ξανά την Τρίτη μετά την αντικατάσταση των γερανών."),
            (
                "windows-1254",
                "Liman salı günü yeniden açıldı, çünkü iki vinç değiştirildi ve iş başladı.",
            ),
            (
                "windows-1250",
                "Přístav byl v úterý znovu otevřen poté, co byly vyměněny dva jeřáby u nábřeží.",
            ),
            ("shift_jis", "港は火曜日に再開された。二基のクレーンが交換されたためである。"),
            ("euc-jp", "港は火曜日に再開された。二基のクレーンが交換されたためである。"),
            ("gb18030", "港口于星期二重新开放，此前两台起重机已被更换。"),
            ("big5", "港口於星期二重新開放，此前兩台起重機已被更換。"),
            ("euc-kr", "항구는 화요일에 다시 문을 열었다. 두 대의 크레인이 교체되었기 때문이다."),
        ] {
            let encoding = Encoding::for_label(label.as_bytes()).unwrap();
            let (bytes, _, unmappable) = encoding.encode(text);
            assert!(!unmappable, "{label}");
            let decoded = decode(&bytes, None);
            assert_eq!(decoded.text, text, "{label} was taken for {}", decoded.encoding);
            // A long beginning in ASCII changes nothing.
            let long = [b"plain text. ".repeat(10_000).as_slice(), &bytes].concat();
            assert!(decode(&long, None).text.ends_with(text), "{label}");
        }
    }

    #[test]
    fn marks_between_joined_files_are_no_text() {
        check("un\u{FEFF}deux".as_bytes(), None, "undeux", "UTF-8");
    }

    #[test]
    fn french_in_windows_1252_is_recognised() {
        let (french, ..) = WINDOWS_1252.encode(FRENCH);
        check(&french, None, FRENCH, "windows-1252");
        check(b"caf\xE9", None, "café", "windows-1252");
    }

    #[test]
    fn vietnamese_in_windows_1258_is_recognised_and_composed() {
        check(&windows_1258(VIETNAMESE), None, VIETNAMESE, "windows-1258");
        check(&windows_1258(VIETNAMESE), Some("windows-1258"), VIETNAMESE, "windows-1258");
        check(&windows_1258("Việt Nam"), None, "Việt Nam", "windows-1258");
        check(&windows_1258("ẬẶỆỘỢỰ ậặệộợự"), None, "ẬẶỆỘỢỰ ậặệộợự", "windows-1258");
    }

    #[test]
    fn other_western_languages_are_not_taken_for_vietnamese() {
        for text in [
            "Però così non può andare, perciò lunedì ciò che si può fare più",
            "Não há opções: as ações serão, então, de todas as nações e dos irmãos.",
            "Það er gott að búa í Reykjavík, sagði Þórður við þig ýtarlega.",
            "El señor llegó mañana; ¿qué pasó?",
        ] {
            let (bytes, ..) = WINDOWS_1252.encode(text);
            check(&bytes, None, text, "windows-1252");
        }
    }

    #[test]
    fn a_few_broken_characters_leave_utf_8_what_it_is() {
        let mut bytes = FRENCH.as_bytes().to_vec();
        bytes.push(0xC3);
        let decoded = decode(&bytes, None);
        assert_eq!((decoded.encoding, decoded.lossy), ("UTF-8", true));
        assert_eq!(decoded.text, format!("{FRENCH}\u{FFFD}"));
        assert_eq!(decode_owned(bytes, Some("utf-8")), decoded);
    }

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

    proptest! {
        #[test]
        fn no_bytes_make_decode_panic(bytes: Vec<u8>, label in "(utf-8|utf-16|windows-1258|shift_jis|x-user-defined|.{0,9})?") {
            let decoded = decode(&bytes, Some(&label));
            prop_assert!(!decoded.text.contains('\0'));
            prop_assert_eq!(decode_owned(bytes.clone(), Some(&label)), decoded);
            decode(&bytes, None);
        }

        #[test]
        fn every_text_in_utf_8_survives(text in "[^\0\u{FEFF}\u{300}-\u{36F}]*") {
            let decoded = decode(text.as_bytes(), None);
            prop_assert_eq!((decoded.text, decoded.lossy), (text, false));
        }
    }
}
