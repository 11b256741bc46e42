//! `verify`: checks every record of the store, and everything that one says of another; and
//! computes results again.

use std::collections::BTreeSet;
use std::hash::{BuildHasher, RandomState};
use std::io::Write;

use docmill::model::{DocumentId, PluginName, StoredDocument};
use docmill::pipeline::{Contradiction, Pipeline, Rechecked};
use docmill::store::{Census, Store, Upkeep};

use crate::args::{Common, Output};
use crate::context;
use crate::exit::Exit;
use crate::report::{
    CommandError, Counter, WAY_BACK, census_words, count, escaped, note, tell_flaw, write_json,
};

/// Runs the command.
pub fn run(common: &Common, sample: Option<f64>) -> Result<Exit, CommandError> {
    let pipeline = sample.map(|_| context::pipeline(common, 1)).transpose()?;
    let store = context::existing_store(common)?;
    let mut flaws = 0;
    let census = store.verify(&mut |flaw| {
        flaws += 1;
        tell_flaw(common, &flaw);
    });
    if common.output == Output::Json {
        let Census {
            originals,
            sources,
            documents,
            findings,
            failures,
            runs,
            parts,
            histories,
            leftovers,
        } = census;
        let line = serde_json::json!({
            "flaws": flaws, "originals": originals, "sources": sources, "documents": documents,
            "findings": findings, "failures": failures, "runs": runs, "parts": parts,
            "leftovers": leftovers, "histories": histories,
        });
        write_json(&mut std::io::stdout().lock(), &line)?;
    }
    if flaws > 0 {
        let error =
            CommandError::new(Exit::Store, format!("the store has {}", count(flaws, "flaw")));
        return Err(error.hint(WAY_BACK));
    }
    note(common, &format!("the store is whole: {}", census_words(&census)));
    match pipeline.zip(sample) {
        Some((pipeline, share)) => compute_again(common, &store, &pipeline, share),
        None => Ok(Exit::Success),
    }
}

/// Computes the results of a random share of the documents again.
fn compute_again(
    common: &Common,
    store: &dyn Store,
    pipeline: &Pipeline,
    share: f64,
) -> Result<Exit, CommandError> {
    // Another choice each time, so that many small samples come round to everything.
    let state = RandomState::new();
    let chosen = |id: DocumentId| state.hash_one(id) as f64 <= share * u64::MAX as f64;
    let mut plugins = BTreeSet::new();
    let counter = Counter::new(common, None, "documents");
    let mut found = |it: &StoredDocument, step: &PluginName, how: Contradiction| {
        plugins.insert(step.to_string());
        counter.aside(|| contradicted(common, it, step, &how));
    };
    let mut passed = |_: &StoredDocument| counter.passed();
    let rechecked = docmill::pipeline::recheck(store, pipeline, &chosen, &mut found, &mut passed)?;
    drop(counter);
    let Rechecked { same, contradicted, skipped } = rechecked;
    if common.output == Output::Json {
        let line =
            serde_json::json!({ "same": same, "contradicted": contradicted, "skipped": skipped });
        write_json(&mut std::io::stdout().lock(), &line)?;
    }
    if skipped > 0 {
        let results = count(skipped, "result");
        note(
            common,
            &format!("{results} not computed again: `docmill plan` tells what is not up to date"),
        );
    }
    if contradicted > 0 {
        let plugins: Vec<String> = plugins.into_iter().map(|step| format!("`{step}`")).collect();
        let message = format!(
            "{} came out otherwise than stored: {}",
            count(contradicted, "result"),
            plugins.join(", ")
        );
        let hint =
            "a plugin that is not deterministic must not be used: its results cannot be reused";
        return Err(CommandError::new(Exit::SomeFailed, message).hint(hint));
    }
    note(common, &format!("{} computed again and the same, bit for bit", count(same, "result")));
    Ok(Exit::Success)
}

fn contradicted(
    common: &Common,
    document: &StoredDocument,
    step: &PluginName,
    how: &Contradiction,
) {
    let (word, told) = match how {
        Contradiction::Altered => {
            ("altered", "finds something else than what is stored, the same each time".to_owned())
        }
        Contradiction::Erratic => {
            ("erratic", "is not deterministic: it finds something else each time".to_owned())
        }
        Contradiction::Failed(causes) => {
            ("failed", format!("fails now: {}", escaped(&causes.join(": "))))
        }
    };
    let source = document.source.as_str();
    let mut out = std::io::stdout().lock();
    // What cannot be printed is as little a success as what is printed here.
    let _ = match common.output {
        Output::Human => {
            writeln!(out, "`{step}` {told}: document `{}` of `{}`", document.id, escaped(source))
        }
        Output::Json => write_json(
            &mut out,
            &serde_json::json!({
                "contradiction": word, "step": step.as_str(), "document": document.id.to_string(),
                "source": source,
            }),
        ),
    };
}
