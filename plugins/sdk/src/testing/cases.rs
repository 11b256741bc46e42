//! Golden cases: folders with an input, what is chosen and said, and what is expected of a plugin.
//!
//! A folder `cases/NAME` has a file `input`, with any extension; `case.tsv`, with a name, a tab and a value per line: `media-type`,
//! `language`, `setting KEY`, `table NAME` (a file beside it) and `attribute NAME`; and `expected.txt`, which
//! `DOCMILL_BLESS=1 cargo test` writes. `docmill plugin test` puts a component to the test with the same folders.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use crate::{
    Analyzer, Annotation, Attribute, Classifier, Description, Document, Error, Extracted,
    Extractor, Label, Member, Source, Span, Translator, Unpacker, testing,
};

/// Puts an unpacker to the test with every case below a folder.
///
/// # Panics
///
/// If there is no case, one of them cannot be read, or something else came out than is expected.
pub fn check_unpacker<P: Unpacker>(folder: &Path) {
    check(folder, P::describe, |case| {
        let accepted = match P::accepts() {
            Ok(accepted) => accepted,
            Err(error) => return tell_error(&error),
        };
        let result = P::unpack(case.source(&accepted));
        let mut told = String::new();
        testing::take_members().iter().for_each(|member| tell_member(&mut told, member));
        told + &result.err().as_ref().map_or(String::new(), tell_error)
    });
}

/// Puts an extractor to the test with every case below a folder.
///
/// # Panics
///
/// As [`check_unpacker`].
pub fn check_extractor<P: Extractor>(folder: &Path) {
    check(folder, P::describe, |case| {
        let accepted = match P::accepts() {
            Ok(accepted) => accepted,
            Err(error) => return tell_error(&error),
        };
        told_of(P::extract(case.source(&accepted)), tell_extracted)
    });
}

/// Puts a translator to the test with every case below a folder: from the language that a case says, else from all.
///
/// # Panics
///
/// As [`check_unpacker`].
pub fn check_translator<P: Translator>(folder: &Path) {
    check(folder, P::describe, |case| {
        let pairs = match P::pairs() {
            Ok(pairs) => pairs,
            Err(error) => return tell_error(&error),
        };
        let document = case.document();
        let mut told = String::new();
        for pair in pairs {
            if document.language.as_ref().is_some_and(|language| *language != pair.original) {
                continue;
            }
            let _ = writeln!(told, "== {} to {}", pair.original, pair.target);
            let segments = document.text.split('\n').map(str::to_owned).collect();
            match P::translate(segments, pair) {
                Ok(rendering) => {
                    tell_attributes(&mut told, &rendering.attributes);
                    tell_bytes(&mut told, rendering.segments.join("\n").as_bytes());
                }
                Err(error) => told.push_str(&tell_error(&error)),
            }
        }
        told
    });
}

/// Puts a classifier to the test with every case below a folder.
///
/// # Panics
///
/// As [`check_unpacker`].
pub fn check_classifier<P: Classifier>(folder: &Path) {
    check(folder, P::describe, |case| {
        if let Err(error) = P::labels() {
            return tell_error(&error);
        }
        let document = case.document();
        let text = document.text.clone();
        told_of(P::classify(document), |told, label| tell_label(told, &text, label))
    });
}

/// Puts an analyzer to the test with every case below a folder.
///
/// # Panics
///
/// As [`check_unpacker`].
pub fn check_analyzer<P: Analyzer>(folder: &Path) {
    check(folder, P::describe, |case| {
        if let Err(error) = P::kinds() {
            return tell_error(&error);
        }
        let document = case.document();
        let text = document.text.clone();
        told_of(P::analyze(document), |told, found| tell_annotation(told, &text, found))
    });
}

/// A case while it is put to the test.
struct Case {
    input: Vec<u8>,
    media_type: Option<String>,
    language: Option<String>,
    attributes: Vec<Attribute>,
}

impl Case {
    /// The input as what the case says it is, else as what the plugin accepts first.
    fn source<'a>(&'a self, accepted: &'a [String]) -> Source<'a> {
        let media_type = self.media_type.as_ref().or(accepted.first()).map_or("", String::as_str);
        Source::of_bytes(&self.input, media_type).with_attributes(self.attributes.clone())
    }

    /// The input as a document; what is no UTF-8 is replaced.
    fn document(&self) -> Document {
        let mut document = Document::new(String::from_utf8_lossy(&self.input).into_owned());
        document.language.clone_from(&self.language);
        document.attributes.clone_from(&self.attributes);
        document
    }
}

fn check(folder: &Path, describe: impl Fn() -> Description, run: impl Fn(&Case) -> String) {
    let mut wrong = Vec::new();
    let cases = entries(folder);
    assert!(!cases.is_empty(), "there is no case in {}", folder.display());
    for case in cases {
        testing::reset();
        testing::use_defaults(&describe());
        let told = run(&read(&case));
        let expected = case.join("expected.txt");
        if std::env::var_os("DOCMILL_BLESS").is_some() {
            fs::write(&expected, &told).expect("what is expected can be written");
        }
        match fs::read_to_string(&expected) {
            Ok(expected) if expected == told => {}
            Ok(expected) => {
                wrong.push(format!("{}: expected\n{expected}\nand not\n{told}", case.display()));
            }
            Err(error) => {
                wrong.push(format!("{}: {error}; there came\n{told}", expected.display()))
            }
        }
    }
    testing::reset();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries =
        fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut entries: Vec<_> = entries.map(|it| it.expect("it can be listed").path()).collect();
    entries.sort();
    entries
}

fn read(folder: &Path) -> Case {
    let is_input = |path: &PathBuf| path.file_stem().is_some_and(|it| it == "input");
    let input = entries(folder).into_iter().find(is_input);
    let input = input.unwrap_or_else(|| panic!("{} has no input", folder.display()));
    let input = fs::read(input).expect("the input can be read");
    let mut case = Case { input, media_type: None, language: None, attributes: Vec::new() };
    let said = folder.join("case.tsv");
    // A case need not say anything.
    let said =
        if said.exists() { fs::read_to_string(said).expect("it is a text") } else { String::new() };
    for line in said.lines().filter(|line| !line.is_empty()) {
        let (name, value) = line.split_once('\t').unwrap_or_else(|| panic!("no tab in `{line}`"));
        match name.split_once(' ') {
            Some(("setting", key)) => testing::set_setting(key, value),
            Some(("attribute", name)) => case.attributes.push(Attribute::new(name, value)),
            Some(("table", name)) => {
                let table = fs::read_to_string(folder.join(value));
                let table = table.unwrap_or_else(|error| panic!("table {value}: {error}"));
                testing::set_table_from_tsv(name, &table);
            }
            _ if name == "media-type" => case.media_type = Some(value.to_owned()),
            _ if name == "language" => case.language = Some(value.to_owned()),
            _ => panic!("`{name}` is nothing that a case says"),
        }
    }
    case
}

fn told_of<T>(result: Result<Vec<T>, Error>, tell: impl Fn(&mut String, &T)) -> String {
    match result {
        Ok(found) => {
            let mut told = String::new();
            found.iter().for_each(|it| tell(&mut told, it));
            told
        }
        Err(error) => tell_error(&error),
    }
}

fn tell_member(told: &mut String, member: &Member) {
    let media_type = member.media_type.as_deref().unwrap_or("of no claimed type");
    // Writing to a string does not fail.
    let _ = writeln!(told, "== {} ({media_type})", member.name.escape_debug());
    tell_attributes(told, &member.attributes);
    tell_bytes(told, &member.content);
}

fn tell_extracted(told: &mut String, Extracted { document, asides }: &Extracted) {
    let _ = writeln!(told, "== document ({})", document.language.as_deref().unwrap_or("-"));
    tell_attributes(told, &document.attributes);
    tell_bytes(told, document.text.as_bytes());
    for mark in &document.marks {
        let _ = writeln!(told, "-- {} {}", mark.kind, tell_span(mark.span));
        tell_attributes(told, &mark.attributes);
    }
    for aside in asides {
        let _ = writeln!(told, "-- aside {} at {}", aside.kind, aside.position);
        tell_attributes(told, &aside.attributes);
        tell_bytes(told, aside.text.as_bytes());
    }
}

fn tell_label(told: &mut String, text: &str, label: &Label) {
    let _ = writeln!(told, "== {} {}", label.name.escape_debug(), label.confidence);
    tell_attributes(told, &label.attributes);
    for span in &label.evidence {
        let _ = writeln!(told, "-- {}", tell_span(*span));
        tell_bytes(told, text[span.range()].as_bytes());
    }
}

fn tell_annotation(told: &mut String, text: &str, annotation: &Annotation) {
    let place = annotation.span.map(|span| format!(" {}", tell_span(span)));
    let sure = annotation.confidence.map(|it| format!(" ({it})"));
    let (place, sure) = (place.unwrap_or_default(), sure.unwrap_or_default());
    let _ = writeln!(told, "== {}{place}{sure}", annotation.kind);
    if let Some(value) = &annotation.value {
        let _ = writeln!(told, "   = {}", value.escape_debug());
    }
    tell_attributes(told, &annotation.attributes);
    if let Some(span) = annotation.span {
        tell_bytes(told, text[span.range()].as_bytes());
    }
}

fn tell_span(span: Span) -> String {
    format!("{}..{}", span.start, span.end)
}

fn tell_attributes(told: &mut String, attributes: &[Attribute]) {
    for attribute in attributes {
        let _ = writeln!(told, "   {}: {}", attribute.name, attribute.value.escape_debug());
    }
}

/// Text line by line; the beginning and the size of what is none.
fn tell_bytes(told: &mut String, bytes: &[u8]) {
    match str::from_utf8(bytes) {
        Ok(text) => {
            for line in text.split('\n') {
                let _ = writeln!(told, " | {}", line.escape_debug());
            }
        }
        Err(_) => {
            let start = bytes[..bytes.len().min(256)].escape_ascii();
            let _ = writeln!(told, " | {} bytes: {start}", bytes.len());
        }
    }
}

fn tell_error(error: &Error) -> String {
    match error {
        Error::Unsupported(why) => format!("!! unsupported: {why}\n"),
        Error::Malformed(defect) => {
            let place = defect.offset.map(|it| format!(" at {it}")).unwrap_or_default();
            format!("!! malformed{place}: {}\n", defect.reason)
        }
        Error::Misconfigured(it) => format!("!! misconfigured: {}: {}\n", it.key, it.reason),
        Error::Internal(why) => format!("!! internal: {why}\n"),
    }
}
