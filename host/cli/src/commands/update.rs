//! `update`: brings everything that is stored up to date with the pipeline.

use std::sync::Arc;

use docmill::pipeline::{Plan, RunOptions, Stored};

use crate::args::{Common, Jobs, RunBudget};
use crate::context;
use crate::exit::Exit;
use crate::report::{CommandError, note_unread, tell_nothing_due};
use crate::taking_in::take_in;

/// Runs the command.
pub fn run(common: &Common, jobs: Jobs, budget: RunBudget) -> Result<Exit, CommandError> {
    let jobs = jobs.number();
    let pipeline = context::pipeline(common, jobs)?;
    let store = Arc::new(context::existing_store(common)?);
    let plan = Plan::stale(&*store, &pipeline)?;
    note_unread(common, &plan);
    if plan.stale.is_empty() {
        tell_nothing_due(common, &plan)?;
        return Ok(Exit::Success);
    }
    let expected = Some(plan.stale.len() as u64);
    let mut origin =
        Stored::of(Arc::clone(&store) as _, plan.stale).beside(&context::base(common)?);
    let options = RunOptions { jobs, budget: budget.get(), ..RunOptions::default() };
    take_in(common, &*store, &pipeline, &mut origin, expected, options)
}
