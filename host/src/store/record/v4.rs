//! Version 4 of failures and sources, and 2 of documents: what layout 2 of the keys brought. Ids of
//! 160 bits, and names that say what is a path and what a member.
//!
//! **Nothing in here may change**, for the reasons given in `v1`.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::RecordError;
use super::v1::{
    Aside, Attribute, Cost, DigestBytes, FailureClass, LogLevel, Mark, Provenance, Result,
    SourceState, damaged, maybe, name, read_attributes, write_attributes,
};
use super::v2::Attempt;
use crate::model;

pub(super) type IdBytes = [u8; model::DocumentId::LENGTH];

#[derive(Serialize, Deserialize)]
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
    documents: Vec<IdBytes>,
    run: u64,
    retired: bool,
    is_copied: bool,
}

impl<'a> From<&'a model::StoredSource> for Source<'a> {
    fn from(source: &'a model::StoredSource) -> Source<'a> {
        let model::StoredSource {
            info,
            version,
            state,
            pipeline,
            documents,
            run,
            retired,
            is_copied,
        } = source;
        let model::SourceInfo { name, media_type, size, digest, container, attributes } = info;
        Source {
            name: name.as_str(),
            media_type: media_type.as_str(),
            size: *size,
            digest: *digest.as_bytes(),
            container: container.as_ref().map(model::SourceName::as_str),
            attributes: write_attributes(attributes),
            version: *version,
            state: (*state).into(),
            pipeline: *pipeline.as_bytes(),
            documents: documents.iter().map(|id| *id.as_bytes()).collect(),
            run: run.0,
            retired: *retired,
            is_copied: *is_copied,
        }
    }
}

impl TryFrom<Source<'_>> for model::StoredSource {
    type Error = RecordError;

    fn try_from(source: Source<'_>) -> Result<model::StoredSource> {
        Ok(model::StoredSource {
            info: model::SourceInfo {
                name: name(model::SourceName::new(source.name))?,
                media_type: name(model::MediaType::new(source.media_type))?,
                size: source.size,
                digest: model::Digest::from_bytes(source.digest),
                container: maybe(source.container, |text| name(model::SourceName::new(text)))?,
                attributes: read_attributes(source.attributes),
            },
            version: source.version,
            state: source.state.into(),
            pipeline: model::Digest::from_bytes(source.pipeline),
            documents: source.documents.into_iter().map(model::DocumentId::from_bytes).collect(),
            run: model::RunId(source.run),
            retired: source.retired,
            is_copied: source.is_copied,
        })
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct Document<'a> {
    id: IdBytes,
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

impl<'a> From<&'a model::StoredDocument> for Document<'a> {
    fn from(stored: &'a model::StoredDocument) -> Document<'a> {
        let model::StoredDocument {
            id,
            version,
            source,
            original,
            index,
            extracted,
            provenance,
            run,
        } = stored;
        let model::Extracted { document, asides } = extracted;
        let model::Document { text, language, attributes, marks } = document;
        Document {
            id: *id.as_bytes(),
            version: *version,
            source: source.as_str(),
            original: *original.as_bytes(),
            index: *index,
            text,
            language: language.as_ref().map(model::LanguageTag::as_str),
            attributes: write_attributes(attributes),
            marks: marks.iter().map(Mark::from).collect(),
            asides: asides.iter().map(Aside::from).collect(),
            provenance: provenance.into(),
            run: run.0,
        }
    }
}

impl TryFrom<Document<'_>> for model::StoredDocument {
    type Error = RecordError;

    fn try_from(stored: Document<'_>) -> Result<model::StoredDocument> {
        let text = stored.text;
        Ok(model::StoredDocument {
            id: model::DocumentId::from_bytes(stored.id),
            version: stored.version,
            source: name(model::SourceName::new(stored.source))?,
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
pub(super) struct Failure<'a> {
    id: IdBytes,
    source: &'a str,
    original: Option<DigestBytes>,
    document: Option<IdBytes>,
    step: Option<&'a str>,
    component: Option<DigestBytes>,
    #[serde(borrow)]
    attempt: Option<Attempt<'a>>,
    cost: Option<Cost>,
    class: FailureClass,
    #[serde(borrow)]
    causes: Vec<&'a str>,
    #[serde(borrow)]
    hint: Option<Cow<'a, str>>,
    #[serde(borrow)]
    backtrace: Vec<&'a str>,
    #[serde(borrow)]
    log: Vec<(LogLevel, &'a str)>,
    run: u64,
}

impl<'a> From<&'a model::Failure> for Failure<'a> {
    fn from(failure: &'a model::Failure) -> Failure<'a> {
        let model::Failure {
            id,
            source,
            original,
            document,
            step,
            component,
            attempt,
            cost,
            class,
            causes,
            hint,
            backtrace,
            log,
            run,
        } = failure;
        Failure {
            id: *id.as_bytes(),
            source: source.as_str(),
            original: original.map(|digest| *digest.as_bytes()),
            document: document.map(|id| *id.as_bytes()),
            step: step.as_ref().map(model::PluginName::as_str),
            component: component.map(|digest| *digest.as_bytes()),
            attempt: attempt.as_ref().map(Attempt::from),
            cost: cost.map(Cost::from),
            class: (*class).into(),
            causes: causes.iter().map(String::as_str).collect(),
            hint: hint.as_ref().map(|hint| Cow::Owned(hint.to_stored())),
            backtrace: backtrace.iter().map(String::as_str).collect(),
            log: log.iter().map(|line| (line.level.into(), line.message.as_str())).collect(),
            run: run.0,
        }
    }
}

impl TryFrom<Failure<'_>> for model::Failure {
    type Error = RecordError;

    fn try_from(failure: Failure<'_>) -> Result<model::Failure> {
        let texts = |texts: Vec<&str>| texts.into_iter().map(str::to_owned).collect();
        if failure.causes.is_empty() {
            return damaged("a failure has no cause");
        }
        Ok(model::Failure {
            id: model::FailureId::from_bytes(failure.id),
            source: name(model::SourceName::new(failure.source))?,
            original: failure.original.map(model::Digest::from_bytes),
            document: failure.document.map(model::DocumentId::from_bytes),
            step: maybe(failure.step, |step| name(model::PluginName::new(step)))?,
            component: failure.component.map(model::Digest::from_bytes),
            attempt: maybe(failure.attempt, model::Attempt::try_from)?,
            cost: maybe(failure.cost, model::Cost::try_from)?,
            class: failure.class.into(),
            causes: texts(failure.causes),
            hint: failure.hint.map(|hint| model::Hint::from_stored(&hint)),
            backtrace: texts(failure.backtrace),
            log: (failure.log.into_iter())
                .map(|(level, message)| model::LogLine {
                    level: level.into(),
                    message: message.to_owned(),
                })
                .collect(),
            run: model::RunId(failure.run),
        })
    }
}
