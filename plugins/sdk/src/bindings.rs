//! What `wit-bindgen` makes of the contract: one module per role, all sharing the same types;
//! written by `build.rs`.
#![allow(
    missing_docs,
    unsafe_op_in_unsafe_fn,
    clippy::all,
    clippy::allow_attributes,
    clippy::allow_attributes_without_reason,
    reason = "generated code"
)]

pub use wit_bindgen;

include!(concat!(env!("OUT_DIR"), "/bindings.rs"));
