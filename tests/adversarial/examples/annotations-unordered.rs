//! Hands over what it found from back to front.
//!
//! verdict: output
//! because: annotation 1 comes after one that it should precede
//! breaks: A-2

use docmill_plugin::prelude::*;

docmill_adversaries::analyzer!(|_| Ok(vec![
    Annotation::at("finding", 0..0),
    Annotation::of_document("finding")
]));
