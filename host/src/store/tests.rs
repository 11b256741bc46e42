//! What every store must do, and what only one of them can do wrong.

use std::sync::Arc;

use super::mapped::{Batch, Entries, Entry, KeyValue};
use super::pieces::PIECE;
use super::record::tests::{document, failure, finding, run, source};
use super::writing::Turns;
use super::*;
use crate::model::*;

mod behaviours;
mod conversion;
mod disk;
mod forgotten;
mod full;
mod ledger;
mod measure;
mod whole;

fn name(text: &str) -> SourceName {
    SourceName::new(text).unwrap()
}

/// A commit of one source with these texts as documents, without findings and failures.
fn commit(source_name: &str, version: u32, texts: &[&str]) -> Commit {
    let content: Arc<[u8]> = texts.join("\n").into_bytes().into();
    let name = name(source_name);
    let documents: Vec<StoredDocument> = (0..)
        .zip(texts)
        .map(|(index, text)| StoredDocument {
            id: DocumentId::of(&name, index),
            version,
            source: name.clone(),
            original: Digest::of(&content),
            index,
            extracted: Extracted {
                document: Document { text: (*text).to_owned(), ..Document::default() },
                asides: Vec::new(),
            },
            ..document()
        })
        .collect();
    let mut source = source();
    source.info.name = name;
    source.info.digest = Digest::of(&content);
    source.info.size = content.len() as u64;
    source.version = version;
    source.documents = documents.iter().map(|document| document.id).collect();
    Commit {
        source,
        original: Some(content),
        documents,
        findings: vec![],
        retired: vec![],
        failures: vec![],
        walked: false,
    }
}

fn found(commit: &Commit, step: &str, value: &str) -> (DocumentId, u32, Finding) {
    let document = &commit.documents[0];
    let annotation = Annotation {
        kind: "date".to_owned(),
        span: None,
        value: Some(value.to_owned()),
        confidence: None,
        attributes: Vec::new(),
    };
    let finding = Finding {
        step: PluginName::new(step).unwrap(),
        findings: Findings::Annotations(vec![annotation]),
        ..finding()
    };
    (document.id, document.version, finding)
}

fn failed(source: &str, step: &str) -> Failure {
    let source = name(source);
    let step = PluginName::new(step).unwrap();
    Failure { id: FailureId::of(&source, None, Some(&step)), source, step: Some(step), ..failure() }
}

fn texts(store: &dyn Store) -> Vec<String> {
    store.documents().map(|document| document.unwrap().extracted.document.text).collect()
}

fn steps(store: &dyn Store, id: DocumentId, version: u32) -> Vec<String> {
    let findings = store.findings(id, version).unwrap();
    // The other ways to ask for them agree.
    let summaries: Vec<FindingSummary> = findings.iter().cloned().map(Into::into).collect();
    assert_eq!(store.finding_summaries(id, version).unwrap(), summaries);
    for finding in &findings {
        assert_eq!(store.finding(id, version, &finding.step).unwrap().as_ref(), Some(finding));
    }
    findings.into_iter().map(|finding| finding.step.to_string()).collect()
}

/// Bytes that no compressor makes smaller.
fn noise(length: usize) -> Vec<u8> {
    noise_from(1, length)
}

fn noise_from(seed: u64, length: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64.wrapping_mul(seed | 1);
    let mut bytes = Vec::with_capacity(length + 8);
    while bytes.len() < length {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend(state.to_le_bytes());
    }
    bytes.truncate(length);
    bytes
}

/// The same as `found`, made of something else.
fn found_with_key(commit: &Commit, step: &str, value: u8) -> (DocumentId, u32, Finding) {
    let (id, version, mut finding) = found(commit, step, &value.to_string());
    finding.provenance.key = Digest::of(&[value]);
    (id, version, finding)
}

/// Of which step there are how many past results, and the digest of the last of them.
fn histories(store: &dyn Store, id: DocumentId) -> Vec<(String, usize, Digest)> {
    let histories = store.history(id, 1).unwrap().into_iter();
    histories
        .map(|History { step, past }| {
            let step = step.map_or("(text)".to_owned(), |step| step.to_string());
            (step, past.len(), past.last().unwrap().digest)
        })
        .collect()
}

fn everything(store: &impl KeyValue) -> Vec<Entry> {
    store.scan(vec![0]..vec![255]).map(Result::unwrap).collect()
}
