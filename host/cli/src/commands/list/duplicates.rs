//! `list --duplicates`: documents of the same bytes, or of nearly the same words, group by group.

use std::collections::BTreeSet;
use std::io::Write;

use docmill::abi::Declaration;
use docmill::likeness::{Fingerprint, Groups, KIND};
use docmill::model::{Digest, DocumentId, Finding, Findings, PluginName, StoredDocument};
use docmill::pipeline::Pipeline;
use docmill::store::{Damage, Item, Store, StoreError};
use serde::Serialize;

use super::{day, title_or};
use crate::args::{Common, Filter, Output};
use crate::context;
use crate::exit::Exit;
use crate::report::{
    Column, CommandError, Paint, Table, Tone, count, cut_end, note, one_line, short, width,
    write_json,
};
use crate::selection::Selection;

/// No more documents are compared: each takes some 400 bytes.
const MOST: usize = 1 << 20;

/// A document that is compared.
struct Compared {
    id: DocumentId,
    version: u32,
    /// Its bytes, and its place among the documents in them.
    bytes: (Digest, u32),
}

/// Writes the groups of documents with the same bytes, or at least so much in common.
pub fn list(
    common: &Common,
    store: &dyn Store,
    filter: &Filter,
    least: f64,
) -> Result<(), CommandError> {
    // What `--limit` counts is groups.
    let most = filter.limit.map_or(usize::MAX, |it| usize::try_from(it).unwrap_or(usize::MAX));
    let filter = Filter { limit: None, ..filter.clone() };
    let mut selection = Selection::new(common, &filter, store)?;
    let steps = steps(common);
    let (mut compared, mut fingerprints) = (Vec::new(), Vec::new());
    selection.list(store, |summary| {
        if compared.len() == MOST {
            let message =
                format!("more than {} cannot be compared", count(MOST as u64, "document"));
            let error = CommandError::new(Exit::Usage, message);
            return Err(error.hint("compare fewer, as with `--since`, `--language` or `--source`"));
        }
        let fingerprint = fingerprint(store, steps.as_ref(), summary.id, summary.version)?;
        fingerprints.push(fingerprint);
        let bytes = (summary.original, summary.index);
        compared.push(Compared { id: summary.id, version: summary.version, bytes });
        Ok::<_, CommandError>(())
    })?;
    let mut groups = Groups::of(compared.len());
    groups.join_equal(compared.iter().map(|it| it.bytes));
    groups.join_alike(&fingerprints, least);
    let groups = groups.several();
    let mut shown = Shown::new(common);
    for group in groups.iter().take(most) {
        let first = group[0];
        let members = group.iter().map(|item| {
            let it = &compared[*item];
            let stored = store.document(it.id, Some(it.version))?;
            let stored = stored.ok_or_else(|| StoreError::Damaged {
                item: Item::Document { id: it.id, version: Some(it.version) },
                damage: Damage::Missing,
            })?;
            let has_same_bytes = it.bytes == compared[first].bytes;
            let alike = match (&fingerprints[*item], &fingerprints[first]) {
                _ if has_same_bytes => Some(1.0),
                (Some(one), Some(other)) => Some(one.alike(other)),
                _ => None,
            };
            Ok::<_, CommandError>(Member { stored, has_same_bytes, alike })
        });
        shown.group(&members.collect::<Result<Vec<_>, _>>()?)?;
    }
    shown.end()?;
    let of = count(compared.len() as u64, "document");
    let what = match groups.len() {
        0 => format!("none of {of} is like another"),
        1 => format!("1 group among {of}"),
        number if number > most => format!("{most} groups among {of}, and there are more"),
        number => format!("{number} groups among {of}"),
    };
    note(common, &what);
    if !compared.is_empty() && fingerprints.iter().all(Option::is_none) {
        let why = "no document has a fingerprint, so only those of the same bytes are found; \
                   a step with `analyze-fingerprint` takes them";
        note(common, why);
    }
    Ok(())
}

/// The steps of the pipeline in force that take fingerprints. `None` if there are none, or no
/// pipeline: then every finding is looked at.
fn steps(common: &Common) -> Option<BTreeSet<PluginName>> {
    let pipeline = context::pipeline(common, 1).ok()?;
    let takes = |declaration: &Declaration| match declaration {
        Declaration::Kinds(kinds) => kinds.contains(KIND),
        _ => false,
    };
    let steps = Pipeline::steps(&pipeline).iter().filter(|step| takes(&step.declaration));
    let names: BTreeSet<_> = steps.map(|step| step.name.clone()).collect();
    Some(names).filter(|it| !it.is_empty())
}

/// The first fingerprint of a document.
fn fingerprint(
    store: &dyn Store,
    steps: Option<&BTreeSet<PluginName>>,
    id: DocumentId,
    version: u32,
) -> Result<Option<Fingerprint>, StoreError> {
    let of = |finding: &Finding| match &finding.findings {
        Findings::Annotations(found) => found
            .iter()
            .filter(|it| it.kind == KIND)
            .find_map(|it| Fingerprint::of(it.value.as_deref()?)),
        _ => None,
    };
    let Some(steps) = steps else {
        return Ok(store.findings(id, version)?.iter().find_map(of));
    };
    for step in steps {
        if let Some(finding) = store.finding(id, version, step)?
            && let Some(fingerprint) = of(&finding)
        {
            return Ok(Some(fingerprint));
        }
    }
    Ok(None)
}

/// A document of a group.
struct Member {
    stored: StoredDocument,
    has_same_bytes: bool,
    /// What it has in common with the first one.
    alike: Option<f64>,
}

/// Groups as they are written.
enum Shown {
    Json(std::io::BufWriter<std::io::StdoutLock<'static>>),
    Human { table: Box<Table<5>>, paint: Paint, groups: u64 },
}

impl Shown {
    fn new(common: &Common) -> Shown {
        match common.output {
            Output::Json => Shown::Json(std::io::BufWriter::new(std::io::stdout().lock())),
            Output::Human => Shown::Human {
                table: Box::new(Table::new([
                    Column::new("GROUP"),
                    Column::new("ALIKE"),
                    Column::new("ID").tone(Tone::Key),
                    Column::new("DATE"),
                    Column::new("TITLE AND SOURCE").cut_by(cut_end),
                ])),
                paint: Paint::for_stdout(common),
                groups: 0,
            },
        }
    }

    fn group(&mut self, members: &[Member]) -> Result<(), CommandError> {
        match self {
            Shown::Json(stdout) => {
                write_json(stdout, &Group { documents: members.iter().map(Line::new).collect() })?;
            }
            Shown::Human { table, groups, .. } => {
                *groups += 1;
                for (index, member) in members.iter().enumerate() {
                    let alike = match (index, member.has_same_bytes, member.alike) {
                        (0, ..) => "-".to_owned(),
                        (_, true, _) => "bytes".to_owned(),
                        (_, _, Some(alike)) => format!("{:.0} %", alike * 100.0),
                        (_, _, None) => "?".to_owned(),
                    };
                    let document = &member.stored.extracted.document;
                    let source = one_line(member.stored.source.as_str(), 200);
                    let title = title_or(document.attribute("title"), "");
                    let separator = if title.is_empty() { "" } else { ", " };
                    table.row([
                        groups.to_string(),
                        alike,
                        short(&member.stored.id),
                        day(document.attribute("date")),
                        format!("{}{separator}{source}", one_line(title, 200)),
                    ]);
                }
            }
        }
        Ok(())
    }

    fn end(self) -> Result<(), CommandError> {
        match self {
            Shown::Json(mut stdout) => stdout.flush()?,
            Shown::Human { groups: 0, .. } => {}
            Shown::Human { table, paint, .. } => {
                let mut stdout = std::io::stdout().lock();
                stdout.write_all(table.render(width(), paint).as_bytes())?;
                stdout.flush()?;
            }
        }
        Ok(())
    }
}

#[derive(Serialize)]
struct Group<'a> {
    documents: Vec<Line<'a>>,
}

#[derive(Serialize)]
struct Line<'a> {
    id: String,
    source: &'a str,
    title: Option<&'a str>,
    date: Option<&'a str>,
    sha256: String,
    /// Whether its bytes are those of the first one.
    same_bytes: bool,
    /// The share of its words in their order that it has in common with the first one; null where
    /// that was not compared.
    alike: Option<f64>,
}

impl<'a> Line<'a> {
    fn new(member: &'a Member) -> Line<'a> {
        let StoredDocument { id, source, original, extracted, .. } = &member.stored;
        Line {
            id: id.to_string(),
            source: source.as_str(),
            title: extracted.document.attribute("title"),
            date: extracted.document.attribute("date"),
            sha256: original.to_string(),
            same_bytes: member.has_same_bytes,
            alike: member.alike.map(|it| (it * 1_000.0).round() / 1_000.0),
        }
    }
}
