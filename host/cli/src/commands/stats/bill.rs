//! `stats --by`: what the calls of plugins cost, by plugin, media type, or document.

use std::collections::BTreeMap;
use std::io::Write;

use docmill::model::{Bill, Cost, DocumentId, SourceName};
use docmill::store::{Store, StoreError};
use serde::Serialize;

use crate::args::{By, Common, Output};
use crate::exit::Exit;
use crate::report::{
    BillObject, Column, CommandError, Paint, Table, Tone, bytes, count, escaped, grouped, note,
    one_line, short, span, write_json,
};

/// Tells the `top` greatest totals.
pub fn run(common: &Common, store: &dyn Store, by: By, top: usize) -> Result<Exit, CommandError> {
    let bills = Bills::of(store, by)?;
    let sorted = bills.sorted();
    let shown = &sorted[..top.min(sorted.len())];
    let mut stdout = std::io::BufWriter::new(std::io::stdout().lock());
    let all = bills.all;
    match common.output {
        Output::Json => {
            for (item, bill) in shown {
                write_json(&mut stdout, &RowObject::new(store, item, bill, &all)?)?;
            }
        }
        Output::Human => {
            let table = table(store, by, shown, &all)?;
            if !table.is_empty() {
                stdout.write_all(table.render(None, Paint::for_stdout(common)).as_bytes())?;
            }
        }
    }
    stdout.flush()?;
    let calls = count(all.calls, "call");
    let failed =
        if all.failed > 0 { format!(", {} failed", grouped(all.failed)) } else { String::new() };
    let of = match sorted.len() - shown.len() {
        0 => String::new(),
        more => format!("{} more; ", grouped(more as u64)),
    };
    note(common, &format!("{of}all together {} in {calls}{failed}", span(all.sum.duration)));
    Ok(Exit::Success)
}

/// What is billed. The order breaks ties.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Item {
    /// Name and version.
    Plugin(String, String),
    /// Absent where the source has other content by now.
    MediaType(Option<String>),
    /// Absent where the source failed as a whole.
    Document(SourceName, Option<DocumentId>),
}

/// The part of the time of all calls that these took, from 0 to 1.
fn share(bill: &Bill, all: &Bill) -> f64 {
    let whole = all.sum.duration.as_secs_f64();
    if whole > 0.0 { bill.sum.duration.as_secs_f64() / whole } else { 0.0 }
}

#[derive(Debug, Default)]
struct Bills {
    by_item: BTreeMap<Item, Bill>,
    all: Bill,
}

impl Bills {
    /// Of the latest version of every document, and of what failed last.
    fn of(store: &dyn Store, by: By) -> Result<Bills, StoreError> {
        let mut bills = Bills::default();
        for summary in store.summaries() {
            let summary = summary?;
            // One call extracts all documents of a source.
            let extraction = (summary.index == 0).then_some(&summary.extraction);
            for call in extraction.into_iter().chain(summary.steps.iter().map(|it| &it.call)) {
                let item = match by {
                    By::Plugin => Item::Plugin(call.plugin.to_string(), call.version.clone()),
                    By::MediaType => {
                        Item::MediaType(summary.media_type.as_ref().map(ToString::to_string))
                    }
                    By::Document => Item::Document(summary.source.clone(), Some(summary.id)),
                };
                bills.add(item, call.cost, false);
            }
        }
        for failure in store.failures() {
            let failure = failure?;
            let (Some(cost), Some(attempt)) = (failure.cost, failure.attempt) else { continue };
            let item = match by {
                By::Plugin => Item::Plugin(attempt.plugin.to_string(), attempt.version),
                By::MediaType => {
                    let source = store.source(&failure.source)?;
                    Item::MediaType(source.map(|it| it.info.media_type.to_string()))
                }
                By::Document => Item::Document(failure.source, failure.document),
            };
            bills.add(item, cost, true);
        }
        Ok(bills)
    }

    fn add(&mut self, item: Item, cost: Cost, failed: bool) {
        self.by_item.entry(item).or_default().add(cost, failed);
        self.all.add(cost, failed);
    }

    /// The greatest total time first; equal ones in the order of their names.
    fn sorted(&self) -> Vec<(&Item, &Bill)> {
        let mut sorted: Vec<_> = self.by_item.iter().collect();
        sorted.sort_by_key(|(_, bill)| std::cmp::Reverse(bill.sum.duration));
        sorted
    }
}

fn title(store: &dyn Store, id: Option<DocumentId>) -> Result<Option<String>, StoreError> {
    let document = id.map(|id| store.document(id, None)).transpose()?.flatten();
    Ok(document.and_then(|it| it.extracted.document.attribute("title").map(str::to_owned)))
}

fn table(
    store: &dyn Store,
    by: By,
    rows: &[(&Item, &Bill)],
    all: &Bill,
) -> Result<Table<11>, StoreError> {
    let what = match by {
        By::Plugin => "PLUGIN",
        By::MediaType => "MEDIA TYPE",
        By::Document => "DOCUMENT",
    };
    let mut table = Table::new([
        Column::new(what).tone(Tone::Key),
        Column::number("CALLS"),
        Column::number("FAILED"),
        Column::number("TOTAL"),
        Column::number(""),
        Column::number("MEAN"),
        Column::number("LONGEST"),
        Column::number("PEAK MEMORY"),
        Column::number("IN"),
        Column::number("OUT"),
        Column::number("HOST CALLS"),
    ]);
    for (item, bill) in rows {
        let name = match item {
            Item::Plugin(name, version) => format!("{name} {}", one_line(version, 64)),
            Item::MediaType(media_type) => {
                media_type.as_deref().map_or("(unknown)".into(), escaped)
            }
            Item::Document(source, id) => {
                let title = title(store, *id)?;
                let title = title.filter(|title| !title.trim().is_empty());
                let title = one_line(title.as_deref().unwrap_or(source.as_str()), 40);
                match id {
                    Some(id) => format!("{}  {title}", short(id)),
                    None => title,
                }
            }
        };
        table.row([
            name,
            grouped(bill.calls),
            grouped(bill.failed),
            span(bill.sum.duration),
            format!("{:.0} %", 100.0 * share(bill, all)),
            span(bill.mean().duration),
            span(bill.largest.duration),
            bytes(bill.largest.peak_memory),
            bytes(bill.sum.bytes_in),
            bytes(bill.sum.bytes_out),
            grouped(bill.sum.host_calls),
        ]);
    }
    Ok(table)
}

#[derive(Serialize)]
struct RowObject {
    #[serde(flatten)]
    item: ItemObject,
    #[serde(flatten)]
    bill: BillObject,
    share: f64,
}

#[derive(Serialize)]
#[serde(untagged)]
enum ItemObject {
    Plugin { plugin: String, version: String },
    MediaType { media_type: Option<String> },
    Document { document: Option<String>, source: String, title: Option<String> },
}

impl RowObject {
    fn new(
        store: &dyn Store,
        item: &Item,
        bill: &Bill,
        all: &Bill,
    ) -> Result<RowObject, StoreError> {
        Ok(RowObject {
            item: match item {
                Item::Plugin(plugin, version) => {
                    ItemObject::Plugin { plugin: plugin.clone(), version: version.clone() }
                }
                Item::MediaType(media_type) => {
                    ItemObject::MediaType { media_type: media_type.clone() }
                }
                Item::Document(source, id) => ItemObject::Document {
                    document: id.map(|id| id.to_string()),
                    source: source.to_string(),
                    title: title(store, *id)?,
                },
            },
            bill: bill.into(),
            share: share(bill, all),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cost(millis: u64) -> Cost {
        Cost { duration: std::time::Duration::from_millis(millis), ..Cost::default() }
    }

    #[test]
    fn equal_totals_come_in_the_order_of_their_names() {
        let mut bills = Bills::default();
        for name in ["b", "c", "a"] {
            bills.add(Item::MediaType(Some(name.to_owned())), cost(5), false);
        }
        bills.add(Item::MediaType(None), cost(1), false);
        bills.add(Item::MediaType(Some("d".to_owned())), cost(6), false);
        let sorted = bills.sorted();
        let names: Vec<_> = sorted
            .iter()
            .map(|(item, _)| match item {
                Item::MediaType(name) => name.as_deref().unwrap_or("(unknown)"),
                _ => "",
            })
            .collect();
        assert_eq!(names, ["d", "a", "b", "c", "(unknown)"]);
    }
}
