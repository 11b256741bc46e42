//! Compiles guests to components and lays them where the host and the tests look.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::process::{Error, Outcome, at, run};
use crate::toolchain::{self, Toolchain};
use crate::workspace::{Workspace, write_if_changed};
use crate::{messages, polyglot, sources};

/// For whom the shipped plugins are packed. It decides how the packer is compiled: features are
/// unified over what is built, and with others than those of what follows, wasmtime would be
/// compiled a second time.
#[derive(Clone, Copy)]
pub enum For {
    /// The binary alone, in the dev profile or in release.
    Binary { release: bool },
    /// Everything in the workspace.
    Tests,
}

/// The plugins that travel inside the binary: to `target/plugins`, and packed to `target/shipped`.
pub fn build_shipped(workspace: &Workspace, toolchain: &Toolchain, whom: For) -> Outcome {
    let mut command = toolchain.build(workspace);
    command.args(["--profile", "plugin"]);
    for plugin in workspace.shipped_plugins()? {
        command.args(["--package", &plugin]);
    }
    let made = messages::artifacts(&mut command)?;
    lay_out(workspace, &made, "plugins")?;
    pack(workspace, whom)
}

/// Compresses the shipped plugins, and asks each what it is and does.
fn pack(workspace: &Workspace, whom: For) -> Outcome {
    let mut command = workspace.cargo();
    command.arg("build");
    match whom {
        For::Binary { release } => {
            command.args(["--package", "docmill-cli", "--package", "docmill-pack"]);
            command.args(if release { &["--release"][..] } else { &[] });
        }
        // The features of test dependencies are unified as well only with an example among what is
        // built.
        For::Tests => {
            command.args(["--workspace", "--example", "extract-csv"]);
        }
    }
    let made = messages::artifacts(command.args(["--bin", "docmill-pack"]))?;
    let packer =
        made.into_iter().find(|path| path.file_stem().is_some_and(|it| it == "docmill-pack"));
    let packer = packer.ok_or_else(|| Error::new("cargo built no binary `docmill-pack`"))?;
    let mut command = Command::new(packer);
    command.current_dir(&workspace.root);
    // The cache is that of the tests: what is compiled for one is not compiled again for the other.
    let folders = [
        "plugins",
        "target/plugins",
        "seeds/tables",
        "target/tmp/test-cache/docmill/code",
        "target/shipped",
    ];
    run(command.args(folders))
}

/// Everything that tests and benchmarks use besides: examples, adversaries, and guests in other
/// languages.
pub fn build_all(workspace: &Workspace) -> Outcome {
    let toolchain = toolchain::set_up(workspace)?;
    build_shipped(workspace, &toolchain, For::Tests)?;
    build_examples(workspace, &toolchain)?;
    build_adversaries(workspace, &toolchain)?;
    polyglot::build(workspace)
}

/// What benchmarks use: the shipped plugins and the examples.
pub fn build_measured(workspace: &Workspace) -> Outcome {
    let toolchain = toolchain::set_up(workspace)?;
    build_shipped(workspace, &toolchain, For::Tests)?;
    build_examples(workspace, &toolchain)
}

fn build_examples(workspace: &Workspace, toolchain: &Toolchain) -> Outcome {
    if !workspace.path("plugins/sdk/examples").is_dir() {
        return Ok(());
    }
    let mut command = toolchain.build(workspace);
    command.args(["--profile", "plugin", "--package", "docmill-plugin", "--examples"]);
    let made = messages::artifacts(&mut command)?;
    lay_out(workspace, &made, "guests/examples")
}

fn build_adversaries(workspace: &Workspace, toolchain: &Toolchain) -> Outcome {
    let mut command = toolchain.build(workspace);
    command.args(["--profile", "plugin"]);
    command.args(["--manifest-path", "tests/adversarial/Cargo.toml", "--examples", "--bins"]);
    let made = messages::artifacts(&mut command)?;
    lay_out(workspace, &made, "guests/adversarial")
}

/// Copies the components among these files to a folder below `target`, under the names they have in
/// the repository.
fn lay_out(workspace: &Workspace, made: &[PathBuf], below: &str) -> Outcome {
    let folder = &workspace.target(below);
    fs::create_dir_all(folder).map_err(at(folder))?;
    let shown = folder.strip_prefix(&workspace.root).unwrap_or(folder).display();
    let mut names = Vec::new();
    // A library that a plugin uses may be made a component as well, beside those that were asked
    // for.
    let is_guest = |path: &&PathBuf| {
        path.extension().is_some_and(|it| it == "wasm")
            && !path.parent().is_some_and(|it| it.ends_with("deps"))
    };
    for path in made.iter().filter(is_guest) {
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
    if let Some(number) = sources::number(&workspace.root, below) {
        write_if_changed(&folder.join(sources::FILE), number.as_bytes())?;
    }
    Ok(())
}

/// cargo replaces dashes by underscores in the names of libraries; no guest has an underscore of
/// its own.
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
