//! Read-only tables that the operator granted.

use std::fmt;

use crate::Span;

/// One row of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The key, unique in its table.
    pub key: String,
    /// What the key stands for.
    pub value: String,
}

/// What is wrong with a row of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The key of the row.
    pub key: String,
    /// What is wrong with it, as a lower-case fragment.
    pub reason: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "the row `{}` is unusable: {}", self.key, self.reason)
    }
}

impl std::error::Error for Problem {}

/// A key of a table found in a text.
#[derive(Debug, Clone, PartialEq)]
pub struct Occurrence {
    /// Where it stands; the key is the text of this span.
    pub span: Span,
    /// The value of the key.
    pub value: String,
}

/// A read-only map from strings to strings.
#[derive(Debug)]
pub struct Table(
    #[cfg(target_family = "wasm")] wasm::Table,
    #[cfg(not(target_family = "wasm"))] crate::testing::TableData,
);

#[cfg(target_family = "wasm")]
mod wasm {
    pub use crate::bindings::imports::docmill::plugin::lookup::{Table, open};
}

/// How many entries [`Table::entries`] asks the host for at a time.
#[cfg(target_family = "wasm")]
const PAGE: u32 = 1024;

impl Table {
    /// Opens a table that the plugin declares and the operator granted.
    pub fn open(name: &str) -> Option<Table> {
        #[cfg(target_family = "wasm")]
        return wasm::open(name).map(Table);
        #[cfg(not(target_family = "wasm"))]
        crate::testing::table(name).map(Table)
    }

    /// The number of entries.
    pub fn size(&self) -> u64 {
        #[cfg(target_family = "wasm")]
        return self.0.size();
        #[cfg(not(target_family = "wasm"))]
        (self.0.len() as u64)
    }

    /// The value of an entry. Keys match exactly, byte for byte.
    pub fn get(&self, key: &str) -> Option<String> {
        #[cfg(target_family = "wasm")]
        return self.0.get(key);
        #[cfg(not(target_family = "wasm"))]
        self.0.get(key).cloned()
    }

    /// Like [`Table::get`] for each key in turn, at the price of a single call.
    pub fn get_many(&self, keys: &[String]) -> Vec<Option<String>> {
        #[cfg(target_family = "wasm")]
        return self.0.get_many(keys);
        #[cfg(not(target_family = "wasm"))]
        keys.iter().map(|key| self.0.get(key).cloned()).collect()
    }

    /// All entries in ascending byte order of their keys, fetched a page at a time.
    pub fn entries(&self) -> impl Iterator<Item = Entry> + '_ {
        #[cfg(target_family = "wasm")]
        {
            let mut next = 0;
            let pages = std::iter::from_fn(move || {
                let page = self.0.entries(next, PAGE);
                next += page.len() as u64;
                (!page.is_empty()).then_some(page)
            });
            return pages.flatten().map(|entry| Entry { key: entry.key, value: entry.value });
        }
        #[cfg(not(target_family = "wasm"))]
        self.0.iter().map(|(key, value)| Entry { key: key.clone(), value: value.clone() })
    }

    /// Every place where a key occurs in `text`, overlapping ones included: by start, longer ones
    /// first.
    ///
    /// The host does the searching, so this is the fast way to use a large table. Whether an
    /// occurrence is a whole word is for the caller to decide.
    pub fn find(&self, text: &str) -> Vec<Occurrence> {
        #[cfg(target_family = "wasm")]
        return self
            .0
            .find(text)
            .into_iter()
            .map(|it| Occurrence { span: it.span, value: it.value })
            .collect();
        #[cfg(not(target_family = "wasm"))]
        crate::testing::find(&self.0, text)
    }
}
