//! How mentions become labels: points, and a confidence that follows from them.
//!
//! A mention is worth its weight times the factor of its [`Zone`]; every repetition of the same key is worth less than the one
//! before, so that a refrain does not outweigh three different terms. With `s` points a label has the confidence
//! `s² / (s² + 4.8²)`: a logistic curve over the logarithm of the points, 0.5 at 4.8 points and 0.8 at twice as many. All of it
//! is integer arithmetic in hundredths, so a plugin in the sandbox and a native test agree to the last bit.

use docmill_plugin::{Attribute, Label};

use crate::Options;
use crate::mentions::{Found, Mention};
use crate::zones::{Reading, Zone};

/// The points at which a label is as likely right as wrong, in hundredths.
const EVEN: u64 = 480;

/// The points from which a document counts as a survey of the subject, in hundredths.
const FOCUSED: u64 = 400;

/// What the label named first in title or lead gains, in hundredths: news begins with what it is about.
const FIRST: u64 = 120;

/// What the first, second, … mention of a key is worth, in hundredths. Later ones are worth nothing.
const REPETITION: [u64; 8] = [100, 60, 40, 30, 20, 15, 10, 10];

/// What a mention in a zone is worth, in hundredths.
///
/// In a document that surveys the subject, the body counts like the lead: there a list names what the document is about,
/// while elsewhere it names examples.
fn factor(zone: Zone, focused: bool) -> u64 {
    match zone {
        Zone::Title => 250,
        Zone::Lead => 170,
        _ if focused => 170,
        Zone::Heading => 150,
        Zone::Body => 100,
    }
}

/// The confidence that follows from points, both in hundredths.
pub fn confidence(points: u64) -> u32 {
    let square = points.min(1_000_000).pow(2);
    let whole = square + EVEN.pow(2);
    let rounded = (square * 100 + whole / 2) / whole;
    // Nothing that counts words is ever sure.
    rounded.min(99) as u32
}

/// The labels that the mentions add up to, most confident first.
pub fn weigh(
    reading: &Reading<'_>,
    found: &Found,
    labels: &[&str],
    options: &Options,
) -> Vec<Label> {
    let focused = points(reading, found.focus.iter(), false, false) >= FOCUSED;
    let first = found
        .terms
        .iter()
        .min_by_key(|it| (reading.zone(it.span.start) > Zone::Lead, it.span.start))
        .map(|it| it.label);
    let mut scored: Vec<(usize, u64)> = (0..labels.len())
        .map(|label| {
            let mentions = found.terms.iter().filter(|it| it.label == label);
            let passing = !focused && is_passing(reading, mentions.clone());
            let points = points(reading, mentions, focused, passing);
            let leads = first == Some(label) && !passing;
            (label, if leads { points * FIRST / 100 } else { points })
        })
        .filter(|(_, points)| *points > 0 && confidence(*points) >= options.min_confidence)
        .collect();
    // The sort is stable: equal labels stay in the order of the table.
    scored.sort_by_key(|(_, points)| std::cmp::Reverse(*points));
    scored
        .into_iter()
        .enumerate()
        .map(|(rank, (label, points))| {
            let mentions = found.terms.iter().filter(|it| it.label == label);
            let evidence = mentions.filter_map(|it| reading.span(&it.span));
            Label {
                name: labels[label].to_owned(),
                confidence: confidence(points) as f32 / 100.0,
                evidence: evidence.take(options.max_evidence).collect(),
                attributes: vec![Attribute::new(
                    "rank",
                    if rank == 0 { "main" } else { "secondary" },
                )],
            }
        })
        .collect()
}

/// Whether all there is of a label is one mention outside the title: a lead that lists fields of cooperation is not about any
/// of them, so its place says nothing unless the rest of the document comes back to it.
fn is_passing<'a>(reading: &Reading<'_>, mentions: impl Iterator<Item = &'a Mention>) -> bool {
    let mut mentions = mentions.filter(|it| !it.alias);
    let one = mentions.next().map(|it| reading.zone(it.span.start));
    mentions.next().is_none() && one.is_some_and(|zone| zone != Zone::Title)
}

fn points<'a>(
    reading: &Reading<'_>,
    mentions: impl Iterator<Item = &'a Mention>,
    focused: bool,
    passing: bool,
) -> u64 {
    let mut worth: Vec<(usize, u64)> = mentions
        .filter(|it| !it.alias)
        .map(|it| {
            let zone = if passing { Zone::Body } else { reading.zone(it.span.start) };
            (it.key, u64::from(it.weight) * factor(zone, focused))
        })
        .collect();
    worth.sort_unstable_by_key(|(key, worth)| (*key, std::cmp::Reverse(*worth)));
    worth
        .chunk_by(|one, other| one.0 == other.0)
        .flat_map(|same_key| same_key.iter().zip(REPETITION))
        .map(|((_, worth), share)| worth * share / 100)
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn confidence_grows_with_points_and_is_never_certain() {
        let known = [(0, 0), (240, 20), (480, 50), (960, 80), (4800, 99), (u64::MAX, 99)];
        for (points, expected) in known {
            assert_eq!(confidence(points), expected, "{points} points");
        }
        assert!((0..5000).is_sorted_by_key(confidence));
    }
}
