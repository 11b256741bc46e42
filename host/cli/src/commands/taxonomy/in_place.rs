//! The pipeline in force, with a table in the place of the one that its classifier has.

use std::path::Path;
use std::time::Duration;

use docmill::abi::Declaration;
use docmill::manifest::{Placed, StepRequest, TableRef};
use docmill::pipeline::{Pipeline, Step};

use crate::args::Common;
use crate::exit::Exit;
use crate::in_force::InForce;
use crate::report::CommandError;

/// The name under which classifiers open a taxonomy.
pub const TABLE: &str = "taxonomy";

/// Reads the pipeline in force and gives this table to its classifier, the only one that stays. A
/// step may take as long as `deadline` if it may not take longer: a busy machine should not decide
/// what is fitted.
pub fn read(
    common: &Common,
    table: &TableRef,
    deadline: Option<Duration>,
) -> Result<InForce, CommandError> {
    let mut in_force = InForce::read(common)?;
    let steps = &mut in_force.manifest.steps;
    let chosen = chosen(steps, table)?;
    let mut number = 0..;
    steps.retain(|step| {
        let is_chosen = number.next() == Some(chosen);
        is_chosen || !step.tables.contains_key(TABLE)
    });
    for step in steps {
        if let Some(given) = step.tables.get_mut(TABLE) {
            *given = Placed { value: table.clone(), place: given.place.clone() };
        }
        step.limits.deadline = step.limits.deadline.max(deadline.unwrap_or_default());
    }
    Ok(in_force)
}

/// The only step with a taxonomy or, of several, the one that has this one.
fn chosen(steps: &[StepRequest], table: &TableRef) -> Result<usize, CommandError> {
    let with_table: Vec<(usize, &TableRef)> = (steps.iter().enumerate())
        .filter_map(|(index, step)| Some((index, &step.tables.get(TABLE)?.value)))
        .collect();
    let mut same = with_table.iter().filter(|(_, given)| is_same(given, table));
    match (&with_table[..], same.next(), same.next()) {
        ([(only, _)], ..) | (_, Some((only, _)), None) => Ok(*only),
        ([], ..) => {
            let message = format!("the pipeline has no classifier with a table `{TABLE}`");
            Err(CommandError::new(Exit::Usage, message).hint(
                "add a step such as `classify-lexicon`, or name another pipeline with `--pipeline FILE`",
            ))
        }
        (several, ..) => {
            let message = format!(
                "the pipeline has {} classifiers with a table `{TABLE}`, and this is not that of one of them",
                several.len()
            );
            let hint = "name a pipeline with one of them, with `--pipeline FILE`";
            Err(CommandError::new(Exit::Usage, message).hint(hint))
        }
    }
}

fn is_same(one: &TableRef, other: &TableRef) -> bool {
    let whole = |path: &Path| std::fs::canonicalize(path).ok();
    match (one, other) {
        (TableRef::File(one), TableRef::File(other)) => {
            one == other || whole(one).is_some_and(|one| whole(other) == Some(one))
        }
        _ => one == other,
    }
}

/// The classifier that has the table.
pub fn classifier(pipeline: &Pipeline) -> Result<&Step, CommandError> {
    let has_table = |step: &&Step| {
        matches!(step.declaration, Declaration::Labels(_)) && step.tables().contains_key(TABLE)
    };
    pipeline.steps().iter().find(has_table).ok_or_else(|| {
        let message = format!("what has the table `{TABLE}` in the pipeline is no classifier");
        CommandError::new(Exit::Usage, message)
    })
}
