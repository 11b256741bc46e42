//! Whether containers stream: the time and memory of files far larger than what a run may hold, end
//! to end into a store on disk.
//!
//! `cargo xtask bench streams` makes a file of 1,000,000 texts in 2 GB of JSON Lines, takes it in,
//! kills that once on the way and goes on; and one of 10 GB, most of which is passed over.
//! `lines=N` and `large=SIZE` choose another scale, 0 leaves one out.
#![expect(clippy::print_stdout, reason = "a benchmark talks to the person who runs it")]

use std::error::Error;
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use docmill::model::ByteSize;
use docmill::store::{SledOptions, SledStore, Store};

type Outcome<T> = Result<T, Box<dyn Error>>;

/// The bytes of one line of the file of many: 1,000,000 of them are 2 GB.
const LINE: usize = 2_000;
/// The bytes of one line of the large file, of which its text is a small part.
const LARGE_LINE: usize = 1 << 20;
const JOBS: [&str; 2] = ["1", "2"];

fn main() -> Outcome<()> {
    let (mut lines, mut large) = (1_000_000_u64, ByteSize::gib(10));
    for word in std::env::args().skip(1).filter(|word| !word.starts_with("--")) {
        match word.split_once('=') {
            Some(("lines", count)) => lines = count.parse()?,
            Some(("large", size)) => large = size.parse()?,
            _ => return Err(format!("`{word}` is neither `lines=N` nor `large=SIZE`").into()),
        }
    }
    if lines > 0 {
        many(lines)?;
    }
    if large.as_u64() > 0 {
        one(large)?;
    }
    Ok(())
}

/// A container of many texts, killed once on the way.
fn many(lines: u64) -> Outcome<()> {
    let bench = Bench::new(lines, LINE)?;
    println!(
        "| {lines} texts in {} of JSON Lines | s | MiB at most |\n|---|---|---|",
        bench.size()?
    );
    let begun = bench.ingest("2", Some(lines / 3))?;
    println!("| until it was killed | {} |", begun.told());
    let rest = bench.ingest("2", None)?;
    println!("| from then to the end | {} |", rest.told());
    bench.check(lines)?;
    let again = bench.ingest("2", None)?;
    println!("| once more, with nothing new | {} |", again.told());
    println!("\nThe store has {}.\n", ByteSize(bytes_of(&bench.store())?));
    Ok(())
}

/// A container that is large, and of which little is text.
fn one(size: ByteSize) -> Outcome<()> {
    let lines = size.as_u64() / LARGE_LINE as u64;
    let bench = Bench::new(lines, LARGE_LINE)?;
    println!(
        "| {lines} texts in {} of JSON Lines | s | MiB at most |\n|---|---|---|",
        bench.size()?
    );
    for jobs in JOBS {
        if bench.store().exists() {
            std::fs::remove_dir_all(bench.store())?;
        }
        println!("| {jobs} jobs | {} |", bench.ingest(jobs, None)?.told());
        bench.check(lines)?;
    }
    Ok(())
}

/// A folder with a container in it.
struct Bench {
    folder: tempfile::TempDir,
}

impl Bench {
    /// A container of so many lines of so many bytes each.
    fn new(lines: u64, line: usize) -> Outcome<Bench> {
        let folder = tempfile::Builder::new().prefix("docmill-streams-").tempdir_in(scratch())?;
        let mut file = BufWriter::new(File::create(folder.path().join("texts.jsonl"))?);
        let short = line <= LINE;
        for number in 0..lines {
            let text = format!("Ceci est le texte numéro {number}, qui parle de la pluie. ");
            // A text that fills the line, or a list of numbers that nobody asks for.
            let (text, rest) = match short {
                true => (text.repeat(line / text.len()), String::new()),
                false => (text, format!("[{}0]", "0,".repeat(line / 2))),
            };
            let rest = if short { "0" } else { &rest };
            writeln!(file, "{{\"date\":\"2026-01-31\",\"rest\":{rest},\"text\":\"{text}\"}}")?;
        }
        file.flush()?;
        let guest = root().join("target/guests/examples/unpack-jsonlines.wasm");
        let pipeline = format!(
            "[[step]]\nplugin = {guest:?}\nlimits = {{ memory = \"64 MiB\" }}\n\n[[step]]\nplugin = \"extract-text\"\n"
        );
        std::fs::write(folder.path().join("pipeline.toml"), pipeline)?;
        Ok(Bench { folder })
    }

    fn store(&self) -> PathBuf {
        self.folder.path().join(".docmill")
    }

    fn size(&self) -> Outcome<String> {
        let size = std::fs::metadata(self.folder.path().join("texts.jsonl"))?.len();
        Ok(ByteSize(size).to_string())
    }

    /// Takes the container in, and kills that once it has told of so many texts.
    fn ingest(&self, jobs: &str, killed_after: Option<u64>) -> Outcome<Ran> {
        let begun = Instant::now();
        let mut child = Command::new(env!("CARGO_BIN_EXE_docmill"))
            .args(["ingest", "texts.jsonl", "--pipeline", "pipeline.toml", "--jobs", jobs])
            .args(["--output", "json"])
            .current_dir(self.folder.path())
            .stdout(Stdio::piped())
            .spawn()?;
        let told = Arc::new(AtomicU64::new(0));
        let (events, counted) = (child.stdout.take().ok_or("no output")?, Arc::clone(&told));
        std::thread::spawn(move || {
            for _ in BufReader::new(events).split(b'\n') {
                counted.fetch_add(1, Ordering::Relaxed);
            }
        });
        let mut peak = 0;
        let mut is_killed = false;
        let status = loop {
            peak = peak.max(resident(&child));
            if let Some(status) = child.try_wait()? {
                break status;
            }
            if let Some(lines) = killed_after
                && !is_killed
                && told.load(Ordering::Relaxed) > lines
            {
                child.kill()?;
                is_killed = true;
            }
            std::thread::sleep(Duration::from_millis(50));
        };
        match (killed_after.is_some(), is_killed, status.success()) {
            (true, true, false) | (false, false, true) => {}
            _ => return Err(format!("it ended with {status}, killed: {is_killed}").into()),
        }
        Ok(Ran { took: begun.elapsed(), peak })
    }

    /// Whether every text is there, once.
    fn check(&self, lines: u64) -> Outcome<()> {
        let store = SledStore::open(&self.store(), &SledOptions::default())?;
        let documents = store.documents().try_fold(0, |count, it| it.map(|_| count + 1))?;
        let failures = store.failures().count();
        match documents == lines && failures == 0 {
            true => Ok(()),
            false => Err(format!("{documents} of {lines} texts, {failures} failures").into()),
        }
    }
}

struct Ran {
    took: Duration,
    peak: u64,
}

impl Ran {
    fn told(&self) -> String {
        format!("{:.1} | {}", self.took.as_secs_f64(), self.peak)
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap_or(Path::new("."))
}

/// Where there is room for the files: beside what is built, as a folder for temporary files may be
/// memory.
fn scratch() -> PathBuf {
    root().join("target")
}

/// The most memory that a process has had, in MiB, as Linux tells it; 0 elsewhere.
fn resident(child: &Child) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id()));
    let status = status.unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok())
        .map_or(0, |kib| kib / 1024)
}

/// How many bytes the files of a folder have.
fn bytes_of(folder: &Path) -> Outcome<u64> {
    let mut bytes = 0;
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let metadata = entry.metadata()?;
        bytes += if metadata.is_dir() { bytes_of(&entry.path())? } else { metadata.len() };
    }
    Ok(bytes)
}
