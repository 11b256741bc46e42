//! How a result came about, and what it cost.

use std::fmt;
use std::time::Duration;

use super::{Digest, PluginName, RunId};

/// Who a plugin is; one per world of the contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Takes containers apart.
    Unpacker,
    /// Turns bytes into documents.
    Extractor,
    /// Renders text in another language.
    Translator,
    /// Sorts documents into labels.
    Classifier,
    /// Finds things in a document.
    Analyzer,
}

impl Role {
    /// All roles, in the order a document meets them.
    pub const ALL: [Role; 5] =
        [Role::Unpacker, Role::Extractor, Role::Translator, Role::Classifier, Role::Analyzer];

    /// Whether its plugins read sources; those of all other roles read documents.
    pub const fn reads_sources(self) -> bool {
        matches!(self, Role::Unpacker | Role::Extractor)
    }

    /// The name of the world in the contract, such as `extractor`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Role::Unpacker => "unpacker",
            Role::Extractor => "extractor",
            Role::Translator => "translator",
            Role::Classifier => "classifier",
            Role::Analyzer => "analyzer",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A track of the contract, such as 0.1: all versions of a track understand each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContractVersion {
    /// The part before the dot.
    pub major: u16,
    /// The part after it.
    pub minor: u16,
}

impl fmt::Display for ContractVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

/// How a result came about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provenance {
    /// The name of the plugin, as it gives it itself.
    pub plugin: PluginName,
    /// The plugin's own version.
    pub version: String,
    /// Its role.
    pub role: Role,
    /// The digest of the component's bytes.
    pub component: Digest,
    /// The track of the contract it was built for.
    pub contract: ContractVersion,
    /// The digest of its settings and of the content of its tables.
    pub settings: Digest,
    /// The digest of everything the result depends on: equal keys, equal results.
    pub key: Digest,
    /// The run that computed it.
    pub run: RunId,
    /// What it cost.
    pub cost: Cost,
}

/// What one call of a plugin cost.
///
/// The only part of a stored result that differs from run to run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Cost {
    /// Wall-clock time from instantiation to the checked result.
    pub duration: Duration,
    /// The largest sum of the sizes of all linear memories and tables, in bytes.
    pub peak_memory: u64,
    /// How often the plugin called a function that the contract offers. Giving a handle back is
    /// none, and neither is what the runtime of its language asks of WASI.
    pub host_calls: u64,
    /// What the plugin was given in the call and in answers of the host: the bytes of all strings,
    /// and those of the source that it read. Numbers and spans count nothing.
    pub bytes_in: u64,
    /// What it returned, and the members it emitted; counted likewise. What it asked or logged is
    /// not among it.
    pub bytes_out: u64,
}

impl std::ops::AddAssign for Cost {
    /// The cost of two calls one after the other: everything adds up but the peak.
    fn add_assign(&mut self, other: Cost) {
        self.duration += other.duration;
        self.peak_memory = self.peak_memory.max(other.peak_memory);
        self.host_calls += other.host_calls;
        self.bytes_in += other.bytes_in;
        self.bytes_out += other.bytes_out;
    }
}
