//! Declares the same kind of annotation twice.
//!
//! verdict: rejected
//! because: twice
//! breaks: P-5

use docmill_plugin::prelude::*;

struct Adversary;

impl Plugin for Adversary {
    fn describe() -> Description {
        docmill_adversaries::described(env!("CARGO_CRATE_NAME"))
    }
}

impl Analyzer for Adversary {
    fn kinds() -> Result<Vec<String>, Error> {
        Ok(vec!["finding".to_owned(), "finding".to_owned()])
    }

    fn analyze(_: Document) -> Result<Vec<Annotation>, Error> {
        Ok(Vec::new())
    }
}

docmill_plugin::export!(analyzer: Adversary);
