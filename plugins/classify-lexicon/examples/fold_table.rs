//! Writes a taxonomy table with its keys folded as the plugin expects them, and reports what else
//! is wrong with it.
//!
//! `cargo run -p classify-lexicon --example fold_table < natural.tsv > table.tsv`

use std::collections::BTreeMap;
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

    // Lines in order; the value of a row that comes again is joined to the first.
    let mut lines: Vec<(String, Option<String>)> = Vec::new();
    let mut place_of = BTreeMap::new();
    let mut errors = io::stderr().lock();
    for line in natural.lines() {
        let Some((key, value)) = line.split_once('\t').filter(|_| !line.starts_with('#')) else {
            lines.push((line.to_owned(), None));
            continue;
        };
        let key = match rows::parse(key, value, &labels) {
            Ok(roles) if !key.starts_with('@') => expected_key(key, &roles),
            _ => key.to_owned(),
        };
        let place = *place_of.entry(key.clone()).or_insert(lines.len());
        match lines.get_mut(place) {
            Some((_, Some(first))) => {
                if !join(first, value) {
                    writeln!(errors, "the row `{key}` stands there twice; the first one is kept")?;
                }
            }
            _ => lines.push((key, Some(value.to_owned()))),
        }
    }
    let written = |(key, value): (String, Option<String>)| match value {
        Some(value) => format!("{key}\t{value}\n"),
        None => key + "\n",
    };
    let folded: String = lines.into_iter().map(written).collect();
    io::stdout().write_all(folded.as_bytes())?;
    let problems = problems(&rows_of_tsv(&folded));
    for problem in &problems {
        writeln!(errors, "{problem}")?;
    }
    Ok(if problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Joins a role to the first row of its key, if both do the same in languages of their own:
/// `antivirus` is one word in French and in English. Weight and conditions stay those of the first.
fn join(first: &mut String, value: &str) -> bool {
    let languages = |role: &str| {
        let is_list = |word: &&str| word.split(',').all(|it| ["fr", "vi", "en"].contains(&it));
        role.split_whitespace().find(is_list).map(str::to_owned)
    };
    let (Some(more), false) = (languages(value), value.contains(';')) else { return false };
    let kind = value.split_whitespace().next();
    let mut joined = false;
    let roles = first.split(';').map(|role| match languages(role) {
        Some(known) if role.split_whitespace().next() == kind && !known.contains(&more) => {
            joined = true;
            role.replacen(&format!(" {known}"), &format!(" {known},{more}"), 1)
        }
        _ => role.to_owned(),
    });
    let roles = roles.collect::<Vec<_>>().join(";");
    if joined {
        *first = roles;
    }
    joined
}
