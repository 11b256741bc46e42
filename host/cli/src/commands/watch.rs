//! `watch`: takes in what arrives in folders, until it is stopped.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use docmill::ingest::{Arrived, Wake, Watch};
use docmill::pipeline::{Pipeline, RunOptions, Strategy};
use docmill::store::{AnyStore, Store, StoreError};

use crate::args::{self, Common};
use crate::context;
use crate::exit::Exit;
use crate::report::{CommandError, finish, note, one_line};
use crate::signals::{Stop, warn_of_interrupt};
use crate::taking_in::{note_not_whole, take_in_until};

pub mod plugin;

/// The folders are looked at this often, whatever the system tells.
const INTERVAL: Duration = Duration::from_secs(2);
/// Without news the next look comes no sooner than after this many times what the last one took.
const SHARE_OF_LOOKING: u32 = 20;
/// While somebody else has the store, it is asked for this often.
const RETRY: Duration = Duration::from_millis(200);

/// Runs the command.
pub fn run(common: &Common, options: &args::Watch) -> Result<Exit, CommandError> {
    if let Some(store_folder) = context::address(common)?.path() {
        let store_folder = std::path::absolute(store_folder)?;
        options.folders.iter().try_for_each(|folder| check_folder(folder, &store_folder))?;
    }
    let jobs = options.taking.jobs.number();
    let mut pipeline = context::pipeline_for(common, jobs, &options.taking.media_types)?;
    // A store that cannot be used is better known now than when something arrives.
    drop(open(common)?);
    let rest = Duration::from(options.debounce);
    let run_options = options.taking.options();
    let (strategy, largest_source) = (run_options.strategy, run_options.largest_source);
    let base = &context::base(common)?;
    let mut watch = Watch::new(options.folders.clone(), base, rest, largest_source.as_u64())
        .choosing(options.taking.choosing.choice()?);
    // Only the times of these are looked at.
    let mut pipeline_files = Watch::new(context::pipeline_files(common), base, rest, 0);
    let wake = Wake::new();
    let busy = Arc::new(AtomicBool::new(false));
    let (waker, is_busy) = (wake.waker(), Arc::clone(&busy));
    let stop = Stop::on_signal(true, move || {
        waker();
        if is_busy.load(Ordering::SeqCst) {
            warn_of_interrupt();
        }
    });
    note(common, "watching; Ctrl-C ends it");
    while !stop.was_interrupted() {
        let began = Instant::now();
        let looked = watch.look();
        let changed = pipeline_files.look();
        let took = began.elapsed();
        wake.at(&looked.folders);
        if changed.arrived.count() > 0 || changed.arrived.has_gone() {
            pipeline = reloaded(common, options, jobs, pipeline);
            pipeline_files.follow(context::pipeline_files(common));
        }
        let mut arrived = looked.arrived;
        let has_gone = strategy == Strategy::Mirror && arrived.has_gone();
        if (arrived.count() > 0 || has_gone)
            && let Some(store) = store(common, &wake, &stop)?
        {
            busy.store(true, Ordering::SeqCst);
            take_in(common, &store, &pipeline, &mut arrived, &run_options, &stop)?;
            busy.store(false, Ordering::SeqCst);
            if has_gone {
                note_not_whole(common, arrived.files());
            }
        }
        let again = [looked.again, changed.again].into_iter().flatten().min();
        let interval = INTERVAL.max(took * SHARE_OF_LOOKING);
        wake.wait(again.map_or(interval, |at| at.saturating_duration_since(Instant::now())));
        // What arrives bit by bit is not looked at bit by bit.
        std::thread::sleep((rest / 4).min(Duration::from_millis(100)).max(took.min(INTERVAL)));
    }
    Ok(Exit::Success)
}

/// Takes in what has come to rest.
fn take_in(
    common: &Common,
    store: &dyn Store,
    pipeline: &Pipeline,
    arrived: &mut Arrived,
    options: &RunOptions,
    stop: &Stop,
) -> Result<(), CommandError> {
    let expected = Some(arrived.count() as u64);
    take_in_until(stop, common, store, pipeline, arrived, expected, options.clone())?;
    Ok(())
}

/// Opens the store for one batch, so that others can use it in between; waits while they do. `None`
/// if watching ends meanwhile.
fn store(common: &Common, wake: &Wake, stop: &Stop) -> Result<Option<AnyStore>, CommandError> {
    let mut has_waited = false;
    while !stop.was_interrupted() {
        if let Some(store) = open(common)? {
            return Ok(Some(store));
        }
        if !has_waited {
            note(common, "waiting: another process has the store open");
        }
        has_waited = true;
        wake.wait(RETRY);
        std::thread::sleep(RETRY);
    }
    Ok(None)
}

/// Opens the store, and makes it if it is not there; `None` while another process has it.
fn open(common: &Common) -> Result<Option<AnyStore>, CommandError> {
    match context::ready(common)?.open() {
        Ok(store) => Ok(Some(store)),
        Err(StoreError::Locked(_)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// The pipeline as it is now, or the one before if there is something wrong with it.
fn reloaded(common: &Common, options: &args::Watch, jobs: usize, before: Pipeline) -> Pipeline {
    // What is swapped meanwhile nobody has asked for.
    let reading = Common { update_lock: false, ..common.clone() };
    match context::pipeline_for(&reading, jobs, &options.taking.media_types) {
        Ok(pipeline) => {
            if pipeline.digest() != before.digest() {
                note(
                    common,
                    "the pipeline changed: what arrives from now on goes through it; `docmill update` brings the rest up to date",
                );
            }
            pipeline
        }
        Err(error) => {
            finish(common, Err(error));
            note(common, "the pipeline of before stays in force until this is corrected");
            before
        }
    }
}

/// Refuses what is no folder, and a folder in which the store would be taken in, which changes with
/// everything that is.
fn check_folder(folder: &Path, store: &Path) -> Result<(), CommandError> {
    let shown = one_line(&folder.display().to_string(), 200);
    let refuse = |message| CommandError::new(Exit::Usage, message);
    let path = std::fs::canonicalize(folder)
        .map_err(|error| refuse(format!("`{shown}` cannot be watched")).because(&error))?;
    if !path.is_dir() {
        return Err(refuse(format!("`{shown}` is no folder")).hint("name the folder it lies in"));
    }
    // Where the store is yet to be made, the folder that it will lie in is what counts.
    let store = std::fs::canonicalize(store).or_else(|_| {
        let parent = std::fs::canonicalize(store.parent().unwrap_or(store));
        parent.map(|parent| parent.join(store.file_name().unwrap_or_default()))
    });
    let within = store.ok().and_then(|store| Some(store.strip_prefix(&path).ok()?.to_owned()));
    let is_offered =
        |within: &PathBuf| !within.iter().any(|part| part.as_encoded_bytes().starts_with(b"."));
    if within.is_some_and(|within| is_offered(&within)) {
        return Err(refuse(format!("the store lies in `{shown}`, which is to be watched"))
            .hint("give a folder outside of it, or a hidden one, with `--store`"));
    }
    Ok(())
}
