//! WASI 0.2 with nothing behind it: no files, no network, no environment, no real clock, no real
//! randomness.
//!
//! The runtimes of Rust's `wasm32-wasip2` target, Python and JavaScript import WASI, whether a
//! plugin uses it or not. So it is linked, from `wasmtime-wasi`, with every door closed; sockets
//! are doors of our own, with nothing behind them. What remains is made deterministic: time is
//! logical (it moves by being asked for, and by sleeping, which takes no real time), randomness is
//! a fixed sequence, and what a plugin prints goes to its log.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use wasmtime::component::{HasData, Linker, Resource, ResourceTable};
use wasmtime_wasi::cli::{WasiCli, WasiCliView};
use wasmtime_wasi::filesystem::{WasiFilesystem, WasiFilesystemView};
use wasmtime_wasi::p2::bindings::clocks::{monotonic_clock, wall_clock};
use wasmtime_wasi::p2::bindings::random::{insecure, insecure_seed, random};
use wasmtime_wasi::p2::bindings::{cli, filesystem, sync};
use wasmtime_wasi::p2::{DynPollable, Pollable, subscribe};
use wasmtime_wasi::{WasiCtx, WasiCtxBuilder, WasiCtxView, WasiView};

use super::printed::Printed;
use super::{State, network};
use crate::capabilities::Usage;

/// The packages of WASI 0.2 that can be imported.
const PACKAGES: [&str; 6] =
    ["wasi:cli/", "wasi:clocks/", "wasi:filesystem/", "wasi:io/", "wasi:random/", "wasi:sockets/"];

/// Whether an import of this name is satisfied by the closed-door WASI.
pub(crate) fn offers(import: &str) -> bool {
    let version = import.rsplit_once('@').map_or("", |(_, version)| version);
    version.starts_with("0.2.") && PACKAGES.iter().any(|package| import.starts_with(package))
}

/// Links WASI as described above, one interface after the other: of `wasmtime-wasi` what has doors
/// that can be closed, and what stands here in place of its clocks, its randomness and its sockets.
pub(crate) fn add_to_linker(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    fn table(state: &mut State) -> &mut ResourceTable {
        state.wasi_parts().1
    }
    wasmtime_wasi_io::bindings::wasi::io::error::add_to_linker::<State, Io>(linker, table)?;
    sync::io::poll::add_to_linker::<State, Io>(linker, table)?;
    sync::io::streams::add_to_linker::<State, Io>(linker, table)?;
    filesystem::preopens::add_to_linker::<State, WasiFilesystem>(linker, State::filesystem)?;
    sync::filesystem::types::add_to_linker::<State, WasiFilesystem>(linker, State::filesystem)?;
    cli::exit::add_to_linker::<State, WasiCli>(linker, State::cli)?;
    cli::environment::add_to_linker::<State, WasiCli>(linker, State::cli)?;
    cli::stdin::add_to_linker::<State, WasiCli>(linker, State::cli)?;
    cli::stdout::add_to_linker::<State, WasiCli>(linker, State::cli)?;
    cli::stderr::add_to_linker::<State, WasiCli>(linker, State::cli)?;
    cli::terminal_input::add_to_linker::<State, WasiCli>(linker, State::cli)?;
    cli::terminal_output::add_to_linker::<State, WasiCli>(linker, State::cli)?;
    cli::terminal_stdin::add_to_linker::<State, WasiCli>(linker, State::cli)?;
    cli::terminal_stdout::add_to_linker::<State, WasiCli>(linker, State::cli)?;
    cli::terminal_stderr::add_to_linker::<State, WasiCli>(linker, State::cli)?;
    // wasmtime's clock sleeps in real time, in a host call that no deadline interrupts.
    monotonic_clock::add_to_linker::<State, LogicalClock>(linker, ClockView::of)?;
    wall_clock::add_to_linker::<State, LogicalClock>(linker, ClockView::of)?;
    random::add_to_linker::<State, FixedSequence>(linker, SequenceView::of)?;
    insecure::add_to_linker::<State, FixedSequence>(linker, SequenceView::of)?;
    insecure_seed::add_to_linker::<State, FixedSequence>(linker, SequenceView::of)?;
    network::add_to_linker(linker)
}

struct Io;

impl HasData for Io {
    type Data<'a> = &'a mut ResourceTable;
}

/// What WASI needs during one call. Made when a plugin first asks for it, as most never do.
pub(crate) struct Wasi {
    context: WasiCtx,
    clock: Clock,
    /// How many bytes of the sequence were given.
    given: usize,
    printed: Printed,
}

impl Wasi {
    pub(crate) fn new() -> Wasi {
        let printed = Printed::default();
        let context = WasiCtxBuilder::new()
            .stdout(printed.clone())
            .stderr(printed.clone())
            .allow_tcp(false)
            .allow_udp(false)
            .allow_ip_name_lookup(false)
            .build();
        Wasi { context, clock: Clock::default(), given: 0, printed }
    }

    /// The end of what the plugin printed.
    pub(crate) fn printed(&self) -> String {
        self.printed.text()
    }
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        let (wasi, table) = self.wasi_parts();
        WasiCtxView { ctx: &mut wasi.context, table }
    }
}

/// "Random" bytes: the same for every call of every plugin. The first 32 bytes of the fraction of
/// pi.
const SEQUENCE: [u8; 32] = [
    0x24, 0x3f, 0x6a, 0x88, 0x85, 0xa3, 0x08, 0xd3, 0x13, 0x19, 0x8a, 0x2e, 0x03, 0x70, 0x73, 0x44,
    0xa4, 0x09, 0x38, 0x22, 0x29, 0x9f, 0x31, 0xd0, 0x08, 0x2e, 0xfa, 0x98, 0xec, 0x4e, 0x6c, 0x89,
];

/// How much of it is given in one call, in bytes.
const MOST_RANDOM: u64 = 64 << 10;

struct FixedSequence;

impl HasData for FixedSequence {
    type Data<'a> = SequenceView<'a>;
}

struct SequenceView<'a> {
    given: &'a mut usize,
    usage: Option<Arc<Usage>>,
}

impl SequenceView<'_> {
    fn of(state: &mut State) -> SequenceView<'_> {
        let usage = state.inputs.usage.clone();
        SequenceView { given: &mut state.wasi_parts().0.given, usage }
    }

    fn bytes(&mut self, length: u64) -> wasmtime::Result<Vec<u8>> {
        if let Some(usage) = &self.usage {
            usage.record(Usage::RANDOMNESS);
        }
        if length > MOST_RANDOM {
            wasmtime::bail!("it asked for {length} random bytes at once, and gets {MOST_RANDOM}");
        }
        let next = |_| {
            let byte = SEQUENCE[*self.given % SEQUENCE.len()];
            *self.given = self.given.wrapping_add(1);
            byte
        };
        Ok((0..length).map(next).collect())
    }

    fn number(&mut self) -> wasmtime::Result<u64> {
        let bytes = self.bytes(8)?;
        Ok(bytes.into_iter().fold(0, |number, byte| number << 8 | u64::from(byte)))
    }
}

impl random::Host for SequenceView<'_> {
    fn get_random_bytes(&mut self, length: u64) -> wasmtime::Result<Vec<u8>> {
        self.bytes(length)
    }

    fn get_random_u64(&mut self) -> wasmtime::Result<u64> {
        self.number()
    }
}

impl insecure::Host for SequenceView<'_> {
    fn get_insecure_random_bytes(&mut self, length: u64) -> wasmtime::Result<Vec<u8>> {
        self.bytes(length)
    }

    fn get_insecure_random_u64(&mut self) -> wasmtime::Result<u64> {
        self.number()
    }
}

/// The keys of hash maps come from here: that is not noted, as no result depends on it.
impl insecure_seed::Host for SequenceView<'_> {
    fn insecure_seed(&mut self) -> wasmtime::Result<(u64, u64)> {
        Ok((0, 0))
    }
}

/// Logical time in nanoseconds.
#[derive(Default)]
struct Clock(u64);

/// How far the clock moves when it is read, so that a loop that waits for time to pass comes to an
/// end.
const STEP: u64 = 1_000;

struct LogicalClock;

impl HasData for LogicalClock {
    type Data<'a> = ClockView<'a>;
}

struct ClockView<'a> {
    clock: &'a mut Clock,
    table: &'a mut ResourceTable,
    usage: Option<Arc<Usage>>,
}

impl ClockView<'_> {
    fn of(state: &mut State) -> ClockView<'_> {
        let usage = state.inputs.usage.clone();
        let (wasi, table) = state.wasi_parts();
        ClockView { clock: &mut wasi.clock, table, usage }
    }

    fn read(&self) {
        if let Some(usage) = &self.usage {
            usage.record(Usage::CLOCK);
        }
    }

    fn sleep_until(&mut self, when: u64) -> wasmtime::Result<Resource<DynPollable>> {
        self.clock.0 = self.clock.0.max(when);
        let over = self.table.push(Over)?;
        subscribe(self.table, over)
    }
}

/// It is always the first instant of 1970.
impl wall_clock::Host for ClockView<'_> {
    fn now(&mut self) -> wasmtime::Result<wall_clock::Datetime> {
        self.read();
        Ok(wall_clock::Datetime { seconds: 0, nanoseconds: 0 })
    }

    fn resolution(&mut self) -> wasmtime::Result<wall_clock::Datetime> {
        Ok(wall_clock::Datetime { seconds: 0, nanoseconds: 1 })
    }
}

impl monotonic_clock::Host for ClockView<'_> {
    fn now(&mut self) -> wasmtime::Result<u64> {
        self.read();
        self.clock.0 = self.clock.0.saturating_add(STEP);
        Ok(self.clock.0)
    }

    fn resolution(&mut self) -> wasmtime::Result<u64> {
        Ok(STEP)
    }

    fn subscribe_instant(&mut self, when: u64) -> wasmtime::Result<Resource<DynPollable>> {
        self.sleep_until(when)
    }

    fn subscribe_duration(&mut self, duration: u64) -> wasmtime::Result<Resource<DynPollable>> {
        self.sleep_until(self.clock.0.saturating_add(duration))
    }
}

/// A wait that is over.
struct Over;

impl Pollable for Over {
    fn ready<'life, 'future>(&'life mut self) -> Pin<Box<dyn Future<Output = ()> + Send + 'future>>
    where
        'life: 'future,
        Self: 'future,
    {
        Box::pin(std::future::ready(()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_closed_doors_are_offered() {
        assert!(offers("wasi:cli/environment@0.2.6"));
        assert!(offers("wasi:clocks/monotonic-clock@0.2.0"));
        assert!(offers("wasi:sockets/tcp@0.2.4"));
        for import in
            ["wasi:http/types@0.2.6", "wasi:cli/environment@0.3.0", "wasi:cli/environment"]
        {
            assert!(!offers(import), "{import}");
        }
    }

    #[test]
    fn sleeping_takes_no_time_and_moves_the_clock() {
        use monotonic_clock::Host as _;
        let (mut clock, mut table) = (Clock::default(), ResourceTable::new());
        let mut view = ClockView { clock: &mut clock, table: &mut table, usage: None };
        let before = monotonic_clock::Host::now(&mut view).unwrap();
        view.subscribe_duration(3_600_000_000_000).unwrap();
        assert!(monotonic_clock::Host::now(&mut view).unwrap() - before > 3_600_000_000_000);
        view.subscribe_duration(u64::MAX).unwrap();
        assert_eq!(monotonic_clock::Host::now(&mut view).unwrap(), u64::MAX);
    }

    #[test]
    fn randomness_is_the_same_sequence_for_every_call() {
        use random::Host as _;
        let bytes = |counts: &[u64]| {
            let mut given = 0;
            let mut view = SequenceView { given: &mut given, usage: None };
            counts.iter().flat_map(|&it| view.get_random_bytes(it).unwrap()).collect::<Vec<_>>()
        };
        assert_eq!(bytes(&[40]), bytes(&[1, 31, 8]));
        assert_eq!(bytes(&[32]), SEQUENCE);
        let mut given = 0;
        let mut view = SequenceView { given: &mut given, usage: None };
        assert!(view.get_random_bytes(MOST_RANDOM + 1).is_err());
        assert_eq!(view.get_random_u64().unwrap(), 0x243f_6a88_85a3_08d3);
    }
}
