//! Why bytes do not become a plugin.

use crate::abi::TRACKS;
use crate::error::{Hint, Hinted, listed};
use crate::model::{ByteSize, ContractVersion, Digest, Role};
use crate::sandbox::{Remains, Stopped};

/// The largest component that is loaded, in bytes.
pub const LARGEST_COMPONENT: u64 = 256 << 20;

/// Why bytes did not become a plugin.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// It is larger than anything that is loaded.
    #[error("it has {}, and the limit is {}", ByteSize(*.size), ByteSize(LARGEST_COMPONENT))]
    TooLarge {
        /// Its size in bytes.
        size: u64,
    },
    /// It is something else.
    #[error("it is not a WebAssembly component: {found}")]
    NotAComponent {
        /// What it is; a lower-case fragment.
        found: &'static str,
    },
    /// It begins like a component, but is damaged or uses features that are switched off.
    #[error("it is not a valid component: {reason} (at byte {offset})")]
    Invalid {
        /// What the validator says.
        reason: String,
        /// Where.
        offset: u64,
    },
    /// It has more of something than makes sense.
    #[error("it has more than {limit} {what}")]
    TooMany {
        /// What it has too many of.
        what: &'static str,
        /// How many are allowed.
        limit: usize,
    },
    /// It exports nothing that the contract knows.
    #[error("it plays no role: it exports {}", listed(.exports.iter().map(String::as_str)))]
    NoRole {
        /// What it exports.
        exports: Vec<String>,
    },
    /// It exports more than one role.
    #[error("it plays several roles at once: {}", listed(.0.iter().map(|role| role.as_str())))]
    SeveralRoles(Vec<Role>),
    /// It exports a role without describing itself.
    #[error("it is a {role}, but does not export `docmill:plugin/metadata`")]
    NoMetadata {
        /// Its role.
        role: Role,
    },
    /// It was built for a contract that this docmill does not know.
    #[error("it was built for contract {version}, and this docmill knows {}", listed_tracks())]
    UnknownTrack {
        /// The track that it was built for.
        version: ContractVersion,
    },
    /// It imports what the sandbox does not offer.
    #[error("it imports {}, and the sandbox offers no such thing", listed(.imports.iter().map(String::as_str)))]
    Imports {
        /// What it imports.
        imports: Vec<String>,
    },
    /// It needs more than an instance may have before its first instruction.
    #[error("it needs {asked} {what}, and the limit is {limit}")]
    Resources {
        /// What it needs too much of.
        what: &'static str,
        /// How much it needs.
        asked: u64,
        /// How much there is.
        limit: u64,
    },
    /// It could not be compiled.
    #[error("it could not be compiled: {reason}")]
    Compile {
        /// What the compiler says.
        reason: String,
    },
    /// Its types are not those of the contract.
    #[error("it does not fit the contract: {reason}")]
    Mismatch {
        /// What the linker says.
        reason: String,
    },
    /// It travels with this program, and is not what was packed.
    #[error("it travels with this program, and is damaged: {reason}")]
    Shipped {
        /// What is wrong with it.
        reason: String,
    },
    /// It is none of those that may be loaded, see [`Catalog::only`](super::Catalog::only).
    #[error("its component has the digest {digest}")]
    NotAllowed {
        /// Its digest.
        digest: Digest,
    },
    /// It failed while describing itself.
    #[error("it failed while describing itself: {}", .stopped.causes().join(": "))]
    Describe {
        /// How.
        stopped: Box<Stopped>,
        /// What it left behind.
        #[source]
        remains: Option<Remains>,
    },
}

fn listed_tracks() -> String {
    listed(
        TRACKS
            .iter()
            .map(|track| track.version.to_string())
            .collect::<Vec<_>>()
            .iter()
            .map(String::as_str),
    )
}

impl LoadError {
    pub(super) fn describe(stopped: Stopped) -> LoadError {
        LoadError::Describe { remains: stopped.remains(), stopped: Box::new(stopped) }
    }

    pub(super) fn compile(error: impl std::fmt::Display) -> LoadError {
        LoadError::Compile { reason: format!("{error:#}") }
    }
}

impl Hinted for LoadError {
    fn hint(&self) -> Option<Hint> {
        Some(match self {
            LoadError::NotAComponent { found } if found.contains("core module") => {
                Hint::MakeComponent
            }
            LoadError::NoRole { .. } => Hint::ExportWorld,
            LoadError::SeveralRoles(_) => Hint::SplitRoles,
            LoadError::Imports { .. } => Hint::SeeImports,
            LoadError::UnknownTrack { .. } | LoadError::Mismatch { .. } => Hint::RebuildPlugin,
            LoadError::Describe { stopped, .. } => return stopped.hint(),
            _ => return None,
        })
    }
}
