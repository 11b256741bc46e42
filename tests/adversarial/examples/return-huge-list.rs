//! Finds a million things in any document.
//!
//! verdict: output
//! because: it handed over more than its limit of 1.0 MiB
//! breaks: L-1

use docmill_plugin::prelude::*;

docmill_adversaries::analyzer!(|_| Ok((0..100_000)
    .map(|_| Annotation::of_document("finding"))
    .collect()));
