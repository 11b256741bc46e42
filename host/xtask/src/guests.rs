//! Compiles guests to components and lays them where the host and the tests look.

use std::fs;
use std::path::{Path, PathBuf};

use crate::process::{Outcome, at};
use crate::toolchain::{self, Toolchain};
use crate::workspace::{Workspace, write_if_changed};
use crate::{messages, polyglot};

/// The plugins that travel inside the binary, to `target/plugins`.
pub fn build_shipped(workspace: &Workspace, toolchain: &Toolchain) -> Outcome {
    let mut command = toolchain.build(workspace);
    command.args(["--profile", "plugin"]);
    for plugin in workspace.shipped_plugins()? {
        command.args(["--package", &plugin]);
    }
    let made = messages::artifacts(&mut command)?;
    lay_out(workspace, &made, &workspace.target("plugins"))
}

/// Everything that tests and benchmarks use besides: examples, adversaries, and guests in other languages.
pub fn build_all(workspace: &Workspace) -> Outcome {
    let toolchain = toolchain::set_up(workspace)?;
    build_shipped(workspace, &toolchain)?;
    build_examples(workspace, &toolchain)?;
    build_adversaries(workspace, &toolchain)?;
    polyglot::build(workspace)
}

/// What benchmarks use: the shipped plugins and the examples.
pub fn build_measured(workspace: &Workspace) -> Outcome {
    let toolchain = toolchain::set_up(workspace)?;
    build_shipped(workspace, &toolchain)?;
    build_examples(workspace, &toolchain)
}

fn build_examples(workspace: &Workspace, toolchain: &Toolchain) -> Outcome {
    if !workspace.path("plugins/sdk/examples").is_dir() {
        return Ok(());
    }
    let mut command = toolchain.build(workspace);
    command.args(["--profile", "plugin", "--package", "docmill-plugin", "--examples"]);
    let made = messages::artifacts(&mut command)?;
    lay_out(workspace, &made, &workspace.target("guests/examples"))
}

fn build_adversaries(workspace: &Workspace, toolchain: &Toolchain) -> Outcome {
    let mut command = toolchain.build(workspace);
    command.args(["--profile", "plugin"]);
    command.args(["--manifest-path", "tests/adversarial/Cargo.toml", "--examples", "--bins"]);
    let made = messages::artifacts(&mut command)?;
    lay_out(workspace, &made, &workspace.target("guests/adversarial"))
}

/// Copies the components among these files to a folder, under the names they have in the repository.
fn lay_out(workspace: &Workspace, made: &[PathBuf], folder: &Path) -> Outcome {
    fs::create_dir_all(folder).map_err(at(folder))?;
    let shown = folder.strip_prefix(&workspace.root).unwrap_or(folder).display();
    let mut names = Vec::new();
    for path in made.iter().filter(|path| path.extension().is_some_and(|it| it == "wasm")) {
        let name = component_name(path);
        let bytes = fs::read(path).map_err(at(path))?;
        if write_if_changed(&folder.join(&name), &bytes)? {
            eprintln!("{shown}/{name}: {} bytes", bytes.len());
        }
        names.push(name);
    }
    // What has no source any more must not travel on.
    for entry in fs::read_dir(folder).map_err(at(folder))?.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.ends_with(".wasm") && !names.contains(&name) {
            fs::remove_file(entry.path()).map_err(at(&entry.path()))?;
        }
    }
    Ok(())
}

/// cargo replaces dashes by underscores in the names of libraries; no guest has an underscore of its own.
fn component_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().replace('_', "-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_component_is_named_like_its_folder() {
        assert_eq!(component_name(Path::new("a_b/extract_text.wasm")), "extract-text.wasm");
    }
}
