//! `show --why`: where a label or an annotation comes from, down to the source.

use std::collections::BTreeMap;
use std::io::Write;

use docmill::model::{Annotation, Finding, Label, PluginName, Span};
use docmill::pipeline::{Ancestor, Given, Lineage};
use docmill::store::Store;
use serde::Serialize;

use crate::args::{Common, Output};
use crate::dossier::Dossier;
use crate::exit::Exit;
use crate::report::{
    AnnotationObject, CommandError, LabelObject, Page, Paint, ProvenanceObject, RunObject,
    SourceObject, Tone, bytes, confidence, count, escaped, moment, one_line, passages, quote, span,
    write_json,
};

/// The most of a value that is shown, in characters; `--output json` has all.
const LONGEST_VALUE: usize = 100;

/// Tells where the labels of this name, or the annotations of this kind, come from.
pub fn run(
    common: &Common,
    store: &dyn Store,
    dossier: &Dossier,
    name: &str,
) -> Result<Exit, CommandError> {
    let labels: Vec<_> = dossier.labels().filter(|(_, label)| label.name == name).collect();
    let annotations: Vec<_> = dossier.annotations().filter(|(_, it)| it.kind == name).collect();
    let mut of: Vec<PluginName> = Vec::new();
    for finding in labels.iter().map(|it| it.0).chain(annotations.iter().map(|it| it.0)) {
        if !of.contains(&finding.step) {
            of.push(finding.step.clone());
        }
    }
    if of.is_empty() {
        return Err(unknown(dossier, name));
    }
    let lineage = Lineage::trace(store, &dossier.stored, &dossier.findings, &of)?;
    let mut stdout = std::io::BufWriter::new(std::io::stdout().lock());
    match common.output {
        Output::Json => {
            let document = dossier.document();
            let object = WhyObject {
                document: dossier.id().to_string(),
                version: dossier.stored.version,
                labels: labels.iter().map(|it| LabelObject::new(document, *it)).collect(),
                annotations: (annotations.iter())
                    .map(|it| AnnotationObject::new(document, *it))
                    .collect(),
                results: lineage.results.iter().map(ResultObject::new).collect(),
                source: SourceObject::new(dossier),
                containers: lineage.containers.iter().map(|it| it.as_str()).collect(),
            };
            write_json(&mut stdout, &object)?;
        }
        Output::Human => {
            let mut page = Page::new(Paint::for_stdout(common));
            write_labels(&mut page, dossier, &labels);
            write_annotations(&mut page, dossier, name, &annotations);
            for result in &lineage.results {
                write_result(&mut page, result);
            }
            write_source(&mut page, dossier, &lineage);
            stdout.write_all(page.finish().as_bytes())?;
        }
    }
    stdout.flush()?;
    Ok(Exit::Success)
}

fn unknown(dossier: &Dossier, name: &str) -> CommandError {
    let message = format!(
        "document `{}` has no label and no kind of annotation `{}`",
        dossier.id(),
        one_line(name, 100)
    );
    let names = dossier.labels().map(|(_, label)| label.name.as_str());
    let mut names: Vec<_> =
        names.chain(dossier.annotations().map(|(_, it)| it.kind.as_str())).collect();
    names.sort_unstable();
    names.dedup();
    let names: Vec<_> = names.iter().map(|it| format!("`{}`", one_line(it, 64))).collect();
    let error = CommandError::new(Exit::SomeFailed, message);
    if names.is_empty() { error } else { error.hint(format!("it has {}", names.join(", "))) }
}

fn write_labels(page: &mut Page, dossier: &Dossier, labels: &[(&Finding, &Label)]) {
    for (finding, label) in labels {
        let mut facts = vec![confidence(label.confidence)];
        facts.extend(label.rank().map(|rank| one_line(rank, 64)));
        facts.push(format!("by {}", finding.step));
        let name = page.paint().tone(Tone::Key, &one_line(&label.name, 64));
        page.line(&format!("{name}  {}", facts.join("  ")));
        for attribute in label.further_attributes() {
            let (name, value) = (&attribute.name, &attribute.value);
            page.line(&format!("  {} = {}", one_line(name, 64), one_line(value, LONGEST_VALUE)));
        }
        for evidence in &label.evidence {
            write_passage(page, &dossier.document().text, *evidence, "");
        }
    }
}

fn write_annotations(
    page: &mut Page,
    dossier: &Dossier,
    kind: &str,
    found: &[(&Finding, &Annotation)],
) {
    if found.is_empty() {
        return;
    }
    let kind = page.paint().tone(Tone::Key, &one_line(kind, 64));
    page.line(&format!("{kind}  {}", count(found.len() as u64, "annotation")));
    for (finding, annotation) in found {
        let mut facts: Vec<_> =
            annotation.value.iter().map(|value| one_line(value, LONGEST_VALUE)).collect();
        facts.extend(annotation.confidence.map(confidence));
        facts.push(format!("by {}", finding.step));
        let facts = facts.join("  ");
        match annotation.span {
            Some(span) => write_passage(page, &dossier.document().text, span, &facts),
            None => page.line(&format!("  the document as a whole  {facts}")),
        }
    }
}

/// A passage, its place in the text, and its context.
fn write_passage(page: &mut Page, text: &str, place: Span, facts: &str) {
    let line = 1 + text[..place.range().start].matches('\n').count();
    for (context, emphasised) in passages(text, &[place]) {
        let quoted = quote(text, &context, &emphasised, page.paint());
        let at = format!("line {line}, bytes {} to {}", place.start, place.end);
        let at = page.paint().tone(Tone::Dim, &at);
        let facts = if facts.is_empty() { String::new() } else { format!("  {facts}") };
        page.line(&format!("  {at}{facts}  {quoted}"));
    }
}

fn write_result(page: &mut Page, result: &Ancestor) {
    let Ancestor { step, provenance, run, given, reads, is_up_to_date } = result;
    let of = step.as_ref().map_or("extraction".to_owned(), |it| format!("step {it}"));
    page.heading(&of, "");
    let plugin = &provenance.plugin;
    let mut facts = vec![
        (
            "plugin",
            format!(
                "{plugin} {}, {} for contract {}",
                one_line(&provenance.version, 64),
                provenance.role,
                provenance.contract
            ),
        ),
        ("component", provenance.component.to_string()),
    ];
    match given {
        Some(given) => facts.extend(shown(given)),
        None => facts.push(("settings", "the store no longer has them".to_owned())),
    }
    let started = run.as_ref().map_or(String::new(), |run| format!(", {}", moment(run.started)));
    facts.push(("run", format!("{}{started}", provenance.run)));
    let cost = provenance.cost;
    facts.push(("cost", format!("{}, {} of memory", span(cost.duration), bytes(cost.peak_memory))));
    if !reads.is_empty() {
        let reads: Vec<_> = reads.iter().map(|it| format!("findings of {it}")).collect();
        facts.push(("read", reads.join(", ")));
    }
    if !is_up_to_date {
        let what = "something else than what is stored now; `docmill plan` tells more";
        facts.push(("made of", what.to_owned()));
    }
    page.facts(2, facts);
}

fn write_source(page: &mut Page, dossier: &Dossier, lineage: &Lineage) {
    page.heading("source", "");
    let stored = &dossier.stored;
    let mut facts = vec![
        ("name", one_line(stored.source.as_str(), 4_096)),
        ("sha256", stored.original.to_string()),
    ];
    match &dossier.source {
        Some(source) => {
            let info = &source.info;
            let kind = format!("{}, {}", escaped(info.media_type.as_str()), bytes(info.size));
            facts.push(("content", kind));
        }
        None => facts.push(("content", "it has changed or gone since".to_owned())),
    }
    let containers = lineage.containers.iter();
    facts.extend(containers.map(|name| ("taken out of", one_line(name.as_str(), 4_096))));
    facts.push(("document", format!("{}, version {}", stored.id, stored.version)));
    page.facts(2, facts);
}

/// What a plugin was given, one fact per line.
fn shown(given: &Given) -> Vec<(&'static str, String)> {
    let mut facts = Vec::new();
    for (key, value) in given.settings.iter() {
        facts.push(("setting", format!("{key} = {}", one_line(value, LONGEST_VALUE))));
    }
    for (name, table) in given.tables.iter() {
        let entries = count(table.size(), "row");
        facts.push(("table", format!("{name}, {} ({entries})", table.digest())));
    }
    if !given.pairs.is_empty() {
        let pairs: Vec<_> =
            given.pairs.iter().map(|(from, to)| format!("{from} to {to}")).collect();
        facts.push(("languages", pairs.join(", ")));
    }
    facts
}

#[derive(Serialize)]
struct WhyObject<'a> {
    document: String,
    version: u32,
    labels: Vec<LabelObject<'a>>,
    annotations: Vec<AnnotationObject<'a>>,
    results: Vec<ResultObject<'a>>,
    source: SourceObject<'a>,
    containers: Vec<&'a str>,
}

#[derive(Serialize)]
struct ResultObject<'a> {
    provenance: ProvenanceObject<'a>,
    settings: Option<BTreeMap<&'a str, &'a str>>,
    tables: Option<Vec<TableObject<'a>>>,
    languages: Option<Vec<[&'a str; 2]>>,
    reads: Vec<&'a str>,
    up_to_date: bool,
    run: Option<RunObject>,
}

#[derive(Serialize)]
struct TableObject<'a> {
    name: &'a str,
    digest: String,
    rows: u64,
}

impl<'a> ResultObject<'a> {
    fn new(result: &'a Ancestor) -> ResultObject<'a> {
        let given = result.given.as_ref();
        let table = |(name, table): (&'a String, &'a std::sync::Arc<_>)| {
            let table: &docmill::capabilities::Table = table;
            TableObject { name, digest: table.digest().to_string(), rows: table.size() }
        };
        ResultObject {
            provenance: ProvenanceObject::new(
                result.step.as_ref().map(|step| step.as_str()),
                &result.provenance,
            ),
            settings: given.map(|it| it.settings.iter().collect()),
            tables: given.map(|it| it.tables.iter().map(table).collect()),
            languages: given
                .map(|it| it.pairs.iter().map(|(from, to)| [from.as_str(), to.as_str()]).collect()),
            reads: result.reads.iter().map(|it| it.as_str()).collect(),
            up_to_date: result.is_up_to_date,
            run: result.run.as_ref().map(RunObject::new),
        }
    }
}
