//! A store on one page that needs no server: to send to somebody.

use std::time::SystemTime;

use docmill::store::{Store, StoreError};
use maud::{Markup, html};

use crate::charts::{Axis, bars};
use crate::overview::Overview;
use crate::page::{alone, bytes, grouped, line, moment};
use crate::views::{failures, groups, plugins};

/// The most groups with examples, and the most causes.
const MOST: usize = 30;

/// A store as one page of HTML, without a script and without anything that it refers to.
///
/// # Errors
///
/// If the store cannot be read.
pub fn report(store: &dyn Store, title: &str, now: SystemTime) -> Result<String, StoreError> {
    let overview = Overview::of(store)?;
    Ok(alone(title, &body(&overview, title, now)).0)
}

fn body(overview: &Overview, title: &str, now: SystemTime) -> Markup {
    let counted = |name: &str, values: &std::collections::BTreeMap<String, u64>| {
        let mut values: Vec<_> = values.iter().collect();
        values.sort_by_key(|(_, number)| std::cmp::Reverse(**number));
        html! {
            section.panel {
                h2 { span { (name) } }
                table.plain { tbody { @for (value, number) in values.into_iter().take(12) {
                    tr { td { (line(value, 80)) } td.n { (grouped(*number)) } }
                } } }
            }
        }
    };
    let all = groups::all(overview);
    html! {
        h1 { (line(title, 200)) }
        p.soft { "Written " (moment(now)) @if let Some(run) = overview.runs.first() { "; the last of " (grouped(overview.runs.len() as u64)) " runs began " (moment(run.started)) } "." }
        dl.numbers {
            div { dt { "documents" } dd { (grouped(overview.documents)) } }
            div { dt { "sources" } dd { (grouped(overview.sources)) } }
            div { dt { "text" } dd { (bytes(overview.text)) } }
            div { dt { "with a label" } dd { (grouped(overview.documents - overview.unlabelled)) } }
            div { dt { "failures" } dd { (grouped(overview.failures)) } }
        }
        @if !overview.dated.is_empty() {
            section.panel { h2 { "Over time" } (bars(&Axis::of(overview.dated.keys()), &overview.dated, 120, |_| None)) }
        }
        h2 { "Groups" }
        (groups::multiples(&all, |_| None))
        p {}
        div.multiples {
            (counted("Languages", &overview.languages))
            (counted("Media types", &overview.types))
        }
        p {}
        @if !overview.groups.is_empty() {
            h2 { "The surest of each group" }
            @for (label, group) in overview.largest_groups().into_iter().take(MOST) {
                h3 { (line(label, 80)) }
                (groups::examples(&group.examples, |_| None))
            }
        }
        @if !overview.causes.is_empty() {
            h2 { "What failed, and why" }
            (failures::causes(&overview.causes[..overview.causes.len().min(MOST)], false))
        }
        h2 { "What plugins cost" }
        (plugins::table(&plugins::data(overview)))
    }
}
