//! Why a store says no, and what is wrong with what in it.

use std::error::Error;
use std::fmt;
use std::io;
use std::path::PathBuf;

use super::folder::MARKER;
use super::record::RecordError;
use crate::error::Action;
use crate::model::{Digest, DocumentId, FailureId, NameError, RunId, SourceName};

/// Why the store could not be opened, read, or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// Another process has the store open.
    #[error("the store `{}` is in use by another process", .0.display())]
    Locked(PathBuf),
    /// The folder holds something that is not a store, or a store of a later docmill.
    #[error("`{}` is not a docmill store that this version can read: {kind}", .path.display())]
    Foreign {
        /// The folder.
        path: PathBuf,
        /// What was found there.
        kind: ForeignKind,
    },
    /// Something in the store cannot be used.
    #[error("the store has a damaged record: {item}: {damage}")]
    Damaged {
        /// What.
        item: Item,
        /// What is wrong with it.
        damage: Damage,
    },
    /// Something in the store was written by a later docmill.
    #[error("the store holds something newer than this docmill: {item}: {later}")]
    Later {
        /// What.
        item: Item,
        /// In which format.
        later: Later,
    },
    /// The bytes handed over as an original do not have the digest of their source: it changed
    /// while it was read.
    #[error("the content of `{}` changed while it was taken in", .source_name.as_str().escape_debug())]
    Mismatch {
        /// The source.
        source_name: SourceName,
    },
    /// The store was written by an earlier docmill, in a layout that has to be converted before
    /// anything is read or written.
    #[error("the store `{}` was written by an earlier docmill and has to be converted", .0.display())]
    Earlier(PathBuf),
    /// The disk or the database said no.
    #[error("the store could not be {action}")]
    Io {
        /// What was tried.
        action: Action,
        /// What the layer below says.
        #[source]
        cause: IoCause,
    },
}

impl Action {
    /// What the system says to it.
    pub(super) fn failed(self, error: io::Error) -> StoreError {
        StoreError::Io { action: self, cause: IoCause::System(error) }
    }
}

/// What the layer below a store says.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IoCause {
    /// The system refused.
    #[error(transparent)]
    System(io::Error),
    /// The database met something in its files that it does not expect.
    #[error("the database cannot go on, probably because its files are damaged: {words}")]
    Stuck {
        /// Its words.
        words: String,
    },
    /// The database refused for another reason.
    #[error(transparent)]
    Database(Box<dyn Error + Send + Sync>),
    /// An earlier write failed, and nobody knows what the disk has kept of it.
    #[error("an earlier write failed: {words}")]
    AfterFailure {
        /// What the system said then, if it was the system.
        kind: Option<io::ErrorKind>,
        /// The words that were said.
        words: String,
    },
    /// The database does not work where time has not begun.
    #[error("the clock of this machine stands before 1970; set it")]
    Clock,
}

impl IoCause {
    /// What the system says, if it is the system that refuses.
    pub fn kind(&self) -> Option<io::ErrorKind> {
        match self {
            IoCause::System(error) => Some(error.kind()),
            IoCause::AfterFailure { kind, .. } => *kind,
            IoCause::Stuck { .. } | IoCause::Database(_) | IoCause::Clock => None,
        }
    }
}

/// What is in a folder that is no store of this docmill.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ForeignKind {
    /// There is something else than a folder.
    #[error("it is not a folder")]
    NoFolder,
    /// There is no store.
    #[error("it holds no `{}`", MARKER)]
    NoStore,
    /// There is something of somebody else's.
    #[error("it holds `{}`, and no `{}`", .name.escape_debug(), MARKER)]
    Others {
        /// What is called like this, for one.
        name: String,
    },
    /// A store of a later docmill.
    #[error(
        "it was written by a later docmill, in version {version}; this one reads up to {known}"
    )]
    Later {
        /// Its version.
        version: u32,
        /// The latest version that this docmill reads.
        known: u32,
    },
    /// A store of a time when stores were not yet kept.
    #[error(
        "it was written by a docmill before its first release, in version {version}; this one reads {known}"
    )]
    Unreleased {
        /// Its version.
        version: u32,
        /// The version that this docmill reads.
        known: u32,
    },
    /// A store that does not say in which version it is.
    #[error("its `{}` does not say which version it has", MARKER)]
    NoVersion,
}

/// Something in a store: a record, or what the store is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Item {
    /// The bytes of a source.
    Original(Digest),
    /// A component, a configuration, or a recipe.
    Part(Digest),
    /// The record of what is called so. A damaged key may hold what is not a name.
    Source(String),
    /// A document, or one version of it.
    Document {
        /// The document.
        id: DocumentId,
        /// The version, if it is about one.
        version: Option<u32>,
    },
    /// What a step found in a version of a document.
    Finding {
        /// The step.
        step: String,
        /// The document.
        id: DocumentId,
        /// The version.
        version: u32,
    },
    /// What a step had found there before, or what the text was before.
    History {
        /// The step; absent for the text.
        step: Option<String>,
        /// The document.
        id: DocumentId,
        /// The version.
        version: u32,
    },
    /// A failure.
    Failure(FailureId),
    /// What a list tells of a document of this source.
    Summary {
        /// What the source is called.
        source: String,
    },
    /// A run.
    Run(RunId),
    /// Which source the commit of this number was of.
    Change(u64),
    /// What the store says about itself.
    About,
    /// How many commits there were.
    Count,
    /// A record of which only the key is known.
    Unknown(Vec<u8>),
    /// The log of the database.
    Log,
    /// The file that remembers how many commits there were.
    CountFile,
}

impl fmt::Display for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Item::Original(digest) => write!(f, "original {digest}"),
            Item::Part(digest) => write!(f, "component or configuration {digest}"),
            Item::Source(name) => write!(f, "source `{}`", name.escape_debug()),
            Item::Document { id, version: None } => write!(f, "document `{id}`"),
            Item::Document { id, version: Some(version) } => {
                write!(f, "document `{id}`, version {version}")
            }
            Item::Finding { step, id, version } => {
                let step = step.escape_debug();
                write!(f, "finding of `{step}` in document `{id}`, version {version}")
            }
            Item::History { step: Some(step), id, version } => {
                let step = step.escape_debug();
                write!(f, "history of `{step}` in document `{id}`, version {version}")
            }
            Item::History { step: None, id, version } => {
                write!(f, "history of the text of document `{id}`, version {version}")
            }
            Item::Failure(id) => write!(f, "failure `{id}`"),
            Item::Summary { source } => {
                write!(f, "summary of a document of `{}`", source.escape_debug())
            }
            Item::Run(RunId(number)) => write!(f, "run {number}"),
            Item::Change(number) => write!(f, "source of commit {number}"),
            Item::About => f.write_str("record about the store"),
            Item::Count => f.write_str("number of commits"),
            Item::Unknown(key) => write!(f, "record with the key `{}`", key.escape_ascii()),
            Item::Log => f.write_str("the log of the database"),
            Item::CountFile => f.write_str("the file with the number of commits"),
        }
    }
}

/// What is wrong with something in a store.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Damage {
    /// Its bytes are no record.
    #[error(transparent)]
    Record(RecordError),
    /// A later docmill wrote it.
    #[error("{0}")]
    Later(Later),
    /// It has a format that was converted.
    #[error("it is of an earlier layout")]
    EarlierLayout,
    /// It was there a moment ago, or always has to be.
    #[error("it is gone")]
    Gone,
    /// Something speaks of it, and it is not there.
    #[error("it is not there")]
    Missing,
    /// A source has a document that is not there.
    #[error("source `{}` lists it, but it is not there", .0.as_str().escape_debug())]
    OnlyListed(SourceName),
    /// Its bytes are not those that were written.
    #[error("its checksum does not match")]
    Checksum,
    /// It is kept under a digest that is not that of its bytes.
    #[error("its bytes have another digest")]
    OtherDigest,
    /// It is kept under something that is not a digest.
    #[error("its key is not a digest")]
    NoDigest,
    /// It was cut up, and not all of it is there.
    #[error("a piece of it is missing")]
    NoPiece,
    /// It was cut up twice.
    #[error("its pieces are in pieces")]
    PiecesInPieces,
    /// It was cut up and is never large.
    #[error("it is in pieces")]
    InPieces,
    /// It should be a number.
    #[error("it is not a number")]
    NoNumber,
    /// It says that it lies elsewhere.
    #[error("it belongs to another key")]
    OtherKey,
    /// No docmill writes what is called so.
    #[error("it is of no known kind")]
    NoKind,
    /// The database has the key, and not where the value is.
    #[error("the database does not say where it is")]
    Nowhere,
    /// The database has the key, and no value.
    #[error("the database has lost it")]
    Lost,
    /// The log ends before the last commit.
    #[error("{found} of {remembered} commits are left in it")]
    CommitsLost {
        /// How many are there.
        found: u64,
        /// How many there were.
        remembered: u64,
    },
    /// A name in it is none today.
    #[error(transparent)]
    Name(NameError),
    /// Two records contradict each other.
    #[error(transparent)]
    Contradiction(Contradiction),
    /// It cannot even be read.
    #[error(transparent)]
    Unreadable(Box<StoreError>),
}

impl From<Contradiction> for Damage {
    fn from(it: Contradiction) -> Damage {
        Damage::Contradiction(it)
    }
}

/// How what one record says differs from what there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Contradiction {
    /// The bytes of a source are gone.
    #[error("its content is not there")]
    NoContent,
    /// The bytes of the source of a document are gone.
    #[error("the content of its source is not there")]
    NoContentOfSource,
    /// A document of a source is gone.
    #[error("its document `{0}` is not there")]
    NoDocument(DocumentId),
    /// A document of a source is damaged.
    #[error("its document `{0}` is damaged")]
    DamagedDocument(DocumentId),
    /// The document of a finding is gone.
    #[error("its document is not there")]
    NoDocumentOfFinding,
    /// The source of a document or a failure is gone.
    #[error("its source is not there")]
    NoSource,
    /// A failure is of a plugin or a configuration that is gone.
    #[error("the plugin that failed, or its configuration, is not there")]
    NoPart,
    /// A source is done and has a failure.
    #[error("it is done, and something in it failed")]
    FailedThoughDone,
    /// A source failed and has no failure.
    #[error("it failed, and nothing says why")]
    FailedForNothing,
    /// The id of a document is not that of its place.
    #[error("its id is not that of its place")]
    OtherId,
    /// A source of an earlier docmill has a document whose id belongs to another.
    #[error("one of its documents has the id of another source")]
    OtherSource,
    /// A finding marks what is not in the text.
    #[error("a span does not fit its text")]
    OtherText,
    /// A summary is of a document that no source has.
    #[error("no source lists its document")]
    NotListed,
    /// A summary is not that of its document.
    #[error("it tells another thing than the document")]
    OtherSummary,
    /// A document has no summary.
    #[error("no summary of its document `{0}` is there")]
    NoSummary(DocumentId),
}

/// In which format something is that a later docmill wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Later {
    /// A record.
    Format {
        /// Its version.
        version: u8,
        /// The latest version of its kind that this docmill reads.
        known: u8,
    },
    /// The keys of the store.
    Layout {
        /// Its version.
        version: u32,
        /// The latest version that this docmill reads.
        known: u32,
    },
}

impl fmt::Display for Later {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (what, version, known) = match *self {
            Later::Format { version, known } => ("format", version.into(), known.into()),
            Later::Layout { version, known } => ("layout", version, known),
        };
        write!(f, "written by a later docmill, in {what} {version}; this one reads up to {known}")
    }
}

/// Something in a store that should not be so.
#[derive(Debug)]
pub struct Flaw {
    /// What it is about.
    pub item: Item,
    /// What is wrong with it.
    pub damage: Damage,
    /// The source that it belongs to, if that can be told.
    pub source: Option<SourceName>,
}

impl Flaw {
    /// What an error says about a record.
    pub(super) fn of(item: Item, error: StoreError, source: Option<SourceName>) -> Flaw {
        match error {
            StoreError::Damaged { item, damage } => Flaw { item, damage, source },
            StoreError::Later { item, later } => {
                Flaw { item, damage: Damage::Later(later), source }
            }
            error => Flaw { item, damage: Damage::Unreadable(Box::new(error)), source },
        }
    }
}

impl fmt::Display for Flaw {
    /// The words of what is wrong and why, in one lower-case fragment. Names in it are escaped.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.item, self.damage)?;
        match self.damage.source() {
            Some(cause) => write!(f, ": {cause}"),
            None => Ok(()),
        }
    }
}
