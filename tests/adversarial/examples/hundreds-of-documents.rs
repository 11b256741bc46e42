//! Finds few enough documents in a source that much may be said of each.
//!
//! verdict: fine
//! value: text

use docmill_plugin::prelude::*;

docmill_adversaries::extractor!(|_| Ok((0..2_000).map(|_| Document::new("text").into()).collect()));
