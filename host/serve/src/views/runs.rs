//! The runs of a store: when they were, how long they took, and what they came to.

use docmill::model::Run;
use maud::{Markup, html};
use serde_json::{Value, json};

use crate::overview::Overview;
use crate::page::{Section, framed, grouped, moment, span};

/// The most runs of a page.
const MOST: usize = 500;

/// For programs, the latest first.
pub(crate) fn value(overview: &Overview) -> Value {
    let seconds = |it: std::time::SystemTime| {
        it.duration_since(std::time::UNIX_EPOCH).map_or(0, |it| it.as_secs())
    };
    let run = |run: &Run| {
        let tally = &run.tally;
        json!({
            "run": run.id.0, "started": seconds(run.started), "finished": run.finished.map(seconds),
            "pipeline": run.pipeline.to_string(), "sources": tally.sources, "added": tally.added,
            "updated": tally.updated, "unchanged": tally.unchanged, "kept": tally.kept,
            "retired": tally.retired, "unsupported": tally.unsupported, "failures": tally.failures,
        })
    };
    overview.runs.iter().take(MOST).map(run).collect()
}

/// The page.
pub(crate) fn page(overview: &Overview) -> Markup {
    let took = |run: &Run| match run.finished {
        // A clock that was set back in between tells nothing.
        Some(finished) => finished.duration_since(run.started).map_or("?".to_owned(), span),
        None => "did not end".to_owned(),
    };
    let body = html! {
        h1 { "Runs" }
        @if overview.runs.is_empty() { p { "There was none yet." } } @else {
            div.scroll { table.plain {
                thead { tr {
                    th.n scope="col" { "Run" } th scope="col" { "Began" } th.n scope="col" { "Took" } th.n scope="col" { "Sources" } th.n scope="col" { "Added" }
                    th.n scope="col" { "Updated" } th.n scope="col" { "Unchanged" } th.n scope="col" { "Retired" } th.n scope="col" { "Failures" }
                } }
                tbody { @for run in overview.runs.iter().take(MOST) { tr {
                    td.n { (run.id) } td { (moment(run.started)) } td.n { (took(run)) }
                    td.n { (grouped(run.tally.sources)) } td.n { (grouped(run.tally.added)) }
                    td.n { (grouped(run.tally.updated)) } td.n { (grouped(run.tally.unchanged)) }
                    td.n { (grouped(run.tally.retired)) } td.n.bad[run.tally.failures > 0] { (grouped(run.tally.failures)) }
                } } }
            } }
        }
    };
    framed(Section::Runs, "Runs", &body)
}
