//! Which documents `list` and `export` mean, and how to go through them.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use docmill::model::DocumentSummary;
use docmill::store::{Store, StoreError};

use crate::args::Filter;
use crate::dossier::Dossier;

/// Goes through the documents that a filter means, one at a time, in the order of the store.
pub struct Selection<'a> {
    filter: &'a Filter,
    /// The labels met on the way, for whoever asked for one that nothing has.
    labels: BTreeSet<String>,
    /// How many documents there are, meant or not.
    seen: u64,
}

impl<'a> Selection<'a> {
    /// Of the documents that this filter means.
    pub fn new(filter: &'a Filter) -> Selection<'a> {
        Selection { filter, labels: BTreeSet::new(), seen: 0 }
    }

    /// Calls `each` with what a list tells of every document that is meant, until it breaks off,
    /// and tells how many there were.
    pub fn list<E: From<StoreError>>(
        &mut self,
        store: &dyn Store,
        mut each: impl FnMut(DocumentSummary) -> Result<ControlFlow<()>, E>,
    ) -> Result<u64, E> {
        let mut meant = 0;
        for summary in store.summaries() {
            let summary = summary?;
            if self.means(&summary) {
                meant += 1;
                if each(summary)?.is_break() {
                    break;
                }
            }
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
                what: format!("document `{}`: it is not there", summary.id),
            })?;
            each(Dossier::gather(store, stored)?)?;
            Ok(ControlFlow::Continue(()))
        })
    }

    fn means(&mut self, summary: &DocumentSummary) -> bool {
        self.seen += 1;
        let fits = (self.filter.source.as_ref())
            .is_none_or(|part| summary.source.as_str().contains(part.as_str()))
            && self.filter.language.as_ref().is_none_or(|wanted| {
                summary.language.as_ref().is_some_and(|it| speaks(it.as_str(), wanted))
            });
        if !fits {
            return false;
        }
        for label in summary.labels() {
            if !self.labels.contains(&label.name) {
                self.labels.insert(label.name.clone());
            }
        }
        fits_labels(self.filter, summary)
    }

    /// Why nothing was found, in a sentence.
    pub fn why_nothing(&self) -> String {
        if self.seen == 0 {
            return "the store has no documents; `docmill ingest PATH` takes some in".to_owned();
        }
        let used = self.labels.iter().map(|label| format!("`{label}`")).collect::<Vec<_>>();
        let unknown = |label: &&String| !self.labels.contains(*label);
        match self.filter.label.iter().find(unknown) {
            Some(label) if !used.is_empty() => format!(
                "no documents: none is labelled `{}`; labels in use: {}",
                crate::report::one_line(label, 100),
                used.join(", ")
            ),
            _ => "no documents fit".to_owned(),
        }
    }
}

/// `pt` means `pt-BR` too; letter case does not matter.
fn speaks(language: &str, wanted: &str) -> bool {
    let (language, wanted) = (language.to_ascii_lowercase(), wanted.to_ascii_lowercase());
    language.strip_prefix(&wanted).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
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
