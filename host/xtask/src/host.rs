//! Builds, tests and measures the host, after the guests it needs.

use std::path::PathBuf;

use crate::process::{Error, Outcome, run};
use crate::workspace::Workspace;
use crate::{guests, messages, toolchain};

/// Builds the shipped plugins and then the host, and returns the path of its binary.
pub fn build(workspace: &Workspace, release: bool) -> Outcome<PathBuf> {
    let toolchain = toolchain::set_up(workspace)?;
    guests::build_shipped(workspace, &toolchain, guests::For::Binary { release })?;
    let mut command = workspace.cargo();
    command.args(["build", "--package", "docmill-cli"]);
    if release {
        command.arg("--release");
    }
    let made = messages::artifacts(&mut command)?;
    made.into_iter()
        .find(|path| path.file_stem().is_some_and(|it| it == "docmill"))
        .ok_or_else(|| Error::new("cargo built no binary `docmill`"))
}

/// Builds everything, then runs all tests or those that the arguments select.
///
/// The tests start the binary, which `cargo test` alone does not build. All of the workspace is
/// built for that and not just the host: features are unified over what is built, and with others
/// wasmtime would be compiled a second time.
pub fn test(workspace: &Workspace, arguments: &[&str]) -> Outcome {
    guests::build_all(workspace)?;
    run(workspace.cargo().args(["build", "--workspace", "--all-targets"]))?;
    run(workspace.cargo().args(["test", "--workspace"]).args(arguments))
}

/// Runs every adversary, and prints what became of it, how long it took to stop it, and the memory
/// that docmill had.
pub fn adversaries(workspace: &Workspace) -> Outcome {
    guests::build_all(workspace)?;
    run(workspace.cargo().args(["build", "--workspace", "--all-targets"]))?;
    let test = ["test", "--workspace", "--test"];
    run(workspace.cargo().args(test).arg("adversarial"))?;
    let bound = "whatever_plugins_call_and_return_memory_stays_within_its_bound";
    run(workspace.cargo().args(test).args(["it", bound, "--", "--nocapture"]))
}

/// Builds the guests that benchmarks use, then measures.
///
/// In a release build, although that compiles wasmtime once more: what runs natively for comparison
/// would be slower by a sixth in the dev profile, with its checks for overflow and its small units
/// of code, and every ratio better than it is.
pub fn bench(workspace: &Workspace, arguments: &[&str]) -> Outcome {
    guests::build_measured(workspace)?;
    // The scale of those is another one: gigabytes, and minutes.
    let (bench, arguments) = match arguments {
        ["streams", rest @ ..] => ("streams", rest),
        all => ("ratios", all),
    };
    let mut command = workspace.cargo();
    command.args(["bench", "--package", "docmill-cli", "--bench", bench]);
    run(command.arg("--").args(arguments))
}

/// Scores what plugins read from files of any format. The binary in the sandbox is the one that was
/// built last.
pub fn eval_formats(workspace: &Workspace, arguments: &[&str]) -> Outcome {
    let mut command = workspace.cargo();
    command.args(["run", "--quiet", "--release", "--package", "eval-formats", "--"]);
    run(command.args(arguments))
}

/// Scores what `extract-html` reads from a folder of pages, natively: the same code without the
/// sandbox, in seconds.
pub fn eval_pages(workspace: &Workspace, arguments: &[&str]) -> Outcome {
    let mut command = workspace.cargo();
    command.args(["run", "--quiet", "--release", "--package", "extract-html"]);
    run(command.args(["--example", "eval_pages", "--"]).args(arguments))
}
