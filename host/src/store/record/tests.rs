//! Records to test with, and what holds the format in place.

use std::time::{Duration, SystemTime};

use super::*;
use crate::model::*;

mod damage;
mod golden;

fn digest(byte: u8) -> Digest {
    Digest::from_bytes([byte; 32])
}

fn attribute(name: &str, value: &str) -> Attribute {
    Attribute { name: name.to_owned(), value: value.to_owned() }
}

fn provenance() -> Provenance {
    Provenance {
        plugin: PluginName::new("extract-text").unwrap(),
        version: "1.2.3".to_owned(),
        role: Role::Extractor,
        component: digest(1),
        contract: ContractVersion { major: 0, minor: 1 },
        settings: digest(2),
        key: digest(3),
        run: RunId(300),
        cost: Cost {
            duration: Duration::new(1, 999_999_999),
            peak_memory: 1 << 20,
            host_calls: 7,
            bytes_in: 4096,
            bytes_out: 4000,
        },
    }
}

pub(in crate::store) fn source() -> StoredSource {
    StoredSource {
        info: SourceInfo {
            name: SourceName::new("news.zip!/é.txt").unwrap(),
            media_type: MediaType::new("text/plain").unwrap(),
            size: 1234,
            digest: digest(4),
            container: Some(SourceName::new("news.zip").unwrap()),
            attributes: vec![attribute("date", "2024-05-01")],
        },
        version: 2,
        state: SourceState::Failed,
        pipeline: digest(5),
        documents: vec![DocumentId::from_bytes([6; 20])],
        run: RunId(300),
        retired: false,
        is_copied: true,
    }
}

fn retired() -> StoredSource {
    StoredSource { retired: true, ..source() }
}

fn not_copied() -> StoredSource {
    StoredSource { is_copied: false, ..source() }
}

pub(in crate::store) fn document() -> StoredDocument {
    let text = "Tëxt of a document";
    StoredDocument {
        id: DocumentId::from_bytes([6; 20]),
        version: 2,
        source: source().info.name,
        original: digest(4),
        index: 0,
        extracted: Extracted {
            document: Document {
                text: text.to_owned(),
                language: Some(LanguageTag::new("pt-BR").unwrap()),
                attributes: vec![attribute("title", "Tëxt")],
                marks: vec![Mark {
                    kind: "heading".to_owned(),
                    span: Span::of(text, 0, 5).unwrap(),
                    attributes: vec![attribute("level", "1")],
                }],
            },
            asides: vec![Aside {
                kind: "caption".to_owned(),
                text: "a picture".to_owned(),
                position: 5,
                attributes: vec![],
            }],
        },
        provenance: provenance(),
        run: RunId(300),
    }
}

pub(in crate::store) fn finding() -> Finding {
    Finding {
        step: PluginName::new("sort").unwrap(),
        findings: Findings::Labels(vec![Label {
            name: "sport".to_owned(),
            confidence: 0.1,
            evidence: vec![Span { start: 1, end: 300 }],
            attributes: vec![attribute("rank", "1")],
        }]),
        provenance: Provenance { role: Role::Classifier, ..provenance() },
    }
}

fn annotations() -> Finding {
    Finding {
        findings: Findings::Annotations(vec![
            Annotation {
                kind: "date".to_owned(),
                span: None,
                value: None,
                confidence: None,
                attributes: vec![],
            },
            Annotation {
                kind: "date".to_owned(),
                span: Some(Span { start: 0, end: 2 }),
                value: Some("2024".to_owned()),
                confidence: Some(f32::from_bits(1)),
                attributes: vec![attribute("precision", "year")],
            },
        ]),
        ..finding()
    }
}

fn translations() -> Finding {
    let text = "Teßt";
    Finding {
        findings: Findings::Translations(vec![Translation {
            target: LanguageTag::new("de").unwrap(),
            text: text.to_owned(),
            segments: vec![Segment {
                original: Span { start: 0, end: 9 },
                translated: Span::of(text, 0, 4).unwrap(),
            }],
            attributes: vec![attribute("coverage", "1.0")],
        }]),
        ..finding()
    }
}

fn summary() -> DocumentSummary {
    let source = StoredSource { version: 2, ..source() };
    let mut document = document();
    let title = attribute("title", "Tëxt");
    document.extracted.document.attributes.insert(0, title);
    let failures = [failure(), Failure { document: None, ..failure() }];
    DocumentSummary::of(&source, &document, &[annotations(), finding()], &failures)
}

fn history() -> History {
    let past = |outline| Past { provenance: provenance(), digest: digest(9), outline };
    History {
        step: Some(PluginName::new("sort").unwrap()),
        past: vec![
            past(Outline::Labels(vec![("sport".to_owned(), 0.1)])),
            past(Outline::Annotations(vec![("date".to_owned(), 300)])),
        ],
    }
}

fn history_of_text() -> History {
    let outline = Outline::Text { title: Some("Tëxt".to_owned()), length: 18 };
    let past = Past { provenance: provenance(), digest: digest(9), outline };
    // An extraction has no translations, but the format does not know.
    let outline = Outline::Translations(vec![("de".to_owned(), 5)]);
    History { step: None, past: vec![past.clone(), Past { outline, ..past }] }
}

pub(in crate::store) fn failure() -> Failure {
    Failure {
        id: FailureId::from_bytes([7; 20]),
        source: source().info.name,
        original: Some(digest(4)),
        document: Some(DocumentId::from_bytes([6; 20])),
        step: Some(PluginName::new("sort").unwrap()),
        component: Some(digest(1)),
        attempt: Some(Attempt {
            plugin: PluginName::new("sort").unwrap(),
            version: "1.2.3".to_owned(),
            limits: Limits { deadline: Duration::from_millis(2_500), ..Limits::default() },
            configuration: digest(8),
        }),
        cost: Some(provenance().cost),
        class: FailureClass::Deadline,
        causes: vec!["it ran longer than its deadline of 2 s".to_owned()],
        hint: Some(Hint::Told("raise it".to_owned())),
        backtrace: vec!["sort::main".to_owned()],
        log: vec![LogLine { level: LogLevel::Warn, message: "slow\u{1b}[0m".to_owned() }],
        run: RunId(300),
    }
}

pub(in crate::store) fn run() -> Run {
    Run {
        id: RunId(300),
        started: SystemTime::UNIX_EPOCH + Duration::new(1_700_000_000, 123_456_789),
        finished: Some(SystemTime::UNIX_EPOCH - Duration::from_millis(1)),
        pipeline: digest(5),
        tally: Tally {
            sources: 1,
            unchanged: 2,
            added: 3,
            updated: 4,
            unsupported: 5,
            failures: 6,
            kept: 7,
            retired: 8,
        },
    }
}

fn about() -> About {
    About { layout: 1, created_by: "docmill 0.1.0".to_owned() }
}

fn without_plugin() -> Failure {
    Failure { attempt: None, step: None, component: None, cost: None, ..failure() }
}

/// What is compressed. Another zstd may write other bytes, so it is only read.
fn long_source() -> StoredSource {
    let mut source = source();
    source.info.attributes = vec![attribute("date", "2024-05-01"); 200];
    source
}

fn long_finding() -> Finding {
    let Findings::Labels(labels) = finding().findings else { unreachable!("it has labels") };
    Finding { findings: Findings::Labels(vec![labels[0].clone(); 200]), ..finding() }
}
