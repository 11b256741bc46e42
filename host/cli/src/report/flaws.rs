//! What is in a store, what is wrong with it, and the way back.

use std::io::Write;

use docmill::store::{Census, Flaw};

use super::{count, escaped};
use crate::args::{Common, Output};

/// What to do about flaws.
pub const WAY_BACK: &str =
    "`docmill store export FILE` saves what can be read; host/docs/recovery.md tells the rest";

/// Names one flaw on stdout.
pub fn tell_flaw(common: &Common, flaw: &Flaw) {
    let Flaw { what, source } = flaw;
    let line = match common.output {
        Output::Human => escaped(what),
        Output::Json => {
            serde_json::json!({ "flaw": what, "source": source.as_ref().map(|it| it.as_str()) })
                .to_string()
        }
    };
    // With stdout closed, the exit code says it all.
    let _ = writeln!(std::io::stdout().lock(), "{line}");
}

/// What there is, in a few words.
pub fn census_words(census: &Census) -> String {
    [
        count(census.sources, "source"),
        count(census.documents, "document"),
        count(census.findings, "finding"),
        count(census.failures, "failure"),
        count(census.runs, "run"),
    ]
    .join(", ")
}
