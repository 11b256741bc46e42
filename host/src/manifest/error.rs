//! Why a pipeline's file was refused: what is wrong, and where.

use std::time::Duration;

use crate::error::{Hint, Hinted, Location};
use crate::model::{ByteSize, LimitName, NameError};

/// Why a pipeline was refused before anything of it was loaded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind}")]
pub struct ManifestError {
    /// What is wrong.
    pub kind: ManifestErrorKind,
    /// Where.
    pub place: Location,
}

impl Hinted for ManifestError {
    fn hint(&self) -> Option<Hint> {
        self.kind.hint()
    }
}

/// What is wrong with the file of a pipeline.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ManifestErrorKind {
    /// It is not TOML, or has keys that there are not; the words of the parser, possibly several
    /// lines.
    #[error("{0}")]
    Syntax(String),
    /// It extends something else than the built-in pipeline.
    #[error("a pipeline can extend `built-in`, and not `{}`", .0.escape_debug())]
    Extends(String),
    /// It extends the built-in pipeline, and there is none.
    #[error("there is no built-in pipeline here that it could extend")]
    NoBuiltIn,
    /// There is nothing to run.
    #[error("the pipeline has no steps")]
    NoSteps,
    /// There are more steps than a pipeline may have.
    #[error("a pipeline has at most {most} steps")]
    TooManySteps {
        /// How many there may be.
        most: usize,
    },
    /// A step is called what no step may be called.
    #[error("`{}` is not a name for a step", .0.escape_debug())]
    StepName(String),
    /// The value of a setting is no single value.
    #[error("setting `{setting}` is {found}, and settings are strings, numbers, or booleans")]
    SettingType {
        /// The setting.
        setting: String,
        /// What its value is, such as `an array`.
        found: &'static str,
    },
    /// A language to translate into is none.
    #[error(transparent)]
    Language(NameError),
    /// What is said to be a media type is none.
    #[error(transparent)]
    MediaType(NameError),
    /// A limit is none, or out of bounds.
    #[error(transparent)]
    Limit(LimitError),
}

impl Hinted for ManifestErrorKind {
    fn hint(&self) -> Option<Hint> {
        match self {
            ManifestErrorKind::NoSteps => Some(Hint::AddStep),
            ManifestErrorKind::StepName(_) => Some(Hint::NameStepInKebabCase),
            ManifestErrorKind::Limit(error) => error.hint(),
            _ => None,
        }
    }
}

/// Why limits could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LimitError {
    /// A part of a list of limits that gives none a value.
    #[error("`{}` is not a limit; write it like `deadline=10s`", .0.escape_debug())]
    NotAssigned(String),
    /// There is no such limit.
    #[error("there is no limit `{}`; there are `deadline`, `memory`, `output`, and `log`", .0.escape_debug())]
    Unknown(String),
    /// A deadline is not a duration.
    #[error("`{}` is not a duration", .0.escape_debug())]
    NoDuration(String),
    /// A deadline is zero, or longer than any may be.
    #[error("`{}` lies between 1ms and {}", LimitName::Deadline, humantime::format_duration(*.most))]
    DurationRange {
        /// The longest.
        most: Duration,
    },
    /// A size is none.
    #[error("`{}` is not a size", .0.escape_debug())]
    NoSize(String),
    /// A size is zero, or more than any may be.
    #[error("`{limit}` lies between 1 B and {most}")]
    SizeRange {
        /// Of which limit.
        limit: LimitName,
        /// The most.
        most: ByteSize,
    },
}

impl Hinted for LimitError {
    fn hint(&self) -> Option<Hint> {
        match self {
            LimitError::NoDuration(_) => Some(Hint::WriteDuration),
            LimitError::NoSize(_) => Some(Hint::WriteSize),
            _ => None,
        }
    }
}
