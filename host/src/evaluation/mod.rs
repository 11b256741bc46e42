//! Measures any classifier of a pipeline against labels that a reader gave.

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;

use crate::ingest::{Content, Offer, Origin, Unreadable};
use crate::model::{
    Document, Failure, Findings, Label, LanguageTag, MediaType, PluginName, SourceName,
};
use crate::pipeline::{Pipeline, ReadOptions, Reading, RunError};

mod cases;
pub mod fit;
mod measures;

pub use cases::{Case, CaseContent, CasesError, CasesErrorKind, check_labels, parse_cases};
pub use measures::{
    Agreement, Confusion, Given, Instead, Judged, Measures, Mistake, Share, Step, Summary, measure,
};

/// What the classifier gave to a case, or why it gave nothing, outermost cause first.
pub type Answer = Result<Given, Vec<String>>;

/// Lets every case go through the steps that the classifier of `step` needs, and collects what it
/// gave. There is one answer for each case, in the same order. Labels of a second level
/// (`group/product` beside `group`) are left out if no case names any.
///
/// # Errors
///
/// If a plugin refuses its configuration: it would for every case.
pub fn evaluate(
    pipeline: &Pipeline,
    step: &PluginName,
    cases: &[Case],
    options: &ReadOptions,
) -> Result<Vec<Answer>, RunError> {
    let options = ReadOptions { only: Some(vec![step.clone()]), ..options.clone() };
    let second_level =
        cases.iter().flat_map(Case::labels).any(|label| Label::above(label).is_some());
    read_each(pipeline, cases, &options, |reading| answer(reading, step, second_level))
}

/// Takes every case through the extractors of a pipeline. There is one document for each case, in
/// the same order, or why there is none, outermost cause first.
///
/// # Errors
///
/// If a plugin refuses its configuration: it would for every case.
pub fn documents(
    pipeline: &Pipeline,
    cases: &[Case],
    options: &ReadOptions,
) -> Result<Vec<Result<Document, Vec<String>>>, RunError> {
    let options = ReadOptions { only: Some(Vec::new()), ..options.clone() };
    read_each(pipeline, cases, &options, |reading| {
        let documents = reading.documents.into_iter().map(|it| it.extracted.document).collect();
        the_only(documents, reading.failures, "no extractor took it")
    })
}

/// What becomes of each case when it is read, in order.
fn read_each<T>(
    pipeline: &Pipeline,
    cases: &[Case],
    options: &ReadOptions,
    of: impl Fn(Reading) -> T,
) -> Result<Vec<T>, RunError> {
    let mut origin = Cases { left: cases.iter().enumerate() };
    let (mut answers, mut refused) = (Vec::with_capacity(cases.len()), None);
    pipeline.read_all(&mut origin, options, &mut |reading| {
        // What lies in a container is no case.
        if reading.source.container.is_some() {
            return ControlFlow::Continue(());
        }
        refused = reading.misconfigured().and_then(refusal);
        answers.push(of(reading));
        if refused.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    match refused {
        Some(refused) => Err(refused),
        None => Ok(answers),
    }
}

fn refusal(failure: &Failure) -> Option<RunError> {
    Some(RunError::Misconfigured { step: failure.step.clone()?, causes: failure.causes.clone() })
}

fn answer(reading: Reading, step: &PluginName, second_level: bool) -> Answer {
    let Reading { documents, findings, failures, .. } = reading;
    let mut given = Vec::new();
    for (index, finding) in findings {
        let (true, Findings::Labels(mut labels)) = (finding.step == *step, finding.findings) else {
            continue;
        };
        if !second_level {
            drop_second_level(&mut labels);
        }
        let language = documents[index].extracted.document.language.as_ref();
        given.push(given_by(labels, language.map(LanguageTag::to_string)));
    }
    the_only(given, failures, "the classifier was not asked, or did not answer")
}

/// What was found of a case, which is one document; `silent` says why there may be nothing without
/// a failure.
fn the_only<T>(mut found: Vec<T>, failures: Vec<Failure>, silent: &str) -> Result<T, Vec<String>> {
    match (found.pop(), found.len()) {
        (Some(only), 0) => Ok(only),
        (Some(_), more) => Err(vec![format!("it holds {} documents, and a case is one", more + 1)]),
        (None, _) => {
            let causes = failures.into_iter().next().map(|failure| failure.causes);
            Err(causes.unwrap_or_else(|| vec![silent.to_owned()]))
        }
    }
}

fn drop_second_level(labels: &mut Vec<Label>) {
    let names: BTreeSet<String> = labels.iter().map(|label| label.name.clone()).collect();
    labels.retain(|label| Label::above(&label.name).is_none_or(|above| !names.contains(above)));
}

fn given_by(labels: Vec<Label>, language: Option<String>) -> Given {
    let main = match labels.iter().find(|label| label.is_main()) {
        Some(main) => Some(main),
        None => labels.first().filter(|_| labels.iter().all(|label| label.rank().is_none())),
    };
    Given {
        main: main.map(|label| label.name.clone()),
        labels: labels.into_iter().map(|label| (label.name, label.confidence)).collect(),
        language,
    }
}

/// Ids may be any text, so the place in the file is what tells cases apart.
fn source_name(index: usize, case: &Case) -> SourceName {
    let name = match &case.content {
        CaseContent::Text(_) => format!("{index}.txt"),
        CaseContent::File(path) => {
            format!("{index}/{}", path.file_name().unwrap_or_default().to_string_lossy())
        }
    };
    SourceName::of_path(name.as_bytes())
        .or_else(|_| SourceName::new(index.to_string()))
        .unwrap_or_else(|_| unreachable!("a number is a name"))
}

struct Cases<'a> {
    left: std::iter::Enumerate<std::slice::Iter<'a, Case>>,
}

impl Origin for Cases<'_> {
    fn next(&mut self) -> Option<Offer> {
        let (index, case) = self.left.next()?;
        let content: Box<dyn Content> = match &case.content {
            CaseContent::Text(text) => Box::new(Text(text.as_bytes().into())),
            CaseContent::File(path) => Box::new(File(path.clone())),
        };
        Some(Offer { name: source_name(index, case), content: Ok(content) })
    }
}

struct Text(Arc<[u8]>);

impl Content for Text {
    fn read(self: Box<Self>, _: u64) -> Result<Arc<[u8]>, Unreadable> {
        // It is in memory already.
        Ok(self.0)
    }

    fn claimed(&self) -> Option<MediaType> {
        MediaType::new("text/plain").ok()
    }
}

struct File(PathBuf);

impl Content for File {
    fn read(self: Box<Self>, limit: u64) -> Result<Arc<[u8]>, Unreadable> {
        use std::io::Read;
        let unreadable = |error: std::io::Error| Unreadable::File {
            path: self.0.clone(),
            error: Arc::new(error),
        };
        let mut bytes = Vec::new();
        let file = std::fs::File::open(&self.0).map_err(unreadable)?;
        file.take(limit.saturating_add(1)).read_to_end(&mut bytes).map_err(unreadable)?;
        if bytes.len() as u64 > limit {
            return Err(Unreadable::longer_than(limit));
        }
        Ok(bytes.into())
    }
}
