//! What a plugin says about itself, as a builder.

use crate::Attribute;

/// What a plugin says about itself; the answer to `metadata.describe`.
#[derive(Debug, Clone, PartialEq)]
pub struct Description {
    /// Kebab-case, `<verb>-<object>`, unique among the plugins of a pipeline.
    pub name: String,
    /// The plugin's own semantic version.
    pub version: String,
    /// One sentence for `docmill plugin list`.
    pub summary: String,
    /// What the operator may choose.
    pub settings: Vec<Setting>,
    /// The tables that the operator may grant.
    pub tables: Vec<TableUse>,
    /// The plugins whose findings this one asks for.
    pub reads: Vec<String>,
    /// Such as `creator`, `license` or `homepage`.
    pub attributes: Vec<Attribute>,
}

/// A setting that the operator may choose.
#[derive(Debug, Clone, PartialEq)]
pub struct Setting {
    /// Kebab-case.
    pub key: String,
    /// One sentence for `docmill plugin inspect`.
    pub summary: String,
    /// Without one, the operator has to supply a value.
    pub default_value: Option<String>,
}

/// A table that the operator may grant.
#[derive(Debug, Clone, PartialEq)]
pub struct TableUse {
    /// Kebab-case.
    pub name: String,
    /// One sentence: what the keys and values are.
    pub summary: String,
    /// Whether the plugin cannot run without it.
    pub required: bool,
}

impl Description {
    /// A plugin with neither settings nor tables.
    pub fn new(
        name: impl Into<String>,
        version: impl Into<String>,
        summary: impl Into<String>,
    ) -> Description {
        Description {
            name: name.into(),
            version: version.into(),
            summary: summary.into(),
            settings: Vec::new(),
            tables: Vec::new(),
            reads: Vec::new(),
            attributes: Vec::new(),
        }
    }

    /// Declares a setting with a default.
    #[must_use]
    pub fn setting(
        mut self,
        key: &str,
        default_value: impl ToString,
        summary: &str,
    ) -> Description {
        let default_value = Some(default_value.to_string());
        self.settings.push(Setting {
            key: key.to_owned(),
            summary: summary.to_owned(),
            default_value,
        });
        self
    }

    /// Declares a setting that the operator has to supply.
    #[must_use]
    pub fn required_setting(mut self, key: &str, summary: &str) -> Description {
        self.settings.push(Setting {
            key: key.to_owned(),
            summary: summary.to_owned(),
            default_value: None,
        });
        self
    }

    /// Declares a table that the operator has to grant.
    #[must_use]
    pub fn required_table(mut self, name: &str, summary: &str) -> Description {
        self.tables.push(TableUse {
            name: name.to_owned(),
            summary: summary.to_owned(),
            required: true,
        });
        self
    }

    /// Declares a table that the operator may grant.
    #[must_use]
    pub fn optional_table(mut self, name: &str, summary: &str) -> Description {
        self.tables.push(TableUse {
            name: name.to_owned(),
            summary: summary.to_owned(),
            required: false,
        });
        self
    }

    /// Declares that this plugin asks for the findings of another.
    #[must_use]
    pub fn reads(mut self, plugin: &str) -> Description {
        self.reads.push(plugin.to_owned());
        self
    }

    /// Adds an attribute such as `creator`, `license` or `homepage`.
    #[must_use]
    pub fn attribute(mut self, name: &str, value: &str) -> Description {
        self.attributes.push(Attribute::new(name, value));
        self
    }
}
