//! docmill: a document-ingestion framework whose every step is a sandboxed WebAssembly plugin.

pub mod model;
pub mod store;
