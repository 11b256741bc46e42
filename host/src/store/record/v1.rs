//! Version 1 of the payloads: what is written, and how it becomes the model again.
//!
//! **Nothing in here may change**, neither the order of fields nor the order of cases: both are the format. A new field goes
//! into a new module beside this one.

use std::borrow::Cow;
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

use super::RecordError;
use crate::model;

pub(super) type Result<T> = std::result::Result<T, RecordError>;
pub(super) type DigestBytes = [u8; 32];

/// An id as it is on disk. Ids had ten bytes once; those of today begin with them, so the rest is left open until a conversion
/// knows it.
pub(super) trait Id: Copy {
    fn read(self) -> model::DocumentId;
}

pub(super) type EarlyId = [u8; 10];

impl Id for EarlyId {
    fn read(self) -> model::DocumentId {
        let mut bytes = [0; model::DocumentId::LENGTH];
        bytes[..self.len()].copy_from_slice(&self);
        model::DocumentId::from_bytes(bytes)
    }
}

/// What was called so by an earlier docmill: a conversion finds out what it is called now.
fn early_name(text: &str) -> Result<model::SourceName> {
    name(model::SourceName::of_an_earlier_docmill(text))
}

pub(super) const fn damaged<T>(reason: &'static str) -> Result<T> {
    Err(RecordError::Damaged(reason))
}

pub(super) fn name<T>(name: std::result::Result<T, model::NameError>) -> Result<T> {
    name.or(damaged("it has a name that is not allowed"))
}

pub(super) fn maybe<A, B>(
    value: Option<A>,
    convert: impl FnOnce(A) -> Result<B>,
) -> Result<Option<B>> {
    value.map(convert).transpose()
}

fn list<A, B>(values: Vec<A>) -> Result<Vec<B>>
where
    B: TryFrom<A, Error = RecordError>,
{
    values.into_iter().map(B::try_from).collect()
}

#[derive(Serialize, Deserialize)]
pub(super) struct About<'a> {
    layout: u32,
    created_by: &'a str,
}

impl<'a> From<&'a super::About> for About<'a> {
    fn from(about: &'a super::About) -> About<'a> {
        About { layout: about.layout, created_by: &about.created_by }
    }
}

impl TryFrom<About<'_>> for super::About {
    type Error = RecordError;

    fn try_from(about: About<'_>) -> Result<super::About> {
        Ok(super::About { layout: about.layout, created_by: about.created_by.to_owned() })
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct Attribute<'a> {
    name: &'a str,
    value: &'a str,
}

pub(super) fn write_attributes(attributes: &[model::Attribute]) -> Vec<Attribute<'_>> {
    attributes.iter().map(|a| Attribute { name: &a.name, value: &a.value }).collect()
}

pub(super) fn read_attributes(attributes: Vec<Attribute<'_>>) -> Vec<model::Attribute> {
    attributes
        .into_iter()
        .map(|a| model::Attribute { name: a.name.to_owned(), value: a.value.to_owned() })
        .collect()
}

#[derive(Serialize, Deserialize, Clone, Copy)]
pub(super) struct Span {
    start: u32,
    end: u32,
}

impl From<model::Span> for Span {
    fn from(span: model::Span) -> Span {
        Span { start: span.start, end: span.end }
    }
}

impl Span {
    pub(super) fn within(self, text: &str) -> Result<model::Span> {
        model::Span::of(text, self.start, self.end)
            .ok_or(RecordError::Damaged("a span does not fit its text"))
    }

    /// A span into a text that another record holds. The store sees to it that the two belong together.
    fn elsewhere(self) -> Result<model::Span> {
        if self.start > self.end {
            return damaged("a span runs backwards");
        }
        Ok(model::Span { start: self.start, end: self.end })
    }
}

/// Mirrors an enum without content: the two lists of cases are checked by the compiler, the order on disk is the order here.
macro_rules! mirror {
    ($name:ident { $($case:ident),* $(,)? }) => {
        #[derive(Serialize, Deserialize, Clone, Copy)]
        pub(super) enum $name { $($case),* }

        impl From<model::$name> for $name {
            fn from(value: model::$name) -> $name {
                match value { $(model::$name::$case => $name::$case),* }
            }
        }

        impl From<$name> for model::$name {
            fn from(value: $name) -> model::$name {
                match value { $($name::$case => model::$name::$case),* }
            }
        }
    };
}

mirror!(SourceState { Done, Failed, Unsupported, Empty });
mirror!(Role { Unpacker, Extractor, Translator, Classifier, Analyzer });
mirror!(LogLevel { Trace, Debug, Info, Warn, Error });
mirror!(FailureClass {
    Unsupported,
    Malformed,
    Misconfigured,
    Internal,
    Trapped,
    Deadline,
    Memory,
    Output,
    Host,
    Machine,
    Empty,
});

#[derive(Deserialize)]
pub(super) struct Source<'a> {
    name: &'a str,
    media_type: &'a str,
    size: u64,
    digest: DigestBytes,
    container: Option<&'a str>,
    #[serde(borrow)]
    attributes: Vec<Attribute<'a>>,
    version: u32,
    state: SourceState,
    pipeline: DigestBytes,
    documents: Vec<EarlyId>,
    run: u64,
}

impl TryFrom<Source<'_>> for model::StoredSource {
    type Error = RecordError;

    fn try_from(source: Source<'_>) -> Result<model::StoredSource> {
        Ok(model::StoredSource {
            info: model::SourceInfo {
                name: early_name(source.name)?,
                media_type: name(model::MediaType::new(source.media_type))?,
                size: source.size,
                digest: model::Digest::from_bytes(source.digest),
                container: maybe(source.container, early_name)?,
                attributes: read_attributes(source.attributes),
            },
            version: source.version,
            state: source.state.into(),
            pipeline: model::Digest::from_bytes(source.pipeline),
            documents: source.documents.into_iter().map(Id::read).collect(),
            run: model::RunId(source.run),
            retired: false,
            is_copied: true,
        })
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct Provenance<'a> {
    plugin: &'a str,
    version: &'a str,
    role: Role,
    component: DigestBytes,
    contract: (u16, u16),
    settings: DigestBytes,
    key: DigestBytes,
    run: u64,
    cost: Cost,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Cost {
    seconds: u64,
    nanoseconds: u32,
    peak_memory: u64,
    host_calls: u64,
    bytes_in: u64,
    bytes_out: u64,
}

impl<'a> From<&'a model::Provenance> for Provenance<'a> {
    fn from(provenance: &'a model::Provenance) -> Provenance<'a> {
        let model::Provenance {
            plugin,
            version,
            role,
            component,
            contract,
            settings,
            key,
            run,
            cost,
        } = provenance;
        Provenance {
            plugin: plugin.as_str(),
            version,
            role: (*role).into(),
            component: *component.as_bytes(),
            contract: (contract.major, contract.minor),
            settings: *settings.as_bytes(),
            key: *key.as_bytes(),
            run: run.0,
            cost: (*cost).into(),
        }
    }
}

impl From<model::Cost> for Cost {
    fn from(cost: model::Cost) -> Cost {
        let model::Cost { duration, peak_memory, host_calls, bytes_in, bytes_out } = cost;
        Cost {
            seconds: duration.as_secs(),
            nanoseconds: duration.subsec_nanos(),
            peak_memory,
            host_calls,
            bytes_in,
            bytes_out,
        }
    }
}

impl TryFrom<Cost> for model::Cost {
    type Error = RecordError;

    fn try_from(cost: Cost) -> Result<model::Cost> {
        Ok(model::Cost {
            duration: Duration::new(cost.seconds, checked_nanoseconds(cost.nanoseconds)?),
            peak_memory: cost.peak_memory,
            host_calls: cost.host_calls,
            bytes_in: cost.bytes_in,
            bytes_out: cost.bytes_out,
        })
    }
}

impl TryFrom<Provenance<'_>> for model::Provenance {
    type Error = RecordError;

    fn try_from(provenance: Provenance<'_>) -> Result<model::Provenance> {
        let (major, minor) = provenance.contract;
        Ok(model::Provenance {
            plugin: name(model::PluginName::new(provenance.plugin))?,
            version: provenance.version.to_owned(),
            role: provenance.role.into(),
            component: model::Digest::from_bytes(provenance.component),
            contract: model::ContractVersion { major, minor },
            settings: model::Digest::from_bytes(provenance.settings),
            key: model::Digest::from_bytes(provenance.key),
            run: model::RunId(provenance.run),
            cost: provenance.cost.try_into()?,
        })
    }
}

/// `Duration::new` carries whole seconds over, and panics where that overflows.
pub(super) fn checked_nanoseconds(nanoseconds: u32) -> Result<u32> {
    if nanoseconds < 1_000_000_000 {
        Ok(nanoseconds)
    } else {
        damaged("a time has more than a second of nanoseconds")
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct Mark<'a> {
    kind: &'a str,
    span: Span,
    #[serde(borrow)]
    attributes: Vec<Attribute<'a>>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Aside<'a> {
    kind: &'a str,
    text: &'a str,
    position: u32,
    #[serde(borrow)]
    attributes: Vec<Attribute<'a>>,
}

impl<'a> From<&'a model::Mark> for Mark<'a> {
    fn from(mark: &'a model::Mark) -> Mark<'a> {
        let model::Mark { kind, span, attributes } = mark;
        Mark { kind, span: (*span).into(), attributes: write_attributes(attributes) }
    }
}

impl Mark<'_> {
    /// A mark in this text.
    pub(super) fn read(self, text: &str) -> Result<model::Mark> {
        Ok(model::Mark {
            kind: self.kind.to_owned(),
            span: self.span.within(text)?,
            attributes: read_attributes(self.attributes),
        })
    }
}

impl<'a> From<&'a model::Aside> for Aside<'a> {
    fn from(aside: &'a model::Aside) -> Aside<'a> {
        let model::Aside { kind, text, position, attributes } = aside;
        Aside { kind, text, position: *position, attributes: write_attributes(attributes) }
    }
}

impl Aside<'_> {
    /// An aside of this text.
    pub(super) fn read(self, text: &str) -> Result<model::Aside> {
        if !text.is_char_boundary(self.position as usize) {
            return damaged("an aside stands outside of its text");
        }
        Ok(model::Aside {
            kind: self.kind.to_owned(),
            text: self.text.to_owned(),
            position: self.position,
            attributes: read_attributes(self.attributes),
        })
    }
}

#[derive(Deserialize)]
pub(super) struct Document<'a> {
    id: EarlyId,
    version: u32,
    source: &'a str,
    original: DigestBytes,
    index: u32,
    text: &'a str,
    language: Option<&'a str>,
    #[serde(borrow)]
    attributes: Vec<Attribute<'a>>,
    #[serde(borrow)]
    marks: Vec<Mark<'a>>,
    #[serde(borrow)]
    asides: Vec<Aside<'a>>,
    #[serde(borrow)]
    provenance: Provenance<'a>,
    run: u64,
}

impl TryFrom<Document<'_>> for model::StoredDocument {
    type Error = RecordError;

    fn try_from(stored: Document<'_>) -> Result<model::StoredDocument> {
        let text = stored.text;
        Ok(model::StoredDocument {
            id: stored.id.read(),
            version: stored.version,
            source: early_name(stored.source)?,
            original: model::Digest::from_bytes(stored.original),
            index: stored.index,
            extracted: model::Extracted {
                document: model::Document {
                    text: text.to_owned(),
                    language: maybe(stored.language, |tag| name(model::LanguageTag::new(tag)))?,
                    attributes: read_attributes(stored.attributes),
                    marks: stored
                        .marks
                        .into_iter()
                        .map(|it| it.read(text))
                        .collect::<Result<_>>()?,
                },
                asides: stored.asides.into_iter().map(|it| it.read(text)).collect::<Result<_>>()?,
            },
            provenance: stored.provenance.try_into()?,
            run: model::RunId(stored.run),
        })
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct Label<'a> {
    name: &'a str,
    confidence: f32,
    evidence: Vec<Span>,
    #[serde(borrow)]
    attributes: Vec<Attribute<'a>>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Annotation<'a> {
    kind: &'a str,
    span: Option<Span>,
    value: Option<&'a str>,
    confidence: Option<f32>,
    #[serde(borrow)]
    attributes: Vec<Attribute<'a>>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Translation<'a> {
    target: &'a str,
    text: &'a str,
    /// Original, translated.
    segments: Vec<(Span, Span)>,
    #[serde(borrow)]
    attributes: Vec<Attribute<'a>>,
}

#[derive(Serialize, Deserialize)]
pub(super) enum Findings<'a> {
    #[serde(borrow)]
    Labels(Vec<Label<'a>>),
    #[serde(borrow)]
    Annotations(Vec<Annotation<'a>>),
    #[serde(borrow)]
    Translations(Vec<Translation<'a>>),
}

#[derive(Deserialize)]
pub(super) struct Finding<'a> {
    step: &'a str,
    #[serde(borrow)]
    findings: Findings<'a>,
    #[serde(borrow)]
    provenance: Provenance<'a>,
}

pub(super) fn checked_confidence(confidence: f32) -> Result<f32> {
    if (0.0..=1.0).contains(&confidence) {
        Ok(confidence)
    } else {
        damaged("a confidence is not within 0 and 1")
    }
}

impl<'a> From<&'a model::Label> for Label<'a> {
    fn from(label: &'a model::Label) -> Label<'a> {
        let model::Label { name, confidence, evidence, attributes } = label;
        Label {
            name,
            confidence: *confidence,
            evidence: evidence.iter().map(|span| (*span).into()).collect(),
            attributes: write_attributes(attributes),
        }
    }
}

impl TryFrom<Label<'_>> for model::Label {
    type Error = RecordError;

    fn try_from(label: Label<'_>) -> Result<model::Label> {
        Ok(model::Label {
            name: label.name.to_owned(),
            confidence: checked_confidence(label.confidence)?,
            evidence: label.evidence.into_iter().map(Span::elsewhere).collect::<Result<_>>()?,
            attributes: read_attributes(label.attributes),
        })
    }
}

impl<'a> From<&'a model::Annotation> for Annotation<'a> {
    fn from(annotation: &'a model::Annotation) -> Annotation<'a> {
        let model::Annotation { kind, span, value, confidence, attributes } = annotation;
        Annotation {
            kind,
            span: span.map(Span::from),
            value: value.as_deref(),
            confidence: *confidence,
            attributes: write_attributes(attributes),
        }
    }
}

impl TryFrom<Annotation<'_>> for model::Annotation {
    type Error = RecordError;

    fn try_from(annotation: Annotation<'_>) -> Result<model::Annotation> {
        Ok(model::Annotation {
            kind: annotation.kind.to_owned(),
            span: maybe(annotation.span, Span::elsewhere)?,
            value: annotation.value.map(str::to_owned),
            confidence: maybe(annotation.confidence, checked_confidence)?,
            attributes: read_attributes(annotation.attributes),
        })
    }
}

impl<'a> From<&'a model::Translation> for Translation<'a> {
    fn from(translation: &'a model::Translation) -> Translation<'a> {
        let model::Translation { target, text, segments, attributes } = translation;
        let write_segment = |segment: &model::Segment| {
            let model::Segment { original, translated } = *segment;
            (original.into(), translated.into())
        };
        Translation {
            target: target.as_str(),
            text,
            segments: segments.iter().map(write_segment).collect(),
            attributes: write_attributes(attributes),
        }
    }
}

impl TryFrom<Translation<'_>> for model::Translation {
    type Error = RecordError;

    fn try_from(translation: Translation<'_>) -> Result<model::Translation> {
        let text = translation.text;
        let read_segment = |(original, translated): (Span, Span)| -> Result<model::Segment> {
            Ok(model::Segment {
                original: original.elsewhere()?,
                translated: translated.within(text)?,
            })
        };
        Ok(model::Translation {
            target: name(model::LanguageTag::new(translation.target))?,
            text: text.to_owned(),
            segments: translation.segments.into_iter().map(read_segment).collect::<Result<_>>()?,
            attributes: read_attributes(translation.attributes),
        })
    }
}

impl<'a> From<&'a model::Findings> for Findings<'a> {
    fn from(findings: &'a model::Findings) -> Findings<'a> {
        match findings {
            model::Findings::Labels(labels) => {
                Findings::Labels(labels.iter().map(Label::from).collect())
            }
            model::Findings::Annotations(annotations) => {
                Findings::Annotations(annotations.iter().map(Annotation::from).collect())
            }
            model::Findings::Translations(translations) => {
                Findings::Translations(translations.iter().map(Translation::from).collect())
            }
        }
    }
}

impl TryFrom<Findings<'_>> for model::Findings {
    type Error = RecordError;

    fn try_from(findings: Findings<'_>) -> Result<model::Findings> {
        Ok(match findings {
            Findings::Labels(labels) => model::Findings::Labels(list(labels)?),
            Findings::Annotations(annotations) => model::Findings::Annotations(list(annotations)?),
            Findings::Translations(translations) => {
                model::Findings::Translations(list(translations)?)
            }
        })
    }
}

impl TryFrom<Finding<'_>> for model::Finding {
    type Error = RecordError;

    fn try_from(finding: Finding<'_>) -> Result<model::Finding> {
        Ok(model::Finding {
            step: name(model::PluginName::new(finding.step))?,
            findings: finding.findings.try_into()?,
            provenance: finding.provenance.try_into()?,
        })
    }
}

#[derive(Deserialize)]
pub(super) struct Failure<'a> {
    id: EarlyId,
    source: &'a str,
    original: Option<DigestBytes>,
    document: Option<EarlyId>,
    step: Option<&'a str>,
    component: Option<DigestBytes>,
    class: FailureClass,
    #[serde(borrow)]
    causes: Vec<&'a str>,
    /// Its words, or since a hint has a type that type as JSON.
    hint: Option<Cow<'a, str>>,
    #[serde(borrow)]
    backtrace: Vec<&'a str>,
    #[serde(borrow)]
    log: Vec<(LogLevel, &'a str)>,
    run: u64,
}

impl TryFrom<Failure<'_>> for model::Failure {
    type Error = RecordError;

    fn try_from(failure: Failure<'_>) -> Result<model::Failure> {
        let texts = |texts: Vec<&str>| texts.into_iter().map(str::to_owned).collect();
        if failure.causes.is_empty() {
            return damaged("a failure has no cause");
        }
        Ok(model::Failure {
            id: model::FailureId::from_bytes(*failure.id.read().as_bytes()),
            source: early_name(failure.source)?,
            original: failure.original.map(model::Digest::from_bytes),
            document: failure.document.map(Id::read),
            step: maybe(failure.step, |step| name(model::PluginName::new(step)))?,
            component: failure.component.map(model::Digest::from_bytes),
            attempt: None,
            cost: None,
            class: failure.class.into(),
            causes: texts(failure.causes),
            hint: failure.hint.map(|hint| model::Hint::from_stored(&hint)),
            backtrace: texts(failure.backtrace),
            log: failure
                .log
                .into_iter()
                .map(|(level, message)| model::LogLine {
                    level: level.into(),
                    message: message.to_owned(),
                })
                .collect(),
            run: model::RunId(failure.run),
        })
    }
}

/// A time as seconds since 1970, rounded down, and nanoseconds on top of them.
#[derive(Serialize, Deserialize)]
struct Time {
    seconds: i64,
    nanoseconds: u32,
}

impl From<SystemTime> for Time {
    fn from(time: SystemTime) -> Time {
        match time.duration_since(SystemTime::UNIX_EPOCH) {
            Ok(after) => Time {
                seconds: i64::try_from(after.as_secs()).unwrap_or(i64::MAX),
                nanoseconds: after.subsec_nanos(),
            },
            Err(error) => {
                let before = error.duration();
                // The earliest time there is has no positive counterpart.
                let seconds = 0_i64.saturating_sub_unsigned(before.as_secs());
                match before.subsec_nanos() {
                    0 => Time { seconds, nanoseconds: 0 },
                    part => Time {
                        seconds: seconds.saturating_sub(1),
                        nanoseconds: 1_000_000_000 - part,
                    },
                }
            }
        }
    }
}

impl TryFrom<Time> for SystemTime {
    type Error = RecordError;

    fn try_from(time: Time) -> Result<SystemTime> {
        let whole = Duration::from_secs(time.seconds.unsigned_abs());
        let part = Duration::from_nanos(checked_nanoseconds(time.nanoseconds)?.into());
        let second = if time.seconds < 0 {
            SystemTime::UNIX_EPOCH.checked_sub(whole)
        } else {
            SystemTime::UNIX_EPOCH.checked_add(whole)
        };
        second
            .and_then(|second| second.checked_add(part))
            .ok_or(RecordError::Damaged("a time is out of range"))
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct Run {
    id: u64,
    started: Time,
    finished: Option<Time>,
    pipeline: DigestBytes,
    sources: u64,
    unchanged: u64,
    added: u64,
    updated: u64,
    unsupported: u64,
    failures: u64,
}

impl From<&model::Run> for Run {
    fn from(run: &model::Run) -> Run {
        let model::Run { id, started, finished, pipeline, tally } = run;
        let model::Tally { sources, unchanged, added, updated, unsupported, failures, .. } = *tally;
        Run {
            id: id.0,
            started: (*started).into(),
            finished: finished.map(Time::from),
            pipeline: *pipeline.as_bytes(),
            sources,
            unchanged,
            added,
            updated,
            unsupported,
            failures,
        }
    }
}

impl TryFrom<Run> for model::Run {
    type Error = RecordError;

    fn try_from(run: Run) -> Result<model::Run> {
        Ok(model::Run {
            id: model::RunId(run.id),
            started: run.started.try_into()?,
            finished: maybe(run.finished, SystemTime::try_from)?,
            pipeline: model::Digest::from_bytes(run.pipeline),
            tally: model::Tally {
                sources: run.sources,
                unchanged: run.unchanged,
                added: run.added,
                updated: run.updated,
                unsupported: run.unsupported,
                failures: run.failures,
                kept: 0,
                retired: 0,
            },
        })
    }
}
