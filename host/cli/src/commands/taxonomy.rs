//! `taxonomy check`: names everything that is wrong with a taxonomy table.

use std::collections::BTreeSet;
use std::error::Error;
use std::io::Write;
use std::path::Path;

use docmill::abi::Declaration;
use docmill::capabilities::LARGEST_TABLE;
use docmill::manifest::{Manifest, read_text};
use docmill::model::Label;
use docmill::pipeline::Pipeline;
use docmill_shipped::SHIPPED;

use crate::args::{Common, Output};
use crate::context;
use crate::exit::Exit;

use crate::report::{CommandError, count, escaped, note};

pub mod fit;

/// The classifier whose tables are checked: what a table means is known to its plugin alone.
const CLASSIFIER: &str = "classify-lexicon";
/// A pipeline has to begin with one.
const EXTRACTOR: &str = "extract-text";

/// Runs the command.
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
    // A path is relative to the folder of the pipeline's file, and a shipped table has a name instead.
    let named = if shipped.is_some() { shown.clone() } else { absolute(table)? };
    let pipeline = format!(
        "[[step]]\nplugin = {EXTRACTOR:?}\n\n[[step]]\nplugin = {CLASSIFIER:?}\ntables = {{ taxonomy = {} }}\n",
        toml_string(&named)
    );
    let manifest = Manifest::parse(Path::new("<taxonomy check>"), &pipeline)?;
    let problems = match Pipeline::assemble(&manifest, &context::catalog(common, 1)?) {
        Ok(pipeline) => {
            let labels = pipeline.steps().iter().find_map(|step| match &step.declaration {
                Declaration::Labels(labels) => Some(labels),
                _ => None,
            });
            let products = |labels: &BTreeSet<String>| {
                labels.iter().filter(|label| Label::above(label).is_some()).count()
            };
            let (all, products) = labels.map_or((0, 0), |it| (it.len(), products(it)));
            let mut what = count((all - products) as u64, "label");
            if products > 0 {
                what = format!("{what}, {}", count(products as u64, "product"));
            }
            note(common, &format!("`{shown}` is sound: {what}"));
            return Ok(Exit::Success);
        }
        Err(error) => problems(&error, &text),
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

/// The problems that the plugin tells, in the order of the lines they lie in.
fn problems(error: &(dyn Error + 'static), text: &str) -> Vec<Problem> {
    let told = std::iter::successors(Some(error), |&cause| cause.source()).last();
    let told = told.map(ToString::to_string).unwrap_or_default();
    let told = told.strip_prefix("its setting `taxonomy` is unusable: ").unwrap_or(&told);
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

/// A path as a pipeline may name it, wherever its file is.
fn absolute(path: &Path) -> Result<String, CommandError> {
    let path = std::path::absolute(path)?;
    path.to_str().map(str::to_owned).ok_or_else(|| {
        CommandError::new(Exit::Usage, format!("the path `{}` is not UTF-8", path.display()))
    })
}

/// A string as TOML writes it: the escapes of JSON are among those of TOML.
fn toml_string(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
