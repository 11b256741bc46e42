//! Marks what lies within before what lies around it.
//!
//! verdict: output
//! because: mark 1 comes after one that it should precede
//! breaks: E-3

use docmill_plugin::prelude::*;

docmill_adversaries::extractor!(|_| {
    let mut document = Document::new("a text");
    document.marks = vec![Mark::new("emphasis", 0..1), Mark::new("paragraph", 0..6)];
    Ok(vec![document.into()])
});
