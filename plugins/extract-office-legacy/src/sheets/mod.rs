//! Workbooks of Excel up to 2003 (MS-XLS): each sheet a table of what its cells show.

mod cells;
mod links;
mod records;
mod strings;

use docmill_office::{DateSystem, Draft, Properties};
use docmill_plugin::prelude::*;
use docmill_plugin::structure::Element as Block;

use crate::bytes::{place_at, u8_at, u16_at};
use crate::code_pages;
use crate::compound::Streams;
use cells::{Cells, Formats};
use records::Records;
use strings::{Version, shared, short_text, text};

/// The most sheets that are read.
const MOST_SHEETS: usize = 4_096;
/// The most formats and styles.
const MOST_FORMATS: usize = 65_536;

/// The sheets in a compound file.
pub fn extract(streams: &mut Streams) -> Result<Option<Extracted>, Error> {
    // Where a file holds the new and the old edition, the new one is whole.
    let name = if streams.has("Workbook") { "Workbook" } else { "Book" };
    let bytes = streams.read(name);
    let properties = streams.properties();
    let draft = read(&bytes)?;
    Ok(draft.finish(properties, streams.damage()))
}

/// The only sheet of a file that has no container.
pub fn bare(bytes: Vec<u8>) -> Result<Option<Extracted>, Error> {
    let globals = Globals::default();
    let mut draft = Draft::new();
    let mut budget = cells::MOST_SHOWN;
    let mut cells = Cells::new(&globals, &mut budget);
    cells.read(Records::of(&bytes));
    cells.write(&mut draft, "");
    Ok(draft.finish(Properties::new(), None))
}

/// What holds for all sheets.
#[derive(Debug, Default)]
pub struct Globals {
    version: Version,
    formats: Formats,
    strings: Vec<String>,
    sheets: Vec<Sheet>,
}

/// A sheet: its name, and where it begins.
#[derive(Debug)]
struct Sheet {
    name: String,
    at: usize,
}

fn read(bytes: &[u8]) -> Result<Draft, Error> {
    let globals = Globals::read(bytes)?;
    let mut draft = Draft::new();
    let mut budget = cells::MOST_SHOWN;
    for sheet in &globals.sheets {
        let Some(rest) = bytes.get(sheet.at..) else { continue };
        let start = draft.writer.len();
        if !sheet.name.is_empty() {
            draft.writer.element(Block::Heading(2), &sheet.name);
        }
        let mut cells = Cells::new(&globals, &mut budget);
        cells.read(Records::of(rest));
        cells.write(&mut draft, &sheet.name);
        let end = draft.writer.len();
        draft.writer.add(Mark::new("page", start..end).with("label", &sheet.name));
    }
    if budget == 0 {
        log::warn!(
            "cells that show more than {} MiB together are left out",
            cells::MOST_SHOWN >> 20
        );
    }
    Ok(draft)
}

impl Globals {
    fn read(bytes: &[u8]) -> Result<Globals, Error> {
        let mut globals = Globals::default();
        let mut records = Records::of(bytes);
        let mut depth = 0_usize;
        let mut last_sheet = None;
        while let Some(record) = records.next() {
            match record.kind {
                0x0809 => {
                    depth += 1;
                    if depth == 1 {
                        let version = u16_at(record.data, 0).unwrap_or(0);
                        globals.version.is_narrow = version < 0x0600;
                    }
                    // A workbook without a list of sheets is one sheet.
                    if u16_at(record.data, 2) == Some(0x10) && globals.sheets.is_empty() {
                        last_sheet = Some(record.at);
                        break;
                    }
                }
                0x000a => {
                    depth = depth.saturating_sub(1);
                    if depth == 0 {
                        break;
                    }
                }
                0x002f => return Err(Error::malformed("it is encrypted")),
                0x0042 => {
                    let page = u32::from(u16_at(record.data, 0).unwrap_or(1252));
                    globals.version.encoding = match page {
                        0x8000 => code_pages::of_page(10000),
                        page => code_pages::of_page(page),
                    };
                }
                0x0022 if u16_at(record.data, 0) == Some(1) => {
                    globals.formats.system = DateSystem::From1904;
                }
                0x041e => globals.format(record.data),
                0x00e0 if globals.formats.styles.len() < MOST_FORMATS => {
                    globals.formats.styles.push(u16_at(record.data, 2).unwrap_or(0));
                }
                0x0085 if globals.sheets.len() < MOST_SHEETS => globals.sheet(record.data),
                0x00fc => globals.strings = shared(record.data, records.continued()),
                _ => {}
            }
        }
        if let Some(at) = last_sheet {
            globals.sheets.push(Sheet { name: String::new(), at });
        }
        Ok(globals)
    }

    fn format(&mut self, data: &[u8]) {
        let Some(id) = u16_at(data, 0) else { return };
        let code = match self.version.is_narrow {
            true => short_text(data.get(2..).unwrap_or_default(), self.version),
            false => text(data.get(2..).unwrap_or_default(), self.version),
        };
        self.formats.insert(id, &code);
    }

    fn sheet(&mut self, data: &[u8]) {
        let Some(at) = place_at(data, 0) else { return };
        // Charts and modules have no cells.
        let has_cells = u8_at(data, 5) == Some(0);
        let name = short_text(data.get(6..).unwrap_or_default(), self.version);
        if has_cells {
            self.sheets.push(Sheet { name, at });
        }
    }
}
