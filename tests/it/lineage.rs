//! A result tells where it comes from, and a document tells what became of it.

use docmill_tests::{TestEnv, exit, guest, shipped};
use serde_json::{Value, json};

/// A pipeline that counts words, and finds words in capitals of this length at least, which another
/// step reads.
fn pipeline(brief_below: u32, min_length: u32) -> String {
    let step = |plugin: String, rest: String| format!("[[step]]\nplugin = {plugin}\n{rest}\n");
    let guest = |name: &str| format!("{:?}", guest(name));
    [
        step(format!("{:?}", shipped("extract-text")), String::new()),
        step(
            guest("examples/classify-length"),
            format!("settings = {{ brief-below = {brief_below} }}"),
        ),
        step(
            guest("examples/analyze-shouting"),
            format!("name = \"well-behaved\"\nsettings = {{ min-length = {min_length} }}"),
        ),
        step(guest("adversarial/read-findings"), String::new()),
        step(
            format!("{:?}", shipped("classify-lexicon")),
            "tables = { taxonomy = \"vn-1131-2025\" }".to_owned(),
        ),
    ]
    .concat()
}

/// One document, taken in, then looked at with other settings, then changed.
fn environment() -> TestEnv {
    let env = TestEnv::new();
    env.write("docmill.toml", pipeline(200, 4));
    env.write("a.txt", "Un titre\u{1b}\n\nUne usine de semi-conducteurs grave des puces sur des plaquettes de silicium : le DRONE, dit VN.\n");
    let _ = env.run(["ingest", "a.txt"]).expect(exit::SUCCESS);
    env
}

fn json(env: &TestEnv, arguments: &[&str]) -> Vec<Value> {
    let arguments = arguments.iter().chain(&["--output", "json"]);
    env.run(arguments).expect(exit::SUCCESS).events()
}

#[test]
fn a_label_tells_its_plugin_settings_run_and_source() {
    let env = environment();
    let why = json(&env, &["show", "a.txt", "--why", "brief"]).remove(0);
    assert_eq!(why["labels"][0]["name"], "brief");
    let [classifier, extraction] = &why["results"].as_array().expect("a list")[..] else {
        panic!("{why:#}");
    };
    assert_eq!(classifier["provenance"]["plugin"], "classify-length");
    assert_eq!(classifier["settings"], json!({ "brief-below": "200", "long-from": "1000" }));
    assert_eq!((&classifier["tables"], &classifier["reads"]), (&json!([]), &json!([])));
    assert_eq!(classifier["run"]["run"], 1);
    assert_eq!(classifier["up_to_date"], true);
    assert_eq!(extraction["provenance"]["step"], "extract-text");
    assert_eq!(extraction["up_to_date"], true);
    assert_eq!(why["source"]["name"], "a.txt");

    let shown = env.run(["show", "a.txt", "--why", "brief"]).expect(exit::SUCCESS).stdout;
    for fact in
        ["brief  1.00  by classify-length\n", "  setting    brief-below = 200\n", "\nsource\n"]
    {
        assert!(shown.contains(fact), "`{fact}` is not in:\n{shown}");
    }
    assert!(!shown.contains('\u{1b}'), "{shown:?}");
    let _ = env
        .run(["show", "a.txt", "--why", "nothing"])
        .expect(exit::SOME_FAILED)
        .says("hint: it has `brief`, ");
}

#[test]
fn passages_tell_their_place_and_tables_their_digest() {
    let env = environment();
    let label = "semiconductor-chips";
    let why = json(&env, &["show", "a.txt", "--why", label]).remove(0);
    let table = &why["results"][0]["tables"][0];
    assert_eq!(table["name"], "taxonomy");
    assert!(table["rows"].as_u64() > Some(100), "{table}");
    let shown = env.run(["show", "a.txt", "--why", label]).expect(exit::SUCCESS).stdout;
    let digest = table["digest"].as_str().expect("a digest");
    assert!(shown.contains(&format!("taxonomy, {digest} (")), "{shown}");
    let evidence = &why["labels"][0]["evidence"][0];
    let place = format!("  line 3, bytes {} to {}  Une ", evidence["start"], evidence["end"]);
    assert!(shown.contains(&place), "`{place}` is not in:\n{shown}");
}

#[test]
fn what_a_step_read_is_part_of_its_lineage() {
    let env = environment();
    let steps = |why: &Value| -> Vec<Value> {
        let results = why["results"].as_array().expect("a list");
        results.iter().map(|it| it["provenance"]["step"].clone()).collect()
    };
    let why = json(&env, &["show", "a.txt", "--why", "finding"]).remove(0);
    assert_eq!(steps(&why), ["read-findings", "well-behaved", "extract-text"]);
    assert_eq!(why["results"][0]["reads"], json!(["well-behaved"]));
    assert_eq!(why["annotations"][0]["value"], "Some([\"drone\"])");
    for result in why["results"].as_array().expect("a list") {
        assert_eq!(result["up_to_date"], true, "{result:#}");
    }
}

#[test]
fn history_tells_when_what_was_found_changed_and_with_what() {
    let env = environment();
    // `VN` is found as well, and the text is no longer brief.
    env.write("docmill.toml", pipeline(3, 2));
    let _ = env.run(["update"]).expect(exit::SUCCESS);
    env.write("a.txt", "Autre titre\n\nUn texte.\n");
    let _ = env.run(["ingest", "a.txt"]).expect(exit::SUCCESS);

    let events = json(&env, &["history", "a.txt"]);
    let of = |step: &Value| -> Vec<&Value> {
        events.iter().filter(|event| event["provenance"]["step"] == *step).collect()
    };
    let [first, second] = of(&Value::Null)[..] else { panic!("{events:#?}") };
    assert_eq!((&first["version"], &second["version"]), (&json!(1), &json!(2)));
    assert_eq!(first["changes"], Value::Null);
    let title = json!({ "name": "title", "before": "Un titre\u{1b}", "now": "Autre titre" });
    assert_eq!(second["changes"][0], title);
    assert_ne!(first["sha256"], second["sha256"]);

    let [brief, medium, again] = of(&json!("classify-length"))[..] else { panic!("{events:#?}") };
    let told = |event: &Value| {
        (event["provenance"]["run"].clone(), event["version"].clone(), event["kept"].clone())
    };
    assert_eq!(told(brief), (json!(1), json!(1), json!(false)));
    assert_eq!(told(medium), (json!(2), json!(1), json!(true)));
    assert_eq!(told(again), (json!(3), json!(2), json!(true)));
    assert_eq!(
        medium["changes"],
        json!([
            { "name": "medium", "before": null, "now": 1.0 },
            { "name": "brief", "before": 1.0, "now": null },
        ])
    );
    assert_eq!(brief["provenance"]["component"], medium["provenance"]["component"]);
    assert_ne!(brief["provenance"]["settings"], medium["provenance"]["settings"]);
    let [_, two, none] = of(&json!("well-behaved"))[..] else { panic!("{events:#?}") };
    assert_eq!(two["changes"], json!([{ "name": "shouted-word", "before": 1, "now": 2 }]));
    assert_eq!(none["changes"], json!([{ "name": "shouted-word", "before": 2, "now": null }]));

    let shown = env.run(["history", "a.txt"]).expect(exit::SUCCESS).stdout;
    assert!(shown.contains("+medium 1.00, −brief\n"), "{shown}");
    assert!(shown.contains("title \"Un titre\\u{1b}\" → \"Autre titre\", text "), "{shown}");
    assert!(!shown.contains('\u{1b}'), "{shown:?}");
    // An earlier version can be asked like the latest.
    let why = json(&env, &["show", "a.txt", "--version", "1", "--why", "medium"]).remove(0);
    assert_eq!(why["results"][0]["run"]["run"], 2);
    let _ = env.run(["verify"]).expect(exit::SUCCESS);
}
