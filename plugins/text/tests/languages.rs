//! How often the language of a short text is told right, by kind of text.

use std::collections::BTreeMap;

use docmill_text::identify_language;

/// Of so many texts of a kind, how many may be wrong. What is stated in the README of
/// `extract-text` is what this list says.
const MISTAKES: [(&str, usize); 8] = [
    ("en", 1),
    ("fr", 1),
    ("fr-bare", 1),
    ("mixed", 6),
    ("nothing", 0),
    ("other", 0),
    ("vi", 0),
    ("vi-bare", 0),
];

#[test]
fn short_texts_are_in_the_language_that_a_reader_says() {
    let mut wrong: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let mut number: BTreeMap<&str, usize> = BTreeMap::new();
    for line in include_str!("languages.tsv").lines().filter(|line| !line.starts_with('#')) {
        let mut fields = line.split('\t');
        let (Some(kind), Some(tag), Some(text)) = (fields.next(), fields.next(), fields.next())
        else {
            panic!("three fields in `{line}`");
        };
        *number.entry(kind).or_default() += 1;
        let found = identify_language(text);
        if found != Some(tag).filter(|tag| *tag != "-") {
            let told = format!("{text:?} is {tag}, not {}", found.unwrap_or("-"));
            wrong.entry(kind).or_default().push(told);
        }
    }
    assert!(number.values().sum::<usize>() >= 150, "{number:?}");
    let allowed: BTreeMap<&str, usize> = MISTAKES.into();
    assert!(number.keys().eq(allowed.keys()), "every kind is measured: {number:?}");
    let too_many = |(kind, wrong): &(&&str, &Vec<String>)| wrong.len() > allowed[**kind];
    let told: Vec<String> = (wrong.iter().filter(too_many))
        .map(|(kind, them)| format!("{kind}, of {}:\n  {}", number[kind], them.join("\n  ")))
        .collect();
    assert!(told.is_empty(), "{}", told.join("\n"));
}

/// Two sentences are enough for nearly all languages.
#[test]
fn running_texts_are_in_the_language_that_they_are_in() {
    let (mut right, mut wrong) = (Vec::new(), Vec::new());
    for line in include_str!("running.tsv").lines().filter(|line| !line.starts_with('#')) {
        let (tag, text) = line.split_once('\t').unwrap_or_else(|| panic!("two fields in `{line}`"));
        match identify_language(text) {
            Some(found) if found == tag => right.push(tag),
            Some(found) => wrong.push(format!("{tag} is told to be {found}")),
            None => {}
        }
    }
    // The words of Dutch are those of Afrikaans, and it has no list of its own.
    assert_eq!(wrong, ["af is told to be nl"]);
    assert!(right.len() >= 60, "{}: {right:?}", right.len());
}
