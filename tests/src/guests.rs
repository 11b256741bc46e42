//! Where built things lie.

use std::path::{Path, PathBuf};

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
/// If it was not built.
pub fn guest(name: &str) -> PathBuf {
    built(target().join("guests").join(format!("{name}.wasm")))
}

/// A shipped plugin, such as `extract-text`.
///
/// # Panics
///
/// If it was not built.
pub fn shipped(name: &str) -> PathBuf {
    built(target().join("plugins").join(format!("{name}.wasm")))
}

fn built(path: PathBuf) -> PathBuf {
    assert!(path.is_file(), "`{}` was not built: run `cargo xtask test`", path.display());
    path
}

/// Where compiled code is kept: one folder for all tests and all of their runs, as compiling takes most of their time.
pub fn code_folder() -> PathBuf {
    target().join("tmp/test-cache/docmill/code")
}
