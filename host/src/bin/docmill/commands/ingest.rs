//! `ingest`: takes new or changed documents in and runs the pipeline on them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use docmill::ingest::{Files, Origin};
use docmill::pipeline::{Pipeline, RunOptions};
use docmill::store::Store;

use crate::args::{Common, Ingest};
use crate::context;
use crate::exit::Exit;
use crate::report::{CommandError, Progress};

/// Runs the command.
pub fn run(common: &Common, options: &Ingest) -> Result<Exit, CommandError> {
    let jobs = jobs(options.jobs);
    // Everything that can be wrong with the pipeline is found before the store is touched.
    let pipeline = context::pipeline(common, jobs)?;
    let store = context::open_store(common)?;
    let store_folder = std::path::absolute(context::store_folder(common))?;
    let mut files =
        Files::new(options.paths.iter().cloned(), store_folder.parent().unwrap_or(&store_folder));
    let expected = Progress::wants_total(common).then(|| files.count());
    let largest_source = options.max_size.as_u64();
    let options = RunOptions { jobs, largest_source, ..RunOptions::default() };
    run_until_interrupted(common, &store, &pipeline, &mut files, expected, options)
}

/// How many documents to process at the same time.
pub fn jobs(asked: Option<u16>) -> usize {
    asked.map_or(RunOptions::default().jobs, usize::from)
}

/// Takes in what an origin offers, shows it while it happens, and tells how it ended.
pub fn take_in(
    common: &Common,
    store: &dyn Store,
    pipeline: &Pipeline,
    origin: &mut dyn Origin,
    expected: Option<u64>,
    jobs: usize,
) -> Result<Exit, CommandError> {
    let options = RunOptions { jobs, ..RunOptions::default() };
    run_until_interrupted(common, store, pipeline, origin, expected, options)
}

fn run_until_interrupted(
    common: &Common,
    store: &dyn Store,
    pipeline: &Pipeline,
    origin: &mut dyn Origin,
    expected: Option<u64>,
    options: RunOptions,
) -> Result<Exit, CommandError> {
    let progress = Progress::new(common, expected);
    let stop = stop_on_interrupt();
    let options = RunOptions { stop: Arc::clone(&stop.requested), ..options };
    let run = docmill::pipeline::run(store, pipeline, origin, &options, &progress)?;
    Ok(if stop.interrupted.load(Ordering::SeqCst) {
        Exit::Interrupted
    } else if run.tally.failures > 0 {
        Exit::SomeFailed
    } else {
        Exit::Success
    })
}

/// What Ctrl-C does.
pub struct Stop {
    /// Set to end the run after what is under way.
    pub requested: Arc<AtomicBool>,
    /// Whether it was Ctrl-C that set it.
    pub interrupted: Arc<AtomicBool>,
}

/// The first Ctrl-C ends the run once everything under way is stored; the second ends the process at once, which loses nothing
/// that was reported either.
pub fn stop_on_interrupt() -> Stop {
    let stop = Stop { requested: Arc::default(), interrupted: Arc::default() };
    let (requested, interrupted) = (Arc::clone(&stop.requested), Arc::clone(&stop.interrupted));
    std::thread::spawn(move || {
        let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_io().build() else {
            return;
        };
        runtime.block_on(async {
            while tokio::signal::ctrl_c().await.is_ok() {
                if interrupted.swap(true, Ordering::SeqCst) {
                    #[expect(clippy::exit, reason = "the user asked twice")]
                    std::process::exit(i32::from(Exit::Interrupted as u8));
                }
                requested.store(true, Ordering::SeqCst);
                tracing::warn!(
                    "interrupted: finishing what is under way; press Ctrl-C again to end at once"
                );
            }
        });
    });
    stop
}
