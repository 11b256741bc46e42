//! What a plugin's instance can reach during one call.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use wasmtime::component::ResourceTable;

use super::Limits;
use super::limits::Meter;
use super::wasi::Wasi;
use crate::capabilities::{LogBook, MemberSink, PriorFindings, Settings, Table, Usage};

/// What the host provides for one call, independent of any version of the contract.
#[derive(Default)]
pub(crate) struct Inputs {
    pub(crate) settings: Arc<Settings>,
    /// The tables granted to the plugin, by name.
    pub(crate) tables: Arc<BTreeMap<String, Arc<Table>>>,
    pub(crate) findings: PriorFindings,
    pub(crate) members: Option<Box<dyn MemberSink>>,
    /// Where to note what the plugin calls, if anybody asks.
    pub(crate) usage: Option<Arc<Usage>>,
}

/// How many resources (sources, tables, streams) a plugin may hold at a time.
const HANDLES: usize = 1_000;

/// Everything an instance's store holds besides the instance.
pub(crate) struct State {
    pub(crate) inputs: Inputs,
    pub(crate) log: LogBook,
    pub(crate) handles: ResourceTable,
    pub(crate) host_calls: u64,
    /// What went to the host and came from it in calls, in bytes of content.
    pub(crate) bytes_in: u64,
    pub(crate) bytes_out: u64,
    /// Whether the call may use the contract's imports; `describe` may not.
    pub(crate) sealed: bool,
    pub(super) meter: Meter,
    pub(super) deadline: Instant,
    wasi: Option<Box<Wasi>>,
}

impl State {
    pub(super) fn new(inputs: Inputs, limits: &Limits, sealed: bool) -> State {
        let mut handles = ResourceTable::new();
        handles.set_max_capacity(HANDLES);
        State {
            inputs,
            log: LogBook::new(usize::try_from(limits.log).unwrap_or(usize::MAX)),
            handles,
            host_calls: 0,
            bytes_in: 0,
            bytes_out: 0,
            sealed,
            meter: Meter::new(limits.memory),
            deadline: Instant::now() + limits.deadline,
            wasi: None,
        }
    }

    /// Notes which interface the plugin called, if anybody asks.
    pub(crate) fn called(&self, interface: &'static str) {
        if let Some(usage) = &self.inputs.usage {
            usage.record(interface);
        }
    }

    /// Moves the deadline by time that the plugin spent waiting for the host.
    pub(crate) fn pause(&mut self, waited: Duration) {
        self.deadline += waited;
    }

    pub(super) fn wasi_parts(&mut self) -> (&mut Wasi, &mut ResourceTable) {
        self.called(Usage::WASI);
        (self.wasi.get_or_insert_with(|| Box::new(Wasi::new())), &mut self.handles)
    }

    /// What the plugin printed, if it printed anything.
    pub(super) fn printed(&self) -> Option<String> {
        self.wasi.as_ref().map(|wasi| wasi.printed()).filter(|printed| !printed.trim().is_empty())
    }
}
