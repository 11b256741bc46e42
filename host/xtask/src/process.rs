//! Runs other programs, says so, and turns what goes wrong into an error with a hint.

use std::ffi::OsStr;
use std::process::{Command, Stdio};

/// What a task comes to.
pub type Outcome<T = ()> = Result<T, Error>;

/// Why a task could not be done, and one thing to do about it.
#[derive(Debug)]
pub struct Error {
    pub message: String,
    pub hint: Option<String>,
}

impl Error {
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), hint: None }
    }

    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// An error of the file system, with the path it is about.
pub fn at(path: &std::path::Path) -> impl FnOnce(std::io::Error) -> Error + '_ {
    move |error| Error::new(format!("`{}`: {error}", path.display()))
}

/// Shows a command line, then runs it to its end; it must succeed.
pub fn run(command: &mut Command) -> Outcome {
    announce(command);
    run_quietly(command)
}

/// The same without showing it: for what a person would not type.
pub fn run_quietly(command: &mut Command) -> Outcome {
    let status = command.status().map_err(|error| not_started(command, &error))?;
    if status.success() {
        return Ok(());
    }
    Err(Error::new(format!("`{}` failed: {status}", words(command).join(" "))))
}

/// Runs a command that only tells something; `None` if it is not there or fails.
pub fn ask(program: &str, arguments: &[&str]) -> Option<String> {
    let output =
        Command::new(program).args(arguments).stdin(Stdio::null()).stderr(Stdio::null()).output();
    let output = output.ok().filter(|output| output.status.success())?;
    Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

pub fn announce(command: &Command) {
    eprintln!("$ {}", words(command).join(" "));
}

pub fn not_started(command: &Command, error: &std::io::Error) -> Error {
    let program = name(command.get_program());
    Error::new(format!("`{program}` could not be started: {error}"))
        .hint(format!("install `{program}`, or put it on the search path"))
}

fn words(command: &Command) -> Vec<String> {
    let program = name(command.get_program());
    let arguments = command.get_args().map(|it| it.to_string_lossy().into_owned());
    std::iter::once(program).chain(arguments).collect()
}

/// The last part of a path: cargo hands its own down in full, which nobody would type.
fn name(program: &OsStr) -> String {
    std::path::Path::new(program).file_name().unwrap_or(program).to_string_lossy().into_owned()
}
