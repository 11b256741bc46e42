//! `verify`: checks every record of the store, and everything that one says of another.

use std::io::Write;

use docmill::store::{Census, Flaw, Upkeep};

use crate::args::{Common, Output};
use crate::context;
use crate::exit::Exit;
use crate::report::{CommandError, count, escaped, note};

/// What to do about flaws.
pub const WAY_BACK: &str =
    "`docmill store export FILE` saves what can be read; host/docs/recovery.md tells the rest";

/// Runs the command.
pub fn run(common: &Common) -> Result<Exit, CommandError> {
    let store = context::existing_store(common)?;
    let mut flaws = 0;
    let census = store.verify(&mut |flaw| {
        flaws += 1;
        tell(common, &flaw);
    });
    if common.output == Output::Json {
        let Census { originals, sources, documents, findings, failures, runs, parts, leftovers } =
            census;
        let line = serde_json::json!({
            "flaws": flaws, "originals": originals, "sources": sources, "documents": documents,
            "findings": findings, "failures": failures, "runs": runs, "parts": parts,
            "leftovers": leftovers,
        });
        writeln!(std::io::stdout().lock(), "{line}")?;
    }
    if flaws > 0 {
        let error =
            CommandError::new(Exit::Store, format!("the store has {}", count(flaws, "flaw")));
        return Err(error.hint(WAY_BACK));
    }
    note(common, &format!("the store is whole: {}", told(&census)));
    Ok(Exit::Success)
}

/// Names one flaw on stdout.
pub fn tell(common: &Common, flaw: &Flaw) {
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
pub fn told(census: &Census) -> String {
    [
        count(census.sources, "source"),
        count(census.documents, "document"),
        count(census.findings, "finding"),
        count(census.failures, "failure"),
        count(census.runs, "run"),
    ]
    .join(", ")
}
