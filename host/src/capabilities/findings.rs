//! What earlier plugins found in the document at hand, for those that declared that they read it.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::model::{Annotation, Findings, Label};

/// The findings of the plugins that the one at hand reads, by step name.
#[derive(Debug, Clone, Default)]
pub struct PriorFindings(BTreeMap<String, Arc<Findings>>);

impl PriorFindings {
    /// The labels of a classifier, or `None` if it is not read, not in the pipeline, or produced
    /// nothing.
    pub fn labels(&self, classifier: &str) -> Option<&[Label]> {
        match self.0.get(classifier).map(Arc::as_ref) {
            Some(Findings::Labels(labels)) => Some(labels),
            _ => None,
        }
    }

    /// The annotations of an analyzer.
    pub fn annotations(&self, analyzer: &str) -> Option<&[Annotation]> {
        match self.0.get(analyzer).map(Arc::as_ref) {
            Some(Findings::Annotations(annotations)) => Some(annotations),
            _ => None,
        }
    }

    /// The text that a translator rendered in `target`.
    pub fn translation(&self, translator: &str, target: &str) -> Option<&str> {
        match self.0.get(translator).map(Arc::as_ref) {
            Some(Findings::Translations(translations)) => translations
                .iter()
                .find(|it| it.target.as_str() == target)
                .map(|it| it.text.as_str()),
            _ => None,
        }
    }

    /// All findings, by step name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Findings)> {
        self.0.iter().map(|(step, findings)| (step.as_str(), findings.as_ref()))
    }
}

impl FromIterator<(String, Arc<Findings>)> for PriorFindings {
    fn from_iter<I: IntoIterator<Item = (String, Arc<Findings>)>>(findings: I) -> PriorFindings {
        PriorFindings(findings.into_iter().collect())
    }
}
