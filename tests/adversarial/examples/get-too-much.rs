//! Asks a table for the same value again and again, in calls that grow until one is too large.
//!
//! verdict: output
//! because: it handed over more than its limit of 1.0 MiB
//! tables: words

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
        let key = table.entries().next().map(|entry| entry.key).unwrap_or_default();
        let mut values = 0;
        // Of large values, few are too many; of small ones, the keys are.
        for count in (0..21).map(|it| 1_usize << it) {
            values += table.get_many(&vec![key.clone(); count]).len();
        }
        Ok(vec![Annotation::of_document("finding").with_value(values)])
    }
}

docmill_plugin::export!(analyzer: Adversary);
