//! From bytes to a plugin that can be called.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::cache::CodeCache;
use super::code::{Compiler, cached, compile};
use super::error::{LARGEST_COMPONENT, LoadError};
use super::inspect::{Inspection, Provider, inspect, inspect_validated};
use super::known::{BUILD, DeclarationForm, Known, KnownForm, declaration_key};
use super::plugin::{Component, Plugin};
use super::shipped::{Manifest, Shipped};
use crate::abi::{Call, Declaration, Guest, TRACKS};
use crate::capabilities::{Settings, Table};
use crate::model::{ByteSize, ContractVersion, Digest, Role};
use crate::sandbox::{Inputs, Limits, Sandbox, Stopped};

/// How long a plugin may take to declare what it does. It may check whole tables then, once per
/// configuration; the deadline of its step is for one document. The other limits of the step apply,
/// so that a plugin that could not even start is rejected at once.
const LONGEST_DECLARATION: Duration = Duration::from_secs(10);

/// Loads plugins into a sandbox.
#[derive(Debug, Clone)]
pub struct Catalog {
    sandbox: Sandbox,
    compiler: Compiler,
    cache: Option<CodeCache>,
    shipped: &'static Shipped,
    allowed: Option<Arc<BTreeSet<Digest>>>,
}

/// What a plugin may use while it describes itself.
pub(crate) const DESCRIBE_LIMITS: fn() -> Limits =
    || Limits { memory: ByteSize::mib(512), output: ByteSize::mib(1), ..Limits::default() };

impl Catalog {
    /// A catalog that loads into this sandbox.
    pub fn new(sandbox: Sandbox, compiler: Compiler, cache: Option<CodeCache>) -> Catalog {
        Catalog { sandbox, compiler, cache, shipped: Shipped::NOTHING, allowed: None }
    }

    /// The same, with plugins and tables that travel with the program.
    #[must_use]
    pub fn with_shipped(self, shipped: &'static Shipped) -> Catalog {
        Catalog { shipped, ..self }
    }

    /// The same, that loads no components but these: of any other, not a byte is looked at.
    #[must_use]
    pub fn only(self, allowed: BTreeSet<Digest>) -> Catalog {
        Catalog { allowed: Some(Arc::new(allowed)), ..self }
    }

    fn allows(&self, digest: Digest) -> Result<(), LoadError> {
        match &self.allowed {
            Some(allowed) if !allowed.contains(&digest) => Err(LoadError::NotAllowed { digest }),
            _ => Ok(()),
        }
    }

    /// Where its plugins run.
    pub fn sandbox(&self) -> &Sandbox {
        &self.sandbox
    }

    /// What travels with the program.
    pub fn shipped(&self) -> &'static Shipped {
        self.shipped
    }

    /// A plugin that travels with the program, or `None` if there is none of this name. Its
    /// component is read once a call needs it, or at once where its manifest is of another host.
    ///
    /// # Errors
    ///
    /// See [`Catalog::load`].
    pub fn load_shipped(&self, name: &str) -> Option<Result<Arc<Plugin>, LoadError>> {
        let shipped = self.shipped.plugin(name)?;
        let Some(Manifest { component, known, declared }) = shipped.known() else {
            return Some(shipped.component().and_then(|bytes| self.load(&bytes)));
        };
        if let Err(refused) = self.allows(component) {
            return Some(Err(refused));
        }
        let bytes = Component::Shipped { shipped, digest: component };
        Some(Ok(Arc::new(Plugin::unlinked(self, component, known, bytes, declared))))
    }

    /// Validates, compiles and links a component, and asks it to describe itself. Of one that did
    /// so before, what it said is in the cache; it is linked once a call needs it.
    ///
    /// # Errors
    ///
    /// See [`LoadError`]; nothing of the component runs before everything else about it was
    /// checked.
    pub fn load(&self, bytes: &[u8]) -> Result<Arc<Plugin>, LoadError> {
        let size = bytes.len() as u64;
        if size > LARGEST_COMPONENT {
            return Err(LoadError::TooLarge { size });
        }
        let digest = Digest::of(bytes);
        self.allows(digest)?;
        if let Some(known) = self.recall(&known_name(digest)).and_then(KnownForm::known) {
            let bytes = Component::Held(bytes.into());
            return Ok(Arc::new(Plugin::unlinked(self, digest, known, bytes, Vec::new())));
        }
        let cached = self.cache.as_ref().and_then(|cache| cached(&self.sandbox, cache, digest));
        // Code is made and kept only of what passed validation.
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
        let guest = self.link_code(&component, role, contract)?;
        let call = Call {
            sandbox: &self.sandbox,
            limits: &DESCRIBE_LIMITS(),
            inputs: Inputs::default(),
            depth: 0,
        };
        if let Err(reason) = fits(&*guest, &self.sandbox)? {
            return Err(LoadError::Mismatch { reason });
        }
        let described = guest.describe(call).map_err(LoadError::describe)?;
        let known = Known { size, role, contract, imports, description: described.value };
        self.remember(&known_name(digest), &KnownForm::of(&known));
        Ok(Arc::new(Plugin::linked(self, digest, known, bytes, guest)))
    }

    /// Links a component that was loaded before: from its code if that is kept, else validated and
    /// compiled anew.
    pub(super) fn link(
        &self,
        digest: Digest,
        role: Role,
        contract: ContractVersion,
        bytes: impl FnOnce() -> Result<Vec<u8>, LoadError>,
    ) -> Result<Box<dyn Guest>, LoadError> {
        let cached = self.cache.as_ref().and_then(|cache| cached(&self.sandbox, cache, digest));
        let component = match cached {
            Some(component) => component,
            None => {
                let bytes = bytes()?;
                inspect(&bytes)?;
                compile(&self.sandbox, &self.compiler, self.cache.as_ref(), digest, &bytes)?
            }
        };
        self.link_code(&component, role, contract)
    }

    fn link_code(
        &self,
        component: &wasmtime::component::Component,
        role: Role,
        contract: ContractVersion,
    ) -> Result<Box<dyn Guest>, LoadError> {
        check_resources(component)?;
        let track = TRACKS
            .iter()
            .find(|track| track.version == contract)
            .ok_or(LoadError::UnknownTrack { version: contract })?;
        (track.link)(&self.sandbox, component, role)
            .map_err(|error| LoadError::Mismatch { reason: format!("{error:#}") })
    }

    /// Asks a plugin what it does, now that it knows its settings and tables; or tells what it
    /// declared with the same ones before.
    ///
    /// # Errors
    ///
    /// If it cannot be used with them, or fails.
    pub fn declare(
        &self,
        plugin: &Plugin,
        limits: Limits,
        settings: &Arc<Settings>,
        tables: &Arc<BTreeMap<String, Arc<Table>>>,
    ) -> Result<Declaration, Stopped> {
        let key = declaration_key(plugin.digest, &limits, settings, tables);
        if let Some(declaration) = plugin.declared(key) {
            return Ok(declaration.clone());
        }
        let name = format!("{key}-{BUILD}.declared");
        if let Some(kept) = self.recall(&name).and_then(DeclarationForm::declaration) {
            return Ok(kept);
        }
        let limits = Limits { deadline: LONGEST_DECLARATION, ..limits };
        let inputs = Inputs {
            settings: Arc::clone(settings),
            tables: Arc::clone(tables),
            ..Inputs::default()
        };
        let call = Call { sandbox: &self.sandbox, limits: &limits, inputs, depth: 0 };
        let declaration = plugin.guest()?.declare(call)?.value;
        self.remember(&name, &DeclarationForm::of(&declaration));
        Ok(declaration)
    }

    fn recall<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        serde_json::from_slice(&self.cache.as_ref()?.read(name)?).ok()
    }

    fn remember(&self, name: &str, what: &impl Serialize) {
        let Some(cache) = &self.cache else { return };
        let bytes = serde_json::to_vec(what).expect("strings have a form in JSON");
        if let Err(error) = cache.write(name, &bytes) {
            tracing::warn!(%error, "what a plugin said could not be kept");
        }
    }
}

/// What the cache calls what a component said of itself.
fn known_name(component: Digest) -> String {
    format!("{component}-{BUILD}.known")
}

/// Whether the functions that a plugin exports have the types of the contract; a start function may
/// end this early.
fn fits(guest: &dyn Guest, sandbox: &Sandbox) -> Result<Result<(), String>, LoadError> {
    let limits = DESCRIBE_LIMITS();
    let call = Call { sandbox, limits: &limits, inputs: Inputs::default(), depth: 0 };
    let fits = guest.fits(call).map_err(LoadError::describe)?;
    Ok(fits.value)
}

/// Modules that are instantiated several times need more than their file tells; what the pool has
/// not, would fail on every document.
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
        Limits::CEILING.memory.as_u64() >> 16,
    )
}
