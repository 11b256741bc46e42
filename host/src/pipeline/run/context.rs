//! What all threads of a run share: the pipeline and the store, the options, and whether the run is
//! to end.

use std::collections::HashSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::Receiver;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::budget::Exceeded;
use super::container::Helpers;
use super::options::RunOptions;
use crate::model::{Digest, PluginName, RunId};
use crate::pipeline::assembly::Pipeline;
use crate::pipeline::reuse::EarlierPipelines;
use crate::store::record::LARGEST_PAYLOAD;
use crate::store::{Store, StoreError};

/// What all threads of a run share.
pub(super) struct Context<'a> {
    pub(super) pipeline: &'a Pipeline,
    pub(super) store: &'a dyn Store,
    pub(super) run: RunId,
    pub(super) earlier: EarlierPipelines<'a>,
    /// See [`Keeping::versions`](crate::store::Keeping::versions).
    pub(super) has_versions: bool,
    pub(super) options: &'a RunOptions,
    pub(super) helpers: Helpers,
    pub(super) abort: Mutex<Option<Abort>>,
    /// How many sources were stored, or found to be.
    pub(super) ended: AtomicU64,
    /// The beginnings of the digests of all contents that the run stored: what comes twice in it is
    /// told.
    pub(super) contents: Mutex<HashSet<u64>>,
}

/// Why the run as a whole cannot go on.
#[derive(Debug)]
pub(super) enum Abort {
    Store(StoreError),
    /// Every other document would fail the same way.
    Misconfigured {
        step: PluginName,
        causes: Vec<String>,
    },
    /// It used more than it may as a whole.
    OverBudget(Exceeded),
}

impl From<StoreError> for Abort {
    fn from(error: StoreError) -> Abort {
        Abort::Store(error)
    }
}

/// A lock that nobody leaves in a bad state, even by a panic.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Context<'_> {
    pub(super) fn abort(&self, abort: Abort) {
        lock(&self.abort).get_or_insert(abort);
        self.options.stop.store(true, Ordering::SeqCst);
    }

    /// Ends the run where it uses more than it may; returns when it has ended.
    pub(super) fn keep_to_budget(&self, ended: &Receiver<()>) {
        let sources = || self.ended.load(Ordering::Relaxed);
        match self.options.budget.watch(self.store, sources, ended) {
            Ok(None) => {}
            Ok(Some(exceeded)) => self.abort(Abort::OverBudget(exceeded)),
            Err(error) => self.abort(Abort::Store(error)),
        }
    }

    /// Whether this content comes for the first time in the run. Notes that it came.
    pub(super) fn is_first(&self, content: &Digest) -> bool {
        let (beginning, _) = content.as_bytes().split_at(8);
        let beginning = beginning.iter().fold(0, |all, byte| all << 8 | u64::from(*byte));
        lock(&self.contents).insert(beginning)
    }

    pub(super) fn stopped(&self) -> bool {
        self.options.stop.load(Ordering::SeqCst)
    }

    /// The largest source that is read, in bytes: no larger than what the store can keep of it.
    pub(super) fn largest_source(&self) -> u64 {
        self.options.largest_source.as_u64().min(LARGEST_PAYLOAD)
    }

    pub(super) fn checked<T>(&self, result: Result<T, Abort>) -> Option<T> {
        result.map_err(|abort| self.abort(abort)).ok()
    }
}
