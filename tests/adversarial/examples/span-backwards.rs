//! Finds something that ends before it begins.
//!
//! verdict: output
//! because: spans bytes 4..2, which runs backwards
//! breaks: V-1

use docmill_plugin::prelude::*;

docmill_adversaries::analyzer!(|_| {
    let mut found = Annotation::at("finding", 0..0);
    found.span = Some(docmill_plugin::Span { start: 4, end: 2 });
    Ok(vec![found])
});
