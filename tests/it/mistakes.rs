//! What authors get wrong in Rust, Python and JavaScript: every message names the mistake, the
//! place in the author's source, and what to do.

use docmill::conformance::{Configuration, Outcome, Report, check};
use docmill::error::Hinted;
use docmill::model::{Failure, FailureClass, Limits};
use docmill_tests::{Lab, guest, root, sources};

use crate::polyglot::languages;

/// Those of the languages that have mistakes.
fn with_mistakes() -> impl Iterator<Item = String> {
    languages().into_iter().filter(|it| ["rust", "python", "javascript"].contains(&it.as_str()))
}

fn component(language: &str) -> std::path::PathBuf {
    match language {
        "rust" => guest("examples/mistakes-rust"),
        _ => guest(&format!("polyglot/mistakes-{language}")),
    }
}

/// Where in a source of `plugins/polyglot/mistakes` the first line with these words is, as messages
/// tell it.
fn place(file: &str, words: &str) -> String {
    let path = root().join("plugins/polyglot/mistakes").join(file);
    let text = std::fs::read_to_string(path).expect("it is there");
    let line = text.lines().position(|line| line.contains(words));
    format!("{file}:{}", line.unwrap_or_else(|| panic!("no `{words}` in {file}")) + 1)
}

/// What became of texts that each name a mistake.
fn failures(language: &str, mistakes: &[&str]) -> Vec<Failure> {
    let plugin = component(language);
    let verbatim = guest("adversarial/extract-verbatim");
    let pipeline = format!(
        "[[step]]\nplugin = {plugin:?}\nsettings = {{ unit = \"km\" }}\nlimits = {{ deadline = \"2s\" }}\n\n[[step]]\nplugin = {verbatim:?}\n",
    );
    let offered = mistakes.iter().map(|it| ((*it).to_owned(), format!("={it}").into_bytes()));
    let offered = sources(offered).claimed_as("text/x-verbatim");
    Lab::get().ingest(&Lab::get().pipeline(&pipeline), offered, 2).failures()
}

/// The class, the reasons and the log that a mistake has to have: parts of each.
type Expected = (&'static str, FailureClass, &'static str, &'static [&'static str]);

const PYTHON: &[Expected] = &[
    (
        "exception",
        FailureClass::Internal,
        "KeyError: 'missing' (mistakes.py:36, in exception)",
        &["Traceback (most recent call last):", "return {}[\"missing\"]"],
    ),
    ("undeclared", FailureClass::Output, "nom", &[]),
    (
        "value",
        FailureClass::Internal,
        "TypeError: `value` of Annotation has to be str or None, and is 7 (int) (mistakes.py:42, in value)",
        &[],
    ),
    (
        "nothing",
        FailureClass::Internal,
        "`analyze` returned None (NoneType) instead of a list (mistakes.py:28)",
        &[],
    ),
    (
        "printed",
        FailureClass::Internal,
        "ValueError: after printing (mistakes.py:50, in printed)",
        &["seen on standard output", "seen on standard error"],
    ),
    (
        "file",
        FailureClass::Internal,
        "No such file or directory: 'words.txt' (mistakes.py:53, in file)",
        &[],
    ),
    ("memory", FailureClass::Memory, "of memory, and its limit is", &[]),
    ("endless", FailureClass::Deadline, "it ran longer than its deadline of 2s", &[]),
];

const RUST: &[Expected] = &[
    (
        "exception",
        FailureClass::Trapped,
        "it gave up: index out of bounds: the len is 2 but the index is 7",
        &["index out of bounds"],
    ),
    ("undeclared", FailureClass::Output, "nom", &[]),
    ("value", FailureClass::Output, "7", &[]),
    (
        "printed",
        FailureClass::Trapped,
        "it gave up: after printing",
        &["seen on standard output", "seen on standard error"],
    ),
    ("file", FailureClass::Trapped, "it gave up: called `Result::unwrap()` on an `Err` value", &[]),
    ("network", FailureClass::Trapped, "network", &[]),
    ("thread", FailureClass::Trapped, "failed to spawn thread", &[]),
    ("recursion", FailureClass::Memory, "it used up its stack of 512 KiB", &[]),
    ("memory", FailureClass::Memory, "of memory, and its limit is", &[]),
    ("endless", FailureClass::Deadline, "it ran longer than its deadline of 2s", &[]),
];

const JAVASCRIPT: &[Expected] = &[
    (
        "exception",
        FailureClass::Internal,
        "(mistakes.js:8,",
        &["TypeError: can't access property \"missing\"", "exception: () => undefined.missing,"],
    ),
    ("undeclared", FailureClass::Output, "nom", &[]),
    (
        "value",
        FailureClass::Internal,
        "`value` of what `analyze` returned, item 0, has to be a string or undefined, and is 7",
        &[],
    ),
    (
        "nothing",
        FailureClass::Internal,
        "what `analyze` returned has to be an array, and is undefined",
        &[],
    ),
    (
        "printed",
        FailureClass::Internal,
        "RangeError: after printing (mistakes.js:15,",
        &["seen on standard output", "seen on standard error"],
    ),
    ("asynchronous", FailureClass::Internal, "a plugin's functions cannot be async", &[]),
    ("normalize", FailureClass::Internal, "normalize is not a function (mistakes.js:20,", &[]),
    ("memory", FailureClass::Memory, "of memory, and its limit is", &[]),
    ("endless", FailureClass::Deadline, "it ran longer than its deadline of 2s", &[]),
];

#[test]
fn every_mistake_is_named_with_its_place() {
    for language in with_mistakes() {
        let expected = match language.as_str() {
            "rust" => RUST,
            "python" => PYTHON,
            _ => JAVASCRIPT,
        };
        let names: Vec<&str> = expected.iter().map(|(name, ..)| *name).collect();
        let failures = failures(&language, &names);
        for (name, class, cause, log) in expected {
            let failure = failures.iter().find(|it| it.source.as_str() == *name);
            let failure = failure.unwrap_or_else(|| panic!("{language}: {name} did not fail"));
            let causes = failure.causes.join(": ");
            assert_eq!(failure.class, *class, "{language}, {name}: {causes}");
            assert!(causes.contains(cause), "{language}, {name}: {causes}");
            let said: Vec<&str> = failure.log.iter().map(|line| line.message.as_str()).collect();
            let said = said.join("\n");
            for words in *log {
                assert!(said.contains(words), "{language}, {name}: {said}");
            }
            // A panic of the author's own code says where it is, without any debug information.
            if language == "rust" && ["exception", "printed", "file"].contains(name) {
                let words =
                    if *name == "printed" { "after printing" } else { &format!("\"{name}\" =>") };
                assert!(causes.contains(&place("mistakes.rs", words)), "{name}: {causes}");
            }
        }
    }
}

/// What the check says of a plugin with this value of its setting.
fn report(language: &str, unit: &str) -> Report {
    let lab = Lab::get().catalog();
    let plugin = std::fs::read(component(language)).expect("it is there");
    let plugin = lab.load(&plugin).expect("it loads");
    let settings = [("unit".to_owned(), unit.to_owned())].into();
    let configured = Configuration::of(&plugin.description, settings, [].into(), Limits::default());
    check(lab.sandbox(), &plugin, &configured.expect("it has the setting"), &[])
}

#[test]
fn the_check_tells_what_no_single_result_shows() {
    for language in with_mistakes() {
        let report = report(&language, "km");
        let broken = report.verdicts.iter().find_map(|it| match &it.outcome {
            Outcome::Broken { what, .. } if it.clause.id == "V-1" => Some(what.as_str()),
            _ => None,
        });
        let unit = if language == "javascript" { "UTF-16 units" } else { "characters" };
        let broken = broken.unwrap_or_default();
        assert!(broken.contains(&format!("its spans count {unit}, not bytes")), "{broken}");
        let remarks = report.remarks.join("\n");
        let frozen = match language.as_str() {
            "python" => "`time.time()` at mistakes.py:10 runs while the component is built",
            "javascript" => "`Date.now()` at mistakes.js:5 runs while the component is built",
            // Nothing runs while it is built.
            _ => continue,
        };
        assert!(remarks.contains(frozen), "{language}: {remarks}");
    }
}

#[test]
fn a_setting_that_is_missing_or_unusable_is_named() {
    for language in with_mistakes() {
        let pipeline = |settings: &str| {
            let plugin = component(&language);
            let refused =
                Lab::get().try_pipeline(&format!("[[step]]\nplugin = {plugin:?}\n{settings}"));
            refused.expect_err("it needs another setting")
        };
        let told = pipeline("");
        assert!(told.contains("`unit`"), "{told}");
        let told = pipeline("settings = { unit = \"mile\" }\n");
        assert!(told.contains("`unit`") && told.contains("there is only `km`"), "{told}");
    }
}

#[test]
fn a_mistake_in_describe_has_its_words_and_its_stack() {
    for language in with_mistakes().filter(|it| it != "rust") {
        let plugin = guest(&format!("polyglot/mistakes-in-describe-{language}"));
        let plugin = std::fs::read(plugin).expect("it is there");
        let error = Lab::get().catalog().load(&plugin).expect_err("it does not describe itself");
        let chain: Vec<String> =
            std::iter::successors(Some(&error as &dyn std::error::Error), |it| it.source())
                .map(ToString::to_string)
                .collect();
        let told = chain.join("\n");
        let expected: &[&str] = match language.as_str() {
            "python" => &[
                "`version` of Description has to be str, and is 1 (int)",
                "(mistakes_in_describe.py:9, in describe)",
                "return Description(\"mistakes-python\", 1",
            ],
            _ => &["`version` of what `describe` returned has to be a string, and is 1 (number)"],
        };
        for words in expected {
            assert!(told.contains(words), "{language}: {told}");
        }
        assert!(chain.len() > 1, "{language}: its log and its stack are part of it: {told}");
        assert!(error.hint().is_none(), "{language}: it has a standard error");
    }
}
