//! Plans and runs steps over documents, and tells what happens as events.

mod assembly;
mod bundle;
mod compare;
mod configuration;
mod error;
mod event;
mod key;
mod lineage;
mod plan;
mod reading;
mod recheck;
mod recipe;
mod reuse;
mod run;
mod step;
mod stored;

pub use assembly::Pipeline;
pub use bundle::{Bundle, BundleError, BundleFlaw, BundlePart};
pub use compare::{
    Change, CompareOptions, Compared, Comparison, Counted, Difference, Failed, VersionError,
    compare,
};
pub use error::{DeclareError, FileError, NotPinned, PipelineError, PipelineErrorKind};
pub use event::{Event, Fate, Reporter, Silent};
pub use lineage::{Ancestor, Given, Lineage};
pub use plan::{DueStep, Plan, Reason};
pub use reading::{ReadDocument, ReadOptions, Reading, Source};
pub use recheck::{Contradiction, Rechecked, recheck};
pub use run::{
    Budget, BudgetError, Exceeded, RunError, RunOptions, Share, ShareError, Strategy, dismiss, run,
};
pub use step::Step;
pub use stored::Stored;
