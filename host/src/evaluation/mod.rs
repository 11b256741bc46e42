//! Measures any classifier of a pipeline against labels that a reader gave.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use crate::ingest::{Content, Offer, Origin, Unreadable};
use crate::model::{Findings, Label, LanguageTag, MediaType, PluginName, SourceName};
use crate::pipeline::{Pipeline, RunError, RunOptions, Silent, run};
use crate::store::{MemoryStore, Store};

mod cases;
mod measures;

pub use cases::{Case, CaseContent, CasesError, check_labels, parse_cases};
pub use measures::{
    Agreement, Confusion, Given, Instead, Judged, Measures, Mistake, Share, Step, Summary, measure,
};

/// What became of a case: what the classifier gave to it, or why it gave nothing, outermost cause first.
pub type Outcome = Result<Given, Vec<String>>;

/// Takes every case through the pipeline, as if it were ingested, and collects what the classifier of `step` gave to it. There is one
/// outcome for each case, in the same order. Labels of a second level (`group/product` beside `group`) are left out if no
/// case names any.
///
/// # Errors
///
/// If the run as a whole cannot go on.
pub fn evaluate(
    pipeline: &Pipeline,
    step: &PluginName,
    cases: &[Case],
    options: &RunOptions,
) -> Result<Vec<Outcome>, RunError> {
    let store = MemoryStore::new();
    let mut origin = Cases { left: cases.iter().enumerate() };
    run(&store, pipeline, &mut origin, options, &Silent)?;

    let second_level = cases.iter().flat_map(Case::labels).any(|label| label.contains('/'));
    let mut given: BTreeMap<SourceName, Vec<Given>> = BTreeMap::new();
    for document in store.documents() {
        let document = document.map_err(RunError::Store)?;
        let findings = store.findings(document.id, document.version).map_err(RunError::Store)?;
        let labels = findings.into_iter().find(|it| it.step == *step).map(|it| it.findings);
        let Some(Findings::Labels(mut labels)) = labels else { continue };
        if !second_level {
            drop_second_level(&mut labels);
        }
        let language = document.extracted.document.language.as_ref().map(LanguageTag::to_string);
        given.entry(document.source).or_default().push(given_by(labels, language));
    }
    let outcome = |(index, case): (usize, &Case)| {
        let name = source_name(index, case);
        let mut given = given.remove(&name).unwrap_or_default();
        match (given.pop(), given.len()) {
            (Some(only), 0) => Ok(Ok(only)),
            (Some(_), more) => {
                Ok(Err(vec![format!("it holds {} documents, and a case is one", more + 1)]))
            }
            (None, _) => {
                let failures = store.failures_of(&name)?;
                let causes = failures.into_iter().next().map(|failure| failure.causes);
                let silent = || vec!["the classifier was not asked, or did not answer".to_owned()];
                Ok(Err(causes.unwrap_or_else(silent)))
            }
        }
    };
    cases.iter().enumerate().map(outcome).collect::<Result<_, _>>().map_err(RunError::Store)
}

fn drop_second_level(labels: &mut Vec<Label>) {
    let names: BTreeSet<String> = labels.iter().map(|label| label.name.clone()).collect();
    labels.retain(|label| label.name.split_once('/').is_none_or(|(of, _)| !names.contains(of)));
}

fn given_by(labels: Vec<Label>, language: Option<String>) -> Given {
    let rank = |label: &Label| {
        label.attributes.iter().find(|it| it.name == "rank").map(|it| it.value.clone())
    };
    let main = match labels.iter().find(|label| rank(label).as_deref() == Some("main")) {
        Some(main) => Some(main),
        None => labels.first().filter(|_| labels.iter().all(|label| rank(label).is_none())),
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
    SourceName::new(name)
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
        let unreadable = |error: std::io::Error| Unreadable {
            causes: vec![format!("`{}` could not be read", self.0.display()), error.to_string()],
            hint: None,
        };
        let mut bytes = Vec::new();
        let file = std::fs::File::open(&self.0).map_err(unreadable)?;
        file.take(limit.saturating_add(1)).read_to_end(&mut bytes).map_err(unreadable)?;
        if bytes.len() as u64 > limit {
            return Err(Unreadable::because(format!("it has more than {limit} bytes")));
        }
        Ok(bytes.into())
    }
}
