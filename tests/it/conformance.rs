//! The contract as clauses: written down, each broken by some adversary, and kept by every plugin
//! of ours.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

use docmill::capabilities::Table;
use docmill::catalog::LoadError;
use docmill::conformance::{Configuration, Outcome, Report, check};
use docmill::model::{ByteSize, Clause, Limits};
use docmill_shipped::SHIPPED;
use docmill_tests::{FUNCTIONS, HANDMADE, Lab, TestEnv, exit, guest, root, shipped};

/// Little, so that the adversaries are quick.
const LIMITS: Limits = Limits {
    deadline: Duration::from_secs(1),
    memory: ByteSize::mib(16),
    output: ByteSize::mib(4),
    log: ByteSize::kib(4),
};

/// Components that no compiler makes, and the clause that each breaks.
const HANDMADE_BREAKS: [(&str, &str); 8] = [
    ("return-invalid-utf8", "V-5"),
    ("return-surrogate", "V-5"),
    ("list-outside-memory", "V-5"),
    ("tag-unknown", "V-5"),
    ("result-unaligned", "V-5"),
    ("keep-the-source", "V-6"),
    ("give-the-source-back-twice", "V-6"),
    ("read-after-giving-back", "V-6"),
];

/// What the check says of a plugin to which every table of these is granted that it declares.
fn report(path: &Path, tables: &[(&str, String)], limits: Limits) -> Result<Report, LoadError> {
    let bytes = std::fs::read(path).expect("a guest can be read");
    let lab = Lab::get().catalog();
    let plugin = match lab.load(&bytes) {
        Err(LoadError::Describe { stopped, .. }) => {
            return Ok(Report::of_failed_description(&stopped));
        }
        loaded => loaded?,
    };
    let declared = |name: &str| plugin.description.tables.iter().any(|it| it.name == name);
    let table = |(name, text): &(&str, String)| {
        ((*name).to_owned(), Table::from_tsv(text).expect("it is well formed").into())
    };
    let tables = tables.iter().filter(|(name, _)| declared(name)).map(table).collect();
    let configuration = Configuration::of(&plugin.description, BTreeMap::new(), tables, limits)
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    Ok(check(lab.sandbox(), &plugin, &configuration, &[]))
}

fn broken(report: &Report) -> Vec<String> {
    let told = |verdict: &docmill::conformance::Verdict| match &verdict.outcome {
        Outcome::Broken { what, input } => format!("{}: {what} ({input:?})", verdict.clause),
        _ => unreachable!("only the broken ones"),
    };
    report.broken().map(told).collect()
}

/// The values of one key in the headers of the adversaries, by name.
fn headers(key: &str) -> BTreeMap<String, Option<String>> {
    let folder = root().join("tests/adversarial/examples");
    let entries = std::fs::read_dir(folder).expect("the adversaries are there");
    let header = |path: PathBuf| {
        let name = path.file_stem().expect("it has a name").to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&path).expect("an adversary can be read");
        let value = text.lines().find_map(|line| line.strip_prefix(&format!("//! {key}: ")));
        (name, value.map(str::to_owned))
    };
    entries.map(|entry| header(entry.expect("a folder can be read").path())).collect()
}

#[test]
fn the_list_for_people_says_what_the_code_says() {
    let path = root().join("tests/conformance/CONTRACT.md");
    let text = std::fs::read_to_string(&path).expect("the list is there");
    let rows: Vec<[&str; 3]> = (text.lines())
        .filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |"))
        .map(|row| row.split(" | ").collect::<Vec<_>>())
        .filter_map(|cells| match cells.as_slice() {
            [id, must, functions, how] if id.contains('-') && !id.contains("--") => {
                assert!(!how.is_empty(), "{id}: how is it checked?");
                Some([*id, *must, *functions])
            }
            _ => None,
        })
        .collect();
    let functions: Vec<String> = Clause::ALL
        .iter()
        .map(|clause| {
            clause.functions.iter().map(|it| format!("`{it}`")).collect::<Vec<_>>().join(", ")
        })
        .collect();
    let expected: Vec<[&str; 3]> = Clause::ALL
        .iter()
        .zip(&functions)
        .map(|(clause, functions)| [clause.id, clause.must, functions.as_str()])
        .collect();
    for (row, expected) in rows.iter().zip(&expected) {
        assert_eq!(row, expected);
    }
    assert_eq!(rows.len(), expected.len());
}

#[test]
fn every_function_of_the_contract_is_bound_by_a_clause() {
    let bound: BTreeSet<&str> =
        Clause::ALL.iter().flat_map(|clause| clause.functions).copied().collect();
    assert_eq!(bound, FUNCTIONS.iter().copied().collect());
}

#[test]
fn every_clause_has_an_adversary_or_a_witness() {
    let named = |key| headers(key).into_values().flatten().collect::<BTreeSet<String>>();
    let (mut breaks, probes) = (named("breaks"), named("probes"));
    breaks.extend(HANDMADE_BREAKS.iter().map(|(_, clause)| (*clause).to_owned()));
    let ids = |of_host: bool| {
        let ids = Clause::ALL.iter().map(|clause| clause.id.to_owned());
        ids.filter(move |id| id.starts_with('H') == of_host).collect::<BTreeSet<_>>()
    };
    assert_eq!(breaks, ids(false), "what adversaries break");
    assert_eq!(probes, ids(true), "what adversaries see of the host");
}

#[test]
fn the_check_reports_exactly_the_clause_that_an_adversary_breaks() {
    let mut wrong = Vec::new();
    let words = std::fs::read_to_string(root().join("tests/adversarial/words.tsv"));
    let tables = [("words", words.expect("the table of the adversaries can be read"))];
    let mut judge = |name: &str, file: PathBuf, expected: &str| {
        // To fill what a container may hold takes its time.
        let patience = if expected == "L-2" { 60 } else { 1 };
        let limits = Limits { deadline: Duration::from_secs(patience), ..LIMITS };
        let report = report(&file, &tables, limits);
        let broken: Vec<String> = match &report {
            Ok(report) => report.broken().map(|it| it.clause.id.to_owned()).collect(),
            Err(error) => vec![error.to_string()],
        };
        if broken != [expected] {
            let told = report.as_ref().map(self::broken).unwrap_or(broken);
            wrong.push(format!("{name} should break {expected} alone: {told:#?}"));
        }
    };
    for (name, clause) in headers("breaks") {
        if let Some(clause) = clause {
            judge(&name, guest(&format!("adversarial/{name}")), &clause);
        }
    }
    for (name, clause) in HANDMADE_BREAKS {
        let (.., file) = HANDMADE.iter().find(|case| case.0 == name).expect("a handmade component");
        judge(name, PathBuf::from(file), clause);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn whoever_does_no_harm_is_reported_for_nothing() {
    for (name, probes) in headers("probes") {
        // What hostile members come to, only a pipeline tells.
        if probes.is_some() && headers("breaks")[&name].is_none() {
            let report = report(&guest(&format!("adversarial/{name}")), &[], LIMITS);
            let report = report.unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(broken(&report), Vec::<String>::new(), "{name}");
        }
    }
}

/// Every plugin that has its source in `plugins/`: those that travel with docmill, the examples of
/// the SDK, those in other languages.
fn ours() -> Vec<PathBuf> {
    let plugins = root().join("plugins");
    let entries = std::fs::read_dir(&plugins).expect("the plugins are there");
    let is_component = |folder: &PathBuf| {
        let manifest = std::fs::read_to_string(folder.join("Cargo.toml")).unwrap_or_default();
        let lib = manifest.split_once("[lib]").map_or("", |(_, lib)| lib);
        lib.split("\n[").next().is_some_and(|lib| lib.contains("cdylib"))
    };
    let name = |path: PathBuf| path.file_name().map(|it| it.to_string_lossy().into_owned());
    let mut ours: Vec<PathBuf> = (entries.map(|it| it.expect("a folder can be read").path()))
        .filter(is_component)
        .filter_map(name)
        .map(|name| shipped(&name))
        .collect();
    let sdk = std::fs::read_to_string(plugins.join("sdk/Cargo.toml")).expect("it can be read");
    let examples = sdk.split("[[example]]").skip(1).filter_map(|example| {
        let name = example.lines().find_map(|line| line.strip_prefix("name = "))?;
        Some(name.trim_matches('"').to_owned())
    });
    // What makes mistakes on purpose is held to what is said of them: see `mistakes`.
    let examples = examples.filter(|it| !it.starts_with("mistakes"));
    ours.extend(examples.map(|example| guest(&format!("examples/{example}"))));
    // The Rust versions are among the examples.
    for language in crate::polyglot::languages().iter().filter(|it| *it != "rust") {
        let cases = std::fs::read_dir(plugins.join("polyglot/cases")).expect("they are there");
        for case in cases {
            let case = case.expect("a folder can be read").path();
            let plugin = case.file_stem().expect("it has a name").to_string_lossy().into_owned();
            ours.push(guest(&format!("polyglot/{plugin}-{language}")));
        }
    }
    ours
}

#[test]
fn every_plugin_of_ours_keeps_every_clause() {
    let table = |name: &str| SHIPPED.table(name).expect("a shipped table").to_owned();
    // By the names under which plugins ask for them.
    let tables = [("glossary", table("glossary-fr")), ("taxonomy", table("vn-1131-2025"))];
    let plugins = ours();
    for kind in ["plugins/extract-text", "examples/analyze-years", "examples/unpack-jsonlines"] {
        let is_there = |path: &PathBuf| path.with_extension("").ends_with(kind);
        assert!(plugins.iter().any(is_there), "{kind}: {plugins:#?}");
    }
    // Time is no matter here, and Python's runtime begins with more memory than the default allows.
    let limits = Limits {
        deadline: Duration::from_secs(60),
        memory: ByteSize::mib(512),
        ..Limits::default()
    };
    for path in plugins {
        let report = report(&path, &tables, limits)
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        assert_eq!(broken(&report), Vec::<String>::new(), "{}", path.display());
        assert!(report.instances > 10, "{}: {} instances", path.display(), report.instances);
    }
}

#[test]
fn the_command_says_of_each_clause_whether_it_was_kept() {
    let env = TestEnv::new();
    let good = guest("adversarial/well-behaved");
    let output = env.run(["plugin", "check", good.to_str().expect("a path")]).expect(exit::SUCCESS);
    assert!(output.stdout.contains("  A-1 ok              every annotation"), "{}", output.stdout);
    assert!(output.stdout.contains("0 failed"), "{}", output.stdout);

    let bad = guest("adversarial/labels-duplicate");
    let bad = bad.to_str().expect("a path");
    let output = env.run(["plugin", "check", bad]).expect(exit::REJECTED);
    let output = output.says("breaks 1 clause of the contract").says("hint: ");
    assert!(output.stdout.contains("  C-2 failed          each label"), "{}", output.stdout);
    assert!(output.stdout.contains("it gave the label `one` twice"), "{}", output.stdout);

    let output = env.run(["plugin", "check", bad, "--output", "json"]).expect(exit::REJECTED);
    let [report] = output.events().try_into().expect("one object");
    let clauses = report["clauses"].as_array().expect("clauses");
    let failed: Vec<_> = clauses.iter().filter(|it| it["outcome"] == "failed").collect();
    assert_eq!(failed.len(), 1);
    assert_eq!(failed[0]["id"], "C-2");
    assert_eq!(report["clean"], false);

    let _ = env.run(["plugin", "check", "classify-lexicon"]).expect(exit::USAGE).says(
        "error: the plugin needs the table `taxonomy`\nhint: give one with `--table taxonomy=FILE`",
    );
}
