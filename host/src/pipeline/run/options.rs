//! How a run is done: how much at a time, how large a source may be, and what is done about sources
//! that are stored already.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::budget::Budget;
use super::share::Share;
use super::strategy::Strategy;
use crate::model::ByteSize;
use crate::pipeline::reading::{LARGEST_CONTAINER, LARGEST_COPY, LARGEST_SOURCE};

/// How a run is done.
#[derive(Debug, Clone)]
pub struct RunOptions {
    /// How many documents are processed at the same time; at least 1.
    pub jobs: usize,
    /// The most of a source that is held in memory; more than 1 GiB counts as 1 GiB. Only a
    /// container may have more: it is read where an unpacker asks.
    pub largest_source: ByteSize,
    /// The most that may come out of one file, as [`Allowance`](crate::capabilities::Allowance)
    /// counts it: out of a small file may come less.
    pub largest_container: ByteSize,
    /// Containers of more are not copied into the store. What needs their bytes again reads them
    /// where they were, if they are still there.
    pub largest_copy: ByteSize,
    /// What is done about sources that are stored already.
    pub strategy: Strategy,
    /// The share of the sources that is taken; all of them by default. A container is taken apart
    /// for every share, for those of its members that are in it.
    pub share: Share,
    /// Set it to end the run early: what is under way is finished and stored, nothing new is begun.
    pub stop: Arc<AtomicBool>,
    /// What the run may use as a whole; by default, whatever it takes.
    pub budget: Budget,
}

impl Default for RunOptions {
    fn default() -> RunOptions {
        RunOptions {
            jobs: std::thread::available_parallelism().map_or(1, Into::into),
            largest_source: LARGEST_SOURCE,
            largest_container: LARGEST_CONTAINER,
            largest_copy: LARGEST_COPY,
            strategy: Strategy::default(),
            share: Share::WHOLE,
            stop: Arc::default(),
            budget: Budget::default(),
        }
    }
}
