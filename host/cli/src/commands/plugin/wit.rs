//! `plugin wit`: writes the contract that plugins are built for, as this binary has it.

use std::path::{Path, PathBuf};

use crate::args::Common;
use crate::carried::{self, contract, releases, version, write_below};
use crate::exit::Exit;
use crate::report::{CommandError, note, one_line};

/// Runs the command.
pub fn run(common: &Common, out: &Path, track: Option<&str>) -> Result<Exit, CommandError> {
    let files = match track {
        None => contract(),
        Some(track) => carried::release(track).ok_or_else(|| {
            let message = format!("there is no release `{}` of the contract", one_line(track, 40));
            let known: Vec<_> = releases().iter().map(|it| format!("`{it}`")).collect();
            CommandError::new(Exit::Usage, message).hint(format!("there are {}", known.join(", ")))
        })?,
    };
    let owned = |(name, text): &(&str, &str)| (PathBuf::from(name), (*text).to_owned());
    write_below(out, &files.iter().map(owned).collect::<Vec<_>>())?;
    let version = version(&files).unwrap_or_default();
    note(common, &format!("contract {version} written to `{}`", out.display()));
    Ok(Exit::Success)
}
