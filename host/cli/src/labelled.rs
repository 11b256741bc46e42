//! A file of documents whose labels are known.

use std::path::Path;

use docmill::evaluation::{Case, CasesError, parse_cases};

use crate::exit::Exit;
use docmill::manifest::read_file;

use crate::report::{CommandError, hint_of};

/// The largest file of labels, in bytes.
const LARGEST_FILE: u64 = 64 << 20;

impl From<CasesError> for CommandError {
    fn from(error: CasesError) -> CommandError {
        let (place, hint) = (Some(error.place.clone()), hint_of(&error));
        CommandError { place, hint, ..CommandError::of(Exit::Rejected, &error) }
    }
}

/// The cases of a file of labels.
pub fn read(path: &Path) -> Result<Vec<Case>, CommandError> {
    let unreadable = |error: &dyn std::error::Error| {
        let message = format!("the labels `{}` could not be read", path.display());
        CommandError::new(Exit::Rejected, message).because(error)
    };
    let bytes = read_file(path, LARGEST_FILE).map_err(|error| unreadable(&error))?;
    let text = String::from_utf8(bytes).map_err(|error| unreadable(&error.utf8_error()))?;
    Ok(parse_cases(path, &text)?)
}
