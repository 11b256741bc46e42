//! Compiles components, in a child process where possible, and is the only place that turns bytes
//! into native code.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use wasmtime::Engine;
use wasmtime::component::Component;

use super::cache::CodeCache;
use super::error::LoadError;
use super::inspect::rules;
use crate::model::{ByteSize, Digest};
use crate::sandbox::{Confinement, Sandbox, SandboxOptions, confine};

/// How long the child process may compile, in CPU seconds and in real time. JavaScript's runtime
/// takes 13 s.
const LONGEST_COMPILATION: Duration = Duration::from_secs(120);
/// How much address space the child process may use, in bytes. Runtimes of Python and JavaScript
/// take 0.4 GiB of memory.
const COMPILER_MEMORY: u64 = 2 << 30;

/// Where components are compiled.
#[derive(Debug, Clone)]
pub enum Compiler {
    /// In this process. A component made to be slow to compile can hold it up.
    InProcess,
    /// In a child process with limits on time and memory: this program with these arguments, which
    /// has to call [`run_compiler`].
    Child {
        /// The program.
        program: PathBuf,
        /// Its arguments.
        arguments: Vec<String>,
    },
}

/// What the native code of a component is called in the cache.
fn file_name(sandbox: &Sandbox, component: Digest) -> String {
    format!("{component}-{}-{:x}.code", sandbox.compatibility().short(), rules())
}

/// Takes the code of a component from the cache. It is there only if a component of this digest was
/// validated and compiled.
#[expect(
    unsafe_code,
    reason = "loading native code; why it can be trusted is said where it happens"
)]
pub(super) fn cached(sandbox: &Sandbox, cache: &CodeCache, digest: Digest) -> Option<Component> {
    let code = cache.read(&file_name(sandbox, digest))?;
    // SAFETY: the bytes are what `compile` wrote: they come from a file that only this user can
    // have written, in a folder that only this user can have put there, under a name made of
    // digests, and match the digest written with them; what was looked at and what was read are one
    // handle. wasmtime itself refuses code of another version.
    match unsafe { Component::deserialize(sandbox.engine(), code) } {
        Ok(component) => Some(component),
        Err(error) => {
            tracing::debug!(%error, "compiled code was refused and is made anew");
            None
        }
    }
}

/// Compiles a validated component, and keeps its code for the next time.
#[expect(
    unsafe_code,
    reason = "loading native code; why it can be trusted is said where it happens"
)]
pub(super) fn compile(
    sandbox: &Sandbox,
    compiler: &Compiler,
    cache: Option<&CodeCache>,
    digest: Digest,
    bytes: &[u8],
) -> Result<Component, LoadError> {
    let keep = |code: &[u8]| keep(cache, &file_name(sandbox, digest), code);
    let begun = Instant::now();
    let component = match compiler {
        Compiler::InProcess => {
            let component =
                Component::from_binary(sandbox.engine(), bytes).map_err(LoadError::compile)?;
            if cache.is_some() {
                keep(&component.serialize().map_err(LoadError::compile)?);
            }
            component
        }
        Compiler::Child { program, arguments } => {
            let code = compile_in_child(program, arguments, bytes)?;
            // SAFETY: the bytes come straight from the standard output of this very program, which
            // was given nothing but the component, and runs the same compiler.
            let component = unsafe { Component::deserialize(sandbox.engine(), &code) }
                .map_err(LoadError::compile)?;
            keep(&code);
            component
        }
    };
    tracing::debug!(digest = %digest.short(), elapsed = ?begun.elapsed(), "compiled a component");
    Ok(component)
}

fn keep(cache: Option<&CodeCache>, name: &str, code: &[u8]) {
    // Without its code in the cache a component works as well, only later.
    if let Some(Err(error)) = cache.map(|cache| cache.write(name, code)) {
        tracing::warn!(%error, "compiled code could not be kept");
    }
}

fn compile_in_child(
    program: &Path,
    arguments: &[String],
    bytes: &[u8],
) -> Result<Vec<u8>, LoadError> {
    let failed = |reason: String| LoadError::Compile { reason };
    let mut child = Command::new(program)
        .args(arguments)
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| failed(format!("the compiler could not be started: {error}")))?;
    let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    std::thread::scope(|scope| {
        scope.spawn(move || {
            // A child that died early closes the pipe; its exit status tells the story.
            let _ = stdin.map(|mut stdin| stdin.write_all(bytes));
        });
        let code = scope.spawn(move || read_bounded(stdout, 1 << 30));
        let words = scope.spawn(move || read_bounded(stderr, 4 << 10));
        let begun = Instant::now();
        let status = loop {
            match child.try_wait() {
                Ok(Some(status)) => break status,
                Ok(None) if begun.elapsed() > LONGEST_COMPILATION => {
                    // Both can only fail if the child is gone already.
                    let _ = child.kill();
                    let _ = child.wait();
                    return Err(failed(format!(
                        "it took longer than {} s to compile",
                        LONGEST_COMPILATION.as_secs()
                    )));
                }
                Ok(None) => std::thread::sleep(Duration::from_millis(2)),
                Err(error) => return Err(failed(error.to_string())),
            }
        };
        let (code, words) = (code.join().unwrap_or_default(), words.join().unwrap_or_default());
        match status.success() {
            true => Ok(code),
            false => {
                let words = String::from_utf8_lossy(&words);
                let words = words.trim();
                Err(failed(if words.is_empty() || words.contains("memory allocation of") {
                    format!(
                        "the compiler ended with {status}, and its limits are {} s and {} of memory",
                        LONGEST_COMPILATION.as_secs(),
                        ByteSize(COMPILER_MEMORY)
                    )
                } else {
                    words.to_owned()
                }))
            }
        }
    })
}

fn read_bounded(pipe: Option<impl Read>, most: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    if let Some(pipe) = pipe {
        // What was read before an error is all there is; the exit status decides whether it counts.
        let _ = pipe.take(most).read_to_end(&mut bytes);
    }
    bytes
}

/// What the child process does: reads a component from `input`, compiles it within limits, and
/// writes its code to `output`.
///
/// # Errors
///
/// If the component cannot be compiled, or reading or writing fails, or the system does not confine
/// this process and has to.
pub fn run_compiler(
    mut input: impl Read,
    mut output: impl Write,
    confinement: Confinement,
) -> Result<(), Box<dyn std::error::Error>> {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, setrlimit};
        let limit = |most: u64| Rlimit { current: Some(most), maximum: Some(most) };
        setrlimit(Resource::Cpu, limit(LONGEST_COMPILATION.as_secs()))?;
        setrlimit(Resource::Core, limit(0))?;
        setrlimit(Resource::As, limit(COMPILER_MEMORY))?;
    }
    if confinement != Confinement::Off {
        // Before a byte is read, and before there is any other thread.
        let confined = confine(None);
        if confinement == Confinement::Required && !confined.is_whole() {
            return Err("this system does not confine the compiler".into());
        }
    }
    let mut bytes = Vec::new();
    input.by_ref().take(super::LARGEST_COMPONENT + 1).read_to_end(&mut bytes)?;
    // The code is the same with and without a pool, and a pool reserves more addresses than the
    // limit allows.
    let sandbox = Sandbox::new(&SandboxOptions {
        concurrency: 1,
        pooling: false,
        // No plugin runs here.
        confinement: Confinement::Off,
        ..SandboxOptions::default()
    })?;
    let engine: &Engine = sandbox.engine();
    let code = engine.precompile_component(&bytes).map_err(|error| error.to_string())?;
    output.write_all(&code)?;
    output.flush()?;
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn what_becomes_of_the_compiler_is_told() {
        let check = |script: &str, expected: &str| {
            let arguments = ["-c".to_owned(), script.to_owned()];
            let error =
                compile_in_child(Path::new("/bin/sh"), &arguments, b"component").unwrap_err();
            let LoadError::Compile { reason } = error else { panic!("{error:?}") };
            assert!(reason.contains(expected), "{reason}");
        };
        check(
            "kill -9 $$",
            "the compiler ended with signal: 9 (SIGKILL), and its limits are 120 s and 2.0 GiB",
        );
        check("cat >&2; exit 1", "component");
        check(
            "echo memory allocation of 9 bytes failed >&2; exit 134",
            "its limits are 120 s and 2.0 GiB",
        );
    }
}
