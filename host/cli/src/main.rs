//! The command line of docmill: parses, dispatches, renders events, and exits. Sees only public items of the library.

mod args;
mod commands;
mod component;
mod context;
mod dossier;
mod exit;
mod files;
mod filter;
mod labelled;
mod lookup;
mod replacement;
mod report;
mod signals;
mod taking_in;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    let args = args::Args::parse();
    report::start_logging(&args.common);
    let result = report::guarded(|| commands::run(&args));
    report::finish(&args.common, result).into()
}
