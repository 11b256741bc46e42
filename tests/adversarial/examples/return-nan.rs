//! Is sure of something to a degree that is not a number.
//!
//! verdict: output
//! because: label `one` has the confidence NaN
//! breaks: V-2

use docmill_plugin::prelude::*;

docmill_adversaries::classifier!(|_| Ok(vec![Label::new("one", f32::NAN)]));
