//! The control: counts bytes and does no harm, and is read by others.
//!
//! verdict: fine

use docmill_plugin::prelude::*;

docmill_adversaries::analyzer!(|document| {
    Ok(vec![Annotation::of_document("finding").with_value(document.text.len())])
});
