//! What lies in a paragraph of OpenDocument: words, links, notes, comments, changes, frames.

use docmill_office::{Element, Piece};
use docmill_plugin::prelude::*;
use docmill_plugin::structure::Element as Block;

use super::Reader;
use docmill_office::Changes;

/// The most text boxes that hang on one paragraph.
const MOST_BOXES: usize = 10_000;

impl<'t> Reader<'t> {
    /// Reads what lies in a line.
    pub fn inline(&mut self, parent: Element<'t>) {
        for piece in parent.pieces() {
            match piece {
                Piece::Text(text) if self.hidden == 0 => self.draft.writer.write(text),
                Piece::Text(_) => {}
                Piece::Element(element) => self.piece(element),
            }
        }
    }

    /// Begins or ends words that stand out.
    pub fn emphasize(&mut self, is_emphasized: bool) {
        let is_emphasized = is_emphasized && !self.in_heading;
        if self.is_emphasized == is_emphasized {
            return;
        }
        match is_emphasized {
            true => self.draft.writer.begin(Block::Emphasis),
            false => self.draft.writer.end(),
        }
        self.is_emphasized = is_emphasized;
    }

    /// Reads one element of a line.
    pub fn piece(&mut self, element: Element<'t>) {
        match element.name() {
            "span" => self.span(element),
            "a" => self.link(element),
            "s" | "tab" | "tab-stop" => self.draft.writer.write(" "),
            "line-break" => self.draft.writer.line_break(),
            "note" => self.note(element),
            "footnote" | "endnote" => self.note(element),
            "annotation" => self.comment(element),
            "change" | "change-start" | "change-end" => self.tracked_change(element),
            "ruby" => {
                if let Some(base) = element.child("ruby-base") {
                    self.inline(base);
                }
            }
            // Titles and descriptions of pictures are not shown; those that are fields of the text
            // are.
            "title" | "desc" if element.qualified_name().starts_with("svg:") => {}
            "script" | "binary-data" | "annotation-end" | "hidden-text" | "meta-field-source" => {}
            "event-listeners" | "image-map" | "image" | "enhanced-geometry" | "glue-point" => {}
            "text-box" => self.keep_box(element),
            // Shapes hold paragraphs; so does the picture of an object that is embedded.
            "custom-shape" | "rect" | "ellipse" | "circle" | "line" | "path" | "polygon"
            | "polyline" | "connector" | "caption" | "regular-polygon" | "measure" => {
                self.keep_box(element)
            }
            "frame" | "g" => {
                for inner in element.elements() {
                    match inner.name() {
                        "table" => self.keep_box(element),
                        _ => self.piece(inner),
                    }
                }
            }
            "object" | "object-ole" | "plugin" | "applet" => {}
            _ => self.inline(element),
        }
    }

    fn keep_box(&mut self, element: Element<'t>) {
        let is_kept = self.boxes.iter().any(|it| it.index() == element.index());
        if self.boxes.len() < MOST_BOXES && !is_kept {
            self.boxes.push(element);
        }
    }

    fn span(&mut self, element: Element<'t>) {
        let style = element.attribute("style-name");
        if self.styles.is_hidden(style) {
            return;
        }
        if self.styles.is_code(style) {
            self.draft.writer.begin(Block::Code);
            self.inline(element);
            self.draft.writer.end();
            return;
        }
        if self.is_emphasized || !self.styles.is_emphasized(style) {
            return self.inline(element);
        }
        self.emphasize(true);
        self.inline(element);
        self.emphasize(false);
    }

    fn link(&mut self, element: Element<'t>) {
        let href = element.attribute("href").map(str::trim).unwrap_or_default();
        // Within the document, or into a part of the package.
        if href.is_empty() || href.starts_with(['#', '.', '/']) {
            return self.inline(element);
        }
        let outer = self.is_emphasized;
        self.emphasize(false);
        self.draft.writer.begin(Block::Link(href));
        self.emphasize(outer);
        self.inline(element);
        self.emphasize(false);
        self.draft.writer.end();
        self.emphasize(outer);
    }

    fn note(&mut self, element: Element<'t>) {
        let is_endnote =
            element.attribute("note-class") == Some("endnote") || element.name() == "endnote";
        let body = element.elements().find(|it| it.name().ends_with("-body"));
        let Some(body) = body else { return };
        let at = self.draft.place();
        let text = self.apart(body);
        let kind = if is_endnote { "endnote" } else { "footnote" };
        self.draft.aside_at(at, kind, &text, Vec::new());
    }

    /// A comment, with who wrote it and when.
    pub fn comment(&mut self, element: Element<'t>) {
        let mut attributes = Vec::new();
        for name in ["creator", "date"] {
            let value = element.child(name).map(|it| it.text()).filter(|it| !it.is_empty());
            attributes.extend(value.map(|it| Attribute::new(name, it)));
        }
        let at = self.draft.place();
        let mut text = String::new();
        for block in element.elements().filter(|it| matches!(it.name(), "p" | "list")) {
            let part = self.apart_of(block);
            if !text.is_empty() && !part.is_empty() {
                text.push_str("\n\n");
            }
            text.push_str(&part);
        }
        self.draft.aside_at(at, "comment", &text, attributes);
    }

    fn apart_of(&mut self, block: Element<'t>) -> String {
        let mut text = String::new();
        let mut last_ends = true;
        for inner in [block].into_iter().chain(block.descendants()) {
            if inner.name() == "p" {
                if !last_ends {
                    text.push('\n');
                }
                text.push_str(&inner.text());
                last_ends = false;
            }
        }
        text
    }

    /// Where a change lies, begins or ends.
    pub fn tracked_change(&mut self, element: Element<'t>) {
        let Some(id) = element.attribute("change-id") else { return };
        match element.name() {
            "change-start" if self.tracked.insertion(id).is_some() => match self.changes {
                Changes::Accepted => {}
                Changes::Dropped => self.hidden += 1,
                Changes::Shown => self.opened.push((id, self.draft.writer.len())),
            },
            "change-end" if self.tracked.insertion(id).is_some() => match self.changes {
                Changes::Accepted => {}
                Changes::Dropped => self.hidden = self.hidden.saturating_sub(1),
                Changes::Shown => {
                    if let Some(at) = self.opened.iter().rposition(|(open, _)| *open == id) {
                        let (_, start) = self.opened.remove(at);
                        self.mark_change(id, start);
                    }
                }
            },
            "change" => self.deletion(id),
            _ => {}
        }
    }

    fn deletion(&mut self, id: &'t str) {
        let Some(change) = self.tracked.deletion(id) else { return };
        if !self.changes.shows_deletions() || self.depth > 0 {
            return;
        }
        let start = self.draft.writer.len();
        self.depth += 1;
        let blocks = change.kind.elements().filter(|it| it.name() != "change-info");
        for (number, block) in blocks.enumerate() {
            if number > 0 {
                self.draft.writer.write(" ");
            }
            self.inline(block);
        }
        self.depth -= 1;
        if self.changes == Changes::Shown {
            self.mark_change(id, start);
        }
    }

    fn mark_change(&mut self, id: &str, start: usize) {
        let (insertion, deletion) = (self.tracked.insertion(id), self.tracked.deletion(id));
        let Some(change) = insertion.or(deletion) else { return };
        let mut mark = Mark::new(change.kind.name(), start..self.draft.writer.len());
        for (name, value) in change.made() {
            if let Some(value) = value.filter(|it| !it.is_empty()) {
                mark = mark.with(name, value);
            }
        }
        self.draft.writer.add(mark);
    }
}
