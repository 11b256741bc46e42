//! A plugin that is named on the command line: its file, what is wrong with it, what it is given,
//! and samples to run it on.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use docmill::capabilities::{LARGEST_TABLE, Table};
use docmill::catalog::{Catalog, LARGEST_COMPONENT, LoadError, Plugin};
use docmill::conformance::{Configuration, Sample};
use docmill::ingest::judge;
use docmill::manifest::{PluginRef, read_file, read_text};
use docmill::model::Limits;
use docmill::pipeline::{Pipeline, Step};
use docmill_shipped::SHIPPED;

use crate::exit::Exit;

use crate::in_force::InForce;
use crate::report::{CommandError, hint_of, one_line};

/// The largest sample, in bytes; as for a source that is taken in.
const LARGEST_SAMPLE: u64 = 64 << 20;

/// The bytes of a shipped plugin or of a file.
pub fn read(meant: &Path) -> Result<Vec<u8>, CommandError> {
    let name = meant.to_str().filter(|name| !name.contains(['/', '\\']));
    if let Some(shipped) = name.and_then(|name| SHIPPED.plugin(name)) {
        return shipped.component().map_err(|error| rejected(meant, &error));
    }
    let error = |reason: &dyn std::error::Error| {
        let message = format!("plugin `{}` could not be read", meant.display());
        CommandError::new(Exit::Rejected, message).because(reason)
    };
    read_file(meant, LARGEST_COMPONENT).map_err(|reason| {
        let is_name = name.is_some_and(|name| !name.contains('.'));
        let shipped: Vec<_> = SHIPPED.plugin_names().map(|name| format!("`{name}`")).collect();
        match is_name && reason.kind() == std::io::ErrorKind::NotFound {
            true if !shipped.is_empty() => {
                let message =
                    format!("there is neither a file nor a shipped plugin `{}`", meant.display());
                CommandError::new(Exit::Rejected, message)
                    .hint(format!("shipped are {}", shipped.join(", ")))
            }
            _ => error(&reason),
        }
    })
}

/// The error about a plugin that cannot be loaded.
pub fn rejected(meant: &Path, error: &LoadError) -> CommandError {
    let message = format!("plugin `{}` cannot be loaded", meant.display());
    let rejected = CommandError::new(Exit::Rejected, message).because(error);
    match error {
        // That hint leads to this very command.
        LoadError::Imports { .. } => rejected.hint("build it without what is marked `refused`"),
        _ => CommandError { hint: hint_of(error), ..rejected },
    }
}

/// Loads a shipped plugin or a file.
pub fn load(catalog: &Catalog, meant: &Path) -> Result<Arc<Plugin>, CommandError> {
    catalog.load(&read(meant)?).map_err(|error| rejected(meant, &error))
}

/// What a plugin is given while it is checked or tried: what was asked for, and defaults.
pub fn configuration(
    plugin: &Plugin,
    settings: BTreeMap<String, String>,
    tables: BTreeMap<String, Arc<Table>>,
    limits: Limits,
) -> Result<Configuration, CommandError> {
    Configuration::of(&plugin.description, settings, tables, limits).map_err(|error| CommandError {
        hint: hint_of(&error),
        ..CommandError::of(Exit::Usage, &error)
    })
}

/// The tables that were named on the command line.
pub fn tables(named: &[(String, String)]) -> Result<BTreeMap<String, Arc<Table>>, CommandError> {
    named.iter().map(|(name, file)| Ok((name.clone(), Arc::new(table(file)?)))).collect()
}

/// A table of a file, or a shipped one.
fn table(file: &str) -> Result<Table, CommandError> {
    let unusable = |error: &dyn std::error::Error| {
        CommandError::new(Exit::Rejected, format!("table `{file}` cannot be used")).because(error)
    };
    match SHIPPED.table(file) {
        Some(text) => Table::from_tsv(text).map_err(|error| unusable(&error)),
        None => {
            let text =
                read_text(Path::new(file), LARGEST_TABLE).map_err(|error| unusable(&error))?;
            Table::from_tsv(&text).map_err(|error| unusable(&error))
        }
    }
}

/// Lets all steps whose plugin has the name of this one run this one. Returns it, and whether there
/// are any.
pub fn put_in_place(
    in_force: &mut InForce,
    pipeline: &Pipeline,
    catalog: &Catalog,
    file: &Path,
) -> Result<(Arc<Plugin>, bool), CommandError> {
    let shown = one_line(&file.display().to_string(), 200);
    let bytes = read_file(file, LARGEST_COMPONENT).map_err(|error| {
        CommandError::new(Exit::Rejected, format!("plugin `{shown}` could not be read"))
            .because(&error)
    })?;
    let plugin = catalog.load(&bytes).map_err(|error| {
        let rejected =
            CommandError::new(Exit::Rejected, format!("plugin `{shown}` cannot be loaded"))
                .because(&error);
        CommandError { hint: hint_of(&error), ..rejected }
    })?;
    let name = &plugin.description.name;
    let replaced: Vec<&Step> =
        (pipeline.steps().iter()).filter(|step| step.plugin.description.name == *name).collect();
    for step in &mut in_force.manifest.steps {
        if replaced.iter().any(|it| it.origin == step.plugin) {
            step.plugin = PluginRef::File(file.to_owned());
        }
    }
    // Whoever names a component on the command line wants it to run.
    for step in &replaced {
        in_force.accept(&step.name, &plugin);
    }
    let is_in_place = !replaced.is_empty();
    Ok((plugin, is_in_place))
}

/// The files that an author gives as samples.
pub fn samples(files: &[PathBuf]) -> Result<Vec<Sample>, CommandError> {
    let sample = |path: &PathBuf| {
        let name = path.display().to_string();
        let unreadable = |error: &dyn std::error::Error| {
            CommandError::new(Exit::Usage, format!("sample `{name}` could not be read"))
                .because(error)
        };
        let content = read_file(path, LARGEST_SAMPLE).map_err(|error| unreadable(&error))?;
        let media_type = Some(judge(&name, None, &content));
        Ok(Sample { name, media_type, content: content.into() })
    };
    files.iter().map(sample).collect()
}
