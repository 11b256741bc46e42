//! The pieces that the text of a DOC is put together from (MS-DOC, 2.9.38).

use encoding_rs::Encoding;

use crate::bytes::{place_at, slice, u8_at, u16_at, u32_at};

/// The most pieces of a text.
const MOST: usize = 1_000_000;

/// Characters that lie one after the other in the main stream.
#[derive(Debug, Clone, Copy)]
struct Piece {
    /// The first character, and the one behind the last.
    from: usize,
    to: usize,
    /// Where it lies in the main stream.
    at: usize,
    /// Whether a character is one byte.
    is_narrow: bool,
}

/// The text of a document.
#[derive(Debug)]
pub struct Pieces<'m> {
    main: &'m [u8],
    pieces: Vec<Piece>,
    encoding: &'static Encoding,
}

/// A character, and where it lies in the main stream.
#[derive(Debug, Clone, Copy)]
pub struct Character {
    pub unit: u16,
    pub at: usize,
    /// Whether its unit is a byte in the encoding of the text, and not UTF-16.
    pub is_narrow: bool,
}

impl<'m> Pieces<'m> {
    /// A text that lies in one place.
    pub fn whole(main: &'m [u8], start: usize, end: usize) -> Pieces<'m> {
        let end = end.min(main.len());
        let to = end.saturating_sub(start);
        let pieces = vec![Piece { from: 0, to, at: start, is_narrow: true }];
        Pieces { main, pieces, encoding: encoding_rs::WINDOWS_1252 }
    }

    /// Reads the table of pieces; of Word 6 and 95 all of them have characters of one byte.
    pub fn read(main: &'m [u8], mut clx: &[u8], is_old: bool) -> Option<Pieces<'m>> {
        // Properties of pieces come first.
        while u8_at(clx, 0)? == 1 {
            clx = clx.get(3 + usize::from(u16_at(clx, 1)?)..)?;
        }
        if u8_at(clx, 0)? != 2 {
            return None;
        }
        let list = slice(clx, 5, place_at(clx, 1)?).or_else(|| clx.get(5..))?;
        let count = (list.len().saturating_sub(4) / 12).min(MOST);
        let mut pieces = Vec::with_capacity(count);
        let mut last = 0;
        for index in 0..count {
            let from = place_at(list, 4 * index)?;
            let to = place_at(list, 4 * index + 4)?;
            let place = u32_at(list, 4 * (count + 1) + 8 * index + 2)?;
            // Positions that do not grow are none.
            if from < last || to <= from {
                continue;
            }
            last = to;
            let is_narrow = is_old || place & 0x4000_0000 != 0;
            let place = (place & 0x3fff_ffff) as usize;
            let at = if is_narrow && !is_old { place / 2 } else { place };
            pieces.push(Piece { from, to, at, is_narrow });
        }
        (!pieces.is_empty()).then_some(Pieces { main, pieces, encoding: encoding_rs::WINDOWS_1252 })
    }

    /// What characters of one byte are written in.
    pub fn encoding(&self) -> &'static Encoding {
        self.encoding
    }

    /// The characters in a range, as far as they are there.
    pub fn characters(&self, from: usize, to: usize) -> impl Iterator<Item = Character> {
        let first = self.pieces.partition_point(|piece| piece.to <= from);
        let pieces = self.pieces[first..].iter().take_while(move |piece| piece.from < to);
        pieces.flat_map(move |piece| {
            let (start, end) = (from.max(piece.from), to.min(piece.to));
            let width = if piece.is_narrow { 1 } else { 2 };
            let at = piece.at.saturating_add((start - piece.from).saturating_mul(width));
            let there = self.main.len().saturating_sub(at) / width;
            (0..(end - start).min(there)).map(move |index| {
                let at = at + index * width;
                let unit = match piece.is_narrow {
                    true => u16::from(self.main[at]),
                    false => u16::from_le_bytes([self.main[at], self.main[at + 1]]),
                };
                Character { unit, at, is_narrow: piece.is_narrow }
            })
        })
    }
}
