//! `taxonomy fit`: fits the numbers of a taxonomy table to labelled documents.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;

use docmill::abi::Declaration;
use docmill::capabilities::Table as Lookup;
use docmill::evaluation::fit::{
    Classifier, FitError, Fitted, Misleading, Sample, rewritten, unfitted,
};
use docmill::evaluation::{Case, Measures, check_labels, documents};
use docmill::manifest::{TableRef, read_file};
use docmill::model::Document;
use docmill::pipeline::{Pipeline, ReadOptions, Step};
use serde::Serialize;

use super::in_place::{self, TABLE};
use crate::args::{Common, Fit, Output};
use crate::context;
use crate::exit::Exit;

use crate::labelled;
use crate::replacement::Replacement;
use crate::report::{
    Column, CommandError, Paint, Table, Tone, count, escaped, measures_told, note, one_line, ratio,
    width,
};

/// How long a plugin may take for one document at least: a busy machine should not decide what is
/// fitted.
const DEADLINE: Duration = Duration::from_secs(60);
/// The largest table, in bytes.
const LARGEST_TABLE: u64 = 64 << 20;
/// What the keys of rows begin with that say what became of the labels of another taxonomy.
const MAPPING: &str = "@from ";

/// Runs the command.
pub fn run(common: &Common, options: &Fit) -> Result<Exit, CommandError> {
    let path = &options.table;
    let shown = path.display().to_string();
    let unusable = |error: &dyn std::error::Error| {
        CommandError::new(Exit::Rejected, format!("the taxonomy `{shown}` could not be read"))
            .because(error)
    };
    let bytes = read_file(path, LARGEST_TABLE).map_err(|error| unusable(&error))?;
    let text = String::from_utf8(bytes).map_err(|error| unusable(&error.utf8_error()))?;
    let whole = rows(&text).map_err(|error| unusable(&error))?;
    let own = rows(&unfitted(&text)).map_err(|error| unusable(&error))?;
    let before: BTreeMap<String, String> =
        whole.into_iter().filter(|(key, _)| !own.contains_key(key)).collect();

    let jobs = options.jobs.number();
    let table = TableRef::File(std::path::absolute(path)?);
    let mut in_force = in_place::read(common, &table, Some(DEADLINE))?;
    let catalog = context::catalog(common, jobs)?;
    let pipeline = in_force.assemble(common, &catalog)?;
    let step = in_place::classifier(&pipeline)?;

    let run = ReadOptions { jobs, ..ReadOptions::default() };
    let sets = sets(&options.labels, step, &own)?;
    let samples = samples(common, &pipeline, &sets, &run)?;
    let background = background(common, &pipeline, &options.background, &run)?;
    let classifier = Classifier { sandbox: catalog.sandbox(), step, table: TABLE, rows: own, jobs };
    let fitted = docmill::evaluation::fit::fit(&classifier, &samples, &background, &before)?;

    let mut stdout = std::io::BufWriter::new(std::io::stdout().lock());
    let report = Report::new(&fitted, &sets, &samples, background.len());
    match common.output {
        Output::Json => {
            serde_json::to_writer(&mut stdout, &report).map_err(std::io::Error::from)?;
            stdout.write_all(b"\n")?;
        }
        Output::Human => stdout.write_all(report.told(common).as_bytes())?,
    }
    stdout.flush()?;
    if !options.dry_run {
        let about = [format!(
            "From {} and {} of the background; docmill {}.",
            count(report.documents as u64, "labelled document"),
            count(background.len() as u64, "document"),
            env!("CARGO_PKG_VERSION"),
        )];
        // As a whole or not at all: the table may be the only copy of somebody's work.
        let mut replacement = Replacement::begin(path)?;
        replacement.write_all(rewritten(&text, &fitted.rows, &about).as_bytes())?;
        replacement.finish()?;
        note(common, &format!("`{}` has new numbers", escaped(&shown)));
    }
    Ok(Exit::Success)
}

impl From<FitError> for CommandError {
    fn from(error: FitError) -> CommandError {
        CommandError::of(Exit::Rejected, &error)
    }
}

fn rows(text: &str) -> Result<BTreeMap<String, String>, docmill::capabilities::TableError> {
    let table = Lookup::from_tsv(text)?;
    Ok(table.iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect())
}

/// A file of labels.
struct Set {
    path: PathBuf,
    /// How often it was named: so much more its documents count.
    times: usize,
    cases: Vec<Case>,
}

/// The cases of all files, with the labels that the table has; ids are unique in each file only.
fn sets(
    paths: &[PathBuf],
    step: &Step,
    rows: &BTreeMap<String, String>,
) -> Result<Vec<Set>, CommandError> {
    let Declaration::Labels(declared) = &step.declaration else { return Ok(Vec::new()) };
    let moves = moves(rows);
    let mut sets: Vec<Set> = Vec::new();
    for path in paths {
        if let Some(set) = sets.iter_mut().find(|set| set.path == *path) {
            set.times += 1;
            continue;
        }
        let mut cases = labelled::read(path)?;
        cases.iter_mut().for_each(|case| rename(case, declared, &moves));
        check_labels(path, &cases, declared)?;
        sets.push(Set { path: path.clone(), times: 1, cases });
    }
    Ok(sets)
}

/// What became of the labels of other taxonomies: the label first, then those of its products that
/// have gone a way of their own.
fn moves(rows: &BTreeMap<String, String>) -> BTreeMap<&str, Vec<&str>> {
    let mut moves: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let pairs = rows.iter().filter(|(key, _)| key.starts_with(MAPPING));
    for pair in pairs.flat_map(|(_, value)| value.split_whitespace()) {
        let Some((from, target)) = pair.split_once('>') else { continue };
        match from.split_once('/') {
            Some((label, _)) => moves.entry(label).or_default().push(target),
            None => moves.entry(from).or_default().insert(0, target),
        }
    }
    moves
}

/// Gives a case that was labelled by the taxonomy before this one the labels of this one. Where a
/// product of its label has gone a way of its own, only a reader could tell which it is, so either
/// will do.
fn rename(case: &mut Case, declared: &BTreeSet<String>, moves: &BTreeMap<&str, Vec<&str>>) {
    let old = |label: &str| moves.get(label).filter(|_| !declared.contains(label));
    let renamed = |label: &String| old(label).map_or(label.clone(), |it| it[0].to_owned());
    let others: BTreeSet<String> =
        (case.labels().chain(case.acceptable.iter().map(String::as_str)))
            .filter_map(old)
            .flat_map(|targets| targets.iter().skip(1).map(|it| (*it).to_owned()))
            .collect();
    case.main = case.main.as_ref().map(renamed);
    case.secondary = case.secondary.iter().map(renamed).collect();
    if let Some(main) = &case.main {
        case.secondary.remove(main);
    }
    let acceptable: BTreeSet<String> = case.acceptable.iter().map(renamed).chain(others).collect();
    let given: BTreeSet<&str> = case.labels().collect();
    case.acceptable = acceptable.into_iter().filter(|it| !given.contains(it.as_str())).collect();
}

fn samples<'a>(
    common: &Common,
    pipeline: &Pipeline,
    sets: &'a [Set],
    run: &ReadOptions,
) -> Result<Vec<Sample<'a>>, CommandError> {
    let mut samples = Vec::new();
    for (index, set) in sets.iter().enumerate() {
        for (case, found) in set.cases.iter().zip(documents(pipeline, &set.cases, run)?) {
            match found {
                Ok(document) => {
                    let weight = set.times as f64;
                    samples.push(Sample { case, document, weight, set: index });
                }
                Err(causes) => left_out(common, case, &causes),
            }
        }
    }
    Ok(samples)
}

fn background(
    common: &Common,
    pipeline: &Pipeline,
    paths: &[PathBuf],
    run: &ReadOptions,
) -> Result<Vec<Document>, CommandError> {
    let mut all = Vec::new();
    for path in paths {
        let cases = labelled::read(path)?;
        for (case, found) in cases.iter().zip(documents(pipeline, &cases, run)?) {
            match found {
                Ok(document) => all.push(document),
                Err(causes) => left_out(common, case, &causes),
            }
        }
    }
    Ok(all)
}

fn left_out(common: &Common, case: &Case, causes: &[String]) {
    let why = escaped(&causes.join(": "));
    note(common, &format!("left out: `{}`: {why}", escaped(&case.id)));
}

/// What is told of a fit.
#[derive(Serialize)]
struct Report<'a> {
    /// How many documents were fitted to.
    documents: usize,
    background: usize,
    /// With the numbers that the table had, if any.
    before: Measures,
    /// Cross-validated.
    after: Measures,
    /// What was kept aside, if anything was.
    held_out: Option<Measures>,
    /// The same of each file, where there are several.
    files: Vec<OfFile>,
    misleading: &'a [Misleading],
}

/// What is told of one file of labels.
#[derive(Serialize)]
struct OfFile {
    file: String,
    before: Measures,
    after: Measures,
}

impl<'a> Report<'a> {
    fn new(
        fitted: &'a Fitted,
        sets: &[Set],
        samples: &[Sample<'_>],
        background: usize,
    ) -> Report<'a> {
        let used = |it: &Sample<'_>| !it.case.held_out;
        let of_file = |(index, set): (usize, &Set)| {
            let of = |before| {
                let wanted = |it: &Sample<'_>| used(it) && it.set == index;
                fitted.measures(samples, before, wanted).without_cases()
            };
            let file = set.path.display().to_string();
            OfFile { file, before: of(true), after: of(false) }
        };
        let kept_aside = samples.iter().any(|it| it.case.held_out);
        Report {
            documents: samples.iter().filter(|it| used(it)).count(),
            background,
            before: fitted.measures(samples, true, used),
            after: fitted.measures(samples, false, used),
            held_out: kept_aside.then(|| fitted.measures(samples, false, |it| it.case.held_out)),
            files: match sets {
                [_] => Vec::new(),
                several => several.iter().enumerate().map(of_file).collect(),
            },
            misleading: &fitted.misleading,
        }
    }

    fn told(&self, common: &Common) -> String {
        let mut parts = vec![
            format!("As the table was:\n\n{}", measures_told(common, &self.before.without_cases())),
            format!("Cross-validated:\n\n{}", measures_told(common, &self.after)),
        ];
        if let Some(held_out) = &self.held_out {
            parts.push(format!("Held out:\n\n{}", measures_told(common, held_out)));
        }
        if !self.files.is_empty() {
            parts.push(self.of_files().render(width(), Paint::for_stdout(common)));
        }
        let mut table = Table::new([
            Column::new("MISLEADING TERM").tone(Tone::Key),
            Column::new("LABEL"),
            Column::number("WRONG"),
            Column::number("RIGHT"),
            Column::number("BACKGROUND"),
            Column::number("TRUST"),
        ]);
        for it in self.misleading {
            let [wrong, right, background] =
                [it.wrong, it.right, it.background].map(|it| it.to_string());
            let trust = format!("{:.2}", it.trust);
            let [term, label] = [&it.term, &it.label].map(|it| one_line(it, 64));
            table.row([term, label, wrong, right, background, trust]);
        }
        if !self.misleading.is_empty() {
            parts.push(table.render(width(), Paint::for_stdout(common)));
        }
        parts.join("\n")
    }

    /// Cross-validated, with what it was before in parentheses.
    fn of_files(&self) -> Table<7> {
        let mut table = Table::new([
            Column::new("FILE").tone(Tone::Key),
            Column::number("NUMBER"),
            Column::number("PRECISION"),
            Column::number("RECALL"),
            Column::number("MAIN RIGHT"),
            Column::number("NONE KEPT"),
            Column::number("CALIBRATION ERROR"),
        ]);
        for it in &self.files {
            let both = |of: fn(&Measures) -> Option<f64>| {
                format!("{} ({})", ratio(of(&it.after)), ratio(of(&it.before)))
            };
            table.row([
                one_line(&it.file, 64),
                it.after.overall.cases.to_string(),
                both(|it| it.overall.micro.precision),
                both(|it| it.overall.micro.recall),
                both(|it| it.overall.main_right.ratio()),
                both(|it| it.overall.none_kept.ratio()),
                both(|it| it.calibration_error),
            ]);
        }
        table
    }
}
