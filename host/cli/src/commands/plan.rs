//! `plan`: tells what an update would do, and why.

use docmill::pipeline::Plan;

use crate::args::{Common, Jobs};
use crate::context;
use crate::exit::Exit;
use crate::report::{CommandError, note_unread, show_plan, tell_nothing_due};

/// Runs the command.
pub fn run(common: &Common, jobs: Jobs) -> Result<Exit, CommandError> {
    let pipeline = context::pipeline(common, 1)?;
    let store = context::existing_store(common)?;
    let plan = Plan::make(&store, &pipeline)?;
    note_unread(common, &plan);
    match plan.is_empty() {
        true => tell_nothing_due(common, &plan)?,
        false => show_plan(common, &plan, jobs.number())?,
    }
    Ok(Exit::Success)
}
