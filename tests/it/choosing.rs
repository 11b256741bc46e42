//! Which files of folders are taken in: patterns, ignore files, lists, and what nobody means.

use std::io::Write;
use std::process::Stdio;

use docmill_tests::{Output, TestEnv, exit};

fn environment() -> TestEnv {
    let env = TestEnv::with_small_pipeline();
    for name in ["a.txt", "a.txt~", ".hidden.txt", "b/b.txt", "b/draft-b.txt", "c/c.txt", "c/x.tmp"]
    {
        env.write(format!("in/{name}"), format!("Un texte dans {name}.\n"));
    }
    env
}

fn taken(env: &TestEnv, arguments: &[&str]) -> Vec<String> {
    let told = env.run(["ingest", "--output", "json"].iter().chain(arguments));
    let events = told.expect(exit::SUCCESS).events();
    let mut names: Vec<String> = events
        .iter()
        .filter(|event| event["event"] == "source")
        .map(|event| event["source"].as_str().expect("a name").to_owned())
        .collect();
    names.sort();
    names
}

#[test]
fn what_editors_leave_behind_and_what_is_hidden_is_not_taken_and_told() {
    let env = environment();
    let told = env.run(["ingest", "in"]).expect(exit::SUCCESS).says("4 documents added");
    let _ =
        told.says("not taken out of folders: 1 hidden, 2 left behind by an editor or a browser");
    // What is named is meant.
    assert_eq!(taken(&env, &["in/a.txt~", "in/.hidden.txt"]).len(), 2);
    assert_eq!(taken(&env, &["--hidden", "in"]).len(), 5);
}

#[test]
fn patterns_and_ignore_files_choose() {
    let env = environment();
    let of = |arguments: &[&str]| taken(&env, &[arguments, &["in"]].concat());
    assert_eq!(of(&["--include", "/b/"]), ["in/b/b.txt", "in/b/draft-b.txt"]);
    assert_eq!(of(&["--exclude", "draft-*"]), ["in/a.txt", "in/b/b.txt", "in/c/c.txt"]);
    env.write("in/b/.docmillignore", "# mine\ndraft-*\n");
    env.write("in/.ignore", "/c/\n");
    assert_eq!(of(&[]), ["in/a.txt", "in/b/b.txt"]);
    assert_eq!(of(&["--no-ignore"]).len(), 4);
    let _ =
        env.run(["ingest", "--include", "a{", "in"]).expect(exit::USAGE).says("is not a pattern");
    let read = env.run(["read", "--include", "b.txt", "in"]).expect(exit::SUCCESS).stdout;
    assert_eq!(read, "Un texte dans b/b.txt.\n");
    // An ignore file that cannot be followed is a failure, as more is taken than was meant.
    env.write("in/.ignore", b"\xff\xfe\n");
    let _ = env.run(["ingest", "in"]).expect(exit::SOME_FAILED).says("in/.ignore");
}

#[test]
fn paths_come_from_a_list() {
    let env = environment();
    env.write("lines", "in/a.txt\nin/c\n");
    assert_eq!(taken(&env, &["--from-file", "lines"]), ["in/a.txt", "in/c/c.txt"]);
    env.write("nuls", "in/a.txt\0in/b/b.txt\0");
    assert_eq!(taken(&env, &["--from-file", "nuls"]), ["in/a.txt", "in/b/b.txt"]);
    assert_eq!(taken(&env, &["--from-file", "nuls", "in/c"]).len(), 3);
    let _ = env.run(["ingest", "--from-file", "missing"]).expect(exit::USAGE);
    let _ = env.run(["ingest"]).expect(exit::USAGE);
}

/// What becomes of these bytes on standard input.
fn piped(env: &TestEnv, arguments: &[&str], bytes: &[u8]) -> Output {
    let mut command = env.command(["ingest", "-"].iter().chain(arguments));
    let mut child = command.stdin(Stdio::piped()).spawn().expect("docmill starts");
    let mut input = child.stdin.take().expect("it is piped");
    // It may end before it has read everything.
    let _ = input.write_all(bytes);
    drop(input);
    env.finish(child)
}

#[test]
fn a_pattern_in_quotes_is_expanded_where_no_file_is_called_so() {
    let env = environment();
    assert_eq!(taken(&env, &["in/*.txt"]), ["in/a.txt"]);
    assert_eq!(
        taken(&env, &["in/**/*.txt", "in/b/b.txt"]).len(),
        4,
        "what is named twice comes once"
    );
    env.write("in/[b].txt", "Un texte.\n");
    assert_eq!(taken(&env, &["in/[b].txt"]), ["in/[b].txt"]);
    let _ = env.run(["ingest", "in/*.pdf"]).expect(exit::SOME_FAILED).says("nothing matches it");
    let read = env.run(["read", "in/?/b.*"]).expect(exit::SUCCESS).stdout;
    assert_eq!(read, "Un texte dans b/b.txt.\n");
    // Of what does not match, nothing is said and nothing is gone.
    let told = env.run(["ingest", "--strategy", "mirror", "in/a*"]).expect(exit::SUCCESS);
    let _ = told.says("1 left behind by an editor or a browser");
    assert_eq!(env.run(["list", "--output", "json"]).expect(exit::SUCCESS).events().len(), 5);
}

#[test]
fn standard_input_is_a_source_like_any_other() {
    let env = TestEnv::with_small_pipeline();
    let _ = piped(&env, &[], b"Une entr\xc3\xa9e.").expect(exit::SUCCESS);
    let _ = piped(&env, &["--name", "in/x.txt"], b"Une autre.").expect(exit::SUCCESS);
    for (name, text) in [("/dev/stdin", "Une entrée."), ("in/x.txt", "Une autre.")] {
        let shown = env.run(["show", name]).expect(exit::SUCCESS).stdout;
        assert!(shown.contains(text), "{shown}");
    }
    // Whatever is mirrored, what came in by a pipe and has no name stays.
    env.write("in/a.txt", "Un texte.\n");
    let _ = env.run(["ingest", "--strategy", "mirror", "in"]).expect(exit::SUCCESS);
    let listed = env.run(["list", "--output", "json"]).expect(exit::SUCCESS).events();
    let sources: Vec<_> = listed.iter().map(|it| it["source"].as_str().expect("a name")).collect();
    assert!(sources.contains(&"/dev/stdin") && sources.contains(&"in/a.txt"), "{sources:?}");
    assert!(!sources.contains(&"in/x.txt"), "there is no such file: {sources:?}");
    let too_large = piped(&env, &["--max-size", "10 B"], b"Une entr\xc3\xa9e.");
    let _ = too_large.expect(exit::SOME_FAILED).says("more than 10 B");
    let _ = env.run(["ingest", "-", "-"]).expect(exit::USAGE).says("only once");
    let _ = env.run(["ingest", "-", "--from-file", "-"]).expect(exit::USAGE).says("only once");
    let _ = env.run(["ingest", "in", "--name", "b.txt"]).expect(exit::USAGE).says("`--name`");
}

#[cfg(unix)]
#[test]
fn links_are_followed_if_that_is_asked_for() {
    use std::os::unix::fs::symlink;
    let env = environment();
    env.write("elsewhere/e.txt", "Ailleurs.\n");
    env.write("in/.releases/1.txt", "La version 1.\n");
    symlink(".releases", env.work().join("in/current")).expect("it links");
    symlink("../elsewhere", env.work().join("in/out")).expect("it links");
    symlink("..", env.work().join("in/c/loop")).expect("it links");
    let told = env.run(["ingest", "in"]).expect(exit::SOME_FAILED);
    let _ = told.says("links found in a folder are not followed").says("--follow-links");
    let told = env.run(["ingest", "--follow-links", "in"]).expect(exit::SOME_FAILED);
    let _ = told.says("in/out");
    let all = taken(&env, &["--follow-links=anywhere", "in"]);
    assert_eq!(all.len(), 6, "{all:?}");
    assert!(all.contains(&"in/.releases/1.txt".to_owned()), "{all:?}");
    assert!(all.contains(&"elsewhere/e.txt".to_owned()), "{all:?}");
}
