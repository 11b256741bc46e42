//! A process that is killed at random instants, over and over on the same store: nothing that was told is lost, nothing is done twice.
//!
//! `DOCMILL_KILLS=500` kills that often instead of 40 times; `DOCMILL_SEED` repeats a run of before.
#![cfg(unix)]

use std::collections::BTreeMap;
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
    was_killed: bool,
    /// How long it went on after it had told the first result.
    telling: Duration,
}

/// Starts an ingest and kills it at this instant, unless it ends before.
fn ingest(env: &TestEnv, instant: Instant) -> Ended {
    let mut child = env.command(["ingest", "in", "--output", "json"]).spawn().expect("it starts");
    let lines = BufReader::new(child.stdout.take().expect("it is a pipe"));
    let (first_result, began) = std::sync::mpsc::channel();
    let reader = std::thread::spawn(move || {
        let mut told = Told::new();
        for line in lines.lines() {
            let line = line.expect("a pipe can be read");
            // Nobody may be waiting for it any more.
            let _ = first_result.send(());
            // The last line may be cut off.
            let Ok(event) = serde_json::from_str::<serde_json::Value>(&line) else { continue };
            if event["event"] == "source" {
                let name = event["source"].as_str().expect("a source has a name").to_owned();
                let documents = event["documents"].as_u64().expect("a number");
                let failures = event["failures"].as_array().expect("a list").len() as u64;
                assert!(told.insert(name, (documents, failures)).is_none(), "told twice: {line}");
            }
        }
        told
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
    let told = reader.join().expect("every line is as it should be");
    Ended { told, was_killed, telling: first.elapsed() }
}

/// Everything told is there, whole, in the version that was told of, and nothing contradicts anything.
fn check(env: &TestEnv, told: &Told, everything: bool, context: &str) {
    let store = opened(env, ".docmill");
    if everything {
        let mut flaws = Vec::new();
        let census = store.verify(&mut |flaw| flaws.push(flaw.what));
        assert!(flaws.is_empty(), "{context}: {flaws:#?}");
        assert!(census.sources >= told.len() as u64, "{context}: {census:?}");
    }
    for (name, (documents, failures)) in told {
        let name = docmill::model::SourceName::new(name.as_str()).expect("a name");
        let source = store.source(&name).expect("it can be read");
        let source = source.unwrap_or_else(|| panic!("{context}: `{name}` was told and is lost"));
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
    let mut told = Told::new();
    let (mut done, mut results, mut longest) = (0, 0, Duration::ZERO);
    while done < kills {
        let context = format!("seed {seed}, kill {done}");
        // There is always something to do: new content of old files, and new files.
        for _ in 0..40 {
            *generations.entry(random.below(generations.len() as u64)).or_default() += 1;
        }
        let next = generations.len() as u64;
        generations.extend((next..(next + 5).min(MOST_FILES)).map(|number| (number, 0)));
        for (number, generation) in &generations {
            let (name, text) = file(*number, *generation);
            let is_there =
                std::fs::read(env.work().join(&name)).is_ok_and(|it| it == text.as_bytes());
            if !is_there {
                // What is stored of it is of the content before until it is told again.
                told.remove(&name);
                env.write(name, text);
            }
        }
        // How long a run takes is known from those that nobody killed in time.
        let delay = Duration::from_micros(random.below(longest.as_micros() as u64 * 11 / 10 + 1));
        let instant = match random.below(5) {
            _ if longest.is_zero() => Instant::Never,
            0 => Instant::AfterStart(delay),
            _ => Instant::AfterFirstResult(delay),
        };
        let ended = ingest(&env, instant);
        if !ended.was_killed {
            longest = longest.max(ended.telling);
        }
        results += ended.told.len();
        told.extend(ended.told);
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
    let last = env.run(["ingest", "in", "--output", "json"]).expect(exit::SOME_FAILED);
    assert_eq!(
        last.events().iter().filter(|it| it["event"] == "source").count(),
        generations.len()
    );
    let _ = env.run(["verify"]).expect(exit::SUCCESS).says("the store is whole");

    // One clean run over the same files comes to the same content, but for history and who did it when.
    let _ = env.run(["ingest", "in", "--store", "clean"]).expect(exit::SOME_FAILED);
    let (killed, clean) = (opened(&env, ".docmill"), opened(&env, "clean"));
    assert!(latest(&killed) == latest(&clean), "seed {seed}: the content is another");
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
