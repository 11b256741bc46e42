//! What becomes of a panic: a line in the log where it is caught and dealt with, an error with exit
//! code 101 where it is not.

use std::panic::{self, AssertUnwindSafe, catch_unwind};

use super::CommandError;
use crate::exit::Exit;

/// Runs a command, and makes an error of its panic.
///
/// A panic that the library catches has become a failure or an error of its own, which says
/// everything that helps people. So no panic prints anything by itself.
pub fn guarded(command: impl FnOnce() -> Result<Exit, CommandError>) -> Result<Exit, CommandError> {
    panic::set_hook(Box::new(|info| {
        tracing::debug!(target: "docmill::panic", backtrace = %std::backtrace::Backtrace::capture(), "{info}");
    }));
    catch_unwind(AssertUnwindSafe(command)).unwrap_or_else(|panic| {
        let words = panic.downcast_ref::<String>().map(String::as_str);
        let words = words.or_else(|| panic.downcast_ref::<&str>().copied());
        let mut error = CommandError::new(Exit::Bug, "docmill has a bug and cannot go on");
        error.causes.extend(words.map(str::to_owned));
        Err(error.hint("run it again with `-vv` and report what it says; what was reported as stored is stored"))
    })
}
