//! Plans and runs steps over documents, and tells what happens as events.

mod bundle;
mod configuration;
mod event;
mod plan;
mod room;
mod run;
mod single;
mod steps;
mod stored;

pub use bundle::{Bundle, BundleError};
pub use event::{Event, Fate, Reporter, Silent};
pub use plan::{Pipeline, PipelineError, Step};
pub use run::{RunError, RunOptions, run};
pub use stored::Stored;
