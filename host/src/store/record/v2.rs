//! Version 2 of failures: version 1, and how the plugin was run; of sources: and whether they are
//! retired; of runs: and how many sources were kept and retired; of findings: in two parts, so that
//! the first one can be read alone.
//!
//! **Nothing in here may change**, for the reasons given in `v1`.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::RecordError;
use super::v1::{self, DigestBytes, Result, checked_nanoseconds, maybe, name};
use crate::model;

#[derive(Deserialize)]
pub(super) struct Source<'a> {
    #[serde(borrow)]
    source: v1::Source<'a>,
    retired: bool,
}

impl TryFrom<Source<'_>> for model::StoredSource {
    type Error = RecordError;

    fn try_from(stored: Source<'_>) -> Result<model::StoredSource> {
        Ok(model::StoredSource { retired: stored.retired, ..stored.source.try_into()? })
    }
}

/// The first part of a finding. The second one is what was found, as in version 1.
#[derive(Serialize, Deserialize)]
pub(super) struct Summary<'a> {
    step: &'a str,
    #[serde(borrow)]
    provenance: v1::Provenance<'a>,
}

impl<'a> From<&'a model::Finding> for Summary<'a> {
    fn from(finding: &'a model::Finding) -> Summary<'a> {
        Summary { step: finding.step.as_str(), provenance: (&finding.provenance).into() }
    }
}

impl TryFrom<Summary<'_>> for model::FindingSummary {
    type Error = RecordError;

    fn try_from(stored: Summary<'_>) -> Result<model::FindingSummary> {
        Ok(model::FindingSummary {
            step: name(model::PluginName::new(stored.step))?,
            provenance: stored.provenance.try_into()?,
        })
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct Run {
    run: v1::Run,
    kept: u64,
    retired: u64,
}

impl From<&model::Run> for Run {
    fn from(run: &model::Run) -> Run {
        let model::Tally { kept, retired, .. } = run.tally;
        Run { run: run.into(), kept, retired }
    }
}

impl TryFrom<Run> for model::Run {
    type Error = RecordError;

    fn try_from(stored: Run) -> Result<model::Run> {
        let run = model::Run::try_from(stored.run)?;
        let tally = model::Tally { kept: stored.kept, retired: stored.retired, ..run.tally };
        Ok(model::Run { tally, ..run })
    }
}

#[derive(Deserialize)]
pub(super) struct Failure<'a> {
    #[serde(borrow)]
    failure: v1::Failure<'a>,
    #[serde(borrow)]
    attempt: Option<Attempt<'a>>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Attempt<'a> {
    plugin: &'a str,
    version: &'a str,
    /// Seconds, nanoseconds.
    deadline: (u64, u32),
    memory: u64,
    output: u64,
    log: u64,
    configuration: DigestBytes,
}

impl<'a> From<&'a model::Attempt> for Attempt<'a> {
    fn from(attempt: &'a model::Attempt) -> Attempt<'a> {
        let model::Attempt { plugin, version, limits, configuration } = attempt;
        let model::Limits { deadline, memory, output, log } = *limits;
        Attempt {
            plugin: plugin.as_str(),
            version,
            deadline: (deadline.as_secs(), deadline.subsec_nanos()),
            memory: memory.as_u64(),
            output: output.as_u64(),
            log: log.as_u64(),
            configuration: *configuration.as_bytes(),
        }
    }
}

impl TryFrom<Failure<'_>> for model::Failure {
    type Error = RecordError;

    fn try_from(stored: Failure<'_>) -> Result<model::Failure> {
        let attempt = maybe(stored.attempt, model::Attempt::try_from)?;
        Ok(model::Failure { attempt, ..stored.failure.try_into()? })
    }
}

impl TryFrom<Attempt<'_>> for model::Attempt {
    type Error = RecordError;

    fn try_from(attempt: Attempt<'_>) -> Result<model::Attempt> {
        let Attempt { plugin, version, deadline, memory, output, log, configuration } = attempt;
        let (seconds, nanoseconds) = deadline;
        let deadline = Duration::new(seconds, checked_nanoseconds(nanoseconds)?);
        Ok(model::Attempt {
            plugin: name(model::PluginName::new(plugin))?,
            version: version.to_owned(),
            limits: model::Limits {
                deadline,
                memory: model::ByteSize(memory),
                output: model::ByteSize(output),
                log: model::ByteSize(log),
            },
            configuration: model::Digest::from_bytes(configuration),
        })
    }
}
