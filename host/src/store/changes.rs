//! What a commit means: which failures and findings it takes the place of, and what is remembered
//! of them.

use std::collections::{BTreeMap, BTreeSet};

use super::{Commit, StoreError, summaries};
use crate::model::{
    DocumentId, DocumentSummary, Finding, History, Outline, Past, PluginName, SourceName,
    StoredDocument,
};

/// What is stored already, as far as a commit asks. What is damaged is told as absent: it must not
/// keep results from being stored.
pub(super) trait Before {
    /// Whether there is a record of this version of a document, and the record where it can be
    /// read.
    fn document(
        &self,
        id: DocumentId,
        version: u32,
    ) -> Result<Option<Option<StoredDocument>>, StoreError>;

    /// The latest version of a document.
    fn latest(&self, id: DocumentId) -> Result<Option<u32>, StoreError>;

    /// What a list tells of the documents of a source.
    fn summaries(&self, source: &SourceName) -> Result<Vec<DocumentSummary>, StoreError>;

    /// What was found in this version of a document.
    fn findings(&self, id: DocumentId, version: u32) -> Result<Vec<Finding>, StoreError>;

    /// What this step found in this version of a document.
    fn finding(
        &self,
        id: DocumentId,
        version: u32,
        step: &PluginName,
    ) -> Result<Option<Finding>, StoreError>;

    /// The history of a step in this version of a document, or that of its text.
    fn history(
        &self,
        id: DocumentId,
        version: u32,
        step: Option<&PluginName>,
    ) -> Result<Option<History>, StoreError>;
}

/// What a commit does to what is stored, beside putting its own records in their places.
pub(super) trait After {
    /// Takes all failures of a source out.
    fn without_failures(&mut self, source: &SourceName) -> Result<(), StoreError>;

    /// Takes all findings of this version of a document out, those that are damaged as well.
    fn without_findings(&mut self, id: DocumentId, version: u32) -> Result<(), StoreError>;

    /// Takes the finding of this step out, if there is one.
    fn without_finding(
        &mut self,
        id: DocumentId,
        version: u32,
        step: &PluginName,
    ) -> Result<(), StoreError>;

    /// Puts a history in the place of the one of the same step.
    fn with_history(
        &mut self,
        id: DocumentId,
        version: u32,
        history: &History,
    ) -> Result<(), StoreError>;

    /// Puts these in the place of all that a list tells of the documents of a source.
    fn with_summaries(
        &mut self,
        source: &SourceName,
        summaries: &[DocumentSummary],
    ) -> Result<(), StoreError>;
}

/// Works out what a commit changes beside its own records.
///
/// The records of the commit itself have to be put in their places after this, as it takes out what
/// stands there.
pub(super) fn follow(
    commit: &Commit,
    before: &impl Before,
    after: &mut impl After,
) -> Result<(), StoreError> {
    let mut replaced = Replaced::default();
    // Failures tell of the last attempt, so those of earlier ones go.
    after.without_failures(&commit.source.info.name)?;
    let mut texts = BTreeSet::new();
    for document in &commit.documents {
        let (id, version) = (document.id, document.version);
        let Some(old) = before.document(id, version)? else { continue };
        // Findings point into the text they were found in. Where a document is replaced by another
        // text, those that stay would point anywhere, so they go.
        let is_same =
            old.as_ref().is_some_and(|old| old.extracted.document == document.extracted.document);
        if !is_same {
            for finding in before.findings(id, version)? {
                replaced.finding(id, version, finding);
            }
            after.without_findings(id, version)?;
            texts.insert((id, version));
        }
        if let Some(old) = old
            && old.provenance.key != document.provenance.key
        {
            replaced.text(old);
        }
    }
    for (id, version, step) in &commit.retired {
        if let Some(finding) = before.finding(*id, *version, step)? {
            replaced.finding(*id, *version, finding);
        }
        after.without_finding(*id, *version, step)?;
    }
    for (id, version, finding) in &commit.findings {
        // What went with its text has its place in the history already, whatever it was made of.
        if texts.contains(&(*id, *version)) {
            continue;
        }
        // The same result, found once more, takes nobody's place.
        if let Some(old) = before.finding(*id, *version, &finding.step)?
            && old.provenance.key != finding.provenance.key
        {
            replaced.finding(*id, *version, old);
        }
    }
    for ((id, version, step), past) in replaced.0 {
        let history = before.history(id, version, step.as_ref())?;
        let mut history = history.unwrap_or(History { step, past: Vec::new() });
        history.add(past);
        after.with_history(id, version, &history)?;
    }
    let summaries = summaries::following(commit, &texts, before)?;
    after.with_summaries(&commit.source.info.name, &summaries)
}

/// Whose place is taken, each once: of which step, or of the text, in which version of which
/// document.
#[derive(Default)]
struct Replaced(BTreeMap<(DocumentId, u32, Option<PluginName>), Past>);

impl Replaced {
    fn finding(&mut self, id: DocumentId, version: u32, finding: Finding) {
        let past = Past {
            digest: finding.findings.digest(),
            outline: Outline::of_findings(&finding.findings),
            provenance: finding.provenance,
        };
        self.0.insert((id, version, Some(finding.step)), past);
    }

    fn text(&mut self, document: StoredDocument) {
        let past = Past {
            digest: document.extracted.document.digest(),
            outline: Outline::of_document(&document.extracted.document),
            provenance: document.provenance,
        };
        self.0.insert((document.id, document.version, None), past);
    }
}
