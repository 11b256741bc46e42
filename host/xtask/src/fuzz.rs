//! Fuzzes: builds the targets of `tests/fuzz` with coverage in our own code, and lets libFuzzer
//! look for inputs that break them.

use std::path::Path;
use std::process::Command;
use std::time::Duration;
use std::{env, fs};

use crate::process::{Error, Outcome, ask, at, run};
use crate::toolchain::{apt_install, is_root};
use crate::workspace::Workspace;

/// How long each target runs if nothing else is asked for, in seconds.
const SECONDS: &str = "10";

/// Tells the compiler below to call this program, and this program that it is called so.
const WRAPPED: &str = "DOCMILL_XTASK_WRAPS_RUSTC";

/// What libFuzzer needs to see where an input goes: counters of edges, and what is compared with
/// what. All of it is understood by a stable compiler; what sanitizers would need is not.
const COVERAGE: [&str; 6] = [
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
    "-Ccodegen-units=1",
];

/// The crates that parse for plugins, which are instrumented as our own code is. With a profile of
/// their own they are compiled beside those of other builds, and so is nothing but what uses them.
const PARSERS: &[&str] = &[
    // Archives and crawls.
    "brotli-decompressor",
    "bzip2",
    "chardetng",
    "deflate64",
    "flate2",
    "libbz2-rs-sys",
    "lzma-rust2",
    "ppmd-rust",
    "rawzip",
    "ruzstd",
    "sevenz-rust2",
    "tar",
    "zlib-rs",
    // Mails, feeds and tables.
    "cfb",
    "csv-core",
    "htmlize",
    "lz4_flex",
    "mail-parser",
    "quick-xml",
    "snap",
    // PDF.
    "hayro-cmap",
    "hayro-font",
    "hayro-postscript",
    "hayro-syntax",
    "read-fonts",
    "skrifa",
    // Markup. `serde_json` is left out: build scripts, which have no engine, use it as well.
    "pulldown-cmark",
];

/// Runs one target or all of them, one after the other, and fails if any input breaks one.
pub fn run_targets(workspace: &Workspace, arguments: &[&str]) -> Outcome {
    let (wanted, seconds) = match arguments {
        [] => (None, SECONDS),
        ["--seconds", seconds] => (None, *seconds),
        [target] => (Some(*target), SECONDS),
        [target, "--seconds", seconds] => (Some(*target), *seconds),
        _ => return Err(Error::new("`fuzz` takes a target and `--seconds N`")),
    };
    let seconds =
        seconds.parse().map_err(|_| Error::new(format!("`{seconds}` is not a number")))?;
    let all = targets(workspace)?;
    let chosen: Vec<&String> =
        all.iter().filter(|it| wanted.is_none_or(|wanted| wanted == *it)).collect();
    if chosen.is_empty() {
        return Err(Error::new(format!("`{}` is no target", wanted.unwrap_or_default()))
            .hint(format!("there are {}", all.join(", "))));
    }
    set_up()?;
    build(workspace, &all)?;
    let broken: Vec<String> = chosen
        .into_iter()
        .filter_map(|target| fuzz(workspace, target, Duration::from_secs(seconds)).err())
        .map(|error| error.message)
        .collect();
    if broken.is_empty() {
        return Ok(());
    }
    Err(Error::new(broken.join("; ")).hint(
        "what broke it is in `target/fuzz/found`: mend the parser, and keep the file in `tests/fuzz/corpus`",
    ))
}

/// The names of the targets: the files of `fuzz_targets`.
fn targets(workspace: &Workspace) -> Outcome<Vec<String>> {
    let folder = workspace.path("tests/fuzz/fuzz_targets");
    let entries = fs::read_dir(&folder).map_err(at(&folder))?.flatten();
    let mut names: Vec<String> = entries
        .filter_map(|entry| Some(entry.path().file_stem()?.to_string_lossy().into_owned()))
        .collect();
    names.sort();
    Ok(names)
}

/// libFuzzer is C++, and comes as sources.
fn set_up() -> Outcome {
    if ask("c++", &["--version"]).is_some() {
        return Ok(());
    }
    if !is_root() || ask("apt-get", &["--version"]).is_none() {
        return Err(Error::new("libFuzzer cannot be compiled: there is no `c++`")
            .hint("as root: `apt-get install g++`"));
    }
    apt_install(&["g++"])
}

fn binary(target: &str) -> String {
    format!("fuzz-{}", target.replace('_', "-"))
}

/// Builds all targets. Our own code is instrumented, and the [`PARSERS`], so wasmtime is not
/// compiled anew.
fn build(workspace: &Workspace, targets: &[String]) -> Outcome {
    let this = env::current_exe().map_err(at(Path::new("xtask")))?;
    let mut command = workspace.cargo();
    command.env("RUSTC_WORKSPACE_WRAPPER", &this).env("RUSTC_WRAPPER", &this).env(WRAPPED, "1");
    for parser in PARSERS {
        command.args(["--config", &format!("profile.dev.package.{parser}.codegen-units=1")]);
    }
    command.args(["build", "--workspace", "--features", "docmill-fuzz/engine"]);
    for target in targets {
        command.args(["--bin", &binary(target)]);
    }
    // With an example among what is built, cargo unifies the features of test dependencies as well.
    // Without, they would be others than those of `cargo test`, and wasmtime would be compiled anew
    // after all.
    run(command.args(["--example", "extract-csv"]))
}

fn fuzz(workspace: &Workspace, target: &str, time: Duration) -> Outcome {
    let (corpus, found) = (workspace.target("fuzz/corpus"), workspace.target("fuzz/found"));
    let corpus = corpus.join(target);
    for folder in [&corpus, &found] {
        fs::create_dir_all(folder).map_err(at(folder))?;
    }
    let mut command = Command::new(workspace.target("debug").join(binary(target)));
    command.current_dir(&workspace.root).arg(format!("-max_total_time={}", time.as_secs()));
    // A second is an eternity for inputs of a few kilobytes; a machine that does much else gets
    // ten.
    command.args(["-timeout=10", "-rss_limit_mb=2048", "-verbosity=0", "-print_final_stats=1"]);
    command.arg(format!("-artifact_prefix={}/{target}-", found.display()));
    // What is new is kept in the first folder; the second is read only.
    run(command.arg(&corpus).arg(workspace.path("tests/fuzz/corpus").join(target)))
}

/// The compiler that cargo wants called, with its arguments, if this program stands between the
/// two.
///
/// For our own code it does so twice, as cargo calls one wrapper with the other.
pub fn wrapped_compiler() -> Option<Command> {
    env::var_os(WRAPPED)?;
    let mut words = env::args_os().skip(1).peekable();
    let this = env::current_exe().ok();
    let is_ours = words.next_if(|word| this.as_deref() == Some(Path::new(word))).is_some();
    let mut command = Command::new(words.next()?);
    let arguments: Vec<_> = words.collect();
    let name = arguments.windows(2).find(|it| it[0] == "--crate-name").map(|it| &it[1]);
    let is_parser = |name: &str| PARSERS.iter().any(|it| it.replace('-', "_") == name);
    // A build script runs without the engine, and cargo asks for the version without compiling
    // anything.
    let compiles = name.and_then(|it| it.to_str()).is_some_and(|name| match is_ours {
        true => name != "build_script_build",
        false => is_parser(name),
    });
    command.args(arguments).args(if compiles { &COVERAGE[..] } else { &[] });
    Some(command)
}
