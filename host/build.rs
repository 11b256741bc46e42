//! Collects what travels inside the binary: the plugins that `cargo xtask build` made, and the tables in `seeds/tables`.

use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() {
    println!("cargo::rerun-if-env-changed=DOCMILL_SHIPPED_PLUGINS");
    let here = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let root = here.parent().expect("the host lies in the workspace");
    let plugins = env::var_os("DOCMILL_SHIPPED_PLUGINS")
        .map_or_else(|| root.join("target/plugins"), PathBuf::from);
    let mut text = String::from("static PLUGINS: &[(&str, &[u8])] = &[\n");
    let found = files(&plugins, "wasm");
    for (name, path) in &found {
        text.push_str(&format!("    ({name:?}, include_bytes!({path:?})),\n"));
    }
    text.push_str("];\nstatic TABLES: &[(&str, &str)] = &[\n");
    for (name, path) in files(&root.join("seeds/tables"), "tsv") {
        text.push_str(&format!("    ({name:?}, include_str!({path:?})),\n"));
    }
    text.push_str("];\n");
    if found.is_empty() {
        println!(
            "cargo::warning=no shipped plugins were found; `cargo xtask build` makes them first"
        );
    }
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it")).join("shipped.rs");
    fs::write(out, text).expect("the folder for generated files can be written");
}

/// The files of a folder with this extension, by name.
fn files(folder: &Path, extension: &str) -> Vec<(String, PathBuf)> {
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.extension().is_some_and(|it| it == extension) {
            println!("cargo::rerun-if-changed={}", path.display());
            let name = path
                .file_stem()
                .expect("a file with an extension has a stem")
                .to_string_lossy()
                .into_owned();
            files.push((name, path));
        }
    }
    files.sort();
    files
}
