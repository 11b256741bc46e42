//! Writes a taxonomy table with its keys folded as the plugin expects them, and reports what else is wrong with it.
//!
//! `cargo run -p classify-lexicon --example fold_table < natural.tsv > table.tsv`

use std::io::{self, Read, Write};
use std::process::ExitCode;

use classify_lexicon::check::{expected_key, problems, rows_of_tsv};
use classify_lexicon::{LABELS_KEY, rows};

fn main() -> io::Result<ExitCode> {
    let mut natural = String::new();
    io::stdin().read_to_string(&mut natural)?;
    let entries = rows_of_tsv(&natural);
    let declared = entries.iter().find(|(key, _)| *key == LABELS_KEY).map_or("", |(_, it)| it);
    let labels = rows::declared_labels(declared).unwrap_or_default();

    let mut folded = String::new();
    let mut seen = std::collections::BTreeSet::new();
    let mut errors = io::stderr().lock();
    for line in natural.lines() {
        let Some((key, value)) = line.split_once('\t').filter(|_| !line.starts_with('#')) else {
            folded.extend([line, "\n"]);
            continue;
        };
        let key = match rows::parse(key, value, &labels) {
            Ok(roles) if !key.starts_with('@') => expected_key(key, &roles),
            _ => key.to_owned(),
        };
        if seen.insert(key.clone()) {
            folded.extend([&key, "\t", value, "\n"]);
        } else {
            writeln!(errors, "the row `{key}` stands there twice; the first one is kept")?;
        }
    }
    io::stdout().write_all(folded.as_bytes())?;
    let problems = problems(&rows_of_tsv(&folded));
    for problem in &problems {
        writeln!(errors, "{problem}")?;
    }
    Ok(if problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
