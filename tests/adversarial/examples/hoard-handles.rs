//! Opens a table again and again, and gives none of the handles back.
//!
//! verdict: output
//! because: it holds more than 1000 handles
//! tables: words
//! breaks: L-4

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
        // The contract promises nothing about how many, and the host keeps count.
        while let Some(table) = Table::open("words") {
            std::mem::forget(table);
        }
        Ok(Vec::new())
    }
}

docmill_plugin::export!(analyzer: Adversary);
