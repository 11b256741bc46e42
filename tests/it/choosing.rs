//! Which files of folders are taken in: patterns, ignore files, lists, and what nobody means.

use docmill_tests::{TestEnv, exit};

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
    let _ = env.run(["ingest", "--include", "a{", "in"]).expect(exit::USAGE).says("is no pattern");
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
