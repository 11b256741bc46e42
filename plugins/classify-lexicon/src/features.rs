//! What is measured of a label in a document: few numbers that a fitted model judges by.
//!
//! All of them are thousandths in whole numbers, so a plugin in the sandbox and a native test agree
//! to the last bit.

use std::collections::BTreeMap;

use docmill_folding::words;

use crate::mentions::{Found, Mention};
use crate::zones::{Reading, Zone};

/// One in the unit of everything here.
pub const ONE: i64 = 1000;

/// What the features are called in a table, in the order of [`Features`].
pub const NAMES: [&str; 18] = [
    "points",
    "evidence",
    "variety",
    "title",
    "lead",
    "density",
    "spread",
    "length",
    "brief",
    "brief-points",
    "brief-evidence",
    "brief-length",
    "survey",
    "survey-points",
    "roll-call",
    "against",
    "best",
    "company",
];

/// The features of one label in one document, in thousandths.
pub type Features = [i64; NAMES.len()];

/// A text of at most so many words is wholly brief, one of twice as many a quarter: news is shorter
/// than the pages of the web.
const BRIEF: i64 = 400;

/// What the first, second, … mention of a key adds to the evidence, in hundredths. Later ones add
/// nothing.
const REPETITION: [i64; 8] = [100, 60, 40, 30, 20, 15, 10, 10];

/// What an item of an enumeration adds, in hundredths.
const LISTED: i64 = 60;

/// So many of the best terms make up the variety.
const VARIETY: usize = 12;

/// A label with more evidence than this is in company with the others.
const PRESENT: i64 = ONE / 2;

/// The points, in hundredths, whose logarithm is the zero of the feature.
const EVEN: i64 = 480;

/// What all labels of a document share.
#[derive(Debug, Clone, Copy)]
pub struct Setting {
    /// The words of the document.
    pub words: usize,
    /// Whether phrases show that it surveys the subject as a whole.
    pub survey: bool,
    /// Whether it begins by naming many labels.
    pub roll_call: bool,
    /// The weights of what shows that it is of a kind that no label is meant for, each key once.
    pub against: i64,
    /// How many labels there is some evidence of: a text that speaks of everything is about none of
    /// it.
    pub company: i64,
}

impl Setting {
    /// What is known of a document before any label is looked at; nothing is counted unless
    /// features are to be `measured`.
    pub fn of(
        reading: &Reading<'_>,
        found: &Found,
        trusted: &[Trusted<'_>],
        survey: bool,
        measured: bool,
    ) -> Setting {
        let against: BTreeMap<usize, u32> =
            found.against.iter().map(|it| (it.key, it.weight)).collect();
        Setting {
            words: if measured { words(&reading.text).count() } else { 0 },
            survey,
            roll_call: found.roll_call,
            against: against.into_values().map(i64::from).sum(),
            company: if measured { company(trusted, reading) } else { 0 },
        }
    }
}

fn company(trusted: &[Trusted<'_>], reading: &Reading<'_>) -> i64 {
    let mut of_label: BTreeMap<usize, Vec<Trusted<'_>>> = BTreeMap::new();
    for it in trusted {
        of_label.entry(it.mention.label).or_default().push(*it);
    }
    let present = of_label.values().filter(|own| evidence(own, |_| true, reading) > PRESENT);
    present.count() as i64
}

/// A mention and what its term is worth as evidence.
#[derive(Debug, Clone, Copy)]
pub struct Trusted<'a> {
    /// Where and what.
    pub mention: &'a Mention,
    /// How likely its label is where the term occurs, in thousandths.
    pub trust: i64,
    /// The number of words before it.
    pub place: usize,
}

/// The trust of all mentions that are not repetitions in parentheses.
pub fn mass(mentions: &[Trusted<'_>]) -> i64 {
    counted(mentions).map(|it| it.trust).sum()
}

fn counted<'a>(mentions: &'a [Trusted<'a>]) -> impl Iterator<Item = &'a Trusted<'a>> {
    mentions.iter().filter(|it| !it.mention.alias)
}

/// Measures a label: `mentions` are its own, `points` what they score, in hundredths.
pub fn measure(
    reading: &Reading<'_>,
    setting: Setting,
    mentions: &[Trusted<'_>],
    points: u64,
) -> Features {
    let words = i64::try_from(setting.words).unwrap_or(i64::MAX).clamp(1, 1 << 32);
    let points = i64::try_from(points.min(1 << 40)).unwrap_or(i64::MAX);
    let points = log2(50 + points * ONE / EVEN);
    let evidence = log2(50 + evidence(mentions, |_| true, reading));
    let mass = mass(mentions);
    let brief = (BRIEF * ONE / words).min(ONE).pow(2) / ONE;
    let length = log2(words * ONE / 100 + ONE / 5);
    let flag = |it: bool| if it { ONE } else { 0 };
    [
        points,
        evidence,
        log2(ONE + variety(mentions)),
        counted(mentions)
            .filter(|it| reading.zone(it.mention.span.start) == Zone::Title)
            .map(|it| it.trust)
            .max()
            .unwrap_or(0),
        log2(ONE + self::evidence(mentions, |zone| zone == Zone::Lead, reading)),
        log2(ONE + mass * ONE / words),
        spread(mentions, setting.words),
        length,
        brief,
        points * brief / ONE,
        evidence * brief / ONE,
        length * brief / ONE,
        flag(setting.survey),
        if setting.survey || setting.roll_call { points } else { 0 },
        flag(setting.roll_call && !setting.survey),
        // Per hundred words: in a long text a price or a recipe is an aside.
        log2(ONE + setting.against.min(1 << 32) * 100 * ONE / words.max(100)),
        counted(mentions).map(|it| it.trust).max().unwrap_or(0),
        log2(ONE + setting.company * ONE),
    ]
}

/// The trust of the mentions in some zones, where every repetition of a key adds less than the one
/// before.
fn evidence(mentions: &[Trusted<'_>], wanted: impl Fn(Zone) -> bool, reading: &Reading<'_>) -> i64 {
    let mut of_key: BTreeMap<usize, Vec<i64>> = BTreeMap::new();
    for it in counted(mentions).filter(|it| wanted(reading.zone(it.mention.span.start))) {
        let share = if it.mention.listed { LISTED } else { 100 };
        of_key.entry(it.mention.key).or_default().push(it.trust * share);
    }
    let of_one = |worth: &mut Vec<i64>| -> i64 {
        worth.sort_unstable_by_key(|it| std::cmp::Reverse(*it));
        worth.iter().zip(REPETITION).map(|(worth, share)| worth * share).sum()
    };
    of_key.values_mut().map(of_one).sum::<i64>() / 10_000
}

/// The trust of the best terms, each once.
fn variety(mentions: &[Trusted<'_>]) -> i64 {
    let of_key: BTreeMap<usize, i64> =
        counted(mentions).map(|it| (it.mention.key, it.trust)).collect();
    let mut trusts: Vec<i64> = of_key.into_values().collect();
    trusts.sort_unstable_by_key(|it| std::cmp::Reverse(*it));
    trusts.iter().take(VARIETY).sum()
}

/// The best trust in each tenth of the text, on average.
fn spread(mentions: &[Trusted<'_>], words: usize) -> i64 {
    let mut tenths = [0; 10];
    for it in counted(mentions) {
        let tenth = (it.place.saturating_mul(10) / words.max(1)).min(9);
        tenths[tenth] = it.trust.max(tenths[tenth]);
    }
    tenths.iter().sum::<i64>() / 10
}

/// The binary logarithm, straight between powers of two; of zero and less that of one thousandth.
fn log2(thousandths: i64) -> i64 {
    let steps = |value: i64| {
        let value = value.max(1);
        let exponent = i64::from(value.ilog2());
        exponent * ONE + ((i128::from(value) * i128::from(ONE)) >> exponent) as i64 - ONE
    };
    steps(thousandths) - steps(ONE)
}

#[cfg(test)]
mod tests {
    use docmill_plugin::Document;

    use super::*;

    #[test]
    fn logarithms_are_straight_between_powers_of_two() {
        for (value, expected) in [(1000, 0), (2000, 1000), (4000, 2000), (500, -1000), (0, -9953)] {
            assert_eq!(log2(value), expected, "{value}");
        }
        assert!((0..100_000).map(log2).is_sorted());
        assert!(log2(i64::MAX) > log2(1 << 40));
    }

    fn mention(key: usize, start: usize, alias: bool) -> Mention {
        let span = start..start + 1;
        Mention { label: 0, weight: 3, key, span, product: None, listed: false, alias }
    }

    #[test]
    fn a_refrain_is_less_than_many_terms() {
        let document = Document::new("T\n\n".to_owned() + &"a b c d ".repeat(200));
        let reading = Reading::of(&document);
        let features = |keys: fn(usize) -> usize| {
            let mentions: Vec<Mention> =
                (0..6).map(|it| mention(keys(it), 400 + it, false)).collect();
            let trusted: Vec<Trusted<'_>> = mentions
                .iter()
                .map(|mention| Trusted { mention, trust: 500, place: 200 })
                .collect();
            let setting =
                Setting { words: 801, survey: false, roll_call: false, against: 0, company: 1 };
            measure(&reading, setting, &trusted, 600)
        };
        let (refrain, many) = (features(|_| 0), features(|it| it));
        let of = |features: Features, name| {
            features[NAMES.iter().position(|it| *it == name).expect("a feature")]
        };
        for name in ["evidence", "variety"] {
            assert!(of(refrain, name) < of(many, name), "{name}");
        }
        for name in ["points", "density", "spread", "length"] {
            assert_eq!(of(refrain, name), of(many, name), "{name}");
        }
        assert_eq!(of(many, "spread"), 50);
    }

    #[test]
    fn nothing_overflows() {
        let document = Document::new("x");
        let setting = Setting {
            words: usize::MAX,
            survey: true,
            roll_call: true,
            against: i64::MAX,
            company: 99,
        };
        let features = measure(&Reading::of(&document), setting, &[], u64::MAX);
        assert!(features[0] > 0);
        let none = Setting { words: 0, survey: false, roll_call: false, against: 0, company: 0 };
        assert_eq!(measure(&Reading::of(&document), none, &[], 0)[6], 0);
    }
}
