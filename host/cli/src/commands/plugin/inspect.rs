//! `plugin inspect`: what a plugin is and declares, what it asks for, what it is granted, and what
//! it uses.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use docmill::abi::Description;
use docmill::capabilities::Usage;
use docmill::catalog::{Import, Inspection, LoadError, Plugin, Provider, inspect};
use docmill::conformance::{Configuration, used};
use docmill::model::{Digest, Limits};
use docmill::pipeline::{Pipeline, Step};
use serde::Serialize;

use crate::args::{Common, Output};
use crate::component::{self, read, rejected};
use crate::context;
use crate::exit::Exit;
use crate::in_force::InForce;
use crate::report::{Column, CommandError, Paint, Table, Tone, bytes, count, one_line, write_json};

/// Runs the command.
pub fn run(
    common: &Common,
    meant: &Path,
    samples: &[std::path::PathBuf],
) -> Result<Exit, CommandError> {
    let content = read(meant)?;
    let samples = component::samples(samples)?;
    let catalog = context::catalog(common, 1)?;
    let loaded = catalog.load(&content);
    // What the pipeline in force grants is worth telling where there is one that works, and no
    // reason to fail where there is none.
    let pipeline =
        InForce::read(common).and_then(|mut in_force| in_force.assemble(common, &catalog)).ok();
    let steps: Vec<&Step> = (pipeline.iter())
        .flat_map(Pipeline::steps)
        .filter(|step| step.plugin.digest == Digest::of(&content))
        .collect();
    let usage = loaded.as_ref().ok().and_then(|plugin| {
        let configuration = configured(plugin, &steps)?;
        Some(used(catalog.sandbox(), plugin, &configuration, &samples))
    });
    let facts = Facts { steps, used: usage, ..Facts::new(&content, &loaded) };
    let mut stdout = std::io::stdout().lock();
    match common.output {
        Output::Json => write_json(&mut stdout, &facts.object())?,
        Output::Human => {
            stdout.write_all(facts.render(Paint::for_stdout(common)).as_bytes())?;
            stdout.flush()?;
        }
    }
    match loaded {
        Ok(_) => Ok(Exit::Success),
        Err(error) => Err(rejected(meant, &error)),
    }
}

/// As the pipeline in force configures the plugin, else with its defaults if these are enough.
fn configured(plugin: &Plugin, steps: &[&Step]) -> Option<Configuration> {
    match steps.first() {
        Some(step) => Some(Configuration {
            settings: Arc::clone(step.settings()),
            tables: Arc::clone(step.tables()),
            limits: step.limits,
        }),
        None => {
            let (settings, tables) = Default::default();
            Configuration::of(&plugin.description, settings, tables, Limits::default()).ok()
        }
    }
}

/// What could be told, from most to least: by the plugin itself, by its imports and exports, by its
/// bytes.
struct Facts<'a> {
    digest: Digest,
    size: u64,
    inspection: Option<Inspection>,
    description: Option<&'a Description>,
    /// The steps of the pipeline in force that are this plugin.
    steps: Vec<&'a Step>,
    /// What it called when it was run on samples, if it could be.
    used: Option<BTreeSet<&'static str>>,
}

impl<'a> Facts<'a> {
    fn new(content: &[u8], loaded: &'a Result<Arc<Plugin>, LoadError>) -> Facts<'a> {
        Facts {
            digest: Digest::of(content),
            size: content.len() as u64,
            inspection: inspect(content).ok(),
            description: loaded.as_ref().ok().map(|plugin| &plugin.description),
            steps: Vec::new(),
            used: None,
        }
    }

    fn render(&self, paint: Paint) -> String {
        let mut shown = String::new();
        if let Some(Description { name, version, summary, .. }) = self.description {
            let headline = format!("{name} {}", one_line(version, 64));
            shown.push_str(&format!("{}\n", paint.tone(Tone::Strong, &headline)));
            shown.push_str(&format!("{}\n\n", one_line(summary, 1_000)));
        }
        let mut facts = Table::new([Column::new("").tone(Tone::Dim), Column::new("")]);
        let mut fact = |name: &str, value: String| facts.row([name.to_owned(), value]);
        if let Some(Inspection { role, contract, .. }) = &self.inspection {
            fact("role", role.to_string());
            fact("contract", contract.to_string());
        }
        fact(
            "size",
            match self.size {
                0..1024 => count(self.size, "byte"),
                size => format!("{} ({})", bytes(size), count(size, "byte")),
            },
        );
        fact("sha256", self.digest.to_string());
        if let Some(description) = self.description {
            for attribute in &description.attributes {
                fact(&one_line(&attribute.name, 64), one_line(&attribute.value, 400));
            }
            if !description.reads.is_empty() {
                let reads = description.reads.iter().map(ToString::to_string);
                fact("reads", format!("findings of {}", reads.collect::<Vec<_>>().join(", ")));
            }
        }
        shown.push_str(&facts.render(None, paint));
        let mut section = |heading: &str, table: Table<3>| {
            if !table.is_empty() {
                shown.push_str(&format!("\n{}\n", paint.tone(Tone::Strong, heading)));
                shown.push_str(&table.indented(2).render(None, paint));
            }
        };
        if let Some(description) = self.description {
            section("settings", settings(description));
            section("tables", tables(description));
        }
        if let Some(inspection) = &self.inspection {
            section("imports", imports(&inspection.imports, self.used.as_ref()));
        }
        if self.description.is_some() {
            section("granted by the pipeline in force", granted(&self.steps));
            if self.steps.is_empty() {
                shown.push_str("\nnot part of the pipeline in force, which grants it nothing\n");
            }
        }
        shown
    }

    fn object(&self) -> PluginObject<'_> {
        let inspection = self.inspection.as_ref();
        PluginObject {
            sha256: self.digest.to_string(),
            size: self.size,
            loadable: self.description.is_some(),
            role: inspection.map(|it| it.role.as_str()),
            contract: inspection.map(|it| it.contract.to_string()),
            imports: (inspection.iter())
                .flat_map(|it| &it.imports)
                .map(|it| ImportObject {
                    name: &it.name,
                    provider: it.provider.to_string(),
                    used: is_used(it, self.used.as_ref()),
                })
                .collect(),
            steps: self.steps.iter().map(|step| StepObject::new(step)).collect(),
            description: self.description.map(DescriptionObject::new),
        }
    }
}

fn settings(description: &Description) -> Table<3> {
    let mut table = Table::new([Column::new("").tone(Tone::Key), Column::new(""), Column::new("")]);
    for setting in &description.settings {
        let default = match &setting.default_value {
            Some(value) => format!("= {:?}", one_line(value, 100)),
            None => "required".to_owned(),
        };
        table.row([one_line(&setting.key, 64), default, one_line(&setting.summary, 1_000)]);
    }
    table
}

fn tables(description: &Description) -> Table<3> {
    let mut table = Table::new([Column::new("").tone(Tone::Key), Column::new(""), Column::new("")]);
    for wanted in &description.tables {
        let required = if wanted.required { "required" } else { "optional" };
        let summary = one_line(&wanted.summary, 1_000);
        table.row([one_line(&wanted.name, 64), required.to_owned(), summary]);
    }
    table
}

fn imports(imports: &[Import], used: Option<&BTreeSet<&'static str>>) -> Table<3> {
    let mut table = Table::new([Column::new(""), Column::new(""), Column::new("").tone(Tone::Dim)]);
    for import @ Import { name, provider } in imports {
        let meaning = meaning(name, *provider);
        // The types are no functions; whoever has them has no more than words.
        let usage = match is_used(import, used) {
            Some(true) => "; used",
            Some(false) => "; not used",
            None => "",
        };
        table.row([provider.to_string(), one_line(name, 200), format!("{meaning}{usage}")]);
    }
    table
}

/// Whether the samples made the plugin call an interface; `None` where that is not recorded.
fn is_used(import: &Import, used: Option<&BTreeSet<&'static str>>) -> Option<bool> {
    let used = used?;
    match (import.provider, import.contract_interface()) {
        (Provider::Contract, Some("types")) => None,
        (Provider::Contract, Some(interface)) => Some(used.contains(interface)),
        // Of WASI it is only known whether any of it was called.
        (Provider::ClosedDoor, _) if !used.contains(Usage::WASI) => Some(false),
        _ => None,
    }
}

fn granted(steps: &[&Step]) -> Table<3> {
    let mut table = Table::new([Column::new("").tone(Tone::Key), Column::new(""), Column::new("")]);
    for step in steps {
        let name = step.name.to_string();
        let limits = Limits::default();
        let deadline = humantime::format_duration(step.limits.deadline);
        let own = if step.limits == limits { ", as by default" } else { "" };
        let limits = format!("{deadline}, {} of memory{own}", step.limits.memory);
        table.row([name.clone(), "limits".to_owned(), limits]);
        for (key, value) in step.settings().iter() {
            let value = format!("{} = {:?}", one_line(key, 64), one_line(value, 100));
            table.row([name.clone(), "setting".to_owned(), value]);
        }
        for (granted, content) in step.tables().iter() {
            let entries = count(content.size(), "entry").replace("entrys", "entries");
            let granted = format!("{} with {entries}", one_line(granted, 64));
            table.row([name.clone(), "table".to_owned(), granted]);
        }
        for read in &step.plugin.description.reads {
            table.row([name.clone(), "reads".to_owned(), format!("findings of {read}")]);
        }
    }
    table
}

/// What an import lets a plugin do.
fn meaning(import: &str, provider: Provider) -> &'static str {
    let interface = import.split('@').next().unwrap_or(import);
    match provider {
        Provider::Nothing if interface.starts_with("wasi:http/") => "the sandbox has no network",
        Provider::Nothing if interface.starts_with("docmill:plugin/") => {
            "this docmill knows no such part of the contract"
        }
        Provider::Nothing => "the sandbox offers no such thing",
        Provider::Contract => match interface.rsplit('/').next().unwrap_or_default() {
            "types" => "the vocabulary of the contract",
            "log" => "may write messages, up to its limit",
            "config" => "reads its own settings",
            "lookup" => "reads the tables that the pipeline grants",
            "sources" => "reads the bytes of the source at hand",
            "members" => "hands out what is in a container",
            "findings" => "reads what earlier steps found in the document at hand",
            _ => "part of the contract",
        },
        Provider::ClosedDoor => match interface {
            "wasi:cli/environment" => "no variables, no arguments, no working folder",
            "wasi:cli/exit" => "ends the plugin, which counts as a crash",
            "wasi:cli/stdin" => "always at its end",
            "wasi:cli/stdout" | "wasi:cli/stderr" => "goes to the plugin's log",
            _ if interface.starts_with("wasi:cli/") => "there is no terminal",
            _ if interface.starts_with("wasi:clocks/") => "logical time: moves only by being asked",
            _ if interface.starts_with("wasi:filesystem/") => "no folders, no files",
            _ if interface.starts_with("wasi:random/") => "the same sequence in every call",
            _ if interface.starts_with("wasi:sockets/") => {
                "no network: to ask for anything counts as a crash"
            }
            _ if interface.starts_with("wasi:io/") => "streams to nowhere; serves the others",
            _ => "nothing behind it",
        },
    }
}

#[derive(Serialize)]
struct PluginObject<'a> {
    sha256: String,
    size: u64,
    loadable: bool,
    role: Option<&'static str>,
    contract: Option<String>,
    imports: Vec<ImportObject<'a>>,
    /// What the pipeline in force grants, once per step.
    steps: Vec<StepObject<'a>>,
    description: Option<DescriptionObject<'a>>,
}

#[derive(Serialize)]
struct ImportObject<'a> {
    name: &'a str,
    provider: String,
    /// Whether samples made the plugin call it; null where that is not known.
    used: Option<bool>,
}

/// What a step of the pipeline in force grants.
#[derive(Serialize)]
struct StepObject<'a> {
    step: &'a str,
    settings: std::collections::BTreeMap<&'a str, &'a str>,
    tables: Vec<&'a str>,
    reads: Vec<&'a str>,
    deadline_ms: u128,
    memory: u64,
    output: u64,
    log: u64,
}

impl<'a> StepObject<'a> {
    fn new(step: &'a Step) -> StepObject<'a> {
        let Limits { deadline, memory, output, log } = step.limits;
        StepObject {
            step: step.name.as_str(),
            settings: step.settings().iter().collect(),
            tables: step.tables().keys().map(String::as_str).collect(),
            reads: step.plugin.description.reads.iter().map(|name| name.as_str()).collect(),
            deadline_ms: deadline.as_millis(),
            memory: memory.as_u64(),
            output: output.as_u64(),
            log: log.as_u64(),
        }
    }
}

#[derive(Serialize)]
struct DescriptionObject<'a> {
    name: &'a str,
    version: &'a str,
    summary: &'a str,
    settings: Vec<SettingObject<'a>>,
    tables: Vec<TableObject<'a>>,
    reads: Vec<&'a str>,
    attributes: Vec<AttributeObject<'a>>,
}

#[derive(Serialize)]
struct SettingObject<'a> {
    key: &'a str,
    summary: &'a str,
    default: Option<&'a str>,
}

#[derive(Serialize)]
struct TableObject<'a> {
    name: &'a str,
    summary: &'a str,
    required: bool,
}

#[derive(Serialize)]
struct AttributeObject<'a> {
    name: &'a str,
    value: &'a str,
}

impl<'a> DescriptionObject<'a> {
    fn new(description: &'a Description) -> DescriptionObject<'a> {
        let Description { name, version, summary, settings, tables, reads, attributes } =
            description;
        DescriptionObject {
            name: name.as_str(),
            version,
            summary,
            settings: (settings.iter())
                .map(|it| SettingObject {
                    key: &it.key,
                    summary: &it.summary,
                    default: it.default_value.as_deref(),
                })
                .collect(),
            tables: (tables.iter())
                .map(|it| TableObject {
                    name: &it.name,
                    summary: &it.summary,
                    required: it.required,
                })
                .collect(),
            reads: reads.iter().map(|name| name.as_str()).collect(),
            attributes: (attributes.iter())
                .map(|it| AttributeObject { name: &it.name, value: &it.value })
                .collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_import_has_a_meaning() {
        let check = |import, provider, expected| assert_eq!(meaning(import, provider), expected);
        check("wasi:http/types@0.2.6", Provider::Nothing, "the sandbox has no network");
        check(
            "wasi:sockets/tcp@0.2.6",
            Provider::ClosedDoor,
            "no network: to ask for anything counts as a crash",
        );
        check(
            "wasi:clocks/wall-clock@0.2.6",
            Provider::ClosedDoor,
            "logical time: moves only by being asked",
        );
        check(
            "docmill:plugin/lookup@0.1.0",
            Provider::Contract,
            "reads the tables that the pipeline grants",
        );
        check("x", Provider::Nothing, "the sandbox offers no such thing");
    }
}
