//! Gives the same label twice.
//!
//! verdict: output
//! because: it gave the label `one` twice
//! breaks: C-2

use docmill_plugin::prelude::*;

docmill_adversaries::classifier!(|_| Ok(vec![Label::new("one", 0.5), Label::new("one", 0.5)]));
