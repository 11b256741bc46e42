//! Runs that are ended in the middle: what was told is stored, and the next run does the rest.
#![cfg(unix)]

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdout};

use docmill::model::SourceName;
use docmill::store::{SledOptions, SledStore, Store, StoreError};
use docmill_tests::{TestEnv, exit};
use rustix::process::{Pid, Signal, kill_process};

/// A folder of many small files, of which some say the same.
fn with_files(count: usize) -> TestEnv {
    let env = TestEnv::with_small_pipeline();
    for number in 0..count {
        env.write(format!("in/{number:05}.txt"), format!("Le texte numéro {}.\n", number / 2));
    }
    env
}

fn start(env: &TestEnv) -> (Child, BufReader<ChildStdout>) {
    let mut child = env.command(["ingest", "in", "--output", "json"]).spawn().expect("it starts");
    let stdout = child.stdout.take().expect("it is a pipe");
    (child, BufReader::new(stdout))
}

/// The source of a line of `--output json`, if the line is whole and speaks of one.
fn told(line: &str) -> Option<String> {
    let event: serde_json::Value = serde_json::from_str(line).ok()?;
    assert_ne!(event["fate"], "failed", "{event}");
    (event["event"] == "source")
        .then(|| event["source"].as_str().expect("a source has a name").to_owned())
}

/// Reads lines until this many sources were told, sends the signal, and reads on until the end.
fn end_after(
    child: &Child,
    lines: &mut impl BufRead,
    count: usize,
    signal: Signal,
) -> BTreeSet<String> {
    let mut sources = BTreeSet::new();
    let mut sent = false;
    let mut line = String::new();
    while lines.read_line(&mut line).expect("a pipe can be read") > 0 {
        if let Some(source) = told(&line) {
            assert!(sources.insert(source), "told twice: {line}");
        }
        if sources.len() >= count && !sent {
            sent = true;
            let pid = Pid::from_raw(i32::try_from(child.id()).expect("an id")).expect("an id");
            kill_process(pid, signal).expect("it is still running");
        }
        line.clear();
    }
    sources
}

/// Opens the store that a process left behind.
fn store(env: &TestEnv) -> SledStore {
    match SledStore::open(&env.work().join(".docmill"), &SledOptions::default()) {
        Ok(store) => store,
        Err(error @ StoreError::Locked(_)) => panic!("the lock outlived its process: {error}"),
        Err(error) => panic!("{error}: {:?}", std::error::Error::source(&error)),
    }
}

/// Everything told is stored whole: source, original, document and findings.
fn check_stored(env: &TestEnv, told: &BTreeSet<String>) {
    let store = store(env);
    for name in told {
        let source = SourceName::new(name.as_str()).expect("a name");
        let stored = store.source(&source).expect("the store can be read");
        let stored = stored.unwrap_or_else(|| panic!("`{name}` was told and is not stored"));
        assert!(store.original(&stored.info.digest).expect("it can be read").is_some(), "{name}");
        let [document] = stored.documents.as_slice() else { panic!("{stored:#?}") };
        let document = store.document(*document, None).expect("it can be read");
        let document = document.unwrap_or_else(|| panic!("`{name}` has no document"));
        assert_eq!(document.version, 1, "{name}");
        assert_eq!(store.findings(document.id, 1).expect("it can be read").len(), 1, "{name}");
    }
    // What was not told may be stored as well, but never in part.
    for source in store.sources() {
        let source = source.expect("the store can be read");
        assert_eq!(source.documents.len(), 1, "{source:#?}");
    }
}

/// Runs to the end, and checks that every file is stored exactly once.
fn finish(env: &TestEnv, count: usize) {
    let _ = env.run(["ingest", "in"]).expect(exit::SUCCESS);
    let store = store(env);
    let versions: Vec<u32> = (store.documents())
        .map(|document| document.expect("the store can be read").version)
        .collect();
    assert_eq!(versions, vec![1; count]);
    assert_eq!(store.sources().count(), count);
    assert_eq!(store.failures().count(), 0);
}

#[test]
fn an_interrupted_run_ends_in_order_and_the_next_one_does_the_rest() {
    const FILES: usize = 3_000;
    let env = with_files(FILES);
    let (child, mut lines) = start(&env);
    let told = end_after(&child, &mut lines, 100, Signal::INT);
    let output = env.finish(child).expect(exit::INTERRUPTED);
    assert!(output.stderr.contains("interrupted"), "{}", output.stderr);
    assert!((100..FILES).contains(&told.len()), "{} sources were told", told.len());
    check_stored(&env, &told);

    let (child, mut lines) = start(&env);
    let mut added = BTreeSet::new();
    let mut line = String::new();
    while lines.read_line(&mut line).expect("a pipe can be read") > 0 {
        if line.contains("\"added\"") {
            added.extend(self::told(&line));
        }
        line.clear();
    }
    let _ = env.finish(child).expect(exit::SUCCESS);
    assert!(added.is_disjoint(&told), "something was done twice");
    assert_eq!(added.len() + told.len(), FILES);
    finish(&env, FILES);
}

#[test]
fn a_killed_process_has_stored_everything_that_it_told() {
    const FILES: usize = 1_500;
    const ROUNDS: usize = 10;
    let env = with_files(FILES);
    let mut all = BTreeSet::new();
    for round in 0..ROUNDS {
        let (child, mut lines) = start(&env);
        // What is stored already is told again as unchanged, and comes first.
        let told = end_after(&child, &mut lines, all.len() + 40 + round, Signal::KILL);
        let output = env.finish(child);
        assert_eq!(output.code, None, "round {round}: it ended before it was killed");
        all.extend(told);
        check_stored(&env, &all);
    }
    assert!(all.len() < FILES, "the files did not last for {ROUNDS} rounds");
    finish(&env, FILES);
}
