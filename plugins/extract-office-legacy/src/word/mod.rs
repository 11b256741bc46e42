//! Documents of Word 6 to 2003 (MS-DOC).

mod formatting;
mod pieces;
mod styles;
mod text;

use docmill_office::Draft;
use docmill_plugin::prelude::*;

use crate::bytes::{place_at, slice, u16_at};
use crate::compound::Streams;
use docmill_office::Changes;
use formatting::Formatting;
use pieces::Pieces;
use styles::Styles;
use text::Reader;

/// The document in a compound file.
pub fn extract(streams: &mut Streams, changes: Changes) -> Result<Option<Extracted>, Error> {
    let main = streams.read("WordDocument");
    let header = Header::read(&main)?;
    if header.is_encrypted {
        return Err(Error::malformed("it is encrypted"));
    }
    let table = streams.read(if header.in_first_table { "1Table" } else { "0Table" });
    let properties = streams.properties();
    let pieces = header.pieces(&main, &table)?;
    let is_old = header.is_old;
    let formatting = match is_old {
        true => Formatting::default(),
        false => Formatting::read(&main, &table, header.of(0x102), header.of(0xfa)),
    };
    let styles = match is_old {
        true => Styles::default(),
        false => Styles::read(header.range(&table, 0xa2)),
    };
    let mut reader = Reader::new(&pieces, &formatting, &styles, changes);
    let mut draft = Draft::new();
    reader.body(&mut draft, header.lengths, &header.notes(&table));
    Ok(draft.finish(properties, streams.damage()))
}

/// How many characters each part of the text has, one behind the other.
#[derive(Debug, Clone, Copy, Default)]
pub struct Lengths {
    pub body: usize,
    pub footnotes: usize,
    pub headers: usize,
    pub macros: usize,
    pub comments: usize,
    pub endnotes: usize,
    pub boxes: usize,
}

/// Where in the text of all notes each begins, and where in the body they are referred to.
#[derive(Debug, Default)]
pub struct Notes {
    pub footnotes: Vec<(usize, usize, usize)>,
    pub comments: Vec<(usize, usize, usize)>,
    pub endnotes: Vec<(usize, usize, usize)>,
    /// The borders of the texts of headers.
    pub headers: Vec<usize>,
}

/// What the beginning of the main stream says (the FIB, 2.5).
struct Header<'m> {
    main: &'m [u8],
    is_encrypted: bool,
    in_first_table: bool,
    /// Word 6 and 95, whose tables lie in the main stream.
    is_old: bool,
    is_complex: bool,
    lengths: Lengths,
}

impl<'m> Header<'m> {
    fn read(main: &'m [u8]) -> Result<Header<'m>, Error> {
        let magic = u16_at(main, 0).unwrap_or(0);
        if !matches!(magic, 0xa5ec | 0xa5dc) {
            return Err(Error::malformed("its main stream does not begin as one of Word"));
        }
        let version = u16_at(main, 2).unwrap_or(0);
        let flags = u16_at(main, 10).unwrap_or(0);
        let is_old = version < 0xc1;
        let first = if is_old { 0x34 } else { 0x4c };
        let length = |index: usize| place_at(main, first + 4 * index).unwrap_or(0).min(1 << 28);
        let lengths = Lengths {
            body: length(0),
            footnotes: length(1),
            headers: length(2),
            macros: length(3),
            comments: length(4),
            endnotes: length(5),
            boxes: length(6),
        };
        Ok(Header {
            main,
            is_encrypted: flags & 0x0100 != 0,
            in_first_table: flags & 0x0200 != 0,
            is_old,
            is_complex: flags & 0x0004 != 0,
            lengths,
        })
    }

    /// Where a table lies, and how long it is.
    fn of(&self, at: usize) -> (usize, usize) {
        let number = |at: usize| place_at(self.main, at).unwrap_or(0);
        (number(at), number(at + 4))
    }

    fn range<'t>(&self, table: &'t [u8], at: usize) -> &'t [u8] {
        let (start, length) = self.of(at);
        slice(table, start, length).unwrap_or_default()
    }

    fn pieces(&self, main: &'m [u8], table: &[u8]) -> Result<Pieces<'m>, Error> {
        if self.is_old {
            let (start, end) =
                (place_at(main, 0x18).unwrap_or(0), place_at(main, 0x1c).unwrap_or(0));
            if self.is_complex {
                let (at, length) = self.of(0x160);
                let clx = slice(main, at, length).unwrap_or_default();
                if let Some(pieces) = Pieces::read(main, clx, true) {
                    return Ok(pieces);
                }
            }
            return Ok(Pieces::whole(main, start, end));
        }
        let pieces = Pieces::read(main, self.range(table, 0x1a2), false);
        pieces.ok_or_else(|| Error::malformed("the table of its pieces of text is damaged"))
    }

    fn notes(&self, table: &[u8]) -> Notes {
        if self.is_old {
            return Notes::default();
        }
        let both = |references: usize, size: usize, texts: usize| {
            let references = positions(self.range(table, references), size);
            let texts = positions(self.range(table, texts), 0);
            let ranges = texts.windows(2).map(|pair| (pair[0], pair[1]));
            references.into_iter().zip(ranges).map(|(at, (from, to))| (at, from, to)).collect()
        };
        Notes {
            footnotes: both(0xaa, 2, 0xb2),
            comments: both(0xba, 30, 0xc2),
            endnotes: both(0x20a, 2, 0x212),
            headers: positions(self.range(table, 0xf2), 0),
        }
    }
}

/// The positions of a list (a PLC): one more of them than of what has so many bytes each.
fn positions(list: &[u8], size: usize) -> Vec<usize> {
    let count = list.len().saturating_sub(4) / (4 + size);
    (0..=count).filter_map(|index| place_at(list, 4 * index)).collect()
}
