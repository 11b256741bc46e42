//! How an error is shown, and which exit code it means: one place for all of them.

use std::error::Error;
use std::fmt::Write;
use std::io::ErrorKind;

use docmill::error::{Hinted, Location};
use docmill::ingest::GlobError;
use docmill::pipeline::{PipelineError, RunError};
use docmill::store::{IoCause, StoreError};

use super::{WAY_BACK, escaped};
use crate::args::{Common, Output};
use crate::exit::Exit;

/// Why a command failed.
#[derive(Debug)]
pub struct CommandError {
    /// What failed, naming it in backticks.
    pub message: String,
    /// Why, outermost first.
    pub causes: Vec<String>,
    /// Where in a file.
    pub place: Option<Location>,
    /// One thing the reader can do now.
    pub hint: Option<String>,
    /// What it means for whoever called docmill.
    pub exit: Exit,
}

impl CommandError {
    /// An error without further causes.
    pub fn new(exit: Exit, message: impl Into<String>) -> CommandError {
        CommandError { message: message.into(), causes: Vec::new(), place: None, hint: None, exit }
    }

    /// An error with its chain of causes.
    pub fn of(exit: Exit, error: &dyn Error) -> CommandError {
        let causes = std::iter::successors(error.source(), |&cause| cause.source())
            .map(ToString::to_string)
            .collect();
        CommandError { message: error.to_string(), causes, place: None, hint: None, exit }
    }

    /// The same error with a cause.
    #[must_use]
    pub fn because(mut self, error: &dyn Error) -> CommandError {
        self.causes.extend(
            std::iter::successors(Some(error), |&cause| cause.source()).map(ToString::to_string),
        );
        self
    }

    /// The same error with a hint.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> CommandError {
        self.hint = Some(hint.into());
        self
    }
}

impl From<StoreError> for CommandError {
    fn from(error: StoreError) -> CommandError {
        let hint = match &error {
            StoreError::Locked(_) => Some(
                "wait for the other docmill to end, or give this one another folder with `--store`",
            ),
            StoreError::Foreign { .. } => Some(
                "give a new or empty folder with `--store`; docmill writes only into stores of its own",
            ),
            StoreError::Earlier(_) => Some("`docmill store upgrade` converts it"),
            StoreError::Damaged { .. } => Some(WAY_BACK),
            StoreError::Io { cause, .. } => about_disk(cause),
            _ => None,
        };
        CommandError { hint: hint.map(str::to_owned), ..CommandError::of(Exit::Store, &error) }
    }
}

/// The hint of an error of the library.
pub fn hint_of(error: &impl Hinted) -> Option<String> {
    error.hint().as_ref().map(super::hint_words)
}

/// What can be done about a disk or a database that says no.
fn about_disk(cause: &IoCause) -> Option<&'static str> {
    match cause.kind() {
        Some(ErrorKind::StorageFull | ErrorKind::FileTooLarge | ErrorKind::QuotaExceeded) => {
            Some("make room and run it again; what was reported is stored")
        }
        Some(ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem) => Some(
            "docmill writes to its store even where it only reads; copy the folder to where it may",
        ),
        _ => matches!(cause, IoCause::Stuck { .. }).then_some(WAY_BACK),
    }
}

impl From<PipelineError> for CommandError {
    fn from(error: PipelineError) -> CommandError {
        let (place, hint) = (Some(error.place.clone()), hint_of(&error));
        CommandError { place, hint, ..CommandError::of(Exit::Rejected, &error) }
    }
}

impl From<docmill::manifest::ManifestError> for CommandError {
    fn from(error: docmill::manifest::ManifestError) -> CommandError {
        PipelineError::from(error).into()
    }
}

impl From<GlobError> for CommandError {
    fn from(error: GlobError) -> CommandError {
        CommandError::of(Exit::Usage, &error)
    }
}

impl From<RunError> for CommandError {
    fn from(error: RunError) -> CommandError {
        let exit = match error {
            RunError::Misconfigured { .. } => Exit::Rejected,
            RunError::OverBudget(_) => Exit::Interrupted,
            _ => Exit::Store,
        };
        let hint = match &error {
            RunError::Store(StoreError::Io { cause, .. }) => about_disk(cause).map(str::to_owned),
            RunError::Store(StoreError::Damaged { .. }) => Some(WAY_BACK.to_owned()),
            RunError::OverBudget(_) => {
                Some("what was reported is stored; run it again to go on".to_owned())
            }
            error => hint_of(error),
        };
        CommandError { hint, ..CommandError::of(exit, &error) }
    }
}

impl From<std::io::Error> for CommandError {
    /// An error while writing results. A reader that has seen enough is no error; [`finish`] sees
    /// to that.
    fn from(error: std::io::Error) -> CommandError {
        let exit = if error.kind() == std::io::ErrorKind::BrokenPipe {
            Exit::Success
        } else {
            Exit::SomeFailed
        };
        CommandError {
            causes: vec![error.to_string()],
            ..CommandError::new(exit, "results could not be written")
        }
    }
}

/// Shows an error, if there is one, and tells the exit code.
pub fn finish(common: &Common, result: Result<Exit, CommandError>) -> Exit {
    // What lies in a buffer at the end would be lost without a word.
    let result = result.and_then(|exit| {
        std::io::Write::flush(&mut std::io::stdout())?;
        Ok(exit)
    });
    let error = match result {
        Ok(exit) => return exit,
        Err(error) if error.exit == Exit::Success => return Exit::Success,
        Err(error) => error,
    };
    let shown = match common.output {
        Output::Json => as_json(&error),
        Output::Human => render(&error, super::color_on_stderr(common)),
    };
    // With stderr closed there is nobody to tell, and the exit code says it all.
    let _ = std::io::Write::write_all(&mut std::io::stderr().lock(), shown.as_bytes());
    error.exit
}

fn render(error: &CommandError, color: bool) -> String {
    let (red, green, bold, reset) =
        if color { ("\x1b[1;31m", "\x1b[1;32m", "\x1b[1m", "\x1b[0m") } else { ("", "", "", "") };
    let mut shown = format!("{red}error{reset}{bold}:{reset} {}\n", escaped(&error.message));
    // Writing to a string does not fail.
    if let Some(place) = &error.place {
        let _ = writeln!(shown, "  --> {}", escaped(&place.to_string()));
    }
    for cause in &error.causes {
        // A cause may have several lines; all of them belong to it.
        let cause = escaped(cause.trim_end()).replace('\n', "\n    ");
        let _ = writeln!(shown, "  Caused by: {cause}");
    }
    if let Some(hint) = &error.hint {
        let _ = writeln!(shown, "{green}hint{reset}{bold}:{reset} {}", escaped(hint));
    }
    shown
}

fn as_json(error: &CommandError) -> String {
    let place = error.place.as_ref().map(|place| {
        serde_json::json!({ "path": place.path.display().to_string(), "line": place.line, "column": place.column })
    });
    let error = serde_json::json!({
        "error": error.message, "causes": error.causes, "place": place, "hint": error.hint, "exit": error.exit as u8,
    });
    let mut line = Vec::new();
    // Writing to memory does not fail.
    let _ = super::write_json(&mut line, &error);
    String::from_utf8_lossy(&line).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_an_error_controls_the_terminal() {
        let hostile = "a\u{1b}[2J\u{202e}b";
        let error = CommandError {
            causes: vec![hostile.to_owned()],
            place: Some(Location { path: hostile.into(), line: 1, column: 1 }),
            ..CommandError::new(Exit::Rejected, hostile).hint(hostile)
        };
        let shown = "a\\u{1b}[2J\\u{202e}b";
        assert_eq!(
            render(&error, false),
            format!("error: {shown}\n  --> {shown}:1:1\n  Caused by: {shown}\nhint: {shown}\n")
        );
        let json = as_json(&error);
        assert!(!json.contains(['\u{1b}', '\u{202e}']), "{json}");
        let read: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!((read["error"].as_str(), read["hint"].as_str()), (Some(hostile), Some(hostile)));
        assert_eq!(read["causes"][0].as_str(), Some(hostile));
        assert_eq!(read["place"]["path"].as_str(), Some(hostile));
    }

    #[test]
    fn an_error_reads_as_documented() {
        let error = CommandError {
            place: Some(Location { path: "docmill.toml".into(), line: 14, column: 1 }),
            ..CommandError::new(
                Exit::Rejected,
                "plugin `translate-glossary` has no setting `langauge`",
            )
            .hint("did you mean `language`?")
        };
        assert_eq!(
            render(&error, false),
            "error: plugin `translate-glossary` has no setting `langauge`\n  --> docmill.toml:14:1\nhint: did you mean `language`?\n"
        );
    }
}
