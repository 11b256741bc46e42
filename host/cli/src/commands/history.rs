//! `history`: the versions of a document, and when what was found in it changed.

use std::collections::BTreeMap;
use std::io::Write;

use docmill::model::{
    Digest, DocumentId, Outline, Past, PluginName, Provenance, Run, RunId, StoredDocument,
};
use docmill::store::{Store, StoreError};
use serde::Serialize;

use crate::args::{Common, Output};
use crate::context;
use crate::exit::Exit;
use crate::lookup;
use crate::report::{
    Column, CommandError, Paint, ProvenanceObject, Table, Tone, bytes, confidence, grouped, moment,
    one_line, rfc3339, write_json,
};

/// The most changes of one result that are named; `--output json` has all.
const MOST_CHANGES: usize = 6;

/// Runs the command.
pub fn run(common: &Common, document: &str) -> Result<Exit, CommandError> {
    let store = context::store_to_read(common)?;
    let id = lookup::document(&store, document)?;
    let events = events(&store, id)?;
    let mut stdout = std::io::BufWriter::new(std::io::stdout().lock());
    match common.output {
        Output::Json => {
            for event in &events {
                write_json(&mut stdout, &EventObject::new(id, event))?;
            }
        }
        Output::Human => {
            let shown = table(&events).render(None, Paint::for_stdout(common));
            stdout.write_all(shown.as_bytes())?;
        }
    }
    stdout.flush()?;
    Ok(Exit::Success)
}

/// A result that is or was there.
struct Event {
    /// Of the document.
    version: u32,
    /// Absent for the extraction.
    step: Option<PluginName>,
    /// The digest of the source.
    original: Digest,
    provenance: Provenance,
    run: Option<Run>,
    digest: Digest,
    outline: Outline,
    /// Whether it is there still.
    is_kept: bool,
    /// Against the last result of the same step; absent for the first.
    changes: Option<Changes>,
}

/// How a result differs from the one before.
struct Changes {
    /// Whether it does at all.
    any: bool,
    /// Those that an outline shows.
    named: Vec<Change>,
}

/// What changed about one label, kind, language, the title, or the text.
#[derive(Serialize)]
struct Change {
    name: String,
    before: Option<Value>,
    now: Option<Value>,
}

#[derive(Clone, PartialEq, Serialize)]
#[serde(untagged)]
enum Value {
    Title(String),
    Bytes(u64),
    Number(u64),
    Confidence(f32),
}

impl Value {
    fn shown(&self) -> String {
        match self {
            Value::Title(title) => format!("\"{}\"", one_line(title, 60)),
            Value::Bytes(length) => bytes(*length),
            Value::Number(number) => grouped(*number),
            Value::Confidence(value) => confidence(*value),
        }
    }
}

/// Everything that the store knows of a document, oldest first.
fn events(store: &dyn Store, id: DocumentId) -> Result<Vec<Event>, StoreError> {
    let latest = store.document(id, None)?.map_or(0, |document| document.version);
    let mut events = Vec::new();
    for version in 1..=latest {
        // A version may be missing: the source could not be read then.
        let Some(document) = store.document(id, Some(version))? else { continue };
        let StoredDocument { original, extracted, provenance, .. } = document;
        let past = |past: Past, step: Option<&PluginName>, is_kept| Event {
            version,
            step: step.cloned(),
            original,
            provenance: past.provenance,
            run: None,
            digest: past.digest,
            outline: past.outline,
            is_kept,
            changes: None,
        };
        for history in store.history(id, version)? {
            let step = history.step.as_ref();
            events.extend(history.past.into_iter().map(|it| past(it, step, false)));
        }
        let (digest, outline) =
            (extracted.document.digest(), Outline::of_document(&extracted.document));
        events.push(past(Past { provenance, digest, outline }, None, true));
        for finding in store.findings(id, version)? {
            let digest = finding.findings.digest();
            let outline = Outline::of_findings(&finding.findings);
            let now = Past { provenance: finding.provenance, digest, outline };
            events.push(past(now, Some(&finding.step), true));
        }
    }
    events.sort_by(|a, b| {
        let order = |it: &Event| (it.provenance.run, it.version, it.step.clone());
        order(a).cmp(&order(b))
    });
    let mut runs: BTreeMap<RunId, Option<Run>> = BTreeMap::new();
    let mut last: BTreeMap<Option<PluginName>, usize> = BTreeMap::new();
    for index in 0..events.len() {
        let run = events[index].provenance.run;
        if let std::collections::btree_map::Entry::Vacant(entry) = runs.entry(run) {
            entry.insert(store.run(run)?);
        }
        events[index].run = runs[&run].clone();
        let before = last.insert(events[index].step.clone(), index);
        events[index].changes = before.map(|before| changes(&events[before], &events[index]));
    }
    Ok(events)
}

fn changes(before: &Event, now: &Event) -> Changes {
    let (old, new) = (named(&before.outline), named(&now.outline));
    let mut changes = Vec::new();
    for (name, value) in &new {
        let was = old.iter().find(|(other, _)| other == name).map(|(_, value)| value);
        if was != Some(value) {
            let (before, now) = (was.cloned(), Some(value.clone()));
            changes.push(Change { name: name.clone(), before, now });
        }
    }
    let is_gone = |name: &String| !new.iter().any(|(other, _)| other == name);
    for (name, value) in old.into_iter().filter(|(name, _)| is_gone(name)) {
        changes.push(Change { name, before: Some(value), now: None });
    }
    Changes { any: before.digest != now.digest, named: changes }
}

fn named(outline: &Outline) -> Vec<(String, Value)> {
    fn each<N: Copy>(names: &[(String, N)], value: fn(N) -> Value) -> Vec<(String, Value)> {
        names.iter().map(|(name, number)| (name.clone(), value(*number))).collect()
    }
    match outline {
        Outline::Text { title, length } => {
            let title = title.iter().map(|it| ("title".to_owned(), Value::Title(it.clone())));
            title.chain([("text".to_owned(), Value::Bytes(*length))]).collect()
        }
        Outline::Labels(labels) => each(labels, Value::Confidence),
        Outline::Annotations(kinds) => each(kinds, Value::Number),
        Outline::Translations(targets) => each(targets, Value::Bytes),
    }
}

fn table(events: &[Event]) -> Table<8> {
    let mut table = Table::new([
        Column::number("RUN"),
        Column::new("WHEN").tone(Tone::Dim),
        Column::number("VERSION"),
        Column::new("STEP").tone(Tone::Key),
        Column::new("PLUGIN"),
        Column::new("COMPONENT").tone(Tone::Dim),
        Column::new("SETTINGS").tone(Tone::Dim),
        Column::new("WHAT CHANGED"),
    ]);
    for event in events {
        let provenance = &event.provenance;
        table.row([
            provenance.run.to_string(),
            event.run.as_ref().map_or(String::new(), |run| moment(run.started)),
            event.version.to_string(),
            event.step.as_ref().map_or("(text)".to_owned(), PluginName::to_string),
            format!("{} {}", provenance.plugin, one_line(&provenance.version, 64)),
            provenance.component.short(),
            provenance.settings.short(),
            told(event),
        ]);
    }
    table
}

/// What changed, or what there was at first.
fn told(event: &Event) -> String {
    let told: Vec<String> = match &event.changes {
        Some(Changes { any: false, .. }) => return "nothing".to_owned(),
        Some(Changes { named, .. }) if named.is_empty() => match event.step {
            Some(_) => return "passages or attributes".to_owned(),
            None => return "words, structure or attributes".to_owned(),
        },
        Some(Changes { named, .. }) => named.iter().map(told_change).collect(),
        None => {
            let first = named(&event.outline);
            let first = first
                .iter()
                .map(|(name, value)| format!("{} {}", one_line(name, 64), value.shown()));
            first.collect()
        }
    };
    if told.is_empty() {
        return "nothing found".to_owned();
    }
    let more = match told.len().saturating_sub(MOST_CHANGES) {
        0 => String::new(),
        more => format!(", and {more} more"),
    };
    format!("{}{more}", told[..told.len().min(MOST_CHANGES)].join(", "))
}

fn told_change(Change { name, before, now }: &Change) -> String {
    let name = one_line(name, 64);
    match (before, now) {
        (Some(before), Some(now)) => format!("{name} {} → {}", before.shown(), now.shown()),
        (None, Some(now)) => format!("+{name} {}", now.shown()),
        _ => format!("−{name}"),
    }
}

#[derive(Serialize)]
struct EventObject<'a> {
    document: String,
    version: u32,
    sha256: String,
    started: Option<String>,
    kept: bool,
    provenance: ProvenanceObject<'a>,
    digest: String,
    found: Vec<NamedObject>,
    changed: Option<bool>,
    changes: Option<&'a [Change]>,
}

#[derive(Serialize)]
struct NamedObject {
    name: String,
    value: Value,
}

impl<'a> EventObject<'a> {
    fn new(id: DocumentId, event: &'a Event) -> EventObject<'a> {
        let found = named(&event.outline).into_iter();
        EventObject {
            document: id.to_string(),
            version: event.version,
            sha256: event.original.to_string(),
            started: event.run.as_ref().map(|run| rfc3339(run.started)),
            kept: event.is_kept,
            provenance: ProvenanceObject::new(
                event.step.as_ref().map(|step| step.as_str()),
                &event.provenance,
            ),
            digest: event.digest.to_string(),
            found: found.map(|(name, value)| NamedObject { name, value }).collect(),
            changed: event.changes.as_ref().map(|it| it.any),
            changes: event.changes.as_ref().map(|it| it.named.as_slice()),
        }
    }
}
