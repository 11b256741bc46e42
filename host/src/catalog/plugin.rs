//! A plugin that has described itself, and whose code is read and linked once a call needs it.

use std::borrow::Cow;
use std::fmt;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::error::LoadError;
use super::inspect::Import;
use super::known::Known;
use super::load::Catalog;
use super::shipped::ShippedPlugin;
use crate::abi::{Declaration, Description, Guest};
use crate::model::{ContractVersion, Digest, FailureClass, Role};
use crate::sandbox::{StopKind, Stopped};

/// A plugin that has described itself; not yet configured for a step.
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
    component: Component,
    catalog: Catalog,
    guest: OnceLock<Result<Box<dyn Guest>, Arc<LoadError>>>,
    linking: Mutex<()>,
    /// What it declared when it was packed, by the key of everything that depends on.
    declared: Vec<(Digest, Declaration)>,
}

/// Where the bytes of a plugin are.
pub(super) enum Component {
    Held(Arc<[u8]>),
    /// Compressed, and said to have this digest.
    Shipped {
        shipped: &'static ShippedPlugin,
        digest: Digest,
    },
}

impl Component {
    fn bytes(&self) -> Result<Cow<'_, [u8]>, LoadError> {
        match self {
            Component::Held(bytes) => Ok(Cow::Borrowed(bytes)),
            Component::Shipped { shipped, digest } => {
                let bytes = shipped.component()?;
                if Digest::of(&bytes) != *digest {
                    let reason = "its manifest names another component".to_owned();
                    return Err(LoadError::Shipped { reason });
                }
                Ok(Cow::Owned(bytes))
            }
        }
    }
}

impl Plugin {
    /// One whose code is read once a call needs it.
    pub(super) fn unlinked(
        catalog: &Catalog,
        digest: Digest,
        known: Known,
        component: Component,
        declared: Vec<(Digest, Declaration)>,
    ) -> Plugin {
        let Known { size, role, contract, imports, description } = known;
        Plugin {
            digest,
            size,
            role,
            contract,
            imports,
            description,
            component,
            catalog: catalog.clone(),
            guest: OnceLock::new(),
            linking: Mutex::new(()),
            declared,
        }
    }

    /// One whose code was linked when it described itself.
    pub(super) fn linked(
        catalog: &Catalog,
        digest: Digest,
        known: Known,
        bytes: &[u8],
        guest: Box<dyn Guest>,
    ) -> Plugin {
        let bytes = Component::Held(bytes.into());
        let plugin = Plugin::unlinked(catalog, digest, known, bytes, Vec::new());
        Plugin { guest: OnceLock::from(Ok(guest)), ..plugin }
    }

    /// The bytes of the component.
    ///
    /// # Errors
    ///
    /// If it travels with the program, and is damaged.
    pub fn component(&self) -> Result<Cow<'_, [u8]>, LoadError> {
        self.component.bytes()
    }

    /// Its code; read, or compiled, when this is called for the first time.
    pub(crate) fn guest(&self) -> Result<&dyn Guest, Stopped> {
        if self.guest.get().is_none() {
            // One compiles, and the others wait for it.
            let _turn = self.linking.lock().unwrap_or_else(PoisonError::into_inner);
            if self.guest.get().is_none() {
                let bytes = || self.component().map(Cow::into_owned);
                match self.catalog.link(self.digest, self.role, self.contract, bytes) {
                    // It was compiled before, so another time it may be again.
                    Err(error @ LoadError::Compile { .. }) => {
                        return Err(no_code(FailureClass::Machine, Arc::new(error)));
                    }
                    linked => drop(self.guest.set(linked.map_err(Arc::new))),
                }
            }
        }
        match self.guest.get() {
            Some(Ok(guest)) => Ok(&**guest),
            Some(Err(error)) => Err(no_code(FailureClass::Host, Arc::clone(error))),
            None => unreachable!("it was set above"),
        }
    }

    /// What it declared when it was packed, with everything that this is the key of.
    pub(super) fn declared(&self, key: Digest) -> Option<&Declaration> {
        self.declared.iter().find(|(declared, _)| *declared == key).map(|(_, it)| it)
    }

    /// What is known of it without its code.
    pub(super) fn known(&self) -> Known {
        Known {
            size: self.size,
            role: self.role,
            contract: self.contract,
            imports: self.imports.clone(),
            description: self.description.clone(),
        }
    }
}

fn no_code(class: FailureClass, error: Arc<LoadError>) -> Stopped {
    Stopped::new(StopKind::NoCode { class, error })
}

impl fmt::Debug for Plugin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Plugin")
            .field("name", &self.description.name)
            .field("digest", &self.digest)
            .finish_non_exhaustive()
    }
}
