//! `wit diff`: what is different between two versions of the contract, what of that breaks plugins,
//! and which of those here.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::Path;

use docmill::catalog::{Inspection, inspect};
use docmill::manifest::read_text;
use docmill::model::{Digest, Role};
use docmill::store::Store;
use serde_json::json;

use crate::args::{Common, Output};
use crate::carried;
use crate::context;
use crate::contract::{Change, Contract, LARGEST};
use crate::exit::Exit;
use crate::in_force::InForce;
use crate::report::{CommandError, Paint, Tone, count, escaped, note, one_line, write_json};

/// What stands for the contract of this binary on the command line.
const BUILT_IN: &str = "built-in";
/// So many components of a store are looked at.
const MOST_COMPONENTS: usize = 10_000;
/// The most files of a contract.
const MOST_FILES: usize = 1_000;

/// A plugin that is known here.
struct Known {
    /// What it is called, and where.
    name: String,
    digest: Digest,
    inspection: Inspection,
}

/// Runs the command.
pub fn diff(common: &Common, old: &Path, new: &Path) -> Result<Exit, CommandError> {
    let (old, new) = (contract(old)?, contract(new)?);
    let changes = old.changes(&new);
    let plugins = known(common)?;
    let of_track = |it: &&Known| it.inspection.contract.to_string() == old.track();
    let broken: Vec<(&Known, Vec<&Change>)> = (plugins.iter().filter(of_track))
        .map(|plugin| (plugin, changes.iter().filter(|it| breaks(it, plugin)).collect()))
        .filter(|(_, why): &(_, Vec<_>)| !why.is_empty())
        .collect();
    let mut stdout = std::io::stdout().lock();
    match common.output {
        Output::Json => write_json(&mut stdout, &object(&old, &new, &changes, &broken))?,
        Output::Human => {
            let shown = render(&old, &new, &changes, &broken, Paint::for_stdout(common));
            stdout.write_all(shown.as_bytes())?;
            stdout.flush()?;
        }
    }
    note(
        common,
        &format!(
            "{} looked at: those of the pipeline in force and of the store",
            count(plugins.len() as u64, "plugin")
        ),
    );
    let is_broken = changes.iter().any(|it| !it.breaks.is_empty());
    Ok(if is_broken { Exit::SomeFailed } else { Exit::Success })
}

/// A contract in a folder, a release that this binary knows, or its own.
fn contract(meant: &Path) -> Result<Contract, CommandError> {
    let shown = one_line(&meant.display().to_string(), 400);
    let refused = |message: String| CommandError::new(Exit::Usage, message);
    let parsed = |contract: Result<Contract, String>| {
        contract.map_err(|error| CommandError {
            causes: vec![error],
            ..refused(format!("`{shown}` is no contract"))
        })
    };
    if meant.is_dir() {
        let entries = std::fs::read_dir(meant)
            .map_err(|error| refused(format!("`{shown}` could not be read")).because(&error))?;
        let files = entries.flatten().map(|entry| entry.path());
        let mut files: Vec<_> =
            files.filter(|path| path.extension().is_some_and(|it| it == "wit")).collect();
        files.sort();
        if files.is_empty() || files.len() > MOST_FILES {
            return Err(refused(format!("`{shown}` holds no contract"))
                .hint("name the folder with its `.wit` files"));
        }
        let read = |path: &std::path::PathBuf| {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let text = read_text(path, LARGEST).map_err(|error| {
                refused(format!(
                    "`{}` could not be read",
                    one_line(&path.display().to_string(), 400)
                ))
                .because(&error)
            })?;
            Ok((name, text))
        };
        let files = files.iter().map(read).collect::<Result<Vec<_>, CommandError>>()?;
        return parsed(Contract::parse(
            files.iter().map(|(name, text)| (name.as_str(), text.as_str())),
        ));
    }
    let name = meant.to_str().unwrap_or_default();
    if name == BUILT_IN {
        return parsed(Contract::parse(carried::contract()));
    }
    match carried::release(name) {
        Some(files) => parsed(Contract::parse(files)),
        None => {
            let known = carried::releases().into_iter().map(|it| format!("`{it}`"));
            let known: Vec<_> = known.chain([format!("`{BUILT_IN}`")]).collect();
            Err(refused(format!("there is neither a folder nor a release `{shown}`"))
                .hint(format!("name a folder with `.wit` files, or one of {}", known.join(", "))))
        }
    }
}

/// The plugins of the pipeline in force, and the components that the store keeps.
fn known(common: &Common) -> Result<Vec<Known>, CommandError> {
    let mut plugins: Vec<Known> = Vec::new();
    let mut seen = BTreeSet::new();
    let mut add = |name: String, digest: Digest, bytes: &[u8]| {
        if let Ok(inspection) = inspect(bytes)
            && seen.insert(digest)
        {
            plugins.push(Known { name, digest, inspection });
        }
    };
    let catalog = context::catalog(common, 1)?;
    // A contract can be compared where there is no pipeline that works.
    let pipeline = InForce::read(common).and_then(|mut it| it.assemble(common, &catalog));
    match &pipeline {
        Ok(pipeline) => {
            for step in pipeline.steps() {
                if let Ok(bytes) = step.plugin.component() {
                    add(format!("step {}", step.name), step.plugin.digest, &bytes);
                }
            }
        }
        Err(error) => {
            note(common, &format!("the pipeline in force is left out: {}", error.message))
        }
    }
    if context::address(common)?.is_there() {
        let store = context::store_to_read(common)?;
        for digest in store.parts_with_prefix("", MOST_COMPONENTS)? {
            let part = store.part(&digest)?;
            if let Some(bytes) = part.filter(|bytes| bytes.starts_with(b"\0asm")) {
                add(format!("in the store, {}", digest.short()), digest, &bytes);
            }
        }
    }
    Ok(plugins)
}

/// Whether a change breaks a plugin: it exports, or imports, what is another thing now.
fn breaks(change: &Change, plugin: &Known) -> bool {
    let exported = match plugin.inspection.role {
        Role::Unpacker => "unpacking",
        Role::Extractor => "extraction",
        Role::Translator => "translation",
        Role::Classifier => "classification",
        Role::Analyzer => "analysis",
    };
    let imported = plugin.inspection.imports.iter().filter_map(|it| it.contract_interface());
    let mut names = imported.chain([exported, "metadata"]);
    names.any(|name| change.breaks.contains(name))
}

fn render(
    old: &Contract,
    new: &Contract,
    changes: &[Change],
    broken: &[(&Known, Vec<&Change>)],
    paint: Paint,
) -> String {
    let mut shown = paint.tone(Tone::Strong, &format!("{} → {}", old.version, new.version));
    let remark = match old.track() == new.track() {
        true => "one track: nothing may break",
        false => "another track: what breaks has to be changed once a plugin moves to it",
    };
    shown.push_str(&format!("  {}\n", paint.tone(Tone::Dim, remark)));
    if changes.is_empty() {
        shown.push_str("nothing is different\n");
    }
    for Change { what, before, after, breaks } in changes {
        let (word, tone) =
            if breaks.is_empty() { ("fits", Tone::Plain) } else { ("breaks", Tone::Bad) };
        let word = paint.tone(tone, &format!("{word:<7}"));
        let users: Vec<&str> = breaks.iter().map(String::as_str).collect();
        let users =
            if users.is_empty() { String::new() } else { format!("  ({})", users.join(", ")) };
        shown.push_str(&format!("{word} {}{users}\n", escaped(what)));
        for (sign, shape) in [('-', before), ('+', after)] {
            if let Some(shape) = shape {
                shown.push_str(&format!("        {sign} {}\n", one_line(shape, 1_000)));
            }
        }
    }
    for (plugin, why) in broken {
        let why: Vec<_> = why.iter().map(|it| escaped(&it.what)).collect();
        let name = paint.tone(Tone::Key, &one_line(&plugin.name, 200));
        shown.push_str(&format!("{name} ({}): {}\n", plugin.inspection.role, why.join(", ")));
    }
    shown
}

fn object(
    old: &Contract,
    new: &Contract,
    changes: &[Change],
    broken: &[(&Known, Vec<&Change>)],
) -> serde_json::Value {
    let change = |it: &Change| {
        json!({
            "what": it.what, "before": it.before, "after": it.after, "breaking": !it.breaks.is_empty(),
            "interfaces": it.breaks,
        })
    };
    let plugin = |(plugin, why): &(&Known, Vec<&Change>)| {
        json!({
            "plugin": plugin.name, "component": plugin.digest.to_string(),
            "role": plugin.inspection.role.as_str(), "because": why.iter().map(|it| &it.what).collect::<Vec<_>>(),
        })
    };
    json!({
        "old": old.version, "new": new.version, "changes": changes.iter().map(change).collect::<Vec<_>>(),
        "broken": broken.iter().map(plugin).collect::<Vec<_>>(),
    })
}
