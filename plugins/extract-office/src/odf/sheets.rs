//! Sheets of OpenDocument: each a table of what its cells show.

use docmill_office::Element;
use docmill_plugin::log;
use docmill_plugin::structure::Element as Block;

use super::Reader;
use super::blocks::{cells, rows};

/// How many bytes of cells are written once more because they are repeated.
pub const MOST_COPIED: usize = 4 << 20;
/// What a copy costs besides, in bytes.
const PER_COPY: usize = 64;
/// The most rows that are written of one that is repeated.
const MOST_ROWS: usize = 1_000;

impl<'t> Reader<'t> {
    /// Reads the sheets of a workbook.
    pub fn sheets(&mut self, content: Element<'t>) {
        for sheet in content.elements().filter(|it| it.name() == "table") {
            if let Some(name) = sheet.attribute("name") {
                self.draft.writer.element(Block::Heading(2), name);
            }
            self.draft.writer.begin(Block::Table);
            for row in rows(sheet) {
                self.sheet_row(row);
            }
            self.draft.writer.end();
            if let Some(shapes) = sheet.child("shapes") {
                self.inline(shapes);
            }
            self.boxes();
        }
    }

    fn sheet_row(&mut self, row: Element<'t>) {
        let cells = cells(row);
        // Empty cells at the end are the rest of the sheet.
        let filled = cells.iter().rposition(|it| it.elements().next().is_some());
        let Some(filled) = filled else { return };
        let repeated = repeated(row, "number-rows-repeated").min(MOST_ROWS);
        for copy in 0..repeated {
            let before = self.draft.writer.len();
            self.draft.writer.begin(Block::Row);
            for cell in &cells[..=filled] {
                self.sheet_cell(*cell, copy > 0);
            }
            self.draft.writer.end();
            if copy > 0 {
                self.count_copied(self.draft.writer.len().saturating_sub(before));
            }
            if self.copies == 0 {
                break;
            }
        }
    }

    fn sheet_cell(&mut self, cell: Element<'t>, is_copy: bool) {
        let columns = repeated(cell, "number-columns-repeated");
        let is_filled = cell.elements().any(|it| it.name() != "annotation");
        for copy in 0..columns {
            // The writer counts empty cells, and writes them only before one with a text.
            if copy > 0 && (self.copies == 0 || !is_filled && copy > 256) {
                break;
            }
            let before = self.draft.writer.len();
            self.draft.writer.begin(Block::Cell);
            for element in cell.elements() {
                match element.name() {
                    "annotation" if copy == 0 && !is_copy => self.comment(element),
                    "annotation" => {}
                    "p" => {
                        self.inline(element);
                        self.emphasize(false);
                        self.draft.writer.write(" ");
                    }
                    _ if copy == 0 && !is_copy => self.piece(element),
                    _ => {}
                }
            }
            self.draft.writer.end();
            if copy > 0 {
                self.count_copied(self.draft.writer.len().saturating_sub(before));
            }
        }
    }

    fn count_copied(&mut self, bytes: usize) {
        // A copy costs more than its bytes, an empty one as well.
        let left = self.copies.saturating_sub(bytes + PER_COPY);
        if left == 0 && self.copies > 0 {
            log::warn!("cells that are repeated are left out beyond {} MiB", MOST_COPIED >> 20);
        }
        self.copies = left;
    }
}

fn repeated(element: Element<'_>, name: &str) -> usize {
    element.attribute(name).and_then(|it| it.parse().ok()).unwrap_or(1).max(1)
}
