//! Where built things lie.

#[path = "../../host/xtask/src/sources.rs"]
mod sources;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// The folder of the workspace.
pub fn root() -> &'static Path {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    tests.parent().expect("the tests lie in the workspace")
}

/// The folder that cargo builds to, where this very test lies in `<profile>/deps`.
pub fn target() -> PathBuf {
    profile_folder().parent().expect("a profile's folder lies in the target folder").to_owned()
}

pub(crate) fn profile_folder() -> PathBuf {
    let test = std::env::current_exe().expect("a test knows where it is");
    test.ancestors().nth(2).expect("a test lies in `<profile>/deps`").to_owned()
}

/// A guest of `target/guests`, such as `adversarial/loop-forever`.
///
/// # Panics
///
/// If it was not built, or from other sources than those that are there.
pub fn guest(name: &str) -> PathBuf {
    built(&format!("guests/{name}.wasm"))
}

/// A shipped plugin, such as `extract-text`.
///
/// # Panics
///
/// If it was not built, or from other sources than those that are there.
pub fn shipped(name: &str) -> PathBuf {
    built(&format!("plugins/{name}.wasm"))
}

fn built(file: &str) -> PathBuf {
    let path = target().join(file);
    assert!(path.is_file(), "`{}` was not built: run `cargo xtask test`", path.display());
    let (folder, _) = file.rsplit_once('/').expect("it lies in a folder");
    assert!(
        is_current(folder),
        "what lies in `{folder}` was built from other sources: run `cargo xtask guests`"
    );
    path
}

/// Whether what lies in a folder was built from the sources that are there, as far as these are
/// known.
fn is_current(folder: &str) -> bool {
    // Once for each folder: reading all sources takes some milliseconds.
    static SEEN: Mutex<BTreeMap<String, bool>> = Mutex::new(BTreeMap::new());
    let mut seen = SEEN.lock().unwrap_or_else(PoisonError::into_inner);
    *seen.entry(folder.to_owned()).or_insert_with(|| {
        let noted = std::fs::read_to_string(target().join(folder).join(sources::FILE)).ok();
        let number = sources::number(root(), folder);
        noted.is_none() || number.is_none() || noted == number
    })
}

/// Where compiled code is kept: one folder for all tests and all of their runs, as compiling takes
/// most of their time.
pub fn code_folder() -> PathBuf {
    target().join("tmp/test-cache/docmill/code")
}
