//! What a plugin's instance can reach during one call.

use std::collections::BTreeMap;
use std::path::Path;
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
pub(super) const HANDLES: usize = 1_000;

/// One deadline more for so many bytes of a container: at the default of 2 s, what unpacks less than 4 MiB a second is too slow.
const PER_DEADLINE: u64 = 8 << 20;

/// Everything an instance's store holds besides the instance.
pub(crate) struct State {
    pub(crate) inputs: Inputs,
    /// Where content waits that does not fit into memory.
    pub(crate) spool: Arc<Path>,
    pub(crate) log: LogBook,
    pub(crate) handles: ResourceTable,
    pub(crate) host_calls: u64,
    /// What went to the host and came from it in calls, in bytes of content.
    pub(crate) bytes_in: u64,
    pub(crate) bytes_out: u64,
    /// How many members it handed over.
    pub(crate) members: u64,
    /// The handle of the member that is being written.
    pub(crate) open_member: Option<u32>,
    /// Whether the call may use the contract's imports; `describe` may not.
    pub(crate) sealed: bool,
    pub(super) meter: Meter,
    pub(super) deadline: Instant,
    /// How long the call may take.
    allowed: Duration,
    /// Where the call takes a container apart, the deadline is a new one with every read and member, until it is as late as this.
    latest: Option<Instant>,
    wasi: Option<Box<Wasi>>,
}

impl State {
    pub(crate) fn new(inputs: Inputs, limits: &Limits, sealed: bool, spool: Arc<Path>) -> State {
        let mut handles = ResourceTable::new();
        handles.set_max_capacity(HANDLES);
        State {
            inputs,
            spool,
            log: LogBook::new(usize::try_from(limits.log).unwrap_or(usize::MAX)),
            handles,
            host_calls: 0,
            bytes_in: 0,
            bytes_out: 0,
            members: 0,
            open_member: None,
            sealed,
            meter: Meter::new(limits.memory),
            deadline: Instant::now() + limits.deadline,
            allowed: limits.deadline,
            latest: None,
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
        if let Some(latest) = &mut self.latest {
            *latest += waited;
        }
    }

    /// Lets the deadline count from the last read or member, as a container of `size` bytes is taken apart.
    pub(crate) fn takes_apart(&mut self, size: u64) {
        let more = u32::try_from(size / PER_DEADLINE).unwrap_or(u32::MAX);
        self.latest = Some(self.deadline + self.allowed.saturating_mul(more));
    }

    /// Notes that the plugin has read more of its source, or handed a member over.
    pub(crate) fn moved_on(&mut self) {
        if let Some(latest) = self.latest {
            self.deadline = self.deadline.max((Instant::now() + self.allowed).min(latest));
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_moves_on_through_a_container_gets_time_as_long_as_the_container_is_large() {
        let limits = Limits { deadline: Duration::from_secs(2), ..Limits::default() };
        let folder = || Arc::from(Path::new(""));
        let state = || State::new(Inputs::default(), &limits, false, folder());
        let after = |state: &State, begun: Instant| state.deadline.duration_since(begun);
        let (mut small, mut large) = (state(), state());
        let begun = [&small, &large].map(|state| state.deadline - limits.deadline);
        small.takes_apart(PER_DEADLINE - 1);
        large.takes_apart(10 << 30);
        std::thread::sleep(Duration::from_millis(20));
        [&mut small, &mut large].into_iter().for_each(State::moved_on);
        assert_eq!(after(&small, begun[0]), limits.deadline, "it had no more coming");
        assert!(after(&large, begun[1]) >= limits.deadline + Duration::from_millis(20));
        large.latest = Some(begun[1]);
        let before = large.deadline;
        large.moved_on();
        assert_eq!(large.deadline, before, "it is as late as it may be");
    }
}
