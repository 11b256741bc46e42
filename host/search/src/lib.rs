//! Full-text search over a store: an index beside it, which is never a second truth.
//!
//! Everything in the index can be read off the store, and whatever is told of a document that was
//! found is. The index remembers how far the store had come ([`Store::position`]), so whoever opens
//! it next brings in what was committed since; where it is missing, damaged or of another version
//! it is made anew. It lies in the store's own folder, at [`Address::derived`], which forgetting a
//! source removes.
//!
//! [`Store::position`]: docmill::store::Store::position
//! [`Address::derived`]: docmill::store::Address::derived

mod asking;
mod facets;
mod keeping;
mod passages;
mod query;
mod schema;
mod words;

pub use asking::{Ask, Found, Hit, Order};
pub use facets::{Counts, Facet};
pub use keeping::{Making, SearchIndex};
pub use passages::Passage;
pub use query::{DEEPEST, LONGEST, MOST_CLAUSES, QueryError, QueryErrorKind};

/// The most words that the beginning of one stands for.
pub const MOST_BEGINNINGS: usize = 1_024;
/// The most values of a facet that are told.
pub const MOST_VALUES: usize = 100;
/// The most documents of one answer.
pub const MOST_HITS: usize = 1_000;
/// The most documents that are passed over before an answer: those who want to go through all of
/// them list them.
pub const FURTHEST: usize = 10_000;

/// Why nothing could be searched.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SearchError {
    /// The query is none.
    #[error("this is not a query: {0}")]
    Query(#[from] QueryError),
    /// The store could not be read.
    #[error(transparent)]
    Store(#[from] docmill::store::StoreError),
    /// The folder of the index could not be used.
    #[error("the index for searching could not be {action}")]
    Folder {
        /// What was tried: `made`, `read`, `written`.
        action: &'static str,
        /// What the system says.
        #[source]
        cause: std::io::Error,
    },
    /// The index itself failed.
    #[error("the index for searching failed")]
    Index(#[from] tantivy::TantivyError),
}

/// Where what is looked for stands in a text, as a hit would show it: in order and apart from each
/// other. Nothing if it is not a query.
pub fn highlights(query: &str, text: &str) -> Vec<docmill::model::Span> {
    let Ok(query) = query::Query::read(query) else { return Vec::new() };
    let ranges = passages::Sought::of(&query.sought()).highlights(text);
    ranges.iter().filter_map(|it| passages::span_of(text, it)).collect()
}
