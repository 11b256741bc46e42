//! WASI 0.2 with nothing behind it: no files, no network, no environment, no real clock, no real randomness.
//!
//! The runtimes of Rust's `wasm32-wasip2` target, Python and JavaScript import WASI, whether a plugin uses it or not. So it is
//! linked, from `wasmtime-wasi`, with every door closed. What remains is made deterministic: time is logical (it moves by being
//! asked for, and by sleeping, which takes no real time), randomness is a fixed sequence, and what a plugin prints goes to its
//! log.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use wasmtime::component::{HasData, Linker, Resource, ResourceTable};
use wasmtime_wasi::cli::{IsTerminal, StdoutStream};
use wasmtime_wasi::p2::bindings::clocks::monotonic_clock;
use wasmtime_wasi::p2::{DynPollable, OutputStream, Pollable, StreamResult, subscribe};
use wasmtime_wasi::random::Deterministic;
use wasmtime_wasi::{HostWallClock, WasiCtx, WasiCtxBuilder, WasiCtxView, WasiView};

use super::State;

/// The packages of WASI 0.2 that are linked. Sockets are not: a plugin that imports them expects a network, and is told at once
/// that there is none.
const PACKAGES: [&str; 5] =
    ["wasi:cli/", "wasi:clocks/", "wasi:filesystem/", "wasi:io/", "wasi:random/"];

/// Whether an import of this name is satisfied by the closed-door WASI.
pub(crate) fn offers(import: &str) -> bool {
    let version = import.rsplit_once('@').map_or("", |(_, version)| version);
    version.starts_with("0.2.") && PACKAGES.iter().any(|package| import.starts_with(package))
}

/// Links WASI as described above.
pub(crate) fn add_to_linker(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    wasmtime_wasi::p2::add_to_linker_sync(linker)?;
    // wasmtime's clock sleeps in real time, in a host call that no deadline interrupts.
    linker.allow_shadowing(true);
    monotonic_clock::add_to_linker::<State, LogicalClock>(linker, |state| {
        let (wasi, table) = state.wasi_parts();
        ClockView { clock: &mut wasi.clock, table }
    })?;
    linker.allow_shadowing(false);
    Ok(())
}

/// What WASI needs during one call. Made when a plugin first asks for it, as most never do.
pub(crate) struct Wasi {
    context: WasiCtx,
    clock: Clock,
    printed: Printed,
}

impl Wasi {
    pub(crate) fn new() -> Wasi {
        let printed = Printed::default();
        let context = WasiCtxBuilder::new()
            .stdout(printed.clone())
            .stderr(printed.clone())
            .wall_clock(Epoch)
            .secure_random(Deterministic::new(SEQUENCE.to_vec()))
            .insecure_random(Deterministic::new(SEQUENCE.to_vec()))
            .insecure_random_seed(0)
            .max_random_size(64 << 10)
            .allow_tcp(false)
            .allow_udp(false)
            .allow_ip_name_lookup(false)
            .build();
        Wasi { context, clock: Clock::default(), printed }
    }

    /// What the plugin printed, cut to the last 4 KiB.
    pub(crate) fn printed(&self) -> String {
        let printed = self.printed.0.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&printed).into_owned()
    }
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        let (wasi, table) = self.wasi_parts();
        WasiCtxView { ctx: &mut wasi.context, table }
    }
}

/// "Random" bytes: the same for every call of every plugin. The first 32 bytes of the fraction of pi.
const SEQUENCE: [u8; 32] = [
    0x24, 0x3f, 0x6a, 0x88, 0x85, 0xa3, 0x08, 0xd3, 0x13, 0x19, 0x8a, 0x2e, 0x03, 0x70, 0x73, 0x44,
    0xa4, 0x09, 0x38, 0x22, 0x29, 0x9f, 0x31, 0xd0, 0x08, 0x2e, 0xfa, 0x98, 0xec, 0x4e, 0x6c, 0x89,
];

/// It is always the first instant of 1970.
struct Epoch;

impl HostWallClock for Epoch {
    fn resolution(&self) -> Duration {
        Duration::from_nanos(1)
    }

    fn now(&self) -> Duration {
        Duration::ZERO
    }
}

/// Logical time in nanoseconds.
#[derive(Default)]
struct Clock(u64);

/// How far the clock moves when it is read, so that a loop that waits for time to pass comes to an end.
const STEP: u64 = 1_000;

struct LogicalClock;

impl HasData for LogicalClock {
    type Data<'a> = ClockView<'a>;
}

struct ClockView<'a> {
    clock: &'a mut Clock,
    table: &'a mut ResourceTable,
}

impl ClockView<'_> {
    fn sleep_until(&mut self, when: u64) -> wasmtime::Result<Resource<DynPollable>> {
        self.clock.0 = self.clock.0.max(when);
        let over = self.table.push(Over)?;
        subscribe(self.table, over)
    }
}

impl monotonic_clock::Host for ClockView<'_> {
    fn now(&mut self) -> wasmtime::Result<u64> {
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

/// The end of what a plugin printed.
#[derive(Clone, Default)]
struct Printed(Arc<Mutex<Vec<u8>>>);

/// How much of it is kept, in bytes. A panic message and its location fit in.
const KEPT: usize = 4 << 10;
/// How much a plugin may print in one write, in bytes.
const LONGEST_WRITE: usize = 64 << 10;

impl Printed {
    fn append(&self, bytes: &[u8]) {
        let mut printed = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        printed.extend_from_slice(&bytes[bytes.len().saturating_sub(KEPT)..]);
        let surplus = printed.len().saturating_sub(KEPT);
        printed.drain(..surplus);
    }
}

impl IsTerminal for Printed {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdoutStream for Printed {
    fn async_stream(&self) -> Box<dyn tokio::io::AsyncWrite + Send + Sync> {
        // Only preview 3 asks for this, and it is not linked.
        Box::new(tokio::io::sink())
    }

    fn p2_stream(&self) -> Box<dyn OutputStream> {
        Box::new(self.clone())
    }
}

impl OutputStream for Printed {
    fn write(&mut self, bytes: bytes::Bytes) -> StreamResult<()> {
        self.append(&bytes);
        Ok(())
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(LONGEST_WRITE)
    }
}

impl Pollable for Printed {
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
        for import in [
            "wasi:sockets/tcp@0.2.6",
            "wasi:http/types@0.2.6",
            "wasi:cli/environment@0.3.0",
            "wasi:cli/environment",
        ] {
            assert!(!offers(import), "{import}");
        }
    }

    #[test]
    fn sleeping_takes_no_time_and_moves_the_clock() {
        use monotonic_clock::Host as _;
        let (mut clock, mut table) = (Clock::default(), ResourceTable::new());
        let mut view = ClockView { clock: &mut clock, table: &mut table };
        let before = view.now().unwrap();
        view.subscribe_duration(3_600_000_000_000).unwrap();
        assert!(view.now().unwrap() - before > 3_600_000_000_000);
        view.subscribe_duration(u64::MAX).unwrap();
        assert_eq!(view.now().unwrap(), u64::MAX);
    }

    #[test]
    fn only_the_end_of_a_long_print_is_kept() {
        let printed = Printed::default();
        printed.append(&[b'a'; 100_000]);
        printed.append(b"the end");
        let kept = printed.0.lock().unwrap();
        assert_eq!(kept.len(), KEPT);
        assert!(kept.ends_with(b"athe end"));
    }
}
