//! Runs one call in a fresh instance, and turns whatever ends it early into a [`Stopped`].

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

use wasmtime::component::{Instance, InstancePre, ResourceTableError};
use wasmtime::{Store, Trap, UpdateDeadline, WasmBacktrace};

use super::limits::{self, MemoryExceeded};
use super::network::NoNetwork;
use super::state::{HANDLES, Inputs, State};
use super::{Limits, Sandbox, words};
use crate::capabilities::{LookupRefused, ReadError, Refused, SpoolError};
use crate::model::{Clause, Cost, FailureClass, Hint, LimitName, LogLevel, LogLine};

/// Why a call ended without a result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stopped {
    /// What kind of thing went wrong.
    pub class: FailureClass,
    /// What went wrong, outermost first: lower-case fragments. Parts of them may be the plugin's words, quoted but not escaped.
    pub causes: Vec<String>,
    /// One thing the reader can do now; boxed, as the cost is.
    pub hint: Option<Box<Hint>>,
    /// The clause of the contract that was broken, if the plugin broke one that has a number.
    pub clause: Option<&'static Clause>,
    /// The plugin's call stack, innermost first.
    pub backtrace: Vec<String>,
    /// The end of what the plugin logged.
    pub log: Vec<LogLine>,
    /// What it cost until then; absent if it did not come to a call. Boxed, as every call returns it or its result.
    pub cost: Option<Box<Cost>>,
}

impl Stopped {
    /// A reason of the host's own, in one sentence.
    pub(crate) fn new(class: FailureClass, cause: impl Into<String>) -> Stopped {
        Stopped {
            class,
            causes: vec![cause.into()],
            hint: None,
            clause: None,
            backtrace: Vec::new(),
            log: Vec::new(),
            cost: None,
        }
    }

    /// The same, after calls for the same result that went well and cost this.
    pub(crate) fn after(self, mut cost: Cost) -> Stopped {
        cost += self.cost.as_deref().copied().unwrap_or_default();
        Stopped { cost: Some(Box::new(cost)), ..self }
    }

    /// What the plugin left behind besides the reason, for errors: a failure record has fields for it.
    pub(crate) fn remains(&self) -> Option<Remains> {
        let log = self.log.iter().map(|line| line.message.clone()).collect::<Vec<_>>();
        let stack = self.backtrace.iter().enumerate();
        let stack =
            stack.map(|(number, frame)| format!("{number:>2}  {frame}")).collect::<Vec<_>>();
        let part = |title: &str, lines: Vec<String>| {
            (!lines.is_empty()).then(|| format!("{title}:\n{}", lines.join("\n")))
        };
        let parts =
            [part("the end of its log", log), part("its call stack, innermost first", stack)];
        parts
            .into_iter()
            .flatten()
            .rev()
            .fold(None, |next, words| Some(Remains { words, next: next.map(Box::new) }))
    }

    /// A broken promise: what the plugin did, and what the contract says instead.
    fn broken(what: impl Into<String>, clause: &'static Clause) -> Stopped {
        Stopped {
            hint: Some(Box::new(Hint::keep(clause))),
            clause: Some(clause),
            ..Stopped::new(FailureClass::Output, what)
        }
    }
}

/// The end of a plugin's log and its call stack, as causes in a chain of errors: parts of them are the plugin's words, in several lines.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{words}")]
pub struct Remains {
    words: String,
    #[source]
    next: Option<Box<Remains>>,
}

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

/// An error of the contract, as the plugin returned it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reported {
    pub(crate) class: FailureClass,
    /// The plugin's words, cut to a length that fits into a message; may be empty.
    pub(crate) reason: String,
    /// Where a defect was noticed.
    pub(crate) offset: Option<u64>,
    /// The setting or table that cannot be used, likewise cut.
    pub(crate) key: Option<String>,
}

impl Reported {
    /// The error in one sentence.
    pub(crate) fn cause(&self) -> String {
        let reason = if self.reason.is_empty() { "it gives no reason" } else { &self.reason };
        match (self.offset, &self.key) {
            (Some(offset), _) => format!("{reason} (at byte {offset})"),
            (None, Some(key)) => {
                format!("its setting `{}` is unusable: {reason}", key.escape_debug())
            }
            (None, None) => reason.to_owned(),
        }
    }
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
    // Bugs in wasmtime have shown as panics of the host. One of those costs this document, not the run.
    let result = catch_unwind(AssertUnwindSafe(|| {
        let instance = component.instantiate(&mut store)?;
        body(&mut store, &instance)
    }));
    // A host call that took long, or a bulk operation, may end after the deadline without the clock being looked at.
    let late = store.data().is_late();
    let result = match result {
        Ok(Ok(value)) if !late => Ok(value),
        Ok(Ok(_)) => Err(stopped_by_deadline(limits, Vec::new())),
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
        Fault::Broken { what, clause } => return Stopped::broken(what, clause),
        Fault::Reported(reported) => return Stopped::new(reported.class, reported.cause()),
        Fault::Call(error) => error,
    };
    let backtrace = error.downcast_ref::<WasmBacktrace>().map(frames).unwrap_or_default();
    let with = |class, cause: String, hint: Option<Hint>| {
        let backtrace = shown(&backtrace);
        Stopped { hint: hint.map(Box::new), backtrace, ..Stopped::new(class, cause) }
    };
    if let Some(cause) = limits::of_machine(&error) {
        let cause = format!("the machine could not give it what it needs: {cause}");
        return with(FailureClass::Machine, cause, None);
    }
    if let Some(exceeded) = error.downcast_ref::<MemoryExceeded>() {
        return with(
            FailureClass::Memory,
            exceeded.to_string(),
            Some(Hint::RaiseLimit(LimitName::Memory)),
        );
    }
    if let Some(broken) = error.downcast_ref::<BrokenPromise>() {
        let backtrace = shown(&backtrace);
        return Stopped { backtrace, ..Stopped::broken(broken.what.clone(), broken.clause) };
    }
    if let Some(refused) = error.downcast_ref::<Refused>() {
        let (class, clause) = match refused {
            Refused::Limit(_) => (FailureClass::Output, Some(Clause::CONTAINER_LIMIT)),
            Refused::Interrupted => (FailureClass::Output, None),
            Refused::Unreadable(_) => (FailureClass::Machine, None),
        };
        return Stopped { clause, ..with(class, refused.to_string(), None) };
    }
    if let Some(unreadable) = error.downcast_ref::<ReadError>() {
        // The plugin is not to blame.
        return with(unreadable.class(), unreadable.to_string(), None);
    }
    if let Some(full) = error.downcast_ref::<SpoolError>() {
        // The machine's fault, and no plugin's.
        return with(FailureClass::Machine, full.to_string(), None);
    }
    if let Some(knocked) = error.downcast_ref::<NoNetwork>() {
        return with(FailureClass::Trapped, knocked.to_string(), None);
    }
    if let Some(refused) = error.downcast_ref::<LookupRefused>() {
        let clause = Some(Clause::LOOKUP_LIMIT);
        return Stopped { clause, ..with(FailureClass::Output, refused.to_string(), None) };
    }
    match error.downcast_ref::<Trap>() {
        Some(Trap::Interrupt) => stopped_by_deadline(limits, shown(&backtrace)),
        Some(Trap::StackOverflow) => {
            with(FailureClass::Memory, "it used up its stack of 512 KiB".to_owned(), None)
        }
        Some(Trap::UnreachableCodeReached) => {
            let printed = store.data().printed().unwrap_or_default();
            let cause = words::reason(&printed, &backtrace);
            // What has no standard error says nothing else either.
            let hint = (printed.is_empty() && !prints(component)).then_some(Hint::LetItPrint);
            with(FailureClass::Trapped, cause, hint)
        }
        Some(trap) => with(FailureClass::Trapped, format!("it crashed: {trap}"), None),
        None => without_trap(&error, limits, with),
    }
}

/// Whether a component has a standard error.
fn prints(component: &InstancePre<State>) -> bool {
    let component = component.component();
    let imports = component.component_type();
    imports.imports(component.engine()).any(|(name, _)| name.starts_with("wasi:cli/stderr@"))
}

/// wasmtime has no type for these, only words.
fn without_trap(
    error: &wasmtime::Error,
    limits: &Limits,
    with: impl Fn(FailureClass, String, Option<Hint>) -> Stopped,
) -> Stopped {
    let words = error.root_cause().to_string();
    if words.contains("fuel allocated for hostcalls") {
        let cause = format!(
            "it handed over more than its limit of {} in one call or result",
            limits.output
        );
        let hint = Some(Hint::RaiseLimit(LimitName::Output));
        let clause = Some(Clause::OUTPUT_LIMIT);
        return Stopped { clause, ..with(FailureClass::Output, cause, hint) };
    }
    if error.is::<wasmtime::PoolConcurrencyLimitError>() {
        return with(
            FailureClass::Host,
            "the pool of instances was exhausted, which is a bug in docmill".to_owned(),
            None,
        );
    }
    if error.downcast_ref::<wasmtime_wasi::I32Exit>().is_some() {
        return with(FailureClass::Trapped, "it called `exit`".to_owned(), None);
    }
    let of_table = error.downcast_ref::<ResourceTableError>();
    if matches!(of_table, Some(ResourceTableError::Full)) || has_too_many_handles(&words) {
        let clause = Some(Clause::HANDLE_LIMIT);
        let cause = format!("it holds more than {HANDLES} handles");
        return Stopped { clause, ..with(FailureClass::Output, cause, None) };
    }
    if of_table.is_some() || misuses_a_handle(&words) {
        return Stopped {
            clause: Some(Clause::HANDLES),
            ..with(FailureClass::Output, format!("it misused a handle: {words}"), None)
        };
    }
    // Everything else that ends a call is something the guest did to the canonical ABI: invalid UTF-8, a discriminant that does
    // not exist, a pointer outside its memory.
    let cause = format!("it broke the rules for passing values: {words}");
    Stopped { clause: Some(Clause::VALUES), ..with(FailureClass::Output, cause, None) }
}

/// Whether these are wasmtime's words for a guest that holds as many handles as it may.
fn has_too_many_handles(words: &str) -> bool {
    words.ends_with(": store handle limit exceeded")
}

/// Whether these are wasmtime's words for a handle that a guest used without holding it, or kept for too long.
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

fn stopped_by_deadline(limits: &Limits, backtrace: Vec<String>) -> Stopped {
    let deadline = humantime::format_duration(limits.deadline);
    Stopped {
        hint: Some(Box::new(Hint::RaiseLimit(LimitName::Deadline))),
        backtrace,
        ..Stopped::new(
            FailureClass::Deadline,
            format!("it ran longer than its deadline of {deadline}"),
        )
    }
}

fn host_failed(error: &wasmtime::Error) -> Stopped {
    Stopped::new(FailureClass::Machine, format!("no instance could be made: {error:#}"))
}

fn panicked(panic: &(dyn std::any::Any + Send)) -> Stopped {
    let words = panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    let words = words.unwrap_or("no message");
    Stopped::new(
        FailureClass::Host,
        format!("the host panicked, which is a bug in docmill: {words}"),
    )
}

/// The innermost functions of a stack: those that are kept.
fn shown(backtrace: &[String]) -> Vec<String> {
    backtrace.iter().take(FRAMES).cloned().collect()
}

/// So many functions of a stack are kept, and so many lines of what was printed. The stack is looked at further down than that:
/// between what Python's runtime does and the reason why lie dozens of its own functions.
const FRAMES: usize = 20;
const PRINTED_LINES: usize = 64;

fn frames(backtrace: &WasmBacktrace) -> Vec<String> {
    let name = |frame: &wasmtime::FrameInfo| match frame.func_name() {
        // Names come from the plugin and have any length: only so much of one is worth demangling, and less of it showing.
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
            called.map(|called| called.value).map_err(|stopped| stopped.class)
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

    /// What wasmtime says for sure, the hand-made components show that misuse handles; this holds the other direction.
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
