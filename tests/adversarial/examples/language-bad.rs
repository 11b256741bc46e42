//! Takes a path for a language.
//!
//! verdict: output
//! because: it gives a language as `../fr`
//! breaks: V-4

use docmill_plugin::prelude::*;

docmill_adversaries::extractor!(|_| {
    let mut document = Document::new("text");
    document.language = Some("../fr".to_owned());
    Ok(vec![document.into()])
});
