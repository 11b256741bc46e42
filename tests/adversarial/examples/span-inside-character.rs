//! Counts characters as if each had one byte.
//!
//! verdict: output
//! because: which cuts a character
//! breaks: V-1

use docmill_plugin::prelude::*;

docmill_adversaries::analyzer!(|document| {
    let accent = document.text.find('é').unwrap_or_default();
    Ok(vec![Annotation::at("finding", accent..accent + 1)])
});
