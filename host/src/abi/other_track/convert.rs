//! Between the types of the other track and the model.

use super::bindings::{description, types};
use crate::abi::guest::{Described, reported};
use crate::model::{Annotation, Attribute, FailureClass, LogLevel, Span};
use crate::sandbox::Fault;

pub(super) fn described(it: description::Description) -> Described {
    Described {
        name: it.name,
        version: it.version,
        summary: String::new(),
        settings: Vec::new(),
        tables: Vec::new(),
        reads: Vec::new(),
        attributes: Vec::new(),
    }
}

pub(super) fn error(it: types::Refusal) -> Fault {
    let class = match it.class.as_str() {
        "unsupported" => FailureClass::Unsupported,
        "malformed" => FailureClass::Malformed,
        _ => FailureClass::Internal,
    };
    reported(class, &it.reason, None, None)
}

pub(super) fn attributes(all: Vec<types::Attribute>) -> Vec<Attribute> {
    all.into_iter().map(|(name, value)| Attribute { name, value }).collect()
}

pub(super) fn attributes_to_wit(all: &[Attribute]) -> Vec<types::Attribute> {
    all.iter().map(|it| (it.name.clone(), it.value.clone())).collect()
}

pub(super) fn annotation(it: types::Annotation) -> Annotation {
    // What does not fit is no place in any text, and is refused as such.
    let offset = |at: u64| u32::try_from(at).unwrap_or(u32::MAX);
    let span = |it: &types::Range| Span {
        start: offset(it.at),
        end: offset(it.at.saturating_add(it.length)),
    };
    Annotation {
        kind: it.kind,
        span: it.ranges.first().map(span),
        value: None,
        confidence: Some(f32::from(it.confidence) / 100.0),
        attributes: attributes(it.attributes),
    }
}

pub(super) fn annotation_to_wit(it: &Annotation) -> types::Annotation {
    let range =
        |it: Span| types::Range { at: u64::from(it.start), length: u64::from(it.end - it.start) };
    types::Annotation {
        kind: it.kind.clone(),
        ranges: it.span.into_iter().map(range).collect(),
        confidence: (it.confidence.unwrap_or(1.0) * 100.0) as u8,
        attributes: attributes_to_wit(&it.attributes),
    }
}

pub(super) fn level(urgency: u8) -> LogLevel {
    match urgency {
        0 => LogLevel::Info,
        _ => LogLevel::Error,
    }
}
