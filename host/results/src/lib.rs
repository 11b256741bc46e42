//! Results of docmill as Parquet files: one schema for all who write and read them, a folder of
//! such files that a run fills in the place of a store, and the ways between folder and store.
//!
//! [`ResultFolder`] is a [`Store`](docmill::store::Store) that keeps rows: nothing but keys is in
//! memory, files are only added, and what is done is not done again, by whichever of several
//! processes. Nothing of a row depends on where or when it was computed but what stands in `costs`.

mod error;
mod files;
mod folder;
mod index;
mod rows;
mod schema;
mod transfer;

#[cfg(test)]
mod tests;

pub use error::ResultsError;
pub use folder::ResultFolder;
pub use schema::{Column, Kind, Table, VERSION};
pub use transfer::{Exported, Imported, export, import};
