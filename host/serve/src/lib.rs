//! Pages to look at a store: served from one address without a line of script, or written into one
//! file.
//!
//! Every page is made from what the store holds, and has a twin for programs below `/api`. Whatever
//! comes from documents and plugins is text in it and nothing else.

mod answers;
mod asked;
mod charts;
mod guard;
mod overview;
mod page;
mod report;
mod server;
mod shelf;
mod views;

pub use guard::{Guard, Token};
pub use report::report;
pub use server::{router, serve};
pub use shelf::Shelf;
