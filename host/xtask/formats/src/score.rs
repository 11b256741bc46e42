//! Compares a text with the one that is right: words as a bag, and their order by shingles.

use std::collections::HashMap;
use std::hash::Hash;

use crate::Reading;

/// The number of words that are compared together for their order.
const SHINGLE: usize = 3;
/// How many words of each kind are kept to be shown.
const SHOWN: usize = 12;

/// How near a text is to the right one, each from 0 to 1.
#[derive(Debug, Clone, PartialEq)]
pub struct Score {
    /// The harmonic mean of precision and recall of words, each as often as it occurs.
    pub words: f64,
    /// The same of all runs of three words: words in another place cost it at either end.
    pub order: f64,
    /// Words that should be there and are not, most frequent first.
    pub missing: Vec<String>,
    /// Words that should not.
    pub surplus: Vec<String>,
}

impl Score {
    /// Scores a reading.
    pub fn of(expected: &str, reading: &Reading) -> Score {
        let (right, found) = (words(expected), words(reading.text.as_deref().unwrap_or_default()));
        let (right_bag, found_bag) = (bag(right.iter()), bag(found.iter()));
        Score {
            words: f1(&right_bag, &found_bag),
            order: f1(&bag(shingles(&right)), &bag(shingles(&found))),
            missing: beyond(&right_bag, &found_bag),
            surplus: beyond(&found_bag, &right_bag),
        }
    }
}

/// Words as people count them: letters and digits that stand together, whatever their case. A word
/// that was parted at the end of a line is two, so that joining it shows.
fn words(text: &str) -> Vec<String> {
    text.split(|it: char| !it.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect()
}

fn shingles(words: &[String]) -> impl Iterator<Item = &[String]> {
    // A text of a word or two is one.
    words.windows(SHINGLE.min(words.len()).max(1))
}

fn bag<T: Hash + Eq>(of: impl Iterator<Item = T>) -> HashMap<T, usize> {
    let mut counts = HashMap::new();
    for one in of {
        *counts.entry(one).or_default() += 1;
    }
    counts
}

fn f1<T: Hash + Eq>(right: &HashMap<T, usize>, found: &HashMap<T, usize>) -> f64 {
    let both: usize = right.iter().map(|(it, count)| *count.min(found.get(it).unwrap_or(&0))).sum();
    let all = right.values().sum::<usize>() + found.values().sum::<usize>();
    // Of an empty text nothing can be missing.
    if all == 0 { 1.0 } else { 2.0 * both as f64 / all as f64 }
}

/// What one has more often than the other.
fn beyond(one: &HashMap<&String, usize>, other: &HashMap<&String, usize>) -> Vec<String> {
    let surplus = |(word, count): (&&String, &usize)| {
        let surplus = count.saturating_sub(*other.get(*word).unwrap_or(&0));
        (surplus > 0).then(|| (surplus, (*word).clone()))
    };
    let mut words: Vec<(usize, String)> = one.iter().filter_map(surplus).collect();
    words.sort_by(|(one, word), (other, next)| other.cmp(one).then_with(|| word.cmp(next)));
    words.into_iter().take(SHOWN).map(|(_, word)| word).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn score(expected: &str, found: &str) -> (f64, f64) {
        let reading = Reading { text: Some(found.to_owned()), ..Reading::default() };
        let score = Score::of(expected, &reading);
        (score.words, score.order)
    }

    #[test]
    fn the_right_text_scores_one_whatever_its_white_space_and_case() {
        assert_eq!(score("L’eau monte, vite.", "l'eau\n\nMONTE vite"), (1.0, 1.0));
        assert_eq!(score("", ""), (1.0, 1.0));
        assert_eq!(score("un", "un"), (1.0, 1.0));
    }

    #[test]
    fn words_in_another_order_cost_the_order_alone() {
        let (words, order) = score("a b c d e f", "d e f a b c");
        assert_eq!(words, 1.0);
        assert_eq!(order, 0.5);
    }

    #[test]
    fn what_is_missing_or_too_much_costs_both_and_is_named() {
        assert_eq!(score("a b c", ""), (0.0, 0.0));
        let reading = Reading { text: Some("a b x".to_owned()), ..Reading::default() };
        let score = Score::of("a b b c", &reading);
        assert_eq!(
            (score.missing, score.surplus),
            (vec!["b".to_owned(), "c".to_owned()], vec!["x".to_owned()])
        );
        assert!((score.words - 4.0 / 7.0).abs() < 1e-9, "{}", score.words);
    }
}
