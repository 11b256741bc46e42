//! The little of the tar format (POSIX.1-1988 `ustar`) that a bundle needs: plain files, so that
//! every machine can look inside.
//!
//! By hand, and not with the `tar` package: a bundle comes from anywhere, and that package follows
//! whatever the format has grown since (long names, sparse files, extended headers). Here all of
//! that is refused, and a header that is cut off is an error.

use std::io::{self, Read, Write};

const BLOCK: usize = 512;

/// Writes one file.
pub(super) fn write_file(to: &mut dyn Write, name: &str, content: &[u8]) -> io::Result<()> {
    let mut header = [0; BLOCK];
    let mut put = |at: usize, field: &[u8]| header[at..at + field.len()].copy_from_slice(field);
    if name.len() > 100 || content.len() as u64 >= 1 << 33 {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    put(0, name.as_bytes());
    put(100, b"0000644\0");
    put(108, b"0000000\0");
    put(116, b"0000000\0");
    put(124, format!("{:011o}\0", content.len()).as_bytes());
    // No time: equal bundles are equal files.
    put(136, b"00000000000\0");
    put(156, b"0");
    put(257, b"ustar\x0000");
    let sum = format!("{:06o}\0 ", checksum(&header));
    header[148..156].copy_from_slice(sum.as_bytes());
    to.write_all(&header)?;
    to.write_all(content)?;
    to.write_all(&[0; BLOCK][..padding(content.len())])
}

/// Writes the end of the archive.
pub(super) fn write_end(to: &mut dyn Write) -> io::Result<()> {
    to.write_all(&[0; 2 * BLOCK])
}

/// Reads the next file, of at most `limit` bytes; `None` at the end.
pub(super) fn read_file(from: &mut dyn Read, limit: u64) -> io::Result<Option<(String, Vec<u8>)>> {
    let damaged = |reason: &str| io::Error::new(io::ErrorKind::InvalidData, reason.to_owned());
    let mut header = [0; BLOCK];
    from.read_exact(&mut header)?;
    if header == [0; BLOCK] {
        return Ok(None);
    }
    if octal(&header[148..156]) != Some(checksum(&header)) {
        return Err(damaged("the checksum of a header does not match"));
    }
    if !matches!(header[156], 0 | b'0') || header[345] != 0 {
        return Err(damaged("it holds something other than plain files"));
    }
    let name =
        std::str::from_utf8(text(&header[..100])).map_err(|_| damaged("a name is not UTF-8"))?;
    let size = octal(&header[124..136]).ok_or_else(|| damaged("a size is not a number"))?;
    if size > limit {
        return Err(damaged("a file is larger than its limit"));
    }
    let mut content = Vec::new();
    from.take(size).read_to_end(&mut content)?;
    if content.len() as u64 != size {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    from.read_exact(&mut [0; BLOCK][..padding(content.len())])?;
    Ok(Some((name.to_owned(), content)))
}

fn padding(length: usize) -> usize {
    length.next_multiple_of(BLOCK) - length
}

/// The sum of all bytes, those of the sum itself taken for spaces.
fn checksum(header: &[u8; BLOCK]) -> u64 {
    let sum = |bytes: &[u8]| bytes.iter().map(|byte| u64::from(*byte)).sum::<u64>();
    sum(&header[..148]) + 8 * u64::from(b' ') + sum(&header[156..])
}

fn text(field: &[u8]) -> &[u8] {
    field.split(|byte| *byte == 0).next().unwrap_or_default()
}

fn octal(field: &[u8]) -> Option<u64> {
    let digits = std::str::from_utf8(text(field)).ok()?.trim();
    if digits.starts_with('+') { None } else { u64::from_str_radix(digits, 8).ok() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_come_back_as_they_were_written() {
        let mut archive = Vec::new();
        write_file(&mut archive, "a/b.txt", b"text").unwrap();
        write_file(&mut archive, "empty", b"").unwrap();
        write_file(&mut archive, "block", &[7; BLOCK]).unwrap();
        write_end(&mut archive).unwrap();
        assert_eq!(archive.len() % BLOCK, 0);
        let mut from = &archive[..];
        let mut next = || read_file(&mut from, 600).unwrap();
        assert_eq!(next().unwrap(), ("a/b.txt".to_owned(), b"text".to_vec()));
        assert_eq!(next().unwrap().1, b"");
        assert_eq!(next().unwrap().1, [7; BLOCK]);
        assert_eq!(next(), None);
    }

    #[test]
    fn what_is_no_plain_file_or_too_large_or_cut_short_is_refused() {
        let mut archive = Vec::new();
        write_file(&mut archive, "a", &[1; 700]).unwrap();
        let check = |change: fn(&mut Vec<u8>), limit, expected: &str| {
            let mut archive = archive.clone();
            change(&mut archive);
            let error = read_file(&mut &archive[..], limit).unwrap_err();
            assert!(error.to_string().contains(expected), "{error}");
        };
        check(|_| (), 699, "larger than its limit");
        check(|archive| archive[0] = b'b', 700, "checksum of a header");
        check(|archive| archive[156] = b'2', 700, "checksum of a header");
        check(
            |archive| {
                archive[156] = b'2';
                archive[148..156].copy_from_slice(b"0000000\0");
                let sum = checksum(archive[..BLOCK].try_into().unwrap());
                archive[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
            },
            700,
            "other than plain files",
        );
        for length in [0, 100, 600, 1300] {
            let mut archive = archive.clone();
            archive.truncate(length);
            assert!(read_file(&mut &archive[..], 700).is_err(), "{length}");
        }
    }
}
