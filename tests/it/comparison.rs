//! Two versions of a plugin are compared on what is stored, and nothing in it changes.

use docmill_tests::{TestEnv, exit, guest, shipped};
use serde_json::{Value, json};

/// A pipeline that reads text, and then runs these steps: the rest of a `[[step]]` each.
fn pipeline(steps: &[String]) -> String {
    let reader = format!("plugin = {:?}", shipped("extract-text"));
    let steps = [&[reader], steps].concat();
    steps.iter().map(|step| format!("[[step]]\n{step}\n")).collect()
}

/// A store of four documents, three of them innocent.
fn environment(steps: &[String]) -> TestEnv {
    let env = TestEnv::new();
    env.write("docmill.toml", pipeline(steps));
    for (name, text) in [
        ("a.txt", "Trois petits mots.\n"),
        ("b.txt", "Do please-trap now.\n"),
        ("c.txt", "Un texte qui est plus long que les autres.\n"),
        ("d.txt", "Encore un.\n"),
    ] {
        env.write(format!("in/{name}"), text);
    }
    let _ = env.run(["ingest", "in"]);
    env
}

fn plugin(name: &str) -> String {
    format!("plugin = {:?}", guest(name))
}

fn path(name: &str) -> String {
    guest(name).display().to_string()
}

fn compare(env: &TestEnv, arguments: &[&str]) -> Vec<Value> {
    let arguments = ["compare", "--output", "json"].iter().chain(arguments);
    env.run(arguments).expect(exit::SUCCESS).events()
}

/// Everything in the store that a command can tell.
fn everything(env: &TestEnv) -> [String; 3] {
    [&["export"][..], &["verify", "--output", "json"], &["stats", "--output", "json"]].map(|it| {
        let mut told = env.run(it).expect(exit::SUCCESS).stdout;
        // A database may tidy up its files whenever it is open.
        if let Some(start) = told.find("\"disk_bytes\"") {
            let end = told[start..].find(',').map_or(told.len(), |comma| start + comma);
            told.replace_range(start..end, "");
        }
        told
    })
}

#[test]
fn another_component_is_compared_document_by_document() {
    let env = environment(&[plugin("adversarial/misbehave-on-request")]);
    let before = everything(&env);
    let (old, new) = (path("adversarial/misbehave-on-request"), path("adversarial/well-behaved"));
    let arguments = [old.as_str(), &new, "--step", "misbehave-on-request", "--jobs", "3"];
    let lines = compare(&env, &arguments);
    let (summary, differences) = lines.split_last().expect("there is a summary");
    let sources: Vec<&Value> = differences.iter().map(|it| &it["source"]).collect();
    assert_eq!(sources, ["in/a.txt", "in/b.txt", "in/c.txt", "in/d.txt"]);
    let change = json!([{ "change": "annotations", "kind": "finding", "gained": 1, "lost": 1 }]);
    assert_eq!(differences[0]["changes"], change);
    assert_eq!(
        (&differences[1]["old"]["class"], &differences[1]["new"]),
        (&json!("trapped"), &Value::Null)
    );
    assert_eq!(summary["found"], json!({ "finding": { "old": 3, "new": 4, "both": 0 } }));
    let counts = ["compared", "same", "different", "skipped"].map(|it| summary[it].clone());
    assert_eq!(counts, [4, 0, 4, 0]);
    let of = |side: &str| (summary[side]["calls"].clone(), summary[side]["failed"].clone());
    assert_eq!((of("old"), of("new")), ((json!(4), json!(1)), (json!(4), json!(0))));
    assert!(summary["new"]["peak_memory"]["mean"].as_u64() > Some(0), "{summary}");
    assert!(summary["new"]["duration_us"]["sum"].as_u64() > Some(0), "{summary}");

    // By any number of jobs, in the same order; and nothing was written.
    let one = compare(&env, &[&old, &new, "--step", "misbehave-on-request", "--jobs", "1"]);
    assert_eq!(one[..4], *differences);
    assert_eq!(everything(&env), before);

    let shown = env.run(["compare", &old, &new, "--step", "misbehave-on-request"]);
    let shown = shown.expect(exit::SUCCESS).says("4 documents compared: 0 the same, 4 different");
    assert!(shown.stdout.contains("    finding +1 −1\n"), "{}", shown.stdout);
    assert!(shown.stdout.contains("    old fails: trapped: it gave up: "), "{}", shown.stdout);
}

#[test]
fn two_settings_are_compared_as_steps_and_a_sample_is_the_same_each_time() {
    let length = |name: &str, brief_below: u32| {
        let plugin = plugin("examples/classify-length");
        format!("{plugin}\nname = \"{name}\"\nsettings = {{ brief-below = {brief_below} }}")
    };
    let env = environment(&[length("few", 5), length("many", 9)]);
    let lines = compare(&env, &["few", "many"]);
    let (summary, differences) = lines.split_last().expect("there is a summary");
    assert_eq!(differences, [] as [Value; 0], "no text has from five to eight words");
    assert_eq!(
        (&summary["same"], &summary["old"]["settings"]["brief-below"]),
        (&json!(4), &json!("5"))
    );

    env.write("docmill.toml", pipeline(&[length("few", 5), length("many", 10)]));
    let lines = compare(&env, &["few", "many"]);
    let (summary, differences) = lines.split_last().expect("there is a summary");
    let changes = json!([
        { "change": "label", "name": "brief", "old": null, "new": 1.0 },
        { "change": "label", "name": "medium", "old": 1.0, "new": null },
    ]);
    assert_eq!((differences.len(), &differences[0]["changes"]), (1, &changes));
    assert_eq!(summary["found"]["brief"], json!({ "old": 3, "new": 4, "both": 3 }));

    let sample = |number: &str| {
        let last = compare(&env, &["few", "many", "--sample", number]).pop();
        last.expect("a summary")["found"].clone()
    };
    assert_eq!(sample("2"), sample("2"));
    assert_eq!(sample("99"), summary["found"]);
}

#[test]
fn a_component_that_the_store_keeps_is_found_by_its_digest() {
    let env = environment(&[plugin("examples/classify-length")]);
    let events =
        env.run(["history", "in/a.txt", "--output", "json"]).expect(exit::SUCCESS).events();
    let digest = events[1]["provenance"]["component"].as_str().expect("a digest");
    // The step that runs a plugin of this name has its settings.
    for meant in [digest, &digest[..12], &format!("sha256:{}", &digest[..12])] {
        let summary = compare(&env, &[meant, &path("examples/classify-length")]).remove(0);
        assert_eq!((&summary["same"], &summary["old"]["component"]), (&json!(4), &json!(digest)));
    }
    let _ = env
        .run(["compare", "sha256:00000000", "classify-length"])
        .expect(exit::USAGE)
        .says("error: the store keeps no component whose digest begins with `00000000`\n");
    let (length, shouting) = (path("examples/classify-length"), path("examples/analyze-shouting"));
    let _ = env.run(["compare", &length, &shouting]).expect(exit::USAGE).says(
        "error: versions of one plugin have one role, and these are classifier and analyzer\n",
    );
    let lexicon = shipped("classify-lexicon").display().to_string();
    let _ = env
        .run(["compare", &lexicon, &lexicon])
        .expect(exit::REJECTED)
        .says("Caused by: it needs the table `taxonomy`, and nothing says which\n");
}

#[test]
fn extractors_are_compared_on_the_originals() {
    let env = environment(&[]);
    env.write("in/e.txt", "Un titre\n\nPublié le 1er octobre 2025\n\nDu texte.\n");
    let reader = format!(
        "plugin = {:?}\nname = \"plain\"\nsettings = {{ conventions = \"none\" }}",
        shipped("extract-text")
    );
    env.write("docmill.toml", pipeline(&[reader]));
    let _ = env.run(["ingest", "in"]).expect(exit::SUCCESS);
    let lines = compare(&env, &["extract-text", "plain"]);
    let (summary, differences) = lines.split_last().expect("there is a summary");
    assert_eq!(summary["compared"], 5);
    let last = differences.last().expect("a text of paragraphs is read otherwise");
    assert_eq!((&last["document"], &last["source"]), (&Value::Null, &json!("in/e.txt")));
    let changes = last["changes"].as_array().expect("a list");
    let title = changes.iter().find(|it| it["name"] == "title").expect("it is in one of them");
    assert_eq!((&title["change"], &title["index"]), (&json!("attribute"), &json!(0)));
    assert_ne!(title["old"], title["new"]);
    assert_eq!(summary["found"]["(document)"], json!({ "old": 5, "new": 5, "both": 5 }));

    // One that is not asked about a source does not read it.
    let verbatim = path("adversarial/extract-verbatim");
    let lines = compare(&env, &["extract-text", &verbatim, "--step", "extract-text"]);
    let (summary, differences) = lines.split_last().expect("there is a summary");
    assert_eq!((differences.len(), &differences[0]["new"]["class"]), (5, &json!("unsupported")));
    assert_eq!((&summary["old"]["calls"], &summary["new"]["calls"]), (&json!(5), &json!(0)));
}

#[test]
fn unpackers_are_compared_by_the_members_they_emit() {
    let env = environment(&[plugin("examples/unpack-jsonlines")]);
    env.write("in/z.jsonl", "{\"text\":\"Un texte.\"}\n{\"text\":\"Deux textes.\"}\n");
    let _ = env.run(["ingest", "in"]).expect(exit::SUCCESS);
    let summary = compare(&env, &["unpack-jsonlines", "unpack-jsonlines"]).remove(0);
    assert_eq!((&summary["same"], &summary["different"]), (&json!(1), &json!(0)));
    assert_eq!(summary["found"], json!({ "(member)": { "old": 2, "new": 2, "both": 2 } }));
}
