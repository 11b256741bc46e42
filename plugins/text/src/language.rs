//! Tells in which language a text is written, by its function words and its letters.
//!
//! Articles, prepositions and pronouns make up nearly half of any running text, and they are the
//! first thing a short text has. Counting them against a constant table is faster than trigram
//! models by a factor of ten, and it is right on headlines, where trigrams guess; those are asked
//! only where words and script tell nothing. The languages below French, English and Vietnamese are
//! there first of all to keep their texts from being taken for one of these three.

mod others;
mod passages;
mod scripts;
mod words;

use std::cmp::Reverse;

pub use passages::other_languages;

use scripts::Scripts;
use words::{
    CODES, EN, FR, Key, LONG, Mask, SC, UNNAMED, VI, is_latin, is_vietnamese_only,
    languages_of_elision, languages_of_ending, languages_of_word, languages_with, lower_case,
};

/// Bytes looked at: this many at the beginning, and half as many in the middle and at three
/// quarters, since a text may begin with a notice in another language.
const SAMPLE: usize = 2048;

/// What a function word counts. A letter that fits a language counts half of it.
const WORD: u32 = 2;

/// So many words that all begin with a capital, as in a list of names, tell nothing.
const MOST_NAMES: u32 = 6;

/// The language of a text as a BCP 47 tag, or `None` if it cannot be told reliably.
///
/// Looks at no more than 4 KB of the text, so that it costs the same for an article and for a book.
pub fn identify_language(text: &str) -> Option<&'static str> {
    by_words(text).or_else(|| others::identify(text))
}

/// The same by words and scripts alone, which costs little.
fn by_words(text: &str) -> Option<&'static str> {
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
    /// Words with letters that a language does not have, for each; names are in many languages'
    /// texts.
    against: [u32; CODES.len()],
    /// Letters in other scripts.
    scripts: Scripts,
    /// Words that begin with a small letter, and whether any letter is small.
    small_words: u32,
    has_small_letter: bool,
    /// Words with letters that no language of [`CODES`] has, or has together.
    foreign: u32,
    bare: Bare,
}

/// Words without marks that begin with a small letter and could be syllables of Vietnamese without
/// its marks.
#[derive(Default)]
struct Bare {
    syllables: u32,
    /// Those that are hardly words of another language.
    telling: u32,
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
                if has_diacritic && !is_capitalised && !is_vietnamese && diacritics != !0 {
                    for (index, against) in self.against.iter_mut().enumerate() {
                        *against += u32::from((diacritics | known) & (1 << index) == 0);
                    }
                }
                if known == 0 && letters >= LONG {
                    self.add(languages_of_ending(word.tail), WORD / 2);
                }
                if is_vietnamese {
                    // A capitalised one may be a name in a text of any language; others are nowhere
                    // else.
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
        // A quarter of all words in running text, a fifth in headlines. The languages with shorter
        // tables have to bring more, because what resembles them may be a language without any.
        let share = if 1 << order[0] & (FR | EN | VI) != 0 { 20 } else { 30 };
        let is_dense = best * 100 >= self.words * WORD * share;
        let is_ahead = best * 4 >= second * 5;
        let is_ours = self.foreign * 4 < self.words && self.against[order[0]] * 6 < self.words;
        let is_clear = best >= 2 * WORD && is_dense && is_ahead && is_ours;
        Some(CODES[order[0]]).filter(|&code| is_clear && code != UNNAMED)
    }

    /// Vietnamese without its marks has few words that no other language has, but all of its words
    /// are short syllables of one make.
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
        // Short as they are, these are told as what they are or not at all.
        for (language, text) in [
            (
                "sr",
                "Predsednik republike je rekao da zemlje regiona ne mogu više čekati i da je vreme da se radi",
            ),
            (
                "sv",
                "Presidenten sade att länderna i regionen inte kan vänta längre och att det är dags att agera",
            ),
            (
                "da",
                "Præsidenten sagde, at landene i regionen ikke kan vente længere, og at det er på tide at handle",
            ),
            (
                "id",
                "Presiden mengatakan bahwa negara-negara di kawasan ini tidak bisa menunggu lebih lama lagi",
            ),
            (
                "pl",
                "Prezydent powiedział, że kraje regionu nie mogą dłużej czekać i że nadszedł czas na działanie",
            ),
            (
                "tr",
                "Cumhurbaşkanı, bölge ülkelerinin daha fazla bekleyemeyeceğini ve harekete geçme zamanı geldiğini söyledi",
            ),
            ("yo", "Ọ̀rọ̀ àwọn ọmọ ilẹ̀ wa ni pé kí a ṣe iṣẹ́ dáadáa fún ọjọ́ ọ̀la"),
            ("bg", "Президент каза, че страните от региона не могат да чакат повече"),
        ] {
            let found = identify_language(text);
            assert!(found.is_none() || found == Some(language), "{text}: {found:?}");
        }
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
