//! Gives a label that it never declared.
//!
//! verdict: output
//! because: it gave the label `three`
//! breaks: C-1

use docmill_plugin::prelude::*;

docmill_adversaries::classifier!(|_| Ok(vec![Label::new("three", 1.0)]));
