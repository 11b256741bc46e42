//! `store`: exports, imports, and rebuilds a whole store.

use std::fs::{self, File};
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use docmill::error::Action;
use docmill::pipeline::{RunOptions, Stored};
use docmill::store::{Address, TransferError, Upkeep};

use crate::args::{Common, Jobs};
use crate::context;
use crate::exit::Exit;
use crate::replacement::Replacement;
use crate::report::{CommandError, WAY_BACK, census_words, count, note, one_line, tell_flaw};
use crate::taking_in::take_in;

/// Writes the whole store into one file.
pub fn export(common: &Common, to: &Path) -> Result<Exit, CommandError> {
    let store = context::damaged_store(common)?;
    let failed = |error: TransferError| {
        let exit =
            if matches!(error, TransferError::Store(_)) { Exit::Store } else { Exit::SomeFailed };
        CommandError::of(exit, &error)
    };
    let unwritable =
        |error: std::io::Error| failed(TransferError::Io { action: Action::Written, cause: error });
    let mut file = Replacement::begin(to).map_err(unwritable)?;
    let mut flaws = 0;
    let exported = store.export(&mut file, &mut |flaw| {
        flaws += 1;
        tell_flaw(common, &flaw);
    });
    let census = exported.map_err(failed)?;
    file.finish().map_err(unwritable)?;
    let path = one_line(&to.display().to_string(), 200);
    note(common, &format!("{} written to `{path}`", census_words(&census)));
    if flaws > 0 {
        let message =
            format!("the store has {}, and what is damaged was left out", count(flaws, "flaw"));
        return Err(CommandError::new(Exit::Store, message)
            .hint("`docmill store import` makes a new store of the rest, and `docmill ingest` completes it"));
    }
    Ok(Exit::Success)
}

/// Makes a new store of an export.
pub fn import(common: &Common, from: &Path) -> Result<Exit, CommandError> {
    let address = context::address(common)?;
    let Some(folder) = address.path() else {
        let message = format!("an import into `{address}` would be gone at once");
        return Err(CommandError::new(Exit::Usage, message).hint("name a new or empty folder"));
    };
    refuse_existing(folder)?;
    let shown = one_line(&from.display().to_string(), 200);
    let failed = |error: TransferError| {
        let exit =
            if matches!(error, TransferError::Store(_)) { Exit::Store } else { Exit::SomeFailed };
        CommandError::new(exit, format!("`{shown}` could not be imported")).because(&error)
    };
    let reading =
        |error: std::io::Error| failed(TransferError::Io { action: Action::Read, cause: error });
    let mut input = BufReader::new(File::open(from).map_err(reading)?);
    // Beside its final place, so that a store is there whole or not at all.
    let mut draft = folder.as_os_str().to_owned();
    draft.push(format!(".{}.part", std::process::id()));
    let draft = PathBuf::from(draft);
    let mut flaws = 0;
    let imported = (|| {
        let store = Address::folder(&draft).open()?;
        store.import(&mut input, &mut |flaw| {
            flaws += 1;
            tell_flaw(common, &flaw);
        })
    })();
    let census = imported.map_err(|error| {
        // What cannot be removed has a telling name; there is nobody to tell.
        let _ = fs::remove_dir_all(&draft);
        failed(error)
    })?;
    let unwritable = |error: std::io::Error| {
        let message = format!("the store `{}` could not be made", folder.display());
        CommandError::new(Exit::Store, message).because(&error)
    };
    fs::rename(&draft, folder).map_err(unwritable)?;
    context::remember(common, folder)?;
    note(common, &format!("{} imported from `{shown}`", census_words(&census)));
    if flaws > 0 {
        let message = format!("the imported store has {}", count(flaws, "flaw"));
        return Err(CommandError::new(Exit::Store, message).hint(WAY_BACK));
    }
    Ok(Exit::Success)
}

/// Converts a store of an earlier docmill.
pub fn upgrade(common: &Common) -> Result<Exit, CommandError> {
    let address = context::existing(common)?;
    let mut flaws = 0;
    let converted = address.upgrade(&mut |flaw| {
        flaws += 1;
        tell_flaw(common, &flaw);
    })?;
    note(common, if converted { "the store was converted" } else { "nothing to convert" });
    if flaws > 0 {
        let message =
            format!("the store had {}, and what is damaged was left out", count(flaws, "flaw"));
        return Err(CommandError::new(Exit::Store, message).hint(WAY_BACK));
    }
    Ok(Exit::Success)
}

/// Makes a new store by running the pipeline on the originals of this one.
pub fn rebuild(common: &Common, to: &Path, jobs: Jobs) -> Result<Exit, CommandError> {
    refuse_existing(to)?;
    let jobs = jobs.number();
    let pipeline = context::pipeline(common, jobs)?;
    let old = Arc::new(context::damaged_store(common)?);
    let mut damaged = 0;
    let mut origin = Stored::all(old, &mut |error| {
        damaged += 1;
        tracing::error!("a source is left out: {error}");
    });
    origin = origin.beside(&context::base(common)?);
    let new = Address::folder(to).open()?;
    let expected = origin.count();
    let options = RunOptions { jobs, ..RunOptions::default() };
    let exit = take_in(common, &new, &pipeline, &mut origin, Some(expected), options)?;
    if damaged > 0 {
        let message = format!("{} could not be read and left out", count(damaged, "source"));
        return Err(CommandError::new(Exit::Store, message)
            .hint("ingest the files themselves into the new store, to see what is missing"));
    }
    Ok(exit)
}

/// A store is made only where there is nothing.
fn refuse_existing(folder: &Path) -> Result<(), CommandError> {
    let is_free = match fs::read_dir(folder) {
        Ok(mut entries) => entries.next().is_none(),
        Err(error) => error.kind() == std::io::ErrorKind::NotFound,
    };
    if is_free {
        return Ok(());
    }
    let message = format!("`{}` holds something already", folder.display());
    Err(CommandError::new(Exit::Usage, message).hint("name a new or empty folder"))
}
