//! `plugin test`: puts a component to the test with golden cases, in the engine and with the limits
//! of a run.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use docmill::conformance::{Case, CaseError};
use docmill::model::Limits;
use serde_json::json;
use similar::TextDiff;

use crate::args::{Common, Output, TestPlugin};
use crate::component;
use crate::context;
use crate::exit::Exit;
use crate::replacement::write_whole;
use crate::report::{
    CommandError, Page, Paint, Tone, count, escaped, hint_of, note, one_line, write_json,
};

/// Where cases lie in the folder of a plugin, in the order in which they are looked for.
const PLACES: [&str; 2] = ["tests/cases", "cases"];
/// Where a component lies in the folder of a plugin, likewise.
const BUILT: [&str; 2] = ["", "target/wasm32-wasip2/release"];
/// So many lines of a difference are shown; `--output json` has both texts.
const MOST_LINES: usize = 60;
/// Finding the smallest difference of two texts is given up after this long.
const LONGEST: Duration = Duration::from_secs(2);

/// What became of a case.
enum Outcome {
    Ok,
    Blessed,
    /// What came out.
    Different(String),
    /// The same, where nobody has said what to expect.
    Unexpected(String),
    Failed(CaseError),
}

/// Runs the command.
pub fn run(common: &Common, options: &TestPlugin) -> Result<Exit, CommandError> {
    let folder = cases_of(&options.folder);
    let cases = Case::all(&folder).map_err(|error| of_case(Exit::Usage, &error))?;
    let catalog = context::catalog(common, 1)?;
    let file = match &options.component {
        Some(file) => file.clone(),
        None => only_component(&options.folder)?,
    };
    let plugin = component::load(&catalog, &file)?;
    let settings = options.configuring.settings.iter().cloned().collect();
    let tables = component::tables(&options.configuring.tables)?;
    let limits = options.configuring.limits(Limits::default());
    let mut stdout = std::io::stdout().lock();
    let mut wrong = 0;
    let mut blessed = 0;
    for case in &cases {
        let outcome = match case.told(&catalog, &plugin, &settings, &tables, limits) {
            Ok(told) if case.expected.as_ref() == Some(&told) => Outcome::Ok,
            Ok(told) if options.bless => {
                write_whole(&folder.join(&case.name).join("expected.txt"), told.as_bytes())?;
                blessed += 1;
                Outcome::Blessed
            }
            Ok(told) if case.expected.is_none() => Outcome::Unexpected(told),
            Ok(told) => Outcome::Different(told),
            Err(error) => Outcome::Failed(error),
        };
        wrong += u64::from(!matches!(outcome, Outcome::Ok | Outcome::Blessed));
        match common.output {
            Output::Json => write_json(&mut stdout, &object(case, &outcome))?,
            Output::Human => {
                let mut page = Page::new(Paint::for_stdout(common));
                show(&mut page, case, &outcome);
                stdout.write_all(page.finish().as_bytes())?;
            }
        }
    }
    stdout.flush()?;
    let all = cases.len() as u64;
    let name = &plugin.description.name;
    match wrong {
        0 if blessed > 0 => {
            note(common, &format!("{name}: {}, {blessed} written", count(all, "case")))
        }
        0 => note(common, &format!("{name}: {} ok", count(all, "case"))),
        _ => {
            let message = format!("plugin `{name}` is wrong in {wrong} of {}", count(all, "case"));
            let hint = "where that is what you want, `--bless` writes it down";
            return Err(CommandError::new(Exit::Rejected, message).hint(hint));
        }
    }
    Ok(Exit::Success)
}

/// The folder of cases in that of a plugin, or that very folder.
fn cases_of(folder: &Path) -> PathBuf {
    let places = PLACES.iter().map(|place| folder.join(place));
    places.into_iter().find(|it| it.is_dir()).unwrap_or_else(|| folder.to_owned())
}

/// The component in the folder of a plugin, or where cargo puts it, if there is no choice.
fn only_component(folder: &Path) -> Result<PathBuf, CommandError> {
    let components = |folder: &Path| -> Vec<PathBuf> {
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        let files = entries.map(|entry| entry.path());
        files.filter(|path| path.extension().is_some_and(|it| it == "wasm")).collect()
    };
    let places = BUILT.iter().map(|place| components(&folder.join(place)));
    let found = places.into_iter().find(|found| !found.is_empty()).unwrap_or_default();
    match &found[..] {
        [file] => Ok(file.clone()),
        files => {
            let what = if files.is_empty() { "no component" } else { "several components" };
            let message = format!("there is {what} in `{}`", folder.display());
            let hint = "build the plugin, or name a component with `--component FILE`";
            Err(CommandError::new(Exit::Usage, message).hint(hint))
        }
    }
}

fn of_case(exit: Exit, error: &CaseError) -> CommandError {
    CommandError { hint: hint_of(error), ..CommandError::of(exit, error) }
}

fn show(page: &mut Page, case: &Case, outcome: &Outcome) {
    let name = one_line(&case.name, 200);
    let mut headline = |word: &str, tone| {
        let word = page.paint().tone(tone, &format!("{word:<9}"));
        page.line(&format!("{word} {name}"));
    };
    match outcome {
        Outcome::Ok => headline("ok", Tone::Plain),
        Outcome::Blessed => headline("written", Tone::Key),
        Outcome::Different(told) => {
            headline("different", Tone::Bad);
            show_difference(page, case.expected.as_deref().unwrap_or_default(), told);
        }
        Outcome::Unexpected(told) => {
            headline("new", Tone::Bad);
            page.line("    it has no `expected.txt`; this came out:");
            show_difference(page, "", told);
        }
        Outcome::Failed(error) => {
            headline("failed", Tone::Bad);
            let CommandError { message, causes, hint, .. } = of_case(Exit::Rejected, error);
            page.line(&format!("    {}", escaped(&message).replace('\n', "\n    ")));
            causes
                .iter()
                .for_each(|cause| page.line(&format!("    Caused by: {}", escaped(cause))));
            if let CaseError::Stopped { stopped, .. } = error {
                for frame in stopped.backtrace.iter().take(12) {
                    page.line(&format!("      {}", one_line(frame, 400)));
                }
                for line in &stopped.log {
                    page.line(&format!("    log: {}", one_line(&line.message, 400)));
                }
            }
            hint.iter().for_each(|hint| page.line(&format!("    hint: {}", escaped(hint))));
        }
    }
}

/// Shows what is different, line by line, with what stands around it.
fn show_difference(page: &mut Page, expected: &str, told: &str) {
    let difference = TextDiff::configure().timeout(LONGEST).diff_lines(expected, told);
    let mut unified = difference.unified_diff();
    let shown = unified.context_radius(2).header("expected", "came out").to_string();
    let lines: Vec<&str> = shown.lines().collect();
    for line in lines.iter().take(MOST_LINES) {
        let line = escaped(line);
        let tone = match line.chars().next() {
            Some('-') => Tone::Bad,
            Some('+') => Tone::Key,
            _ => Tone::Dim,
        };
        page.line(&format!("    {}", page.paint().tone(tone, &line)));
    }
    if lines.len() > MOST_LINES {
        let more = count((lines.len() - MOST_LINES) as u64, "more line");
        page.line(&page.paint().tone(Tone::Dim, &format!("    … and {more}")));
    }
}

fn object(case: &Case, outcome: &Outcome) -> serde_json::Value {
    let (word, told, causes) = match outcome {
        Outcome::Ok => ("ok", None, Vec::new()),
        Outcome::Blessed => ("written", None, Vec::new()),
        Outcome::Different(told) => ("different", Some(told), Vec::new()),
        Outcome::Unexpected(told) => ("new", Some(told), Vec::new()),
        Outcome::Failed(error) => {
            let CommandError { message, causes, .. } = of_case(Exit::Rejected, error);
            ("failed", None, std::iter::once(message).chain(causes).collect())
        }
    };
    let expected = told.and(case.expected.as_ref());
    json!({ "case": case.name, "outcome": word, "expected": expected, "came": told, "causes": causes })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_is_shown_with_what_stands_around_it() {
        let mut page = Page::new(Paint::OFF);
        show_difference(&mut page, "a\nb\nc\nd\n", "a\nb\n\u{1b}x\nd\n");
        let shown = page.finish();
        assert_eq!(
            shown,
            "    --- expected\n    +++ came out\n    @@ -1,4 +1,4 @@\n     a\n     b\n    -c\n    +\\u{1b}x\n     d\n"
        );
    }
}
