//! Paragraphs and tables of a DOCX.

use docmill_office::Element;
use docmill_plugin::structure::Element as Block;

use super::Reader;
use super::styles::Kind;
use crate::drawing;

impl<'t> Reader<'t> {
    /// Reads the paragraphs and tables in an element, and in what lies around them.
    pub fn blocks(&mut self, parent: Element<'t>) {
        for element in parent.elements() {
            match element.name() {
                "p" => self.paragraph(element),
                "tbl" => self.table(element),
                // Words that have lost their paragraph.
                "r" | "t" | "hyperlink" | "fldSimple" => self.inline_piece(element),
                // Numbers, properties, and what a part with another content is.
                "tcPr" | "tblPr" | "tblGrid" | "trPr" | "sdtPr" | "sdtEndPr" | "sectPr"
                | "altChunk" => {}
                "AlternateContent" => {
                    if let Some(chosen) = chosen(element) {
                        self.blocks(chosen);
                    }
                }
                "del" | "moveFrom" if !self.changes.shows_deletions() => {}
                "ins" | "moveTo" if !self.changes.shows_insertions() => {}
                _ => self.blocks(element),
            }
        }
    }

    /// Ends what goes on from one paragraph to the next.
    pub fn end_blocks(&mut self) {
        self.end_inline();
        if std::mem::take(&mut self.is_joined) && !self.is_item {
            self.draft.writer.end();
        }
        self.is_item = false;
        self.runs.end(&mut self.draft.writer);
    }

    fn paragraph(&mut self, element: Element<'t>) {
        let properties = element.child("pPr");
        let mark = properties.and_then(|it| it.child("rPr"));
        let has_mark = |name: &str| mark.is_some_and(|it| it.child(name).is_some());
        // A paragraph whose end is not there goes on with the next one.
        let joins = (has_mark("del") && !self.changes.shows_deletions())
            || (has_mark("ins") && !self.changes.shows_insertions());
        let is_empty = element.elements().all(|it| it.name() == "pPr");
        if is_empty && !self.is_joined {
            return;
        }
        if !std::mem::take(&mut self.is_joined) {
            let kind = self.styles.kind(properties);
            let writer = &mut self.draft.writer;
            match kind {
                Kind::Item(level) => self.runs.item(writer, level),
                Kind::Quotation => {
                    self.runs.quotation(writer);
                    writer.begin(Block::Paragraph);
                }
                kind => {
                    self.runs.end(writer);
                    writer.begin(match kind {
                        Kind::Heading(level) => Block::Heading(level),
                        Kind::Code => Block::CodeBlock,
                        _ => Block::Paragraph,
                    });
                }
            }
            self.in_heading = matches!(kind, Kind::Heading(_));
            self.is_item = matches!(kind, Kind::Item(_));
        }
        self.fields.resume(&mut self.draft.writer);
        self.inline(element);
        self.end_inline();
        if joins {
            self.draft.writer.write(" ");
            self.is_joined = true;
        } else if !self.is_item {
            // An item stays open for those that lie in it.
            self.draft.writer.end();
            self.in_heading = false;
        }
        self.boxes();
    }

    /// Text boxes come behind the paragraph that they hang on.
    fn boxes(&mut self) {
        let boxes = std::mem::take(&mut self.boxes);
        if !boxes.is_empty() {
            self.end_blocks();
        }
        for content in boxes {
            match content.name() {
                "graphicData" => {
                    let writer = &mut self.draft.writer;
                    drawing::data(self.package, writer, content, self.relationships);
                }
                _ => self.blocks(content),
            }
            self.end_blocks();
        }
    }

    fn table(&mut self, table: Element<'t>) {
        let rows = rows(table);
        // One cell is a frame around what lies in it.
        if let [row] = &rows[..]
            && let [cell] = &cells(*row)[..]
        {
            let cell = *cell;
            self.blocks(cell);
            return;
        }
        self.end_blocks();
        self.draft.writer.begin(Block::Table);
        for row in rows {
            let properties = row.child("trPr");
            let has = |name: &str| properties.is_some_and(|it| it.child(name).is_some());
            if (has("del") && !self.changes.shows_deletions())
                || (has("ins") && !self.changes.shows_insertions())
            {
                continue;
            }
            self.draft.writer.begin(Block::Row);
            for cell in cells(row) {
                self.draft.writer.begin(Block::Cell);
                self.blocks(cell);
                self.end_blocks();
                self.draft.writer.end();
            }
            self.draft.writer.end();
        }
        self.draft.writer.end();
    }
}

/// What a program reads that knows everything that is asked of it; else what is there for the
/// others.
pub fn chosen(alternatives: Element<'_>) -> Option<Element<'_>> {
    alternatives.child("Choice").or_else(|| alternatives.child("Fallback"))
}

fn rows(table: Element<'_>) -> Vec<Element<'_>> {
    within(table, "tr")
}

fn cells(row: Element<'_>) -> Vec<Element<'_>> {
    within(row, "tc")
}

/// The elements of this name, in the element itself or in what may lie around them.
fn within<'t>(parent: Element<'t>, name: &str) -> Vec<Element<'t>> {
    let mut found = Vec::new();
    let mut open: Vec<Element<'t>> = vec![parent];
    while let Some(element) = open.pop() {
        if element.name() == name && element.index() != parent.index() {
            found.push(element);
            continue;
        }
        let is_around = matches!(
            element.name(),
            "sdt" | "sdtContent" | "customXml" | "smartTag" | "ins" | "del" | "moveTo" | "moveFrom"
        );
        if is_around || element.index() == parent.index() {
            let inner: Vec<Element<'t>> = element.elements().collect();
            open.extend(inner.into_iter().rev());
        }
    }
    found
}
