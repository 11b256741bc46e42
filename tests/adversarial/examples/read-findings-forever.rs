//! Reads what others found, again and again.
//!
//! verdict: deadline
//! because: it ran longer than its deadline of 300ms

use docmill_plugin::prelude::*;

/// The steps that it reads, as far as they are there.
const READ: [&str; 4] = ["huge-0", "huge-1", "huge-2", "huge-3"];

struct Adversary;

impl Plugin for Adversary {
    fn describe() -> Description {
        let described = docmill_adversaries::described(env!("CARGO_CRATE_NAME"));
        READ.into_iter().fold(described, Description::reads)
    }
}

impl Analyzer for Adversary {
    fn kinds() -> Result<Vec<String>, Error> {
        Ok(vec!["finding".to_owned()])
    }

    fn analyze(_: Document) -> Result<Vec<Annotation>, Error> {
        loop {
            for step in READ {
                std::hint::black_box(docmill_plugin::findings::annotations(step));
            }
        }
    }
}

docmill_plugin::export!(analyzer: Adversary);
