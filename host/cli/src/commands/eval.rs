//! `eval`: measures a classifier against documents whose labels are known.

use std::io::Write;

use docmill::abi::Declaration;
use docmill::evaluation::{Answer, Case, Judged, Measures, check_labels, evaluate, measure};
use docmill::model::Role;
use docmill::pipeline::{Pipeline, ReadOptions, Step};
use serde::Serialize;

use crate::args::{Common, Eval, Output, Part};
use crate::context;
use crate::exit::Exit;
use crate::labelled;
use crate::report::{CommandError, escaped, measures_told, note};

/// Runs the command.
pub fn run(common: &Common, options: &Eval) -> Result<Exit, CommandError> {
    let path = &options.labels;
    let mut cases = labelled::read(path)?;
    cases.retain(|case| match options.part {
        Part::All => true,
        Part::Development => !case.held_out,
        Part::HeldOut => case.held_out,
    });
    let jobs = options.jobs.number();
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
        Output::Human => stdout.write_all(measures_told(common, &measures).as_bytes())?,
    }
    stdout.flush()?;
    for Failed { id, causes } in &failed {
        note(common, &format!("failed: `{}`: {}", escaped(id), escaped(&causes.join(": "))));
    }
    Ok(if failed.is_empty() { Exit::Success } else { Exit::SomeFailed })
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
