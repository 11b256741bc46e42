//! Finds something at the largest offset there is.
//!
//! verdict: output
//! because: annotation 0 spans bytes 0..4294967295
//! breaks: V-1

use docmill_plugin::prelude::*;

docmill_adversaries::analyzer!(|_| Ok(vec![Annotation::at("finding", 0..u32::MAX as usize)]));
