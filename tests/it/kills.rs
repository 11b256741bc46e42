//! A process that is killed at random instants, over and over on the same store, on a disk with
//! room and on one that fills: nothing that was told is lost, nothing is done twice.
//!
//! `DOCMILL_KILLS=500` kills that often instead of 40 times, and 10 on a disk that fills;
//! `DOCMILL_SEED` repeats a run of before. All of both is
//! `DOCMILL_KILLS=500 cargo test -p docmill-tests --test it kills -- --nocapture`, where `TMPDIR`
//! says on which disk.
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
    Some(value.parse().unwrap_or_else(|_| panic!("`{name}` is not a number: {value}")))
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

/// The files that are taken in: the content of each by its number, and which of them are not there.
struct Files {
    generations: BTreeMap<u64, u64>,
    absent: BTreeSet<u64>,
}

impl Files {
    fn new() -> Files {
        Files { generations: (0..100).map(|number| (number, 0)).collect(), absent: BTreeSet::new() }
    }

    /// There is always something to do: new content of old files, and new files.
    fn change(&mut self, random: &mut Random) {
        let Files { generations, absent } = self;
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
    }

    /// Writes what is not there yet, and takes it off what was told: what is stored of it is of the
    /// content before until it is told again.
    fn write(&self, env: &TestEnv, told: &mut Told) {
        for (number, generation) in &self.generations {
            let (name, text) = file(*number, *generation);
            if self.absent.contains(number) {
                told.remove(&name);
                // It may be gone already, or never have been there.
                let _ = std::fs::remove_file(env.work().join(name));
                continue;
            }
            let is_there =
                std::fs::read(env.work().join(&name)).is_ok_and(|it| it == text.as_bytes());
            if !is_there {
                told.remove(&name);
                env.write(name, text);
            }
        }
    }
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
    /// Whether it ended because the disk was full.
    is_full: bool,
    /// How long it went on after it had told the first result.
    telling: Duration,
}

/// Starts an ingest that mirrors the folder, and kills it at this instant, unless it ends before.
fn ingest(env: &TestEnv, store: &str, instant: Instant) -> Ended {
    let arguments = ["ingest", "in", "--strategy", "mirror", "--store", store, "--output", "json"];
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
    let is_full = output.stderr.contains("make room");
    assert!(is_full || !output.stderr.contains("error"), "{}", output.stderr);
    let (told, retired) = reader.join().expect("every line is as it should be");
    Ended { told, retired, was_killed, is_full, telling: first.elapsed() }
}

/// Everything told is there, whole, in the version that was told of, and nothing contradicts
/// anything.
fn check(env: &TestEnv, store: &str, told: &Told, everything: bool, context: &str) {
    let store = opened(env, store);
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
    let mut files = Files::new();
    let mut told = Told::new();
    let (mut done, mut results, mut usual) = (0, 0, Duration::ZERO);
    while done < kills {
        let context = format!("seed {seed}, kill {done}");
        files.change(&mut random);
        files.write(&env, &mut told);
        // How long a run takes is known from the last ones that nobody killed in time; a machine is
        // not always as slow as it was once.
        let delay = Duration::from_micros(random.below(usual.as_micros() as u64 * 11 / 10 + 1));
        let instant = match random.below(5) {
            _ if usual.is_zero() => Instant::Never,
            0 => Instant::AfterStart(delay),
            _ => Instant::AfterFirstResult(delay),
        };
        let ended = ingest(&env, ".docmill", instant);
        assert!(!ended.is_full, "{context}: the disk is full");
        if !ended.was_killed {
            usual = if usual.is_zero() { ended.telling } else { (usual + ended.telling) / 2 };
        }
        results += ended.told.len();
        told.extend(ended.told);
        check_retired(&env, &ended.retired, &files.absent, ended.was_killed, &context);
        done += u64::from(ended.was_killed);
        check(&env, ".docmill", &told, done % 10 == 0, &context);
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
        files.generations.len() - files.absent.len()
    );
    let _ = env.run(["verify"]).expect(exit::SUCCESS).says("the store is whole");

    // One clean run over the same files ends with the same content, apart from history and who did
    // it when.
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

/// A file system in memory, as large as it is told to be.
#[cfg(target_os = "linux")]
struct Disk(std::path::PathBuf);

#[cfg(target_os = "linux")]
impl Disk {
    /// `None` where this process may not mount.
    fn new(folder: &std::path::Path) -> Option<Disk> {
        std::fs::create_dir(folder).expect("it can be made");
        let disk = Disk(folder.to_owned());
        disk.mount("size=1g").then_some(disk)
    }

    fn mount(&self, options: &str) -> bool {
        let mut mount = std::process::Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", options, "docmill-test"]);
        mount.arg(&self.0).output().is_ok_and(|it| it.status.success())
    }

    fn empty(&self) {
        for entry in std::fs::read_dir(&self.0).expect("it is a folder") {
            let path = entry.expect("it can be read").path();
            let removed = match path.is_dir() {
                true => std::fs::remove_dir_all(path),
                false => std::fs::remove_file(path),
            };
            removed.expect("it can be removed");
        }
    }

    /// Leaves room for so many bytes more than there are.
    fn leave(&self, room: u64) {
        let all = rustix::fs::statvfs(&self.0).expect("it is mounted");
        let size = (all.f_blocks - all.f_bfree) * all.f_frsize + room;
        assert!(self.mount(&format!("remount,size={size}")));
    }
}

#[cfg(target_os = "linux")]
impl Drop for Disk {
    fn drop(&mut self) {
        let _ = std::process::Command::new("umount").arg("-l").arg(&self.0).output();
    }
}

/// The disk fills at another place in every run, and some of the runs are killed besides. There is
/// room again before the next one.
#[cfg(target_os = "linux")]
#[test]
#[expect(clippy::print_stdout, clippy::print_stderr, reason = "what was done has to be seen")]
fn kills_on_a_disk_that_fills_lose_nothing_and_the_store_opens_again() {
    /// A store of more versions than this is begun anew, as the disk is memory.
    const MOST_KILLS: u64 = 50;
    const STORE: &str = "store";
    let kills = from_environment("DOCMILL_KILLS").unwrap_or(10);
    let seed = from_environment("DOCMILL_SEED").unwrap_or(20_261_201);
    let mut random = Random(seed.max(1));
    let env = TestEnv::with_misbehaving_pipeline();
    let Some(disk) = Disk::new(&env.work().join(STORE)) else {
        eprintln!("SKIPPED: this process may not mount a file system");
        return;
    };
    let (mut files, mut told) = (Files::new(), Told::new());
    let (mut done, mut full, mut results, mut usual) = (0, 0, 0, Duration::ZERO);
    while done < kills || full == 0 {
        let context = format!("seed {seed}, kill {done}, full {full}");
        files.change(&mut random);
        files.write(&env, &mut told);
        // From nothing at all to what a whole run needs.
        disk.leave(random.below(3 << 20));
        let delay = Duration::from_micros(random.below(usual.as_micros() as u64 * 11 / 10 + 1));
        let instant = match random.below(4) {
            _ if usual.is_zero() => Instant::Never,
            0 => Instant::Never,
            1 => Instant::AfterStart(delay),
            _ => Instant::AfterFirstResult(delay),
        };
        let ended = ingest(&env, STORE, instant);
        if !ended.was_killed {
            usual = if usual.is_zero() { ended.telling } else { (usual + ended.telling) / 2 };
        }
        results += ended.told.len();
        told.extend(ended.told);
        full += u64::from(ended.is_full);
        done += u64::from(ended.was_killed);
        // Whoever tries while it is full must not make it worse.
        let again = ingest(&env, STORE, Instant::Never);
        results += again.told.len();
        full += u64::from(again.is_full);
        told.extend(again.told);
        disk.leave(256 << 20);
        check(&env, STORE, &told, done % 10 == 0, &context);
        if done % MOST_KILLS == 0 && ended.was_killed {
            disk.empty();
            told.clear();
        }
    }
    println!("seed {seed}: {done} kills, {full} times no room, {results} results told in all runs");
}
