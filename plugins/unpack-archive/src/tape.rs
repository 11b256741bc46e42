//! TAR: one header of 512 bytes after the other, each with its file behind it.

use std::io::{Read, Seek};

use docmill_plugin::prelude::*;
use tar::{Archive, Entry, EntryType};

use crate::handing::{hand_over, is_left_behind};
use crate::names::Names;
use crate::problems::{Problems, lower};

/// The size of a header, and of everything else's unit.
pub const BLOCK: usize = 512;

/// Whether bytes begin with a header: it has a sum of its bytes in it, taken with blanks in its own
/// place.
pub fn is_header(start: &[u8]) -> bool {
    let Some(header) = start.first_chunk::<BLOCK>() else { return false };
    let digits = header[148..156].iter().skip_while(|it| **it == b' ');
    let digits = digits.take_while(|it| (b'0'..=b'7').contains(it));
    let said = digits.fold(0_u32, |sum, it| (sum << 3) | u32::from(it - b'0'));
    let sum = |bytes: &[u8]| bytes.iter().map(|it| u32::from(*it)).sum::<u32>();
    said != 0 && said == sum(header) - sum(&header[148..156]) + 8 * u32::from(b' ')
}

/// Hands over every file in a TAR that lies there as it is.
pub fn unpack_seekable(reader: impl Read + Seek, names: Names) -> Result<(), Error> {
    let mut archive = Archive::new(reader);
    let entries = archive.entries_with_seek().map_err(|error| damaged(&error))?;
    all(entries, names)
}

/// The same of one that comes out of something else.
pub fn unpack(reader: impl Read, names: Names) -> Result<(), Error> {
    let mut archive = Archive::new(reader);
    let entries = archive.entries().map_err(|error| damaged(&error))?;
    all(entries, names)
}

fn all<'a, R: Read + 'a>(
    entries: impl Iterator<Item = std::io::Result<Entry<'a, R>>>,
    names: Names,
) -> Result<(), Error> {
    let mut problems = Problems::default();
    for entry in entries {
        // Where one header is not what it should be, nobody knows where the next one is.
        let entry = entry.map_err(|error| damaged(&error))?;
        let is_file = matches!(
            entry.header().entry_type(),
            EntryType::Regular | EntryType::Continuous | EntryType::GNUSparse
        );
        let name = names.read(&entry.path_bytes());
        if !is_file || name.ends_with('/') || is_left_behind(&name) {
            continue;
        }
        let modified = entry.header().mtime().ok().filter(|it| *it > 0);
        let modified =
            modified.and_then(|it| docmill_plugin::date_of_unix(i64::try_from(it).ok()?));
        let size = entry.size();
        let content = Whole { entry, left: size };
        match hand_over(name.clone(), modified, content) {
            Ok(()) => problems.taken(),
            Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
                return Err(Error::malformed(format!("it ends within `{}`", name.escape_debug())));
            }
            Err(error) => return Err(damaged(&error)),
        }
    }
    problems.tell()
}

/// A file that fails where it ends before its end: half of one is none.
struct Whole<R> {
    entry: R,
    left: u64,
}

impl<R: Read> Read for Whole<R> {
    fn read(&mut self, target: &mut [u8]) -> std::io::Result<usize> {
        let read = self.entry.read(target)?;
        self.left = self.left.saturating_sub(read as u64);
        match read {
            0 if self.left > 0 && !target.is_empty() => {
                Err(std::io::ErrorKind::UnexpectedEof.into())
            }
            read => Ok(read),
        }
    }
}

fn damaged(error: &std::io::Error) -> Error {
    Error::malformed(lower(&error.to_string()))
}
