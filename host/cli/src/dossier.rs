//! Everything the store holds about one document, gathered for those who show or export it.

use docmill::model::{
    Annotation, Document, DocumentId, Failure, Finding, Findings, Label, StoredDocument,
    StoredSource, Translation,
};
use docmill::store::{Store, StoreError};

/// Everything the store holds about one version of a document.
#[derive(Debug)]
pub struct Dossier {
    /// The document.
    pub stored: StoredDocument,
    /// Its source, if the document belongs to the content that the source has now.
    pub source: Option<StoredSource>,
    /// What was found in it, by step.
    pub findings: Vec<Finding>,
    /// What failed on it, or on its source as a whole. Failures are kept for the latest version
    /// only.
    pub failures: Vec<Failure>,
}

impl Dossier {
    /// Gathers it.
    pub fn gather(store: &dyn Store, stored: StoredDocument) -> Result<Dossier, StoreError> {
        let findings = store.findings(stored.id, stored.version)?;
        let source = store.source(&stored.source)?;
        let source = source.filter(|source| {
            source.version == stored.version && source.info.digest == stored.original
        });
        let failures = match &source {
            Some(source) => store
                .failures_of(&source.info.name)?
                .into_iter()
                .filter(|failure| failure.document.is_none_or(|id| id == stored.id))
                .collect(),
            None => Vec::new(),
        };
        Ok(Dossier { stored, source, findings, failures })
    }

    /// What plugins read.
    pub fn document(&self) -> &Document {
        &self.stored.extracted.document
    }

    /// Its id.
    pub fn id(&self) -> DocumentId {
        self.stored.id
    }

    /// Its title, unless it has none worth showing.
    pub fn title(&self) -> Option<&str> {
        self.document().attribute("title").filter(|title| !title.trim().is_empty())
    }

    /// When it was published.
    pub fn date(&self) -> Option<&str> {
        self.document().attribute("date")
    }

    /// Its language.
    pub fn language(&self) -> Option<&str> {
        self.document().language.as_ref().map(|language| language.as_str())
    }

    /// All labels, by step, most confident first.
    pub fn labels(&self) -> impl Iterator<Item = (&Finding, &Label)> {
        self.findings.iter().flat_map(|finding| match &finding.findings {
            Findings::Labels(labels) => labels.iter().map(|label| (finding, label)).collect(),
            _ => Vec::new(),
        })
    }

    /// All annotations, by step.
    pub fn annotations(&self) -> impl Iterator<Item = (&Finding, &Annotation)> {
        self.findings.iter().flat_map(|finding| match &finding.findings {
            Findings::Annotations(found) => found.iter().map(|it| (finding, it)).collect(),
            _ => Vec::new(),
        })
    }

    /// All translations, by step.
    pub fn translations(&self) -> impl Iterator<Item = (&Finding, &Translation)> {
        self.findings.iter().flat_map(|finding| match &finding.findings {
            Findings::Translations(found) => found.iter().map(|it| (finding, it)).collect(),
            _ => Vec::new(),
        })
    }
}
