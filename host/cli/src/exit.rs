//! How docmill ends, as a type: scripts rely on these numbers.

use std::process::ExitCode;

/// The exit code of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// All went well.
    Success = 0,
    /// The run finished, but some documents failed; or what was asked for is not there.
    SomeFailed = 1,
    /// The command line was wrong; clap exits with this code by itself.
    Usage = 2,
    /// A manifest, pipeline or plugin was rejected before any document was touched, or a plugin
    /// refused its configuration.
    Rejected = 3,
    /// The store could not be opened, read, or written.
    Store = 4,
    /// A bug in docmill.
    Bug = 101,
    /// The run was interrupted, and what was reported is stored; or a budget ended it, or an
    /// export.
    Interrupted = 130,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(exit as u8)
    }
}
