//! Fits the numbers of a classifier's table to labelled documents: what its terms are worth, and
//! how its features are weighed.
//!
//! Nothing here knows a subject, or how a feature is measured. The classifier runs in the sandbox
//! with the setting `features`; each label then has the attributes `features` (`name=value …`, in
//! thousandths) and `term` (`weight key`). What is fitted goes into rows that the table's format
//! reserves for it. Documents of one site are never on both sides of a fold.

use std::collections::{BTreeMap, BTreeSet};

use super::{Case, Given, Judged, Measures, given_by, measure};
use crate::capabilities::{PriorFindings, Table};
use crate::model::{Document, Findings, Hasher, Label, LanguageTag};
use crate::pipeline::Step;
use crate::sandbox::{Sandbox, Stopped};

mod regression;
mod rewrite;
mod trust;

pub use rewrite::{rewritten, unfitted};

use regression::{Example, Weights};
use trust::{Applies, Trusts};

/// In how many parts the documents are cut.
const FOLDS: usize = 5;

/// What a label counts that another reader might give.
const OPINION: f64 = 0.5;

/// So many misleading terms are told.
const MOST_MISLEADING: usize = 40;

/// A labelled document, extracted.
#[derive(Debug, Clone)]
pub struct Sample<'a> {
    /// The labels that it should get.
    pub case: &'a Case,
    /// The document.
    pub document: Document,
    /// How much it counts: as much as so many documents.
    pub weight: f64,
    /// Which set of cases it is from, in the eyes of the caller.
    pub set: usize,
}

/// A classifier that tells its features, and where it runs.
#[derive(Debug)]
pub struct Classifier<'a> {
    /// Where plugins run.
    pub sandbox: &'a Sandbox,
    /// The step, with the setting `features` off.
    pub step: &'a Step,
    /// The name under which the plugin opens the table that is fitted.
    pub table: &'a str,
    /// The rows of the table without those that were fitted before.
    pub rows: BTreeMap<String, String>,
    /// How many documents are processed at the same time.
    pub jobs: usize,
}

/// What came of it.
#[derive(Debug, Clone)]
pub struct Fitted {
    /// The rows that were fitted.
    pub rows: BTreeMap<String, String>,
    /// What the classifier gives to each sample with rows that were fitted without its fold, in the
    /// order of the samples; those that were kept aside are judged by the final rows, which have
    /// not seen them either.
    pub given: Vec<Given>,
    /// What the classifier gave with the table as it was.
    pub before: Vec<Given>,
    /// Terms that speak for a label where it does not apply, the worst first.
    pub misleading: Vec<Misleading>,
}

/// A term that misleads.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Misleading {
    /// The label that it speaks for.
    pub label: String,
    /// Its key.
    pub term: String,
    /// In how many documents the label applied.
    pub right: usize,
    /// In how many it did not.
    pub wrong: usize,
    /// In how many documents of the background it occurs.
    pub background: usize,
    /// What it is worth now.
    pub trust: f64,
}

/// Why nothing could be fitted.
#[derive(Debug)]
pub enum FitError {
    /// The classifier failed on a document.
    Stopped {
        /// The case, or its place in the background.
        id: String,
        /// Why.
        stopped: Box<Stopped>,
    },
    /// It is no classifier that tells its features.
    NoFeatures(NoFeatures),
    /// There are fewer sites or documents than folds.
    TooFew,
}

/// Why a classifier is none that tells its features.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NoFeatures {
    /// It is something else.
    #[error("it gives no labels")]
    OtherRole,
    /// A label has none.
    #[error("there are none")]
    None,
    /// A feature is none.
    #[error("one is not a number")]
    NoNumber,
    /// A term is none.
    #[error("a term has no weight")]
    NoWeight,
}

impl std::fmt::Display for FitError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            FitError::Stopped { id, stopped } => {
                write!(f, "the classifier failed on `{id}`: {}", stopped.causes().join(": "))
            }
            FitError::NoFeatures(why) => write!(f, "the classifier tells no features: {why}"),
            FitError::TooFew => {
                write!(f, "at least {FOLDS} labelled sites or documents are needed")
            }
        }
    }
}

impl std::error::Error for FitError {}

/// What the classifier told of one document.
#[derive(Debug, Clone, Default, PartialEq)]
struct Observed {
    labels: Vec<ObservedLabel>,
}

/// What the classifier told of one label.
#[derive(Debug, Clone, PartialEq)]
struct ObservedLabel {
    name: String,
    /// In the order of their names, which is the same for every label.
    features: Vec<(String, f64)>,
    /// Weights and keys.
    terms: Vec<(usize, String)>,
}

impl Fitted {
    /// How the classifier does on the samples that `wanted` picks; `before` the table was fitted,
    /// or with what was fitted without their fold.
    pub fn measures(
        &self,
        samples: &[Sample<'_>],
        before: bool,
        wanted: impl Fn(&Sample<'_>) -> bool,
    ) -> Measures {
        let given = if before { &self.before } else { &self.given };
        let judged: Vec<Judged<'_>> = (samples.iter().zip(given))
            .filter(|(sample, _)| wanted(sample))
            .map(|(sample, given)| Judged { case: sample.case, given })
            .collect();
        measure(&judged)
    }
}

/// Fits the table of a classifier to the samples that were not kept aside.
///
/// The trust in terms is estimated on some folds and the weights are fitted on others, so that both
/// meet documents as a new one would. Of every fold the verdicts come from rows to which it
/// contributed nothing.
///
/// # Errors
///
/// See [`FitError`]; the first document that fails ends it.
pub fn fit(
    classifier: &Classifier<'_>,
    samples: &[Sample<'_>],
    background: &[Document],
    options_before: &BTreeMap<String, String>,
) -> Result<Fitted, FitError> {
    let folds: Vec<Option<usize>> =
        samples.iter().map(|it| (!it.case.held_out).then(|| fold_of(it.case))).collect();
    let used: BTreeSet<usize> = folds.iter().flatten().copied().collect();
    if used.len() < FOLDS {
        return Err(FitError::TooFew);
    }
    let everyone: Vec<usize> = (0..samples.len()).collect();
    let of_fold = |fold: usize| -> Vec<usize> {
        everyone.iter().copied().filter(|it| folds[*it] == Some(fold)).collect()
    };
    let none = BTreeMap::new();
    let terms = classifier.observe(samples, &everyone, &none)?;
    let seen_in_background = classifier.observe_background(background)?;

    let trusts = |left_out: &[usize]| {
        let labelled = (0..samples.len())
            .filter(|it| folds[*it].is_some_and(|fold| !left_out.contains(&fold)))
            .map(|it| (&terms[it], samples[it].weight, applies(samples[it].case)));
        Trusts::of(labelled, &seen_in_background)
    };
    // What was observed of the documents of one fold, by the other fold that was left out, too; its
    // own for none.
    let mut observed: BTreeMap<(usize, usize), Vec<Example>> = BTreeMap::new();
    let mut names = Vec::new();
    for one in 0..FOLDS {
        for next in one..FOLDS {
            let rows = trusts(&[one, next]).rows();
            for (fold, other) in BTreeSet::from([(one, next), (next, one)]) {
                let members = of_fold(fold);
                let told = classifier.observe(samples, &members, &rows)?;
                let examples = members.iter().zip(&told).flat_map(|(sample, told)| {
                    told.labels.iter().map(|label| example(&samples[*sample], label))
                });
                observed.insert((fold, other), examples.collect());
                let label = told.iter().flat_map(|it| &it.labels).next();
                names =
                    label.map_or(names, |it| it.features.iter().map(|it| it.0.clone()).collect());
            }
        }
    }
    let model = |left_out: Option<usize>| {
        let examples: Vec<Example> = (0..FOLDS)
            .filter(|fold| Some(*fold) != left_out)
            .flat_map(|fold| observed[&(fold, left_out.unwrap_or(fold))].clone())
            .collect();
        model_row(&names, &regression::fit(&examples))
    };
    let fitted = |left_out: Option<usize>| {
        let left_out_folds: Vec<usize> = left_out.into_iter().collect();
        let mut rows = trusts(&left_out_folds).rows();
        rows.insert("@model".to_owned(), model(left_out));
        rows
    };

    let mut given = vec![Given::default(); samples.len()];
    for fold in 0..FOLDS {
        let members = of_fold(fold);
        let verdicts = classifier.judge(samples, &members, &fitted(Some(fold)))?;
        members.iter().zip(verdicts).for_each(|(sample, it)| given[*sample] = it);
    }
    let rows = fitted(None);
    let kept_aside: Vec<usize> =
        everyone.iter().copied().filter(|it| folds[*it].is_none()).collect();
    let verdicts = classifier.judge(samples, &kept_aside, &rows)?;
    kept_aside.iter().zip(verdicts).for_each(|(sample, it)| given[*sample] = it);
    let before = classifier.judge(samples, &everyone, options_before)?;
    let misleading = (trusts(&[]).misleading(MOST_MISLEADING).into_iter())
        .map(|(label, term, seen, trust)| Misleading {
            label: label.to_owned(),
            term: term.to_owned(),
            right: seen.right as usize,
            wrong: seen.wrong as usize,
            background: seen.background as usize,
            trust: (trust * 1000.0).round() / 1000.0,
        })
        .collect();
    Ok(Fitted { rows, given, before, misleading })
}

/// Documents of one site stay together; of those that name none, each is for itself.
fn fold_of(case: &Case) -> usize {
    let mut hasher = Hasher::new("docmill fold 1");
    hasher.field(case.site.as_ref().unwrap_or(&case.id).as_bytes());
    usize::from(hasher.finish().as_bytes()[0]) % FOLDS
}

/// Whether a label applies to a case, with `None` for a matter of opinion.
fn applies(case: &Case) -> Applies<'_> {
    Box::new(|label| match case.labels().any(|it| it == label) {
        true => Some(true),
        false if case.acceptable.contains(label) => None,
        false => Some(false),
    })
}

fn example(sample: &Sample<'_>, label: &ObservedLabel) -> Example {
    let applies = applies(sample.case)(&label.name);
    Example {
        features: label.features.iter().map(|it| it.1).collect(),
        applies: applies.unwrap_or(true),
        weight: sample.weight * applies.map_or(OPINION, |_| 1.0),
    }
}

fn model_row(names: &[String], weights: &Weights) -> String {
    // Features come in thousandths.
    let numbers = names.iter().zip(&weights.of_features);
    let weighed = numbers.map(|(name, weight)| format!("{name}={:.3}", weight * 1000.0));
    [format!("bias={:.3}", weights.bias)].into_iter().chain(weighed).collect::<Vec<_>>().join(" ")
}

impl Classifier<'_> {
    fn step_with(&self, fitted: &BTreeMap<String, String>, features: bool) -> Step {
        let mut rows = self.rows.clone();
        rows.extend(fitted.iter().map(|(key, value)| (key.clone(), value.clone())));
        let value = if features { "true" } else { "false" };
        self.step.reconfigured(self.table, Table::new(rows), ("features", value))
    }

    fn observe(
        &self,
        samples: &[Sample<'_>],
        members: &[usize],
        fitted: &BTreeMap<String, String>,
    ) -> Result<Vec<Observed>, FitError> {
        let documents: Vec<(&str, &Document)> = members
            .iter()
            .map(|it| (samples[*it].case.id.as_str(), &samples[*it].document))
            .collect();
        let found = self.classify(&documents, &self.step_with(fitted, true))?;
        found.iter().map(|labels| observed(labels)).collect()
    }

    fn observe_background(&self, background: &[Document]) -> Result<Vec<Observed>, FitError> {
        let documents: Vec<(&str, &Document)> =
            background.iter().map(|it| ("a document of the background", it)).collect();
        let found = self.classify(&documents, &self.step_with(&BTreeMap::new(), true))?;
        found.iter().map(|labels| observed(labels)).collect()
    }

    fn judge(
        &self,
        samples: &[Sample<'_>],
        members: &[usize],
        fitted: &BTreeMap<String, String>,
    ) -> Result<Vec<Given>, FitError> {
        let documents: Vec<(&str, &Document)> = members
            .iter()
            .map(|it| (samples[*it].case.id.as_str(), &samples[*it].document))
            .collect();
        let found = self.classify(&documents, &self.step_with(fitted, false))?;
        let second_level =
            samples.iter().flat_map(|it| it.case.labels()).any(|label| label.contains('/'));
        let given = |(mut labels, (_, document)): (Vec<Label>, &(&str, &Document))| {
            if !second_level {
                super::drop_second_level(&mut labels);
            }
            given_by(labels, document.language.as_ref().map(LanguageTag::to_string))
        };
        Ok(found.into_iter().zip(&documents).map(given).collect())
    }

    /// The labels of documents, in their order.
    fn classify(
        &self,
        documents: &[(&str, &Document)],
        step: &Step,
    ) -> Result<Vec<Vec<Label>>, FitError> {
        let prior = PriorFindings::default();
        let one = |(id, document): &(&str, &Document)| {
            let stopped =
                |stopped| FitError::Stopped { id: (*id).to_owned(), stopped: Box::new(stopped) };
            match step.find(self.sandbox, document, &prior).map_err(stopped)?.0 {
                Findings::Labels(labels) => Ok(labels),
                _ => Err(FitError::NoFeatures(NoFeatures::OtherRole)),
            }
        };
        let share = documents.len().div_ceil(self.jobs.max(1)).max(1);
        std::thread::scope(|scope| {
            let workers: Vec<_> = documents
                .chunks(share)
                .map(|part| {
                    scope.spawn(move || part.iter().map(one).collect::<Result<Vec<_>, _>>())
                })
                .collect();
            let mut all = Vec::with_capacity(documents.len());
            for worker in workers {
                all.extend(worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?);
            }
            Ok(all)
        })
    }
}

fn observed(labels: &[Label]) -> Result<Observed, FitError> {
    let labels = labels.iter().map(|label| {
        let of = |name: &'static str| {
            label.attributes.iter().filter(move |it| it.name == name).map(|it| it.value.as_str())
        };
        let features = of("features").next().ok_or(FitError::NoFeatures(NoFeatures::None))?;
        let features: Option<Vec<_>> = features.split_whitespace().map(feature).collect();
        let terms: Option<Vec<_>> = of("term").map(term).collect();
        Ok(ObservedLabel {
            name: label.name.clone(),
            features: features.ok_or(FitError::NoFeatures(NoFeatures::NoNumber))?,
            terms: terms.ok_or(FitError::NoFeatures(NoFeatures::NoWeight))?,
        })
    });
    Ok(Observed { labels: labels.collect::<Result<_, _>>()? })
}

fn feature(text: &str) -> Option<(String, f64)> {
    let (name, value) = text.split_once('=')?;
    let value: i64 = value.parse().ok()?;
    Some((name.to_owned(), value as f64))
}

fn term(text: &str) -> Option<(usize, String)> {
    let (weight, key) = text.split_once(' ')?;
    Some((weight.parse().ok()?, key.to_owned()))
}
