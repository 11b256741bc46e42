//! Finds as many documents in a source as are held of one.
//!
//! verdict: output
//! because: it handed over more than its limit of 1.0 MiB

use docmill_plugin::prelude::*;

docmill_adversaries::extractor!(|_| Ok((0..30_000)
    .map(|_| Document::new("text").into())
    .collect()));
