//! The harness of docmill's tests: [`TestEnv`] runs the binary, and [`Lab`] runs the library.
//!
//! Guests are built by `cargo xtask guests`. A test whose guest is missing fails and says so; none
//! is skipped.

mod env;
mod guests;
mod lab;

pub use env::{Output, TestEnv, exit};
pub use guests::{code_folder, guest, root, shipped, target};
pub use lab::{Ingested, Lab, Sources, Told, contents, labels, sources};

include!(concat!(env!("OUT_DIR"), "/handmade.rs"));
