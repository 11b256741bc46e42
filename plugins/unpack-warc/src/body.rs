//! Bodies of responses: put together from chunks, decompressed, and handed over.

use std::io::{self, BufRead, BufReader, Chain, Cursor, Read, Write};

use brotli_decompressor::Decompressor;
use docmill_plugin::{Attribute, Member, MemberWriter, emit};
use flate2::bufread::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};
use ruzstd::decoding::StreamingDecoder;

/// What has no more than this is handed over in one call, in bytes.
const SMALL: usize = 256 << 10;

/// How far is looked ahead to see whether a body is what its head says, in bytes.
const AHEAD: u64 = 16;

/// How many codings may lie on each other.
const MOST_CODINGS: usize = 4;

/// The largest window that a frame of Zstandard may ask for, in bytes.
const WINDOW: u64 = 8 << 20;

/// A body whose beginning was looked at.
type Seen<R> = Chain<Cursor<Vec<u8>>, R>;

/// The beginning of a body, and the body with it.
fn look<R: BufRead>(mut body: R, length: u64) -> io::Result<(Vec<u8>, Seen<R>)> {
    let mut start = Vec::new();
    body.by_ref().take(length).read_to_end(&mut start)?;
    Ok((start.clone(), Cursor::new(start).chain(body)))
}

/// A body as its server meant it. Many crawlers keep the head as it came and the body decoded, so
/// each coding is believed only where the body begins with it.
pub fn decoded<'a>(
    body: impl BufRead + 'a,
    is_chunked: bool,
    codings: &str,
) -> io::Result<Box<dyn BufRead + 'a>> {
    let mut body: Box<dyn BufRead + 'a> = Box::new(body);
    if is_chunked {
        let (start, seen) = look(body, AHEAD)?;
        body = match size_of_chunk(&start) {
            Some(_) => {
                Box::new(BufReader::new(Chunked { body: seen, left: 0, state: State::First }))
            }
            None => Box::new(seen),
        };
    }
    // The last one was put on last.
    let codings = codings.split(',').map(|it| it.trim().to_ascii_lowercase());
    let codings: Vec<String> = codings.filter(|it| !it.is_empty()).collect();
    for coding in codings.iter().rev().take(MOST_CODINGS) {
        let (start, seen) = look(body, AHEAD)?;
        body = match (coding.as_str(), &start[..]) {
            ("gzip" | "x-gzip", [0x1f, 0x8b, ..]) => {
                Box::new(BufReader::new(Tolerant::of(MultiGzDecoder::new(seen))))
            }
            ("deflate", [first, second, ..])
                if first & 0x0f == 8 && (u16::from(*first) << 8 | u16::from(*second)) % 31 == 0 =>
            {
                Box::new(BufReader::new(ZlibDecoder::new(seen)))
            }
            // Some servers leave its head out.
            ("deflate", _) => by_trying(seen, |body| Box::new(DeflateDecoder::new(body)))?,
            ("zstd", [0x28, 0xb5, 0x2f, 0xfd, ..]) => {
                let decoder = StreamingDecoder::new_with_max_window_size(seen, WINDOW);
                Box::new(BufReader::new(
                    decoder.map_err(|error| io::Error::other(error.to_string()))?,
                ))
            }
            ("br", _) => by_trying(seen, |body| Box::new(Decompressor::new(body, 16 << 10)))?,
            _ => Box::new(seen),
        };
    }
    Ok(body)
}

/// Takes a coding without a mark off, unless the body cannot be decoded from its first bytes on.
fn by_trying<'a>(
    body: impl BufRead + 'a,
    decoder: impl for<'b> Fn(Box<dyn BufRead + 'b>) -> Box<dyn Read + 'b>,
) -> io::Result<Box<dyn BufRead + 'a>> {
    const TRIED: u64 = 4 << 10;
    let (start, seen) = look(body, TRIED)?;
    let tried = decoder(Box::new(&start[..])).read(&mut [0; 64]);
    let is_it = match tried {
        Ok(read) => read > 0 || start.is_empty(),
        // What was looked at may end before anything comes out of it.
        Err(error) => start.len() as u64 == TRIED && error.kind() == io::ErrorKind::UnexpectedEof,
    };
    let seen: Box<dyn BufRead + 'a> = Box::new(seen);
    Ok(if is_it { Box::new(BufReader::new(decoder(seen))) } else { seen })
}

/// Ends where the checksum behind a body is missing or wrong, as browsers do: what was decoded
/// counts.
struct Tolerant<R> {
    body: R,
    any: bool,
}

impl<R> Tolerant<R> {
    fn of(body: R) -> Tolerant<R> {
        Tolerant { body, any: false }
    }
}

impl<R: Read> Read for Tolerant<R> {
    fn read(&mut self, target: &mut [u8]) -> io::Result<usize> {
        match self.body.read(target) {
            Ok(read) => {
                self.any |= read > 0;
                Ok(read)
            }
            Err(_) if self.any => Ok(0),
            Err(error) => Err(error),
        }
    }
}

/// The size in the line that begins a chunk, if it is one.
fn size_of_chunk(line: &[u8]) -> Option<u64> {
    let digits = line.iter().take_while(|it| it.is_ascii_hexdigit()).count();
    let rest = line[digits..].iter().find(|it| !matches!(it, b' ' | b'\t'));
    if !(1..=15).contains(&digits) || !matches!(rest, Some(b'\r' | b'\n' | b';') | None) {
        return None;
    }
    u64::from_str_radix(std::str::from_utf8(&line[..digits]).ok()?, 16).ok()
}

enum State {
    /// Before the line of the first chunk.
    First,
    Within,
    Ended,
}

/// A body in chunks (RFC 9112, 7.1). Where the next line is not a size, the body ends.
struct Chunked<R> {
    body: R,
    left: u64,
    state: State,
}

impl<R: BufRead> Read for Chunked<R> {
    fn read(&mut self, target: &mut [u8]) -> io::Result<usize> {
        if target.is_empty() {
            return Ok(0);
        }
        while self.left == 0 {
            if matches!(self.state, State::Ended) {
                return Ok(0);
            }
            let mut line = Vec::new();
            let mut read_line = |body: &mut R| {
                line.clear();
                body.by_ref().take(4 << 10).read_until(b'\n', &mut line).map(|_| line.clone())
            };
            let mut text = read_line(&mut self.body)?;
            // Behind the content of a chunk a line ends.
            if matches!(self.state, State::Within) && text.trim_ascii().is_empty() {
                text = read_line(&mut self.body)?;
            }
            self.left = size_of_chunk(&text).unwrap_or(0);
            self.state = if self.left == 0 { State::Ended } else { State::Within };
        }
        let most = usize::try_from(self.left).unwrap_or(usize::MAX).min(target.len());
        let read = self.body.read(&mut target[..most])?;
        self.left -= read as u64;
        if read == 0 {
            (self.left, self.state) = (0, State::Ended);
        }
        Ok(read)
    }
}

/// Hands a body over under this name. What fails on the way is no member.
pub fn hand_over(
    name: String,
    media_type: Option<String>,
    attributes: Vec<Attribute>,
    body: &mut dyn Read,
    piece: &mut Vec<u8>,
) -> io::Result<()> {
    piece.clear();
    body.take(SMALL as u64).read_to_end(piece)?;
    if piece.len() < SMALL {
        emit(Member { name, media_type, content: std::mem::take(piece), attributes });
        return Ok(());
    }
    let mut member = MemberWriter::begin(&name, media_type.as_deref(), &attributes);
    member.write_all(piece)?;
    piece.resize(SMALL, 0);
    loop {
        match body.read(piece)? {
            0 => break,
            read => member.write_all(&piece[..read])?,
        }
    }
    member.end();
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(body: &[u8], is_chunked: bool, codings: &str) -> io::Result<Vec<u8>> {
        let mut read = Vec::new();
        decoded(body, is_chunked, codings)?.read_to_end(&mut read)?;
        Ok(read)
    }

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn bodies_in_chunks_are_put_together() {
        for body in [
            "4\r\nWiki\r\n5;a=b\r\npedia\r\n0\r\n\r\n",
            "4\nWiki\n5\npedia\n0\n\n",
            "4 \r\nWiki\r\n5\r\npedia",
        ] {
            assert_eq!(all(body.as_bytes(), true, "").unwrap(), b"Wikipedia", "{body}");
        }
        // The head was kept, the body was put together.
        assert_eq!(all(b"<html>", true, "").unwrap(), b"<html>");
        assert_eq!(all(b"feed me", true, "").unwrap(), b"feed me");
        assert_eq!(all(b"", true, "").unwrap(), b"");
        // A chunk that says more than there is.
        assert_eq!(all(b"ffffffffff\r\nabc", true, "").unwrap(), b"abc");
    }

    #[test]
    fn codings_are_taken_off_where_they_are() {
        let text = b"Bonjour Bonjour Bonjour";
        assert_eq!(all(&gzip(text), false, "gzip").unwrap(), text);
        assert_eq!(all(&gzip(&gzip(text)), false, "gzip, x-gzip").unwrap(), text);
        let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
        zlib.write_all(text).unwrap();
        let zlib = zlib.finish().unwrap();
        assert_eq!(all(&zlib, false, "deflate").unwrap(), text);
        assert_eq!(all(&zlib[2..], false, "deflate").unwrap(), text);
        // What `brotli` made of it.
        let brotli = b"\x0b\x03\x80Bonjour\x03";
        assert_eq!(all(brotli, false, "br").unwrap(), b"Bonjour"[..].to_vec());
        for coding in ["gzip", "deflate", "br", "zstd", "identity", "unheard-of"] {
            assert_eq!(all(b"<html>Bonjour", false, coding).unwrap(), b"<html>Bonjour", "{coding}");
        }
        let mut cut = gzip(&text.repeat(1_000));
        cut.truncate(cut.len() - 6);
        assert_eq!(all(&cut, false, "gzip").unwrap(), text.repeat(1_000));
    }
}
