//! docmill: a document-ingestion framework whose every step is a sandboxed WebAssembly plugin.

pub mod abi;
pub mod capabilities;
pub mod catalog;
pub mod conformance;
pub mod error;
pub mod evaluation;
pub mod ingest;
pub mod likeness;
pub mod manifest;
pub mod model;
pub mod pipeline;
pub mod render;
pub mod sandbox;
pub mod store;
