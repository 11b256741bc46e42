//! The whole store as a folder of results, in the layout that `process` writes.

use docmill::pipeline::Share;
use docmill_results::Exported;

use crate::args::{Common, Export};
use crate::context;
use crate::exit::Exit;
use crate::report::{CommandError, count, note, one_line};
use crate::results::{opened, refused};

/// Writes the store into a new or empty folder.
pub fn run(common: &Common, options: &Export) -> Result<Exit, CommandError> {
    let Some(to) = &options.to else {
        let error = CommandError::new(Exit::Usage, "a `parquet` export is several files");
        return Err(error.hint("name a folder with `--to DIR`"));
    };
    if !options.filter.is_all() {
        let message = "a `parquet` export is of the whole store";
        let error = CommandError::new(Exit::Usage, message);
        return Err(error.hint("choose in what reads the tables, such as DuckDB"));
    }
    let path = one_line(&to.display().to_string(), 200);
    let is_free = match std::fs::read_dir(to) {
        Ok(mut entries) => entries.next().is_none(),
        Err(error) => error.kind() == std::io::ErrorKind::NotFound,
    };
    if !is_free {
        let error = CommandError::new(Exit::Usage, format!("`{path}` holds something already"));
        return Err(error.hint("name a new or empty folder"));
    }
    let store = context::store_to_read(common)?;
    let folder = opened(to, Share::WHOLE)?;
    let exported = docmill_results::export(&store, &folder).map_err(|error| refused(&error))?;
    let Exported { sources, documents } = exported;
    let (sources, documents) = (count(sources, "source"), count(documents, "document"));
    note(common, &format!("{sources} with {documents} written to `{path}`"));
    Ok(Exit::Success)
}
