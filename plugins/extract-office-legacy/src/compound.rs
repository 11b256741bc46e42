//! The streams of a compound file, and what it says of itself (MS-CFB, MS-OLEPS).

use std::io::Read as _;

use docmill_office::{CompoundFile, Properties, has_stream, open_compound};
use docmill_plugin::{Error, date_of_unix};

use crate::bytes::{place_at, slice, u16_at, u32_at, utf_16};
use crate::code_pages;

/// The longest stream that is read, in bytes.
const LONGEST: u64 = 128 << 20;
/// The most properties of a stream of them.
const MOST: usize = 1_024;

/// The streams of a file.
pub struct Streams {
    file: CompoundFile,
    damage: Option<String>,
}

impl Streams {
    /// Reads the directory.
    pub fn open(bytes: Vec<u8>) -> Result<Streams, Error> {
        let file = open_compound(bytes);
        let file = file.map_err(|cause| Error::malformed(fragment(&cause)))?;
        Ok(Streams { file, damage: None })
    }

    /// Whether there is a stream of this name.
    pub fn has(&self, name: &str) -> bool {
        has_stream(&self.file, name)
    }

    /// The bytes of a stream, as far as they can be read; none if there is none.
    pub fn read(&mut self, name: &str) -> Vec<u8> {
        let mut bytes = Vec::new();
        if !self.has(name) {
            return bytes;
        }
        let read = self.file.open_stream(format!("/{name}"));
        let read = read.and_then(|stream| stream.take(LONGEST).read_to_end(&mut bytes));
        if let Err(cause) = read {
            self.damage
                .get_or_insert(format!("its stream `{name}` is damaged: {}", fragment(&cause)));
        }
        bytes
    }

    /// What of the file could not be read so far.
    pub fn damage(&self) -> Option<String> {
        self.damage.clone()
    }

    /// What the file says of itself.
    pub fn properties(&mut self) -> Properties {
        let bytes = self.read("\u{5}SummaryInformation");
        let mut properties = Properties::new();
        // The only set of this stream; its place is written at byte 44.
        let set = place_at(&bytes, 44).and_then(|at| bytes.get(at..)).unwrap_or_default();
        let count = place_at(set, 4).unwrap_or(0).min(MOST);
        let values = (0..count).filter_map(|index| {
            let id = u32_at(set, 8 + 8 * index)?;
            Some((id, set.get(place_at(set, 12 + 8 * index)?..)?))
        });
        let values: Vec<(u32, &[u8])> = values.collect();
        let page = values.iter().find(|(id, _)| *id == 1).and_then(|(_, value)| u16_at(value, 4));
        let page = u32::from(page.unwrap_or(1252));
        for (id, value) in values {
            let text = || string(value, page).unwrap_or_default();
            match id {
                2 => properties.title(&text()),
                3 => properties.add("subject", &text()),
                4 => properties.creators(&text()),
                5 => properties.keywords(&text()),
                6 => properties.add("description", &text()),
                12 | 13 => {
                    let name = if id == 12 { "date" } else { "modified" };
                    if let Some(date) = time(value) {
                        properties.date(name, &date);
                    }
                }
                _ => {}
            }
        }
        properties
    }
}

/// A string in the code page of its set, or in UTF-16.
fn string(value: &[u8], page: u32) -> Option<String> {
    let length = place_at(value, 4)?;
    match u16_at(value, 0)? {
        0x1e => {
            let bytes = slice(value, 8, length)?;
            let bytes = bytes.split(|it| *it == 0).next().unwrap_or_default();
            match page {
                1200 => Some(utf_16(slice(value, 8, length)?)),
                page => Some(
                    code_pages::of_page(page).decode_without_bom_handling(bytes).0.into_owned(),
                ),
            }
        }
        0x1f => {
            Some(utf_16(slice(value, 8, length.checked_mul(2)?)?).trim_end_matches('\0').to_owned())
        }
        _ => None,
    }
}

/// A time in ticks of 100 ns since 1601.
fn time(value: &[u8]) -> Option<String> {
    if u16_at(value, 0)? != 0x40 {
        return None;
    }
    let ticks = u64::from(u32_at(value, 4)?) | u64::from(u32_at(value, 8)?) << 32;
    let seconds = i64::try_from(ticks / 10_000_000).ok()?.checked_sub(11_644_473_600)?;
    // Some programs write how long somebody worked on it.
    (seconds > 0).then(|| date_of_unix(seconds)).flatten()
}

/// What went wrong, as a fragment without a period.
fn fragment(cause: &std::io::Error) -> String {
    let text = cause.to_string();
    let mut characters = text.trim_end_matches('.').chars().take(200);
    let first = characters.next().map(|it| it.to_ascii_lowercase());
    first.into_iter().chain(characters).collect()
}
