//! Calls itself until the stack that its compiler laid out in its memory is used up.
//!
//! verdict: trapped
//! because: out of bounds memory access
//! breaks: R-1

use docmill_plugin::prelude::*;

fn deeper(depth: u64) -> u64 {
    // What is kept on the stack and used afterwards is no tail call that an optimiser turns into a
    // loop.
    let here = std::hint::black_box([depth; 16]);
    if here[0] == u64::MAX { 0 } else { deeper(depth + 1).wrapping_add(here[3]) }
}

docmill_adversaries::analyzer!(|_| Ok(vec![
    Annotation::of_document("finding").with_value(deeper(0))
]));
