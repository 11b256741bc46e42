//! `stats --kinds`: how often something of each kind was found, in how many documents, and by which
//! step.

use std::collections::BTreeMap;
use std::io::Write;

use docmill::model::{Findings, PluginName};
use docmill::store::{Store, StoreError};
use serde::Serialize;

use crate::args::{Common, Output};
use crate::exit::Exit;
use crate::report::{
    Column, CommandError, Paint, Table, Tone, count, grouped, note, one_line, write_json,
};

/// What there is of one kind, found by one step.
#[derive(Debug, Default, PartialEq, Eq)]
struct Number {
    documents: u64,
    findings: u64,
    /// Of these, how many have a value.
    values: u64,
}

#[derive(Serialize)]
struct Row<'a> {
    kind: &'a str,
    step: &'a str,
    documents: u64,
    findings: u64,
    values: u64,
}

/// Tells all kinds, in the order of their names.
pub fn run(common: &Common, store: &dyn Store) -> Result<Exit, CommandError> {
    let numbers = numbers(store)?;
    let mut stdout = std::io::BufWriter::new(std::io::stdout().lock());
    match common.output {
        Output::Json => {
            for ((kind, step), number) in &numbers {
                let Number { documents, findings, values } = *number;
                let row = Row { kind, step: step.as_str(), documents, findings, values };
                write_json(&mut stdout, &row)?;
            }
        }
        Output::Human => {
            let mut table = Table::new([
                Column::new("KIND").tone(Tone::Key),
                Column::new("STEP"),
                Column::number("DOCUMENTS"),
                Column::number("FINDINGS"),
                Column::number("WITH A VALUE"),
            ]);
            for ((kind, step), number) in &numbers {
                table.row([
                    one_line(kind, 64),
                    step.to_string(),
                    grouped(number.documents),
                    grouped(number.findings),
                    grouped(number.values),
                ]);
            }
            if !table.is_empty() {
                stdout.write_all(table.render(None, Paint::for_stdout(common)).as_bytes())?;
            }
        }
    }
    stdout.flush()?;
    let all = numbers.values().map(|it| it.findings).sum();
    note(common, &format!("{}; `docmill list --kind KIND` shows where", count(all, "annotation")));
    Ok(Exit::Success)
}

/// Of the latest version of every document. A document is read and forgotten: only numbers stay.
fn numbers(store: &dyn Store) -> Result<BTreeMap<(String, PluginName), Number>, StoreError> {
    let mut numbers: BTreeMap<(String, PluginName), Number> = BTreeMap::new();
    for summary in store.summaries() {
        let summary = summary?;
        for finding in store.findings(summary.id, summary.version)? {
            let Findings::Annotations(annotations) = finding.findings else { continue };
            let mut of_document: BTreeMap<String, Number> = BTreeMap::new();
            for annotation in annotations {
                let number = of_document.entry(annotation.kind).or_default();
                number.findings += 1;
                number.values += u64::from(annotation.value.is_some());
            }
            for (kind, found) in of_document {
                let number = numbers.entry((kind, finding.step.clone())).or_default();
                number.documents += 1;
                number.findings += found.findings;
                number.values += found.values;
            }
        }
    }
    Ok(numbers)
}
