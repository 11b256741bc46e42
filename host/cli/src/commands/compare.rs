//! `compare`: runs two versions of a plugin on what is stored, and shows where they differ.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use docmill::catalog::Catalog;
use docmill::manifest::PluginRef;
use docmill::model::{Bill, Digest, PluginName};
use docmill::pipeline::{
    Change, CompareOptions, Compared, Comparison, Counted, Difference, Failed, Pipeline, Step,
    compare,
};
use docmill::store::Store;
use docmill_shipped::SHIPPED;
use serde::Serialize;

use crate::args::{Common, Compare, Output};
use crate::component::{read, rejected};
use crate::context;
use crate::exit::Exit;
use crate::in_force::InForce;
use crate::report::{
    BillObject, Column, CommandError, Counter, Paint, Table, Tone, bytes, confidence, count,
    escaped, grouped, hint_of, note, one_line, short, span, write_json,
};
use crate::signals::{Stop, warn_of_interrupt};

/// How a component begins.
const COMPONENT: &[u8] = b"\0asm\x0d\0\x01\0";
/// Shorter texts are no digest.
const SHORTEST_DIGEST: usize = 4;
/// The most parts of a store that are looked at for one digest.
const MOST_CANDIDATES: usize = 20;
/// The most values of an attribute that are shown; `--output json` has all.
const LONGEST_VALUE: usize = 60;

/// Runs the command.
pub fn run(common: &Common, options: &Compare) -> Result<Exit, CommandError> {
    let jobs = options.jobs.number();
    let store = context::existing_store(common)?;
    let catalog = context::catalog(common, jobs)?;
    let pipeline = InForce::read(common)?.assemble(common, &catalog)?;
    let versions = Versions { store: &store, catalog: &catalog, pipeline: &pipeline };
    let [old, new] = versions.of(options)?;
    let stop = Stop::on_signal(false, warn_of_interrupt);
    let compare_options = CompareOptions {
        sample: options.sample.map(|sample| sample as usize),
        jobs,
        stop: Arc::clone(&stop.requested),
    };
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let paint = Paint::for_stdout(common);
    let mut told = Ok(());
    let reads_sources = new.step().plugin.role.reads_sources();
    let comparison = {
        let what = if reads_sources { "sources" } else { "documents" };
        let counter = Counter::new(common, Some(0), what);
        let mut tell = |compared: Compared<'_>| match compared {
            Compared::Passed { done, all } => counter.at(done as u64, all as u64),
            Compared::Different(difference) if told.is_ok() => {
                told = counter.aside(|| match common.output {
                    Output::Json => write_json(&mut out, &DifferenceObject::new(difference)),
                    Output::Human => {
                        out.write_all(shown(&store, difference, paint).as_bytes())?;
                        // What waits to be written would come in between the bar.
                        out.flush()
                    }
                });
            }
            Compared::Different(_) => {}
        };
        let steps = [old.step(), new.step()];
        compare(&store, catalog.sandbox(), steps, &compare_options, &mut tell)?
    };
    told?;
    match common.output {
        Output::Json => {
            write_json(&mut out, &SummaryObject::new(&comparison, old.step(), new.step()))?;
        }
        Output::Human => {
            if comparison.different > 0 {
                writeln!(out)?;
            }
            if !comparison.counts.is_empty() {
                writeln!(out, "{}", counts(&comparison.counts).render(None, paint))?;
            }
            out.write_all(
                costs(&comparison, old.step(), new.step()).render(None, paint).as_bytes(),
            )?;
        }
    }
    out.flush()?;
    let Comparison { same, different, skipped, .. } = comparison;
    let gone = match skipped {
        0 => String::new(),
        gone => format!("; {} could not be compared, as the content is gone", grouped(gone)),
    };
    let compared = count(same + different, if reads_sources { "source" } else { "document" });
    let (same, different) = (grouped(same), grouped(different));
    note(common, &format!("{compared} compared: {same} the same, {different} different{gone}"));
    Ok(if stop.was_interrupted() { Exit::Interrupted } else { Exit::Success })
}

/// A version of a plugin: as a step of the pipeline runs it, or another component in its place.
enum Version<'a> {
    InForce(&'a Step),
    Other(Box<Step>),
}

impl Version<'_> {
    fn step(&self) -> &Step {
        match self {
            Version::InForce(step) => step,
            Version::Other(step) => step,
        }
    }
}

/// Where versions come from.
struct Versions<'a> {
    store: &'a dyn Store,
    catalog: &'a Catalog,
    pipeline: &'a Pipeline,
}

impl<'a> Versions<'a> {
    fn of(&self, options: &Compare) -> Result<[Version<'a>; 2], CommandError> {
        let meant = [&options.old, &options.new];
        let steps = meant.map(|meant| self.step(meant));
        let named = options.step.as_ref().map(|name| self.existing(name)).transpose()?;
        let version = |index: usize| -> Result<Version<'a>, CommandError> {
            if let Some(step) = steps[index] {
                return Ok(Version::InForce(step));
            }
            // The settings are those of the step that is named, else of the one on the other side,
            // else of the only one that runs it.
            let (path, component) = self.component(meant[index])?;
            let like = match named.or(steps[1 - index]) {
                Some(step) => Some(step),
                None => self.only_step_of(&path, &component)?,
            };
            let origin = PluginRef::File(path.clone());
            let step = Step::version(self.catalog, component, origin, like).map_err(|error| {
                let message =
                    format!("`{}` cannot be compared", one_line(&path.display().to_string(), 200));
                let refused = CommandError::new(Exit::Rejected, message).because(&error);
                CommandError { hint: hint_of(&error), ..refused }
            })?;
            Ok(Version::Other(Box::new(step)))
        };
        let [old, new] = [version(0)?, version(1)?];
        let roles = [&old, &new].map(|it| it.step().plugin.role);
        if roles[0] != roles[1] {
            let message = format!(
                "versions of one plugin have one role, and these are {} and {}",
                roles[0], roles[1]
            );
            return Err(CommandError::new(Exit::Usage, message));
        }
        Ok([old, new])
    }

    fn step(&self, name: &str) -> Option<&'a Step> {
        self.pipeline.steps().iter().find(|step| step.name.as_str() == name)
    }

    fn existing(&self, name: &PluginName) -> Result<&'a Step, CommandError> {
        self.step(name.as_str()).ok_or_else(|| {
            let message = format!("the pipeline has no step `{name}`");
            CommandError::new(Exit::Usage, message).hint("`docmill plugin list` shows its steps")
        })
    }

    /// The step that runs a plugin of this name, if there is one.
    fn only_step_of(
        &self,
        path: &Path,
        component: &[u8],
    ) -> Result<Option<&'a Step>, CommandError> {
        let plugin = self.catalog.load(component).map_err(|error| rejected(path, &error))?;
        let name = &plugin.description.name;
        let runs = |step: &&Step| step.plugin.description.name == *name;
        let steps: Vec<&Step> = self.pipeline.steps().iter().filter(runs).collect();
        match steps[..] {
            [] => Ok(None),
            [step] => Ok(Some(step)),
            _ => {
                let names: Vec<_> = steps.iter().map(|step| format!("`{}`", step.name)).collect();
                let message = format!("several steps run `{name}`");
                let hint = format!("choose one with `--step`: {}", names.join(", "));
                Err(CommandError::new(Exit::Usage, message).hint(hint))
            }
        }
    }

    /// The bytes of a file, of a shipped plugin, or of a component that the store keeps.
    fn component(&self, meant: &str) -> Result<(PathBuf, Vec<u8>), CommandError> {
        let path = PathBuf::from(meant);
        let digest = meant.strip_prefix("sha256:");
        let is_digest = |text: &str| {
            text.len() >= SHORTEST_DIGEST && text.bytes().all(|it| it.is_ascii_hexdigit())
        };
        let is_kept = digest.is_some()
            || (is_digest(meant) && !path.exists() && SHIPPED.plugin(meant).is_none());
        if !is_kept {
            return Ok((path.clone(), read(&path)?));
        }
        let prefix = digest.unwrap_or(meant);
        let mut components: Vec<(Digest, Vec<u8>)> = Vec::new();
        for digest in self.store.parts_with_prefix(prefix, MOST_CANDIDATES)? {
            let part = self.store.part(&digest)?.filter(|part| part.starts_with(COMPONENT));
            components.extend(part.map(|part| (digest, part)));
        }
        let shown = one_line(prefix, 80);
        let error = |message: String| CommandError::new(Exit::Usage, message);
        match components.len() {
            0 => Err(error(format!(
                "the store keeps no component whose digest begins with `{shown}`"
            ))
            .hint("`docmill history ID` shows digests of those that were run")),
            1 => Ok((path, components.remove(0).1)),
            several => {
                Err(error(format!("the digests of {several} components begin with `{shown}`"))
                    .hint("give more of the digest"))
            }
        }
    }
}

/// One difference, for people.
fn shown(store: &dyn Store, difference: &Difference, paint: Paint) -> String {
    let Difference { source, document, old, new, changes } = difference;
    let mut shown = String::new();
    let title = document.and_then(|id| store.document(id, None).ok().flatten());
    let title = title.and_then(|it| it.extracted.document.attribute("title").map(str::to_owned));
    let title = title.filter(|title| !title.trim().is_empty());
    let name = one_line(title.as_deref().unwrap_or(source.as_str()), 100);
    let id = document.map_or(String::new(), |id| format!("{}  ", short(&id)));
    shown.push_str(&format!("{}{name}\n", paint.tone(Tone::Key, &id)));
    let mut line = |text: String| shown.push_str(&format!("    {text}\n"));
    for (version, failed) in [("old", old), ("new", new)] {
        if let Some(Failed { class, causes }) = failed {
            let causes = one_line(&causes.join(": "), 200);
            line(format!("{version} fails: {}: {causes}", paint.tone(Tone::Bad, class.as_str())));
        }
    }
    changes.iter().map(told).for_each(&mut line);
    shown
}

fn told(change: &Change) -> String {
    let name = |name: &str| one_line(name, 64);
    match change {
        Change::Label { name: label, old: None, new: Some(new) } => {
            format!("+{} {}", name(label), confidence(*new))
        }
        Change::Label { name: label, new: None, .. } => format!("−{}", name(label)),
        Change::Label { name: label, old: Some(old), new: Some(new) } if old != new => {
            format!("{} {} → {}", name(label), confidence(*old), confidence(*new))
        }
        Change::Label { name: label, .. } => {
            format!("{}: other passages or attributes", name(label))
        }
        Change::Annotations { kind, gained, lost } => {
            format!("{} +{} −{}", name(kind), grouped(*gained), grouped(*lost))
        }
        Change::Translation { target, old: None, .. } => format!("+{}", escaped(target)),
        Change::Translation { target, new: None, .. } => format!("−{}", escaped(target)),
        Change::Translation { target, changed, .. } => {
            format!("{}: {} changed", escaped(target), count(*changed, "segment"))
        }
        Change::Documents { old, new } => {
            format!("{} → {}", count(*old, "document"), grouped(*new))
        }
        Change::Text { index, old, new } => {
            format!("{}text {} → {}", place(*index), bytes(*old), bytes(*new))
        }
        Change::Attribute { index, name: attribute, old, new } => {
            let values = |values: &[String]| match values {
                [] => "(none)".to_owned(),
                values => format!("\"{}\"", one_line(&values.join(", "), LONGEST_VALUE)),
            };
            format!("{}{} {} → {}", place(*index), name(attribute), values(old), values(new))
        }
        Change::Structure { index, part, old, new } => {
            format!("{}{part} {} → {}", place(*index), grouped(*old), grouped(*new))
        }
        Change::Member { name: member, old: None, .. } => format!("+{}", one_line(member, 200)),
        Change::Member { name: member, new: None, .. } => format!("−{}", one_line(member, 200)),
        Change::Member { name: member, old: Some(old), new: Some(new) } => {
            format!("{} {} → {}", one_line(member, 200), bytes(*old), bytes(*new))
        }
    }
}

/// Which of several documents of a source.
fn place(index: u64) -> String {
    if index == 0 { String::new() } else { format!("document {}: ", index + 1) }
}

fn counts(counts: &BTreeMap<String, Counted>) -> Table<4> {
    let mut table = Table::new([
        Column::new("FOUND"),
        Column::number("OLD"),
        Column::number("NEW"),
        Column::number("BOTH"),
    ]);
    for (name, Counted { old, new, both }) in counts {
        table.row([one_line(name, 64), grouped(*old), grouped(*new), grouped(*both)]);
    }
    table
}

fn costs(comparison: &Comparison, old: &Step, new: &Step) -> Table<9> {
    let mut table = Table::new([
        Column::new(""),
        Column::new("PLUGIN"),
        Column::new("COMPONENT").tone(Tone::Dim),
        Column::number("CALLS"),
        Column::number("FAILED"),
        Column::number("TOTAL"),
        Column::number("MEAN"),
        Column::number("MEAN MEMORY"),
        Column::number("PEAK MEMORY"),
    ]);
    for (side, step, bill) in [("old", old, &comparison.old), ("new", new, &comparison.new)] {
        let description = &step.plugin.description;
        table.row([
            side.to_owned(),
            format!("{} {}", description.name, one_line(&description.version, 64)),
            step.plugin.digest.short(),
            grouped(bill.calls),
            grouped(bill.failed),
            span(bill.sum.duration),
            span(bill.mean().duration),
            bytes(bill.mean().peak_memory),
            bytes(bill.largest.peak_memory),
        ]);
    }
    table
}

#[derive(Serialize)]
struct DifferenceObject<'a> {
    document: Option<String>,
    source: &'a str,
    old: Option<FailedObject<'a>>,
    new: Option<FailedObject<'a>>,
    changes: &'a [Change],
}

#[derive(Serialize)]
struct FailedObject<'a> {
    class: &'static str,
    causes: &'a [String],
}

impl<'a> DifferenceObject<'a> {
    fn new(difference: &'a Difference) -> DifferenceObject<'a> {
        let failed = |failed: &'a Failed| FailedObject {
            class: failed.class.as_str(),
            causes: &failed.causes,
        };
        DifferenceObject {
            document: difference.document.map(|id| id.to_string()),
            source: difference.source.as_str(),
            old: difference.old.as_ref().map(failed),
            new: difference.new.as_ref().map(failed),
            changes: &difference.changes,
        }
    }
}

#[derive(Serialize)]
struct SummaryObject<'a> {
    compared: u64,
    same: u64,
    different: u64,
    skipped: u64,
    found: &'a BTreeMap<String, Counted>,
    old: VersionObject<'a>,
    new: VersionObject<'a>,
}

#[derive(Serialize)]
struct VersionObject<'a> {
    plugin: &'a str,
    version: &'a str,
    component: String,
    settings: BTreeMap<&'a str, &'a str>,
    #[serde(flatten)]
    bill: BillObject,
}

impl<'a> VersionObject<'a> {
    fn new(step: &'a Step, bill: &Bill) -> VersionObject<'a> {
        let description = &step.plugin.description;
        VersionObject {
            plugin: description.name.as_str(),
            version: &description.version,
            component: step.plugin.digest.to_string(),
            settings: step.settings().iter().collect(),
            bill: bill.into(),
        }
    }
}

impl<'a> SummaryObject<'a> {
    fn new(comparison: &'a Comparison, old: &'a Step, new: &'a Step) -> SummaryObject<'a> {
        SummaryObject {
            compared: comparison.same + comparison.different,
            same: comparison.same,
            different: comparison.different,
            skipped: comparison.skipped,
            found: &comparison.counts,
            old: VersionObject::new(old, &comparison.old),
            new: VersionObject::new(new, &comparison.new),
        }
    }
}
