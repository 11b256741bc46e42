//! Runs a pipeline over everything an origin offers: workers compute, one committer stores, and
//! nothing is told before it is safe.

use std::collections::HashSet;
use std::sync::atomic::AtomicU64;
use std::sync::mpsc::channel;
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use self::ahead::{Offers, READ_AHEAD, READ_AHEAD_BYTES};
use self::commit::{WAITING_BYTES, WAITING_RESULTS, commit_all};
use self::container::Helpers;
use self::context::{Abort, Context};
use self::queue::Queue;
use super::assembly::Pipeline;
use super::event::{Event, Reporter};
use super::reuse::EarlierPipelines;
use crate::error::{Hint, Hinted};
use crate::ingest::Origin;
use crate::model::{PluginName, Run, RunId, Tally};
use crate::store::{Store, StoreError};

mod ahead;
mod budget;
mod commit;
mod container;
mod context;
mod options;
mod queue;
mod share;
mod source;
mod strategy;

pub use budget::{Budget, BudgetError, Exceeded};
pub use options::RunOptions;
pub use share::{Share, ShareError};
pub use strategy::{Strategy, dismiss};

/// Why a run ended before its origin did.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RunError {
    /// The store could not be read or written.
    #[error("the run was ended because the store failed")]
    Store(#[source] StoreError),
    /// A plugin says that its configuration is unusable.
    #[error("plugin `{step}` refuses its configuration: {}", .causes.join(": "))]
    Misconfigured {
        /// The step.
        step: PluginName,
        /// What it says.
        causes: Vec<String>,
    },
    /// It used more than it may as a whole. The next run goes on from there.
    #[error("the run was ended, as {0}")]
    OverBudget(Exceeded),
}

impl Hinted for RunError {
    fn hint(&self) -> Option<Hint> {
        match self {
            RunError::Misconfigured { .. } => Some(Hint::CorrectSetting),
            RunError::Store(_) | RunError::OverBudget(_) => None,
        }
    }
}

impl From<Abort> for RunError {
    fn from(abort: Abort) -> RunError {
        match abort {
            Abort::Store(error) => RunError::Store(error),
            Abort::Misconfigured { step, causes } => RunError::Misconfigured { step, causes },
            Abort::OverBudget(exceeded) => RunError::OverBudget(exceeded),
        }
    }
}

/// Takes everything that `origin` offers through `pipeline` and stores what comes out.
///
/// The content of the store afterwards does not depend on `options.jobs`, but for costs and times.
///
/// # Errors
///
/// See [`RunError`]. What was reported as stored is stored all the same.
pub fn run(
    store: &dyn Store,
    pipeline: &Pipeline,
    origin: &mut dyn Origin,
    options: &RunOptions,
    reporter: &dyn Reporter,
) -> Result<Run, RunError> {
    let mut run = Run {
        id: RunId::NONE,
        started: SystemTime::now(),
        finished: None,
        pipeline: pipeline.digest(),
        tally: Tally::default(),
    };
    // What failed can be tried again only with what it was tried with; its component is kept with
    // it.
    pipeline.keep_recipe_in(store).map_err(RunError::Store)?;
    run.id = store.begin_run(&run).map_err(RunError::Store)?;
    reporter.event(&Event::Began { run: &run });
    let context = Context {
        pipeline,
        store,
        run: run.id,
        earlier: EarlierPipelines::new(store, pipeline),
        has_versions: store.keeping().versions,
        options,
        helpers: Helpers::new(options.jobs),
        abort: Mutex::new(None),
        ended: AtomicU64::new(0),
        contents: Mutex::default(),
    };
    let origin = Mutex::new(Offers { origin, seen: HashSet::new() });
    let jobs = options.jobs.max(1);
    let queue = Queue::new(WAITING_RESULTS.max(store.keeping().group), WAITING_BYTES);
    let ahead = Queue::new(READ_AHEAD.max(4 * jobs), READ_AHEAD_BYTES);
    std::thread::scope(|scope| {
        // Dropped with this scope, even by a panic: no worker waits for ever to hand something
        // over.
        let (results, mut committed) = queue.ends();
        let (sender, waiting) = ahead.ends();
        for _ in 0..jobs {
            let (context, origin) = (&context, &origin);
            let (sender, own_results) = (sender.clone(), results.clone());
            scope.spawn(move || context.read_ahead(origin, &sender, &own_results));
            let (waiting, results) = (waiting.clone(), results.clone());
            scope.spawn(move || context.work(&waiting, &results));
        }
        drop((sender, waiting, results));
        // Dropped when everything is stored.
        let (_running, ended) = channel();
        if options.budget.is_set() {
            let context = &context;
            scope.spawn(move || context.keep_to_budget(&ended));
        }
        run.tally = commit_all(store, &mut committed, reporter, &context);
    });
    let offers = origin.into_inner().unwrap_or_else(PoisonError::into_inner);
    context.retire_gone(&offers, reporter, &mut run.tally);
    run.finished = Some(SystemTime::now());
    let abort = context.abort.into_inner().unwrap_or_else(PoisonError::into_inner);
    if !matches!(abort, Some(Abort::Store(_))) {
        store.finish_run(&run).map_err(RunError::Store)?;
    }
    reporter.event(&Event::Ended { run: &run });
    match abort {
        Some(abort) => Err(abort.into()),
        None => Ok(run),
    }
}
