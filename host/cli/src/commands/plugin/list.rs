//! `plugin list`: the plugins of the pipeline in force, as they are configured.

use std::io::Write;

use docmill::abi::Declaration;
use docmill::manifest::PluginRef;
use docmill::model::ByteSize;
use docmill::pipeline::Step;
use serde::Serialize;

use crate::args::{Common, Output};
use crate::context;
use crate::exit::Exit;
use crate::report::{
    Column, CommandError, LimitsObject, Paint, Table, Tone, count, cut_end, cut_start, note,
    one_line, width, write_json,
};

/// Runs the command.
pub fn run(common: &Common) -> Result<Exit, CommandError> {
    let pipeline = context::pipeline(common, 1)?;
    let mut stdout = std::io::BufWriter::new(std::io::stdout().lock());
    match common.output {
        Output::Json => {
            for step in pipeline.steps() {
                write_json(&mut stdout, &Line::new(step))?;
            }
        }
        Output::Human => {
            let mut table = table();
            pipeline.steps().iter().for_each(|step| table.row(row(step)));
            let shown = table.render(width(), Paint::for_stdout(common));
            stdout.write_all(shown.as_bytes())?;
        }
    }
    stdout.flush()?;
    let (path, _) = context::pipeline_text(common)?;
    let steps = count(pipeline.steps().len() as u64, "step");
    let path = one_line(&path.display().to_string(), 200);
    note(common, &format!("{steps} of {path} in order; limits: time, memory, output of one call"));
    Ok(Exit::Success)
}

fn table() -> Table<6> {
    Table::new([
        Column::new("STEP").tone(Tone::Key),
        Column::new("PLUGIN").cut_by(cut_start),
        Column::new("ROLE"),
        Column::new("FROM").cut_by(cut_start),
        Column::new("LIMITS"),
        Column::new("TAKES OR GIVES").cut_by(cut_end),
    ])
}

fn row(step: &Step) -> [String; 6] {
    let description = &step.plugin.description;
    let version = one_line(&description.version, 64);
    let limits = &step.limits;
    let deadline = humantime::format_duration(limits.deadline);
    [
        step.name.to_string(),
        // Most steps are called as their plugin is.
        if step.name == description.name {
            version
        } else {
            format!("{} {version}", description.name)
        },
        step.plugin.role.to_string(),
        match &step.origin {
            PluginRef::Shipped(_) => "shipped".to_owned(),
            PluginRef::File(path) => one_line(&path.display().to_string(), usize::MAX),
        },
        format!("{deadline}, {}, {}", round(limits.memory), round(limits.output)),
        one_line(&declared(step), usize::MAX),
    ]
}

/// Limits are round numbers as a rule: `64 MiB`.
fn round(size: ByteSize) -> String {
    size.to_string().replace(".0 ", " ")
}

/// What a step takes or gives, in a few words.
fn declared(step: &Step) -> String {
    let names = |names: &std::collections::BTreeSet<String>, what| match names.len() {
        0 => format!("no {what}s"),
        number => format!("{}: {}", count(number as u64, what), joined(names)),
    };
    match &step.declaration {
        Declaration::Accepts(types) => joined(types),
        Declaration::Pairs(_) => {
            joined(step.pairs().iter().map(|(original, target)| format!("{original}→{target}")))
        }
        Declaration::Labels(labels) => names(labels, "label"),
        Declaration::Kinds(kinds) => names(kinds, "kind"),
    }
}

fn joined(items: impl IntoIterator<Item = impl ToString>) -> String {
    items.into_iter().map(|item| item.to_string()).collect::<Vec<_>>().join(", ")
}

#[derive(Serialize)]
struct Line<'a> {
    step: &'a str,
    plugin: &'a str,
    version: &'a str,
    role: &'static str,
    contract: String,
    component: String,
    shipped: bool,
    file: Option<String>,
    accepts: Vec<&'a str>,
    pairs: Vec<PairLine<'a>>,
    labels: Vec<&'a str>,
    kinds: Vec<&'a str>,
    reads: Vec<&'a str>,
    limits: LimitsObject,
}

#[derive(Serialize)]
struct PairLine<'a> {
    original: &'a str,
    target: &'a str,
}

impl<'a> Line<'a> {
    fn new(step: &'a Step) -> Line<'a> {
        let plugin = &step.plugin;
        let mut line = Line {
            step: step.name.as_str(),
            plugin: plugin.description.name.as_str(),
            version: &plugin.description.version,
            role: plugin.role.as_str(),
            contract: plugin.contract.to_string(),
            component: plugin.digest.to_string(),
            shipped: matches!(step.origin, PluginRef::Shipped(_)),
            file: match &step.origin {
                PluginRef::Shipped(_) => None,
                PluginRef::File(path) => Some(path.display().to_string()),
            },
            accepts: Vec::new(),
            pairs: Vec::new(),
            labels: Vec::new(),
            kinds: Vec::new(),
            reads: plugin.description.reads.iter().map(|name| name.as_str()).collect(),
            limits: step.limits.into(),
        };
        match &step.declaration {
            Declaration::Accepts(types) => line.accepts.extend(types.iter().map(|it| it.as_str())),
            Declaration::Pairs(_) => line.pairs.extend(
                step.pairs()
                    .iter()
                    .map(|pair| PairLine { original: pair.0.as_str(), target: pair.1.as_str() }),
            ),
            Declaration::Labels(labels) => line.labels.extend(labels.iter().map(String::as_str)),
            Declaration::Kinds(kinds) => line.kinds.extend(kinds.iter().map(String::as_str)),
        }
        line
    }
}
