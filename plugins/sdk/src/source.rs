//! Raw input, and a buffered reader over it.

use std::io::{self, BufRead, Read, Seek, SeekFrom};

use crate::Attribute;

/// How much a [`Reader`] asks the host for at a time, in bytes.
const CHUNK: u32 = 64 * 1024;

/// An immutable sequence of bytes that the host holds for the duration of one call.
#[derive(Debug)]
pub struct Source<'a> {
    #[cfg(target_family = "wasm")]
    inner: &'a crate::bindings::imports::docmill::plugin::sources::Source,
    #[cfg(not(target_family = "wasm"))]
    bytes: &'a [u8],
    #[cfg(not(target_family = "wasm"))]
    attributes: Vec<Attribute>,
    media_type: String,
}

impl<'a> Source<'a> {
    /// Wraps what the generated bindings hand over.
    #[cfg(target_family = "wasm")]
    #[doc(hidden)]
    pub fn from_host(
        inner: &'a crate::bindings::imports::docmill::plugin::sources::Source,
    ) -> Source<'a> {
        Source { media_type: inner.media_type(), inner }
    }

    /// A source that holds these bytes, for tests that run natively.
    #[cfg(not(target_family = "wasm"))]
    pub fn of_bytes(bytes: &'a [u8], media_type: &str) -> Source<'a> {
        Source { bytes, media_type: media_type.to_owned(), attributes: Vec::new() }
    }

    /// The same source, of which its container or the transport says this; for tests that run
    /// natively.
    #[cfg(not(target_family = "wasm"))]
    #[must_use]
    pub fn with_attributes(self, attributes: Vec<Attribute>) -> Source<'a> {
        Source { attributes, ..self }
    }

    /// What the host believes the bytes to be, such as `text/html`.
    pub fn media_type(&self) -> &str {
        &self.media_type
    }

    /// The number of bytes.
    pub fn size(&self) -> u64 {
        #[cfg(target_family = "wasm")]
        return self.inner.size();
        #[cfg(not(target_family = "wasm"))]
        (self.bytes.len() as u64)
    }

    /// What the container or the transport says about this source, such as `charset`, `location` or
    /// `title`.
    ///
    /// The host adds to every document what its plugin did not find by itself: use what helps, and
    /// leave the rest.
    pub fn attributes(&self) -> Vec<Attribute> {
        #[cfg(target_family = "wasm")]
        return self.inner.attributes();
        #[cfg(not(target_family = "wasm"))]
        self.attributes.clone()
    }

    /// The value of the first of [`Source::attributes`] of this name.
    pub fn attribute(&self, name: &str) -> Option<String> {
        self.attributes().into_iter().find(|it| it.name == name).map(|it| it.value)
    }

    /// Up to `length` bytes from `offset`; fewer only at the end or above the host's limit per
    /// read.
    pub fn read(&self, offset: u64, length: u32) -> Vec<u8> {
        #[cfg(target_family = "wasm")]
        return self.inner.read(offset, length);
        #[cfg(not(target_family = "wasm"))]
        {
            let start = usize::try_from(offset).unwrap_or(usize::MAX).min(self.bytes.len());
            let end = start.saturating_add(length as usize).min(self.bytes.len());
            self.bytes[start..end].to_vec()
        }
    }

    /// All bytes at once. Right for articles, wrong for archives: see [`Source::reader`].
    pub fn read_all(&self) -> Vec<u8> {
        let size = self.size();
        let mut bytes = Vec::new();
        while (bytes.len() as u64) < size {
            let rest = u32::try_from(size - bytes.len() as u64).unwrap_or(u32::MAX);
            let part = self.read(bytes.len() as u64, rest);
            if part.is_empty() {
                break;
            }
            if bytes.is_empty() {
                // The usual case: one read brings everything, and nothing is copied.
                bytes = part;
            } else {
                bytes.extend_from_slice(&part);
            }
        }
        bytes
    }

    /// A buffered reader from the first byte on.
    pub fn reader(&'a self) -> Reader<'a> {
        Reader { source: self, offset: 0, buffer: Vec::new(), consumed: 0 }
    }
}

/// Reads a [`Source`] through a buffer of 64 KiB, so that a source may be larger than the plugin's
/// memory.
#[derive(Debug)]
pub struct Reader<'a> {
    source: &'a Source<'a>,
    /// Where the buffer ends in the source.
    offset: u64,
    buffer: Vec<u8>,
    consumed: usize,
}

impl BufRead for Reader<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.consumed == self.buffer.len() {
            self.buffer = self.source.read(self.offset, CHUNK);
            self.offset += self.buffer.len() as u64;
            self.consumed = 0;
        }
        Ok(&self.buffer[self.consumed..])
    }

    fn consume(&mut self, amount: usize) {
        self.consumed = (self.consumed + amount).min(self.buffer.len());
    }
}

impl Read for Reader<'_> {
    fn read(&mut self, target: &mut [u8]) -> io::Result<usize> {
        let available = self.fill_buf()?;
        let count = available.len().min(target.len());
        target[..count].copy_from_slice(&available[..count]);
        self.consume(count);
        Ok(count)
    }
}

impl Seek for Reader<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let here = self.offset - (self.buffer.len() - self.consumed) as u64;
        let target = match to {
            SeekFrom::Start(offset) => Some(offset),
            SeekFrom::End(delta) => self.source.size().checked_add_signed(delta),
            SeekFrom::Current(delta) => here.checked_add_signed(delta),
        };
        let target = target.ok_or_else(|| {
            io::Error::new(io::ErrorKind::InvalidInput, "seek before the first byte")
        })?;
        self.buffer.clear();
        self.consumed = 0;
        self.offset = target;
        Ok(target)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_container_says_is_told_apart_from_the_bytes() {
        let charset = Attribute::new("charset", "windows-1258");
        let source = Source::of_bytes(b"", "text/plain");
        assert!(source.attributes().is_empty());
        let source = source.with_attributes(vec![charset.clone(), Attribute::new("charset", "b")]);
        assert_eq!(source.attributes()[0], charset);
        assert_eq!(source.attribute("charset").as_deref(), Some("windows-1258"));
        assert_eq!(source.attribute("title"), None);
    }

    #[test]
    fn a_reader_reads_seeks_and_ends() {
        let bytes: Vec<u8> = (0..200_000_u32).map(|i| (i % 251) as u8).collect();
        let source = Source::of_bytes(&bytes, "application/octet-stream");
        let mut reader = source.reader();
        let mut read = Vec::new();
        reader.read_to_end(&mut read).unwrap();
        assert_eq!(read, bytes);
        assert_eq!(reader.seek(SeekFrom::End(-3)).unwrap(), 199_997);
        let mut tail = Vec::new();
        reader.read_to_end(&mut tail).unwrap();
        assert_eq!(tail, bytes[199_997..]);
        assert!(reader.seek(SeekFrom::Current(-200_001)).is_err());
        assert_eq!(source.read_all(), bytes);
    }
}
