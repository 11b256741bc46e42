//! `ingest`: takes new or changed documents in and runs the pipeline on them.

use docmill::ingest::Files;
use docmill::pipeline::{RunOptions, Strategy};

use crate::args::{Common, Ingest};
use crate::context;
use crate::exit::Exit;
use crate::files::listed;
use crate::report::{CommandError, Progress};
use crate::taking_in::{note_not_whole, note_skipped, take_in};

/// Runs the command.
pub fn run(common: &Common, options: &Ingest) -> Result<Exit, CommandError> {
    // Everything that can be wrong with the pipeline is found before the store is touched.
    let pipeline =
        context::pipeline_for(common, options.taking.jobs.number(), &options.taking.media_types)?;
    let choice = options.taking.choosing.choice()?;
    let mut paths = options.paths.clone();
    if let Some(list) = &options.from_file {
        paths.extend(listed(list)?);
    }
    let store = context::open_store(common)?;
    let mut files = Files::new(paths, &context::base(common)?).choosing(choice);
    let expected = Progress::wants_total(common).then(|| files.count());
    let budget = options.budget.get();
    let options = RunOptions { budget, ..options.taking.options() };
    let strategy = options.strategy;
    let exit = take_in(common, &store, &pipeline, &mut files, expected, options)?;
    note_skipped(common, files.skipped());
    if strategy == Strategy::Mirror {
        note_not_whole(common, &files);
    }
    Ok(exit)
}
