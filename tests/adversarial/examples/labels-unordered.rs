//! Gives the less certain label first.
//!
//! verdict: output
//! because: label `two` is more confident than the one before it
//! breaks: C-3

use docmill_plugin::prelude::*;

docmill_adversaries::classifier!(|_| Ok(vec![Label::new("one", 0.1), Label::new("two", 0.9)]));
