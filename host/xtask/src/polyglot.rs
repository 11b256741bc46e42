//! Guests in Python, JavaScript and C: what they need, and the script that builds them.

use std::env;
use std::path::PathBuf;
use std::process::Command;

use crate::messages;
use crate::process::{Error, Outcome, ask, run};
use crate::toolchain::{apt_install, is_root};
use crate::workspace::Workspace;

/// Checks for what the guests are made with, and installs what can be installed.
pub fn set_up(workspace: &Workspace) -> Outcome {
    set_up_python()?;
    for program in ["node", "npm"] {
        if ask(program, &["--version"]).is_none() {
            return Err(Error::new(format!("guests in JavaScript need `{program}`")).hint(
                "install Node.js with npm, or leave JavaScript out: `DOCMILL_POLYGLOT=python,c`",
            ));
        }
    }
    contract_tools(workspace)?;
    println!("set-up: everything for Python, JavaScript and C is there");
    Ok(())
}

fn set_up_python() -> Outcome {
    let usable = || ask("python3", &["-c", "import ensurepip, venv"]).is_some();
    if usable() {
        return Ok(());
    }
    if is_root() && ask("apt-get", &["--version"]).is_some() {
        println!("set-up: Python cannot make virtual environments; installing `python3-venv`");
        apt_install(&["python3-venv"])?;
    }
    if usable() {
        return Ok(());
    }
    Err(Error::new("guests in Python and C need `python3` with its module `venv`")
        .hint("`apt-get install python3-venv`, or leave all of them out: `DOCMILL_POLYGLOT=none`"))
}

/// Builds the guests to `target/guests/polyglot`.
pub fn build(workspace: &Workspace) -> Outcome {
    let script = "plugins/polyglot/build.py";
    let languages = env::var("DOCMILL_POLYGLOT").ok();
    if !workspace.path(script).exists() || languages.as_deref() == Some("none") {
        return Ok(());
    }
    set_up_python()?;
    let mut command = Command::new("python3");
    command.current_dir(&workspace.root);
    command.args([script, "--wit", "wit", "--out", "target/guests/polyglot"]);
    command.args(["--work", "target/polyglot"]);
    // One program is both: it understands what the script asks of either.
    let tools = contract_tools(workspace)?;
    command.arg("--wit-bindgen").arg(&tools).arg("--wasm-tools").arg(&tools);
    if let Some(languages) = &languages {
        command.args(["--only", languages]);
    }
    run(&mut command).map_err(|error| {
        error
            .hint("leave a language out with `DOCMILL_POLYGLOT`, as in `DOCMILL_POLYGLOT=python,c`")
    })
}

/// Builds the bindings generator for C and the component encoder.
fn contract_tools(workspace: &Workspace) -> Outcome<PathBuf> {
    let mut command = workspace.cargo();
    command.args(["build", "--package", "contract-tools"]);
    let made = messages::artifacts(&mut command)?;
    made.into_iter()
        .find(|path| path.file_stem().is_some_and(|it| it == "contract-tools"))
        .ok_or_else(|| Error::new("cargo built no binary `contract-tools`"))
}
