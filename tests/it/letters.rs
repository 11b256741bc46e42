//! Mails, feeds and tables through the shipped plugins: the same article in every shape, and inputs
//! that mean no good.

use std::fmt::Write as _;

use docmill::model::{Document, Failure, FailureClass, SourceState, StoredDocument};
use docmill::pipeline::{Fate, Pipeline, RunOptions};
use docmill::store::{MemoryStore, Store};
use docmill_tests::{Lab, TestEnv, exit, guest, sources};

const STEPS: [&str; 7] = [
    "unpack-mbox",
    "unpack-mail",
    "unpack-feed",
    "unpack-table",
    "extract-text",
    "extract-html",
    "extract-sitemap",
];

/// What takes letters apart and reads what is in them, without what finds something in the texts.
fn pipeline() -> Pipeline {
    let limits = "limits = { deadline = \"10s\" }\n";
    let step = |plugin: &str| {
        match plugin {
        "unpack-mail" => {
            "[[step]]\nplugin = \"unpack-mail\"\nlimits = { deadline = \"10s\", memory = \"256 MiB\" }\n\n"
                .to_owned()
        }
        plugin => format!("[[step]]\nplugin = \"{plugin}\"\n{limits}\n"),
    }
    };
    Lab::get().pipeline(&STEPS.map(step).concat())
}

fn read(name: &str, bytes: impl AsRef<[u8]>) -> (Vec<StoredDocument>, Vec<Failure>) {
    let ingested = Lab::get().ingest(&pipeline(), sources([(name, bytes)]), 2);
    (ingested.documents(), ingested.failures())
}

const PARAGRAPHS: [&str; 3] = [
    "The council decided on Thursday that the old bridge over the river will be repaired before winter comes.",
    "Work begins in August, and until then cars have to take the road around the hill, which adds twenty minutes.",
    "Those who live on the far side had asked for it for years, and said that they were glad of the news.",
];

fn article(document: &Document) -> String {
    document.text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn the_same_article_is_the_same_in_every_shape() {
    let text = PARAGRAPHS.join("\n\n");
    let html: String = PARAGRAPHS.iter().map(|it| format!("<p>{it}</p>")).collect();
    let escaped = html.replace('<', "&lt;").replace('>', "&gt;");
    let json = |value: &str| serde_json::Value::from(value).to_string();
    let head = "From: Jane Doe <jane@a.example>\nTo: x@a.example\nSubject: The bridge\n\
                Date: Thu, 12 Jun 2025 08:30:00 +0000\nMessage-ID: <1@a.example>\nMIME-Version: 1.0\n";
    let mail = format!("{head}Content-Type: text/plain; charset=utf-8\n\n{text}\n");
    let page = format!("<!doctype html><title>The bridge</title><article>{html}</article>");
    let shapes = [
        ("a.eml", mail.clone()),
        ("b.eml", format!("{head}Content-Type: text/html; charset=utf-8\n\n{page}\n")),
        ("c.mbox", format!("From jane@a.example Thu Jun 12 08:30:00 2025\n{mail}\n")),
        (
            "d.mhtml",
            format!(
                "From: <Saved by Blink>\nSnapshot-Content-Location: https://a.example/1\nSubject: The bridge\n\
                 Date: Thu, 12 Jun 2025 08:30:00 +0000\nMIME-Version: 1.0\n\
                 Content-Type: multipart/related; boundary=\"b\"; type=\"text/html\"\n\n--b\n\
                 Content-Type: text/html; charset=utf-8\nContent-Location: https://a.example/1\n\n{page}\n--b--\n"
            ),
        ),
        (
            "e.rss",
            format!(
                "<?xml version=\"1.0\"?><rss version=\"2.0\" xmlns:content=\"http://purl.org/rss/1.0/modules/content/\">\
                 <channel><title>F</title><item><title>The bridge</title><link>https://a.example/1</link>\
                 <pubDate>Thu, 12 Jun 2025 08:30:00 GMT</pubDate><content:encoded>{escaped}</content:encoded></item></channel></rss>"
            ),
        ),
        (
            "f.atom",
            format!(
                "<feed xmlns=\"http://www.w3.org/2005/Atom\"><title>F</title><entry><title>The bridge</title>\
                 <id>urn:1</id><published>2025-06-12T08:30:00Z</published><content type=\"html\">{escaped}</content></entry></feed>"
            ),
        ),
        (
            "g.json",
            format!(
                "{{\"version\":\"https://jsonfeed.org/version/1.1\",\"items\":[{{\"id\":\"1\",\"title\":\"The bridge\",\
                 \"date_published\":\"2025-06-12T08:30:00Z\",\"content_html\":{}}}]}}",
                json(&html)
            ),
        ),
        (
            "h.jsonl",
            format!(
                "{{\"title\":\"The bridge\",\"date\":\"2025-06-12T08:30:00Z\",\"text\":{}}}\n",
                json(&text)
            ),
        ),
        (
            "i.json",
            format!(
                "[{{\"headline\":\"The bridge\",\"published\":\"2025-06-12T08:30:00Z\",\"content\":{}}}]",
                json(&text)
            ),
        ),
        ("j.csv", format!("title,date,text\nThe bridge,2025-06-12T08:30:00Z,\"{text}\"\n")),
    ];
    for (name, bytes) in shapes {
        let (documents, failures) = read(name, bytes);
        assert_eq!(failures, [], "{name}");
        let [stored] = documents.as_slice() else { panic!("{name}: {documents:#?}") };
        let document = &stored.extracted.document;
        assert_eq!(article(document), PARAGRAPHS.join(" "), "{name}");
        assert_eq!(document.attribute("title"), Some("The bridge"), "{name}");
        if name != "d.mhtml" {
            assert_eq!(document.attribute("date"), Some("2025-06-12T08:30:00Z"), "{name}");
        }
        assert_eq!(document.language.as_ref().map(|it| it.as_str()), Some("en"), "{name}");
        assert!(stored.source.as_str().starts_with(&format!("{name}!/")), "{}", stored.source);
    }
}

#[test]
fn quoted_replies_and_signatures_of_a_mail_are_asides() {
    let mail = "From: a@a.example\nTo: b@a.example\nSubject: Re: Lunch\nMessage-ID: <2@a.example>\n\
                In-Reply-To: <1@a.example>\nContent-Type: text/plain; charset=utf-8; format=flowed\n\n\
                Yes, at noon, if the train \nis on time.\n\nOn Thursday, 12 June 2025, B wrote:\n> Lunch?\n\n-- \nA\n";
    let (documents, failures) = read("a.eml", mail);
    assert_eq!(failures, []);
    let extracted = &documents[0].extracted;
    assert_eq!(extracted.document.text, "Yes, at noon, if the train is on time.");
    let kinds: Vec<_> = extracted.asides.iter().map(|aside| aside.kind.as_str()).collect();
    assert_eq!(kinds, ["quotation", "signature"]);
    assert_eq!(extracted.document.attribute("in-reply-to"), Some("1@a.example"));
}

#[test]
fn a_broken_row_is_told_and_costs_no_other() {
    let lines = "{\"text\":\"Il pleut.\"}\n{\"text\":\n{\"text\":\"Il neige.\"}\n";
    let (documents, failures) = read("a.jsonl", lines);
    assert_eq!(documents.len(), 2);
    let [failure] = failures.as_slice() else { panic!("{failures:#?}") };
    assert_eq!((failure.source.as_str(), failure.class), ("a.jsonl", FailureClass::Malformed));
    assert_eq!(failure.causes, ["1 of 3 rows cannot be read: line 2 is not a JSON object"]);
}

#[test]
fn an_unchanged_container_with_nothing_pending_is_passed_over() {
    let store = MemoryStore::new();
    let (pipeline, options) = (pipeline(), RunOptions::default());
    let mails = "From: a@a.example\nTo: b@a.example\nSubject: x\nMessage-ID: <1@a.example>\n\nHello there.\n";
    let mailbox = format!("From a Thu Jun 12 08:30:00 2025\n{mails}\n");
    let ingest = |mailbox: &str| {
        let offered = sources([("a.mbox", mailbox)]);
        let (run, told) = Lab::get()
            .ingest_into(&store, &pipeline, offered, &options)
            .unwrap_or_else(|error| panic!("{error}"));
        (run.tally, told.into_iter().map(|told| (told.name, told.fate)).collect::<Vec<_>>())
    };
    let (tally, _) = ingest(&mailbox);
    assert_eq!((tally.sources, tally.added, tally.failures), (3, 1, 0));
    let (tally, told) = ingest(&mailbox);
    assert_eq!((tally.sources, tally.unchanged), (3, 3));
    assert!(told.iter().all(|(_, fate)| *fate == Fate::Unchanged), "{told:?}");
    // A member that failed is pending, and so is all that it lies in.
    let name = docmill::model::SourceName::new("a.mbox!/message 1!/body.txt").expect("a name");
    let mut member = store.source(&name).expect("it can be read").expect("it is there");
    member.state = SourceState::Failed;
    let commit = docmill::store::Commit {
        source: member,
        original: None,
        documents: Vec::new(),
        findings: Vec::new(),
        retired: Vec::new(),
        failures: Vec::new(),
        walked: false,
    };
    store.commit(&[commit]).expect("it can be written");
    let (_, _) = ingest(&mailbox);
    let mended = store.source(&name).expect("it can be read").expect("it is there");
    assert_eq!(mended.state, SourceState::Done);
    let (tally, _) = ingest(&format!("{mailbox}\nFrom b Thu Jun 12 08:30:00 2025\n{mails}\n"));
    assert_eq!((tally.sources, tally.added), (5, 1));
}

#[test]
fn a_pipeline_that_extends_the_built_in_one_has_its_steps_and_can_change_them() {
    let env = TestEnv::new();
    env.write("in/a.txt", "Un TEXTE.\n");
    env.write(
        "mine.wasm",
        std::fs::read(guest("examples/analyze-shouting")).expect("it was built"),
    );
    let _ = env.run(["plugin", "add", "mine.wasm"]).expect(exit::SUCCESS).says("added");
    let file = || std::fs::read_to_string(env.work().join("docmill.toml")).expect("it is there");
    assert!(file().contains("extends = \"built-in\""), "{}", file());
    let lock = std::fs::read_to_string(env.work().join("docmill.lock")).expect("it is there");
    assert!(lock.contains("shouting") && lock.contains("extract-text"), "{lock}");
    let list = env.run(["plugin", "list"]).expect(exit::SUCCESS).stdout.clone();
    for step in STEPS.iter().chain(&["classify-lexicon", "analyze-shouting"]) {
        assert!(list.contains(step), "{step} in {list}");
    }
    let _ = env.run(["plugin", "disable", "classify-lexicon"]).expect(exit::SUCCESS);
    let list = env.run(["plugin", "list"]).expect(exit::SUCCESS).stdout.clone();
    assert!(!list.contains("classify-lexicon"), "{list}");
    let _ = env.run(["plugin", "enable", "classify-lexicon"]).expect(exit::SUCCESS);
    let list = env.run(["plugin", "list"]).expect(exit::SUCCESS).stdout.clone();
    assert!(list.contains("classify-lexicon"), "{list}");
    let _ = env.run(["plugin", "disable", "no-such-step"]).expect(exit::USAGE);
    let _ = env.run(["ingest", "in"]).expect(exit::SUCCESS).says("1 document added");
}

#[test]
fn a_step_that_was_disabled_before_there_was_a_lock_can_be_enabled() {
    let env = TestEnv::new();
    let _ = env.run(["plugin", "disable", "extract-text"]).expect(exit::SUCCESS);
    let lock = || std::fs::read_to_string(env.work().join("docmill.lock")).expect("it is there");
    assert!(!lock().contains("extract-text"), "{}", lock());
    let _ = env.run(["plugin", "enable", "extract-text"]).expect(exit::SUCCESS);
    assert!(lock().contains("extract-text"), "{}", lock());
}

/// What becomes of an input that means no good: it ends, and what came of it is on record.
fn survives(name: &str, bytes: impl AsRef<[u8]>, least: usize, failed: Option<FailureClass>) {
    let (documents, failures) = read(name, bytes);
    assert!(documents.len() >= least, "{name}: {} documents", documents.len());
    let classes: Vec<_> =
        failures.iter().filter(|it| it.source.as_str() == name).map(|it| it.class).collect();
    assert_eq!(classes, Vec::from_iter(failed), "{name}: {failures:#?}");
}

const HEAD: &str = "From: a@a.example\nTo: b@a.example\nSubject: x\nMessage-ID: <1@a.example>\nMIME-Version: 1.0\n";

#[test]
fn a_thousand_multiparts_within_each_other_end() {
    let mut mail = HEAD.to_owned();
    for depth in 0..1_000 {
        let _ =
            write!(mail, "Content-Type: multipart/mixed; boundary=\"b{depth}\"\n\n--b{depth}\n");
    }
    mail.push_str("Content-Type: text/plain\n\nAt the bottom of it all there is this sentence.\n");
    survives("a.eml", &mail, 1, None);
    // Mails within each other are containers within containers, which may be five deep.
    let mut mail = String::new();
    for _ in 0..1_000 {
        mail.push_str(&format!("{HEAD}Content-Type: message/rfc822\n\n"));
    }
    mail.push_str(&format!("{HEAD}\nThe innermost one.\n"));
    let (_, failures) = read("b.eml", &mail);
    assert!(
        failures.iter().any(|it| it.causes.iter().any(|it| it.contains("limit is 5"))),
        "{failures:#?}"
    );
}

#[test]
fn heads_without_end_and_boundaries_that_lie_end() {
    let field = format!("X-Filler: {}\n", "x".repeat(900));
    survives("a.eml", format!("{HEAD}{}\nText.\n", field.repeat(10_000)), 1, None);
    let references = "<a@b.example> ".repeat(500_000);
    survives("b.eml", format!("{HEAD}References: {references}\n\nText.\n"), 1, None);
    let addresses = "a@a.example, ".repeat(300_000);
    survives("c.eml", format!("Cc: {addresses}\n{HEAD}\nText.\n"), 1, None);
    for boundary in ["", "b", "\\\"", "-----------", &"b".repeat(100_000)] {
        let head = format!("{HEAD}Content-Type: multipart/mixed; boundary=\"{boundary}\"\n\n");
        let parts = format!("--{boundary}\n\nText.\n").repeat(50);
        let (documents, failures) = read("d.eml", format!("{head}{parts}--{boundary}"));
        assert!(!documents.is_empty() || !failures.is_empty(), "{boundary:.20}");
    }
    let lines = "--b\n".repeat(200_000);
    let (_, failures) =
        read("e.eml", format!("{HEAD}Content-Type: multipart/mixed; boundary=b\n\n{lines}"));
    assert!(failures.iter().all(|it| it.class != FailureClass::Trapped), "{failures:#?}");
}

#[test]
fn a_feed_of_many_items_and_entities_that_multiply_end() {
    let item = "<item><title>T</title><description>d</description></item>";
    let feed = format!("<rss><channel>{}</channel></rss>", item.repeat(20_000));
    survives("a.rss", feed, 20_000, None);
    let mut bomb = "<?xml version=\"1.0\"?><!DOCTYPE rss [<!ENTITY a0 \"ha\">".to_owned();
    for level in 1..40 {
        let _ = write!(bomb, "<!ENTITY a{level} \"&a{};&a{};\">", level - 1, level - 1);
    }
    bomb.push_str("]><rss><channel><item><title>T</title><description>&a39; is all</description></item></channel></rss>");
    survives("b.rss", bomb, 1, None);
    let deep = format!("<rss><channel><item><description>{}", "<b>".repeat(200_000));
    survives("c.rss", deep, 0, Some(FailureClass::Malformed));
    survives(
        "d.rss",
        format!("<rss {}", "a='b' ".repeat(200_000)),
        0,
        Some(FailureClass::Unsupported),
    );
}

#[test]
fn tables_with_quotes_and_brackets_without_end_end() {
    let mut table = "title,text\nA,a\nB,\"never closed\n".to_owned();
    (0..20_000).for_each(|row| _ = writeln!(table, "T{row},text {row}"));
    survives("a.csv", table, 20_000, Some(FailureClass::Malformed));
    let endless = format!("text\n\"{}", "a".repeat(20 << 20));
    survives("b.csv", endless, 0, Some(FailureClass::Malformed));
    // Most of these rows end before the text.
    survives("f.csv", format!("title,text\n{}", "\"a\"\"\n".repeat(50_000)), 0, None);
    let deep =
        format!("{{\"text\":\"a\"}}\n{{\"text\":{}}}\n{{\"text\":\"b\"}}\n", "[".repeat(100_000));
    survives("c.jsonl", deep, 2, Some(FailureClass::Malformed));
    let deep = format!("[{{\"text\":\"a\"}},{{\"text\":{}}}", "[{\"a\":".repeat(100_000));
    survives("d.json", deep, 1, Some(FailureClass::Malformed));
    survives("e.csv", format!("text{}\n", ",".repeat(1_000_000)), 0, Some(FailureClass::Malformed));
}
