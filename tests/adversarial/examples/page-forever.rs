//! Reads a table page by page, again and again.
//!
//! verdict: deadline
//! because: it ran longer than its deadline of 300ms
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
        loop {
            std::hint::black_box(table.entries().count());
        }
    }
}

docmill_plugin::export!(analyzer: Adversary);
