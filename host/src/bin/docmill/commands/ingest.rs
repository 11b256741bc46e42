//! `ingest`: takes new or changed documents in and runs the pipeline on them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use docmill::ingest::Files;
use docmill::pipeline::{Pipeline, RunOptions};

use crate::args::{Common, Ingest};
use crate::context;
use crate::exit::Exit;
use crate::report::{CommandError, Progress};

/// Runs the command.
pub fn run(common: &Common, options: &Ingest) -> Result<Exit, CommandError> {
    let defaults = RunOptions::default();
    let jobs = options.jobs.map_or(defaults.jobs, usize::from);
    // Everything that can be wrong with the pipeline is found before the store is touched.
    let pipeline = Pipeline::assemble(&context::manifest(common)?, &context::catalog(jobs)?)?;
    let store = context::open_store(common)?;
    let store_folder = std::path::absolute(context::store_folder(common))?;
    let mut files =
        Files::new(options.paths.iter().cloned(), store_folder.parent().unwrap_or(&store_folder));
    let expected = Progress::wants_total(common).then(|| files.count());
    let progress = Progress::new(common, expected);
    let stop = stop_on_interrupt();
    let largest_source = options.max_size.as_u64();
    let run_options =
        RunOptions { jobs, largest_source, stop: Arc::clone(&stop.requested), ..defaults };
    let run = docmill::pipeline::run(&store, &pipeline, &mut files, &run_options, &progress)?;
    Ok(if stop.interrupted.load(Ordering::SeqCst) {
        Exit::Interrupted
    } else if run.tally.failures > 0 {
        Exit::SomeFailed
    } else {
        Exit::Success
    })
}

/// What Ctrl-C does.
struct Stop {
    /// Set to end the run after what is under way.
    requested: Arc<AtomicBool>,
    /// Whether it was Ctrl-C that set it.
    interrupted: Arc<AtomicBool>,
}

/// The first Ctrl-C ends the run once everything under way is stored; the second ends the process at once, which loses nothing
/// that was reported either.
fn stop_on_interrupt() -> Stop {
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
