//! Slides of OpenDocument, and pages of drawings.

use docmill_office::Element;
use docmill_plugin::prelude::*;
use docmill_plugin::structure::Element as Block;

use super::Reader;

impl<'t> Reader<'t> {
    /// Reads the slides in order; notes of the speaker stand beside each.
    pub fn slides(&mut self, content: Element<'t>) {
        let mut footers = Vec::new();
        let pages = content.elements().filter(|it| it.name() == "page");
        for (number, page) in (1_usize..).zip(pages) {
            let start = self.draft.writer.len();
            // The title comes first, wherever it lies.
            let (titles, others): (Vec<_>, Vec<_>) = page
                .elements()
                .partition(|it| matches!(it.attribute("presentation:class"), Some("title")));
            for title in titles {
                let level = if number == 1 { 1 } else { 2 };
                self.draft.writer.begin(Block::Heading(level));
                self.in_heading = true;
                for paragraph in title.descendants().filter(|it| it.name() == "p") {
                    self.inline(paragraph);
                    self.draft.writer.write(" ");
                }
                self.boxes.clear();
                self.in_heading = false;
                self.draft.writer.end();
            }
            let mut comments = Vec::new();
            for element in others {
                match (element.name(), element.attribute("presentation:class")) {
                    ("notes", _) => {}
                    ("annotation", _) => comments.push(element),
                    (_, Some("footer" | "header" | "date-time" | "page-number")) => {
                        let text = self.apart(element);
                        if !footers.contains(&text) && footers.len() < 256 {
                            self.draft.aside("footer", &text, Vec::new());
                            footers.push(text);
                        }
                    }
                    _ => {
                        self.piece(element);
                        self.boxes();
                        self.end_blocks();
                    }
                }
            }
            let end = self.draft.writer.len();
            self.draft.writer.add(Mark::new("page", start..end).with("label", number));
            comments.into_iter().for_each(|it| self.comment(it));
            for notes in page.elements().filter(|it| it.name() == "notes") {
                let text = self.notes(notes);
                self.draft.aside("notes", &text, Vec::new());
            }
        }
    }

    /// What the speaker noted, without the small picture of the slide and its number.
    fn notes(&mut self, notes: Element<'t>) -> String {
        let is_said = |it: &Element<'t>| {
            let class = it.attribute("presentation:class");
            !matches!(class, Some("page" | "page-number" | "header" | "footer" | "date-time"))
        };
        let texts: Vec<String> =
            notes.elements().filter(is_said).map(|it| self.apart(it)).collect();
        texts.iter().filter(|it| !it.is_empty()).cloned().collect::<Vec<_>>().join("\n\n")
    }
}
