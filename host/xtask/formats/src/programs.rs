//! Reads files with programs: docmill itself, and what else is installed.

use std::collections::BTreeMap;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::Reading;

/// A program that prints the text of a file.
pub struct Program {
    pub name: &'static str,
    extensions: &'static [&'static str],
    command: &'static [&'static str],
    /// What it is asked to see whether it is there.
    probe: &'static [&'static str],
}

/// PyMuPDF is a library of Python.
const PYMUPDF: &str = "\
import sys, fitz
print('\\n'.join(page.get_text() for page in fitz.open(sys.argv[1])))
";

const PROGRAMS: &[Program] = &[
    Program {
        name: "pdftotext",
        extensions: &["pdf"],
        command: &["pdftotext", "-enc", "UTF-8", "FILE", "-"],
        probe: &["pdftotext", "-v"],
    },
    Program {
        name: "pymupdf",
        extensions: &["pdf"],
        command: &["python3", "-c", PYMUPDF, "FILE"],
        probe: &["python3", "-c", "import fitz"],
    },
    Program {
        name: "pandoc",
        extensions: &[
            "epub", "fb2", "md", "rst", "org", "tex", "ipynb", "docx", "odt", "rtf", "dbk",
            "docbook", "jats", "nxml",
        ],
        command: &["pandoc", "--to=plain", "--wrap=none", "FILE"],
        probe: &["pandoc", "--version"],
    },
];

/// Those that are wanted and there.
pub fn installed(wanted: &Option<Vec<String>>) -> Vec<&'static Program> {
    let is_wanted = |name: &str| wanted.as_ref().is_none_or(|it| it.iter().any(|it| it == name));
    let is_there = |it: &&Program| output(it.probe, Path::new("")).is_some();
    PROGRAMS.iter().filter(|it| is_wanted(it.name)).filter(is_there).collect()
}

impl Program {
    /// What it makes of a file, if it claims to read such files.
    pub fn read(&self, file: &Path) -> Option<Reading> {
        let extension = file.extension()?.to_string_lossy().to_lowercase();
        if !self.extensions.contains(&extension.as_str()) {
            return None;
        }
        let started = Instant::now();
        let text = output(self.command, file).filter(|it| !it.trim().is_empty());
        let took = Some(started.elapsed());
        Some(Reading { text, took, reason: "it printed nothing".to_owned() })
    }
}

/// What a command prints, if it succeeds.
fn output(command: &[&str], file: &Path) -> Option<String> {
    let (program, arguments) = command.split_first()?;
    let mut command = Command::new(program);
    for argument in arguments {
        match *argument {
            "FILE" => command.arg(file),
            argument => command.arg(argument),
        };
    }
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

/// What docmill makes of all files, in one run without a store. What came out of a container counts
/// as read from it.
pub fn docmill(
    binary: &Path,
    folder: &Path,
    files: &[PathBuf],
) -> Result<BTreeMap<PathBuf, Reading>, Box<dyn Error>> {
    let binary = binary.canonicalize().map_err(|it| format!("{}: {it}", binary.display()))?;
    let output = Command::new(&binary)
        .args(["read", "--format", "jsonl", "."])
        .current_dir(folder)
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()?;
    let mut readings: BTreeMap<PathBuf, Reading> = BTreeMap::new();
    for line in output.stdout.split(|it| *it == b'\n').filter(|it| !it.is_empty()) {
        let document: Value = serde_json::from_slice(line)?;
        let name = document["source"]["name"].as_str().unwrap_or_default();
        let file = name.split("!/").next().unwrap_or(name);
        let text = document["text"].as_str().unwrap_or_default();
        let micros: u64 = (document["provenance"].as_array().into_iter().flatten())
            .filter(|it| it["step"].is_null())
            .filter_map(|it| it["duration_us"].as_u64())
            .sum();
        let reading = readings.entry(folder.join(file)).or_default();
        reading.text.get_or_insert_default().push_str(text);
        reading.text.get_or_insert_default().push('\n');
        *reading.took.get_or_insert_default() += Duration::from_micros(micros);
    }
    for file in files {
        let reading = readings.entry(file.clone()).or_default();
        reading.text.take_if(|it| it.trim().is_empty());
        reading.reason = "no document came out of it".to_owned();
    }
    Ok(readings)
}
