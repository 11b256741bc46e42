//! What plugins did, and what that cost.

use maud::{Markup, html};
use serde::Serialize;

use crate::overview::Overview;
use crate::page::{Section, bytes, framed, grouped, line, span};

/// A plugin of one version.
#[derive(Serialize)]
pub(crate) struct Row {
    plugin: String,
    version: String,
    calls: u64,
    failed: u64,
    total_us: u64,
    mean_us: u64,
    max_us: u64,
    peak_memory: u64,
    bytes_in: u64,
    bytes_out: u64,
}

/// All plugins, those that took longest first.
pub(crate) fn data(overview: &Overview) -> Vec<Row> {
    let micros = |it: std::time::Duration| u64::try_from(it.as_micros()).unwrap_or(u64::MAX);
    let rows = overview.plugins.iter().map(|((plugin, version), bill)| Row {
        plugin: plugin.clone(),
        version: version.clone(),
        calls: bill.calls,
        failed: bill.failed,
        total_us: micros(bill.sum.duration),
        mean_us: micros(bill.mean().duration),
        max_us: micros(bill.largest.duration),
        peak_memory: bill.largest.peak_memory,
        bytes_in: bill.sum.bytes_in,
        bytes_out: bill.sum.bytes_out,
    });
    let mut rows: Vec<Row> = rows.collect();
    rows.sort_by_key(|it| std::cmp::Reverse(it.total_us));
    rows
}

/// The page.
pub(crate) fn page(data: &[Row]) -> Markup {
    let body = html! {
        h1 { "Plugins" }
        p.soft { "Of all results that are stored, and of what failed. Each call had a sandbox of its own." }
        (table(data))
    };
    framed(Section::Plugins, "Plugins", &body)
}

/// A table of plugins.
pub(crate) fn table(data: &[Row]) -> Markup {
    let time = |micros: u64| span(std::time::Duration::from_micros(micros));
    html! {
        @if data.is_empty() { p { "No plugin did anything yet." } } @else {
            div.scroll { table.plain {
                thead { tr {
                    th scope="col" { "Plugin" } th.n scope="col" { "Calls" } th.n scope="col" { "Failed" } th.n scope="col" { "Total" }
                    th.n scope="col" { "Mean" } th.n scope="col" { "Longest" } th.n scope="col" { "Memory" } th.n scope="col" { "In" } th.n scope="col" { "Out" }
                } }
                tbody { @for row in data { tr {
                    td { (line(&row.plugin, 80)) " " span.soft { (line(&row.version, 40)) } }
                    td.n { (grouped(row.calls)) }
                    td.n.bad[row.failed > 0] { (grouped(row.failed)) }
                    td.n { (time(row.total_us)) } td.n { (time(row.mean_us)) } td.n { (time(row.max_us)) }
                    td.n { (bytes(row.peak_memory)) } td.n { (bytes(row.bytes_in)) } td.n { (bytes(row.bytes_out)) }
                } } }
            } }
        }
    }
}
