//! Lines of a mailbox, and looks ahead in it.

use docmill_plugin::Source;
use memchr::memchr;

/// So much is read at a time, in bytes; a longer line comes in pieces.
const PIECE: u32 = 64 << 10;

/// So much after the end of a mail is looked at for the next one, in bytes.
const BETWEEN: u32 = 1 << 10;

/// A line, or a piece of one.
pub struct Line<'l> {
    /// Where it begins in the mailbox.
    pub offset: u64,
    /// With its line end.
    pub text: &'l [u8],
    /// Whether it is the beginning of a line.
    pub begins: bool,
    /// Whether it is the end of a line.
    pub ends: bool,
}

impl Line<'_> {
    pub fn is_blank(&self) -> bool {
        self.begins && matches!(self.text, b"\n" | b"\r\n")
    }
}

/// Reads a mailbox line by line.
pub struct Lines<'a> {
    source: &'a Source<'a>,
    /// What was read, from `offset` on, and how much of it was handed out.
    held: Vec<u8>,
    offset: u64,
    taken: usize,
    begins: bool,
}

impl<'a> Lines<'a> {
    pub fn new(source: &'a Source<'a>) -> Lines<'a> {
        Lines { source, held: Vec::new(), offset: 0, taken: 0, begins: true }
    }

    /// Where the next line begins.
    pub fn offset(&self) -> u64 {
        self.offset + self.taken as u64
    }

    /// The next line, or the next piece of a long one.
    pub fn next_line(&mut self) -> Option<Line<'_>> {
        let mut end = memchr(b'\n', &self.held[self.taken..]);
        if end.is_none() {
            self.held.drain(..self.taken);
            self.offset += self.taken as u64;
            self.taken = 0;
            let searched = self.held.len();
            while end.is_none() && self.held.len() < PIECE as usize {
                let more = self.source.read(self.offset + self.held.len() as u64, PIECE);
                if more.is_empty() {
                    break;
                }
                self.held.extend_from_slice(&more);
                end = memchr(b'\n', &self.held[searched..]).map(|at| searched + at);
            }
        }
        let start = self.taken;
        let length = match end {
            Some(at) => at + 1,
            None => self.held.len() - start,
        };
        if length == 0 {
            return None;
        }
        let offset = self.offset();
        self.taken = start + length;
        let (begins, ends) = (self.begins, end.is_some());
        self.begins = ends;
        Some(Line { offset, text: &self.held[start..start + length], begins, ends })
    }

    /// Passes over the rest of the line of which a piece came last.
    pub fn skip_line(&mut self) {
        while self.next_line().is_some_and(|line| !line.ends) {}
    }

    /// After the end of a mail: passes over empty lines and the line that begins the next one;
    /// whether there is one.
    pub fn skip_to_mail(&mut self, is_dated: bool) -> bool {
        // A length that ends within a line was not believed: see `end_of_mail`.
        self.begins = true;
        while let Some(line) = self.next_line() {
            if line.is_blank() {
                continue;
            }
            let is_separator = super::is_separator(line.text, is_dated);
            if !line.ends {
                self.skip_line();
            }
            if is_separator {
                return true;
            }
        }
        false
    }
}

/// Where a mail ends whose body begins here and is said to have this length, if that is true: at
/// the end of the mailbox, or before a line that begins another mail.
pub fn end_of_mail(source: &Source<'_>, body: u64, length: u64, is_dated: bool) -> Option<u64> {
    let end = body.checked_add(length).filter(|it| *it <= source.size())?;
    if end == source.size() {
        return Some(end);
    }
    // The line that ends the body may be counted, or not.
    let before = end.checked_sub(1).map(|at| source.read(at, 1));
    let after = source.read(end, BETWEEN);
    let blank = after.iter().take_while(|it| matches!(it, b'\r' | b'\n')).count();
    let is_on_line = before.is_some_and(|it| it == b"\n") || blank > 0 || length == 0;
    let rest = &after[blank..];
    let is_end = rest.is_empty() && (end + after.len() as u64) >= source.size();
    (is_on_line && (is_end || super::is_separator(rest, is_dated))).then_some(end)
}

/// Whether a line between these places begins with `From `: then nobody quoted such lines.
pub fn has_bare_from(source: &Source<'_>, start: u64, end: u64) -> bool {
    let mut lines = Lines { source, held: Vec::new(), offset: start, taken: 0, begins: true };
    while let Some(line) = lines.next_line() {
        if line.offset >= end {
            return false;
        }
        if line.begins && line.text.starts_with(b"From ") {
            return true;
        }
    }
    false
}
