//! `eval`: measures a classifier against documents whose labels are known.

use std::io::Write;
use std::path::Path;

use docmill::abi::Declaration;
use docmill::evaluation::{
    Agreement, Answer, Case, CasesError, Instead, Judged, Measures, Mistake, Share, Summary,
    check_labels, evaluate, measure, parse_cases,
};
use docmill::model::Role;
use docmill::pipeline::{Pipeline, ReadOptions, Step};
use serde::Serialize;

use super::ingest::jobs;
use crate::args::{Common, Eval, Output, Part};
use crate::context;
use crate::exit::Exit;
use crate::report::{
    Column, CommandError, Paint, Table, Tone, confidence, escaped, note, one_line, width,
};

/// The largest file of labels, in bytes.
const LARGEST_FILE: u64 = 64 << 20;

/// Runs the command.
pub fn run(common: &Common, options: &Eval) -> Result<Exit, CommandError> {
    let path = &options.labels;
    let mut cases = read(path)?;
    cases.retain(|case| match options.part {
        Part::All => true,
        Part::Development => !case.held_out,
        Part::HeldOut => case.held_out,
    });
    let jobs = jobs(options.jobs);
    let pipeline = context::pipeline(common, jobs)?;
    let step = classifier(&pipeline, options.step.as_deref())?;
    if let Declaration::Labels(declared) = &step.declaration {
        check_labels(path, &cases, declared)?;
    }
    let read_options = ReadOptions { jobs, ..ReadOptions::default() };
    let answers = evaluate(&pipeline, &step.name, &cases, &read_options)?;

    let judged: Vec<Judged<'_>> = (cases.iter().zip(&answers))
        .filter_map(|(case, answer)| Some(Judged { case, given: answer.as_ref().ok()? }))
        .collect();
    let failed: Vec<Failed<'_>> = (cases.iter().zip(&answers)).filter_map(Failed::of).collect();
    let measures = measure(&judged);
    let mut stdout = std::io::BufWriter::new(std::io::stdout().lock());
    match common.output {
        Output::Json => {
            let report = Report { step: step.name.as_str(), measures: &measures, failed: &failed };
            serde_json::to_writer(&mut stdout, &report).map_err(std::io::Error::from)?;
            stdout.write_all(b"\n")?;
        }
        Output::Human => stdout.write_all(told(common, &measures).as_bytes())?,
    }
    stdout.flush()?;
    for Failed { id, causes } in &failed {
        note(common, &format!("failed: `{}`: {}", escaped(id), escaped(&causes.join(": "))));
    }
    Ok(if failed.is_empty() { Exit::Success } else { Exit::SomeFailed })
}

impl From<CasesError> for CommandError {
    fn from(error: CasesError) -> CommandError {
        let (place, hint) = (Some(error.place.clone()), crate::report::hint_of(&error));
        CommandError { place, hint, ..CommandError::of(Exit::Rejected, &error) }
    }
}

/// The cases of a file of labels.
pub fn read(path: &Path) -> Result<Vec<Case>, CommandError> {
    let unreadable = |error: &dyn std::error::Error| {
        let message = format!("the labels `{}` could not be read", path.display());
        CommandError::new(Exit::Rejected, message).because(error)
    };
    let bytes = context::read_bounded(path, LARGEST_FILE).map_err(|error| unreadable(&error))?;
    let text = String::from_utf8(bytes).map_err(|error| unreadable(&error.utf8_error()))?;
    Ok(parse_cases(path, &text)?)
}

/// The step that is measured.
fn classifier<'a>(pipeline: &'a Pipeline, asked: Option<&str>) -> Result<&'a Step, CommandError> {
    let classifiers: Vec<&Step> =
        pipeline.steps().iter().filter(|step| step.plugin.role == Role::Classifier).collect();
    let names =
        classifiers.iter().map(|step| format!("`{}`", step.name)).collect::<Vec<_>>().join(", ");
    let error = |message: String, hint: String| CommandError::new(Exit::Usage, message).hint(hint);
    match (asked, &classifiers[..]) {
        (_, []) => Err(error(
            "the pipeline has no classifier".to_owned(),
            "add a step with one, or name another pipeline with `--pipeline FILE`".to_owned(),
        )),
        (None, [only]) => Ok(only),
        (None, _) => Err(error(
            format!("the pipeline has {} classifiers", classifiers.len()),
            format!("choose one with `--step`: {names}"),
        )),
        (Some(asked), _) => {
            let found = classifiers.into_iter().find(|step| step.name.as_str() == asked);
            found.ok_or_else(|| {
                let message = format!("the pipeline has no classifier `{asked}`");
                error(message, format!("it has {names}"))
            })
        }
    }
}

#[derive(Serialize)]
struct Report<'a> {
    step: &'a str,
    #[serde(flatten)]
    measures: &'a Measures,
    failed: &'a [Failed<'a>],
}

#[derive(Serialize)]
struct Failed<'a> {
    id: &'a str,
    causes: &'a [String],
}

impl<'a> Failed<'a> {
    fn of((case, answer): (&'a Case, &'a Answer)) -> Option<Failed<'a>> {
        answer.as_ref().err().map(|causes| Failed { id: &case.id, causes })
    }
}

/// The tables of all measures.
pub fn told(common: &Common, measures: &Measures) -> String {
    let paint = Paint::for_stdout(common);
    let mut parts = vec![
        summaries(measures).render(width(), paint),
        labels(measures).render(width(), paint),
        calibration(measures).render(width(), paint),
    ];
    let confusions = confusions(measures);
    if !confusions.is_empty() {
        parts.push(confusions.render(width(), paint));
    }
    let mistakes = mistakes(measures);
    if !mistakes.is_empty() {
        parts.push(mistakes.render(width(), paint));
    }
    parts.join("\n")
}

fn summaries(measures: &Measures) -> Table<10> {
    let mut table = Table::new([
        Column::new("CASES").tone(Tone::Key),
        Column::number("NUMBER"),
        Column::number("PRECISION"),
        Column::number("RECALL"),
        Column::number("MICRO F1"),
        Column::number("MACRO F1"),
        Column::number("MAIN RIGHT"),
        Column::number("VERDICT RIGHT"),
        Column::number("NONE KEPT"),
        Column::number("LANGUAGE RIGHT"),
    ]);
    let mut row = |name: &str, it: &Summary| {
        table.row([
            one_line(name, 64),
            it.cases.to_string(),
            ratio(it.micro.precision),
            ratio(it.micro.recall),
            ratio(it.micro.f1),
            ratio(it.macro_f1),
            share(it.main_right),
            share(it.verdict_right),
            share(it.none_kept),
            share(it.language_right),
        ]);
    };
    row("all", &measures.overall);
    measures.parts.iter().for_each(|(part, summary)| row(part, summary));
    measures.languages.iter().for_each(|(language, summary)| row(language, summary));
    table
}

fn labels(measures: &Measures) -> Table<7> {
    let mut table = Table::new([
        Column::new("LABEL").tone(Tone::Key),
        Column::number("EXPECTED"),
        Column::number("GIVEN"),
        Column::number("RIGHT"),
        Column::number("PRECISION"),
        Column::number("RECALL"),
        Column::number("F1"),
    ]);
    for (label, agreement) in &measures.labels {
        let Agreement { expected, given, right, precision, recall, f1, .. } = agreement;
        let [expected, given, right] = [expected, given, right].map(ToString::to_string);
        let [precision, recall, f1] = [precision, recall, f1].map(|it| ratio(*it));
        table.row([one_line(label, 64), expected, given, right, precision, recall, f1]);
    }
    table
}

fn calibration(measures: &Measures) -> Table<4> {
    let mut table = Table::new([
        Column::new("CONFIDENCE").tone(Tone::Key),
        Column::number("MEAN"),
        Column::number("LABELS RIGHT"),
        Column::number("ERROR"),
    ]);
    for step in &measures.calibration {
        let range = format!("{:.1} to {:.1}", step.from, step.from + 0.1);
        let error = step.labels.ratio().map(|right| (step.confidence - right).abs());
        table.row([range, format!("{:.2}", step.confidence), share(step.labels), ratio(error)]);
    }
    if measures.calibration_error.is_some() {
        let error = ratio(measures.calibration_error);
        table.row(["expected".to_owned(), String::new(), String::new(), error]);
    }
    table
}

fn confusions(measures: &Measures) -> Table<3> {
    let mut table = Table::new([
        Column::new("EXPECTED MAIN").tone(Tone::Key),
        Column::new("GIVEN MAIN"),
        Column::number("CASES"),
    ]);
    for it in measures.confusion.iter().filter(|it| it.expected != it.given) {
        table.row([one_line(&it.expected, 64), one_line(&it.given, 64), it.cases.to_string()]);
    }
    table
}

fn mistakes(measures: &Measures) -> Table<2> {
    let mut table = Table::new([Column::new("CASE").tone(Tone::Key), Column::new("WHAT IS WRONG")]);
    for Mistake { id, main, language, missing, surplus } in &measures.mistakes {
        let mut wrong = Vec::new();
        for (what, instead) in [("main", main), ("language", language)] {
            let name = |it: &Option<String>| it.clone().unwrap_or_else(|| "none".to_owned());
            if let Some(Instead { expected, given }) = instead {
                wrong.push(format!("{what} {} for {}", name(given), name(expected)));
            }
        }
        wrong.extend(missing.iter().map(|label| format!("without {label}")));
        wrong.extend(surplus.iter().map(|(label, it)| format!("with {label} {}", confidence(*it))));
        table.row([one_line(id, 64), one_line(&wrong.join(", "), usize::MAX)]);
    }
    table
}

fn ratio(value: Option<f64>) -> String {
    value.map_or_else(|| "-".to_owned(), |value| format!("{value:.3}"))
}

fn share(share: Share) -> String {
    match share.ratio() {
        Some(ratio) => format!("{}/{} {:.1} %", share.right, share.of, ratio * 100.0),
        None => "-".to_owned(),
    }
}
