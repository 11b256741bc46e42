//! Which documents `list` and `export` mean, and how to go through them.

use std::collections::BTreeSet;

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

    /// Calls `each` for every document that is meant, and tells how many there were.
    pub fn visit<E: From<StoreError>>(
        &mut self,
        store: &dyn Store,
        mut each: impl FnMut(Dossier) -> Result<(), E>,
    ) -> Result<u64, E> {
        let mut meant = 0;
        for stored in store.documents() {
            let stored = stored?;
            self.seen += 1;
            let fits = (self.filter.source.as_ref())
                .is_none_or(|part| stored.source.as_str().contains(part.as_str()))
                && self.filter.language.as_ref().is_none_or(|wanted| {
                    let language = stored.extracted.document.language.as_ref();
                    language.is_some_and(|it| speaks(it.as_str(), wanted))
                });
            // Findings are read only for documents that are still in question.
            if fits {
                let dossier = Dossier::gather(store, stored)?;
                let fits = fits_labels(self.filter, &dossier);
                self.labels.extend(dossier.labels().map(|(_, label)| label.name.clone()));
                if fits {
                    meant += 1;
                    each(dossier)?;
                }
            }
        }
        Ok(meant)
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

fn fits_labels(filter: &Filter, dossier: &Dossier) -> bool {
    let mut counting = dossier.labels().filter(|(_, label)| counts(filter, label.confidence));
    if filter.unlabelled {
        counting.next().is_none()
    } else if !filter.label.is_empty() {
        counting.any(|(_, label)| filter.label.contains(&label.name))
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
