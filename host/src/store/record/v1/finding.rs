//! Version 1 of what was found in a document.
//!
//! **Nothing in here may change**, for the reasons given in the module above.

use serde::{Deserialize, Serialize};

use super::{
    Attribute, Provenance, RecordError, Result, Span, damaged, list, maybe, name, read_attributes,
    write_attributes,
};
use crate::model;

#[derive(Serialize, Deserialize)]
pub(in crate::store::record) struct Label<'a> {
    name: &'a str,
    confidence: f32,
    evidence: Vec<Span>,
    #[serde(borrow)]
    attributes: Vec<Attribute<'a>>,
}

#[derive(Serialize, Deserialize)]
pub(in crate::store::record) struct Annotation<'a> {
    kind: &'a str,
    span: Option<Span>,
    value: Option<&'a str>,
    confidence: Option<f32>,
    #[serde(borrow)]
    attributes: Vec<Attribute<'a>>,
}

#[derive(Serialize, Deserialize)]
pub(in crate::store::record) struct Translation<'a> {
    target: &'a str,
    text: &'a str,
    /// Original, translated.
    segments: Vec<(Span, Span)>,
    #[serde(borrow)]
    attributes: Vec<Attribute<'a>>,
}

#[derive(Serialize, Deserialize)]
pub(in crate::store::record) enum Findings<'a> {
    #[serde(borrow)]
    Labels(Vec<Label<'a>>),
    #[serde(borrow)]
    Annotations(Vec<Annotation<'a>>),
    #[serde(borrow)]
    Translations(Vec<Translation<'a>>),
}

#[derive(Deserialize)]
pub(in crate::store::record) struct Finding<'a> {
    step: &'a str,
    #[serde(borrow)]
    findings: Findings<'a>,
    #[serde(borrow)]
    provenance: Provenance<'a>,
}

pub(in crate::store::record) fn checked_confidence(confidence: f32) -> Result<f32> {
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
