//! What an address asks for: the pairs of its query, read and written.

use std::fmt::Write;

/// The most pairs that are read.
const MOST: usize = 64;
/// The longest value, in bytes.
const LONGEST: usize = 2_048;

/// The names and values behind the question mark of an address, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Asked(Vec<(String, String)>);

impl Asked {
    /// Reads them. What is too much or too long is not there.
    pub(crate) fn read(query: &str) -> Asked {
        let pairs = query.split('&').filter(|it| !it.is_empty()).take(MOST);
        let pairs = pairs.map(|pair| pair.split_once('=').unwrap_or((pair, "")));
        let pairs = pairs.map(|(name, value)| (decoded(name), decoded(value)));
        Asked(pairs.filter(|(_, value)| value.len() <= LONGEST).collect())
    }

    /// The first value of this name that says something.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let mut pairs = self.0.iter();
        let first = pairs.find(|(it, value)| it == name && !value.trim().is_empty());
        first.map(|(_, value)| value.as_str())
    }

    /// All values of this name.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(it, _)| it == name).map(|(_, value)| value.as_str())
    }

    /// The number of this name.
    pub(crate) fn number<T: std::str::FromStr>(&self, name: &str) -> Option<T> {
        self.get(name)?.parse().ok()
    }

    /// All pairs.
    pub(crate) fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The same with one value of this name, or none.
    #[must_use]
    pub(crate) fn with(&self, name: &str, value: Option<&str>) -> Asked {
        let mut pairs = self.0.clone();
        pairs.retain(|(it, _)| it != name);
        pairs.extend(value.map(|value| (name.to_owned(), value.to_owned())));
        Asked(pairs)
    }

    /// The same with this pair, or without it if it is there.
    #[must_use]
    pub(crate) fn toggled(&self, name: &str, value: &str) -> Asked {
        let mut pairs = self.0.clone();
        let before = pairs.len();
        pairs.retain(|(it, its)| it != name || its != value);
        if pairs.len() == before {
            pairs.push((name.to_owned(), value.to_owned()));
        }
        Asked(pairs)
    }

    /// An address with these pairs.
    pub(crate) fn address(&self, path: &str) -> String {
        let mut address = path.to_owned();
        for (index, (name, value)) in self.0.iter().filter(|(_, it)| !it.is_empty()).enumerate() {
            address.push(if index == 0 { '?' } else { '&' });
            encode(&mut address, name);
            address.push('=');
            encode(&mut address, value);
        }
        address
    }
}

/// An address with one pair.
pub(crate) fn address(path: &str, name: &str, value: &str) -> String {
    Asked(vec![(name.to_owned(), value.to_owned())]).address(path)
}

fn encode(address: &mut String, text: &str) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            address.push(char::from(byte));
        } else {
            // Writing to a string does not fail.
            let _ = write!(address, "%{byte:02X}");
        }
    }
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, behind)) = rest.split_first() {
        rest = behind;
        let digits = rest.get(..2).and_then(|it| std::str::from_utf8(it).ok());
        let digits = digits.filter(|it| it.bytes().all(|it| it.is_ascii_hexdigit()));
        match (byte, digits.and_then(|it| u8::from_str_radix(it, 16).ok())) {
            (b'%', Some(escaped)) => {
                bytes.push(escaped);
                rest = &rest[2..];
            }
            (b'+', _) => bytes.push(b' '),
            (byte, _) => bytes.push(byte),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_comes_back_as_it_went() {
        let asked =
            Asked::default().with("q", Some("Đà Nẵng & \"50 %\"+?#")).toggled("label", "a/b");
        let address = asked.address("/");
        assert!(address.is_ascii(), "{address}");
        assert_eq!(Asked::read(address.trim_start_matches("/?")), asked);
        assert_eq!(asked.toggled("label", "a/b").with("q", None).address("/"), "/");
    }

    #[test]
    fn what_a_stranger_writes_is_read_within_limits() {
        assert_eq!(Asked::read("q=a+b%20c%zz%").get("q"), Some("a b c%zz%"));
        assert_eq!(Asked::read("q=%ff%00").get("q"), Some("\u{fffd}\0"));
        assert_eq!(Asked::read("&=&a&a=").all("a").count(), 2);
        assert_eq!(Asked::read(&"a=b&".repeat(1_000)).pairs().count(), MOST);
        assert_eq!(Asked::read(&format!("a={}", "x".repeat(LONGEST + 1))).get("a"), None);
        assert_eq!(Asked::read("from=-1").number::<usize>("from"), None);
    }
}
