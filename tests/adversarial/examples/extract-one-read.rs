//! Takes what one read returns for the whole source.
//!
//! verdict: fine
//! breaks: E-2

use docmill_plugin::prelude::*;

docmill_adversaries::extractor!(|source| {
    let all = source.read(0, u32::MAX);
    Ok(vec![Document::new(String::from_utf8_lossy(&all)).into()])
});
