//! Marks a paragraph that is not in its own text.
//!
//! verdict: output
//! because: mark 0 spans bytes 0..6
//! breaks: V-1

use docmill_plugin::prelude::*;

docmill_adversaries::extractor!(|_| {
    let mut document = Document::new("short");
    document.marks.push(Mark::new("paragraph", 0..6));
    Ok(vec![document.into()])
});
