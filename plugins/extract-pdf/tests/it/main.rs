//! Files made by code: what they should be read as, and what none of them may do.

mod builder;
mod hostile;
mod layout;
mod reading;

use docmill_plugin::{Document, Error, Extracted, Extractor, Source};
use extract_pdf::ExtractPdf;

/// What the plugin makes of these bytes.
fn extract(bytes: &[u8]) -> Result<Option<Extracted>, Error> {
    let source = Source::of_bytes(bytes, "application/pdf");
    ExtractPdf::extract(source).map(|mut it| it.pop())
}

/// The document in them.
fn read(bytes: &[u8]) -> Document {
    extract(bytes).expect("it is read").expect("it has a text").document
}

/// What marks of a kind cover.
fn marked<'a>(document: &'a Document, kind: &'a str) -> Vec<&'a str> {
    document.marks_of(kind).map(|it| &document.text[it.span.range()]).collect()
}
