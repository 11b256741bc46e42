//! The ZIP in a source: its bytes where they are asked for, and its table of contents.

use std::io;

use docmill_plugin::Source;
use rawzip::{Error, ReaderAt, ZipArchive, ZipLocator};

/// Room for any record of the table of contents, in bytes: a name, a comment and extra fields of 64
/// KiB each.
pub const RECORD: usize = 256 << 10;

/// The longest word of an error, in characters.
const LONGEST: usize = 200;

/// A source that is read at any place.
#[derive(Debug)]
pub struct Bytes<'a>(&'a Source<'a>);

impl ReaderAt for Bytes<'_> {
    fn read_at(&self, target: &mut [u8], offset: u64) -> io::Result<usize> {
        let length = u32::try_from(target.len()).unwrap_or(u32::MAX);
        let read = self.0.read(offset, length);
        target[..read.len()].copy_from_slice(&read);
        Ok(read.len())
    }
}

/// Looks for the table of contents; `buffer` is room for it, of [`RECORD`] bytes.
///
/// # Errors
///
/// If there is none, or it cannot be read.
pub fn open<'a>(source: &'a Source<'a>, buffer: &mut [u8]) -> Result<ZipArchive<Bytes<'a>>, Error> {
    let located = ZipLocator::new().locate_in_reader(Bytes(source), buffer, source.size());
    located.map_err(|(_, error)| error)
}

/// What went wrong, as a fragment of a sentence: in lower case, without a final period, and at most
/// 200 characters long.
pub fn told(error: &Error) -> String {
    let text = error.to_string();
    let mut characters = text.trim_end_matches('.').chars();
    let first = characters.next().map(|it| it.to_ascii_lowercase());
    first.into_iter().chain(characters).take(LONGEST).collect()
}
