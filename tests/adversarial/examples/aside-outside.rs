//! Puts an aside where its text has no place.
//!
//! verdict: output
//! because: aside 0 stands at byte 4294967295
//! breaks: E-4

use docmill_plugin::prelude::*;

docmill_adversaries::extractor!(|_| {
    let aside = Aside {
        kind: "caption".to_owned(),
        text: String::new(),
        position: u32::MAX,
        attributes: Vec::new(),
    };
    Ok(vec![Extracted { document: Document::new("short"), asides: vec![aside] }])
});
