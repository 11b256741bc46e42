//! What lies within rows: who made a result, marks, labels, names and digests, checked as they are
//! read.

use std::str::FromStr;

use docmill::model::{
    Annotation, Aside, Attribute, ContractVersion, Cost, Digest, DocumentId, Label, LanguageTag,
    Mark, MediaType, PluginName, Provenance, Role, RunId, Segment, SourceName, Span, Translation,
};

use super::{
    AnnotationRow, AsideRow, AttributeRow, LabelRow, MarkRow, SegmentRow, SpanRow, TranslationRow,
    Wrong,
};

/// Who made a result, in words.
pub(super) struct Made {
    pub(super) plugin: String,
    pub(super) version: String,
    pub(super) component: String,
    pub(super) contract: String,
    pub(super) settings: String,
}

impl Made {
    pub(super) fn of(made: &Provenance) -> Made {
        Made {
            plugin: made.plugin.to_string(),
            version: made.version.clone(),
            component: made.component.to_string(),
            contract: made.contract.to_string(),
            settings: made.settings.to_string(),
        }
    }

    pub(super) fn model(self, role: Role, key: Digest, cost: Cost) -> Result<Provenance, Wrong> {
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
    pub(super) fn of(mark: &Mark) -> MarkRow {
        let Mark { kind, span: Span { start, end }, attributes } = mark;
        let attributes = write_attributes(attributes);
        MarkRow { kind: kind.clone(), start: *start, end: *end, attributes }
    }
}

impl AsideRow {
    pub(super) fn of(aside: &Aside) -> AsideRow {
        let Aside { kind, text, position, attributes } = aside;
        let attributes = write_attributes(attributes);
        AsideRow { kind: kind.clone(), text: text.clone(), position: *position, attributes }
    }
}

impl LabelRow {
    pub(super) fn of(label: &Label) -> LabelRow {
        let spans = label.evidence.iter();
        LabelRow {
            name: label.name.clone(),
            confidence: label.confidence,
            evidence: spans.map(|it| SpanRow { start: it.start, end: it.end }).collect(),
            attributes: write_attributes(&label.attributes),
        }
    }

    pub(super) fn model(self) -> Result<Label, Wrong> {
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
    pub(super) fn of(annotation: &Annotation) -> AnnotationRow {
        AnnotationRow {
            kind: annotation.kind.clone(),
            start: annotation.span.map(|it| it.start),
            end: annotation.span.map(|it| it.end),
            value: annotation.value.clone(),
            confidence: annotation.confidence,
            attributes: write_attributes(&annotation.attributes),
        }
    }

    pub(super) fn model(self) -> Result<Annotation, Wrong> {
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
    pub(super) fn of(translation: &Translation) -> TranslationRow {
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

    pub(super) fn model(self) -> Result<Translation, Wrong> {
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

pub(super) fn write_attributes(attributes: &[Attribute]) -> Vec<AttributeRow> {
    let row = |it: &Attribute| AttributeRow { name: it.name.clone(), value: it.value.clone() };
    attributes.iter().map(row).collect()
}

pub(super) fn read_attributes(rows: Vec<AttributeRow>) -> Vec<Attribute> {
    rows.into_iter().map(|AttributeRow { name, value }| Attribute { name, value }).collect()
}

pub(super) fn fraction(value: f32) -> Result<f32, Wrong> {
    match (0.0..=1.0).contains(&value) {
        true => Ok(value),
        false => Err("a confidence that is not from 0 to 1".to_owned()),
    }
}

pub(crate) fn source_name(text: String) -> Result<SourceName, Wrong> {
    SourceName::new(text).map_err(|error| error.to_string())
}

pub(super) fn media_type(text: String) -> Result<MediaType, Wrong> {
    MediaType::new(text).map_err(|error| error.to_string())
}

pub(super) fn plugin_name(text: String) -> Result<PluginName, Wrong> {
    PluginName::new(text).map_err(|error| error.to_string())
}

pub(super) fn language(text: String) -> Result<LanguageTag, Wrong> {
    LanguageTag::new(text).map_err(|error| error.to_string())
}

pub(crate) fn digest(text: &str) -> Result<Digest, Wrong> {
    text.parse().map_err(|_| "no digest".to_owned())
}

pub(super) fn id(text: &str) -> Result<DocumentId, Wrong> {
    text.parse().map_err(|error: docmill::model::NameError| error.to_string())
}
