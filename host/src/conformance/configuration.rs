//! What a plugin is given while it is checked.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Tables;
use crate::abi::Description;
use crate::capabilities::{Settings, Table};
use crate::error::{Hint, Hinted, choice};
use crate::model::{Choice, Limits};

/// Settings, tables and limits: what a step of a pipeline would give the plugin.
#[derive(Debug, Clone)]
pub struct Configuration {
    /// The value of every setting that the plugin declares.
    pub settings: Arc<Settings>,
    /// The tables granted to it, by name.
    pub tables: Tables,
    /// What one call may use.
    pub limits: Limits,
}

/// Why a plugin cannot be configured like this.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigurationError {
    /// It has no such setting.
    #[error("the plugin has no setting `{}`", .key.escape_debug())]
    UnknownSetting {
        /// The setting.
        key: String,
        /// Those that it has.
        choice: Choice,
    },
    /// It has no such table.
    #[error("the plugin has no table `{}`", .name.escape_debug())]
    UnknownTable {
        /// The table.
        name: String,
        /// Those that it has.
        choice: Choice,
    },
    /// It needs a setting that has no default.
    #[error("the plugin needs a value for the setting `{key}`")]
    MissingSetting {
        /// The setting.
        key: String,
    },
    /// It needs a table.
    #[error("the plugin needs the table `{name}`")]
    MissingTable {
        /// The table.
        name: String,
    },
}

impl Hinted for ConfigurationError {
    fn hint(&self) -> Option<Hint> {
        Some(match self {
            ConfigurationError::UnknownSetting { choice, .. }
            | ConfigurationError::UnknownTable { choice, .. } => {
                Hint::UseDeclared(Box::new(choice.clone()))
            }
            ConfigurationError::MissingSetting { key } => Hint::GiveSetting(key.clone()),
            ConfigurationError::MissingTable { name } => Hint::GiveTable(name.clone()),
        })
    }
}

impl Configuration {
    /// Fills in defaults.
    ///
    /// # Errors
    ///
    /// If something is given that the plugin does not declare, or missing what it requires.
    pub fn of(
        description: &Description,
        mut settings: BTreeMap<String, String>,
        tables: BTreeMap<String, Arc<Table>>,
        limits: Limits,
    ) -> Result<Configuration, ConfigurationError> {
        let keys = || description.settings.iter().map(|it| it.key.as_str());
        let names = || description.tables.iter().map(|it| it.name.as_str());
        if let Some(key) = settings.keys().find(|key| !keys().any(|it| it == *key)) {
            let (key, choice) = (key.clone(), choice(key, keys()));
            return Err(ConfigurationError::UnknownSetting { key, choice });
        }
        if let Some(name) = tables.keys().find(|name| !names().any(|it| it == *name)) {
            let (name, choice) = (name.clone(), choice(name, names()));
            return Err(ConfigurationError::UnknownTable { name, choice });
        }
        for setting in &description.settings {
            if settings.contains_key(&setting.key) {
                continue;
            }
            let Some(default) = &setting.default_value else {
                return Err(ConfigurationError::MissingSetting { key: setting.key.clone() });
            };
            settings.insert(setting.key.clone(), default.clone());
        }
        let missing = |it: &&crate::abi::TableUse| it.required && !tables.contains_key(&it.name);
        if let Some(table) = description.tables.iter().find(missing) {
            return Err(ConfigurationError::MissingTable { name: table.name.clone() });
        }
        Ok(Configuration {
            settings: Arc::new(settings.into_iter().collect()),
            tables: Arc::new(tables),
            limits,
        })
    }
}
