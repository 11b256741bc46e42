//! The text of a DOC with its paragraphs, tables, fields and notes.

use docmill_office::Draft;
use docmill_plugin::prelude::*;
use docmill_plugin::structure::Writer;

use super::formatting::{Formatting, Paragraph};
use super::pieces::{Character, Pieces};
use super::styles::Styles;
use super::{Lengths, Notes};
use crate::paragraphs::{Kind, Paragraphs, hyperlink};
use docmill_office::Changes;

/// How deep fields may lie in each other.
const DEEPEST: usize = 32;
/// The longest instruction of a field, in bytes.
const LONGEST: usize = 4 << 10;
/// The most characters of one paragraph; a longer one is read in parts.
const LONGEST_PARAGRAPH: usize = 1 << 20;

/// A field.
#[derive(Debug, Default)]
struct Field {
    instruction: String,
    shows: bool,
    is_link: bool,
}

/// Reads the text.
pub struct Reader<'t> {
    pieces: &'t Pieces<'t>,
    formatting: &'t Formatting,
    styles: &'t Styles,
    changes: Changes,
    fields: Vec<Field>,
    deeper: usize,
}

impl<'t> Reader<'t> {
    /// A reader of these pieces.
    pub fn new(
        pieces: &'t Pieces<'t>,
        formatting: &'t Formatting,
        styles: &'t Styles,
        changes: Changes,
    ) -> Reader<'t> {
        Reader { pieces, formatting, styles, changes, fields: Vec::new(), deeper: 0 }
    }

    /// Reads the body, and what stands beside it.
    pub fn body(&mut self, draft: &mut Draft, lengths: Lengths, notes: &Notes) {
        let mut beside: Vec<(usize, &'static str, usize, usize)> = Vec::new();
        let footnotes = lengths.body;
        let headers = footnotes + lengths.footnotes;
        let comments = headers + lengths.headers + lengths.macros;
        let endnotes = comments + lengths.comments;
        let boxes = endnotes + lengths.endnotes;
        for (list, kind, start, length) in [
            (&notes.footnotes, "footnote", footnotes, lengths.footnotes),
            (&notes.comments, "comment", comments, lengths.comments),
            (&notes.endnotes, "endnote", endnotes, lengths.endnotes),
        ] {
            let range = |(at, from, to): &(usize, usize, usize)| {
                (*at, kind, start + (*from).min(length), start + (*to).min(length))
            };
            beside.extend(list.iter().map(range));
        }
        beside.sort_by_key(|it| it.0);
        let mut places = Vec::new();
        let stops: Vec<usize> = beside.iter().map(|it| it.0).collect();
        self.range(&mut draft.writer, 0, lengths.body, &stops, &mut places);
        let end = draft.writer.len();
        for (index, (_, kind, from, to)) in beside.into_iter().enumerate() {
            let text = self.apart(from, to);
            draft.aside_at(places.get(index).copied().unwrap_or(end), kind, &text, Vec::new());
        }
        let text = self.apart(boxes, boxes + lengths.boxes);
        for line in text.split('\n').filter(|it| !it.trim().is_empty()) {
            draft.writer.element(docmill_plugin::structure::Element::Paragraph, line);
        }
        let end = draft.writer.len();
        // Six texts for the lines between notes, then six for each section: headers and footers of
        // even, odd and first pages.
        for (index, pair) in notes.headers.windows(2).enumerate().skip(6).take(6 * 64) {
            let clamp = |it: usize| headers + it.min(lengths.headers);
            let text = self.apart(clamp(pair[0]), clamp(pair[1]));
            match index % 6 {
                0 | 1 | 4 => draft.aside_once(0, "header", &text),
                _ => draft.aside_once(end, "footer", &text),
            }
        }
    }

    /// Reads a range to a text of its own.
    fn apart(&mut self, from: usize, to: usize) -> String {
        let mut writer = Writer::new();
        self.range(&mut writer, from, to, &[], &mut Vec::new());
        writer.finish().0
    }

    /// Reads a range; tells where the text is at each of the stops, which are ordered.
    fn range(
        &mut self,
        writer: &mut Writer,
        from: usize,
        to: usize,
        stops: &[usize],
        places: &mut Vec<usize>,
    ) {
        self.fields.clear();
        self.deeper = 0;
        let mut paragraphs = Paragraphs::default();
        let mut line: Vec<Character> = Vec::new();
        let mut stops = stops.iter().copied().peekable();
        let pieces = self.pieces;
        for (position, character) in (from..).zip(pieces.characters(from, to)) {
            line.push(character);
            let is_end = matches!(character.unit, 0x07 | 0x0c | 0x0d);
            if is_end || line.len() >= LONGEST_PARAGRAPH {
                self.paragraph(writer, &mut paragraphs, &line);
                line.clear();
            }
            while stops.next_if(|stop| *stop <= position).is_some() {
                places.push(writer.len());
            }
        }
        self.paragraph(writer, &mut paragraphs, &line);
        paragraphs.end_all(writer);
    }

    fn kind(&self, paragraph: &Paragraph) -> Kind {
        if let Some(kind) = self.styles.kind(paragraph.style) {
            return kind;
        }
        match (paragraph.outline, paragraph.list) {
            (Some(level @ 0..9), _) => Kind::Heading(level + 1),
            (_, 0 | 0xf801) => Kind::Paragraph,
            _ => Kind::Item(paragraph.level.min(8)),
        }
    }

    /// Reads one paragraph, whose last character is its end.
    fn paragraph(&mut self, writer: &mut Writer, paragraphs: &mut Paragraphs, line: &[Character]) {
        let Some(end) = line.last() else { return };
        let paragraph = self.formatting.paragraph(end.at);
        let is_cell = end.unit == 0x07;
        let in_table = paragraph.in_table || is_cell;
        if is_cell && paragraph.ends_row {
            paragraphs.end_row(writer);
            return;
        }
        let kind = self.kind(&paragraph);
        let mut text = Text::default();
        for character in line {
            self.character(writer, paragraphs, &mut text, *character, kind, in_table);
        }
        self.write(writer, paragraphs, &mut text, kind, in_table);
        if is_cell {
            paragraphs.end_cell(writer);
        } else {
            paragraphs.end(writer);
        }
    }

    fn character(
        &mut self,
        writer: &mut Writer,
        paragraphs: &mut Paragraphs,
        text: &mut Text,
        character: Character,
        kind: Kind,
        in_table: bool,
    ) {
        match character.unit {
            0x13 => {
                self.write(writer, paragraphs, text, kind, in_table);
                if self.fields.len() >= DEEPEST {
                    self.deeper += 1;
                } else {
                    self.fields.push(Field::default());
                }
            }
            0x14 if self.deeper == 0 => {
                self.write(writer, paragraphs, text, kind, in_table);
                let Some(field) = self.fields.last_mut() else { return };
                field.shows = true;
                if let Some(href) = hyperlink(&field.instruction)
                    && self.fields.iter().all(|it| it.shows)
                {
                    if !paragraphs.is_open() {
                        paragraphs.begin(writer, kind, in_table);
                    }
                    let is_link = paragraphs.begin_link(writer, &href);
                    self.fields.last_mut().into_iter().for_each(|it| it.is_link = is_link);
                }
            }
            0x15 => {
                self.write(writer, paragraphs, text, kind, in_table);
                if self.deeper > 0 {
                    self.deeper -= 1;
                    return;
                }
                let Some(field) = self.fields.pop() else { return };
                if field.is_link {
                    paragraphs.end_link(writer);
                }
                if let Some(base) = overlaid(&field.instruction).filter(|_| !field.shows) {
                    text.push_str(base);
                    self.write(writer, paragraphs, text, kind, in_table);
                }
            }
            0x0b => {
                self.write(writer, paragraphs, text, kind, in_table);
                if paragraphs.is_open() {
                    writer.line_break();
                }
            }
            0x1e => text.push_str("-"),
            // Ends, pictures, drawings, references to notes, soft hyphens.
            0x00..=0x08 | 0x0c..=0x1f => {}
            _ => {
                let formatting = self.formatting.characters(character.at);
                let is_hidden = formatting.is_hidden
                    || formatting.is_deleted && !self.changes.shows_deletions()
                    || formatting.is_inserted && !self.changes.shows_insertions();
                if is_hidden || formatting.is_special && character.unit == 0x28 {
                    return;
                }
                let look = Look {
                    is_emphasized: formatting.is_bold || formatting.is_italic,
                    change: match (self.changes, formatting.is_deleted, formatting.is_inserted) {
                        (Changes::Shown, true, _) => Some("deletion"),
                        (Changes::Shown, _, true) => Some("insertion"),
                        _ => None,
                    },
                };
                if look != text.look {
                    self.write(writer, paragraphs, text, kind, in_table);
                    text.look = look;
                }
                text.push(character, self.pieces);
            }
        }
    }

    /// Writes what was gathered.
    fn write(
        &mut self,
        writer: &mut Writer,
        paragraphs: &mut Paragraphs,
        text: &mut Text,
        kind: Kind,
        in_table: bool,
    ) {
        let words = text.take();
        if words.is_empty() {
            return;
        }
        if let Some(field) = self.fields.iter_mut().rfind(|it| !it.shows) {
            if field.instruction.len() + words.len() <= LONGEST {
                field.instruction.push_str(&words);
            }
            return;
        }
        if !paragraphs.is_open() {
            if words.trim().is_empty() {
                return;
            }
            paragraphs.begin(writer, kind, in_table);
        }
        if !words.trim().is_empty() {
            paragraphs.emphasize(writer, text.look.is_emphasized);
        }
        let start = writer.len();
        writer.write(&words);
        if let Some(change) = text.look.change {
            writer.add(Mark::new(change, start..writer.len()));
        }
    }
}

/// Of characters with their readings, which are a formula `EQ \o(…,…)`, the characters.
fn overlaid(instruction: &str) -> Option<&str> {
    let formula = instruction.trim().strip_prefix("EQ ")?;
    let (_, base) = formula.rsplit_once([',', ';']).filter(|_| formula.contains("\\o"))?;
    base.trim().strip_suffix(')')
}

/// How characters look that are gathered.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Look {
    is_emphasized: bool,
    change: Option<&'static str>,
}

/// Characters that look the same.
#[derive(Debug, Default)]
struct Text {
    words: String,
    half: Option<u16>,
    look: Look,
}

impl Text {
    fn push_str(&mut self, text: &str) {
        self.words.push_str(text);
    }

    fn push(&mut self, character: Character, pieces: &Pieces<'_>) {
        if character.is_narrow {
            let byte = [character.unit as u8];
            self.words.push_str(&pieces.encoding().decode_without_bom_handling(&byte).0);
            return;
        }
        match (self.half.take(), character.unit) {
            (_, unit @ 0xd800..0xdc00) => self.half = Some(unit),
            (Some(first), unit) => {
                let both = char::decode_utf16([first, unit]);
                self.words.extend(both.map(|it| it.unwrap_or(char::REPLACEMENT_CHARACTER)));
            }
            // Letters of fonts of symbols.
            (None, 0xf020..=0xf0ff) => {}
            (None, unit) => self.words.extend(char::from_u32(u32::from(unit))),
        }
    }

    fn take(&mut self) -> String {
        self.half = None;
        std::mem::take(&mut self.words)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readings_of_characters_are_left_out() {
        assert_eq!(overlaid(" EQ \\* jc2 \\o\\ad(\\s\\up 10(とうきょう),東京)"), Some("東京"));
        for other in ["EQ \\f(1,2)", "PAGE", "EQ \\o", "EQ \\o(a,"] {
            assert_eq!(overlaid(other), None, "{other}");
        }
    }
}
