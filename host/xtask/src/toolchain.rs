//! What compiles guests: rustup's WebAssembly target where it can be had, else the compiler in
//! Debian's archive.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fmt, fs};

use crate::process::{Error, Outcome, ask, at, run};
use crate::workspace::Workspace;

const TARGET: &str = "wasm32-wasip2";

/// Debian's security archive carries a current compiler together with the sources of its library.
const DEBIAN_PACKAGES: [&str; 4] = ["rustc-web", "cargo-web", "rust-web-src", "wasi-libc"];
const DEBIAN_RUSTC: &str = "/usr/bin/rustc";
const DEBIAN_CARGO: &str = "/usr/bin/cargo";
const DEBIAN_LIBRARY: &str = "/usr/lib/rustlib/src/rust/library/std/Cargo.toml";
const DEBIAN_WASI: &str = "/usr/lib/wasm32-wasi";

/// The oldest compiler that accepts the workspace (`rust-version` in `Cargo.toml`).
const OLDEST: (u32, u32) = (1, 95);

const COMPONENT_LINKER: &str = "wasm-component-ld";
const COMPONENT_LINKER_VERSION: &str = "0.5.31";
const LINKER: &str = "wasm-ld";

pub enum Toolchain {
    /// The compiler that also builds the host.
    Rustup,
    /// Debian's compiler, and the folders where its linkers lie.
    Debian { linkers: Vec<PathBuf> },
}

impl fmt::Display for Toolchain {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Rustup => "the toolchain that builds the host",
            Self::Debian { .. } => "Debian's compiler",
        })
    }
}

impl Toolchain {
    /// `cargo build` for guests, to which the caller adds what to build.
    pub fn build(&self, workspace: &Workspace) -> Command {
        match self {
            Self::Rustup => {
                let mut command = workspace.cargo();
                command.args(["build", "--target", TARGET]);
                command
            }
            Self::Debian { linkers } => {
                let mut command = workspace.cargo_at(DEBIAN_CARGO);
                command.args(["build", "-Zbuild-std=std,panic_abort", "--target", TARGET]);
                // Apart from what the other compiler leaves behind, which is of no use to this one.
                command.arg("--target-dir").arg(workspace.target("debian"));
                command.env("PATH", search_path(linkers));
                command.env("RUSTC", DEBIAN_RUSTC);
                // Building the standard library is an unstable feature of cargo.
                command.env("RUSTC_BOOTSTRAP", "1");
                // The library expects a libc that rustup would ship with the target; Debian has it
                // as a package.
                let flags = format!("-Clink-self-contained=no -L{DEBIAN_WASI}");
                // Unlike `RUSTFLAGS` this adds to the flags of `.cargo/config.toml` instead of
                // replacing them.
                command.env("CARGO_TARGET_WASM32_WASIP2_RUSTFLAGS", flags);
                // These would lead Debian's compiler to parts of the one that runs this task.
                for name in ["CARGO_ENCODED_RUSTFLAGS", "LD_LIBRARY_PATH", "RUSTUP_TOOLCHAIN"] {
                    command.env_remove(name);
                }
                command
            }
        }
    }
}

/// Finds what compiles guests, and installs it if need be.
pub fn set_up(workspace: &Workspace) -> Outcome<Toolchain> {
    match env::var("DOCMILL_TOOLCHAIN").as_deref() {
        Ok("rustup") => return rustup(),
        Ok("debian") => return debian(workspace),
        Ok("") | Err(_) => {}
        Ok(other) => {
            return Err(Error::new(format!("`DOCMILL_TOOLCHAIN` is `{other}`"))
                .hint("it can be `rustup` or `debian`, or be left unset"));
        }
    }
    if has_target() {
        return Ok(Toolchain::Rustup);
    }
    // A machine that could not fetch the target yesterday is not asked again on each build.
    let remembered = workspace.target("toolchain");
    if fs::read_to_string(&remembered).is_ok_and(|it| it.trim() == "debian") {
        return debian(workspace);
    }
    let error = match rustup() {
        Ok(toolchain) => return Ok(toolchain),
        Err(error) => error,
    };
    eprintln!("set-up: {}; falling back to Debian's compiler", error.message);
    let toolchain = debian(workspace)?;
    fs::create_dir_all(workspace.target("")).map_err(at(&remembered))?;
    fs::write(&remembered, "debian\n").map_err(at(&remembered))?;
    eprintln!("set-up: remembered in `target/toolchain`");
    Ok(toolchain)
}

/// Whether the compiler that builds the host can compile for WebAssembly as it is.
fn has_target() -> bool {
    sysroot().is_some_and(|it| it.join("lib/rustlib").join(TARGET).join("lib").is_dir())
}

fn rustup() -> Outcome<Toolchain> {
    if has_target() {
        return Ok(Toolchain::Rustup);
    }
    if ask("rustup", &["--version"]).is_none() {
        return Err(Error::new("there is no `rustup` to add the WebAssembly target with")
            .hint("install rustup, or set `DOCMILL_TOOLCHAIN=debian`"));
    }
    eprintln!("set-up: adding the WebAssembly target to the Rust toolchain");
    let added = run(Command::new("rustup").args(["target", "add", TARGET]));
    if added.is_ok() && has_target() {
        return Ok(Toolchain::Rustup);
    }
    Err(Error::new("rustup could not fetch the WebAssembly target")
        .hint("try again with a network, or set `DOCMILL_TOOLCHAIN=debian`"))
}

fn debian(workspace: &Workspace) -> Outcome<Toolchain> {
    if !debian_is_there() {
        let packages = DEBIAN_PACKAGES.join(" ");
        let advice = format!("as root: `apt-get update && apt-get install {packages}`");
        if ask("apt-get", &["--version"]).is_none() {
            return Err(Error::new("guests cannot be compiled: this is no Debian machine").hint(
                format!("`rustup target add {TARGET}` is all that is needed, with a network"),
            ));
        }
        if !is_root() {
            return Err(Error::new(
                "guests cannot be compiled: Debian's compiler is not installed",
            )
            .hint(advice));
        }
        eprintln!("set-up: installing Debian's compiler and the sources of its library");
        apt_install(&DEBIAN_PACKAGES)?;
        if !debian_is_there() {
            let (major, minor) = OLDEST;
            return Err(Error::new(format!(
                "the packages `{packages}` did not bring Rust {major}.{minor} or newer with its sources"
            ))
            .hint("they are in Debian's security archive: see that apt's sources name it"));
        }
    }
    Ok(Toolchain::Debian { linkers: linkers(workspace)? })
}

fn debian_is_there() -> bool {
    let recent = ask(DEBIAN_RUSTC, &["--version"]).and_then(|it| version(&it));
    recent.is_some_and(|it| it >= OLDEST)
        && [DEBIAN_CARGO, DEBIAN_LIBRARY, DEBIAN_WASI].iter().all(|it| Path::new(it).exists())
}

/// The first two numbers in what a compiler says of itself: `rustc 1.96.0 (…)`.
fn version(text: &str) -> Option<(u32, u32)> {
    let mut numbers = text.split_whitespace().nth(1)?.split('.');
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

/// The folders with the two linkers: a toolchain of rustup has them even without the target.
fn linkers(workspace: &Workspace) -> Outcome<Vec<PathBuf>> {
    let tools = workspace.target("tools/bin");
    let mut folders = Vec::new();
    if let Some(sysroot) = sysroot()
        && let Some(host) = ask("rustc", &["--print", "host-tuple"])
    {
        let bin = sysroot.join("lib/rustlib").join(host).join("bin");
        folders.extend([bin.join("gcc-ld"), bin]);
    }
    folders.push(tools);
    // Debian's package of LLVM keeps the plain names out of the search path.
    folders.extend(llvm_folders());
    let has = |folders: &[PathBuf], program: &str| {
        let path = env::var_os("PATH").unwrap_or_default();
        folders.iter().cloned().chain(env::split_paths(&path)).any(|it| it.join(program).is_file())
    };
    if !has(&folders, COMPONENT_LINKER) {
        eprintln!("set-up: installing `{COMPONENT_LINKER}`, which takes a minute or two");
        let mut command = workspace.cargo();
        command.args(["install", "--locked", "--root", "target/tools", COMPONENT_LINKER]);
        run(command.args(["--version", COMPONENT_LINKER_VERSION]))?;
    }
    if !has(&folders, LINKER) {
        if !is_root() {
            return Err(Error::new(format!("guests cannot be linked: there is no `{LINKER}`"))
                .hint("as root: `apt-get install lld`"));
        }
        eprintln!("set-up: installing `{LINKER}`");
        apt_install(&["lld"])?;
    }
    Ok(folders)
}

fn llvm_folders() -> Vec<PathBuf> {
    let entries = fs::read_dir("/usr/lib").into_iter().flatten().flatten();
    let mut found: Vec<(u32, PathBuf)> = entries
        .filter_map(|entry| {
            let name = entry.file_name().to_string_lossy().into_owned();
            let version = name.strip_prefix("llvm-")?.parse().ok()?;
            Some((version, entry.path().join("bin")))
        })
        .collect();
    // The newest first: a linker should not be older than the compiler.
    found.sort_by(|a, b| b.cmp(a));
    found.into_iter().map(|(_, folder)| folder).collect()
}

fn search_path(first: &[PathBuf]) -> OsString {
    let path = env::var_os("PATH").unwrap_or_default();
    let folders = first.iter().cloned().chain(env::split_paths(&path));
    env::join_paths(folders).unwrap_or(path)
}

fn sysroot() -> Option<PathBuf> {
    ask("rustc", &["--print", "sysroot"]).map(PathBuf::from)
}

pub fn is_root() -> bool {
    ask("id", &["-u"]).is_some_and(|it| it == "0")
}

/// Installs packages of Debian, after bringing the lists up to date.
pub fn apt_install(packages: &[&str]) -> Outcome {
    let apt = || {
        let mut command = Command::new("apt-get");
        command.env("DEBIAN_FRONTEND", "noninteractive").stdin(Stdio::null()).arg("-qq");
        command
    };
    run(apt().arg("update"))?;
    run(apt().args(["install", "-y", "--no-install-recommends"]).args(packages)).map_err(|error| {
        error.hint(format!("see what `apt-get install {}` says", packages.join(" ")))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_as_numbers() {
        assert_eq!(
            version("rustc 1.96.0 (ac68faa20 2026-05-25) (built from a source)"),
            Some((1, 96))
        );
        assert!(version("rustc 1.100.0").unwrap() > OLDEST);
        assert!(version("rustc 1.85.0 (4d91de4e4 2025-02-17)").unwrap() < OLDEST);
        assert_eq!(version("no compiler"), None);
    }
}
