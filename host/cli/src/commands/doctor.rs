//! `doctor`: what is missing or unsuitable on this machine for running docmill and for building
//! plugins, and how to get it.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use docmill::sandbox::{Confinement, Sandbox, SandboxOptions};
use serde_json::json;

use crate::args::{Common, Doctor, Language, Output};
use crate::context;
use crate::exit::Exit;
use crate::report::{Column, CommandError, Paint, Table, Tone, count, note, one_line, write_json};

/// A program that does not say its version within this is not asked again.
const PATIENCE: Duration = Duration::from_secs(20);
/// What a program says of its version is shorter, in bytes.
const LONGEST_ANSWER: u64 = 4 << 10;
/// The oldest Python that the tools work with.
const OLDEST_PYTHON: [u32; 2] = [3, 10];
/// The oldest Node.js that the tools work with.
const OLDEST_NODE: [u32; 2] = [20, 0];
/// The `wit-bindgen` whose names the C in a new plugin uses.
const WIT_BINDGEN: [u32; 2] = [0, 61];

/// Something that was looked at.
struct Finding {
    /// `docmill`, or a language.
    area: &'static str,
    what: String,
    verdict: Verdict,
    /// What was found.
    found: String,
    /// What to do about it.
    remedy: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Ok,
    /// It works without, and less well.
    Weak,
    /// It is not there, or not as it must be.
    Bad,
}

impl Verdict {
    const fn as_str(self) -> &'static str {
        match self {
            Verdict::Ok => "ok",
            Verdict::Weak => "weak",
            Verdict::Bad => "missing",
        }
    }
}

/// Runs the command.
pub fn run(common: &Common, options: &Doctor) -> Result<Exit, CommandError> {
    let mut findings = host(common);
    let wanted = |language| options.language.is_empty() || options.language.contains(&language);
    if wanted(Language::Rust) {
        findings.extend(rust());
    }
    let needs_python = [Language::Python, Language::C].into_iter().any(wanted);
    if needs_python {
        findings.push(python());
    }
    if [Language::JavaScript, Language::TypeScript].into_iter().any(wanted) {
        findings.extend(node());
    }
    if wanted(Language::C) {
        findings.push(wit_bindgen());
    }
    let mut stdout = std::io::stdout().lock();
    match common.output {
        Output::Json => {
            for finding in &findings {
                write_json(&mut stdout, &object(finding))?;
            }
        }
        Output::Human => {
            stdout.write_all(render(&findings, Paint::for_stdout(common)).as_bytes())?;
            stdout.flush()?;
        }
    }
    let bad = findings.iter().filter(|it| it.verdict == Verdict::Bad).count() as u64;
    if bad > 0 {
        note(common, &format!("{} to see to", count(bad, "thing")));
        return Ok(Exit::SomeFailed);
    }
    note(common, "all well");
    Ok(Exit::Success)
}

fn finding(
    area: &'static str,
    what: impl Into<String>,
    verdict: Verdict,
    found: impl Into<String>,
    remedy: &str,
) -> Finding {
    let remedy = (verdict != Verdict::Ok).then(|| remedy.to_owned());
    Finding { area, what: what.into(), verdict, found: found.into(), remedy }
}

/// What running plugins takes.
fn host(common: &Common) -> Vec<Finding> {
    const AREA: &str = "docmill";
    let sandbox = |confinement| {
        Sandbox::new(&SandboxOptions { confinement, concurrency: 1, ..SandboxOptions::default() })
    };
    let told = |error: &dyn std::error::Error| {
        std::iter::successors(Some(error), |&it| it.source())
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join(": ")
    };
    let mut findings = vec![match sandbox(Confinement::Off) {
        Ok(it) if it.is_pooled() => finding(AREA, "sandbox", Verdict::Ok, "plugins can run", ""),
        Ok(_) => finding(
            AREA,
            "sandbox",
            Verdict::Weak,
            "plugins can run, without memory set aside for them",
            "let the process have more address space (`ulimit -v unlimited`)",
        ),
        Err(error) => {
            finding(AREA, "sandbox", Verdict::Bad, told(&error), "this machine cannot run plugins")
        }
    }];
    findings.push(match sandbox(Confinement::Required) {
        Ok(_) => finding(AREA, "confinement", Verdict::Ok, "Landlock and seccomp", ""),
        Err(error) => finding(
            AREA,
            "confinement",
            Verdict::Weak,
            told(&error),
            "the sandbox stands alone: a Linux with Landlock (5.13, better 6.12) and seccomp adds a second wall",
        ),
    });
    findings.push(match context::code_folder() {
        Some(folder) => {
            writable(AREA, "compiled code", &folder, Verdict::Weak, "without it, plugins are compiled anew at every start: name a folder with `XDG_CACHE_HOME`")
        }
        None => finding(AREA, "compiled code", Verdict::Weak, "there is no home folder", "name a folder with `XDG_CACHE_HOME`"),
    });
    let temporary = std::env::temp_dir();
    findings.push(writable(
        AREA,
        "temporary files",
        &temporary,
        Verdict::Bad,
        "name a folder with `TMPDIR`",
    ));
    if let Ok(address) = context::address(common)
        && let Some(folder) = address.path()
    {
        let remedy = "name a folder of yours with `--store DIR`";
        findings.push(writable(AREA, "store", folder, Verdict::Bad, remedy));
    }
    findings.push(match docmill_shipped::SHIPPED.plugin_names().count() {
        0 => finding(
            AREA,
            "shipped plugins",
            Verdict::Bad,
            "none",
            "build docmill with `cargo xtask build`",
        ),
        number => finding(AREA, "shipped plugins", Verdict::Ok, number.to_string(), ""),
    });
    findings
}

/// Whether a folder, or the one that it would be made in, can be written to.
fn writable(
    area: &'static str,
    what: &str,
    folder: &Path,
    otherwise: Verdict,
    remedy: &str,
) -> Finding {
    let absolute = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    let there = absolute.ancestors().find(|it| it.exists()).unwrap_or(Path::new("/"));
    let found = one_line(&folder.display().to_string(), 200);
    let is_writable = there.is_dir() && may_write(there);
    match is_writable {
        true => finding(area, what, Verdict::Ok, found, ""),
        false => finding(area, what, otherwise, format!("`{found}` cannot be written to"), remedy),
    }
}

#[cfg(unix)]
fn may_write(folder: &Path) -> bool {
    use rustix::fs::Access;
    rustix::fs::access(folder, Access::WRITE_OK | Access::EXEC_OK).is_ok()
}

#[cfg(not(unix))]
fn may_write(folder: &Path) -> bool {
    std::fs::metadata(folder).is_ok_and(|it| !it.permissions().readonly())
}

fn rust() -> Vec<Finding> {
    const AREA: &str = "rust";
    const TARGET: &str = "wasm32-wasip2";
    let needed = env!("CARGO_PKG_RUST_VERSION");
    let oldest = version(needed).unwrap_or_default();
    let install = format!("install Rust {needed} or later with rustup");
    let compiler = program(AREA, "rustc", "--version", oldest, &install);
    let is_there = compiler.verdict == Verdict::Ok;
    let mut findings = vec![compiler, program(AREA, "cargo", "--version", oldest, &install)];
    if is_there {
        let sysroot = ask("rustc", &["--print", "sysroot"]).map(|it| PathBuf::from(it.trim()));
        let library = sysroot.map(|it| it.join("lib/rustlib").join(TARGET).join("lib"));
        findings.push(match library.is_some_and(|it| it.is_dir()) {
            true => finding(AREA, format!("target {TARGET}"), Verdict::Ok, "installed", ""),
            false => finding(
                AREA,
                format!("target {TARGET}"),
                Verdict::Bad,
                "not installed",
                &format!("rustup target add {TARGET}"),
            ),
        });
    }
    findings
}

fn python() -> Finding {
    let oldest = OLDEST_PYTHON;
    let install = "install Python 3.10 or later (Debian: `apt-get install python3 python3-venv`)";
    let found = program("python, c", "python3", "--version", oldest, install);
    // Debian has the module that makes environments in a package of its own.
    if found.verdict == Verdict::Ok && ask("python3", &["-c", "import ensurepip, venv"]).is_none() {
        let remedy = "install the module `venv` (Debian: `apt-get install python3-venv`)";
        return finding(
            "python, c",
            "python3",
            Verdict::Bad,
            format!("{}, without `venv`", found.found),
            remedy,
        );
    }
    found
}

fn node() -> [Finding; 2] {
    const AREA: &str = "javascript, typescript";
    let install = "install Node.js 20 or later, with npm";
    let node = program(AREA, "node", "--version", OLDEST_NODE, install);
    [node, program(AREA, "npm", "--version", [0, 0], install)]
}

fn wit_bindgen() -> Finding {
    let remedy = "cargo install --locked wit-bindgen-cli --version 0.61.1 --no-default-features --features c";
    let found = program("c", "wit-bindgen", "--version", WIT_BINDGEN, remedy);
    let is_other = version(&found.found).is_some_and(|it| it != WIT_BINDGEN);
    if found.verdict == Verdict::Ok && is_other {
        let told = format!("{}; names may differ from those of 0.61", found.found);
        return finding("c", "wit-bindgen", Verdict::Weak, told, remedy);
    }
    found
}

/// A program that has to be of some version or a later one.
fn program(
    area: &'static str,
    name: &str,
    question: &str,
    oldest: [u32; 2],
    remedy: &str,
) -> Finding {
    let Some(answer) = ask(name, &[question]) else {
        return finding(area, name, Verdict::Bad, "not found", remedy);
    };
    let found = one_line(answer.lines().next().unwrap_or_default(), 60);
    match version(&answer) {
        Some(version) if version >= oldest => finding(area, name, Verdict::Ok, found, ""),
        Some(_) => finding(area, name, Verdict::Bad, format!("{found}, which is too old"), remedy),
        None => finding(area, name, Verdict::Bad, format!("`{found}` is no version"), remedy),
    }
}

/// The first two numbers of a version, wherever it begins: `rustc 1.96.0 (…)`, `v20.20.2`.
fn version(text: &str) -> Option<[u32; 2]> {
    let start = text.find(|it: char| it.is_ascii_digit())?;
    let mut numbers = text[start..].split(|it: char| !it.is_ascii_digit());
    Some([numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?])
}

/// What a program says, if there is one and it ends well.
fn ask(program: &str, arguments: &[&str]) -> Option<String> {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().ok()?;
    let stdout = child.stdout.take()?;
    let reader = std::thread::spawn(move || {
        let mut text = Vec::new();
        stdout.take(LONGEST_ANSWER).read_to_end(&mut text).ok()?;
        Some(String::from_utf8_lossy(&text).into_owned())
    });
    let begun = Instant::now();
    loop {
        match child.try_wait() {
            Ok(Some(status)) if status.success() => return reader.join().ok().flatten(),
            Ok(None) if begun.elapsed() < PATIENCE => std::thread::sleep(Duration::from_millis(5)),
            Ok(Some(_)) => return None,
            _ => {
                // It may end in this very moment, which is as good.
                let _ = child.kill();
                let _ = child.wait();
                return None;
            }
        }
    }
}

fn render(findings: &[Finding], paint: Paint) -> String {
    let mut table = Table::new([
        Column::new("FOR"),
        Column::new("WHAT").tone(Tone::Key),
        Column::new("VERDICT"),
        Column::new("FOUND"),
    ]);
    for it in findings {
        let cells =
            [it.area.to_owned(), it.what.clone(), it.verdict.as_str().to_owned(), it.found.clone()];
        table.row(cells.map(|cell| one_line(&cell, 200)));
    }
    let mut shown = table.render(None, paint);
    for it in findings {
        if let Some(remedy) = &it.remedy {
            let tone = if it.verdict == Verdict::Bad { Tone::Bad } else { Tone::Strong };
            shown.push_str(&format!("\n{} ({}): {remedy}\n", paint.tone(tone, &it.what), it.area));
        }
    }
    shown
}

fn object(it: &Finding) -> serde_json::Value {
    json!({
        "for": it.area, "what": it.what, "verdict": it.verdict.as_str(), "found": it.found, "remedy": it.remedy,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_as_numbers() {
        assert_eq!(version("rustc 1.96.0 (ac68faa20 2026-05-25)"), Some([1, 96]));
        assert_eq!(version("v20.20.2\n"), Some([20, 20]));
        assert_eq!(version("Python 3.9.2"), Some([3, 9]));
        assert!(version("Python 3.9.2").unwrap() < OLDEST_PYTHON);
        assert_eq!(version("none"), None);
        assert_eq!(version("99999999999.1"), None);
    }

    #[test]
    fn a_program_that_is_not_there_or_ends_badly_says_nothing() {
        assert_eq!(ask("docmill-is-no-such-program", &[]), None);
        if cfg!(unix) {
            assert_eq!(ask("sh", &["-c", "echo 1.2; exit 1"]), None);
            assert_eq!(ask("sh", &["-c", "echo 1.2"]).as_deref(), Some("1.2\n"));
        }
    }
}
