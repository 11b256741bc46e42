//! What went wrong with one source or document, kept so that it can be looked up and tried again.

use std::{fmt, io};

use super::{Cost, Digest, DocumentId, Hasher, Hint, Limits, PluginName, RunId, SourceName};

/// What kind of thing went wrong, sorted by who has to act.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FailureClass {
    /// No plugin of the pipeline reads this kind of source.
    Unsupported,
    /// The source is damaged; trying again would not help.
    Malformed,
    /// A setting has an unusable value.
    Misconfigured,
    /// The plugin says that it has a bug.
    Internal,
    /// The plugin crashed.
    Trapped,
    /// The plugin ran longer than its deadline.
    Deadline,
    /// The plugin wanted more memory than its limit.
    Memory,
    /// The plugin broke the contract: an invalid result, or one that is larger than a limit.
    Output,
    /// The host could not do its part: an unreadable file, a bug.
    Host,
    /// The machine ran out of memory, file descriptors or disk, or its disk failed.
    Machine,
    /// There is no text in the source, which is no fault of anybody.
    Empty,
}

impl FailureClass {
    /// All classes.
    pub const ALL: [FailureClass; 11] = [
        FailureClass::Unsupported,
        FailureClass::Malformed,
        FailureClass::Misconfigured,
        FailureClass::Internal,
        FailureClass::Trapped,
        FailureClass::Deadline,
        FailureClass::Memory,
        FailureClass::Output,
        FailureClass::Host,
        FailureClass::Machine,
        FailureClass::Empty,
    ];

    /// Whether somebody has to act. That nobody reads a source, or that there is nothing to read in
    /// it, is told and recorded, and is no failure of the run.
    pub const fn is_failure(self) -> bool {
        !matches!(self, FailureClass::Unsupported | FailureClass::Empty)
    }

    /// Whether the same call would fail in the same way again, wherever and whenever it is done
    /// within the same limits. Where it would not, a quiet machine may do what a crowded one could
    /// not.
    pub const fn is_settled(self) -> bool {
        match self {
            FailureClass::Unsupported
            | FailureClass::Malformed
            | FailureClass::Internal
            | FailureClass::Trapped
            | FailureClass::Memory
            | FailureClass::Output
            | FailureClass::Empty => true,
            FailureClass::Misconfigured
            | FailureClass::Deadline
            | FailureClass::Host
            | FailureClass::Machine => false,
        }
    }

    /// The class of what the system refused: most of it has to do with what was asked for, and some
    /// with the state that the machine is in.
    pub fn of_io(error: &io::Error) -> FailureClass {
        /// Too many open files of the system, and of the process; a failing disk. These have no
        /// kind.
        const NUMBERS: [i32; 3] = [23, 24, 5];
        let is_of_machine = matches!(
            error.kind(),
            io::ErrorKind::OutOfMemory
                | io::ErrorKind::StorageFull
                | io::ErrorKind::QuotaExceeded
                | io::ErrorKind::WouldBlock
        ) || cfg!(unix)
            && error.raw_os_error().is_some_and(|it| NUMBERS.contains(&it));
        if is_of_machine { FailureClass::Machine } else { FailureClass::Host }
    }

    /// The class in one word, such as `trapped`.
    pub const fn as_str(self) -> &'static str {
        match self {
            FailureClass::Unsupported => "unsupported",
            FailureClass::Malformed => "malformed",
            FailureClass::Misconfigured => "misconfigured",
            FailureClass::Internal => "internal",
            FailureClass::Trapped => "trapped",
            FailureClass::Deadline => "deadline",
            FailureClass::Memory => "memory",
            FailureClass::Output => "output",
            FailureClass::Host => "host",
            FailureClass::Machine => "machine",
            FailureClass::Empty => "empty",
        }
    }
}

impl fmt::Display for FailureClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Identifies a failure: the same step failing on the same document has the same id, run after run.
///
/// Written like a [`DocumentId`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FailureId(DocumentId);

impl FailureId {
    /// The id of the failure of `step` on a document, or of a source as a whole where these are
    /// absent.
    pub fn of(
        source: &SourceName,
        document: Option<DocumentId>,
        step: Option<&PluginName>,
    ) -> FailureId {
        let mut hasher = Hasher::new("docmill failure id 1");
        hasher.field(source.as_str().as_bytes());
        hasher.field(document.as_ref().map_or(&[][..], |id| id.as_bytes()));
        hasher.field(step.map_or("", PluginName::as_str).as_bytes());
        FailureId(DocumentId::of_digest(&hasher.finish()))
    }

    /// An id that was computed before.
    pub const fn from_bytes(bytes: [u8; DocumentId::LENGTH]) -> FailureId {
        FailureId(DocumentId::from_bytes(bytes))
    }

    /// The bytes.
    pub const fn as_bytes(&self) -> &[u8; DocumentId::LENGTH] {
        self.0.as_bytes()
    }
}

impl fmt::Display for FailureId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::str::FromStr for FailureId {
    type Err = super::NameError;

    fn from_str(text: &str) -> Result<FailureId, super::NameError> {
        text.parse().map(FailureId)
    }
}

/// How urgent a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LogLevel {
    /// Every step.
    Trace,
    /// For the plugin's author.
    Debug,
    /// For the curious operator.
    Info,
    /// Something looks wrong.
    Warn,
    /// Something is wrong.
    Error,
}

impl fmt::Display for LogLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            LogLevel::Trace => "trace",
            LogLevel::Debug => "debug",
            LogLevel::Info => "info",
            LogLevel::Warn => "warn",
            LogLevel::Error => "error",
        })
    }
}

/// One message of a plugin, cut to a length that the host chose. Hostile text: whoever prints it
/// escapes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogLine {
    /// How urgent the plugin says it is.
    pub level: LogLevel,
    /// The message and its fields.
    pub message: String,
}

/// How the plugin that failed was run: with its component, what it takes to do so again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// What the plugin calls itself.
    pub plugin: PluginName,
    /// The plugin's own version.
    pub version: String,
    /// What it was allowed to use.
    pub limits: Limits,
    /// The digest of its settings, tables and languages, under which the store keeps them.
    pub configuration: Digest,
}

/// What went wrong with one source or document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The same for the same step on the same document.
    pub id: FailureId,
    /// The source concerned.
    pub source: SourceName,
    /// The digest of its content, unless it could not be read.
    pub original: Option<Digest>,
    /// The document concerned, unless it is the source as a whole.
    pub document: Option<DocumentId>,
    /// The step that failed, unless it is the host's part.
    pub step: Option<PluginName>,
    /// The digest of the plugin that failed.
    pub component: Option<Digest>,
    /// How the plugin was run; absent where none was, and in records of an early docmill.
    pub attempt: Option<Attempt>,
    /// What the call that failed cost; absent where there was none, and in records of an early
    /// docmill.
    pub cost: Option<Cost>,
    /// What kind of thing went wrong.
    pub class: FailureClass,
    /// What went wrong, outermost first, each a lower-case fragment; never empty. Parts of it are
    /// the plugin's words: whoever prints it escapes it.
    pub causes: Vec<String>,
    /// One thing the reader can do now.
    pub hint: Option<Hint>,
    /// The plugin's call stack, innermost first, if it was stopped or crashed.
    pub backtrace: Vec<String>,
    /// The end of what the plugin logged.
    pub log: Vec<LogLine>,
    /// The run in which it failed last.
    pub run: RunId,
}
