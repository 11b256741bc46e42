//! `ingest`: takes new or changed documents in and runs the pipeline on them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use docmill::ingest::{Files, Origin};
use docmill::pipeline::{Pipeline, RunOptions, Strategy};
use docmill::store::Store;

use crate::args::{Common, Ingest};
use crate::context;
use crate::exit::Exit;
use crate::report::{CommandError, Progress, note, one_line};

/// Runs the command.
pub fn run(common: &Common, options: &Ingest) -> Result<Exit, CommandError> {
    let jobs = jobs(options.jobs);
    // Everything that can be wrong with the pipeline is found before the store is touched.
    let pipeline = context::pipeline(common, jobs)?;
    let store = context::open_store(common)?;
    let mut files = Files::new(options.paths.iter().cloned(), &context::base(common)?);
    let expected = Progress::wants_total(common).then(|| files.count());
    let options = options.sizes.options(jobs, options.strategy);
    let strategy = options.strategy;
    let exit = run_until_interrupted(common, &store, &pipeline, &mut files, expected, options)?;
    if strategy == Strategy::Mirror {
        note_not_whole(common, &files);
    }
    Ok(exit)
}

/// Tells what was not mirrored.
pub fn note_not_whole(common: &Common, files: &Files) {
    for folder in files.not_whole() {
        let folder = one_line(&folder.display().to_string(), 200);
        note(
            common,
            &format!(
                "nothing of `{folder}` was retired, as it is empty or could not be read as a whole"
            ),
        );
    }
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
    let stop = stop_on_signal(false, warn_of_interrupt);
    run_until_stopped(common, store, pipeline, origin, expected, options, &stop)
}

/// The same, where the run is one of several.
pub fn run_until_stopped(
    common: &Common,
    store: &dyn Store,
    pipeline: &Pipeline,
    origin: &mut dyn Origin,
    expected: Option<u64>,
    options: RunOptions,
    stop: &Stop,
) -> Result<Exit, CommandError> {
    let progress = Progress::new(common, expected);
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
/// that was reported either. `then` is called at each; a service manager asks with SIGTERM, which counts as well if `terminates`.
pub fn stop_on_signal(terminates: bool, then: impl Fn() + Send + 'static) -> Stop {
    let stop = Stop { requested: Arc::default(), interrupted: Arc::default() };
    let (requested, interrupted) = (Arc::clone(&stop.requested), Arc::clone(&stop.interrupted));
    std::thread::spawn(move || {
        let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_io().build() else {
            return;
        };
        runtime.block_on(async {
            while signal(terminates).await.is_ok() {
                if interrupted.swap(true, Ordering::SeqCst) {
                    #[expect(clippy::exit, reason = "the user asked twice")]
                    std::process::exit(i32::from(Exit::Interrupted as u8));
                }
                requested.store(true, Ordering::SeqCst);
                then();
            }
        });
    });
    stop
}

/// Tells why a run that was interrupted goes on for a moment.
pub fn warn_of_interrupt() {
    tracing::warn!("interrupted: finishing what is under way; press Ctrl-C again to end at once");
}

/// Waits for Ctrl-C, or also for SIGTERM.
async fn signal(terminates: bool) -> std::io::Result<()> {
    #[cfg(unix)]
    if terminates {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminate = signal(SignalKind::terminate())?;
        return tokio::select! {
            interrupted = tokio::signal::ctrl_c() => interrupted,
            _ = terminate.recv() => Ok(()),
        };
    }
    #[cfg(not(unix))]
    let _ = terminates;
    tokio::signal::ctrl_c().await
}
