//! Read-only tables from strings to strings, and the search for their keys in a text.

use std::collections::BTreeMap;
use std::sync::{Mutex, OnceLock, PoisonError};

use aho_corasick::{AhoCorasick, MatchKind};

use crate::model::{Digest, Hasher, Span};

/// The largest text of a table, in bytes.
pub const LARGEST_TABLE: u64 = 64 << 20;

/// One call of `entries` returns at most this many of them.
const LONGEST_PAGE: usize = 4 * 1024;
/// One call returns at most this many bytes of entries, values and occurrences, and what the host
/// holds of each besides.
const LARGEST_ANSWER: usize = 16 * 1024 * 1024;
/// The keys of a table that is searched have at most this many bytes together. To build what finds
/// them was seen to take 70 times as much (275 MiB, of which 100 stay) and ten seconds where they
/// are of many different letters, half of it and a second where they are not.
const LARGEST_SEARCHED: usize = 4 * 1024 * 1024;
/// One is built at a time, however many tables are searched at the same time for the first time.
static BUILDING: Mutex<()> = Mutex::new(());

/// A map from strings to strings whose content is fixed.
#[derive(Debug)]
pub struct Table {
    /// In ascending byte order of the keys.
    entries: Vec<(Box<str>, Box<str>)>,
    digest: Digest,
    /// Finds all keys in one pass. Built when first asked for: not every plugin searches.
    finder: OnceLock<Result<AhoCorasick, LookupRefused>>,
}

/// A key found in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Occurrence<'a> {
    /// Where it stands.
    pub span: Span,
    /// The value of the key.
    pub value: &'a str,
}

/// Why a table gave no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LookupRefused {
    /// A text holds so many keys, or so many values were asked for at once, that listing them would
    /// cost the host too much.
    #[error("what the table has for one call takes more than 16 MiB")]
    TooMuch,
    /// What finds the keys would cost the host too much.
    #[error("the table is too large to be searched: its keys have more than 4 MiB")]
    Unsearchable,
}

/// How much of an answer there is room for.
struct Room(usize);

impl Room {
    /// Takes what an item of type `T` and its strings take.
    fn take<T>(&mut self, strings: usize) -> Result<(), LookupRefused> {
        let size = size_of::<T>().saturating_add(strings);
        self.0 = self.0.checked_sub(size).ok_or(LookupRefused::TooMuch)?;
        Ok(())
    }
}

/// Why the text of a table was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {kind}")]
pub struct TableError {
    /// Counted from 1.
    pub line: usize,
    /// What is wrong with it.
    pub kind: TableErrorKind,
}

/// What is wrong with a line of a table.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TableErrorKind {
    /// It has no tab.
    #[error("a tab is missing between key and value")]
    NoTab,
    /// A backslash stands before something that needs none; empty at the end of a field.
    #[error("`\\{0}` is not an escape; write `\\\\` for a backslash")]
    Escape(String),
    /// Nothing stands before the tab.
    #[error("the key is empty")]
    EmptyKey,
    /// The key has a value already.
    #[error("the key `{}` occurs a second time", .0.escape_debug())]
    RepeatedKey(String),
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

    /// Reads tab-separated values: `key <tab> value` per line. Empty lines and lines that begin
    /// with `#` are skipped, and `\t`, `\n`, `\r` and `\\` stand for a tab, a line feed, a carriage
    /// return and a backslash.
    ///
    /// # Errors
    ///
    /// If a line has no tab, an unknown escape, or an empty or repeated key.
    pub fn from_tsv(text: &str) -> Result<Table, TableError> {
        let mut entries = BTreeMap::new();
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        for (index, line) in text.lines().enumerate() {
            let error = |kind| TableError { line: index + 1, kind };
            if line.trim().is_empty() || line.starts_with('#') {
                continue;
            }
            let (key, value) = line.split_once('\t').ok_or_else(|| error(TableErrorKind::NoTab))?;
            let key = unescape(key).map_err(error)?;
            if key.is_empty() {
                return Err(error(TableErrorKind::EmptyKey));
            }
            if entries.contains_key(&key) {
                return Err(error(TableErrorKind::RepeatedKey(key)));
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

    /// The value of each key in turn.
    ///
    /// # Errors
    ///
    /// If they take more than 16 MiB together.
    pub fn get_many(&self, keys: &[String]) -> Result<Vec<Option<&str>>, LookupRefused> {
        let mut room = Room(LARGEST_ANSWER);
        keys.iter()
            .map(|key| {
                let value = self.get(key);
                room.take::<Option<String>>(value.map_or(0, str::len))?;
                Ok(value)
            })
            .collect()
    }

    /// Up to `count` entries from `start` on; fewer only at the end, above 4,096, or above 16 MiB,
    /// and one in any case where there is one.
    pub fn page(&self, start: u64, count: u32) -> impl Iterator<Item = (&str, &str)> {
        // `start` and `count` are guest-controlled, so clamp them before slicing.
        let start = usize::try_from(start).unwrap_or(usize::MAX).min(self.entries.len());
        let end = start.saturating_add((count as usize).min(LONGEST_PAGE)).min(self.entries.len());
        let mut room = Room(LARGEST_ANSWER);
        self.entries[start..end]
            .iter()
            .map(|(key, value)| (&**key, &**value))
            .enumerate()
            .take_while(move |(index, (key, value))| {
                room.take::<(String, String)>(key.len() + value.len()).is_ok() || *index == 0
            })
            .map(|(_, entry)| entry)
    }

    /// Builds what [`Table::find`] needs, unless it was built before. Takes time that is no
    /// plugin's: whoever holds a plugin to a deadline calls this first, and takes off what it took.
    ///
    /// # Errors
    ///
    /// If the keys have more than 4 MiB together.
    pub fn prepare(&self) -> Result<(), LookupRefused> {
        self.finder().map(|_| ())
    }

    /// Every place where a key occurs in `text`, overlapping ones included, by start, longer ones
    /// first.
    ///
    /// # Errors
    ///
    /// If the result would take more than 16 MiB, or the table is too large to be searched.
    pub fn find(&self, text: &str) -> Result<Vec<Occurrence<'_>>, LookupRefused> {
        let finder = self.finder()?;
        let mut found = Vec::new();
        let mut room = Room(LARGEST_ANSWER);
        for hit in finder.find_overlapping_iter(text) {
            let value = &*self.entries[hit.pattern().as_usize()].1;
            room.take::<Occurrence<'_>>(value.len())?;
            // A text that reaches a plugin fits into 32 bits; a longer one has no valid span.
            let offset = |offset: usize| u32::try_from(offset).map_err(|_| LookupRefused::TooMuch);
            found.push(Occurrence {
                span: Span { start: offset(hit.start())?, end: offset(hit.end())? },
                value,
            });
        }
        found.sort_by_key(|it| (it.span.start, std::cmp::Reverse(it.span.end)));
        Ok(found)
    }

    fn finder(&self) -> Result<&AhoCorasick, LookupRefused> {
        self.finder.get_or_init(|| self.build_finder()).as_ref().map_err(|refused| *refused)
    }

    fn build_finder(&self) -> Result<AhoCorasick, LookupRefused> {
        let keys = || self.entries.iter().map(|(key, _)| &**key);
        if keys().map(str::len).sum::<usize>() > LARGEST_SEARCHED {
            return Err(LookupRefused::Unsearchable);
        }
        let _turn = BUILDING.lock().unwrap_or_else(PoisonError::into_inner);
        // It refuses only more patterns or states than fit into 31 bits, which is more than fit
        // into 4 MiB.
        AhoCorasick::builder()
            .match_kind(MatchKind::Standard)
            .build(keys())
            .map_err(|_| LookupRefused::Unsearchable)
    }
}

fn unescape(field: &str) -> Result<String, TableErrorKind> {
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
                    return Err(TableErrorKind::Escape(other));
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
        assert_eq!(table.find(&"a".repeat(10_000)), Err(LookupRefused::TooMuch));
        assert!(table.find("").unwrap().is_empty());
    }

    #[test]
    fn no_answer_takes_more_than_its_share_of_memory() {
        let (one, value) = (1 << 20, "v".repeat(1 << 20));
        let table = table(&[("a", &value), ("b", "2")]);
        let keys = vec!["a".to_owned(); 15];
        assert_eq!(table.get_many(&keys).unwrap().len(), 15);
        assert_eq!(table.get_many(&[&keys[..], &keys[..1]].concat()), Err(LookupRefused::TooMuch));
        let missing = vec!["c".to_owned(); one];
        assert_eq!(table.get_many(&missing), Err(LookupRefused::TooMuch), "none is an answer");
        let large = |count: usize| {
            let entries = (0..count).map(|key| (format!("{key:02}"), value.clone()));
            Table::new(entries.collect()).page(0, 99).count()
        };
        assert_eq!((large(15), large(40)), (15, 15), "the rest comes with the next page");
        let alone = Table::new([("a".to_owned(), "v".repeat(17 << 20))].into());
        assert_eq!(alone.page(0, 9).count(), 1, "or nobody would ever get past it");
    }

    #[test]
    fn a_table_is_searched_only_within_limits() {
        let key = |number: usize| (format!("{number}{}", "k".repeat(1 << 20)), String::new());
        let table = Table::new((0..4).map(key).collect());
        assert_eq!(table.prepare(), Err(LookupRefused::Unsearchable));
        assert_eq!(table.find("k"), Err(LookupRefused::Unsearchable));
        assert_eq!(table.size(), 4, "it can be read all the same");
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
            let error = Table::from_tsv(text).unwrap_err();
            assert_eq!((error.line, error.kind.to_string().as_str()), (line, reason));
        };
        check("# fine\na\t1\nb", 3, "a tab is missing between key and value");
        check("a\t1\na\t2", 2, "the key `a` occurs a second time");
        check("\t1", 1, "the key is empty");
        check("a\\x\t1", 1, "`\\x` is not an escape; write `\\\\` for a backslash");
        assert_eq!(Table::from_tsv("\u{feff}a\\tb\t1\\\\\n\n").unwrap().get("a\tb"), Some("1\\"));
    }
}
