//! Strings of a workbook, those that its sheets share among them (MS-XLS, 2.5.293 and 2.4.265).

use encoding_rs::Encoding;

use crate::bytes::{place_at, slice, u8_at, u16_at, utf_16};

/// The most strings of a workbook.
const MOST: usize = 2_000_000;
/// What strings may hold together, in bytes.
const MOST_BYTES: usize = 96 << 20;

/// How an edition of Excel writes strings.
#[derive(Debug, Clone, Copy)]
pub struct Version {
    /// Up to Excel 95: in the code page of the file.
    pub is_narrow: bool,
    pub encoding: &'static Encoding,
}

impl Default for Version {
    fn default() -> Version {
        Version { is_narrow: true, encoding: encoding_rs::WINDOWS_1252 }
    }
}

/// A string whose length has two bytes.
pub fn text(data: &[u8], version: Version) -> String {
    let count = usize::from(u16_at(data, 0).unwrap_or(0));
    counted(data.get(2..).unwrap_or_default(), count, version)
}

/// A string whose length has one byte.
pub fn short_text(data: &[u8], version: Version) -> String {
    let count = usize::from(u8_at(data, 0).unwrap_or(0));
    counted(data.get(1..).unwrap_or_default(), count, version)
}

/// So many characters, behind a byte that says how they are written.
pub fn counted(data: &[u8], count: usize, version: Version) -> String {
    if version.is_narrow {
        let bytes = &data[..count.min(data.len())];
        return version.encoding.decode_without_bom_handling(bytes).0.into_owned();
    }
    let flags = u8_at(data, 0).unwrap_or(0);
    let skipped = 1 + if flags & 8 != 0 { 2 } else { 0 } + if flags & 4 != 0 { 4 } else { 0 };
    characters(data.get(skipped..).unwrap_or_default(), count, flags & 1 != 0)
}

/// Characters of two bytes, or of one where the other is zero.
pub fn characters(data: &[u8], count: usize, is_wide: bool) -> String {
    match is_wide {
        true => utf_16(&data[..(2 * count).min(data.len())]),
        false => data[..count.min(data.len())].iter().map(|it| char::from(*it)).collect(),
    }
}

/// The strings that sheets share. A string may go on in the next record, which then begins with how
/// it is written there.
pub fn shared(first: &[u8], continued: Vec<&[u8]>) -> Vec<String> {
    let parts: Vec<&[u8]> = std::iter::once(first).chain(continued).collect();
    let mut reader = Parts { parts, part: 0, at: 8 };
    let count = place_at(first, 4).unwrap_or(0).min(MOST);
    let (mut strings, mut bytes) = (Vec::new(), 0);
    while strings.len() < count && bytes <= MOST_BYTES {
        let Some(string) = reader.string() else { break };
        bytes += string.len();
        strings.push(string);
    }
    strings
}

/// Bytes in several parts.
struct Parts<'b> {
    parts: Vec<&'b [u8]>,
    part: usize,
    at: usize,
}

impl Parts<'_> {
    fn rest(&self) -> &[u8] {
        self.parts.get(self.part).and_then(|it| it.get(self.at..)).unwrap_or_default()
    }

    fn next_part(&mut self) -> Option<()> {
        (self.part + 1 < self.parts.len()).then(|| {
            self.part += 1;
            self.at = 0;
        })
    }

    fn take(&mut self, count: usize) -> Option<Vec<u8>> {
        let mut taken = Vec::new();
        while taken.len() < count {
            let rest = self.rest();
            let more = rest.len().min(count - taken.len());
            taken.extend_from_slice(&rest[..more]);
            self.at += more;
            if taken.len() < count {
                self.next_part()?;
            }
        }
        Some(taken)
    }

    fn skip(&mut self, mut count: usize) -> Option<()> {
        while count > 0 {
            let more = self.rest().len().min(count);
            self.at += more;
            count -= more;
            if count > 0 {
                self.next_part()?;
            }
        }
        Some(())
    }

    fn string(&mut self) -> Option<String> {
        let head = self.take(3)?;
        let mut left = usize::from(u16_at(&head, 0)?);
        let flags = head[2];
        let runs = if flags & 8 != 0 { usize::from(u16_at(&self.take(2)?, 0)?) } else { 0 };
        let more = if flags & 4 != 0 { place_at(&self.take(4)?, 0)? } else { 0 };
        let mut is_wide = flags & 1 != 0;
        let mut string = String::new();
        while left > 0 {
            let width = if is_wide { 2 } else { 1 };
            let rest = self.rest();
            let count = (rest.len() / width).min(left);
            let part = slice(rest, 0, count * width).unwrap_or_default();
            string.push_str(&characters(part, count, is_wide));
            self.at += count * width;
            left -= count;
            if left > 0 {
                self.next_part()?;
                is_wide = u8_at(self.rest(), 0)? & 1 != 0;
                self.at += 1;
            }
        }
        self.skip(4 * runs)?;
        self.skip(more)?;
        Some(string)
    }
}
