//! Version 1 of a document.
//!
//! **Nothing in here may change**, for the reasons given in the module above.

use serde::{Deserialize, Serialize};

use super::{
    Attribute, DigestBytes, EarlyId, Id, Provenance, RecordError, Result, Span, damaged,
    early_name, maybe, name, read_attributes, write_attributes,
};
use crate::model;

#[derive(Serialize, Deserialize)]
pub(in crate::store::record) struct Mark<'a> {
    kind: &'a str,
    span: Span,
    #[serde(borrow)]
    attributes: Vec<Attribute<'a>>,
}

#[derive(Serialize, Deserialize)]
pub(in crate::store::record) struct Aside<'a> {
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
    pub(in crate::store::record) fn read(self, text: &str) -> Result<model::Mark> {
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
    pub(in crate::store::record) fn read(self, text: &str) -> Result<model::Aside> {
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
pub(in crate::store::record) struct Document<'a> {
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
