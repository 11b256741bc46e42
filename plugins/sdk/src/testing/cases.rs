//! Golden cases: folders with an input, what is chosen and said, and what is expected of a plugin.
//!
//! A folder `cases/NAME` has a file `input`, with any extension; `case.tsv`, with a name, a tab and
//! a value per line: `media-type`, `language`, `setting KEY`, `table NAME` (a file beside it),
//! `attribute NAME`, and what earlier steps found, in files beside it: `labels STEP` and
//! `annotations STEP` in the words of an `expected.txt`, `translation STEP LANGUAGE` as text; and
//! `expected.txt`, which `DOCMILL_BLESS=1 cargo test` writes. `docmill plugin test` puts a
//! component to the test with the same folders.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use super::wording::{
    annotations_of, labels_of, tell_annotation, tell_attributes, tell_bytes, tell_error,
    tell_extracted, tell_label, tell_member,
};
use crate::{
    Analyzer, Attribute, Classifier, Description, Document, Error, Extractor, Source, Translator,
    Unpacker, testing,
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

/// Puts a translator to the test with every case below a folder: from the language that a case
/// says, else from all.
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

    /// The input as a document; what is not UTF-8 is replaced.
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
        let description = describe();
        testing::use_defaults(&description);
        let told = run(&read(&case, &description.reads));
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

/// A case, on the stage that it sets; `reads` is whose findings the plugin reads.
fn read(folder: &Path, reads: &[String]) -> Case {
    let is_input = |path: &PathBuf| path.file_stem().is_some_and(|it| it == "input");
    let input = entries(folder).into_iter().find(is_input);
    let input = input.unwrap_or_else(|| panic!("{} has no input", folder.display()));
    let input = fs::read(input).expect("the input can be read");
    let mut case = Case { input, media_type: None, language: None, attributes: Vec::new() };
    let said = folder.join("case.tsv");
    // A case need not say anything.
    let said =
        if said.exists() { fs::read_to_string(said).expect("it is a text") } else { String::new() };
    let text = String::from_utf8_lossy(&case.input).into_owned();
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
            Some((what @ ("labels" | "annotations" | "translation"), of)) => {
                let words = fs::read_to_string(folder.join(value));
                let words = words.unwrap_or_else(|error| panic!("{value}: {error}"));
                let step = of.split(' ').next().unwrap_or_default();
                assert!(reads.iter().any(|it| it == step), "the plugin does not read `{step}`");
                match (what, of.split_once(' ')) {
                    ("labels", _) => {
                        testing::set_labels(of, usable(value, labels_of(&words, &text)));
                    }
                    ("annotations", _) => {
                        testing::set_annotations(of, usable(value, annotations_of(&words, &text)));
                    }
                    (_, Some((step, target))) => testing::set_translation(step, target, &words),
                    (_, None) => panic!("`{line}` names no language"),
                }
            }
            _ if name == "media-type" => case.media_type = Some(value.to_owned()),
            _ if name == "language" => case.language = Some(value.to_owned()),
            _ => panic!("`{name}` is nothing that a case says"),
        }
    }
    case
}

fn usable<T>(file: &str, found: Result<T, String>) -> T {
    found.unwrap_or_else(|error| panic!("{file}: {error}"))
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
