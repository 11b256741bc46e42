//! A run of the pipeline over what an origin offers, shown while it happens, until it ends or is
//! interrupted.

use std::sync::Arc;

use docmill::ingest::{Files, Origin, Skipped};
use docmill::pipeline::{Pipeline, RunOptions};
use docmill::store::Store;

use crate::args::Common;
use crate::exit::Exit;
use crate::report::{CommandError, Progress, grouped, note, one_line};
use crate::signals::{Stop, warn_of_interrupt};

/// Takes in what an origin offers, and ends early at Ctrl-C. `expected` is the number of sources,
/// if it is known.
pub fn take_in(
    common: &Common,
    store: &dyn Store,
    pipeline: &Pipeline,
    origin: &mut dyn Origin,
    expected: Option<u64>,
    options: RunOptions,
) -> Result<Exit, CommandError> {
    let stop = Stop::on_signal(false, warn_of_interrupt);
    take_in_until(&stop, common, store, pipeline, origin, expected, options)
}

/// The same, where the run is one of several.
pub fn take_in_until(
    stop: &Stop,
    common: &Common,
    store: &dyn Store,
    pipeline: &Pipeline,
    origin: &mut dyn Origin,
    expected: Option<u64>,
    options: RunOptions,
) -> Result<Exit, CommandError> {
    let progress = Progress::new(common, expected);
    let options = RunOptions { stop: Arc::clone(&stop.requested), ..options };
    let run = docmill::pipeline::run(store, pipeline, origin, &options, &progress)?;
    progress.written()?;
    Ok(if stop.was_interrupted() {
        Exit::Interrupted
    } else if run.tally.failures > 0 {
        Exit::SomeFailed
    } else {
        Exit::Success
    })
}

/// Tells what in folders was not taken.
pub fn note_skipped(common: &Common, skipped: Skipped) {
    let Skipped { hidden, leftovers, excluded } = skipped;
    let parts = [
        (hidden, "hidden"),
        (leftovers, "left behind by an editor or a browser"),
        (excluded, "as asked"),
    ];
    let parts = parts.into_iter().filter(|(number, _)| *number > 0);
    let parts: Vec<_> = parts.map(|(number, why)| format!("{} {why}", grouped(number))).collect();
    if !parts.is_empty() {
        note(common, &format!("not taken out of folders: {}", parts.join(", ")));
    }
}

/// Tells what was not mirrored.
pub fn note_not_whole(common: &Common, files: &Files) {
    for folder in files.not_whole() {
        let folder = one_line(&folder.display().to_string(), 200);
        let why = "it is empty or could not be read as a whole";
        note(common, &format!("nothing of `{folder}` was retired, as {why}"));
    }
}
