//! What comes in by a pipe: read once, held in memory as far as a source may be, else in a private
//! file.

use std::collections::BTreeSet;
use std::io::{self, Read};
use std::path::PathBuf;
use std::sync::Arc;

use super::unreadable::{Tried, Unreadable};
use super::{Content, LOOKED_AT, MediaTypes, judge};
use crate::capabilities::{Blob, Spool};
use crate::model::{MediaType, SourceName};

/// So much is read at a time, in bytes.
const AT_ONCE: usize = 256 * 1024;

/// The bytes that come out of a pipe, such as standard input, until it ends.
///
/// What is larger than a source may be in memory is taken only if it looks like something of which
/// the bytes are not needed at once, and waits in a file without a name.
pub struct Piped<R> {
    from: R,
    name: SourceName,
    unpacked: BTreeSet<MediaType>,
    types: MediaTypes,
    spool: PathBuf,
    most: u64,
}

impl<R: Read> Piped<R> {
    /// What this reader has; no more of it is taken than fits into memory.
    pub fn new(from: R, name: SourceName) -> Piped<R> {
        let (unpacked, types, spool) = Default::default();
        Piped { from, name, unpacked, types, spool, most: 0 }
    }

    /// The same, where what is one of these kinds of thing, as `types` say or its beginning shows,
    /// may have `most` bytes. What does not fit into memory waits in this folder.
    #[must_use]
    pub fn unpacking(
        self,
        unpacked: BTreeSet<MediaType>,
        types: MediaTypes,
        spool: PathBuf,
        most: u64,
    ) -> Piped<R> {
        Piped { unpacked, types, spool, most, ..self }
    }

    fn is_unpacked(&self, beginning: &[u8]) -> bool {
        let name = self.name.as_str();
        match self.types.of(name) {
            Some(said) => self.unpacked.contains(said),
            None => self.unpacked.contains(&judge(name, None, beginning)),
        }
    }
}

impl<R: Read + Send> Content for Piped<R> {
    fn read(self: Box<Self>, limit: u64) -> Result<Arc<[u8]>, Unreadable> {
        let mut bytes = Vec::new();
        self.from
            .take(limit.saturating_add(1))
            .read_to_end(&mut bytes)
            .map_err(|it| Tried::Read.failed(it))?;
        match bytes.len() as u64 > limit {
            true => Err(Unreadable::longer_than(limit)),
            false => Ok(bytes.into()),
        }
    }

    fn open(mut self: Box<Self>, limit: u64) -> Result<Blob, Unreadable> {
        let mut bytes = Vec::new();
        let beginning = self.from.by_ref().take(limit.saturating_add(1)).read_to_end(&mut bytes);
        beginning.map_err(|it| Tried::Read.failed(it))?;
        if bytes.len() as u64 <= limit {
            return Ok(bytes.into());
        }
        if !self.is_unpacked(&bytes[..bytes.len().min(LOOKED_AT)]) {
            return Err(Unreadable::longer_than(limit));
        }
        let mut spool = Spool::new(&self.spool);
        spool.write(&bytes)?;
        let mut size = bytes.len() as u64;
        bytes.resize(AT_ONCE, 0);
        bytes.shrink_to_fit();
        loop {
            let read = match self.from.read(&mut bytes) {
                Ok(0) => return Ok(spool.finish()?),
                Ok(read) => read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(Tried::Read.failed(error)),
            };
            size = size.saturating_add(read as u64);
            if size > self.most {
                return Err(Unreadable::longer_than(self.most));
            }
            spool.write(&bytes[..read])?;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ByteSize;

    fn piped(size: u64, most: u64, folder: &std::path::Path) -> Result<Blob, Unreadable> {
        // A crawl, as its first line says.
        let head = b"WARC/1.0\r\nWARC-Type: warcinfo\r\nContent-Length: 0\r\n\r\n\r\n";
        let from = head.chain(io::repeat(b' ')).take(size);
        let crawls = MediaType::new("application/warc").unwrap();
        let piped = Piped::new(from, SourceName::new("x").unwrap());
        let types = MediaTypes::default();
        Box::new(piped.unpacking([crawls].into(), types, folder.to_owned(), most)).open(100_000)
    }

    #[test]
    fn what_fits_is_in_memory_and_what_is_taken_apart_in_a_file_without_a_name() {
        let folder = tempfile::tempdir().unwrap();
        assert!(
            matches!(piped(100_000, 0, folder.path()), Ok(Blob::Memory(it)) if it.len() == 100_000)
        );
        let large = piped(3 << 20, 4 << 20, folder.path()).unwrap();
        assert!(matches!(&large, Blob::File(file) if file.size() == 3 << 20));
        assert!(large.read(0, 8).unwrap().starts_with(b"WARC/1.0"));
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
        let refused = piped(5 << 20, 4 << 20, folder.path()).unwrap_err();
        assert!(
            matches!(refused, Unreadable::LongerThan { limit } if limit == ByteSize::mib(4)),
            "{refused}"
        );
    }

    #[test]
    fn what_never_ends_is_not_waited_for() {
        let endless = || Piped::new(io::repeat(b'x'), SourceName::new("x.txt").unwrap());
        let is_refused =
            |it| matches!(it, Unreadable::LongerThan { limit } if limit == ByteSize::kb(1));
        assert!(is_refused(Box::new(endless()).open(1_000).unwrap_err()));
        assert!(is_refused(Box::new(endless()).read(1_000).unwrap_err()));
    }
}
