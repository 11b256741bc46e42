//! `eval` and `taxonomy check`: what a classifier is worth, and what is wrong with its table.

use docmill_tests::{TestEnv, exit, root, shipped};

const TABLE: &str = "@labels\tfruit tools\napple\tfruit 4 en\nhammer\ttools 4 en\n";
const LABELS: &str = concat!(
    r#"{"id":"right","language":"en","main":"fruit","text":"The apple\n\nThe apple is on the table of the house."}"#,
    "\n",
    r#"{"id":"missing","language":"en","main":"tools","text":"The saw\n\nThe saw is on the table of the house."}"#,
    "\n",
    r#"{"id":"from-file","language":"en","main":"tools","held_out":true,"source":"hammer.txt"}"#,
    "\n",
    r#"{"id":"none","language":"en","text":"The weather\n\nThe weather will be good in the north."}"#,
    "\n",
);

fn environment() -> TestEnv {
    let env = TestEnv::new();
    env.write("table.tsv", TABLE);
    env.write("labels.jsonl", LABELS);
    env.write("hammer.txt", "The hammer\n\nThe hammer is on the table of the house.\n");
    let pipeline = format!(
        "[[step]]\nplugin = {:?}\n\n[[step]]\nplugin = {:?}\ntables = {{ taxonomy = \"table.tsv\" }}\n",
        shipped("extract-text"),
        shipped("classify-lexicon"),
    );
    env.write("docmill.toml", pipeline);
    env
}

#[test]
fn a_classifier_is_measured_and_nothing_is_stored() {
    let env = environment();
    let output = env.run(["eval", "--labels", "labels.jsonl"]).expect(exit::SUCCESS);
    for told in ["main none for tools, without tools", "2/3 66.7 %", "1/1 100.0 %", "held out"] {
        assert!(output.stdout.contains(told), "{told:?} is not in {}", output.stdout);
    }
    assert!(!env.work().join(".docmill").exists(), "nothing is stored");

    let output = env.run(["eval", "--labels", "labels.jsonl", "--output", "json"]);
    let report = &output.expect(exit::SUCCESS).events()[0];
    assert_eq!(report["overall"]["main_right"], serde_json::json!({"right": 2, "of": 3}));
    assert_eq!(report["labels"]["tools"]["recall"], serde_json::json!(0.5));
    assert_eq!(report["mistakes"][0]["id"], "missing");
    assert_eq!(report["failed"], serde_json::json!([]));
}

#[test]
fn one_part_can_be_measured_alone() {
    let env = environment();
    let output =
        env.run(["eval", "--labels", "labels.jsonl", "--part", "held-out", "--output", "json"]);
    assert_eq!(output.expect(exit::SUCCESS).events()[0]["overall"]["cases"], 1);
}

#[test]
fn a_case_that_cannot_be_read_is_told_and_the_others_are_measured() {
    let env = environment();
    std::fs::remove_file(env.work().join("hammer.txt")).expect("it is there");
    let output = env.run(["eval", "--labels", "labels.jsonl"]).expect(exit::SOME_FAILED);
    assert!(output.stdout.contains("1/2 50.0 %"), "{}", output.stdout);
    let _ = output.says("failed: `from-file`: `hammer.txt` could not be read");
}

#[test]
fn labels_that_cannot_be_used_are_an_error_with_its_place() {
    let env = environment();
    env.write("labels.jsonl", "{\"id\":\"a\",\"main\":\"fruits\",\"text\":\"x\"}\n");
    let output = env.run(["eval", "--labels", "labels.jsonl"]).expect(exit::REJECTED);
    let output = output.says("case `a` has the label `fruits`").says("labels.jsonl:1:1");
    let _ = output.says("did you mean `fruit`?");
    env.write("labels.jsonl", "{\"id\":\"a\",\"txt\":\"x\"}\n");
    let output = env.run(["eval", "--labels", "labels.jsonl"]).expect(exit::REJECTED);
    let _ = output.says("unknown field `txt`").says("labels.jsonl:1:");
    let _ = env.run(["eval", "--labels", "missing.jsonl"]).expect(exit::REJECTED);
    let output = env.run(["eval", "--labels", "labels.jsonl", "--step", "extract-text"]);
    let _ = output.expect(exit::REJECTED);
}

#[test]
fn products_are_labels_that_are_measured_where_the_file_names_them() {
    let env = environment();
    let table = "@labels\tfruit tools\n@products\tfruit/apple\napple\tfruit 4 en product:apple\nhammer\ttools 4 en\n";
    env.write("table.tsv", table);
    let output = env.run(["taxonomy", "check", "table.tsv"]).expect(exit::SUCCESS);
    let _ = output.says("`table.tsv` is sound: 2 labels, 1 product");
    let measured = || {
        let output = env.run(["eval", "--labels", "labels.jsonl", "--output", "json"]);
        output.expect(exit::SUCCESS).events().remove(0)
    };
    assert_eq!(measured()["labels"]["fruit/apple"], serde_json::Value::Null);

    env.write(
        "labels.jsonl",
        LABELS.replace(r#""main":"fruit""#, r#""main":"fruit","secondary":["fruit/apple"]"#),
    );
    assert_eq!(measured()["labels"]["fruit/apple"]["f1"], serde_json::json!(1.0));

    let _ = env.run(["ingest", "hammer.txt"]).expect(exit::SUCCESS);
    env.write("apple.txt", "The apple\n\nThe apple is on the table of the house.\n");
    let _ = env.run(["ingest", "apple.txt"]).expect(exit::SUCCESS);
    for label in ["fruit", "fruit/apple"] {
        let listed = env.run(["list", "--label", label, "--output", "json"]);
        let sources: Vec<_> = listed.expect(exit::SUCCESS).events();
        let sources: Vec<_> = sources.iter().map(|it| it["source"].clone()).collect();
        assert_eq!(sources, ["apple.txt"], "{label}");
    }
    let listed = env.run(["list", "--label", "fruit"]).expect(exit::SUCCESS);
    assert!(listed.stdout.contains("fruit 0."), "{}", listed.stdout);
    assert!(!listed.stdout.contains("fruit/apple"), "a list is short: {}", listed.stdout);
}

#[test]
fn everything_wrong_with_a_taxonomy_is_told_by_line() {
    let env = environment();
    let output = env.run(["taxonomy", "check", "table.tsv"]).expect(exit::SUCCESS);
    let _ = output.says("`table.tsv` is sound: 2 labels");
    env.write("table.tsv", "# mine\n@labels\ta b\nApples\ta 3\npears\ta 3 en\nx\tc 3\ny\tb 12\n");
    let output = env.run(["taxonomy", "check", "table.tsv"]).expect(exit::REJECTED);
    let lines: Vec<&str> = output.stdout.lines().collect();
    assert_eq!(
        lines,
        [
            "table.tsv:4: the row `pears` is unusable: it can never match, as texts are folded; write `pear`",
            "table.tsv:5: the row `x` is unusable: `c` is not one of `@labels`",
            "table.tsv:6: the row `y` is unusable: `12` is not a weight from 1 to 9",
        ]
    );
    let _ = output.says("has 3 problems");
    let _ = env.run(["taxonomy", "check", "eu-critical-technologies"]).expect(exit::SUCCESS);
    let output = env.run(["taxonomy", "check", "missing.tsv"]).expect(exit::REJECTED);
    let _ = output.says("the taxonomy `missing.tsv` could not be read").says("vn-1131-2025");
}

/// The bars are those that docmill set itself for articles it had not seen.
#[test]
fn the_shipped_classifier_is_right_on_articles_that_it_was_not_tuned_on() {
    let env = TestEnv::new();
    let pipeline = format!(
        "[[step]]\nplugin = {:?}\n\n[[step]]\nplugin = {:?}\ntables = {{ taxonomy = \"vn-1131-2025\" }}\n",
        shipped("extract-text"),
        shipped("classify-lexicon"),
    );
    env.write("docmill.toml", pipeline);
    let labels = root().join("seeds/labels/vn-1131-2025-articles.jsonl");
    let labels = labels.to_string_lossy();
    let output = env.run(["eval", "--labels", &labels, "--part", "held-out", "--output", "json"]);
    let report = output.expect(exit::SUCCESS).events().remove(0);
    let overall = &report["overall"];
    assert_eq!(overall["cases"], 60);
    assert!(overall["micro"]["f1"].as_f64().is_some_and(|f1| f1 >= 0.92), "{overall}");
    assert!(share(overall, "main_right", 18) >= 0.95, "{overall}");
    assert!(share(overall, "none_kept", 18) >= 0.95, "{overall}");
}

/// A share that a report tells, of at least so many cases.
#[track_caller]
fn share(summary: &serde_json::Value, name: &str, least: u64) -> f64 {
    let count = |field: &str| summary[name][field].as_u64().unwrap_or_default();
    assert!(count("of") >= least, "{summary}");
    count("right") as f64 / count("of") as f64
}

/// Shops, recipes, matches and horoscopes that share words with the groups.
#[test]
fn the_shipped_classifier_leaves_pages_alone_that_only_share_words() {
    let env = TestEnv::new();
    let pipeline = format!(
        "[[step]]\nplugin = {:?}\n\n[[step]]\nplugin = {:?}\ntables = {{ taxonomy = \"vn-1131-2025\" }}\n",
        shipped("extract-text"),
        shipped("classify-lexicon"),
    );
    env.write("docmill.toml", pipeline);
    let labels = root().join("seeds/labels/vn-1131-2025-pages.jsonl");
    let output = env.run(["eval", "--labels", &labels.to_string_lossy(), "--output", "json"]);
    let report = output.expect(exit::SUCCESS).events().remove(0);
    for language in ["fr", "vi"] {
        let summary = &report["languages"][language];
        assert!(summary["cases"].as_u64().is_some_and(|it| it >= 60), "{summary}");
        assert!(share(summary, "none_kept", 48) >= 0.95, "{summary}");
        assert!(share(summary, "main_right", 14) >= 0.95, "{summary}");
    }
}

/// A pipeline that is named is the one that reads documents and tables, and no other.
#[test]
fn the_pipeline_that_is_named_reads_the_table_and_the_documents() {
    let env = environment();
    let check = ["taxonomy", "check", "table.tsv", "--pipeline"];
    let fit =
        ["taxonomy", "fit", "table.tsv", "--labels", "labels.jsonl", "--dry-run", "--pipeline"];
    let classifier = shipped("classify-lexicon");
    let extractor = shipped("extract-text");
    let step = |table: &str, name: &str| {
        format!(
            "[[step]]\nplugin = {classifier:?}\nname = {name:?}\ntables = {{ taxonomy = {table:?} }}\n"
        )
    };
    let first = format!("[[step]]\nplugin = {extractor:?}\n\n");

    for args in [&check[..], &fit[..]] {
        let with = |pipeline: &str| {
            env.write("other.toml", pipeline);
            env.run(args.iter().copied().chain(["other.toml"]))
        };
        let _ = with("[[step]").expect(exit::REJECTED).says("other.toml");
        let _ = with(&first).expect(exit::USAGE).says("has no classifier with a table `taxonomy`");
        let two = [&first, &step("vn-21-2026", "one"), &step("vn-1131-2025", "two")];
        let _ =
            with(&two.map(String::as_str).concat()).expect(exit::USAGE).says("has 2 classifiers");
        // A setting that the step has not is the pipeline's mistake and no problem of the table.
        let refused =
            format!("{first}{}settings = {{ surely = true }}\n", step("table.tsv", "one"));
        let _ = with(&refused).expect(exit::REJECTED).says("has no setting `surely`");
    }
    let two = [&first, &step("vn-21-2026", "one"), &step("table.tsv", "two")];
    env.write("other.toml", two.map(String::as_str).concat());
    let output = env.run(check.into_iter().chain(["other.toml"])).expect(exit::SUCCESS);
    let _ = output.says("`table.tsv` is sound: 2 labels");

    // What no extractor of the pipeline takes has no part in a fit.
    let html =
        format!("[[step]]\nplugin = {:?}\n\n{}", shipped("extract-html"), step("x.tsv", "x"));
    env.write("other.toml", html);
    let output = env.run(fit.into_iter().chain(["other.toml"])).expect(exit::REJECTED);
    let _ = output.says("left out: `right`").says("at least 5 labelled sites");
}

#[test]
fn a_table_is_fitted_to_what_a_reader_labelled() {
    let env = environment();
    let filler =
        "Then the people of the house went to the market and came back with many other things. ";
    let case = |index: usize| {
        let (main, text) = match index % 3 {
            0 => ("fruit", "An apple a day. The apple is red, and this apple is from the garden."),
            1 => {
                ("none", "The bank called. In the apple store, a man bought a phone for his wife.")
            }
            _ => (
                "tools",
                "A new hammer. With this hammer the man of the house built a hammer shop.",
            ),
        };
        let text = format!("Story {index}\n\n{text} {}", filler.repeat(index % 4));
        let site = format!("site-{}", index / 2);
        let case = serde_json::json!({"id": index.to_string(), "site": site, "language": "en",
            "main": main, "text": text});
        case.to_string()
    };
    let cases: Vec<String> = (0..60).map(case).collect();
    env.write("mine.jsonl", cases.join("\n"));
    let table = || std::fs::read_to_string(env.work().join("table.tsv")).expect("it is there");
    let args =
        ["taxonomy", "fit", "table.tsv", "--labels", "mine.jsonl", "--background", "labels.jsonl"];

    let output = env.run(args.into_iter().chain(["--dry-run"])).expect(exit::SUCCESS);
    assert!(output.stdout.contains("Cross-validated:"), "{}", output.stdout);
    assert_eq!(table(), TABLE, "a dry run changes nothing");

    let output = env.run(args.into_iter().chain(["--output", "json"])).expect(exit::SUCCESS);
    let report = output.events().remove(0);
    assert_eq!(report["documents"], 60);
    assert_eq!(report["misleading"], serde_json::json!([]), "{report}");
    let [before, after] =
        ["before", "after"].map(|it| share(&report[it]["overall"], "none_kept", 20));
    assert!(after > before && after > 0.9, "{before} {after}");
    let fitted = table();
    assert!(fitted.starts_with(TABLE), "what people wrote stays: {fitted}");
    assert!(fitted.contains("\n@model\tbias=") && fitted.contains("\n@trust apple\tfruit 0."));
    let _ = env.run(["taxonomy", "check", "table.tsv"]).expect(exit::SUCCESS);

    let _ = env.run(args).expect(exit::SUCCESS);
    assert_eq!(table(), fitted, "the same files give the same table");
}
