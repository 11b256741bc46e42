//! A document while it is written: text and marks, what stands beside them, and what the file says
//! of itself.

use std::collections::BTreeSet;

use docmill_plugin::structure::Writer;
use docmill_plugin::{Aside, Attribute, Document, Extracted, Mark, log};

use crate::Properties;

/// The most asides of a document: notes and comments of a long report are thousands.
const MOST_ASIDES: usize = 20_000;
/// How much of a text is looked at to tell its language, in bytes.
const SAMPLE: usize = 256 << 10;
/// The most headers and footers that differ.
const MOST_ONCE: usize = 1_024;
/// What asides may hold together, in bytes.
const MOST_ASIDE_BYTES: usize = 8 << 20;

/// A document while it is written.
#[derive(Debug, Default)]
pub struct Draft {
    /// Its text and marks so far.
    pub writer: Writer,
    /// The writers around the one of a note, outer ones first.
    outer: Vec<Writer>,
    asides: Vec<Aside>,
    aside_bytes: usize,
    left_out: usize,
    /// Headers and footers that were told, by their kind.
    once: BTreeSet<(String, String)>,
}

impl Draft {
    /// An empty document.
    pub fn new() -> Draft {
        Draft::default()
    }

    /// Begins a text of its own, as that of a note: what is written until [`Draft::end_apart`] is
    /// no part of the document.
    pub fn begin_apart(&mut self) {
        self.outer.push(std::mem::take(&mut self.writer));
    }

    /// Ends a text of its own, and hands it over; what was open in it ends.
    pub fn end_apart(&mut self) -> String {
        let outer = self.outer.pop().unwrap_or_default();
        std::mem::replace(&mut self.writer, outer).finish().0
    }

    /// Where the document itself is at, also while a note is read.
    pub fn place(&self) -> usize {
        self.outer.first().unwrap_or(&self.writer).len()
    }

    /// Adds a passage that stands beside the text, where the text is at.
    pub fn aside(&mut self, kind: &str, text: &str, attributes: Vec<Attribute>) {
        self.aside_at(self.place(), kind, text, attributes);
    }

    /// Adds a passage that stands beside the text at this byte, a place that [`Draft::place`] told.
    pub fn aside_at(&mut self, at: usize, kind: &str, text: &str, attributes: Vec<Attribute>) {
        let text = text.trim();
        if text.is_empty() {
            return;
        }
        if self.asides.len() == MOST_ASIDES || self.aside_bytes + text.len() > MOST_ASIDE_BYTES {
            self.left_out += 1;
            return;
        }
        self.aside_bytes += text.len();
        let (kind, text) = (kind.to_owned(), text.to_owned());
        let position = u32::try_from(at).unwrap_or(u32::MAX);
        self.asides.push(Aside { kind, text, position, attributes });
    }

    /// The same for what pages have alike: each text of a kind is told once, however many pages
    /// have it.
    pub fn aside_once(&mut self, at: usize, kind: &str, text: &str) {
        let text = text.trim();
        let is_new =
            self.once.len() < MOST_ONCE && self.once.insert((kind.to_owned(), text.to_owned()));
        if is_new {
            self.aside_at(at, kind, text, Vec::new());
        }
    }

    /// Whether it has neither a text nor anything beside it.
    pub fn is_blank(&self) -> bool {
        self.writer.is_empty() && self.asides.is_empty()
    }

    /// The document with what its file says of it, or `None` if nothing was written. `damage` is
    /// why the file could not be read to its end.
    pub fn finish(self, properties: Properties, damage: Option<String>) -> Option<Extracted> {
        if self.is_blank() {
            return None;
        }
        if self.left_out > 0 {
            log::warn!(
                "{} notes, comments or headers beyond the first are left out",
                self.left_out
            );
        }
        let (text, marks) = self.writer.finish();
        let mut document = Document { text, language: None, attributes: Vec::new(), marks };
        document.attributes = properties.attributes();
        if document.attribute("title").is_none()
            && let Some(title) = first_title(&document)
        {
            document.attributes.push(Attribute::new("title", title));
            document.attributes.push(Attribute::new("guessed", "title"));
        }
        if let Some(damage) = damage {
            log::warn!("{damage}");
            document.attributes.push(Attribute::new("incomplete", damage));
        }
        let sample = &document.text[..document.text.floor_char_boundary(SAMPLE)];
        let told = docmill_text::identify_language(sample).map(str::to_owned);
        document.language = told.or_else(|| properties.language());
        let mut asides = self.asides;
        for aside in &mut asides {
            // The end of the text may have been white space.
            let at = document.text.floor_char_boundary(aside.position as usize);
            aside.position = u32::try_from(at).unwrap_or(u32::MAX);
        }
        asides.sort_by_key(|it| it.position);
        Some(Extracted { document, asides })
    }
}

/// The words of the first heading, if it is one of the first level.
fn first_title(document: &Document) -> Option<String> {
    let is_first =
        |mark: &&Mark| mark.attributes.iter().any(|it| it.name == "level" && it.value == "1");
    let heading = document.marks_of("heading").next().filter(is_first)?;
    let words = &document.text[heading.span.range()];
    (words.len() <= 500).then(|| words.replace('\n', " "))
}
