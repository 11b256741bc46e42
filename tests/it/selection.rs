//! Which documents are listed and exported, in which order, with which fields; and how long a look
//! at a busy store waits.

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

/// What an export may come to is kept to the byte, and what does not fit can be had behind it.
#[test]
fn an_export_ends_by_its_budget_and_another_goes_on() {
    let env = environment();
    let whole = |options: &[&str]| {
        let output = env.run(["export", "--sort", "title"].iter().chain(options));
        output.expect(exit::SUCCESS).stdout
    };
    for format in ["jsonl", "csv", "markdown", "html"] {
        let all = whole(&["--format", format]);
        let two = whole(&["--format", format, "--limit", "2"]);
        for (bytes, fits) in [(all.len(), 3), (all.len() - 1, 2), (two.len() - 1, 1)] {
            let budget = format!("bytes={bytes}");
            let arguments = ["export", "--sort", "title", "--format", format, "--budget", &budget];
            env.write("out", "what was there before");
            let output = env.run(arguments);
            let replaced = env.run(arguments.iter().chain(&["--to", "out"]));
            let left = std::fs::read_to_string(env.work().join("out")).expect("it is there");
            if fits == 3 {
                assert_eq!(output.expect(exit::SUCCESS).stdout, all, "{format}");
                let _ = replaced.expect(exit::SUCCESS).says("3 documents written");
                assert_eq!(left, all, "{format}");
                continue;
            }
            let output = output.expect(exit::INTERRUPTED).says("the export was ended");
            assert!(all.starts_with(&output.stdout), "{format}: {}", output.stdout);
            let replaced = replaced.expect(exit::INTERRUPTED).says("`out` is as it was");
            assert_eq!(left, "what was there before", "{format}");
            // What is told leads to the rest, and to all that fits.
            let limit = format!("--limit {fits}");
            let last = |stderr: &str| {
                let (_, rest) = stderr.split_once("--after ").expect("it is told");
                rest.split('`').next().expect("it ends").to_owned()
            };
            let replaced = replaced.says(&limit);
            assert_eq!(last(&replaced.stderr), last(&output.stderr));
            if format == "jsonl" {
                let rest = whole(&["--after", &last(&output.stderr)]);
                assert_eq!(output.stdout + &rest, all);
            }
        }
    }
    // No file of another kind is left beside it.
    let names = std::fs::read_dir(env.work()).expect("it can be read");
    let parts = names.filter(|it| {
        it.as_ref().expect("it can be read").file_name().to_string_lossy().ends_with(".part")
    });
    assert_eq!(parts.count(), 0);
    let small = env.run(["export", "--budget", "bytes=1"]).expect(exit::INTERRUPTED);
    assert_eq!(small.says("not even one document fits").stdout, "");
    for wrong in ["much", "bytes=much", "wall=1h"] {
        let _ = env.run(["export", "--budget", wrong]).expect(exit::USAGE);
    }
}

#[test]
fn what_comes_behind_a_document_is_listed() {
    let env = environment();
    for order in [&[][..], &["--sort", "title"], &["--sort", "date"]] {
        let all = list(&env, order);
        for (place, title) in all.iter().enumerate() {
            let after = match title.as_str() {
                "Alpha" => "in/c.html",
                "Beta" => "in/b.html",
                _ => "in/a.html",
            };
            let options = [order, &["--after", after]].concat();
            assert_eq!(list(&env, &options), all[place + 1..], "{order:?}");
            let first = [&options[..], &["--limit", "1"]].concat();
            assert_eq!(
                list(&env, &first),
                all[place + 1..].iter().take(1).cloned().collect::<Vec<_>>()
            );
        }
    }
    // The one that it is may be one that is not meant.
    let behind = ["--kind", "money", "--sort", "title", "--after", "in/b.html"];
    assert_eq!(list(&env, &behind), ["Gamma, \"quoted\""]);
    let last = env.run(["list", "--sort", "title", "--after", "in/a.html"]);
    let _ = last.expect(exit::SUCCESS).says("no documents fit");
    let _ = env.run(["list", "--after", "nothing"]).expect(exit::SOME_FAILED);
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
    // Whoever writes waits as well, for as long as a server needs to give the store up, and no
    // longer.
    let _busy = docmill::store::Address::folder(&store).open().expect("it can be opened");
    let _ = env.run(["ingest", "in"]).expect(exit::STORE).says("in use by another process");
}
