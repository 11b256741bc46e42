//! The conventions of newsrooms: how a date, a caption, a credit, a dateline, a signature or a box
//! of related news looks.
//!
//! Every function looks at a bounded part of what it is given, and would rather miss an instance
//! than take somebody's prose for one. Matching is by hand: the instance lives for one document, so
//! a compiled pattern would be used once.

use std::ops::Range;

use docmill_text::lists::{Row, count, count_of, rows, values_of};

/// The longest caption, in bytes. What is longer is a paragraph that happens to end with a credit.
const LONGEST_CAPTION: usize = 800;

/// The longest credit, dateline or signature, in bytes.
const LONGEST_PHRASE: usize = 120;

/// The longest heading of a box of related news, in bytes, with what may follow it.
const LONGEST_BOX_HEADING: usize = 40;

/// The phrases below, by what they are.
const LIST: &str = include_str!("newsroom.tsv");
const PHRASES: [Row; count(LIST)] = rows(LIST);

/// News agencies that sign articles or open them with a dateline. Only these count, since
/// `Secure Shell (SSH) – …` looks just like `Hanoi (VNA) – …`.
const AGENCIES: &[&str] = &values_of::<{ count_of(&PHRASES, "agency") }>(&PHRASES, "agency");

/// What introduces the credit of a picture.
const PICTURE_CREDITS: &[&str] =
    &values_of::<{ count_of(&PHRASES, "picture-credit") }>(&PHRASES, "picture-credit");

/// What introduces a credit only on a line of its own: in prose, these words are too common.
const CREDITS: &[&str] = &values_of::<{ count_of(&PHRASES, "credit") }>(&PHRASES, "credit");

/// What stands above a box of related news and above nothing else, in lower case.
const BOX_HEADINGS: &[&str] =
    &values_of::<{ count_of(&PHRASES, "box-heading") }>(&PHRASES, "box-heading");

/// The headings that an ordinary text may have too. They need something below that looks like a
/// teaser.
const WEAK_BOX_HEADINGS: &[&str] =
    &values_of::<{ count_of(&PHRASES, "weak-box-heading") }>(&PHRASES, "weak-box-heading");

/// What is left of a link to where an article came from.
const SOURCE_LINKS: &[&str] =
    &values_of::<{ count_of(&PHRASES, "source-link") }>(&PHRASES, "source-link");

/// Words in the names of agencies: what they end is no place.
const NO_PLACES: &[&str] = &values_of::<{ count_of(&PHRASES, "no-place") }>(&PHRASES, "no-place");

/// A leading `date YYYY-MM-DD`, and the length of it and of the white space around it.
///
/// Only a date that exists counts, and only if something follows.
pub fn date_marker(text: &str) -> Option<(&str, usize)> {
    let after = text.trim_start().strip_prefix("date")?;
    let date_and_rest = after.trim_start_matches([' ', '\t']);
    let date = date_and_rest.get(..10)?;
    let rest = &date_and_rest[10..];
    let content = rest.trim_start();
    let is_marker = date_and_rest.len() < after.len()
        && is_date(date)
        && content.len() < rest.len()
        && !content.is_empty();
    is_marker.then(|| (date, text.len() - content.len()))
}

fn is_date(date: &str) -> bool {
    let bytes = date.as_bytes();
    let number = |range: Range<usize>| {
        bytes[range].iter().try_fold(0_u32, |sum, digit| {
            digit.is_ascii_digit().then(|| sum * 10 + u32::from(digit - b'0'))
        })
    };
    if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
        return false;
    }
    let (Some(year), Some(month), Some(day)) = (number(0..4), number(5..7), number(8..10)) else {
        return false;
    };
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        4 | 6 | 9 | 11 => 30,
        2 => 28 + u32::from(is_leap),
        1..=12 => 31,
        _ => 0,
    };
    (1..=days).contains(&day)
}

/// Whether a line is nothing but a credit, such as `Source : Insee`.
pub fn is_credit(line: &str) -> bool {
    line.len() <= LONGEST_PHRASE
        && CREDITS
            .iter()
            .any(|word| line.strip_prefix(word).and_then(after_colon).is_some_and(is_credited_name))
}

/// Where the credit of a picture begins that ends a passage.
///
/// Zero for a line that is nothing else, such as `Photo : VNA/CVN` or `© AFP`; anything more for a
/// caption, a few lines such as `Hanoi, le 15 janvier. Photo : VNA`.
pub fn picture_credit(passage: &str) -> Option<usize> {
    if passage.len() > LONGEST_CAPTION {
        return None;
    }
    let from = passage.ceil_char_boundary(passage.len().saturating_sub(LONGEST_PHRASE));
    // One look at each byte, since every block of every text is asked.
    let starts = (from..passage.len())
        .filter(|&at| matches!(passage.as_bytes()[at], b'P' | b'C' | b'I' | 0xE1 | 0xC2));
    let credits = starts.flat_map(|start| {
        let rest = passage.get(start..).unwrap_or_default();
        PICTURE_CREDITS
            .iter()
            .filter(move |word| rest.starts_with(**word))
            .map(move |word| (start, *word))
    });
    credits
        .filter(|&(start, word)| {
            let after = &passage[start + word.len()..];
            let before = passage[..start].trim_end();
            let is_bracketed = before.ends_with(['(', '[']);
            let name = match word {
                "©" | "Photo by" => Some(after),
                // `(Photo VNA)`: the brackets stand for the colon.
                _ if is_bracketed && after.ends_with([')', ']']) && after.starts_with(' ') => {
                    Some(after_colon(after).unwrap_or(after))
                }
                _ => after_colon(after),
            };
            let Some(name) = name else { return false };
            is_credited_name(name)
                && (is_bracketed
                    || before.is_empty()
                    || before.ends_with(is_end_of_sentence)
                    || before.ends_with(['|', '/', '–', '—', '-', ',', ';'])
                    || passage[before.len()..start].contains('\n')
                    || is_agency(name.trim().trim_end_matches('.')))
        })
        .map(|(start, _)| {
            let is_alone = passage[..start].trim_matches(['(', '[', ' ']).is_empty();
            if is_alone { 0 } else { start }
        })
        .min()
}

/// What follows `:` or `©`, if that comes next.
fn after_colon(after: &str) -> Option<&str> {
    let after = after.trim_start();
    after.strip_prefix(':').or_else(|| after.starts_with('©').then_some(after))
}

/// Whether this can be whom a picture is credited to: a short name, not the rest of a sentence.
fn is_credited_name(name: &str) -> bool {
    let name = name
        .trim()
        .trim_start_matches(['©', '@', ' ', '\u{A0}'])
        .trim_end_matches([')', ']', '.', ' ']);
    name.len() <= LONGEST_PHRASE
        && name.starts_with(|first: char| first.is_uppercase() || first.is_ascii_digit())
        && name.split_whitespace().count() <= 8
        && !name.contains(['?', '!', ';', '\n', '\r', '=', '{'])
        && !name.contains(". ")
        && !name.contains("://")
}

fn is_end_of_sentence(character: char) -> bool {
    matches!(character, '.' | '!' | '?' | '…' | '»' | '”' | '"' | ')' | ']' | ':')
}

fn is_agency(name: &str) -> bool {
    let mut parts = name.split('/');
    parts.next().is_some_and(|first| AGENCIES.contains(&first))
        && parts.all(|part| (1..=16).contains(&part.len()) && !part.contains(char::is_whitespace))
}

/// Whether a line is a link to another article: `>> Headline`.
pub fn is_cross_link(line: &str) -> bool {
    line.len() <= LONGEST_CAPTION
        && line
            .strip_prefix(">>")
            .is_some_and(|rest| !rest.starts_with('>') && rest.contains(char::is_alphabetic))
}

/// How a line looks as the heading of a box of related news.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BoxHeading {
    /// It is one.
    Certain,
    /// It is one if teasers follow.
    Weak,
}

/// Whether a line stands above a box of related news, such as `Voir plus`.
pub fn box_heading(line: &str) -> Option<BoxHeading> {
    if line.len() > LONGEST_BOX_HEADING {
        return None;
    }
    let heading = line.trim_end_matches([':', '.', '…', '>', '»', ' ', '\u{A0}']).to_lowercase();
    if BOX_HEADINGS.contains(&heading.as_str()) {
        Some(BoxHeading::Certain)
    } else if WEAK_BOX_HEADINGS.contains(&heading.as_str()) {
        Some(BoxHeading::Weak)
    } else {
        None
    }
}

/// Whether a line is what is left of a link to where the article came from.
pub fn is_source_link(line: &str) -> bool {
    SOURCE_LINKS.contains(&line)
}

/// The length of a dateline that opens a paragraph, such as `Hanoi (VNA) – `, and its agency.
pub fn dateline(paragraph: &str) -> Option<(usize, &str)> {
    let head = &paragraph[..paragraph.floor_char_boundary(LONGEST_PHRASE)];
    let (place, rest) = head.split_once('(')?;
    let (agency, rest) = rest.split_once(')')?;
    if !is_agency(agency) || !is_place(place.trim()) {
        return None;
    }
    let dash = rest.trim_start();
    let after = dash.strip_prefix(['–', '—', '-', '−'])?;
    let length = head.len() - after.len();
    (!paragraph[length..].trim_start().is_empty()).then_some((length, agency))
}

/// `Hanoi`, `Hô Chi Minh-Ville`, `Hanoï, 15 janvier`; nothing at all is a place too.
fn is_place(place: &str) -> bool {
    let (city, date) = place.split_once(',').unwrap_or((place, ""));
    let words = city.split_whitespace();
    words.clone().count() <= 5
        && date.split_whitespace().count() <= 4
        && words.clone().all(|word| word.starts_with(|first: char| first.is_uppercase() || first.is_ascii_digit()))
        // `Vietnam News Agency (VNA) – …` explains a name.
        && !words.clone().any(|word| NO_PLACES.contains(&word))
}

/// The signature of an agency at the end of an article: where it begins, and what it says, such as
/// `VNA/CVN`.
///
/// It is a line of its own, or follows the last sentence after a dash, in brackets or after the
/// full stop.
pub fn signature(paragraph: &str) -> Option<(usize, &str)> {
    let from = paragraph.ceil_char_boundary(paragraph.len().saturating_sub(LONGEST_PHRASE));
    let tail = paragraph[from..].trim_end();
    let core = tail.trim_end_matches(['.', '/']);
    let (core, is_bracketed) = match core.strip_suffix(')') {
        Some(core) => (core, true),
        None => (core, false),
    };
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '/' | '+');
    let name = &core[core.trim_end_matches(is_part).len()..];
    let before = &core[..core.len() - name.len()];
    let line_start = before.rfind(['\n', '\r']).map_or(0, |at| at + 1);
    let is_whole_line = line_start > 0 || from == 0;
    if is_agency(name) {
        let (before, is_bracketed) = match (before.strip_suffix('('), is_bracketed) {
            (Some(before), true) => (before, true),
            (None, false) => (before, false),
            _ => return None,
        };
        let undashed = before.trim_end().trim_end_matches(['–', '—', '-', '−']);
        let prose = undashed.trim_end();
        let has_dash = undashed.len() < before.trim_end().len();
        let is_alone = prose.is_empty() && from == 0;
        let ends_line = prose.len() < line_start;
        // After a colon comes a name that belongs there: `Photo : VNA`.
        let ends_sentence = prose.ends_with(is_end_of_sentence) && !prose.ends_with(':');
        // `Radio France-AFP` is a name, `… – AFP` a signature.
        let is_set_off = has_dash && (prose.len() < undashed.len() || ends_sentence);
        let is_signature = is_alone
            || ends_line
            || is_set_off
            || (ends_sentence && (is_bracketed || prose.len() < before.len()));
        return is_signature
            .then(|| (from + prose.len() + leading_space(&paragraph[from + prose.len()..]), name));
    }
    // `Huong Linh/CVN`, the author and the agency, on a line of its own.
    let line = tail[line_start..].trim_start();
    let by_line = line.trim_start_matches(['–', '—', '-', '−', ' ']);
    let (author, agency) = by_line.rsplit_once('/')?;
    let is_by_line = is_whole_line
        && AGENCIES.contains(&agency)
        && author.len() <= 60
        && author.split_whitespace().count() <= 6
        && author
            .split_whitespace()
            .all(|word| word.starts_with(|first: char| first.is_uppercase() || first == '-'));
    is_by_line.then(|| (from + tail.len() - line.len(), by_line))
}

fn leading_space(text: &str) -> usize {
    text.len() - text.trim_start().len()
}

/// Whether a line reads like a headline of at most this many characters: no sentence, no item, no
/// line of code.
pub fn is_headline(line: &str, longest: usize) -> bool {
    // No character has more than four bytes; counting comes last because it is not cheap.
    line.len() <= longest * 4
        && line.contains(char::is_alphabetic)
        && !line.ends_with(['.', ',', ';', ':', '…', '-', '–', '/', '\\', '{', '}', '|'])
        && line.starts_with(|first: char| {
            first.is_uppercase()
                || first.is_ascii_digit()
                || matches!(first, '"' | '“' | '«' | '\'' | '‘' | '[')
        })
        && line.chars().count() <= longest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_caption(passage: &str) -> bool {
        picture_credit(passage).is_some_and(|start| start > 0)
    }

    fn is_picture_credit(line: &str) -> bool {
        picture_credit(line) == Some(0)
    }

    #[test]
    fn only_a_real_date_with_text_behind_it_is_a_marker() {
        assert_eq!(date_marker(" date 2025-10-01 Title"), Some(("2025-10-01", 17)));
        assert_eq!(date_marker("date 2024-02-29\r\nTitle"), Some(("2024-02-29", 17)));
        for text in [
            "date 2025-02-29 Title",
            "date 2025-13-01 Title",
            "date 2025-00-10 Title",
            "date 2025-04-31 x",
            "date 2025-10-01",
            "date 2025-10-01  \n",
            "date 2025-10-011 x",
            "date2025-10-01 x",
            "date 2025-1O-01 x",
            "Date 2025-10-01 x",
            "date of birth: unknown",
            "date é025-10-01 x",
            "date 202é-10-0 x",
        ] {
            assert_eq!(date_marker(text), None, "{text}");
        }
    }

    #[test]
    fn a_caption_ends_with_the_credit_of_a_picture() {
        for text in [
            "Le vice-Premier ministre Nguyên Chi Dung. Photo: VNA",
            "Le forum à Hanoi, le 15 janvier. Photo : VNA",
            "Le PDG, Lee Chung-hoon. (Photo : Portail gouvernemental)",
            "Lễ trao giải tại Hà Nội. Ảnh: Nguyễn Văn A - TTXVN",
            "Lễ trao giải tại Hà Nội (Ảnh: TTXVN)",
            "The lake at dawn (Photo AFP)",
            "The lake at dawn.\nPhoto: Jane Doe/AFP",
            "Le lac © AFP",
            "Hội nghị Ảnh: TTXVN",
        ] {
            assert!(is_caption(text), "{text}");
        }
        for text in [
            "Photo : VNA/CVN",
            "(Photo : VNA)",
            "© AFP",
            "Crédit photo : Jean Dupont",
            "Ảnh: TTXVN",
            "Photos: VNA",
        ] {
            assert!(is_picture_credit(text) && !is_caption(text), "{text}");
        }
    }

    #[test]
    fn a_photo_in_prose_is_no_caption() {
        for text in [
            "Il a montré une Photo de son père.",
            "Une photo : voilà ce qui manque.",
            "Photo: the picture to upload, in one of the formats below.",
            "Il regarde la Photo : Elle est belle. Puis il sort.",
            "Photo",
            "Photo :",
            "Source: https://example.org/",
            "PHOTO=1",
            "Le logiciel Photo (Image) est ancien",
            "Copyright © 2024 the authors; all rights reserved",
        ] {
            assert!(!is_caption(text) && !is_picture_credit(text) && !is_credit(text), "{text}");
        }
        assert!(!is_caption(&format!("{} Photo : VNA", "Une phrase de prose. ".repeat(60))));
    }

    #[test]
    fn a_source_counts_on_a_line_of_its_own() {
        assert!(is_credit("Source : Insee"));
        assert!(is_credit("Nguồn: TTXVN"));
        assert!(!is_credit("Source"));
        assert!(!is_credit("Sources disent : Non"));
        assert!(is_source_link("source"));
    }

    #[test]
    fn two_arrows_are_a_link_and_three_a_prompt() {
        assert!(is_cross_link(">> Résolution 57 : la transformation"));
        assert!(is_cross_link(">>Xem thêm tin"));
        for text in [">>> print(1)", "> quoted", ">>", ">> 1", "a >> b"] {
            assert!(!is_cross_link(text), "{text}");
        }
    }

    #[test]
    fn a_box_heading_is_the_whole_line() {
        for text in ["Voir plus", "VOIR PLUS", "Xem thêm:", "Tin liên quan", "À lire aussi :"] {
            assert_eq!(box_heading(text), Some(BoxHeading::Certain), "{text}");
        }
        assert_eq!(box_heading("Related"), Some(BoxHeading::Weak));
        for text in ["Voir plus loin", "See also", "## Related", "Pour en savoir plus"] {
            assert_eq!(box_heading(text), None, "{text}");
        }
    }

    #[test]
    fn a_dateline_names_a_place_and_an_agency() {
        for (text, line, agency) in [
            ("Hanoi (VNA) – Le secrétaire", "Hanoi (VNA) –", "VNA"),
            ("Hô Chi Minh-Ville (VNA) - Le", "Hô Chi Minh-Ville (VNA) -", "VNA"),
            ("Hà Nội (TTXVN) — Sáng", "Hà Nội (TTXVN) —", "TTXVN"),
            ("Hanoï, le 15 janvier (VNA/CVN) – Le", "Hanoï, le 15 janvier (VNA/CVN) –", "VNA/CVN"),
            ("(TTXVN) - Sáng", "(TTXVN) -", "TTXVN"),
        ] {
            assert_eq!(dateline(text), Some((line.len(), agency)));
        }
        for text in [
            "Secure Shell (SSH) – a protocol",
            "L’Agence vietnamienne d’information (VNA) – principale",
            "Vietnam News Agency (VNA) – the",
            "Hanoi (VNA) Le secrétaire",
            "Hanoi (VNA) –",
            "Hanoi (VNA",
        ] {
            assert_eq!(dateline(text), None, "{text}");
        }
    }

    #[test]
    fn a_signature_is_set_off_from_the_text() {
        for (text, aside, name) in [
            ("à y participer. -VNA/VI", "-VNA/VI", "VNA/VI"),
            ("numérique, a-t-il déclaré. – VNA", "– VNA", "VNA"),
            ("VNA/CVN", "VNA/CVN", "VNA/CVN"),
            ("La fin.\nVNA/CVN", "VNA/CVN", "VNA/CVN"),
            ("La fin. (VNA)", "(VNA)", "VNA"),
            ("La fin. VNA/CVN", "VNA/CVN", "VNA/CVN"),
            ("Hết bài./. – TTXVN.", "– TTXVN.", "TTXVN"),
            ("Huong Linh/CVN", "Huong Linh/CVN", "Huong Linh/CVN"),
            ("La fin.\nHuong Linh/CVN", "Huong Linh/CVN", "Huong Linh/CVN"),
        ] {
            assert_eq!(
                signature(text).map(|(start, name)| (&text[start..], name)),
                Some((aside, name))
            );
        }
        for text in [
            "Il travaille à la VNA",
            "l’agence (VNA)",
            "Radio France-AFP",
            "VNAX",
            "a/b/CVN",
            "Il dit que a/CVN",
            "La fin. – XYZ",
            "",
            "–",
            "VNA)",
            "(VNA",
        ] {
            assert_eq!(signature(text), None, "{text}");
        }
    }

    #[test]
    fn a_headline_is_no_sentence() {
        assert!(is_headline("Nouvelle phase de développement", 120));
        assert!(is_headline("\"Que faire ?\"", 120));
        for text in ["Une phrase.", "liste", "- item", "Clé :", "12345", "", "— Vraiment"] {
            assert!(!is_headline(text, 120), "{text}");
        }
        assert!(!is_headline(&"Long ".repeat(50), 120));
    }
}
