//! Finds something past the end of the text.
//!
//! verdict: output
//! because: but the text has
//! breaks: V-1

use docmill_plugin::prelude::*;

docmill_adversaries::analyzer!(|document| {
    let end = document.text.len();
    Ok(vec![Annotation::at("finding", end..end + 1)])
});
