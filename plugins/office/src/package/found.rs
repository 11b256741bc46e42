//! Parts of a ZIP that has lost its table of contents: what their own headers say (APPNOTE, 4.3.7).

use std::collections::BTreeMap;

use docmill_plugin::Source;
use rawzip::CompressionMethod;

use super::{MOST_PARTS, Part, Place, bytes_at};

/// How much of a file is searched, in bytes.
const SEARCHED: u64 = 64 << 20;
/// How much is read at once.
const CHUNK: usize = 1 << 20;
/// The length of a header without its name.
const HEADER: usize = 30;
/// The longest name that is looked at.
const LONGEST: usize = 1 << 10;

/// The parts whose headers are found, by their names in lower case.
pub fn parts(source: &Source<'_>) -> BTreeMap<String, Part> {
    let mut parts = BTreeMap::new();
    let mut offset = 0;
    while offset < source.size().min(SEARCHED) && parts.len() < MOST_PARTS {
        // What is read overlaps with the next, so that no header is cut.
        let chunk = bytes_at(source, offset, CHUNK + HEADER + LONGEST);
        let mut at = 0;
        while let Some(found) = chunk.get(at..).and_then(find) {
            at += found;
            if at >= CHUNK {
                break;
            }
            if let Some(part) = part(&chunk[at..], offset + at as u64) {
                parts.entry(part.name.to_ascii_lowercase()).or_insert(part);
            }
            at += 4;
        }
        offset += CHUNK as u64;
    }
    parts
}

fn find(bytes: &[u8]) -> Option<usize> {
    bytes.windows(4).position(|it| it == b"PK\x03\x04")
}

fn part(header: &[u8], offset: u64) -> Option<Part> {
    let short = |at: usize| Some(u16::from_le_bytes([*header.get(at)?, *header.get(at + 1)?]));
    let (flags, method) = (short(6)?, CompressionMethod::from(short(8)?));
    let size = u64::from(short(18)?) | u64::from(short(20)?) << 16;
    let (name, extra) = (usize::from(short(26)?), usize::from(short(28)?));
    let written = header.get(HEADER..HEADER + name.min(LONGEST))?;
    let start = offset + (HEADER + name + extra) as u64;
    // Where the size is written behind the bytes, they end by themselves.
    let end = (flags & 8 == 0 || size > 0).then(|| start.saturating_add(size));
    let name = String::from_utf8_lossy(written).replace('\\', "/");
    let name = name.trim_start_matches('/').to_owned();
    (!name.is_empty() && !name.ends_with('/')).then_some(Part {
        name,
        place: Place::Found(start, end),
        method,
        is_encrypted: flags & 1 != 0,
    })
}
