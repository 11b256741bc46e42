//! Hands asides over from back to front.
//!
//! verdict: output
//! because: aside 1 stands before the one that precedes it
//! breaks: E-5

use docmill_plugin::prelude::*;

docmill_adversaries::extractor!(|_| {
    let aside = |position| Aside {
        kind: "caption".to_owned(),
        text: String::new(),
        position,
        attributes: Vec::new(),
    };
    let asides = vec![aside(4), aside(0)];
    Ok(vec![Extracted { document: Document::new("a text"), asides }])
});
