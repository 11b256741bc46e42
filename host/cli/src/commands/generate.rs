//! `pipeline`, `completions`, `man`, and the hidden `compile-component`: commands that only write
//! something.

use std::io::Write;

use clap::CommandFactory;

use crate::args::{Args, Common};
use crate::context;
use crate::exit::Exit;
use crate::report::CommandError;

/// Prints the pipeline in force.
pub fn pipeline(common: &Common) -> Result<Exit, CommandError> {
    let (_, text) = context::pipeline_text(common)?;
    // With `docmill pipeline > docmill.toml` the shell has made the file before docmill looks for
    // it.
    let is_being_made = text.is_empty() && common.pipeline.is_none();
    let text = if is_being_made { context::built_in()? } else { &text };
    std::io::stdout().lock().write_all(text.as_bytes())?;
    Ok(Exit::Success)
}

/// Prints a completion script.
pub fn completions(shell: clap_complete::Shell) -> Result<Exit, CommandError> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Args::command(), "docmill", &mut script);
    std::io::stdout().lock().write_all(&script)?;
    Ok(Exit::Success)
}

/// Prints the manual page.
pub fn manual() -> Result<Exit, CommandError> {
    let mut page = Vec::new();
    clap_mangen::Man::new(Args::command()).render(&mut page)?;
    std::io::stdout().lock().write_all(&page)?;
    Ok(Exit::Success)
}

/// Compiles a component from stdin to stdout.
pub fn compile(common: &Common) -> Result<Exit, CommandError> {
    let (input, output) = (std::io::stdin().lock(), std::io::stdout().lock());
    docmill::catalog::run_compiler(input, output, context::confinement(common))
        .map(|()| Exit::Success)
        .or_else(|error| {
            // The process that waits for the code passes these words on as they are.
            std::io::stderr().lock().write_all(error.to_string().as_bytes())?;
            Ok(Exit::SomeFailed)
        })
}
