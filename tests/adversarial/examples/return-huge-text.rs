//! Finds more text than it was given.
//!
//! verdict: output
//! because: it handed over more than its limit of 1.0 MiB

use docmill_plugin::prelude::*;

docmill_adversaries::analyzer!(|_| Ok(vec![
    Annotation::of_document("finding").with_value("x".repeat(2 << 20))
]));
