//! `plugin check`: whether a plugin keeps what the contract promises, clause by clause.

use std::collections::BTreeMap;
use std::io::Write;

use docmill::capabilities::{LARGEST_TABLE, Table};
use docmill::catalog::{Catalog, LoadError, Plugin};
use docmill::conformance::{
    Configuration, ConfigurationError, Outcome, Report, Sample, Verdict, check,
};
use docmill::manifest::read_text;
use docmill::model::Limits;
use docmill_shipped::SHIPPED;
use serde::Serialize;

use crate::args::{Check, Common, Output};
use crate::component::{read, rejected, samples};
use crate::context;
use crate::exit::Exit;

use crate::report::{CommandError, Paint, Tone, count, hint_of, one_line};

/// Runs the command.
pub fn run(common: &Common, options: &Check) -> Result<Exit, CommandError> {
    let samples = samples(&options.samples)?;
    let content = read(&options.plugin)?;
    let catalog = context::catalog(common, 1)?;
    let (title, report) = match catalog.load(&content) {
        Ok(plugin) => {
            let report = checked(&catalog, &plugin, options, &samples)?;
            let description = &plugin.description;
            (format!("{} {}", description.name, one_line(&description.version, 64)), report)
        }
        Err(LoadError::Describe(stopped)) => {
            (options.plugin.display().to_string(), Report::of_failed_description(&stopped))
        }
        Err(error) => return Err(rejected(&options.plugin, &error)),
    };
    let mut stdout = std::io::stdout().lock();
    match common.output {
        Output::Json => {
            let object = ReportObject::new(&report);
            serde_json::to_writer(&mut stdout, &object).map_err(std::io::Error::from)?;
            stdout.write_all(b"\n")?;
        }
        Output::Human => {
            let shown = render(&one_line(&title, 200), &report, Paint::for_stdout(common));
            stdout.write_all(shown.as_bytes())?;
        }
    }
    stdout.flush()?;
    match report.broken().count() as u64 {
        0 => Ok(Exit::Success),
        broken => {
            let message = format!(
                "plugin `{}` breaks {} of the contract",
                options.plugin.display(),
                count(broken, "clause")
            );
            let hint = "mend the first that failed; others often follow from it";
            Err(CommandError::new(Exit::Rejected, message).hint(hint))
        }
    }
}

fn checked(
    catalog: &Catalog,
    plugin: &Plugin,
    options: &Check,
    samples: &[Sample],
) -> Result<Report, CommandError> {
    let limits = Limits {
        deadline: options.deadline.into(),
        memory: options.memory.as_u64(),
        ..Limits::default()
    };
    let settings: BTreeMap<String, String> = options.settings.iter().cloned().collect();
    let tables = options
        .tables
        .iter()
        .map(|(name, file)| Ok((name.clone(), table(file)?)))
        .collect::<Result<BTreeMap<_, _>, CommandError>>()?;
    let configuration = Configuration::of(&plugin.description, settings, tables, limits).map_err(
        |error: ConfigurationError| CommandError {
            hint: hint_of(&error),
            ..CommandError::of(Exit::Usage, &error)
        },
    )?;
    Ok(check(catalog.sandbox(), plugin, &configuration, samples))
}

/// A table of a file, or a shipped one.
fn table(file: &str) -> Result<Table, CommandError> {
    let unusable = |error: &dyn std::error::Error| {
        CommandError::new(Exit::Rejected, format!("table `{file}` cannot be used")).because(error)
    };
    match SHIPPED.table(file) {
        Some(text) => Table::from_tsv(text).map_err(|error| unusable(&error)),
        None => {
            let text = read_text(std::path::Path::new(file), LARGEST_TABLE)
                .map_err(|error| unusable(&error))?;
            Table::from_tsv(&text).map_err(|error| unusable(&error))
        }
    }
}

fn render(title: &str, report: &Report, paint: Paint) -> String {
    let mut shown = format!("{}\n", paint.tone(Tone::Strong, title));
    let mut kept = 0;
    let mut broken = 0;
    for Verdict { clause, outcome } in &report.verdicts {
        let (word, tone, remark) = match outcome {
            Outcome::Kept => {
                kept += 1;
                ("ok", Tone::Plain, None)
            }
            Outcome::NotApplicable(why) => ("not applicable", Tone::Dim, Some((*why).to_owned())),
            Outcome::Broken { what, input } => {
                broken += 1;
                let input = input.as_ref().map(|input| format!(" (sample: {input})"));
                ("failed", Tone::Bad, Some(format!("{what}{}", input.unwrap_or_default())))
            }
        };
        let remark = match (outcome, remark) {
            (Outcome::Broken { .. }, Some(remark)) => {
                format!("\n{:22}{}", "", paint.tone(Tone::Bad, &one_line(&remark, 400)))
            }
            (_, Some(remark)) => paint.tone(Tone::Dim, &format!(" ({remark})")),
            (_, None) => String::new(),
        };
        let word = paint.tone(tone, &format!("{word:14}"));
        shown.push_str(&format!("  {:4}{word}  {}{remark}\n", clause.id, clause.must));
    }
    let other = report.verdicts.len() - kept - broken;
    shown.push_str(&format!(
        "{kept} ok, {broken} failed, {other} not applicable; {}\n",
        count(report.instances, "instance")
    ));
    shown
}

#[derive(Serialize)]
struct ReportObject<'a> {
    clean: bool,
    instances: u64,
    used: Vec<&'static str>,
    clauses: Vec<ClauseObject<'a>>,
}

#[derive(Serialize)]
struct ClauseObject<'a> {
    id: &'static str,
    functions: &'static [&'static str],
    must: &'static str,
    outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    what: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sample: Option<&'a str>,
}

impl<'a> ReportObject<'a> {
    fn new(report: &'a Report) -> ReportObject<'a> {
        let clause = |verdict: &'a Verdict| {
            let (outcome, what, sample) = match &verdict.outcome {
                Outcome::Kept => ("ok", None, None),
                Outcome::Broken { what, input } => {
                    ("failed", Some(what.as_str()), input.as_deref())
                }
                Outcome::NotApplicable(why) => ("not-applicable", Some(*why), None),
            };
            let docmill::model::Clause { id, functions, must } = *verdict.clause;
            ClauseObject { id, functions, must, outcome, what, sample }
        };
        ReportObject {
            clean: report.broken().next().is_none(),
            instances: report.instances,
            used: report.used.iter().copied().collect(),
            clauses: report.verdicts.iter().map(clause).collect(),
        }
    }
}
