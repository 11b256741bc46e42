//! Version 1 of the payloads: what is written, and how it becomes the model again.
//!
//! **Nothing in here may change**, neither the order of fields nor the order of cases: both are the
//! format. A new field goes into a new module beside this one.

use serde::{Deserialize, Serialize};

use super::RecordError;
use crate::model;

mod document;
mod failure;
mod finding;
mod history;
mod provenance;
mod run;
mod source;
mod summary;

pub(super) use document::{Aside, Document, Mark};
pub(super) use failure::Failure;
pub(super) use finding::{Finding, Findings, checked_confidence};
pub(super) use history::History;
pub(super) use provenance::{Cost, Provenance, checked_nanoseconds};
pub(super) use run::Run;
pub(super) use source::Source;
pub(super) use summary::Summary;

pub(super) type Result<T> = std::result::Result<T, RecordError>;
pub(super) type DigestBytes = [u8; 32];

/// An id as it is on disk. Ids had ten bytes once; those of today begin with them, so the rest is
/// left open until a conversion knows it.
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

    /// A span into a text that another record holds. The store sees to it that the two belong
    /// together.
    fn elsewhere(self) -> Result<model::Span> {
        if self.start > self.end {
            return damaged("a span runs backwards");
        }
        Ok(model::Span { start: self.start, end: self.end })
    }
}

/// Mirrors an enum without content: the two lists of cases are checked by the compiler, the order
/// on disk is the order here.
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
