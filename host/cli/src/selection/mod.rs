//! Which documents `list` and `export` mean, in which order, and what is told of each.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use docmill::abi::Declaration;
use docmill::error::{Hint, choice};
use docmill::model::{DocumentId, DocumentSummary, Finding, Findings};
use docmill::pipeline::Pipeline;
use docmill::store::{Damage, Item, Store, StoreError};

use crate::args::{Common, Filter, Sort};
use crate::context;
use crate::dossier::Dossier;
use crate::exit::Exit;
use crate::lookup;
use crate::report::{CommandError, count, hint_words, one_line};

mod day;
mod field;

pub use day::Day;
pub use field::{Chosen, Field, LabelValue};

/// The longest text that documents are sorted by, in characters.
const LONGEST_KEY: usize = 256;

/// Goes through the documents that a filter means, one at a time, in the order of the store or as
/// `--sort` asks.
pub struct Selection<'a> {
    filter: &'a Filter,
    /// Only what comes behind this one is meant.
    after: Option<DocumentId>,
    /// How many documents there are, meant or not.
    seen: u64,
    /// Whether some that are meant were left out, as there were enough.
    is_cut: bool,
}

impl<'a> Selection<'a> {
    /// Of the documents that this filter means. A label that no step of the pipeline in force
    /// declares, and no document has, is an error: a slip of the finger does not look like an empty
    /// store.
    pub fn new(
        common: &Common,
        filter: &'a Filter,
        store: &dyn Store,
    ) -> Result<Selection<'a>, CommandError> {
        if !filter.label.is_empty() {
            check_labels(common, &filter.label, store)?;
        }
        let after = filter.after.as_ref().map(|meant| listed(store, meant)).transpose()?;
        Ok(Selection { filter, after, seen: 0, is_cut: false })
    }

    /// Calls `each` with what a list tells of every document that is meant, and tells how many
    /// there were.
    pub fn list<E: From<StoreError>>(
        &mut self,
        store: &dyn Store,
        mut each: impl FnMut(DocumentSummary) -> Result<(), E>,
    ) -> Result<u64, E> {
        let most = self.filter.limit.unwrap_or(u64::MAX);
        let mut meant = 0;
        let Some(sort) = self.filter.sort else {
            let mut after = self.after;
            for summary in store.summaries() {
                let summary = summary?;
                if let Some(id) = after {
                    self.seen += 1;
                    after = after.filter(|_| summary.id != id);
                    continue;
                }
                if !self.means(store, &summary)? {
                    continue;
                }
                if meant == most {
                    self.is_cut = true;
                    break;
                }
                meant += 1;
                each(summary)?;
            }
            return Ok(meant);
        };
        let mut order = Vec::new();
        let room = usize::try_from(most).unwrap_or(usize::MAX);
        for summary in store.summaries() {
            let summary = summary?;
            // The one that all come behind has its place, whether it is meant or not.
            if self.means(store, &summary)? || self.after == Some(summary.id) {
                order.push((key(sort, &summary), summary));
            }
            // Of a million documents, those that come first are soon known.
            if self.after.is_none() && order.len() > room.saturating_mul(2).max(1_000) {
                order.sort_by(|(one, _), (other, _)| one.cmp(other));
                order.truncate(room);
                self.is_cut = true;
            }
        }
        order.sort_by(|(one, _), (other, _)| one.cmp(other));
        let after = order.iter().position(|(_, summary)| self.after == Some(summary.id));
        order.drain(..after.map_or(0, |place| place + 1));
        self.is_cut |= order.len() > room;
        for (_, summary) in order.into_iter().take(room) {
            meant += 1;
            each(summary)?;
        }
        Ok(meant)
    }

    /// Calls `each` for every document that is meant, and tells how many there were.
    pub fn visit<E: From<StoreError>>(
        &mut self,
        store: &dyn Store,
        mut each: impl FnMut(Dossier) -> Result<(), E>,
    ) -> Result<u64, E> {
        self.list(store, |summary| {
            let stored = store.document(summary.id, Some(summary.version))?;
            let stored = stored.ok_or_else(|| StoreError::Damaged {
                item: Item::Document { id: summary.id, version: Some(summary.version) },
                damage: Damage::Missing,
            })?;
            each(Dossier::gather(store, stored)?)
        })
    }

    /// Whether a document is meant. What is found in it is read only where its kinds are asked for.
    fn means(&mut self, store: &dyn Store, summary: &DocumentSummary) -> Result<bool, StoreError> {
        self.seen += 1;
        let filter = self.filter;
        let of_source = (filter.source.as_ref())
            .is_none_or(|part| summary.source.as_str().contains(part.as_str()));
        let in_language = filter.language.as_ref().is_none_or(|wanted| {
            summary.language.as_ref().is_some_and(|it| speaks(it.as_str(), wanted))
        });
        let fits = of_source
            && in_language
            && fits_dates(filter, summary.date.as_deref())
            && fits_labels(filter, summary);
        if !fits || filter.kind.is_empty() {
            return Ok(fits);
        }
        let has_kind = |finding: &Finding| match &finding.findings {
            Findings::Annotations(found) => found.iter().any(|it| filter.kind.contains(&it.kind)),
            _ => false,
        };
        Ok(store.findings(summary.id, summary.version)?.iter().any(has_kind))
    }

    /// How many were shown or written, in words.
    pub fn told(&self, meant: u64) -> String {
        match (meant, self.seen) {
            (0, 0) => "the store has no documents; `docmill ingest PATH` takes some in".to_owned(),
            (0, _) if !self.is_cut => "no documents fit".to_owned(),
            _ if self.is_cut => format!("{}, and there are more", count(meant, "document")),
            _ => count(meant, "document"),
        }
    }
}

/// The document that is called so, if it is on the list: behind any other there is nothing.
fn listed(store: &dyn Store, meant: &str) -> Result<DocumentId, CommandError> {
    let id = lookup::document(store, meant)?;
    let source = store.source(&lookup::version(store, id, None)?.source)?;
    if source.is_some_and(|source| !source.retired && source.documents.contains(&id)) {
        return Ok(id);
    }
    let message = format!("the document `{id}` is not on the list any more");
    Err(CommandError::new(Exit::SomeFailed, message))
}

/// What documents are sorted by: what has no key comes last, and equal ones stay in the order of
/// the store.
fn key(sort: Sort, summary: &DocumentSummary) -> (bool, Reverse<String>, String) {
    let text = |text: &str| text.chars().take(LONGEST_KEY).collect::<String>();
    let source = summary.source.as_str();
    let none = || Reverse(String::new());
    match sort {
        Sort::Date => {
            let date = summary.date.as_deref().filter(|it| day::is_dated(it)).map(text);
            (date.is_none(), Reverse(date.unwrap_or_default()), String::new())
        }
        Sort::Title => {
            let title = summary.title.as_deref().filter(|title| !title.trim().is_empty());
            (false, none(), text(&title.unwrap_or(source).to_lowercase()))
        }
        Sort::Source => (false, none(), text(source)),
    }
}

/// Refuses labels that neither a step of the pipeline in force declares nor any document has.
fn check_labels(common: &Common, asked: &[String], store: &dyn Store) -> Result<(), CommandError> {
    // What is stored can be listed whatever has become of the pipeline.
    let pipeline = context::pipeline(common, 1);
    let mut known: BTreeSet<String> = BTreeSet::new();
    for step in pipeline.iter().flat_map(Pipeline::steps) {
        if let Declaration::Labels(labels) = &step.declaration {
            known.extend(labels.iter().cloned());
        }
    }
    if asked.iter().all(|label| known.contains(label)) {
        return Ok(());
    }
    for summary in store.summaries() {
        known.extend(summary?.labels().map(|label| label.name.clone()));
    }
    let Some(unknown) = asked.iter().find(|label| !known.contains(*label)) else { return Ok(()) };
    let message = format!(
        "no step of the pipeline declares the label `{}`, and no document has it",
        one_line(unknown, 100)
    );
    let error = CommandError::new(Exit::Usage, message);
    let choice = choice(unknown, known.iter().map(String::as_str));
    Err(match choice.meant {
        Some(meant) => error.hint(hint_words(&Hint::DidYouMean(meant))),
        None if choice.names.is_empty() => error,
        None => {
            // What lies below a label begins with it, and would make the list too long to read.
            let (below, groups): (Vec<&String>, Vec<&String>) = choice
                .names
                .iter()
                .partition(|it| it.split_once('/').is_some_and(|(group, _)| known.contains(group)));
            let names: Vec<_> = groups.iter().map(|it| format!("`{it}`")).collect();
            let more = match below.len() {
                0 => String::new(),
                count => format!(", and {count} below them"),
            };
            error.hint(format!("there are {}{more}", one_line(&names.join(", "), 2_000)))
        }
    })
}

/// `pt` means `pt-BR` too; letter case does not matter.
fn speaks(language: &str, wanted: &str) -> bool {
    let (language, wanted) = (language.to_ascii_lowercase(), wanted.to_ascii_lowercase());
    language.strip_prefix(&wanted).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
}

fn fits_dates(filter: &Filter, date: Option<&str>) -> bool {
    let fits = |wanted: &Option<Day>, fits: fn(&Day, &str) -> bool| {
        wanted.as_ref().is_none_or(|wanted| date.is_some_and(|date| fits(wanted, date)))
    };
    fits(&filter.since, Day::is_reached_by) && fits(&filter.until, Day::is_not_passed_by)
}

fn fits_labels(filter: &Filter, summary: &DocumentSummary) -> bool {
    let mut counting = summary.labels().filter(|label| counts(filter, label.confidence));
    if filter.unlabelled {
        counting.next().is_none()
    } else if !filter.label.is_empty() {
        counting.any(|label| filter.label.contains(&label.name))
    } else {
        filter.min_confidence.is_none() || counting.next().is_some()
    }
}

/// Whether a label of this confidence counts.
pub fn counts(filter: &Filter, confidence: f32) -> bool {
    filter.min_confidence.is_none_or(|least| confidence >= least)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_means_its_regions_too() {
        assert!(speaks("pt-BR", "pt"));
        assert!(speaks("pt-BR", "pt-br"));
        assert!(!speaks("pt", "pt-BR"));
        assert!(!speaks("fra", "fr"));
    }
}
