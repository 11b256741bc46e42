//! `show`: one document, what was found in it and why, and its text.

use std::io::Write;

use docmill::model::{
    Annotation, Aside, Attribute, Finding, Label, Provenance, Span, StoredSource,
};
use docmill::store::Store;

use crate::args::{Common, Output, Show};
use crate::context;
use crate::dossier::Dossier;
use crate::exit::Exit;
use crate::lookup;
use crate::report::{
    Column, CommandError, DocumentObject, Page, Paint, Table, Tone, annotation_line, bytes,
    confidence, count, escaped, note, one_line, passages, quote, short, span, write_json,
};

mod why;

/// The most passages that are shown for one label or kind; `--output json` has all.
const MOST_PASSAGES: usize = 12;
/// Runs the command.
pub fn run(common: &Common, options: &Show) -> Result<Exit, CommandError> {
    let store = context::store_to_read(common)?;
    let id = lookup::document(&store, &options.document)?;
    let dossier = Dossier::gather(&store, lookup::version(&store, id, options.version)?)?;
    if store.source(&dossier.stored.source)?.is_some_and(|source| source.retired) {
        note(common, "its source is gone and was retired: no list shows it");
    }
    if let Some(name) = &options.why {
        return why::run(common, &store, &dossier, name);
    }
    let mut stdout = std::io::BufWriter::new(std::io::stdout().lock());
    match common.output {
        Output::Json => {
            write_json(&mut stdout, &DocumentObject::new(&dossier, options.raw))?;
        }
        Output::Human => {
            let shown = render(&dossier, options.raw, Paint::for_stdout(common));
            stdout.write_all(shown.as_bytes())?;
        }
    }
    stdout.flush()?;
    Ok(Exit::Success)
}

/// The whole page.
fn render(dossier: &Dossier, raw: bool, paint: Paint) -> String {
    let mut page = Page::new(paint);
    header(&mut page, dossier);
    labels(&mut page, dossier);
    annotations(&mut page, dossier);
    translations(&mut page, dossier);
    failures(&mut page, dossier);
    provenance(&mut page, dossier);
    page.heading("text", "");
    let asides = if raw { &dossier.stored.extracted.asides[..] } else { &[] };
    write_text(&mut page, &dossier.document().text, asides);
    page.finish()
}

fn header(page: &mut Page, dossier: &Dossier) {
    let stored = &dossier.stored;
    let document = dossier.document();
    let title = dossier.title().unwrap_or("(untitled)");
    page.line(&page.paint().tone(Tone::Strong, &one_line(title, 1_000)));
    let mut facts = Vec::new();
    let mut fact = |name: &str, value: String| facts.push((name.to_owned(), value));
    let about = match &dossier.source {
        Some(StoredSource { info, .. }) => {
            format!(" ({}, {})", escaped(info.media_type.as_str()), bytes(info.size))
        }
        None => " (its content has changed or gone since)".to_owned(),
    };
    fact("source", format!("{}{about}", one_line(stored.source.as_str(), 4_096)));
    if let Some(date) = dossier.date() {
        fact("date", one_line(date, 100));
    }
    let creators: Vec<_> =
        document.attributes_named("creator").map(|name| one_line(name, 200)).collect();
    if !creators.is_empty() {
        fact("creator", creators.join(", "));
    }
    fact("language", dossier.language().map_or("unknown".to_owned(), escaped));
    let others = document
        .attributes
        .iter()
        .filter(|attribute| !["title", "date", "creator"].contains(&attribute.name.as_str()));
    for attribute in others {
        fact(&one_line(&attribute.name, 64), one_line(&attribute.value, 400));
    }
    fact("id", format!("{}, version {}", stored.id, stored.version));
    fact("sha256", stored.original.short());
    page.facts(0, facts);
}

fn labels(page: &mut Page, dossier: &Dossier) {
    let labels: Vec<(&Finding, &Label)> = dossier.labels().collect();
    if labels.is_empty() {
        let classified = dossier
            .findings
            .iter()
            .any(|finding| finding.provenance.role == docmill::model::Role::Classifier);
        page.heading(
            "labels",
            if classified { "none applies" } else { "no classifier has come to an end on it" },
        );
        return;
    }
    page.heading("labels", "");
    let steps = |finding: &Finding| finding.step != labels[0].0.step;
    let several = labels.iter().any(|(finding, _)| steps(finding));
    for (finding, label) in &labels {
        let mut facts = vec![confidence(label.confidence)];
        facts.extend(label.rank().map(|rank| one_line(rank, 64)));
        if several {
            facts.push(format!("by {}", finding.step));
        }
        let name = page.paint().tone(Tone::Key, &one_line(&label.name, 64));
        page.line(&format!("  {name}  {}", facts.join("  ")));
        // What decided, in a few words, before all the passages in the order of the text.
        for Attribute { name, value } in label.further_attributes() {
            page.line(&format!("      {}: {}", one_line(name, 64), one_line(value, 500)));
        }
        write_passages(page, &dossier.document().text, &label.evidence);
    }
}

fn write_passages(page: &mut Page, text: &str, spans: &[Span]) {
    let groups = passages(text, spans);
    for (context, emphasised) in groups.iter().take(MOST_PASSAGES) {
        let quoted = quote(text, context, emphasised, page.paint());
        page.line(&format!("      {quoted}"));
    }
    if groups.len() > MOST_PASSAGES {
        let more =
            format!("      and {} more", count((groups.len() - MOST_PASSAGES) as u64, "passage"));
        page.line(&page.paint().tone(Tone::Dim, &more));
    }
}

fn annotations(page: &mut Page, dossier: &Dossier) {
    let mut kinds: Vec<(&str, Vec<&Annotation>)> = Vec::new();
    for (_, annotation) in dossier.annotations() {
        match kinds.iter_mut().find(|(kind, _)| *kind == annotation.kind) {
            Some((_, annotations)) => annotations.push(annotation),
            None => kinds.push((&annotation.kind, vec![annotation])),
        }
    }
    if kinds.is_empty() {
        return;
    }
    kinds.sort_by_key(|(kind, _)| *kind);
    page.heading("annotations", "");
    for (kind, annotations) in kinds {
        let kind = page.paint().tone(Tone::Key, &one_line(kind, 64));
        page.line(&format!("  {kind}  {}", annotations.len()));
        for annotation in annotations.iter().take(MOST_PASSAGES) {
            let line = annotation_line(&dossier.document().text, annotation, page.paint());
            page.line(&format!("      {line}"));
        }
        if annotations.len() > MOST_PASSAGES {
            let more = format!("      and {} more", annotations.len() - MOST_PASSAGES);
            page.line(&page.paint().tone(Tone::Dim, &more));
        }
    }
}

fn translations(page: &mut Page, dossier: &Dossier) {
    if dossier.translations().next().is_none() {
        return;
    }
    page.heading("translations", "their text is in `--output json`");
    for (finding, translation) in dossier.translations() {
        let facts = translation.attributes.iter().map(|attribute| {
            format!("{} {}", one_line(&attribute.name, 64), one_line(&attribute.value, 100))
        });
        let mut facts: Vec<_> = facts.collect();
        facts.push(format!("{} of text", bytes(translation.text.len() as u64)));
        facts.push(format!("by {}", finding.step));
        let target = page.paint().tone(Tone::Key, translation.target.as_str());
        page.line(&format!("  {target}  {}", facts.join(", ")));
    }
}

fn failures(page: &mut Page, dossier: &Dossier) {
    if dossier.failures.is_empty() {
        return;
    }
    page.heading("failures", "`docmill failures show ID` tells more");
    for failure in &dossier.failures {
        let step = failure.step.as_ref().map_or("", |step| step.as_str());
        let cause = failure.causes.first().map_or(String::new(), |it| one_line(it, 400));
        let class = page.paint().tone(Tone::Bad, failure.class.as_str());
        page.line(&format!("  {}  {class}  {step}  {cause}", short(&failure.id)));
    }
}

fn provenance(page: &mut Page, dossier: &Dossier) {
    page.heading("provenance", "");
    let mut table = Table::new([
        Column::new("step"),
        Column::new("plugin"),
        Column::new("digest"),
        Column::number("time"),
        Column::number("memory"),
        Column::number("run"),
    ])
    .indented(2);
    let mut row = |step: &str, provenance: &Provenance| {
        table.row([
            step.to_owned(),
            format!("{} {}", provenance.plugin, one_line(&provenance.version, 64)),
            provenance.component.short(),
            span(provenance.cost.duration),
            bytes(provenance.cost.peak_memory),
            provenance.run.to_string(),
        ]);
    };
    let extraction = &dossier.stored.provenance;
    row(extraction.role.as_str(), extraction);
    for finding in &dossier.findings {
        row(finding.step.as_str(), &finding.provenance);
    }
    page.table(&table);
}

/// The text, with what was left out of it in its place.
fn write_text(page: &mut Page, text: &str, asides: &[Aside]) {
    let mut shown = 0;
    for aside in asides {
        let position = text.floor_char_boundary(aside.position as usize).max(shown);
        page.raw(&escaped(&text[shown..position]));
        shown = position;
        let quoted = one_line(&aside.text, usize::MAX);
        let quoted = format!("[{}: {quoted}]", one_line(&aside.kind, 64));
        let quoted = page.paint().tone(Tone::Dim, &quoted);
        // On a line of its own between lines, and within a line where it stood within one.
        let within = !text[..position].is_empty()
            && !text[..position].ends_with('\n')
            && !text[position..].is_empty()
            && !text[position..].starts_with('\n');
        match (within, page.is_at_line_start()) {
            (true, _) => page.raw(&format!(" {quoted} ")),
            (false, true) => page.raw(&format!("{quoted}\n")),
            (false, false) => page.raw(&format!("\n{quoted}")),
        }
    }
    page.raw(&escaped(&text[shown..]));
    if !page.is_at_line_start() {
        page.line("");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_asides(text: &str, positions: &[u32]) -> String {
        let aside = |position: &u32| Aside {
            kind: "caption".to_owned(),
            text: "Un\ndrone".to_owned(),
            position: *position,
            attributes: Vec::new(),
        };
        let asides: Vec<Aside> = positions.iter().map(aside).collect();
        let mut page = Page::new(Paint::OFF);
        write_text(&mut page, text, &asides);
        page.finish()
    }

    #[test]
    fn asides_stand_where_they_stood() {
        assert_eq!(with_asides("a\nb", &[]), "a\nb\n");
        assert_eq!(with_asides("a\nb", &[2]), "a\n[caption: Un drone]\nb\n");
        assert_eq!(with_asides("a\nb", &[1]), "a\n[caption: Un drone]\nb\n");
        assert_eq!(with_asides("ab", &[1]), "a [caption: Un drone] b\n");
        assert_eq!(with_asides("a", &[1, 1]), "a\n[caption: Un drone]\n[caption: Un drone]\n");
        assert_eq!(with_asides("", &[0]), "[caption: Un drone]\n");
        assert_eq!(with_asides("é", &[1]), "[caption: Un drone]\né\n");
    }
}
