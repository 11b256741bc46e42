//! What a plugin is given while it is checked.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Tables;
use crate::abi::Description;
use crate::capabilities::{Settings, Table};
use crate::error::{Hint, Hinted, choice};
use crate::model::Limits;

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
#[error("{message}")]
pub struct ConfigurationError {
    message: String,
    hint: Hint,
}

impl Hinted for ConfigurationError {
    fn hint(&self) -> Option<Hint> {
        Some(self.hint.clone())
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
        tables: BTreeMap<String, Table>,
        limits: Limits,
    ) -> Result<Configuration, ConfigurationError> {
        let keys = || description.settings.iter().map(|it| it.key.as_str());
        let names = || description.tables.iter().map(|it| it.name.as_str());
        if let Some(key) = settings.keys().find(|key| !keys().any(|it| it == *key)) {
            return Err(undeclared("setting", key, &keys().collect::<Vec<_>>()));
        }
        if let Some(name) = tables.keys().find(|name| !names().any(|it| it == *name)) {
            return Err(undeclared("table", name, &names().collect::<Vec<_>>()));
        }
        for setting in &description.settings {
            if settings.contains_key(&setting.key) {
                continue;
            }
            let Some(default) = &setting.default_value else {
                return Err(ConfigurationError {
                    message: format!("the plugin needs a value for the setting `{}`", setting.key),
                    hint: Hint::GiveSetting(setting.key.clone()),
                });
            };
            settings.insert(setting.key.clone(), default.clone());
        }
        let missing = |it: &&crate::abi::TableUse| it.required && !tables.contains_key(&it.name);
        if let Some(table) = description.tables.iter().find(missing) {
            return Err(ConfigurationError {
                message: format!("the plugin needs the table `{}`", table.name),
                hint: Hint::GiveTable(table.name.clone()),
            });
        }
        Ok(Configuration {
            settings: Arc::new(settings.into_iter().collect()),
            tables: Arc::new(
                tables.into_iter().map(|(name, table)| (name, Arc::new(table))).collect(),
            ),
            limits,
        })
    }
}

fn undeclared(what: &str, name: &str, known: &[&str]) -> ConfigurationError {
    ConfigurationError {
        message: format!("the plugin has no {what} `{}`", name.escape_debug()),
        hint: Hint::UseDeclared(Box::new(choice(name, known.iter().copied()))),
    }
}
