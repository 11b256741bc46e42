//! What becomes of failures: they are tried again, reproduced elsewhere, and never the end of a
//! run.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use docmill::model::{FailureClass, Finding, SourceName};
use docmill::pipeline::{Bundle, RunOptions, Stored};
use docmill::store::{MemoryStore, Store};
use docmill_tests::{HANDMADE, Lab, Output, TestEnv, exit, guest, shipped, sources};
use serde_json::Value;

/// A reader, and a step that misbehaves where a document asks for it.
pub(crate) fn pipeline() -> String {
    format!(
        "[[step]]\nplugin = {:?}\n\n[[step]]\nplugin = {:?}\nname = \"hostile\"\nlimits = {{ deadline = \"300ms\" }}\n",
        shipped("extract-text"),
        guest("adversarial/misbehave-on-request"),
    )
}

/// Three documents of which two fail.
fn environment() -> TestEnv {
    let env = TestEnv::new();
    env.write("docmill.toml", pipeline());
    env.write("in/good.txt", "Il pleut.\n");
    env.write("in/loop.txt", "Do please-loop now.\n");
    env.write("in/trap.txt", "Do please-trap now.\n");
    let _ = env.run(["ingest", "in"]).expect(exit::SOME_FAILED);
    env
}

/// A hand-made plugin; all of them have the same name.
fn handmade(name: &str) -> &'static str {
    let (_, _, _, file) = HANDMADE.iter().find(|it| it.0 == name).expect("there is one");
    file
}

fn failures(env: &TestEnv) -> Vec<Value> {
    env.run(["failures", "list", "--output", "json"]).expect(exit::SUCCESS).events()
}

#[test]
fn a_failure_tells_what_was_run_and_within_which_limits() {
    let failures = failures(&environment());
    assert_eq!(failures.len(), 2);
    for failure in failures {
        assert_eq!(failure["plugin"], "misbehave-on-request");
        assert_eq!(failure["version"], "0.1.0");
        assert_eq!(failure["limits"]["deadline_us"], 300_000);
        assert_eq!(failure["limits"]["memory"], 64 << 20);
        assert!(failure["component"].is_string() && failure["sha256"].is_string(), "{failure}");
    }
}

#[test]
fn a_fixed_plugin_clears_what_it_fixes_and_nothing_else_is_touched() {
    let env = environment();
    let broken = handmade("return-invalid-utf8");
    env.write("docmill.toml", format!("{}[[step]]\nplugin = {broken:?}\n", pipeline()));
    let _ = env.run(["ingest", "in"]).expect(exit::SOME_FAILED);
    assert_eq!(failures(&env).len(), 5);
    let again = env.run(["failures", "retry", "--step", "hand-made"]).expect(exit::SOME_FAILED);
    assert_eq!(again.stdout.matches("failed again: output").count(), 3, "{}", again.stdout);

    let fixed = handmade("handmade-and-well-behaved");
    let retry = ["failures", "retry", "--step", "hand-made", "--plugin", fixed];
    // Two of the three documents fail in the other step as ever.
    let retried = env.run(retry).expect(exit::SOME_FAILED);
    assert_eq!(retried.stdout.matches("  gone").count(), 3, "{}", retried.stdout);
    let left: Vec<Value> = failures(&env).into_iter().map(|it| it["step"].clone()).collect();
    assert_eq!(left, ["hostile", "hostile"]);
    let none = env.run(["failures", "retry", "--step", "none"]).expect(exit::SUCCESS);
    assert!(none.stderr.contains("nothing to try again"), "{}", none.stderr);
    let _ = env.run(["verify"]).expect(exit::SUCCESS).says("the store is whole: 3 sources");
}

#[test]
fn other_limits_hold_for_one_run_and_are_kept_with_the_failure() {
    let env = environment();
    let retry =
        ["failures", "retry", "--class", "deadline", "--limits", "deadline=450ms,memory=32MiB"];
    let _ = env.run(retry).expect(exit::SOME_FAILED).says("0 failures gone, 1 failed again");
    let limits: Vec<Value> = (failures(&env).into_iter())
        .filter(|failure| failure["class"] == "deadline")
        .map(|failure| failure["limits"]["deadline_us"].clone())
        .collect();
    assert_eq!(limits, [450_000]);
    let _ = env.run(["failures", "retry", "--limits", "deadline=1d"]).expect(exit::USAGE);
    let other = env.run(["failures", "retry", "--plugin", "none.wasm"]).expect(exit::REJECTED);
    assert!(other.stderr.contains("plugin `none.wasm` could not be read"), "{}", other.stderr);
}

#[test]
fn what_was_never_read_is_not_tried_from_the_store() {
    let env = environment();
    let gone = env.run(["ingest", "in/absent.txt"]).expect(exit::SOME_FAILED);
    assert!(gone.stderr.contains("absent"), "{}", gone.stderr);
    let retried = env.run(["failures", "retry", "--class", "host"]).expect(exit::SOME_FAILED);
    assert!(retried.stdout.contains("not tried: its content was never read"), "{}", retried.stdout);
}

#[test]
fn a_bundle_reproduces_a_failure_where_there_is_nothing_else() {
    let env = environment();
    for failure in failures(&env) {
        let (id, class) = (failure["id"].as_str().expect("an id"), &failure["class"]);
        let _ = env.run(["failures", "export", id, "-o", "bundle.tar"]).expect(exit::SUCCESS);
        let bundle = std::fs::read(env.work().join("bundle.tar")).expect("it is there");
        let elsewhere = TestEnv::new();
        elsewhere.write("bundle.tar", &bundle);
        let reproduce = ["failures", "reproduce", "bundle.tar", "--output", "json"];
        let told = elsewhere.run(reproduce).expect(exit::SUCCESS).events();
        assert_eq!((&told[0]["class"], &told[0]["reproduced"]), (class, &Value::Bool(true)));
        assert!(!elsewhere.work().join(".docmill").exists(), "no store is needed");
    }
}

#[test]
fn a_bundle_whose_plugin_behaves_is_told_apart() {
    let env = environment();
    let id = failures(&env)[0]["id"].as_str().expect("an id").to_owned();
    let _ = env.run(["failures", "export", &id, "-o", "bundle.tar"]).expect(exit::SUCCESS);
    let mut bundle = std::fs::read(env.work().join("bundle.tar")).expect("it is there");
    while let Some(at) = bundle.windows(7).position(|window| window == b"please-") {
        bundle[at + 5] = b'3';
    }
    // The document says `please-` as well, in a record whose checksum notices.
    env.write("changed.tar", &bundle);
    let refused = env.run(["failures", "reproduce", "changed.tar"]).expect(exit::SOME_FAILED);
    assert!(refused.stderr.contains("its checksum does not match"), "{}", refused.stderr);
    // And every cut or damage is an error, not a crash.
    let whole = std::fs::read(env.work().join("bundle.tar")).expect("it is there");
    for part in 1..20 {
        let at = whole.len() / 20 * part;
        assert!(Bundle::read(&mut &whole[..at]).is_err(), "cut at {at}");
        let mut flipped = whole.clone();
        flipped[at] ^= 0x10;
        if let Ok(bundle) = Bundle::read(&mut &flipped[..]) {
            // A plugin is code, so a changed one may do anything that the sandbox allows.
            let _ = bundle.reproduce(Lab::get().catalog());
        }
    }
}

#[test]
fn failures_of_sources_as_a_whole_are_reproduced_too() {
    let pipeline = Lab::get().pipeline(&format!(
        "[[step]]\nplugin = {:?}\n\n[[step]]\nplugin = {:?}\n",
        guest("examples/unpack-jsonlines"),
        guest("examples/extract-csv"),
    ));
    let offered = [("a.jsonl", "{no JSON at all\n"), ("b.csv", "un,\"deux\n")];
    let ingested = Lab::get().ingest(&pipeline, sources(offered), 1);
    let failures = ingested.failures();
    assert_eq!(failures.len(), 2, "{failures:#?}");
    for failure in failures {
        let bundle = Bundle::collect(&ingested.store, &failure).expect("everything is there");
        let mut file = Vec::new();
        bundle.write(&mut file, "explained").expect("memory takes all bytes");
        let bundle = Bundle::read(&mut &file[..]).expect("it is as it was written");
        assert_eq!(bundle.failure(), &failure);
        let ended = bundle.reproduce(Lab::get().catalog()).expect("it comes to that");
        let stopped = ended.expect_err("it fails again");
        assert_eq!((stopped.class(), stopped.causes()), (failure.class, failure.causes));
    }
}

#[test]
fn a_member_is_tried_again_with_what_its_container_knew_of_it() {
    let pipeline = |last: &str| {
        Lab::get().pipeline(&format!(
            "[[step]]\nplugin = {:?}\n\n[[step]]\nplugin = {:?}\n\n[[step]]\nplugin = {:?}\n",
            guest("examples/unpack-jsonlines"),
            shipped("extract-text"),
            guest(&format!("adversarial/{last}")),
        ))
    };
    let lines = "{\"creator\":\"VNA\",\"text\":\"Do please-trap now.\"}\n";
    let offered = sources([("a.jsonl", lines)]);
    let store = Lab::get().ingest(&pipeline("misbehave-on-request"), offered, 1).store;
    let store = Arc::new(store);
    let failed: Vec<_> = store.failures().map(|it| it.expect("it can be read").source).collect();
    assert_eq!(failed, [SourceName::new("a.jsonl!/line 1").expect("a name")]);
    let origin = Stored::of(Arc::clone(&store) as _, failed.clone());
    let (run, told) = Lab::get()
        .ingest_into(&*store, &pipeline("well-behaved"), origin, &RunOptions::default())
        .expect("the run goes on");
    assert_eq!((run.tally.sources, run.tally.failures, told.len()), (1, 0, 1));
    let source = store.source(&failed[0]).expect("it can be read").expect("it is there");
    assert_eq!(source.info.container.expect("it lies in one").as_str(), "a.jsonl");
    let document = store.document(source.documents[0], None).expect("it can be read");
    let document = document.expect("it is there").extracted.document;
    assert_eq!(document.attribute("creator"), Some("VNA"));
}

#[test]
fn a_failure_that_repeats_updates_nothing() {
    let store = MemoryStore::new();
    let ingest = || {
        let offered = [("a.txt", "Il pleut.\n"), ("b.txt", "Do please-trap now.\n")];
        let ingested = Lab::get().ingest_into(
            &store,
            &Lab::get().pipeline(&pipeline()),
            sources(offered),
            &RunOptions::default(),
        );
        let tally = ingested.expect("the run goes on").0.tally;
        (tally.added, tally.updated, tally.unchanged, tally.failures)
    };
    assert_eq!(ingest(), (2, 0, 0, 1));
    assert_eq!(ingest(), (0, 0, 1, 1));
}

/// A page that a script fills is read on one day and not on the other, and neither is a failure.
#[test]
fn a_source_without_text_is_told_and_takes_nothing_away() {
    let env = TestEnv::new();
    let pipeline = format!("[[step]]\nplugin = {:?}\n", shipped("extract-html"));
    env.write("docmill.toml", pipeline);
    let page = |body: &str| format!("<!doctype html><title>Les grues</title><body>{body}");
    let shell = page("<div id=root></div><script>app()</script>");
    let article = page("<p>Les grues sont de retour sur le lac, et personne ne les attendait.");
    env.write("in/shell.html", &shell);
    env.write("in/article.html", &article);
    let fates = |output: &Output| -> Vec<String> {
        let events = output.events();
        let sources = events.iter().filter(|event| event["event"] == "source");
        sources.map(|event| format!("{} {}", event["source"], event["fate"])).collect()
    };
    let first = env.run(["ingest", "in", "--output", "json"]).expect(exit::SUCCESS);
    let mut told = fates(&first);
    told.sort();
    assert_eq!(told, ["\"in/article.html\" \"added\"", "\"in/shell.html\" \"empty\""]);
    assert_eq!(first.events().last().expect("the run is told")["empty"], 1);
    assert_eq!(first.events().last().expect("the run is told")["failures"], 0);
    let listed = env.run(["failures", "list", "--class", "empty"]).expect(exit::SUCCESS);
    assert!(listed.stdout.contains("in/shell.html"), "{}", listed.stdout);
    let _ = env.run(["ingest", "in"]).expect(exit::SUCCESS).says("nothing to do");
    // It is on the lists all the same, and nothing contradicts itself.
    let listed = env.run(["list", "--source", "shell", "--output", "json"]).expect(exit::SUCCESS);
    assert_eq!(listed.events().len(), 1, "{}", listed.stdout);
    let _ = env.run(["verify", "--sample", "100%"]).expect(exit::SUCCESS);
    // What has no text today does not take the place of what had some.
    env.write("in/article.html", &shell);
    let _ = env.run(["ingest", "in"]).expect(exit::SUCCESS).says("1 source without text");
    let exported = env.run(["export"]).expect(exit::SUCCESS);
    assert!(exported.stdout.contains("de retour sur le lac"), "{}", exported.stdout);
    let _ = env.run(["ingest", "in"]).expect(exit::SUCCESS).says("nothing to do");
    let _ = env.run(["verify"]).expect(exit::SUCCESS);
    let _ = env.run(["update"]).expect(exit::SUCCESS);
    // And comes back.
    env.write("in/article.html", article.replace("le lac", "les lacs"));
    let _ = env.run(["ingest", "in"]).expect(exit::SUCCESS).says("1 document updated");
    let _ = env.run(["verify"]).expect(exit::SUCCESS);
    let left = env.run(["failures", "list", "--output", "json"]).expect(exit::SUCCESS);
    assert_eq!(left.events().len(), 1, "{}", left.stdout);
}

/// Suspended for longer than its deadline, a call has all of it left.
#[test]
#[cfg(target_os = "linux")]
fn a_process_that_was_stopped_takes_no_time_from_a_plugin() {
    use rustix::process::{Pid, Signal, kill_process};

    /// How long a process has had of a processor, in seconds.
    fn had(process: u32) -> f64 {
        let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).expect("it is there");
        let fields = stat.rsplit_once(')').expect("its name ends").1.split_whitespace();
        let ticks: u32 =
            fields.skip(11).take(2).map(|it| it.parse::<u32>().expect("a number")).sum();
        f64::from(ticks) / 100.0
    }

    let env = TestEnv::new();
    let pipeline = format!(
        "[[step]]\nplugin = {:?}\n\n[[step]]\nplugin = {:?}\nlimits = {{ deadline = \"6s\" }}\n",
        shipped("extract-text"),
        guest("adversarial/misbehave-on-request"),
    );
    env.write("docmill.toml", pipeline);
    env.write("in/a.txt", "please-loop\n");
    // Compiles what has to be, so that what takes time below is the call.
    env.write("b.txt", "Un texte.\n");
    let _ = env.run(["read", "b.txt", "--format", "jsonl"]).expect(exit::SUCCESS);
    let child = env.command(["ingest", "in", "--jobs", "1"]).spawn().expect("docmill starts");
    let process = Pid::from_child(&child);
    while had(child.id()) < 3.0 {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    kill_process(process, Signal::STOP).expect("it is there");
    std::thread::sleep(std::time::Duration::from_secs(6));
    kill_process(process, Signal::CONT).expect("it is there");
    let _ = env.finish(child).expect(exit::SOME_FAILED);
    let listed = env.run(["failures", "list", "--output", "json"]).expect(exit::SUCCESS);
    let failure = &listed.events()[0];
    assert_eq!(failure["class"], "deadline");
    // By the clock, its deadline had passed when the process was continued.
    let took = failure["cost"]["duration_us"].as_u64().expect("it cost something");
    assert!(took > 11_000_000, "{took}");
}

/// Whoever else wants the processor takes no time from a plugin, and gives none to one that does
/// not end.
#[test]
#[cfg(unix)]
#[expect(clippy::print_stderr, reason = "that nothing was tested has to be seen")]
fn a_crowded_machine_fails_no_document_and_a_loop_still_ends() {
    /// So many others want each processor.
    const OTHERS: usize = 8;
    let took = |finding: &Finding| finding.provenance.cost.duration;
    let run = |deadline: std::time::Duration, texts: &[(&str, &str)]| {
        let pipeline = Lab::get().pipeline(&format!(
            "[[step]]\nplugin = {:?}\n\n[[step]]\nplugin = {:?}\nlimits = {{ deadline = \"{} ms\" }}\n",
            shipped("extract-text"),
            guest("adversarial/misbehave-on-request"),
            deadline.as_millis()
        ));
        Lab::get().ingest(&pipeline, sources(texts.iter().copied()), 2)
    };
    let alone = run(std::time::Duration::from_secs(60), &[("a.txt", "please-work")]);
    let alone = took(&alone.found()[0].1[0]);
    let deadline = (alone * 3).max(std::time::Duration::from_millis(100));
    let done = AtomicBool::new(false);
    let crowded = std::thread::scope(|scope| {
        let processors = std::thread::available_parallelism().map_or(1, Into::into);
        for _ in 0..OTHERS * processors {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    std::hint::spin_loop();
                }
            });
        }
        let texts = [
            ("a.txt", "please-work"),
            ("b.txt", "please-work b"),
            ("c.txt", "please-work c"),
            ("d.txt", "please-loop"),
        ];
        let crowded =
            std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| run(deadline, &texts)));
        done.store(true, Ordering::Relaxed);
        crowded.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    });
    assert_eq!(crowded.values("misbehave-on-request"), ["worked"; 3]);
    let failures = crowded.failures();
    let [failure] = failures.as_slice() else { panic!("not one failure: {failures:#?}") };
    assert_eq!((failure.class, failure.source.as_str()), (FailureClass::Deadline, "d.txt"));
    let longest = crowded.found().iter().flat_map(|(_, found)| found).map(took).max();
    if longest < Some(deadline) {
        eprintln!("SKIPPED: nothing was slow, {longest:?} by the clock and {deadline:?} allowed");
    }
}

/// Memory and file descriptors that the machine does not have are nobody's fault, and there again
/// later.
#[test]
#[cfg(target_os = "linux")]
fn what_the_machine_is_short_of_is_not_blamed_on_plugins() {
    use std::process::{Command, Stdio};

    // 8 GiB of addresses are two instances without a pool; 40 descriptors are those of the store.
    for limit in ["ulimit -v 8000000", "ulimit -n 40"] {
        let env = TestEnv::with_small_pipeline();
        for number in 0..60 {
            env.write(format!("in/{number}.txt"), format!("Texte {number}.\n"));
        }
        // What is compiled already takes no memory.
        let _ = env.run(["read", "in/0.txt"]).expect(exit::SUCCESS);
        let command = env.command(["ingest", "in", "--jobs", "8"]);
        let mut limited = Command::new("/bin/sh");
        limited
            .args(["-c", &format!("{limit}; exec \"$0\" \"$@\"")])
            .arg(command.get_program())
            .args(command.get_args())
            .current_dir(env.work())
            .env_clear()
            .envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let output = env.finish(limited.spawn().expect("docmill starts"));
        assert!(matches!(output.code, Some(0 | 1)), "{limit}: {}", output.stderr);
        let failed = env.run(["failures", "list", "--output", "json"]).expect(exit::SUCCESS);
        for failure in failed.events() {
            assert_eq!(failure["class"], "machine", "{limit}: {failure}");
        }
        let _ = env.run(["ingest", "in"]).expect(exit::SUCCESS);
        let listed = env.run(["list", "--output", "json"]).expect(exit::SUCCESS);
        assert_eq!(listed.events().len(), 60, "{limit}");
    }
}

#[test]
fn what_is_gone_can_be_dismissed_and_thousands_alike_are_a_number() {
    let env = TestEnv::with_misbehaving_pipeline();
    for number in 0..25 {
        env.write(format!("in/{number}.txt"), "please-trap\n");
    }
    env.write("in/good.txt", "Un texte.\n");
    let ingested = env.run(["ingest", "in", "missing.txt"]).expect(exit::SOME_FAILED);
    assert_eq!(ingested.stderr.matches("failed: step").count(), 10, "{}", ingested.stderr);
    let ingested = ingested.says("15 more failures of step `misbehave-on-request`");
    let _ = ingested.says("failed: `missing.txt`");
    let listed = env.run(["failures", "list"]).expect(exit::SUCCESS).says("`--all` lists each");
    assert_eq!(listed.stdout.matches("in/").count(), 10, "{}", listed.stdout);
    assert!(listed.stdout.contains("and 15 more"), "{}", listed.stdout);
    let listed = env.run(["failures", "list", "--all"]).expect(exit::SUCCESS);
    assert_eq!(listed.stdout.matches("in/").count(), 25, "{}", listed.stdout);
    // What failed on a document that is there tells of a gap.
    let dismissed = env.run(["failures", "dismiss", "--class", "trapped"]).expect(exit::SUCCESS);
    let _ = dismissed.says("0 failures dismissed; 25 failures of documents that are stored stay");
    let dismissed = env.run(["failures", "dismiss", "--gone"]).expect(exit::SUCCESS);
    let _ = dismissed.says("1 failure dismissed");
    let left = env.run(["failures", "list", "--output", "json"]).expect(exit::SUCCESS).events();
    assert_eq!(left.len(), 25);
    assert!(left.iter().all(|it| it["class"] == "trapped"), "{left:?}");
    let _ = env.run(["verify"]).expect(exit::SUCCESS);
    // Once it is there, it is taken in like any other.
    env.write("missing.txt", "Un texte.\n");
    let _ = env.run(["ingest", "missing.txt"]).expect(exit::SUCCESS).says("1 document added");
    let _ = env.run(["failures", "dismiss"]).expect(exit::USAGE);
}
