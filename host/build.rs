//! Gives this very host a name: its version, and a digest of its sources, which what plugins said
//! is kept under.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;
use std::{env, fs};

fn main() {
    let mut hasher = DefaultHasher::new();
    for folder in ["src", "../wit"] {
        println!("cargo::rerun-if-changed={folder}");
        add(Path::new(folder), &mut hasher);
    }
    let version = env::var("CARGO_PKG_VERSION").expect("cargo sets it");
    println!("cargo::rustc-env=DOCMILL_BUILD={version}-{:016x}", hasher.finish());
}

/// Adds the names and contents of all files in a folder, in order.
fn add(folder: &Path, hasher: &mut impl Hasher) {
    let entries = fs::read_dir(folder).expect("the sources can be listed");
    let mut paths: Vec<_> =
        entries.map(|it| it.expect("the sources can be listed").path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            add(&path, hasher);
        } else {
            path.hash(hasher);
            fs::read(&path).expect("the sources can be read").hash(hasher);
        }
    }
}
