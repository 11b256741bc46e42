//! Where things lie in the repository and below `target/`.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;

use crate::process::{Outcome, at};

pub struct Workspace {
    pub root: PathBuf,
}

impl Workspace {
    pub fn find() -> Self {
        // The variable is set whenever cargo runs this; the other path serves a binary called
        // directly.
        let here = env::var_os("CARGO_MANIFEST_DIR")
            .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
        let root = here.ancestors().nth(2).expect("xtask lies two folders below the root");
        Self { root: root.to_owned() }
    }

    /// A path below the root.
    pub fn path(&self, relative: &str) -> PathBuf {
        self.root.join(relative)
    }

    /// What builds leave behind and others look for: always in the repository, wherever cargo
    /// itself compiles.
    pub fn target(&self, relative: &str) -> PathBuf {
        self.root.join("target").join(relative)
    }

    /// The cargo that runs this task, in the root of the repository.
    pub fn cargo(&self) -> Command {
        let program = env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
        self.cargo_at(&program)
    }

    /// Some cargo, in the root of the repository.
    pub fn cargo_at(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.root);
        // `cargo run` tells this program which package it is. A cargo below it would hand that to
        // build scripts, which then run again each time somebody switches between
        // `cargo xtask build` and `cargo build`.
        for (name, _) in env::vars_os() {
            let name = name.to_string_lossy().into_owned();
            if name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_") {
                command.env_remove(name);
            }
        }
        command
    }

    /// The plugins that travel inside the binary: every folder below `plugins/` whose manifest says
    /// so.
    pub fn shipped_plugins(&self) -> Outcome<Vec<String>> {
        let folder = self.path("plugins");
        let mut plugins = Vec::new();
        for entry in fs::read_dir(&folder).map_err(at(&folder))?.flatten() {
            let Ok(manifest) = fs::read_to_string(entry.path().join("Cargo.toml")) else {
                continue;
            };
            if is_shipped(&manifest) {
                plugins.push(entry.file_name().to_string_lossy().into_owned());
            }
        }
        plugins.sort();
        Ok(plugins)
    }
}

/// A manifest of cargo, as far as it matters here.
#[derive(Default, Deserialize)]
struct CargoManifest {
    package: Option<Package>,
}

#[derive(Default, Deserialize)]
struct Package {
    #[serde(default)]
    metadata: toml::Table,
}

/// Whether a manifest says which step of the built-in pipeline its plugin is.
fn is_shipped(manifest: &str) -> bool {
    let manifest: CargoManifest = toml::from_str(manifest).unwrap_or_default();
    manifest.package.unwrap_or_default().metadata.contains_key("docmill")
}

/// Writes a file only if that changes it, since cargo goes by times.
pub fn write_if_changed(path: &Path, bytes: &[u8]) -> Outcome<bool> {
    if fs::read(path).is_ok_and(|old| old == bytes) {
        return Ok(false);
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(at(folder))?;
    }
    fs::write(path, bytes).map_err(at(path))?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_plugin_with_a_place_in_the_built_in_pipeline_is_shipped() {
        assert!(is_shipped("[package]\n\n[package.metadata.docmill]\nplace = 1\n"));
        assert!(!is_shipped("[package]\n\n[lib]\ncrate-type = [\"cdylib\", \"rlib\"]\n"));
    }

    #[test]
    fn a_plugin_with_a_folder_of_its_own_is_found() {
        let plugins = Workspace::find().shipped_plugins().unwrap();
        assert!(plugins.iter().any(|it| it == "extract-text"), "{plugins:?}");
        assert!(!plugins.iter().any(|it| it == "sdk"), "{plugins:?}");
    }
}
