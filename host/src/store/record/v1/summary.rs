//! Version 1 of what a list tells of a document.
//!
//! **Nothing in here may change**, for the reasons given in the module above; but a summary of
//! another version can be made anew of the records that it is made of.

use serde::{Deserialize, Serialize};

use super::super::v4::IdBytes;
use super::{Cost, DigestBytes, RecordError, Result, SourceState, maybe, name};
use crate::model;

#[derive(Serialize, Deserialize)]
pub(in crate::store::record) struct Summary<'a> {
    id: IdBytes,
    version: u32,
    source: &'a str,
    index: u32,
    original: DigestBytes,
    media_type: Option<&'a str>,
    state: SourceState,
    title: Option<&'a str>,
    date: Option<&'a str>,
    language: Option<&'a str>,
    length: u64,
    #[serde(borrow)]
    extraction: Call<'a>,
    #[serde(borrow)]
    steps: Vec<Step<'a>>,
    failures: u64,
}

#[derive(Serialize, Deserialize)]
struct Call<'a> {
    plugin: &'a str,
    version: &'a str,
    cost: Cost,
}

#[derive(Serialize, Deserialize)]
struct Step<'a> {
    /// Absent where the step is called like its plugin, as most are.
    step: Option<&'a str>,
    #[serde(borrow)]
    call: Call<'a>,
    #[serde(borrow)]
    labels: Vec<Label<'a>>,
}

#[derive(Serialize, Deserialize)]
struct Label<'a> {
    name: &'a str,
    confidence: f32,
    rank: Option<&'a str>,
}

impl<'a> From<&'a model::DocumentSummary> for Summary<'a> {
    fn from(summary: &'a model::DocumentSummary) -> Summary<'a> {
        let model::DocumentSummary {
            id,
            version,
            source,
            index,
            original,
            media_type,
            state,
            title,
            date,
            language,
            length,
            extraction,
            steps,
            failures,
        } = summary;
        Summary {
            id: *id.as_bytes(),
            version: *version,
            source: source.as_str(),
            index: *index,
            original: *original.as_bytes(),
            media_type: media_type.as_ref().map(model::MediaType::as_str),
            state: (*state).into(),
            title: title.as_deref(),
            date: date.as_deref(),
            language: language.as_ref().map(model::LanguageTag::as_str),
            length: *length,
            extraction: extraction.into(),
            steps: steps.iter().map(Step::from).collect(),
            failures: *failures,
        }
    }
}

impl<'a> From<&'a model::CallSummary> for Call<'a> {
    fn from(call: &'a model::CallSummary) -> Call<'a> {
        let model::CallSummary { plugin, version, cost } = call;
        Call { plugin: plugin.as_str(), version, cost: (*cost).into() }
    }
}

impl<'a> From<&'a model::StepSummary> for Step<'a> {
    fn from(summary: &'a model::StepSummary) -> Step<'a> {
        let model::StepSummary { step, call, labels } = summary;
        Step {
            step: (*step != call.plugin).then_some(step.as_str()),
            call: call.into(),
            labels: labels.iter().map(Label::from).collect(),
        }
    }
}

impl<'a> From<&'a model::LabelSummary> for Label<'a> {
    fn from(label: &'a model::LabelSummary) -> Label<'a> {
        let model::LabelSummary { name, confidence, rank } = label;
        Label { name, confidence: *confidence, rank: rank.as_deref() }
    }
}

impl TryFrom<Summary<'_>> for model::DocumentSummary {
    type Error = RecordError;

    fn try_from(summary: Summary<'_>) -> Result<model::DocumentSummary> {
        Ok(model::DocumentSummary {
            id: model::DocumentId::from_bytes(summary.id),
            version: summary.version,
            source: name(model::SourceName::new(summary.source))?,
            index: summary.index,
            original: model::Digest::from_bytes(summary.original),
            media_type: maybe(summary.media_type, |it| name(model::MediaType::new(it)))?,
            state: summary.state.into(),
            title: summary.title.map(str::to_owned),
            date: summary.date.map(str::to_owned),
            language: maybe(summary.language, |tag| name(model::LanguageTag::new(tag)))?,
            length: summary.length,
            extraction: summary.extraction.try_into()?,
            steps: (summary.steps.into_iter())
                .map(model::StepSummary::try_from)
                .collect::<Result<_>>()?,
            failures: summary.failures,
        })
    }
}

impl TryFrom<Call<'_>> for model::CallSummary {
    type Error = RecordError;

    fn try_from(call: Call<'_>) -> Result<model::CallSummary> {
        Ok(model::CallSummary {
            plugin: name(model::PluginName::new(call.plugin))?,
            version: call.version.to_owned(),
            cost: call.cost.try_into()?,
        })
    }
}

impl TryFrom<Step<'_>> for model::StepSummary {
    type Error = RecordError;

    fn try_from(summary: Step<'_>) -> Result<model::StepSummary> {
        let call = model::CallSummary::try_from(summary.call)?;
        let step = maybe(summary.step, |step| name(model::PluginName::new(step)))?;
        let labels = summary.labels.into_iter().map(|label| model::LabelSummary {
            name: label.name.to_owned(),
            confidence: label.confidence,
            rank: label.rank.map(str::to_owned),
        });
        Ok(model::StepSummary {
            step: step.unwrap_or_else(|| call.plugin.clone()),
            call,
            labels: labels.collect(),
        })
    }
}
