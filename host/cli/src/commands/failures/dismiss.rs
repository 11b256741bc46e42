//! `failures dismiss`: takes what failed as a whole off the list.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

use docmill::model::{Failure, SourceName};
use docmill::store::Store;

use crate::args::{Common, Dismiss, Output};
use crate::context;
use crate::exit::Exit;
use crate::files::path_of;
use crate::lookup;
use crate::report::{CommandError, count, note};

/// Runs the command.
pub fn run(common: &Common, options: &Dismiss) -> Result<Exit, CommandError> {
    let store = context::existing_store(common)?;
    let base = context::base(common)?;
    let mut meant: BTreeMap<SourceName, u64> = BTreeMap::new();
    for failure in named(&store, options)? {
        let is_meant = super::fits(&failure, options.class, options.step.as_deref())
            && (!options.gone || is_gone(&base, &failure.source));
        if is_meant {
            *meant.entry(failure.source).or_default() += 1;
        }
    }
    let (mut dismissed, mut kept) = (0, 0);
    for (name, failures) in meant {
        let is_dismissed = docmill::pipeline::dismiss(&store, &name)?;
        *(if is_dismissed { &mut dismissed } else { &mut kept }) += failures;
    }
    if common.output == Output::Json {
        let line = serde_json::json!({ "dismissed": dismissed, "kept": kept });
        writeln!(std::io::stdout().lock(), "{line}")?;
    }
    let kept = match kept {
        0 => String::new(),
        kept => format!(
            "; {} of documents that are stored stay: `docmill failures retry` tries them again",
            count(kept, "failure")
        ),
    };
    note(common, &format!("{} dismissed{kept}", count(dismissed, "failure")));
    Ok(Exit::Success)
}

/// The failures that are named, or all.
fn named(store: &dyn Store, options: &Dismiss) -> Result<Vec<Failure>, CommandError> {
    if options.failures.is_empty() {
        return store.failures().map(|it| it.map_err(CommandError::from)).collect();
    }
    options.failures.iter().map(|id| lookup::failure(store, id)).collect()
}

/// Whether there is no such file any more; a member is as gone as the file that it came out of.
/// What cannot be looked at is not known to be gone.
fn is_gone(base: &Path, source: &SourceName) -> bool {
    use std::io::ErrorKind::{NotADirectory, NotFound};
    let path = source.path().and_then(|path| path_of(&path).ok());
    path.is_some_and(|path| {
        std::fs::symlink_metadata(base.join(path))
            .is_err_and(|error| matches!(error.kind(), NotFound | NotADirectory))
    })
}
