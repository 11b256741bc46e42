//! The properties of a mail or an attachment: streams that are named by them, and a table of short
//! ones.

use std::collections::BTreeMap;
use std::io::{Read, Seek};

use crate::Reading;

/// The longest property that is read but for bodies and attachments, in bytes.
const LONGEST: usize = 64 << 10;

/// The properties of one storage.
#[derive(Debug, Default)]
pub struct Properties {
    /// The storage, as a path that ends with a slash.
    pub path: String,
    /// Properties of 8 bytes or less, by their number.
    fixed: BTreeMap<u16, [u8; 8]>,
    /// The charset of strings that are not Unicode.
    charset: Option<String>,
}

impl Properties {
    /// Reads the table of a storage, which begins with so many bytes that are no properties.
    pub fn read<F: Read + Seek>(
        reading: &mut Reading<'_, F>,
        path: &str,
        head: usize,
    ) -> Properties {
        let path = if path.ends_with('/') { path.to_owned() } else { format!("{path}/") };
        let table = reading.stream(&format!("{path}__properties_version1.0")).unwrap_or_default();
        let (entries, _) = table.get(head..).unwrap_or_default().as_chunks::<16>();
        let entry = |it: &[u8; 16]| {
            let value = it[8..].try_into().unwrap_or_default();
            (u16::from_le_bytes([it[2], it[3]]), value)
        };
        let fixed = entries.iter().map(entry).collect();
        let mut properties = Properties { path, fixed, charset: None };
        // Of the message, else of the body.
        let page = properties.number(0x3ffd).or_else(|| properties.number(0x3fde));
        properties.charset = page.and_then(charset);
        properties
    }

    /// The same, where strings are in this charset if nothing else is said.
    pub fn or_in(mut self, charset: Option<&str>) -> Properties {
        self.charset = self.charset.or_else(|| charset.map(str::to_owned));
        self
    }

    /// The charset that strings are in, or the body.
    pub fn charset(&self) -> Option<&str> {
        self.charset.as_deref()
    }

    /// The charset of the HTML.
    pub fn html_charset(&self) -> Option<String> {
        self.number(0x3fde).and_then(charset)
    }

    /// A number.
    pub fn number(&self, id: u16) -> Option<u32> {
        let [a, b, c, d, ..] = *self.fixed.get(&id)?;
        Some(u32::from_le_bytes([a, b, c, d]))
    }

    /// A time, in seconds since 1970.
    pub fn time(&self, id: u16) -> Option<u64> {
        let ticks = u64::from_le_bytes(*self.fixed.get(&id)?);
        // Ticks of 100 ns since 1601.
        (ticks / 10_000_000).checked_sub(11_644_473_600)
    }

    /// A string on one line.
    pub fn string<F: Read + Seek>(&self, reading: &mut Reading<'_, F>, id: u16) -> Option<String> {
        let (bytes, is_unicode) = self.text(reading, id)?;
        let bytes = &bytes[..bytes.len().min(LONGEST)];
        let text = match is_unicode {
            true => utf_16(bytes),
            false => docmill_text::decode(bytes, self.charset()).text,
        };
        let words: Vec<&str> = text
            .split(|it: char| it.is_whitespace() || it.is_control())
            .filter(|it| !it.is_empty())
            .collect();
        let text = words.join(" ");
        (!text.is_empty()).then_some(text)
    }

    /// The bytes of a string, and whether they are UTF-16.
    pub fn text<F: Read + Seek>(
        &self,
        reading: &mut Reading<'_, F>,
        id: u16,
    ) -> Option<(Vec<u8>, bool)> {
        let of_type = |reading: &mut Reading<'_, F>, kind: &str| {
            reading.stream(&format!("{}__substg1.0_{id:04X}{kind}", self.path))
        };
        if let Some(bytes) = of_type(reading, "001F") {
            return Some((bytes, true));
        }
        of_type(reading, "001E").map(|bytes| (bytes, false))
    }

    /// Bytes.
    pub fn binary<F: Read + Seek>(&self, reading: &mut Reading<'_, F>, id: u16) -> Option<Vec<u8>> {
        reading.stream(&self.binary_path(id))
    }

    /// Where the bytes of a property lie.
    pub fn binary_path(&self, id: u16) -> String {
        format!("{}__substg1.0_{id:04X}0102", self.path)
    }
}

/// UTF-16 as Outlook writes it.
pub fn utf_16(bytes: &[u8]) -> String {
    let units = bytes.as_chunks().0.iter().map(|pair| u16::from_le_bytes(*pair));
    let text = char::decode_utf16(units).map(|it| it.unwrap_or(char::REPLACEMENT_CHARACTER));
    text.filter(|it| *it != '\0').collect()
}

/// The charset of a code page of Windows.
fn charset(page: u32) -> Option<String> {
    Some(match page {
        65001 => "utf-8".to_owned(),
        1200 => "utf-16le".to_owned(),
        20127 => "us-ascii".to_owned(),
        932 => "shift_jis".to_owned(),
        936 => "gbk".to_owned(),
        949 => "euc-kr".to_owned(),
        950 => "big5".to_owned(),
        20866 => "koi8-r".to_owned(),
        21866 => "koi8-u".to_owned(),
        54936 => "gb18030".to_owned(),
        50220..=50222 => "iso-2022-jp".to_owned(),
        51932 => "euc-jp".to_owned(),
        874 | 1250..=1258 => format!("windows-{page}"),
        28591..=28606 => format!("iso-8859-{}", page - 28590),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_pages_become_charsets() {
        assert_eq!(charset(1258).as_deref(), Some("windows-1258"));
        assert_eq!(charset(28605).as_deref(), Some("iso-8859-15"));
        assert_eq!(charset(0), None);
        assert_eq!(utf_16(b"\xe9\0t\0\xe9\0\0\0x"), "été");
    }
}
