//! Asks for findings that it did not declare to read, and for others that do not exist.
//!
//! verdict: fine
//! value: false
//! probes: H-7

use docmill_plugin::prelude::*;

use docmill_plugin::findings;

docmill_adversaries::analyzer!(|_| {
    let seen = findings::annotations("well-behaved").is_some()
        || findings::labels("well-behaved").is_some()
        || findings::translation("well-behaved", "en").is_some()
        || findings::annotations("").is_some()
        || findings::annotations(&"x".repeat(10_000)).is_some();
    Ok(vec![Annotation::of_document("finding").with_value(seen)])
});
