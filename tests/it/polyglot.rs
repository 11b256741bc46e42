//! The same plugins in several languages: each gives the same answers to the same cases, and the
//! same again.

use std::ffi::OsStr;

use docmill::model::{FailureClass, Findings};
use docmill_tests::{Ingested, Lab, TestEnv, contents, exit, guest, root, sources};
use serde_json::{Value, json};

/// The languages that were built: all, unless `DOCMILL_POLYGLOT` leaves some out, as it does for
/// `cargo xtask guests`.
pub fn languages() -> Vec<String> {
    let chosen = std::env::var("DOCMILL_POLYGLOT").unwrap_or("python,javascript,c".to_owned());
    let chosen = chosen.split(',').map(str::trim).filter(|it| !it.is_empty() && *it != "none");
    ["rust"].into_iter().chain(chosen).map(str::to_owned).collect()
}

fn component(plugin: &str, language: &str) -> std::path::PathBuf {
    match language {
        "rust" => guest(&format!("examples/{plugin}-rust")),
        _ => guest(&format!("polyglot/{plugin}-{language}")),
    }
}

fn cases(plugin: &str) -> Vec<Value> {
    let path = root().join(format!("plugins/polyglot/cases/{plugin}.json"));
    let text = std::fs::read_to_string(path).expect("the cases are there");
    let cases: Vec<Value> = serde_json::from_str(&text).expect("the cases are JSON");
    assert!(!cases.is_empty());
    cases
}

/// None of this is about time.
const LIMITS: &str = "limits = { deadline = \"1m\" }";

/// Takes every case in, in a source of its own.
fn ingested(plugin: &str, language: &str) -> Ingested {
    let mut pipeline = format!("[[step]]\nplugin = {:?}\n{LIMITS}\n", component(plugin, language));
    let mut media_type = "text/x-keyvalue";
    if plugin == "analyze-words" {
        // Text as it is: what an extractor of articles does to it would be part of the comparison.
        let verbatim = guest("adversarial/extract-verbatim");
        pipeline.push_str(&format!("\n[[step]]\nplugin = {verbatim:?}\n"));
        media_type = "text/x-verbatim";
    }
    let offered = (0..).zip(cases(plugin)).map(|(index, case): (usize, Value)| {
        let bytes = match (case["hex"].as_str(), case["source"].as_str(), case["text"].as_str()) {
            (Some(hex), ..) => unhex(hex),
            (_, Some(source), _) => source.as_bytes().to_owned(),
            (.., Some(text)) => format!("={text}").into_bytes(),
            _ => panic!("a case without input: {case}"),
        };
        (name(index), bytes)
    });
    let offered = sources(offered).claimed_as(media_type);
    Lab::get().ingest(&Lab::get().pipeline(&pipeline), offered, 2)
}

fn name(index: usize) -> String {
    format!("case {index:03}")
}

fn unhex(hex: &str) -> Vec<u8> {
    let byte = |at| u8::from_str_radix(&hex[at..at + 2], 16).expect("two hexadecimal digits");
    (0..hex.len()).step_by(2).map(byte).collect()
}

#[test]
fn analyze_words_finds_the_same_in_every_language() {
    for language in languages() {
        let ingested = ingested("analyze-words", &language);
        // Some of the cases are texts without a word, which is told of them.
        let failures = ingested.failures();
        assert!(failures.iter().all(|it| it.class == FailureClass::Empty), "{language}");
        let found = ingested.found();
        for (index, case) in cases("analyze-words").iter().enumerate() {
            let of_case =
                found.iter().find(|(document, _)| document.source.as_str() == name(index));
            let findings = of_case.map(|(_, findings)| findings.as_slice());
            let Some([finding]) = findings else { panic!("{language}, {case}: {findings:?}") };
            let Findings::Annotations(annotations) = &finding.findings else {
                panic!("{language}, {case}: {finding:?}")
            };
            let annotations: Vec<Value> = (annotations.iter())
                .map(|it| {
                    let span = it.span.map(|span| [span.start, span.end]);
                    json!({ "kind": it.kind, "span": span, "value": it.value })
                })
                .collect();
            assert_eq!(
                Value::from(annotations),
                case["annotations"],
                "{language}: {}",
                case["name"]
            );
        }
    }
}

#[test]
fn extract_keyvalue_reads_the_same_in_every_language() {
    for language in languages() {
        let ingested = ingested("extract-keyvalue", &language);
        let (documents, failures) = (ingested.documents(), ingested.failures());
        for (index, case) in cases("extract-keyvalue").iter().enumerate() {
            let context = format!("{language}: {}", case["name"]);
            if case["source"] == "" || case["said"].is_array() {
                // The host spares every extractor the source that has no bytes, and these lie in no
                // container.
                continue;
            }
            // One without text has attributes all the same.
            let failure = (failures.iter())
                .filter(|failure| failure.class != FailureClass::Empty)
                .find(|failure| failure.source.as_str() == name(index));
            if let Some(defect) = case["malformed"].as_object() {
                let failure = failure.unwrap_or_else(|| panic!("{context}: no failure"));
                assert_eq!(failure.class, FailureClass::Malformed, "{context}");
                let reason = defect["reason"].as_str().expect("a reason");
                assert_eq!(
                    failure.causes,
                    [format!("{reason} (at byte {})", defect["offset"])],
                    "{context}"
                );
                continue;
            }
            assert_eq!(failure, None, "{context}");
            let read: Vec<Value> = (documents.iter())
                .filter(|document| document.source.as_str() == name(index))
                .map(|document| {
                    let document = &document.extracted.document;
                    let attributes = document.attributes.iter().map(|it| [&it.name, &it.value]);
                    json!({
                        "text": document.text,
                        "language": document.language.as_ref().map(ToString::to_string),
                        "attributes": attributes.collect::<Vec<_>>(),
                    })
                })
                .collect();
            assert_eq!(Value::from(read), case["documents"], "{context}");
        }
    }
}

#[test]
fn results_are_the_same_when_computed_again_in_every_language() {
    for plugin in ["analyze-words", "extract-keyvalue"] {
        for language in languages() {
            let [first, second] = [(); 2].map(|()| contents(&ingested(plugin, &language).store));
            assert_eq!(first, second, "{plugin} in {language}");
        }
    }
}

#[test]
fn plugins_with_libraries_of_their_language_keep_their_golden_cases() {
    let built = languages();
    for (plugin, language) in [("analyze-keyphrases", "python"), ("analyze-dates", "javascript")] {
        if !built.iter().any(|it| it == language) {
            continue;
        }
        let cases = root().join("plugins/polyglot/useful/cases").join(plugin);
        let component = component(plugin, language);
        let arguments = [OsStr::new("plugin"), OsStr::new("test"), cases.as_ref()];
        let of = [
            OsStr::new("--component"),
            component.as_ref(),
            OsStr::new("--deadline"),
            OsStr::new("1m"),
        ];
        let _ = TestEnv::new().run(arguments.into_iter().chain(of)).expect(exit::SUCCESS);
    }
}

/// They need nothing but their language, and run in the one that builds the guests.
#[test]
#[expect(clippy::print_stderr, reason = "what is skipped is told")]
fn the_sdks_of_other_languages_keep_their_own_tests() {
    let suites: [(&str, &str, &[&str], &str); 3] = [
        ("python", "python3", &["-m", "unittest", "discover", "-s", "tests"], "plugins/sdk-python"),
        ("python", "python3", &["-m", "unittest", "test_cases"], "plugins/polyglot/python"),
        ("javascript", "node", &["--test"], "plugins/sdk-javascript"),
    ];
    let built = languages();
    for (language, program, arguments, folder) in suites {
        if !built.iter().any(|it| it == language) {
            eprintln!("skipped: the tests of `{folder}`, as guests in {language} are left out");
            continue;
        }
        let mut command = std::process::Command::new(program);
        command.args(arguments).current_dir(root().join(folder));
        command.env("PYTHONPATH", root().join("plugins/sdk-python/src"));
        command.env("PYTHONDONTWRITEBYTECODE", "1");
        let output = command.output().unwrap_or_else(|error| panic!("`{program}`: {error}"));
        let said = [output.stdout, output.stderr].concat();
        assert!(output.status.success(), "{folder}:\n{}", String::from_utf8_lossy(&said));
    }
}

#[test]
fn the_largest_runtimes_compile_within_the_limits_of_the_compiler() {
    for language in languages().iter().filter(|it| ["python", "javascript"].contains(&it.as_str()))
    {
        let env = TestEnv::new();
        let plugin = component("analyze-words", language);
        // The code that tests share was compiled without limits.
        let mut command =
            env.command([OsStr::new("plugin"), OsStr::new("inspect"), plugin.as_ref()]);
        command.env("XDG_CACHE_HOME", env.work().join("cache"));
        let child = command.spawn().expect("docmill starts");
        let output = env.finish(child).expect(exit::SUCCESS);
        assert!(output.stdout.contains("analyze-words"), "{}", output.stdout);
    }
}
