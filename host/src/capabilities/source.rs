//! The bytes of a source, read in slices.

use std::sync::Arc;

use crate::model::MediaType;

/// One read returns at most this many bytes, so that a slice fits into a plugin's memory beside everything else.
const LONGEST_READ: usize = 16 * 1024 * 1024;

/// An immutable sequence of bytes and what the host believes it to be.
#[derive(Debug, Clone)]
pub struct SourceBytes {
    media_type: MediaType,
    bytes: Arc<[u8]>,
    longest_read: usize,
}

impl SourceBytes {
    /// A source that holds these bytes.
    pub fn new(media_type: MediaType, bytes: Arc<[u8]>) -> SourceBytes {
        SourceBytes { media_type, bytes, longest_read: LONGEST_READ }
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

    /// The number of bytes.
    pub fn size(&self) -> u64 {
        self.bytes.len() as u64
    }

    /// Up to `length` bytes from `offset`; fewer only at the end or above 16 MiB, none only at or past the end. Whoever reads all bytes
    /// shares them.
    pub fn read(&self, offset: u64, length: u32) -> Arc<[u8]> {
        // `offset` and `length` are guest-controlled, so clamp them before slicing.
        let start = usize::try_from(offset).unwrap_or(usize::MAX).min(self.bytes.len());
        let end =
            start.saturating_add((length as usize).min(self.longest_read)).min(self.bytes.len());
        match &self.bytes[start..end] {
            all if all.len() == self.bytes.len() => Arc::clone(&self.bytes),
            part => Arc::from(part),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_end_where_the_source_ends() {
        let source =
            SourceBytes::new(MediaType::new("text/plain").unwrap(), Arc::from(&b"0123456789"[..]));
        let check =
            |offset, length, expected: &[u8]| assert_eq!(&*source.read(offset, length), expected);
        check(0, 4, b"0123");
        check(8, 4, b"89");
        check(10, 1, b"");
        check(u64::MAX, u32::MAX, b"");
        check(0, u32::MAX, b"0123456789");
        check(3, 0, b"");
        assert_eq!(source.clone().in_slices_of(3).read(2, 8)[..], b"234"[..]);
        assert_eq!(source.clone().in_slices_of(0).read(2, 8)[..], b"2"[..]);
    }
}
