//! A process that is killed at random instants, over and over on the same store: nothing that was told is lost, nothing is done twice.
//!
//! `DOCMILL_KILLS=500` kills that often instead of 40 times; `DOCMILL_SEED` repeats a run of before.
#![cfg(unix)]

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader};
use std::time::Duration;

use docmill::store::{SledOptions, SledStore, Store, Upkeep};
use docmill_tests::{TestEnv, contents, exit};
use rustix::process::{Pid, Signal, kill_process};

const MOST_FILES: u64 = 600;

/// A generator of numbers that anyone can have again: xorshift64*.
struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) % end
    }
}

fn from_environment(name: &str) -> Option<u64> {
    let value = std::env::var(name).ok()?;
    Some(value.parse().unwrap_or_else(|_| panic!("`{name}` is no number: {value}")))
}

fn file(number: u64, generation: u64) -> (String, String) {
    let name = format!("in/{number:06}.txt");
    // Some say the same, some are large enough for several pieces, and one in nine fails.
    let extra =
        if number.is_multiple_of(50) { "Encore une phrase. ".repeat(4_000) } else { String::new() };
    let trap = if number.is_multiple_of(9) { "please-trap " } else { "" };
    (name, format!("Le texte numéro {} en version {generation}. {trap}{extra}\n", number / 2))
}

fn opened(env: &TestEnv, folder: &str) -> SledStore {
    SledStore::open(&env.work().join(folder), &SledOptions::default())
        .unwrap_or_else(|error| panic!("{error}: {:?}", std::error::Error::source(&error)))
}

/// What a source was last told to be, by name: the number of documents and failures.
type Told = BTreeMap<String, (u64, u64)>;

/// When a process is killed.
#[derive(Clone, Copy)]
enum Instant {
    Never,
    AfterStart(Duration),
    AfterFirstResult(Duration),
}

/// What became of a process.
struct Ended {
    /// What it told until then.
    told: Told,
    /// What it told to be retired.
    retired: BTreeSet<String>,
    was_killed: bool,
    /// How long it went on after it had told the first result.
    telling: Duration,
}

/// Starts an ingest that mirrors the folder, and kills it at this instant, unless it ends before.
fn ingest(env: &TestEnv, instant: Instant) -> Ended {
    let arguments = ["ingest", "in", "--strategy", "mirror", "--output", "json"];
    let mut child = env.command(arguments).spawn().expect("it starts");
    let lines = BufReader::new(child.stdout.take().expect("it is a pipe"));
    let (first_result, began) = std::sync::mpsc::channel();
    let reader = std::thread::spawn(move || {
        let (mut told, mut retired) = (Told::new(), BTreeSet::new());
        for line in lines.lines() {
            let line = line.expect("a pipe can be read");
            // Nobody may be waiting for it any more.
            let _ = first_result.send(());
            // The last line may be cut off.
            let Ok(event) = serde_json::from_str::<serde_json::Value>(&line) else { continue };
            if event["event"] == "source" {
                let name = event["source"].as_str().expect("a source has a name").to_owned();
                if event["fate"] == "retired" {
                    assert!(retired.insert(name), "told twice: {line}");
                    continue;
                }
                let documents = event["documents"].as_u64().expect("a number");
                let failures = event["failures"].as_array().expect("a list").len() as u64;
                assert!(told.insert(name, (documents, failures)).is_none(), "told twice: {line}");
            }
        }
        (told, retired)
    });
    if !matches!(instant, Instant::AfterStart(_)) {
        // An error means that it ended without a word, which shows below.
        let _ = began.recv();
    }
    let first = std::time::Instant::now();
    match instant {
        Instant::Never => {}
        Instant::AfterStart(delay) | Instant::AfterFirstResult(delay) => std::thread::sleep(delay),
    }
    let was_killed = !matches!(instant, Instant::Never)
        && child.try_wait().expect("a child can be waited for").is_none();
    if was_killed {
        let pid = Pid::from_raw(i32::try_from(child.id()).expect("an id")).expect("an id");
        kill_process(pid, Signal::KILL).expect("it is a child that was not waited for");
    }
    let output = env.finish(child);
    assert!(!output.stderr.contains("error"), "{}", output.stderr);
    let (told, retired) = reader.join().expect("every line is as it should be");
    Ended { told, retired, was_killed, telling: first.elapsed() }
}

/// Everything told is there, whole, in the version that was told of, and nothing contradicts anything.
fn check(env: &TestEnv, told: &Told, everything: bool, context: &str) {
    let store = opened(env, ".docmill");
    if everything {
        let mut flaws = Vec::new();
        let census = store.verify(&mut |flaw| flaws.push(flaw.to_string()));
        assert!(flaws.is_empty(), "{context}: {flaws:#?}");
        assert!(census.sources >= told.len() as u64, "{context}: {census:?}");
    }
    for (name, (documents, failures)) in told {
        let name = docmill::model::SourceName::new(name.as_str()).expect("a name");
        let source = store.source(&name).expect("it can be read");
        let source = source.unwrap_or_else(|| panic!("{context}: `{name}` was told and is lost"));
        assert!(!source.retired, "{context}: `{name}` is there and retired");
        assert_eq!(source.documents.len() as u64, *documents, "{context}: `{name}`");
        let kept = store.failures_of(&name).expect("it can be read").len() as u64;
        assert_eq!(kept, *failures, "{context}: `{name}`");
        for id in &source.documents {
            let document = store.document(*id, None).expect("it can be read");
            let document = document.unwrap_or_else(|| panic!("{context}: `{id}` is lost"));
            assert_eq!(document.version, source.version, "{context}: `{name}`");
            let findings = store.findings(*id, document.version).expect("it can be read").len();
            assert_eq!(findings as u64, 1 - failures, "{context}: `{name}`");
        }
    }
}

#[test]
#[expect(clippy::print_stdout, reason = "the seed has to be known to have the run again")]
fn kills_at_random_instants_lose_nothing_and_double_nothing() {
    let kills = from_environment("DOCMILL_KILLS").unwrap_or(40);
    let seed = from_environment("DOCMILL_SEED").unwrap_or(20_261_122);
    let mut random = Random(seed.max(1));
    let env = TestEnv::with_misbehaving_pipeline();
    let mut generations: BTreeMap<u64, u64> = (0..100).map(|number| (number, 0)).collect();
    let mut absent: BTreeSet<u64> = BTreeSet::new();
    let mut told = Told::new();
    let (mut done, mut results, mut usual) = (0, 0, Duration::ZERO);
    while done < kills {
        let context = format!("seed {seed}, kill {done}");
        // There is always something to do: new content of old files, and new files.
        for _ in 0..40 {
            *generations.entry(random.below(generations.len() as u64)).or_default() += 1;
        }
        let next = generations.len() as u64;
        generations.extend((next..(next + 5).min(MOST_FILES)).map(|number| (number, 0)));
        // Some go, and some of those come back.
        for _ in 0..4 {
            let number = random.below(generations.len() as u64);
            if !absent.remove(&number) {
                absent.insert(number);
            }
        }
        for (number, generation) in &generations {
            let (name, text) = file(*number, *generation);
            if absent.contains(number) {
                told.remove(&name);
                // It may be gone already, or never have been there.
                let _ = std::fs::remove_file(env.work().join(name));
                continue;
            }
            let is_there =
                std::fs::read(env.work().join(&name)).is_ok_and(|it| it == text.as_bytes());
            if !is_there {
                // What is stored of it is of the content before until it is told again.
                told.remove(&name);
                env.write(name, text);
            }
        }
        // How long a run takes is known from the last ones that nobody killed in time; a machine is not always as slow as it was once.
        let delay = Duration::from_micros(random.below(usual.as_micros() as u64 * 11 / 10 + 1));
        let instant = match random.below(5) {
            _ if usual.is_zero() => Instant::Never,
            0 => Instant::AfterStart(delay),
            _ => Instant::AfterFirstResult(delay),
        };
        let ended = ingest(&env, instant);
        if !ended.was_killed {
            usual = if usual.is_zero() { ended.telling } else { (usual + ended.telling) / 2 };
        }
        results += ended.told.len();
        told.extend(ended.told);
        check_retired(&env, &ended.retired, &absent, ended.was_killed, &context);
        done += u64::from(ended.was_killed);
        check(&env, &told, done % 10 == 0, &context);
    }
    println!(
        "seed {seed}: {done} kills, {results} results told in all runs, {} still good",
        told.len()
    );
    assert!(
        results as u64 > 10 * kills,
        "seed {seed}: only {results} results before {kills} kills"
    );
    let arguments = ["ingest", "in", "--strategy", "mirror", "--output", "json"];
    let last = env.run(arguments).expect(exit::SOME_FAILED);
    assert_eq!(
        last.events()
            .iter()
            .filter(|it| it["event"] == "source" && it["fate"] != "retired")
            .count(),
        generations.len() - absent.len()
    );
    let _ = env.run(["verify"]).expect(exit::SUCCESS).says("the store is whole");

    // One clean run over the same files comes to the same content, but for history and who did it when.
    let _ = env.run(["ingest", "in", "--store", "clean"]).expect(exit::SOME_FAILED);
    let (killed, clean) = (opened(&env, ".docmill"), opened(&env, "clean"));
    assert!(latest(&killed) == latest(&clean), "seed {seed}: the content is another");
}

/// Only what is absent is retired, and after a whole run all of it.
fn check_retired(
    env: &TestEnv,
    told: &BTreeSet<String>,
    absent: &BTreeSet<u64>,
    was_killed: bool,
    context: &str,
) {
    let absent: BTreeSet<String> = absent.iter().map(|number| file(*number, 0).0).collect();
    let (mut retired, mut listed) = (BTreeSet::new(), BTreeSet::new());
    for source in opened(env, ".docmill").sources() {
        let source = source.expect("it can be read");
        let names = if source.retired { &mut retired } else { &mut listed };
        names.insert(source.info.name.to_string());
    }
    assert!(told.is_subset(&absent), "{context}: something was retired that is there");
    assert!(told.is_subset(&retired), "{context}: what was told to be retired is not");
    // A run that was killed may not have come to those that are back, nor to those that are gone.
    assert!(was_killed || retired.is_subset(&absent), "{context}: something is still retired");
    assert!(was_killed || listed.is_disjoint(&absent), "{context}: something gone is on the list");
}

/// Content without the numbers that tell how often something was tried.
fn latest(store: &dyn Store) -> Vec<String> {
    let counted = |line: &&str| {
        let line = line.trim_start();
        !["version: ", "run: RunId(", "run: "].iter().any(|it| line.starts_with(it))
    };
    let text = contents(store);
    let mut lines = Vec::new();
    let mut skipped = false;
    for line in text.lines() {
        // `run: RunId(` has its number on a line of its own.
        if skipped {
            skipped = !line.trim_start().starts_with(')');
            continue;
        }
        if line.trim_start() == "run: RunId(" {
            skipped = true;
        } else if counted(&line) {
            lines.push(line.to_owned());
        }
    }
    lines
}
