//! Names an attribute so that it would control the terminal.
//!
//! verdict: output
//! because: it names an attribute `\u{1b}[31m`
//! breaks: V-3

use docmill_plugin::prelude::*;

docmill_adversaries::analyzer!(|_| Ok(vec![
    Annotation::of_document("finding").with("\u{1b}[31m", "red")
]));
