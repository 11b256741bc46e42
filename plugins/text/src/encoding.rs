//! Turns bytes of unknown origin into text.
//!
//! The order of belief: a byte order mark, UTF-8 that is valid and more than ASCII, a declared
//! label that the bytes do not contradict, UTF-32 and UTF-16 by the pattern of their zeros, nearly
//! valid UTF-8, windows-1258 by the tone marks of Vietnamese, and last what `chardetng`, the
//! detector of Firefox, takes the bytes for.

mod guess;

use std::borrow::Cow;

use encoding_rs::{Encoding, REPLACEMENT, UTF_8, UTF_16BE, UTF_16LE, X_USER_DEFINED};

use crate::compose;
use guess::{guess, sample, utf_32};

/// Bytes turned into text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded {
    /// The text, without a byte order mark, with letters and their combining marks composed (see
    /// [`compose()`]).
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

    /// What a document should say about its encoding, as names and values of attributes: nothing
    /// about UTF-8 that is valid, as nearly every text is.
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

/// Decodes bytes: by their byte order mark, else as UTF-8 if they are that and more than ASCII,
/// else as declared, else by what they look like.
///
/// `declared` is a label such as `utf-8` or `latin1`, from a header or a `<meta>` element. A label
/// that is unknown, or that the bytes contradict, counts as absent.
///
/// NUL bytes at the end are padding and dropped; any other NUL becomes U+FFFD, as in HTML. Other
/// control characters and all line ends stay as they are.
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

/// Whether nothing but invalid UTF-8 could speak against UTF-8. Nearly every input passes and is
/// then looked at only once.
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

/// What every encoding has in common once the characters are known.
fn finish(
    mut text: String,
    encoding: &'static str,
    mut lossy: bool,
    evidence: Evidence,
) -> Decoded {
    // A file put together from others carries their marks, at its beginning and where they were
    // joined.
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

/// So many characters of more than one byte are not valid UTF-8 by accident where a label says
/// something else.
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
        // A template that was moved to UTF-8 and kept its old label. In an encoding of one byte a
        // character nearly never looks like this; the pairs of bytes of Chinese and its like may.
        let least = if declared.is_single_byte() { 1 } else { TELLING_CHARACTERS };
        !bytes.is_ascii()
            && std::str::from_utf8(bytes).is_ok_and(|text| {
                text.chars().filter(|it| !it.is_ascii()).take(least).count() >= least
            })
    }
}

#[cfg(test)]
mod tests {
    use encoding_rs::{WINDOWS_1252, WINDOWS_1258};
    use proptest::prelude::*;
    use unicode_normalization::UnicodeNormalization as _;

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
