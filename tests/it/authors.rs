//! What authors of plugins ask of the command line: the contract, a new plugin, golden cases,
//! trying and measuring.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use docmill_tests::{Output, TestEnv, exit, guest, root, shipped, target};

/// A path as an argument.
fn text(path: &Path) -> &str {
    path.to_str().expect("a path in UTF-8")
}

#[test]
fn the_contract_comes_out_of_the_binary_and_replaces_nothing_else() {
    let env = TestEnv::new();
    let _ = env.run(["plugin", "wit", "--out", "wit"]).expect(exit::SUCCESS);
    let of_repository = |name: &str| fs::read_to_string(root().join("wit").join(name)).expect(name);
    for name in ["worlds.wit", "types.wit"] {
        let written = fs::read_to_string(env.work().join("wit").join(name)).expect(name);
        assert_eq!(written, of_repository(name));
    }
    // An earlier release can be had, and makes way for the present one.
    let _ = env.run(["plugin", "wit", "--out", "old", "--track", "0.1.0"]).expect(exit::SUCCESS);
    let old = fs::read_to_string(env.work().join("old/worlds.wit")).expect("it is there");
    assert!(old.contains("@0.1.0;"), "{old}");
    let _ = env.run(["plugin", "wit", "--out", "old"]).expect(exit::SUCCESS);
    let _ = env
        .run(["plugin", "wit", "--out", "x", "--track", "7"])
        .expect(exit::USAGE)
        .says("`0.1.0`");
    env.write("mine/types.wit", "mine");
    let refused = env.run(["plugin", "wit", "--out", "mine"]).expect(exit::USAGE);
    let _ = refused.says("`mine/types.wit` is there already");
    assert_eq!(fs::read_dir(env.work().join("mine")).expect("it is there").count(), 1);
}

#[test]
fn a_plugin_is_run_on_documents_and_everything_is_told_of_each_call() {
    let env = TestEnv::new();
    env.write("a.txt", "Depuis été 2019, rien.");
    env.write("b.txt", "Sans année.");
    let plugin = guest("examples/analyze-years");
    let output = env.run(["plugin", "run", text(&plugin), "a.txt", "b.txt"]).expect(exit::SUCCESS);
    assert!(
        output.stdout.contains("year  1\n      2019  Depuis été [2019], rien."),
        "{}",
        output.stdout
    );
    assert!(output.stdout.contains(" of memory, "), "{}", output.stdout);
    let output = output.says("2 calls, 0 failed");
    assert!(output.stderr.contains("analyze-years"), "{}", output.stderr);
    let output = env
        .run(["plugin", "run", text(&plugin), "a.txt", "--output", "json"])
        .expect(exit::SUCCESS);
    let [call] = output.events().try_into().expect("one object");
    assert_eq!((&call["document"], &call["outcome"]), (&"a.txt".into(), &"ok".into()));
    let annotation = &call["annotations"][0];
    assert_eq!(annotation["passage"]["start"], 13);
    assert_eq!(annotation["passage"]["text"], "2019");
    assert!(
        call["peak_memory"].as_u64() > Some(0) && call["bytes_in"].as_u64() > Some(0),
        "{call}"
    );
    // Nothing is stored.
    assert!(!env.work().join(".docmill").exists());
}

#[test]
fn a_call_that_fails_is_told_with_its_log() {
    let env = TestEnv::new();
    env.write("good.txt", "innocent");
    env.write("bad.txt", "please-trap");
    let plugin = guest("adversarial/misbehave-on-request");
    let arguments = ["plugin", "run", text(&plugin), "bad.txt", "good.txt"];
    let output = env.run(arguments).expect(exit::SOME_FAILED).says("2 calls, 1 failed");
    assert!(output.stdout.contains("trapped: "), "{}", output.stdout);
    assert!(output.stdout.contains("log  warn   about to trap"), "{}", output.stdout);
    assert!(output.stdout.contains("innocent"), "{}", output.stdout);
}

#[test]
fn what_reads_sources_gets_them_as_they_are() {
    let env = TestEnv::new();
    env.write("a.csv", "title,text\nÉté,Une réunion\n");
    let plugin = guest("examples/extract-csv");
    let output = env.run(["plugin", "run", text(&plugin), "a.csv"]).expect(exit::SUCCESS);
    assert!(output.stdout.contains("    | Été Une réunion\n"), "{}", output.stdout);
    assert!(output.stdout.contains("marks: cell 4, row 2"), "{}", output.stdout);
    env.write("a.txt", "Une réunion");
    let refused = env.run(["plugin", "run", text(&plugin), "a.txt"]).expect(exit::SOME_FAILED);
    let _ =
        refused.says("it is `text/plain`, and the plugin accepts `text/csv`").says("--media-type");
    let unpacker = guest("examples/unpack-jsonlines");
    env.write("a.jsonl", "{\"text\":\"un\"}\n{\"text\":\"deux\"}\n");
    let said = ["--media-type", "*.jsonl=application/jsonl"];
    let arguments = ["plugin", "run", text(&unpacker), "a.jsonl"].into_iter().chain(said);
    let output = env.run(arguments.chain(["--output", "json"]));
    let [call] = output.clone().events().try_into().unwrap_or_else(|_| panic!("{output:?}"));
    assert_eq!(call["count"], 2, "{call}");
}

#[test]
fn what_is_asked_for_configures_a_plugin_and_a_slip_is_pointed_at() {
    let env = TestEnv::new();
    env.write("a.txt", "Un NON et un ÉNORME.");
    let plugin = guest("examples/analyze-shouting");
    let run =
        |settings: &str| env.run(["plugin", "run", text(&plugin), "a.txt", "--settings", settings]);
    assert!(run("min-length=2").expect(exit::SUCCESS).stdout.contains("shouted-word  2"));
    let _ = run("min-lenght=2").expect(exit::USAGE).says("did you mean `min-length`?");
    let _ = run("min-length=x").expect(exit::REJECTED).says("min-length");
}

#[test]
fn golden_cases_of_the_sdk_are_those_of_the_command() {
    let env = TestEnv::new();
    let folder = root().join("plugins/unpack-feed");
    let output = env.run(["plugin", "test", text(&folder), "--component", "unpack-feed"]);
    assert!(output.expect(exit::SUCCESS).stdout.lines().all(|line| line.starts_with("ok ")));
}

#[test]
fn a_case_shows_what_is_different_until_it_is_blessed() {
    let env = TestEnv::new();
    let plugin = guest("examples/analyze-years");
    env.write("cases/first/input.txt", "Depuis été 2019.");
    env.write("cases/bad-setting/input.txt", "2019");
    let test = |more: &[&str]| {
        let arguments = ["plugin", "test", ".", "--component", text(&plugin)];
        env.run(arguments.into_iter().chain(more.iter().copied()))
    };
    let output = test(&[]).expect(exit::REJECTED).says("is wrong in 2 of 2 cases").says("--bless");
    assert!(output.stdout.contains("new       first"), "{}", output.stdout);
    let output = test(&["--bless"]).expect(exit::SUCCESS).says("2 written");
    assert!(output.stdout.contains("written   first"), "{}", output.stdout);
    let expected = env.work().join("cases/first/expected.txt");
    let told = fs::read_to_string(&expected).expect("it was written");
    assert_eq!(told, "== year 13..17\n   = 2019\n | 2019\n");
    let _ = test(&[]).expect(exit::SUCCESS).says("2 cases ok");
    // In characters, as a slip of the author would have it.
    env.write("cases/first/expected.txt", told.replace("13..17", "12..16"));
    let output = test(&[]).expect(exit::REJECTED).says("is wrong in 1 of 2 cases");
    let shown = "    -== year 12..16\n    +== year 13..17\n";
    assert!(output.stdout.contains(shown), "{}", output.stdout);
    env.write("cases/bad-setting/case.tsv", "setting moo\t1\n");
    let output = test(&["--bless"]).expect(exit::REJECTED);
    assert!(output.stdout.contains("the plugin has no setting `moo`"), "{}", output.stdout);
    env.write("cases/bad-setting/case.tsv", "colour\tred\n");
    let _ = test(&[]).expect(exit::USAGE).says("`colour` is nothing that a case says");
}

#[test]
fn what_others_found_is_part_of_a_case() {
    let env = TestEnv::new();
    let plugin = guest("adversarial/read-findings");
    env.write("cases/first/input.txt", "Depuis été 2019.");
    let test = |said: &str, found: &str| {
        env.write("cases/first/case.tsv", said);
        env.write("cases/first/found.txt", found);
        env.run(["plugin", "test", ".", "--component", text(&plugin)])
    };
    env.write("cases/first/expected.txt", "== finding\n   = Some([\\\"2019\\\"])\n");
    let said = "annotations well-behaved\tfound.txt\n";
    let _ = test(said, "== year 13..17\n   = 2019\n | 2019\n").expect(exit::SUCCESS);
    // Nobody could have found that there.
    let wrong = test(said, "== year 12..16\n   = 2019\n | 2019\n").expect(exit::USAGE);
    let _ = wrong.says("`found.txt`: line 3: it should be ` |  201`");
    let output = test("labels classify-x\tfound.txt\n", "").expect(exit::REJECTED);
    let told = "has what `classify-x` finds, which the plugin does not read";
    assert!(output.stdout.contains(told), "{}", output.stdout);
    let _ = test("translation well-behaved\tfound.txt\n", "").expect(exit::USAGE);
}

#[test]
fn nothing_has_to_be_read_to_measure_with_samples() {
    let env = TestEnv::new();
    env.write("docmill.toml", "[[step]]\nplugin = \"nowhere.wasm\"\n");
    env.write("a.txt", "Depuis 2019.");
    let plugin = guest("examples/analyze-years");
    let bench = |more: &[&str]| {
        let arguments = ["plugin", "bench", text(&plugin), "--rounds", "3"];
        env.run(arguments.into_iter().chain(more.iter().copied()))
    };
    let _ = bench(&[]).expect(exit::SUCCESS).says("without the pipeline in force");
    // Documents are read by one, and one that was named has to work.
    let _ = bench(&["a.txt"]).expect(exit::REJECTED).says("nowhere.wasm");
    let _ = bench(&["--pipeline", "docmill.toml"]).expect(exit::REJECTED).says("nowhere.wasm");
}

#[test]
fn two_builds_are_measured_in_turn() {
    let env = TestEnv::new();
    env.write("a.txt", "Depuis été 2019, rien.");
    let plugin = guest("examples/analyze-years");
    let with = ["a.txt", "--against", text(&plugin), "--rounds", "5"];
    let arguments = ["plugin", "bench", text(&plugin)].into_iter().chain(with);
    let output = env.run(arguments.clone()).expect(exit::SUCCESS);
    for row in ["compile", "instantiate", "call", "memory", "size"] {
        assert!(output.stdout.contains(&format!("\n{row}")), "{}", output.stdout);
    }
    let output = env.run(arguments.chain(["--output", "json"])).expect(exit::SUCCESS);
    let [measured] = output.events().try_into().expect("one object");
    assert_eq!((&measured["documents"], &measured["rounds"]), (&1.into(), &5.into()));
    // One build in two roles uses the same memory.
    assert_eq!(measured["ratios"]["memory"], 1.0);
    assert!(measured["new"]["call_us"].as_f64() > Some(0.0), "{measured}");
    let other = guest("examples/extract-csv");
    let refused = env.run(["plugin", "bench", text(&plugin), "--against", text(&other)]);
    let _ = refused.expect(exit::USAGE).says("there is nothing to compare");
    let failing = guest("adversarial/misbehave-on-request");
    env.write("bad.txt", "please-trap");
    let refused = env.run(["plugin", "bench", text(&failing), "bad.txt"]).expect(exit::SOME_FAILED);
    let _ = refused.says("a failure is no measure");
}

#[test]
fn a_contract_that_breaks_plugins_is_told_with_the_plugins_that_it_breaks() {
    let env = TestEnv::with_small_pipeline();
    env.write("a.txt", "rien");
    let _ = env.run(["ingest", "a.txt"]).expect(exit::SUCCESS);
    let same = env.run(["wit", "diff", "0.1.0", "built-in"]).expect(exit::SUCCESS);
    assert!(same.stdout.contains("fits    sources"), "{}", same.stdout);
    let _ = env.run(["plugin", "wit", "--out", "next"]).expect(exit::SUCCESS);
    let types = fs::read_to_string(env.work().join("next/types.wit")).expect("it is there");
    env.write("next/types.wit", types.replace("confidence: option<confidence>,", ""));
    let output = env.run(["wit", "diff", "built-in", "next"]).expect(exit::SOME_FAILED);
    assert!(output.stdout.contains("breaks  types.annotation"), "{}", output.stdout);
    // The analyzer exports what has annotations, and the extractor does not.
    assert!(output.stdout.contains("(analyzer): types.annotation"), "{}", output.stdout);
    assert!(!output.stdout.contains("(extractor)"), "{}", output.stdout);
    let output = env.run(["wit", "diff", "built-in", "next", "--output", "json"]);
    let [told] = output.expect(exit::SOME_FAILED).events().try_into().expect("one object");
    assert_eq!(told["broken"].as_array().map(Vec::len), Some(1), "{told}");
    env.write("bad/a.wit", "interface {");
    let _ = env
        .run(["wit", "diff", "bad", "built-in"])
        .expect(exit::USAGE)
        .says("`bad` is no contract");
}

#[test]
fn the_doctor_tells_what_is_missing_and_how_to_get_it() {
    let env = TestEnv::new();
    // With no programs at all.
    let doctor = |more: &[&str]| {
        let mut command = env.command(["doctor"].into_iter().chain(more.iter().copied()));
        let child = command.env("PATH", env.work()).spawn().expect("docmill starts");
        env.finish(child).expect(exit::SOME_FAILED)
    };
    let output = doctor(&["--output", "json"]);
    let findings = output.events();
    let of = |what: &str| {
        let found = findings.iter().find(|it| it["what"] == what);
        found.unwrap_or_else(|| panic!("nothing about `{what}`: {}", output.stdout))
    };
    for program in ["rustc", "python3", "node", "npm", "wit-bindgen"] {
        assert_eq!(of(program)["verdict"], "missing");
        assert!(of(program)["remedy"].is_string(), "{}", of(program));
    }
    for part in ["sandbox", "temporary files", "compiled code", "store"] {
        assert_eq!(of(part)["verdict"], "ok", "{}", of(part));
    }
    let output = doctor(&["--language", "c"]);
    assert!(output.stdout.contains("cargo install --locked wit-bindgen-cli"), "{}", output.stdout);
    assert!(!output.stdout.contains("rustc"), "{}", output.stdout);
}

#[test]
fn the_first_thing_that_is_told_of_a_plugin_is_the_first_to_mend() {
    let env = TestEnv::new();
    let good = guest("adversarial/well-behaved");
    let output = env.run(["plugin", "check", text(&good)]).expect(exit::SUCCESS);
    let folded = output.stdout.lines().filter(|line| line.starts_with("  not applicable")).count();
    assert!((1..=2).contains(&folded), "{}", output.stdout);
    env.write("mine.txt", "please-trap");
    let bad = guest("adversarial/misbehave-on-request");
    let output =
        env.run(["plugin", "check", text(&bad), "--sample", "mine.txt"]).expect(exit::REJECTED);
    let first = output.stdout.lines().nth(1).unwrap_or_default();
    assert!(first.starts_with("  R-1 failed"), "{}", output.stdout);
    assert!(output.stdout.contains("(sample: mine.txt)"), "{}", output.stdout);
}

#[test]
fn kinds_are_counted_and_are_columns() {
    let env = TestEnv::new();
    env.write(
        "docmill.toml",
        format!(
            "[[step]]\nplugin = {:?}\n\n[[step]]\nplugin = {:?}\n",
            shipped("extract-text"),
            guest("examples/analyze-years")
        ),
    );
    env.write("a.txt", "Depuis 2019 et 2020.");
    env.write("b.txt", "Depuis 2021.");
    env.write("c.txt", "Sans année.");
    let _ = env.run(["ingest", "a.txt", "b.txt", "c.txt"]).expect(exit::SUCCESS);
    let output = env.run(["stats", "--kinds", "--output", "json"]).expect(exit::SUCCESS);
    let [kind] = output.events().try_into().expect("one object");
    assert_eq!((&kind["kind"], &kind["step"]), (&"year".into(), &"analyze-years".into()));
    assert_eq!((&kind["documents"], &kind["findings"]), (&2.into(), &3.into()));
    assert_eq!(kind["values"], 3);
    let output = env.run(["stats", "--kinds"]).expect(exit::SUCCESS);
    assert!(output.stdout.contains("year  analyze-years"), "{}", output.stdout);
    let output = env.run(["list", "--kind", "year", "--fields", "source,kind:year"]);
    let output = output.expect(exit::SUCCESS);
    assert!(output.stdout.contains("a.txt   2019;2020"), "{}", output.stdout);
    assert!(!output.stdout.contains("c.txt"), "{}", output.stdout);
    let arguments =
        ["export", "--format", "csv", "--annotation", "year", "--fields", "source,kind:year"];
    let output = env.run(arguments).expect(exit::SUCCESS);
    assert!(output.stdout.contains("\"a.txt\",\"2019;2020\""), "{}", output.stdout);
}

#[test]
fn a_name_or_a_folder_that_will_not_do_is_refused() {
    let env = TestEnv::new();
    let new = |more: &[&str]| {
        let with = ["--role", "analyzer", "--language", "python"];
        env.run(["plugin", "new"].into_iter().chain(more.iter().copied()).chain(with))
    };
    for name in ["../a", "A", "a b", "", "/tmp/a", "3d"] {
        let _ = new(&[name]).expect(exit::USAGE);
    }
    assert_eq!(fs::read_dir(env.work()).expect("it is there").count(), 0);
    env.write("analyze-a/mine.txt", "mine");
    let _ =
        new(&["analyze-a"]).expect(exit::USAGE).says("there is something in `analyze-a` already");
    assert_eq!(fs::read_dir(env.work().join("analyze-a")).expect("it is there").count(), 1);
    let _ = new(&["analyze-a", "--out", "b/c"]).expect(exit::SUCCESS).says("python3 build.py");
    assert!(env.work().join("b/c/plugin.py").is_file());
}

const ROLES: [&str; 5] = ["analyzer", "classifier", "translator", "extractor", "unpacker"];

/// Makes a new plugin in a folder that stays, and tells where, and whether anything in it is
/// another than the last time: so that what was built of it can stay as well.
fn scaffold(env: &TestEnv, language: &str, role: &str) -> (PathBuf, bool) {
    let name = format!("my-{role}");
    let made = format!("{language}-{role}");
    let arguments =
        ["plugin", "new", &name, "--role", role, "--language", language, "--out", &made];
    let _ = env.run(arguments).expect(exit::SUCCESS);
    let folder = target().join("scaffold").join(&made);
    let is_new = synced(&env.work().join(&made), &folder);
    (folder, is_new)
}

fn synced(from: &Path, to: &Path) -> bool {
    fs::create_dir_all(to).expect("it can be made");
    let mut is_new = false;
    for entry in fs::read_dir(from).expect("it was made").flatten() {
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if from.is_dir() {
            is_new |= synced(&from, &to);
        } else {
            let text = fs::read(&from).expect("it can be read");
            if fs::read(&to).ok().as_ref() != Some(&text) {
                fs::write(&to, text).expect("it can be written");
                is_new = true;
            }
        }
    }
    is_new
}

fn ran(command: &mut Command) {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let told = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {told}");
}

/// What every new plugin has to do: pass its golden case, and keep the contract, also with a sample
/// of its own.
fn holds(env: &TestEnv, folder: &Path, component: &Path) {
    let test = env.run(["plugin", "test", text(folder), "--component", text(component)]);
    let Output { stdout, .. } = test.expect(exit::SUCCESS);
    assert!(stdout.contains("ok        first"), "{stdout}");
    let cases = fs::read_dir(folder.join("cases/first")).expect("there is a case").flatten();
    let input = cases.map(|it| it.path()).find(|it| it.file_stem().is_some_and(|it| it == "input"));
    let input = input.expect("the case has an input");
    let _ = env
        .run(["plugin", "check", text(component), "--sample", text(&input)])
        .expect(exit::SUCCESS);
}

/// The roles that are tried in a language whose components take long to build and to compile: all
/// with `DOCMILL_SCAFFOLDS=all`.
fn roles<'a>(some: &'a [&'a str]) -> &'a [&'a str] {
    match std::env::var("DOCMILL_SCAFFOLDS").as_deref() {
        Ok("all") => &ROLES,
        _ => some,
    }
}

/// Whether plugins in a language are built here, as `cargo xtask guests` decides.
#[expect(clippy::print_stderr, reason = "what is skipped is told")]
fn builds(language: &str) -> bool {
    let builds = crate::polyglot::languages().iter().any(|it| it == language);
    if !builds {
        eprintln!("SKIPPED: new plugins in {language}, which `DOCMILL_POLYGLOT` leaves out");
    }
    builds
}

#[test]
#[expect(clippy::print_stderr, reason = "what is skipped is told")]
fn a_new_plugin_in_rust_builds_and_holds() {
    let sysroot =
        Command::new("rustc").args(["--print", "sysroot"]).output().expect("rustc is there");
    let sysroot = String::from_utf8_lossy(&sysroot.stdout).trim().to_owned();
    if !Path::new(&sysroot).join("lib/rustlib/wasm32-wasip2/lib").is_dir() {
        eprintln!("SKIPPED: new plugins in Rust, as rustup has no `wasm32-wasip2` here");
        return;
    }
    let env = TestEnv::new();
    for role in ROLES {
        let (folder, _) = scaffold(&env, "rust", role);
        // The versions of the workspace, which are here.
        fs::copy(root().join("Cargo.lock"), folder.join("Cargo.lock")).expect("it can be copied");
        let cargo = |arguments: &[&str]| {
            let mut command = Command::new(env!("CARGO"));
            command.args(arguments).arg("--offline").current_dir(&folder);
            command.env("CARGO_TARGET_DIR", target().join("scaffold/rust-target"));
            for name in ["RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "RUSTC_WRAPPER"] {
                command.env_remove(name);
            }
            ran(&mut command);
        };
        cargo(&["build", "--release", "--target", "wasm32-wasip2"]);
        let module = format!("scaffold/rust-target/wasm32-wasip2/release/my_{role}.wasm");
        holds(&env, &folder, &target().join(module));
        // Natively, the SDK says the same of the same case.
        cargo(&["test", "--lib"]);
    }
}

#[test]
fn a_new_plugin_in_python_builds_and_holds() {
    if !builds("python") {
        return;
    }
    let env = TestEnv::new();
    for role in ROLES {
        let (folder, is_new) = scaffold(&env, "python", role);
        let python = |program: &Path, arguments: &[&str]| {
            let mut command = Command::new(program);
            command.args(arguments).current_dir(&folder).env("PYTHONDONTWRITEBYTECODE", "1");
            ran(command.env("DOCMILL_BUILD", target().join("scaffold/python-tools")));
        };
        // Its own tests and its types need no component.
        python(Path::new("python3"), &["-m", "unittest"]);
        let cache = target().join("scaffold/python-types/cache");
        python(&checker_of_python(), &["-m", "mypy", "--cache-dir", text(&cache)]);
        if roles(&["analyzer"]).contains(&role) {
            let component = folder.join(format!("my-{role}.wasm"));
            if is_new || !component.exists() {
                python(Path::new("python3"), &["build.py"]);
            }
            holds(&env, &folder, &component);
        }
    }
}

/// A Python that has `mypy`, installed once.
fn checker_of_python() -> PathBuf {
    const VERSION: &str = "mypy==2.4.1";
    let folder = target().join("scaffold/python-types");
    let python = folder.join("bin/python");
    if fs::read_to_string(folder.join("installed")).ok().as_deref() != Some(VERSION) {
        ran(Command::new("python3").args(["-m", "venv", "--clear", text(&folder)]));
        ran(Command::new(&python).args(["-m", "pip", "install", "--quiet", VERSION]));
        fs::write(folder.join("installed"), VERSION).expect("it can be written");
    }
    python
}

#[test]
fn a_new_plugin_in_c_builds_and_holds() {
    if !builds("c") {
        return;
    }
    let env = TestEnv::new();
    for role in ROLES {
        let (folder, is_new) = scaffold(&env, "c", role);
        let component = folder.join(format!("my-{role}.wasm"));
        if is_new || !component.exists() {
            let mut build = Command::new("python3");
            build.arg("build.py").current_dir(&folder);
            build.env("DOCMILL_BUILD", target().join("scaffold/c-tools"));
            // The same bindings; compiling the library takes a fraction of the time that installing
            // the program does.
            build.env("WIT_BINDGEN", target().join("debug/contract-tools"));
            ran(&mut build);
        }
        holds(&env, &folder, &component);
    }
}

#[test]
fn a_new_plugin_in_javascript_or_typescript_builds_and_holds() {
    if !builds("javascript") {
        return;
    }
    let env = TestEnv::new();
    for (language, some) in [("typescript", ["classifier"]), ("javascript", ["extractor"])] {
        for role in ROLES {
            let (folder, is_new) = scaffold(&env, language, role);
            with_packages(&folder);
            // Its own tests, and in TypeScript its types, need no component.
            ran(npm().arg("test").current_dir(&folder));
            if roles(&some).contains(&role) {
                let component = folder.join(format!("my-{role}.wasm"));
                if is_new || !component.exists() {
                    ran(npm().args(["run", "build"]).current_dir(&folder));
                }
                holds(&env, &folder, &component);
            }
        }
    }
    // Types say what is not there.
    let folder = target().join("scaffold/typescript-analyzer");
    let own = fs::read_to_string(folder.join("plugin.ts")).expect("it was made");
    for (mistake, word) in [
        ("void fetch('https://example.org');", "fetch"),
        ("console.log(process.env.HOME);", "process"),
        ("const wrong: Annotation = { kind: 'year', span: [0, 4] };", "Span"),
        ("const misspelt: Annotation = { kynd: 'year' };", "kynd"),
    ] {
        fs::write(folder.join("plugin.ts"), format!("{own}{mistake}\n")).expect("it is ours");
        let mut tsc = Command::new(folder.join("node_modules/.bin/tsc"));
        let output = tsc.current_dir(&folder).output().expect("it was installed");
        let told = String::from_utf8_lossy(&output.stdout);
        let line = own.lines().count() + 1;
        assert!(told.contains(&format!("plugin.ts({line},")) && told.contains(word), "{told}");
    }
    fs::write(folder.join("plugin.ts"), own).expect("it is ours");
}

/// What one of them has installed serves all: what those in JavaScript need, those in TypeScript
/// do.
fn with_packages(folder: &Path) {
    let shared = target().join("scaffold/packages");
    synced(&folder.join("docmill"), &shared.join("docmill"));
    let manifest = fs::read_to_string(folder.join("package.json")).expect("it was made");
    let role = folder.file_name().expect("it has a name").to_string_lossy().into_owned();
    let role = role.rsplit('-').next().unwrap_or_default();
    let manifest = manifest.replace(&format!("my-{role}"), "packages").replace(role, "role");
    let is_typescript = manifest.contains("\"typescript\"");
    if is_typescript
        && fs::read_to_string(shared.join("package.json")).ok() != Some(manifest.clone())
    {
        fs::write(shared.join("package.json"), manifest).expect("it can be written");
        ran(npm().arg("install").current_dir(&shared));
    }
    let modules = folder.join("node_modules");
    if !modules.exists() {
        #[cfg(unix)]
        std::os::unix::fs::symlink(shared.join("node_modules"), &modules).expect("it links");
    }
}

fn npm() -> Command {
    let mut npm = Command::new("npm");
    // A lock file would record the host of whatever registry wrote it.
    npm.env("npm_config_package_lock", "false").env("npm_config_audit", "false");
    npm
}
