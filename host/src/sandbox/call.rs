//! Runs one call in a fresh instance, and turns whatever ends it early into a [`Stopped`].

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

use wasmtime::component::{Instance, InstancePre, ResourceTableError};
use wasmtime::{Store, Trap, UpdateDeadline, WasmBacktrace};

use super::limits::{self, MemoryExceeded};
use super::network::NoNetwork;
use super::state::{HANDLES, Inputs, State};
use super::stopped::{Reported, StopKind, Stopped};
use super::{Limits, Sandbox, words};
use crate::capabilities::{LookupRefused, ReadError, Refused, SpoolError};
use crate::model::{Clause, Cost, LogLevel, LogLine};

/// What the code in [`crate::abi`] says about a call that came back, but without a usable result.
#[derive(Debug)]
pub(crate) enum Fault {
    /// The call itself failed, in the guest or in a host function.
    Call(wasmtime::Error),
    /// The plugin broke a promise of the contract: what it did, and what the contract says.
    Broken { what: String, clause: &'static Clause },
    /// The plugin returned an error of the contract.
    Reported(Reported),
}

impl From<wasmtime::Error> for Fault {
    fn from(error: wasmtime::Error) -> Fault {
        Fault::Call(error)
    }
}

/// A call that came back with a usable result.
pub(crate) struct Called<T> {
    pub(crate) value: T,
    pub(crate) cost: Cost,
    pub(crate) log: Vec<LogLine>,
}

impl<T> Called<T> {
    pub(crate) fn map<U>(self, map: impl FnOnce(T) -> U) -> Called<U> {
        Called { value: map(self.value), cost: self.cost, log: self.log }
    }
}

/// Instantiates a component, runs `body` on the instance, and drops it.
///
/// `sealed` closes the contract's imports; `depth` is the nesting of containers the call works in.
pub(crate) fn call<T: Send>(
    sandbox: &Sandbox,
    component: &InstancePre<State>,
    limits: &Limits,
    inputs: Inputs,
    sealed: bool,
    depth: usize,
    body: impl FnOnce(&mut Store<State>, &Instance) -> Result<T, Fault> + Send,
) -> Result<Called<T>, Stopped> {
    let _permit = sandbox.enter(depth);
    let _running = sandbox.ticks_while_running();
    sandbox.confined(depth, || on_this_thread(sandbox, component, limits, inputs, sealed, body))?
}

fn on_this_thread<T>(
    sandbox: &Sandbox,
    component: &InstancePre<State>,
    limits: &Limits,
    inputs: Inputs,
    sealed: bool,
    body: impl FnOnce(&mut Store<State>, &Instance) -> Result<T, Fault>,
) -> Result<Called<T>, Stopped> {
    let begun = Instant::now();
    let state = State::new(inputs, limits, sealed, sandbox.spool(), sandbox.clock());
    let mut store = Store::try_new(sandbox.engine(), state).map_err(|error| host_failed(&error))?;
    store.limiter(|state| &mut state.meter);
    store.set_hostcall_fuel(usize::try_from(limits.output.as_u64()).unwrap_or(usize::MAX));
    store.set_max_component_handles(HANDLES);
    store.set_epoch_deadline(1);
    store.epoch_deadline_callback(|context| {
        Ok(if context.data().is_late() {
            UpdateDeadline::Interrupt
        } else {
            UpdateDeadline::Continue(1)
        })
    });
    // Bugs in wasmtime have shown as panics of the host. One of those costs this document, not the
    // run.
    let result = catch_unwind(AssertUnwindSafe(|| {
        let instance = component.instantiate(&mut store)?;
        body(&mut store, &instance)
    }));
    // A host call that took long, or a bulk operation, may end after the deadline without the clock
    // being looked at.
    let late = store.data().is_late();
    let result = match result {
        Ok(Ok(value)) if !late => Ok(value),
        Ok(Ok(_)) => Err(Stopped::new(StopKind::Deadline(limits.deadline))),
        Ok(Err(fault)) => Err(stopped(fault, limits, &mut store, component)),
        Err(panic) => Err(panicked(panic.as_ref())),
    };
    let printed = store.data().printed();
    let state = store.into_data();
    let cost = Cost {
        duration: begun.elapsed(),
        peak_memory: state.meter.peak(),
        host_calls: state.host_calls,
        bytes_in: state.bytes_in,
        bytes_out: state.bytes_out,
    };
    let mut log = state.log.into_tail();
    let printed = printed.as_deref().unwrap_or_default();
    let line = |it: &str| LogLine { level: LogLevel::Info, message: it.to_owned() };
    let mut printed: Vec<LogLine> = words::lines(printed).map(line).collect();
    // Most of what is printed at length is a stack, whose end says most.
    log.extend(printed.drain(printed.len().saturating_sub(PRINTED_LINES)..));
    match result {
        Ok(value) => Ok(Called { value, cost, log }),
        Err(stopped) => Err(Stopped { log, cost: Some(Box::new(cost)), ..stopped }),
    }
}

/// Why a call of a component ended.
fn stopped(
    fault: Fault,
    limits: &Limits,
    store: &mut Store<State>,
    component: &InstancePre<State>,
) -> Stopped {
    let error = match fault {
        Fault::Broken { what, clause } => return Stopped::new(StopKind::Broken { what, clause }),
        Fault::Reported(reported) => return Stopped::new(StopKind::Reported(reported)),
        Fault::Call(error) => error,
    };
    let backtrace = error.downcast_ref::<WasmBacktrace>().map(frames).unwrap_or_default();
    let kind = why(&error, limits, &backtrace, store, component);
    Stopped { backtrace: shown(&backtrace), ..Stopped::new(kind) }
}

/// What an error is about.
fn why(
    error: &wasmtime::Error,
    limits: &Limits,
    backtrace: &[String],
    store: &Store<State>,
    component: &InstancePre<State>,
) -> StopKind {
    if let Some(words) = limits::of_machine(error) {
        return StopKind::Machine { words };
    }
    if let Some(MemoryExceeded { asked, limit }) = error.downcast_ref() {
        return StopKind::Memory { asked: *asked, limit: *limit };
    }
    if let Some(BrokenPromise { what, clause }) = error.downcast_ref() {
        return StopKind::Broken { what: what.clone(), clause };
    }
    if let Some(refused) = error.downcast_ref::<Refused>() {
        return StopKind::Member(refused.clone());
    }
    if let Some(unreadable) = error.downcast_ref::<ReadError>() {
        return StopKind::Source(unreadable.clone());
    }
    if let Some(full) = error.downcast_ref::<SpoolError>() {
        return StopKind::Spool(full.clone());
    }
    if let Some(NoNetwork { interface, function }) = error.downcast_ref() {
        return StopKind::Network { interface, function };
    }
    if let Some(refused) = error.downcast_ref::<LookupRefused>() {
        return StopKind::Lookup(*refused);
    }
    match error.downcast_ref::<Trap>() {
        Some(Trap::Interrupt) => StopKind::Deadline(limits.deadline),
        Some(Trap::StackOverflow) => StopKind::Stack,
        Some(Trap::UnreachableCodeReached) => {
            let printed = store.data().printed().unwrap_or_default();
            // What has no standard error says nothing else either.
            let is_mute = printed.is_empty() && !prints(component);
            StopKind::GaveUp { words: words::reason(&printed, backtrace), is_mute }
        }
        Some(trap) => StopKind::Crashed { words: trap.to_string() },
        None => without_trap(error, limits),
    }
}

/// Whether a component has a standard error.
fn prints(component: &InstancePre<State>) -> bool {
    let component = component.component();
    let imports = component.component_type();
    imports.imports(component.engine()).any(|(name, _)| name.starts_with("wasi:cli/stderr@"))
}

/// wasmtime has no type for most of these, only words.
fn without_trap(error: &wasmtime::Error, limits: &Limits) -> StopKind {
    let words = error.root_cause().to_string();
    if words.contains("fuel allocated for hostcalls") {
        return StopKind::Output(limits.output);
    }
    if error.is::<wasmtime::PoolConcurrencyLimitError>() {
        return StopKind::NoPool;
    }
    if error.downcast_ref::<wasmtime_wasi::I32Exit>().is_some() {
        return StopKind::Exit;
    }
    let of_table = error.downcast_ref::<ResourceTableError>();
    if matches!(of_table, Some(ResourceTableError::Full)) || has_too_many_handles(&words) {
        return StopKind::TooManyHandles(HANDLES);
    }
    if of_table.is_some() || misuses_a_handle(&words) {
        return StopKind::Handle { words };
    }
    // Everything else that ends a call is something the guest did to the canonical ABI: invalid
    // UTF-8, a discriminant that does not exist, a pointer outside its memory.
    StopKind::Values { words }
}

/// Whether these are wasmtime's words for a guest that holds as many handles as it may.
fn has_too_many_handles(words: &str) -> bool {
    words.ends_with(": store handle limit exceeded")
}

/// Whether these are wasmtime's words for a handle that a guest used without holding it, or kept
/// for too long.
fn misuses_a_handle(words: &str) -> bool {
    const WHOLE: [&str; 5] = [
        "index is not a resource",
        "cannot lend resource: too many active lends",
        "cannot remove owned resource while borrowed",
        "cannot lift own resource from a borrow",
        "borrow handles still remain at the end of the call",
    ];
    let of_index = |rest: &str| {
        rest.ends_with(" is not a resource") || rest.ends_with(" is not an own resource")
    };
    WHOLE.contains(&words)
        || words.starts_with("unknown handle index ")
        || words.starts_with("handle index ")
        || words.strip_prefix("index ").is_some_and(of_index)
}

/// A promise that a host function saw broken while the guest was running.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{what}")]
pub(crate) struct BrokenPromise {
    pub(crate) what: String,
    pub(crate) clause: &'static Clause,
}

fn host_failed(error: &wasmtime::Error) -> Stopped {
    Stopped::new(StopKind::NoInstance { words: format!("{error:#}") })
}

fn panicked(panic: &(dyn std::any::Any + Send)) -> Stopped {
    let words = panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    let words = words.unwrap_or("no message").to_owned();
    Stopped::new(StopKind::Panicked { words })
}

/// The innermost functions of a stack: those that are kept.
fn shown(backtrace: &[String]) -> Vec<String> {
    backtrace.iter().take(FRAMES).cloned().collect()
}

/// So many functions of a stack are kept, and so many lines of what was printed. The stack is
/// looked at further down than that: between what Python's runtime does and the reason why lie
/// dozens of its own functions.
const FRAMES: usize = 20;
const PRINTED_LINES: usize = 64;

fn frames(backtrace: &WasmBacktrace) -> Vec<String> {
    let name = |frame: &wasmtime::FrameInfo| match frame.func_name() {
        // Names come from the plugin and have any length: only so much of one is worth demangling,
        // and less of it showing.
        Some(name) => {
            let readable = format!("{:#}", rustc_demangle::demangle(fitting(name, 2_000)));
            fitting(&readable, 200).to_owned()
        }
        None => format!("function {}", frame.func_index()),
    };
    backtrace.frames().iter().map(name).collect()
}

fn fitting(name: &str, longest: usize) -> &str {
    &name[..name.floor_char_boundary(longest)]
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use wasmtime::component::{Component, Linker};

    use super::*;
    use crate::model::FailureClass;
    use crate::sandbox::{Confinement, NESTING, SandboxOptions};

    /// A hole in the sandbox would be as far as this gets: what runs where a plugin does.
    #[test]
    #[cfg(target_os = "linux")]
    fn what_runs_where_a_plugin_does_is_confined() {
        use std::fs::{self, File};

        let spool = tempfile::tempdir().unwrap();
        let options = SandboxOptions {
            concurrency: 2,
            pooling: false,
            spool: spool.path().to_owned(),
            ..Default::default()
        };
        let sandbox = Sandbox::new(&options).unwrap();
        let required = SandboxOptions { confinement: Confinement::Required, ..options };
        let is_whole = Sandbox::new(&required).is_ok();
        let nothing = Component::new(sandbox.engine(), b"\0asm\x0d\0\x01\0").unwrap();
        let nothing = Linker::new(sandbox.engine()).instantiate_pre(&nothing).unwrap();
        let reaches = |depth: usize| {
            let limits = Limits::default();
            let called =
                call(&sandbox, &nothing, &limits, Inputs::default(), false, depth, |_, _| {
                    let file = File::open("/etc/passwd").is_ok();
                    let port = std::net::TcpListener::bind("127.0.0.1:0").is_ok();
                    let program = std::process::Command::new("/bin/true").status().is_ok();
                    // What a plugin hands over in pieces has to lie somewhere.
                    tempfile::tempfile_in(spool.path()).unwrap();
                    Ok([file, port, program])
                });
            called.unwrap().value
        };
        if is_whole {
            assert_eq!(reaches(0), [false; 3]);
            assert_eq!(reaches(NESTING), [false; 3]);
        }
        // Never the process that embeds the library.
        assert!(fs::read("/etc/passwd").is_ok());
        let off = SandboxOptions { confinement: Confinement::Off, ..required };
        assert!(
            Sandbox::new(&off).unwrap().confined(0, || fs::read("/etc/passwd")).unwrap().is_ok()
        );
    }

    /// The epoch is looked at by code of the guest: what ends before it is looked at again is late
    /// all the same, as is what a host function takes.
    #[test]
    #[cfg(unix)]
    fn a_result_that_comes_after_the_deadline_is_none() {
        let options = SandboxOptions { concurrency: 1, pooling: false, ..Default::default() };
        let sandbox = Sandbox::new(&options).unwrap();
        let nothing = Component::new(sandbox.engine(), b"\0asm\x0d\0\x01\0").unwrap();
        let nothing = Linker::new(sandbox.engine()).instantiate_pre(&nothing).unwrap();
        let limits = Limits { deadline: Duration::from_millis(50), ..Limits::default() };
        let ended = |body: &(dyn Fn() + Sync)| {
            let called = call(&sandbox, &nothing, &limits, Inputs::default(), false, 0, |_, _| {
                body();
                Ok(())
            });
            called.map(|called| called.value).map_err(|stopped| stopped.class())
        };
        assert_eq!(ended(&|| {}), Ok(()));
        let wait = || std::thread::sleep(Duration::from_millis(200));
        assert_eq!(ended(&wait), Ok(()), "who waits uses no processor");
        let work = || {
            let begun = Instant::now();
            while begun.elapsed() < Duration::from_millis(2_000) {
                std::hint::black_box(0);
            }
        };
        assert_eq!(ended(&work), Err(FailureClass::Deadline));
    }

    /// What wasmtime says for sure, the hand-made components show that misuse handles; this holds
    /// the other direction.
    #[test]
    fn an_error_that_mentions_a_handle_is_no_misuse_of_one() {
        for words in [
            "unknown handle index 7",
            "handle index 3 used with the wrong type, expected a but found b",
            "index 12 is not an own resource",
            "borrow handles still remain at the end of the call",
        ] {
            assert!(misuses_a_handle(words), "{words}");
        }
        for words in [
            "invalid utf-8 sequence in `handle`",
            "cannot handle this",
            "the index of a handle is not a number",
            "pointer out of bounds of memory",
            "",
        ] {
            assert!(!misuses_a_handle(words), "{words}");
        }
        assert!(has_too_many_handles(
            "cannot allocate another handle: store handle limit exceeded"
        ));
    }
}
