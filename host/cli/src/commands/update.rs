//! `update`: brings everything that is stored up to date with the pipeline.

use std::sync::Arc;

use docmill::pipeline::{Plan, Stored};

use super::ingest;
use super::plan;
use crate::args::Common;
use crate::context;
use crate::exit::Exit;
use crate::report::CommandError;

/// Runs the command.
pub fn run(common: &Common, jobs: Option<u16>) -> Result<Exit, CommandError> {
    let jobs = ingest::jobs(jobs);
    let pipeline = context::pipeline(common, jobs)?;
    let store = Arc::new(context::existing_store(common)?);
    let plan = Plan::stale(&*store, &pipeline)?;
    plan::note_unread(common, &plan);
    if plan.stale.is_empty() {
        plan::tell_nothing(common, &plan)?;
        return Ok(Exit::Success);
    }
    let expected = Some(plan.stale.len() as u64);
    let mut origin =
        Stored::of(Arc::clone(&store) as _, plan.stale).beside(&context::base(common)?);
    ingest::take_in(common, &*store, &pipeline, &mut origin, expected, jobs)
}
