//! The rows of a sheet, read one after the other: a sheet may be larger than any tree of it.

use std::collections::BTreeMap;
use std::io::BufRead;

use docmill_office::{Draft, Package, without_codes};
use docmill_plugin::prelude::*;
use docmill_plugin::structure::Element as Block;
use docmill_text::Utf8Reader;
use quick_xml::Reader;
use quick_xml::events::{BytesRef, BytesStart, Event};

use super::beside::Beside;
use super::formats::Formats;
use super::strings::Strings;

/// What the cells of a workbook may show together, in bytes: strings that are shared are written as
/// often as they are used.
const MOST_SHOWN: usize = 48 << 20;
/// The last column that a sheet may have, `XFD`.
const LAST_COLUMN: usize = 16_384;
/// The longest text of a cell, in bytes; the format allows 32,767 characters.
const LONGEST: usize = 128 << 10;
/// The most links of a sheet.
const MOST_LINKS: usize = 65_536;

/// Reads XML as these parts are written.
pub fn open<R: BufRead>(part: R) -> Result<Reader<Utf8Reader<R>>, String> {
    let text = Utf8Reader::new(part, None).map_err(|cause| cause.to_string())?;
    let mut reader = Reader::from_reader(text);
    let config = reader.config_mut();
    config.check_end_names = false;
    config.allow_unmatched_ends = true;
    config.allow_dangling_amp = true;
    Ok(reader)
}

/// What a reference in a text stands for; entities of a document type stand for nothing.
pub fn resolved(reference: &BytesRef<'_>) -> String {
    match reference.resolve_char_ref().ok().flatten() {
        Some(character) => character.to_string(),
        None => quick_xml::escape::resolve_xml_entity(reference).unwrap_or_default().to_owned(),
    }
}

/// What may still be written of a workbook.
#[derive(Debug)]
pub struct Budget {
    left: usize,
}

impl Default for Budget {
    fn default() -> Budget {
        Budget { left: MOST_SHOWN }
    }
}

impl Budget {
    /// Whether so much may be written.
    fn takes(&mut self, bytes: usize) -> bool {
        let left = self.left.checked_sub(bytes + 1);
        self.left = left.unwrap_or(0);
        left.is_some()
    }

    /// Tells if something was left out.
    pub fn tell(&self) {
        if self.left == 0 {
            log::warn!("cells that show more than {} MiB together are left out", MOST_SHOWN >> 20);
        }
    }
}

/// A cell while it is read.
#[derive(Debug, Default)]
struct Cell {
    place: String,
    kind: String,
    style: usize,
    value: String,
    inline: String,
}

/// Writes a sheet as a table.
pub fn read(
    package: &Package<'_>,
    part: &str,
    strings: &Strings,
    formats: &Formats,
    beside: &Beside,
    draft: &mut Draft,
    budget: &mut Budget,
) -> Result<(), Error> {
    // Links stand behind the cells.
    let links = match package.reader(part)?.filter(|_| beside.relationships.has("hyperlink")) {
        Some(reader) => links(reader).unwrap_or_default(),
        None => BTreeMap::new(),
    };
    let Some(reader) = package.reader(part)? else { return Ok(()) };
    let mut sheet = Sheet {
        strings,
        formats,
        beside,
        links,
        draft,
        budget,
        column: 0,
        has_row: false,
        margin: String::new(),
        margins: Vec::new(),
    };
    sheet.draft.writer.begin(Block::Table);
    let read = sheet.rows(reader);
    let margins = std::mem::take(&mut sheet.margins);
    sheet.end_row();
    draft.writer.end();
    for (kind, text) in margins {
        draft.aside(kind, &text, Vec::new());
    }
    if let Err(reason) = read {
        package.note_damage(format!("a sheet is damaged: {reason}"));
    }
    Ok(())
}

struct Sheet<'s> {
    strings: &'s Strings,
    formats: &'s Formats,
    beside: &'s Beside,
    /// Where cells lead, by their places.
    links: BTreeMap<String, String>,
    draft: &'s mut Draft,
    budget: &'s mut Budget,
    /// How many columns of the row are behind.
    column: usize,
    has_row: bool,
    /// The header or footer that is read.
    margin: String,
    margins: Vec<(&'static str, String)>,
}

impl Sheet<'_> {
    fn rows(&mut self, part: impl BufRead) -> Result<(), String> {
        let mut reader = open(part)?;
        let mut buffer = Vec::new();
        let mut cell: Option<Cell> = None;
        let mut within = Within::Nothing;
        let mut phonetic = 0_usize;
        loop {
            buffer.clear();
            match reader.read_event_into(&mut buffer).map_err(|cause| cause.to_string())? {
                Event::Eof => return Ok(()),
                Event::Start(tag) => match tag.local_name().as_ref() {
                    "row" => self.end_row(),
                    "c" => cell = Some(begun(&tag)),
                    "v" => within = Within::Value,
                    "t" if phonetic == 0 => within = Within::Inline,
                    "rPh" => phonetic += 1,
                    "oddHeader" | "evenHeader" | "firstHeader" => within = Within::Margin("header"),
                    "oddFooter" | "evenFooter" | "firstFooter" => within = Within::Margin("footer"),
                    _ => {}
                },
                Event::Empty(tag) => match tag.local_name().as_ref() {
                    "row" => self.end_row(),
                    "c" => self.cell(begun(&tag)),
                    _ => {}
                },
                Event::End(tag) => match tag.local_name().as_ref() {
                    "row" => self.end_row(),
                    "c" => {
                        if let Some(cell) = cell.take() {
                            self.cell(cell);
                        }
                    }
                    "rPh" => phonetic = phonetic.saturating_sub(1),
                    _ => {
                        if let Within::Margin(kind) = within {
                            self.end_margin(kind);
                        }
                        within = Within::Nothing;
                    }
                },
                Event::Text(text) => self.text(within, &mut cell, &text),
                Event::CData(text) => self.text(within, &mut cell, &text),
                Event::GeneralRef(reference) => self.text(within, &mut cell, &resolved(&reference)),
                _ => {}
            }
        }
    }

    fn text(&mut self, within: Within, cell: &mut Option<Cell>, text: &str) {
        let target = match (within, cell) {
            (Within::Value, Some(cell)) => &mut cell.value,
            (Within::Inline, Some(cell)) => &mut cell.inline,
            (Within::Margin(_), _) => &mut self.margin,
            _ => return,
        };
        if target.len() + text.len() <= LONGEST {
            target.push_str(text);
        }
    }

    fn end_margin(&mut self, kind: &'static str) {
        let shown = without_codes(&std::mem::take(&mut self.margin));
        let is_known = self.margins.iter().any(|(it, known)| *it == kind && *known == shown);
        if !shown.trim().is_empty() && !is_known && self.margins.len() < 16 {
            self.margins.push((kind, shown));
        }
    }

    fn end_row(&mut self) {
        if std::mem::take(&mut self.has_row) {
            self.draft.writer.end();
        }
        self.column = 0;
    }

    fn cell(&mut self, cell: Cell) {
        let column = column(&cell.place).unwrap_or(self.column);
        let shown = self.shown(&cell);
        let comment = self.beside.comment(&cell.place);
        if shown.trim().is_empty() && comment.is_none() {
            // Cells without a place count all the same.
            if cell.place.is_empty() {
                self.empty_to(self.column + 1);
            }
            return;
        }
        if !self.budget.takes(shown.len()) {
            return;
        }
        self.empty_to(column);
        self.begin_row();
        let writer = &mut self.draft.writer;
        writer.begin(Block::Cell);
        match self.links.get(&cell.place) {
            Some(id) => {
                let target = self.beside.relationships.get(id).filter(|it| it.is_external);
                match target {
                    Some(target) => writer.element(Block::Link(target.target.trim()), &shown),
                    None => writer.write(&shown),
                }
            }
            None => writer.write(&shown),
        }
        writer.end();
        self.column = self.column.max(column) + 1;
        if let Some(comment) = comment {
            self.draft.aside("comment", &comment.text, comment.attributes.clone());
        }
    }

    fn begin_row(&mut self) {
        if !self.has_row {
            self.draft.writer.begin(Block::Row);
            self.has_row = true;
        }
    }

    /// Writes the empty cells before a column; the writer keeps a few of them.
    fn empty_to(&mut self, column: usize) {
        let column = column.min(LAST_COLUMN);
        if column > self.column {
            self.begin_row();
        }
        // What is beyond that is not written, and need not be counted.
        let from = self.column.max(column.saturating_sub(300));
        for _ in from..column {
            self.draft.writer.element(Block::Cell, "");
        }
        self.column = self.column.max(column);
    }

    fn shown(&self, cell: &Cell) -> String {
        let value = cell.value.trim();
        match cell.kind.as_str() {
            "s" => {
                let string = value.parse().ok().and_then(|it| self.strings.get(it));
                self.formats.text(string.unwrap_or_default(), cell.style)
            }
            "inlineStr" => cell.inline.clone(),
            "str" => self.formats.text(&unescaped(&cell.value), cell.style),
            "b" => if value == "1" || value == "true" { "TRUE" } else { "FALSE" }.to_owned(),
            "e" => value.to_owned(),
            // A date as it is written; few programs do that.
            "d" => value.to_owned(),
            _ => match value.parse::<f64>() {
                Ok(number) => self.formats.number(number, cell.style),
                Err(_) => value.to_owned(),
            },
        }
    }
}

/// Where a text lies.
#[derive(Debug, Clone, Copy)]
enum Within {
    Nothing,
    Value,
    Inline,
    Margin(&'static str),
}

fn begun(tag: &BytesStart<'_>) -> Cell {
    let mut cell = Cell::default();
    for attribute in tag.attributes().with_checks(false).flatten().take(32) {
        match attribute.key.as_ref() {
            "r" => cell.place = attribute.value.chars().take(16).collect(),
            "t" => cell.kind = attribute.value.chars().take(16).collect(),
            "s" => cell.style = attribute.value.parse().unwrap_or(0),
            _ => {}
        }
    }
    cell
}

/// The column of a place such as `B5`, from 0.
fn column(place: &str) -> Option<usize> {
    let letters = place.bytes().take_while(u8::is_ascii_alphabetic);
    let mut number = 0_usize;
    for letter in letters {
        number = number * 26 + usize::from(letter.to_ascii_uppercase() - b'A') + 1;
        if number > LAST_COLUMN {
            return Some(LAST_COLUMN - 1);
        }
    }
    number.checked_sub(1)
}

/// `_x000D_` is how a control character is written in a string.
fn unescaped(text: &str) -> String {
    if !text.contains("_x00") {
        return text.to_owned();
    }
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("_x00") {
        shown.push_str(&rest[..at]);
        rest = &rest[at..];
        let code = rest.get(2..6).and_then(|it| u8::from_str_radix(it, 16).ok());
        match code.filter(|_| rest.as_bytes().get(6) == Some(&b'_')) {
            Some(code) => {
                shown.push(char::from(code));
                rest = &rest[7..];
            }
            None => {
                shown.push('_');
                rest = &rest[1..];
            }
        }
    }
    shown + rest
}

/// Where cells lead, as ids of relationships.
fn links(part: impl BufRead) -> Result<BTreeMap<String, String>, String> {
    let mut reader = open(part)?;
    let mut buffer = Vec::new();
    let mut links = BTreeMap::new();
    loop {
        buffer.clear();
        match reader.read_event_into(&mut buffer).map_err(|cause| cause.to_string())? {
            Event::Eof => return Ok(links),
            Event::Start(tag) | Event::Empty(tag) if tag.local_name().as_ref() == "hyperlink" => {
                let (mut place, mut id) = (String::new(), String::new());
                for attribute in tag.attributes().with_checks(false).flatten().take(16) {
                    match attribute.key.local_name().as_ref() {
                        "ref" => place = attribute.value.into_owned(),
                        "id" => id = attribute.value.into_owned(),
                        _ => {}
                    }
                }
                if !id.is_empty() && links.len() < MOST_LINKS {
                    links.insert(place, id);
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_and_escapes_are_read() {
        assert_eq!(column("A1"), Some(0));
        assert_eq!(column("AB12"), Some(27));
        assert_eq!(column("XFD1048576"), Some(16_383));
        assert_eq!(column("ZZZZZZZZZZZZZZZ1"), Some(16_383));
        assert_eq!(column(""), None);
        assert_eq!(unescaped("a_x000D_b_x00"), "a\rb_x00");
    }
}
