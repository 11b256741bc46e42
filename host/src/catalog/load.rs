//! From bytes to a plugin that can be called.

use std::sync::Arc;

use bytesize::ByteSize;

use super::code::{CodeCache, Compiler, cached, compile};
use super::inspect::{Import, Inspection, Provider, inspect, inspect_validated};
use crate::abi::{Call, Description, Guest, TRACKS};
use crate::error::{Hint, Hinted, listed};
use crate::model::{ContractVersion, Digest, Role};
use crate::sandbox::{Inputs, Limits, Sandbox, Stopped};

/// The largest component that is loaded, in bytes.
pub const LARGEST_COMPONENT: u64 = 256 << 20;

/// Why bytes did not become a plugin.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// It is larger than anything that is loaded.
    #[error("it has {}, and the limit is {}", ByteSize(*.size).display().iec(), ByteSize(LARGEST_COMPONENT).display().iec())]
    TooLarge {
        /// Its size in bytes.
        size: u64,
    },
    /// It is something else.
    #[error("it is no WebAssembly component: {found}")]
    NotAComponent {
        /// What it is; a lower-case fragment.
        found: &'static str,
    },
    /// It begins like a component, but is damaged or uses features that are switched off.
    #[error("it is no valid component: {reason} (at byte {offset})")]
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
    /// It failed while describing itself.
    #[error("it failed while describing itself: {}", .0.causes.join(": "))]
    Describe(Box<Stopped>),
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
    pub(super) fn compile(error: wasmtime::Error) -> LoadError {
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
            LoadError::Describe(stopped) => return stopped.hint.clone(),
            _ => return None,
        })
    }
}

/// A plugin that was loaded and has described itself; not yet configured for a step.
pub struct Plugin {
    /// The digest of its bytes.
    pub digest: Digest,
    /// The size of its bytes.
    pub size: u64,
    /// Its role.
    pub role: Role,
    /// The track of the contract it was built for.
    pub contract: ContractVersion,
    /// What it imports.
    pub imports: Vec<Import>,
    /// What it says about itself.
    pub description: Description,
    pub(crate) guest: Box<dyn Guest>,
}

impl std::fmt::Debug for Plugin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Plugin")
            .field("name", &self.description.name)
            .field("digest", &self.digest)
            .finish_non_exhaustive()
    }
}

/// Loads plugins into a sandbox.
#[derive(Debug, Clone)]
pub struct Catalog {
    sandbox: Sandbox,
    compiler: Compiler,
    cache: Option<CodeCache>,
}

/// What a plugin may use while it describes itself.
pub(crate) const DESCRIBE_LIMITS: fn() -> Limits =
    || Limits { memory: 512 << 20, output: 1 << 20, ..Limits::default() };

impl Catalog {
    /// A catalog that loads into this sandbox.
    pub fn new(sandbox: Sandbox, compiler: Compiler, cache: Option<CodeCache>) -> Catalog {
        Catalog { sandbox, compiler, cache }
    }

    /// Where its plugins run.
    pub fn sandbox(&self) -> &Sandbox {
        &self.sandbox
    }

    /// Validates, compiles and links a component, and asks it to describe itself.
    ///
    /// # Errors
    ///
    /// See [`LoadError`]; nothing of the component runs before everything else about it was checked.
    pub fn load(&self, bytes: &[u8]) -> Result<Arc<Plugin>, LoadError> {
        let size = bytes.len() as u64;
        if size > LARGEST_COMPONENT {
            return Err(LoadError::TooLarge { size });
        }
        let digest = Digest::of(bytes);
        let cached = self.cache.as_ref().and_then(|cache| cached(&self.sandbox, cache, digest));
        // Validation takes most of the time of a start. Code is made and kept only of what passed it.
        let Inspection { role, contract, imports, .. } = match cached {
            Some(_) => inspect_validated(bytes, digest)?,
            None => inspect(bytes)?,
        };
        let refused: Vec<String> = imports
            .iter()
            .filter(|import| import.provider == Provider::Nothing)
            .map(|import| import.name.clone())
            .collect();
        if !refused.is_empty() {
            return Err(LoadError::Imports { imports: refused });
        }
        let component = match cached {
            Some(component) => component,
            None => compile(&self.sandbox, &self.compiler, self.cache.as_ref(), digest, bytes)?,
        };
        check_resources(&component)?;
        let track = TRACKS
            .iter()
            .find(|track| track.version == contract)
            .ok_or(LoadError::UnknownTrack { version: contract })?;
        let guest = (track.link)(&self.sandbox, &component, role)
            .map_err(|error| LoadError::Mismatch { reason: format!("{error:#}") })?;
        let call = Call {
            sandbox: &self.sandbox,
            limits: &DESCRIBE_LIMITS(),
            inputs: Inputs::default(),
            depth: 0,
        };
        if let Err(reason) = fits(&*guest, &self.sandbox)? {
            return Err(LoadError::Mismatch { reason });
        }
        let described =
            guest.describe(call).map_err(|stopped| LoadError::Describe(Box::new(stopped)))?;
        Ok(Arc::new(Plugin {
            digest,
            size,
            role,
            contract,
            imports,
            description: described.value,
            guest,
        }))
    }
}

/// Whether the functions that a plugin exports have the types of the contract; a start function may end this early.
fn fits(guest: &dyn Guest, sandbox: &Sandbox) -> Result<Result<(), String>, LoadError> {
    let limits = DESCRIBE_LIMITS();
    let call = Call { sandbox, limits: &limits, inputs: Inputs::default(), depth: 0 };
    let fits = guest.fits(call).map_err(|stopped| LoadError::Describe(Box::new(stopped)))?;
    Ok(fits.value)
}

/// Modules that are instantiated several times need more than their file tells; what the pool has not, would fail on every document.
fn check_resources(component: &wasmtime::component::Component) -> Result<(), LoadError> {
    use crate::sandbox::{MEMORIES, TABLE_ELEMENTS, TABLES};
    // `None` means that the component imports whole modules, which the contract has no place for.
    let Some(needed) = component.resources_required() else {
        return Err(LoadError::Mismatch { reason: "it imports modules".to_owned() });
    };
    let check = |what, asked: u64, limit: u64| {
        if asked > limit { Err(LoadError::Resources { what, asked, limit }) } else { Ok(()) }
    };
    check("memories", u64::from(needed.num_memories), MEMORIES as u64)?;
    check("tables", u64::from(needed.num_tables), TABLES as u64)?;
    check("table elements", needed.max_initial_table_size.unwrap_or(0), TABLE_ELEMENTS as u64)?;
    check(
        "pages of 64 KiB of memory",
        needed.max_initial_memory_size.unwrap_or(0),
        Limits::CEILING.memory >> 16,
    )
}
