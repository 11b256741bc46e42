//! What happens during a run, for whoever shows it.

use crate::model::{Failure, Run, SourceName};

/// Something that happened. Everything an event speaks of is stored durably before the event is
/// told.
#[derive(Debug)]
pub enum Event<'a> {
    /// The run began.
    Began {
        /// The run; its tally is empty.
        run: &'a Run,
    },
    /// A source came to an end.
    Source {
        /// Its name.
        name: &'a SourceName,
        /// What became of it.
        fate: Fate,
        /// How many documents were found in it.
        documents: usize,
        /// How many results were computed for it rather than reused.
        computed: usize,
        /// Whether its bytes came in before under another name; of a source with new content and
        /// documents.
        is_copy: bool,
        /// What failed, if anything.
        failures: &'a [Failure],
    },
    /// The run ended. It is told even if the run was interrupted.
    Ended {
        /// The run with its tally.
        run: &'a Run,
    },
}

/// What became of a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It was stored before, with the same content and pipeline; nothing was done.
    Unchanged,
    /// It was stored before, and not looked at.
    Kept,
    /// It is new, or back after it was retired.
    Added,
    /// It was stored before; its content, or what was found in it, is new.
    Updated,
    /// No plugin of the pipeline reads it.
    Unsupported,
    /// There is no text in it; what was stored of an earlier version that had some stays.
    Empty,
    /// Something failed; what succeeded is stored.
    Failed,
    /// It is gone, and off all lists until it comes back.
    Retired,
}

/// Is told what happens. Called from one thread at a time.
pub trait Reporter: Sync {
    /// Takes note of an event.
    fn event(&self, event: &Event<'_>);
}

/// Tells nobody.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Reporter for Silent {
    fn event(&self, _: &Event<'_>) {}
}
