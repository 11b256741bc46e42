//! `docmill read`: what is in files, without a store.

use std::io::Write;
use std::process::Stdio;

use docmill_tests::{TestEnv, exit};

#[test]
fn texts_come_in_the_order_in_which_they_were_named_and_nothing_is_stored() {
    let env = TestEnv::with_small_pipeline();
    env.write("in/b.txt", "Le deuxième.\n");
    env.write("in/a.txt", "Le premier.");
    env.write("z.txt", "Le dernier.");
    let output = env.run(["read", "z.txt", "in", "--jobs", "4"]).expect(exit::SUCCESS);
    assert_eq!(output.stdout, "Le dernier.\n\nLe premier.\n\nLe deuxième.\n");
    assert_eq!(output.stderr, "");
    assert!(!env.work().join(".docmill").exists());
}

#[test]
fn standard_input_is_a_file_like_any_other() {
    let env = TestEnv::with_small_pipeline();
    env.write("a.txt", "Un fichier.");
    let mut command = env.command(["read", "-", "a.txt"]);
    let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all("Une entrée.".as_bytes()).unwrap();
    let output = env.finish(child).expect(exit::SUCCESS);
    assert_eq!(output.stdout, "Une entrée.\n\nUn fichier.\n");
    let _ = env.run(["read", "-", "-"]).expect(exit::USAGE).says("can be read only once");
}

#[test]
fn json_has_what_an_export_has() {
    let env = TestEnv::with_small_pipeline();
    env.write("a.txt", "Bonjour.");
    let read = env.run(["read", "--format", "jsonl", "a.txt"]).expect(exit::SUCCESS);
    let _ = env.run(["ingest", "a.txt"]).expect(exit::SUCCESS);
    let exported = env.run(["export", "--format", "jsonl"]).expect(exit::SUCCESS);
    // Both are computed, so times and runs differ.
    let without_costs = |mut events: Vec<serde_json::Value>| {
        for event in &mut events {
            event.as_object_mut().unwrap().remove("provenance");
        }
        events
    };
    assert_eq!(without_costs(read.events()), without_costs(exported.events()));
    let object = &read.events()[0];
    assert_eq!(object["annotations"][0]["step"], "well-behaved");
}

#[test]
fn what_fails_is_told_and_the_rest_is_printed() {
    let env = TestEnv::with_misbehaving_pipeline();
    env.write("a.txt", "Bonjour.");
    env.write("b.bin", [0, 1, 2]);
    env.write("d.txt", "please-trap");
    let output =
        env.run(["read", "a.txt", "b.bin", "missing.txt", "d.txt"]).expect(exit::SOME_FAILED);
    // Nobody looks for anything in a text.
    assert_eq!(output.stdout, "Bonjour.\n\nplease-trap\n");
    let output = output.says("`b.bin` could not be read").says("`missing.txt` could not be read");
    assert!(!output.stderr.contains("d.txt"), "{}", output.stderr);
    let output = env.run(["read", "--format", "jsonl", "d.txt"]).expect(exit::SOME_FAILED);
    assert_eq!(output.events()[0]["text"], "please-trap");
    let _ = output.says("step `misbehave-on-request` failed on `d.txt`");
}

#[test]
fn a_text_cannot_control_the_terminal() {
    let env = TestEnv::with_small_pipeline();
    env.write("a.txt", "a\u{1b}[31mb");
    let output = env.run(["read", "a.txt"]).expect(exit::SUCCESS);
    assert_eq!(output.stdout, "a\\u{1b}[31mb\n");
}

#[test]
fn markdown_has_the_structure_that_a_text_has_not() {
    let env = TestEnv::new();
    let sentence =
        "Le ministère soutient la production de semi-conducteurs dans le pays. ".repeat(4);
    let page = format!(
        "<!doctype html><title>Un titre</title><article><h1>Un titre</h1><p>{sentence}</p>\
         <h2>La suite</h2><p>{sentence}</p></article>"
    );
    env.write("page.html", page);
    let text = env.run(["read", "page.html"]).expect(exit::SUCCESS).stdout;
    assert!(text.contains("La suite") && !text.contains("# La suite"), "{text}");
    let markdown = env.run(["read", "--format", "markdown", "page.html"]).expect(exit::SUCCESS);
    assert!(markdown.stdout.contains("## La suite"), "{}", markdown.stdout);
}
