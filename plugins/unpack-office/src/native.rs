//! Files that a packager wrapped (MS-OLEDS, 2.3.6; how the data is laid out, nobody has specified).

/// A number of four bytes.
pub fn u32_at(bytes: &[u8], at: usize) -> Option<usize> {
    let four = bytes.get(at..at.checked_add(4)?)?;
    usize::try_from(u32::from_le_bytes([four[0], four[1], four[2], four[3]])).ok()
}

/// A string that ends with NUL, and where what follows it begins.
fn string(bytes: &[u8], at: usize) -> Option<(String, usize)> {
    let rest = bytes.get(at..)?;
    let length = rest.iter().take(1 << 10).position(|it| *it == 0)?;
    let text = rest[..length].iter().map(|it| char::from(*it)).collect();
    Some((text, at + length + 1))
}

/// The name and the bytes of the file in a stream `Ole10Native`, or in data that is laid out like
/// it.
pub fn packaged(bytes: &[u8]) -> Option<(Option<String>, &[u8])> {
    let size = u32_at(bytes, 0)?;
    // The size of what follows; some programs write more than there is.
    if bytes.get(4..6)? != [2, 0] || size + 4 > bytes.len() + 16 {
        return None;
    }
    let (label, at) = string(bytes, 6)?;
    let (path, at) = string(bytes, at)?;
    if bytes.get(at + 2..at + 4)? != [3, 0] {
        return None;
    }
    let at = at + 4;
    let at = at.checked_add(4)?.checked_add(u32_at(bytes, at)?)?;
    let length = u32_at(bytes, at)?;
    let content = bytes.get(at + 4..at.checked_add(4)?.checked_add(length)?)?;
    let name = [label, path].into_iter().find(|it| !it.trim().is_empty());
    Some((name, content))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packaged_file_has_its_name_and_its_bytes() {
        let mut bytes: Vec<u8> = Vec::new();
        bytes.extend(b"\x02\0a.txt\0C:\\a.txt\0\0\0\x03\0\x05\0\0\0temp\0\x04\0\0\0text");
        let mut whole = (bytes.len() as u32).to_le_bytes().to_vec();
        whole.extend(bytes);
        assert_eq!(packaged(&whole), Some((Some("a.txt".to_owned()), &b"text"[..])));
        for end in 0..whole.len() {
            assert_eq!(packaged(&whole[..end]), None);
        }
    }
}
