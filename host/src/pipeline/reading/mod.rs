//! Takes one source through the steps.

mod call;
mod source;

pub(super) use source::{Bytes, Incoming};
