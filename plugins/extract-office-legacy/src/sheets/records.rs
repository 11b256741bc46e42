//! The records of a workbook: a kind, a length, and so many bytes.

use crate::bytes::{slice, u16_at};

/// A record.
#[derive(Debug, Clone, Copy)]
pub struct Record<'b> {
    pub kind: u16,
    pub data: &'b [u8],
    /// Where it begins.
    pub at: usize,
}

/// Goes through records, to the end or to one that is cut.
#[derive(Debug)]
pub struct Records<'b> {
    bytes: &'b [u8],
    at: usize,
}

impl<'b> Records<'b> {
    /// The records in these bytes.
    pub fn of(bytes: &'b [u8]) -> Records<'b> {
        Records { bytes, at: 0 }
    }

    /// What continues the record before: a record has no more than 8 KiB.
    pub fn continued(&mut self) -> Vec<&'b [u8]> {
        let mut parts = Vec::new();
        while let Some(record) = self.peek().filter(|it| it.kind == 0x003c) {
            parts.push(record.data);
            self.at += 4 + record.data.len();
        }
        parts
    }

    fn peek(&self) -> Option<Record<'b>> {
        let kind = u16_at(self.bytes, self.at)?;
        let length = usize::from(u16_at(self.bytes, self.at + 2)?);
        let data = slice(self.bytes, self.at + 4, length);
        let data = data.or_else(|| self.bytes.get(self.at + 4..))?;
        Some(Record { kind, data, at: self.at })
    }
}

impl<'b> Iterator for Records<'b> {
    type Item = Record<'b>;

    fn next(&mut self) -> Option<Record<'b>> {
        let record = self.peek()?;
        self.at += 4 + record.data.len();
        Some(record)
    }
}
