//! `report`: what is stored, in numbers and examples, as one page.

use std::time::SystemTime;

use crate::args::{Common, Report};
use crate::context;
use crate::exit::Exit;
use crate::replacement::write_whole;
use crate::report::{CommandError, note};

/// Runs the command.
pub fn run(common: &Common, options: &Report) -> Result<Exit, CommandError> {
    let store = context::store_to_read(common)?;
    let page = docmill_serve::report(&store, &options.title, SystemTime::now())?;
    write_whole(&options.to, page.as_bytes())?;
    note(common, &format!("wrote `{}`", options.to.display()));
    Ok(Exit::Success)
}
