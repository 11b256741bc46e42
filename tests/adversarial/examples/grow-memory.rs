//! Asks for one piece of memory that nobody grants.
//!
//! verdict: memory
//! because: and its limit is 16.0 MiB
//! breaks: R-1

use docmill_plugin::prelude::*;

docmill_adversaries::analyzer!(|_| {
    let hoard = vec![1_u8; 256 << 20];
    Ok(vec![Annotation::of_document("finding").with_value(std::hint::black_box(hoard).len())])
});
