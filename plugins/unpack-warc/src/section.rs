//! A part of a source, read through a buffer that knows where in the source it is.

use std::io::{self, BufRead, Read};
use std::ops::Range;

use docmill_plugin::Source;

/// How much is asked for at a time, in bytes.
const CHUNK: u64 = 128 << 10;

/// Bytes of a source from one offset to another.
#[derive(Debug)]
pub struct Section<'a> {
    source: &'a Source<'a>,
    /// What has not been asked for yet.
    rest: Range<u64>,
    buffer: Vec<u8>,
    consumed: usize,
}

impl<'a> Section<'a> {
    /// These bytes of a source, as far as there are any.
    pub fn new(source: &'a Source<'a>, range: Range<u64>) -> Section<'a> {
        let end = range.end.min(source.size());
        Section { source, rest: range.start.min(end)..end, buffer: Vec::new(), consumed: 0 }
    }

    /// Where in the source the next byte lies.
    pub fn position(&self) -> u64 {
        self.rest.start - (self.buffer.len() - self.consumed) as u64
    }

    /// The source that it is a part of.
    pub fn source(&self) -> &'a Source<'a> {
        self.source
    }

    /// Where in the source it ends.
    pub fn end(&self) -> u64 {
        self.rest.end
    }

    /// The same source from somewhere else, to the same end.
    pub fn at(&self, position: u64) -> Section<'a> {
        Section::new(self.source, position..self.rest.end)
    }

    /// Goes on where these bytes occur next, or to the end.
    pub fn skip_to(&mut self, mark: &[u8]) -> bool {
        loop {
            match self.fill_buf() {
                Ok([]) | Err(_) => return false,
                Ok(bytes) => {
                    if let Some(at) = find(bytes, mark) {
                        self.consume(at);
                        return true;
                    }
                    // It may begin at the end of the buffer.
                    let kept = bytes.len().min(mark.len() - 1);
                    let (skipped, position) = (bytes.len() - kept, self.position());
                    if self.rest.is_empty() {
                        self.consume(skipped + kept);
                        return false;
                    }
                    *self = self.at(position + skipped as u64);
                }
            }
        }
    }
}

/// Where bytes occur first.
fn find(bytes: &[u8], mark: &[u8]) -> Option<usize> {
    bytes.windows(mark.len()).position(|it| it == mark)
}

impl BufRead for Section<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.consumed == self.buffer.len() {
            let length = (self.rest.end - self.rest.start).min(CHUNK) as u32;
            // At the end of a section nothing is asked for: whoever asks keeps its deadline away.
            self.buffer =
                if length == 0 { Vec::new() } else { self.source.read(self.rest.start, length) };
            self.rest.start += self.buffer.len() as u64;
            self.consumed = 0;
        }
        Ok(&self.buffer[self.consumed..])
    }

    fn consume(&mut self, amount: usize) {
        self.consumed = (self.consumed + amount).min(self.buffer.len());
    }
}

impl Read for Section<'_> {
    fn read(&mut self, target: &mut [u8]) -> io::Result<usize> {
        let available = self.fill_buf()?;
        let count = available.len().min(target.len());
        target[..count].copy_from_slice(&available[..count]);
        self.consume(count);
        Ok(count)
    }
}
