//! Pages as they were before they were compressed, to the size that they say, and not a byte
//! beyond.

use std::io::Read;

use brotli_decompressor::Decompressor;
use flate2::bufread::MultiGzDecoder;
use ruzstd::decoding::StreamingDecoder;

use super::Damage;

/// The largest window of Zstandard, in bytes.
const WINDOW: u64 = 64 << 20;

/// Decompresses a page to so many bytes (`CompressionCodec` of the format).
pub fn decompress(codec: i64, packed: &[u8], size: usize) -> Result<Vec<u8>, Damage> {
    match codec {
        0 if packed.len() == size => Ok(packed.to_vec()),
        0 => Err(OTHER_SIZE),
        1 => {
            if snap::raw::decompress_len(packed).ok() != Some(size) {
                return Err(OTHER_SIZE);
            }
            let mut page = vec![0; size];
            let read = snap::raw::Decoder::new().decompress(packed, &mut page);
            exactly(read.ok(), page)
        }
        2 => read(MultiGzDecoder::new(packed), size),
        4 => read(Decompressor::new(packed, 4 << 10), size),
        5 => hadoop(packed, size).or_else(|_| block(packed, size)),
        6 => {
            let decoder = StreamingDecoder::new_with_max_window_size(packed, WINDOW);
            read(decoder.map_err(|_| DAMAGED)?, size)
        }
        7 => block(packed, size),
        3 => Err(Damage::Said("is compressed with LZO, which is not read")),
        _ => Err(Damage::Said("is compressed in a way that does not exist")),
    }
}

const DAMAGED: Damage = Damage::Said("has a page that cannot be decompressed");
const OTHER_SIZE: Damage = Damage::Said("has a page of another size than it says");

fn read(decoder: impl Read, size: usize) -> Result<Vec<u8>, Damage> {
    let mut page = Vec::with_capacity(size);
    let read = decoder.take(size as u64 + 1).read_to_end(&mut page);
    exactly(read.ok(), page).and_then(|page| match page.len() == size {
        true => Ok(page),
        false => Err(OTHER_SIZE),
    })
}

fn exactly(read: Option<usize>, page: Vec<u8>) -> Result<Vec<u8>, Damage> {
    match read {
        Some(count) if count == page.len() => Ok(page),
        Some(_) => Err(OTHER_SIZE),
        None => Err(DAMAGED),
    }
}

/// A block of LZ4.
fn block(packed: &[u8], size: usize) -> Result<Vec<u8>, Damage> {
    let mut page = vec![0; size];
    exactly(lz4_flex::block::decompress_into(packed, &mut page).ok(), page)
}

/// Blocks of LZ4 behind their sizes, as Hadoop writes them.
fn hadoop(mut packed: &[u8], size: usize) -> Result<Vec<u8>, Damage> {
    let mut page = vec![0; size];
    let mut filled = 0;
    while let Some((sizes, rest)) = packed.split_first_chunk::<8>() {
        let [a, b, c, d, e, f, g, h] = *sizes;
        let number = |bytes| u32::from_be_bytes(bytes) as usize;
        let (unpacked, stored) = (number([a, b, c, d]), number([e, f, g, h]));
        let stored = rest.get(..stored).ok_or(DAMAGED)?;
        let target = page[filled..].get_mut(..unpacked).ok_or(OTHER_SIZE)?;
        let read = lz4_flex::block::decompress_into(stored, target).map_err(|_| DAMAGED)?;
        if read != unpacked {
            return Err(OTHER_SIZE);
        }
        filled += unpacked;
        packed = &rest[stored.len()..];
    }
    match filled == size && packed.is_empty() {
        true => Ok(page),
        false => Err(OTHER_SIZE),
    }
}
