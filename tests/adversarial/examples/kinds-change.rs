//! Declares something else when it is asked again.
//!
//! verdict: fine
//! breaks: P-1

use std::sync::atomic::{AtomicU32, Ordering};

use docmill_plugin::prelude::*;

struct Adversary;

impl Plugin for Adversary {
    fn describe() -> Description {
        docmill_adversaries::described(env!("CARGO_CRATE_NAME"))
    }
}

impl Analyzer for Adversary {
    fn kinds() -> Result<Vec<String>, Error> {
        static ASKED: AtomicU32 = AtomicU32::new(0);
        Ok(vec![format!("kind-{}", ASKED.fetch_add(1, Ordering::SeqCst))])
    }

    fn analyze(_: Document) -> Result<Vec<Annotation>, Error> {
        Ok(Vec::new())
    }
}

docmill_plugin::export!(analyzer: Adversary);
