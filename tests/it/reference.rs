//! The reference of `docmill.toml` and `docmill.lock` in the guide says what is read, key by key.

use std::collections::BTreeSet;
use std::path::Path;

use docmill::manifest::{Lock, Manifest};
use docmill::model::Limits;
use docmill_tests::root;

/// The rows of the table in the guide whose first column has this heading: a key without its
/// backticks, and the other cells.
fn rows(heading: &str) -> Vec<(String, Vec<String>)> {
    let guide =
        std::fs::read_to_string(root().join("plugins/README.md")).expect("the guide is there");
    let cells = |line: &str| -> Vec<String> {
        line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect()
    };
    let mut lines = guide.lines().skip_while(|line| cells(line)[0] != heading);
    assert!(lines.next().is_some(), "the guide has no table `{heading}`");
    let rows = lines.skip(1).take_while(|line| line.starts_with('|'));
    let rows = rows.map(cells).map(|mut cells| {
        let key = cells.remove(0);
        (key.trim_matches('`').to_owned(), cells)
    });
    rows.collect()
}

/// Both tables that begin with a plain `Key`: of the pipeline, then of the lock.
fn top_level() -> [Vec<(String, Vec<String>)>; 2] {
    let guide =
        std::fs::read_to_string(root().join("plugins/README.md")).expect("the guide is there");
    let (_, lock) = guide.split_once("## Reference of `docmill.lock`").expect("there is one");
    let keys: Vec<_> =
        lock.lines().skip_while(|line| !line.starts_with("| Key ")).skip(2).collect();
    let keys = keys.iter().take_while(|line| line.starts_with('|'));
    let cells = |line: &&&str| -> Vec<String> {
        line.trim_matches('|')
            .split('|')
            .map(|cell| cell.trim().trim_matches('`').to_owned())
            .collect()
    };
    let lock = keys.map(|line| cells(&line)).map(|mut cells| (cells.remove(0), cells));
    [rows("Key"), lock.collect()]
}

/// The keys that a parser names when it meets one that there is not.
fn known(error: &str) -> BTreeSet<String> {
    let (_, keys) = error.split_once("expected ").unwrap_or_else(|| panic!("{error}"));
    keys.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

fn manifest(text: &str) -> Result<Manifest, String> {
    let built_in = "[[step]]\nplugin = \"a\"\n";
    Manifest::parse_over(Path::new("docmill.toml"), text, Some(built_in))
        .map_err(|it| it.to_string())
}

fn lock(text: &str) -> Result<Lock, String> {
    Lock::parse(text).map_err(|error| error.to_string())
}

/// Holds a table to a parser: `within` puts a line where its keys belong.
fn check<T>(
    rows: &[(String, Vec<String>)],
    parse: impl Fn(&str) -> Result<T, String>,
    within: impl Fn(&str) -> String,
) {
    let error = parse(&within("no-such-key = 1")).err().expect("it is refused");
    let named: BTreeSet<String> = rows.iter().map(|(key, _)| key.clone()).collect();
    assert_eq!(named, known(&error), "{error}");
    for (key, cells) in rows {
        // Of another type than the guide says.
        let other = if cells[0] == "integer" { "\"x\"" } else { "1" };
        assert!(parse(&within(&format!("{key} = {other}"))).is_err(), "`{key}` is no {}", cells[0]);
    }
}

#[test]
fn the_guide_names_every_key_of_a_pipeline_and_no_other() {
    let [top, _] = top_level();
    check(&top, manifest, |line| format!("{line}\n"));
    check(&rows("Key of a `[[step]]`"), manifest, |line| {
        let plugin = if line.starts_with("plugin") { "" } else { "plugin = \"a\"\n" };
        format!("[[step]]\n{plugin}{line}\n")
    });
    let limits = rows("Key of `limits`");
    check(&limits, manifest, |line| format!("[limits]\n{line}\n[[step]]\nplugin = \"a\"\n"));
    // What the guide says of defaults are the defaults.
    let said: String = limits
        .iter()
        .map(|(key, cells)| format!("{key} = {}\n", cells[1].trim_matches('`')))
        .collect();
    let parsed =
        manifest(&format!("[limits]\n{said}[[step]]\nplugin = \"a\"\n")).expect("it is read");
    assert_eq!(parsed.steps[0].limits, Limits::default());
    let required: Vec<_> = rows("Key of a `[[step]]`")
        .into_iter()
        .filter(|(_, cells)| cells[1] == "required")
        .collect();
    assert_eq!(required.len(), 1);
    assert!(manifest("[[step]]\nname = \"a\"\n").is_err_and(|it| it.contains(&required[0].0)));
}

#[test]
fn the_guide_names_every_key_of_a_lock_and_no_other() {
    let [_, top] = top_level();
    check(&top, lock, |line| match line.starts_with("version") {
        true => format!("{line}\n"),
        false => format!("version = 1\n{line}\n"),
    });
    let digest = "0".repeat(64);
    check(&rows("Key of a `[step.NAME]`"), lock, |line| {
        let plugin = if line.starts_with("plugin") { "" } else { "plugin = \"a 1.0.0\"\n" };
        let digest = if line.starts_with("digest") {
            String::new()
        } else {
            format!("digest = \"sha256:{digest}\"\n")
        };
        format!("version = 1\n[step.a]\n{plugin}{digest}{line}\n")
    });
}
