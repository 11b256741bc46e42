//! One execution of a pipeline over some sources.

use std::fmt;
use std::time::SystemTime;

use super::Digest;

/// Numbers the runs of a store, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RunId(pub u64);

impl RunId {
    /// Of results that no store keeps.
    pub const NONE: RunId = RunId(0);
}

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// How many sources and documents met which fate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// Sources that were offered.
    pub sources: u64,
    /// Sources that were stored before with the same content and pipeline; nothing was done for
    /// them.
    pub unchanged: u64,
    /// Documents that were not in the store before.
    pub added: u64,
    /// Documents that were in the store with another content or results.
    pub updated: u64,
    /// Sources that no plugin of the pipeline reads.
    pub unsupported: u64,
    /// Failures recorded, those of the classes `unsupported` and `empty` not counted.
    pub failures: u64,
    /// Sources that were stored before and not looked at, as
    /// [`Strategy::Keep`](crate::pipeline::Strategy::Keep) asks.
    pub kept: u64,
    /// Sources that were not offered, as they are gone, and were taken off all lists.
    pub retired: u64,
}

/// One execution of a pipeline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// Its number in the store.
    pub id: RunId,
    /// When it began.
    pub started: SystemTime,
    /// When it ended; `None` while it is under way, or if it was killed.
    pub finished: Option<SystemTime>,
    /// The digest of the pipeline: its steps, components, settings, tables.
    pub pipeline: Digest,
    /// What it came to.
    pub tally: Tally,
}
