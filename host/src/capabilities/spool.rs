//! Where content waits that comes in pieces and may be larger than memory: in memory first, then in
//! a private file.

use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

use tempfile::{SpooledData, SpooledTempFile};

use super::{Blob, OpenFile};

/// So many bytes stay in memory; what is larger goes to a file.
const IN_MEMORY: usize = 1 << 20;

/// Content that is being written. Its file has no name and goes with the last handle to it, so
/// nothing is left behind, and nobody else can open it.
#[derive(Debug)]
pub struct Spool(SpooledTempFile);

/// The disk had no room for what was to wait there, or could not be used.
#[derive(Debug, Clone, thiserror::Error)]
#[error("what does not fit into memory could not be kept in a temporary file")]
pub struct SpoolError(#[source] Arc<io::Error>);

impl From<io::Error> for SpoolError {
    fn from(error: io::Error) -> SpoolError {
        SpoolError(Arc::new(error))
    }
}

impl Spool {
    /// Nothing yet. If it comes to a file, it lies in this folder.
    pub fn new(folder: &Path) -> Spool {
        Spool(tempfile::spooled_tempfile_in(IN_MEMORY, folder))
    }

    /// Appends to the content.
    ///
    /// # Errors
    ///
    /// If it had to go to a file and could not.
    pub fn write(&mut self, content: &[u8]) -> Result<(), SpoolError> {
        Ok(self.0.write_all(content)?)
    }

    /// All that was written.
    ///
    /// # Errors
    ///
    /// If it lies in a file of which the system does not tell how large it is.
    pub fn finish(self) -> Result<Blob, SpoolError> {
        match self.0.into_inner() {
            SpooledData::InMemory(content) => Ok(Blob::Memory(Arc::from(content.into_inner()))),
            SpooledData::OnDisk(file) => {
                let file = OpenFile::new(file)?;
                Ok(Blob::File(Arc::new(file)))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spooled(folder: &Path, size: usize) -> (Vec<u8>, Blob) {
        let content: Vec<u8> = (0..size).map(|it| (it % 251) as u8).collect();
        let mut spool = Spool::new(folder);
        content.chunks(65_537).for_each(|part| spool.write(part).unwrap());
        (content, spool.finish().unwrap())
    }

    #[test]
    fn what_is_read_is_what_was_written_in_memory_or_not() {
        let folder = tempfile::tempdir().unwrap();
        for size in [0, 1, IN_MEMORY - 1, IN_MEMORY, IN_MEMORY + 1, 3 * IN_MEMORY + 7] {
            let (content, blob) = spooled(folder.path(), size);
            assert_eq!(blob.size(), size as u64);
            assert_eq!(blob.whole().unwrap()[..], content[..], "{size}");
            assert_eq!(matches!(blob, Blob::File(_)), size > IN_MEMORY, "{size}");
        }
    }

    #[test]
    fn a_file_of_content_has_no_name_and_goes_with_its_last_reader() {
        let folder = tempfile::tempdir().unwrap();
        let (_, blob) = spooled(folder.path(), 2 * IN_MEMORY);
        let names = || std::fs::read_dir(folder.path()).unwrap().count();
        assert_eq!((names(), blob.size()), (0, 2 << 20));
        drop(blob);
        assert_eq!(names(), 0);
    }

    #[test]
    fn a_folder_that_is_not_there_is_told_once_it_is_needed() {
        let mut spool = Spool::new(Path::new("/nowhere/at/all"));
        spool.write(&[0; IN_MEMORY]).unwrap();
        let refused = spool.write(&[0]).unwrap_err();
        assert!(refused.to_string().starts_with("what does not fit into memory"), "{refused}");
    }
}
