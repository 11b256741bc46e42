//! One column of a group of rows, page by page: its values row by row.

use std::rc::Rc;

use docmill_plugin::Source;

use super::codecs::decompress;
use super::footer::Chunk;
use super::levels::{Runs, width_of};
use super::schema::Leaf;
use super::thrift::{Kind, Reader};
use super::values::{Decoder, Page, Value, dictionary};
use super::{Budget, Damage, read_exact};

/// The largest page, unpacked, in bytes.
const LARGEST_PAGE: usize = 64 << 20;

/// What a value counts that takes no bytes, as one that is not there: the work it makes.
const ROOM: usize = 128;

/// Reads the values of a column.
#[derive(Debug)]
pub struct Cursor<'a> {
    source: &'a Source<'a>,
    leaf: &'a Leaf,
    codec: i64,
    /// Where the next page begins, and where the last one ends.
    at: u64,
    end: u64,
    dictionary: Option<Rc<[Value]>>,
    page: Option<DataPage>,
    /// The levels of the next value, where it was looked at and not taken.
    ahead: Option<Levels>,
}

/// A page of values that are read.
#[derive(Debug)]
struct DataPage {
    /// Values that are still to come, those that are not there included.
    left: usize,
    repeated: Option<Runs>,
    defined: Option<Runs>,
    values: Decoder,
}

/// How a value lies in its row: whether it begins one, and whether it is there.
#[derive(Debug, Clone, Copy)]
struct Levels {
    repeated: u32,
    defined: u32,
}

impl<'a> Cursor<'a> {
    pub fn new(source: &'a Source<'a>, leaf: &'a Leaf, chunk: Chunk) -> Cursor<'a> {
        Cursor {
            source,
            leaf,
            codec: chunk.codec,
            at: chunk.start,
            end: chunk.start.saturating_add(chunk.length),
            dictionary: None,
            page: None,
            ahead: None,
        }
    }

    /// Appends the values of the next row, none if they are not there.
    pub fn row(&mut self, values: &mut Vec<Value>, budget: &mut Budget) -> Result<(), Damage> {
        let mut is_first = true;
        loop {
            let levels = match self.ahead.take() {
                Some(levels) => levels,
                None => match self.levels(budget)? {
                    Some(levels) => levels,
                    None if is_first => return Err(Damage::Ends),
                    None => return Ok(()),
                },
            };
            if !is_first && levels.repeated == 0 {
                self.ahead = Some(levels);
                return Ok(());
            }
            is_first = false;
            if levels.defined == self.leaf.defined
                && let Some(page) = &mut self.page
            {
                let value = page.values.next(budget)?;
                if let Value::Bytes(bytes) = &value {
                    budget.spend(bytes.len())?;
                }
                values.push(value);
            }
            if self.leaf.repeated == 0 {
                return Ok(());
            }
        }
    }

    /// The levels of the next value; `None` behind the last.
    fn levels(&mut self, budget: &mut Budget) -> Result<Option<Levels>, Damage> {
        while self.page.as_ref().is_none_or(|page| page.left == 0) {
            if !self.next_page(budget)? {
                return Ok(None);
            }
        }
        let Some(page) = &mut self.page else { return Ok(None) };
        budget.spend(ROOM)?;
        page.left -= 1;
        let level = |runs: &mut Option<Runs>| runs.as_mut().map(Runs::next).transpose();
        let repeated = level(&mut page.repeated)?.unwrap_or(0);
        let defined = level(&mut page.defined)?.unwrap_or(self.leaf.defined);
        Ok(Some(Levels { repeated, defined }))
    }

    /// Takes up the next page; `false` behind the last.
    fn next_page(&mut self, budget: &mut Budget) -> Result<bool, Damage> {
        if self.at >= self.end {
            return Ok(false);
        }
        let (head, length) = self.head()?;
        let start = self.at + length as u64;
        // Some writers forget a head in the length of a column, so its last page may end behind it.
        self.at = start.checked_add(head.stored as u64).ok_or(Damage::Ends)?;
        let Some(kind) = head.kind() else { return Ok(true) };
        if head.unpacked > LARGEST_PAGE || head.stored > LARGEST_PAGE {
            return Err(Damage::Said("has a page of more than 64 MiB"));
        }
        budget.spend(head.unpacked)?;
        let stored = read_exact(self.source, start, head.stored as u64)?;
        match kind {
            PageKind::Dictionary => {
                let page = decompress(self.codec, &stored, head.unpacked)?;
                let physical = self.leaf.physical;
                self.dictionary = Some(dictionary(physical, Rc::new(page), head.values, budget)?);
            }
            PageKind::First => {
                let page = Rc::new(decompress(self.codec, &stored, head.unpacked)?);
                let mut at = 0;
                let mut level = |highest, encoding| {
                    let (runs, end) = level_of(&page, at, highest, encoding, head.values)?;
                    at = end;
                    Ok(runs)
                };
                let repeated = level(self.leaf.repeated, head.repetition_encoding)?;
                let defined = level(self.leaf.defined, head.definition_encoding)?;
                self.page = Some(self.data(&head, page, at, repeated, defined, budget)?);
            }
            PageKind::Second => {
                let levels = head.repetition.saturating_add(head.definition);
                let values = stored.get(levels..).ok_or(Damage::Ends)?;
                let unpacked = head.unpacked.checked_sub(levels).ok_or(Damage::Ends)?;
                // Levels are never compressed. Without values, writers leave out what is
                // compressed.
                let codec = if head.is_packed && !values.is_empty() { self.codec } else { 0 };
                let values = decompress(codec, values, unpacked)?;
                let page = Rc::new([&stored[..levels], &values].concat());
                let runs = |range, highest| {
                    let width = width_of(highest);
                    (highest > 0).then(|| Runs::of(Rc::clone(&page), range, width)).transpose()
                };
                let repeated = runs(0..head.repetition, self.leaf.repeated)?;
                let defined = runs(head.repetition..levels, self.leaf.defined)?;
                self.page = Some(self.data(&head, page, levels, repeated, defined, budget)?);
            }
        }
        Ok(true)
    }

    fn data(
        &self,
        head: &Head,
        page: Page,
        start: usize,
        repeated: Option<Runs>,
        defined: Option<Runs>,
        budget: &mut Budget,
    ) -> Result<DataPage, Damage> {
        let dictionary = self.dictionary.as_ref();
        let physical = self.leaf.physical;
        let values =
            Decoder::of(head.encoding, physical, page, start, head.values, dictionary, budget)?;
        Ok(DataPage { left: head.values, repeated, defined, values })
    }

    /// The head of the page that begins here, and how many bytes it has.
    fn head(&self) -> Result<(Head, usize), Damage> {
        // Most are short; some have the least and the greatest value in them.
        const TRIED: [u64; 3] = [512, 16 << 10, 1 << 20];
        let all = self.source.size().saturating_sub(self.at);
        for tried in TRIED {
            let bytes = read_exact(self.source, self.at, tried.min(all))?;
            let mut reader = Reader::of(&bytes);
            match Head::read(&mut reader) {
                Ok(head) => return Ok((head, reader.position())),
                Err(Damage::Ends) if tried < all => {}
                Err(damage) => return Err(damage),
            }
        }
        Err(Damage::Said("has a page with a head of more than 1 MiB"))
    }
}

/// The levels of a page of the first version, which begin here, and where they end.
fn level_of(
    page: &Page,
    at: usize,
    highest: u32,
    encoding: i64,
    count: usize,
) -> Result<(Option<Runs>, usize), Damage> {
    /// `BIT_PACKED`.
    const LONG_AGO: i64 = 4;
    if highest == 0 {
        return Ok((None, at));
    }
    let width = width_of(highest);
    if encoding == LONG_AGO {
        let (runs, end) = Runs::packed(page, at, count, width)?;
        return Ok((Some(runs), end));
    }
    let length = page[at..].first_chunk::<4>().ok_or(Damage::Ends)?;
    let start = at + 4;
    let end = start.checked_add(u32::from_le_bytes(*length) as usize);
    let end = end.filter(|it| *it <= page.len()).ok_or(Damage::Ends)?;
    Ok((Some(Runs::of(Rc::clone(page), start..end, width)?), end))
}

/// The head of a page.
#[derive(Debug, Default)]
struct Head {
    kind: i64,
    /// Bytes in the file, and before they were compressed.
    stored: usize,
    unpacked: usize,
    /// Values, those that are not there included.
    values: usize,
    encoding: i64,
    definition_encoding: i64,
    repetition_encoding: i64,
    /// Bytes of the levels, in the second version.
    definition: usize,
    repetition: usize,
    is_packed: bool,
}

#[derive(Debug, Clone, Copy)]
enum PageKind {
    Dictionary,
    /// Of values, in the first and in the second version.
    First,
    Second,
}

impl Head {
    fn kind(&self) -> Option<PageKind> {
        match self.kind {
            0 => Some(PageKind::First),
            2 => Some(PageKind::Dictionary),
            3 => Some(PageKind::Second),
            // An index, or what a later version has.
            _ => None,
        }
    }

    fn read(reader: &mut Reader<'_>) -> Result<Head, Damage> {
        let mut head = Head { is_packed: true, ..Head::default() };
        let mut last = 0;
        while let Some((field, kind)) = reader.field(&mut last)? {
            match (field, kind) {
                (1, Kind::Number) => head.kind = reader.number()?,
                (2, Kind::Number) => head.unpacked = size(reader)?,
                (3, Kind::Number) => head.stored = size(reader)?,
                (5 | 7 | 8, Kind::Struct) => head.of_kind(field, reader)?,
                _ => reader.skip(kind)?,
            }
        }
        Ok(head)
    }

    /// What a page of this kind says of itself: values in either version, or a dictionary.
    fn of_kind(&mut self, of: i64, reader: &mut Reader<'_>) -> Result<(), Damage> {
        let mut last = 0;
        while let Some((field, kind)) = reader.field(&mut last)? {
            match (of, field, kind) {
                (_, 1, Kind::Number) => self.values = size(reader)?,
                (5 | 7, 2, Kind::Number) | (8, 4, Kind::Number) => {
                    self.encoding = reader.number()?;
                }
                (5, 3, Kind::Number) => self.definition_encoding = reader.number()?,
                (5, 4, Kind::Number) => self.repetition_encoding = reader.number()?,
                (8, 5, Kind::Number) => self.definition = size(reader)?,
                (8, 6, Kind::Number) => self.repetition = size(reader)?,
                (8, 7, kind @ (Kind::True | Kind::False)) => self.is_packed = kind == Kind::True,
                _ => reader.skip(kind)?,
            }
        }
        Ok(())
    }
}

fn size(reader: &mut Reader<'_>) -> Result<usize, Damage> {
    usize::try_from(reader.number()?).map_err(|_| Damage::Said("has a page of a wrong size"))
}
