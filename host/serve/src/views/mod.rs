//! The pages, one module each: what it tells as a value for programs, and the same as a page.

pub(crate) mod document;
pub(crate) mod failures;
pub(crate) mod groups;
pub(crate) mod plugins;
pub(crate) mod runs;
pub(crate) mod search;
pub(crate) mod versions;
