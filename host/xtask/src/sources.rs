//! What guests are made of, in one number: laid beside them by the build, and compared by the
//! tests, which so notice old ones.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;

/// The name of the file beside the guests that has the number.
pub const FILE: &str = "sources";

/// The folders that guests of each kind are made of, by the folder that the guests are laid in.
const SOURCES: [(&str, &[&str]); 3] = [
    ("plugins", &["plugins", "wit"]),
    ("guests/examples", &["plugins/sdk", "wit"]),
    ("guests/adversarial", &["plugins/sdk", "tests/adversarial", "wit"]),
];

/// The number of the sources of what is laid in this folder below `target`, if its sources are
/// known.
pub fn number(root: &Path, laid_in: &str) -> Option<String> {
    let (_, folders) = SOURCES.iter().find(|(folder, _)| *folder == laid_in)?;
    let mut hasher = DefaultHasher::new();
    for folder in *folders {
        add(&root.join(folder), root, &mut hasher);
    }
    Some(format!("{:016x}\n", hasher.finish()))
}

/// Adds what a compiler reads of a folder: names and contents, in order.
fn add(folder: &Path, root: &Path, hasher: &mut impl Hasher) {
    // Tests are natively compiled, and what packs the guests is no part of them.
    const APART: [&str; 8] = [
        "tests",
        "shipped",
        "polyglot",
        "sdk-python",
        "sdk-javascript",
        "target",
        "node_modules",
        "__pycache__",
    ];
    let mut paths: Vec<_> =
        fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            if !path.file_name().is_some_and(|name| APART.iter().any(|apart| name == *apart)) {
                add(&path, root, hasher);
            }
        } else if path.extension().is_some_and(|it| it != "md") {
            path.strip_prefix(root).unwrap_or(&path).hash(hasher);
            fs::read(&path).unwrap_or_default().hash(hasher);
        }
    }
}
