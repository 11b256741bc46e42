//! Shows a run while it happens: a bar on a terminal, plain lines elsewhere, JSON for programs.

use std::io::{self, IsTerminal, Write};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use docmill::model::{Failure, Tally};
use docmill::pipeline::{Event, Fate, Reporter};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};
use serde::Serialize;

use super::{Kinds, More, TallyObject, count, escaped, grouped, one_line, write_json};
use crate::args::{Common, Output};

/// Without a terminal, a line is printed this often.
const INTERVAL: Duration = Duration::from_secs(5);

/// Shows events.
pub struct Progress {
    style: Style,
    state: Mutex<State>,
}

enum Style {
    Quiet,
    Bar(ProgressBar),
    Lines,
    Json,
}

struct State {
    began: Instant,
    told: Instant,
    sources: u64,
    failed: u64,
    empty: u64,
    copies: u64,
    kinds: Kinds,
    /// Why a line of JSON could not be written: nothing after it is written either.
    unwritten: Option<io::Error>,
}

impl State {
    fn write(&mut self, line: &impl Serialize) {
        if self.unwritten.is_none() {
            self.unwritten = write_json(&mut io::stdout().lock(), line).err();
        }
    }
}

impl Progress {
    /// A reporter as the options ask for it. `expected` is the number of sources, if it is known.
    pub fn new(common: &Common, expected: Option<u64>) -> Progress {
        let style = match common.output {
            Output::Json => Style::Json,
            Output::Human if common.quiet => Style::Quiet,
            Output::Human if std::io::stderr().is_terminal() => {
                Style::Bar(bar(expected, "sources"))
            }
            Output::Human => Style::Lines,
        };
        let now = Instant::now();
        Progress {
            style,
            state: Mutex::new(State {
                began: now,
                told: now,
                sources: 0,
                failed: 0,
                empty: 0,
                copies: 0,
                unwritten: None,
                kinds: Kinds::default(),
            }),
        }
    }

    /// Whether the number of sources is worth finding out in advance.
    pub fn wants_total(common: &Common) -> bool {
        common.output == Output::Human && !common.quiet && std::io::stderr().is_terminal()
    }

    /// Whether everything could be printed that programs read.
    pub fn written(&self) -> io::Result<()> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.unwritten.take().map_or(Ok(()), Err)
    }

    fn line(&self, text: &str) {
        let text = &escaped(text);
        match &self.style {
            Style::Bar(bar) => bar.println(text),
            Style::Lines => {
                // With stderr closed there is nobody to tell.
                let _ = writeln!(std::io::stderr().lock(), "{text}");
            }
            Style::Quiet | Style::Json => {}
        }
    }
}

fn bar(expected: Option<u64>, what: &str) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(expected, ProgressDrawTarget::stderr_with_hz(10));
    let template = if expected.is_some() {
        format!("{{bar:28}} {{human_pos}}/{{human_len}} {what}, {{rate}}, {{msg}}{{eta}} left")
    } else {
        format!("{{spinner}} {{human_pos}} {what}, {{rate}}, {{msg}}{{elapsed}}")
    };
    if let Ok(style) = ProgressStyle::with_template(&template) {
        // Four decimals, as it would be by itself, are no news.
        let rate = |state: &ProgressState, to: &mut dyn std::fmt::Write| {
            // It would be shown wrongly, at worst.
            let _ = write!(to, "{:.0}/s", state.per_sec());
        };
        bar.set_style(style.with_key("rate", rate));
    }
    bar
}

/// Shows on a terminal how far something has come that is no run.
pub struct Counter(Option<ProgressBar>);

impl Counter {
    /// Shows nothing yet. `all` is how many there will be, if that is known; `what` says of what,
    /// in the plural.
    pub fn new(common: &Common, all: Option<u64>, what: &str) -> Counter {
        Counter(Progress::wants_total(common).then(|| bar(all, what)))
    }

    /// So many are done, out of so many.
    pub fn at(&self, done: u64, all: u64) {
        if let Some(bar) = &self.0 {
            bar.set_length(all);
            bar.set_position(done);
        }
    }

    /// One more is done.
    pub fn passed(&self) {
        if let Some(bar) = &self.0 {
            bar.inc(1);
        }
    }

    /// Takes the bar away while something else is written to the terminal.
    pub fn aside<T>(&self, write: impl FnOnce() -> T) -> T {
        match &self.0 {
            Some(bar) => bar.suspend(write),
            None => write(),
        }
    }
}

impl Drop for Counter {
    fn drop(&mut self) {
        if let Some(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}

impl Reporter for Progress {
    fn event(&self, event: &Event<'_>) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        match event {
            Event::Began { .. } => {}
            Event::Source { name, fate, documents, computed, is_copy, failures } => {
                state.sources += u64::from(*fate != Fate::Retired);
                state.failed += u64::from(*fate == Fate::Failed);
                state.empty += u64::from(*fate == Fate::Empty);
                state.copies += u64::from(*is_copy);
                if let Style::Json = self.style {
                    let line = serde_json::json!({
                        "event": "source", "source": name.as_str(), "fate": fate_name(*fate), "documents": documents,
                        "computed": computed, "copy": is_copy,
                        "failures": failures.iter().map(failure_summary).collect::<Vec<_>>(),
                    });
                    state.write(&line);
                }
                for failure in failures.iter().filter(|failure| failure.class.is_failure()) {
                    if state.kinds.is_shown(failure) {
                        self.line(&failure_lines(failure));
                    }
                }
                match &self.style {
                    Style::Bar(bar) => {
                        if state.failed > 0 {
                            bar.set_message(format!("{} failed, ", state.failed));
                        }
                        bar.inc(1);
                    }
                    Style::Lines if state.told.elapsed() >= INTERVAL => {
                        state.told = Instant::now();
                        let rate = state.sources as f64 / state.began.elapsed().as_secs_f64();
                        self.line(&format!(
                            "{} so far, {rate:.0} per second, {} failed",
                            count(state.sources, "source"),
                            state.failed
                        ));
                    }
                    _ => {}
                }
            }
            Event::Ended { run } => {
                if let Style::Bar(bar) = &self.style {
                    bar.finish_and_clear();
                }
                for More { step, cause, number, .. } in state.kinds.more() {
                    let of = if step == "-" { String::new() } else { format!(" of step `{step}`") };
                    self.line(&format!("{}{of} like those above: {cause}", more_failures(number)));
                }
                if let Style::Json = self.style {
                    let line = RunEnded {
                        event: "run",
                        run: run.id.0,
                        tally: run.tally.into(),
                        empty: state.empty,
                        seconds: state.began.elapsed().as_secs_f64(),
                    };
                    state.write(&line);
                }
                self.line(&summary(&run.tally, state.empty, state.began.elapsed()));
                if state.copies > 0 {
                    let copies = count(state.copies, "source");
                    self.line(&format!(
                        "{copies} of the same bytes as another (`docmill list --duplicates` tells which)"
                    ));
                }
            }
        }
    }
}

/// The last line about a run, for programs.
#[derive(Serialize)]
struct RunEnded {
    event: &'static str,
    run: u64,
    #[serde(flatten)]
    tally: TallyObject,
    /// Sources without text.
    empty: u64,
    seconds: f64,
}

fn summary(tally: &Tally, empty: u64, elapsed: Duration) -> String {
    let mut parts = Vec::new();
    let mut part = |number: u64, text: String| {
        if number > 0 {
            parts.push(text);
        }
    };
    part(tally.added, format!("{} added", count(tally.added, "document")));
    part(tally.updated, format!("{} updated", count(tally.updated, "document")));
    part(tally.retired, format!("{} retired", count(tally.retired, "source")));
    part(tally.kept, format!("{} kept", count(tally.kept, "source")));
    part(tally.unchanged, format!("{} unchanged", count(tally.unchanged, "source")));
    part(
        tally.unsupported,
        format!("{} of a kind that no plugin reads", count(tally.unsupported, "source")),
    );
    part(empty, format!("{} without text", count(empty, "source")));
    part(
        tally.failures,
        format!("{} (`docmill failures list` tells more)", count(tally.failures, "failure")),
    );
    let nothing_done = tally.unchanged + tally.kept == tally.sources && tally.retired == 0;
    let text = match parts.as_slice() {
        [] => "nothing to do: no sources".to_owned(),
        _ if nothing_done => format!("nothing to do: {}", parts.join(", ")),
        _ => parts.join(", "),
    };
    format!("{text}, in {:.1} s", elapsed.as_secs_f64())
}

fn failure_lines(failure: &Failure) -> String {
    let source = one_line(failure.source.as_str(), 200);
    let mut text = match &failure.step {
        Some(step) => format!("failed: step `{step}` on `{source}`"),
        None => format!("failed: `{source}`"),
    };
    for cause in &failure.causes {
        text.push_str(&format!("\n  Caused by: {}", one_line(cause, 400)));
    }
    if let Some(hint) = &failure.hint {
        text.push_str(&format!("\nhint: {}", escaped(&super::hint_words(hint))));
    }
    text
}

fn more_failures(number: u64) -> String {
    format!("{} more failure{}", grouped(number), if number == 1 { "" } else { "s" })
}

fn failure_summary(failure: &Failure) -> serde_json::Value {
    serde_json::json!({
        "id": failure.id.to_string(), "step": failure.step.as_ref().map(ToString::to_string),
        "class": failure.class.as_str(), "causes": failure.causes,
    })
}

fn fate_name(fate: Fate) -> &'static str {
    match fate {
        Fate::Unchanged => "unchanged",
        Fate::Kept => "kept",
        Fate::Added => "added",
        Fate::Updated => "updated",
        Fate::Unsupported => "unsupported",
        Fate::Empty => "empty",
        Fate::Failed => "failed",
        Fate::Retired => "retired",
    }
}

#[cfg(test)]
mod tests {
    use docmill::error::Hint;
    use docmill::model::{FailureClass, FailureId, RunId, SourceName};

    use super::*;

    #[test]
    fn causes_and_hints_of_a_failure_control_nothing() {
        let source = SourceName::new("a\u{9b}.txt").unwrap();
        let failure = Failure {
            id: FailureId::of(&source, None, None),
            source,
            original: None,
            document: None,
            step: None,
            component: None,
            attempt: None,
            cost: None,
            class: FailureClass::Internal,
            causes: vec!["it \u{1b}[2J says\u{202e}".to_owned()],
            hint: Some(Hint::Told("run\u{1b}]0;this\u{7}".to_owned())),
            backtrace: Vec::new(),
            log: Vec::new(),
            run: RunId(1),
        };
        let lines = failure_lines(&failure);
        assert_eq!(
            lines,
            "failed: `a\\u{9b}.txt`\n  Caused by: it \\u{1b}[2J says\\u{202e}\n\
             hint: run\\u{1b}]0;this\\u{7}"
        );
    }
}
