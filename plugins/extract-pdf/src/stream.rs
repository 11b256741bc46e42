//! Streams unpacked, none of them further than a bound: a few bytes may say that they are
//! gigabytes.

use std::io::Read as _;

use flate2::read::{DeflateDecoder, ZlibDecoder};
use hayro_syntax::Filter;
use hayro_syntax::object::{Dict, Stream};

/// The most that one stream may unpack to, in bytes: content of a page, font, CMap.
pub const LARGEST: u64 = 64 << 20;

/// The most filters in a row. Two are usual, three happen.
const MOST_FILTERS: usize = 4;

/// What the stream holds, where that is within the bound.
pub fn unpack(stream: &Stream<'_>) -> Option<Vec<u8>> {
    if !fits(stream) {
        return None;
    }
    stream.decoded_data().ok().map(std::borrow::Cow::into_owned)
}

/// Whether the streams under these keys are within the bound: those that a library unpacks by
/// itself.
pub fn all_fit(dict: &Dict<'_>, keys: &[&[u8]]) -> bool {
    keys.iter().all(|key| dict.get::<Stream<'_>>(key).is_none_or(|stream| fits(&stream)))
}

/// Whether a stream unpacks to at most [`LARGEST`] bytes, found out without keeping them.
pub fn fits(stream: &Stream<'_>) -> bool {
    let filters = stream.filters();
    if filters.len() > MOST_FILTERS {
        return false;
    }
    let raw = stream.raw_data();
    let mut expanding = filters.iter().filter(|it| most(it) > 1);
    match (expanding.next(), expanding.next()) {
        (None, _) => true,
        (Some(only), None) => {
            let bound = (raw.len() as u64).saturating_mul(most(only));
            bound <= LARGEST
                || (matches!(filters[0], Filter::FlateDecode) && inflated(&raw) <= LARGEST)
                || (!matches!(only, Filter::FlateDecode) && raw.len() < 1 << 20)
        }
        // One within the other is what a bomb is made of, and nobody packs twice in earnest: little
        // may be so.
        (Some(outer), Some(inner)) => {
            let once = (raw.len() as u64).saturating_mul(most(outer));
            once.saturating_mul(most(inner)) <= LARGEST.saturating_mul(16)
        }
    }
}

/// How many bytes a filter makes of one, at most.
fn most(filter: &Filter) -> u64 {
    match filter {
        Filter::FlateDecode => 1032,
        Filter::LzwDecode => 2730,
        Filter::RunLengthDecode => 64,
        _ => 1,
    }
}

/// The size of what is deflated here, counted up to just above the bound.
fn inflated(raw: &[u8]) -> u64 {
    let mut rest = [0; 16 << 10];
    let mut count = |reader: &mut dyn std::io::Read| {
        let mut size = 0;
        while size <= LARGEST {
            match reader.read(&mut rest) {
                Ok(0) | Err(_) => break,
                Ok(more) => size += more as u64,
            }
        }
        size
    };
    match count(&mut ZlibDecoder::new(raw).take(LARGEST + 1)) {
        0 => count(&mut DeflateDecoder::new(raw).take(LARGEST + 1)),
        size => size,
    }
}
