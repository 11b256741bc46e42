//! A forgiving reader of JSON-LD, as found in pages.
//!
//! Newsrooms write line feeds into strings, leave commas behind and wrap scripts in comments, which
//! a strict parser refuses. The result is a flat list, bounded in size and depth, that needs no
//! recursion.

/// The most values of all scripts of a page together.
const MAX_VALUES: usize = 20_000;
/// The deepest nesting that is followed.
const MAX_DEPTH: usize = 32;

/// The keys under which a page lists others: teasers, what it links to, comments.
const LISTS_OF_OTHERS: [&str; 7] =
    ["itemListElement", "hasPart", "mentions", "citation", "relatedLink", "comment", "review"];

/// What a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `{…}`
    Object,
    /// `[…]`
    Array,
    /// A string, a number, `true`, `false` or `null`.
    Scalar,
}

#[derive(Debug, Clone, Copy)]
struct Value {
    kind: Kind,
    key: (u32, u32),
    string: (u32, u32),
    /// The index of the first value that does not lie inside this one.
    end: u32,
}

/// The values of one or more scripts.
#[derive(Debug, Default)]
pub struct JsonLd {
    values: Vec<Value>,
    strings: Vec<u8>,
    subjects: Vec<usize>,
}

impl JsonLd {
    /// Reads what there is to be read; never fails.
    pub fn read(source: &[u8]) -> JsonLd {
        let mut json = JsonLd::default();
        if !source.is_empty() {
            json.read_values(source);
            json.subjects = json.find_subjects();
        }
        json
    }

    fn read_values(&mut self, source: &[u8]) {
        let mut open: Vec<usize> = Vec::with_capacity(MAX_DEPTH);
        let mut key = (0, 0);
        let mut at = 0;
        while let Some(&byte) = source.get(at) {
            if self.values.len() >= MAX_VALUES {
                break;
            }
            match byte {
                b'{' | b'[' => {
                    if open.len() >= MAX_DEPTH {
                        break;
                    }
                    let kind = if byte == b'{' { Kind::Object } else { Kind::Array };
                    open.push(self.values.len());
                    self.push(kind, std::mem::take(&mut key), (0, 0));
                    at += 1;
                }
                b'}' | b']' => {
                    if let Some(index) = open.pop() {
                        self.values[index].end = self.values.len() as u32;
                    }
                    key = (0, 0);
                    at += 1;
                }
                b'"' => {
                    let string;
                    (string, at) = self.read_string(source, at + 1);
                    let next = source[at..].iter().find(|byte| !byte.is_ascii_whitespace());
                    let in_object =
                        open.last().is_some_and(|index| self.values[*index].kind == Kind::Object);
                    if in_object && key == (0, 0) && next == Some(&b':') {
                        key = string;
                    } else if !open.is_empty() {
                        self.push(Kind::Scalar, std::mem::take(&mut key), string);
                    }
                }
                b'0'..=b'9' | b'-' | b't' | b'f' | b'n' if !open.is_empty() => {
                    let length = source[at..]
                        .iter()
                        .position(|byte| {
                            matches!(byte, b',' | b'}' | b']') || byte.is_ascii_whitespace()
                        })
                        .unwrap_or(source.len() - at);
                    let start = self.strings.len() as u32;
                    self.strings.extend_from_slice(&source[at..at + length]);
                    let string = (start, self.strings.len() as u32);
                    self.push(Kind::Scalar, std::mem::take(&mut key), string);
                    at += length.max(1);
                }
                // Colons, commas, white space, and whatever should not be here.
                _ => at += 1,
            }
        }
        let end = self.values.len() as u32;
        for index in open {
            self.values[index].end = end;
        }
    }

    fn push(&mut self, kind: Kind, key: (u32, u32), string: (u32, u32)) {
        let end = self.values.len() as u32 + 1;
        self.values.push(Value { kind, key, string, end });
    }

    /// Reads a string from after its opening quote; returns where it lies in `strings` and the
    /// offset after its closing quote.
    fn read_string(&mut self, source: &[u8], mut at: usize) -> ((u32, u32), usize) {
        let start = self.strings.len() as u32;
        // Half of a character outside the basic plane, written as two escapes.
        let mut high = None;
        while let Some(&byte) = source.get(at) {
            at += 1;
            match byte {
                b'"' => break,
                b'\\' => {
                    let Some(&escaped) = source.get(at) else { break };
                    at += 1;
                    let unescaped = match escaped {
                        b'n' => b'\n',
                        b'r' | b't' | b'b' | b'f' => b' ',
                        b'u' => {
                            let digits = source.get(at..at + 4).unwrap_or(&[]);
                            let unit = std::str::from_utf8(digits)
                                .ok()
                                .and_then(|digits| u32::from_str_radix(digits, 16).ok());
                            let Some(unit) = unit.filter(|_| digits.len() == 4) else { continue };
                            at += 4;
                            let code = match (high.take(), unit) {
                                (_, 0xd800..=0xdbff) => {
                                    high = Some(unit);
                                    continue;
                                }
                                (Some(high), 0xdc00..=0xdfff) => {
                                    0x10000 + ((high - 0xd800) << 10) + (unit - 0xdc00)
                                }
                                (_, unit) => unit,
                            };
                            let character = char::from_u32(code).unwrap_or('\u{fffd}');
                            let mut buffer = [0; 4];
                            self.strings
                                .extend_from_slice(character.encode_utf8(&mut buffer).as_bytes());
                            continue;
                        }
                        other => other,
                    };
                    self.strings.push(unescaped);
                }
                byte => self.strings.push(byte),
            }
        }
        ((start, self.strings.len() as u32), at)
    }

    fn slice(&self, range: (u32, u32)) -> &str {
        let bytes = &self.strings[range.0 as usize..range.1 as usize];
        std::str::from_utf8(bytes).unwrap_or("")
    }

    /// The indices of all objects, in order.
    pub fn objects(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.values.len()).filter(|index| self.values[*index].kind == Kind::Object)
    }

    /// The objects that may describe what the page is about: not those in lists of other pages.
    pub fn subjects(&self) -> impl Iterator<Item = usize> + '_ {
        self.subjects.iter().copied()
    }

    /// Finds [`Self::subjects`], once.
    fn find_subjects(&self) -> Vec<usize> {
        let mut found = Vec::new();
        let mut listed_until = 0;
        for (index, value) in self.values.iter().enumerate() {
            if index < listed_until || value.kind == Kind::Scalar {
                continue;
            }
            if LISTS_OF_OTHERS.contains(&self.slice(value.key))
                || value.kind == Kind::Object && self.is_a(index, |kind| kind == "ItemList")
            {
                listed_until = value.end as usize;
            } else if value.kind == Kind::Object {
                found.push(index);
            }
        }
        found
    }

    /// The longest string that has one of these keys.
    pub fn longest(&self, keys: &[&str]) -> Option<&str> {
        let strings = self.values.iter().filter(|value| keys.contains(&self.slice(value.key)));
        strings.map(|value| self.slice(value.string).trim()).max_by_key(|string| string.len())
    }

    /// What a value is.
    pub fn kind(&self, index: usize) -> Kind {
        self.values[index].kind
    }

    /// A scalar as text; empty for objects and arrays.
    pub fn text(&self, index: usize) -> &str {
        self.slice(self.values[index].string).trim()
    }

    /// The values in an object or array.
    pub fn children(&self, index: usize) -> impl Iterator<Item = usize> + '_ {
        let end = self.values[index].end as usize;
        let mut next = index + 1;
        std::iter::from_fn(move || {
            let here = (next < end).then_some(next)?;
            next = self.values[here].end as usize;
            Some(here)
        })
    }

    /// The value of a key of an object.
    pub fn get(&self, object: usize, key: &str) -> Option<usize> {
        self.children(object).find(|child| self.slice(self.values[*child].key) == key)
    }

    /// The scalar of a key of an object, or the first one if there are several.
    pub fn get_text(&self, object: usize, key: &str) -> Option<&str> {
        let mut value = self.get(object, key)?;
        if self.kind(value) == Kind::Array {
            value = self.children(value).next()?;
        }
        let text = self.text(value);
        (!text.is_empty() && text != "null").then_some(text)
    }

    /// A value, or the values in it if it is an array.
    pub fn each(&self, index: usize) -> impl Iterator<Item = usize> + '_ {
        let is_array = self.kind(index) == Kind::Array;
        let one = (!is_array).then_some(index);
        let many = is_array.then(|| self.children(index)).into_iter().flatten();
        one.into_iter().chain(many)
    }

    /// The types of an object.
    pub fn types(&self, object: usize) -> impl Iterator<Item = &str> {
        let types = self.get(object, "@type").into_iter();
        types.flat_map(|types| self.each(types)).map(|kind| self.text(kind))
    }

    /// Whether an object has a type of which this holds.
    pub fn is_a(&self, object: usize, matches: impl Fn(&str) -> bool) -> bool {
        self.get(object, "@type")
            .is_some_and(|types| self.each(types).any(|kind| matches(self.text(kind))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_in_a_graph_are_found_with_their_keys() {
        let json = JsonLd::read(
            br#"{"@graph":[{"@type":"WebPage","x":{"y":[1,2]}},{"@type":["A","NewsArticle"],"headline":"\u00c9t\u00e9 \"\ud83d\ude00\""}]}"#,
        );
        let article = json.objects().find(|it| json.is_a(*it, |kind| kind == "NewsArticle"));
        assert_eq!(json.get_text(article.unwrap(), "headline"), Some("Été \"😀\""));
    }

    #[test]
    fn broken_scripts_yield_what_can_be_read() {
        let json = JsonLd::read(b"<!-- {\"headline\": \"two\nlines\",, \"a\": nul, \"b\": \"open");
        assert_eq!(json.get_text(0, "headline"), Some("two\nlines"));
        assert_eq!(json.get_text(0, "b"), Some("open"));
    }

    #[test]
    fn size_and_depth_are_bounded() {
        let deep = JsonLd::read("[".repeat(1_000_000).as_bytes());
        assert_eq!(deep.values.len(), MAX_DEPTH);
        let long = JsonLd::read(format!("[{}", "1,".repeat(1_000_000)).as_bytes());
        assert_eq!(long.values.len(), MAX_VALUES);
    }
}
