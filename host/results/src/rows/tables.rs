//! What of docmill's model a row of each table stands for, both ways.

use docmill::model::{
    Aside, Attempt, ByteSize, Cost, Digest, Document, DocumentId, Extracted, Failure, FailureClass,
    FailureId, Finding, Findings, Hint, LanguageTag, Limits, LogLevel, LogLine, Mark, PluginName,
    Provenance, Role, RunId, SourceInfo, SourceName, SourceState, Span, StoredDocument,
    StoredSource,
};
use docmill::pipeline::Share;
use serde::Serialize;

use super::values::{
    Made, digest, id, language, media_type, plugin_name, read_attributes, source_name,
    write_attributes,
};
use super::{
    AnnotationRow, AsideRow, AttemptRow, CostRow, DocumentRow, FailureRow, LabelRow, LogRow,
    MarkRow, ResultRow, SourceRow, TranslationRow, WalkRow, Wrong,
};

/// The state of a source of which something failed that might not fail again.
const UNFINISHED: &str = "unfinished";

/// The word for what became of a source: failures that might not come again leave it unfinished.
fn state_word(state: SourceState, failures: &[Failure]) -> &'static str {
    match state {
        SourceState::Failed if failures.iter().any(|it| !it.class.is_settled()) => UNFINISHED,
        state => state.as_str(),
    }
}

fn state(word: &str) -> Result<SourceState, Wrong> {
    match word {
        "done" => Ok(SourceState::Done),
        "empty" => Ok(SourceState::Empty),
        "unsupported" => Ok(SourceState::Unsupported),
        "failed" | UNFINISHED => Ok(SourceState::Failed),
        _ => Err("unknown state".to_owned()),
    }
}

/// The digest of a row whose key is not known yet.
fn key_of(row: &impl Serialize) -> String {
    let bytes = serde_json::to_vec(row).unwrap_or_else(|_| unreachable!("rows have a JSON form"));
    Digest::of(&bytes).to_string()
}

impl SourceRow {
    pub(crate) fn of(source: &StoredSource, documents: usize, failures: &[Failure]) -> SourceRow {
        let info = &source.info;
        let row = SourceRow {
            key: String::new(),
            source: info.name.to_string(),
            container: info.container.as_ref().map(SourceName::to_string),
            media_type: info.media_type.to_string(),
            size: info.size,
            sha256: info.digest.to_string(),
            attributes: write_attributes(&info.attributes),
            state: state_word(source.state, failures).to_owned(),
            recipe: source.pipeline.to_string(),
            documents: u32::try_from(documents).unwrap_or(u32::MAX),
        };
        SourceRow { key: key_of(&row), ..row }
    }

    pub(crate) fn model(self) -> Result<StoredSource, Wrong> {
        let name = source_name(self.source)?;
        // A store holds an id for each, and a source of that many documents cannot be.
        if self.documents > MOST_DOCUMENTS {
            return Err("too many documents".to_owned());
        }
        Ok(StoredSource {
            documents: (0..self.documents).map(|place| DocumentId::of(&name, place)).collect(),
            info: SourceInfo {
                name,
                media_type: media_type(self.media_type)?,
                size: self.size,
                digest: digest(&self.sha256)?,
                container: self.container.map(source_name).transpose()?,
                attributes: read_attributes(self.attributes),
            },
            version: 1,
            state: state(&self.state)?,
            pipeline: digest(&self.recipe)?,
            run: RunId::NONE,
            retired: false,
            is_copied: false,
        })
    }
}

/// What comes out of one source has at most 2 GiB, of which a document counts 4 KiB at least.
const MOST_DOCUMENTS: u32 = (2 << 30) / (4 << 10);

impl WalkRow {
    pub(crate) fn of(source: &StoredSource, is_whole: bool, share: Share) -> WalkRow {
        let info = &source.info;
        let state = match (is_whole, source.state) {
            (true, SourceState::Failed) => "failed",
            (true, _) => "done",
            (false, _) => UNFINISHED,
        };
        WalkRow {
            source: info.name.to_string(),
            container: info.container.as_ref().map(SourceName::to_string),
            media_type: info.media_type.to_string(),
            size: info.size,
            sha256: info.digest.to_string(),
            recipe: source.pipeline.to_string(),
            state: state.to_owned(),
            first: share.first,
            last: share.last,
        }
    }

    /// The row as it is before its members are known to be taken in.
    pub(crate) fn begun(&self) -> WalkRow {
        WalkRow { state: UNFINISHED.to_owned(), ..self.clone() }
    }

    /// Whether all members in its share were taken in.
    pub(crate) fn is_whole(&self) -> bool {
        self.state != UNFINISHED
    }

    /// The container as one who has no part in it but its members sees it.
    pub(crate) fn model(self) -> Result<StoredSource, Wrong> {
        let is_whole = self.is_whole();
        Ok(StoredSource {
            info: SourceInfo {
                name: source_name(self.source)?,
                media_type: media_type(self.media_type)?,
                size: self.size,
                digest: digest(&self.sha256)?,
                container: self.container.map(source_name).transpose()?,
                attributes: Vec::new(),
            },
            version: 1,
            state: if is_whole { SourceState::Done } else { SourceState::Failed },
            pipeline: digest(&self.recipe)?,
            documents: Vec::new(),
            run: RunId::NONE,
            retired: false,
            is_copied: false,
        })
    }
}

impl DocumentRow {
    pub(crate) fn of(stored: &StoredDocument) -> DocumentRow {
        let document = &stored.extracted.document;
        let own = |name: &str| document.attribute(name).map(str::to_owned);
        let Made { plugin, version, component, contract, settings } = Made::of(&stored.provenance);
        DocumentRow {
            document: stored.id.to_string(),
            key: stored.provenance.key.to_string(),
            source: stored.source.to_string(),
            sha256: stored.original.to_string(),
            place: stored.index,
            text_digest: document.digest().to_string(),
            text: document.text.clone(),
            language: document.language.as_ref().map(LanguageTag::to_string),
            title: own("title"),
            date: own("date"),
            attributes: write_attributes(&document.attributes),
            marks: document.marks.iter().map(MarkRow::of).collect(),
            asides: stored.extracted.asides.iter().map(AsideRow::of).collect(),
            plugin,
            version,
            component,
            contract,
            settings,
        }
    }

    pub(crate) fn digest_of_text(&self) -> Result<Digest, Wrong> {
        digest(&self.text_digest)
    }

    pub(crate) fn model(self, cost: Cost) -> Result<StoredDocument, Wrong> {
        let source = source_name(self.source)?;
        let span = |start, end| Span::of(&self.text, start, end).ok_or("a span outside the text");
        let marks = self.marks.into_iter().map(|MarkRow { kind, start, end, attributes }| {
            let attributes = read_attributes(attributes);
            Ok(Mark { kind, span: span(start, end)?, attributes })
        });
        let marks = marks.collect::<Result<_, Wrong>>()?;
        let asides = self.asides.into_iter().map(|aside| {
            let AsideRow { kind, text, position, attributes } = aside;
            span(position, position)?;
            Ok(Aside { kind, text, position, attributes: read_attributes(attributes) })
        });
        let asides = asides.collect::<Result<_, Wrong>>()?;
        let document = Document {
            language: self.language.map(language).transpose()?,
            attributes: read_attributes(self.attributes),
            marks,
            text: self.text,
        };
        let id = DocumentId::of(&source, self.place);
        if id.to_string() != self.document {
            return Err("the id of a document is not that of its place".to_owned());
        }
        if document.digest().to_string() != self.text_digest {
            return Err("`text_digest` is not that of the text".to_owned());
        }
        let (key, role) = (digest(&self.key)?, Role::Extractor);
        let made = Made {
            plugin: self.plugin,
            version: self.version,
            component: self.component,
            contract: self.contract,
            settings: self.settings,
        };
        Ok(StoredDocument {
            id,
            version: 1,
            source,
            original: digest(&self.sha256)?,
            index: self.place,
            extracted: Extracted { document, asides },
            provenance: made.model(role, key, cost)?,
            run: RunId::NONE,
        })
    }
}

impl ResultRow {
    pub(crate) fn of(
        source: &SourceName,
        document: DocumentId,
        text: &Digest,
        finding: &Finding,
    ) -> ResultRow {
        let made = &finding.provenance;
        let Made { plugin, version, component, contract, settings } = Made::of(made);
        let (mut labels, mut annotations, mut translations) = (None, None, None);
        match &finding.findings {
            Findings::Labels(found) => labels = Some(found.iter().map(LabelRow::of).collect()),
            Findings::Annotations(found) => {
                annotations = Some(found.iter().map(AnnotationRow::of).collect());
            }
            Findings::Translations(found) => {
                translations = Some(found.iter().map(TranslationRow::of).collect());
            }
        }
        ResultRow {
            document: document.to_string(),
            step: finding.step.to_string(),
            key: made.key.to_string(),
            source: source.to_string(),
            text_digest: text.to_string(),
            role: made.role.to_string(),
            plugin,
            version,
            component,
            contract,
            settings,
            labels,
            annotations,
            translations,
        }
    }

    /// Whether it says that what the step had found holds no more, and nothing takes its place.
    pub(crate) fn is_taken_back(&self) -> bool {
        self.labels.is_none() && self.annotations.is_none() && self.translations.is_none()
    }

    /// The row that takes this one back.
    pub(crate) fn take_back(self) -> ResultRow {
        let key =
            docmill::model::Hasher::new("docmill taken back 1").field(self.key.as_bytes()).finish();
        let key = key.to_string();
        ResultRow { key, labels: None, annotations: None, translations: None, ..self }
    }

    /// What was found, in which document and which of its texts. That spans lie in that text is for
    /// the caller to see.
    pub(crate) fn model(self, cost: Cost) -> Result<(DocumentId, Digest, Finding), Wrong> {
        let findings = match (self.labels, self.annotations, self.translations) {
            (Some(labels), None, None) => {
                Findings::Labels(labels.into_iter().map(LabelRow::model).collect::<Result<_, _>>()?)
            }
            (None, Some(found), None) => Findings::Annotations(
                found.into_iter().map(AnnotationRow::model).collect::<Result<_, _>>()?,
            ),
            (None, None, Some(found)) => Findings::Translations(
                found.into_iter().map(TranslationRow::model).collect::<Result<_, _>>()?,
            ),
            _ => return Err("not one of labels, annotations and translations".to_owned()),
        };
        let role = Role::ALL.into_iter().find(|role| role.as_str() == self.role);
        let role = role.filter(|role| !role.reads_sources()).ok_or("unknown role")?;
        let made = Made {
            plugin: self.plugin,
            version: self.version,
            component: self.component,
            contract: self.contract,
            settings: self.settings,
        };
        let finding = Finding {
            step: plugin_name(self.step)?,
            findings,
            provenance: made.model(role, digest(&self.key)?, cost)?,
        };
        Ok((id(&self.document)?, digest(&self.text_digest)?, finding))
    }
}

impl FailureRow {
    /// Of a source whose own row has this key.
    pub(crate) fn of(failure: &Failure, source_key: Option<&str>) -> FailureRow {
        let row = FailureRow {
            key: String::new(),
            failure: failure.id.to_string(),
            source: failure.source.to_string(),
            source_key: source_key.map(str::to_owned),
            sha256: failure.original.as_ref().map(Digest::to_string),
            document: failure.document.as_ref().map(DocumentId::to_string),
            step: failure.step.as_ref().map(PluginName::to_string),
            component: failure.component.as_ref().map(Digest::to_string),
            class: failure.class.to_string(),
            is_settled: failure.class.is_settled(),
            causes: failure.causes.clone(),
            hint: failure.hint.as_ref().map(Hint::to_stored),
            backtrace: failure.backtrace.clone(),
            log: (failure.log.iter())
                .map(|LogLine { level, message }| LogRow {
                    level: level.to_string(),
                    message: message.clone(),
                })
                .collect(),
            attempt: failure.attempt.as_ref().map(|attempt| AttemptRow {
                plugin: attempt.plugin.to_string(),
                version: attempt.version.clone(),
                configuration: attempt.configuration.to_string(),
                deadline: u64::try_from(attempt.limits.deadline.as_nanos()).unwrap_or(u64::MAX),
                memory: attempt.limits.memory.as_u64(),
                output: attempt.limits.output.as_u64(),
                log: attempt.limits.log.as_u64(),
            }),
        };
        FailureRow { key: key_of(&row), ..row }
    }

    pub(crate) fn source_name(&self) -> Result<SourceName, Wrong> {
        source_name(self.source.clone())
    }

    pub(crate) fn model(self, cost: Option<Cost>) -> Result<Failure, Wrong> {
        let source = source_name(self.source)?;
        let document = self.document.as_deref().map(id).transpose()?;
        let step = self.step.map(plugin_name).transpose()?;
        let class = FailureClass::ALL.into_iter().find(|class| class.as_str() == self.class);
        if self.causes.is_empty() {
            return Err("a failure without a cause".to_owned());
        }
        let levels =
            [LogLevel::Trace, LogLevel::Debug, LogLevel::Info, LogLevel::Warn, LogLevel::Error];
        let line = |LogRow { level, message }| {
            let level = levels.into_iter().find(|it| it.to_string() == level);
            Ok(LogLine { level: level.ok_or("unknown level")?, message })
        };
        let attempt = |it: AttemptRow| {
            Ok::<_, Wrong>(Attempt {
                plugin: plugin_name(it.plugin)?,
                version: it.version,
                limits: Limits {
                    deadline: std::time::Duration::from_nanos(it.deadline),
                    memory: ByteSize(it.memory),
                    output: ByteSize(it.output),
                    log: ByteSize(it.log),
                },
                configuration: digest(&it.configuration)?,
            })
        };
        Ok(Failure {
            id: FailureId::of(&source, document, step.as_ref()),
            source,
            original: self.sha256.as_deref().map(digest).transpose()?,
            document,
            step,
            component: self.component.as_deref().map(digest).transpose()?,
            attempt: self.attempt.map(attempt).transpose()?,
            cost,
            class: class.ok_or("unknown class")?,
            causes: self.causes,
            hint: self.hint.map(|hint| Hint::from_stored(&hint)),
            backtrace: self.backtrace,
            log: self.log.into_iter().map(line).collect::<Result<_, Wrong>>()?,
            run: RunId::NONE,
        })
    }
}

impl CostRow {
    /// Of an extraction: it counts with the first document that came out of it.
    pub(crate) fn of_document(document: &StoredDocument, written: i64) -> CostRow {
        CostRow::of(&document.source, None, None, &document.provenance, written)
    }

    pub(crate) fn of_finding(
        source: &SourceName,
        document: DocumentId,
        finding: &Finding,
        written: i64,
    ) -> CostRow {
        let step = Some(&finding.step);
        CostRow::of(source, Some(document), step, &finding.provenance, written)
    }

    fn of(
        source: &SourceName,
        document: Option<DocumentId>,
        step: Option<&PluginName>,
        made: &Provenance,
        written: i64,
    ) -> CostRow {
        let Cost { duration, peak_memory, host_calls, bytes_in, bytes_out } = made.cost;
        CostRow {
            source: source.to_string(),
            document: document.as_ref().map(DocumentId::to_string),
            step: step.map(PluginName::to_string),
            key: Some(made.key.to_string()),
            plugin: made.plugin.to_string(),
            failed: false,
            duration: u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX),
            peak_memory,
            host_calls,
            bytes_in,
            bytes_out,
            written,
        }
    }

    /// Of a call that failed; `None` if there was none.
    pub(crate) fn of_failure(failure: &Failure, written: i64) -> Option<CostRow> {
        let Cost { duration, peak_memory, host_calls, bytes_in, bytes_out } = failure.cost?;
        Some(CostRow {
            source: failure.source.to_string(),
            document: failure.document.as_ref().map(DocumentId::to_string),
            step: failure.step.as_ref().map(PluginName::to_string),
            key: None,
            plugin: failure.attempt.as_ref()?.plugin.to_string(),
            failed: true,
            duration: u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX),
            peak_memory,
            host_calls,
            bytes_in,
            bytes_out,
            written,
        })
    }

    pub(crate) fn source_name(&self) -> Result<SourceName, Wrong> {
        source_name(self.source.clone())
    }

    pub(crate) fn model(&self) -> Cost {
        Cost {
            duration: std::time::Duration::from_nanos(self.duration),
            peak_memory: self.peak_memory,
            host_calls: self.host_calls,
            bytes_in: self.bytes_in,
            bytes_out: self.bytes_out,
        }
    }
}
