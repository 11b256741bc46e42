//! Paragraphs, headings, lists and tables of OpenDocument.

use docmill_office::Element;
use docmill_plugin::structure::Element as Block;

use super::Reader;
use super::styles::Kind;

impl<'t> Reader<'t> {
    /// Reads the blocks in an element.
    pub fn blocks(&mut self, parent: Element<'t>) {
        for element in parent.elements() {
            self.block(element);
        }
    }

    fn block(&mut self, element: Element<'t>) {
        match element.name() {
            "p" => self.paragraph(element, None),
            "h" => {
                let level =
                    element.attribute("outline-level").or_else(|| element.attribute("level"));
                let level = level.and_then(|it| it.parse().ok()).unwrap_or(1);
                self.paragraph(element, Some(level));
            }
            "list" | "ordered-list" | "unordered-list" => {
                self.lists = self.lists.saturating_add(1);
                self.blocks(element);
                self.lists -= 1;
                if self.lists == 0 {
                    self.runs.end(&mut self.draft.writer);
                }
            }
            "list-item" => {
                self.runs.item(&mut self.draft.writer, self.lists.saturating_sub(1));
                self.blocks(element);
            }
            "table" => self.table(element),
            "tracked-changes" | "forms" | "sequence-decls" | "variable-decls"
            | "user-field-decls" => {}
            "change" | "change-start" | "change-end" => self.tracked_change(element),
            "table-of-content-source" | "index-source" | "alphabetical-index-source" => {}
            "annotation" | "frame" | "custom-shape" | "text-box" | "rect" | "ellipse" | "g" => {
                self.piece(element);
                self.boxes();
            }
            "table-column" | "table-columns" | "shapes" => {}
            _ => self.blocks(element),
        }
    }

    /// Ends what goes on from one paragraph to the next.
    pub fn end_blocks(&mut self) {
        self.emphasize(false);
        self.runs.end(&mut self.draft.writer);
    }

    fn paragraph(&mut self, element: Element<'t>, heading: Option<u8>) {
        let style = element.attribute("style-name");
        let kind = heading.map_or_else(|| self.styles.kind(style), Kind::Heading);
        let writer = &mut self.draft.writer;
        let in_list = self.lists > 0;
        match kind {
            // An item is the block of what lies in it.
            Kind::Paragraph if in_list => writer.begin(Block::Paragraph),
            Kind::Quotation if !in_list => {
                self.runs.quotation(writer);
                writer.begin(Block::Paragraph);
            }
            kind => {
                if !in_list {
                    self.runs.end(writer);
                }
                writer.begin(match kind {
                    Kind::Heading(level) => Block::Heading(level),
                    Kind::Code => Block::CodeBlock,
                    _ => Block::Paragraph,
                });
            }
        }
        let outer = std::mem::replace(&mut self.in_heading, matches!(kind, Kind::Heading(_)));
        self.inline(element);
        self.emphasize(false);
        self.in_heading = outer;
        self.draft.writer.end();
        self.boxes();
    }

    /// Text boxes come behind the paragraph that they hang on.
    pub fn boxes(&mut self) {
        for content in std::mem::take(&mut self.boxes) {
            let lists = std::mem::take(&mut self.lists);
            self.end_blocks();
            self.blocks(content);
            self.end_blocks();
            self.lists = lists;
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
        let lists = std::mem::take(&mut self.lists);
        self.end_blocks();
        self.draft.writer.begin(Block::Table);
        for row in rows {
            self.draft.writer.begin(Block::Row);
            for cell in cells(row) {
                self.draft.writer.begin(Block::Cell);
                if cell.name() == "table-cell" {
                    self.blocks(cell);
                    self.end_blocks();
                }
                self.draft.writer.end();
            }
            self.draft.writer.end();
        }
        self.draft.writer.end();
        self.lists = lists;
    }
}

/// The rows of a table, in groups, in headers, or in the table itself.
pub fn rows(table: Element<'_>) -> Vec<Element<'_>> {
    let mut rows = Vec::new();
    let mut open: Vec<Element<'_>> = vec![table];
    while let Some(element) = open.pop() {
        if element.name() == "table-row" {
            rows.push(element);
            continue;
        }
        let is_group =
            matches!(element.name(), "table-rows" | "table-header-rows" | "table-row-group");
        if is_group || element.index() == table.index() {
            let inner: Vec<Element<'_>> = element.elements().collect();
            open.extend(inner.into_iter().rev());
        }
    }
    rows
}

/// The cells of a row, those among them that others cover.
pub fn cells(row: Element<'_>) -> Vec<Element<'_>> {
    let is_cell = |it: &Element<'_>| matches!(it.name(), "table-cell" | "covered-table-cell");
    row.elements().filter(is_cell).collect()
}
