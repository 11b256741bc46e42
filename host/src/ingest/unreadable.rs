//! Why a source could not be read, and whose fault that is.

use std::error::Error;
use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use crate::capabilities::{ReadError, SpoolError};
use crate::error::{Hint, Hinted, words};
use crate::model::{ByteSize, FailureClass, NameError};

/// Why a source could not be read.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum Unreadable {
    /// It has more bytes than are read.
    #[error("it has {size}, and the limit is {limit}")]
    TooLarge {
        /// How many it has.
        size: ByteSize,
        /// How many are read.
        limit: ByteSize,
    },
    /// It has more bytes than are read, and nobody knows how many.
    #[error("it has more than {limit}, which is the limit")]
    LongerThan {
        /// How many are read.
        limit: ByteSize,
    },
    /// The system refused.
    #[error("it could not be {tried}")]
    System {
        /// What was tried.
        tried: Tried,
        /// Why.
        #[source]
        error: Arc<io::Error>,
    },
    /// A file of the list of sources could not be read.
    #[error("`{}` could not be read", .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        error: Arc<io::Error>,
    },
    /// The bytes were there, and could not be read.
    #[error(transparent)]
    Bytes(ReadError),
    /// What does not fit into memory could not be kept elsewhere.
    #[error(transparent)]
    Spool(SpoolError),
    /// What it is called is not a name of a source.
    #[error(transparent)]
    Name(NameError),
    /// A folder was named, and there is nothing in it.
    #[error("it is a folder without files")]
    NoFiles,
    /// What was named is neither a file nor a pattern of some.
    #[error("there is no such file, and nothing matches it as a pattern")]
    NoMatch,
    /// It is a pipe, a device, or something like that.
    #[error("it is neither a file nor a folder")]
    NoFile,
    /// It is a link.
    #[error("{}", .0.words())]
    Link(LinkRefusal),
    /// It is a folder that lies too deep.
    #[error("it lies {most} folders deep, and deeper ones are not walked")]
    TooDeep {
        /// How deep is still walked.
        most: usize,
    },
    /// It is a container within too many others.
    #[error("it lies in {depth} containers within each other, and the limit is {most}")]
    TooNested {
        /// How many containers it lies in.
        depth: usize,
        /// How many are taken apart.
        most: usize,
    },
    /// A store does not have its bytes any more, or never had them.
    #[error("{}", .kind.words())]
    NotKept {
        /// Why not.
        kind: NotKept,
        /// Why the file that it was is of no help.
        #[source]
        file: Option<Box<Unreadable>>,
    },
    /// An earlier attempt at reading it did not come to an end.
    #[error("reading it failed before")]
    FailedBefore,
    /// The run was interrupted.
    #[error("the run ended before all of its members were taken in")]
    Interrupted,
    /// A bug.
    #[error("the host panicked, which is a bug in docmill")]
    Panicked,
    /// Another reason, of whoever offers the source.
    #[error(transparent)]
    Other(Arc<dyn Error + Send + Sync>),
}

/// What was tried with a file when the system refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Tried {
    /// To find it.
    Found,
    /// To open it.
    Opened,
    /// To read it.
    Read,
    /// To find what a link leads to.
    Followed,
}

impl fmt::Display for Tried {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Tried::Found => "found",
            Tried::Opened => "opened",
            Tried::Read => "read",
            Tried::Followed => "followed",
        })
    }
}

impl Tried {
    /// What the system says to it.
    pub(super) fn failed(self, error: io::Error) -> Unreadable {
        Unreadable::System { tried: self, error: Arc::new(error) }
    }
}

/// Why a link is not followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum LinkRefusal {
    /// None is that was not named itself.
    Found,
    /// It leads further than links are followed.
    LeadsOut,
    /// It leads to where it lies.
    Circle,
}

impl LinkRefusal {
    fn words(self) -> &'static str {
        match self {
            LinkRefusal::Found => {
                "it is a symbolic link, and links found in a folder are not followed"
            }
            LinkRefusal::LeadsOut => "it is a symbolic link out of the folder that was named",
            LinkRefusal::Circle => "it leads to a folder that it lies in",
        }
    }
}

/// Why a store does not have the bytes of a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum NotKept {
    /// They were never read.
    NeverRead,
    /// They are not among the originals.
    NotCopied,
    /// They are too large to be copied, and the file is not where it was.
    Moved,
    /// They are too large to be copied, and the file has others.
    Changed,
}

impl NotKept {
    fn words(self) -> &'static str {
        match self {
            NotKept::NeverRead => "its content was never read",
            NotKept::NotCopied => "its content is not in the store",
            NotKept::Moved => {
                "its content is too large to be in the store, and is not where it was"
            }
            NotKept::Changed => "the file is no longer the one that was taken in",
        }
    }
}

impl Unreadable {
    /// It has more bytes than are read.
    pub fn too_large(size: u64, limit: u64) -> Unreadable {
        Unreadable::TooLarge { size: ByteSize(size), limit: ByteSize(limit) }
    }

    /// It has more bytes than are read, and nobody knows how many.
    pub fn longer_than(limit: u64) -> Unreadable {
        Unreadable::LongerThan { limit: ByteSize(limit) }
    }

    /// A reason that only whoever offers the source knows: an error, or one in words.
    pub fn because(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Unreadable {
        Unreadable::Other(Arc::from(cause.into()))
    }

    /// Whose fault it is: [`FailureClass::Host`], or [`FailureClass::Machine`].
    pub fn class(&self) -> FailureClass {
        match self {
            Unreadable::System { error, .. } | Unreadable::File { error, .. } => {
                FailureClass::of_io(error)
            }
            Unreadable::Bytes(error) => error.class(),
            Unreadable::Spool(_) => FailureClass::Machine,
            Unreadable::NotKept { file: Some(file), .. } => file.class(),
            _ => FailureClass::Host,
        }
    }

    /// What went wrong, outermost first: lower-case fragments, as a failure has them.
    pub fn causes(&self) -> Vec<String> {
        words(self)
    }
}

impl Hinted for Unreadable {
    fn hint(&self) -> Option<Hint> {
        match self {
            Unreadable::TooLarge { .. } | Unreadable::LongerThan { .. } => {
                Some(Hint::RaiseSourceSize)
            }
            Unreadable::Bytes(ReadError::Changed) => Some(Hint::WaitForWriter),
            Unreadable::Link(LinkRefusal::Found | LinkRefusal::LeadsOut) => Some(Hint::NameLink),
            Unreadable::NotKept { kind: NotKept::NeverRead, .. } => None,
            Unreadable::NotKept { .. } => Some(Hint::BringFileBack),
            _ => None,
        }
    }
}

impl From<ReadError> for Unreadable {
    fn from(error: ReadError) -> Unreadable {
        Unreadable::Bytes(error)
    }
}

impl From<SpoolError> for Unreadable {
    fn from(error: SpoolError) -> Unreadable {
        Unreadable::Spool(error)
    }
}
