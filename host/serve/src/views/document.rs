//! One document: its text with what was found in it, and where all of that comes from.

use docmill::model::{
    Annotation, Attribute, DocumentId, Failure, Finding, Findings, Label, Provenance, Span,
    StoredDocument, StoredSource, Translation,
};
use docmill::render::highlighted_html;
use docmill::store::Store;
use maud::{Markup, PreEscaped, html};
use serde_json::{Value, json};

use crate::answers::Wrong;
use crate::asked::Asked;
use crate::charts::meter;
use crate::page::{
    Section, bytes, count, day, framed, grouped, line, share, short, shortened, span, t,
};
use crate::shelf::Opened;
use crate::views::search::marked;

/// The most passages of a label, and annotations of a kind, that are shown.
const MOST_PASSAGES: usize = 8;
/// The most passages that are highlighted in a text.
const MOST_HIGHLIGHTS: usize = 2_000;
/// The most segments of a translation that are shown side by side.
const MOST_SEGMENTS: usize = 400;
/// The most versions that are looked for.
const MOST_VERSIONS: u32 = 200;
/// So many bytes of context stand on each side of a passage.
const CONTEXT: usize = 80;

/// Everything the store holds of one version of a document.
pub(crate) struct Data {
    pub(crate) stored: StoredDocument,
    source: Option<StoredSource>,
    findings: Vec<Finding>,
    failures: Vec<Failure>,
    /// The numbers of its versions, in order.
    versions: Vec<u32>,
    asked: Asked,
    /// What was looked for is highlighted unless a label is chosen.
    sought: Vec<Span>,
}

/// The id that an address names, whole or as much of it as is unique.
pub(crate) fn id_of(opened: &Opened, named: &str) -> Result<DocumentId, Wrong> {
    if let Ok(id) = named.parse() {
        return Ok(id);
    }
    match opened.store.document_ids(named, 2)?.as_slice() {
        [id] if !named.is_empty() => Ok(*id),
        _ => Err(Wrong::Nothing("document")),
    }
}

/// Reads it.
pub(crate) fn data(opened: &Opened, named: &str, asked: &Asked) -> Result<Data, Wrong> {
    let store: &dyn Store = &opened.store;
    let id = id_of(opened, named)?;
    let stored = store.document(id, asked.number("version"))?;
    let stored = stored.ok_or(Wrong::Nothing("document"))?;
    let findings = store.findings(id, stored.version)?;
    let source = store.source(&stored.source)?;
    let source =
        source.filter(|it| it.version == stored.version && it.info.digest == stored.original);
    let failures = match &source {
        Some(source) => store.failures_of(&source.info.name)?,
        None => Vec::new(),
    };
    let failures =
        failures.into_iter().filter(|it| it.document.is_none_or(|it| it == id)).collect();
    let latest = store.document(id, None)?.map_or(stored.version, |it| it.version);
    let mut versions = Vec::new();
    for version in latest.saturating_sub(MOST_VERSIONS) + 1..=latest {
        if version == stored.version || store.document(id, Some(version))?.is_some() {
            versions.push(version);
        }
    }
    let sought = asked.get("q").map_or(Vec::new(), |query| {
        docmill_search::highlights(query, &stored.extracted.document.text)
    });
    Ok(Data { stored, source, findings, failures, versions, asked: asked.clone(), sought })
}

impl Data {
    fn labels(&self) -> impl Iterator<Item = (&Finding, &Label)> {
        self.findings.iter().flat_map(|finding| match &finding.findings {
            Findings::Labels(labels) => labels.iter().map(|it| (finding, it)).collect(),
            _ => Vec::new(),
        })
    }

    fn annotations(&self) -> impl Iterator<Item = &Annotation> {
        self.findings.iter().flat_map(|finding| match &finding.findings {
            Findings::Annotations(found) => found.as_slice(),
            _ => &[],
        })
    }

    fn translations(&self) -> impl Iterator<Item = (&Finding, &Translation)> {
        self.findings.iter().flat_map(|finding| match &finding.findings {
            Findings::Translations(found) => found.iter().map(|it| (finding, it)).collect(),
            _ => Vec::new(),
        })
    }

    fn text(&self) -> &str {
        &self.stored.extracted.document.text
    }

    /// Spans of this text: what does not fit was damaged.
    fn fitting<'a>(&'a self, spans: impl IntoIterator<Item = &'a Span>) -> Vec<Span> {
        let fits = |it: &&Span| Span::of(self.text(), it.start, it.end).is_some();
        spans.into_iter().filter(fits).take(MOST_HIGHLIGHTS).copied().collect()
    }

    pub(crate) fn title(&self) -> String {
        let title = self.stored.extracted.document.attribute("title");
        let title = title.filter(|it| !it.trim().is_empty());
        title.unwrap_or(self.stored.source.as_str()).to_owned()
    }

    /// For programs.
    pub(crate) fn value(&self) -> Value {
        let document = &self.stored.extracted.document;
        let attributes = |of: &[Attribute]| -> Vec<Value> {
            of.iter().map(|it| json!({ "name": it.name, "value": it.value })).collect()
        };
        let spans =
            |of: &[Span]| -> Vec<[u32; 2]> { of.iter().map(|it| [it.start, it.end]).collect() };
        json!({
            "id": self.stored.id.to_string(),
            "version": self.stored.version,
            "versions": self.versions,
            "source": self.stored.source.as_str(),
            "media_type": self.source.as_ref().map(|it| it.info.media_type.to_string()),
            "sha256": self.stored.original.to_string(),
            "title": document.attribute("title"),
            "date": document.attribute("date"),
            "language": document.language.as_ref().map(|it| it.as_str()),
            "text": document.text,
            "attributes": attributes(&document.attributes),
            "labels": self.labels().map(|(finding, label)| json!({
                "step": finding.step.as_str(), "name": label.name, "confidence": label.confidence,
                "evidence": spans(&label.evidence), "attributes": attributes(&label.attributes),
            })).collect::<Vec<_>>(),
            "annotations": self.annotations().map(|it| json!({
                "kind": it.kind, "span": it.span.map(|it| [it.start, it.end]), "value": it.value,
                "confidence": it.confidence, "attributes": attributes(&it.attributes),
            })).collect::<Vec<_>>(),
            "translations": self.translations().map(|(finding, it)| json!({
                "step": finding.step.as_str(), "target": it.target.as_str(), "text": it.text,
            })).collect::<Vec<_>>(),
            "failures": self.failures.iter().map(|it| json!({
                "id": it.id.to_string(), "class": it.class.as_str(), "causes": it.causes,
            })).collect::<Vec<_>>(),
            "provenance": self.provenance().map(|(step, it)| json!({
                "step": step, "plugin": it.plugin.as_str(), "version": it.version,
                "component": it.component.to_string(), "run": it.run.0,
                "duration_us": u64::try_from(it.cost.duration.as_micros()).unwrap_or(u64::MAX),
                "peak_memory": it.cost.peak_memory,
            })).collect::<Vec<_>>(),
        })
    }

    fn provenance(&self) -> impl Iterator<Item = (&str, &Provenance)> {
        let extraction = &self.stored.provenance;
        let found = self.findings.iter().map(|it| (it.step.as_str(), &it.provenance));
        std::iter::once((extraction.role.as_str(), extraction)).chain(found)
    }

    /// The address of this version with something else asked for.
    fn address(&self, name: &str, value: Option<&str>) -> String {
        self.asked.with(name, value).address(&format!("/document/{}", self.stored.id))
    }
}

/// The page.
pub(crate) fn page(data: &Data) -> Markup {
    let document = &data.stored.extracted.document;
    let chosen = data.asked.get("label");
    let main = data.labels().find(|(_, it)| it.is_main()).or_else(|| data.labels().next());
    let shown = match chosen {
        Some(name) => data.labels().find(|(_, it)| it.name == name),
        None => main.filter(|_| data.sought.is_empty()),
    };
    let passages = match shown {
        Some((_, label)) => data.fitting(&label.evidence),
        None => data.fitting(&data.sought),
    };
    let body = html! {
        p.facts {
            @if let Some(date) = document.attribute("date") { span { (t(&day(date))) } }
            @if let Some(language) = &document.language { span { (line(language.as_str(), 35)) } }
            @if let Some(source) = &data.source { span { (line(source.info.media_type.as_str(), 100)) } }
            span { (line(data.stored.source.as_str(), 300)) }
            code { (data.stored.id) }
        }
        h1 { (line(&data.title(), 400)) }
        (versions(data))
        div.two.wide {
            div {
                p.small.soft {
                    @match shown {
                        Some((_, label)) => { "Highlighted: what speaks for " strong { (line(&label.name, 60)) } },
                        None if !passages.is_empty() => { "Highlighted: what was looked for" },
                        None => { (count(document.text.split_whitespace().count() as u64, "word")) },
                    }
                }
                article.text lang=[document.language.as_ref().map(|it| t(it.as_str()))] {
                    @if document.is_blank() { p.soft { "There is no text in it." } }
                    (PreEscaped(highlighted_html(document, &passages)))
                }
                (asides(data))
                (translations(data))
            }
            div {
                (labels(data, shown.map(|(_, it)| it)))
                (annotations(data))
                (failed(data))
                (attributes(data))
                (made_by(data))
            }
        }
    };
    framed(Section::None, &data.title(), &body)
}

fn versions(data: &Data) -> Markup {
    let now = data.stored.version;
    html! {
        @if data.versions.len() > 1 {
            p.small {
                "Version "
                @for version in &data.versions {
                    @if *version == now { strong { (version) } } @else {
                        a href=(data.address("version", Some(&version.to_string()))) { (version) }
                    }
                    " "
                }
                @if let Some(before) = data.versions.iter().rev().find(|it| **it < now) {
                    "· " a href=(format!("/document/{}/versions?old={before}&new={now}", data.stored.id)) {
                        "what changed since version " (before)
                    }
                }
            }
        }
    }
}

fn labels(data: &Data, shown: Option<&Label>) -> Markup {
    html! {
        section.panel aria-label="Labels" {
            h2 { "Labels" }
            @if data.labels().next().is_none() { p.soft { "No plugin gave it a label." } }
            @for (finding, label) in data.labels() {
                @let is_shown = shown.is_some_and(|it| std::ptr::eq(it, label));
                div.label.chosen[is_shown] {
                    h3 {
                        a href=(data.address("label", Some(&label.name))) aria-current=[is_shown.then_some("true")] {
                            (line(&label.name, 80))
                        }
                        span { (share(label.confidence)) }
                    }
                    (meter(f64::from(label.confidence), &format!("confidence {}", share(label.confidence))))
                    p.small.soft {
                        @if let Some(rank) = label.rank() { (line(rank, 40)) ", " }
                        "by " (finding.step) " · "
                        a href=(crate::asked::address("/group", "label", &label.name)) { "its group" }
                    }
                    @for attribute in label.further_attributes().filter(|it| it.name == "against") {
                        p.against { "Against: " (line(&attribute.value, 600)) }
                    }
                    @let evidence = data.fitting(&label.evidence);
                    @for span in evidence.iter().take(MOST_PASSAGES) {
                        blockquote { (in_context(data.text(), *span)) }
                    }
                    @if evidence.len() > MOST_PASSAGES {
                        p.small.soft { "and " (count((evidence.len() - MOST_PASSAGES) as u64, "passage")) " more in the text" }
                    }
                    @let others: Vec<&Attribute> = label.further_attributes().filter(|it| it.name != "against").collect();
                    @if !others.is_empty() {
                        details.small {
                            summary { "what else is told of it" }
                            dl { @for it in others.iter().take(50) {
                                dt { (line(&it.name, 60)) } dd { (line(&it.value, 600)) }
                            } }
                        }
                    }
                }
            }
        }
    }
}

/// A passage within the words around it.
fn in_context(text: &str, span: Span) -> Markup {
    let range = span.range();
    let start = text.floor_char_boundary(range.start.saturating_sub(CONTEXT));
    let end = text.ceil_char_boundary((range.end + CONTEXT).min(text.len()));
    let shown = &text[start..end];
    let within = range.start - start..range.end - start;
    html! { "…" (marked(shown, std::slice::from_ref(&within))) "…" }
}

fn annotations(data: &Data) -> Markup {
    let mut kinds: Vec<(&str, Vec<&Annotation>)> = Vec::new();
    for annotation in data.annotations() {
        match kinds.iter_mut().find(|(kind, _)| *kind == annotation.kind) {
            Some((_, all)) => all.push(annotation),
            None => kinds.push((&annotation.kind, vec![annotation])),
        }
    }
    kinds.sort_by_key(|(kind, _)| *kind);
    html! {
        @if !kinds.is_empty() {
            section.panel aria-label="Annotations" {
                h2 { "Annotations" }
                @for (kind, all) in kinds {
                    details {
                        summary { (line(kind, 60)) " " span.soft { (grouped(all.len() as u64)) } }
                        ul.plain.small {
                            @for it in all.iter().take(MOST_PASSAGES * 4) {
                                li {
                                    @if let Some(value) = &it.value { strong { (line(value, 200)) } " " }
                                    @if let Some(span) = it.span && Span::of(data.text(), span.start, span.end).is_some() {
                                        (in_context(data.text(), span))
                                    }
                                }
                            }
                            @if all.len() > MOST_PASSAGES * 4 { li.soft { "and more" } }
                        }
                    }
                }
            }
        }
    }
}

fn translations(data: &Data) -> Markup {
    html! {
        @for (finding, translation) in data.translations() {
            section.panel {
                details {
                    summary { "Translation into " (line(translation.target.as_str(), 35)) " by " (finding.step) }
                    @if translation.segments.is_empty() {
                        p { (t(&shortened(&translation.text, 20_000))) }
                    } @else {
                        div.scroll { table.plain.sides {
                            thead { tr { th scope="col" { "Original" } th scope="col" { "Translation" } } }
                            tbody {
                                @for segment in translation.segments.iter().take(MOST_SEGMENTS) {
                                    tr {
                                        td { (t(data.text().get(segment.original.range()).unwrap_or_default())) }
                                        td { (t(translation.text.get(segment.translated.range()).unwrap_or_default())) }
                                    }
                                }
                            }
                        } }
                        @if translation.segments.len() > MOST_SEGMENTS { p.small.soft { "and more: " code { "/api" } " has the whole text" } }
                    }
                }
            }
        }
    }
}

fn asides(data: &Data) -> Markup {
    let asides = &data.stored.extracted.asides;
    html! {
        @if !asides.is_empty() {
            section.panel {
                details {
                    summary { "Left out of the text: " (count(asides.len() as u64, "passage")) }
                    ul.plain.small {
                        @for aside in asides.iter().take(200) {
                            li { span.soft { (line(&aside.kind, 40)) } " " (line(&aside.text, 600)) }
                        }
                    }
                }
            }
        }
    }
}

fn failed(data: &Data) -> Markup {
    html! {
        @if !data.failures.is_empty() {
            section.panel {
                h2.bad { "Failures" }
                ul.plain { @for failure in data.failures.iter().take(50) {
                    li {
                        a href=(format!("/failure/{}", failure.id)) { (failure.class) }
                        " " (line(failure.causes.first().map_or("", String::as_str), 300))
                    }
                } }
            }
        }
    }
}

fn attributes(data: &Data) -> Markup {
    let attributes = &data.stored.extracted.document.attributes;
    html! {
        @if !attributes.is_empty() {
            section.panel {
                details {
                    summary { "What the source says of itself" }
                    dl.small { @for it in attributes.iter().take(200) {
                        dt.soft { (line(&it.name, 60)) } dd { (line(&it.value, 600)) }
                    } }
                }
            }
        }
    }
}

fn made_by(data: &Data) -> Markup {
    html! {
        section.panel {
            details {
                summary { "Where this comes from, and what it cost" }
                div.scroll { table.plain {
                    thead { tr { th scope="col" { "Step" } th scope="col" { "Plugin" } th.n scope="col" { "Time" } th.n scope="col" { "Memory" } th.n scope="col" { "Run" } } }
                    tbody { @for (step, made) in data.provenance() {
                        tr {
                            td { (line(step, 60)) }
                            td { (made.plugin) " " (line(&made.version, 40)) br; code.soft { (short(&made.component)) } }
                            td.n { (span(made.cost.duration)) }
                            td.n { (bytes(made.cost.peak_memory)) }
                            td.n { (made.run) }
                        }
                    } }
                } }
                p.small.soft { "sha256 of the source: " code { (data.stored.original) } }
            }
        }
    }
}
