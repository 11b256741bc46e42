//! Thrift's compact protocol, in which Parquet writes its footer and the heads of its pages: read
//! field by field, with nothing kept and nothing believed.
//!
//! Source: `thrift-compact-protocol.md` of Apache Thrift.

use super::Damage;

/// Values lie in each other at most so deep.
const DEEPEST: u32 = 32;

/// The kind of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    True,
    False,
    Byte,
    /// A whole number of 16, 32 or 64 bits: all are written alike.
    Number,
    Double,
    Bytes,
    /// A list or a set.
    List,
    Map,
    Struct,
    Uuid,
}

/// Reads values one after the other.
#[derive(Debug)]
pub struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    pub fn of(bytes: &'a [u8]) -> Reader<'a> {
        Reader { bytes, at: 0 }
    }

    /// How many bytes have been read.
    pub fn position(&self) -> usize {
        self.at
    }

    fn byte(&mut self) -> Result<u8, Damage> {
        let byte = *self.bytes.get(self.at).ok_or(Damage::Ends)?;
        self.at += 1;
        Ok(byte)
    }

    fn take(&mut self, count: usize) -> Result<&'a [u8], Damage> {
        let taken = self.bytes[self.at..].get(..count).ok_or(Damage::Ends)?;
        self.at += count;
        Ok(taken)
    }

    fn unsigned(&mut self) -> Result<u64, Damage> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(Damage::Said("has a number of more than 64 bits"))
    }

    /// The head of the next field of a structure, or `None` at its end. `last` is the number of the
    /// field before, 0 for the first.
    pub fn field(&mut self, last: &mut i64) -> Result<Option<(i64, Kind)>, Damage> {
        let head = self.byte()?;
        if head == 0 {
            return Ok(None);
        }
        let number = match head >> 4 {
            0 => self.number()?,
            step => last.wrapping_add(i64::from(step)),
        };
        *last = number;
        Ok(Some((number, kind(head & 0x0f)?)))
    }

    /// A whole number of any width.
    pub fn number(&mut self) -> Result<i64, Damage> {
        let value = self.unsigned()?;
        Ok((value >> 1).cast_signed() ^ -(value & 1).cast_signed())
    }

    /// Bytes that a length stands before.
    pub fn bytes(&mut self) -> Result<&'a [u8], Damage> {
        let length = usize::try_from(self.unsigned()?).map_err(|_| Damage::Ends)?;
        self.take(length)
    }

    /// The head of a list: what its values are, and how many. Each takes a byte at least, so there
    /// are never more of them than bytes.
    pub fn list(&mut self) -> Result<(Kind, usize), Damage> {
        let head = self.byte()?;
        let count = match head >> 4 {
            15 => usize::try_from(self.unsigned()?).map_err(|_| Damage::Ends)?,
            count => usize::from(count),
        };
        if count > self.bytes.len() - self.at {
            return Err(Damage::Ends);
        }
        Ok((kind(head & 0x0f)?, count))
    }

    /// Passes over a value.
    pub fn skip(&mut self, kind: Kind) -> Result<(), Damage> {
        self.skip_within(kind, false, 0)
    }

    fn skip_within(&mut self, of: Kind, is_element: bool, depth: u32) -> Result<(), Damage> {
        if depth > DEEPEST {
            return Err(Damage::Said("is nested too deep"));
        }
        match of {
            // As a field, the head has said it all.
            Kind::True | Kind::False if !is_element => {}
            Kind::True | Kind::False | Kind::Byte => drop(self.byte()?),
            Kind::Number => drop(self.unsigned()?),
            Kind::Double => drop(self.take(8)?),
            Kind::Uuid => drop(self.take(16)?),
            Kind::Bytes => drop(self.bytes()?),
            Kind::Struct => {
                while let Some((_, kind)) = self.field(&mut 0)? {
                    self.skip_within(kind, false, depth + 1)?;
                }
            }
            Kind::List => {
                let (kind, count) = self.list()?;
                for _ in 0..count {
                    self.skip_within(kind, true, depth + 1)?;
                }
            }
            Kind::Map => {
                let count = self.unsigned()?;
                if count == 0 {
                    return Ok(());
                }
                let kinds = self.byte()?;
                let (key, value) = (kind(kinds >> 4)?, kind(kinds & 0x0f)?);
                for _ in 0..count {
                    self.skip_within(key, true, depth + 1)?;
                    self.skip_within(value, true, depth + 1)?;
                }
            }
        }
        Ok(())
    }
}

fn kind(code: u8) -> Result<Kind, Damage> {
    Ok(match code {
        1 => Kind::True,
        2 => Kind::False,
        3 => Kind::Byte,
        4..=6 => Kind::Number,
        7 => Kind::Double,
        8 => Kind::Bytes,
        9 | 10 => Kind::List,
        11 => Kind::Map,
        12 => Kind::Struct,
        13 => Kind::Uuid,
        _ => return Err(Damage::Said("has a value of a kind that does not exist")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_read_and_passed_over() {
        // 1: -3; 2: true; 20: "ab"; 21: [[1], [2]]
        let bytes = [0x15, 5, 0x11, 0x08, 40, 2, b'a', b'b', 0x19, 0x29, 0x15, 2, 0x15, 4, 0, 7];
        let mut reader = Reader::of(&bytes);
        let mut last = 0;
        assert_eq!(reader.field(&mut last).unwrap(), Some((1, Kind::Number)));
        assert_eq!(reader.number().unwrap(), -3);
        assert_eq!(reader.field(&mut last).unwrap(), Some((2, Kind::True)));
        reader.skip(Kind::True).unwrap();
        assert_eq!(reader.field(&mut last).unwrap(), Some((20, Kind::Bytes)));
        assert_eq!(reader.bytes().unwrap(), b"ab");
        assert_eq!(reader.field(&mut last).unwrap(), Some((21, Kind::List)));
        reader.skip(Kind::List).unwrap();
        assert_eq!(reader.field(&mut last).unwrap(), None);
        assert_eq!(reader.position(), bytes.len() - 1);
    }

    #[test]
    fn nothing_is_believed() {
        // A list of 2^35 structures, lists in lists, a map of 2^63 truths, a number without an end.
        assert!(Reader::of(&[0xfc, 0x80, 0x80, 0x80, 0x80, 0x80, 1]).list().is_err());
        assert!(Reader::of(&[0x19; 100]).skip(Kind::List).is_err());
        let map = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 0x11];
        assert!(Reader::of(&map).skip(Kind::Map).is_err());
        assert!(Reader::of(&[0xff; 20]).number().is_err());
    }
}
