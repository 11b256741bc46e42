//! Translates into a language that is a file.
//!
//! verdict: rejected
//! because: it gives a language as `../en`
//! breaks: P-3

use docmill_plugin::prelude::*;

struct Adversary;

impl Plugin for Adversary {
    fn describe() -> Description {
        docmill_adversaries::described(env!("CARGO_CRATE_NAME"))
    }
}

impl Translator for Adversary {
    fn pairs() -> Result<Vec<LanguagePair>, Error> {
        Ok(vec![LanguagePair::new("fr", "../en")])
    }

    fn translate(segments: Vec<String>, _: LanguagePair) -> Result<Rendering, Error> {
        Ok(Rendering { segments, attributes: Vec::new() })
    }
}

docmill_plugin::export!(translator: Adversary);
