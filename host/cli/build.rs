//! Lists what the binary brings along for authors of plugins: the contract with its releases, the
//! SDKs, and what a new plugin begins with.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs};

/// Each list, the folder whose files it has, and how their names end.
const LISTS: [(&str, &str, &[&str]); 5] = [
    ("WIT", "../../wit", &[".wit"]),
    ("SDK", "../../plugins/sdk", &["build.rs", "Cargo.toml", ".rs"]),
    ("SDK_PYTHON", "../../plugins/sdk-python/src", &[".py", "py.typed"]),
    ("SDK_JAVASCRIPT", "../../plugins/sdk-javascript", &["package.json", ".mjs", ".js", ".d.ts"]),
    ("TEMPLATES", "templates", &[""]),
];

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let here = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let mut text = String::new();
    for (list, folder, endings) in LISTS {
        println!("cargo::rerun-if-changed={folder}");
        let folder = here.join(folder);
        let mut files = Vec::new();
        collect(&folder, "", endings, &mut files);
        files.sort();
        // Examples and tests need more than the SDK does.
        files.retain(|name| !name.starts_with("examples/") && !name.starts_with("tests/"));
        // Writing to a string does not fail.
        let _ = writeln!(
            text,
            "/// Path below the folder, and text.\npub static {list}: &[(&str, &str)] = &["
        );
        for name in files {
            let path = folder.join(&name);
            let _ = match name == "Cargo.toml" {
                true => writeln!(text, "    ({name:?}, {:?}),", standalone(&path, &here)),
                false => writeln!(text, "    ({name:?}, include_str!({path:?})),"),
            };
        }
        text.push_str("];\n\n");
    }
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it")).join("carried.rs");
    fs::write(out, text).expect("the folder for generated files can be written");
}

/// The manifest of a crate, for outside of the workspace: with what the workspace says written out,
/// and without what only its tests need.
fn standalone(manifest: &Path, here: &Path) -> String {
    let read = |path: &Path| fs::read_to_string(path).expect("a manifest can be read");
    let workspace = read(&here.join("../../Cargo.toml"));
    println!("cargo::rerun-if-changed=../../Cargo.toml");
    let (_, shared) =
        workspace.split_once("[workspace.package]").expect("the workspace has packages");
    let of_workspace = |key: &str| {
        let line = shared.lines().find(|line| line.starts_with(&format!("{key} = ")));
        line.unwrap_or_else(|| panic!("the workspace says nothing of `{key}`")).to_owned()
    };
    let text = read(manifest);
    let own = text.split("[dev-dependencies]").next().unwrap_or_default();
    let line = |line: &str| match line.strip_suffix(".workspace = true") {
        Some(key) => of_workspace(key),
        None => line.to_owned(),
    };
    own.lines().map(|it| line(it) + "\n").collect()
}

/// The files below a folder, by their names from there.
fn collect(folder: &Path, below: &str, endings: &[&str], files: &mut Vec<String>) {
    for entry in fs::read_dir(folder).expect("the folder is there") {
        let entry = entry.expect("it can be listed");
        let name = entry.file_name().into_string().expect("a name in UTF-8");
        let name = if below.is_empty() { name } else { format!("{below}/{name}") };
        let path = entry.path();
        // What npm installs beside the sources is none of them.
        if path.is_dir() && name != "node_modules" {
            collect(&path, &name, endings, files);
        } else if endings.iter().any(|ending| name.ends_with(ending)) {
            files.push(name);
        }
    }
}
