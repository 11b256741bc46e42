//! `plugin check`: whether a plugin keeps what the contract promises, clause by clause.

use std::io::Write;

use docmill::catalog::{Catalog, LoadError, Plugin};
use docmill::conformance::{Outcome, Report, Sample, Verdict, check};
use docmill::model::Limits;
use serde::Serialize;

use crate::args::{Check, Common, Output};
use crate::component::{self, read, rejected, samples};
use crate::context;
use crate::exit::Exit;
use crate::report::{CommandError, Paint, Tone, count, one_line};

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
        Err(LoadError::Describe { stopped, .. }) => {
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
    let limits =
        Limits { deadline: options.deadline.into(), memory: options.memory, ..Limits::default() };
    let settings = options.settings.iter().cloned().collect();
    let tables = component::tables(&options.tables)?;
    let configuration = component::configuration(plugin, settings, tables, limits)?;
    Ok(check(catalog.sandbox(), plugin, &configuration, samples))
}

fn render(title: &str, report: &Report, paint: Paint) -> String {
    let mut shown = format!("{}\n", paint.tone(Tone::Strong, title));
    let mut line = |verdict: &Verdict, word: &str, tone| {
        let word = paint.tone(tone, &format!("{word:14}"));
        shown.push_str(&format!("  {:4}{word}  {}\n", verdict.clause.id, verdict.clause.must));
        if let Outcome::Broken { what, input } = &verdict.outcome {
            let input = input.as_ref().map(|input| format!(" (sample: {input})"));
            let what = one_line(&format!("{what}{}", input.unwrap_or_default()), 400);
            shown.push_str(&format!("{:22}{}\n", "", paint.tone(Tone::Bad, &what)));
        }
    };
    // What there is to do comes first.
    report.broken().for_each(|verdict| line(verdict, "failed", Tone::Bad));
    let kept: Vec<_> = report.verdicts.iter().filter(|it| it.outcome == Outcome::Kept).collect();
    kept.iter().for_each(|verdict| line(verdict, "ok", Tone::Plain));
    let broken = report.broken().count();
    let other = report.verdicts.len() - kept.len() - broken;
    shown.push_str(&paint.tone(Tone::Dim, &not_applicable(report)));
    for remark in &report.remarks {
        shown.push_str(&format!("  note              {}\n", one_line(remark, 400)));
    }
    shown.push_str(&format!(
        "{} ok, {broken} failed, {other} not applicable; {}\n",
        kept.len(),
        count(report.instances, "instance")
    ));
    shown
}

/// What was not put to the test, a line for each reason.
fn not_applicable(report: &Report) -> String {
    let mut reasons: Vec<(&str, Vec<&str>)> = Vec::new();
    for Verdict { clause, outcome } in &report.verdicts {
        let Outcome::NotApplicable(why) = outcome else { continue };
        match reasons.iter_mut().find(|(reason, _)| reason == why) {
            Some((_, ids)) => ids.push(clause.id),
            None => reasons.push((why, vec![clause.id])),
        }
    }
    let line =
        |(why, ids): (&str, Vec<&str>)| format!("  not applicable, as {why}: {}\n", ids.join(", "));
    reasons.into_iter().map(line).collect()
}

#[derive(Serialize)]
struct ReportObject<'a> {
    clean: bool,
    instances: u64,
    used: Vec<&'static str>,
    remarks: &'a [String],
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
            remarks: &report.remarks,
            clauses: report.verdicts.iter().map(clause).collect(),
        }
    }
}
