//! `process`: takes files through the pipeline and writes what comes out as files of results. There
//! is no store.

use docmill::ingest::{Files, Origin};
use docmill::pipeline::{Pipeline, Plan, Source};
use docmill::store::Store;
use docmill_results::ResultFolder;
use serde::Serialize;

use crate::args::{Common, Output, Process};
use crate::context;
use crate::exit::Exit;
use crate::files::{is_standard_input, listed};
use crate::report::{CommandError, Progress, count, note, show_plan, tell_nothing_due, write_json};
use crate::results::opened;
use crate::taking_in::{note_skipped, take_in};

/// Runs the command.
pub fn run(common: &Common, options: &Process) -> Result<Exit, CommandError> {
    if options.paths.iter().any(|path| is_standard_input(path)) {
        let message = "`process` takes no standard input: every share has to see the same sources";
        return Err(CommandError::new(Exit::Usage, message).hint("name files or folders"));
    }
    let run_options = options.options();
    let pipeline = context::pipeline_for(common, run_options.jobs, &options.media_types)?;
    let choice = options.choosing.choice()?;
    let listed = options.from_file.as_deref().map(listed).transpose()?.unwrap_or_default();
    let folder = opened(&options.to, options.shard)?;
    let files = Files::new([], &context::base(common)?).matching(options.paths.clone()).and(listed);
    let mut files = files.choosing(choice);
    if options.dry_run {
        return plan(common, options, &pipeline, &folder, &mut files);
    }
    // How many of them are in this share, and how many come out of containers, shows as they come.
    let is_whole = options.shard == docmill::pipeline::Share::WHOLE;
    let expected = (is_whole && Progress::wants_total(common)).then(|| files.count());
    let exit = take_in(common, &folder, &pipeline, &mut files, expected, run_options)?;
    note_skipped(common, files.skipped());
    Ok(exit)
}

/// What became of the sources of a share since their results were written.
#[derive(Debug, Default, Serialize)]
struct Offered {
    new: u64,
    changed: u64,
    same: u64,
    unreadable: u64,
}

/// Tells what a run would compute.
fn plan(
    common: &Common,
    options: &Process,
    pipeline: &Pipeline,
    folder: &ResultFolder,
    files: &mut Files,
) -> Result<Exit, CommandError> {
    let mut offered = Offered::default();
    while let Some(offer) = files.next() {
        if !options.shard.holds(&offer.name) {
            continue;
        }
        let before = folder.source(&offer.name)?;
        match Source::stream(offer, options.max_size.as_u64(), pipeline) {
            Err(_) => offered.unreadable += 1,
            Ok(source) => match before {
                None => offered.new += 1,
                Some(before) if before.info.digest == source.info().digest => offered.same += 1,
                Some(_) => offered.changed += 1,
            },
        }
    }
    if common.output == Output::Json {
        write_json(&mut std::io::stdout().lock(), &offered)?;
    }
    let Offered { new, changed, same, unreadable } = offered;
    let words =
        [(new, "new"), (changed, "changed"), (same, "as before"), (unreadable, "unreadable")]
            .into_iter()
            .filter(|(number, _)| *number > 0)
            .map(|(number, what)| format!("{} {what}", count(number, "source")));
    note(common, &words.collect::<Vec<_>>().join(", "));
    let plan = Plan::make(folder, pipeline)?;
    match plan.is_empty() {
        true => tell_nothing_due(common, &plan)?,
        false => show_plan(common, &plan, options.jobs.number())?,
    }
    Ok(Exit::Success)
}
