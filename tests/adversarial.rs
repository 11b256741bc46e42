//! Runs every hostile plugin over a document, and holds the host to the verdict: nothing else
//! suffers, nothing stays behind.
//!
//! One case per file in `tests/adversarial/examples` and per component of
//! `adversarial/handmade.rs`, which no compiler would make. After each, a well-behaved plugin has
//! to succeed in the same process; at the end the process must not have grown. What was seen is
//! printed as a table, and written to `target/adversaries.md`.

#![expect(clippy::print_stdout, reason = "what was measured is printed")]

use std::fmt::Write;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use docmill::model::{ByteSize, FailureClass};
use docmill::pipeline::{RunError, RunOptions};
use docmill::store::MemoryStore;
use docmill_tests::{HANDMADE, Ingested, Lab, contents, guest, root, shipped, sources, target};
use libtest_mimic::{Arguments, Failed, Trial};

/// In French, so that translators get to see it, with an empty line, and with characters of several
/// bytes.
const DOCUMENT: &str = "Le Premier ministre a présidé une réunion sur le développement des technologies numériques.\n\n\
    Les responsables des ministères et des entreprises ont présenté les résultats de l’année, et ce qui reste à faire.\n";

/// What every hostile plugin is given: little, so that the cases are quick.
const LIMITS: &str =
    "limits = { deadline = \"300ms\", memory = \"16 MiB\", output = \"1 MiB\", log = \"4 KiB\" }";

/// The deadline among them.
const DEADLINE: Duration = Duration::from_millis(300);

/// What was seen of each hostile plugin, in the order in which they ran.
static SEEN: Mutex<Vec<Seen>> = Mutex::new(Vec::new());

/// What was seen of a hostile plugin.
struct Seen {
    name: String,
    verdict: String,
    /// From the first byte of the document to the last record of the run.
    took: Duration,
    /// What the process had afterwards, in bytes.
    memory: u64,
}

/// A hostile plugin, and what has to become of it.
#[derive(Clone)]
struct Case {
    name: String,
    file: PathBuf,
    verdict: String,
    because: Option<String>,
    value: Option<String>,
    table: Option<String>,
}

fn main() {
    let mut arguments = Arguments::from_args();
    // One after the other: a case checks that the process is well after it, and the last one how
    // much memory it has.
    arguments.test_threads = Some(1);
    let cases: Vec<Case> = written().into_iter().chain(handmade()).collect();
    let mut trials: Vec<Trial> = cases
        .iter()
        .cloned()
        .map(|case| Trial::test(format!("{} is {}", case.name, case.verdict), move || judge(&case)))
        .collect();
    trials.push(Trial::test("no hostile plugin makes the process grow", move || rounds(&cases)));
    let conclusion = libtest_mimic::run(&arguments, trials);
    let seen = SEEN.lock().unwrap_or_else(PoisonError::into_inner);
    if !seen.is_empty() {
        let table = table(&seen);
        println!("{table}");
        std::fs::write(target().join("adversaries.md"), table).expect("the table can be written");
    }
    conclusion.exit();
}

/// What was seen, as a table in Markdown.
fn table(seen: &[Seen]) -> String {
    let mut table = String::from(
        "| Adversary | Verdict | Time to stop | Over its deadline | Memory after |\n|---|---|---:|---:|---:|\n",
    );
    let over = |it: &Seen| {
        (it.verdict == "deadline").then(|| it.took.saturating_sub(DEADLINE).as_secs_f64() * 1e3)
    };
    // Writing to a string does not fail.
    for it in seen {
        let over = over(it).map(|over| format!("{over:.1} ms")).unwrap_or_default();
        let _ = writeln!(
            table,
            "| {} | {} | {:.1} ms | {over} | {:.1} MiB |",
            it.name,
            it.verdict,
            it.took.as_secs_f64() * 1e3,
            it.memory as f64 / 1_048_576.0
        );
    }
    let worst = seen.iter().filter_map(over).fold(0.0, f64::max);
    let _ = writeln!(table, "\n{} adversaries; at most {worst:.1} ms over a deadline", seen.len());
    table
}

/// The cases of `tests/adversarial/examples`, with the verdicts of their headers.
fn written() -> Vec<Case> {
    let folder = root().join("tests/adversarial/examples");
    let mut files: Vec<_> = std::fs::read_dir(&folder)
        .expect("the adversaries are there")
        .map(|entry| entry.expect("a folder can be read").path())
        .collect();
    files.sort();
    let case = |path: PathBuf| {
        let name = path.file_stem().expect("a file has a name").to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&path).expect("an adversary can be read");
        let line = |key: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(&format!("//! {key}: ")));
            line.map(str::to_owned)
        };
        Case {
            // Looked for only when it is run, so that one missing guest does not hide all other
            // cases.
            file: PathBuf::new(),
            verdict: line("verdict").unwrap_or_else(|| panic!("{name} has no verdict")),
            because: line("because"),
            value: line("value"),
            table: line("tables"),
            name,
        }
    };
    files.into_iter().map(case).collect()
}

/// The cases that the build script makes.
fn handmade() -> Vec<Case> {
    let case = |(name, verdict, because, file): &(&str, &str, &str, &str)| Case {
        name: (*name).to_owned(),
        file: PathBuf::from(file),
        verdict: (*verdict).to_owned(),
        because: Some((*because).to_owned()).filter(|because| !because.is_empty()),
        value: None,
        table: None,
    };
    HANDMADE.iter().map(case).collect()
}

impl Case {
    fn file(&self) -> PathBuf {
        match self.file.as_os_str().is_empty() {
            true => guest(&format!("adversarial/{}", self.name)),
            false => self.file.clone(),
        }
    }

    /// The hostile plugin with a reader of text before it, which an extractor keeps from its turn
    /// by coming first.
    fn pipeline(&self) -> String {
        let tables = self
            .table
            .as_ref()
            .map(|name| format!("tables = {{ {name} = \"tests/adversarial/words.tsv\" }}\n"));
        format!(
            "[[step]]\nplugin = {:?}\nname = \"hostile\"\n{LIMITS}\n{}\n[[step]]\nplugin = {:?}\n",
            self.file(),
            tables.unwrap_or_default(),
            shipped("extract-text")
        )
    }

    /// Runs the plugin; what became of it in one word, and what an operator would read.
    fn run(&self) -> (String, String, Option<Ingested>) {
        let mut begun = Instant::now();
        let (verdict, told, ingested) = self.run_from(&mut begun);
        let seen = Seen {
            name: self.name.clone(),
            verdict: verdict.clone(),
            took: begun.elapsed(),
            memory: resident(),
        };
        SEEN.lock().unwrap_or_else(PoisonError::into_inner).push(seen);
        (verdict, told, ingested)
    }

    /// The same; sets `begun` to the moment in which the plugin was given its document, if it came
    /// to that.
    fn run_from(&self, begun: &mut Instant) -> (String, String, Option<Ingested>) {
        let pipeline = match Lab::get().try_pipeline(&self.pipeline()) {
            Ok(pipeline) => pipeline,
            Err(told) => return ("rejected".to_owned(), told, None),
        };
        let options =
            RunOptions { jobs: 2, largest_container: ByteSize::mib(4), ..RunOptions::default() };
        let store = MemoryStore::new();
        let offered = sources([("a/document.txt", DOCUMENT)]);
        *begun = Instant::now();
        match Lab::get().ingest_into(&store, &pipeline, offered, &options) {
            Ok((run, told)) => {
                let ingested = Ingested { store, run, told };
                let failures = ingested.failures();
                // That nothing reads some member of a container is no failure of the container.
                let worst = failures
                    .iter()
                    .find(|failure| failure.class != FailureClass::Unsupported)
                    .or(failures.first());
                let verdict = worst.map_or("fine", |failure| failure.class.as_str()).to_owned();
                let causes = worst.map(|failure| failure.causes.join(": ")).unwrap_or_default();
                (verdict, causes, Some(ingested))
            }
            Err(error @ RunError::Misconfigured { .. }) => {
                ("ends-the-run".to_owned(), error.to_string(), None)
            }
            Err(error) => ("broke-the-store".to_owned(), format!("{error:?}"), None),
        }
    }
}

fn judge(case: &Case) -> Result<(), Failed> {
    let (verdict, told, ingested) = case.run();
    if verdict != case.verdict {
        return Err(format!("it is {verdict}: {told}").into());
    }
    if let Some(because) = case.because.as_ref().filter(|because| !told.contains(*because)) {
        return Err(format!("`{because}` is not in: {told}").into());
    }
    if let (Some(value), Some(ingested)) = (&case.value, &ingested) {
        // An extractor finds a text, an analyzer a value.
        let texts = ingested.documents().into_iter().map(|it| it.extracted.document.text);
        let mut found = ingested.values("hostile").into_iter().chain(texts);
        if !found.any(|found| found.trim_end() == value.trim_end()) {
            return Err(format!("it found {:?}", ingested.values("hostile")).into());
        }
    }
    // Whatever it did, it does the same again.
    if let (Some(first), (_, _, Some(second))) = (&ingested, case.run_from(&mut Instant::now())) {
        let (first, second) = (contents(&first.store), contents(&second.store));
        if first != second {
            return Err(format!("two runs differ:\n{first}\n---\n{second}").into());
        }
    }
    well_behaved()
}

/// A plugin that means no harm has to succeed as if nothing had happened.
fn well_behaved() -> Result<(), Failed> {
    let pipeline = Lab::get().pipeline(&format!(
        "[[step]]\nplugin = {:?}\n\n[[step]]\nplugin = {:?}\n",
        shipped("extract-text"),
        guest("adversarial/well-behaved")
    ));
    let ingested = Lab::get().ingest(&pipeline, sources([("document.txt", DOCUMENT)]), 1);
    let lengths: Vec<String> = (ingested.documents().iter())
        .map(|document| document.extracted.document.text.len().to_string())
        .collect();
    match ingested.failures().as_slice() {
        [] if lengths.len() == 1 && ingested.values("well-behaved") == lengths => Ok(()),
        failures => Err(format!("a well-behaved plugin fails afterwards: {failures:#?}").into()),
    }
}

/// All quick adversaries, round after round: the process may not have 5 % more memory after a
/// thousand attacks than before.
fn rounds(cases: &[Case]) -> Result<(), Failed> {
    const ATTACKS: usize = 1_000;
    /// Every slot of the pool keeps up to 1 MiB of each of its memories, and every slot has to have
    /// been used for that.
    const WARM_UP: usize = 6;
    let slow = ["rejected", "deadline", "ends-the-run"];
    let lab = Lab::get();
    let quick: Vec<_> = (cases.iter())
        .filter(|case| !slow.contains(&case.verdict.as_str()))
        .map(|case| lab.pipeline(&case.pipeline()))
        .collect();
    let options =
        RunOptions { jobs: 2, largest_container: ByteSize::mib(1), ..RunOptions::default() };
    let attack = |pipeline| {
        let offered = sources([("document.txt", DOCUMENT)]);
        lab.ingest_into(&MemoryStore::new(), pipeline, offered, &options)
            .map(drop)
            .map_err(|error| error.to_string())
    };
    let mut memory = vec![resident()];
    for _ in 0..=WARM_UP {
        quick.iter().cycle().take(ATTACKS).try_for_each(attack)?;
        memory.push(resident());
    }
    println!("memory after every {ATTACKS} attacks, in bytes: {memory:?}");
    let [.., before, after] = memory[..] else { unreachable!("it was measured more than twice") };
    if after > before + before / 20 {
        return Err(format!("from {before} to {after} bytes in {ATTACKS} attacks").into());
    }
    well_behaved()
}

/// How much memory this process has, in bytes; nothing where the system does not tell.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<u64>().ok());
    kilobytes.unwrap_or_default() * 1024
}
