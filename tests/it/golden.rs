//! Components of every released contract, never rebuilt: they load, and find what they found on the
//! day of the release.

use std::fmt::Write;

use docmill::model::Findings;
use docmill::store::Store;
use docmill_tests::{Ingested, Lab, root, sources};

const TEXT: &str = "title: Été\ndate: 2025-06-12\nlanguage: fr\n\nUne RÉUNION sur le #numérique, à Hà Nội.\n\nFin.\n";
const MAILBOX: &str =
    "From a@b.example now\nSubject: A\n\nun\n\nFrom c@d.example now\nSubject: B\n\ndeux\n";
const LINES: &str = "{\"text\":\"un\"}\n{\"text\":\"deux\"}\n";

/// What was found, in as many words as a reader needs to see what changed.
fn told(ingested: &Ingested) -> String {
    let mut told = String::new();
    // Writing to a string does not fail.
    for source in ingested.store.sources() {
        let info = source.expect("the store can be read").info;
        let _ = writeln!(told, "source {} of {} bytes, {}", info.name, info.size, info.media_type);
    }
    for failure in ingested.failures() {
        let _ =
            writeln!(told, "failure {} {}: {:?}", failure.source, failure.class, failure.causes);
    }
    for (stored, findings) in ingested.found() {
        let document = &stored.extracted.document;
        let _ = writeln!(told, "document {}: {:?}", stored.source, document.text);
        for attribute in &document.attributes {
            let _ = writeln!(told, "  {} = {:?}", attribute.name, attribute.value);
        }
        for finding in findings {
            let _ = match &finding.findings {
                Findings::Labels(labels) => writeln!(told, "  {labels:?}"),
                Findings::Annotations(annotations) => writeln!(told, "  {annotations:?}"),
                Findings::Translations(translations) => writeln!(told, "  {translations:?}"),
            };
        }
    }
    told
}

fn check(version: &str, role: &str, media_type: &str, content: &str) {
    let folder = root().join("tests/golden/components");
    let component = folder.join(format!("{version}-{role}.wasm"));
    let mut pipeline = format!("[[step]]\nplugin = {component:?}\nname = \"golden\"\n");
    if role != "extractor" {
        let extractor = folder.join(format!("{version}-extractor.wasm"));
        pipeline.push_str(&format!("\n[[step]]\nplugin = {extractor:?}\n"));
    }
    let offered = sources([("source", content)]).claimed_as(media_type);
    let found = told(&Lab::get().ingest(&Lab::get().pipeline(&pipeline), offered, 1));
    let recorded = std::fs::read_to_string(folder.join(format!("{version}-{role}.txt")));
    assert_eq!(found, recorded.unwrap_or_default(), "{version}-{role}");
}

#[test]
fn every_release_of_the_contract_has_golden_components() {
    let released = std::fs::read_dir(root().join("wit/released")).expect("releases");
    for release in released {
        let version = release.expect("a folder can be read").file_name();
        let version = version.to_string_lossy();
        for role in ["unpacker", "extractor", "translator", "classifier", "analyzer"] {
            let name = format!("tests/golden/components/{version}-{role}.wasm");
            assert!(root().join(&name).is_file(), "{name} is missing");
        }
    }
}

#[test]
fn an_unpacker_of_contract_0_1_0_unpacks_what_it_did() {
    check("0.1.0", "unpacker", "application/x-ndjson", LINES);
}

#[test]
fn an_extractor_of_contract_0_1_0_reads_what_it_did() {
    check("0.1.0", "extractor", "text/x-keyvalue", TEXT);
}

#[test]
fn a_translator_of_contract_0_1_0_translates_as_it_did() {
    check("0.1.0", "translator", "text/x-keyvalue", TEXT);
}

#[test]
fn a_classifier_of_contract_0_1_0_labels_what_it_did() {
    check("0.1.0", "classifier", "text/x-keyvalue", TEXT);
}

#[test]
fn an_analyzer_of_contract_0_1_0_finds_what_it_did() {
    check("0.1.0", "analyzer", "text/x-keyvalue", TEXT);
}

/// Members in pieces, and what is known of a source, are new in this release.
#[test]
fn an_unpacker_of_contract_0_1_1_unpacks_what_it_did() {
    check("0.1.1", "unpacker", "text/x-mbox", MAILBOX);
}

#[test]
fn an_extractor_of_contract_0_1_1_reads_what_it_did() {
    check("0.1.1", "extractor", "text/x-keyvalue", TEXT);
}

#[test]
fn a_translator_of_contract_0_1_1_translates_as_it_did() {
    check("0.1.1", "translator", "text/x-keyvalue", TEXT);
}

#[test]
fn a_classifier_of_contract_0_1_1_labels_what_it_did() {
    check("0.1.1", "classifier", "text/x-keyvalue", TEXT);
}

#[test]
fn an_analyzer_of_contract_0_1_1_finds_what_it_did() {
    check("0.1.1", "analyzer", "text/x-keyvalue", TEXT);
}
