//! Between the types of this track and the model; nothing is checked here but what the model has a
//! type for.

use super::bindings::{extraction, log, lookup, metadata, translation, types};
use crate::abi::guest::{Described, reported};
use crate::abi::{Setting, TableUse, check};
use crate::capabilities::Occurrence;
use crate::model::{
    Annotation, Aside, Attribute, Clause, Document, Extracted, FailureClass, Label, LanguageTag,
    LogLevel, Mark, Span,
};
use crate::sandbox::Fault;

pub(super) fn description(it: metadata::Description) -> Described {
    let setting = |it: metadata::Setting| Setting {
        key: it.key,
        summary: it.summary,
        default_value: it.default_value,
    };
    let table = |it: metadata::TableUse| TableUse {
        name: it.name,
        summary: it.summary,
        required: it.required,
    };
    Described {
        name: it.name,
        version: it.version,
        summary: it.summary,
        settings: it.settings.into_iter().map(setting).collect(),
        tables: it.tables.into_iter().map(table).collect(),
        reads: it.reads,
        attributes: attributes(it.attributes),
    }
}

pub(super) fn error(error: types::Error) -> Fault {
    match error {
        types::Error::Unsupported(reason) => {
            reported(FailureClass::Unsupported, &reason, None, None)
        }
        types::Error::Malformed(defect) => {
            reported(FailureClass::Malformed, &defect.reason, defect.offset, None)
        }
        types::Error::Misconfigured(setting) => {
            reported(FailureClass::Misconfigured, &setting.reason, None, Some(&setting.key))
        }
        types::Error::Internal(reason) => reported(FailureClass::Internal, &reason, None, None),
    }
}

pub(super) fn pair(it: translation::LanguagePair) -> (String, String) {
    (it.original, it.target)
}

pub(super) fn pair_to_wit(
    original: &LanguageTag,
    target: &LanguageTag,
) -> translation::LanguagePair {
    translation::LanguagePair { original: original.to_string(), target: target.to_string() }
}

pub(super) fn attributes(all: Vec<types::Attribute>) -> Vec<Attribute> {
    let attribute = |it: types::Attribute| Attribute { name: it.name, value: it.value };
    all.into_iter().map(attribute).collect()
}

pub(super) fn attributes_to_wit(all: &[Attribute]) -> Vec<types::Attribute> {
    let attribute =
        |it: &Attribute| types::Attribute { name: it.name.clone(), value: it.value.clone() };
    all.iter().map(attribute).collect()
}

fn span(it: types::Span) -> Span {
    Span { start: it.start, end: it.end }
}

fn span_to_wit(it: Span) -> types::Span {
    types::Span { start: it.start, end: it.end }
}

pub(super) fn label(it: types::Label) -> Label {
    Label {
        name: it.name,
        confidence: it.confidence,
        evidence: it.evidence.into_iter().map(span).collect(),
        attributes: attributes(it.attributes),
    }
}

pub(super) fn label_to_wit(it: &Label) -> types::Label {
    types::Label {
        name: it.name.clone(),
        confidence: it.confidence,
        evidence: it.evidence.iter().copied().map(span_to_wit).collect(),
        attributes: attributes_to_wit(&it.attributes),
    }
}

pub(super) fn annotation(it: types::Annotation) -> Annotation {
    Annotation {
        kind: it.kind,
        span: it.span.map(span),
        value: it.value,
        confidence: it.confidence,
        attributes: attributes(it.attributes),
    }
}

pub(super) fn annotation_to_wit(it: &Annotation) -> types::Annotation {
    types::Annotation {
        kind: it.kind.clone(),
        span: it.span.map(span_to_wit),
        value: it.value.clone(),
        confidence: it.confidence,
        attributes: attributes_to_wit(&it.attributes),
    }
}

pub(super) fn extracted(it: extraction::Extracted) -> Result<Extracted, Fault> {
    let mark = |it: types::Mark| Mark {
        kind: it.kind,
        span: span(it.span),
        attributes: attributes(it.attributes),
    };
    let aside = |it: extraction::Aside| Aside {
        kind: it.kind,
        text: it.text,
        position: it.position,
        attributes: attributes(it.attributes),
    };
    let types::Document { text, language, attributes: known, marks } = it.document;
    let language = language.map(|tag| check::language(tag, Clause::LANGUAGE)).transpose()?;
    let document = Document {
        text,
        language,
        attributes: attributes(known),
        marks: marks.into_iter().map(mark).collect(),
    };
    Ok(Extracted { document, asides: it.asides.into_iter().map(aside).collect() })
}

pub(super) fn document_to_wit(document: &Document) -> types::Document {
    let mark = |mark: &Mark| types::Mark {
        kind: mark.kind.clone(),
        span: span_to_wit(mark.span),
        attributes: attributes_to_wit(&mark.attributes),
    };
    types::Document {
        text: document.text.clone(),
        language: document.language.as_ref().map(ToString::to_string),
        attributes: attributes_to_wit(&document.attributes),
        marks: document.marks.iter().map(mark).collect(),
    }
}

pub(super) fn level(level: log::Level) -> LogLevel {
    match level {
        log::Level::Trace => LogLevel::Trace,
        log::Level::Debug => LogLevel::Debug,
        log::Level::Info => LogLevel::Info,
        log::Level::Warn => LogLevel::Warn,
        log::Level::Error => LogLevel::Error,
    }
}

pub(super) fn entry((key, value): (&str, &str)) -> lookup::Entry {
    lookup::Entry { key: key.to_owned(), value: value.to_owned() }
}

pub(super) fn occurrence(it: Occurrence<'_>) -> lookup::Occurrence {
    lookup::Occurrence { span: span_to_wit(it.span), value: it.value.to_owned() }
}
