//! The command line of docmill: parses, dispatches, renders events, and exits. Sees only public
//! items of the library.

mod args;
mod carried;
mod commands;
mod component;
mod context;
mod contract;
mod dossier;
mod exit;
mod files;
mod found;
mod in_force;
mod labelled;
mod lookup;
mod replacement;
mod report;
mod results;
mod selection;
mod signals;
mod taking_in;
mod trying;

use std::process::ExitCode;

use clap::Parser;

use crate::exit::Exit;

fn main() -> ExitCode {
    let args = match args::Args::try_parse() {
        Ok(args) => args,
        // Help and version are results as well.
        Err(told) if !told.use_stderr() => {
            return if told.print().is_ok() { Exit::Success } else { Exit::SomeFailed }.into();
        }
        Err(mistake) => mistake.exit(),
    };
    report::start_logging(&args.common);
    let result = report::guarded(|| commands::run(&args));
    report::finish(&args.common, result).into()
}
