//! Version 3 of failures: version 2, and what the call that failed cost; of sources: and whether
//! the store was given their bytes.
//!
//! **Nothing in here may change**, for the reasons given in `v1`.

use serde::Deserialize;

use super::RecordError;
use super::v1::{Cost, Result, maybe};
use super::v2;
use crate::model;

#[derive(Deserialize)]
pub(super) struct Failure<'a> {
    #[serde(borrow)]
    failure: v2::Failure<'a>,
    cost: Option<Cost>,
}

impl TryFrom<Failure<'_>> for model::Failure {
    type Error = RecordError;

    fn try_from(stored: Failure<'_>) -> Result<model::Failure> {
        let cost = maybe(stored.cost, model::Cost::try_from)?;
        Ok(model::Failure { cost, ..stored.failure.try_into()? })
    }
}

#[derive(Deserialize)]
pub(super) struct Source<'a> {
    #[serde(borrow)]
    source: v2::Source<'a>,
    is_copied: bool,
}

impl TryFrom<Source<'_>> for model::StoredSource {
    type Error = RecordError;

    fn try_from(stored: Source<'_>) -> Result<model::StoredSource> {
        Ok(model::StoredSource { is_copied: stored.is_copied, ..stored.source.try_into()? })
    }
}
