//! What calls of plugins cost is measured where it happens, kept with each result and failure, and
//! can be asked.

use docmill::model::{Cost, Document, Provenance};
use docmill_tests::{Lab, TestEnv, exit, guest, shipped, sources};
use serde_json::Value;

/// What a plugin is given of a document: all strings in it.
fn content(document: &Document) -> u64 {
    let attributes =
        document.attributes.iter().chain(document.marks.iter().flat_map(|it| &it.attributes));
    let strings = (attributes.flat_map(|it| [it.name.as_str(), it.value.as_str()]))
        .chain(document.marks.iter().map(|it| it.kind.as_str()))
        .chain(document.language.as_ref().map(|it| it.as_str()))
        .chain([document.text.as_str()]);
    strings.map(|it| it.len() as u64).sum()
}

fn counted(provenance: &Provenance) -> (u64, u64, u64) {
    let Cost { host_calls, bytes_in, bytes_out, .. } = provenance.cost;
    (host_calls, bytes_in, bytes_out)
}

#[test]
fn calls_and_bytes_are_counted_exactly() {
    let steps = ["well-behaved", "read-findings", "read-settings"]
        .map(|name| format!("[[step]]\nplugin = {:?}\n", guest(&format!("adversarial/{name}"))));
    let text = format!("[[step]]\nplugin = {:?}\n{}", shipped("extract-text"), steps.concat());
    let source = "Un titre\n\nUne réunion à Hà Nội.\n";
    let ingested = Lab::get().ingest(&Lab::get().pipeline(&text), sources([("a.txt", source)]), 1);
    let (document, findings) = ingested.found().remove(0);
    let given = content(&document.extracted.document);
    let of = |step: &str| {
        let finding = findings.iter().find(|it| it.step.as_str() == step);
        counted(&finding.expect("the step found something").provenance)
    };
    let length = document.extracted.document.text.len().to_string().len() as u64;
    let kind = "finding".len() as u64;
    assert_eq!(of("well-behaved"), (0, given, kind + length));
    // `Some(["34"])`, of what the plugin before returned.
    let value = r#"Some([""])"#.len() as u64 + length;
    assert_eq!(of("read-findings"), (1, given + kind + length, kind + value));
    let value = r#"Some("good") None"#.len() as u64;
    assert_eq!(of("read-settings"), (2, given + "good".len() as u64, kind + value));
    let (calls, read, returned) = counted(&document.provenance);
    assert!(calls > 0 && read >= source.len() as u64, "{calls} calls, {read} bytes");
    assert_eq!(returned, given, "no asides, and the container knows nothing");
}

/// A document that takes its time until it fails, and two that don't.
fn environment() -> TestEnv {
    let env = TestEnv::with_misbehaving_pipeline();
    env.write("in/a.txt", "Il pleut.\n");
    env.write("in/b.txt", "Il ne pleut plus.\n");
    env.write("in/loop\u{1b}.txt", "Do please-loop now.\n");
    let limits = "[limits]\ndeadline = \"300ms\"\n\n";
    let pipeline = std::fs::read_to_string(env.work().join("docmill.toml")).expect("it is there");
    env.write("docmill.toml", format!("{limits}{pipeline}"));
    let _ = env.run(["ingest", "in"]).expect(exit::SOME_FAILED);
    env
}

fn billed(env: &TestEnv, arguments: &[&str]) -> Vec<Value> {
    let arguments = ["stats", "--output", "json", "--by"].iter().chain(arguments);
    env.run(arguments).expect(exit::SUCCESS).events()
}

#[test]
fn the_document_that_failed_after_a_long_time_is_the_dearest() {
    let env = environment();
    let rows = billed(&env, &["document"]);
    assert_eq!(rows.len(), 3, "{rows:#?}");
    assert_eq!(rows[0]["source"], "in/loop\u{1b}.txt");
    assert_eq!((&rows[0]["calls"], &rows[0]["failed"]), (&2.into(), &1.into()));
    let times: Vec<u64> =
        rows.iter().map(|row| row["duration_us"]["sum"].as_u64().expect("a number")).collect();
    assert!(times[0] >= 300_000 && times.is_sorted_by(|a, b| a >= b), "{times:?}");
    let shares: f64 = rows.iter().map(|row| row["share"].as_f64().expect("a number")).sum();
    assert!((shares - 1.0).abs() < 1e-9, "{shares}");

    let top = billed(&env, &["document", "--top", "1"]);
    assert_eq!(top, rows[..1]);
    let shown = env.run(["stats", "--by", "document", "--top", "1"]).expect(exit::SUCCESS);
    assert!(!shown.stdout.contains('\u{1b}'), "{:?}", shown.stdout);
    assert!(shown.stderr.starts_with("2 more; all together "), "{}", shown.stderr);
}

#[test]
fn bills_by_plugin_and_media_type_add_up_to_the_same() {
    let env = environment();
    let sum = |rows: &[Value], of: &str| -> u64 {
        rows.iter().map(|row| row[of]["sum"].as_u64().expect("a number")).sum()
    };
    let (plugins, types) = (billed(&env, &["plugin"]), billed(&env, &["media-type"]));
    let names: Vec<&Value> = plugins.iter().map(|row| &row["plugin"]).collect();
    assert_eq!(names, ["misbehave-on-request", "extract-text"]);
    assert_eq!(plugins[0]["failed"], 1);
    let names: Vec<&Value> = types.iter().map(|row| &row["media_type"]).collect();
    assert_eq!(names[0], "text/plain");
    for of in ["host_calls", "bytes_in", "bytes_out"] {
        assert!(sum(&plugins, of) > 0);
        assert_eq!(sum(&plugins, of), sum(&types, of), "{of}");
    }
    for row in &plugins {
        let mean = row["duration_us"]["mean"].as_u64().expect("a number");
        assert!(mean <= row["duration_us"]["max"].as_u64().expect("a number"), "{row}");
        assert!(row["peak_memory"]["max"].as_u64().expect("a number") > 0, "{row}");
    }
}

#[test]
fn a_failure_tells_what_it_cost() {
    let env = environment();
    let failures = env.run(["failures", "list", "--output", "json"]).expect(exit::SUCCESS).events();
    let of = |class: &str| {
        failures.iter().find(|it| it["class"] == class).unwrap_or_else(|| panic!("{failures:#?}"))
    };
    assert!(of("deadline")["cost"]["duration_us"].as_u64() >= Some(300_000), "{failures:#?}");
    let id = of("deadline")["id"].as_str().expect("an id");
    let shown = env.run(["failures", "show", id]).expect(exit::SUCCESS);
    // By the clock it may have taken longer than its deadline, which is processor time.
    assert!(shown.stdout.contains("\ncost       "), "{}", shown.stdout);
}
