//! How likely a label is where a term occurs, estimated from documents whose labels are known.

use std::collections::{BTreeMap, BTreeSet};

use super::Observed;

/// Whether a label applies to a document, with `None` for a matter of opinion.
pub(super) type Applies<'a> = Box<dyn Fn(&str) -> Option<bool> + 'a>;

/// The trust of a term begins as that of all terms of its weight, which counts as so many
/// documents.
const PRIOR: f64 = 4.0;

/// What a document of the background counts beside one that a reader labelled: most deserve no
/// label, but nobody looked.
const BACKGROUND: f64 = 0.1;

/// A row of its own is only worth having for a term whose trust is this far from that of its
/// weight.
const NOTEWORTHY: f64 = 0.02;

/// The weights of terms.
const WEIGHTS: usize = 9;

/// In how many documents a term of a label was seen.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Seen {
    /// The weight that the table gives it.
    pub(super) weight: usize,
    /// Where the label applied.
    pub(super) right: f64,
    /// Where it did not.
    pub(super) wrong: f64,
    /// Where nobody knows.
    pub(super) background: f64,
}

/// What the terms of all labels are worth, by label and key.
#[derive(Debug, Clone, Default)]
pub(super) struct Trusts {
    pub(super) seen: BTreeMap<(String, String), Seen>,
    by_weight: [f64; WEIGHTS],
}

impl Trusts {
    /// Counts the terms of documents, as often as their weight says; whether their labels apply is
    /// told by `applies`, with `None` for a matter of opinion.
    pub(super) fn of<'a>(
        labelled: impl Iterator<Item = (&'a Observed, f64, Applies<'a>)>,
        background: &[Observed],
    ) -> Trusts {
        let mut seen: BTreeMap<(String, String), Seen> = BTreeMap::new();
        type Counted<'a> = &'a dyn Fn(&str) -> Option<Option<bool>>;
        let mut count = |observed: &Observed, weight: f64, applies: Counted<'_>| {
            for label in &observed.labels {
                let Some(applies) = applies(&label.name) else { continue };
                let terms: BTreeSet<_> = label.terms.iter().collect();
                for (of_term, key) in terms {
                    let seen = seen.entry((label.name.clone(), key.clone())).or_default();
                    seen.weight = (*of_term).clamp(1, WEIGHTS);
                    match applies {
                        Some(true) => seen.right += weight,
                        Some(false) => seen.wrong += weight,
                        None => seen.background += weight,
                    }
                }
            }
        };
        for (observed, weight, applies) in labelled {
            count(observed, weight, &|label| applies(label).map(Some));
        }
        for observed in background {
            count(observed, 1.0, &|_| Some(None));
        }
        let mut trusts = Trusts { seen, by_weight: [0.0; WEIGHTS] };
        let mut last = 0.5;
        for weight in 1..=WEIGHTS {
            let of_weight = trusts.seen.values().filter(|it| it.weight == weight);
            let labelled = of_weight.filter(|it| it.right + it.wrong > 0.0);
            // Every term counts alike, however often it was seen: those that nobody has seen yet
            // are rare ones.
            let (right, all) = labelled.fold((0.0, 0.0), |(right, all), it| {
                (right + (it.right + 0.5) / (it.right + it.wrong + 1.0), all + 1.0)
            });
            // Weights that no document has seen are trusted like those below them.
            last = if all > 0.0 { right / all } else { last };
            trusts.by_weight[weight - 1] = last;
        }
        trusts
    }

    fn of_term(&self, seen: &Seen) -> f64 {
        let prior = self.by_weight[seen.weight - 1];
        let all = seen.right + seen.wrong + seen.background * BACKGROUND + PRIOR;
        (seen.right + PRIOR * prior) / all
    }

    /// The terms that speak for a label where it does not apply, the worst first: label, key, where
    /// seen, trust.
    pub(super) fn misleading(&self, most: usize) -> Vec<(&str, &str, Seen, f64)> {
        let mut terms: Vec<_> = (self.seen.iter())
            .map(|((label, key), seen)| (label.as_str(), key.as_str(), *seen, self.of_term(seen)))
            .filter(|(_, _, seen, _)| seen.wrong > seen.right)
            .collect();
        terms.sort_by(|one, next| {
            (next.2.wrong - next.2.right).total_cmp(&(one.2.wrong - one.2.right))
        });
        terms.truncate(most);
        terms
    }

    /// The rows that tell a classifier of them.
    pub(super) fn rows(&self) -> BTreeMap<String, String> {
        let of_weights: Vec<String> = self.by_weight.iter().map(|it| format!("{it:.3}")).collect();
        let mut rows = BTreeMap::from([("@trust".to_owned(), of_weights.join(" "))]);
        for ((label, key), seen) in &self.seen {
            let trust = self.of_term(seen);
            if (trust - self.by_weight[seen.weight - 1]).abs() < NOTEWORTHY {
                continue;
            }
            let row = rows.entry(format!("@trust {key}")).or_default();
            if !row.is_empty() {
                row.push(' ');
            }
            row.push_str(&format!("{label} {trust:.3}"));
        }
        rows
    }
}

#[cfg(test)]
mod tests {
    use super::super::ObservedLabel;
    use super::*;

    fn observed(label: &str, terms: &[(usize, &str)]) -> Observed {
        let terms = terms.iter().map(|(weight, key)| (*weight, (*key).to_owned())).collect();
        Observed {
            labels: vec![ObservedLabel { name: label.to_owned(), features: Vec::new(), terms }],
        }
    }

    #[test]
    fn a_term_is_trusted_as_far_as_it_was_right() {
        let chips = observed("chips", &[(3, "wafer"), (3, "chip")]);
        let food = observed("chips", &[(3, "chip")]);
        let always = |applies| -> Applies<'static> { Box::new(move |_| Some(applies)) };
        let labelled = || {
            let right = (0..3).map(|_| (&chips, 1.0, always(true)));
            right.chain((0..3).map(|_| (&food, 2.0, always(false))))
        };
        let trusts = Trusts::of(labelled(), &[]);
        let rows = trusts.rows();
        assert_eq!(rows["@trust chip"], "chips 0.419", "(3 + 4 × 0.6125) / 13");
        assert_eq!(rows["@trust wafer"], "chips 0.779", "(3 + 4 × 0.6125) / 7");
        assert_eq!(rows["@trust"].split(' ').nth(2), Some("0.613"));
        let (label, key, seen, _) = trusts.misleading(9)[0];
        assert_eq!((label, key, seen.right, seen.wrong), ("chips", "chip", 3.0, 6.0));
        let doubted = Trusts::of(labelled(), &vec![food.clone(); 20]);
        assert_eq!(doubted.rows()["@trust chip"], "chips 0.363", "… / 15");
    }

    #[test]
    fn a_matter_of_opinion_teaches_nothing() {
        let seen = observed("chips", &[(3, "chip")]);
        let none: Applies<'static> = Box::new(|_| None);
        assert!(Trusts::of([(&seen, 1.0, none)].into_iter(), &[]).seen.is_empty());
    }
}
