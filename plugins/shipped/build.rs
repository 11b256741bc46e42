//! Takes in what was packed to `target/shipped`, the tables in `seeds/tables`, and the built-in
//! pipeline.
//!
//! Where nothing was packed, components are taken in as they were built: then plugins are asked at
//! the first start what they are.

mod pipeline;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() {
    let here = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let root = here.ancestors().nth(2).expect("it lies two folders below the root");
    println!("cargo::rerun-if-changed=pipeline.rs");
    for entry in fs::read_dir(root.join("plugins")).into_iter().flatten().flatten() {
        println!("cargo::rerun-if-changed={}", entry.path().join("Cargo.toml").display());
    }
    let built_in = pipeline::of(&root.join("plugins")).unwrap_or_else(|error| panic!("{error}"));
    let built = files(&root.join("target/plugins"), "wasm");
    let packed = files(&root.join("target/shipped"), "zst");
    let manifests = files(&root.join("target/shipped"), "json");
    let included = |path: Option<&PathBuf>| {
        path.map_or_else(|| "b\"\"".to_owned(), |path| format!("include_bytes!({path:?})"))
    };
    let mut text = String::from("static PLUGINS: &[ShippedPlugin] = &[\n");
    let mut count = 0;
    for name in &built_in.plugins {
        let Some(component) = packed.get(name).or_else(|| built.get(name)) else { continue };
        let (component, manifest) = (included(Some(component)), included(manifests.get(name)));
        text.push_str(&format!(
            "    ShippedPlugin {{ name: {name:?}, component: {component}, manifest: {manifest} }},\n"
        ));
        count += 1;
    }
    text.push_str("];\nstatic TABLES: &[(&str, &str)] = &[\n");
    for (name, path) in files(&root.join("seeds/tables"), "tsv") {
        text.push_str(&format!("    ({name:?}, include_str!({path:?})),\n"));
    }
    text.push_str(&format!("];\nstatic PIPELINE: &str = {:?};\n", built_in.text));
    if count == 0 {
        println!(
            "cargo::warning=no shipped plugins were found; `cargo xtask build` makes them first"
        );
    }
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it")).join("shipped.rs");
    fs::write(out, text).expect("the folder for generated files can be written");
}

/// The files of a folder with this extension, by the rest of their names.
fn files(folder: &Path, extension: &str) -> BTreeMap<String, PathBuf> {
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.extension().is_some_and(|it| it == extension) {
            println!("cargo::rerun-if-changed={}", path.display());
            let name = path.file_stem().expect("a file with an extension has a stem");
            files.insert(name.to_string_lossy().into_owned(), path.clone());
        }
    }
    files
}
