//! What is in a store, what is wrong with it, and the way back.

use std::io::Write;

use docmill::store::{Census, Flaw};

use super::{count, escaped, write_json};
use crate::args::{Common, Output};

/// What to do about flaws.
pub const WAY_BACK: &str =
    "`docmill store export FILE` saves what can be read; host/docs/recovery.md tells the rest";

/// Names one flaw on stdout.
pub fn tell_flaw(common: &Common, flaw: &Flaw) {
    let what = flaw.to_string();
    let mut out = std::io::stdout().lock();
    // What cannot be printed is as little a success as what is printed here.
    let _ = match common.output {
        Output::Human => writeln!(out, "{}", escaped(&what)),
        Output::Json => {
            let source = flaw.source.as_ref().map(|it| it.as_str());
            write_json(&mut out, &serde_json::json!({ "flaw": what, "source": source }))
        }
    };
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
