//! `taxonomy check`: names everything that is wrong with a taxonomy table.

use std::error::Error;
use std::io::Write;
use std::path::Path;

use docmill::abi::Declaration;
use docmill::capabilities::LARGEST_TABLE;
use docmill::manifest::{TableRef, read_text};
use docmill::model::Label;
use docmill::pipeline::{Pipeline, PipelineError, PipelineErrorKind};
use docmill_shipped::SHIPPED;

use crate::args::{Common, Output};
use crate::context;
use crate::exit::Exit;

use crate::report::{CommandError, count, escaped, note};

pub mod fit;
mod in_place;

/// Runs the command. What a table means is known to its plugin alone, so the pipeline in force is
/// put together with it.
pub fn check(common: &Common, table: &Path) -> Result<Exit, CommandError> {
    let shown = table.display().to_string();
    let shipped = table.to_str().and_then(|name| SHIPPED.table(name)).filter(|_| !table.exists());
    let text = match shipped {
        Some(text) => text.to_owned(),
        None => read_text(table, LARGEST_TABLE).map_err(|error| {
            let names: Vec<&str> = SHIPPED.table_names().collect();
            CommandError::new(Exit::Rejected, format!("the taxonomy `{shown}` could not be read"))
                .because(&error)
                .hint(format!("name a file, or one of the shipped tables: {}", names.join(", ")))
        })?,
    };
    let named = match shipped {
        Some(_) => TableRef::Shipped(shown.clone()),
        None => TableRef::File(std::path::absolute(table)?),
    };
    let mut in_force = in_place::read(common, &named, None)?;
    let catalog = context::catalog(common, 1)?;
    let assembled = match common.update_lock {
        true => Pipeline::assemble(&in_force.manifest, &catalog),
        false => in_force.try_assemble(&catalog),
    };
    let problems = match assembled {
        Ok(pipeline) => {
            if common.update_lock {
                let _ = in_force.assemble(common, &catalog)?;
            }
            let Declaration::Labels(labels) = &in_place::classifier(&pipeline)?.declaration else {
                unreachable!("it gives labels")
            };
            let products = labels.iter().filter(|label| Label::above(label).is_some()).count();
            let mut what = count((labels.len() - products) as u64, "label");
            if products > 0 {
                what = format!("{what}, {}", count(products as u64, "product"));
            }
            note(common, &format!("`{shown}` is sound: {what}"));
            return Ok(Exit::Success);
        }
        Err(error) => match told_of_table(&error, &named) {
            Some(told) => problems(&told, &text),
            None => return Err(error.into()),
        },
    };
    let mut stdout = std::io::BufWriter::new(std::io::stdout().lock());
    for Problem { line, what } in &problems {
        match common.output {
            Output::Human => match line {
                Some(line) => writeln!(stdout, "{}:{line}: {}", escaped(&shown), escaped(what))?,
                None => writeln!(stdout, "{}: {}", escaped(&shown), escaped(what))?,
            },
            Output::Json => {
                let line = serde_json::json!({ "file": shown, "line": line, "problem": what });
                writeln!(stdout, "{line}")?;
            }
        }
    }
    stdout.flush()?;
    let found = count(problems.len() as u64, "problem");
    Err(CommandError::new(Exit::Rejected, format!("the taxonomy `{shown}` has {found}"))
        .hint("the format is described in plugins/classify-lexicon/README.md"))
}

struct Problem {
    /// Counted from 1, if the problem lies in one line.
    line: Option<usize>,
    what: String,
}

/// What parts one problem from the next in what the plugin says; each begins with its row.
const NEXT_PROBLEM: &str = "; the row `";

/// What a pipeline says of the table, if that is what is wrong with it.
fn told_of_table(error: &PipelineError, named: &TableRef) -> Option<String> {
    let causes = std::iter::successors(Some(error as &dyn Error), |&cause| cause.source());
    let told = causes.last().map(ToString::to_string).unwrap_or_default();
    match &*error.kind {
        PipelineErrorKind::Refused { .. } => {
            let prefix = format!("its setting `{}` is unusable: ", in_place::TABLE);
            told.strip_prefix(&prefix).map(str::to_owned)
        }
        PipelineErrorKind::TableUnusable { table, .. } => (*table
            == match named {
                TableRef::Shipped(name) => name.clone(),
                TableRef::File(path) => path.display().to_string(),
            })
        .then_some(told),
        _ => None,
    }
}

/// The problems that the plugin tells, in the order of the lines they lie in.
fn problems(told: &str, text: &str) -> Vec<Problem> {
    let first = told.strip_prefix(&NEXT_PROBLEM[2..]);
    let Some(rows) = first else { return vec![Problem { line: None, what: told.to_owned() }] };
    let mut problems: Vec<Problem> = (rows.split(NEXT_PROBLEM))
        .map(|row| {
            let key = row.split_once("` is ").map(|(key, _)| key);
            let line = text.lines().position(|line| line.split('\t').next() == key);
            Problem { line: line.map(|index| index + 1), what: format!("the row `{row}") }
        })
        .collect();
    problems.sort_by_key(|problem| problem.line);
    problems
}
