//! Documents with the labels that a reader gave them, one JSON object per line.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::error::{Hint, Hinted, Location, closest};

/// A document and the labels it should get.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// What it is called; no two cases of a file share it.
    pub id: String,
    /// The language it is written in, if the file tells.
    pub language: Option<String>,
    /// What it is mainly about, or `None` if it is about no label, or about several alike.
    pub main: Option<String>,
    /// The other labels that apply, in any order; `main` is not among them.
    pub secondary: BTreeSet<String>,
    /// Labels that another reader might give: right if given, not missed if not.
    pub acceptable: BTreeSet<String>,
    /// Where the document is from: what one author wrote is alike, so it is never in a fold of its
    /// own.
    pub site: Option<String>,
    /// Whether it was kept aside while the classifier was tuned.
    pub held_out: bool,
    /// The line of the file, counted from 1.
    pub line: usize,
    /// The document.
    pub content: CaseContent,
}

/// Where the document of a case is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CaseContent {
    /// In the file itself, as plain text.
    Text(String),
    /// In a file of its own.
    File(PathBuf),
}

impl Case {
    /// All labels that apply.
    pub fn labels(&self) -> impl Iterator<Item = &str> {
        self.main.iter().chain(&self.secondary).map(String::as_str)
    }

    /// Whether `label` applies, or might in the eyes of another reader.
    pub fn accepts(&self, label: &str) -> bool {
        self.labels().any(|it| it == label) || self.acceptable.contains(label)
    }
}

/// Why a file of labels is unusable.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind}")]
pub struct CasesError {
    /// What is wrong.
    pub kind: CasesErrorKind,
    /// Where.
    pub place: Location,
}

/// What is wrong with a file of labels.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CasesErrorKind {
    /// A line is no such object; the words of the parser.
    #[error("this line is not a labelled document in JSON: {0}")]
    Json(String),
    /// A case has no document, or two.
    #[error("case `{id}` needs either `text` or `source`")]
    Content {
        /// The case.
        id: String,
    },
    /// An id does not tell its case from others.
    #[error("the id `{id}` is empty or stands there twice")]
    Id {
        /// The id.
        id: String,
    },
    /// A label stands there twice.
    #[error("case `{id}` names a label twice")]
    LabelTwice {
        /// The case.
        id: String,
    },
    /// The file is empty.
    #[error("there is no case in it")]
    Empty,
    /// A label can never be given.
    #[error("case `{id}` has the label `{label}`, which the classifier does not declare")]
    UnknownLabel {
        /// The case.
        id: String,
        /// The label.
        label: String,
        /// The label that was probably meant.
        meant: Option<String>,
    },
}

impl Hinted for CasesError {
    fn hint(&self) -> Option<Hint> {
        match &self.kind {
            CasesErrorKind::Id { .. } => Some(Hint::NumberCases),
            CasesErrorKind::Empty => Some(Hint::WriteCases),
            CasesErrorKind::UnknownLabel { meant: Some(meant), .. } => {
                Some(Hint::DidYouMean(meant.clone()))
            }
            CasesErrorKind::UnknownLabel { meant: None, .. } => Some(Hint::UseTaxonomyOfLabels),
            _ => None,
        }
    }
}

/// A line as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    id: String,
    language: Option<String>,
    main: Option<String>,
    #[serde(default)]
    secondary: Vec<String>,
    #[serde(default)]
    acceptable: Vec<String>,
    site: Option<String>,
    #[serde(default)]
    held_out: bool,
    text: Option<String>,
    source: Option<PathBuf>,
    /// For people: why the labels are as they are.
    #[serde(rename = "note")]
    _note: Option<String>,
    /// For people: `text` begins with it, too.
    #[serde(rename = "title")]
    _title: Option<String>,
}

/// What `main` may say instead of `null`.
const NO_MAIN: &str = "none";

/// Reads the cases of the file at `path`, whose text is given. Sources are relative to its folder.
///
/// # Errors
///
/// The first line that is no case, with its place.
pub fn parse_cases(path: &Path, text: &str) -> Result<Vec<Case>, CasesError> {
    let folder = path.parent().unwrap_or(Path::new(""));
    let mut ids = BTreeSet::new();
    let mut cases = Vec::new();
    for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let error = |column, kind| CasesError {
            kind,
            place: Location { path: path.to_owned(), line: index + 1, column },
        };
        let read: Line = serde_json::from_str(line).map_err(|cause| {
            // The parser counts within the one line it sees, and ends its message with that place.
            let told = cause.to_string();
            let message = told.rsplit_once(" at line ").map_or(told.as_str(), |(it, _)| it);
            error(cause.column().max(1), CasesErrorKind::Json(message.to_owned()))
        })?;
        let content = match (read.text, read.source) {
            (Some(text), None) => CaseContent::Text(text),
            (None, Some(source)) => CaseContent::File(folder.join(source)),
            _ => return Err(error(1, CasesErrorKind::Content { id: read.id })),
        };
        if read.id.is_empty() || !ids.insert(read.id.clone()) {
            return Err(error(1, CasesErrorKind::Id { id: read.id }));
        }
        let named = read.secondary.len();
        let secondary: BTreeSet<String> = read.secondary.into_iter().collect();
        let main = read.main.filter(|it| it != NO_MAIN);
        if secondary.len() < named || main.as_ref().is_some_and(|it| secondary.contains(it)) {
            return Err(error(1, CasesErrorKind::LabelTwice { id: read.id }));
        }
        cases.push(Case {
            id: read.id,
            language: read.language,
            main,
            secondary,
            acceptable: read.acceptable.into_iter().collect(),
            site: read.site,
            held_out: read.held_out,
            line: index + 1,
            content,
        });
    }
    if cases.is_empty() {
        let place = Location { path: path.to_owned(), line: 1, column: 1 };
        return Err(CasesError { kind: CasesErrorKind::Empty, place });
    }
    Ok(cases)
}

/// Makes sure that a classifier could get every case right.
///
/// # Errors
///
/// The first label that it does not declare, with its place in the file at `path`.
pub fn check_labels(
    path: &Path,
    cases: &[Case],
    declared: &BTreeSet<String>,
) -> Result<(), CasesError> {
    for case in cases {
        let mut named = case.labels().chain(case.acceptable.iter().map(String::as_str));
        if let Some(unknown) = named.find(|label| !declared.contains(*label)) {
            let meant = closest(unknown, declared.iter().map(String::as_str)).map(str::to_owned);
            let (id, label) = (case.id.clone(), unknown.to_owned());
            return Err(CasesError {
                kind: CasesErrorKind::UnknownLabel { id, label, meant },
                place: Location { path: path.to_owned(), line: case.line, column: 1 },
            });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_error(text: &str, line: usize, expected: &str) {
        let error = parse_cases(Path::new("x.jsonl"), text).expect_err("it is unusable");
        assert_eq!((error.to_string().as_str(), error.place.line), (expected, line));
    }

    #[test]
    fn a_line_is_a_case() {
        let text = "\n{\"id\":\"a\",\"main\":\"x\",\"secondary\":[\"z\",\"y\"],\"text\":\"t\"}\n\
            {\"id\":\"b\",\"held_out\":true,\"source\":\"b.txt\",\"note\":\"why\"}\n";
        let cases = parse_cases(Path::new("in/x.jsonl"), text).expect("both are usable");
        assert_eq!(cases[0].labels().collect::<Vec<_>>(), ["x", "y", "z"]);
        assert_eq!((cases[0].line, cases[0].held_out), (2, false));
        assert_eq!(cases[1].content, CaseContent::File("in/b.txt".into()));
        assert_eq!((cases[1].main.clone(), cases[1].held_out), (None, true));
    }

    #[test]
    fn a_case_may_name_its_site_and_what_another_reader_would_accept() {
        let text = r#"{"id":"a","site":"s.example","title":"t","main":"none","acceptable":["x"],"text":"t"}"#;
        let cases = parse_cases(Path::new("x.jsonl"), text).expect("it is usable");
        assert_eq!((cases[0].main.as_deref(), cases[0].site.as_deref()), (None, Some("s.example")));
        assert_eq!((cases[0].labels().count(), cases[0].accepts("x")), (0, true));
        let declared = BTreeSet::from(["y".to_owned()]);
        assert!(check_labels(Path::new("x.jsonl"), &cases, &declared).is_err(), "`x` is unknown");
    }

    #[test]
    fn an_unusable_line_is_named() {
        check_error("", 1, "there is no case in it");
        check_error(
            "{\"id\":\"a\",\"text\":\"t\"}\n{",
            2,
            "this line is not a labelled document in JSON: EOF while parsing an object",
        );
        check_error("{\"id\":\"a\"}", 1, "case `a` needs either `text` or `source`");
        let twice = "{\"id\":\"a\",\"text\":\"t\"}\n{\"id\":\"a\",\"text\":\"t\"}";
        check_error(twice, 2, "the id `a` is empty or stands there twice");
        let label = "{\"id\":\"a\",\"text\":\"t\",\"main\":\"x\",\"secondary\":[\"x\"]}";
        check_error(label, 1, "case `a` names a label twice");
    }

    #[test]
    fn a_label_that_nobody_declares_is_an_error() {
        let path = Path::new("x.jsonl");
        let cases = parse_cases(path, "{\"id\":\"a\",\"text\":\"t\",\"main\":\"blokchain\"}");
        let declared = BTreeSet::from(["blockchain".to_owned(), "drones".to_owned()]);
        let error = check_labels(path, &cases.expect("usable"), &declared).expect_err("unknown");
        assert_eq!(error.hint(), Some(Hint::DidYouMean("blockchain".to_owned())));
    }
}
