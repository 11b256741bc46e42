//! Finds the whole text as often as the spans of one result may cover it.
//!
//! verdict: fine

use docmill_plugin::prelude::*;

docmill_adversaries::analyzer!(|document| {
    let length = document.text.len().max(1);
    let most = (16 * length + (1 << 20)) / length;
    let whole = || Annotation::at("finding", 0..document.text.len());
    // Short texts would be found a million times, which is too much to hand over.
    Ok((0..most.min(1_000)).map(|_| whole()).collect())
});
