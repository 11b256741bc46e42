//! One file per command.

mod generate;
mod ingest;

use crate::args::{Args, Command};
use crate::exit::Exit;
use crate::report::CommandError;

/// Runs what was asked for.
pub fn run(args: &Args) -> Result<Exit, CommandError> {
    let common = &args.common;
    match &args.command {
        Command::Ingest(options) => ingest::run(common, options),
        Command::Pipeline => generate::pipeline(common),
        Command::Completions { shell } => generate::completions(*shell),
        Command::Man => generate::manual(),
        Command::CompileComponent { pooled } => generate::compile(pooled),
        _ => Err(CommandError::new(Exit::Bug, "not there yet")),
    }
}
