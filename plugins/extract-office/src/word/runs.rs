//! What lies in a paragraph of a DOCX: words, links, fields, references to notes, drawings.

use docmill_office::Element;
use docmill_plugin::prelude::*;
use docmill_plugin::structure::Element as Block;

use super::Reader;
use super::blocks::chosen;
use super::fields::link;
use super::styles::is_on;

/// The most text boxes that hang on one paragraph.
const MOST_BOXES: usize = 10_000;

impl<'t> Reader<'t> {
    /// Reads what lies in a line.
    pub fn inline(&mut self, parent: Element<'t>) {
        for element in parent.elements() {
            self.inline_piece(element);
        }
    }

    /// Ends emphasis and links, which do not go over the end of a paragraph.
    pub fn end_inline(&mut self) {
        self.emphasize(false);
        self.fields.pause(&mut self.draft.writer);
    }

    fn emphasize(&mut self, is_emphasized: bool) {
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

    fn write(&mut self, text: &str) {
        if self.fields.shows() {
            self.draft.writer.write(text);
        }
    }

    /// Reads one element of a line.
    pub fn inline_piece(&mut self, element: Element<'t>) {
        match element.name() {
            "r" => self.run(element),
            "t" => self.write(&element.text()),
            "delText" if self.changes.shows_deletions() => self.write(&element.text()),
            // A place that a tab leads to, and a tab.
            "tab" | "ptab" => self.write(" "),
            "br" | "cr" if self.fields.shows() => self.draft.writer.line_break(),
            "noBreakHyphen" => self.write("-"),
            "sym" => self.symbol(element),
            "hyperlink" => self.hyperlink(element),
            "fldSimple" => self.field(element),
            "fldChar" => self.field_character(element),
            "instrText" => self.fields.instruct(&element.text()),
            "footnoteReference" => self.note("footnote", element.attribute("id")),
            "endnoteReference" => self.note("endnote", element.attribute("id")),
            "commentReference" => self.note("comment", element.attribute("id")),
            "ins" | "moveTo" => self.change(element, "insertion", self.changes.shows_insertions()),
            "del" | "moveFrom" => self.change(element, "deletion", self.changes.shows_deletions()),
            "AlternateContent" => {
                if let Some(chosen) = chosen(element) {
                    self.inline(chosen);
                }
            }
            "drawing" | "pict" | "object" => self.drawing(element),
            // Of characters with their readings, the characters.
            "ruby" => {
                if let Some(base) = element.child("rubyBase") {
                    self.inline(base);
                }
            }
            "f" => self.fraction(element),
            "pPr" | "rPr" | "sdtPr" | "sdtEndPr" | "ctrlPr" | "delText" | "delInstrText" | "br"
            | "cr" => {}
            _ => self.inline(element),
        }
    }

    fn run(&mut self, run: Element<'t>) {
        let properties = run.child("rPr");
        let is_hidden = |it: Element<'_>| {
            it.child("vanish").is_some_and(|it| it.attribute("val").is_none_or(is_on))
        };
        // Of a hidden run, what fields and comments say of others still counts.
        if properties.is_some_and(is_hidden) {
            for element in run.elements() {
                if matches!(element.name(), "fldChar" | "instrText" | "commentReference") {
                    self.inline_piece(element);
                }
            }
            return;
        }
        // Spaces stand out neither way.
        let has_words = run.elements().any(|it| it.name() == "t" && !it.text().trim().is_empty());
        if has_words && self.fields.shows() {
            let is_emphasized = self.styles.is_emphasized(properties);
            self.emphasize(is_emphasized);
        }
        self.inline(run);
    }

    /// A character of a font of symbols; what lies in the private area has no meaning without the
    /// font.
    fn symbol(&mut self, element: Element<'t>) {
        let code = element.attribute("char").and_then(|it| u32::from_str_radix(it, 16).ok());
        let character = code.filter(|it| !(0xe000..0xf900).contains(it)).and_then(char::from_u32);
        if let Some(character) = character {
            self.write(character.encode_utf8(&mut [0; 4]));
        }
    }

    fn hyperlink(&mut self, element: Element<'t>) {
        let id = element.prefixed_attribute("id").unwrap_or_default();
        let target = self.relationships.get(id).filter(|it| it.is_external);
        let Some(target) = target.filter(|it| !it.target.trim().is_empty()) else {
            return self.inline(element);
        };
        let href = target.target.trim().to_owned();
        self.linked(element, &href);
    }

    fn linked(&mut self, element: Element<'t>, href: &str) {
        self.emphasize(false);
        self.draft.writer.begin(Block::Link(href));
        self.inline(element);
        self.emphasize(false);
        self.draft.writer.end();
    }

    fn field(&mut self, element: Element<'t>) {
        match element.attribute("instr").and_then(link).filter(|_| self.fields.shows()) {
            Some(href) => self.linked(element, &href),
            None => self.inline(element),
        }
    }

    fn field_character(&mut self, element: Element<'t>) {
        self.emphasize(false);
        match element.attribute("fldCharType") {
            Some("begin") => self.fields.begin(),
            Some("separate") => self.fields.separate(&mut self.draft.writer),
            Some("end") => self.fields.end(&mut self.draft.writer),
            _ => {}
        }
    }

    fn change(&mut self, element: Element<'t>, kind: &str, is_shown: bool) {
        if !is_shown {
            return;
        }
        if self.changes != docmill_office::Changes::Shown {
            return self.inline(element);
        }
        let start = self.draft.writer.len();
        self.inline(element);
        let mut mark = Mark::new(kind, start..self.draft.writer.len());
        for (name, said) in [("creator", "author"), ("date", "date")] {
            if let Some(value) = element.attribute(said) {
                mark = mark.with(name, value);
            }
        }
        self.draft.writer.add(mark);
    }

    /// Text boxes of a drawing, and the texts of a diagram or a chart, wait for the end of the
    /// paragraph.
    fn drawing(&mut self, element: Element<'t>) {
        let mut open = vec![element];
        while let Some(element) = open.pop() {
            match element.name() {
                "txbxContent" if self.boxes.len() < MOST_BOXES => self.boxes.push(element),
                // A diagram or a chart, which lies in a part of its own.
                "graphicData"
                    if element.elements().any(|it| matches!(it.name(), "chart" | "relIds")) =>
                {
                    if self.boxes.len() < MOST_BOXES {
                        self.boxes.push(element);
                    }
                }
                "AlternateContent" => open.extend(chosen(element)),
                _ => {
                    let inner: Vec<Element<'t>> = element.elements().collect();
                    open.extend(inner.into_iter().rev());
                }
            }
        }
    }

    /// A fraction of a formula on one line.
    fn fraction(&mut self, element: Element<'t>) {
        let (Some(above), Some(below)) = (element.child("num"), element.child("den")) else {
            return self.inline(element);
        };
        self.inline(above);
        self.write("/");
        self.inline(below);
    }
}
