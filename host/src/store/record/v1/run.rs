//! Version 1 of a run.
//!
//! **Nothing in here may change**, for the reasons given in the module above.

use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

use super::{DigestBytes, RecordError, Result, checked_nanoseconds, maybe};
use crate::model;

/// A time as seconds since 1970, rounded down, and nanoseconds on top of them.
#[derive(Serialize, Deserialize)]
struct Time {
    seconds: i64,
    nanoseconds: u32,
}

impl From<SystemTime> for Time {
    fn from(time: SystemTime) -> Time {
        match time.duration_since(SystemTime::UNIX_EPOCH) {
            Ok(after) => Time {
                seconds: i64::try_from(after.as_secs()).unwrap_or(i64::MAX),
                nanoseconds: after.subsec_nanos(),
            },
            Err(error) => {
                let before = error.duration();
                // The earliest time there is has no positive counterpart.
                let seconds = 0_i64.saturating_sub_unsigned(before.as_secs());
                match before.subsec_nanos() {
                    0 => Time { seconds, nanoseconds: 0 },
                    part => Time {
                        seconds: seconds.saturating_sub(1),
                        nanoseconds: 1_000_000_000 - part,
                    },
                }
            }
        }
    }
}

impl TryFrom<Time> for SystemTime {
    type Error = RecordError;

    fn try_from(time: Time) -> Result<SystemTime> {
        let whole = Duration::from_secs(time.seconds.unsigned_abs());
        let part = Duration::from_nanos(checked_nanoseconds(time.nanoseconds)?.into());
        let second = if time.seconds < 0 {
            SystemTime::UNIX_EPOCH.checked_sub(whole)
        } else {
            SystemTime::UNIX_EPOCH.checked_add(whole)
        };
        second
            .and_then(|second| second.checked_add(part))
            .ok_or(RecordError::Damaged("a time is out of range"))
    }
}

#[derive(Serialize, Deserialize)]
pub(in crate::store::record) struct Run {
    id: u64,
    started: Time,
    finished: Option<Time>,
    pipeline: DigestBytes,
    sources: u64,
    unchanged: u64,
    added: u64,
    updated: u64,
    unsupported: u64,
    failures: u64,
}

impl From<&model::Run> for Run {
    fn from(run: &model::Run) -> Run {
        let model::Run { id, started, finished, pipeline, tally } = run;
        let model::Tally { sources, unchanged, added, updated, unsupported, failures, .. } = *tally;
        Run {
            id: id.0,
            started: (*started).into(),
            finished: finished.map(Time::from),
            pipeline: *pipeline.as_bytes(),
            sources,
            unchanged,
            added,
            updated,
            unsupported,
            failures,
        }
    }
}

impl TryFrom<Run> for model::Run {
    type Error = RecordError;

    fn try_from(run: Run) -> Result<model::Run> {
        Ok(model::Run {
            id: model::RunId(run.id),
            started: run.started.try_into()?,
            finished: maybe(run.finished, SystemTime::try_from)?,
            pipeline: model::Digest::from_bytes(run.pipeline),
            tally: model::Tally {
                sources: run.sources,
                unchanged: run.unchanged,
                added: run.added,
                updated: run.updated,
                unsupported: run.unsupported,
                failures: run.failures,
                kept: 0,
                retired: 0,
            },
        })
    }
}
