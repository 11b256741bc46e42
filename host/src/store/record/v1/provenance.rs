//! Version 1 of how a result came about, and what it cost.
//!
//! **Nothing in here may change**, for the reasons given in the module above.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{DigestBytes, RecordError, Result, Role, damaged, name};
use crate::model;

#[derive(Serialize, Deserialize)]
pub(in crate::store::record) struct Provenance<'a> {
    plugin: &'a str,
    version: &'a str,
    role: Role,
    component: DigestBytes,
    contract: (u16, u16),
    settings: DigestBytes,
    key: DigestBytes,
    run: u64,
    cost: Cost,
}

#[derive(Serialize, Deserialize)]
pub(in crate::store::record) struct Cost {
    seconds: u64,
    nanoseconds: u32,
    peak_memory: u64,
    host_calls: u64,
    bytes_in: u64,
    bytes_out: u64,
}

impl<'a> From<&'a model::Provenance> for Provenance<'a> {
    fn from(provenance: &'a model::Provenance) -> Provenance<'a> {
        let model::Provenance {
            plugin,
            version,
            role,
            component,
            contract,
            settings,
            key,
            run,
            cost,
        } = provenance;
        Provenance {
            plugin: plugin.as_str(),
            version,
            role: (*role).into(),
            component: *component.as_bytes(),
            contract: (contract.major, contract.minor),
            settings: *settings.as_bytes(),
            key: *key.as_bytes(),
            run: run.0,
            cost: (*cost).into(),
        }
    }
}

impl From<model::Cost> for Cost {
    fn from(cost: model::Cost) -> Cost {
        let model::Cost { duration, peak_memory, host_calls, bytes_in, bytes_out } = cost;
        Cost {
            seconds: duration.as_secs(),
            nanoseconds: duration.subsec_nanos(),
            peak_memory,
            host_calls,
            bytes_in,
            bytes_out,
        }
    }
}

impl TryFrom<Cost> for model::Cost {
    type Error = RecordError;

    fn try_from(cost: Cost) -> Result<model::Cost> {
        Ok(model::Cost {
            duration: Duration::new(cost.seconds, checked_nanoseconds(cost.nanoseconds)?),
            peak_memory: cost.peak_memory,
            host_calls: cost.host_calls,
            bytes_in: cost.bytes_in,
            bytes_out: cost.bytes_out,
        })
    }
}

impl TryFrom<Provenance<'_>> for model::Provenance {
    type Error = RecordError;

    fn try_from(provenance: Provenance<'_>) -> Result<model::Provenance> {
        let (major, minor) = provenance.contract;
        Ok(model::Provenance {
            plugin: name(model::PluginName::new(provenance.plugin))?,
            version: provenance.version.to_owned(),
            role: provenance.role.into(),
            component: model::Digest::from_bytes(provenance.component),
            contract: model::ContractVersion { major, minor },
            settings: model::Digest::from_bytes(provenance.settings),
            key: model::Digest::from_bytes(provenance.key),
            run: model::RunId(provenance.run),
            cost: provenance.cost.try_into()?,
        })
    }
}

/// `Duration::new` carries whole seconds over, and panics where that overflows.
pub(in crate::store::record) fn checked_nanoseconds(nanoseconds: u32) -> Result<u32> {
    if nanoseconds < 1_000_000_000 {
        Ok(nanoseconds)
    } else {
        damaged("a time has more than a second of nanoseconds")
    }
}
