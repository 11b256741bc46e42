//! Says that the source is damaged.
//!
//! verdict: malformed
//! because: it is broken here (at byte 7)

use docmill_plugin::prelude::*;

docmill_adversaries::extractor!(|_| Err(Error::malformed_at("it is broken here", 7)));
