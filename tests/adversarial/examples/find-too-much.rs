//! Has the host list more occurrences than fit anywhere.
//!
//! verdict: output
//! because: for one call takes more than 16 MiB
//! tables: words
//! breaks: L-3

use docmill_plugin::prelude::*;

struct Adversary;

impl Plugin for Adversary {
    fn describe() -> Description {
        docmill_adversaries::described(env!("CARGO_CRATE_NAME"))
            .optional_table("words", "Words and meanings")
    }
}

impl Analyzer for Adversary {
    fn kinds() -> Result<Vec<String>, Error> {
        Ok(vec!["finding".to_owned()])
    }

    fn analyze(_: Document) -> Result<Vec<Annotation>, Error> {
        let Some(table) = Table::open("words") else { return Ok(Vec::new()) };
        let found = table.find(&"a".repeat(1_000_000)).len();
        Ok(vec![Annotation::of_document("finding").with_value(found)])
    }
}

docmill_plugin::export!(analyzer: Adversary);
