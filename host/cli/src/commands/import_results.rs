//! `import-results`: takes a folder of results into the store.

use docmill::pipeline::Share;
use docmill_results::Imported;

use crate::args::{Common, ImportResults};
use crate::context;
use crate::exit::Exit;
use crate::report::{CommandError, count, note, one_line};
use crate::results::{opened, refused};

/// Runs the command.
pub fn run(common: &Common, options: &ImportResults) -> Result<Exit, CommandError> {
    let path = one_line(&options.from.display().to_string(), 200);
    let folder = opened(&options.from, Share::WHOLE)?;
    if folder.is_empty().map_err(|error| refused(&error))? {
        let error = CommandError::new(Exit::Usage, format!("there are no results in `{path}`"));
        return Err(error.hint("`docmill process PATH --to DIR` writes some"));
    }
    let store = context::open_store(common)?;
    let imported = docmill_results::import(&folder, &store).map_err(|error| refused(&error))?;
    let Imported { sources, documents, failures } = imported;
    let sources = count(sources, "source");
    let (documents, failures) = (count(documents, "document"), count(failures, "failure"));
    note(common, &format!("{sources} with {documents} and {failures} imported from `{path}`"));
    Ok(Exit::Success)
}
