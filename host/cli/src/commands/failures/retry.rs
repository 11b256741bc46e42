//! `failures retry`: runs the pipeline once more on what failed, from the originals in the store.

use std::collections::BTreeSet;
use std::io::Write;
use std::sync::Arc;

use docmill::model::{Failure, FailureClass};
use docmill::pipeline::{Pipeline, RunOptions, Stored};
use docmill::store::Store;

use crate::args::{Common, Output, Retry};
use crate::component;
use crate::context;
use crate::exit::Exit;
use crate::in_force::InForce;
use crate::lookup;
use crate::report::{
    Column, CommandError, Paint, Table, Tone, count, cut_end, cut_start, note, one_line, short,
    width, write_json,
};
use crate::taking_in::take_in;

/// Runs the command.
pub fn run(common: &Common, options: &Retry) -> Result<Exit, CommandError> {
    let jobs = options.jobs.number();
    let pipeline = pipeline(common, options, jobs)?;
    let store = Arc::new(context::existing_store(common)?);
    let meant = meant(&*store, options)?;
    if meant.is_empty() {
        note(common, "nothing to try again");
        return Ok(Exit::Success);
    }
    let mut tried = Vec::new();
    let mut left_out = Vec::new();
    for failure in meant {
        match why_not(&*store, &failure)? {
            None => tried.push(failure),
            Some(reason) => left_out.push((failure, reason)),
        }
    }
    let names: BTreeSet<_> = tried.iter().map(|failure| failure.source.clone()).collect();
    let exit = if names.is_empty() {
        Exit::Success
    } else {
        let expected = Some(names.len() as u64);
        let mut origin = Stored::of(Arc::clone(&store) as _, names).beside(&context::base(common)?);
        {
            let options = RunOptions { jobs, ..RunOptions::default() };
            take_in(common, &*store, &pipeline, &mut origin, expected, options)?
        }
    };
    let mut outcomes = Vec::new();
    for failure in tried {
        let now = store.failures_of(&failure.source)?.into_iter().find(|now| now.id == failure.id);
        outcomes.push((failure, now.map_or(Now::Gone, |now| Now::Again(now.class))));
    }
    outcomes.extend(left_out.into_iter().map(|(failure, reason)| (failure, Now::LeftOut(reason))));
    show(common, &outcomes)?;
    let all_gone = outcomes.iter().all(|(_, outcome)| matches!(outcome, Now::Gone));
    Ok(if exit == Exit::Success && !all_gone { Exit::SomeFailed } else { exit })
}

/// What became of a failure.
enum Now {
    Gone,
    Again(FailureClass),
    LeftOut(&'static str),
}

/// The failures that are to be tried again, by source and id.
fn meant(store: &dyn Store, options: &Retry) -> Result<Vec<Failure>, CommandError> {
    let mut meant = Vec::new();
    if options.failures.is_empty() {
        for failure in store.failures() {
            let failure = failure?;
            // Nothing failed where there is nothing to read.
            if failure.class != FailureClass::Empty || options.class == Some(FailureClass::Empty) {
                meant.push(failure);
            }
        }
    } else {
        for id in &options.failures {
            meant.push(lookup::failure(store, id)?);
        }
        meant.sort_by(|one, other| (&one.source, one.id).cmp(&(&other.source, other.id)));
        meant.dedup_by(|one, other| one.id == other.id);
    }
    meant.retain(|failure| super::fits(failure, options.class, options.step.as_deref()));
    Ok(meant)
}

/// Why a failure cannot be tried again from what the store has.
fn why_not(store: &dyn Store, failure: &Failure) -> Result<Option<&'static str>, CommandError> {
    let Some(original) = failure.original else {
        return Ok(Some("its content was never read: ingest it again"));
    };
    let current = store.source(&failure.source)?;
    if current.as_ref().is_some_and(|source| source.retired) {
        return Ok(Some("its source is gone and was retired: ingest it again if it is back"));
    }
    if current.as_ref().is_none_or(|source| source.info.digest != original) {
        return Ok(Some("its source has other content by now"));
    }
    // A large container is read where it was.
    let is_kept =
        current.is_some_and(|source| !source.is_copied) || store.has_original(&original)?;
    Ok((!is_kept).then_some("its content is not in the store: ingest it again"))
}

/// The pipeline in force, with the changes that were asked for.
fn pipeline(common: &Common, options: &Retry, jobs: usize) -> Result<Pipeline, CommandError> {
    let mut in_force = InForce::read(common)?;
    let catalog = context::catalog(common, jobs)?;
    if let Some(limits) = &options.limits {
        for step in &mut in_force.manifest.steps {
            step.limits = limits.apply_to(step.limits);
        }
    }
    let pipeline = in_force.assemble(common, &catalog)?;
    match &options.plugin {
        None => Ok(pipeline),
        Some(file) => {
            let (plugin, is_in_place) =
                component::put_in_place(&mut in_force, &pipeline, &catalog, file)?;
            if !is_in_place {
                let name = &plugin.description.name;
                let message = format!("no step of the pipeline runs a plugin called `{name}`");
                let hint = "`docmill plugin list` shows the steps and their plugins";
                return Err(CommandError::new(Exit::Rejected, message).hint(hint));
            }
            in_force.assemble_again(&catalog)
        }
    }
}

fn show(common: &Common, outcomes: &[(Failure, Now)]) -> Result<(), CommandError> {
    let mut stdout = std::io::stdout().lock();
    let mut table = Table::new([
        Column::new("ID").tone(Tone::Key),
        Column::new("WAS").tone(Tone::Bad),
        Column::new("STEP"),
        Column::new("SOURCE").cut_by(cut_start),
        Column::new("NOW").cut_by(cut_end),
    ]);
    let (mut gone, mut again, mut left_out) = (0, 0, 0);
    for (failure, outcome) in outcomes {
        let step = failure.step.as_ref().map(ToString::to_string);
        let (now, class) = match outcome {
            Now::Gone => {
                gone += 1;
                ("gone".to_owned(), None)
            }
            Now::Again(class) => {
                again += 1;
                (format!("failed again: {class}"), Some(class.as_str()))
            }
            Now::LeftOut(reason) => {
                left_out += 1;
                (format!("not tried: {reason}"), None)
            }
        };
        if common.output == Output::Json {
            let outcome = match outcome {
                Now::Gone => "gone",
                Now::Again(_) => "again",
                Now::LeftOut(_) => "left-out",
            };
            let line = serde_json::json!({
                "event": "retry", "id": failure.id.to_string(), "source": failure.source.as_str(),
                "step": step, "was": failure.class.as_str(), "outcome": outcome, "class": class,
            });
            write_json(&mut stdout, &line)?;
        }
        table.row([
            short(&failure.id),
            failure.class.to_string(),
            step.map_or("-".to_owned(), |step| one_line(&step, 64)),
            one_line(failure.source.as_str(), usize::MAX),
            now,
        ]);
    }
    if common.output == Output::Human {
        stdout.write_all(table.render(width(), Paint::for_stdout(common)).as_bytes())?;
    }
    let mut parts = vec![format!("{} gone", count(gone, "failure"))];
    parts.extend((again > 0).then(|| format!("{again} failed again")));
    parts.extend((left_out > 0).then(|| format!("{left_out} not tried")));
    note(common, &parts.join(", "));
    Ok(())
}
