//! The values of a page, whichever way they are encoded.
//!
//! Source: `Encodings.md` of Apache Parquet, whose numbers of encodings are used here.

use std::ops::Range;
use std::rc::Rc;

use super::levels::{Runs, bits};
use super::schema::Physical;
use super::{Budget, Damage};

/// A value as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Boolean(bool),
    Int32(i32),
    Int64(i64),
    /// A time: nanoseconds of a day, and the Julian day.
    Int96(i64, u32),
    Float(f32),
    Double(f64),
    Bytes(Rc<[u8]>),
}

/// What a page or a dictionary has in memory.
pub type Page = Rc<Vec<u8>>;

/// Reads the values of a page, one after the other.
#[derive(Debug)]
pub enum Decoder {
    Plain {
        physical: Physical,
        page: Page,
        at: usize,
        bit: u8,
    },
    Runs(Runs),
    Dictionary(Rc<[Value]>, Runs),
    Delta(Physical, Delta),
    Lengths(Lengths),
    Prefixes {
        prefixes: std::vec::IntoIter<usize>,
        lengths: Lengths,
        before: Rc<[u8]>,
        physical: Physical,
    },
    Split {
        physical: Physical,
        page: Page,
        range: Range<usize>,
        next: usize,
    },
}

impl Decoder {
    /// What reads the values that lie in a page from `start` on. `most` is how many there can be.
    pub fn of(
        encoding: i64,
        physical: Physical,
        page: Page,
        start: usize,
        most: usize,
        dictionary: Option<&Rc<[Value]>>,
        budget: &mut Budget,
    ) -> Result<Decoder, Damage> {
        const ILL_SUITED: Damage = Damage::Said("is encoded in a way that does not suit it");
        if start > page.len() {
            return Err(Damage::Ends);
        }
        let all = start..page.len();
        Ok(match (encoding, physical) {
            (0, _) => Decoder::Plain { physical, page, at: start, bit: 0 },
            (2 | 8, _) => {
                let dictionary = dictionary.ok_or(Damage::Said("has no dictionary"))?;
                let width = match page.get(start) {
                    Some(width) => u32::from(*width),
                    // Nothing but values that are not there.
                    None => return Ok(Decoder::Plain { physical, page, at: start, bit: 0 }),
                };
                let runs = Runs::of(page, start + 1..all.end, width)?;
                Decoder::Dictionary(Rc::clone(dictionary), runs)
            }
            (3, Physical::Boolean) => {
                let length = page[all.clone()].first_chunk::<4>().ok_or(Damage::Ends)?;
                let length = u32::from_le_bytes(*length) as usize;
                let from = start + 4;
                let end = from.checked_add(length).filter(|end| *end <= all.end);
                Decoder::Runs(Runs::of(page, from..end.ok_or(Damage::Ends)?, 1)?)
            }
            (5, Physical::Int32 | Physical::Int64) => {
                Decoder::Delta(physical, Delta::of(page, start, most)?)
            }
            (6, Physical::Bytes) => Decoder::Lengths(Lengths::of(page, start, most, budget)?),
            (7, Physical::Bytes | Physical::Fixed(_)) => {
                let (prefixes, end) = Delta::of(Rc::clone(&page), start, most)?.sizes(budget)?;
                let lengths = Lengths::of(page, end, most, budget)?;
                let prefixes = prefixes.into_iter();
                Decoder::Prefixes { prefixes, lengths, before: Rc::from([]), physical }
            }
            (9, Physical::Int32 | Physical::Int64 | Physical::Float | Physical::Double)
            | (9, Physical::Fixed(_)) => Decoder::Split { physical, page, range: all, next: 0 },
            _ => return Err(ILL_SUITED),
        })
    }

    /// The next value.
    pub fn next(&mut self, budget: &mut Budget) -> Result<Value, Damage> {
        match self {
            Decoder::Plain { physical: Physical::Boolean, page, at, bit } => {
                let byte = *page.get(*at).ok_or(Damage::Ends)?;
                let value = byte >> *bit & 1 == 1;
                *bit = (*bit + 1) % 8;
                *at += usize::from(*bit == 0);
                Ok(Value::Boolean(value))
            }
            Decoder::Plain { physical, page, at, .. } => {
                let length = match *physical {
                    Physical::Bytes => {
                        let length = page[*at..].first_chunk::<4>().ok_or(Damage::Ends)?;
                        *at += 4;
                        u32::from_le_bytes(*length) as usize
                    }
                    physical => width(physical),
                };
                let bytes = page[*at..].get(..length).ok_or(Damage::Ends)?;
                *at += length;
                plain(*physical, bytes)
            }
            Decoder::Runs(runs) => Ok(Value::Boolean(runs.next()? != 0)),
            Decoder::Dictionary(dictionary, runs) => {
                let at = runs.next()? as usize;
                let value = dictionary.get(at);
                value.cloned().ok_or(Damage::Said("has a value that is not in its dictionary"))
            }
            Decoder::Delta(physical, delta) => {
                let value = delta.next()?;
                Ok(match physical {
                    // It is counted in 32 bits, past the last of which comes the first.
                    Physical::Int32 => Value::Int32(low(value)),
                    _ => Value::Int64(value),
                })
            }
            Decoder::Lengths(lengths) => Ok(Value::Bytes(lengths.next()?.into())),
            Decoder::Prefixes { prefixes, lengths, before, physical } => {
                let prefix = prefixes.next().ok_or(Damage::Ends)?;
                let prefix = before
                    .get(..prefix)
                    .ok_or(Damage::Said("has a value that begins as none before"))?;
                budget.spend(prefix.len())?;
                let value = [prefix, lengths.next()?].concat();
                if matches!(physical, Physical::Fixed(size) if *size != value.len()) {
                    return Err(Damage::Said("has a value of another length"));
                }
                *before = value.into();
                Ok(Value::Bytes(Rc::clone(before)))
            }
            Decoder::Split { physical, page, range, next } => {
                let size = width(*physical);
                let count = range.len() / size;
                if *next >= count {
                    return Err(Damage::Ends);
                }
                let bytes: Vec<u8> =
                    (0..size).map(|byte| page[range.start + byte * count + *next]).collect();
                *next += 1;
                plain(*physical, &bytes)
            }
        }
    }
}

/// Reads a dictionary of so many values, which are there, or it is none.
pub fn dictionary(
    physical: Physical,
    page: Page,
    count: usize,
    budget: &mut Budget,
) -> Result<Rc<[Value]>, Damage> {
    // Each value takes a byte at least, or eight of them where they are true or false.
    if count / 8 > page.len() {
        return Err(Damage::Ends);
    }
    budget.spend(count.saturating_mul(size_of::<Value>()))?;
    let mut plain = Decoder::Plain { physical, page, at: 0, bit: 0 };
    (0..count).map(|_| plain.next(budget)).collect()
}

/// How many bytes a value has that has a size; 1 for the others.
fn width(physical: Physical) -> usize {
    match physical {
        Physical::Boolean | Physical::Bytes => 1,
        Physical::Int32 | Physical::Float => 4,
        Physical::Int64 | Physical::Double => 8,
        Physical::Int96 => 12,
        Physical::Fixed(size) => size,
    }
}

/// A value out of its bytes, of which there are as many as it has.
fn plain(physical: Physical, bytes: &[u8]) -> Result<Value, Damage> {
    let number = |at: usize| -> Result<u64, Damage> {
        let part = bytes.get(at..).and_then(|it| it.first_chunk::<8>()).ok_or(Damage::Ends)?;
        Ok(u64::from_le_bytes(*part))
    };
    let small = |at: usize| -> Result<u32, Damage> {
        let part = bytes.get(at..).and_then(|it| it.first_chunk::<4>()).ok_or(Damage::Ends)?;
        Ok(u32::from_le_bytes(*part))
    };
    Ok(match physical {
        Physical::Boolean => Value::Boolean(bytes.first().is_some_and(|it| it & 1 == 1)),
        Physical::Int32 => Value::Int32(small(0)?.cast_signed()),
        Physical::Int64 => Value::Int64(number(0)?.cast_signed()),
        Physical::Int96 => Value::Int96(number(0)?.cast_signed(), small(8)?),
        Physical::Float => Value::Float(f32::from_bits(small(0)?)),
        Physical::Double => Value::Double(f64::from_bits(number(0)?)),
        Physical::Bytes | Physical::Fixed(_) => Value::Bytes(bytes.into()),
    })
}

/// The lower 32 bits.
fn low(value: i64) -> i32 {
    let [a, b, c, d, ..] = value.to_le_bytes();
    i32::from_le_bytes([a, b, c, d])
}

/// Whole numbers as what each has more than the one before (`DELTA_BINARY_PACKED`).
#[derive(Debug)]
pub struct Delta {
    page: Page,
    /// Where the next block or its next part begins.
    at: usize,
    /// Numbers that are still to come.
    left: usize,
    value: i64,
    is_first: bool,
    /// Parts of a block, and numbers in a part.
    parts: usize,
    of_part: usize,
    least: i64,
    /// The widths of the parts of this block that are still to come, as they lie in the page.
    widths: Range<usize>,
    /// Of this part: its width, the bit at which its next number begins, and how many are left.
    width: u32,
    bit: u64,
    in_part: usize,
}

impl Delta {
    fn of(page: Page, start: usize, most: usize) -> Result<Delta, Damage> {
        const WRONG: Damage = Damage::Said("has differences that are laid out wrong");
        let mut delta = Delta {
            page,
            at: start,
            left: 0,
            value: 0,
            is_first: true,
            parts: 0,
            of_part: 0,
            least: 0,
            widths: 0..0,
            width: 0,
            bit: 0,
            in_part: 0,
        };
        let block = delta.unsigned()?;
        let parts = delta.unsigned()?;
        let count = delta.unsigned()?;
        delta.value = delta.signed()?;
        delta.left = usize::try_from(count).map_err(|_| Damage::Ends)?;
        if delta.left > most
            || parts == 0
            || block % parts != 0
            || !(block / parts).is_multiple_of(8)
        {
            return Err(WRONG);
        }
        delta.parts = usize::try_from(parts).map_err(|_| WRONG)?;
        delta.of_part = usize::try_from(block / parts).ok().filter(|it| *it > 0).ok_or(WRONG)?;
        Ok(delta)
    }

    fn unsigned(&mut self) -> Result<u64, Damage> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = *self.page.get(self.at).ok_or(Damage::Ends)?;
            self.at += 1;
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(Damage::Said("has a number of more than 64 bits"))
    }

    fn signed(&mut self) -> Result<i64, Damage> {
        let value = self.unsigned()?;
        Ok((value >> 1).cast_signed() ^ -(value & 1).cast_signed())
    }

    fn next(&mut self) -> Result<i64, Damage> {
        self.left = self.left.checked_sub(1).ok_or(Damage::Ends)?;
        if std::mem::take(&mut self.is_first) {
            return Ok(self.value);
        }
        if self.in_part == 0 {
            self.begin_part()?;
        }
        let more = bits(&self.page, self.bit, self.width).ok_or(Damage::Ends)?;
        self.bit += u64::from(self.width);
        self.in_part -= 1;
        self.value = self.value.wrapping_add(self.least).wrapping_add(more.cast_signed());
        Ok(self.value)
    }

    fn begin_part(&mut self) -> Result<(), Damage> {
        if self.widths.is_empty() {
            self.least = self.signed()?;
            let end = self.at.checked_add(self.parts).filter(|it| *it <= self.page.len());
            self.widths = self.at..end.ok_or(Damage::Ends)?;
            self.at = self.widths.end;
        }
        let width = self.widths.next().map_or(0, |at| u32::from(self.page[at]));
        if width > 64 {
            return Err(Damage::Said("has numbers of more than 64 bits"));
        }
        self.width = width;
        self.bit = self.at as u64 * 8;
        self.in_part = self.of_part;
        // A part is written whole, and what is left out at the end of a page is never asked for.
        let length = (self.of_part / 8).saturating_mul(width as usize);
        self.at = self.at.saturating_add(length);
        Ok(())
    }

    /// All numbers, as sizes, and where what follows them begins.
    fn sizes(mut self, budget: &mut Budget) -> Result<(Vec<usize>, usize), Damage> {
        budget.spend(self.left.saturating_mul(size_of::<usize>()))?;
        let mut sizes = Vec::new();
        while self.left > 0 {
            let size = usize::try_from(low(self.next()?));
            sizes.push(size.map_err(|_| Damage::Said("has a value of a length below zero"))?);
        }
        Ok((sizes, self.at.min(self.page.len())))
    }
}

/// Values one after the other, behind the lengths of them all (`DELTA_LENGTH_BYTE_ARRAY`).
#[derive(Debug)]
pub struct Lengths {
    page: Page,
    lengths: std::vec::IntoIter<usize>,
    at: usize,
}

impl Lengths {
    fn of(page: Page, start: usize, most: usize, budget: &mut Budget) -> Result<Lengths, Damage> {
        let (lengths, at) = Delta::of(Rc::clone(&page), start, most)?.sizes(budget)?;
        Ok(Lengths { page, lengths: lengths.into_iter(), at })
    }

    fn next(&mut self) -> Result<&[u8], Damage> {
        let length = self.lengths.next().ok_or(Damage::Ends)?;
        let value = self.page[self.at..].get(..length).ok_or(Damage::Ends)?;
        self.at += length;
        Ok(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(encoding: i64, physical: Physical, page: &[u8]) -> Vec<Value> {
        let mut budget = Budget { left: 1 << 20 };
        let decoder =
            Decoder::of(encoding, physical, Rc::new(page.to_vec()), 0, 100, None, &mut budget);
        let Ok(mut decoder) = decoder else { return Vec::new() };
        std::iter::from_fn(|| decoder.next(&mut budget).ok()).take(100).collect()
    }

    #[test]
    fn differences_are_added_up() {
        // The examples of the format: 1 to 5, and 7, 5, 3, 1, 2, 3, 4, 5 in blocks of 128 and parts
        // of 32.
        let page = [0x80, 1, 4, 5, 2, 2, 0, 0, 0, 0];
        let expected = [1, 2, 3, 4, 5].map(Value::Int32);
        assert_eq!(all(5, Physical::Int32, &page), expected);
        let page = [0x80, 1, 4, 8, 14, 3, 2, 0, 0, 0, 0xc0, 0x3f, 0, 0, 0, 0, 0, 0];
        let expected = [7, 5, 3, 1, 2, 3, 4, 5].map(Value::Int64);
        assert_eq!(all(5, Physical::Int64, &page), expected);
    }

    #[test]
    fn what_lies_about_itself_is_no_page() {
        // More numbers than there are values; no parts; parts that are no whole bytes.
        assert!(all(5, Physical::Int64, &[0x80, 1, 4, 101, 0]).is_empty());
        assert!(all(5, Physical::Int64, &[0x80, 1, 0, 1, 0]).is_empty());
        assert!(all(5, Physical::Int64, &[4, 1, 2, 0]).is_empty());
        // A value behind the end of the page, one of a length below zero.
        assert!(all(0, Physical::Bytes, &[255, 255, 255, 255, 1]).is_empty());
        assert!(all(6, Physical::Bytes, &[0x80, 1, 4, 1, 1]).is_empty());
        assert!(all(2, Physical::Bytes, &[1, 2, 3]).is_empty());
        let mut budget = Budget { left: 1 << 20 };
        assert!(
            dictionary(Physical::Bytes, Rc::new(vec![0; 16]), usize::MAX, &mut budget).is_err()
        );
    }

    #[test]
    fn bytes_that_were_split_come_together() {
        let page = [1, 2, 0, 0, 0, 0, 0, 1];
        let expected = [Value::Int32(1), Value::Int32(2 + (1 << 24))];
        assert_eq!(all(9, Physical::Int32, &page), expected);
    }
}
