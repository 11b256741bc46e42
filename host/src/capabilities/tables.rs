//! Read-only tables from strings to strings, and the search for their keys in a text.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use aho_corasick::{AhoCorasick, MatchKind};

use crate::model::{Digest, Hasher, Span};

/// One call of `entries` returns at most this many of them.
const LONGEST_PAGE: usize = 4 * 1024;
/// One call of `find` returns at most this many bytes of occurrences and values.
const LARGEST_FIND: usize = 16 * 1024 * 1024;

/// A map from strings to strings whose content is fixed.
#[derive(Debug)]
pub struct Table {
    /// In ascending byte order of the keys.
    entries: Vec<(Box<str>, Box<str>)>,
    digest: Digest,
    /// Finds all keys in one pass. Built when first asked for: not every plugin searches.
    finder: OnceLock<Option<AhoCorasick>>,
}

/// A key found in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Occurrence<'a> {
    /// Where it stands.
    pub span: Span,
    /// The value of the key.
    pub value: &'a str,
}

/// A text holds so many keys that listing them would cost the host too much.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the table's keys occur so often in the text that listing them takes more than 16 MiB")]
pub struct TooManyOccurrences;

/// Why the text of a table was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {reason}")]
pub struct TableError {
    /// Counted from 1.
    pub line: usize,
    /// A lower-case fragment.
    pub reason: String,
}

impl Table {
    /// A table with these entries.
    pub fn new(entries: BTreeMap<String, String>) -> Table {
        let mut hasher = Hasher::new("docmill table 1");
        for (key, value) in &entries {
            hasher.field(key.as_bytes()).field(value.as_bytes());
        }
        let digest = hasher.finish();
        let entries = entries
            .into_iter()
            .map(|(key, value)| (key.into_boxed_str(), value.into_boxed_str()))
            .collect();
        Table { entries, digest, finder: OnceLock::new() }
    }

    /// Reads tab-separated values: `key <tab> value` per line. Empty lines and lines that begin with `#` are skipped, and `\t`,
    /// `\n`, `\r` and `\\` stand for a tab, a line feed, a carriage return and a backslash.
    ///
    /// # Errors
    ///
    /// If a line has no tab, an unknown escape, or an empty or repeated key.
    pub fn from_tsv(text: &str) -> Result<Table, TableError> {
        let mut entries = BTreeMap::new();
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        for (index, line) in text.lines().enumerate() {
            let error = |reason: String| TableError { line: index + 1, reason };
            if line.trim().is_empty() || line.starts_with('#') {
                continue;
            }
            let (key, value) = line
                .split_once('\t')
                .ok_or_else(|| error("a tab is missing between key and value".to_owned()))?;
            let key = unescape(key).map_err(error)?;
            if key.is_empty() {
                return Err(error("the key is empty".to_owned()));
            }
            if entries.contains_key(&key) {
                return Err(error(format!(
                    "the key `{}` occurs a second time",
                    key.escape_debug()
                )));
            }
            let value = unescape(value).map_err(error)?;
            entries.insert(key, value);
        }
        Ok(Table::new(entries))
    }

    /// The digest of all entries.
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// The number of entries.
    pub fn size(&self) -> u64 {
        self.entries.len() as u64
    }

    /// The value of an entry.
    pub fn get(&self, key: &str) -> Option<&str> {
        let index = self.entries.binary_search_by(|(candidate, _)| (**candidate).cmp(key)).ok()?;
        Some(&self.entries[index].1)
    }

    /// All entries, in ascending byte order of the keys.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.entries.iter().map(|(key, value)| (&**key, &**value))
    }

    /// Up to `count` entries from `start` on; fewer only at the end or above 4,096.
    pub fn page(&self, start: u64, count: u32) -> impl Iterator<Item = (&str, &str)> {
        // `start` and `count` are guest-controlled, so clamp them before slicing.
        let start = usize::try_from(start).unwrap_or(usize::MAX).min(self.entries.len());
        let end = start.saturating_add((count as usize).min(LONGEST_PAGE)).min(self.entries.len());
        self.entries[start..end].iter().map(|(key, value)| (&**key, &**value))
    }

    /// Every place where a key occurs in `text`, overlapping ones included, by start, longer ones first.
    ///
    /// # Errors
    ///
    /// If the result would take more than 16 MiB.
    pub fn find(&self, text: &str) -> Result<Vec<Occurrence<'_>>, TooManyOccurrences> {
        let Some(finder) = self.finder.get_or_init(|| self.build_finder()) else {
            return Ok(Vec::new());
        };
        let mut found = Vec::new();
        let mut room = LARGEST_FIND;
        for hit in finder.find_overlapping_iter(text) {
            let value = &*self.entries[hit.pattern().as_usize()].1;
            room = room
                .checked_sub(size_of::<Occurrence<'_>>() + value.len())
                .ok_or(TooManyOccurrences)?;
            // A text that reaches a plugin fits into 32 bits; a longer one has no valid span.
            let offset = |offset: usize| u32::try_from(offset).map_err(|_| TooManyOccurrences);
            found.push(Occurrence {
                span: Span { start: offset(hit.start())?, end: offset(hit.end())? },
                value,
            });
        }
        found.sort_by_key(|it| (it.span.start, std::cmp::Reverse(it.span.end)));
        Ok(found)
    }

    fn build_finder(&self) -> Option<AhoCorasick> {
        // The automaton refuses only more patterns or states than fit into 31 bits; such a table finds nothing rather than
        // taking the run down, and the size cap on table files keeps it from existing.
        AhoCorasick::builder()
            .match_kind(MatchKind::Standard)
            .build(self.entries.iter().map(|(key, _)| &**key))
            .ok()
    }
}

fn unescape(field: &str) -> Result<String, String> {
    let mut unescaped = String::with_capacity(field.len());
    let mut characters = field.chars();
    while let Some(character) = characters.next() {
        unescaped.push(match character {
            '\\' => match characters.next() {
                Some('t') => '\t',
                Some('n') => '\n',
                Some('r') => '\r',
                Some('\\') => '\\',
                other => {
                    let other = other.map_or_else(String::new, |c| c.escape_debug().to_string());
                    return Err(format!("`\\{other}` is no escape; write `\\\\` for a backslash"));
                }
            },
            other => other,
        });
    }
    Ok(unescaped)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(entries: &[(&str, &str)]) -> Table {
        Table::new(
            entries.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect(),
        )
    }

    #[test]
    fn find_returns_overlapping_keys_longest_first() {
        let table = table(&[("ab", "1"), ("abc", "2"), ("bc", "3")]);
        let found = table.find("xabc").unwrap();
        let found: Vec<_> = found.iter().map(|it| (it.span.start, it.span.end, it.value)).collect();
        assert_eq!(found, [(1, 4, "2"), (1, 3, "1"), (2, 4, "3")]);
    }

    #[test]
    fn find_gives_up_rather_than_listing_without_end() {
        let keys: Vec<String> = (1..200).map(|length| "a".repeat(length)).collect();
        let table = Table::new(keys.into_iter().map(|key| (key, "v".repeat(100))).collect());
        assert_eq!(table.find(&"a".repeat(10_000)), Err(TooManyOccurrences));
        assert!(table.find("").unwrap().is_empty());
    }

    #[test]
    fn an_empty_table_finds_nothing() {
        assert!(table(&[]).find("text").unwrap().is_empty());
    }

    #[test]
    fn pages_are_sorted_and_clamped() {
        let table = table(&[("b", "2"), ("a", "1"), ("c", "3")]);
        assert_eq!(table.page(1, 9).collect::<Vec<_>>(), [("b", "2"), ("c", "3")]);
        assert_eq!(table.page(u64::MAX, u32::MAX).count(), 0);
        assert_eq!(table.get("b"), Some("2"));
        assert_eq!(table.get("bb"), None);
    }

    #[test]
    fn a_damaged_line_is_named() {
        let check = |text: &str, line, reason: &str| {
            assert_eq!(
                Table::from_tsv(text).unwrap_err(),
                TableError { line, reason: reason.to_owned() }
            );
        };
        check("# fine\na\t1\nb", 3, "a tab is missing between key and value");
        check("a\t1\na\t2", 2, "the key `a` occurs a second time");
        check("\t1", 1, "the key is empty");
        check("a\\x\t1", 1, "`\\x` is no escape; write `\\\\` for a backslash");
        assert_eq!(Table::from_tsv("\u{feff}a\\tb\t1\\\\\n\n").unwrap().get("a\tb"), Some("1\\"));
    }
}
