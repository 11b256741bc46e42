//! Version 1 of a failure.
//!
//! **Nothing in here may change**, for the reasons given in the module above.

use std::borrow::Cow;

use serde::Deserialize;

use super::{
    DigestBytes, EarlyId, FailureClass, Id, LogLevel, RecordError, Result, damaged, early_name,
    maybe, name,
};
use crate::model;

#[derive(Deserialize)]
pub(in crate::store::record) struct Failure<'a> {
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
