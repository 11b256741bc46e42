//! What a step is: a plugin with its settings, tables and limits, and the digest of everything its
//! results depend on.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::configuration::Configured;
use crate::abi::Declaration;
use crate::capabilities::{Settings, Table};
use crate::catalog::Plugin;
use crate::manifest::PluginRef;
use crate::model::{ContractVersion, Digest, Hasher, LanguageTag, PluginName};
use crate::sandbox::{Inputs, Limits};

/// A plugin with its settings, tables and limits: one step of a pipeline.
#[derive(Debug)]
pub struct Step {
    /// What its findings are called.
    pub name: PluginName,
    /// The plugin.
    pub plugin: Arc<Plugin>,
    /// Where it came from.
    pub origin: PluginRef,
    /// What one call may use.
    pub limits: Limits,
    /// What it declared, once it knew its settings and tables.
    pub declaration: Declaration,
    /// What it was given to work with.
    pub(super) configured: Configured,
    /// The digest of settings, tables, and pairs.
    pub(super) configuration: Digest,
    /// The digest of the bytes under which the store keeps them.
    pub(super) kept: Digest,
    /// The steps whose findings it reads; all of them come before it in the order of execution.
    pub(super) reads: Vec<PluginName>,
}

impl Step {
    pub(super) fn new(
        name: PluginName,
        plugin: Arc<Plugin>,
        origin: PluginRef,
        limits: Limits,
        declaration: Declaration,
        configured: Configured,
    ) -> Step {
        Step {
            name,
            origin,
            limits,
            declaration,
            configuration: configured.digest(),
            kept: Digest::of(&configured.to_bytes()),
            configured,
            reads: plugin.description.reads.clone(),
            plugin,
        }
    }

    /// The same step with another table in the place of the one of this name, and one setting
    /// chosen anew: for whoever tries what a table would change. What it declares stays as it is.
    pub fn reconfigured(&self, name: &str, table: Table, setting: (&str, &str)) -> Step {
        let mut tables = BTreeMap::clone(self.tables());
        tables.insert(name.to_owned(), Arc::new(table));
        let own = |(key, value): (&str, &str)| (key.to_owned(), value.to_owned());
        let mut settings: BTreeMap<String, String> = self.settings().iter().map(own).collect();
        settings.extend([own(setting)]);
        let configured = Configured {
            settings: Arc::new(settings.into_iter().collect()),
            tables: Arc::new(tables),
            pairs: self.configured.pairs.clone(),
        };
        Step::new(
            self.name.clone(),
            Arc::clone(&self.plugin),
            self.origin.clone(),
            self.limits,
            self.declaration.clone(),
            configured,
        )
    }

    /// For a translator: the pairs it is asked for, in order; original first, then target.
    pub fn pairs(&self) -> &[(LanguageTag, LanguageTag)] {
        &self.configured.pairs
    }

    /// The value of every setting of the plugin.
    pub fn settings(&self) -> &Arc<Settings> {
        &self.configured.settings
    }

    /// The tables granted to the plugin, by name.
    pub fn tables(&self) -> &Arc<BTreeMap<String, Arc<Table>>> {
        &self.configured.tables
    }

    pub(super) fn inputs(&self) -> Inputs {
        Inputs {
            settings: Arc::clone(&self.configured.settings),
            tables: Arc::clone(&self.configured.tables),
            ..Inputs::default()
        }
    }

    /// The digest of everything that a result of this step depends on besides the document:
    /// component, contract, configuration.
    pub(super) fn digest(&self) -> Digest {
        step_digest(self.plugin.digest, self.plugin.contract, self.configuration)
    }
}

/// See [`Step::digest`]; of a step that made a stored result.
pub(super) fn step_digest(
    component: Digest,
    contract: ContractVersion,
    configuration: Digest,
) -> Digest {
    let mut hasher = Hasher::new("docmill step 1");
    hasher.field(component.as_bytes());
    hasher.field(contract.to_string().as_bytes());
    hasher.field(configuration.as_bytes());
    hasher.finish()
}
