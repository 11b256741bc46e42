//! The names of authors in what a page says of them: several taken apart, jobs and prepositions
//! cut, addresses refused.

use docmill_text::lists::{Row, count, count_of, rows, values_of};

/// The most names of one statement.
const MAX_NAMES: usize = 16;

const LIST: &str = include_str!("authors/phrases.tsv");
const PHRASES: [Row; count(LIST)] = rows(LIST);
const PREPOSITIONS: &[&str] =
    &values_of::<{ count_of(&PHRASES, "preposition") }>(&PHRASES, "preposition");
const CONJUNCTIONS: &[&str] =
    &values_of::<{ count_of(&PHRASES, "conjunction") }>(&PHRASES, "conjunction");
const JOBS: &[&str] = &values_of::<{ count_of(&PHRASES, "job") }>(&PHRASES, "job");
const NOBODIES: &[&str] = &values_of::<{ count_of(&PHRASES, "nobody") }>(&PHRASES, "nobody");

/// The names in a statement such as `By Ada Quay, Tom Byrne and Rob Pear`.
pub fn names(statement: &str) -> Vec<String> {
    let statement = without_preposition(statement).unwrap_or(statement.trim());
    // `David Jackson - Editorial Team`.
    let statement = [" - ", " – ", " — "]
        .iter()
        .filter_map(|it| statement.split_once(it))
        .next()
        .map_or(statement, |(name, _)| name);
    let mut names: Vec<String> = Vec::new();
    for part in parts(statement) {
        let part = part.trim_matches(|it: char| {
            it.is_whitespace() || matches!(it, ',' | ';' | '|' | '•' | '·' | '-' | '–' | '—')
        });
        if is_name(part) && !names.iter().any(|name| name == part) && names.len() < MAX_NAMES {
            names.push(part.to_owned());
        }
    }
    names
}

/// What follows the preposition at the beginning of a line, if one is there: `By Ada Quay`,
/// `Par : Ada Quay`.
pub fn without_preposition(line: &str) -> Option<&str> {
    let line = line.trim();
    let longest = PREPOSITIONS
        .iter()
        .filter_map(|preposition| {
            let head = line.get(..preposition.len())?;
            let rest = &line[preposition.len()..];
            let ends = rest.trim_start().starts_with(':') || rest.starts_with(char::is_whitespace);
            (ends && head.to_lowercase() == **preposition).then_some(rest)
        })
        .min_by_key(|rest| rest.len())?;
    Some(longest.trim_start_matches(|it: char| it == ':' || it.is_whitespace()))
}

/// The names of a statement that may have several.
fn parts(statement: &str) -> Vec<&str> {
    if statement.contains([';', '|']) {
        return statement.split([';', '|']).collect();
    }
    let mut parts: Vec<&str> = Vec::new();
    for part in statement.split(',') {
        // `Tom, and Rob`.
        let mut rest = part.trim();
        if let Some((first, behind)) = rest.split_once(' ')
            && (first == "&" || CONJUNCTIONS.contains(&first.to_lowercase().as_str()))
        {
            rest = behind;
        }
        while let Some((at, length)) = conjunction(rest) {
            parts.push(&rest[..at]);
            rest = &rest[at + length..];
        }
        parts.push(rest);
    }
    let first_is_whole = parts.first().is_some_and(|first| first.split_whitespace().count() >= 2);
    let all_are_whole = parts
        .iter()
        .all(|part| part.split_whitespace().count() >= 2 || job(part) || is_credential(part));
    if first_is_whole && (all_are_whole || parts.iter().skip(1).any(|part| job(part))) {
        parts.retain(|part| {
            !job(part) && !is_credential(part) && part.split_whitespace().count() >= 2
        });
        return parts;
    }
    // `Quay, Ada` and `Johnson and Sons` are one name.
    vec![statement]
}

/// Where the first conjunction stands between two names, and its length with the spaces around it.
fn conjunction(text: &str) -> Option<(usize, usize)> {
    let mut words = text.match_indices(' ').filter_map(|(at, _)| {
        let rest = &text[at + 1..];
        let end = rest.find(' ')?;
        let word = rest[..end].to_lowercase();
        (word == "&" || CONJUNCTIONS.contains(&word.as_str())).then_some((at, end + 2))
    });
    words.find(|(at, _)| *at > 0)
}

fn job(part: &str) -> bool {
    part.split_whitespace().any(|word| {
        let word = word.to_lowercase();
        JOBS.iter().any(|job| word.starts_with(job))
    })
}

/// `MD`, `PhD`, `CFA`.
fn is_credential(part: &str) -> bool {
    let part = part.trim();
    (2..=5).contains(&part.len()) && part.bytes().filter(u8::is_ascii_uppercase).count() >= 2
}

fn is_name(part: &str) -> bool {
    let lower = part.to_lowercase();
    let has_letter = part.chars().any(char::is_alphabetic);
    has_letter
        && part.split_whitespace().count() <= 8
        && !lower.contains("://")
        && !lower.starts_with("www.")
        && !part.contains(['@', '{', '<'])
        && !NOBODIES.contains(&lower.as_str())
        && !PREPOSITIONS.contains(&lower.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_names_are_taken_apart() {
        for statement in [
            "Abby Good, Tom Byrne and Rob Pear",
            "By Abby Good, Tom Byrne & Rob Pear",
            "Abby Good; Tom Byrne; Rob Pear",
            "Abby Good, Tom Byrne, and Rob Pear",
            "Par Abby Good, Tom Byrne et Rob Pear",
            "Written by: Abby Good, Tom Byrne and Rob Pear",
        ] {
            assert_eq!(names(statement), ["Abby Good", "Tom Byrne", "Rob Pear"], "{statement}");
        }
    }

    #[test]
    fn what_looks_like_several_names_may_be_one() {
        for name in ["Quay, Ada", "Johnson and Sons", "Byron Darby", "Nguyễn Thị Mai", "VNA/CVN"]
        {
            assert_eq!(names(name), [name]);
        }
    }

    #[test]
    fn jobs_addresses_and_nobodies_are_no_names() {
        assert_eq!(names("By Ada Quay, Senior Reporter"), ["Ada Quay"]);
        assert_eq!(names("Ada Quay, MD"), ["Ada Quay"]);
        for statement in ["https://a.example/ada", "ada@a.example", "admin", "", "12", "By"] {
            assert!(names(statement).is_empty(), "{statement}");
        }
    }
}
