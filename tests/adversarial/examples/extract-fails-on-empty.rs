//! Takes a source without bytes for damage.
//!
//! verdict: fine
//! breaks: E-1

use docmill_plugin::prelude::*;

docmill_adversaries::extractor!(|source| match source.size() {
    0 => Err(Error::malformed("there is nothing")),
    size => Ok(vec![Document::new(size.to_string()).into()]),
});
