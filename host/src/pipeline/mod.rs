//! Plans and runs steps over documents, and tells what happens as events.

mod event;
mod plan;
mod room;
mod run;
mod single;
mod steps;

pub use event::{Event, Fate, Reporter, Silent};
pub use plan::{Pipeline, PipelineError, Step};
pub use run::{RunError, RunOptions, run};
