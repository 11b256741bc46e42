//! Never comes to an end of declaring what it finds.
//!
//! verdict: rejected
//! because: it ran longer than its deadline of 10s
//! breaks: P-6

use docmill_plugin::prelude::*;

struct Adversary;

impl Plugin for Adversary {
    fn describe() -> Description {
        docmill_adversaries::described(env!("CARGO_CRATE_NAME"))
    }
}

impl Analyzer for Adversary {
    fn kinds() -> Result<Vec<String>, Error> {
        loop {
            std::hint::black_box(());
        }
    }

    fn analyze(_: Document) -> Result<Vec<Annotation>, Error> {
        Ok(Vec::new())
    }
}

docmill_plugin::export!(analyzer: Adversary);
