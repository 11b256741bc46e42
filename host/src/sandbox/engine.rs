//! One wasmtime engine, configured for plugins that nobody vouches for.
//!
//! The choices and their reasons are in `host/docs/design/0002-engine.md`.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread::JoinHandle;

use rayon::{ThreadPool, ThreadPoolBuilder};
use wasmtime::{
    Config, Enabled, Engine, InstanceAllocationStrategy, PoolingAllocationConfig,
    WasmBacktraceDetails,
};

use super::clock::{Clock, TICK};
use super::confinement::{Confinement, confine};
use super::{Limits, StopKind, Stopped};
use crate::model::{Digest, Hasher};

/// Containers within containers are taken apart down to this depth, each holding a slot while its
/// members are processed.
pub(crate) const NESTING: usize = 5;

/// What one component may consist of. A Rust or C guest has a handful of core instances, Python's
/// runtime some dozens.
pub(crate) const CORE_INSTANCES: usize = 100;
pub(crate) const MEMORIES: usize = 4;
pub(crate) const TABLES: usize = 16;
/// A JavaScript runtime was seen with 31,894 functions in its table.
pub(crate) const TABLE_ELEMENTS: usize = 100_000;

/// How a sandbox is set up.
#[derive(Debug, Clone)]
pub struct SandboxOptions {
    /// How many threads will call plugins at the same time; further ones wait. At least 1.
    pub concurrency: usize,
    /// Whether to reserve memory for instances in advance. Much faster; turned off by itself where
    /// the address space is too small.
    pub pooling: bool,
    /// The folder in which content waits that plugins hand over in pieces and that does not fit
    /// into memory, in files without a name. It should lie on a disk: a TAR in a TAR.GZ has
    /// gigabytes.
    pub spool: PathBuf,
    /// Whether the system confines the threads that plugins run on.
    pub confinement: Confinement,
}

impl Default for SandboxOptions {
    fn default() -> SandboxOptions {
        let concurrency = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
        let confinement = Confinement::default();
        SandboxOptions { concurrency, pooling: true, spool: spool_folder(), confinement }
    }
}

/// Where temporary files of any size may lie: `/tmp` lies in memory on many systems, `/var/tmp` on
/// a disk.
fn spool_folder() -> PathBuf {
    let usual = ["/var/tmp", "/tmp"].map(PathBuf::from);
    usual.into_iter().find(|folder| folder.is_dir()).unwrap_or_else(std::env::temp_dir)
}

/// Why no sandbox could be set up.
#[derive(Debug, thiserror::Error)]
#[error("the sandbox could not be set up")]
pub struct SandboxError(#[source] wasmtime::Error);

/// Where plugins run. Cheap to clone; all clones share one engine.
#[derive(Clone)]
pub struct Sandbox {
    inner: Arc<Inner>,
}

struct Inner {
    engine: Engine,
    pooled: bool,
    spool: Arc<Path>,
    /// One gate per level of nesting, so that members never wait for a slot that their own
    /// container holds.
    gates: Vec<Gate>,
    ticker: Ticker,
    /// The threads that calls run on, one group per level of nesting; made when they are needed.
    lanes: Option<Vec<OnceLock<Option<ThreadPool>>>>,
    concurrency: usize,
    confinement: Confinement,
}

impl std::fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sandbox").field("pooled", &self.inner.pooled).finish_non_exhaustive()
    }
}

impl Sandbox {
    /// Sets a sandbox up.
    ///
    /// # Errors
    ///
    /// If wasmtime does not support this machine, or the system does not confine threads and has
    /// to.
    pub fn new(options: &SandboxOptions) -> Result<Sandbox, SandboxError> {
        let concurrency = options.concurrency.clamp(1, 256);
        let pooled =
            options.pooling.then(|| Engine::new(&config(Some(concurrency)))).and_then(Result::ok);
        let (engine, pooled) = match pooled {
            Some(engine) => (engine, true),
            None => (Engine::new(&config(None)).map_err(SandboxError)?, false),
        };
        if options.pooling && !pooled {
            tracing::warn!(
                "the address space is too small to pool instances; running without a pool"
            );
        }
        let ticker = Ticker::start(&engine);
        let gates = (0..=NESTING).map(|_| Gate::new(concurrency)).collect();
        let spool = Arc::from(options.spool.as_path());
        let confinement = options.confinement;
        let lanes = match is_confined(confinement, &spool)? {
            true => Some((0..=NESTING).map(|_| OnceLock::new()).collect()),
            false => None,
        };
        let inner = Inner { engine, pooled, spool, gates, ticker, lanes, concurrency, confinement };
        Ok(Sandbox { inner: Arc::new(inner) })
    }

    /// Does a call at this level of nesting on a thread that the system confines, if it does so. At
    /// most as many are under way as [`Sandbox::enter`] lets in.
    ///
    /// # Errors
    ///
    /// If there has to be such a thread, and the machine has none.
    pub(super) fn confined<T: Send>(
        &self,
        depth: usize,
        work: impl FnOnce() -> T + Send,
    ) -> Result<T, Stopped> {
        let Some(lanes) = &self.inner.lanes else { return Ok(work()) };
        let lane = lanes[depth.min(NESTING)].get_or_init(|| {
            let spool = self.spool();
            let lane = ThreadPoolBuilder::new()
                .num_threads(self.inner.concurrency)
                .thread_name(move |number| format!("docmill-plugin-{depth}-{number}"))
                .start_handler(move |_| {
                    confine(Some(&spool));
                })
                .build();
            lane.inspect_err(|error| tracing::warn!(%error, "no threads to run plugins on")).ok()
        });
        match lane {
            Some(lane) => Ok(lane.install(work)),
            None if self.inner.confinement == Confinement::Required => {
                Err(Stopped::new(StopKind::NoThreads))
            }
            None => Ok(work()),
        }
    }

    pub(crate) fn engine(&self) -> &Engine {
        &self.inner.engine
    }

    /// Whether instances come from a pool.
    pub fn is_pooled(&self) -> bool {
        self.inner.pooled
    }

    pub(super) fn clock(&self) -> Clock {
        self.inner.ticker.shared.clock.clone()
    }

    pub(super) fn spool(&self) -> Arc<Path> {
        Arc::clone(&self.inner.spool)
    }

    /// Identifies what compiled code depends on besides the component: wasmtime's version, its
    /// settings, this machine.
    pub(crate) fn compatibility(&self) -> Digest {
        struct Feed(Hasher);
        impl std::hash::Hasher for Feed {
            fn finish(&self) -> u64 {
                0
            }
            fn write(&mut self, bytes: &[u8]) {
                self.0.field(bytes);
            }
        }
        let mut feed = Feed(Hasher::new("docmill compiled code 1"));
        std::hash::Hash::hash(&self.inner.engine.precompile_compatibility_hash(), &mut feed);
        feed.0.finish()
    }

    /// Waits until fewer than the configured number of calls are under way at this level of
    /// nesting.
    ///
    /// The pool answers with an error when it is full; plugins and documents are not to blame for
    /// that, so nobody gets to see it.
    pub(crate) fn enter(&self, depth: usize) -> Permit<'_> {
        self.inner.gates[depth.min(NESTING)].enter()
    }

    pub(crate) fn ticks_while_running(&self) -> Running<'_> {
        self.inner.ticker.running()
    }
}

/// Whether the system confines threads, as far as that is asked for: tried on a thread that ends.
fn is_confined(confinement: Confinement, spool: &Path) -> Result<bool, SandboxError> {
    if confinement == Confinement::Off {
        return Ok(false);
    }
    let tried = std::thread::scope(|scope| scope.spawn(|| confine(Some(spool))).join());
    let confined = tried.unwrap_or_default();
    tracing::info!(
        landlock = confined.landlock,
        seccomp = confined.seccomp,
        "the system confines the threads that run plugins"
    );
    if confinement == Confinement::Required && !confined.is_whole() {
        let error = wasmtime::Error::msg(format!(
            "this system does not confine threads: Landlock {}, seccomp {}",
            there(confined.landlock),
            there(confined.seccomp)
        ));
        return Err(SandboxError(error));
    }
    Ok(confined.landlock || confined.seccomp)
}

fn there(is_there: bool) -> &'static str {
    if is_there { "works" } else { "is not there" }
}

fn config(pool_for: Option<usize>) -> Config {
    let mut config = Config::new();
    config
        .concurrency_support(false)
        .epoch_interruption(true)
        .max_wasm_stack(512 << 10)
        .wasm_backtrace_max_frames(NonZeroUsize::new(64))
        .wasm_backtrace_details(WasmBacktraceDetails::Disable)
        .wasm_memory64(false)
        .cranelift_nan_canonicalization(true)
        .relaxed_simd_deterministic(true)
        .memory_init_cow(true);
    if let Some(concurrency) = pool_for {
        let slots =
            |each: usize| u32::try_from(concurrency * (NESTING + 1) * each).unwrap_or(u32::MAX);
        let bounded = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        let mut pool = PoolingAllocationConfig::new();
        pool.total_component_instances(slots(1))
            .total_core_instances(slots(CORE_INSTANCES))
            .total_memories(slots(MEMORIES))
            .total_tables(slots(TABLES))
            .max_core_instances_per_component(bounded(CORE_INSTANCES))
            .max_memories_per_component(bounded(MEMORIES))
            .max_tables_per_component(bounded(TABLES))
            // All of them may belong to one module; wasmtime's own limit for that is one.
            .max_memories_per_module(bounded(MEMORIES))
            .max_tables_per_module(bounded(TABLES))
            .max_component_instance_size(4 << 20)
            .max_core_instance_size(4 << 20)
            .table_elements(TABLE_ELEMENTS)
            .max_memory_size(usize::try_from(Limits::CEILING.memory.as_u64()).unwrap_or(usize::MAX))
            .max_unused_warm_slots(slots(1))
            .linear_memory_keep_resident(1 << 20)
            .table_keep_resident(64 << 10)
            .pagemap_scan(Enabled::Auto);
        config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool));
    } else {
        config.allocation_strategy(InstanceAllocationStrategy::OnDemand);
    }
    config
}

/// Lets a fixed number of callers in at a time.
struct Gate {
    places: Mutex<Places>,
    freed: Condvar,
}

struct Places {
    free: usize,
    /// How many callers wait for a place: telling them costs a call into the kernel, so nobody is
    /// told who is not there.
    waiting: usize,
}

impl Gate {
    fn new(places: usize) -> Gate {
        Gate { places: Mutex::new(Places { free: places, waiting: 0 }), freed: Condvar::new() }
    }

    fn places(&self) -> MutexGuard<'_, Places> {
        self.places.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn enter(&self) -> Permit<'_> {
        let mut places = self.places();
        if places.free == 0 {
            places.waiting += 1;
            places = self
                .freed
                .wait_while(places, |places| places.free == 0)
                .unwrap_or_else(PoisonError::into_inner);
            places.waiting -= 1;
        }
        places.free -= 1;
        Permit(self)
    }
}

/// A place behind the gate, given back when dropped.
pub(crate) struct Permit<'a>(&'a Gate);

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        let mut places = self.0.places();
        places.free += 1;
        if places.waiting > 0 {
            self.0.freed.notify_one();
        }
    }
}

/// Advances the epoch every [`TICK`] on a thread of its own, as long as any plugin is running.
struct Ticker {
    shared: Arc<TickerState>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct TickerState {
    inner: Mutex<TickerInner>,
    changed: Condvar,
    running: std::sync::atomic::AtomicUsize,
    clock: Clock,
}

#[derive(Default)]
struct TickerInner {
    asleep: bool,
    ended: bool,
}

impl Ticker {
    fn start(engine: &Engine) -> Ticker {
        let shared = Arc::new(TickerState::default());
        let (state, engine) = (Arc::clone(&shared), engine.clone());
        let thread = std::thread::Builder::new()
            .name("docmill-ticker".to_owned())
            .spawn(move || state.tick(&engine))
            // Without a ticker no deadline would hold, so running on is no option; a machine that
            // cannot start one thread cannot run a pipeline either.
            .expect("the ticker thread starts");
        Ticker { shared, thread: Some(thread) }
    }

    fn running(&self) -> Running<'_> {
        use std::sync::atomic::Ordering::SeqCst;
        if self.shared.running.fetch_add(1, SeqCst) == 0 {
            let mut inner = self.shared.inner.lock().unwrap_or_else(PoisonError::into_inner);
            if inner.asleep {
                inner.asleep = false;
                self.shared.changed.notify_all();
            }
        }
        Running(&self.shared)
    }
}

impl Drop for Ticker {
    fn drop(&mut self) {
        self.shared.inner.lock().unwrap_or_else(PoisonError::into_inner).ended = true;
        self.shared.changed.notify_all();
        if let Some(thread) = self.thread.take() {
            // The thread runs nothing that panics, and there is nobody left to tell.
            let _ = thread.join();
        }
    }
}

impl TickerState {
    fn tick(&self, engine: &Engine) {
        use std::sync::atomic::Ordering::SeqCst;
        let mut idle_ticks = 0;
        loop {
            let inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
            let (mut inner, _) = self
                .changed
                .wait_timeout_while(inner, TICK, |inner| !inner.ended)
                .unwrap_or_else(PoisonError::into_inner);
            if inner.ended {
                return;
            }
            idle_ticks = if self.running.load(SeqCst) == 0 { idle_ticks + 1 } else { 0 };
            if idle_ticks > 20 {
                inner.asleep = true;
                // A plugin that started in between saw `asleep` still unset: look again with the
                // lock held.
                if self.running.load(SeqCst) != 0 {
                    inner.asleep = false;
                }
                let inner = self
                    .changed
                    .wait_while(inner, |inner| inner.asleep && !inner.ended)
                    .unwrap_or_else(PoisonError::into_inner);
                if inner.ended {
                    return;
                }
                idle_ticks = 0;
            }
            self.clock.tick();
            engine.increment_epoch();
        }
    }
}

/// Keeps the ticker awake while a plugin runs.
pub(crate) struct Running<'a>(&'a TickerState);

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.running.fetch_sub(1, std::sync::atomic::Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_gate_lets_only_so_many_in() {
        let gate = Gate::new(2);
        let (first, _second) = (gate.enter(), gate.enter());
        let entered = std::sync::atomic::AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let _third = gate.enter();
                entered.store(true, std::sync::atomic::Ordering::SeqCst);
            });
            std::thread::sleep(Duration::from_millis(30));
            assert!(!entered.load(std::sync::atomic::Ordering::SeqCst));
            drop(first);
        });
        assert!(entered.load(std::sync::atomic::Ordering::SeqCst));
    }

    #[test]
    fn the_ticker_sleeps_and_wakes() {
        let sandbox = Sandbox::new(&SandboxOptions {
            concurrency: 1,
            pooling: false,
            ..SandboxOptions::default()
        })
        .unwrap();
        let asleep = || sandbox.inner.ticker.shared.inner.lock().unwrap().asleep;
        // On a busy machine a thread may take its time to get there.
        let becomes = |wanted| {
            (0..2_000).any(|_| {
                asleep() == wanted || {
                    std::thread::sleep(TICK);
                    false
                }
            })
        };
        assert!(becomes(true));
        let running = sandbox.ticks_while_running();
        assert!(becomes(false));
        drop(running);
    }
}
