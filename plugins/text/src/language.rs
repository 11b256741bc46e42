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
/// Danish, Norwegian and Swedish: too close to each other to be named, and to English and Dutch to be left out.
const SC: Mask = 1 << 11;

const CODES: [&str; 12] =
    ["fr", "en", "vi", "es", "pt", "it", "de", "nl", "ca", "ro", "la", UNNAMED];

/// Stands for a language that is known only for not being one of the others.
const UNNAMED: &str = "";

/// What a function word counts. A letter that fits a language counts half of it.
const WORD: u32 = 2;

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
                if is_vietnamese {
                    // A capitalised one may be a name in a text of any language.
                    if known & VI == 0 {
                        self.add(VI, if is_capitalised { WORD / 2 } else { WORD });
                    }
                } else if has_diacritic {
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
        let mut order: [usize; CODES.len()] = std::array::from_fn(|index| index);
        order.sort_by_key(|&index| Reverse(self.scores[index]));
        let (best, second) = (self.scores[order[0]], self.scores[order[1]]);
        // A quarter of all words in running text, a fifth in headlines. The languages with shorter tables have to bring
        // more, because what resembles them may be a language without any.
        let share = if 1 << order[0] & (FR | EN | VI) != 0 { 20 } else { 30 };
        let is_dense = best * 100 >= self.words * WORD * share;
        let is_ahead = best * 4 >= second * 5;
        let is_clear = best >= 2 * WORD && is_dense && is_ahead;
        Some(CODES[order[0]]).filter(|&code| is_clear && code != UNNAMED)
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
    if character.is_ascii() {
        return character.to_ascii_lowercase();
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
        _ if is_vietnamese_only(lower) => VI,
        _ => 0,
    }
}

/// A word of up to eight bytes as a number, so that looking it up compares numbers. Numbers are in the order of the words.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
struct Key {
    word: u64,
    length: usize,
}

impl Key {
    const fn of(word: &str) -> Key {
        let mut key = Key { word: 0, length: 0 };
        let mut index = 0;
        while index < word.len() {
            key.push_byte(word.as_bytes()[index]);
            index += 1;
        }
        key
    }

    fn push(&mut self, letter: char) {
        for &byte in letter.encode_utf8(&mut [0; 4]).as_bytes() {
            self.push_byte(byte);
        }
    }

    const fn push_byte(&mut self, byte: u8) {
        if self.length < LONGEST {
            self.word |= (byte as u64) << (56 - 8 * self.length);
        }
        self.length += 1;
    }
}

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
    KEYS.binary_search(&word.word).map_or(0, |index| WORDS[index].1)
}

/// The words of [`WORDS`] as numbers, made by the compiler.
static KEYS: [u64; WORDS.len()] = {
    let mut keys = [0; WORDS.len()];
    let mut index = 0;
    while index < keys.len() {
        keys[index] = Key::of(WORDS[index].0).word;
        index += 1;
    }
    keys
};

/// Function words and the languages that use them, in ascending byte order.
#[rustfmt::skip]
const WORDS: &[(&str, Mask)] = &[
    ("a", FR | EN | ES | PT | IT | CA | RO),
    ("aan", NL),
    ("ab", LA),
    ("aber", DE),
    ("about", EN),
    ("ac", LA),
    ("ad", IT | LA),
    ("af", SC),
    ("afin", FR),
    ("after", EN),
    ("ai", IT),
    ("ainsi", FR),
    ("al", ES | IT | CA | RO),
    ("ale", RO),
    ("all", EN),
    ("alla", IT),
    ("alle", IT),
    ("als", DE | NL | CA),
    ("also", EN),
    ("am", DE),
    ("amb", CA),
    ("an", EN | DE),
    ("anche", IT),
    ("and", EN),
    ("années", FR),
    ("ao", PT),
    ("aos", PT),
    ("apres", FR),
    ("après", FR),
    ("aquest", CA),
    ("aquesta", CA),
    ("are", EN | RO),
    ("as", EN | PT),
    ("at", EN | SC),
    ("atque", LA),
    ("att", SC),
    ("até", PT),
    ("au", FR | RO),
    ("auch", DE),
    ("auf", DE),
    ("aura", FR | LA),
    ("auront", FR),
    ("aus", DE),
    ("aussi", FR),
    ("aut", LA),
    ("autem", LA),
    ("aux", FR),
    ("av", SC),
    ("avait", FR),
    ("avec", FR),
    ("be", EN),
    ("been", EN),
    ("bei", DE),
    ("between", EN),
    ("bien", FR),
    ("bij", NL),
    ("bis", DE),
    ("blev", SC),
    ("blir", SC),
    ("but", EN),
    ("by", EN),
    ("bạn", VI),
    ("bằng", VI),
    ("ca", RO),
    ("can", EN),
    ("car", FR),
    ("care", RO),
    ("ce", FR | RO),
    ("cela", FR),
    ("celui", FR),
    ("cent", FR | CA),
    ("cents", FR | CA),
    ("ces", FR),
    ("cette", FR),
    ("chaque", FR),
    ("che", IT),
    ("chez", FR),
    ("cho", VI),
    ("chào", VI),
    ("chúng", VI),
    ("ci", IT),
    ("com", PT | CA),
    ("come", IT),
    ("comme", FR),
    ("como", ES | PT),
    ("con", ES | IT),
    ("could", EN),
    ("cu", RO),
    ("cua", VI),
    ("cuando", ES),
    ("cum", LA),
    ("các", VI),
    ("còn", VI),
    ("có", VI),
    ("că", RO),
    ("cũng", VI),
    ("của", VI),
    ("da", PT | IT | SC),
    ("dal", IT),
    ("dalla", IT),
    ("dan", NL),
    ("dans", FR),
    ("dar", RO),
    ("das", PT | DE),
    ("dass", DE),
    ("dat", NL),
    ("de", FR | ES | PT | NL | CA | RO | SC),
    ("degli", IT),
    ("dei", IT),
    ("deja", FR),
    ("del", ES | IT | CA),
    ("della", IT),
    ("delle", IT),
    ("dello", IT),
    ("dels", CA),
    ("dem", DE),
    ("den", DE | SC),
    ("depuis", FR),
    ("der", DE | SC),
    ("des", FR | DE),
    ("desde", ES),
    ("det", SC),
    ("deux", FR),
    ("deze", NL),
    ("di", IT),
    ("did", EN),
    ("die", DE | NL),
    ("din", RO),
    ("do", EN | PT),
    ("donc", FR),
    ("dont", FR),
    ("door", NL),
    ("dos", PT),
    ("down", EN),
    ("du", FR),
    ("duoc", VI),
    ("dupa", RO),
    ("după", RO),
    ("durch", DE),
    ("déjà", FR),
    ("e", ES | PT | IT),
    ("each", EN),
    ("ed", IT),
    ("een", NL),
    ("efter", SC),
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
    ("en", FR | ES | NL | CA | SC),
    ("encore", FR),
    ("enim", LA),
    ("ens", CA),
    ("entre", FR | ES | PT | CA),
    ("er", DE | NL | SC),
    ("era", IT),
    ("es", ES | DE | CA),
    ("ese", ES),
    ("eso", ES),
    ("esse", LA),
    ("essere", IT),
    ("est", FR | LA),
    ("esta", ES | PT),
    ("estas", ES),
    ("este", ES | PT | RO),
    ("estos", ES),
    ("está", ES | PT),
    ("et", FR | LA | SC),
    ("etait", FR),
    ("ete", FR),
    ("etiam", LA),
    ("etre", FR),
    ("ett", SC),
    ("etter", SC),
    ("ex", LA),
    ("faire", FR),
    ("fait", FR),
    ("fi", RO),
    ("fins", CA),
    ("foi", PT),
    ("for", EN | SC),
    ("fost", RO),
    ("fra", IT | SC),
    ("from", EN),
    ("från", SC),
    ("fue", ES),
    ("för", SC),
    ("für", DE),
    ("geen", NL),
    ("get", EN),
    ("gli", IT),
    ("ha", ES | IT | CA),
    ("haben", DE),
    ("had", EN | NL),
    ("han", CA | SC),
    ("hanno", IT),
    ("har", SC),
    ("has", EN),
    ("hasta", ES),
    ("hat", DE),
    ("have", EN),
    ("hay", ES | VI),
    ("he", EN),
    ("heeft", NL),
    ("her", EN),
    ("het", NL),
    ("hi", CA),
    ("hij", NL),
    ("him", EN),
    ("his", EN),
    ("ho", CA),
    ("hoc", LA),
    ("hon", SC),
    ("how", EN),
    ("hoặc", VI),
    ("hun", NL | SC),
    ("há", PT),
    ("i", EN | IT | CA | SC),
    ("iar", RO),
    ("ich", DE),
    ("if", EN),
    ("ik", NL),
    ("ikke", SC),
    ("il", FR | IT),
    ("ils", FR),
    ("im", DE),
    ("in", EN | IT | DE | NL | RO | LA),
    ("inte", SC),
    ("into", EN),
    ("is", EN | NL),
    ("ist", DE),
    ("it", EN),
    ("its", EN),
    ("ja", CA),
    ("je", FR | NL),
    ("jours", FR),
    ("já", PT),
    ("kan", NL | SC),
    ("kann", DE),
    ("khi", VI),
    ("khong", VI),
    ("không", VI),
    ("la", FR | ES | IT | CA | RO),
    ("las", ES),
    ("le", FR | ES | IT),
    ("les", FR | ES | CA),
    ("leur", FR),
    ("leurs", FR),
    ("like", EN),
    ("lo", ES | IT),
    ("lors", FR),
    ("los", ES),
    ("lui", RO),
    ("là", FR | VI),
    ("ma", FR | IT),
    ("maar", NL),
    ("mai", RO),
    ("mais", FR | PT),
    ("make", EN),
    ("man", DE),
    ("many", EN),
    ("mas", ES | PT),
    ("may", EN),
    ("med", SC),
    ("meer", NL),
    ("mehr", DE),
    ("meme", FR),
    ("men", SC),
    ("mes", FR | CA),
    ("met", NL),
    ("mille", FR | IT),
    ("mit", DE),
    ("mois", FR),
    ("mon", FR),
    ("more", EN),
    ("mot", SC),
    ("muito", PT),
    ("must", EN),
    ("muy", ES),
    ("my", EN),
    ("mà", VI),
    ("más", ES),
    ("més", CA),
    ("même", FR),
    ("một", VI),
    ("na", PT),
    ("naar", NL),
    ("nach", DE),
    ("nam", VI),
    ("nao", PT),
    ("nas", PT),
    ("ne", FR),
    ("nec", LA),
    ("nei", IT),
    ("nel", IT),
    ("nella", IT),
    ("nelle", IT),
    ("new", EN),
    ("nguoi", VI),
    ("ngày", VI),
    ("người", VI),
    ("nhiều", VI),
    ("nhung", VI),
    ("như", VI),
    ("nhưng", VI),
    ("những", VI),
    ("ni", ES),
    ("nicht", DE),
    ("niet", NL),
    ("no", EN | ES | PT | CA),
    ("noch", DE),
    ("nog", NL),
    ("non", IT | LA),
    ("nos", FR | ES | PT),
    ("not", EN),
    ("notre", FR),
    ("nous", FR),
    ("nouveau", FR),
    ("nouvelle", FR),
    ("now", EN),
    ("nu", RO | SC),
    ("nur", DE),
    ("ny", SC),
    ("nya", SC),
    ("nye", SC),
    ("này", VI),
    ("não", PT),
    ("năm", VI),
    ("nếu", VI),
    ("o", ES | PT | IT | CA | RO),
    ("och", SC),
    ("oder", DE),
    ("of", EN | NL),
    ("og", SC),
    ("om", NL | SC),
    ("on", FR | EN),
    ("only", EN),
    ("ont", FR),
    ("ook", NL),
    ("op", NL),
    ("or", EN),
    ("os", PT),
    ("other", EN),
    ("ou", FR | PT),
    ("our", EN),
    ("out", EN),
    ("ouvre", FR),
    ("over", EN | NL),
    ("où", FR),
    ("par", FR),
    ("para", ES | PT),
    ("pas", FR),
    ("pays", FR | EN),
    ("pe", RO),
    ("pela", PT),
    ("pelas", PT),
    ("pelo", PT),
    ("pelos", PT),
    ("pentru", RO),
    ("per", IT | CA | LA),
    ("pero", ES | CA),
    ("perquè", CA),
    ("però", CA),
    ("peut", FR),
    ("phát", VI),
    ("piu", IT),
    ("più", IT),
    ("plus", FR),
    ("por", ES | PT),
    ("porque", ES),
    ("pour", FR),
    ("premier", FR | EN),
    ("prin", RO),
    ("på", SC),
    ("quae", LA),
    ("quam", LA),
    ("quand", FR),
    ("quando", PT),
    ("que", FR | ES | PT | CA),
    ("questa", IT),
    ("questi", IT),
    ("questo", IT),
    ("qui", FR | LA),
    ("quod", LA),
    ("ra", VI),
    ("rất", VI),
    ("sa", FR | RO),
    ("said", EN),
    ("sans", FR),
    ("sao", PT),
    ("sau", RO | VI),
    ("se", FR | ES | PT | IT | RO),
    ("sed", LA),
    ("sedan", SC),
    ("sells", EN),
    ("selon", FR),
    ("sense", CA),
    ("ser", ES | PT | CA),
    ("sera", FR | IT),
    ("seront", FR),
    ("ses", FR),
    ("seu", PT | CA),
    ("seus", PT),
    ("seva", CA),
    ("she", EN),
    ("should", EN),
    ("show", EN),
    ("shows", EN),
    ("si", FR | ES | IT | CA | RO | LA),
    ("sich", DE),
    ("siden", SC),
    ("sie", DE),
    ("sig", SC),
    ("sin", ES),
    ("sind", DE),
    ("ska", SC),
    ("skal", SC),
    ("so", EN | DE),
    ("sobre", ES | CA),
    ("som", SC),
    ("some", EN),
    ("son", FR | ES),
    ("sono", IT),
    ("sont", FR),
    ("sous", FR),
    ("stato", IT),
    ("su", ES | IT),
    ("sua", PT | IT),
    ("suas", PT),
    ("sul", IT),
    ("sulla", IT),
    ("sunt", RO | LA),
    ("suo", IT),
    ("sur", FR),
    ("sus", ES),
    ("são", PT),
    ("så", SC),
    ("són", CA),
    ("să", RO),
    ("sẽ", VI),
    ("tambe", CA),
    ("tambem", PT),
    ("tambien", ES),
    ("también", ES),
    ("també", CA),
    ("também", PT),
    ("te", NL),
    ("than", EN),
    ("that", EN),
    ("the", EN),
    ("their", EN),
    ("them", EN),
    ("then", EN),
    ("theo", VI),
    ("there", EN),
    ("these", EN),
    ("they", EN),
    ("this", EN),
    ("thì", VI),
    ("til", SC),
    ("till", SC),
    ("to", EN),
    ("todo", ES),
    ("todos", ES),
    ("tot", NL),
    ("tous", FR),
    ("tout", FR),
    ("toute", FR),
    ("toutes", FR),
    ("tra", IT),
    ("trente", FR),
    ("tres", FR),
    ("trois", FR),
    ("trong", VI),
    ("très", FR),
    ("trên", VI),
    ("tu", FR),
    ("two", EN),
    ("tôi", VI),
    ("tại", VI),
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
    ("until", EN),
    ("up", EN),
    ("use", EN),
    ("ut", LA),
    ("va", CA),
    ("van", NL),
    ("var", SC),
    ("ved", SC),
    ("vers", FR),
    ("vid", SC),
    ("vil", SC),
    ("ville", FR | IT | SC),
    ("vingt", FR),
    ("việc", VI),
    ("von", DE),
    ("voor", NL),
    ("vor", DE),
    ("vos", FR),
    ("votre", FR),
    ("vous", FR),
    ("và", VI),
    ("vào", VI),
    ("về", VI),
    ("với", VI),
    ("war", DE),
    ("was", EN | NL),
    ("we", EN | NL),
    ("wel", NL),
    ("werd", NL),
    ("werden", DE),
    ("were", EN),
    ("what", EN),
    ("when", EN),
    ("which", EN),
    ("who", EN),
    ("wie", DE),
    ("will", EN),
    ("wir", DE),
    ("wird", DE),
    ("with", EN),
    ("worden", NL),
    ("wordt", NL),
    ("would", EN),
    ("y", FR | ES),
    ("ya", ES),
    ("year", EN),
    ("years", EN),
    ("you", EN),
    ("your", EN),
    ("ze", NL),
    ("zijn", NL),
    ("zu", DE),
    ("zum", DE),
    ("zur", DE),
    ("à", FR | PT),
    ("às", PT),
    ("è", IT),
    ("é", PT),
    ("és", CA),
    ("était", FR),
    ("été", FR),
    ("être", FR),
    ("în", RO),
    ("über", DE),
    ("đây", VI),
    ("đã", VI),
    ("đó", VI),
    ("được", VI),
    ("đến", VI),
    ("để", VI),
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
