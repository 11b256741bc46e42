//! Cannot use its settings, and says so in time.
//!
//! verdict: rejected
//! because: its setting `mood` is unusable: nobody can work like that
//! breaks: P-7

use docmill_plugin::prelude::*;

struct Adversary;

impl Plugin for Adversary {
    fn describe() -> Description {
        docmill_adversaries::described(env!("CARGO_CRATE_NAME")).setting(
            "mood",
            "bad",
            "How it feels",
        )
    }
}

impl Analyzer for Adversary {
    fn kinds() -> Result<Vec<String>, Error> {
        Err(Error::misconfigured("mood", "nobody can work like that"))
    }

    fn analyze(_: Document) -> Result<Vec<Annotation>, Error> {
        Ok(Vec::new())
    }
}

docmill_plugin::export!(analyzer: Adversary);
