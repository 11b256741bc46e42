//! Which documents are listed and exported, in which order, with which fields; and how long a look at a busy store waits.

use std::time::Duration;

use docmill_tests::{Output, TestEnv, exit};

/// Three articles, of which two tell their date.
fn environment() -> TestEnv {
    let env = TestEnv::new();
    let page = |title: &str, date: &str, text: &str| {
        let date = match date {
            "" => String::new(),
            date => format!("<meta property=\"article:published_time\" content=\"{date}\">"),
        };
        let text = text.repeat(20);
        format!(
            "<!doctype html><html lang=\"en\"><head><title>{title}</title>{date}</head>\
             <body><article><h1>{title}</h1><p>{text}</p></article></body></html>"
        )
    };
    let money = "It cost USD 5 million, and nobody was told why. ";
    env.write("in/b.html", page("Beta", "2025-11-22T08:00:00Z", "A text about nothing at all. "));
    env.write("in/a.html", page("Gamma, \"quoted\"", "2025-10-01T08:00:00Z", money));
    env.write("in/c.html", page("Alpha", "", "Another text about nothing at all. "));
    let _ = env.run(["ingest", "in"]).expect(exit::SUCCESS);
    env
}

fn titles(output: Output) -> Vec<String> {
    let titles = output.expect(exit::SUCCESS).events();
    titles.iter().map(|it| it["title"].as_str().expect("a title").to_owned()).collect()
}

fn list(env: &TestEnv, options: &[&str]) -> Vec<String> {
    titles(env.run(["list", "--output", "json"].iter().chain(options)))
}

#[test]
fn documents_are_chosen_by_date_and_kind_and_sorted() {
    let env = environment();
    let by_title = ["Alpha", "Beta", "Gamma, \"quoted\""];
    assert_eq!(list(&env, &["--sort", "title"]), by_title);
    assert_eq!(list(&env, &["--sort", "date"]), ["Beta", "Gamma, \"quoted\"", "Alpha"]);
    assert_eq!(list(&env, &["--sort", "source"]), ["Gamma, \"quoted\"", "Beta", "Alpha"]);
    assert_eq!(list(&env, &["--sort", "title", "--limit", "2"]), by_title[..2]);
    assert_eq!(list(&env, &["--since", "2025-11"]), ["Beta"]);
    assert_eq!(list(&env, &["--until", "2025-10-01"]), ["Gamma, \"quoted\""]);
    assert_eq!(list(&env, &["--since", "2025", "--until", "2025"]).len(), 2);
    assert_eq!(list(&env, &["--kind", "money"]), ["Gamma, \"quoted\""]);
    let cut = env.run(["list", "--limit", "1"]).expect(exit::SUCCESS);
    let _ = cut.says("1 document, and there are more");
    let all = env.run(["list", "--limit", "3"]).expect(exit::SUCCESS).says("3 documents");
    assert!(!all.stderr.contains("more"), "{}", all.stderr);
    let _ = env.run(["list", "--since", "2025-13"]).expect(exit::USAGE);
    // An export means the same documents.
    let exported = env.run(["export", "--sort", "title", "--limit", "2"]);
    assert_eq!(titles(exported), by_title[..2]);
}

#[test]
fn chosen_fields_are_told_in_the_order_in_which_they_were_asked_for() {
    let env = environment();
    let fields = ["--fields", "title,kind:money,date", "--sort", "title"];
    let listed = env.run(["list", "--output", "json"].iter().chain(&fields)).expect(exit::SUCCESS);
    let last = listed.stdout.lines().last().expect("there are three");
    assert!(
        last.starts_with(r#"{"title":"Gamma, \"quoted\"","kind:money":["5000000 USD""#),
        "{last}"
    );
    assert!(last.ends_with(r#""],"date":"2025-10-01T08:00:00Z"}"#), "{last}");
    let shown = env.run(["list"].iter().chain(&fields)).expect(exit::SUCCESS).stdout;
    assert!(shown.starts_with("TITLE"), "{shown}");
    assert!(shown.contains("KIND:MONEY") && shown.contains("5000000 USD"), "{shown}");
    let _ = env.run(["list", "--fields", "colour"]).expect(exit::USAGE).says("main_label");
}

#[test]
fn a_table_for_spreadsheets_is_what_a_parser_reads_back() {
    let env = environment();
    let fields = ["export", "--format", "csv", "--sort", "title", "--to", "out.csv"];
    let _ = env.run(fields).expect(exit::SUCCESS).says("3 documents written to `out.csv`");
    let written = std::fs::read(env.work().join("out.csv")).expect("it was written");
    let mut reader = csv::Reader::from_reader(&written[..]);
    let names: Vec<String> = reader.headers().expect("a row").iter().map(str::to_owned).collect();
    assert_eq!(names.len(), 10);
    let rows: Vec<csv::StringRecord> = reader.records().map(|it| it.expect("a row")).collect();
    let of = |row: usize, name: &str| {
        let column = names.iter().position(|it| it == name).expect("there is such a column");
        rows[row][column].to_owned()
    };
    assert_eq!(rows.len(), 3);
    assert_eq!((of(2, "title"), of(2, "source")), ("Gamma, \"quoted\"".into(), "in/a.html".into()));
    assert_eq!((of(0, "date"), of(1, "date")), (String::new(), "2025-11-22T08:00:00Z".into()));
    let chosen = ["export", "--format", "csv", "--fields", "title,kind:money", "--kind", "money"];
    let chosen = env.run(chosen).expect(exit::SUCCESS).stdout;
    let mut reader = csv::Reader::from_reader(chosen.as_bytes());
    let row = reader.records().next().expect("one row").expect("it can be read");
    assert!(row[1].split(';').all(|it| it == "5000000 USD"), "{row:?}");
}

#[test]
fn a_label_that_nothing_declares_is_an_error_with_a_suggestion() {
    let env = environment();
    let unknown = env.run(["list", "--label", "aerospace-uva"]).expect(exit::USAGE);
    let unknown = unknown.says("no step of the pipeline declares the label `aerospace-uva`");
    let _ = unknown.says("did you mean `aerospace-uav`?");
    let _ = env.run(["export", "--label", "aerospace-uva"]).expect(exit::USAGE);
    // One that is declared, and that nothing has, is no error.
    let _ = env
        .run(["list", "--label", "aerospace-uav"])
        .expect(exit::SUCCESS)
        .says("no documents fit");
}

#[test]
fn a_look_at_a_busy_store_waits_for_it() {
    let env = environment();
    let store = env.work().join(".docmill");
    let busy = docmill::store::Address::folder(&store).open().expect("it can be opened");
    let looking = env.command(["list"]).spawn().expect("docmill starts");
    std::thread::sleep(Duration::from_millis(1_500));
    drop(busy);
    let _ = env.finish(looking).expect(exit::SUCCESS).says("3 documents");
    // Whoever writes waits as well, for as long as a server needs to give the store up, and no longer.
    let _busy = docmill::store::Address::folder(&store).open().expect("it can be opened");
    let _ = env.run(["ingest", "in"]).expect(exit::STORE).says("in use by another process");
}
