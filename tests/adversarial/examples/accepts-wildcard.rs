//! Accepts everything that is text.
//!
//! verdict: rejected
//! because: it gives a media type as `text/*`
//! breaks: P-2

use docmill_plugin::prelude::*;

struct Adversary;

impl Plugin for Adversary {
    fn describe() -> Description {
        docmill_adversaries::described(env!("CARGO_CRATE_NAME"))
    }
}

impl Extractor for Adversary {
    fn accepts() -> Result<Vec<String>, Error> {
        Ok(vec!["text/*".to_owned()])
    }

    fn extract(_: Source<'_>) -> Result<Vec<Extracted>, Error> {
        Ok(Vec::new())
    }
}

docmill_plugin::export!(extractor: Adversary);
