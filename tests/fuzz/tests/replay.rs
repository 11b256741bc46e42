//! Everything that ever broke a parser, and what a parser should read, goes through it again.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use docmill_fuzz::TARGETS;

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// What a folder holds, in order.
fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries =
        fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut entries: Vec<_> =
        entries.map(|entry| entry.expect("it can be listed").path()).collect();
    entries.sort();
    entries
}

#[test]
fn the_corpus_breaks_nothing() {
    for (name, target) in TARGETS {
        let seeds = entries(&folder("corpus").join(name));
        assert!(seeds.len() > 1, "`{name}` has {} seeds", seeds.len());
        for seed in seeds {
            let data = fs::read(&seed).expect("a seed can be read");
            let fine = std::panic::catch_unwind(|| target(&data));
            assert!(fine.is_ok(), "`{}` breaks `{name}`", seed.display());
            // Cut anywhere, it is still no more than bytes.
            for end in (0..data.len()).step_by(data.len() / 16 + 1) {
                target(&data[..end]);
            }
        }
    }
}

#[test]
fn every_target_is_handed_to_the_engine_and_has_a_corpus() {
    let names: BTreeSet<String> = TARGETS.iter().map(|(name, _)| (*name).to_owned()).collect();
    let stems = |name: &str| -> BTreeSet<String> {
        let stem = |path: PathBuf| path.file_stem().map(|it| it.to_string_lossy().into_owned());
        entries(&folder(name)).into_iter().filter_map(stem).collect()
    };
    assert_eq!(stems("corpus"), names);
    assert_eq!(stems("fuzz_targets"), names);
}
