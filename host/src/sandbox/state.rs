//! What a plugin's instance can reach during one call.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use wasmtime::component::ResourceTable;

use super::Limits;
use super::clock::{Clock, Moment};
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

/// One deadline more for so many bytes of a container: at the default of 2 s, what unpacks less
/// than 4 MiB a second is too slow.
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
    clock: Clock,
    pub(super) deadline: Moment,
    /// How long the call may take.
    allowed: Moment,
    /// Where the call takes a container apart, the deadline is a new one with every read and
    /// member, until it is as late as this.
    latest: Option<Moment>,
    wasi: Option<Box<Wasi>>,
}

impl State {
    pub(crate) fn new(
        inputs: Inputs,
        limits: &Limits,
        sealed: bool,
        spool: Arc<Path>,
        clock: Clock,
    ) -> State {
        let allowed = Moment::of_deadline(limits.deadline);
        let mut handles = ResourceTable::new();
        handles.set_max_capacity(HANDLES);
        State {
            inputs,
            spool,
            log: LogBook::new(usize::try_from(limits.log.as_u64()).unwrap_or(usize::MAX)),
            handles,
            host_calls: 0,
            bytes_in: 0,
            bytes_out: 0,
            members: 0,
            open_member: None,
            sealed,
            meter: Meter::new(limits.memory),
            deadline: clock.now().after(allowed),
            clock,
            allowed,
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

    /// Now, for this call.
    pub(crate) fn now(&self) -> Moment {
        self.clock.now()
    }

    /// Whether the call has taken longer than it may.
    pub(super) fn is_late(&self) -> bool {
        self.now().is_past(&self.deadline)
    }

    /// Moves the deadline by the time since `begun`, which the host took for itself.
    pub(crate) fn pause_since(&mut self, begun: Moment) {
        let taken = self.now().since(begun);
        self.deadline = self.deadline.after(taken);
        self.latest = self.latest.map(|latest| latest.after(taken));
    }

    /// Lets the deadline count from the last read or member, as a container of `size` bytes is
    /// taken apart.
    pub(crate) fn takes_apart(&mut self, size: u64) {
        let more = u32::try_from(size / PER_DEADLINE).unwrap_or(u32::MAX);
        self.latest = Some(self.deadline.after(self.allowed.times(more)));
    }

    /// Notes that the plugin has read more of its source, or handed a member over.
    pub(crate) fn moved_on(&mut self) {
        if let Some(latest) = self.latest {
            self.deadline = self.deadline.later(self.now().after(self.allowed).earlier(latest));
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
        let limits = Limits::default();
        let allowed = Moment::of_deadline(limits.deadline);
        let state = || {
            let folder = Arc::from(Path::new(""));
            State::new(Inputs::default(), &limits, false, folder, Clock::default())
        };
        let (mut small, mut large) = (state(), state());
        let (first, second) = (small.deadline, large.deadline);
        small.takes_apart(PER_DEADLINE - 1);
        large.takes_apart(10 << 30);
        // Time passes.
        (0..100).for_each(|_| large.clock.tick());
        (0..100).for_each(|_| small.clock.tick());
        [&mut small, &mut large].into_iter().for_each(State::moved_on);
        assert_eq!(small.deadline, first, "it had no more coming");
        assert!(large.deadline.since(second) != Moment::default());
        large.latest = Some(second.after(allowed));
        let before = large.deadline;
        large.moved_on();
        assert_eq!(large.deadline.earlier(second.after(allowed)), large.deadline);
        assert_eq!(large.deadline.later(before), large.deadline);
    }

    #[test]
    fn time_that_the_host_takes_is_given_back() {
        let folder = Arc::from(Path::new(""));
        let limits = Limits::default();
        let mut state = State::new(Inputs::default(), &limits, false, folder, Clock::default());
        let (begun, deadline) = (state.now(), state.deadline);
        (0..7).for_each(|_| state.clock.tick());
        state.pause_since(begun);
        assert!(state.deadline.since(deadline).is_past(&begun.since(begun)));
        assert!(!state.is_late());
        state.deadline = state.now();
        assert!(state.is_late());
    }
}
