//! What a list tells of a document, without its text.

use super::{
    Cost, Digest, DocumentId, Failure, Finding, Findings, Label, LanguageTag, MediaType,
    PluginName, Provenance, SourceName, SourceState, StoredDocument, StoredSource,
};

/// What a list tells of the latest version of a document.
///
/// Everything in it stands in other records as well: it is there so that lists, and numbers about a
/// whole store, need not read texts and passages.
#[derive(Debug, Clone, PartialEq)]
pub struct DocumentSummary {
    /// See [`StoredDocument::id`].
    pub id: DocumentId,
    /// See [`StoredDocument::version`].
    pub version: u32,
    /// See [`StoredDocument::source`].
    pub source: SourceName,
    /// See [`StoredDocument::index`].
    pub index: u32,
    /// See [`StoredDocument::original`].
    pub original: Digest,
    /// What kind of thing its source is; `None` where the source has other content by now.
    pub media_type: Option<MediaType>,
    /// What became of its source.
    pub state: SourceState,
    /// Its first attribute `title`.
    pub title: Option<String>,
    /// Its first attribute `date`.
    pub date: Option<String>,
    /// See [`super::Document::language`].
    pub language: Option<LanguageTag>,
    /// The length of its text in bytes.
    pub length: u64,
    /// The call that extracted it, which is that of all documents of its source.
    pub extraction: CallSummary,
    /// What found something in it, by the name of the step.
    pub steps: Vec<StepSummary>,
    /// How much failed on it, or on its source as a whole; 0 where the source has other content by
    /// now.
    pub failures: u64,
}

/// What ran, and what that cost.
#[derive(Debug, Clone, PartialEq)]
pub struct CallSummary {
    /// See [`Provenance::plugin`].
    pub plugin: PluginName,
    /// See [`Provenance::version`].
    pub version: String,
    /// See [`Provenance::cost`].
    pub cost: Cost,
}

/// What one step found in a document.
#[derive(Debug, Clone, PartialEq)]
pub struct StepSummary {
    /// The name of the step.
    pub step: PluginName,
    /// The call.
    pub call: CallSummary,
    /// The labels of a classifier, most confident first.
    pub labels: Vec<LabelSummary>,
}

/// A [`Label`] without what speaks for it.
#[derive(Debug, Clone, PartialEq)]
pub struct LabelSummary {
    /// See [`Label::name`].
    pub name: String,
    /// See [`Label::confidence`].
    pub confidence: f32,
    /// See [`Label::rank`].
    pub rank: Option<String>,
}

impl DocumentSummary {
    /// Of a document, its source, what was found in that version of it, by step, and all that
    /// failed on the source.
    pub fn of<'a>(
        source: &StoredSource,
        document: &StoredDocument,
        findings: impl IntoIterator<Item = &'a Finding>,
        failures: &[Failure],
    ) -> DocumentSummary {
        let text = &document.extracted.document;
        let of_text = |name: &str| text.attribute(name).map(str::to_owned);
        let summary = DocumentSummary {
            id: document.id,
            version: document.version,
            source: document.source.clone(),
            index: document.index,
            original: document.original,
            media_type: None,
            state: source.state,
            title: of_text("title"),
            date: of_text("date"),
            language: text.language.clone(),
            length: text.text.len() as u64,
            extraction: CallSummary::from(&document.provenance),
            steps: findings.into_iter().map(StepSummary::from).collect(),
            failures: 0,
        };
        summary.with_source(source, failures)
    }

    /// The same document while its source is like this, and so much failed on it.
    pub(crate) fn with_source(
        self,
        source: &StoredSource,
        failures: &[Failure],
    ) -> DocumentSummary {
        let is_of_content = source.info.digest == self.original;
        let is_of_version = is_of_content && source.version == self.version;
        let concerns = |it: &&Failure| it.document.is_none_or(|id| id == self.id);
        let failures = failures.iter().filter(|_| is_of_version).filter(concerns).count() as u64;
        DocumentSummary {
            media_type: is_of_content.then(|| source.info.media_type.clone()),
            state: source.state,
            failures,
            ..self
        }
    }

    /// Puts what a step found in the place of what it had found.
    pub(crate) fn put(&mut self, step: StepSummary) {
        match self.steps.binary_search_by(|it| it.step.cmp(&step.step)) {
            Ok(at) => self.steps[at] = step,
            Err(at) => self.steps.insert(at, step),
        }
    }

    /// All labels, by step, most confident first.
    pub fn labels(&self) -> impl Iterator<Item = &LabelSummary> {
        self.steps.iter().flat_map(|step| &step.labels)
    }
}

impl LabelSummary {
    /// See [`Label::is_main`].
    pub fn is_main(&self) -> bool {
        self.rank.as_deref() == Some(Label::MAIN)
    }
}

impl From<&Provenance> for CallSummary {
    fn from(made: &Provenance) -> CallSummary {
        CallSummary { plugin: made.plugin.clone(), version: made.version.clone(), cost: made.cost }
    }
}

impl From<&Finding> for StepSummary {
    fn from(finding: &Finding) -> StepSummary {
        let labels = match &finding.findings {
            Findings::Labels(labels) => labels.iter().map(LabelSummary::from).collect(),
            Findings::Annotations(_) | Findings::Translations(_) => Vec::new(),
        };
        StepSummary {
            step: finding.step.clone(),
            call: CallSummary::from(&finding.provenance),
            labels,
        }
    }
}

impl From<&Label> for LabelSummary {
    fn from(label: &Label) -> LabelSummary {
        LabelSummary {
            name: label.name.clone(),
            confidence: label.confidence,
            rank: label.rank().map(str::to_owned),
        }
    }
}
