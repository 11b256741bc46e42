//! Changes the text of a pipeline, and leaves everything in it alone that is not changed: order,
//! layout, comments.

use std::collections::BTreeMap;

use toml_edit::{ArrayOfTables, DocumentMut, InlineTable, Item, Table, value};

/// The text of a pipeline while it is changed. What comes out is checked by whoever parses it.
#[derive(Debug, Clone)]
pub struct Draft {
    document: DocumentMut,
}

/// How a step of a draft names itself and its plugin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftStep {
    /// Its `name`, if it has one.
    pub name: Option<String>,
    /// Its `plugin`.
    pub plugin: String,
    /// Whether it runs.
    pub enabled: bool,
}

/// A step that is added.
#[derive(Debug, Clone, Default)]
pub struct NewStep {
    /// Its `plugin`.
    pub plugin: String,
    /// Its `name`, unless it is that of the plugin.
    pub name: Option<String>,
    /// Its settings.
    pub settings: BTreeMap<String, String>,
    /// Its tables.
    pub tables: BTreeMap<String, String>,
}

/// Why a text cannot be changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DraftError {
    /// It is not TOML; the words of the parser, of several lines.
    #[error("{0}")]
    Syntax(String),
    /// Its steps are written otherwise.
    #[error("its steps are not written as `[[step]]`")]
    Steps,
}

impl Draft {
    /// Begins with this text.
    ///
    /// # Errors
    ///
    /// If it is not TOML, or its steps are not written as `[[step]]`.
    pub fn of(text: &str) -> Result<Draft, DraftError> {
        let mut document: DocumentMut = text
            .parse()
            .map_err(|error: toml_edit::TomlError| DraftError::Syntax(error.to_string()))?;
        match document.entry("step").or_insert(Item::ArrayOfTables(ArrayOfTables::new())) {
            Item::ArrayOfTables(_) => Ok(Draft { document }),
            _ => Err(DraftError::Steps),
        }
    }

    fn array(&self) -> &ArrayOfTables {
        self.document["step"].as_array_of_tables().expect("checked when the draft was begun")
    }

    fn array_mut(&mut self) -> &mut ArrayOfTables {
        self.document["step"].as_array_of_tables_mut().expect("checked when the draft was begun")
    }

    fn table(&mut self, index: usize) -> &mut Table {
        self.array_mut().get_mut(index).expect("the caller counts the steps")
    }

    /// The steps in the order of the file, those that are disabled included.
    pub fn steps(&self) -> Vec<DraftStep> {
        let text = |table: &Table, key| table.get(key).and_then(Item::as_str).map(str::to_owned);
        (self.array().iter())
            .map(|table| DraftStep {
                name: text(table, "name"),
                plugin: text(table, "plugin").unwrap_or_default(),
                enabled: table.get("enabled").and_then(Item::as_bool).unwrap_or(true),
            })
            .collect()
    }

    /// Whether it builds on the built-in pipeline.
    pub fn extends_built_in(&self) -> bool {
        self.document.contains_key("extends")
    }

    /// Adds a step at the end.
    pub fn add(&mut self, step: &NewStep) {
        let mut table = Table::new();
        table["plugin"] = value(&step.plugin);
        if let Some(name) = &step.name {
            table["name"] = value(name);
        }
        for (key, entries) in [("tables", &step.tables), ("settings", &step.settings)] {
            if !entries.is_empty() {
                table[key] = value(entries.iter().collect::<InlineTable>());
            }
        }
        if !self.array().is_empty() || self.document.iter().count() > 1 {
            table.decor_mut().set_prefix("\n");
        }
        self.array_mut().push(table);
    }

    /// Lets the step at this place run another plugin; everything else about it stays. `name` is
    /// what the step is called, where that is not what the plugin calls itself.
    ///
    /// # Panics
    ///
    /// If there is no such place; so do the others.
    pub fn replace(&mut self, index: usize, plugin: &str, name: Option<&str>) {
        if let Some(name) = name
            && self.table(index).get("name").is_none()
        {
            self.table(index)["name"] = value(name);
        }
        let item = &mut self.table(index)["plugin"];
        let decor = item.as_value().map(|value| value.decor().clone());
        *item = value(plugin);
        if let (Some(value), Some(decor)) = (item.as_value_mut(), decor) {
            *value.decor_mut() = decor;
        }
    }

    /// Takes the step at this place out, with the comment right above it. What stands above an
    /// empty line before it stays.
    pub fn remove(&mut self, index: usize) {
        let prefix = |table: &Table| {
            table.decor().prefix().and_then(|it| it.as_str()).unwrap_or_default().to_owned()
        };
        let above = prefix(self.table(index));
        self.array_mut().remove(index);
        let Some((kept, _)) = above.rsplit_once("\n\n") else { return };
        if kept.trim().is_empty() {
            return;
        }
        match self.array_mut().get_mut(index) {
            Some(next) => {
                let next_prefix = prefix(next);
                next.decor_mut().set_prefix(format!("{kept}\n\n{}", next_prefix.trim_start()));
            }
            None => {
                let end = self.document.trailing().as_str().unwrap_or_default().to_owned();
                self.document.set_trailing(format!("{kept}\n{end}"));
            }
        }
    }

    /// Lets the step at this place run, or not.
    pub fn enable(&mut self, index: usize, enabled: bool) {
        let table = self.table(index);
        if enabled {
            table.remove("enabled");
        } else {
            table["enabled"] = value(false);
        }
    }

    /// The text as it is now.
    pub fn text(&self) -> String {
        self.document.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\
# Ours.

[limits]
deadline = '3s' # enough

# Reads text.
[[step]]
plugin = \"extract-text\" # shipped

# Counts.
[[step]]
plugin = 'a.wasm'
settings = { x = 1 }
";

    fn changed(change: impl FnOnce(&mut Draft)) -> String {
        let mut draft = Draft::of(TEXT).unwrap();
        change(&mut draft);
        draft.text()
    }

    #[test]
    fn nothing_but_what_is_meant_changes() {
        assert_eq!(changed(|_| {}), TEXT);
        let replaced = changed(|draft| draft.replace(0, "b.wasm", None));
        assert_eq!(replaced, TEXT.replace("extract-text", "b.wasm"));
        let disabled = changed(|draft| draft.enable(0, false));
        assert_eq!(disabled, TEXT.replace("# shipped\n", "# shipped\nenabled = false\n"));
        let back = changed(|draft| {
            draft.enable(0, false);
            draft.enable(0, true);
        });
        assert_eq!(back, TEXT);
    }

    #[test]
    fn a_step_is_added_at_the_end() {
        let entries = |key: &str, value: &str| [(key.to_owned(), value.to_owned())].into();
        let step = NewStep {
            plugin: "b.wasm".to_owned(),
            settings: entries("min", "3"),
            tables: entries("t", "t.tsv"),
            ..NewStep::default()
        };
        let added = changed(|draft| draft.add(&step));
        let end = "\n[[step]]\nplugin = \"b.wasm\"\ntables = { t = \"t.tsv\" }\nsettings = { min = \"3\" }\n";
        assert_eq!(added, format!("{TEXT}{end}"));
    }

    #[test]
    fn the_first_step_stands_apart_from_what_is_extended() {
        let mut draft = Draft::of("extends = \"built-in\"\n").unwrap();
        assert!(draft.extends_built_in() && draft.steps().is_empty());
        draft.add(&NewStep { plugin: "b.wasm".to_owned(), ..NewStep::default() });
        assert_eq!(draft.text(), "extends = \"built-in\"\n\n[[step]]\nplugin = \"b.wasm\"\n");
        assert!(!Draft::of(TEXT).unwrap().extends_built_in());
    }

    #[test]
    fn a_step_goes_with_its_comment_and_no_other() {
        let end = TEXT.find("\n# Counts.").unwrap();
        assert_eq!(changed(|draft| draft.remove(1)), TEXT[..end]);
        let mut draft = Draft::of(
            "# The pipeline.\n\n# One.\n[[step]]\nplugin = 'a'\n\n# Two.\n[[step]]\nplugin = 'b'\n",
        )
        .unwrap();
        draft.remove(0);
        assert_eq!(draft.text(), "# The pipeline.\n\n# Two.\n[[step]]\nplugin = 'b'\n");
        draft.remove(0);
        assert_eq!(draft.text().trim_end(), "# The pipeline.");
    }
}
