//! Folders that are watched: what arrives is taken in once it rests, whatever else happens.
#![cfg(unix)]

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::Child;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use docmill_tests::{Output, TestEnv, exit, guest, shipped};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

/// No machine is that busy.
const PATIENCE: Duration = Duration::from_secs(120);

/// A `docmill watch` that is under way.
struct Watching<'a> {
    env: &'a TestEnv,
    child: Child,
    events: Receiver<Value>,
}

impl<'a> Watching<'a> {
    fn start(env: &'a TestEnv, options: &[&str]) -> Watching<'a> {
        let arguments = ["watch", "in", "--debounce", "50ms", "--output", "json"];
        let mut child = env.command(arguments.iter().chain(options)).spawn().expect("it starts");
        let lines = BufReader::new(child.stdout.take().expect("it is a pipe"));
        let (sender, events) = channel();
        std::thread::spawn(move || {
            for line in lines.lines() {
                let line = line.expect("a pipe can be read");
                let event = serde_json::from_str(&line).expect("a line of JSON");
                // The test may have seen enough.
                let _ = sender.send(event);
            }
        });
        Watching { env, child, events }
    }

    /// Waits until this source has met this fate.
    fn until(&self, source: &str, fate: &str) -> Value {
        let begun = Instant::now();
        loop {
            let event = self.events.recv_timeout(PATIENCE).unwrap_or_else(|_| {
                panic!("`{source}` was not {fate} within {} s", PATIENCE.as_secs())
            });
            if event["source"] == source && event["fate"] == fate {
                return event;
            }
            assert!(begun.elapsed() < PATIENCE, "`{source}` was not {fate}: {event}");
        }
    }

    fn end(self, signal: Signal) -> Output {
        let pid = Pid::from_raw(i32::try_from(self.child.id()).expect("an id")).expect("an id");
        kill_process(pid, signal).expect("it is still running");
        self.env.finish(self.child)
    }
}

/// Runs a command as soon as the store is free.
fn once_free(env: &TestEnv, arguments: &[&str]) -> Output {
    let begun = Instant::now();
    loop {
        let output = env.run(arguments);
        if output.code != Some(exit::STORE) {
            return output;
        }
        assert!(begun.elapsed() < PATIENCE, "the store is never free: {}", output.stderr);
    }
}

#[test]
fn what_is_there_and_what_arrives_is_taken_in_until_it_is_ended() {
    let env = TestEnv::with_misbehaving_pipeline();
    env.write("in/a.txt", "Un texte.\n");
    let watching = Watching::start(&env, &[]);
    watching.until("in/a.txt", "added");
    env.write("in/new/sub/b.txt", "Un autre.\n");
    watching.until("in/new/sub/b.txt", "added");
    // The store is free in between.
    let listed = once_free(&env, &["list", "--output", "json"]).expect(exit::SUCCESS);
    assert_eq!(listed.events().len(), 2);
    env.write("in/a.txt", "Un texte nouveau.\n");
    watching.until("in/a.txt", "updated");
    env.write("in/c.txt", "please-trap\n");
    let failed = watching.until("in/c.txt", "failed");
    assert_eq!(failed["failures"][0]["class"], "trapped");
    env.write("outside.txt", "Un tout autre.\n");
    fs::rename(env.work().join("outside.txt"), env.work().join("in/d.txt")).expect("it moves");
    watching.until("in/d.txt", "added");
    // What is gone stays, and what cannot be taken in stops nothing.
    fs::remove_file(env.work().join("in/d.txt")).expect("it can be removed");
    std::os::unix::fs::symlink("a.txt", env.work().join("in/link")).expect("it links");
    watching.until("in/link", "failed");
    env.write("in/e.txt", "Encore un.\n");
    watching.until("in/e.txt", "added");
    let _ = watching.end(Signal::INT).expect(exit::SUCCESS);
    let listed = env.run(["list", "--output", "json"]).expect(exit::SUCCESS);
    assert_eq!(listed.events().len(), 5);
    let _ = env.run(["verify"]).expect(exit::SUCCESS);
}

#[test]
fn what_arrived_meanwhile_is_taken_in_and_what_is_gone_is_retired_if_it_mirrors() {
    let env = TestEnv::with_small_pipeline();
    env.write("in/a.txt", "Un texte.\n");
    env.write("in/b.txt", "Un autre.\n");
    let _ = env.run(["ingest", "in"]).expect(exit::SUCCESS);
    fs::remove_file(env.work().join("in/a.txt")).expect("it can be removed");
    env.write("in/c.txt", "Un tout autre.\n");
    let watching = Watching::start(&env, &["--strategy", "mirror"]);
    watching.until("in/a.txt", "retired");
    fs::remove_file(env.work().join("in/b.txt")).expect("it can be removed");
    watching.until("in/b.txt", "retired");
    env.write("in/b.txt", "Un autre.\n");
    watching.until("in/b.txt", "added");
    let _ = watching.end(Signal::TERM).expect(exit::SUCCESS);
}

#[test]
fn a_pipeline_that_changes_is_in_force_once_nothing_is_wrong_with_it() {
    let env = TestEnv::with_small_pipeline();
    let good = fs::read_to_string(env.work().join("docmill.toml")).expect("it is there");
    env.write("in/a.txt", "Un texte.\n");
    let watching = Watching::start(&env, &[]);
    assert_eq!(watching.until("in/a.txt", "added")["computed"], 2);
    let more = format!("[[step]]\nplugin = {:?}\n", guest("examples/classify-length"));
    let begun = Instant::now();
    // A pipeline that is in force shows in what arrives.
    let arrive = |pipeline: &str, computed: u64| {
        env.write("docmill.toml", pipeline);
        for number in 0.. {
            let name = format!("in/{}-{computed}-{number}.txt", pipeline.len());
            env.write(&name, format!("Le texte {number}.\n"));
            if watching.until(&name, "added")["computed"] == computed {
                return;
            }
            assert!(begun.elapsed() < PATIENCE, "the pipeline is not in force");
        }
    };
    arrive(&format!("{good}{more}"), 3);
    arrive("[[step]]\nplugin = \"no-such-plugin\"\n", 3);
    arrive(&format!("[[step]]\nplugin = {:?}\n", shipped("extract-text")), 1);
    let _ = watching.end(Signal::INT).expect(exit::SUCCESS);
}

#[test]
#[cfg(unix)]
fn a_plugin_is_built_whenever_its_sources_change_and_then_tried() {
    let env = TestEnv::with_small_pipeline();
    env.write("in/a.txt", "Un DRONE vole.\n");
    let _ = env
        .run(["watch", "in", "--plugin", "mine.wasm", "--build", "true"])
        .expect(exit::USAGE)
        .says("there is no `src` to build from");
    // The source of this plugin says which guest it is. Builds that fail are waited over, the first
    // one too.
    env.write("src/which", "no such guest");
    let command = "echo >> builds; cp \"$(cat src/which)\" mine.part && mv mine.part mine.wasm";
    let watching = Watching::start(&env, &["--plugin", "mine.wasm", "--build", command]);
    let builds = || fs::read(env.work().join("builds")).map_or(0, |builds| builds.len());
    let until_built = |before: usize| {
        let begun = Instant::now();
        while builds() == before {
            assert!(begun.elapsed() < PATIENCE, "it is not built");
            std::thread::sleep(Duration::from_millis(10));
        }
    };
    until_built(0);
    for name in ["examples/analyze-shouting", "examples/classify-length"] {
        let guest = guest(name);
        env.write("src/which", guest.to_str().expect("it is UTF-8"));
        // A busy machine may try one of them twice.
        let event = loop {
            let event = watching.events.recv_timeout(PATIENCE).expect("it is tried");
            if event["step"] == name.split_once('/').expect("a folder").1 {
                break event;
            }
        };
        assert_eq!(event["documents"], 1, "{event}");
        let before = builds();
        env.write("src/which", "no such guest, once more");
        until_built(before);
    }
    let ended = watching.end(Signal::INT).expect(exit::SUCCESS);
    let _ = ended.says("the build failed");
}

#[test]
fn a_folder_that_cannot_be_watched_is_refused() {
    let env = TestEnv::with_small_pipeline();
    env.write("in/a.txt", "Un texte.\n");
    let _ = env.run(["watch", "missing"]).expect(exit::USAGE).says("`missing` cannot be watched");
    let _ = env.run(["watch", "in/a.txt"]).expect(exit::USAGE).says("`in/a.txt` is no folder");
    let inside = env.run(["watch", "in", "--store", "in/store"]).expect(exit::USAGE);
    let _ = inside.says("the store lies in `in`");
}

#[test]
fn a_plugin_that_is_built_again_is_tried_on_a_sample_and_nothing_is_stored() {
    let env = TestEnv::with_small_pipeline();
    let build = |name: &str| {
        let component = fs::read(guest(name)).expect("the guest was built");
        env.write("mine.part", component);
        fs::rename(env.work().join("mine.part"), env.work().join("mine.wasm")).expect("it moves");
    };
    env.write("in/a.txt", "Un DRONE vole.\n");
    env.write("in/b.txt", "please-trap\n");
    build("examples/analyze-shouting");
    let watching = Watching::start(&env, &["--plugin", "mine.wasm", "--sample", "2"]);
    let tried = || watching.events.recv_timeout(PATIENCE).expect("it is tried");
    let first = tried();
    assert_eq!((&first["step"], &first["documents"]), (&"analyze-shouting".into(), &2.into()));
    let [different] = first["differences"].as_array().expect("a list").as_slice() else {
        panic!("{first}");
    };
    assert_eq!(different["document"], "in/a.txt");
    assert!(different["added"][0].as_str().is_some_and(|it| it.contains("`drone`")), "{first}");
    // A broken build is waited over.
    env.write("mine.wasm", "\0asm and no more");
    build("adversarial/misbehave-on-request");
    let mut second = tried();
    while second["step"] == first["step"] {
        second = tried();
    }
    assert_eq!(second["failures"][0]["source"], "in/b.txt");
    assert_eq!(second["failures"][0]["class"], "trapped");
    // A document that changes is tried as well.
    env.write("in/b.txt", "Rien.\n");
    let mut third = tried();
    while third["failures"].as_array().is_some_and(|failures| !failures.is_empty()) {
        third = tried();
    }
    let _ = watching.end(Signal::INT).expect(exit::SUCCESS);
    assert!(!env.work().join(".docmill").exists(), "something was stored");
}
