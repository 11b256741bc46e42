//! The first page: what is looked for, what was found, and what that has in common.

use std::ops::Range;

use docmill_search::{Ask, Counts, FURTHEST, Facet, Found, Hit, Order};
use maud::{Markup, html};
use serde::Serialize;

use crate::answers::Wrong;
use crate::asked::Asked;
use crate::page::{Section, count, day, framed, grouped, line, share, short, shortened, t};
use crate::shelf::Opened;

/// So many documents are on a page.
const ON_PAGE: usize = 20;
/// So many values of a facet are shown at once; the others fold out.
const AT_ONCE: usize = 8;
/// The most labels of a line.
const MOST_LABELS: usize = 6;

/// What was asked and found.
#[derive(Serialize)]
pub(crate) struct Data {
    query: String,
    found: usize,
    from: usize,
    hits: Vec<HitData>,
    facets: Vec<FacetData>,
    #[serde(skip)]
    asked: Asked,
}

#[derive(Serialize)]
struct HitData {
    id: String,
    source: String,
    title: Option<String>,
    date: Option<String>,
    language: Option<String>,
    labels: Vec<LabelData>,
    score: Option<f32>,
    passages: Vec<PassageData>,
    #[serde(skip)]
    in_title: Vec<Range<usize>>,
}

#[derive(Serialize)]
struct LabelData {
    name: String,
    confidence: f32,
    is_main: bool,
}

#[derive(Serialize)]
struct PassageData {
    start: u32,
    end: u32,
    text: String,
    /// In the text of the document.
    highlights: Vec<[u32; 2]>,
}

#[derive(Serialize)]
struct FacetData {
    facet: &'static str,
    of: usize,
    values: Vec<(String, u64)>,
}

/// Asks the index.
pub(crate) fn data(opened: &Opened, asked: &Asked) -> Result<Data, Wrong> {
    let query = asked.all("q").collect::<Vec<_>>().join(" ");
    let from = asked.number("from").unwrap_or(0).min(FURTHEST);
    let chosen = Facet::ALL.into_iter().flat_map(|facet| {
        asked.all(facet.as_str()).filter(|it| !it.is_empty()).map(move |it| (facet, it.to_owned()))
    });
    let text = |name: &str| asked.get(name).map(str::to_owned);
    let ask = Ask {
        query: query.clone(),
        chosen: chosen.collect(),
        language: None,
        source: text("source"),
        since: text("since"),
        until: text("until"),
        order: if asked.get("sort") == Some("date") { Order::Date } else { Order::Fit },
        offset: from,
        limit: ON_PAGE,
        counts: true,
    };
    let Found { total, hits, counts } = opened.index.search(&opened.store, &ask)?;
    let facets = counts.into_iter().map(|Counts { facet, values, of }| FacetData {
        facet: facet.as_str(),
        of,
        values,
    });
    Ok(Data {
        query,
        found: total,
        from,
        hits: hits.iter().map(HitData::new).collect(),
        facets: facets.collect(),
        asked: asked.clone(),
    })
}

impl HitData {
    fn new(hit: &Hit) -> HitData {
        let document = &hit.stored.extracted.document;
        let text = |it: Option<&str>| it.map(str::to_owned);
        let labels = hit.labels.iter().map(|label| LabelData {
            name: label.name.clone(),
            confidence: label.confidence,
            is_main: label.is_main(),
        });
        let passages = hit.passages.iter().map(|passage| PassageData {
            start: passage.span.start,
            end: passage.span.end,
            text: document.text[passage.span.range()].to_owned(),
            highlights: passage.highlights.iter().map(|it| [it.start, it.end]).collect(),
        });
        HitData {
            id: hit.stored.id.to_string(),
            source: hit.stored.source.to_string(),
            title: text(document.attribute("title").filter(|it| !it.trim().is_empty())),
            date: text(document.attribute("date")),
            language: text(document.language.as_ref().map(|it| it.as_str())),
            labels: labels.collect(),
            score: hit.score,
            passages: passages.collect(),
            in_title: hit.in_title.clone(),
        }
    }
}

/// The page.
pub(crate) fn page(data: &Data) -> Markup {
    let asked = &data.asked;
    let body = html! {
        h1 { @if data.query.is_empty() { "Documents" } @else { "Search" } }
        (form(data))
        (chosen(asked))
        @if data.found == 0 {
            p { "No documents fit. " span.soft { "All words have to be there; " code { "OR" } " between them asks for either." } }
        }
        div.two {
            aside.facets aria-label="What the documents have in common" {
                @for facet in &data.facets { (facet_list(asked, facet)) }
            }
            div {
                @if data.found > 0 {
                    p.facts {
                        span { (count(data.found as u64, "document")) }
                        (orders(data))
                    }
                }
                @for hit in &data.hits { (hit_shown(hit, &data.query)) }
                (pages(data))
            }
        }
    };
    let title = if data.query.is_empty() { "Documents" } else { data.query.as_str() };
    framed(Section::Search, title, &body)
}

fn form(data: &Data) -> Markup {
    let kept = data
        .asked
        .pairs()
        .filter(|(name, _)| !matches!(*name, "q" | "from" | "since" | "until" | "token"));
    let value = |name: &str| data.asked.get(name).map(t);
    html! {
        form.search action="/" method="get" role="search" {
            input type="search" name="q" value=(t(&data.query)) aria-label="What to look for"
                placeholder="words, \"a phrase\", begin*, title:word, -without" maxlength="1000" autofocus;
            @for (name, value) in kept {
                input type="hidden" name=(t(name)) value=(t(value));
            }
            label.small { span.soft { "from " } input type="text" name="since" size="8" placeholder="2025-08" value=[value("since")]; }
            label.small { span.soft { "to " } input type="text" name="until" size="8" placeholder="2025-11" value=[value("until")]; }
            button type="submit" { "Search" }
        }
    }
}

/// What narrows the search, each with a way to take it out.
fn chosen(asked: &Asked) -> Markup {
    let of_facets = asked.pairs().filter(|(name, value)| {
        (Facet::of(name).is_some() || *name == "source") && !value.is_empty()
    });
    let of_facets: Vec<_> = of_facets.collect();
    html! {
        @if !of_facets.is_empty() {
            p.chips {
                @for (name, value) in of_facets {
                    a.chip href=(asked.with("from", None).toggled(name, value).address("/"))
                        aria-label=(t(&format!("Without {name} {value}"))) {
                        (t(name)) ": " (line(value, 60)) " ×"
                    }
                }
            }
        }
    }
}

fn facet_list(asked: &Asked, facet: &FacetData) -> Markup {
    let name = facet.facet;
    let item = |(value, number): &(String, u64)| {
        let is_chosen = asked.all(name).any(|it| it == value);
        html! {
            li.chosen[is_chosen] {
                a href=(asked.with("from", None).toggled(name, value).address("/"))
                    aria-current=[is_chosen.then_some("true")] { (line(value, 60)) }
                span.n { (grouped(*number)) }
            }
        }
    };
    // The latest months are at the end.
    let mut values: Vec<&(String, u64)> = facet.values.iter().collect();
    if name == Facet::Month.as_str() {
        values.reverse();
    }
    html! {
        @if !values.is_empty() {
            section {
                h2 { (name) }
                ul { @for value in values.iter().take(AT_ONCE) { (item(value)) } }
                @if values.len() > AT_ONCE {
                    details {
                        summary.small { (grouped((values.len() - AT_ONCE) as u64)) " more" }
                        ul { @for value in values.iter().skip(AT_ONCE) { (item(value)) } }
                        @if facet.of > facet.values.len() {
                            p.small.soft { "and " (grouped((facet.of - facet.values.len()) as u64)) " others" }
                        }
                    }
                }
            }
        }
    }
}

fn orders(data: &Data) -> Markup {
    let is_by_date = data.asked.get("sort") == Some("date") || data.query.trim().is_empty();
    html! {
        @if data.query.trim().is_empty() { span { "the latest first" } }
        @else if is_by_date {
            span { "the latest first · " a href=(data.asked.with("sort", None).address("/")) { "what fits best first" } }
        } @else {
            span { "what fits best first · " a href=(data.asked.with("sort", Some("date")).address("/")) { "the latest first" } }
        }
    }
}

fn hit_shown(hit: &HitData, query: &str) -> Markup {
    let address = Asked::default().with("q", Some(query)).address(&format!("/document/{}", hit.id));
    html! {
        article.hit {
            h2 {
                a href=(address) {
                    @match &hit.title {
                        Some(title) => (marked(&shortened(title, 300), &hit.in_title)),
                        None => (line(&hit.source, 200)),
                    }
                }
            }
            p.facts {
                @if let Some(date) = &hit.date { span { (t(&day(date))) } }
                @if let Some(language) = &hit.language { span { (line(language, 35)) } }
                span { (line(&hit.source, 120)) }
                code { (short(&hit.id)) }
            }
            @for passage in &hit.passages {
                blockquote {
                    "… "
                    (marked(&passage.text, &passage.highlights.iter().map(|[start, end]| {
                        let at = |it: &u32| it.saturating_sub(passage.start) as usize;
                        at(start)..at(end)
                    }).collect::<Vec<_>>()))
                    " …"
                }
            }
            @if !hit.labels.is_empty() {
                span.chips {
                    @for label in hit.labels.iter().take(MOST_LABELS) {
                        a.chip.main[label.is_main] href=(crate::asked::address("/group", "label", &label.name)) {
                            (line(&label.name, 60)) " " span.soft { (share(label.confidence)) }
                        }
                    }
                    @if hit.labels.len() > MOST_LABELS { span.small.soft { "and " (hit.labels.len() - MOST_LABELS) " more" } }
                }
            }
        }
    }
}

/// A text with parts of it highlighted, which are in order and apart from each other.
pub(crate) fn marked(text: &str, highlights: &[Range<usize>]) -> Markup {
    let mut at = 0;
    let mut parts: Vec<(&str, bool)> = Vec::new();
    for highlight in highlights {
        let (Some(before), Some(within)) =
            (text.get(at..highlight.start), text.get(highlight.clone()))
        else {
            break;
        };
        parts.extend([(before, false), (within, true)]);
        at = highlight.end;
    }
    parts.push((text.get(at..).unwrap_or_default(), false));
    html! {
        @for (part, is_marked) in parts {
            @if is_marked { mark { (t(part)) } } @else { (t(part)) }
        }
    }
}

fn pages(data: &Data) -> Markup {
    let at = |from: usize| data.asked.with("from", Some(&from.to_string())).address("/");
    let next = data.from + ON_PAGE;
    html! {
        nav.pages aria-label="Further documents" {
            @if data.from > 0 {
                a href=(at(data.from.saturating_sub(ON_PAGE))) rel="prev" { "← before" }
            }
            @if next < data.found && next <= FURTHEST {
                a href=(at(next)) rel="next" { "further →" }
            }
        }
    }
}
