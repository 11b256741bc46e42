//! What an update would do, for people and for programs.

use std::io::Write;
use std::time::Duration;

use docmill::pipeline::{DueStep, Plan, Reason};
use serde::Serialize;

use super::paint::{Paint, Tone, width};
use super::table::{Column, Table};
use super::{CommandError, count, grouped, note, one_line, span, write_json};
use crate::args::{Common, Output};

/// Shows everything that is due, with an estimate for so many documents at a time.
pub fn show_plan(common: &Common, plan: &Plan, jobs: usize) -> Result<(), CommandError> {
    let mut stdout = std::io::stdout().lock();
    match common.output {
        Output::Json => write_json(&mut stdout, &PlanObject::new(plan, jobs))?,
        Output::Human => stdout.write_all(render(plan, Paint::for_stdout(common)).as_bytes())?,
    }
    note(common, &summary(plan, jobs));
    Ok(())
}

/// Says that everything is up to date.
pub fn tell_nothing_due(common: &Common, plan: &Plan) -> Result<(), CommandError> {
    if common.output == Output::Json {
        write_json(&mut std::io::stdout().lock(), &PlanObject::new(plan, 1))?;
    }
    note(common, &format!("nothing to do: {} up to date", count(plan.sources, "source")));
    Ok(())
}

/// Says what an update can do nothing about.
pub fn note_unread(common: &Common, plan: &Plan) {
    if plan.unread > 0 {
        let sources = count(plan.unread, "source");
        note(
            common,
            &format!("{sources} could never be read: ingest again what has become readable"),
        );
    }
}

fn render(plan: &Plan, paint: Paint) -> String {
    let mut table = Table::new([
        Column::new("STEP").tone(Tone::Key),
        Column::new("ON"),
        Column::new("WHY"),
        Column::number("EACH"),
    ]);
    for due in &plan.due {
        table.row([
            due.step.to_string(),
            extent(due),
            one_line(&why(&due.reason), 200),
            due.mean.map_or("-".to_owned(), span),
        ]);
    }
    for (step, documents) in &plan.retired {
        table.row([
            step.to_string(),
            count(*documents, "document"),
            "its findings go: the step is no longer in the pipeline, or no longer applies"
                .to_owned(),
            String::new(),
        ]);
    }
    table.render(width(), paint)
}

fn extent(due: &DueStep) -> String {
    let thing = if due.role.reads_sources() { "source" } else { "document" };
    match (due.certain, due.possible) {
        (certain, 0) => count(certain, thing),
        (0, possible) => format!("up to {}", count(possible, thing)),
        (certain, possible) => {
            format!("{} to {}", grouped(certain), count(certain + possible, thing))
        }
    }
}

fn why(reason: &Reason) -> String {
    let quoted = |names: &[String]| {
        names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
    };
    match reason {
        Reason::NewStep => "new plugin".to_owned(),
        Reason::NewComponent { before, now } if before == now => {
            format!("another build of {now}")
        }
        Reason::NewComponent { before, now } => format!("new version: {before} became {now}"),
        Reason::Configuration { settings, tables, languages } => {
            let mut parts = Vec::new();
            if !settings.is_empty() {
                parts.push(format!("changed setting {}", quoted(settings)));
            }
            if !tables.is_empty() {
                parts.push(format!("changed table {}", quoted(tables)));
            }
            if *languages {
                parts.push("other languages".to_owned());
            }
            if parts.is_empty() { "changed configuration".to_owned() } else { parts.join(", ") }
        }
        Reason::Input => "changed document".to_owned(),
        Reason::Findings(steps) => {
            let steps: Vec<String> = steps.iter().map(ToString::to_string).collect();
            format!("where the findings of {} change", quoted(&steps))
        }
        Reason::Failed(class) => format!("earlier failure: {class}"),
        Reason::Missing => "no result in the store".to_owned(),
    }
}

fn summary(plan: &Plan, jobs: usize) -> String {
    let mut text = format!(
        "{} of {} to update",
        grouped(plan.stale.len() as u64),
        count(plan.sources, "source")
    );
    let estimate: Option<Duration> = plan.due.iter().map(DueStep::estimate).sum();
    match estimate {
        _ if plan.due.is_empty() => {}
        Some(total) => {
            let total = total / u32::try_from(jobs).unwrap_or(1);
            text.push_str(&format!(", about {} with {}", span(total), count(jobs as u64, "job")));
        }
        None => text.push_str("; there is no record yet of how long some of the steps take"),
    }
    text
}

/// A plan for programs.
#[derive(Serialize)]
struct PlanObject<'a> {
    sources: u64,
    stale: usize,
    unread: u64,
    steps: Vec<StepObject<'a>>,
    retired: Vec<RetiredObject<'a>>,
    /// Absent if there is no record of some step.
    estimate_us: Option<u64>,
}

#[derive(Serialize)]
struct StepObject<'a> {
    step: &'a str,
    role: &'static str,
    reason: &'static str,
    why: String,
    certain: u64,
    possible: u64,
    mean_us: Option<u64>,
}

#[derive(Serialize)]
struct RetiredObject<'a> {
    step: &'a str,
    documents: u64,
}

impl PlanObject<'_> {
    fn new(plan: &Plan, jobs: usize) -> PlanObject<'_> {
        let micros = |duration: Duration| u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
        let total: Option<Duration> = plan.due.iter().map(DueStep::estimate).sum();
        PlanObject {
            sources: plan.sources,
            stale: plan.stale.len(),
            unread: plan.unread,
            steps: (plan.due.iter())
                .map(|due| StepObject {
                    step: due.step.as_str(),
                    role: due.role.as_str(),
                    reason: due.reason.as_str(),
                    why: why(&due.reason),
                    certain: due.certain,
                    possible: due.possible,
                    mean_us: due.mean.map(micros),
                })
                .collect(),
            retired: (plan.retired.iter())
                .map(|(step, documents)| RetiredObject {
                    step: step.as_str(),
                    documents: *documents,
                })
                .collect(),
            estimate_us: total.map(|total| micros(total) / jobs.max(1) as u64),
        }
    }
}
