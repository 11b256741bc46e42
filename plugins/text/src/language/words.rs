//! Which languages a word, its ending or one of its letters belongs to, looked up in lists that are
//! data.

use crate::lists::{Row, count, is_same, rows};

/// Bit of a language in the masks below, and its index in [`CODES`].
pub type Mask = u16;

pub const FR: Mask = 1;
pub const EN: Mask = 1 << 1;
pub const VI: Mask = 1 << 2;
pub const ES: Mask = 1 << 3;
pub const PT: Mask = 1 << 4;
pub const IT: Mask = 1 << 5;
pub const DE: Mask = 1 << 6;
pub const NL: Mask = 1 << 7;
pub const CA: Mask = 1 << 8;
pub const RO: Mask = 1 << 9;
/// Danish, Norwegian and Swedish: too close to each other to be named, and to English and Dutch to
/// be left out. Also what is written with letters that none of the others has.
pub const SC: Mask = 1 << 11;

pub const CODES: [&str; 12] =
    ["fr", "en", "vi", "es", "pt", "it", "de", "nl", "ca", "ro", "la", UNNAMED];

/// Stands for a language that is known only for not being one of the others.
pub const UNNAMED: &str = "";

/// The longest word in the lists, in bytes.
const LONGEST: usize = 8;

/// Latin letters, and the combining marks that a text may have left on them.
pub fn is_latin(character: char) -> bool {
    character.is_ascii_alphabetic()
        || (matches!(character, '\u{C0}'..='\u{24F}' | '\u{300}'..='\u{36F}' | '\u{1E00}'..='\u{1EFF}')
            && !matches!(character, '×' | '÷'))
}

/// The lower-case letter; the few that become two letters stay as they are.
pub fn lower_case(character: char) -> char {
    match character {
        '\0'..='\x7f' => return character.to_ascii_lowercase(),
        // The letters of the languages told apart here need no look into a table of all letters.
        'ß'..='ÿ' => return character,
        'À'..='Þ' if character != '×' => return char::from(character as u8 + 0x20),
        'Ạ'..='\u{1eff}' => return char::from_u32(character as u32 | 1).unwrap_or(character),
        _ => {}
    }
    let mut lower = character.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some(only), None) => only,
        _ => character,
    }
}

/// Letters that only Vietnamese has. Yoruba and Igbo share the plain ones with a dot below.
pub fn is_vietnamese_only(lower: char) -> bool {
    matches!(lower, 'ơ' | 'ư' | '\u{1EA1}'..='\u{1EF9}')
        && !matches!(lower, 'ẹ' | 'ẽ' | 'ị' | 'ọ' | 'ụ' | 'ỵ')
}

/// The languages in whose ordinary words a letter occurs.
pub fn languages_with(lower: char) -> Mask {
    match lower {
        'é' => FR | ES | PT | IT | CA | VI | NL,
        'è' => FR | IT | CA | VI,
        'à' => FR | PT | IT | CA | VI,
        'ê' => FR | PT | VI,
        'â' => FR | PT | RO | VI,
        'î' => FR | RO,
        'ô' => FR | PT | VI,
        'û' | 'œ' | 'ÿ' => FR,
        'æ' => FR | SC,
        'ù' => FR | IT | VI,
        'ë' => FR | NL,
        'ï' => FR | CA | NL,
        'ç' => FR | PT | CA,
        'ü' => DE | ES | CA,
        'ö' | 'ä' => DE | SC,
        'ß' => DE,
        'å' | 'ø' => SC,
        'ñ' => ES,
        'á' | 'í' | 'ú' | 'ó' => ES | PT | CA | VI,
        'ã' | 'õ' => PT | VI,
        'ò' => IT | CA | VI,
        'ì' => IT | VI,
        'ă' => RO | VI,
        'ș' | 'ț' | 'ş' | 'ţ' => RO,
        'đ' | 'ý' | 'ĩ' | 'ũ' => VI,
        // Vietnamese, but also Yoruba and Igbo; and marks that stand alone.
        'ẹ' | 'ẽ' | 'ị' | 'ọ' | 'ụ' | 'ỵ' | '\u{300}'..='\u{36F}' => !0,
        _ if is_vietnamese_only(lower) => VI,
        _ => 0,
    }
}

/// A word of up to eight bytes as a number, so that looking it up compares numbers. Numbers are in
/// the order of the words.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct Key {
    word: u64,
    length: usize,
    /// The last four bytes.
    pub tail: u32,
}

impl Key {
    pub const fn of(word: &str) -> Key {
        let mut key = Key { word: 0, length: 0, tail: 0 };
        let mut index = 0;
        while index < word.len() {
            key.push_byte(word.as_bytes()[index]);
            index += 1;
        }
        key
    }

    pub fn push(&mut self, letter: char) {
        if letter.is_ascii() {
            return self.push_byte(letter as u8);
        }
        for &byte in letter.encode_utf8(&mut [0; 4]).as_bytes() {
            self.push_byte(byte);
        }
    }

    const fn push_byte(&mut self, byte: u8) {
        if self.length < LONGEST {
            self.word |= (byte as u64) << (56 - 8 * self.length);
        }
        self.length += 1;
        self.tail = self.tail << 8 | byte as u32;
    }

    /// Whether the word is a syllable of Vietnamese without marks, and if so, whether that is
    /// telling.
    pub fn bare_syllable(self) -> Option<bool> {
        if self.length > LONGEST {
            return None;
        }
        let [first, second, third, ..] = self.word.to_be_bytes();
        let (initial, is_rare_initial) = match (first, second) {
            (b'n', b'g') => (2 + u32::from(third == b'h'), true),
            (b'k' | b'n' | b'p' | b't', b'h') | (b'g', b'i') | (b't', b'r') => (2, true),
            (b'c' | b'g', b'h') | (b'q', b'u') => (2, false),
            (b'x', _) => (1, true),
            (b'b' | b'c' | b'd' | b'g' | b'h' | b'k' | b'l' | b'm', _) => (1, false),
            (b'n' | b'p' | b'r' | b's' | b't' | b'v', _) => (1, false),
            _ => (0, false),
        };
        let rest = self.word << (8 * initial);
        let is_vowel = |byte: &u8| matches!(byte, b'a' | b'e' | b'i' | b'o' | b'u' | b'y');
        let [v1, v2, v3, v4, ..] = rest.to_be_bytes();
        let vowels = match [v1, v2, v3, v4].each_ref().map(is_vowel) {
            [true, false, ..] => 1,
            [true, true, false, _] => 2,
            [true, true, true, false] => 3,
            _ => return None,
        };
        let final_ = rest << (8 * vowels);
        let nucleus = rest ^ (final_ >> (8 * vowels));
        let is_telling = is_rare_initial
            || final_ == left("nh")
            || vowels > 1 && final_ == left("ng")
            || TELLING_NUCLEI.contains(&nucleus);
        FINALS.contains(&final_).then_some(is_telling)
    }
}

/// Letters as [`Key::word`] has them.
const fn left(letters: &str) -> u64 {
    Key::of(letters).word
}

/// What a syllable of Vietnamese ends with.
const FINALS: [u64; 9] = [
    left(""),
    left("c"),
    left("ch"),
    left("m"),
    left("n"),
    left("ng"),
    left("nh"),
    left("p"),
    left("t"),
];
/// Vowels that seldom meet elsewhere.
const TELLING_NUCLEI: [u64; 13] = [
    left("uo"),
    left("uoi"),
    left("uou"),
    left("ieu"),
    left("yeu"),
    left("uye"),
    left("uy"),
    left("uu"),
    left("ye"),
    left("oai"),
    left("uay"),
    left("oa"),
    left("ie"),
];

/// Function words, and some that headlines begin with.
const WORD_LIST: &str = include_str!("words.tsv");
/// How words end that are too many for [`WORD_LIST`]; for words of at least [`LONG`] letters.
const ENDING_LIST: &str = include_str!("endings.tsv");
/// The words that lose a vowel before an apostrophe.
const ELISION_LIST: &str = include_str!("elisions.tsv");

/// From so many letters on, a word shows its language by its ending.
pub const LONG: u32 = 6;

pub fn languages_of_word(word: Key) -> Mask {
    if word.length > LONGEST { 0 } else { WORDS.get(word.word) }
}

pub fn languages_of_ending(tail: u32) -> Mask {
    // Endings have three or four bytes, and the others of a tail are none of theirs.
    match ENDINGS.get(tail.into()) {
        0 => ENDINGS.get((tail & 0xff_ffff).into()),
        languages => languages,
    }
}

pub fn languages_of_elision(word: Key) -> Mask {
    if word.length > LONGEST { 0 } else { ELISIONS.get(word.word) }
}

static WORDS: Index<{ count(WORD_LIST) }, 4096> = {
    let rows: [Row; count(WORD_LIST)] = rows(WORD_LIST);
    let (mut keys, mut languages) = ([0; count(WORD_LIST)], [0; count(WORD_LIST)]);
    let mut index = 0;
    while index < rows.len() {
        assert!(rows[index].key.len() <= LONGEST, "a word is too long");
        keys[index] = Key::of(rows[index].key).word;
        languages[index] = mask_of(rows[index].value);
        index += 1;
    }
    Index::of(keys, languages)
};

static ENDINGS: Index<{ count(ENDING_LIST) }, 128> = {
    let rows: [Row; count(ENDING_LIST)] = rows(ENDING_LIST);
    let (mut keys, mut languages) = ([0; count(ENDING_LIST)], [0; count(ENDING_LIST)]);
    let mut index = 0;
    while index < rows.len() {
        let length = rows[index].key.len();
        assert!(length == 3 || length == 4, "an ending of another length");
        keys[index] = Key::of(rows[index].key).tail as u64;
        languages[index] = mask_of(rows[index].value);
        index += 1;
    }
    Index::of(keys, languages)
};

static ELISIONS: Index<{ count(ELISION_LIST) }, 64> = {
    let rows: [Row; count(ELISION_LIST)] = rows(ELISION_LIST);
    let (mut keys, mut languages) = ([0; count(ELISION_LIST)], [0; count(ELISION_LIST)]);
    let mut index = 0;
    while index < rows.len() {
        keys[index] = Key::of(rows[index].key).word;
        languages[index] = mask_of(rows[index].value);
        index += 1;
    }
    Index::of(keys, languages)
};

/// The languages of a column of codes with a space between each two; `-` is the one that is not
/// named.
const fn mask_of(column: &'static str) -> Mask {
    let (mut mask, mut rest) = (0, column);
    while !rest.is_empty() {
        let mut end = 0;
        while end < rest.len() && rest.as_bytes()[end] != b' ' {
            end += 1;
        }
        let code = rest.split_at(end).0;
        let mut index = 0;
        while index < CODES.len()
            && !is_same(if is_same(code, "-") { UNNAMED } else { code }, CODES[index])
        {
            index += 1;
        }
        assert!(index < CODES.len(), "a language without a code");
        mask |= 1 << index;
        rest = rest.split_at(if end < rest.len() { end + 1 } else { end }).1;
    }
    assert!(mask != 0, "a word without a language");
    mask
}

/// Finds the languages of one of `KEYS` numbers, none of which is 0, with one or two looks where a
/// search would need ten. Made by the compiler.
struct Index<const KEYS: usize, const SLOTS: usize> {
    keys: [u64; KEYS],
    languages: [Mask; KEYS],
    /// One more than the place of the key, or 0. `SLOTS` is a power of two and twice the number of
    /// keys at least, so that chains are short; being small they are what stays near the processor.
    slots: [u16; SLOTS],
}

impl<const KEYS: usize, const SLOTS: usize> Index<KEYS, SLOTS> {
    const fn of(keys: [u64; KEYS], languages: [Mask; KEYS]) -> Self {
        assert!(SLOTS.is_power_of_two() && SLOTS >= 2 * KEYS && KEYS < u16::MAX as usize);
        let mut slots = [0; SLOTS];
        let mut index = 0;
        while index < KEYS {
            let mut slot = Self::slot(keys[index]);
            while slots[slot] != 0 {
                assert!(keys[slots[slot] as usize - 1] != keys[index], "a key is given twice");
                slot = (slot + 1) % SLOTS;
            }
            slots[slot] = index as u16 + 1;
            index += 1;
        }
        Index { keys, languages, slots }
    }

    /// The languages of a key; none if it is not among them.
    fn get(&self, key: u64) -> Mask {
        let mut slot = Self::slot(key);
        loop {
            let Some(index) = usize::from(self.slots[slot]).checked_sub(1) else { return 0 };
            if self.keys[index] == key {
                return self.languages[index];
            }
            slot = (slot + 1) % SLOTS;
        }
    }

    const fn slot(key: u64) -> usize {
        // The highest bits of a product depend on all bits of the key; the factor is that of
        // Fibonacci hashing.
        (key.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (64 - SLOTS.ilog2())) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_of_words_is_in_order() {
        let words: [Row; count(WORD_LIST)] = rows(WORD_LIST);
        assert!(words.is_sorted_by(|a, b| a.key.as_bytes() < b.key.as_bytes()));
    }

    #[test]
    fn letters_become_small_ones_as_unicode_says() {
        for character in (0..=0x10_ffff).filter_map(char::from_u32) {
            let lower = character.to_lowercase().to_string();
            let single = lower.chars().count() == 1;
            let expected = if single { lower } else { character.to_string() };
            assert_eq!(lower_case(character).to_string(), expected);
        }
    }

    #[test]
    fn words_and_endings_are_found_and_others_are_not() {
        for Row { key, value } in rows::<{ count(WORD_LIST) }>(WORD_LIST) {
            assert_eq!(languages_of_word(Key::of(key)), mask_of(value), "{key}");
        }
        for Row { key, value } in rows::<{ count(ENDING_LIST) }>(ENDING_LIST) {
            let tail = Key::of(&format!("xyz{key}")).tail;
            assert_eq!(languages_of_ending(tail), mask_of(value), "{key}");
        }
        assert_eq!(languages_of_elision(Key::of("qu")), FR);
        assert_eq!(languages_of_word(Key::of("qqq")), 0);
        assert_eq!(languages_of_ending(Key::of("qqqqqq").tail), 0);
    }

    #[test]
    fn syllables_of_vietnamese_without_marks_are_known_by_their_make() {
        let of = |word: &str| Key::of(word).bare_syllable();
        for telling in ["nghien", "nguoi", "tre", "kinh", "xa", "giao", "luong", "chuyen"] {
            assert_eq!(of(telling), Some(true), "{telling}");
        }
        for plain in ["la", "cong", "mot", "cac", "ap", "quan"] {
            assert_eq!(of(plain), Some(false), "{plain}");
        }
        for other in ["", "n", "strong", "ministre", "des", "aux", "eaux", "beaux", "tqh"] {
            assert_eq!(of(other), None, "{other}");
        }
    }
}
