//! Reading without a store: what a run would keep, handed over instead.

use std::ops::ControlFlow;

use docmill::ingest::{Files, Origin};
use docmill::model::{ByteSize, FailureClass, PluginName, SourceName, SourceState};
use docmill::pipeline::{Pipeline, ReadOptions, Reading, Source};
use docmill_tests::{Lab, guest, shipped, sources};

fn pipeline() -> Pipeline {
    Lab::get().pipeline(&format!(
        "[[step]]\nplugin = {:?}\n\n[[step]]\nplugin = {:?}\n\n[[step]]\nplugin = {:?}\n",
        guest("examples/unpack-jsonlines"),
        shipped("extract-text"),
        guest("adversarial/well-behaved"),
    ))
}

const LINES: &str =
    "{\"creator\":\"VNA\",\"text\":\"Le premier texte.\"}\n{\"text\":\"Le deuxième texte.\"}\n";

fn source(name: &str, text: &str) -> Source {
    Source::new(SourceName::new(name).unwrap(), text.as_bytes())
}

fn name(name: &str) -> PluginName {
    PluginName::new(name).unwrap()
}

fn text(reading: &Reading) -> &str {
    let [document] = reading.documents.as_slice() else { panic!("not one document: {reading:#?}") };
    document.extracted.document.text.trim_end()
}

fn names(readings: &[Reading]) -> Vec<&str> {
    readings.iter().map(|reading| reading.source.name.as_str()).collect()
}

#[test]
fn bytes_become_documents_and_findings_with_what_they_cost() {
    let reading = pipeline().read(source("a.txt", "Bonjour à tous."));
    assert_eq!((reading.state, text(&reading)), (SourceState::Done, "Bonjour à tous."));
    let finding = reading.finding(0, "well-behaved").expect("it finds something in every text");
    assert_eq!(finding.provenance.cost, reading.bills[&name("well-behaved")].sum);
    let calls: Vec<_> =
        reading.bills.iter().map(|(step, bill)| (step.as_str(), bill.calls)).collect();
    assert_eq!(calls, [("extract-text", 1), ("well-behaved", 1)]);
    assert_eq!((reading.failures, reading.members.len()), (Vec::new(), 0));
}

#[test]
fn a_file_is_read_as_it_is_offered() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.txt"), "Bonjour.").unwrap();
    let mut files = Files::new([folder.path().to_owned()], folder.path());
    let source = Source::open(files.next().unwrap(), 100).unwrap();
    assert_eq!(text(&pipeline().read(source)), "Bonjour.");
    let mut files = Files::new([folder.path().to_owned()], folder.path());
    let refused = Source::open(files.next().unwrap(), 3).map(|_| ()).unwrap_err();
    assert!(refused.to_string().contains("the limit is 3"), "{refused:?}");
}

#[test]
fn the_members_of_a_container_are_collected_or_handed_over_as_they_come() {
    let reading = pipeline().read(source("x.jsonl", LINES));
    assert_eq!((reading.state, reading.documents.len()), (SourceState::Done, 0));
    assert_eq!(names(&reading.members), ["x.jsonl!/line 1", "x.jsonl!/line 2"]);
    let first = &reading.members[0];
    assert_eq!(first.documents[0].extracted.document.attribute("creator"), Some("VNA"));
    assert_eq!(first.source.container.as_ref(), Some(&reading.source.name));

    let mut told = Vec::new();
    let options = ReadOptions::default();
    let flow = pipeline().read_each(source("x.jsonl", LINES), &options, &mut |reading| {
        told.push(reading);
        ControlFlow::Continue(())
    });
    assert!(flow.is_continue());
    assert_eq!(names(&told), ["x.jsonl!/line 1", "x.jsonl!/line 2", "x.jsonl"]);
}

#[test]
fn who_breaks_off_gets_nothing_more() {
    let mut told = 0;
    let flow = pipeline().read_each(source("x.jsonl", LINES), &ReadOptions::default(), &mut |_| {
        told += 1;
        ControlFlow::Break(())
    });
    assert!((flow.is_break(), told) == (true, 1));
    let mut many = sources((0..50).map(|index| (format!("{index:02}.jsonl"), LINES)));
    let mut told = 0;
    pipeline().read_all(&mut many, &ReadOptions::default(), &mut |_| {
        told += 1;
        if told < 5 { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    });
    assert_eq!(told, 5);
}

#[test]
fn a_member_that_is_too_large_fails_and_the_others_do_not() {
    let options = ReadOptions { largest_source: ByteSize::b(60), ..ReadOptions::default() };
    let long = format!("{{\"text\":\"{}\"}}\n{LINES}", "x".repeat(100));
    let mut told = Vec::new();
    let _ = pipeline().read_each(source("x.jsonl", &long), &options, &mut |reading| {
        told.push((reading.state, reading.failures.first().map(|it| it.class)));
        ControlFlow::Continue(())
    });
    let fine = (SourceState::Done, None);
    assert_eq!(told, [(SourceState::Failed, Some(FailureClass::Host)), fine, fine, fine]);
}

#[test]
fn many_sources_are_handed_over_in_the_order_of_the_origin() {
    let offered: Vec<(String, String)> = (0..40)
        .map(|index| match index % 3 {
            0 => (format!("{index:02}.jsonl"), LINES.repeat(30)),
            _ => (format!("{index:02}.txt"), format!("Texte {index}.")),
        })
        .collect();
    let told = |jobs| {
        let mut origin = sources(offered.iter().map(|(name, text)| (name.as_str(), text.as_str())));
        let mut told = Vec::new();
        let options = ReadOptions { jobs, ..ReadOptions::default() };
        pipeline().read_all(&mut origin, &options, &mut |reading| {
            told.push(reading.source.name.to_string());
            ControlFlow::Continue(())
        });
        told
    };
    let (one, four) = (told(1), told(4));
    assert_eq!(one.len(), 40 + 14 * 60);
    assert!(one == four, "{four:?}");
    assert!(one.is_sorted_by_key(|name| name[..2].parse::<u32>().unwrap()));
}

#[test]
fn only_the_steps_that_are_asked_for_are_run() {
    let options = |only: Option<&str>| ReadOptions {
        only: Some(only.into_iter().map(name).collect()),
        ..ReadOptions::default()
    };
    let found = |options: &ReadOptions| {
        let mut found = Vec::new();
        let _ = pipeline().read_each(source("a.txt", "Bonjour."), options, &mut |reading| {
            found.extend(reading.findings.into_iter().map(|(_, it)| it.step.to_string()));
            assert_eq!(reading.documents.len(), 1);
            ControlFlow::Continue(())
        });
        found
    };
    assert_eq!(found(&options(None)), Vec::<String>::new());
    assert_eq!(found(&options(Some("well-behaved"))), ["well-behaved"]);
}

#[test]
fn what_is_read_is_what_a_run_stores() {
    let page = "<!doctype html><title>Un titre</title><p>Un paragraphe assez long pour compter.";
    let offered = || {
        sources([
            ("a.txt", "Le ministre parle de drones."),
            ("b.html", page),
            ("x.jsonl", LINES),
            ("c.bin", "\0\0"),
        ])
    };
    let pipeline = Lab::get().pipeline(&format!(
        "[[step]]\nplugin = {:?}\n\n[[step]]\nplugin = \"extract-text\"\n\n[[step]]\nplugin = \"extract-html\"\n\n\
         [[step]]\nplugin = \"classify-lexicon\"\ntables = {{ taxonomy = \"vn-1131-2025\" }}\n\n\
         [[step]]\nplugin = {:?}\n",
        guest("examples/unpack-jsonlines"),
        guest("adversarial/well-behaved"),
    ));
    let ingested = Lab::get().ingest(&pipeline, offered(), 2);
    let mut stored: Vec<_> = (ingested.found().into_iter())
        .map(|(document, findings)| {
            let findings: Vec<_> = findings.into_iter().map(|it| (it.step, it.findings)).collect();
            (document.source, document.extracted, findings)
        })
        .collect();
    let mut failed: Vec<_> =
        ingested.failures().into_iter().map(|it| (it.source, it.class, it.causes)).collect();
    pipeline.read_all(&mut offered(), &ReadOptions::default(), &mut |reading| {
        for (index, document) in reading.documents.into_iter().enumerate() {
            let of = reading.findings.iter().filter(|(of, _)| *of == index);
            let mut findings: Vec<_> =
                of.map(|(_, it)| (it.step.clone(), it.findings.clone())).collect();
            findings.sort_by(|(one, _), (other, _)| one.cmp(other));
            let read = (reading.source.name.clone(), document.extracted, findings);
            let place = stored.iter().position(|it| *it == read);
            stored.remove(place.unwrap_or_else(|| panic!("not stored: {read:#?}")));
        }
        for failure in reading.failures {
            let read = (failure.source, failure.class, failure.causes);
            let place = failed.iter().position(|it| *it == read);
            failed.remove(place.unwrap_or_else(|| panic!("not stored: {read:#?}")));
        }
        ControlFlow::Continue(())
    });
    assert!(stored.is_empty() && failed.is_empty(), "not read: {stored:#?} {failed:#?}");
}
