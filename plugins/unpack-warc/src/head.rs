//! The heads of records and of what servers answered: lines of names and values, however they end.

use std::io::{self, BufRead, Read};

use docmill_plugin::media_type;

/// The longest head that is read, in bytes: what has none would be read to its end as one.
const LONGEST: u64 = 1 << 20;

/// Names and values in the order of their lines.
#[derive(Debug, Default)]
pub struct Head {
    text: Vec<u8>,
    /// Where names and values lie in the text.
    fields: Vec<(std::ops::Range<usize>, std::ops::Range<usize>)>,
}

impl Head {
    /// Reads the lines up to the empty one, after a first line that was read. Lines that are no
    /// fields are passed over, but for one that begins a record.
    pub fn read(reader: &mut impl BufRead) -> io::Result<Head> {
        let mut head = Head::default();
        let mut reader = reader.take(LONGEST);
        loop {
            let start = head.text.len();
            if reader.read_until(b'\n', &mut head.text)? == 0 {
                return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "a head has no end"));
            }
            let line = head.text[start..].trim_ascii_end();
            if line.is_empty() {
                return Ok(head);
            }
            if line[0] == b' ' || line[0] == b'\t' {
                // It goes on with the value of the line before.
                if let Some((_, value)) = head.fields.last_mut() {
                    value.end = start + line.len();
                }
            } else if let Some(colon) = line.iter().position(|it| *it == b':') {
                let name = start..start + line[..colon].trim_ascii_end().len();
                let blank = line.len() - colon - 1 - line[colon + 1..].trim_ascii_start().len();
                head.fields.push((name, start + colon + 1 + blank..start + line.len()));
            } else if line.starts_with(b"WARC/1.") {
                let what = "a record begins within the head of another";
                return Err(io::Error::new(io::ErrorKind::InvalidData, what));
            }
        }
    }

    /// The values of all fields of this name.
    fn all(&self, name: &str) -> impl Iterator<Item = &[u8]> {
        let is_it = move |field: &[u8]| field.eq_ignore_ascii_case(name.as_bytes());
        let named = self.fields.iter().filter(move |(name, _)| is_it(&self.text[name.clone()]));
        named.map(|(_, value)| self.text[value.clone()].trim_ascii())
    }

    /// How many fields have this name.
    pub fn count(&self, name: &str) -> usize {
        self.all(name).count()
    }

    /// The value of the first field of this name.
    pub fn get(&self, name: &str) -> Option<&[u8]> {
        self.all(name).next()
    }

    /// The same as text; what is not UTF-8 in it is replaced.
    pub fn text(&self, name: &str) -> Option<String> {
        let value = String::from_utf8_lossy(self.get(name)?).into_owned();
        (!value.is_empty()).then_some(value)
    }
}

/// A media type without its parameters, in lower case, and its charset.
pub fn content_type(value: &str) -> (Option<String>, Option<String>) {
    let mut parts = value.split(';');
    let media_type = parts.next().and_then(media_type);
    let charset = parts.find_map(|it| {
        let (name, value) = it.split_once('=')?;
        let value = value.trim().trim_matches(['"', '\'']).trim();
        (name.trim().eq_ignore_ascii_case("charset") && !value.is_empty()).then(|| value.to_owned())
    });
    (media_type, charset)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_read_however_its_lines_end() {
        let text = b"A: b\r\nEmpty:\nLong: c\r\n\td\r\nno field\nA : second\n\nrest";
        let mut reader = &text[..];
        let head = Head::read(&mut reader).unwrap();
        assert_eq!(head.get("a"), Some(&b"b"[..]));
        assert_eq!(head.get("LONG"), Some(&b"c\r\n\td"[..]));
        assert_eq!(head.text("empty"), None);
        assert_eq!(head.get("none"), None);
        assert_eq!(reader, b"rest");
        assert!(Head::read(&mut &b"A: b"[..]).is_err());
    }

    #[test]
    fn a_content_type_has_a_media_type_and_a_charset() {
        let of = |value: &str| content_type(value);
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(of("Text/HTML; charset=\"UTF-8\""), (some("text/html"), some("UTF-8")));
        assert_eq!(of("text/html;a=b;CharSet = x"), (some("text/html"), some("x")));
        for bad in ["nonsense", "text/*", "+text/html", "text/html/x", "text html/x", "té/xt"] {
            assert_eq!(of(bad), (None, None), "{bad}");
        }
        assert_eq!(of("*/*; charset=x"), (None, some("x")));
        assert_eq!(of(""), (None, None));
    }
}
