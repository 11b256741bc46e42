//! `failures`: what failed, and everything that is known about why.

use std::collections::BTreeMap;
use std::io::Write;

use docmill::model::{Failure, FailureClass, Run};
use docmill::store::Store;

use crate::args::{Common, Output};
use crate::context;
use crate::exit::Exit;
use crate::lookup;
use crate::report::{
    Column, CommandError, FailureObject, Kinds, More, Page, Paint, Table, Tone, bytes, cause_words,
    count, cut_end, cut_start, escaped, grouped, moment, note, one_line, short, span, step_words,
    width, write_json,
};

pub mod bundle;
pub mod dismiss;
pub mod retry;

/// Lists what failed. Of what failed alike, people see the first few, and how many more there are.
pub fn list(
    common: &Common,
    class: Option<FailureClass>,
    step: Option<&str>,
    all: bool,
) -> Result<Exit, CommandError> {
    let store = context::store_to_read(common)?;
    let mut stdout = std::io::BufWriter::new(std::io::stdout().lock());
    let mut table = table();
    let mut classes = BTreeMap::<&str, u64>::new();
    let mut kinds = Kinds::default();
    for failure in store.failures() {
        let failure = failure?;
        if !fits(&failure, class, step) {
            continue;
        }
        *classes.entry(failure.class.as_str()).or_default() += 1;
        match common.output {
            Output::Json => write_object(&mut stdout, &failure)?,
            Output::Human if all || kinds.is_shown(&failure) => table.row(row(&failure)),
            Output::Human => {}
        }
    }
    for More { class, step, cause, number } in kinds.more() {
        let sources = format!("and {} more", grouped(number));
        table.row(["…".to_owned(), class.to_string(), step, sources, cause]);
    }
    if !table.is_empty() {
        let shown = table.render(width(), Paint::for_stdout(common));
        stdout.write_all(shown.as_bytes())?;
    }
    stdout.flush()?;
    let total = classes.values().sum();
    let each: Vec<_> =
        classes.iter().map(|(class, number)| format!("{} {class}", grouped(*number))).collect();
    let more = if kinds.is_any_left_out() { "; `--all` lists each" } else { "" };
    match (total, class.is_some() || step.is_some()) {
        (0, false) => note(common, "nothing failed"),
        (0, true) => note(common, "no failures fit"),
        _ => note(common, &format!("{}: {}{more}", count(total, "failure"), each.join(", "))),
    }
    Ok(Exit::Success)
}

/// Whether a failure is of this class and step, where one is asked for.
fn fits(failure: &Failure, class: Option<FailureClass>, step: Option<&str>) -> bool {
    class.is_none_or(|class| failure.class == class)
        && step.is_none_or(|step| failure.step.as_ref().is_some_and(|it| it.as_str() == step))
}

fn table() -> Table<5> {
    Table::new([
        Column::new("ID").tone(Tone::Key),
        Column::new("CLASS").tone(Tone::Bad),
        Column::new("STEP"),
        Column::new("SOURCE").cut_by(cut_start),
        Column::new("CAUSE").cut_by(cut_end),
    ])
}

fn row(failure: &Failure) -> [String; 5] {
    let (step, cause) = (step_words(failure), cause_words(failure));
    let source = one_line(failure.source.as_str(), usize::MAX);
    [short(&failure.id), failure.class.to_string(), step, source, cause]
}

fn write_object(output: &mut impl Write, failure: &Failure) -> Result<(), CommandError> {
    Ok(write_json(output, &FailureObject::new(failure))?)
}

/// Shows one failure.
pub fn show(common: &Common, meant: &str) -> Result<Exit, CommandError> {
    let store = context::store_to_read(common)?;
    let failure = lookup::failure(&store, meant)?;
    let mut stdout = std::io::BufWriter::new(std::io::stdout().lock());
    match common.output {
        Output::Json => write_object(&mut stdout, &failure)?,
        Output::Human => {
            let run = store.run(failure.run)?;
            let shown = render(&failure, run.as_ref(), Paint::for_stdout(common));
            stdout.write_all(shown.as_bytes())?;
        }
    }
    stdout.flush()?;
    Ok(Exit::Success)
}

/// Everything about a failure, for people.
fn render(failure: &Failure, run: Option<&Run>, paint: Paint) -> String {
    let source = one_line(failure.source.as_str(), 4_096);
    let headline = match &failure.step {
        Some(step) => format!("step `{step}` failed on `{source}`"),
        None => format!("`{source}` failed"),
    };
    let mut page = Page::new(paint);
    page.line(&paint.tone(Tone::Strong, &headline));
    for cause in &failure.causes {
        // A cause may have several lines; all of them belong to it.
        page.line(&format!("  Caused by: {}", escaped(cause.trim_end()).replace('\n', "\n    ")));
    }
    if let Some(hint) = &failure.hint {
        page.line(&format!("hint: {}", escaped(&crate::report::hint_words(hint))));
    }
    page.line("");
    let mut facts = Vec::new();
    let mut fact = |name: &'static str, value: String| facts.push((name, value));
    fact("id", failure.id.to_string());
    fact("class", format!("{}: {}", failure.class, meaning(failure.class)));
    if let Some(document) = failure.document {
        fact("document", document.to_string());
    }
    if let Some(original) = failure.original {
        fact("sha256", original.to_string());
    }
    if let Some(component) = failure.component {
        fact("component", component.to_string());
    }
    if let Some(attempt) = &failure.attempt {
        fact("plugin", format!("{} {}", attempt.plugin, one_line(&attempt.version, 64)));
        let limits = attempt.limits;
        fact(
            "limits",
            format!(
                "deadline {}, memory {}, output {}, log {}",
                span(limits.deadline),
                limits.memory,
                limits.output,
                limits.log
            ),
        );
    }
    if let Some(cost) = failure.cost {
        fact("cost", format!("{}, {} of memory", span(cost.duration), bytes(cost.peak_memory)));
    }
    let started = run.map_or(String::new(), |run| format!(", {}", moment(run.started)));
    fact("run", format!("{}{started}", failure.run));
    page.facts(0, facts);
    if !failure.backtrace.is_empty() {
        page.heading("call stack, innermost first", "");
        for (number, frame) in failure.backtrace.iter().enumerate() {
            page.line(&format!("  {number:>2}  {}", one_line(frame, 400)));
        }
    }
    if !failure.log.is_empty() {
        page.heading("the end of its log", "");
        for entry in &failure.log {
            let message = escaped(entry.message.trim_end()).replace('\n', "\n         ");
            page.line(&format!("  {:<5}  {message}", entry.level));
        }
    }
    page.finish()
}

/// What a class of failures means for whoever has to act.
const fn meaning(class: FailureClass) -> &'static str {
    match class {
        FailureClass::Unsupported => "no plugin of the pipeline reads this kind of source",
        FailureClass::Malformed => "the source is damaged",
        FailureClass::Misconfigured => "a setting has an unusable value",
        FailureClass::Internal => "the plugin says that it has a bug",
        FailureClass::Trapped => "the plugin crashed",
        FailureClass::Deadline => "the plugin ran longer than its deadline",
        FailureClass::Memory => "the plugin wanted more memory than its limit",
        FailureClass::Output => "the plugin broke the contract",
        FailureClass::Host => "docmill could not do its part",
        FailureClass::Empty => "there is no text in the source",
        FailureClass::Machine => "the machine was short of memory, file descriptors or disk",
    }
}

#[cfg(test)]
mod tests {
    use docmill::model::{
        Attempt, Cost, Digest, FailureId, Hint, Limits, LogLevel, LogLine, PluginName, RunId,
        SourceName,
    };

    use super::*;

    #[test]
    fn what_a_plugin_says_is_shown_but_controls_nothing() {
        let source = SourceName::new("a\u{1b}[2J.txt").unwrap();
        let step = PluginName::new("analyze-dates").unwrap();
        let failure = Failure {
            id: FailureId::of(&source, None, Some(&step)),
            source,
            original: None,
            document: None,
            step: Some(step),
            component: None,
            attempt: Some(Attempt {
                plugin: PluginName::new("dates").unwrap(),
                version: "1.0\n".to_owned(),
                limits: Limits::default(),
                configuration: Digest::of(b""),
            }),
            cost: Some(Cost {
                duration: std::time::Duration::from_millis(3),
                peak_memory: 1 << 20,
                ..Cost::default()
            }),
            class: FailureClass::Trapped,
            causes: vec!["it \u{202e}crashed\nhint: run this".to_owned()],
            hint: Some(Hint::Told("be \u{1b}[2Jsilent".to_owned())),
            backtrace: vec!["find\n_dates".to_owned()],
            log: vec![LogLine { level: LogLevel::Warn, message: "one\r\ntwo".to_owned() }],
            run: RunId(3),
        };
        let id = failure.id;
        assert_eq!(
            render(&failure, None, Paint::OFF),
            format!(
                "step `analyze-dates` failed on `a\\u{{1b}}[2J.txt`\n  Caused by: it \\u{{202e}}crashed\n    hint: run this\nhint: be \\u{{1b}}[2Jsilent\n\n\
                 id      {id}\nclass   trapped: the plugin crashed\nplugin  dates 1.0\nlimits  deadline 2.00 s, memory 64.0 MiB, output 16.0 MiB, log 64.0 KiB\ncost    3.00 ms, 1.0 MiB of memory\nrun     3\n\n\
                 call stack, innermost first\n   0  find _dates\n\n\
                 the end of its log\n  warn   one\\u{{d}}\n         two\n"
            )
        );
    }
}
