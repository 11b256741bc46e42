//! Reads a setting that has a default, and one that it never declared.
//!
//! verdict: fine
//! value: Some("good") None
//! probes: H-2

use docmill_plugin::prelude::*;

struct Reader;

impl Plugin for Reader {
    fn describe() -> Description {
        docmill_adversaries::described(env!("CARGO_CRATE_NAME")).setting(
            "mood",
            "good",
            "How it feels",
        )
    }
}

impl Analyzer for Reader {
    fn kinds() -> Result<Vec<String>, Error> {
        Ok(vec!["finding".to_owned()])
    }

    fn analyze(_: Document) -> Result<Vec<Annotation>, Error> {
        let seen = format!("{:?} {:?}", setting("mood"), setting("min-length"));
        Ok(vec![Annotation::of_document("finding").with_value(seen)])
    }
}

docmill_plugin::export!(analyzer: Reader);
