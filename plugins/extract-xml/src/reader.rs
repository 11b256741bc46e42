//! Reads a document piece by piece into text, marks and asides: what its vocabulary says each
//! element is.

use std::io::BufRead;

use docmill_plugin::structure::{Composer, Element};
use docmill_plugin::{Attribute, Extracted, Mark};
use docmill_xml::{Piece, Pieces, Tag};

use crate::capture::{Capture, Kind};
use crate::facts::Facts;
use crate::header::{Builder, local};
use crate::vocabulary::{Place, Role, Vocabulary};

/// How many elements that lie in each other are told apart; what is deeper is read as words of the
/// last one.
const DEEPEST: usize = 512;
/// How far up the beginning of an element is looked for when its end is read: ends without a
/// beginning are common.
const FARTHEST: usize = 64;

/// What has to be done at the end of an element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Close {
    Nothing,
    /// The paragraph ends.
    Block,
    Section,
    /// What was begun in the writer ends.
    Written,
    Line,
    Space,
    Aside,
    Header,
    Captured,
    /// The typed form within a formula.
    Source,
}

#[derive(Debug)]
struct Frame {
    name: String,
    known_as: Option<&'static str>,
    close: Close,
    /// Its text is not read.
    is_skipped: bool,
    /// Its text is read by the header only.
    is_muted: bool,
    /// Its name, where it is a note.
    id: Option<String>,
    /// It leads to a place of the document.
    place: Option<String>,
}

/// Reads one document, or the chapters of a book one after the other.
#[derive(Debug)]
pub struct Reader {
    pub composer: Composer,
    pub facts: Facts,
    vocabulary: Vocabulary,
    open: Vec<Frame>,
    /// How many elements are open below the deepest that is told apart.
    deeper: usize,
    sections: usize,
    header: Option<Builder>,
    has_header: bool,
    capture: Option<Capture>,
    /// The page that began last: its label, and where.
    page: Option<(String, usize)>,
    /// Words stand right before what comes next, on the same line.
    is_within_words: bool,
}

impl Reader {
    pub fn new() -> Reader {
        Reader {
            composer: Composer::new(),
            facts: Facts::default(),
            vocabulary: Vocabulary::Other,
            open: Vec::new(),
            deeper: 0,
            sections: 0,
            header: None,
            has_header: false,
            capture: None,
            page: None,
            is_within_words: false,
        }
    }

    /// Leaves headers unread: what the book says counts.
    pub fn ignore_headers(&mut self) {
        self.has_header = true;
    }

    /// Reads a whole document; everything that was open at its end ends.
    ///
    /// # Errors
    ///
    /// If it cannot be read on, with the reason and the place as a byte offset; what came before
    /// stays.
    pub fn read<R: BufRead>(&mut self, pieces: &mut Pieces<R>) -> Result<(), (String, u64)> {
        let mut is_first = true;
        let outcome = loop {
            match pieces.next_piece() {
                Err(error) => break Err(error),
                Ok(None) => break Ok(()),
                Ok(Some(Piece::Start(tag))) => {
                    let name = local(&tag.name).to_owned();
                    if is_first {
                        self.vocabulary = Vocabulary::of_root(&name, &tag);
                        self.facts.languages.extend(language_of(&tag));
                        is_first = false;
                    }
                    self.start(&name, &tag);
                }
                Ok(Some(Piece::End { name, .. })) => self.end(local(&name)),
                Ok(Some(Piece::Text { text, escaped })) => match text.as_str() {
                    // A name that only HTML or a document type knows.
                    reference if reference == escaped && is_reference(reference) => {
                        let known = htmlize::unescape(reference);
                        if known != reference {
                            self.text(&known);
                        }
                    }
                    text => self.text(text),
                },
            }
        };
        while let Some(frame) = self.open.pop() {
            self.close(frame);
        }
        (self.deeper, self.sections) = (0, 0);
        outcome
    }

    /// The vocabulary of what was read last.
    pub fn vocabulary(&self) -> Vocabulary {
        self.vocabulary
    }

    fn start(&mut self, name: &str, tag: &Tag) {
        if self.deeper > 0 || self.open.len() >= DEEPEST {
            self.deeper += 1;
            return;
        }
        // Whoever leaves out the end of a paragraph or an item means that the next one ends it.
        let is_repeated = self.open.last().is_some_and(|it| it.name == name);
        if is_repeated
            && self.vocabulary == Vocabulary::Xhtml
            && matches!(name, "p" | "li" | "dt" | "dd")
        {
            self.end(name);
        }
        if let Some(header) = &mut self.header {
            header.start(name, tag);
        }
        let role = self.role(name, tag);
        let (is_skipped, mut is_muted) =
            self.open.last().map_or((false, false), |it| (it.is_skipped, it.is_muted));
        let mut frame = Frame {
            name: name.to_owned(),
            known_as: self.vocabulary.known_as(name, tag),
            close: Close::Nothing,
            is_skipped: is_skipped || role == Role::Skip,
            is_muted,
            id: None,
            place: None,
        };
        if role == Role::Header && self.header.is_none() && !frame.is_skipped {
            let mut builder = Builder::default();
            builder.start(name, tag);
            self.header = Some(builder);
            frame.close = Close::Header;
            frame.is_muted = true;
        } else if matches!(role, Role::Shown | Role::ShownTitle) {
            frame.is_muted = false;
        }
        is_muted = frame.is_muted;
        if !frame.is_skipped && !is_muted {
            self.begin(role, tag, &mut frame);
        }
        if !self.vocabulary.is_void(name) {
            self.open.push(frame);
        } else if let Some(header) = &mut self.header {
            header.end();
        }
    }

    fn role(&self, name: &str, tag: &Tag) -> Role {
        let mut around = self.open.iter().rev().map(|it| it.known_as.unwrap_or(&it.name));
        let place = Place {
            parent: around.next().unwrap_or_default(),
            grandparent: around.next().unwrap_or_default(),
            depth: self.sections,
            in_header: self.header.is_some(),
        };
        match self.vocabulary.role(name, tag, place) {
            Role::Verse if self.vocabulary == Vocabulary::Other && self.is_within_words => {
                Role::Inline
            }
            role => role,
        }
    }

    /// Does what an element asks for at its beginning, and notes what it does at its end.
    fn begin(&mut self, role: Role, tag: &Tag, frame: &mut Frame) {
        if let Some(capture) = &mut self.capture {
            match role {
                Role::Source => {
                    capture.begin_source();
                    frame.close = Close::Source;
                }
                Role::Place(name) | Role::Reference(name) => capture.lead_to(name),
                _ => {}
            }
            return;
        }
        let level = u8::try_from(self.sections).unwrap_or(u8::MAX);
        let element = match &role {
            Role::Title | Role::ShownTitle => Some(Element::Heading(level)),
            Role::Heading(level) => Some(Element::Heading(*level)),
            Role::Item => Some(Element::Item),
            Role::Quotation => Some(Element::Quotation),
            Role::Lines => Some(Element::CodeBlock),
            Role::Table => Some(Element::Table),
            Role::Row => Some(Element::Row),
            Role::Cell => Some(Element::Cell),
            Role::Code | Role::Source => Some(Element::Code),
            Role::Emphasis => Some(Element::Emphasis),
            Role::Link(href) => Some(Element::Link(href)),
            _ => None,
        };
        if let Some(element) = element {
            self.composer.begin(element);
            frame.close = Close::Written;
            return;
        }
        frame.close = match role {
            Role::Apart => {
                self.composer.write(" ");
                Close::Space
            }
            Role::Block => {
                self.boundary();
                Close::Block
            }
            Role::Section | Role::Shown => {
                self.sections += 1;
                self.boundary();
                Close::Section
            }
            Role::Verse | Role::Break => {
                self.is_within_words = false;
                self.composer.line_break();
                Close::Line
            }
            Role::Superscript => self.begin_capture(Kind::Superscript, tag),
            Role::Subscript => self.begin_capture(Kind::Subscript, tag),
            Role::Formula => self.begin_capture(Kind::Formula, tag),
            Role::Page(label) if label.is_empty() => self.begin_capture(Kind::Page, tag),
            Role::Page(label) => {
                self.begin_page(label);
                frame.is_skipped = true;
                Close::Nothing
            }
            Role::Reference(name) => {
                self.composer.refer(&name);
                frame.is_skipped = true;
                Close::Nothing
            }
            Role::Place(name) => {
                self.composer.refer(&name);
                frame.place = Some(name);
                Close::Nothing
            }
            Role::Aside(kind) => {
                self.composer.begin_aside(kind);
                frame.id = id_of(tag).filter(|_| kind == "footnote");
                Close::Aside
            }
            _ => frame.close,
        };
    }

    fn begin_capture(&mut self, kind: Kind, tag: &Tag) -> Close {
        let mut capture = Capture::new(kind);
        // `<a href="#n1"><sup>1</sup></a>`
        if let Some(name) = self.open.last().and_then(|it| it.place.clone()) {
            capture.lead_to(name);
        }
        capture.describe(tag.attribute("alttext").unwrap_or_default());
        self.capture = Some(capture);
        Close::Captured
    }

    fn boundary(&mut self) {
        self.is_within_words = false;
        self.composer.begin(Element::Paragraph);
        self.composer.end();
    }

    fn text(&mut self, text: &str) {
        if let Some(header) = &mut self.header {
            header.text(text);
        }
        let is_read = self.open.last().is_some_and(|it| !it.is_skipped && !it.is_muted);
        if !is_read {
            return;
        }
        self.is_within_words |= !text.trim().is_empty();
        match &mut self.capture {
            Some(capture) if capture.has_room(text) => capture.push(text),
            Some(_) => {
                // It is longer than anything of its kind: its end is missing.
                self.write_captured();
                self.composer.write(text);
            }
            None => self.composer.write(text),
        }
    }

    fn end(&mut self, name: &str) {
        if self.deeper > 0 {
            self.deeper -= 1;
            return;
        }
        let place = self.open.iter().rev().take(FARTHEST).position(|it| it.name == name);
        let Some(place) = place else { return };
        for _ in 0..=place {
            if let Some(frame) = self.open.pop() {
                self.close(frame);
            }
        }
    }

    fn close(&mut self, frame: Frame) {
        if let Some(header) = &mut self.header {
            header.end();
        }
        match frame.close {
            Close::Nothing => {}
            Close::Block => self.boundary(),
            Close::Section => {
                self.sections = self.sections.saturating_sub(1);
                self.boundary();
            }
            Close::Written => self.composer.end(),
            Close::Line => {
                self.is_within_words = false;
                self.composer.line_break();
            }
            Close::Space => self.composer.write(" "),
            Close::Aside => self.composer.end_aside(frame.id.as_deref()),
            Close::Header => {
                let header = self.header.take().map(Builder::finish);
                if let Some(header) = header.filter(|_| !self.has_header) {
                    self.vocabulary.read_header(&header, &mut self.facts);
                    self.has_header = true;
                }
            }
            Close::Source => {
                if let Some(capture) = &mut self.capture {
                    capture.end_source();
                }
            }
            Close::Captured => self.write_captured(),
        }
    }

    fn write_captured(&mut self) {
        let Some(capture) = self.capture.take() else { return };
        if let Some(label) = capture.page() {
            self.begin_page(label.to_owned());
        } else if let Some(name) = capture.note() {
            self.composer.refer(name);
        } else if let Some(source) = capture.source() {
            self.composer.element(Element::Code, source);
        } else {
            self.composer.write(capture.leading());
            let written = capture.written(self.composer.last());
            self.composer.write(&written);
        }
    }

    fn begin_page(&mut self, label: String) {
        if self.composer.is_aside() {
            return;
        }
        self.end_page();
        let label = label[..label.floor_char_boundary(64)].trim().to_owned();
        self.page = Some((label, self.composer.len()));
    }

    fn end_page(&mut self) {
        let end = self.composer.len();
        if let Some((label, start)) = self.page.take().filter(|(label, _)| !label.is_empty()) {
            self.composer.add(Mark::new("page", start..end).with("label", label));
        }
    }

    /// What was read, with its attributes and its language; `None` if there is no word.
    pub fn finish(mut self) -> Option<Extracted> {
        self.end_page();
        let mut extracted = self.composer.into_extracted();
        let document = &mut extracted.document;
        if document.text.is_empty() && extracted.asides.is_empty() {
            return None;
        }
        let languages = self.facts.languages.iter().map(String::as_str);
        document.language = docmill_text::language_of(&document.text, languages);
        let first = document.marks.first().filter(|it| it.kind == "heading");
        if let Some(heading) = first.map(|it| document.text[it.span.range()].to_owned()) {
            self.facts.add_first("title", &heading);
        }
        document.attributes = self.facts.into_attributes();
        tell_languages(document);
        Some(extracted)
    }
}

/// Tells of which paragraphs the language is another one than that of the text.
fn tell_languages(document: &mut docmill_plugin::Document) {
    let text = &document.text;
    let is_passage = |mark: &&mut Mark| matches!(mark.kind.as_str(), "paragraph" | "item");
    let mut passages: Vec<&mut Mark> = document.marks.iter_mut().filter(is_passage).collect();
    let texts: Vec<&str> = passages.iter().map(|mark| &text[mark.span.range()]).collect();
    for (at, tag) in docmill_text::other_languages(&texts, document.language.as_deref()) {
        passages[at].attributes.push(Attribute::new("language", tag));
    }
}

fn is_reference(text: &str) -> bool {
    text.len() > 2 && text.starts_with('&') && text.ends_with(';')
}

/// The language that an element declares.
fn language_of(tag: &Tag) -> Option<String> {
    let language = tag.attributes.iter().find(|(name, _)| local(name) == "lang");
    language.map(|(_, value)| value.clone())
}

fn id_of(tag: &Tag) -> Option<String> {
    let id = tag.attributes.iter().find(|(name, _)| local(name) == "id");
    id.map(|(_, value)| value.trim().to_owned()).filter(|it| !it.is_empty())
}
