//! Folders of results, as several commands open them.

use std::path::Path;

use docmill::pipeline::Share;
use docmill_results::{ResultFolder, ResultsError};

use crate::exit::Exit;
use crate::report::CommandError;

/// Opens a folder of results, or one that shall be one.
pub fn opened(path: &Path, share: Share) -> Result<ResultFolder, CommandError> {
    ResultFolder::open(path, share).map_err(|error| refused(&error))
}

/// What a folder of results says no to is told as what a store says no to.
pub fn refused(error: &ResultsError) -> CommandError {
    CommandError::of(Exit::Store, error)
}
