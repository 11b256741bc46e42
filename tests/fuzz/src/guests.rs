//! The shipped plugins as ordinary functions: what a document can do to them without a sandbox
//! around.

use docmill::model;
use docmill_plugin::{Annotation, Attribute, Extracted, Span, testing};
use extract_html::Syntax;
use extract_text::Conventions;

use crate::promises;

/// A web page, read as HTML and as XHTML.
pub fn html(data: &[u8]) {
    for syntax in [Syntax::Html, Syntax::Xhtml] {
        if let Ok(Some(found)) = extract_html::extract(data, syntax) {
            promises::extracted(&taken(found));
        }
    }
    testing::reset();
}

/// A text in any encoding, with the conventions of newsrooms and without.
pub fn text(data: &[u8]) {
    for conventions in [Conventions::Newsroom, Conventions::None] {
        if let Some(found) = extract_text::extract(data.to_vec(), conventions) {
            promises::extracted(&taken(found));
        }
    }
    testing::reset();
}

/// A PDF: its objects, fonts and pages.
pub fn pdf(data: &[u8]) {
    testing::reset();
    if let Ok(Some(found)) = extract_pdf::extract(data.to_vec()) {
        promises::extracted(&taken(found));
    }
}

/// Legal acts, dates and amounts in a text; the first byte picks its language.
pub fn references(data: &[u8]) {
    let Some((language, text)) = data.split_first() else { return };
    let text = String::from_utf8_lossy(text);
    let language = [None, Some("en"), Some("fr"), Some("vi")][usize::from(language % 4)];
    let found = analyze_references::find(&text, language);
    let found = found.into_iter().map(annotation).collect();
    promises::findings(&text, &model::Findings::Annotations(found));
}

/// The fingerprint of a text, the first line of which is a heading.
pub fn fingerprint(data: &[u8]) {
    let mut document = docmill_plugin::Document::new(String::from_utf8_lossy(data));
    let whole = analyze_fingerprint::fingerprint(&document);
    let heading = document.text.find('\n').unwrap_or(document.text.len());
    document.marks.push(docmill_plugin::Mark::new("heading", 0..heading));
    let body = analyze_fingerprint::fingerprint(&document);
    assert!(whole.is_some() || body.is_none(), "a part has one, and the whole has none");
    for value in [whole, body].into_iter().flatten() {
        let fingerprint = docmill::likeness::Fingerprint::of(&value).expect("it can be compared");
        assert!(fingerprint.alike(&fingerprint) >= 1.0);
    }
}

/// A table of `classify-lexicon`, checked as before a run.
pub fn lexicon(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let Ok(table) = docmill::capabilities::Table::from_tsv(&text) else { return };
    let rows: Vec<(&str, &str)> = table.page(0, u32::MAX).collect();
    for problem in classify_lexicon::check::problems(&rows) {
        assert!(!problem.to_string().is_empty());
    }
}

/// A glossary, and after an empty line a text that it renders, line by line.
pub fn glossary(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let (rows, text) = text.split_once("\n\n").unwrap_or((&text, ""));
    let Ok(table) = docmill::capabilities::Table::from_tsv(rows) else { return };
    let occurrence = |it: docmill::capabilities::Occurrence<'_>| docmill_plugin::Occurrence {
        span: Span { start: it.span.start, end: it.span.end },
        value: it.value.to_owned(),
    };
    let find = |text: &str| match table.find(text) {
        Ok(found) => found.into_iter().map(occurrence).collect(),
        // The call would have ended there.
        Err(_) => Vec::new(),
    };
    let lines: Vec<String> = text.split('\n').map(str::to_owned).collect();
    for target in ["en", "vi"] {
        if let Ok(rendered) = translate_glossary::render::segments(&lines, target, find) {
            assert_eq!(rendered.segments.len(), lines.len());
            assert!(rendered.known <= rendered.words, "{rendered:?}");
        }
    }
}

pub(crate) fn taken(found: Extracted) -> model::Extracted {
    let document = found.document;
    model::Extracted {
        document: model::Document {
            text: document.text,
            language: document.language.map(|it| model::LanguageTag::new(it).expect("a language")),
            attributes: attributes(document.attributes),
            marks: (document.marks.into_iter())
                .map(|mark| model::Mark {
                    kind: mark.kind,
                    span: span(mark.span),
                    attributes: attributes(mark.attributes),
                })
                .collect(),
        },
        asides: (found.asides.into_iter())
            .map(|aside| model::Aside {
                kind: aside.kind,
                text: aside.text,
                position: aside.position,
                attributes: attributes(aside.attributes),
            })
            .collect(),
    }
}

fn annotation(found: Annotation) -> model::Annotation {
    model::Annotation {
        kind: found.kind,
        span: found.span.map(span),
        value: found.value,
        confidence: found.confidence,
        attributes: attributes(found.attributes),
    }
}

fn span(span: Span) -> model::Span {
    model::Span { start: span.start, end: span.end }
}

pub(crate) fn attributes(attributes: Vec<Attribute>) -> Vec<model::Attribute> {
    let taken = |it: Attribute| model::Attribute { name: it.name, value: it.value };
    attributes.into_iter().map(taken).collect()
}
