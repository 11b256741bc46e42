//! One call of a plugin that is tried: what it made, what it logged, and what it cost.

use std::collections::BTreeMap;

use docmill::conformance::{Product, Trial, TriedMember, Work};
use docmill::model::{
    Annotation, Attribute, Document, Extracted, Findings, Label, LogLine, Translation,
};
use docmill::sandbox::Stopped;
use serde::Serialize;
use serde_json::{Value, json};

use super::{
    Page, Tone, annotation_line, bytes, confidence, count, escaped, hint_of, one_line, passages,
    quote, span,
};

/// So many things of a kind are shown; `--output json` has all.
const MOST: usize = 12;
/// So many lines of a text are shown.
const MOST_LINES: usize = 30;
/// So many frames of a call stack are shown.
const MOST_FRAMES: usize = 12;

/// Shows a call for people.
pub fn show_trial(page: &mut Page, name: &str, work: &Work, trial: &Trial) {
    page.line(&page.paint().tone(Tone::Strong, &one_line(name, 400)));
    match &trial.outcome {
        Ok(Product::Members(members)) => {
            for member in members.first.iter().take(MOST) {
                show_member(page, member);
            }
            let shown = members.first.len().min(MOST) as u64;
            more(page, members.count.saturating_sub(shown), "member");
        }
        Ok(Product::Documents(documents)) => {
            documents.iter().take(MOST).for_each(|it| show_extracted(page, it));
            more(page, documents.len().saturating_sub(MOST) as u64, "document");
        }
        Ok(Product::Findings(findings)) => match (findings, work) {
            (Findings::Labels(labels), Work::Document { document, .. }) => {
                labels.iter().for_each(|it| show_label(page, document, it));
            }
            (Findings::Annotations(found), Work::Document { document, .. }) => {
                show_annotations(page, document, found);
            }
            (Findings::Translations(translations), _) => {
                translations.iter().for_each(|it| show_translation(page, it));
            }
            (_, Work::Source(_)) => {}
        },
        Err(stopped) => show_stopped(page, stopped),
    }
    for LogLine { level, message } in &trial.log {
        let message = escaped(message.trim_end()).replace('\n', "\n              ");
        page.line(&format!("  {}  {:<5}  {message}", page.paint().tone(Tone::Dim, "log"), level));
    }
    let cost = &trial.cost;
    let told = format!(
        "  {}, {} of memory, {}, {} in, {} out",
        span(cost.duration),
        bytes(cost.peak_memory),
        count(cost.host_calls, "host call"),
        bytes(cost.bytes_in),
        bytes(cost.bytes_out),
    );
    page.line(&page.paint().tone(Tone::Dim, &told));
}

fn show_stopped(page: &mut Page, stopped: &Stopped) {
    let class = page.paint().tone(Tone::Bad, stopped.class().as_str());
    let causes = stopped.causes();
    let mut causes = causes.iter().map(|it| escaped(it.trim_end()).replace('\n', "\n    "));
    page.line(&format!("  {class}: {}", causes.next().unwrap_or_default()));
    causes.for_each(|cause| page.line(&format!("    Caused by: {cause}")));
    for (number, frame) in stopped.backtrace.iter().take(MOST_FRAMES).enumerate() {
        page.line(&format!("    {number:>2}  {}", one_line(frame, 400)));
    }
    if let Some(hint) = hint_of(stopped) {
        page.line(&format!("    hint: {}", escaped(&hint)));
    }
}

fn show_member(page: &mut Page, member: &TriedMember) {
    let name =
        if member.name.is_empty() { "(no name)".to_owned() } else { one_line(&member.name, 200) };
    let claimed = member.media_type.as_ref().map_or(String::new(), |it| format!("{it}, "));
    let name = page.paint().tone(Tone::Key, &name);
    page.line(&format!("  {name}  {claimed}{}", bytes(member.size)));
    show_attributes(page, &member.attributes);
}

fn show_extracted(page: &mut Page, extracted: &Extracted) {
    let document = &extracted.document;
    let language = document.language.as_ref().map_or("-", |it| it.as_str());
    page.line(&format!("  {}  {language}", page.paint().tone(Tone::Key, "document")));
    show_attributes(page, &document.attributes);
    show_text(page, &document.text);
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    document.marks.iter().for_each(|mark| *kinds.entry(&mark.kind).or_default() += 1);
    let kinds: Vec<_> =
        kinds.iter().map(|(kind, number)| format!("{} {number}", one_line(kind, 64))).collect();
    if !kinds.is_empty() {
        page.line(&format!("      marks: {}", kinds.join(", ")));
    }
    for aside in extracted.asides.iter().take(MOST) {
        let (kind, text) = (one_line(&aside.kind, 64), one_line(&aside.text, 200));
        page.line(&format!("      aside, {kind}: {text}"));
    }
    more(page, extracted.asides.len().saturating_sub(MOST) as u64, "aside");
}

fn show_annotations(page: &mut Page, document: &Document, found: &[Annotation]) {
    let mut kinds: BTreeMap<&str, Vec<&Annotation>> = BTreeMap::new();
    found.iter().for_each(|it| kinds.entry(&it.kind).or_default().push(it));
    for (kind, found) in kinds {
        let kind = page.paint().tone(Tone::Key, &one_line(kind, 64));
        page.line(&format!("  {kind}  {}", found.len()));
        for annotation in found.iter().take(MOST) {
            let line = annotation_line(&document.text, annotation, page.paint());
            page.line(&format!("      {line}"));
        }
        more(page, found.len().saturating_sub(MOST) as u64, "annotation");
    }
}

fn show_label(page: &mut Page, document: &Document, label: &Label) {
    let name = page.paint().tone(Tone::Key, &one_line(&label.name, 64));
    page.line(&format!("  {name}  {}", confidence(label.confidence)));
    show_attributes(page, &label.attributes);
    let groups = passages(&document.text, &label.evidence);
    for (context, emphasised) in groups.iter().take(MOST) {
        let quoted = quote(&document.text, context, emphasised, page.paint());
        page.line(&format!("      {quoted}"));
    }
    more(page, groups.len().saturating_sub(MOST) as u64, "passage");
}

fn show_translation(page: &mut Page, translation: &Translation) {
    page.line(&format!("  {}", page.paint().tone(Tone::Key, translation.target.as_str())));
    show_attributes(page, &translation.attributes);
    show_text(page, &translation.text);
}

fn show_attributes(page: &mut Page, attributes: &[Attribute]) {
    for Attribute { name, value } in attributes.iter().take(MOST) {
        page.line(&format!("      {}: {}", one_line(name, 64), one_line(value, 400)));
    }
    more(page, attributes.len().saturating_sub(MOST) as u64, "attribute");
}

fn show_text(page: &mut Page, text: &str) {
    let lines: Vec<&str> = text.lines().collect();
    lines
        .iter()
        .take(MOST_LINES)
        .for_each(|line| page.line(&format!("    | {}", one_line(line, 400))));
    more(page, lines.len().saturating_sub(MOST_LINES) as u64, "line");
}

fn more(page: &mut Page, number: u64, thing: &str) {
    if number > 0 {
        let told = format!("      and {} more", count(number, thing));
        page.line(&page.paint().tone(Tone::Dim, &told));
    }
}

/// A call, for programs.
#[derive(Debug, Serialize)]
pub struct TrialObject<'a> {
    document: &'a str,
    outcome: &'static str,
    #[serde(flatten)]
    made: Value,
    log: Vec<Value>,
    duration_us: u64,
    peak_memory: u64,
    host_calls: u64,
    bytes_in: u64,
    bytes_out: u64,
}

impl<'a> TrialObject<'a> {
    /// The object of a call on something of this name.
    pub fn new(name: &'a str, work: &Work, trial: &Trial) -> TrialObject<'a> {
        let cost = &trial.cost;
        let text = match work {
            Work::Document { document, .. } => document.text.as_str(),
            Work::Source(_) => "",
        };
        let log = trial.log.iter();
        TrialObject {
            document: name,
            outcome: trial.outcome.as_ref().map_or_else(|it| it.class().as_str(), |_| "ok"),
            made: made(text, &trial.outcome),
            log: log
                .map(|it| json!({ "level": it.level.to_string(), "message": it.message }))
                .collect(),
            duration_us: u64::try_from(cost.duration.as_micros()).unwrap_or(u64::MAX),
            peak_memory: cost.peak_memory,
            host_calls: cost.host_calls,
            bytes_in: cost.bytes_in,
            bytes_out: cost.bytes_out,
        }
    }
}

fn made(text: &str, outcome: &Result<Product, Stopped>) -> Value {
    let passage = |it: &docmill::model::Span| json!({ "start": it.start, "end": it.end, "text": &text[it.range()] });
    match outcome {
        Ok(Product::Members(members)) => {
            let member = |it: &TriedMember| {
                json!({
                    "name": it.name, "media_type": it.media_type.as_ref().map(|it| it.as_str()), "size": it.size,
                    "sha256": it.digest.to_string(), "attributes": attributes(&it.attributes),
                    "beginning": std::str::from_utf8(&it.beginning).ok(),
                })
            };
            let first: Vec<_> = members.first.iter().map(member).collect();
            json!({ "members": first, "count": members.count })
        }
        Ok(Product::Documents(documents)) => {
            json!({ "documents": documents.iter().map(extracted).collect::<Vec<_>>() })
        }
        Ok(Product::Findings(Findings::Labels(labels))) => {
            let label = |it: &Label| {
                json!({
                    "name": it.name, "confidence": it.confidence, "attributes": attributes(&it.attributes),
                    "evidence": it.evidence.iter().map(passage).collect::<Vec<_>>(),
                })
            };
            json!({ "labels": labels.iter().map(label).collect::<Vec<_>>() })
        }
        Ok(Product::Findings(Findings::Annotations(found))) => {
            let annotation = |it: &Annotation| {
                json!({
                    "kind": it.kind, "passage": it.span.as_ref().map(passage), "value": it.value,
                    "confidence": it.confidence, "attributes": attributes(&it.attributes),
                })
            };
            json!({ "annotations": found.iter().map(annotation).collect::<Vec<_>>() })
        }
        Ok(Product::Findings(Findings::Translations(translations))) => {
            let translation = |it: &Translation| {
                json!({
                    "target": it.target.as_str(), "text": it.text, "attributes": attributes(&it.attributes),
                })
            };
            json!({ "translations": translations.iter().map(translation).collect::<Vec<_>>() })
        }
        Err(stopped) => json!({
            "causes": stopped.causes(), "hint": hint_of(stopped),
            "clause": stopped.clause().map(|it| it.id), "backtrace": stopped.backtrace,
        }),
    }
}

fn extracted(it: &Extracted) -> Value {
    let document = &it.document;
    let marks = document.marks.iter().map(|mark| {
        json!({
            "kind": mark.kind, "start": mark.span.start, "end": mark.span.end,
            "attributes": attributes(&mark.attributes),
        })
    });
    let asides = it.asides.iter().map(|aside| {
        json!({
            "kind": aside.kind, "position": aside.position, "text": aside.text,
            "attributes": attributes(&aside.attributes),
        })
    });
    json!({
        "text": document.text, "language": document.language.as_ref().map(|it| it.as_str()),
        "attributes": attributes(&document.attributes), "marks": marks.collect::<Vec<_>>(),
        "asides": asides.collect::<Vec<_>>(),
    })
}

fn attributes(attributes: &[Attribute]) -> Vec<Value> {
    attributes.iter().map(|it| json!({ "name": it.name, "value": it.value })).collect()
}
