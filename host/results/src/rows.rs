//! The rows of each table, and what of docmill's model each stands for. Everything that is read is
//! checked as if a stranger had written it: anybody may put a file into the folder.

use std::str::FromStr;

use docmill::model::{
    Annotation, Aside, Attempt, Attribute, ByteSize, ContractVersion, Cost, Digest, Document,
    DocumentId, Extracted, Failure, FailureClass, FailureId, Finding, Findings, Hint, Label,
    LanguageTag, Limits, LogLevel, LogLine, Mark, MediaType, PluginName, Provenance, Role, RunId,
    Segment, SourceInfo, SourceName, SourceState, Span, StoredDocument, StoredSource, Translation,
};
use docmill::pipeline::Share;
use serde::{Deserialize, Serialize};

/// What is wrong with a row; a lower-case fragment.
pub(crate) type Wrong = String;

/// A row that belongs to a source.
pub(crate) trait Row: Serialize + for<'a> Deserialize<'a> {
    const TABLE: crate::Table;
}

macro_rules! rows {
    ($($name:ident: $table:ident),* $(,)?) => {
        $(impl Row for $name {
            const TABLE: crate::Table = crate::Table::$table;
        })*
    };
}

rows! {
    SourceRow: Sources,
    DocumentRow: Documents,
    ResultRow: Results,
    FailureRow: Failures,
    CostRow: Costs,
    WalkRow: Walks,
    PartRow: Parts,
}

/// See [`Table::Sources`](crate::Table::Sources).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct SourceRow {
    pub(crate) key: String,
    pub(crate) source: String,
    container: Option<String>,
    media_type: String,
    size: u64,
    pub(crate) sha256: String,
    attributes: Vec<AttributeRow>,
    pub(crate) state: String,
    pub(crate) recipe: String,
    documents: u32,
}

/// See [`Table::Documents`](crate::Table::Documents).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct DocumentRow {
    pub(crate) document: String,
    pub(crate) key: String,
    source: String,
    pub(crate) sha256: String,
    place: u32,
    text_digest: String,
    text: String,
    language: Option<String>,
    title: Option<String>,
    date: Option<String>,
    attributes: Vec<AttributeRow>,
    marks: Vec<MarkRow>,
    asides: Vec<AsideRow>,
    plugin: String,
    version: String,
    component: String,
    contract: String,
    settings: String,
}

/// See [`Table::Results`](crate::Table::Results).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct ResultRow {
    pub(crate) document: String,
    pub(crate) step: String,
    pub(crate) key: String,
    source: String,
    text_digest: String,
    role: String,
    plugin: String,
    version: String,
    component: String,
    contract: String,
    settings: String,
    labels: Option<Vec<LabelRow>>,
    annotations: Option<Vec<AnnotationRow>>,
    translations: Option<Vec<TranslationRow>>,
}

/// See [`Table::Failures`](crate::Table::Failures).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct FailureRow {
    key: String,
    failure: String,
    source: String,
    pub(crate) source_key: Option<String>,
    sha256: Option<String>,
    document: Option<String>,
    step: Option<String>,
    component: Option<String>,
    class: String,
    is_settled: bool,
    causes: Vec<String>,
    hint: Option<String>,
    backtrace: Vec<String>,
    log: Vec<LogRow>,
    attempt: Option<AttemptRow>,
}

/// See [`Table::Costs`](crate::Table::Costs).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct CostRow {
    source: String,
    pub(crate) document: Option<String>,
    pub(crate) step: Option<String>,
    pub(crate) key: Option<String>,
    plugin: String,
    failed: bool,
    duration: u64,
    peak_memory: u64,
    host_calls: u64,
    bytes_in: u64,
    bytes_out: u64,
    written: i64,
}

/// See [`Table::Walks`](crate::Table::Walks).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct WalkRow {
    pub(crate) source: String,
    pub(crate) container: Option<String>,
    media_type: String,
    size: u64,
    pub(crate) sha256: String,
    pub(crate) recipe: String,
    pub(crate) state: String,
    pub(crate) first: u64,
    pub(crate) last: u64,
}

/// See [`Table::Parts`](crate::Table::Parts).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct PartRow {
    pub(crate) sha256: String,
    #[serde(with = "bytes_of")]
    pub(crate) bytes: Vec<u8>,
}

/// What an index of the sources needs of a row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct PlaceRow {
    pub(crate) source: String,
    pub(crate) container: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct AttributeRow {
    name: String,
    value: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct MarkRow {
    kind: String,
    start: u32,
    end: u32,
    attributes: Vec<AttributeRow>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct AsideRow {
    kind: String,
    text: String,
    position: u32,
    attributes: Vec<AttributeRow>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct SpanRow {
    start: u32,
    end: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct LabelRow {
    name: String,
    confidence: f32,
    evidence: Vec<SpanRow>,
    attributes: Vec<AttributeRow>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct AnnotationRow {
    kind: String,
    start: Option<u32>,
    end: Option<u32>,
    value: Option<String>,
    confidence: Option<f32>,
    attributes: Vec<AttributeRow>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct TranslationRow {
    target: String,
    text: String,
    segments: Vec<SegmentRow>,
    attributes: Vec<AttributeRow>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct SegmentRow {
    original_start: u32,
    original_end: u32,
    translated_start: u32,
    translated_end: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct LogRow {
    level: String,
    message: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct AttemptRow {
    plugin: String,
    version: String,
    configuration: String,
    deadline: u64,
    memory: u64,
    output: u64,
    log: u64,
}

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

/// Who made a result, in words.
struct Made {
    plugin: String,
    version: String,
    component: String,
    contract: String,
    settings: String,
}

impl Made {
    fn of(made: &Provenance) -> Made {
        Made {
            plugin: made.plugin.to_string(),
            version: made.version.clone(),
            component: made.component.to_string(),
            contract: made.contract.to_string(),
            settings: made.settings.to_string(),
        }
    }

    fn model(self, role: Role, key: Digest, cost: Cost) -> Result<Provenance, Wrong> {
        let version = |text: &str| u16::from_str(text).map_err(|_| "no version of a contract");
        let (major, minor) = self.contract.split_once('.').ok_or("no version of a contract")?;
        Ok(Provenance {
            plugin: plugin_name(self.plugin)?,
            version: self.version,
            role,
            component: digest(&self.component)?,
            contract: ContractVersion { major: version(major)?, minor: version(minor)? },
            settings: digest(&self.settings)?,
            key,
            run: RunId::NONE,
            cost,
        })
    }
}

impl MarkRow {
    fn of(mark: &Mark) -> MarkRow {
        let Mark { kind, span: Span { start, end }, attributes } = mark;
        let attributes = write_attributes(attributes);
        MarkRow { kind: kind.clone(), start: *start, end: *end, attributes }
    }
}

impl AsideRow {
    fn of(aside: &Aside) -> AsideRow {
        let Aside { kind, text, position, attributes } = aside;
        let attributes = write_attributes(attributes);
        AsideRow { kind: kind.clone(), text: text.clone(), position: *position, attributes }
    }
}

impl LabelRow {
    fn of(label: &Label) -> LabelRow {
        let spans = label.evidence.iter();
        LabelRow {
            name: label.name.clone(),
            confidence: label.confidence,
            evidence: spans.map(|it| SpanRow { start: it.start, end: it.end }).collect(),
            attributes: write_attributes(&label.attributes),
        }
    }

    fn model(self) -> Result<Label, Wrong> {
        let span = |SpanRow { start, end }| Span { start, end };
        Ok(Label {
            name: self.name,
            confidence: fraction(self.confidence)?,
            evidence: self.evidence.into_iter().map(span).collect(),
            attributes: read_attributes(self.attributes),
        })
    }
}

impl AnnotationRow {
    fn of(annotation: &Annotation) -> AnnotationRow {
        AnnotationRow {
            kind: annotation.kind.clone(),
            start: annotation.span.map(|it| it.start),
            end: annotation.span.map(|it| it.end),
            value: annotation.value.clone(),
            confidence: annotation.confidence,
            attributes: write_attributes(&annotation.attributes),
        }
    }

    fn model(self) -> Result<Annotation, Wrong> {
        let span = match (self.start, self.end) {
            (Some(start), Some(end)) => Some(Span { start, end }),
            (None, None) => None,
            _ => return Err("half a span".to_owned()),
        };
        Ok(Annotation {
            kind: self.kind,
            span,
            value: self.value,
            confidence: self.confidence.map(fraction).transpose()?,
            attributes: read_attributes(self.attributes),
        })
    }
}

impl TranslationRow {
    fn of(translation: &Translation) -> TranslationRow {
        let segment = |Segment { original, translated }: &Segment| SegmentRow {
            original_start: original.start,
            original_end: original.end,
            translated_start: translated.start,
            translated_end: translated.end,
        };
        TranslationRow {
            target: translation.target.to_string(),
            text: translation.text.clone(),
            segments: translation.segments.iter().map(segment).collect(),
            attributes: write_attributes(&translation.attributes),
        }
    }

    fn model(self) -> Result<Translation, Wrong> {
        let text = self.text;
        let segment = |it: SegmentRow| {
            let translated = Span::of(&text, it.translated_start, it.translated_end);
            Ok::<_, Wrong>(Segment {
                original: Span { start: it.original_start, end: it.original_end },
                translated: translated.ok_or("a segment outside the translation")?,
            })
        };
        let segments = self.segments.into_iter().map(segment).collect::<Result<_, _>>()?;
        let attributes = read_attributes(self.attributes);
        Ok(Translation { target: language(self.target)?, segments, attributes, text })
    }
}

fn write_attributes(attributes: &[Attribute]) -> Vec<AttributeRow> {
    let row = |it: &Attribute| AttributeRow { name: it.name.clone(), value: it.value.clone() };
    attributes.iter().map(row).collect()
}

fn read_attributes(rows: Vec<AttributeRow>) -> Vec<Attribute> {
    rows.into_iter().map(|AttributeRow { name, value }| Attribute { name, value }).collect()
}

fn fraction(value: f32) -> Result<f32, Wrong> {
    match (0.0..=1.0).contains(&value) {
        true => Ok(value),
        false => Err("a confidence that is not from 0 to 1".to_owned()),
    }
}

pub(crate) fn source_name(text: String) -> Result<SourceName, Wrong> {
    SourceName::new(text).map_err(|error| error.to_string())
}

fn media_type(text: String) -> Result<MediaType, Wrong> {
    MediaType::new(text).map_err(|error| error.to_string())
}

fn plugin_name(text: String) -> Result<PluginName, Wrong> {
    PluginName::new(text).map_err(|error| error.to_string())
}

fn language(text: String) -> Result<LanguageTag, Wrong> {
    LanguageTag::new(text).map_err(|error| error.to_string())
}

pub(crate) fn digest(text: &str) -> Result<Digest, Wrong> {
    text.parse().map_err(|_| "no digest".to_owned())
}

fn id(text: &str) -> Result<DocumentId, Wrong> {
    text.parse().map_err(|error: docmill::model::NameError| error.to_string())
}

/// Bytes as what they are, and not as a list of numbers.
mod bytes_of {
    use std::fmt;

    use serde::de::{SeqAccess, Visitor};
    use serde::{Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_bytes(bytes)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
        struct Bytes;

        impl<'de> Visitor<'de> for Bytes {
            type Value = Vec<u8>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("bytes")
            }

            fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Vec<u8>, E> {
                Ok(bytes.to_vec())
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Vec<u8>, A::Error> {
                let mut bytes = Vec::new();
                while let Some(byte) = seq.next_element()? {
                    bytes.push(byte);
                }
                Ok(bytes)
            }
        }

        from.deserialize_byte_buf(Bytes)
    }
}
