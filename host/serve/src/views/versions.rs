//! Two versions of a document side by side: what changed in the text, and in its labels.

use std::collections::BTreeMap;
use std::time::Duration;

use docmill::model::{Findings, StoredDocument};
use docmill::store::Store;
use maud::{Markup, html};
use serde::Serialize;
use similar::{ChangeTag, TextDiff};

use crate::answers::Wrong;
use crate::asked::Asked;
use crate::page::{Section, framed, line, share, t};
use crate::shelf::Opened;
use crate::views::document::id_of;

/// For so long the smallest difference is sought; after it, one that is larger than it could be.
const PATIENCE: Duration = Duration::from_millis(300);
/// So many lines that are the same stand around what changed.
const AROUND: usize = 2;
/// The most lines of a page.
const MOST_LINES: usize = 2_000;

/// What is different.
#[derive(Serialize)]
pub(crate) struct Data {
    id: String,
    title: String,
    old: u32,
    new: u32,
    /// Where lines were left out there is none.
    lines: Vec<Option<(Change, String)>>,
    labels: Vec<(String, Option<f32>, Option<f32>)>,
}

#[derive(Serialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
enum Change {
    Same,
    Added,
    Removed,
}

pub(crate) fn data(opened: &Opened, named: &str, asked: &Asked) -> Result<Data, Wrong> {
    let store: &dyn Store = &opened.store;
    let id = id_of(opened, named)?;
    let version = |name: &str| -> Result<StoredDocument, Wrong> {
        let number = asked
            .number(name)
            .ok_or_else(|| Wrong::Asked(format!("The number of the {name} version is missing")))?;
        store.document(id, Some(number))?.ok_or(Wrong::Nothing("version"))
    };
    let (old, new) = (version("old")?, version("new")?);
    let mut labels: BTreeMap<String, (Option<f32>, Option<f32>)> = BTreeMap::new();
    for (is_new, number) in [(false, old.version), (true, new.version)] {
        for finding in store.findings(id, number)? {
            let Findings::Labels(found) = finding.findings else { continue };
            for label in found {
                let (before, after) = labels.entry(label.name).or_default();
                *(if is_new { after } else { before }) = Some(label.confidence);
            }
        }
    }
    let (before, after) = (&old.extracted.document, &new.extracted.document);
    let title = after.attribute("title").unwrap_or(new.source.as_str()).to_owned();
    Ok(Data {
        id: id.to_string(),
        title,
        old: old.version,
        new: new.version,
        lines: lines(&before.text, &after.text),
        labels: labels.into_iter().map(|(name, (before, after))| (name, before, after)).collect(),
    })
}

fn lines(old: &str, new: &str) -> Vec<Option<(Change, String)>> {
    let difference = TextDiff::configure().timeout(PATIENCE).diff_lines(old, new);
    let mut lines = Vec::new();
    for group in difference.grouped_ops(AROUND) {
        lines.push(None);
        for operation in group {
            for change in difference.iter_changes(&operation) {
                let tag = match change.tag() {
                    ChangeTag::Equal => Change::Same,
                    ChangeTag::Insert => Change::Added,
                    ChangeTag::Delete => Change::Removed,
                };
                lines.push(Some((tag, change.value().trim_end_matches('\n').to_owned())));
                if lines.len() >= MOST_LINES {
                    lines.push(None);
                    return lines;
                }
            }
        }
    }
    lines
}

/// The page.
pub(crate) fn page(data: &Data) -> Markup {
    let address = |version: u32| format!("/document/{}?version={version}", data.id);
    let is_changed =
        |it: &(String, Option<f32>, Option<f32>)| it.1.map(f32::to_bits) != it.2.map(f32::to_bits);
    let body = html! {
        h1 { (line(&data.title, 300)) }
        p { "From " a href=(address(data.old)) { "version " (data.old) } " to " a href=(address(data.new)) { "version " (data.new) } }
        @if data.labels.iter().any(is_changed) {
            section.panel {
                h2 { "Labels" }
                ul.plain { @for (name, before, after) in data.labels.iter().filter(|it| is_changed(it)) {
                    li {
                        (line(name, 80)) " "
                        @match (before, after) {
                            (None, Some(after)) => span.good { "new, " (share(*after)) },
                            (Some(before), None) => span.bad { "gone, was " (share(*before)) },
                            (Some(before), Some(after)) => span { (share(*before)) " → " (share(*after)) },
                            (None, None) => {},
                        }
                    }
                } }
            }
        }
        section.panel.diff aria-label="Text" {
            @if data.lines.is_empty() { p.soft { "The text is the same." } }
            @for each in &data.lines {
                @match each {
                    None => p.gap { "⋯" },
                    Some((Change::Same, words)) => p { (t(words)) },
                    Some((Change::Added, words)) => p.added { ins { "+ " (t(words)) } },
                    Some((Change::Removed, words)) => p.removed { del { "− " (t(words)) } },
                }
            }
        }
    };
    framed(Section::None, &data.title, &body)
}
