//! How paragraphs and characters of a DOC are formatted, by where they lie in the main stream
//! (MS-DOC, 2.8.25, 2.8.26, 2.6).

use crate::bytes::{place_at, slice, u8_at, u16_at, u32_at};

/// The size of a page of formatting, in bytes.
const PAGE: usize = 512;
/// The most pages of formatting.
const MOST_PAGES: usize = 100_000;

/// A paragraph.
#[derive(Debug, Clone, Copy, Default)]
pub struct Paragraph {
    pub style: usize,
    pub in_table: bool,
    /// It ends a row, and is no cell.
    pub ends_row: bool,
    pub outline: Option<u8>,
    pub list: u16,
    pub level: u8,
    /// How deep the table lies that it is in.
    pub depth: u32,
    pub ends_inner_cell: bool,
}

/// Characters.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Characters {
    pub is_bold: bool,
    pub is_italic: bool,
    pub is_hidden: bool,
    pub is_deleted: bool,
    pub is_inserted: bool,
    pub is_special: bool,
}

/// What is so from one place of the main stream to another.
#[derive(Debug, Clone, Copy)]
struct Run<T> {
    from: usize,
    to: usize,
    value: T,
}

/// The formatting of a document.
#[derive(Debug, Default)]
pub struct Formatting {
    paragraphs: Vec<Run<Paragraph>>,
    characters: Vec<Run<Characters>>,
}

impl Formatting {
    /// Reads both lists of pages, each given by its place in the stream of tables.
    pub fn read(
        main: &[u8],
        table: &[u8],
        paragraphs: (usize, usize),
        characters: (usize, usize),
    ) -> Formatting {
        let pages =
            |(at, length): (usize, usize)| pages(slice(table, at, length).unwrap_or_default());
        let mut formatting = Formatting::default();
        for page in pages(paragraphs) {
            let Some(page) = slice(main, page.saturating_mul(PAGE), PAGE) else { continue };
            let count = usize::from(page[PAGE - 1]);
            for index in 0..count {
                let properties = u8_at(page, 4 * (count + 1) + 13 * index)
                    .and_then(|it| paragraph(page, usize::from(it) * 2));
                formatting.paragraphs.extend(run(page, index, properties.unwrap_or_default()));
            }
        }
        for page in pages(characters) {
            let Some(page) = slice(main, page.saturating_mul(PAGE), PAGE) else { continue };
            let count = usize::from(page[PAGE - 1]);
            for index in 0..count {
                let place =
                    u8_at(page, 4 * (count + 1) + index).map_or(0, |it| usize::from(it) * 2);
                let properties = match place {
                    0 => None,
                    place => {
                        u8_at(page, place).and_then(|it| slice(page, place + 1, usize::from(it)))
                    }
                };
                let value = properties.map(read_characters).unwrap_or_default();
                formatting.characters.extend(run(page, index, value));
            }
        }
        formatting.paragraphs.sort_by_key(|it| it.from);
        formatting.characters.sort_by_key(|it| it.from);
        formatting
    }

    /// The paragraph whose end lies here.
    pub fn paragraph(&self, at: usize) -> Paragraph {
        find(&self.paragraphs, at).unwrap_or_default()
    }

    /// The character that lies here.
    pub fn characters(&self, at: usize) -> Characters {
        find(&self.characters, at).unwrap_or_default()
    }
}

fn find<T: Copy>(runs: &[Run<T>], at: usize) -> Option<T> {
    let index = runs.partition_point(|it| it.from <= at).checked_sub(1)?;
    runs.get(index).filter(|it| at < it.to).map(|it| it.value)
}

/// The numbers of pages in a list of them.
fn pages(list: &[u8]) -> Vec<usize> {
    let count = (list.len().saturating_sub(4) / 8).min(MOST_PAGES);
    (0..count).filter_map(|index| place_at(list, 4 * (count + 1) + 4 * index)).collect()
}

fn run<T>(page: &[u8], index: usize, value: T) -> Option<Run<T>> {
    let (from, to) = (place_at(page, 4 * index)?, place_at(page, 4 * index + 4)?);
    (from < to).then_some(Run { from, to, value })
}

/// The properties of a paragraph: its style, then what differs from it.
fn paragraph(page: &[u8], place: usize) -> Option<Paragraph> {
    if place == 0 {
        return None;
    }
    let (start, length) = match usize::from(u8_at(page, place)?) {
        0 => (place + 2, 2 * usize::from(u8_at(page, place + 1)?)),
        words => (place + 1, 2 * words - 1),
    };
    let bytes = page.get(start..page.len().min(start + length))?;
    let mut paragraph = Paragraph { style: usize::from(u16_at(bytes, 0)?), ..Paragraph::default() };
    for (code, value) in Modifiers(&bytes[2..]) {
        let number = value.first().copied().unwrap_or(0);
        match code {
            0x2416 => paragraph.in_table = number != 0,
            0x2417 => paragraph.ends_row = number != 0,
            0x2640 => paragraph.outline = Some(number),
            0x260a => paragraph.level = number,
            0x460b => paragraph.list = u16_at(value, 0).unwrap_or(0),
            0x6649 => paragraph.depth = u32_at(value, 0).unwrap_or(0),
            0x244b => paragraph.ends_inner_cell = number != 0,
            _ => {}
        }
    }
    Some(paragraph)
}

fn read_characters(bytes: &[u8]) -> Characters {
    let mut characters = Characters::default();
    for (code, value) in Modifiers(bytes) {
        // 0x80 and 0x81 are as the style has it, and the other way round.
        let is_on = matches!(value.first(), Some(1 | 0x81));
        match code {
            0x0835 => characters.is_bold = is_on,
            0x0836 => characters.is_italic = is_on,
            0x083c => characters.is_hidden = is_on,
            0x0800 => characters.is_deleted = is_on,
            0x0801 => characters.is_inserted = is_on,
            0x0855 => characters.is_special = is_on,
            _ => {}
        }
    }
    characters
}

/// Goes through modifiers (sprms): a code each, whose highest bits tell how long the value is.
struct Modifiers<'b>(&'b [u8]);

impl<'b> Iterator for Modifiers<'b> {
    type Item = (u16, &'b [u8]);

    fn next(&mut self) -> Option<(u16, &'b [u8])> {
        let code = u16_at(self.0, 0)?;
        let rest = &self.0[2..];
        let (skipped, length) = match code >> 13 {
            0 | 1 => (0, 1),
            2 | 4 | 5 => (0, 2),
            3 => (0, 4),
            7 => (0, 3),
            // Those of tables have a length of two bytes, which counts one too many.
            _ if matches!(code, 0xd608 | 0xd606) => {
                (2, usize::from(u16_at(rest, 0)?).saturating_sub(1))
            }
            _ if code == 0xc615 && u8_at(rest, 0)? == 255 => {
                let deleted = usize::from(u8_at(rest, 1)?) * 4;
                let added = u8_at(rest, 2 + deleted).map_or(0, |it| usize::from(it) * 3);
                (1, 2 + deleted + added)
            }
            _ => (1, usize::from(u8_at(rest, 0)?)),
        };
        let value = slice(rest, skipped, length)?;
        self.0 = &rest[skipped + length..];
        Some((code, value))
    }
}
