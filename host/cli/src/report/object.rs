//! What is printed for programs, as types: `host/docs/export.md` describes every field, and others
//! rely on names and order.

use docmill::model::{
    Annotation, Aside, Attribute, Bill, Cost, Document, Failure, Finding, Label, Limits, Mark,
    Provenance, Run, Segment, Span, Tally, Translation,
};
use serde::Serialize;

use super::rfc3339;
use crate::dossier::Dossier;

/// A document and everything found in it.
#[derive(Debug, Serialize)]
pub struct DocumentObject<'a> {
    id: String,
    source: SourceObject<'a>,
    title: Option<&'a str>,
    creator: Vec<&'a str>,
    date: Option<&'a str>,
    language: Option<&'a str>,
    text: &'a str,
    labels: Vec<LabelObject<'a>>,
    annotations: Vec<AnnotationObject<'a>>,
    translations: Vec<TranslationObject<'a>>,
    failures: Vec<FailureObject<'a>>,
    provenance: Vec<ProvenanceObject<'a>>,
    version: u32,
    attributes: Vec<AttributeObject<'a>>,
    marks: Vec<MarkObject<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    asides: Option<Vec<AsideObject<'a>>>,
}

impl<'a> DocumentObject<'a> {
    /// The object of a document; with `raw`, what was left out of the text as well.
    pub fn new(dossier: &'a Dossier, raw: bool) -> DocumentObject<'a> {
        let document = dossier.document();
        let extraction = ProvenanceObject::new(None, &dossier.stored.provenance);
        let findings = (dossier.findings.iter())
            .map(|finding| ProvenanceObject::new(Some(finding.step.as_str()), &finding.provenance));
        let asides = &dossier.stored.extracted.asides;
        DocumentObject {
            id: dossier.id().to_string(),
            source: SourceObject::new(dossier),
            title: document.attribute("title"),
            creator: document.attributes_named("creator").collect(),
            date: document.attribute("date"),
            language: dossier.language(),
            text: &document.text,
            labels: dossier.labels().map(|it| LabelObject::new(document, it)).collect(),
            annotations: (dossier.annotations())
                .map(|it| AnnotationObject::new(document, it))
                .collect(),
            translations: dossier.translations().map(TranslationObject::new).collect(),
            failures: dossier.failures.iter().map(FailureObject::new).collect(),
            provenance: std::iter::once(extraction).chain(findings).collect(),
            version: dossier.stored.version,
            attributes: attributes(&document.attributes),
            marks: document.marks.iter().map(MarkObject::new).collect(),
            asides: raw.then(|| asides.iter().map(AsideObject::new).collect()),
        }
    }
}

/// Where a document comes from.
#[derive(Debug, Serialize)]
pub struct SourceObject<'a> {
    name: &'a str,
    media_type: Option<&'a str>,
    size: Option<u64>,
    sha256: String,
    container: Option<&'a str>,
}

impl<'a> SourceObject<'a> {
    /// The object of a document's source.
    pub fn new(dossier: &'a Dossier) -> SourceObject<'a> {
        let info = dossier.source.as_ref().map(|source| &source.info);
        SourceObject {
            name: dossier.stored.source.as_str(),
            media_type: info.map(|info| info.media_type.as_str()),
            size: info.map(|info| info.size),
            sha256: dossier.stored.original.to_string(),
            container: info.and_then(|info| info.container.as_ref()).map(|it| it.as_str()),
        }
    }
}

#[derive(Debug, Serialize)]
struct AttributeObject<'a> {
    name: &'a str,
    value: &'a str,
}

fn attributes(attributes: &[Attribute]) -> Vec<AttributeObject<'_>> {
    attributes.iter().map(|it| AttributeObject { name: &it.name, value: &it.value }).collect()
}

#[derive(Debug, Serialize)]
struct PassageObject<'a> {
    start: u32,
    end: u32,
    text: &'a str,
}

impl<'a> PassageObject<'a> {
    fn new(document: &'a Document, span: Span) -> PassageObject<'a> {
        PassageObject { start: span.start, end: span.end, text: &document.text[span.range()] }
    }
}

/// A label that was given.
#[derive(Debug, Serialize)]
pub struct LabelObject<'a> {
    plugin: &'a str,
    name: &'a str,
    confidence: f32,
    attributes: Vec<AttributeObject<'a>>,
    evidence: Vec<PassageObject<'a>>,
    step: &'a str,
}

impl<'a> LabelObject<'a> {
    /// The object of a label.
    pub fn new(
        document: &'a Document,
        (finding, label): (&'a Finding, &'a Label),
    ) -> LabelObject<'a> {
        LabelObject {
            plugin: finding.provenance.plugin.as_str(),
            name: &label.name,
            confidence: label.confidence,
            attributes: attributes(&label.attributes),
            evidence: label.evidence.iter().map(|it| PassageObject::new(document, *it)).collect(),
            step: finding.step.as_str(),
        }
    }
}

/// Something found in a document.
#[derive(Debug, Serialize)]
pub struct AnnotationObject<'a> {
    plugin: &'a str,
    kind: &'a str,
    passage: Option<PassageObject<'a>>,
    value: Option<&'a str>,
    confidence: Option<f32>,
    attributes: Vec<AttributeObject<'a>>,
    step: &'a str,
}

impl<'a> AnnotationObject<'a> {
    /// The object of an annotation.
    pub fn new(
        document: &'a Document,
        (finding, annotation): (&'a Finding, &'a Annotation),
    ) -> AnnotationObject<'a> {
        AnnotationObject {
            plugin: finding.provenance.plugin.as_str(),
            kind: &annotation.kind,
            passage: annotation.span.map(|span| PassageObject::new(document, span)),
            value: annotation.value.as_deref(),
            confidence: annotation.confidence,
            attributes: attributes(&annotation.attributes),
            step: finding.step.as_str(),
        }
    }
}

#[derive(Debug, Serialize)]
struct SpanObject {
    start: u32,
    end: u32,
}

impl From<Span> for SpanObject {
    fn from(Span { start, end }: Span) -> SpanObject {
        SpanObject { start, end }
    }
}

#[derive(Debug, Serialize)]
struct SegmentObject {
    original: SpanObject,
    translated: SpanObject,
}

#[derive(Debug, Serialize)]
struct TranslationObject<'a> {
    plugin: &'a str,
    target: &'a str,
    text: &'a str,
    attributes: Vec<AttributeObject<'a>>,
    segments: Vec<SegmentObject>,
    step: &'a str,
}

impl<'a> TranslationObject<'a> {
    fn new((finding, translation): (&'a Finding, &'a Translation)) -> TranslationObject<'a> {
        let segment = |segment: &Segment| SegmentObject {
            original: segment.original.into(),
            translated: segment.translated.into(),
        };
        TranslationObject {
            plugin: finding.provenance.plugin.as_str(),
            target: translation.target.as_str(),
            text: &translation.text,
            attributes: attributes(&translation.attributes),
            segments: translation.segments.iter().map(segment).collect(),
            step: finding.step.as_str(),
        }
    }
}

#[derive(Debug, Serialize)]
struct MarkObject<'a> {
    kind: &'a str,
    start: u32,
    end: u32,
    attributes: Vec<AttributeObject<'a>>,
}

impl<'a> MarkObject<'a> {
    fn new(mark: &'a Mark) -> MarkObject<'a> {
        let Span { start, end } = mark.span;
        MarkObject { kind: &mark.kind, start, end, attributes: attributes(&mark.attributes) }
    }
}

#[derive(Debug, Serialize)]
struct AsideObject<'a> {
    kind: &'a str,
    position: u32,
    text: &'a str,
    attributes: Vec<AttributeObject<'a>>,
}

impl<'a> AsideObject<'a> {
    fn new(aside: &'a Aside) -> AsideObject<'a> {
        AsideObject {
            kind: &aside.kind,
            position: aside.position,
            text: &aside.text,
            attributes: attributes(&aside.attributes),
        }
    }
}

/// What failed.
#[derive(Debug, Serialize)]
pub struct FailureObject<'a> {
    id: String,
    source: &'a str,
    sha256: Option<String>,
    document: Option<String>,
    step: Option<&'a str>,
    component: Option<String>,
    class: &'static str,
    causes: &'a [String],
    hint: Option<String>,
    backtrace: &'a [String],
    log: Vec<LogObject<'a>>,
    run: u64,
    plugin: Option<&'a str>,
    version: Option<&'a str>,
    limits: Option<LimitsObject>,
    cost: Option<CostObject>,
}

/// What a call may use.
#[derive(Debug, Serialize)]
pub struct LimitsObject {
    deadline_us: u64,
    memory: u64,
    output: u64,
    log: u64,
}

impl From<Limits> for LimitsObject {
    fn from(limits: Limits) -> LimitsObject {
        let Limits { deadline, memory, output, log } = limits;
        let deadline_us = u64::try_from(deadline.as_micros()).unwrap_or(u64::MAX);
        let [memory, output, log] = [memory, output, log].map(|size| size.as_u64());
        LimitsObject { deadline_us, memory, output, log }
    }
}

/// What a call cost.
#[derive(Debug, Serialize)]
pub struct CostObject {
    duration_us: u64,
    peak_memory: u64,
    host_calls: u64,
    bytes_in: u64,
    bytes_out: u64,
}

impl From<Cost> for CostObject {
    fn from(cost: Cost) -> CostObject {
        let Cost { duration, peak_memory, host_calls, bytes_in, bytes_out } = cost;
        let duration_us = u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
        CostObject { duration_us, peak_memory, host_calls, bytes_in, bytes_out }
    }
}

/// What several calls cost.
#[derive(Debug, Serialize)]
pub struct BillObject {
    calls: u64,
    failed: u64,
    duration_us: Measured,
    peak_memory: Peak,
    host_calls: Measured,
    bytes_in: Measured,
    bytes_out: Measured,
}

#[derive(Debug, Serialize)]
struct Measured {
    sum: u64,
    mean: u64,
    max: u64,
}

/// Peaks of memory do not add up.
#[derive(Debug, Serialize)]
struct Peak {
    mean: u64,
    max: u64,
}

impl From<&Bill> for BillObject {
    fn from(bill: &Bill) -> BillObject {
        let [sum, mean, max] = [bill.sum, bill.mean(), bill.largest].map(CostObject::from);
        let measured =
            |of: fn(&CostObject) -> u64| Measured { sum: of(&sum), mean: of(&mean), max: of(&max) };
        BillObject {
            calls: bill.calls,
            failed: bill.failed,
            duration_us: measured(|it| it.duration_us),
            peak_memory: Peak { mean: mean.peak_memory, max: max.peak_memory },
            host_calls: measured(|it| it.host_calls),
            bytes_in: measured(|it| it.bytes_in),
            bytes_out: measured(|it| it.bytes_out),
        }
    }
}

#[derive(Debug, Serialize)]
struct LogObject<'a> {
    level: String,
    message: &'a str,
}

impl<'a> FailureObject<'a> {
    /// The object of a failure.
    pub fn new(failure: &'a Failure) -> FailureObject<'a> {
        let log = failure.log.iter();
        FailureObject {
            id: failure.id.to_string(),
            source: failure.source.as_str(),
            sha256: failure.original.map(|digest| digest.to_string()),
            document: failure.document.map(|id| id.to_string()),
            step: failure.step.as_ref().map(|step| step.as_str()),
            component: failure.component.map(|digest| digest.to_string()),
            class: failure.class.as_str(),
            causes: &failure.causes,
            hint: failure.hint.as_ref().map(super::hint_words),
            backtrace: &failure.backtrace,
            log: log
                .map(|it| LogObject { level: it.level.to_string(), message: &it.message })
                .collect(),
            run: failure.run.0,
            plugin: failure.attempt.as_ref().map(|it| it.plugin.as_str()),
            version: failure.attempt.as_ref().map(|it| it.version.as_str()),
            limits: failure.attempt.as_ref().map(|it| it.limits.into()),
            cost: failure.cost.map(CostObject::from),
        }
    }
}

/// How a result came about, and what it cost.
#[derive(Debug, Serialize)]
pub struct ProvenanceObject<'a> {
    plugin: &'a str,
    version: &'a str,
    role: &'static str,
    component: String,
    contract: String,
    settings: String,
    key: String,
    run: u64,
    #[serde(flatten)]
    cost: CostObject,
    step: Option<&'a str>,
}

impl<'a> ProvenanceObject<'a> {
    /// The object of a result; `step` is absent for the extraction, for which the store does not
    /// keep it.
    pub fn new(step: Option<&'a str>, provenance: &'a Provenance) -> ProvenanceObject<'a> {
        ProvenanceObject {
            plugin: provenance.plugin.as_str(),
            version: &provenance.version,
            role: provenance.role.as_str(),
            component: provenance.component.to_string(),
            contract: provenance.contract.to_string(),
            settings: provenance.settings.to_string(),
            key: provenance.key.to_string(),
            run: provenance.run.0,
            cost: provenance.cost.into(),
            step,
        }
    }
}

/// A run.
#[derive(Debug, Serialize)]
pub struct RunObject {
    run: u64,
    started: String,
    finished: Option<String>,
    pipeline: String,
    tally: TallyObject,
}

/// What a run came to.
#[derive(Debug, Serialize)]
pub struct TallyObject {
    sources: u64,
    unchanged: u64,
    added: u64,
    updated: u64,
    unsupported: u64,
    failures: u64,
    kept: u64,
    retired: u64,
}

impl From<Tally> for TallyObject {
    fn from(tally: Tally) -> TallyObject {
        let Tally { sources, unchanged, added, updated, unsupported, failures, kept, retired } =
            tally;
        TallyObject { sources, unchanged, added, updated, unsupported, failures, kept, retired }
    }
}

impl RunObject {
    /// The object of a run.
    pub fn new(run: &Run) -> RunObject {
        RunObject {
            run: run.id.0,
            started: rfc3339(run.started),
            finished: run.finished.map(rfc3339),
            pipeline: run.pipeline.to_string(),
            tally: run.tally.into(),
        }
    }
}
