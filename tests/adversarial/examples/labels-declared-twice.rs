//! Declares the same label twice.
//!
//! verdict: rejected
//! because: it declares a label `one` twice
//! breaks: P-4

use docmill_plugin::prelude::*;

struct Adversary;

impl Plugin for Adversary {
    fn describe() -> Description {
        docmill_adversaries::described(env!("CARGO_CRATE_NAME"))
    }
}

impl Classifier for Adversary {
    fn labels() -> Result<Vec<String>, Error> {
        Ok(vec!["one".to_owned(), "one".to_owned()])
    }

    fn classify(_: Document) -> Result<Vec<Label>, Error> {
        Ok(Vec::new())
    }
}

docmill_plugin::export!(classifier: Adversary);
