//! Proves a label from back to front.
//!
//! verdict: output
//! because: the evidence for label 0 is not in order
//! breaks: C-4

use docmill_plugin::prelude::*;

docmill_adversaries::classifier!(|document| {
    let mut label = Label::new("one", 1.0);
    let end = document.text.len();
    label.evidence = vec![Span::new(end, end), Span::new(0, 0)];
    Ok(vec![label])
});
