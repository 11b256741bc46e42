//! Plans and runs steps over documents, and tells what happens as events.

mod bundle;
mod compare;
mod configuration;
mod due;
mod event;
mod lineage;
mod plan;
mod queue;
mod recheck;
mod recipe;
mod run;
mod single;
mod steps;
mod stored;
mod strategy;

pub use bundle::{Bundle, BundleError};
pub use compare::{
    Change, CompareOptions, Compared, Comparison, Counted, Difference, Failed, VersionError,
    compare,
};
pub use due::{DueStep, Plan, Reason};
pub use event::{Event, Fate, Reporter, Silent};
pub use lineage::{Ancestor, Given, Lineage};
pub use plan::{Pipeline, PipelineError, Step};
pub use recheck::{Contradiction, Rechecked, recheck};
pub use run::{RunError, RunOptions, run};
pub use stored::Stored;
pub use strategy::Strategy;
