//! The plugins, the tables and the pipeline that travel inside docmill: data, made by `cargo xtask
//! build` before this is compiled.
//!
//! A plugin is shipped if its `Cargo.toml` says which step it is in the built-in pipeline
//! (`[package.metadata.docmill]`). A build without any still compiles, and is told so where it is
//! used.

use docmill::catalog::{Shipped, ShippedPlugin};

include!(concat!(env!("OUT_DIR"), "/shipped.rs"));

/// What travels inside docmill; for [`docmill::catalog::Catalog::with_shipped`].
pub static SHIPPED: Shipped = Shipped { plugins: PLUGINS, tables: TABLES, pipeline: PIPELINE };
