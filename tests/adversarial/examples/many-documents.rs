//! Finds more documents in a source than fit into its output.
//!
//! verdict: output
//! because: it handed over more than its limit of 1.0 MiB

use docmill_plugin::prelude::*;

docmill_adversaries::extractor!(|_| Ok((0..100_000)
    .map(|_| Document::new("text").into())
    .collect()));
