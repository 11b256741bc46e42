//! Scores what is read from pages against what people say is right: `cargo xtask eval-pages DIR`.
//!
//! `DIR` is laid out like scrapinghub's article-extraction-benchmark: `ground-truth.json`, an
//! object with an entry for each page, and the pages as `html/ID.html`. An entry has any of these;
//! what it has is measured, what is `null` is stated to be absent: `articleBody` (the text), `with`
//! and `without` (passages that must and must not be there), `title`, `author`, `date`, `pageType`
//! (one row of the table each).
//!
//! Texts are compared as that benchmark does it: multisets of four words each; precision and recall
//! are means over pages, and F1 is made of the two means.

#![expect(clippy::print_stdout, reason = "a tool tells people what it found")]

use std::collections::{BTreeMap, HashMap};
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use extract_html::{Syntax, extract};
use serde_json::{Map, Value, json};

const USAGE: &str = "\
usage: cargo xtask eval-pages DIR [--worst N] [--save FILE] [--predictions FILE]

  --worst N           Name the N pages of each kind whose texts are worst
  --save FILE         Write what was read as JSON
  --predictions FILE  Score such a file, of another tool, instead of reading the pages
";

/// The number of words that are compared together.
const SHINGLE: usize = 4;

fn main() -> Result<(), Box<dyn Error>> {
    let options = Options::of(std::env::args().skip(1))?;
    let truth: Map<String, Value> =
        serde_json::from_slice(&fs::read(options.folder.join("ground-truth.json"))?)?;
    let predictions: Option<Map<String, Value>> = match &options.predictions {
        Some(file) => Some(serde_json::from_slice(&fs::read(file)?)?),
        None => None,
    };
    let mut scores: BTreeMap<String, Score> = BTreeMap::new();
    let mut saved = Map::new();
    for (id, right) in &truth {
        let (found, took) = match &predictions {
            Some(predictions) => (predictions.get(id).cloned().unwrap_or_default(), Duration::ZERO),
            None => read(&options.folder.join("html").join(format!("{id}.html")))?,
        };
        let kind = right["pageType"].as_str().unwrap_or("page");
        for row in [kind, "all"] {
            scores.entry(row.to_owned()).or_default().add(id, right, &found, took);
        }
        if options.save.is_some() {
            saved.insert(id.clone(), found);
        }
    }
    println!("{}", Score::HEADER);
    for (kind, score) in &mut scores {
        println!("{}", score.row(kind));
    }
    for (kind, score) in &mut scores {
        score.pages.sort_by(|one, other| one.0.total_cmp(&other.0));
        for (f1, id) in score.pages.iter().take(options.worst) {
            println!("{kind}\t{f1:.3}\t{id}");
        }
    }
    if let Some(file) = options.save {
        fs::write(file, serde_json::to_vec(&saved)?)?;
    }
    Ok(())
}

struct Options {
    folder: PathBuf,
    worst: usize,
    save: Option<PathBuf>,
    predictions: Option<PathBuf>,
}

impl Options {
    fn of(mut words: impl Iterator<Item = String>) -> Result<Options, Box<dyn Error>> {
        let folder = words.next().ok_or(USAGE)?.into();
        let mut options = Options { folder, worst: 0, save: None, predictions: None };
        while let Some(word) = words.next() {
            let value = words.next().ok_or(USAGE)?;
            match word.as_str() {
                "--worst" => options.worst = value.parse()?,
                "--save" => options.save = Some(value.into()),
                "--predictions" => options.predictions = Some(value.into()),
                _ => return Err(USAGE.into()),
            }
        }
        Ok(options)
    }
}

/// What is read from a page, and how long that takes: the fastest of three turns, as other programs
/// only ever slow it down.
fn read(file: &Path) -> Result<(Value, Duration), Box<dyn Error>> {
    let page = fs::read(file).map_err(|error| format!("{}: {error}", file.display()))?;
    let mut took = Duration::MAX;
    let mut extracted = None;
    for _ in 0..3 {
        let started = Instant::now();
        extracted = extract(&page, Syntax::Html).map_err(|error| error.to_string())?;
        took = took.min(started.elapsed());
    }
    let Some(extracted) = extracted else { return Ok((json!({}), took)) };
    let document = extracted.document;
    let first = |name: &str| document.attribute(name);
    let creators: Vec<&str> = (document.attributes.iter())
        .filter(|it| it.name == "creator")
        .map(|it| it.value.as_str())
        .collect();
    let found = json!({
        "articleBody": document.text,
        "title": first("title"),
        "author": creators.join(", "),
        "date": first("date"),
        "dateSource": first("date-source"),
        "pageType": first("page-type"),
        "language": document.language,
    });
    Ok((found, took))
}

/// Means over the pages of one kind.
#[derive(Default)]
struct Score {
    precision: Mean,
    recall: Mean,
    with: Mean,
    without: Mean,
    title: Mean,
    author: Mean,
    /// Of the pages with a date, those on which it is found.
    date: Mean,
    /// Of the pages without a date, those on which one is claimed.
    claimed: Mean,
    kind: Mean,
    took: Mean,
    /// F1 and name of each.
    pages: Vec<(f64, String)>,
}

impl Score {
    const HEADER: &str = "kind            pages     F1  prec.  recall   with  without  title  author   date  claimed   type  ms/page";

    fn add(&mut self, id: &str, right: &Value, found: &Value, took: Duration) {
        let text = found["articleBody"].as_str().unwrap_or_default();
        if let Some(body) = right["articleBody"].as_str() {
            let (precision, recall) = compare(body, text);
            self.precision.add(precision);
            self.recall.add(recall);
            let f1 = harmonic(precision.unwrap_or(0.0), recall.unwrap_or(0.0));
            self.pages.push((f1, id.to_owned()));
        }
        let text = one_line(text);
        let holds =
            |passage: &Value| text.contains(&one_line(passage.as_str().unwrap_or_default()));
        let share = |key: &str, wanted: bool| {
            let passages = right[key].as_array()?;
            let right = passages.iter().filter(|passage| holds(passage) == wanted).count();
            (!passages.is_empty()).then(|| right as f64 / passages.len() as f64)
        };
        self.with.add(share("with", true));
        self.without.add(share("without", false));
        let folded = |value: &Value| fold(value.as_str().unwrap_or_default());
        if right["title"].is_string() {
            self.title.add(Some(f64::from(folded(&right["title"]) == folded(&found["title"]))));
        }
        if let Some(author) = right["author"].as_str() {
            let found = names(found["author"].as_str().unwrap_or_default());
            let right = names(author);
            let both = right.iter().filter(|name| found.contains(name)).count() as f64;
            self.author.add(Some(2.0 * both / (right.len() + found.len()).max(1) as f64));
        }
        let day = |value: &Value| value.as_str().and_then(|it| it.get(..10)).map(str::to_owned);
        match (right.get("date"), day(&right["date"])) {
            (_, Some(date)) => {
                self.date.add(Some(f64::from(day(&found["date"]) == Some(date))));
            }
            (Some(Value::Null), None) => {
                self.claimed.add(Some(f64::from(found["date"].is_string())));
            }
            _ => {}
        }
        if right["pageType"].is_string() && found.get("pageType").is_some() {
            self.kind.add(Some(f64::from(right["pageType"] == found["pageType"])));
        }
        self.took.add(Some(took.as_secs_f64() * 1_000.0));
    }

    fn row(&self, kind: &str) -> String {
        let (precision, recall) = (self.precision.get(), self.recall.get());
        let f1 = harmonic(precision, recall);
        format!(
            "{kind:14} {:6} {f1:6.3} {precision:6.3} {recall:7.3} {:6.3} {:8.3} {:6.3} {:7.3} {:6.3} {:8.3} {:6.3} {:8.3}",
            self.took.count as usize,
            self.with.get(),
            self.without.get(),
            self.title.get(),
            self.author.get(),
            self.date.get(),
            self.claimed.get(),
            self.kind.get(),
            self.took.get(),
        )
    }
}

#[derive(Default)]
struct Mean {
    sum: f64,
    count: f64,
}

impl Mean {
    fn add(&mut self, value: Option<f64>) {
        if let Some(value) = value {
            self.sum += value;
            self.count += 1.0;
        }
    }

    fn get(&self) -> f64 {
        self.sum / self.count
    }
}

fn harmonic(precision: f64, recall: f64) -> f64 {
    if precision + recall > 0.0 { 2.0 * precision * recall / (precision + recall) } else { 0.0 }
}

/// Precision and recall of a text, each `None` where there is nothing it could be the share of.
fn compare(right: &str, found: &str) -> (Option<f64>, Option<f64>) {
    let (right, found) = (words(right), words(found));
    let (right, found) = (shingles(&right), shingles(&found));
    let both: usize =
        (right.iter()).map(|(shingle, count)| *count.min(found.get(shingle).unwrap_or(&0))).sum();
    let share = |of: &HashMap<&[String], usize>| {
        let all: usize = of.values().sum();
        (all > 0).then(|| both as f64 / all as f64)
    };
    (share(&found), share(&right))
}

fn shingles(words: &[String]) -> HashMap<&[String], usize> {
    let mut counts = HashMap::new();
    if !words.is_empty() && words.len() < SHINGLE {
        counts.insert(words, 1);
    }
    for shingle in words.windows(SHINGLE) {
        *counts.entry(shingle).or_default() += 1;
    }
    counts
}

/// As `\w+` finds them.
fn words(text: &str) -> Vec<String> {
    text.split(|it: char| !it.is_alphanumeric() && it != '_')
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

fn fold(text: &str) -> String {
    text.chars().filter(|it| it.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn names(authors: &str) -> Vec<String> {
    let authors = authors.replace(" and ", ",").replace(" & ", ",").replace(" und ", ",");
    let names = authors.split([',', ';', '|']).map(fold);
    names.filter(|name| !name.is_empty()).collect()
}
