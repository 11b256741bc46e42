//! Tells in which language a text is written, by its function words and its letters.
//!
//! Articles, prepositions and pronouns make up nearly half of any running text, and they are the first thing a short text
//! has. Counting them against a constant table is faster than trigram models by a factor of ten, and it is right on
//! headlines, where trigrams guess. The languages below French, English and Vietnamese are there first of all to keep
//! their texts from being taken for one of these three.

use std::cmp::Reverse;

/// Bytes looked at: this many at the beginning, and half as many in the middle and at three quarters, since a text may
/// begin with a notice in another language.
const SAMPLE: usize = 2048;

/// Bit of a language in the masks below, and its index in [`CODES`].
type Mask = u16;

const FR: Mask = 1;
const EN: Mask = 1 << 1;
const VI: Mask = 1 << 2;
const ES: Mask = 1 << 3;
const PT: Mask = 1 << 4;
const IT: Mask = 1 << 5;
const DE: Mask = 1 << 6;
const NL: Mask = 1 << 7;
const CA: Mask = 1 << 8;
const RO: Mask = 1 << 9;
const LA: Mask = 1 << 10;
/// Danish, Norwegian and Swedish: too close to each other to be named, and to English and Dutch to be left out. Also what is
/// written with letters that none of the others has.
const SC: Mask = 1 << 11;

const CODES: [&str; 12] =
    ["fr", "en", "vi", "es", "pt", "it", "de", "nl", "ca", "ro", "la", UNNAMED];

/// Stands for a language that is known only for not being one of the others.
const UNNAMED: &str = "";

/// What a function word counts. A letter that fits a language counts half of it.
const WORD: u32 = 2;

/// So many words that all begin with a capital, as in a list of names, tell nothing.
const MOST_NAMES: u32 = 6;

/// The longest word in [`WORDS`], in bytes.
const LONGEST: usize = 8;

/// The language of a text as a BCP 47 tag, or `None` if it cannot be told reliably.
///
/// Looks at no more than 4 KB of the text, so that it costs the same for an article and for a book.
pub fn identify_language(text: &str) -> Option<&'static str> {
    let mut tally = Tally::default();
    tally.count(&text[..text.floor_char_boundary(SAMPLE)]);
    if text.len() > SAMPLE {
        for start in [text.len() / 2, text.len() / 4 * 3] {
            let start = text.ceil_char_boundary(start.max(SAMPLE));
            let end = text.floor_char_boundary(start.saturating_add(SAMPLE / 2));
            tally.count(text.get(start..end).unwrap_or_default());
        }
    }
    tally.verdict()
}

/// The evidence found so far.
#[derive(Default)]
struct Tally {
    /// Words in Latin letters.
    words: u32,
    /// Evidence for each language of [`CODES`].
    scores: [u32; CODES.len()],
    /// Letters in other scripts.
    scripts: Scripts,
    /// Words that begin with a small letter, and whether any letter is small.
    small_words: u32,
    has_small_letter: bool,
    /// Words with letters that no language of [`CODES`] has, or has together.
    foreign: u32,
    bare: Bare,
}

/// Words without marks that begin with a small letter and could be syllables of Vietnamese without its marks.
#[derive(Default)]
struct Bare {
    syllables: u32,
    /// Those that are hardly words of another language.
    telling: u32,
}

/// How many letters belong to scripts that (nearly) tell the language.
#[derive(Default)]
struct Scripts {
    han: u32,
    kana: u32,
    hangul: u32,
    thai: u32,
    lao: u32,
    khmer: u32,
    greek: u32,
    cyrillic: u32,
    /// `ы` and `э`, which neither Ukrainian, Bulgarian nor Serbian has.
    russian: u32,
    /// Cyrillic letters that Russian lacks.
    not_russian: u32,
    other: u32,
}

impl Tally {
    fn count(&mut self, text: &str) {
        // The word in lower case as far as it fits; a longer one is in no table.
        let mut word = Key::default();
        let mut letters = 0_u32;
        let mut diacritics: Mask = !0;
        let mut has_diacritic = false;
        let mut is_vietnamese = false;
        let mut is_capitalised = false;
        for character in text.chars().chain([' ']) {
            if is_latin(character) {
                if letters == 0 {
                    is_capitalised = character.is_uppercase();
                }
                letters += 1;
                let lower = lower_case(character);
                self.has_small_letter |= lower == character;
                if !lower.is_ascii() {
                    has_diacritic = true;
                    diacritics &= languages_with(lower);
                    is_vietnamese |= is_vietnamese_only(lower);
                }
                word.push(lower);
                continue;
            }
            if letters > 0 {
                self.words += 1;
                // `l’`, `d’`, `qu’` and their like are words too.
                let known = match character {
                    '\'' | '’' => languages_of_elision(word),
                    _ => languages_of_word(word),
                };
                self.add(known, WORD);
                if !is_capitalised {
                    self.small_words += 1;
                    if !has_diacritic && let Some(is_telling) = word.bare_syllable() {
                        self.bare.syllables += 1;
                        self.bare.telling += u32::from(is_telling);
                    }
                }
                if known == 0 && letters >= LONG {
                    self.add(languages_of_ending(word.tail), WORD / 2);
                }
                if is_vietnamese {
                    // A capitalised one may be a name in a text of any language; others are nowhere else.
                    if !is_capitalised {
                        self.add(VI, WORD / 2);
                    }
                    if known & VI == 0 {
                        self.add(VI, if is_capitalised { WORD / 2 } else { WORD });
                    }
                } else if has_diacritic && diacritics == 0 {
                    self.foreign += 1;
                    self.add(SC, WORD);
                } else if has_diacritic && diacritics != !0 {
                    self.add(diacritics & !known, WORD / 2);
                }
                word = Key::default();
                letters = 0;
                diacritics = !0;
                has_diacritic = false;
                is_vietnamese = false;
            }
            if !character.is_ascii() {
                self.scripts.count(character);
            }
        }
    }

    fn add(&mut self, mut languages: Mask, evidence: u32) {
        while languages != 0 {
            if let Some(score) = self.scores.get_mut(languages.trailing_zeros() as usize) {
                *score += evidence;
            }
            languages &= languages - 1;
        }
    }

    fn verdict(&self) -> Option<&'static str> {
        // A letter of an alphabet is worth a fifth of a word; a Han character is nearly one.
        if self.scripts.total() / 5 + (self.scripts.han + self.scripts.kana) / 3 > self.words {
            return self.scripts.verdict();
        }
        // A few capitalised words are names.
        if self.small_words == 0 && self.has_small_letter && self.words <= MOST_NAMES {
            return None;
        }
        if self.is_bare_vietnamese() {
            return Some("vi");
        }
        let mut order: [usize; CODES.len()] = std::array::from_fn(|index| index);
        order.sort_by_key(|&index| Reverse(self.scores[index]));
        let (best, second) = (self.scores[order[0]], self.scores[order[1]]);
        // A quarter of all words in running text, a fifth in headlines. The languages with shorter tables have to bring
        // more, because what resembles them may be a language without any.
        let share = if 1 << order[0] & (FR | EN | VI) != 0 { 20 } else { 30 };
        let is_dense = best * 100 >= self.words * WORD * share;
        let is_ahead = best * 4 >= second * 5;
        let is_ours = self.foreign * 4 < self.words;
        let is_clear = best >= 2 * WORD && is_dense && is_ahead && is_ours;
        Some(CODES[order[0]]).filter(|&code| is_clear && code != UNNAMED)
    }

    /// Vietnamese without its marks has few words that no other language has, but all of its words are short syllables of one make.
    fn is_bare_vietnamese(&self) -> bool {
        let Bare { syllables, telling } = self.bare;
        let others = self.scores.iter().enumerate().filter(|(index, _)| 1 << index != VI);
        let most = others.map(|(_, score)| *score).max().unwrap_or(0);
        syllables >= 5
            && telling * 5 >= syllables
            && syllables * 10 >= self.small_words * 9
            && most * 10 <= syllables * WORD * 6
    }
}

impl Scripts {
    fn count(&mut self, character: char) {
        let counter = match character {
            '\u{370}'..='\u{3FF}' | '\u{1F00}'..='\u{1FFF}' => &mut self.greek,
            '\u{400}'..='\u{52F}' => {
                match character {
                    'ы' | 'э' | 'Ы' | 'Э' => self.russian += 1,
                    'А'..='я' | 'ё' | 'Ё' => {}
                    _ => self.not_russian += 1,
                }
                &mut self.cyrillic
            }
            '\u{E01}'..='\u{E5B}' => &mut self.thai,
            '\u{E81}'..='\u{EDF}' => &mut self.lao,
            '\u{1780}'..='\u{17FF}' => &mut self.khmer,
            '\u{3041}'..='\u{30FF}' => &mut self.kana,
            '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{20000}'..='\u{323AF}' => {
                &mut self.han
            }
            '\u{1100}'..='\u{11FF}' | '\u{AC00}'..='\u{D7A3}' => &mut self.hangul,
            _ if character.is_alphabetic() => &mut self.other,
            _ => return,
        };
        *counter += 1;
    }

    fn total(&self) -> u32 {
        let known = self.han + self.kana + self.hangul + self.thai + self.lao + self.khmer;
        known + self.greek + self.cyrillic + self.other
    }

    fn verdict(&self) -> Option<&'static str> {
        let total = self.total();
        let is_most = |letters: u32| letters >= 4 && letters * 10 >= total * 9;
        if is_most(self.hangul) || (self.hangul * 2 >= total && is_most(self.hangul + self.han)) {
            Some("ko")
        } else if self.kana * 10 >= total && is_most(self.kana + self.han) {
            Some("ja")
        } else if self.kana == 0 && is_most(self.han) {
            Some("zh")
        } else if is_most(self.thai) {
            Some("th")
        } else if is_most(self.lao) {
            Some("lo")
        } else if is_most(self.khmer) {
            Some("km")
        } else if is_most(self.greek) {
            Some("el")
        } else if is_most(self.cyrillic) && self.russian > 0 && self.not_russian == 0 {
            Some("ru")
        } else {
            None
        }
    }
}

/// Latin letters, and the combining marks that a text may have left on them.
fn is_latin(character: char) -> bool {
    character.is_ascii_alphabetic()
        || (matches!(character, '\u{C0}'..='\u{24F}' | '\u{300}'..='\u{36F}' | '\u{1E00}'..='\u{1EFF}')
            && !matches!(character, '×' | '÷'))
}

/// The lower-case letter; the few that become two letters stay as they are.
fn lower_case(character: char) -> char {
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
fn is_vietnamese_only(lower: char) -> bool {
    matches!(lower, 'ơ' | 'ư' | '\u{1EA1}'..='\u{1EF9}')
        && !matches!(lower, 'ẹ' | 'ẽ' | 'ị' | 'ọ' | 'ụ' | 'ỵ')
}

/// The languages in whose ordinary words a letter occurs.
fn languages_with(lower: char) -> Mask {
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

/// A word of up to eight bytes as a number, so that looking it up compares numbers. Numbers are in the order of the words.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
struct Key {
    word: u64,
    length: usize,
    /// The last four bytes.
    tail: u32,
}

impl Key {
    const fn of(word: &str) -> Key {
        let mut key = Key { word: 0, length: 0, tail: 0 };
        let mut index = 0;
        while index < word.len() {
            key.push_byte(word.as_bytes()[index]);
            index += 1;
        }
        key
    }

    fn push(&mut self, letter: char) {
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

    /// Whether the word is a syllable of Vietnamese without marks, and if so, whether that is telling.
    fn bare_syllable(self) -> Option<bool> {
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

/// How words end that are too many for [`WORDS`], and in which languages; for words of at least [`LONG`] letters.
#[rustfmt::skip]
const ENDINGS: &[(&str, Mask)] = &[
    ("tion", FR | EN), ("ions", FR | EN), ("sion", FR | EN), ("ment", FR | EN | CA), ("ents", FR | EN), ("able", FR | EN),
    ("ing", EN), ("ity", EN), ("ies", EN | FR), ("ness", EN), ("ship", EN), ("ally", EN), ("logy", EN), ("ware", EN),
    ("ique", FR), ("ques", FR), ("eur", FR), ("eurs", FR), ("eux", FR), ("euse", FR), ("aire", FR), ("elle", FR | IT),
    ("ité", FR), ("ée", FR), ("ées", FR), ("ère", FR),
    ("ión", ES), ("dad", ES), ("ía", ES), ("ão", PT), ("ões", PT), ("ione", IT), ("ità", IT), ("ció", CA),
    ("ung", DE), ("heit", DE), ("keit", DE), ("lich", DE), ("heid", NL),
];
/// From so many letters on, a word shows its language by its ending.
const LONG: u32 = 6;

fn languages_of_ending(tail: u32) -> Mask {
    // Endings have three or four bytes, and the others of a tail are none of theirs.
    let found =
        ENDING_INDEX.find(tail.into()).or_else(|| ENDING_INDEX.find((tail & 0xff_ffff).into()));
    found.map_or(0, |index| ENDINGS[index].1)
}

static ENDING_INDEX: Index<{ ENDINGS.len() }, 128> = {
    let mut keys = [0; ENDINGS.len()];
    let mut index = 0;
    while index < keys.len() {
        let ending = ENDINGS[index].0;
        assert!(ending.len() == 3 || ending.len() == 4, "an ending of another length");
        keys[index] = Key::of(ending).tail as u64;
        index += 1;
    }
    Index::of(keys)
};

/// The words that lose a vowel before an apostrophe, and the languages in which they do.
const ELISIONS: &[(Key, Mask)] = &[
    (Key::of("l"), FR | IT | CA),
    (Key::of("d"), FR | IT | CA),
    (Key::of("s"), FR | CA),
    (Key::of("n"), FR | CA),
    (Key::of("m"), FR | CA),
    (Key::of("t"), FR | CA),
    (Key::of("c"), FR | IT),
    (Key::of("j"), FR),
    (Key::of("qu"), FR),
    (Key::of("jusqu"), FR),
    (Key::of("lorsqu"), FR),
    (Key::of("puisqu"), FR),
    (Key::of("un"), IT),
    (Key::of("dell"), IT),
    (Key::of("all"), IT),
    (Key::of("nell"), IT),
    (Key::of("dall"), IT),
    (Key::of("sull"), IT),
];

fn languages_of_elision(word: Key) -> Mask {
    ELISIONS.iter().find(|(known, _)| *known == word).map_or(0, |&(_, languages)| languages)
}

fn languages_of_word(word: Key) -> Mask {
    if word.length > LONGEST {
        return 0;
    }
    WORD_INDEX.find(word.word).map_or(0, |index| WORDS[index].1)
}

static WORD_INDEX: Index<{ WORDS.len() }, 4096> = {
    let mut keys = [0; WORDS.len()];
    let mut index = 0;
    while index < keys.len() {
        keys[index] = Key::of(WORDS[index].0).word;
        index += 1;
    }
    Index::of(keys)
};

/// Finds a number among `KEYS` others, none of which is 0, with one or two looks where a search would need ten. Made by the compiler.
struct Index<const KEYS: usize, const SLOTS: usize> {
    keys: [u64; KEYS],
    /// One more than the place of the key, or 0. `SLOTS` is a power of two and twice the number of keys at least, so that chains are
    /// short; being small they are what stays near the processor.
    slots: [u16; SLOTS],
}

impl<const KEYS: usize, const SLOTS: usize> Index<KEYS, SLOTS> {
    const fn of(keys: [u64; KEYS]) -> Self {
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
        Index { keys, slots }
    }

    fn find(&self, key: u64) -> Option<usize> {
        let mut slot = Self::slot(key);
        loop {
            let index = usize::from(self.slots[slot]).checked_sub(1)?;
            if self.keys[index] == key {
                return Some(index);
            }
            slot = (slot + 1) % SLOTS;
        }
    }

    const fn slot(key: u64) -> usize {
        // The highest bits of a product depend on all bits of the key; the factor is that of Fibonacci hashing.
        (key.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (64 - SLOTS.ilog2())) as usize
    }
}

/// Function words and the languages that use them, in ascending byte order.
#[rustfmt::skip]
const WORDS: &[(&str, Mask)] = &[
    ("a", FR | EN | ES | PT | IT | CA | RO),
    ("aan", NL),
    ("ab", LA),
    ("aber", DE),
    ("about", EN),
    ("ac", LA),
    ("accord", FR),
    ("achats", FR),
    ("across", EN),
    ("ad", IT | LA),
    ("adopte", FR),
    ("af", SC),
    ("affaires", FR),
    ("afin", FR),
    ("after", EN),
    ("against", EN),
    ("agence", FR),
    ("ahead", EN),
    ("ai", IT),
    ("ainsi", FR),
    ("al", ES | IT | CA | RO),
    ("ale", RO),
    ("all", EN),
    ("alla", IT),
    ("alle", IT),
    ("along", EN),
    ("alors", FR),
    ("als", DE | NL | CA),
    ("also", EN),
    ("am", DE),
    ("amb", CA),
    ("amid", EN),
    ("among", EN),
    ("an", FR | EN | DE),
    ("anche", IT),
    ("and", EN),
    ("anh", VI),
    ("annonce", FR),
    ("années", FR),
    ("ans", FR),
    ("anunciou", PT),
    ("anunció", ES),
    ("ao", PT),
    ("aos", PT),
    ("août", FR),
    ("appel", FR),
    ("appelle", FR),
    ("apres", FR),
    ("après", FR),
    ("aquest", CA),
    ("aquesta", CA),
    ("arbeit", DE),
    ("are", EN | RO),
    ("around", EN),
    ("arrive", FR),
    ("as", EN | PT),
    ("at", EN | SC),
    ("atque", LA),
    ("att", SC),
    ("attaque", FR),
    ("attend", FR),
    ("até", PT),
    ("au", FR | RO),
    ("auch", DE),
    ("aucun", FR),
    ("auf", DE),
    ("aura", FR | LA),
    ("auront", FR),
    ("aus", DE),
    ("aussi", FR),
    ("aut", LA),
    ("autant", FR),
    ("autem", LA),
    ("autour", FR),
    ("autre", FR),
    ("autres", FR),
    ("aux", FR),
    ("av", SC),
    ("avait", FR),
    ("avant", FR),
    ("avec", FR),
    ("avril", FR),
    ("año", ES),
    ("años", ES),
    ("back", EN),
    ("bank", EN | DE | NL),
    ("banque", FR),
    ("batterie", FR | DE),
    ("bay", EN | VI),
    ("be", EN),
    ("beaucoup", FR),
    ("becomes", EN),
    ("been", EN),
    ("before", EN),
    ("begins", EN),
    ("behind", EN),
    ("bei", DE),
    ("besoin", FR),
    ("best", EN | DE | NL),
    ("better", EN),
    ("between", EN),
    ("bien", FR),
    ("bientot", FR),
    ("bientôt", FR),
    ("bienvenu", FR),
    ("big", EN),
    ("bij", NL),
    ("bilan", FR),
    ("bis", DE),
    ("biết", VI),
    ("biển", VI),
    ("blev", SC),
    ("blir", SC),
    ("bonjour", FR),
    ("boost", EN),
    ("boosts", EN),
    ("bord", FR),
    ("bourse", FR),
    ("brevet", FR),
    ("bring", EN),
    ("brings", EN),
    ("build", EN),
    ("builds", EN),
    ("built", EN),
    ("business", EN),
    ("but", FR | EN),
    ("buy", EN),
    ("by", EN),
    ("bán", VI),
    ("báo", VI),
    ("bước", VI),
    ("bạn", VI),
    ("bảo", VI),
    ("bằng", VI),
    ("bộ", VI),
    ("ca", RO),
    ("cadre", FR),
    ("café", FR | ES | PT),
    ("call", EN),
    ("calls", EN),
    ("came", EN),
    ("campagne", FR),
    ("can", EN),
    ("cao", VI),
    ("capable", FR | EN),
    ("capitale", FR | IT),
    ("car", FR),
    ("care", RO),
    ("ce", FR | RO),
    ("cela", FR),
    ("celle", FR),
    ("celles", FR),
    ("celui", FR),
    ("cent", FR | CA),
    ("centrale", FR | IT | NL),
    ("centre", FR | EN),
    ("cents", FR | CA),
    ("ces", FR),
    ("cette", FR),
    ("change", FR | EN),
    ("changes", FR | EN),
    ("chaque", FR),
    ("che", IT),
    ("cher", FR),
    ("chez", FR),
    ("chiffre", FR),
    ("child", EN),
    ("children", EN),
    ("chip", FR | EN | VI),
    ("cho", VI),
    ("chào", VI),
    ("châu", VI),
    ("chính", VI),
    ("chúng", VI),
    ("chủ", VI),
    ("ci", IT),
    ("cinq", FR),
    ("cities", EN),
    ("city", EN),
    ("clé", FR),
    ("coffee", EN),
    ("com", PT | CA),
    ("come", EN | IT),
    ("comes", EN),
    ("comme", FR),
    ("comment", FR),
    ("como", ES | PT),
    ("company", EN),
    ("compte", FR),
    ("con", ES | IT),
    ("conseil", FR),
    ("contra", ES),
    ("contrat", FR),
    ("contre", FR),
    ("contro", IT),
    ("cost", EN),
    ("costs", EN),
    ("could", EN),
    ("country", EN),
    ("cours", FR),
    ("coutent", FR),
    ("covers", EN),
    ("coût", FR),
    ("coûts", FR),
    ("crise", FR | PT),
    ("cu", RO),
    ("cua", VI),
    ("cuando", ES),
    ("cum", LA),
    ("cut", EN),
    ("cuts", EN),
    ("cuộc", VI),
    ("cá", VI),
    ("các", VI),
    ("cách", VI),
    ("còn", VI),
    ("có", VI),
    ("công", VI),
    ("côté", FR),
    ("cùng", VI),
    ("că", RO),
    ("cũng", VI),
    ("cơ", VI),
    ("cả", VI),
    ("cảnh", VI),
    ("cấp", VI),
    ("cần", VI),
    ("cầu", VI),
    ("của", VI),
    ("cứu", VI),
    ("da", PT | IT | SC),
    ("dal", IT),
    ("dalla", IT),
    ("dan", NL),
    ("dans", FR),
    ("dar", RO),
    ("das", PT | DE),
    ("dass", DE),
    ("dat", NL),
    ("data", EN),
    ("day", EN),
    ("days", EN),
    ("de", FR | ES | PT | NL | CA | RO | SC),
    ("deal", EN),
    ("degli", IT),
    ("dei", IT),
    ("deja", FR),
    ("del", ES | IT | CA),
    ("delayed", EN),
    ("della", IT),
    ("delle", IT),
    ("dello", IT),
    ("dels", CA),
    ("dem", DE),
    ("demain", FR),
    ("demand", EN),
    ("demande", FR),
    ("den", DE | SC),
    ("depuis", FR),
    ("der", DE | SC),
    ("dernier", FR),
    ("des", FR | DE),
    ("desde", ES),
    ("det", SC),
    ("deux", FR),
    ("deze", NL),
    ("di", IT),
    ("did", EN),
    ("die", DE | NL),
    ("dimanche", FR),
    ("din", RO),
    ("director", EN | ES),
    ("dit", FR | NL),
    ("dix", FR),
    ("diễn", VI),
    ("do", EN | PT),
    ("doanh", VI),
    ("dollars", FR | EN),
    ("donc", FR),
    ("donne", FR),
    ("données", FR),
    ("dont", FR),
    ("door", NL),
    ("dos", PT),
    ("dossier", FR),
    ("douze", FR),
    ("down", EN),
    ("drive", EN),
    ("droit", FR),
    ("du", FR),
    ("duoc", VI),
    ("dupa", RO),
    ("după", RO),
    ("durch", DE),
    ("durée", FR),
    ("dài", VI),
    ("dân", VI),
    ("début", FR),
    ("défi", FR),
    ("défis", FR),
    ("déjà", FR),
    ("dùng", VI),
    ("dưới", VI),
    ("dầu", VI),
    ("dữ", VI),
    ("e", ES | PT | IT),
    ("each", EN),
    ("early", EN),
    ("east", EN),
    ("eau", FR),
    ("economy", EN),
    ("ed", IT),
    ("een", NL),
    ("effet", FR),
    ("efter", SC),
    ("eight", EN),
    ("ein", DE),
    ("eine", DE),
    ("einem", DE),
    ("einen", DE),
    ("einer", DE),
    ("eius", LA),
    ("el", ES | CA),
    ("ela", PT),
    ("ele", PT),
    ("elle", FR),
    ("eller", SC),
    ("elles", FR),
    ("els", CA),
    ("em", PT),
    ("emploi", FR),
    ("emplois", FR),
    ("en", FR | ES | NL | CA | SC),
    ("encore", FR),
    ("end", EN),
    ("ends", EN),
    ("energia", PT | IT | CA),
    ("energy", EN),
    ("energía", ES),
    ("enfant", FR),
    ("enfants", FR),
    ("enfin", FR),
    ("enim", LA),
    ("enjeu", FR),
    ("enjeux", FR),
    ("ens", CA),
    ("entre", FR | ES | PT | CA),
    ("envers", FR),
    ("er", DE | NL | SC),
    ("era", IT),
    ("es", ES | DE | CA),
    ("ese", ES),
    ("eso", ES),
    ("essais", FR),
    ("esse", LA),
    ("essere", IT),
    ("est", FR | LA),
    ("esta", ES | PT),
    ("estas", ES),
    ("este", ES | PT | RO),
    ("estos", ES),
    ("está", ES | PT),
    ("están", ES),
    ("et", FR | LA | SC),
    ("etait", FR),
    ("ete", FR),
    ("etiam", LA),
    ("etre", FR),
    ("ett", SC),
    ("etter", SC),
    ("euros", FR | EN | ES | PT),
    ("even", EN | NL),
    ("every", EN),
    ("ex", LA),
    ("expands", EN),
    ("exporte", FR),
    ("exports", EN),
    ("eye", EN),
    ("eyes", EN),
    ("face", FR | EN),
    ("faces", FR | EN),
    ("factory", EN),
    ("faible", FR),
    ("faire", FR),
    ("fait", FR),
    ("faite", FR),
    ("faits", FR),
    ("fall", EN),
    ("falls", EN),
    ("farm", EN),
    ("farmers", EN),
    ("façon", FR),
    ("femme", FR),
    ("femmes", FR),
    ("fi", RO),
    ("fin", FR | ES),
    ("find", EN),
    ("finds", EN),
    ("fins", CA),
    ("firm", EN),
    ("firms", EN),
    ("first", EN),
    ("fishing", EN),
    ("five", EN),
    ("foi", PT),
    ("fois", FR),
    ("fonds", FR),
    ("food", EN),
    ("for", EN | SC),
    ("force", FR | EN),
    ("forme", FR | IT),
    ("former", FR),
    ("formés", FR),
    ("forte", FR | PT | IT),
    ("fost", RO),
    ("foule", FR),
    ("found", EN),
    ("four", EN),
    ("fra", IT | SC),
    ("frais", FR),
    ("france", FR),
    ("friday", EN),
    ("from", EN),
    ("från", SC),
    ("fue", ES),
    ("full", EN),
    ("fund", EN | DE),
    ("funds", EN),
    ("futur", FR),
    ("för", SC),
    ("für", DE),
    ("gagne", FR),
    ("gains", EN),
    ("geen", NL),
    ("gegen", DE),
    ("gens", FR | DE | CA),
    ("get", EN),
    ("gets", EN),
    ("gia", VI | IT),
    ("giao", VI),
    ("giugno", IT),
    ("give", EN),
    ("gives", EN),
    ("giá", VI),
    ("giới", VI),
    ("giữ", VI),
    ("gli", IT),
    ("global", FR | EN | ES | PT | DE),
    ("gobierno", ES),
    ("goes", EN),
    ("going", EN),
    ("good", EN),
    ("governo", PT | IT),
    ("gran", ES | IT | CA),
    ("grand", FR | EN),
    ("grande", FR),
    ("grands", FR),
    ("great", EN),
    ("gros", FR | RO),
    ("groupe", FR),
    ("grow", EN),
    ("growing", EN),
    ("grows", EN),
    ("growth", EN),
    ("guerre", FR),
    ("géant", FR),
    ("gọi", VI),
    ("gồm", VI),
    ("ha", ES | IT | CA),
    ("haben", DE),
    ("had", EN | NL),
    ("hai", VI),
    ("han", CA | SC),
    ("hanno", IT),
    ("har", SC),
    ("has", EN),
    ("hasta", ES),
    ("hat", DE),
    ("hausse", FR),
    ("have", EN),
    ("hay", VI | ES),
    ("he", EN),
    ("health", EN),
    ("heavy", EN),
    ("heeft", NL),
    ("held", EN),
    ("hello", EN),
    ("help", EN),
    ("helps", EN),
    ("her", EN),
    ("here", EN),
    ("het", NL),
    ("heure", FR),
    ("heures", FR),
    ("hi", CA),
    ("hier", FR | DE | NL),
    ("high", EN),
    ("higher", EN),
    ("hij", NL),
    ("him", EN),
    ("his", EN),
    ("hit", EN),
    ("hits", EN),
    ("ho", CA),
    ("hoc", LA),
    ("home", EN),
    ("homme", FR),
    ("hommes", FR),
    ("hon", SC),
    ("hopes", EN),
    ("hopitaux", FR),
    ("hospital", EN | ES | PT),
    ("hours", EN),
    ("house", EN),
    ("how", EN),
    ("hoặc", VI),
    ("huit", FR),
    ("human", EN),
    ("hun", NL | SC),
    ("hundred", EN),
    ("hàn", VI),
    ("hàng", VI),
    ("hành", VI),
    ("há", PT),
    ("hình", VI),
    ("hóa", VI),
    ("hôpital", FR),
    ("hơn", VI),
    ("hạt", VI),
    ("hệ", VI),
    ("học", VI),
    ("hội", VI),
    ("hợp", VI),
    ("i", EN | IT | CA | SC),
    ("iar", RO),
    ("ich", DE),
    ("idée", FR),
    ("idées", FR),
    ("if", EN),
    ("ik", NL),
    ("ikke", SC),
    ("il", FR | IT),
    ("ils", FR),
    ("im", DE),
    ("in", EN | IT | DE | NL | RO | LA),
    ("increase", EN),
    ("industry", EN),
    ("inside", EN),
    ("inte", SC),
    ("into", EN),
    ("invest", EN),
    ("is", EN | NL),
    ("ist", DE),
    ("it", EN),
    ("its", EN),
    ("ja", CA),
    ("jahr", DE),
    ("janvier", FR),
    ("je", FR | NL),
    ("jeudi", FR),
    ("jeune", FR),
    ("jeunes", FR),
    ("joins", EN),
    ("jouer", FR),
    ("jour", FR),
    ("journée", FR),
    ("jours", FR),
    ("juillet", FR),
    ("juin", FR),
    ("julio", ES),
    ("junho", PT),
    ("junio", ES),
    ("jusque", FR),
    ("just", EN),
    ("juste", FR),
    ("já", PT),
    ("kan", NL | SC),
    ("kann", DE),
    ("keep", EN),
    ("keeps", EN),
    ("key", EN),
    ("khai", VI),
    ("khi", VI),
    ("khoa", VI),
    ("khong", VI),
    ("khu", VI),
    ("khách", VI),
    ("không", VI),
    ("kinh", VI),
    ("kiến", VI),
    ("know", EN),
    ("kommt", DE),
    ("kỳ", VI),
    ("kỹ", VI),
    ("la", FR | ES | IT | CA | RO),
    ("labour", EN),
    ("laisse", FR),
    ("lance", FR | EN),
    ("large", FR),
    ("largest", EN),
    ("las", ES),
    ("last", EN),
    ("late", EN | NL),
    ("later", EN),
    ("launch", EN),
    ("launched", EN),
    ("lavoro", IT),
    ("law", EN),
    ("laws", EN),
    ("le", FR | ES | IT),
    ("lead", EN),
    ("leads", EN),
    ("learn", EN),
    ("leaves", EN),
    ("les", FR | ES | CA),
    ("less", EN),
    ("leur", FR),
    ("leurs", FR),
    ("leçon", FR),
    ("lieu", FR),
    ("life", EN),
    ("ligne", FR),
    ("like", EN),
    ("little", EN),
    ("livre", FR | PT),
    ("liên", VI),
    ("liệu", VI),
    ("llegará", ES),
    ("lo", ES | IT),
    ("loi", FR | IT),
    ("loin", FR),
    ("lois", FR),
    ("long", FR | EN),
    ("longue", FR),
    ("look", EN),
    ("looks", EN),
    ("lors", FR),
    ("los", ES),
    ("lost", EN),
    ("low", EN),
    ("lower", EN),
    ("loại", VI),
    ("lui", FR | RO),
    ("lundi", FR),
    ("lutte", FR),
    ("là", FR | VI),
    ("làm", VI),
    ("lãi", VI),
    ("lên", VI),
    ("lượng", VI),
    ("lần", VI),
    ("lớn", VI),
    ("lớp", VI),
    ("lực", VI),
    ("ma", FR | IT),
    ("maar", NL),
    ("made", EN),
    ("mai", RO),
    ("mais", FR | PT),
    ("maison", FR),
    ("make", EN),
    ("maker", EN),
    ("makers", EN),
    ("makes", EN),
    ("making", EN),
    ("malgré", FR),
    ("man", DE),
    ("manque", FR),
    ("many", EN),
    ("marche", FR),
    ("marché", FR),
    ("mardi", FR),
    ("market", EN),
    ("markets", EN),
    ("mars", FR | NL | SC),
    ("mas", ES | PT),
    ("matin", FR),
    ("may", EN),
    ("me", FR | EN | ES | PT | IT),
    ("means", EN),
    ("med", SC),
    ("meer", NL),
    ("meet", EN),
    ("meets", EN),
    ("mehr", DE),
    ("meme", FR),
    ("men", SC),
    ("mer", FR | SC),
    ("mercredi", FR),
    ("mes", FR | ES | CA),
    ("mesure", FR),
    ("mesures", FR),
    ("met", EN | NL),
    ("mettre", FR),
    ("milieu", FR),
    ("mille", FR | IT),
    ("million", FR | EN),
    ("minister", EN | DE | NL),
    ("ministre", FR),
    ("ministro", ES | PT | IT),
    ("mise", FR | IT),
    ("mit", DE),
    ("moins", FR),
    ("mois", FR),
    ("moitié", FR),
    ("molto", IT),
    ("mon", FR),
    ("monday", EN),
    ("monde", FR),
    ("money", EN),
    ("month", EN),
    ("months", EN),
    ("montre", FR),
    ("moon", EN),
    ("more", EN),
    ("mort", FR | CA | RO),
    ("mot", SC),
    ("moteur", FR),
    ("move", EN),
    ("moves", EN),
    ("moyen", FR),
    ("mua", VI),
    ("much", EN),
    ("muito", PT),
    ("must", EN),
    ("muy", ES),
    ("my", EN),
    ("mà", VI),
    ("más", ES),
    ("máy", VI),
    ("més", CA),
    ("même", FR),
    ("môi", VI),
    ("mạng", VI),
    ("mạnh", VI),
    ("một", VI),
    ("mới", VI),
    ("mở", VI),
    ("mục", VI),
    ("na", PT),
    ("naar", NL),
    ("nach", DE),
    ("nam", VI),
    ("nao", PT),
    ("nas", PT),
    ("national", FR | EN | DE),
    ("ne", FR),
    ("near", EN),
    ("nearly", EN),
    ("nec", LA),
    ("need", EN),
    ("needs", EN),
    ("nehmen", DE),
    ("nei", IT),
    ("nel", IT),
    ("nella", IT),
    ("nelle", IT),
    ("neue", DE),
    ("neuer", DE),
    ("neuf", FR),
    ("never", EN),
    ("new", EN),
    ("news", EN),
    ("next", EN),
    ("nghiệp", VI),
    ("nghề", VI),
    ("nghệ", VI),
    ("nghị", VI),
    ("nguoi", VI),
    ("nguồn", VI),
    ("ngày", VI),
    ("người", VI),
    ("nhanh", VI),
    ("nhiều", VI),
    ("nhung", VI),
    ("nhà", VI),
    ("nhân", VI),
    ("nhóm", VI),
    ("như", VI),
    ("nhưng", VI),
    ("nhất", VI),
    ("nhận", VI),
    ("nhập", VI),
    ("những", VI),
    ("ni", ES),
    ("nicht", DE),
    ("niet", NL),
    ("nieuwe", NL),
    ("night", EN),
    ("nine", EN),
    ("niveau", FR),
    ("no", EN | ES | PT | CA),
    ("noch", DE),
    ("nog", NL),
    ("non", IT | LA),
    ("nord", FR | IT | DE | RO | SC),
    ("north", EN),
    ("nos", FR | ES | PT),
    ("nosso", PT),
    ("not", EN),
    ("nothing", EN),
    ("notre", FR),
    ("nous", FR),
    ("nouveau", FR),
    ("nouveaux", FR),
    ("nouvelle", FR),
    ("nova", PT | CA),
    ("novembre", FR),
    ("novo", PT),
    ("now", EN),
    ("nu", RO | SC),
    ("nuclear", EN),
    ("nuestra", ES),
    ("nuestro", ES),
    ("nueva", ES),
    ("nuevo", ES),
    ("nuit", FR),
    ("nuova", IT),
    ("nuovo", IT),
    ("nur", DE),
    ("ny", SC),
    ("nya", SC),
    ("nye", SC),
    ("này", VI),
    ("não", PT),
    ("nông", VI),
    ("năm", VI),
    ("năng", VI),
    ("nước", VI),
    ("nếu", VI),
    ("nền", VI),
    ("nội", VI),
    ("o", ES | PT | IT | CA | RO),
    ("och", SC),
    ("octobre", FR),
    ("oder", DE),
    ("of", EN | NL),
    ("off", EN),
    ("og", SC),
    ("old", EN),
    ("om", NL | SC),
    ("on", FR | EN),
    ("once", EN),
    ("one", EN),
    ("only", EN),
    ("ont", FR),
    ("ook", NL),
    ("op", NL),
    ("open", EN),
    ("opens", EN),
    ("or", EN),
    ("order", EN),
    ("os", PT),
    ("other", EN),
    ("ou", FR | PT),
    ("ouest", FR),
    ("oui", FR),
    ("our", EN),
    ("out", EN),
    ("ouvert", FR),
    ("ouverte", FR),
    ("ouvre", FR),
    ("over", EN | NL),
    ("own", EN),
    ("où", FR),
    ("paese", IT),
    ("paix", FR),
    ("panne", FR),
    ("papier", FR),
    ("par", FR),
    ("para", ES | PT),
    ("parce", FR),
    ("pari", FR | IT),
    ("parmi", FR),
    ("parole", FR | IT),
    ("part", FR | EN),
    ("partie", FR),
    ("paru", FR),
    ("pas", FR),
    ("pass", EN),
    ("passe", FR),
    ("passes", EN),
    ("past", EN),
    ("pays", FR | EN),
    ("país", ES | PT | CA),
    ("pe", RO),
    ("peau", FR),
    ("pela", PT),
    ("pelas", PT),
    ("pelo", PT),
    ("pelos", PT),
    ("pendant", FR),
    ("pensée", FR),
    ("pentru", RO),
    ("people", EN),
    ("per", IT | CA | LA),
    ("percent", EN),
    ("perd", FR),
    ("pero", ES | CA),
    ("perquè", CA),
    ("perte", FR),
    ("però", CA),
    ("petit", FR | CA),
    ("petite", FR),
    ("peu", FR),
    ("peuple", FR),
    ("peut", FR),
    ("pháp", VI),
    ("phát", VI),
    ("phí", VI),
    ("phòng", VI),
    ("phóng", VI),
    ("phương", VI),
    ("phần", VI),
    ("phẩm", VI),
    ("phục", VI),
    ("piu", IT),
    ("più", IT),
    ("place", FR | EN),
    ("plan", FR | EN | ES | DE | NL),
    ("plans", EN),
    ("plant", EN),
    ("plants", EN),
    ("plein", FR),
    ("pluie", FR),
    ("plupart", FR),
    ("plus", FR),
    ("point", FR | EN | NL),
    ("por", ES | PT),
    ("porque", ES),
    ("poste", FR | IT),
    ("pour", FR),
    ("pourquoi", FR),
    ("poursuit", FR),
    ("pouvoir", FR),
    ("power", EN),
    ("premier", FR | EN),
    ("premiers", FR),
    ("presque", FR),
    ("press", EN),
    ("presse", FR | DE),
    ("price", EN),
    ("prices", EN),
    ("prin", RO),
    ("prix", FR),
    ("produit", FR),
    ("projet", FR),
    ("propre", FR),
    ("protest", EN),
    ("prête", FR),
    ("public", FR | EN),
    ("puis", FR),
    ("push", EN),
    ("puts", EN),
    ("på", SC),
    ("quae", LA),
    ("quam", LA),
    ("quan", VI),
    ("quand", FR),
    ("quando", PT),
    ("quarter", EN),
    ("quatre", FR),
    ("que", FR | ES | PT | CA),
    ("quel", FR | IT),
    ("quelle", FR | IT | DE),
    ("quelques", FR),
    ("quels", FR),
    ("questa", IT),
    ("questi", IT),
    ("question", FR | EN),
    ("questo", IT),
    ("qui", FR | LA),
    ("quod", LA),
    ("quoi", FR),
    ("quá", VI),
    ("quân", VI),
    ("qué", ES),
    ("quản", VI),
    ("quốc", VI),
    ("ra", VI),
    ("race", EN),
    ("rain", EN),
    ("raise", EN),
    ("raises", EN),
    ("rapport", FR),
    ("rare", FR | EN | IT),
    ("rate", FR | EN | DE),
    ("rates", EN),
    ("reach", EN),
    ("reaches", EN),
    ("record", FR | EN),
    ("recul", FR),
    ("regering", NL),
    ("rendre", FR),
    ("report", FR | EN),
    ("reports", FR | EN),
    ("research", EN),
    ("reseau", FR),
    ("reste", FR),
    ("retour", FR),
    ("returns", EN),
    ("reunion", FR),
    ("reçoit", FR),
    ("rice", EN),
    ("rien", FR),
    ("rise", EN | IT),
    ("rises", EN),
    ("rising", EN),
    ("riz", FR),
    ("road", EN),
    ("route", FR | EN),
    ("rule", EN),
    ("rules", EN),
    ("run", EN),
    ("runs", EN),
    ("région", FR),
    ("réseau", FR),
    ("réunion", FR),
    ("río", ES),
    ("rôle", FR),
    ("rất", VI),
    ("sa", FR | RO),
    ("said", EN),
    ("saison", FR),
    ("sale", FR | EN | IT),
    ("sales", EN),
    ("salle", FR),
    ("same", EN),
    ("samedi", FR),
    ("sang", FR | EN | VI),
    ("sans", FR),
    ("santé", FR),
    ("sao", PT),
    ("saturday", EN),
    ("sau", VI | RO),
    ("savoir", FR),
    ("say", EN),
    ("saying", EN),
    ("school", EN),
    ("science", EN),
    ("se", FR | ES | PT | IT | RO),
    ("sea", EN),
    ("second", EN),
    ("secteur", FR),
    ("sed", LA),
    ("sedan", SC),
    ("see", EN | DE),
    ("seek", EN),
    ("seeks", EN),
    ("sees", EN),
    ("sehr", DE),
    ("seize", FR),
    ("sell", EN),
    ("sells", EN),
    ("selon", FR),
    ("semaine", FR),
    ("sense", CA),
    ("sept", FR),
    ("ser", ES | PT | CA),
    ("sera", FR | IT),
    ("series", EN | ES | NL),
    ("seront", FR),
    ("sert", FR),
    ("service", FR | EN),
    ("ses", FR),
    ("set", EN | IT | CA | SC),
    ("sets", EN),
    ("seu", PT | CA),
    ("seul", FR),
    ("seule", FR),
    ("seus", PT),
    ("seva", CA),
    ("seven", EN),
    ("she", EN),
    ("shift", EN),
    ("shop", EN),
    ("short", EN),
    ("should", EN),
    ("show", EN),
    ("shows", EN),
    ("si", FR | ES | IT | CA | RO | LA),
    ("sich", DE),
    ("siden", SC),
    ("sie", DE),
    ("sig", SC),
    ("signe", FR),
    ("signé", FR),
    ("sin", ES),
    ("since", EN),
    ("sind", DE),
    ("sinh", VI),
    ("sirve", ES),
    ("six", FR | EN),
    ("siècle", FR),
    ("ska", SC),
    ("skal", SC),
    ("small", EN),
    ("so", EN | DE),
    ("sobre", ES | CA),
    ("soir", FR),
    ("soit", FR),
    ("soixante", FR),
    ("solution", FR | EN),
    ("som", SC),
    ("some", EN),
    ("son", FR | ES),
    ("sono", IT),
    ("sont", FR),
    ("soon", EN),
    ("sous", FR),
    ("south", EN),
    ("soutien", FR),
    ("space", EN),
    ("spends", EN),
    ("start", EN | DE | NL),
    ("starts", EN),
    ("state", EN),
    ("states", EN),
    ("stato", IT),
    ("steps", EN),
    ("still", EN),
    ("stop", EN),
    ("streets", EN),
    ("strong", EN),
    ("students", EN),
    ("study", EN),
    ("su", ES | IT),
    ("sua", PT | IT),
    ("suas", PT),
    ("suite", FR),
    ("sul", IT),
    ("sulla", IT),
    ("sunday", EN),
    ("sunt", RO | LA),
    ("suo", IT),
    ("supply", EN),
    ("sur", FR),
    ("surges", EN),
    ("surtout", FR),
    ("sus", ES),
    ("suất", VI),
    ("system", EN | DE),
    ("système", FR),
    ("sáng", VI),
    ("são", PT),
    ("så", SC),
    ("séduit", FR),
    ("són", CA),
    ("sông", VI),
    ("să", RO),
    ("sản", VI),
    ("sẽ", VI),
    ("số", VI),
    ("sức", VI),
    ("sự", VI),
    ("tai", VI),
    ("take", EN),
    ("takes", EN),
    ("talks", EN),
    ("tambe", CA),
    ("tambem", PT),
    ("tambien", ES),
    ("también", ES),
    ("també", CA),
    ("também", PT),
    ("tandis", FR),
    ("tant", FR),
    ("tard", FR),
    ("te", NL),
    ("team", EN),
    ("tech", FR | EN),
    ("tem", PT),
    ("temps", FR | CA),
    ("ten", EN | NL),
    ("terre", FR),
    ("terres", FR),
    ("tests", FR | EN),
    ("thai", VI),
    ("than", EN),
    ("that", EN),
    ("thay", VI),
    ("the", EN),
    ("their", EN),
    ("them", EN),
    ("then", EN),
    ("theo", VI),
    ("there", EN),
    ("these", EN),
    ("they", EN),
    ("thi", VI),
    ("thing", EN),
    ("think", EN),
    ("third", EN),
    ("this", EN),
    ("thiết", VI),
    ("those", EN),
    ("thousand", EN),
    ("three", EN),
    ("through", EN),
    ("thu", VI),
    ("thuật", VI),
    ("thuế", VI),
    ("thuốc", VI),
    ("thành", VI),
    ("thêm", VI),
    ("thì", VI),
    ("thí", VI),
    ("thông", VI),
    ("thương", VI),
    ("thấy", VI),
    ("thẻ", VI),
    ("thế", VI),
    ("thể", VI),
    ("thị", VI),
    ("thời", VI),
    ("thủ", VI),
    ("tiene", ES),
    ("til", SC),
    ("till", SC),
    ("time", EN | PT),
    ("tin", EN | VI),
    ("tiếp", VI),
    ("tiền", VI),
    ("to", EN),
    ("today", EN),
    ("todo", ES),
    ("todos", ES),
    ("together", EN),
    ("tomorrow", EN),
    ("too", EN),
    ("took", EN),
    ("top", EN),
    ("tot", NL),
    ("toujours", FR),
    ("tourisme", FR),
    ("tours", EN),
    ("tous", FR),
    ("tout", FR),
    ("toute", FR),
    ("toutes", FR),
    ("towed", EN),
    ("toàn", VI),
    ("tra", IT),
    ("trabajo", ES),
    ("trabalho", PT),
    ("trade", EN),
    ("training", EN),
    ("trains", EN),
    ("travail", FR),
    ("travaux", FR),
    ("travel", EN),
    ("trente", FR),
    ("tres", FR),
    ("tries", EN),
    ("triển", VI),
    ("trois", FR),
    ("trong", VI),
    ("trop", FR),
    ("trouve", FR),
    ("trung", VI),
    ("truyền", VI),
    ("trách", VI),
    ("très", FR),
    ("trên", VI),
    ("trình", VI),
    ("trí", VI),
    ("trò", VI),
    ("trạm", VI),
    ("trẻ", VI),
    ("trợ", VI),
    ("tu", FR),
    ("tuesday", EN),
    ("turns", EN),
    ("twelve", EN),
    ("twice", EN),
    ("two", EN),
    ("tàu", VI),
    ("tình", VI),
    ("tích", VI),
    ("tính", VI),
    ("tôi", VI),
    ("tăng", VI),
    ("tư", VI),
    ("tưởng", VI),
    ("tại", VI),
    ("tạo", VI),
    ("tập", VI),
    ("tế", VI),
    ("tổ", VI),
    ("từ", VI),
    ("uit", NL),
    ("um", PT | DE),
    ("uma", PT),
    ("un", FR | ES | IT | CA | RO),
    ("una", ES | IT | CA),
    ("und", DE),
    ("under", EN),
    ("une", FR),
    ("uno", IT),
    ("uns", DE | CA),
    ("until", EN),
    ("up", EN),
    ("use", EN),
    ("used", EN),
    ("users", EN),
    ("usine", FR),
    ("usines", FR),
    ("using", EN),
    ("ut", LA),
    ("utile", FR),
    ("va", CA),
    ("van", ES | NL),
    ("var", SC),
    ("vay", VI),
    ("ved", SC),
    ("veel", NL),
    ("vend", FR),
    ("vendredi", FR),
    ("vent", FR),
    ("vers", FR),
    ("veulent", FR),
    ("veut", FR),
    ("vid", SC),
    ("vie", FR),
    ("viele", DE),
    ("vieux", FR),
    ("vil", SC),
    ("ville", FR | IT | SC),
    ("villes", FR),
    ("vingt", FR),
    ("visite", FR),
    ("vite", FR | IT),
    ("việc", VI),
    ("voici", FR),
    ("voie", FR),
    ("voilà", FR),
    ("voir", FR),
    ("voix", FR),
    ("von", DE),
    ("vont", FR),
    ("voor", NL),
    ("vor", DE),
    ("vos", FR),
    ("votre", FR),
    ("vous", FR),
    ("vrai", FR),
    ("vue", FR),
    ("và", VI),
    ("vàng", VI),
    ("vào", VI),
    ("vão", PT),
    ("vùng", VI),
    ("vẫn", VI),
    ("vật", VI),
    ("về", VI),
    ("vốn", VI),
    ("với", VI),
    ("vụ", VI),
    ("vực", VI),
    ("war", EN | DE),
    ("warns", EN),
    ("was", EN | NL),
    ("water", EN | NL),
    ("way", EN),
    ("we", EN | NL),
    ("week", EN | NL),
    ("weeks", EN),
    ("weg", DE | NL),
    ("wel", NL),
    ("welcome", EN),
    ("well", EN),
    ("werd", NL),
    ("werden", DE),
    ("were", EN),
    ("west", EN),
    ("what", EN),
    ("when", EN),
    ("where", EN),
    ("which", EN),
    ("who", EN),
    ("why", EN),
    ("wie", DE),
    ("wij", NL),
    ("will", EN),
    ("win", EN),
    ("wind", EN),
    ("wins", EN),
    ("wir", DE),
    ("wird", DE),
    ("with", EN),
    ("within", EN),
    ("without", EN),
    ("woman", EN),
    ("women", EN),
    ("won", EN),
    ("worden", NL),
    ("wordt", NL),
    ("work", EN),
    ("worked", EN),
    ("worker", EN),
    ("workers", EN),
    ("working", EN),
    ("works", EN),
    ("world", EN),
    ("worth", EN),
    ("would", EN),
    ("write", EN),
    ("xe", VI),
    ("xuất", VI),
    ("xây", VI),
    ("xã", VI),
    ("y", FR | ES),
    ("ya", ES),
    ("year", EN),
    ("years", EN),
    ("yet", EN),
    ("you", EN),
    ("young", EN),
    ("your", EN),
    ("yêu", VI),
    ("ze", NL),
    ("zijn", NL),
    ("zu", DE),
    ("zum", DE),
    ("zur", DE),
    ("à", FR | PT),
    ("às", PT),
    ("è", IT),
    ("é", PT),
    ("école", FR),
    ("équipe", FR),
    ("és", CA),
    ("était", FR),
    ("étape", FR),
    ("état", FR),
    ("étude", FR),
    ("été", FR),
    ("être", FR),
    ("în", RO),
    ("über", DE),
    ("đang", VI),
    ("điểm", VI),
    ("điện", VI),
    ("đây", VI),
    ("đã", VI),
    ("đó", VI),
    ("được", VI),
    ("đất", VI),
    ("đầu", VI),
    ("đẩy", VI),
    ("đặt", VI),
    ("đến", VI),
    ("để", VI),
    ("đồng", VI),
    ("đổi", VI),
    ("độ", VI),
    ("đội", VI),
    ("đời", VI),
    ("și", RO),
    ("ở", VI),
];

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(language: Option<&str>, texts: &[&str]) {
        for text in texts {
            assert_eq!(identify_language(text), language, "{text}");
        }
    }

    #[test]
    fn the_table_of_words_is_in_order() {
        assert!(WORDS.is_sorted_by(|a, b| a.0.as_bytes() < b.0.as_bytes()));
        assert!(WORDS.iter().all(|(word, _)| word.len() <= LONGEST));
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
        for (word, languages) in WORDS {
            assert_eq!(languages_of_word(Key::of(word)), *languages, "{word}");
        }
        for (ending, languages) in ENDINGS {
            assert_eq!(languages_of_ending(Key::of(&format!("xyz{ending}")).tail), *languages);
        }
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

    #[test]
    fn french_is_french_in_headlines_too() {
        check(
            Some("fr"),
            &[
                "Le Vietnam accélère le développement de l’économie et de la société numériques",
                "Résolution N°57 : investir dans les infrastructures de recherche",
                "Semi-conducteurs : Le Vietnam et le géant néerlandais ASML renforcent leur coopération",
                "Un soutien global au processus de prototypage des semi-conducteurs",
                "Société numérique inclusive et humaine, du rêve à la réalité",
                "Le président Nguyễn Phú Trọng reçoit le Premier ministre à Hanoï",
                "L'IA, c'est quoi ?",
                "Bonjour tout le monde",
                "Dà Nang ouvre deux usines, et trois suivront",
                "Les bornes de recharge gratuites ont séduit les taxis de la ville depuis deux mois",
            ],
        );
    }

    #[test]
    fn french_needs_no_accents() {
        check(
            Some("fr"),
            &[
                "LE VIETNAM ACCELERE LE DEVELOPPEMENT DE L'ECONOMIE",
                "Le ministre a indique que la reunion etait tres importante pour le pays",
                "Il faut que les entreprises soient capables de rivaliser au niveau international",
            ],
        );
    }

    #[test]
    fn vietnamese_is_vietnamese_in_headlines_too() {
        check(
            Some("vi"),
            &[
                "Thủ tướng nhấn mạnh chuyển đổi số là động lực phát triển",
                "VIỆT NAM ĐẨY MẠNH CHUYỂN ĐỔI SỐ",
                "Chào thế giới",
                "Hội nghị diễn ra tại Hà Nội và Paris",
                "Việt Nam và Pháp tăng cường hợp tác trong lĩnh vực công nghệ",
            ],
        );
    }

    #[test]
    fn english_is_english_in_headlines_too() {
        check(
            Some("en"),
            &[
                "Vietnam to speed up the development of its digital economy",
                "The café at the corner is closed for the day",
                "What can the ministry do about it?",
                "Storm clouds gather; heavy rain until Friday, and more in the new year",
                "President Nguyễn Phú Trọng met with the Prime Minister of France in Hà Nội",
            ],
        );
    }

    #[test]
    fn what_is_not_clear_is_unknown() {
        check(
            None,
            &[
                "",
                " ",
                "12345 67",
                "Hanoi",
                "VNA/CVN",
                "OK",
                "Photo : VNA",
                "Nguyễn Phú Trọng",
                "de la",
                "fn main() { println!(\"{}\", x); }",
                "GET /index.html HTTP/1.1 200",
                "\u{FEFF}\u{0}\u{301}",
                "lorem",
                "aaaa bbbb cccc dddd eeee",
            ],
        );
    }

    #[test]
    fn other_languages_are_not_taken_for_one_of_ours() {
        for (language, text) in [
            (
                "es",
                "El presidente de la República dijo que los países de la región no pueden esperar más para actuar",
            ),
            (
                "pt",
                "O presidente da República disse que os países da região não podem esperar mais para agir",
            ),
            (
                "it",
                "Il presidente della Repubblica ha detto che i paesi della regione non possono più aspettare",
            ),
            (
                "de",
                "Der Präsident sagte, dass die Länder der Region nicht länger warten können, und das ist gut",
            ),
            (
                "nl",
                "De president zei dat de landen van de regio niet langer kunnen wachten en dat het tijd is",
            ),
            ("ja", "ベトナムはデジタル経済の発展を加速している。"),
            ("zh", "越南加快数字经济发展步伐"),
            ("ko", "베트남은 디지털 경제 발전을 가속화하고 있다"),
            (
                "ru",
                "Вьетнам ускоряет развитие цифровой экономики, и это важный шаг, чтобы мы могли двигаться вперёд",
            ),
            ("lo", "ຫວຽດນາມ ເລັ່ງລັດ ພັດທະນາ ເສດຖະກິດ"),
            ("km", "វៀតណាម ពន្លឿន ការអភិវឌ្ឍ"),
        ] {
            check(Some(language), &[text]);
        }
        check(
            None,
            &[
                "Predsednik republike je rekao da zemlje regiona ne mogu više čekati i da je vreme da se radi",
                "Presidenten sade att länderna i regionen inte kan vänta längre och att det är dags att agera",
                "Præsidenten sagde, at landene i regionen ikke kan vente længere, og at det er på tide at handle",
                "Presiden mengatakan bahwa negara-negara di kawasan ini tidak bisa menunggu lebih lama lagi",
                "Prezydent powiedział, że kraje regionu nie mogą dłużej czekać i że nadszedł czas na działanie",
                "Cumhurbaşkanı, bölge ülkelerinin daha fazla bekleyemeyeceğini ve harekete geçme zamanı geldiğini söyledi",
                "Ọ̀rọ̀ àwọn ọmọ ilẹ̀ wa ni pé kí a ṣe iṣẹ́ dáadáa fún ọjọ́ ọ̀la",
                "Президент каза, че страните от региона не могат да чакат повече",
            ],
        );
    }

    #[test]
    fn a_foreign_notice_at_the_beginning_does_not_decide() {
        let notice = "This is free text and you may share it with all of the others. ".repeat(8);
        let text =
            "Le ministère a annoncé que les entreprises du pays sont dans une nouvelle phase. "
                .repeat(200);
        check(Some("fr"), &[&(notice + &text)]);
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text: String, times in 1_usize..200) {
            identify_language(&text);
            identify_language(&text.repeat(times));
        }
    }
}
