//! How well the labels that were found agree with those that were expected.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Case;

/// The label of nothing, in a confusion.
const NONE: &str = "none";

/// What a classifier gave to a case.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Given {
    /// The label whose attribute `rank` is `main`; of labels without ranks, the first.
    pub main: Option<String>,
    /// All labels with their confidences, most confident first.
    pub labels: Vec<(String, f32)>,
    /// The language that the document was taken to be in.
    pub language: Option<String>,
}

/// A case and what a classifier gave to it.
#[derive(Debug, Clone, Copy)]
pub struct Judged<'a> {
    /// What was expected.
    pub case: &'a Case,
    /// What was found.
    pub given: &'a Given,
}

impl Judged<'_> {
    fn gave(&self, label: &str) -> bool {
        self.given.labels.iter().any(|(name, _)| name == label)
    }

    fn expected(&self, label: &str) -> bool {
        self.case.labels().any(|it| it == label)
    }

    /// Of a case whose label is a matter of opinion, neither answer is wrong.
    fn deserves_none(&self) -> bool {
        self.case.labels().next().is_none() && self.case.acceptable.is_empty()
    }

    /// A case may name the region, which no text tells: `en-GB` is `en`.
    fn language_right(&self) -> bool {
        match (&self.case.language, &self.given.language) {
            (Some(named), Some(given)) => primary(named).eq_ignore_ascii_case(primary(given)),
            (named, given) => named == given,
        }
    }

    fn main_right(&self) -> bool {
        let accepted = |main: &String| self.case.acceptable.contains(main);
        self.case.main == self.given.main || self.given.main.as_ref().is_some_and(accepted)
    }
}

/// Everything that `docmill eval` reports.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Measures {
    /// Over all cases.
    pub overall: Summary,
    /// By the language that the cases name, whatever the region, in alphabetical order.
    pub languages: BTreeMap<String, Summary>,
    /// Of the cases that were kept aside, and of the others; empty if none was.
    pub parts: BTreeMap<&'static str, Summary>,
    /// By label, in alphabetical order; labels that were neither expected nor given are left out.
    pub labels: BTreeMap<String, Agreement>,
    /// How often one main label was expected and another one given, `none` included; by expected
    /// label.
    pub confusion: Vec<Confusion>,
    /// What a confidence is worth, in steps of a tenth.
    pub calibration: Vec<Step>,
    /// The expected calibration error: how far the confidences of these steps are from the share
    /// that is right, weighed by the number of labels; `None` without any.
    pub calibration_error: Option<f64>,
    /// The cases that are not wholly right.
    pub mistakes: Vec<Mistake>,
}

impl Measures {
    /// The figures without what is told of single cases.
    #[must_use]
    pub fn without_cases(&self) -> Measures {
        Measures { confusion: Vec::new(), mistakes: Vec::new(), ..self.clone() }
    }
}

/// The figures that describe a set of cases.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Summary {
    /// How many cases there are.
    pub cases: usize,
    /// Over all labels of all cases alike.
    pub micro: Agreement,
    /// The mean of the F1 of all labels that were expected or given; `None` without any.
    pub macro_f1: Option<f64>,
    /// Cases with a main label that got it, or an acceptable one, as main label.
    pub main_right: Share,
    /// The same over all cases: without a main label, none is right.
    pub verdict_right: Share,
    /// Cases that deserve no label and got none.
    pub none_kept: Share,
    /// Cases whose language was identified as the one they name.
    pub language_right: Share,
}

/// How many of how many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Share {
    /// These …
    pub right: usize,
    /// … of so many.
    pub of: usize,
}

impl Share {
    fn count(judged: impl Iterator<Item = bool>) -> Share {
        judged.fold(Share::default(), |share, right| Share {
            right: share.right + usize::from(right),
            of: share.of + 1,
        })
    }

    /// From 0 to 1, or `None` of nothing.
    pub fn ratio(self) -> Option<f64> {
        (self.of > 0).then(|| self.right as f64 / self.of as f64)
    }
}

/// How given and expected labels agree.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Agreement {
    /// How often it was expected.
    pub expected: usize,
    /// How often it was given.
    pub given: usize,
    /// How often it was both.
    pub right: usize,
    /// How often it was given where it was not expected, but acceptable.
    pub acceptable: usize,
    /// The share of the given that is right or acceptable; `None` if none was given.
    pub precision: Option<f64>,
    /// The share of the expected that was given; `None` if none was expected.
    pub recall: Option<f64>,
    /// The harmonic mean of the two; `None` if nothing was expected nor given.
    pub f1: Option<f64>,
}

impl Agreement {
    fn new([expected, given, right, acceptable]: [usize; 4]) -> Agreement {
        let good = right + acceptable;
        // 2pr / (p + r) of p = good / given and r = right / expected, in whole numbers.
        let f1 = match right {
            0 => Share { right: 0, of: expected + given - acceptable },
            _ => Share { right: 2 * good * right, of: good * expected + right * given },
        };
        Agreement {
            expected,
            given,
            right,
            acceptable,
            precision: Share { right: good, of: given }.ratio(),
            recall: Share { right, of: expected }.ratio(),
            f1: f1.ratio(),
        }
    }
}

/// A main label that was expected, and the one that was given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Confusion {
    /// A label or `none`.
    pub expected: String,
    /// A label or `none`.
    pub given: String,
    /// In how many cases.
    pub cases: usize,
}

/// The labels that were given with about the same confidence.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Step {
    /// Confidences from this one on, up to a tenth more.
    pub from: f64,
    /// The mean confidence of these labels.
    pub confidence: f64,
    /// How many of them were right.
    pub labels: Share,
}

/// A case that is not wholly right.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Mistake {
    /// The case.
    pub id: String,
    /// The main label that was expected, if another one or none was given.
    pub main: Option<Instead>,
    /// The language that the case names, if another one or none was identified.
    pub language: Option<Instead>,
    /// Labels that were expected and not given.
    pub missing: Vec<String>,
    /// Labels that were given and not expected, with their confidences.
    pub surplus: Vec<(String, f32)>,
}

/// One thing in the place of another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Instead {
    /// What was expected, if anything.
    pub expected: Option<String>,
    /// What was given, if anything.
    pub given: Option<String>,
}

/// Measures a classifier by what it gave to some cases.
pub fn measure(judged: &[Judged<'_>]) -> Measures {
    let mut languages: BTreeMap<String, Vec<Judged<'_>>> = BTreeMap::new();
    let mut parts: BTreeMap<&'static str, Vec<Judged<'_>>> = BTreeMap::new();
    for one in judged {
        if let Some(language) = &one.case.language {
            languages.entry(primary(language).to_ascii_lowercase()).or_default().push(*one);
        }
        let part = if one.case.held_out { "held out" } else { "development" };
        parts.entry(part).or_default().push(*one);
    }
    if !parts.contains_key("held out") {
        parts.clear();
    }
    let calibration = calibration(judged);
    Measures {
        overall: summary(judged),
        languages: languages.iter().map(|(name, of)| (name.clone(), summary(of))).collect(),
        parts: parts.iter().map(|(name, of)| (*name, summary(of))).collect(),
        labels: agreements(judged),
        confusion: confusion(judged),
        calibration_error: calibration_error(&calibration),
        calibration,
        mistakes: judged.iter().filter_map(mistake).collect(),
    }
}

fn agreements(judged: &[Judged<'_>]) -> BTreeMap<String, Agreement> {
    let mut counts: BTreeMap<&str, [usize; 4]> = BTreeMap::new();
    for one in judged {
        for label in one.case.labels() {
            let [expected, _, right, _] = counts.entry(label).or_default();
            *expected += 1;
            *right += usize::from(one.gave(label));
        }
        for (label, _) in &one.given.labels {
            let [_, given, _, acceptable] = counts.entry(label).or_default();
            *given += 1;
            *acceptable += usize::from(!one.expected(label) && one.case.accepts(label));
        }
    }
    counts.into_iter().map(|(label, of)| (label.to_owned(), Agreement::new(of))).collect()
}

fn summary(judged: &[Judged<'_>]) -> Summary {
    let labels = agreements(judged);
    let total = |count: fn(&Agreement) -> usize| labels.values().map(count).sum();
    let f1s: Vec<f64> = labels.values().filter_map(|it| it.f1).collect();
    let with_main = judged.iter().filter(|it| it.case.main.is_some());
    let of_none = judged.iter().filter(|it| it.deserves_none());
    let with_language = judged.iter().filter(|it| it.case.language.is_some());
    Summary {
        cases: judged.len(),
        micro: Agreement::new([
            total(|it| it.expected),
            total(|it| it.given),
            total(|it| it.right),
            total(|it| it.acceptable),
        ]),
        macro_f1: (!f1s.is_empty()).then(|| f1s.iter().sum::<f64>() / f1s.len() as f64),
        main_right: Share::count(with_main.map(Judged::main_right)),
        verdict_right: Share::count(judged.iter().map(Judged::main_right)),
        none_kept: Share::count(of_none.map(|it| it.given.labels.is_empty())),
        language_right: Share::count(with_language.map(Judged::language_right)),
    }
}

/// The language of a tag, without script and region.
fn primary(tag: &str) -> &str {
    tag.split('-').next().unwrap_or(tag)
}

fn confusion(judged: &[Judged<'_>]) -> Vec<Confusion> {
    let mut counts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for one in judged {
        let expected = one.case.main.as_deref().unwrap_or(NONE);
        let given = one.given.main.as_deref().unwrap_or(NONE);
        *counts.entry((expected, given)).or_default() += 1;
    }
    let named = |((expected, given), cases): ((&str, &str), usize)| Confusion {
        expected: expected.to_owned(),
        given: given.to_owned(),
        cases,
    };
    counts.into_iter().map(named).collect()
}

fn calibration(judged: &[Judged<'_>]) -> Vec<Step> {
    let mut steps: BTreeMap<u32, Vec<(f32, bool)>> = BTreeMap::new();
    for one in judged {
        for (label, confidence) in &one.given.labels {
            // A confidence of 1 belongs to the last step. Hundredths keep 0.7 out of the step below
            // it.
            let step = ((confidence * 100.0).round() as u32 / 10).min(9);
            steps.entry(step).or_default().push((*confidence, one.case.accepts(label)));
        }
    }
    let step = |(step, given): (u32, Vec<(f32, bool)>)| Step {
        from: f64::from(step) / 10.0,
        confidence: given.iter().map(|it| f64::from(it.0)).sum::<f64>() / given.len() as f64,
        labels: Share::count(given.iter().map(|it| it.1)),
    };
    steps.into_iter().map(step).collect()
}

fn calibration_error(steps: &[Step]) -> Option<f64> {
    let labels: usize = steps.iter().map(|step| step.labels.of).sum();
    let gap = |it: &Step| (it.confidence * it.labels.of as f64 - it.labels.right as f64).abs();
    (labels > 0).then(|| steps.iter().map(gap).sum::<f64>() / labels as f64)
}

fn mistake(one: &Judged<'_>) -> Option<Mistake> {
    let Judged { case, given } = one;
    let instead = |expected: &Option<String>, given: &Option<String>| {
        (expected != given).then(|| Instead { expected: expected.clone(), given: given.clone() })
    };
    let main = instead(&case.main, &given.main).filter(|_| !one.main_right());
    let named = case.language.as_ref().filter(|_| !one.language_right());
    let language = named.and_then(|_| instead(&case.language, &given.language));
    let missing: Vec<_> =
        case.labels().filter(|label| !one.gave(label)).map(str::to_owned).collect();
    let surplus: Vec<_> =
        given.labels.iter().filter(|(label, _)| !case.accepts(label)).cloned().collect();
    let wrong = main.is_some() || language.is_some() || !missing.is_empty() || !surplus.is_empty();
    wrong.then(|| Mistake { id: case.id.clone(), main, language, missing, surplus })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::evaluation::CaseContent;

    fn case(id: &str, main: &str, secondary: &[&str]) -> Case {
        Case {
            id: id.to_owned(),
            language: Some("fr".to_owned()),
            main: Some(main.to_owned()).filter(|it| !it.is_empty()),
            secondary: secondary.iter().map(|it| (*it).to_owned()).collect(),
            acceptable: BTreeSet::new(),
            site: None,
            held_out: id.starts_with('h'),
            line: 1,
            content: CaseContent::Text(String::new()),
        }
    }

    fn given(main: &str, labels: &[(&str, f32)]) -> Given {
        Given {
            main: Some(main.to_owned()).filter(|it| !it.is_empty()),
            labels: labels.iter().map(|(name, it)| ((*name).to_owned(), *it)).collect(),
            language: Some("fr".to_owned()),
        }
    }

    /// Two labels expected, of which one is given and one is not; one given that should not be; one
    /// `none` kept, one not.
    fn measures() -> Measures {
        let pairs = [
            (case("a", "x", &["y"]), given("x", &[("x", 0.9), ("z", 0.7)])),
            (case("b", "y", &[]), given("x", &[("x", 0.72), ("y", 0.71)])),
            (case("c", "", &[]), given("", &[])),
            (case("h", "", &[]), given("z", &[("z", 1.0)])),
        ];
        measure(&pairs.each_ref().map(|(case, given)| Judged { case, given }))
    }

    #[test]
    fn a_region_is_not_told_by_a_text() {
        let mut named = case("a", "x", &[]);
        let given = given("x", &[("x", 0.9)]);
        for (language, right) in [("fr-CA", 1), ("FR", 1), ("en-GB", 0), ("frr", 0)] {
            named.language = Some(language.to_owned());
            let measures = measure(&[Judged { case: &named, given: &given }]);
            assert_eq!(measures.overall.language_right, Share { right, of: 1 }, "{language}");
            assert_eq!(measures.mistakes.len(), 1 - right, "{language}");
        }
        named.language = Some("fr-CA".to_owned());
        let measures = measure(&[Judged { case: &named, given: &given }]);
        assert!(measures.languages.contains_key("fr"));
    }

    #[test]
    fn labels_are_counted_alike_and_by_label() {
        let measures = measures();
        let micro = measures.overall.micro;
        assert_eq!((micro.expected, micro.given, micro.right), (3, 5, 2));
        assert_eq!(
            (micro.precision, micro.recall, micro.f1),
            (Some(0.4), Some(2.0 / 3.0), Some(0.5))
        );
        let y = measures.labels["y"];
        assert_eq!((y.precision, y.recall), (Some(1.0), Some(0.5)));
        let z = measures.labels["z"];
        assert_eq!((z.precision, z.recall, z.f1), (Some(0.0), None, Some(0.0)));
        let macro_f1 = measures.overall.macro_f1.expect("there are labels");
        assert!((macro_f1 - 4.0 / 9.0).abs() < 1e-12, "(2/3 + 2/3 + 0) / 3, not {macro_f1}");
    }

    #[test]
    fn main_labels_and_empty_answers_are_counted_by_case() {
        let measures = measures();
        assert_eq!(measures.overall.main_right, Share { right: 1, of: 2 });
        assert_eq!(measures.overall.none_kept, Share { right: 1, of: 2 });
        assert_eq!(measures.overall.language_right, Share { right: 4, of: 4 });
        assert_eq!(measures.parts["held out"].none_kept, Share { right: 0, of: 1 });
        let wrong: Vec<_> =
            measures.confusion.iter().filter(|it| it.expected != it.given).collect();
        assert_eq!(wrong.len(), 2);
        assert_eq!((wrong[0].expected.as_str(), wrong[0].given.as_str()), ("none", "z"));
        assert_eq!((wrong[1].expected.as_str(), wrong[1].given.as_str()), ("y", "x"));
    }

    #[test]
    fn confidences_fall_into_tenths() {
        let steps: Vec<_> = measures().calibration.iter().map(|it| (it.from, it.labels)).collect();
        assert_eq!(steps, [(0.7, Share { right: 1, of: 3 }), (0.9, Share { right: 1, of: 2 })]);
    }

    #[test]
    fn the_calibration_error_weighs_each_step() {
        // Of three labels with 0.71 on average one is right, of two with 0.95 again one.
        let error = measures().calibration_error.expect("labels were given");
        assert!((error - ((2.13 - 1.0) + (1.9 - 1.0)) / 5.0).abs() < 1e-6, "{error}");
    }

    #[test]
    fn what_another_reader_would_accept_is_neither_wrong_nor_missed() {
        let accepting = |main: &str, label: &str| Case {
            acceptable: BTreeSet::from([label.to_owned()]),
            ..case("a", main, &[])
        };
        let pairs = [
            (accepting("", "x"), given("x", &[("x", 0.9)])),
            (accepting("", "x"), given("", &[])),
            (accepting("y", "x"), given("x", &[("x", 0.9), ("z", 0.8)])),
        ];
        let measures = measure(&pairs.each_ref().map(|(case, given)| Judged { case, given }));
        let micro = measures.overall.micro;
        assert_eq!((micro.expected, micro.given, micro.acceptable), (1, 3, 2));
        assert_eq!((micro.precision, micro.recall), (Some(2.0 / 3.0), Some(0.0)));
        assert_eq!(measures.overall.none_kept, Share { right: 0, of: 0 });
        assert_eq!(measures.overall.verdict_right, Share { right: 3, of: 3 });
        let [mistake] = &measures.mistakes[..] else { panic!("only the last is wrong") };
        assert_eq!((mistake.missing.len(), mistake.surplus.len()), (1, 1));
        assert_eq!(measures.calibration[1].labels, Share { right: 2, of: 2 });
    }

    #[test]
    fn mistakes_name_what_is_wrong() {
        let mistakes = measures().mistakes;
        assert_eq!(mistakes.iter().map(|it| it.id.as_str()).collect::<Vec<_>>(), ["a", "b", "h"]);
        assert_eq!(
            (mistakes[0].main.clone(), mistakes[0].missing.clone()),
            (None, vec!["y".into()])
        );
        assert_eq!(mistakes[2].surplus, [("z".to_owned(), 1.0)]);
    }

    #[test]
    fn nothing_can_be_measured_too() {
        let measures = measure(&[]);
        assert_eq!((measures.overall.micro.f1, measures.overall.macro_f1), (None, None));
        assert!(measures.parts.is_empty() && measures.calibration.is_empty());
    }
}
