//! What travels with a program: plugins, tables and a pipeline, passed to the catalog by whoever
//! embeds the library.
//!
//! The build makes it (`plugins/shipped`): every component compressed, and beside it a manifest of
//! what the plugin is, said of itself and declared in the built-in pipeline. So a start reads no
//! component of which no document has need.

use std::collections::BTreeMap;
use std::io::Read;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::error::{LARGEST_COMPONENT, LoadError};
use super::known::{DeclarationForm, Known, KnownForm, declaration_key};
use super::plugin::Plugin;
use crate::abi::Declaration;
use crate::capabilities::{Settings, Table};
use crate::model::{Digest, Limits};

/// How hard a component is compressed: once per build, and then carried about.
const COMPRESSION: i32 = 19;
/// What a manifest has to name, as it holds what that host checked.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// See the module.
#[derive(Debug, Clone, Copy)]
pub struct Shipped {
    /// The plugins, by name.
    pub plugins: &'static [ShippedPlugin],
    /// Names and texts of tables: tab-separated values.
    pub tables: &'static [(&'static str, &'static str)],
    /// The text of the pipeline that runs where no other is given.
    pub pipeline: &'static str,
}

/// A plugin that travels with a program.
#[derive(Debug, Clone, Copy)]
pub struct ShippedPlugin {
    /// The name that a pipeline calls it by.
    pub name: &'static str,
    /// Its component, as [`ShippedPlugin::pack`] makes it or as it is.
    pub component: &'static [u8],
    /// What is known of it, as [`ShippedPlugin::describe`] makes it. With another one, or without
    /// any, it is asked.
    pub manifest: &'static [u8],
}

/// What a plugin was given, and what it declared then.
#[derive(Debug, Clone, Copy)]
pub struct Declared<'a> {
    /// What one call may use.
    pub limits: &'a Limits,
    /// The value of every setting.
    pub settings: &'a Settings,
    /// The tables, by the name under which the plugin opens them.
    pub tables: &'a BTreeMap<String, Arc<Table>>,
    /// What it declared.
    pub declaration: &'a Declaration,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ManifestForm {
    /// The version of the host that checked what the plugin says.
    docmill: String,
    /// The digest of the component.
    component: String,
    plugin: KnownForm,
    declared: Vec<(String, DeclarationForm)>,
}

/// What a manifest holds.
pub(super) struct Manifest {
    pub(super) component: Digest,
    pub(super) known: Known,
    /// By the key of everything that they depend on.
    pub(super) declared: Vec<(Digest, Declaration)>,
}

impl Shipped {
    /// What a program carries that carries nothing.
    pub const NOTHING: &'static Shipped = &Shipped { plugins: &[], tables: &[], pipeline: "" };

    /// The plugin of this name.
    pub fn plugin(&self, name: &str) -> Option<&'static ShippedPlugin> {
        self.plugins.iter().find(|plugin| plugin.name == name)
    }

    /// The names of all plugins.
    pub fn plugin_names(&self) -> impl Iterator<Item = &'static str> {
        self.plugins.iter().map(|plugin| plugin.name)
    }

    /// The text of the table of this name.
    pub fn table(&self, name: &str) -> Option<&'static str> {
        self.tables.iter().find(|(shipped, _)| *shipped == name).map(|(_, text)| *text)
    }

    /// The names of all tables.
    pub fn table_names(&self) -> impl Iterator<Item = &'static str> {
        self.tables.iter().map(|(name, _)| *name)
    }
}

impl ShippedPlugin {
    /// The bytes of the component.
    ///
    /// # Errors
    ///
    /// If they are damaged, or more than any component may have.
    pub fn component(&self) -> Result<Vec<u8>, LoadError> {
        let damaged = |error: std::io::Error| LoadError::Shipped { reason: error.to_string() };
        if self.component.starts_with(b"\0asm") {
            return Ok(self.component.to_vec());
        }
        let mut bytes = Vec::new();
        let packed = zstd::Decoder::new(self.component).map_err(damaged)?;
        packed.take(LARGEST_COMPONENT + 1).read_to_end(&mut bytes).map_err(damaged)?;
        match bytes.len() as u64 {
            size if size > LARGEST_COMPONENT => Err(LoadError::TooLarge { size }),
            _ => Ok(bytes),
        }
    }

    /// Whether there is a manifest, and one of this host.
    pub fn is_described(&self) -> bool {
        self.known().is_some()
    }

    /// What the manifest holds, if there is one, of this host.
    pub(super) fn known(&self) -> Option<Manifest> {
        let form: ManifestForm = serde_json::from_slice(self.manifest).ok()?;
        let declared = |(key, form): (String, DeclarationForm)| {
            Some((key.parse::<Digest>().ok()?, form.declaration()?))
        };
        Some(Manifest {
            component: form.component.parse().ok().filter(|_| form.docmill == VERSION)?,
            known: form.plugin.known()?,
            declared: form.declared.into_iter().map(declared).collect::<Option<_>>()?,
        })
    }

    /// Compresses a component, for a build.
    ///
    /// # Errors
    ///
    /// If there is no memory for it.
    pub fn pack(component: &[u8]) -> std::io::Result<Vec<u8>> {
        zstd::encode_all(component, COMPRESSION)
    }

    /// Writes the manifest of a plugin, for a build: what it said of itself to this host, and
    /// declared.
    pub fn describe(plugin: &Plugin, declared: &[Declared<'_>]) -> Vec<u8> {
        let entry = |it: &Declared<'_>| {
            let key = declaration_key(plugin.digest, it.limits, it.settings, it.tables);
            (key.to_string(), DeclarationForm::of(it.declaration))
        };
        let form = ManifestForm {
            docmill: VERSION.to_owned(),
            component: plugin.digest.to_string(),
            plugin: KnownForm::of(&plugin.known()),
            declared: declared.iter().map(entry).collect(),
        };
        serde_json::to_vec_pretty(&form).expect("strings have a form in JSON")
    }
}
