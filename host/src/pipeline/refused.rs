//! Why a pipeline was refused, and where in its file.

use std::fmt;

use crate::error::{Hint, Hinted, Location};
use crate::manifest::ManifestError;

/// Why a pipeline was refused.
#[derive(Debug)]
pub struct PipelineError {
    pub(super) message: String,
    /// Where in the pipeline's file the trouble lies.
    pub place: Location,
    pub(super) hint: Option<Hint>,
    pub(super) source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl fmt::Display for PipelineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for PipelineError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_deref().map(|source| source as &(dyn std::error::Error + 'static))
    }
}

impl Hinted for PipelineError {
    fn hint(&self) -> Option<Hint> {
        self.hint.clone()
    }
}

impl From<ManifestError> for PipelineError {
    fn from(error: ManifestError) -> PipelineError {
        PipelineError { message: error.message, place: error.place, hint: error.hint, source: None }
    }
}
