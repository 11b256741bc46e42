//! Counts the documents it has seen: each is the first.
//!
//! verdict: fine
//! value: document 1
//! breaks: R-2

use docmill_plugin::prelude::*;

use std::sync::atomic::{AtomicU32, Ordering};

static SEEN: AtomicU32 = AtomicU32::new(0);

docmill_adversaries::analyzer!(|_| {
    let seen = SEEN.fetch_add(1, Ordering::Relaxed) + 1;
    Ok(vec![Annotation::of_document("finding").with_value(format!("document {seen}"))])
});
