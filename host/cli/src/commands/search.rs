//! `search`: the documents in which something is found, best first, with the passages that show it.

use std::io::Write;
use std::ops::Range;

use docmill::model::LabelSummary;
use docmill_search::{Ask, Counts, Found, Hit, Making, Order, SearchError, SearchIndex};
use serde::Serialize;

use crate::args::{Common, Output, Search, SearchOrder};
use crate::context;
use crate::exit::Exit;
use crate::report::{
    Column, CommandError, Counter, Paint, Table, Tone, confidence, count, escaped, grouped, note,
    one_line, quote, short, write_json,
};
use crate::selection::LabelValue;

/// The longest title, or name of a source, of a line, in characters.
const LONGEST_TITLE: usize = 200;
/// The most labels of a line.
const MOST_LABELS: usize = 8;
/// The most values of a facet that people are shown.
const MOST_VALUES: usize = 10;

/// Runs the command.
pub fn run(common: &Common, options: &Search) -> Result<Exit, CommandError> {
    let store = context::store_to_read(common)?;
    let folder = context::address(common)?.derived();
    let folder = folder.map(|derived| derived.join("search"));
    let bar = Counter::new(common, None, "documents");
    let index = SearchIndex::open(&store, folder.as_deref(), &mut |making| match making {
        Making::Anew(why) => tracing::info!(why, "the index for searching is made anew"),
        Making::Documents(_) => bar.passed(),
    })?;
    drop(bar);
    let mut chosen = options.with.clone();
    chosen.extend(options.label.iter().map(|it| (docmill_search::Facet::Label, it.clone())));
    let ask = Ask {
        query: options.query.join(" "),
        chosen,
        language: options.language.clone(),
        source: options.source.clone(),
        since: options.since.as_ref().map(ToString::to_string),
        until: options.until.as_ref().map(ToString::to_string),
        order: match options.sort {
            SearchOrder::Fit => Order::Fit,
            SearchOrder::Date => Order::Date,
        },
        offset: options.offset.into(),
        limit: options.limit.into(),
        counts: options.facets,
    };
    let found = index.search(&store, &ask)?;
    let mut stdout = std::io::BufWriter::new(std::io::stdout().lock());
    match common.output {
        Output::Json => {
            for hit in &found.hits {
                write_json(&mut stdout, &HitObject::new(hit))?;
            }
            write_json(&mut stdout, &FoundObject::new(&found))?;
        }
        Output::Human => {
            let paint = Paint::for_stdout(common);
            for hit in &found.hits {
                stdout.write_all(shown(hit, paint).as_bytes())?;
            }
            for counts in &found.counts {
                stdout.write_all(facet(counts, paint).as_bytes())?;
            }
        }
    }
    stdout.flush()?;
    note(common, &told(&found, &index));
    Ok(Exit::Success)
}

/// How many were found, in words.
fn told(found: &Found, index: &SearchIndex) -> String {
    match (found.total, found.hits.len()) {
        (0, _) if index.documents() == 0 => {
            "the store has no documents; `docmill ingest PATH` takes some in".to_owned()
        }
        (0, _) => "no documents fit".to_owned(),
        (total, shown) if shown < total => {
            format!("{} of {}", grouped(shown as u64), count(total as u64, "document"))
        }
        (total, _) => count(total as u64, "document"),
    }
}

fn shown(hit: &Hit, paint: Paint) -> String {
    let document = &hit.stored.extracted.document;
    let title = document.attribute("title").filter(|title| !title.trim().is_empty());
    let title = one_line(title.unwrap_or(hit.stored.source.as_str()), LONGEST_TITLE);
    let mut facts = vec![paint.tone(Tone::Key, &short(&hit.stored.id))];
    facts.extend(document.attribute("date").map(|it| one_line(it, 10)));
    facts.extend(document.language.as_ref().map(|it| one_line(it.as_str(), 35)));
    let labels = hit.labels.iter().take(MOST_LABELS);
    facts.extend(
        labels.map(|it| format!("{} {}", one_line(&it.name, 64), confidence(it.confidence))),
    );
    let mut shown = format!("{}\n  {}\n", paint.tone(Tone::Strong, &title), facts.join("  "));
    for passage in &hit.passages {
        let highlights: Vec<Range<usize>> =
            passage.highlights.iter().map(|it| it.range()).collect();
        let quoted = quote(&document.text, &passage.span.range(), &highlights, paint);
        shown.push_str(&format!("    {quoted}\n"));
    }
    shown.push('\n');
    shown
}

fn facet(counts: &Counts, paint: Paint) -> String {
    let mut table = Table::new([Column::new("").tone(Tone::Plain), Column::number("")]).indented(2);
    for (value, number) in counts.values.iter().take(MOST_VALUES) {
        table.row([one_line(value, 64), grouped(*number)]);
    }
    if counts.values.is_empty() {
        return String::new();
    }
    let more = counts.of.saturating_sub(MOST_VALUES);
    let more =
        if more > 0 { format!("  and {} more\n", grouped(more as u64)) } else { String::new() };
    let name = paint.tone(Tone::Strong, counts.facet.as_str());
    format!("{name}\n{}{}\n", table.render(None, paint), paint.tone(Tone::Dim, &escaped(&more)))
}

impl From<SearchError> for CommandError {
    fn from(error: SearchError) -> CommandError {
        match error {
            SearchError::Store(error) => error.into(),
            SearchError::Query(_) => CommandError::of(Exit::Usage, &error)
                .hint("`docmill search --help` shows what queries look like"),
            error => CommandError::of(Exit::Store, &error)
                .hint("remove the folder `derived` of the store: it is made anew"),
        }
    }
}

#[derive(Serialize)]
struct HitObject<'a> {
    id: String,
    source: &'a str,
    title: Option<&'a str>,
    date: Option<&'a str>,
    language: Option<&'a str>,
    labels: Vec<LabelValue>,
    score: Option<f32>,
    passages: Vec<PassageObject<'a>>,
    version: u32,
}

#[derive(Serialize)]
struct PassageObject<'a> {
    start: u32,
    end: u32,
    text: &'a str,
    highlights: Vec<SpanObject>,
}

#[derive(Serialize)]
struct SpanObject {
    start: u32,
    end: u32,
}

impl<'a> HitObject<'a> {
    fn new(hit: &'a Hit) -> HitObject<'a> {
        let document = &hit.stored.extracted.document;
        let passages = hit.passages.iter().map(|passage| PassageObject {
            start: passage.span.start,
            end: passage.span.end,
            text: &document.text[passage.span.range()],
            highlights: (passage.highlights.iter())
                .map(|it| SpanObject { start: it.start, end: it.end })
                .collect(),
        });
        HitObject {
            id: hit.stored.id.to_string(),
            source: hit.stored.source.as_str(),
            title: document.attribute("title"),
            date: document.attribute("date"),
            language: document.language.as_ref().map(|it| it.as_str()),
            labels: hit.labels.iter().map(|it: &LabelSummary| LabelValue::from(it)).collect(),
            score: hit.score,
            passages: passages.collect(),
            version: hit.stored.version,
        }
    }
}

#[derive(Serialize)]
struct FoundObject<'a> {
    found: usize,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    facets: Vec<FacetObject<'a>>,
}

#[derive(Serialize)]
struct FacetObject<'a> {
    facet: &'static str,
    of: usize,
    values: Vec<ValueObject<'a>>,
}

#[derive(Serialize)]
struct ValueObject<'a> {
    value: &'a str,
    documents: u64,
}

impl<'a> FoundObject<'a> {
    fn new(found: &'a Found) -> FoundObject<'a> {
        let value =
            |(value, documents): &'a (String, u64)| ValueObject { value, documents: *documents };
        let facets = found.counts.iter().map(|counts| FacetObject {
            facet: counts.facet.as_str(),
            of: counts.of,
            values: counts.values.iter().map(value).collect(),
        });
        FoundObject { found: found.total, facets: facets.collect() }
    }
}
