//! The cells of a sheet, and what stands beside them.

use std::collections::BTreeMap;

use docmill_office::{DateSystem, Draft, NumberFormat, general};
use docmill_plugin::prelude::*;
use docmill_plugin::structure::Element as Block;

use super::Globals;
use super::links::link;
use super::records::{Record, Records};
use super::strings::{characters, counted, text};
use crate::bytes::{f64_at, u8_at, u16_at, u32_at};

/// What the cells of a workbook may show together, in bytes, where each counts some more.
pub const MOST_SHOWN: usize = 48 << 20;
/// What a cell counts besides what it shows.
const PER_CELL: usize = 16;
/// The most empty cells that are written before one: the writer keeps fewer.
const MOST_EMPTY: usize = 300;
/// The most comments, links and text boxes of a sheet.
const MOST_BESIDE: usize = 65_536;

/// How numbers are shown.
#[derive(Debug, Default)]
pub struct Formats {
    by_id: BTreeMap<u16, NumberFormat>,
    /// The format of each style of cells.
    pub styles: Vec<u16>,
    pub system: DateSystem,
}

impl Formats {
    /// Adds a format of the file.
    pub fn insert(&mut self, id: u16, code: &str) {
        if self.by_id.len() < 65_536 {
            self.by_id.insert(id, NumberFormat::parse(code));
        }
    }

    fn show(&self, value: f64, style: u16) -> String {
        let Some(id) = self.styles.get(usize::from(style)) else { return general(value) };
        match self.by_id.get(id) {
            Some(format) => format.show(value, self.system),
            None => NumberFormat::parse(NumberFormat::built_in(*id)).show(value, self.system),
        }
    }
}

/// The cells of a sheet by row and column.
pub struct Cells<'g> {
    globals: &'g Globals,
    budget: &'g mut usize,
    cells: BTreeMap<(u16, u16), String>,
    links: BTreeMap<(u16, u16), String>,
    margins: Vec<(&'static str, String)>,
    /// Comments by the number of the object that shows each.
    comments: BTreeMap<u16, ((u16, u16), String)>,
    /// Texts of objects, by their numbers.
    texts: Vec<(Option<u16>, String)>,
}

impl<'g> Cells<'g> {
    /// No cells yet; `budget` is what may still be shown.
    pub fn new(globals: &'g Globals, budget: &'g mut usize) -> Cells<'g> {
        Cells {
            globals,
            budget,
            cells: BTreeMap::new(),
            links: BTreeMap::new(),
            margins: Vec::new(),
            comments: BTreeMap::new(),
            texts: Vec::new(),
        }
    }

    fn put(&mut self, row: u16, column: u16, shown: String) {
        let cost = shown.len() + PER_CELL;
        if shown.trim().is_empty() {
            return;
        }
        match self.budget.checked_sub(cost) {
            Some(left) => *self.budget = left,
            None => return *self.budget = 0,
        }
        self.cells.insert((row, column), shown);
    }

    /// Reads the records of the sheet, to its end.
    pub fn read(&mut self, mut records: Records<'_>) {
        let mut depth = 0_usize;
        // A formula whose value is a string, which comes in the next record.
        let mut waits: Option<(u16, u16)> = None;
        let mut object = None;
        while let Some(record) = records.next() {
            match record.kind {
                0x0809 | 0x0009 | 0x0209 | 0x0409 => depth += 1,
                0x000a => {
                    depth = depth.saturating_sub(1);
                    if depth == 0 {
                        return;
                    }
                }
                // Charts lie within a sheet.
                _ if depth > 1 => {}
                0x0207 | 0x0007 => {
                    if let Some((row, column)) = waits.take() {
                        let mut shown = text(record.data, self.globals.version);
                        for part in records.continued() {
                            let is_wide = u8_at(part, 0).is_some_and(|it| it & 1 != 0);
                            let width = if is_wide { 2 } else { 1 };
                            let rest = part.get(1..).unwrap_or_default();
                            shown.push_str(&characters(rest, rest.len() / width, is_wide));
                        }
                        self.put(row, column, shown);
                    }
                }
                0x0006 | 0x0206 | 0x0406 => waits = self.formula(record.data),
                0x005d => object = u16_at(record.data, 6),
                0x01b6 => {
                    let count = usize::from(u16_at(record.data, 10).unwrap_or(0));
                    let parts = records.continued();
                    self.object(object.take(), count, &parts);
                }
                _ => self.record(record),
            }
        }
    }

    fn record(&mut self, record: Record<'_>) {
        let data = record.data;
        let (Some(row), Some(column)) = (u16_at(data, 0), u16_at(data, 2)) else { return };
        let style = u16_at(data, 4).unwrap_or(0);
        let formats = &self.globals.formats;
        let version = self.globals.version;
        match record.kind {
            0x00fd => {
                let string = u32_at(data, 6).and_then(|it| self.globals.strings.get(it as usize));
                self.put(row, column, string.cloned().unwrap_or_default());
            }
            0x0204 | 0x00d6 => {
                self.put(row, column, text(data.get(6..).unwrap_or_default(), version))
            }
            0x0203 => {
                if let Some(value) = f64_at(data, 6) {
                    self.put(row, column, formats.show(value, style));
                }
            }
            0x027e => {
                if let Some(value) = u32_at(data, 6) {
                    self.put(row, column, formats.show(packed(value), style));
                }
            }
            0x00bd => {
                for (index, cell) in
                    data.get(4..).unwrap_or_default().as_chunks::<6>().0.iter().enumerate()
                {
                    let (Some(style), Some(value)) = (u16_at(cell, 0), u32_at(cell, 2)) else {
                        break;
                    };
                    let column = column.saturating_add(u16::try_from(index).unwrap_or(u16::MAX));
                    self.put(row, column, formats.show(packed(value), style));
                }
            }
            0x0205 => {
                let shown = match (u8_at(data, 6), u8_at(data, 7)) {
                    (Some(code), Some(1)) => error(code),
                    (Some(0), _) => "FALSE",
                    _ => "TRUE",
                };
                self.put(row, column, shown.to_owned());
            }
            // Excel 2: three bytes of attributes in place of a style.
            0x0002 => {
                let value = u16_at(data, 7).map_or(0.0, f64::from);
                self.put(row, column, general(value));
            }
            0x0003 => {
                if let Some(value) = f64_at(data, 7) {
                    self.put(row, column, general(value));
                }
            }
            0x0004 => {
                let count = usize::from(u8_at(data, 7).unwrap_or(0));
                self.put(row, column, counted(data.get(8..).unwrap_or_default(), count, version));
            }
            0x001c if self.comments.len() < MOST_BESIDE && !version.is_narrow => {
                let object = u16_at(data, 6).unwrap_or(0);
                let author = text(data.get(8..).unwrap_or_default(), version);
                self.comments.insert(object, ((row, column), author));
            }
            0x01b8 if self.links.len() < MOST_BESIDE => self.links.extend(link(data)),
            0x0014 | 0x0015 => {
                let shown = match version.is_narrow {
                    true => super::strings::short_text(data, version),
                    false => text(data, version),
                };
                let kind = if record.kind == 0x0014 { "header" } else { "footer" };
                self.margins.push((kind, docmill_office::without_codes(&shown)));
            }
            _ => {}
        }
    }

    fn formula(&mut self, data: &[u8]) -> Option<(u16, u16)> {
        let (row, column) = (u16_at(data, 0)?, u16_at(data, 2)?);
        let value = data.get(6..14)?;
        if value[6..] != [0xff, 0xff] {
            let shown = self.globals.formats.show(f64_at(data, 6)?, u16_at(data, 4)?);
            self.put(row, column, shown);
            return None;
        }
        match value[0] {
            0 => return Some((row, column)),
            1 => {
                let shown = if value[2] == 0 { "FALSE" } else { "TRUE" };
                self.put(row, column, shown.to_owned());
            }
            2 => self.put(row, column, error(value[2]).to_owned()),
            _ => {}
        }
        None
    }

    /// The text of an object: of a comment, a text box, a button.
    fn object(&mut self, number: Option<u16>, count: usize, parts: &[&[u8]]) {
        let mut shown = String::new();
        let mut left = count;
        for part in parts {
            if left == 0 {
                break;
            }
            let is_wide = u8_at(part, 0).is_some_and(|it| it & 1 != 0);
            let rest = part.get(1..).unwrap_or_default();
            let taken = (rest.len() / if is_wide { 2 } else { 1 }).min(left);
            shown.push_str(&characters(rest, taken, is_wide));
            left -= taken;
        }
        if self.texts.len() < MOST_BESIDE {
            self.texts.push((number, shown));
        }
    }

    /// Writes the sheet as a table, then the texts of its objects.
    pub fn write(self, draft: &mut Draft, _sheet: &str) {
        draft.writer.begin(Block::Table);
        let mut row = None;
        let mut column = 0;
        for ((at_row, at_column), shown) in &self.cells {
            if row != Some(*at_row) {
                if row.is_some() {
                    draft.writer.end();
                }
                draft.writer.begin(Block::Row);
                (row, column) = (Some(*at_row), 0);
            }
            let empty = usize::from(*at_column).saturating_sub(column);
            for _ in 0..empty.min(MOST_EMPTY) {
                draft.writer.element(Block::Cell, "");
            }
            draft.writer.begin(Block::Cell);
            match self.links.get(&(*at_row, *at_column)) {
                Some(href) => draft.writer.element(Block::Link(href), shown),
                None => draft.writer.write(shown),
            }
            draft.writer.end();
            column = usize::from(*at_column) + 1;
        }
        if row.is_some() {
            draft.writer.end();
        }
        draft.writer.end();
        for (number, shown) in &self.texts {
            match number.and_then(|it| self.comments.get(&it)) {
                Some(((row, column), author)) => {
                    let mut attributes = vec![Attribute::new("cell", place(*row, *column))];
                    if !author.trim().is_empty() {
                        attributes.push(Attribute::new("creator", author));
                    }
                    draft.aside("comment", shown, attributes);
                }
                None => draft.writer.element(Block::Paragraph, shown),
            }
        }
        for (kind, shown) in &self.margins {
            draft.aside(kind, shown, Vec::new());
        }
    }
}

/// The name of a cell, such as `B5`.
fn place(row: u16, column: u16) -> String {
    let mut letters = Vec::new();
    let mut number = u32::from(column) + 1;
    while number > 0 {
        letters.push(b'A' + ((number - 1) % 26) as u8);
        number = (number - 1) / 26;
    }
    let letters: String = letters.iter().rev().map(|it| char::from(*it)).collect();
    format!("{letters}{}", u32::from(row) + 1)
}

/// A number in 30 bits: a whole one or the first half of another, either as it is or in hundredths.
fn packed(value: u32) -> f64 {
    let number = match value & 2 {
        0 => f64::from_bits(u64::from(value & !3) << 32),
        _ => f64::from((value as i32) >> 2),
    };
    if value & 1 == 0 { number } else { number / 100.0 }
}

fn error(code: u8) -> &'static str {
    match code {
        0x00 => "#NULL!",
        0x07 => "#DIV/0!",
        0x0f => "#VALUE!",
        0x17 => "#REF!",
        0x1d => "#NAME?",
        0x24 => "#NUM!",
        _ => "#N/A",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packed_numbers_and_places_are_read() {
        assert_eq!(packed(0x3ff0_0000), 1.0);
        assert_eq!(packed((123 << 2) | 2), 123.0);
        assert_eq!(packed((-123_i32 as u32) << 2 | 3), -1.23);
        assert_eq!(place(4, 1), "B5");
        assert_eq!(place(u16::MAX, 701), "ZZ65536");
        assert_eq!(place(0, 16_383), "XFD1");
    }
}
