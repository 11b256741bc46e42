//! Golden cases: folders with an input, what is chosen and said, and what is expected of a plugin.
//!
//! A folder `cases/NAME` has a file `input`, with any extension; `case.tsv`, with a name, a tab and a
//! value per line: `media-type`, `setting KEY` and `attribute NAME`; and `expected.txt`, which
//! `DOCMILL_BLESS=1 cargo test` writes.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use crate::{Attribute, Error, Extracted, Extractor, Source, Unpacker, testing};

/// Puts an unpacker to the test with every case below a folder.
///
/// # Panics
///
/// If there is no case, one of them cannot be read, or something else came out than is expected.
pub fn check_unpacker<P: Unpacker>(folder: &Path) {
    check(
        folder,
        |case| {
            let result = P::unpack(case.source());
            let mut told = String::new();
            for member in testing::take_members() {
                let media_type = member.media_type.as_deref().unwrap_or("of no claimed type");
                let _ = writeln!(told, "== {} ({media_type})", member.name.escape_debug());
                tell_attributes(&mut told, &member.attributes);
                tell_bytes(&mut told, &member.content);
            }
            tell_error(&mut told, result.err());
            told
        },
        P::describe,
    );
}

/// Puts an extractor to the test with every case below a folder.
///
/// # Panics
///
/// As [`check_unpacker`].
pub fn check_extractor<P: Extractor>(folder: &Path) {
    check(
        folder,
        |case| {
            let result = P::extract(case.source());
            let mut told = String::new();
            for Extracted { document, asides } in result.as_deref().unwrap_or_default() {
                let _ =
                    writeln!(told, "== document ({})", document.language.as_deref().unwrap_or("-"));
                tell_attributes(&mut told, &document.attributes);
                tell_bytes(&mut told, document.text.as_bytes());
                for mark in &document.marks {
                    let _ = writeln!(told, "-- {} {:?}", mark.kind, mark.span.range());
                    tell_attributes(&mut told, &mark.attributes);
                }
                for aside in asides {
                    let _ = writeln!(told, "-- aside {} at {}", aside.kind, aside.position);
                    tell_attributes(&mut told, &aside.attributes);
                    tell_bytes(&mut told, aside.text.as_bytes());
                }
            }
            tell_error(&mut told, result.err());
            told
        },
        P::describe,
    );
}

/// A case while it is put to the test.
struct Case {
    input: Vec<u8>,
    media_type: String,
    attributes: Vec<Attribute>,
}

impl Case {
    fn source(&self) -> Source<'_> {
        let source = Source::of_bytes(&self.input, &self.media_type);
        source.with_attributes(self.attributes.clone())
    }
}

fn check(folder: &Path, run: impl Fn(&Case) -> String, describe: impl Fn() -> crate::Description) {
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
        let expected = fs::read_to_string(&expected).unwrap_or_default();
        if expected != told {
            wrong.push(format!("{}: expected\n{expected}\nand not\n{told}", case.display()));
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
    let mut case = Case { input, media_type: String::new(), attributes: Vec::new() };
    let said = fs::read_to_string(folder.join("case.tsv"));
    let said = said.unwrap_or_else(|error| panic!("{}/case.tsv: {error}", folder.display()));
    for line in said.lines() {
        let (name, value) = line.split_once('\t').unwrap_or_else(|| panic!("no tab in `{line}`"));
        match name.split_once(' ') {
            Some(("setting", key)) => testing::set_setting(key, value),
            Some(("attribute", name)) => case.attributes.push(Attribute::new(name, value)),
            _ if name == "media-type" => value.clone_into(&mut case.media_type),
            _ => panic!("`{name}` is nothing that a case says"),
        }
    }
    case
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

fn tell_error(told: &mut String, error: Option<Error>) {
    match error {
        None => {}
        Some(Error::Unsupported(why)) => _ = writeln!(told, "!! unsupported: {why}"),
        Some(Error::Malformed(defect)) => {
            let place = defect.offset.map(|it| format!(" at {it}")).unwrap_or_default();
            let _ = writeln!(told, "!! malformed{place}: {}", defect.reason);
        }
        Some(Error::Misconfigured(it)) => {
            let _ = writeln!(told, "!! misconfigured: {}: {}", it.key, it.reason);
        }
        Some(Error::Internal(why)) => _ = writeln!(told, "!! internal: {why}"),
    }
}
