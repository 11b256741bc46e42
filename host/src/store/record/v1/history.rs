//! Version 1 of histories, which came later than the other kinds.
//!
//! **Nothing in here may change**, for the reasons given in the module above.

use serde::{Deserialize, Serialize};

use super::{DigestBytes, Provenance, RecordError, Result, checked_confidence, maybe, name};
use crate::model;

#[derive(Serialize, Deserialize)]
pub(in crate::store::record) struct History<'a> {
    step: Option<&'a str>,
    #[serde(borrow)]
    past: Vec<Past<'a>>,
}

#[derive(Serialize, Deserialize)]
struct Past<'a> {
    #[serde(borrow)]
    provenance: Provenance<'a>,
    digest: DigestBytes,
    #[serde(borrow)]
    outline: Outline<'a>,
}

#[derive(Serialize, Deserialize)]
enum Outline<'a> {
    Text {
        title: Option<&'a str>,
        length: u64,
    },
    #[serde(borrow)]
    Labels(Vec<(&'a str, f32)>),
    #[serde(borrow)]
    Annotations(Vec<(&'a str, u64)>),
    #[serde(borrow)]
    Translations(Vec<(&'a str, u64)>),
}

impl<'a> From<&'a model::History> for History<'a> {
    fn from(history: &'a model::History) -> History<'a> {
        let model::History { step, past } = history;
        History {
            step: step.as_ref().map(model::PluginName::as_str),
            past: past.iter().map(Past::from).collect(),
        }
    }
}

impl TryFrom<History<'_>> for model::History {
    type Error = RecordError;

    fn try_from(history: History<'_>) -> Result<model::History> {
        Ok(model::History {
            step: maybe(history.step, |step| name(model::PluginName::new(step)))?,
            past: history.past.into_iter().map(model::Past::try_from).collect::<Result<_>>()?,
        })
    }
}

impl<'a> From<&'a model::Past> for Past<'a> {
    fn from(past: &'a model::Past) -> Past<'a> {
        let model::Past { provenance, digest, outline } = past;
        fn write<N: Copy>(names: &[(String, N)]) -> Vec<(&str, N)> {
            names.iter().map(|(name, number)| (name.as_str(), *number)).collect()
        }
        Past {
            provenance: provenance.into(),
            digest: *digest.as_bytes(),
            outline: match outline {
                model::Outline::Text { title, length } => {
                    Outline::Text { title: title.as_deref(), length: *length }
                }
                model::Outline::Labels(labels) => Outline::Labels(write(labels)),
                model::Outline::Annotations(kinds) => Outline::Annotations(write(kinds)),
                model::Outline::Translations(targets) => Outline::Translations(write(targets)),
            },
        }
    }
}

impl TryFrom<Past<'_>> for model::Past {
    type Error = RecordError;

    fn try_from(past: Past<'_>) -> Result<model::Past> {
        fn read<N>(names: Vec<(&str, N)>) -> Vec<(String, N)> {
            names.into_iter().map(|(name, number)| (name.to_owned(), number)).collect()
        }
        Ok(model::Past {
            provenance: past.provenance.try_into()?,
            digest: model::Digest::from_bytes(past.digest),
            outline: match past.outline {
                Outline::Text { title, length } => {
                    model::Outline::Text { title: title.map(str::to_owned), length }
                }
                Outline::Labels(labels) => {
                    for (_, confidence) in &labels {
                        checked_confidence(*confidence)?;
                    }
                    model::Outline::Labels(read(labels))
                }
                Outline::Annotations(kinds) => model::Outline::Annotations(read(kinds)),
                Outline::Translations(targets) => model::Outline::Translations(read(targets)),
            },
        })
    }
}
