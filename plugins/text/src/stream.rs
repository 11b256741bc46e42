//! Text as UTF-8, read piece by piece, whatever encoding it comes in: for what is larger than
//! memory.

use std::io::{self, BufRead, Read};

use encoding_rs::{Decoder, Encoding, UTF_8};

use crate::decode;

/// So much is decoded at a time, in bytes.
const PIECE: usize = 16 << 10;

/// A reader of UTF-8 over one of any other encoding but UTF-32.
///
/// The encoding is that which [`decode`](crate::decode()) takes the beginning for, as far as the
/// reader beneath gives it at once. Bytes without a meaning become U+FFFD.
#[derive(Debug)]
pub struct Utf8Reader<R> {
    bytes: R,
    decoder: Decoder,
    text: Vec<u8>,
    consumed: usize,
    is_at_end: bool,
    is_lossy: bool,
}

impl<R: BufRead> Utf8Reader<R> {
    /// Finds out the encoding. `declared` is what a header or the text itself says.
    ///
    /// # Errors
    ///
    /// Those of the reader beneath, and [`io::ErrorKind::Unsupported`] for UTF-32, which the
    /// standard of the web leaves out.
    pub fn new(mut bytes: R, declared: Option<&str>) -> io::Result<Utf8Reader<R>> {
        let start = bytes.fill_buf()?;
        // Cut between lines: half a character is no sign of another encoding.
        let end = memchr::memrchr(b'\n', start).map_or(start.len(), |at| at + 1);
        let encoding = match decode(&start[..end], declared).encoding {
            "UTF-32" => {
                return Err(io::Error::new(io::ErrorKind::Unsupported, "the text is UTF-32"));
            }
            name => Encoding::for_label(name.as_bytes()).unwrap_or(UTF_8),
        };
        let decoder = encoding.new_decoder_with_bom_removal();
        let text = Vec::new();
        Ok(Utf8Reader { bytes, decoder, text, consumed: 0, is_at_end: false, is_lossy: false })
    }

    /// Whether some bytes so far had no meaning in the encoding.
    pub fn is_lossy(&self) -> bool {
        self.is_lossy
    }
}

impl<R: BufRead> BufRead for Utf8Reader<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        while self.consumed == self.text.len() && !self.is_at_end {
            let bytes = self.bytes.fill_buf()?;
            let bytes = &bytes[..bytes.len().min(PIECE)];
            self.is_at_end = bytes.is_empty();
            let room = self.decoder.max_utf8_buffer_length(bytes.len()).unwrap_or(4 * PIECE);
            self.text.resize(room, 0);
            let (_, read, written, had_errors) =
                self.decoder.decode_to_utf8(bytes, &mut self.text, self.is_at_end);
            self.text.truncate(written);
            self.consumed = 0;
            self.is_lossy |= had_errors;
            self.bytes.consume(read);
        }
        Ok(&self.text[self.consumed..])
    }

    fn consume(&mut self, amount: usize) {
        self.consumed = (self.consumed + amount).min(self.text.len());
    }
}

impl<R: BufRead> Read for Utf8Reader<R> {
    fn read(&mut self, target: &mut [u8]) -> io::Result<usize> {
        let available = self.fill_buf()?;
        let count = available.len().min(target.len());
        target[..count].copy_from_slice(&available[..count]);
        self.consume(count);
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use std::io::{BufReader, Cursor};

    use super::*;

    fn read(bytes: &[u8], declared: Option<&str>, piece: usize) -> (String, bool) {
        let bytes = BufReader::with_capacity(piece, Cursor::new(bytes.to_vec()));
        let mut reader = Utf8Reader::new(bytes, declared).unwrap();
        let mut text = String::new();
        reader.read_to_string(&mut text).unwrap();
        (text, reader.is_lossy())
    }

    #[test]
    fn pieces_may_end_within_characters() {
        let text = "Tiếng Việt\n".repeat(5_000);
        for piece in [7, 64, 4096, 1 << 20] {
            assert_eq!(read(text.as_bytes(), None, piece), (text.clone(), false), "{piece}");
        }
    }

    #[test]
    fn the_encoding_is_declared_or_found_out() {
        let wide: Vec<u8> = "été, là-bas\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let marked = [&[0xff, 0xfe], &wide[..]].concat();
        assert_eq!(read(&marked, None, 64).0, "été, là-bas\n");
        assert_eq!(read(b"\xef\xbb\xbfa", None, 64).0, "a");
        assert_eq!(read(b"caf\xe9 \xa4", Some("iso-8859-15"), 64).0, "café €");
        assert_eq!(read("a\n".repeat(99).as_bytes(), None, 2), ("a\n".repeat(99), false));
        assert!(read(b"only ascii\n\xff", Some("utf-8"), 11).1);
        assert_eq!(read(b"", None, 64), (String::new(), false));
    }
}
