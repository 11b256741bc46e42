//! Objects in RTF: their data in hexadecimal digits, laid out as OLE 1 did (MS-OLEDS, 2.2.4).

use crate::handing::Handing;
use crate::native::u32_at;

/// The most objects of a file.
const MOST: usize = 10_000;

/// Hands over the objects of a file.
pub fn unpack(bytes: &[u8], handing: &mut Handing) {
    let mut rest = bytes;
    for number in 1..=MOST {
        let Some(at) = find(rest, b"\\objdata") else { return };
        rest = &rest[at + 8..];
        let end = rest.iter().position(|it| matches!(it, b'}')).unwrap_or(rest.len());
        let data = digits(&rest[..end]);
        rest = &rest[end..];
        let name = format!("object-{number}");
        match object(&data) {
            Some((class, content)) => {
                let is_wrapped = class == "Package";
                // A packager leaves out the size that stands before what it wraps elsewhere.
                let mut whole = Vec::new();
                if is_wrapped {
                    whole.extend((content.len() as u32).to_le_bytes());
                }
                whole.extend_from_slice(content);
                handing.object(&name, whole);
            }
            None if data.is_empty() => {}
            None => handing.lose(format!("{name} is damaged")),
        }
    }
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|it| it == what)
}

/// The bytes that hexadecimal digits stand for; what else stands among them is passed over.
fn digits(text: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len() / 2);
    let mut high = None;
    for digit in text.iter().filter_map(|it| char::from(*it).to_digit(16)) {
        match high.take() {
            None => high = Some(digit),
            Some(high) => bytes.push((high << 4 | digit) as u8),
        }
    }
    bytes
}

/// The class and the data of an embedded object.
fn object(data: &[u8]) -> Option<(String, &[u8])> {
    // Version, then 2 for one that is embedded.
    if u32_at(data, 4)? != 2 {
        return None;
    }
    let mut at = 8;
    let mut string = || -> Option<String> {
        let length = u32_at(data, at)?;
        let text = data.get(at + 4..at.checked_add(4)?.checked_add(length)?)?;
        at += 4 + length;
        Some(text.iter().filter(|it| **it != 0).map(|it| char::from(*it)).collect())
    };
    let class = string()?;
    string()?;
    string()?;
    let size = u32_at(data, at)?;
    let start = at.checked_add(4)?;
    Some((class, data.get(start..start.checked_add(size)?)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_bytes_and_objects_have_a_class() {
        assert_eq!(digits(b"0a\r\n fF1"), [10, 255]);
        let data = b"\x01\x05\0\0\x02\0\0\0\x02\0\0\0A\0\0\0\0\0\0\0\0\0\x03\0\0\0abc";
        assert_eq!(object(data), Some(("A".to_owned(), &b"abc"[..])));
        for end in 0..data.len() {
            assert_eq!(object(&data[..end]), None);
        }
    }
}
