//! Scores what is read from files against the texts that people say are right:
//! `cargo xtask eval-formats DIR`.
//!
//! A file is read natively, by the plugin as an ordinary function; in the sandbox, by the binary
//! `docmill`; and by other programs that are installed. See [`USAGE`] for how `DIR` is laid out and
//! [`score`] for what the figures are.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a tool tells people what it found")]

mod native;
mod programs;
mod score;
mod table;

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use score::Score;
use table::Row;

const USAGE: &str = "\
usage: cargo xtask eval-formats DIR [OPTIONS]

DIR is looked through with all folders in it. Beside each file lies the text that should be read from it, in UTF-8, with `.txt` after
its whole name: the text of `a/report.pdf` is `a/report.pdf.txt`. A file without one counts as read or not, and nothing else. Files of
the same extension are one row.

options:
  --docmill FILE      the binary that reads in the sandbox [default: target/release/docmill, target/debug/docmill]
  --docmill none      read natively and by other programs only
  --programs NAMES    which other programs, with commas [default: those that are installed: pdftotext, pymupdf, pandoc]
  --worst N           name the N files of each format that are read worst, with words that are missing and too many
  --texts FOLDER      write what was read: FILE.native, FILE.docmill, FILE.PROGRAM

columns:
  files, read         how many, and of how many some word was read
  F1, order           means over the files with an expected text: words as a bag, and shingles of three words in order
  ms                  per file; of docmill the call of the plugin, of a program all of its process
  of native           how fast the sandbox is: native time divided by its time
";

/// What one reader made of a file.
#[derive(Debug, Clone, Default)]
pub struct Reading {
    /// The text, if any was read.
    pub text: Option<String>,
    /// How long that took.
    pub took: Option<Duration>,
    /// Why there is none.
    pub reason: String,
}

fn main() -> Result<(), Box<dyn Error>> {
    let options = Options::of(std::env::args().skip(1))?;
    let files = files(&options.folder)?;
    let mut rows: BTreeMap<(String, String), Row> = BTreeMap::new();
    let sandboxed = match options.docmill() {
        Some(docmill) => programs::docmill(&docmill, &options.folder, &files)?,
        None => BTreeMap::new(),
    };
    let programs = programs::installed(&options.programs);
    for file in &files {
        let format = file.extension().unwrap_or_default().to_string_lossy().to_lowercase();
        let expected = fs::read_to_string(expected_of(file)).ok();
        let mut readings = vec![("native".to_owned(), native::read(file)?)];
        if let Some(reading) = sandboxed.get(file) {
            readings.push(("docmill".to_owned(), reading.clone()));
        }
        for program in &programs {
            if let Some(reading) = program.read(file) {
                readings.push((program.name.to_owned(), reading));
            }
        }
        for (reader, reading) in readings {
            if let (Some(folder), Some(text)) = (&options.texts, &reading.text) {
                save(folder, &options.folder, file, &reader, text)?;
            }
            let score = expected.as_deref().map(|expected| Score::of(expected, &reading));
            rows.entry((format.clone(), reader)).or_default().add(file, &reading, score);
        }
    }
    print!("{}", table::print(&rows, options.worst));
    Ok(())
}

/// Where the expected text of a file is.
fn expected_of(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".txt");
    name.into()
}

/// All files of a folder but expected texts, in order. Links are not followed.
fn files(folder: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let (mut found, mut left) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(folder) = left.pop() {
        let entries = fs::read_dir(&folder).map_err(|it| format!("{}: {it}", folder.display()))?;
        for entry in entries {
            let entry = entry?;
            let kind = entry.file_type()?;
            if kind.is_dir() {
                left.push(entry.path());
            } else if kind.is_file() {
                found.push(entry.path());
            }
        }
    }
    let is_expected = |it: &PathBuf| {
        it.extension().is_some_and(|it| it == "txt") && it.with_extension("").is_file()
    };
    found.retain(|it| !is_expected(it));
    found.sort();
    Ok(found)
}

fn save(to: &Path, from: &Path, file: &Path, reader: &str, text: &str) -> std::io::Result<()> {
    let name = file.strip_prefix(from).unwrap_or(file);
    let mut path = to.join(name).into_os_string();
    path.push(format!(".{reader}"));
    let path = PathBuf::from(path);
    path.parent().map_or(Ok(()), fs::create_dir_all)?;
    fs::write(path, text)
}

struct Options {
    folder: PathBuf,
    docmill: Option<PathBuf>,
    programs: Option<Vec<String>>,
    worst: usize,
    texts: Option<PathBuf>,
}

impl Options {
    fn of(mut words: impl Iterator<Item = String>) -> Result<Options, Box<dyn Error>> {
        let folder = words.next().filter(|it| !it.starts_with('-')).ok_or(USAGE)?.into();
        let mut options = Options { folder, docmill: None, programs: None, worst: 0, texts: None };
        while let Some(word) = words.next() {
            let value = words.next().ok_or(USAGE)?;
            match word.as_str() {
                "--docmill" => options.docmill = Some(value.into()),
                "--programs" => {
                    options.programs = Some(value.split(',').map(str::to_owned).collect());
                }
                "--worst" => options.worst = value.parse()?,
                "--texts" => options.texts = Some(value.into()),
                _ => return Err(USAGE.into()),
            }
        }
        Ok(options)
    }

    /// The binary to ask.
    fn docmill(&self) -> Option<PathBuf> {
        match &self.docmill {
            Some(path) if path.as_os_str() == "none" => None,
            Some(path) => Some(path.clone()),
            None => {
                let built = ["target/release/docmill", "target/debug/docmill"].map(PathBuf::from);
                let found = built.into_iter().find(|it| it.is_file());
                if found.is_none() {
                    eprintln!("no binary `docmill` was built: nothing is read in the sandbox");
                }
                found
            }
        }
    }
}
