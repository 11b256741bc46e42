//! Memory stays within its bound, whatever sources, plugins and tables there are.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use docmill::ingest::{Content, Offer, Origin, Unreadable};
use docmill::model::{Hint, SourceName};
use docmill::pipeline::RunOptions;
use docmill::store::MemoryStore;
use docmill_tests::{Lab, Output, TestEnv, exit, guest, shipped};

use crate::hostile_documents::{check, fates};

/// Runs docmill, and returns the largest amount of memory that it had besides, in MiB.
#[cfg(target_os = "linux")]
fn watched(env: &TestEnv, arguments: &[&str]) -> (Output, u64) {
    fn peak(pid: u32) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
        Some(line.trim().strip_suffix(" kB")?.parse::<u64>().ok()? / 1024)
    }
    let child = env.command(arguments).spawn().expect("docmill starts");
    let pid = child.id();
    let watching = std::thread::spawn(move || {
        // The system keeps the peak until the process has ended.
        let peaks = std::iter::from_fn(|| {
            std::thread::sleep(std::time::Duration::from_millis(5));
            peak(pid)
        });
        peaks.max().expect("it was seen")
    });
    (env.finish(child), watching.join().expect("it watches"))
}

#[cfg(target_os = "linux")]
#[test]
fn a_hundred_megabytes_in_one_line_cost_no_more_than_their_share_of_memory() {
    const SIZE: usize = 100_000_000;
    let env = TestEnv::new();
    env.write("in/line.txt", "Un texte sans fin ".repeat(SIZE / 18));
    env.write("in/line.html", format!("<!doctype html><p>{}", "x".repeat(SIZE)));
    env.write("in/ok.txt", "Un texte tout à fait ordinaire.\n");
    // As they come, they are larger than what is read.
    check(&env, &[], &[("line.txt", "host"), ("line.html", "host"), ("ok.txt", "added")]);
    let (output, highest) = watched(
        &env,
        &["ingest", "in", "--jobs", "1", "--max-size", "200 MiB", "--output", "json"],
    );
    let fates = fates(&output.expect(exit::SOME_FAILED));
    assert_eq!(fates["in/line.txt"].1, ["memory"]);
    // This plugin has a limit of its own, and keeps to it before it reads anything.
    assert_eq!(fates["in/line.html"].1, ["malformed"]);
    // Of each source two copies while it is read, one waiting to be stored, one being stored; and
    // the plugin's memory.
    assert!(highest < 800, "docmill had {highest} MiB");
}

#[cfg(target_os = "linux")]
#[test]
fn large_sources_do_not_pile_up_in_memory() {
    let env = TestEnv::with_small_pipeline();
    // Nothing reads them, so workers are done at once, and all waits for the disk.
    let mut seed = 1_u64;
    let block: Vec<u8> = std::iter::repeat_with(|| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (seed >> 56) as u8
    })
    .take(1 << 20)
    .collect();
    for number in 0..40_u8 {
        env.write(format!("in/{number}.bin"), [&[0, number][..], &block.repeat(30)].concat());
    }
    let (output, highest) = watched(&env, &["ingest", "in", "--jobs", "2"]);
    let _ = output.expect(exit::SUCCESS);
    // 1,200 MiB were offered.
    assert!(highest < 600, "docmill had {highest} MiB");
}

/// Results without a word of text: findings count in what waits to be stored, and there is a bound
/// on what comes out of one source.
#[cfg(target_os = "linux")]
#[test]
fn findings_do_not_pile_up_in_memory() {
    const STEPS: usize = 6;
    let env = TestEnv::new();
    let huge = |step: usize| {
        let plugin = guest("adversarial/return-huge-list");
        format!(
            "[[step]]\nname = \"huge-{step}\"\nplugin = {plugin:?}\nlimits = {{ deadline = \"60s\" }}\n\n"
        )
    };
    let steps: String = (0..STEPS).map(huge).collect();
    env.write(
        "docmill.toml",
        format!("[[step]]\nplugin = {:?}\n\n{steps}", shipped("extract-text")),
    );
    for number in 0..16 {
        env.write(format!("in/{number}.txt"), format!("Texte {number}.\n"));
    }
    let (output, highest) = watched(&env, &["ingest", "in", "--jobs", "4"]);
    let _ = output.expect(exit::SUCCESS);
    // Each document has some 80 MiB of findings: four that are worked on, 128 MiB that wait, as
    // many that are being stored.
    assert!(highest < 1_000, "docmill had {highest} MiB");
}

/// The bound of `host/ARCHITECTURE.md`, under the worst that is known of each import and each kind
/// of result. What was seen is printed as a table, and written to `target/memory.md`.
#[cfg(target_os = "linux")]
#[test]
#[expect(clippy::print_stdout, reason = "what was measured is printed")]
fn whatever_plugins_call_and_return_memory_stays_within_its_bound() {
    use std::fmt::Write;
    const JOBS: u64 = 8;
    /// In MiB: the program and its code; results that wait; what the store holds for those of them
    /// that are being stored.
    const WHOLE: u64 = 200 + 128 + 4 * 128;
    /// A plugin's memory; what it hands over, and as it is converted; what came out of its source.
    const EACH: u64 = 64 + 2 * 16 + 128;
    let step = |adversary: &str, rest: &str| {
        let plugin = guest(&format!("adversarial/{adversary}"));
        format!("[[step]]\nplugin = {plugin:?}\nlimits = {{ deadline = \"1s\" }}\n{rest}\n")
    };
    let reader = format!("[[step]]\nplugin = {:?}\n\n", shipped("extract-text"));
    let words: String =
        (0..500).map(|number| format!("{number}\t{}\n", "x".repeat(20_000))).collect();
    let table = "tables = { words = \"./words.tsv\" }\n";
    let analyzer = |adversary: &str, rest: &str| reader.clone() + &step(adversary, rest);
    // Nothing comes before what reads sources.
    let source = |adversary: &str| step(adversary, "") + &reader;
    let mut seen =
        String::from("| 8 jobs under | Reaches | At most | Bound |\n|---|---|---:|---:|\n");
    let huge: String = (0..4)
        .map(|number| step("return-huge-list", &format!("name = \"huge-{number}\"\n")))
        .collect();
    for (adversary, reaches, pipeline) in [
        ("return-huge-text", "a result: text", analyzer("return-huge-text", "")),
        ("return-huge-list", "a result: annotations", analyzer("return-huge-list", "")),
        ("give-every-label", "a result: labels", analyzer("give-every-label", "")),
        ("many-documents", "a result: documents", source("many-documents")),
        ("thousands-of-documents", "a result: documents", source("thousands-of-documents")),
        ("find-too-much", "lookup.find", analyzer("find-too-much", table)),
        ("find-forever", "lookup.find", analyzer("find-forever", table)),
        ("get-too-much", "lookup.get-many", analyzer("get-too-much", table)),
        ("page-forever", "lookup.entries", analyzer("page-forever", table)),
        ("hoard-handles", "handles", analyzer("hoard-handles", table)),
        ("log-flood", "log.write", analyzer("log-flood", "")),
        (
            "log-and-fail",
            "log.write, of each document",
            source("hundreds-of-documents") + &step("log-and-fail", ""),
        ),
        ("print-flood", "WASI's standard output", analyzer("print-flood", "")),
        ("grow-memory", "its own memory", analyzer("grow-memory", "")),
        (
            "read-findings-forever",
            "findings.annotations",
            reader.clone() + &huge + &step("read-findings-forever", ""),
        ),
        ("write-forever", "member-writer.write", source("write-forever")),
        ("emit-too-much", "members.emit", source("emit-too-much")),
        ("emit-huge", "members.emit", source("emit-huge")),
        ("keep-reading-forever", "sources.read", source("keep-reading-forever")),
    ] {
        let env = TestEnv::new();
        env.write("words.tsv", format!("a\t{}\n{words}", "x".repeat(20_000)));
        env.write("docmill.toml", pipeline);
        // Of sources with so many documents as are held of one, the store has one at a time, and it
        // takes its time.
        let sources = if adversary == "thousands-of-documents" { 2 } else { JOBS };
        for number in 0..sources {
            env.write(format!("in/{number}.txt"), format!("Texte {number}.\n"));
        }
        let jobs = JOBS.to_string();
        let arguments = ["ingest", "in", "--jobs", &jobs, "--max-unpacked", "64 MiB"];
        let (output, highest) = watched(&env, &arguments);
        assert!(matches!(output.code, Some(0 | 1)), "{adversary}: {}", output.stderr);
        let bound = WHOLE + JOBS * EACH;
        // Writing to a string does not fail.
        let _ = writeln!(seen, "| {adversary} | {reaches} | {highest} MiB | {bound} MiB |");
        assert!(highest < bound, "{adversary}: docmill had {highest} MiB");
    }
    println!("{seen}");
    std::fs::write(docmill_tests::target().join("memory.md"), seen).expect("it can be written");
}

/// What finds the keys of a table is built in the first call that asks for it, which has a deadline
/// of a second, as all that wait.
#[cfg(target_os = "linux")]
#[test]
fn what_searches_a_large_table_is_built_once_and_in_nobodys_time() {
    let env = TestEnv::new();
    let mut seed = 1_u64;
    let mut letter = || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        char::from(b'a' + (seed >> 33) as u8 % 26)
    };
    let keys = (0..4_000).map(|_| (0..1_000).map(|_| letter()).collect::<String>() + "\tx\n");
    env.write("words.tsv", keys.collect::<String>());
    env.write(
        "docmill.toml",
        format!(
            "[[step]]\nplugin = {:?}\n\n[[step]]\nplugin = {:?}\nlimits = {{ deadline = \"1s\" }}\n\
             tables = {{ words = \"./words.tsv\" }}\n",
            shipped("extract-text"),
            guest("adversarial/find-too-much")
        ),
    );
    for number in 0..8 {
        env.write(format!("in/{number}.txt"), format!("Texte {number}.\n"));
    }
    let (output, highest) = watched(&env, &["ingest", "in", "--jobs", "8"]);
    let _ = output.expect(exit::SUCCESS).says("8 documents added");
    // What is built has 200 MiB at most, and so has the program.
    assert!(highest < 500, "docmill had {highest} MiB");
}

/// Results as large as they may be are written once: not by every span, nor by every label of every
/// other document.
#[test]
fn what_is_shown_and_exported_grows_with_what_was_found_and_no_faster() {
    let env = TestEnv::new();
    let text = "Un texte sans fin. ".repeat(50_000);
    env.write(
        "docmill.toml",
        format!(
            "[[step]]\nplugin = {:?}\n\n[[step]]\nplugin = {:?}\n\n[[step]]\nplugin = {:?}\n",
            shipped("extract-text"),
            guest("adversarial/cover-everything"),
            guest("adversarial/give-every-label")
        ),
    );
    env.write("in/long.txt", &text);
    (0..50).for_each(|number| env.write(format!("in/{number}.txt"), "Un texte.\n"));
    let _ = env.run(["ingest", "in"]).expect(exit::SUCCESS).says("51 documents added");
    let listed = env.run(["list"]).expect(exit::SUCCESS).stdout.len();
    assert!(listed < 51 * 6_000, "{listed} bytes are listed");
    // The text, its parts that were found, and 51 times 10,000 labels.
    for (format, most) in [
        ("jsonl", 20 * text.len() + 51 * 10_000 * 200),
        ("csv", 20 * text.len() + 51 * 10_000 * 100),
        ("markdown", 2 * text.len()),
        ("html", 2 * text.len()),
    ] {
        let exported = env.run(["export", "--format", format, "--to", "out"]);
        let _ = exported.expect(exit::SUCCESS);
        let size = std::fs::metadata(env.work().join("out")).expect("it was written").len();
        assert!(size < most as u64, "{format}: {size} bytes");
    }
}

#[test]
fn what_a_container_says_is_not_multiplied_by_the_documents_in_a_member() {
    let pipeline = Lab::get().pipeline(&format!(
        "[[step]]\nplugin = {:?}\n\n[[step]]\nplugin = {:?}\n",
        guest("examples/unpack-jsonlines"),
        guest("adversarial/many-documents"),
    ));
    // 100,000 documents, each with a title of 60 KB.
    let line = format!("{{\"title\":\"{}\",\"text\":\"x\"}}\n", "t".repeat(60_000));
    let ingested = Lab::get().ingest(&pipeline, docmill_tests::sources([("x.jsonl", line)]), 1);
    let failures = ingested.failures();
    let [failure] = failures.as_slice() else { panic!("not one failure: {failures:#?}") };
    let causes = [
        "with it, what came out of the source takes more than 128.0 MiB",
        "it has 100000 documents, and each counts 4.0 KiB at least",
    ];
    assert_eq!(failure.causes, causes);
    assert_eq!(failure.hint, Some(Hint::TakeApart));
    assert_eq!(ingested.documents(), []);
}

#[test]
fn what_an_origin_has_in_memory_is_not_taken_far_in_advance() {
    /// Content in memory, and how much of it there is now, and was at most.
    struct Held {
        bytes: Arc<[u8]>,
        held: Arc<(AtomicU64, AtomicU64)>,
    }
    impl Content for Held {
        fn read(self: Box<Self>, _: u64) -> Result<Arc<[u8]>, Unreadable> {
            Ok(Arc::clone(&self.bytes))
        }
        fn in_memory(&self) -> u64 {
            self.bytes.len() as u64
        }
    }
    impl Drop for Held {
        fn drop(&mut self) {
            self.held.0.fetch_sub(1, Ordering::SeqCst);
        }
    }
    struct Offers(u32, Arc<(AtomicU64, AtomicU64)>);
    impl Origin for Offers {
        fn next(&mut self) -> Option<Offer> {
            self.0 = self.0.checked_sub(1)?;
            let (now, most) = &*self.1;
            most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            let text = format!("Texte {}.\n", self.0).repeat(50_000);
            let content = Held { bytes: Arc::from(text.into_bytes()), held: Arc::clone(&self.1) };
            let name = SourceName::new(format!("{}.txt", self.0)).expect("a name");
            Some(Offer { name, content: Ok(Box::new(content)) })
        }
    }
    let held = Arc::new((AtomicU64::new(0), AtomicU64::new(0)));
    let pipeline =
        Lab::get().pipeline(&format!("[[step]]\nplugin = {:?}\n", shipped("extract-text")));
    let options = RunOptions { jobs: 1, ..RunOptions::default() };
    let offers = Offers(50, Arc::clone(&held));
    let ingested = Lab::get().ingest_into(&MemoryStore::new(), &pipeline, offers, &options);
    assert_eq!(ingested.expect("the store works").0.tally.added, 50);
    // One that is about to be processed, a mebibyte that waits, one that waits for room.
    let most = held.1.load(Ordering::SeqCst);
    assert!((1..=4).contains(&most), "{most} were in memory at the same time");
}
