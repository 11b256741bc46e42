//! An output that takes one document after the other, each as a whole, up to so many bytes.

use std::fmt;
use std::io::{Error, Result, Write};

/// Takes documents until one has no room any more. What is written between two calls of
/// [`Write::flush`] is a document: all of it goes on, or nothing.
pub struct Bounded<'a> {
    output: &'a mut dyn Write,
    /// So many bytes may still go on, without `end`.
    room: u64,
    /// What stands behind the last document.
    end: &'static str,
    document: Vec<u8>,
    is_over: bool,
}

/// A document has no room any more, and nothing behind it is taken. It travels as the cause of an
/// error of output.
#[derive(Debug)]
pub struct OverBudget;

impl OverBudget {
    /// Whether an error of output is this.
    pub fn is(error: &Error) -> bool {
        error.get_ref().is_some_and(|cause| cause.is::<OverBudget>())
    }
}

impl fmt::Display for OverBudget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("it has no room in the budget")
    }
}

impl std::error::Error for OverBudget {}

impl<'a> Bounded<'a> {
    /// Lets at most so many bytes go on to `output`, with `end` among them, which
    /// [`finish`](Self::finish) writes.
    pub fn new(output: &'a mut dyn Write, most: Option<u64>, end: &'static str) -> Bounded<'a> {
        let room = most.unwrap_or(u64::MAX).saturating_sub(end.len() as u64);
        Bounded { output, room, end, document: Vec::new(), is_over: false }
    }

    /// Writes what stands behind the last document.
    pub fn finish(self) -> Result<()> {
        self.output.write_all(self.end.as_bytes())
    }
}

impl Write for Bounded<'_> {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        // One that has no room is not collected to its end.
        if self.is_over || (self.document.len() + bytes.len()) as u64 > self.room {
            self.is_over = true;
            return Err(Error::other(OverBudget));
        }
        self.document.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    /// Lets a document go on.
    fn flush(&mut self) -> Result<()> {
        if self.is_over {
            return Err(Error::other(OverBudget));
        }
        self.output.write_all(&self.document)?;
        self.room -= self.document.len() as u64;
        self.document.clear();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_go_on_as_a_whole_or_not_at_all() {
        let mut output = Vec::new();
        let mut bounded = Bounded::new(&mut output, Some(10), "end");
        for part in ["abc", "d"] {
            bounded.write_all(part.as_bytes()).unwrap();
        }
        bounded.flush().unwrap();
        bounded.write_all(b"efg").unwrap();
        let error = bounded.write_all(b"h").unwrap_err();
        assert!(OverBudget::is(&error) && !OverBudget::is(&Error::other("something else")));
        // Nor does anything behind it, however small, and whoever asks again.
        assert!(bounded.flush().is_err() && bounded.write_all(b"i").is_err());
        drop(bounded);
        assert_eq!(output, b"abcd");
    }

    #[test]
    fn what_fits_to_the_byte_is_whole() {
        for (most, fits) in [(Some(7), true), (Some(6), false), (None, true)] {
            let mut output = Vec::new();
            let mut bounded = Bounded::new(&mut output, most, "end");
            let written = bounded.write_all(b"abcd").and_then(|()| bounded.flush());
            assert_eq!(written.is_ok(), fits);
            if fits {
                bounded.finish().unwrap();
                assert_eq!(output, b"abcdend");
            }
        }
    }
}
