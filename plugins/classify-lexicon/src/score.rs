//! How mentions become labels: points, and a confidence that follows from them.
//!
//! A mention is worth its weight times the factor of its [`Zone`]; every repetition of the same key
//! is worth less than the one before, so that a refrain does not outweigh three different terms.
//! With `s` points a label has the confidence `s⁸ / (s⁸ + 4.8⁸)`: a logistic curve over the
//! logarithm of the points, 0.5 at 4.8 points and 0.8 at 5.7. Its slope is the one that fits the
//! share of right labels in `seeds/labels`, those below the threshold included. All of it is
//! integer arithmetic in hundredths, so a plugin in the sandbox and a native test agree to the last
//! bit.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use docmill_folding::words;
use docmill_plugin::{Attribute, Label};

use crate::Options;
use crate::evidence;
use crate::features::{self, Features, Setting, Trusted};
use crate::judgement::{Against, Judgement, Scored};
use crate::mentions::{Found, Mention};
use crate::zones::{Reading, Zone};

/// The points at which a label is as likely right as wrong, in hundredths.
const EVEN: u64 = 480;

/// The points from which a document counts as a survey of the subject, in hundredths.
const FOCUSED: u64 = 400;

/// What the label named first in title or lead gains, in hundredths: news begins with what it is
/// about.
const FIRST: u64 = 120;

/// What the first, second, … mention of a key is worth, in hundredths. Later ones are worth
/// nothing.
const REPETITION: [u64; 8] = [100, 60, 40, 30, 20, 15, 10, 10];

/// What an item of an enumeration is worth, in hundredths: a list of fields of cooperation is about
/// none of them.
const LISTED: u64 = 60;

/// A text of at most so many words has no room for what does not matter …
const BRIEF: usize = 100;

/// … so the only mention of anything in it gains this, in hundredths: one that names the thing and
/// nothing else suffices.
const ONLY: u64 = 150;

/// From these points on, in hundredths, a document is about its best label for sure …
const SURE: u64 = 821;

/// … so what is named beside it gains this, in hundredths: an article on one technology seldom
/// drops the name of another.
const BESIDE: u64 = 125;

/// From this confidence on, in hundredths, a label applies: which of several is the main one is
/// told by points, since place and weight say more of it than the last hundredths do.
const APPLIES: u32 = 90;

/// The weight of words that are dropped in passing everywhere.
const PASSING: u32 = 2;

/// A document is an overview from so many labels on.
const OVERVIEW: usize = 3;

/// What a mention in a zone is worth, in hundredths.
///
/// In a document that surveys the subject, the body counts like the lead: there a list names what
/// the document is about, while elsewhere it names examples.
fn factor(zone: Zone, focused: bool) -> u64 {
    if focused && zone > Zone::Lead { Zone::Lead.factor() } else { zone.factor() }
}

/// The confidence that follows from points, both in hundredths.
pub fn confidence(points: u64) -> u32 {
    // With 100 points all is said, and the eighth power of more would not fit.
    let power = u128::from(points.min(10_000)).pow(8);
    let whole = power + u128::from(EVEN).pow(8);
    let rounded = (power * 100 + whole / 2) / whole;
    // Nothing that counts words is ever sure.
    rounded.min(99) as u32
}

/// The labels that the mentions add up to, most confident first.
///
/// Of a survey of the subject that singles no label out, none is the main one: its labels are all
/// secondary and have the attribute `overview`.
pub fn weigh(
    reading: &Reading<'_>,
    found: &Found,
    labels: &[&str],
    judgement: &Judgement,
    options: &Options,
) -> Vec<Label> {
    let surveyed = points(reading, found.focus.iter(), false, false) >= FOCUSED;
    let focused = found.roll_call || surveyed;
    let points = points_of_labels(reading, found, labels.len(), focused);
    let measured = judgement.model().is_some() || options.features;
    let trusted = judgement.trusted(reading, found, measured);
    let setting = Setting::of(reading, found, &trusted, surveyed, measured);
    let of_label = |label: usize| -> Vec<Trusted<'_>> {
        trusted.iter().filter(|it| it.mention.label == label).copied().collect()
    };
    let mut scored: Vec<Scored> = (points.into_iter().filter(|(_, points)| *points > 0))
        .map(|(label, points)| {
            let features = match measured {
                true => features::measure(reading, setting, &of_label(label), points),
                false => Features::default(),
            };
            let confidence = match judgement.model() {
                Some(model) => model.confidence(&features),
                None => confidence(points),
            };
            Scored { label, points, confidence, features }
        })
        .collect();
    // The sort is stable: of the equally sure, those with more points come first.
    scored.sort_by_key(|it| Reverse(it.confidence.min(APPLIES)));
    // None is surer than what comes before it.
    let mut most = u32::MAX;
    for it in &mut scored {
        most = most.min(it.confidence);
        it.confidence = most;
    }
    let given = scored.iter().filter(|it| it.confidence >= options.min_confidence).count();
    let against = Against { setting, found, scored: &scored, trusted: &trusted, labels, given };
    let shown = if options.features { scored.len() } else { given };
    let overview = focused && is_overview(reading, found, &scored[..given]);

    let mut all: Vec<Label> = Vec::new();
    let mut of_products = Vec::new();
    for (index, it) in scored[..shown].iter().enumerate() {
        let own = of_label(it.label);
        let name = labels[it.label].to_owned();
        let rank = if index == 0 && !overview { "main" } else { "secondary" };
        let mut label = evidence::label(reading, name, it.confidence, rank, &own, options);
        if overview {
            label.attributes.push(Attribute::new("overview", "true"));
        }
        if judgement.model().is_some() {
            label.attributes.extend(against.told(reading, it));
        }
        if options.features {
            label.attributes.extend(judgement.told(&it.features, &own, found));
        } else if options.products {
            for (product, own, points) in products(reading, &own, focused, it.points) {
                let confidence = match judgement.model() {
                    Some(model) => {
                        model.confidence(&features::measure(reading, setting, &own, points))
                    }
                    None => confidence(points),
                };
                let name = format!("{}/{product}", labels[it.label]);
                let sure = confidence.min(it.confidence);
                let mut label = evidence::label(reading, name, sure, "product", &own, options);
                if overview {
                    label.attributes.push(Attribute::new("overview", "true"));
                }
                of_products.push((sure, label));
            }
        }
        all.push(label);
    }
    of_products.retain(|(confidence, _)| *confidence >= options.min_confidence);
    all.extend(of_products.into_iter().map(|(_, label)| label));
    // Stable: of the equally confident, labels come before products.
    all.sort_by(|one, next| next.confidence.total_cmp(&one.confidence));
    all
}

/// The points of every label in hundredths, most first.
fn points_of_labels(
    reading: &Reading<'_>,
    found: &Found,
    labels: usize,
    focused: bool,
) -> Vec<(usize, u64)> {
    let brief = words(&reading.text).nth(BRIEF).is_none();
    let first = found
        .terms
        .iter()
        .min_by_key(|it| (reading.zone(it.span.start) > Zone::Lead, it.span.start))
        .map(|it| it.label);
    let mut scored: Vec<(usize, u64)> = (0..labels)
        .map(|label| {
            let mentions = found.terms.iter().filter(|it| it.label == label);
            let only = only_mention(reading, mentions.clone(), brief).filter(|_| !focused);
            let gain = match only {
                _ if first != Some(label) => 100,
                None => FIRST,
                Some(only) if brief && !only.listed => ONLY,
                Some(_) => 100,
            };
            (label, points(reading, mentions, focused, only.is_some()) * gain / 100)
        })
        .collect();
    // The sort is stable: equal labels stay in the order of the table.
    scored.sort_by_key(|(_, points)| Reverse(*points));
    if let Some((_, best)) = scored.first().copied().filter(|_| !focused)
        && best >= SURE
    {
        for (label, points) in &mut scored[1..] {
            let mut mentions = found.terms.iter().filter(|it| it.label == *label && !it.alias);
            if mentions.nth(1).is_some() {
                *points = best.min(*points * BESIDE / 100);
            }
        }
        // What is named once may have been overtaken.
        scored.sort_by_key(|(_, points)| Reverse(*points));
    }
    scored
}

/// Whether a survey is about the subject as a whole: its title or lead says so, and neither its
/// title nor the weight of its mentions singles a label out.
fn is_overview(reading: &Reading<'_>, found: &Found, scored: &[Scored]) -> bool {
    let mut points: Vec<u64> = scored.iter().map(|it| it.points).collect();
    points.sort_unstable_by_key(|it| Reverse(*it));
    let [best, second, ..] = points[..] else { return false };
    let in_title: BTreeSet<usize> = (found.terms.iter())
        .filter(|it| reading.zone(it.span.start) == Zone::Title)
        .map(|it| it.label)
        .collect();
    let announced =
        found.roll_call || found.focus.iter().any(|it| reading.zone(it.span.start) <= Zone::Lead);
    let singled_out = !in_title.is_empty() && in_title.len() < OVERVIEW;
    announced && scored.len() >= OVERVIEW && !singled_out && best < 2 * second
}

/// The products that the mentions of a label name, with the mentions of each and points that count
/// double: where the label applies, half as much suffices to tell which product is meant. None has
/// more than its label, which has `most` points.
fn products<'a>(
    reading: &Reading<'_>,
    mentions: &[Trusted<'a>],
    focused: bool,
    most: u64,
) -> Vec<(&'a str, Vec<Trusted<'a>>, u64)> {
    let product = |it: &Trusted<'a>| it.mention.product.as_deref();
    let named: BTreeSet<&str> = mentions.iter().filter_map(product).collect();
    let of_product = |name: &'a str| {
        let own = mentions.iter().filter(|it| product(it) == Some(name));
        let own: Vec<Trusted<'a>> = own.copied().collect();
        let points = points(reading, own.iter().map(|it| it.mention), focused, false);
        (name, own, most.min(2 * points))
    };
    named.into_iter().map(of_product).collect()
}

/// The only mention of a label, if it has one and that is outside the title, or a passing word of a
/// document that is not `brief`: a lead that lists fields of cooperation is not about any of them,
/// so its place says nothing unless the rest of the document comes back to it.
fn only_mention<'a>(
    reading: &Reading<'_>,
    mentions: impl Iterator<Item = &'a Mention>,
    brief: bool,
) -> Option<&'a Mention> {
    let mut mentions = mentions.filter(|it| !it.alias);
    let speaks = |it: &Mention| brief || it.weight > PASSING;
    let in_title = |it: &Mention| reading.zone(it.span.start) == Zone::Title;
    let one = mentions.next().filter(|it| !(in_title(it) && speaks(it)))?;
    mentions.next().is_none().then_some(one)
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
            // A survey names what it is about; what is a passing word elsewhere is an item of its
            // list.
            let weight = if focused && it.weight == PASSING { PASSING + 1 } else { it.weight };
            let worth = u64::from(weight) * factor(zone, focused);
            let listed = it.listed && !focused && zone != Zone::Title;
            (it.key, if listed { worth * LISTED / 100 } else { worth })
        })
        .collect();
    worth.sort_unstable_by_key(|(key, worth)| (*key, Reverse(*worth)));
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
        let known = [(0, 0), (240, 0), (480, 50), (571, 80), (4800, 99), (u64::MAX, 99)];
        for (points, expected) in known {
            assert_eq!(confidence(points), expected, "{points} points");
        }
        assert!((0..5000).is_sorted_by_key(confidence));
    }
}
