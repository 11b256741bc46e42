//! The groups that labels make, each over time: small multiples on one axis, and one group by
//! itself.

use std::collections::BTreeMap;

use docmill_search::{Ask, Facet, Order};
use maud::{Markup, html};
use serde::Serialize;

use crate::answers::Wrong;
use crate::asked::{Asked, address};
use crate::charts::{Axis, bars};
use crate::overview::{Example, Months, Overview};
use crate::page::{Section, count, framed, grouped, line, share, t};
use crate::shelf::Opened;

/// The most groups of a page.
const MOST: usize = 200;
/// So many languages and places of a group have charts of their own.
const MULTIPLES: usize = 6;

/// All groups, the largest first.
#[derive(Serialize)]
pub(crate) struct All {
    documents: u64,
    unlabelled: u64,
    groups: Vec<Row>,
    of: usize,
}

#[derive(Serialize)]
struct Row {
    label: String,
    documents: u64,
    main: u64,
    months: Months,
}

pub(crate) fn all(overview: &Overview) -> All {
    let groups = overview.largest_groups();
    let row = |(label, group): &(&str, &crate::overview::Group)| Row {
        label: (*label).to_owned(),
        documents: group.documents,
        main: group.main,
        months: group.months.clone(),
    };
    All {
        documents: overview.documents,
        unlabelled: overview.unlabelled,
        of: groups.len(),
        groups: groups.iter().take(MOST).map(row).collect(),
    }
}

/// The page of all groups.
pub(crate) fn all_page(data: &All) -> Markup {
    let body = html! {
        h1 { "Groups" }
        p.soft {
            (count(data.of as u64, "label")) " in " (count(data.documents, "document"))
            @if data.unlabelled > 0 { "; " (grouped(data.unlabelled)) " have none" }
            ". Each chart has the same months; its height is that of its busiest one."
        }
        (multiples(data, |label| Some(address("/group", "label", label))))
    };
    framed(Section::Groups, "Groups", &body)
}

/// A chart of each group.
pub(crate) fn multiples(data: &All, lead: impl Fn(&str) -> Option<String>) -> Markup {
    let axis = Axis::of(
        data.groups.iter().flat_map(|it| it.months.keys()).collect::<Vec<_>>().into_iter(),
    );
    html! {
        @if data.groups.is_empty() { p { "No plugin gave a label yet." } }
        div.multiples {
            @for group in &data.groups {
                section.panel {
                    h2 {
                        @match lead(&group.label) {
                            Some(address) => a href=(address) { (line(&group.label, 60)) },
                            None => span { (line(&group.label, 60)) },
                        }
                        span.n title=(format!("{} have it as their main label", grouped(group.main))) { (grouped(group.documents)) }
                    }
                    (bars(&axis, &group.months, 60, |_| None))
                }
            }
        }
    }
}

/// One group.
#[derive(Serialize)]
pub(crate) struct One {
    label: String,
    documents: u64,
    main: u64,
    months: Months,
    languages: Vec<Part>,
    places: Vec<Part>,
    examples: Vec<Example>,
}

/// The documents of a group that have something more in common.
#[derive(Serialize)]
struct Part {
    value: String,
    documents: u64,
    months: Months,
}

pub(crate) fn one(opened: &Opened, asked: &Asked) -> Result<One, Wrong> {
    let label = asked.get("label").ok_or(Wrong::Nothing("group"))?;
    let group = opened.overview.groups.get(label).ok_or(Wrong::Nothing("group"))?;
    let ask = |and: Option<(Facet, String)>| Ask {
        chosen: [(Facet::Label, label.to_owned())].into_iter().chain(and).collect(),
        order: Order::Date,
        counts: true,
        ..Ask::default()
    };
    let found = opened.index.search(&opened.store, &ask(None))?;
    let parts = |facet: Facet| -> Result<Vec<Part>, Wrong> {
        let counts = found.counts.iter().find(|it| it.facet == facet);
        let values = counts.map_or(&[][..], |it| it.values.as_slice());
        let mut parts = Vec::new();
        for (value, documents) in values.iter().take(MULTIPLES) {
            let of = opened.index.search(&opened.store, &ask(Some((facet, value.clone()))))?;
            let months = of.counts.into_iter().find(|it| it.facet == Facet::Month);
            let months = months.map_or(BTreeMap::new(), |it| it.values.into_iter().collect());
            parts.push(Part { value: value.clone(), documents: *documents, months });
        }
        Ok(parts)
    };
    Ok(One {
        label: label.to_owned(),
        documents: group.documents,
        main: group.main,
        months: group.months.clone(),
        languages: parts(Facet::Language)?,
        places: parts(Facet::Place)?,
        examples: group.examples.clone(),
    })
}

/// The page of one group.
pub(crate) fn one_page(data: &One) -> Markup {
    let axis = Axis::of(data.months.keys());
    let all = Asked::default().with("label", Some(&data.label));
    let parts = |title: &str, facet: &'static str, parts: &[Part]| {
        html! {
            @if parts.len() > 1 {
                h2 { (title) }
                div.multiples {
                    @for part in parts {
                        section.panel {
                            h2 {
                                a href=(all.with(facet, Some(&part.value)).address("/")) { (line(&part.value, 60)) }
                                span.n { (grouped(part.documents)) }
                            }
                            (bars(&axis, &part.months, 60, |_| None))
                        }
                    }
                }
                p {}
            }
        }
    };
    let body = html! {
        h1 { (line(&data.label, 100)) }
        p {
            a href=(all.address("/")) { (count(data.documents, "document")) }
            span.soft { ", " (grouped(data.main)) " of them about it above all" }
        }
        section.panel {
            h2 { "Over time" }
            (bars(&axis, &data.months, 140, |period| {
                // A year is no month to ask for.
                let (since, until) = (Some(period), Some(period));
                Some(all.with("since", since).with("until", until).address("/"))
            }))
        }
        (parts("By language", "language", &data.languages))
        (parts("By place", "place", &data.places))
        h2 { "The surest" }
        (examples(&data.examples, |id| Some(Asked::default().with("label", Some(&data.label)).address(&format!("/document/{id}")))))
    };
    framed(Section::Groups, &data.label, &body)
}

/// Some documents of a group.
pub(crate) fn examples(examples: &[Example], lead: impl Fn(&str) -> Option<String>) -> Markup {
    html! {
        ul.plain {
            @for example in examples {
                li {
                    @match lead(&example.id.to_string()) {
                        Some(address) => a href=(address) { (line(&example.title, 160)) },
                        None => span { (line(&example.title, 160)) },
                    }
                    span.soft.small {
                        @if let Some(date) = &example.date { " " (t(date)) }
                        " " (share(example.confidence))
                    }
                }
            }
        }
    }
}
