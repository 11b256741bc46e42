//! Crashes where it should refuse the value of a setting.
//!
//! verdict: fine
//! breaks: P-6

use docmill_plugin::prelude::*;

struct Adversary;

impl Plugin for Adversary {
    fn describe() -> Description {
        docmill_adversaries::described(env!("CARGO_CRATE_NAME")).setting(
            "least",
            "1",
            "The least number of words",
        )
    }
}

impl Analyzer for Adversary {
    fn kinds() -> Result<Vec<String>, Error> {
        let least: u32 = setting("least").and_then(|it| it.parse().ok()).expect("a number");
        Ok(vec![format!("at-least-{least}")])
    }

    fn analyze(_: Document) -> Result<Vec<Annotation>, Error> {
        Ok(Vec::new())
    }
}

docmill_plugin::export!(analyzer: Adversary);
