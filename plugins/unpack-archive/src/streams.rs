//! Files that are compressed as a whole: one member, or the files of the TAR that it is.

use std::io::{self, BufRead, Cursor, Read};

use docmill_plugin::prelude::*;
use lzma_rust2::{LzipReader, LzmaReader, XzReader};
use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{Dictionary, FrameDecoder, StreamingDecoder};

use crate::handing::hand_over;
use crate::names::Names;
use crate::problems::lower;
use crate::{DECODER_MEMORY, tape};

/// Hands over what is compressed: a TAR file by file, anything else under no name, which lets the
/// host call it as its container without the extension.
pub fn unpack(start: &[u8], stored: impl BufRead, names: Names) -> Result<(), Error> {
    let mut decoder: Box<dyn Read + '_> = match start {
        [0x1f, 0x8b, ..] => Box::new(flate2::bufread::MultiGzDecoder::new(stored)),
        [b'B', b'Z', b'h', ..] => Box::new(bzip2::bufread::MultiBzDecoder::new(stored)),
        [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Box::new(xz(stored)),
        [b'L', b'Z', b'I', b'P', ..] => Box::new(LzipReader::new(stored)),
        // Skippable frames may come first.
        [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => {
            Box::new(Zstandard::new(stored))
        }
        // It has no mark: usual properties, a dictionary of a power of two, and a size or none.
        [0x5d, 0, 0, ..] => {
            Box::new(LzmaReader::new_mem_limit(stored, kibibytes(), None).map_err(damaged)?)
        }
        _ => return Err(Error::Unsupported("it is no archive of a known kind".to_owned())),
    };
    let mut first = Vec::new();
    decoder.by_ref().take(tape::BLOCK as u64).read_to_end(&mut first).map_err(damaged)?;
    if tape::is_header(&first) {
        return tape::unpack(Cursor::new(first).chain(decoder), names);
    }
    hand_over(String::new(), None, Cursor::new(first).chain(decoder)).map_err(damaged)
}

/// A decoder of XZ that asks for no more memory than there is.
pub fn xz<R: Read>(stored: R) -> XzReader<R> {
    XzReader::new_mem_limit(stored, true, kibibytes())
}

fn kibibytes() -> u32 {
    u32::try_from(DECODER_MEMORY >> 10).unwrap_or(u32::MAX)
}

fn damaged(error: io::Error) -> Error {
    Error::malformed(format!("it cannot be decompressed: {}", lower(&error.to_string())))
}

/// Decodes Zstandard, frame after frame; those that hold something else are skipped, but for the
/// dictionary that stands before the records of a crawl.
pub struct Zstandard<R> {
    stored: R,
    decoder: FrameDecoder,
    /// The number of the dictionary that belongs to all frames.
    dictionary: Option<u32>,
    is_within: bool,
}

impl<R: BufRead> Zstandard<R> {
    /// From the first byte of a frame on.
    pub fn new(stored: R) -> Zstandard<R> {
        let mut decoder = FrameDecoder::new();
        decoder.set_max_window_size(DECODER_MEMORY);
        Zstandard { stored, decoder, dictionary: None, is_within: false }
    }

    /// Begins the next frame; `false` if there is none.
    fn begin(&mut self) -> io::Result<bool> {
        loop {
            if self.stored.fill_buf()?.is_empty() {
                return Ok(false);
            }
            match self.decoder.reset(&mut self.stored) {
                Ok(()) => {
                    // A frame need not say that it was made with it.
                    if let Some(dictionary) = self.dictionary {
                        self.decoder.force_dict(dictionary).map_err(other)?;
                    }
                    return Ok(true);
                }
                Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame {
                    magic_number,
                    length,
                })) => {
                    let length = u64::from(length);
                    if magic_number == OF_DICTIONARY && length <= LONGEST_DICTIONARY {
                        self.take_dictionary(length)?;
                        continue;
                    }
                    let skipped =
                        io::copy(&mut self.stored.by_ref().take(length), &mut io::sink())?;
                    if skipped < length {
                        return Err(io::ErrorKind::UnexpectedEof.into());
                    }
                }
                Err(FrameDecoderError::DictNotProvided { .. }) => {
                    return Err(io::Error::other("it needs a dictionary that is not in it"));
                }
                Err(error) => return Err(other(error)),
            }
        }
    }

    /// Reads the dictionary that has so many bytes here, as it is or compressed itself.
    fn take_dictionary(&mut self, length: u64) -> io::Result<()> {
        let mut stored = Vec::new();
        self.stored.by_ref().take(length).read_to_end(&mut stored)?;
        if (stored.len() as u64) < length {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let mut raw = Vec::new();
        if stored.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) {
            let limit = LONGEST_DICTIONARY;
            let decoder = StreamingDecoder::new_with_max_window_size(&stored[..], limit);
            decoder.map_err(other)?.take(limit).read_to_end(&mut raw)?;
        } else {
            raw = stored;
        }
        // Whoever has something else in such a frame has no dictionary in it.
        if let Ok(dictionary) = Dictionary::decode_dict(&raw) {
            self.dictionary = Some(dictionary.id);
            self.decoder.add_dict(dictionary).map_err(other)?;
        }
        Ok(())
    }
}

/// The mark of a frame with a dictionary, by the specification of `.warc.zst` (IIPC), and the
/// longest dictionary that is read, in bytes.
const OF_DICTIONARY: u32 = 0x184d_2a5d;
const LONGEST_DICTIONARY: u64 = 8 << 20;

fn other(error: impl ToString) -> io::Error {
    io::Error::other(error.to_string())
}

impl<R: BufRead> Read for Zstandard<R> {
    fn read(&mut self, target: &mut [u8]) -> io::Result<usize> {
        use ruzstd::decoding::BlockDecodingStrategy::UptoBytes;
        if target.is_empty() {
            return Ok(0);
        }
        loop {
            if !self.is_within {
                if !self.begin()? {
                    return Ok(0);
                }
                self.is_within = true;
            }
            while self.decoder.can_collect() == 0 && !self.decoder.is_finished() {
                self.decoder
                    .decode_blocks(&mut self.stored, UptoBytes(target.len()))
                    .map_err(other)?;
            }
            let read = self.decoder.read(target)?;
            if read > 0 {
                return Ok(read);
            }
            // Only a frame that is finished has nothing more.
            if let (Some(said), Some(is)) =
                (self.decoder.get_checksum_from_data(), self.decoder.get_calculated_checksum())
                && said != is
            {
                return Err(io::Error::other("the checksum of a frame is another"));
            }
            self.is_within = false;
        }
    }
}
