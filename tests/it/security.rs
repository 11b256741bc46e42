//! The threat model names tests and files: a promise whose proof is gone is none.

use std::fs;
use std::path::Path;

use docmill_tests::root;

/// The text of every Rust file of the host and the tests.
fn sources() -> String {
    fn read(folder: &Path, text: &mut String) {
        for entry in fs::read_dir(folder).expect("it can be read") {
            let path = entry.expect("it can be read").path();
            if path.is_dir() {
                read(&path, text);
            } else if path.extension().is_some_and(|it| it == "rs") {
                text.push_str(&fs::read_to_string(&path).expect("it is text"));
            }
        }
    }
    let mut text = String::new();
    let folders = ["host/src", "host/search", "host/serve", "host/cli/src", "tests/it"];
    for folder in folders {
        read(&root().join(folder), &mut text);
    }
    text
}

#[test]
fn what_the_threat_model_names_is_there() {
    let model = fs::read_to_string(root().join("SECURITY.md")).expect("it is there");
    let sources = sources();
    let named: Vec<&str> = model.split('`').skip(1).step_by(2).collect();
    let files = named.iter().filter(|it| it.contains('/') && !it.contains(' '));
    let missing: Vec<_> =
        files.filter(|it| !root().join(it).exists() && !it.starts_with("/")).collect();
    assert!(missing.is_empty(), "{missing:?}");
    let is_test = |it: &&&str| {
        it.matches('_').count() > 2 && it.bytes().all(|it| it.is_ascii_lowercase() || it == b'_')
    };
    let tests: Vec<_> = named.iter().filter(is_test).collect();
    assert!(tests.len() > 20, "{tests:?}");
    for test in tests {
        assert!(sources.contains(&format!("fn {test}()")), "there is no test `{test}`");
    }
    let targets = fs::read_to_string(root().join("tests/fuzz/Cargo.toml")).expect("it is there");
    for target in ["guest_values", "component", "record", "bundle", "import"] {
        assert!(model.contains(&format!("`{target}`")) && targets.contains(target), "{target}");
    }
    // Adversaries by their names, or by how those of a kind begin.
    let adversaries: Vec<String> = fs::read_dir(root().join("tests/adversarial/examples"))
        .expect("it can be read")
        .map(|it| it.expect("it can be read").file_name().to_string_lossy().into_owned())
        .collect();
    let handmade = fs::read_to_string(root().join("tests/adversarial/handmade.rs")).expect("text");
    for line in model.lines() {
        for group in line.split("`tests/adversarial/` (").skip(1) {
            let names = group.split(')').next().expect("it ends").split(", ");
            for name in names.map(|it| it.trim_matches('`')) {
                let begins = name.trim_end_matches('*');
                let is_there = adversaries.iter().any(|it| it.starts_with(begins));
                assert!(is_there || handmade.contains(&format!("\"{begins}")), "`{name}`");
            }
        }
    }
}
