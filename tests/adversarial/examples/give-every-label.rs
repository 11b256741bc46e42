//! Declares as many labels as a document may have, and gives it all of them.
//!
//! verdict: fine

use docmill_plugin::prelude::*;

struct Adversary;

impl Plugin for Adversary {
    fn describe() -> Description {
        docmill_adversaries::described(env!("CARGO_CRATE_NAME"))
    }
}

fn names() -> impl Iterator<Item = String> {
    (0..10_000).map(|number| format!("label-{number}"))
}

impl Classifier for Adversary {
    fn labels() -> Result<Vec<String>, Error> {
        Ok(names().collect())
    }

    fn classify(_: Document) -> Result<Vec<Label>, Error> {
        Ok(names().map(|name| Label::new(name, 1.0)).collect())
    }
}

docmill_plugin::export!(classifier: Adversary);
