//! Proves a label with a passage that does not exist.
//!
//! verdict: output
//! because: the evidence for label `one` spans bytes
//! breaks: V-1

use docmill_plugin::prelude::*;

docmill_adversaries::classifier!(|document| {
    let mut label = Label::new("one", 1.0);
    label.evidence.push(Span::new(0, document.text.len() + 1));
    Ok(vec![label])
});
