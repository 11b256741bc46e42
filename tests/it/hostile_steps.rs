//! What a plugin costs that misbehaves on some documents: those documents, in its own step.

use docmill::model::FailureClass;
use docmill_tests::{Lab, TestEnv, exit, guest, shipped, sources};

/// A reader, a hostile step, and a step that comes after it.
fn pipeline() -> String {
    format!(
        "[[step]]\nplugin = {:?}\n\n[[step]]\nplugin = {:?}\nname = \"hostile\"\nlimits = {{ deadline = \"300ms\", memory = \"16 MiB\" }}\n\n\
         [[step]]\nplugin = {:?}\n",
        shipped("extract-text"),
        guest("adversarial/misbehave-on-request"),
        guest("adversarial/well-behaved"),
    )
}

/// Takes in two innocent documents and, between them, one that contains the trigger.
fn check(trigger: &str, class: FailureClass, cause: &str) -> docmill::model::Failure {
    let pipeline = Lab::get().pipeline(&pipeline());
    let guilty = format!("In the middle there is please-{trigger} and nothing else.\n");
    let offered =
        [("a.txt", "One day it rained.\n"), ("b.txt", &guilty), ("c.txt", "It stopped.\n")];
    let ingested = Lab::get().ingest(&pipeline, sources(offered), 2);

    let found: Vec<(String, Vec<String>)> = (ingested.found().into_iter())
        .map(|(document, findings)| {
            (document.source.to_string(), findings.iter().map(|it| it.step.to_string()).collect())
        })
        .collect();
    let steps = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let expected = [
        ("a.txt".to_owned(), steps(&["hostile", "well-behaved"])),
        ("b.txt".to_owned(), steps(&["well-behaved"])),
        ("c.txt".to_owned(), steps(&["hostile", "well-behaved"])),
    ];
    assert_eq!(found, expected);

    let failures = ingested.failures();
    let [failure] = failures.as_slice() else { panic!("not one failure: {failures:#?}") };
    assert_eq!(failure.source.as_str(), "b.txt");
    assert_eq!(failure.step.as_ref().map(ToString::to_string).as_deref(), Some("hostile"));
    assert!(failure.document.is_some(), "the document is known");
    assert_eq!(failure.class, class);
    let causes = failure.causes.join(": ");
    assert!(causes.contains(cause), "`{cause}` is not in: {causes}");
    assert_eq!(ingested.run.tally.failures, 1);
    failure.clone()
}

#[test]
fn a_plugin_that_loops_costs_one_document_in_one_step() {
    let failure = check("loop", FailureClass::Deadline, "it ran longer than its deadline of 300ms");
    assert!(!failure.backtrace.is_empty(), "where it looped is known");
    assert!(failure.hint.is_some_and(|hint| hint.to_string().contains("limits.deadline")));
}

#[test]
fn a_plugin_that_eats_memory_costs_one_document_in_one_step() {
    let failure = check("hoard", FailureClass::Memory, "and its limit is 16.0 MiB");
    assert!(!failure.backtrace.is_empty(), "who asked for the memory is known");
    assert!(failure.hint.is_some_and(|hint| hint.to_string().contains("limits.memory")));
}

#[test]
fn a_plugin_that_traps_costs_one_document_in_one_step_and_its_last_words_are_kept() {
    let failure = check("trap", FailureClass::Trapped, "as you asked");
    assert!(!failure.backtrace.is_empty(), "where it trapped is known");
    let log: Vec<&str> = failure.log.iter().map(|line| line.message.as_str()).collect();
    assert!(log.contains(&"about to trap"), "{log:?}");
}

#[test]
fn a_plugin_that_lies_costs_one_document_in_one_step() {
    let failure = check("lie", FailureClass::Output, "annotation 0 spans bytes 0..");
    assert!(failure.hint.is_some_and(|hint| hint.to_string().contains("UTF-8 bytes")));
}

#[test]
fn a_plugin_remembers_nothing_of_the_documents_before() {
    let pipeline = Lab::get().pipeline(&format!(
        "[[step]]\nplugin = {:?}\n\n[[step]]\nplugin = {:?}\n",
        shipped("extract-text"),
        guest("adversarial/remember-between-documents"),
    ));
    let offered =
        (0..20).map(|number| (format!("{number}.txt"), format!("Le texte numéro {number}.")));
    let ingested = Lab::get().ingest(&pipeline, sources(offered), 2);
    assert_eq!(ingested.values("remember-between-documents"), vec!["document 1"; 20]);
}

#[test]
fn nothing_that_a_plugin_says_controls_the_terminal() {
    for name in [
        "trap-control-characters",
        "log-control-characters",
        "attribute-name-bad",
        "describe-control-characters",
    ] {
        let env = TestEnv::new();
        env.write("a.txt", "Un texte.\n");
        let pipeline = format!(
            "[[step]]\nplugin = {:?}\n\n[[step]]\nplugin = {:?}\n",
            shipped("extract-text"),
            guest(&format!("adversarial/{name}")),
        );
        env.write("docmill.toml", pipeline);
        for format in ["human", "json"] {
            let output =
                env.run(["ingest", "a.txt", "-vvv", "--color", "never", "--output", format]);
            assert!(matches!(output.code, Some(exit::SOME_FAILED | exit::REJECTED)), "{output:?}");
            let shown = format!("{}{}", output.stdout, output.stderr);
            assert!(!shown.contains(['\u{1b}', '\u{7}', '\r']), "{name}: {shown:?}");
            // Programs get every character as it was said; people do not.
            assert!(format == "json" || !shown.contains('\u{202e}'), "{name}: {shown:?}");
        }
    }
}
