//! The bytes of a source, in memory or in an open file, read in slices.

use std::fs::{File, Metadata};
use std::io;
use std::sync::Arc;
use std::time::SystemTime;

use crate::model::{Attribute, ContentHasher, Digest, FailureClass, MediaType};

/// One read returns at most this many bytes, so that a slice fits into a plugin's memory beside
/// everything else.
const LONGEST_READ: usize = 16 * 1024 * 1024;
/// So many bytes of a file are digested at a time.
const DIGESTED_AT_ONCE: usize = 256 * 1024;

/// Bytes that do not change: in memory, or in an open file that is read where somebody asks.
#[derive(Debug, Clone)]
pub enum Blob {
    /// All of them are in memory.
    Memory(Arc<[u8]>),
    /// None of them are.
    File(Arc<OpenFile>),
}

/// Why bytes that were there could not be read.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// What was read of the file does not belong together.
    #[error("the file changed while it was read")]
    Changed,
    /// The system refused.
    #[error("the file could not be read")]
    Io(#[source] Arc<io::Error>),
}

impl ReadError {
    /// Whose fault it is.
    pub fn class(&self) -> FailureClass {
        match self {
            ReadError::Changed => FailureClass::Host,
            ReadError::Io(error) => FailureClass::of_io(error),
        }
    }
}

impl Blob {
    /// The number of bytes.
    pub fn size(&self) -> u64 {
        match self {
            Blob::Memory(bytes) => bytes.len() as u64,
            Blob::File(file) => file.size(),
        }
    }

    /// How many of them are in memory.
    pub fn in_memory(&self) -> u64 {
        match self {
            Blob::Memory(bytes) => bytes.len() as u64,
            Blob::File(_) => 0,
        }
    }

    /// Up to `length` bytes from `offset`; fewer only at the end. Whoever reads all bytes that are
    /// in memory shares them.
    ///
    /// # Errors
    ///
    /// If the file cannot be read, or is shorter than it was.
    pub fn read(&self, offset: u64, length: usize) -> Result<Arc<[u8]>, ReadError> {
        match self {
            Blob::Memory(bytes) => {
                let start = usize::try_from(offset).unwrap_or(usize::MAX).min(bytes.len());
                let end = start.saturating_add(length).min(bytes.len());
                Ok(match &bytes[start..end] {
                    all if all.len() == bytes.len() => Arc::clone(bytes),
                    part => Arc::from(part),
                })
            }
            Blob::File(file) => file.read(offset, length),
        }
    }

    /// All bytes.
    ///
    /// # Errors
    ///
    /// As for [`Blob::read`].
    pub fn whole(&self) -> Result<Arc<[u8]>, ReadError> {
        self.read(0, usize::try_from(self.size()).unwrap_or(usize::MAX))
    }

    /// The SHA-256 digest of all bytes. A file is read once, from its start to its end.
    ///
    /// # Errors
    ///
    /// If the file cannot be read, or changed since it was opened.
    pub fn digest(&self) -> Result<Digest, ReadError> {
        match self {
            Blob::Memory(bytes) => Ok(Digest::of(bytes)),
            Blob::File(file) => file.digest(),
        }
    }

    /// Finds out whether the bytes are still those that they were: see [`OpenFile`].
    ///
    /// # Errors
    ///
    /// If the file changed since it was opened, or the system does not tell.
    pub fn verify(&self) -> Result<(), ReadError> {
        match self {
            Blob::Memory(_) => Ok(()),
            Blob::File(file) => file.verify(),
        }
    }
}

impl From<Arc<[u8]>> for Blob {
    fn from(bytes: Arc<[u8]>) -> Blob {
        Blob::Memory(bytes)
    }
}

impl From<Vec<u8>> for Blob {
    fn from(bytes: Vec<u8>) -> Blob {
        Blob::Memory(Arc::from(bytes))
    }
}

impl From<OpenFile> for Blob {
    fn from(file: OpenFile) -> Blob {
        Blob::File(Arc::new(file))
    }
}

/// An open file whose content is not to change while it is read.
///
/// It is a handle, never a path: whatever takes the place of its name meanwhile is not read.
/// Whether its content changed is told by its size and its times. Who may write to it can set the
/// time of its content back, but not that of its last change of any kind, where the system keeps
/// one.
#[derive(Debug)]
pub struct OpenFile {
    file: File,
    stamp: Stamp,
}

/// What a file has when it is looked at, and no longer has when it was written to since.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Stamp {
    size: u64,
    modified: Option<SystemTime>,
    #[cfg(unix)]
    changed: (i64, i64),
}

impl From<&Metadata> for Stamp {
    fn from(metadata: &Metadata) -> Stamp {
        #[cfg(unix)]
        use std::os::unix::fs::MetadataExt;
        Stamp {
            size: metadata.len(),
            modified: metadata.modified().ok(),
            #[cfg(unix)]
            changed: (metadata.ctime(), metadata.ctime_nsec()),
        }
    }
}

impl OpenFile {
    /// The file as it is now.
    ///
    /// # Errors
    ///
    /// If it is not a regular file, or the system does not tell.
    pub fn new(file: File) -> io::Result<OpenFile> {
        let metadata = file.metadata()?;
        if !metadata.is_file() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a regular file"));
        }
        Ok(OpenFile { stamp: Stamp::from(&metadata), file })
    }

    /// The number of bytes that it had when it was opened.
    pub fn size(&self) -> u64 {
        self.stamp.size
    }

    fn read(&self, offset: u64, length: usize) -> Result<Arc<[u8]>, ReadError> {
        let left = self.size().saturating_sub(offset);
        let length = usize::try_from(left).unwrap_or(usize::MAX).min(length);
        // Filled where it stays: collecting a vector first would copy it once more.
        let mut bytes: Arc<[u8]> = std::iter::repeat_n(0, length).collect();
        if let Some(bytes) = Arc::get_mut(&mut bytes) {
            self.fill(bytes, offset)?;
        }
        Ok(bytes)
    }

    fn fill(&self, bytes: &mut [u8], offset: u64) -> Result<(), ReadError> {
        read_exact_at(&self.file, bytes, offset).map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => ReadError::Changed,
            _ => ReadError::Io(Arc::new(error)),
        })
    }

    fn digest(&self) -> Result<Digest, ReadError> {
        let mut hasher = ContentHasher::default();
        let mut buffer = vec![0; DIGESTED_AT_ONCE];
        let mut offset = 0;
        while offset < self.size() {
            let left = usize::try_from(self.size() - offset).unwrap_or(usize::MAX);
            let length = left.min(buffer.len());
            let part = &mut buffer[..length];
            self.fill(part, offset)?;
            hasher.update(part);
            offset += part.len() as u64;
        }
        self.verify()?;
        Ok(hasher.finish())
    }

    fn verify(&self) -> Result<(), ReadError> {
        let metadata = self.file.metadata().map_err(|error| ReadError::Io(Arc::new(error)))?;
        match Stamp::from(&metadata) == self.stamp {
            true => Ok(()),
            false => Err(ReadError::Changed),
        }
    }
}

/// Reads without moving the place that all holders of the file share.
fn read_exact_at(file: &File, bytes: &mut [u8], offset: u64) -> io::Result<()> {
    #[cfg(unix)]
    return std::os::unix::fs::FileExt::read_exact_at(file, bytes, offset);
    #[cfg(not(unix))]
    {
        use std::io::{Read, Seek, SeekFrom};
        // One handle has one place: whoever reads holds it meanwhile.
        static PLACE: std::sync::Mutex<()> = std::sync::Mutex::new(());
        let _held = PLACE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let mut file = file;
        file.seek(SeekFrom::Start(offset))?;
        file.read_exact(bytes)
    }
}

/// An immutable sequence of bytes and what the host believes it to be.
#[derive(Debug, Clone)]
pub struct SourceBytes {
    media_type: MediaType,
    blob: Blob,
    attributes: Arc<[Attribute]>,
    longest_read: usize,
}

impl SourceBytes {
    /// A source that holds these bytes.
    pub fn new(media_type: MediaType, bytes: Arc<[u8]>) -> SourceBytes {
        SourceBytes::of(media_type, Blob::Memory(bytes))
    }

    /// A source of these bytes, wherever they are.
    pub fn of(media_type: MediaType, blob: Blob) -> SourceBytes {
        SourceBytes { media_type, blob, attributes: Arc::default(), longest_read: LONGEST_READ }
    }

    /// The same source, of which its container or the transport says this.
    #[must_use]
    pub fn with_attributes(self, attributes: impl Into<Arc<[Attribute]>>) -> SourceBytes {
        SourceBytes { attributes: attributes.into(), ..self }
    }

    /// The same source, with reads that return at most `longest` bytes, but at least one, each.
    #[must_use]
    pub fn in_slices_of(self, longest: usize) -> SourceBytes {
        SourceBytes { longest_read: longest.clamp(1, LONGEST_READ), ..self }
    }

    /// What the host believes the bytes to be.
    pub fn media_type(&self) -> &MediaType {
        &self.media_type
    }

    /// What its container or the transport says about it, in their order.
    pub fn attributes(&self) -> &[Attribute] {
        &self.attributes
    }

    /// The number of bytes.
    pub fn size(&self) -> u64 {
        self.blob.size()
    }

    /// Up to `length` bytes from `offset`; fewer only at the end or above 16 MiB, none only at or
    /// past the end. Whoever reads all bytes that are in memory shares them.
    ///
    /// # Errors
    ///
    /// If the bytes are in a file that cannot be read, or is shorter than it was.
    pub fn read(&self, offset: u64, length: u32) -> Result<Arc<[u8]>, ReadError> {
        // `offset` and `length` are guest-controlled: the length is clamped here, and both to the
        // end of the bytes below.
        self.blob.read(offset, (length as usize).min(self.longest_read))
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn media_type() -> MediaType {
        MediaType::new("text/plain").unwrap()
    }

    fn file(bytes: &[u8]) -> (File, Blob) {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(bytes).unwrap();
        // To take its name away is a change as well.
        let (opened, file) = (file.reopen().unwrap(), file.into_file());
        (file, OpenFile::new(opened).unwrap().into())
    }

    #[test]
    fn reads_end_where_the_source_ends_whether_it_is_in_memory_or_in_a_file() {
        let (_file, in_file) = file(b"0123456789");
        for blob in [Blob::Memory(Arc::from(&b"0123456789"[..])), in_file] {
            let source = SourceBytes::of(media_type(), blob);
            let check = |offset, length, expected: &[u8]| {
                assert_eq!(&*source.read(offset, length).unwrap(), expected);
            };
            check(0, 4, b"0123");
            check(8, 4, b"89");
            check(10, 1, b"");
            check(u64::MAX, u32::MAX, b"");
            check(0, u32::MAX, b"0123456789");
            check(3, 0, b"");
            let in_slices =
                |longest| source.clone().in_slices_of(longest).read(2, 8).unwrap().to_vec();
            assert_eq!((in_slices(3), in_slices(0)), (b"234".to_vec(), b"2".to_vec()));
        }
    }

    #[test]
    fn whoever_reads_all_of_what_is_in_memory_gets_no_copy() {
        let bytes: Arc<[u8]> = Arc::from(&b"0123456789"[..]);
        let source = SourceBytes::new(media_type(), Arc::clone(&bytes));
        assert!(Arc::ptr_eq(&source.read(0, u32::MAX).unwrap(), &bytes));
    }

    #[test]
    fn a_file_has_the_digest_of_its_bytes() {
        for size in [0, 1, DIGESTED_AT_ONCE - 1, DIGESTED_AT_ONCE, 3 * DIGESTED_AT_ONCE + 7] {
            let bytes: Vec<u8> = (0..size).map(|index| (index % 251) as u8).collect();
            let (_file, blob) = file(&bytes);
            assert_eq!(blob.digest().unwrap(), Digest::of(&bytes), "{size}");
            assert_eq!(blob.whole().unwrap()[..], bytes[..], "{size}");
        }
    }

    #[test]
    fn a_file_that_is_written_to_is_another_one() {
        let (mut written, blob) = file(b"0123456789");
        blob.verify().unwrap();
        let times =
            std::fs::FileTimes::new().set_modified(written.metadata().unwrap().modified().unwrap());
        // A file system may keep times no finer than its clock ticks.
        std::thread::sleep(std::time::Duration::from_millis(20));
        std::io::Seek::rewind(&mut written).unwrap();
        written.write_all(b"x").unwrap();
        written.set_times(times).unwrap();
        assert!(matches!(blob.verify(), Err(ReadError::Changed)));
        assert!(matches!(blob.digest(), Err(ReadError::Changed)));
        written.set_len(3).unwrap();
        assert!(matches!(blob.read(0, 10), Err(ReadError::Changed)));
        assert_eq!(blob.read(0, 3).unwrap()[..], b"x12"[..]);
    }

    #[test]
    fn a_folder_is_no_file() {
        assert!(OpenFile::new(File::open(std::env::temp_dir()).unwrap()).is_err());
    }
}
