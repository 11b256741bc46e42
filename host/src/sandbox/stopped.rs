//! Why a call ended without a result: what went wrong, and what the plugin left behind.

use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::capabilities::{LookupRefused, ReadError, Refused, SpoolError};
use crate::error::{Hint, Hinted, words};
use crate::model::{ByteSize, Clause, Cost, FailureClass, LimitName, LogLine, PluginName, Role};

/// Why a call ended without a result.
#[derive(Debug, Clone)]
pub struct Stopped {
    /// What went wrong; boxed, as every call returns it or its result.
    pub kind: Box<StopKind>,
    /// The plugin's call stack, innermost first.
    pub backtrace: Vec<String>,
    /// The end of what the plugin logged.
    pub log: Vec<LogLine>,
    /// What it cost until then; absent if it did not come to a call.
    pub cost: Option<Box<Cost>>,
}

/// What ended a call. Where a text comes from the plugin or a runtime, it is quoted and not
/// escaped.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum StopKind {
    /// The plugin returned an error of the contract.
    #[error("{0}")]
    Reported(Reported),
    /// The plugin broke a promise of the contract.
    #[error("{what}")]
    Broken {
        /// What it did.
        what: String,
        /// What it promised.
        clause: &'static Clause,
    },
    /// It needed more memory than its limit.
    #[error("it asked for {asked} of memory, and its limit is {limit}")]
    Memory {
        /// What it would have had.
        asked: ByteSize,
        /// What it may have.
        limit: ByteSize,
    },
    /// Its calls went too deep.
    #[error("it used up its stack of 512 KiB")]
    Stack,
    /// It ran longer than this.
    #[error("it ran longer than its deadline of {}", humantime::format_duration(*.0))]
    Deadline(Duration),
    /// It handed over more than this.
    #[error("it handed over more than its limit of {0} in one call or result")]
    Output(ByteSize),
    /// It held more than so many handles.
    #[error("it holds more than {0} handles")]
    TooManyHandles(usize),
    /// It used a handle that it did not have.
    #[error("it misused a handle: {words}")]
    Handle {
        /// The runtime's words.
        words: String,
    },
    /// It handed over what is no value: text that is not in UTF-8, a pointer outside of its memory.
    #[error("it broke the rules for passing values: {words}")]
    Values {
        /// The runtime's words.
        words: String,
    },
    /// It asked a table for too much.
    #[error(transparent)]
    Lookup(LookupRefused),
    /// A member that it emitted was not taken.
    #[error(transparent)]
    Member(Refused),
    /// It asked for the network.
    #[error(
        "it asked for the network, which no plugin has (`wasi:sockets/{interface}`, `{function}`)"
    )]
    Network {
        /// Of this interface.
        interface: &'static str,
        /// By this function.
        function: &'static str,
    },
    /// It ended itself.
    #[error("it called `exit`")]
    Exit,
    /// It gave up.
    #[error("{words}")]
    GaveUp {
        /// Why, out of what it printed and the names of its functions.
        words: String,
        /// Whether it could not have said more: it has no standard error.
        is_mute: bool,
    },
    /// It did what no code may do, such as dividing by zero.
    #[error("it crashed: {words}")]
    Crashed {
        /// The runtime's words.
        words: String,
    },
    /// The bytes of its source could not be read.
    #[error(transparent)]
    Source(ReadError),
    /// What it handed over in pieces could not be kept.
    #[error(transparent)]
    Spool(SpoolError),
    /// The machine was short of something.
    #[error("the machine could not give it what it needs: {words}")]
    Machine {
        /// Of what, in the system's words.
        words: String,
    },
    /// It did not come to an instance.
    #[error("no instance could be made: {words}")]
    NoInstance {
        /// The runtime's words.
        words: String,
    },
    /// The system confines no threads for it, and has to.
    #[error("there are no threads to run it on that the system confines")]
    NoThreads,
    /// Its code could not be had.
    #[error("the code of its plugin cannot be had")]
    NoCode {
        /// Whose fault that is.
        class: FailureClass,
        /// Why.
        #[source]
        error: Arc<dyn Error + Send + Sync>,
    },
    /// It was asked for what its role does not do.
    #[error("`{step}` is a {role} and {does_not}")]
    OtherRole {
        /// The step.
        step: PluginName,
        /// Its role.
        role: Role,
        /// What it does not do, such as `reads no documents`.
        does_not: &'static str,
    },
    /// A bug: there were more calls than room for them.
    #[error("the pool of instances was exhausted, which is a bug in docmill")]
    NoPool,
    /// A bug: code of the host panicked.
    #[error("the host panicked, which is a bug in docmill: {words}")]
    Panicked {
        /// What it said.
        words: String,
    },
}

impl StopKind {
    /// What kind of thing went wrong.
    pub fn class(&self) -> FailureClass {
        match self {
            StopKind::Reported(reported) => reported.class,
            StopKind::Memory { .. } | StopKind::Stack => FailureClass::Memory,
            StopKind::Deadline(_) => FailureClass::Deadline,
            StopKind::Broken { .. }
            | StopKind::Output(_)
            | StopKind::TooManyHandles(_)
            | StopKind::Handle { .. }
            | StopKind::Values { .. }
            | StopKind::Lookup(_)
            | StopKind::Member(Refused::Limit(_) | Refused::Interrupted) => FailureClass::Output,
            StopKind::Network { .. }
            | StopKind::Exit
            | StopKind::GaveUp { .. }
            | StopKind::Crashed { .. } => FailureClass::Trapped,
            StopKind::Source(error) => error.class(),
            StopKind::NoCode { class, .. } => *class,
            StopKind::Member(Refused::Unreadable(_))
            | StopKind::Spool(_)
            | StopKind::Machine { .. }
            | StopKind::NoInstance { .. }
            | StopKind::NoThreads => FailureClass::Machine,
            StopKind::OtherRole { .. } | StopKind::NoPool | StopKind::Panicked { .. } => {
                FailureClass::Host
            }
        }
    }

    /// The clause of the contract that was broken, if the plugin broke one that has a number.
    pub fn clause(&self) -> Option<&'static Clause> {
        match self {
            StopKind::Broken { clause, .. } => Some(clause),
            StopKind::Output(_) => Some(Clause::OUTPUT_LIMIT),
            StopKind::TooManyHandles(_) => Some(Clause::HANDLE_LIMIT),
            StopKind::Handle { .. } => Some(Clause::HANDLES),
            StopKind::Values { .. } => Some(Clause::VALUES),
            StopKind::Lookup(_) => Some(Clause::LOOKUP_LIMIT),
            StopKind::Member(Refused::Limit(_)) => Some(Clause::CONTAINER_LIMIT),
            _ => None,
        }
    }
}

impl Hinted for StopKind {
    fn hint(&self) -> Option<Hint> {
        match self {
            StopKind::Broken { clause, .. } => Some(Hint::keep(clause)),
            StopKind::Memory { .. } => Some(Hint::RaiseLimit(LimitName::Memory)),
            StopKind::Deadline(_) => Some(Hint::RaiseLimit(LimitName::Deadline)),
            StopKind::Output(_) => Some(Hint::RaiseLimit(LimitName::Output)),
            StopKind::GaveUp { is_mute: true, .. } => Some(Hint::LetItPrint),
            _ => None,
        }
    }
}

impl Stopped {
    /// A reason without anything that the plugin left behind.
    pub(crate) fn new(kind: StopKind) -> Stopped {
        Stopped { kind: Box::new(kind), backtrace: Vec::new(), log: Vec::new(), cost: None }
    }

    /// What kind of thing went wrong.
    pub fn class(&self) -> FailureClass {
        self.kind.class()
    }

    /// The clause of the contract that was broken, if the plugin broke one that has a number.
    pub fn clause(&self) -> Option<&'static Clause> {
        self.kind.clause()
    }

    /// What went wrong, outermost first: lower-case fragments, as a failure has them. Parts of them
    /// may be the plugin's words, quoted but not escaped.
    pub fn causes(&self) -> Vec<String> {
        words(&*self.kind)
    }

    /// The same, after calls for the same result that went well and cost this.
    pub(crate) fn after(self, mut cost: Cost) -> Stopped {
        cost += self.cost.as_deref().copied().unwrap_or_default();
        Stopped { cost: Some(Box::new(cost)), ..self }
    }

    /// What the plugin left behind besides the reason, for errors: a failure record has fields for
    /// it.
    pub(crate) fn remains(&self) -> Option<Remains> {
        let log = self.log.iter().map(|line| line.message.clone()).collect::<Vec<_>>();
        let stack = self.backtrace.iter().enumerate();
        let stack =
            stack.map(|(number, frame)| format!("{number:>2}  {frame}")).collect::<Vec<_>>();
        let part = |title: &str, lines: Vec<String>| {
            (!lines.is_empty()).then(|| format!("{title}:\n{}", lines.join("\n")))
        };
        let parts =
            [part("the end of its log", log), part("its call stack, innermost first", stack)];
        parts
            .into_iter()
            .flatten()
            .rev()
            .fold(None, |next, words| Some(Remains { words, next: next.map(Box::new) }))
    }
}

impl Hinted for Stopped {
    fn hint(&self) -> Option<Hint> {
        self.kind.hint()
    }
}

impl fmt::Display for Stopped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.kind.fmt(f)
    }
}

impl Error for Stopped {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.kind.source()
    }
}

/// The end of a plugin's log and its call stack, as causes in a chain of errors: parts of them are
/// the plugin's words, in several lines.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{words}")]
pub struct Remains {
    words: String,
    #[source]
    next: Option<Box<Remains>>,
}

/// An error of the contract, as the plugin returned it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reported {
    /// Which of the contract's errors.
    pub class: FailureClass,
    /// The plugin's words, cut to a length that fits into a message; may be empty.
    pub reason: String,
    /// Where a defect was noticed, in bytes.
    pub offset: Option<u64>,
    /// The setting or table that cannot be used, likewise cut.
    pub key: Option<String>,
}

impl fmt::Display for Reported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let reason = if self.reason.is_empty() { "it gives no reason" } else { &self.reason };
        match (self.offset, &self.key) {
            (Some(offset), _) => write!(f, "{reason} (at byte {offset})"),
            (None, Some(key)) => {
                write!(f, "its setting `{}` is unusable: {reason}", key.escape_debug())
            }
            (None, None) => f.write_str(reason),
        }
    }
}
