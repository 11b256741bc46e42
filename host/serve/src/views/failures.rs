//! What failed, grouped by what it failed of; and one failure.

use docmill::model::{Failure, FailureId};
use docmill::store::Store;
use maud::{Markup, html};
use serde_json::{Value, json};

use crate::answers::Wrong;
use crate::overview::{Cause, Overview};
use crate::page::{Section, bytes, count, framed, grouped, line, short, span, t};
use crate::shelf::Opened;

/// The causes, the most frequent first.
pub(crate) fn all(overview: &Overview) -> &[Cause] {
    &overview.causes
}

/// The page of all causes.
pub(crate) fn all_page(overview: &Overview) -> Markup {
    let body = html! {
        h1 { "Failures" }
        @if overview.causes.is_empty() { p { "Nothing failed." } } @else {
            p.soft {
                (count(overview.failures, "failure")) ", and what no plugin reads or has no text. What failed alike stands together. "
                code { "docmill failures retry" } " tries what failed again, from the originals in the store."
            }
            (causes(&overview.causes, true))
        }
    };
    framed(Section::Failures, "Failures", &body)
}

/// A table of causes.
pub(crate) fn causes(causes: &[Cause], leads: bool) -> Markup {
    html! {
        div.scroll { table.plain {
            thead { tr { th.n scope="col" { "Times" } th scope="col" { "What" } th scope="col" { "Step" } th scope="col" { "Cause" } } }
            tbody {
                @for cause in causes {
                    tr {
                        td.n { (grouped(cause.failures)) }
                        td.bad { (cause.class) }
                        td { (line(cause.step.as_deref().unwrap_or("docmill"), 60)) }
                        td {
                            (line(&cause.cause, 300))
                            @if leads {
                                details.small {
                                    summary { "examples" }
                                    ul.plain { @for (id, source) in &cause.examples {
                                        li { a href=(format!("/failure/{id}")) { (line(source, 200)) } }
                                    } }
                                }
                            }
                        }
                    }
                }
            }
        } }
    }
}

/// One failure.
pub(crate) fn one(opened: &Opened, named: &str) -> Result<Failure, Wrong> {
    let found = match named.parse::<FailureId>() {
        Ok(id) => opened.store.failures_with_prefix(&id.to_string(), 1)?,
        Err(_) => Vec::new(),
    };
    found.into_iter().next().ok_or(Wrong::Nothing("failure"))
}

/// For programs.
pub(crate) fn value(failure: &Failure) -> Value {
    json!({
        "id": failure.id.to_string(), "class": failure.class.as_str(),
        "source": failure.source.as_str(), "document": failure.document.map(|it| it.to_string()),
        "step": failure.step.as_ref().map(|it| it.as_str()), "causes": failure.causes,
        "backtrace": failure.backtrace, "run": failure.run.0,
        "log": failure.log.iter().map(|it| json!({ "level": it.level.to_string(), "message": it.message })).collect::<Vec<_>>(),
    })
}

/// The page of one failure.
pub(crate) fn one_page(failure: &Failure) -> Markup {
    let title = match &failure.step {
        Some(step) => format!("{step} failed"),
        None => "It failed".to_owned(),
    };
    let body = html! {
        p.facts { span.bad { (failure.class) } span { (line(failure.source.as_str(), 400)) } code { (failure.id) } }
        h1 { (line(&title, 200)) }
        section.panel {
            h2 { "Why" }
            ol { @for cause in &failure.causes { li { (line(cause, 2_000)) } } }
            @if let Some(document) = failure.document { p { a href=(format!("/document/{document}")) { "The document" } } }
        }
        @if let Some(attempt) = &failure.attempt {
            section.panel {
                h2 { "How it was run" }
                p { (attempt.plugin) " " (line(&attempt.version, 40)) ", with at most "
                    (span(attempt.limits.deadline)) " and " (bytes(attempt.limits.memory.as_u64())) " of memory"
                    @if let Some(cost) = failure.cost { "; it took " (span(cost.duration)) " and " (bytes(cost.peak_memory)) }
                    ", in run " (failure.run) }
            }
        }
        @if !failure.backtrace.is_empty() {
            section.panel { h2 { "Where" } ol.small { @for frame in &failure.backtrace { li { code { (line(frame, 400)) } } } } }
        }
        @if !failure.log.is_empty() {
            section.panel { h2 { "What it logged at last" } ul.plain.small { @for it in &failure.log { li { span.soft { (it.level) } " " (t(&it.message)) } } } }
        }
        p.soft { "To try it again: " code { "docmill failures retry " (short(&failure.id)) } }
    };
    framed(Section::Failures, &title, &body)
}
