//! `cargo xtask`: sets a machine up, builds the guests and the host, tests them, and keeps the
//! repository tidy.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a task tells people what it does")]

mod contract;
mod demo;
mod fuzz;
mod guests;
mod host;
mod messages;
mod polyglot;
mod process;
mod sources;
mod tidy;
mod toolchain;
mod workspace;

use std::process::ExitCode;

use process::{Error, Outcome};
use workspace::Workspace;

const HELP: &str = "\
Set up, build, test and check docmill

Usage: cargo xtask <COMMAND>

Commands:
  demo                    Build everything, then ingest `seeds/documents` and show what was found
  test [ARGS]...          Build everything, then run all tests; ARGS go to `cargo test`
  adversaries             Run every hostile plugin: its verdict, the time to stop it, memory after it, memory of 8 jobs
  build [--release]       Build the shipped plugins, then the host with them inside
  guests                  Build every guest that tests and benchmarks use
  fuzz [TARGET] [--seconds N]
                          Look for inputs that break a parser, in each for N seconds [default: 10]
  bench [ARGS]...         Build every guest, then run the benchmarks; ARGS go to `cargo bench`
  setup [--polyglot]      Install what compiles guests; with --polyglot also what Python, JavaScript and C need
  eval-pages DIR [ARGS]...
                          Score what `extract-html` reads from the pages in DIR against what people say is right
  eval-formats DIR [ARGS]...
                          Score what plugins read from the files in DIR against expected texts and other programs
  tidy                    Check the repository for what a compiler cannot see; `test` does so too
  contract check          Refuse a contract in `wit/` that breaks plugins of its own track
  contract release X.Y.Z  Freeze `wit/*.wit` as `wit/released/X.Y.Z/`

Environment:
  DOCMILL_TOOLCHAIN  `rustup` or `debian`: what compiles guests [default: rustup, else debian]
  DOCMILL_POLYGLOT   Comma-separated languages of `plugins/polyglot` to build, or `none` [default: all]
";

fn main() -> ExitCode {
    if let Some(mut compiler) = fuzz::wrapped_compiler() {
        let ended = compiler.status().is_ok_and(|status| status.success());
        return if ended { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    }
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match run(&words) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {}", error.message);
            if let Some(hint) = error.hint {
                eprintln!("hint: {hint}");
            }
            ExitCode::FAILURE
        }
    }
}

fn run(words: &[&str]) -> Outcome {
    let workspace = Workspace::find();
    match words {
        [] | ["help" | "-h" | "--help", ..] | [_, "-h" | "--help"] => {
            print!("{HELP}");
            Ok(())
        }
        ["setup"] => toolchain::set_up(&workspace).map(|toolchain| {
            println!("set-up: everything is there; guests are compiled by {toolchain}");
        }),
        ["setup", "--polyglot"] => {
            toolchain::set_up(&workspace)?;
            polyglot::set_up(&workspace)
        }
        ["build"] => host::build(&workspace, false).map(drop),
        ["build", "--release"] => host::build(&workspace, true).map(drop),
        ["guests"] => guests::build_all(&workspace),
        ["demo"] => demo::run(&workspace),
        ["adversaries"] => host::adversaries(&workspace),
        ["test", rest @ ..] => host::test(&workspace, rest),
        ["fuzz", rest @ ..] => fuzz::run_targets(&workspace, rest),
        ["bench", rest @ ..] => host::bench(&workspace, rest),
        ["eval-pages", rest @ ..] => host::eval_pages(&workspace, rest),
        ["eval-formats", rest @ ..] => host::eval_formats(&workspace, rest),
        ["tidy"] => tidy::run(&workspace),
        ["contract", "check"] => contract::check(&workspace),
        ["contract", "release", version] => contract::release(&workspace, version),
        _ => Err(Error::new(format!("`{}` is no task", words.join(" ")))
            .hint("`cargo xtask help` lists all of them")),
    }
}
