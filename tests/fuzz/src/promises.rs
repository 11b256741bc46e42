//! What holds for everything that a plugin returned and the host let pass, checked without the
//! host's own checks.

use std::collections::BTreeSet;

use docmill::model::{
    Annotation, Attribute, ContractVersion, Cost, Digest, DocumentId, Extracted, Finding, Findings,
    Label, PluginName, Provenance, Role, RunId, SourceName, Span, StoredDocument, Translation,
};
use docmill::store::record::Record;

/// A document in bounds, with its marks and asides in order, that the store gives back as it was.
pub fn extracted(extracted: &Extracted) {
    let document = &extracted.document;
    attributes(&document.attributes);
    for mark in &document.marks {
        span(&document.text, mark.span);
        attributes(&mark.attributes);
    }
    let order = document.marks.iter().map(|it| (it.span.start, std::cmp::Reverse(it.span.end)));
    assert!(order.is_sorted(), "{:?}", document.marks);
    for aside in &extracted.asides {
        assert!(document.text.is_char_boundary(aside.position as usize), "{aside:?}");
        attributes(&aside.attributes);
    }
    assert!(extracted.asides.is_sorted_by_key(|aside| aside.position), "{:?}", extracted.asides);
    let source = SourceName::new("a.txt").expect("a name");
    survives(&StoredDocument {
        id: DocumentId::of(&source, 0),
        version: 1,
        source,
        original: Digest::of(b""),
        index: 0,
        extracted: extracted.clone(),
        provenance: provenance(Role::Extractor),
        run: RunId(1),
    });
}

/// Findings in bounds and in order that the store gives back as they were.
pub fn findings(text: &str, found: &Findings) {
    let role = match found {
        Findings::Labels(given) => {
            labels(text, given);
            Role::Classifier
        }
        Findings::Annotations(found) => {
            annotations(text, found);
            Role::Analyzer
        }
        Findings::Translations(found) => {
            found.iter().for_each(|it| translation(text, it));
            Role::Translator
        }
    };
    let step = PluginName::new("step").expect("a name");
    survives(&Finding { step, findings: found.clone(), provenance: provenance(role) });
}

fn labels(text: &str, labels: &[Label]) {
    let names: BTreeSet<_> = labels.iter().map(|label| &label.name).collect();
    assert_eq!(names.len(), labels.len(), "a label was given twice");
    assert!(labels.is_sorted_by(|one, next| one.confidence >= next.confidence), "{labels:?}");
    for label in labels {
        assert!((0.0..=1.0).contains(&label.confidence), "{label:?}");
        label.evidence.iter().for_each(|it| span(text, *it));
        assert!(label.evidence.is_sorted_by_key(|it| it.start), "{label:?}");
        attributes(&label.attributes);
    }
}

fn annotations(text: &str, annotations: &[Annotation]) {
    for annotation in annotations {
        if let Some(place) = annotation.span {
            span(text, place);
        }
        assert!(annotation.confidence.is_none_or(|it| (0.0..=1.0).contains(&it)), "{annotation:?}");
        attributes(&annotation.attributes);
    }
    assert!(annotations.is_sorted_by_key(|it| it.span.map(|it| it.start)), "{annotations:?}");
}

fn translation(text: &str, translation: &Translation) {
    for segment in &translation.segments {
        span(text, segment.original);
        span(&translation.text, segment.translated);
    }
    attributes(&translation.attributes);
}

fn span(text: &str, span: Span) {
    assert!(text.get(span.range()).is_some(), "{span:?} in {text:?}");
}

pub fn attributes(attributes: &[Attribute]) {
    for Attribute { name, .. } in attributes {
        let kebab = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        assert!((1..=64).contains(&name.len()) && name.bytes().all(kebab), "{name:?}");
    }
}

fn survives<R: Record + PartialEq + std::fmt::Debug>(value: &R) {
    assert_eq!(R::decode(&value.encode()).as_ref(), Ok(value));
}

fn provenance(role: Role) -> Provenance {
    Provenance {
        plugin: PluginName::new("plugin").expect("a name"),
        version: "1.0.0".to_owned(),
        role,
        component: Digest::of(b"component"),
        contract: ContractVersion { major: 0, minor: 1 },
        settings: Digest::of(b"settings"),
        key: Digest::of(b"key"),
        run: RunId(1),
        cost: Cost::default(),
    }
}
