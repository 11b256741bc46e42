//! `show`: one document, what was found in it and why, and its text.

use std::io::Write;
use std::ops::Range;

use docmill::model::{
    Annotation, Aside, Attribute, DocumentId, Finding, Label, Provenance, SourceName, SourceState,
    Span, StoredDocument, StoredSource,
};
use docmill::store::Store;

use super::list::SHORT_ID;
use crate::args::{Common, Output, Show};
use crate::context;
use crate::dossier::Dossier;
use crate::exit::Exit;
use crate::report::{
    Column, CommandError, DocumentObject, Paint, Table, Tone, bytes, confidence, count, escaped,
    note, one_line, span, write_json,
};

mod why;

/// So many characters of context stand on each side of a passage.
const CONTEXT: usize = 40;
/// The most passages that are shown for one label or kind; `--output json` has all.
const MOST_PASSAGES: usize = 12;
/// The most candidates that are named where it is unclear what is meant.
const MOST_CANDIDATES: usize = 10;

/// Runs the command.
pub fn run(common: &Common, options: &Show) -> Result<Exit, CommandError> {
    let store = context::existing_store(common)?;
    let id = resolve(&store, &options.document)?;
    let dossier = Dossier::gather(&store, version(&store, id, options.version)?)?;
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

/// Finds the document that is meant: by the name of its source, by its id, or by the end of the name of its source.
pub fn resolve(store: &dyn Store, meant: &str) -> Result<DocumentId, CommandError> {
    let name = SourceName::new(meant.strip_prefix("./").unwrap_or(meant));
    if let Some(source) = name.ok().map(|name| store.source(&name)).transpose()?.flatten() {
        return only_document(store, &source);
    }
    match store.document_ids(meant, MOST_CANDIDATES + 1)?.as_slice() {
        [] => {}
        [id] => return Ok(*id),
        several => {
            let message = format!("`{meant}` is the beginning of several ids");
            return Err(ambiguous(store, message, several)?.hint("give more of the id"));
        }
    }
    let mut candidates = Vec::new();
    let end = format!("/{meant}");
    for source in store.sources() {
        let source = source?;
        if !meant.is_empty() && !source.retired && source.info.name.as_str().ends_with(&end) {
            candidates.push(source);
        }
    }
    match candidates.as_slice() {
        [] => Err(CommandError::new(Exit::SomeFailed, format!("there is no document `{meant}`"))
            .hint("`docmill list` shows ids; the name of a source works too")),
        [source] => only_document(store, source),
        several => {
            let mut message = format!("several sources are called `{meant}`");
            for source in several.iter().take(MOST_CANDIDATES) {
                message.push_str(&format!("\n  {}", one_line(source.info.name.as_str(), 200)));
            }
            if several.len() > MOST_CANDIDATES {
                message.push_str("\n  …");
            }
            Err(CommandError::new(Exit::Usage, message).hint("give more of the path"))
        }
    }
}

fn only_document(store: &dyn Store, source: &StoredSource) -> Result<DocumentId, CommandError> {
    let name = source.info.name.as_str();
    match source.documents.as_slice() {
        [id] => Ok(*id),
        [] => {
            let error =
                CommandError::new(Exit::SomeFailed, format!("no document was found in `{name}`"));
            Err(match source.state {
                SourceState::Done => error,
                SourceState::Failed | SourceState::Unsupported => {
                    let failures = store.failures_of(&source.info.name)?;
                    let causes = failures.iter().flat_map(|failure| failure.causes.clone());
                    let error = CommandError { causes: causes.take(5).collect(), ..error };
                    match failures.first() {
                        Some(failure) => error.hint(format!(
                            "`docmill failures show {}` tells more",
                            short(&failure.id)
                        )),
                        None => error,
                    }
                }
            })
        }
        several => {
            let message = format!("`{name}` has {}", count(several.len() as u64, "document"));
            Err(ambiguous(store, message, several)?.hint("give the id of one of them"))
        }
    }
}

fn ambiguous(
    store: &dyn Store,
    mut message: String,
    candidates: &[DocumentId],
) -> Result<CommandError, CommandError> {
    for id in candidates.iter().take(MOST_CANDIDATES) {
        let title = match store.document(*id, None)? {
            Some(stored) => {
                let title = stored.extracted.document.attribute("title");
                one_line(title.unwrap_or(stored.source.as_str()), 60)
            }
            None => String::new(),
        };
        message.push_str(&format!("\n  {id}  {title}"));
    }
    if candidates.len() > MOST_CANDIDATES {
        message.push_str("\n  …");
    }
    Ok(CommandError::new(Exit::Usage, message))
}

fn version(
    store: &dyn Store,
    id: DocumentId,
    wanted: Option<u32>,
) -> Result<StoredDocument, CommandError> {
    if let Some(stored) = store.document(id, wanted)? {
        return Ok(stored);
    }
    let error = |message| CommandError::new(Exit::SomeFailed, message);
    Err(match (wanted, store.document(id, None)?) {
        (Some(wanted), Some(latest)) => error(format!("document `{id}` has no version {wanted}"))
            .hint(format!("its latest version is {}", latest.version)),
        _ => error(format!("there is no document `{id}`")),
    })
}

/// As much of an id as people need.
pub fn short(id: &impl ToString) -> String {
    id.to_string().chars().take(SHORT_ID).collect()
}

/// The whole page.
fn render(dossier: &Dossier, raw: bool, paint: Paint) -> String {
    let mut page = Page { shown: String::new(), paint };
    page.header(dossier);
    page.labels(dossier);
    page.annotations(dossier);
    page.translations(dossier);
    page.failures(dossier);
    page.provenance(dossier);
    page.heading("text", "");
    let asides = if raw { &dossier.stored.extracted.asides[..] } else { &[] };
    page.text(&dossier.document().text, asides);
    page.shown
}

struct Page {
    shown: String,
    paint: Paint,
}

impl Page {
    fn line(&mut self, line: &str) {
        self.shown.push_str(line);
        self.shown.push('\n');
    }

    fn heading(&mut self, heading: &str, remark: &str) {
        let heading = self.paint.tone(Tone::Strong, heading);
        let remark = if remark.is_empty() { String::new() } else { format!("  {remark}") };
        self.line(&format!("\n{heading}{}", self.paint.tone(Tone::Dim, &remark)));
    }

    fn header(&mut self, dossier: &Dossier) {
        let stored = &dossier.stored;
        let document = dossier.document();
        let title = dossier.title().unwrap_or("(untitled)");
        self.line(&self.paint.tone(Tone::Strong, &one_line(title, 1_000)));
        let mut facts = Table::new([Column::new("").tone(Tone::Dim), Column::new("")]);
        let mut fact = |name: &str, value: String| facts.row([name.to_owned(), value]);
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
        let facts = facts.render(None, self.paint);
        self.shown.push_str(&facts);
    }

    fn labels(&mut self, dossier: &Dossier) {
        let labels: Vec<(&Finding, &Label)> = dossier.labels().collect();
        if labels.is_empty() {
            let classified = dossier
                .findings
                .iter()
                .any(|finding| finding.provenance.role == docmill::model::Role::Classifier);
            self.heading(
                "labels",
                if classified { "none applies" } else { "no classifier has come to an end on it" },
            );
            return;
        }
        self.heading("labels", "");
        let steps = |finding: &Finding| finding.step != labels[0].0.step;
        let several = labels.iter().any(|(finding, _)| steps(finding));
        for (finding, label) in &labels {
            let mut facts = vec![confidence(label.confidence)];
            facts.extend(label.rank().map(|rank| one_line(rank, 64)));
            if several {
                facts.push(format!("by {}", finding.step));
            }
            let name = self.paint.tone(Tone::Key, &one_line(&label.name, 64));
            self.line(&format!("  {name}  {}", facts.join("  ")));
            self.passages(&dossier.document().text, &label.evidence);
            for Attribute { name, value } in label.further_attributes() {
                self.line(&format!("      {}: {}", one_line(name, 64), one_line(value, 500)));
            }
        }
    }

    fn passages(&mut self, text: &str, spans: &[Span]) {
        let groups = passages(text, spans);
        for (context, emphasised) in groups.iter().take(MOST_PASSAGES) {
            let quoted = quote(text, context, emphasised, self.paint);
            self.line(&format!("      {quoted}"));
        }
        if groups.len() > MOST_PASSAGES {
            let more = format!(
                "      and {} more",
                count((groups.len() - MOST_PASSAGES) as u64, "passage")
            );
            self.line(&self.paint.tone(Tone::Dim, &more));
        }
    }

    fn annotations(&mut self, dossier: &Dossier) {
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
        self.heading("annotations", "");
        for (kind, annotations) in kinds {
            let kind = self.paint.tone(Tone::Key, &one_line(kind, 64));
            self.line(&format!("  {kind}  {}", annotations.len()));
            for annotation in annotations.iter().take(MOST_PASSAGES) {
                let line = self.annotation(&dossier.document().text, annotation);
                self.line(&format!("      {line}"));
            }
            if annotations.len() > MOST_PASSAGES {
                let more = format!("      and {} more", annotations.len() - MOST_PASSAGES);
                self.line(&self.paint.tone(Tone::Dim, &more));
            }
        }
    }

    fn annotation(&self, text: &str, annotation: &Annotation) -> String {
        let mut parts = Vec::new();
        parts.extend(annotation.value.as_ref().map(|value| one_line(value, 200)));
        parts.extend(annotation.confidence.map(confidence));
        parts.extend(annotation.attributes.iter().map(|attribute| {
            format!("{}={}", one_line(&attribute.name, 64), one_line(&attribute.value, 100))
        }));
        if let Some(span) = annotation.span {
            for (context, emphasised) in passages(text, &[span]) {
                parts.push(quote(text, &context, &emphasised, self.paint));
            }
        }
        if parts.is_empty() { "(the document as a whole)".to_owned() } else { parts.join("  ") }
    }

    fn translations(&mut self, dossier: &Dossier) {
        if dossier.translations().next().is_none() {
            return;
        }
        self.heading("translations", "their text is in `--output json`");
        for (finding, translation) in dossier.translations() {
            let facts = translation.attributes.iter().map(|attribute| {
                format!("{} {}", one_line(&attribute.name, 64), one_line(&attribute.value, 100))
            });
            let mut facts: Vec<_> = facts.collect();
            facts.push(format!("{} of text", bytes(translation.text.len() as u64)));
            facts.push(format!("by {}", finding.step));
            let target = self.paint.tone(Tone::Key, translation.target.as_str());
            self.line(&format!("  {target}  {}", facts.join(", ")));
        }
    }

    fn failures(&mut self, dossier: &Dossier) {
        if dossier.failures.is_empty() {
            return;
        }
        self.heading("failures", "`docmill failures show ID` tells more");
        for failure in &dossier.failures {
            let step = failure.step.as_ref().map_or("", |step| step.as_str());
            let cause = failure.causes.first().map_or(String::new(), |it| one_line(it, 400));
            let class = self.paint.tone(Tone::Bad, failure.class.as_str());
            self.line(&format!("  {}  {class}  {step}  {cause}", short(&failure.id)));
        }
    }

    fn provenance(&mut self, dossier: &Dossier) {
        self.heading("provenance", "");
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
        let table = table.render(None, self.paint);
        self.shown.push_str(&table);
    }

    /// The text, with what was left out of it in its place.
    fn text(&mut self, text: &str, asides: &[Aside]) {
        let mut shown = 0;
        for aside in asides {
            let position = text.floor_char_boundary(aside.position as usize).max(shown);
            self.shown.push_str(&escaped(&text[shown..position]));
            shown = position;
            let quoted = one_line(&aside.text, usize::MAX);
            let quoted = format!("[{}: {quoted}]", one_line(&aside.kind, 64));
            let quoted = self.paint.tone(Tone::Dim, &quoted);
            // On a line of its own between lines, and within a line where it stood within one.
            let within = !text[..position].is_empty()
                && !text[..position].ends_with('\n')
                && !text[position..].is_empty()
                && !text[position..].starts_with('\n');
            let at_line_start = self.shown.is_empty() || self.shown.ends_with('\n');
            match (within, at_line_start) {
                (true, _) => self.shown.push_str(&format!(" {quoted} ")),
                (false, true) => self.shown.push_str(&format!("{quoted}\n")),
                (false, false) => self.shown.push_str(&format!("\n{quoted}")),
            }
        }
        self.shown.push_str(&escaped(&text[shown..]));
        if !self.shown.ends_with('\n') {
            self.shown.push('\n');
        }
    }
}

/// Puts passages into their context. Those whose contexts meet share one.
fn passages(text: &str, spans: &[Span]) -> Vec<(Range<usize>, Vec<Range<usize>>)> {
    let mut spans: Vec<Range<usize>> = spans.iter().map(|span| span.range()).collect();
    spans.sort_by_key(|span| (span.start, span.end));
    let mut groups: Vec<(Range<usize>, Vec<Range<usize>>)> = Vec::new();
    for passage in spans {
        let context = context(text, &passage);
        match groups.last_mut() {
            Some((shared, emphasised)) if context.start <= shared.end => {
                shared.end = shared.end.max(context.end);
                match emphasised.last_mut() {
                    // Emphasis does not nest.
                    Some(last) if passage.start < last.end => last.end = last.end.max(passage.end),
                    _ => emphasised.push(passage),
                }
            }
            _ => groups.push((context, vec![passage])),
        }
    }
    groups
}

/// The surroundings of a passage: some characters on its line, down to whole words.
fn context(text: &str, passage: &Range<usize>) -> Range<usize> {
    let before = &text[..passage.start];
    let line = before.rfind('\n').map_or(0, |newline| newline + 1);
    let start = before.char_indices().rev().nth(CONTEXT - 1).map_or(0, |(index, _)| index);
    let start = if start <= line {
        line
    } else {
        before[start..].find(char::is_whitespace).map_or(passage.start, |space| start + space + 1)
    };
    let after = &text[passage.end..];
    let line = after.find('\n').unwrap_or(after.len());
    let end = after.char_indices().nth(CONTEXT).map_or(after.len(), |(index, _)| index);
    let end = if end >= line { line } else { after[..end].rfind(char::is_whitespace).unwrap_or(0) };
    // The space found may have several bytes.
    text.ceil_char_boundary(start.min(passage.start))..passage.end + end
}

/// Quotes a context with its passages emphasised: by colour, or by square brackets, as quotation marks are common in texts.
fn quote(text: &str, context: &Range<usize>, emphasised: &[Range<usize>], paint: Paint) -> String {
    let mut quoted = String::new();
    if !text[..context.start].trim_end_matches([' ', '\t']).is_empty()
        && !text[..context.start].trim_end_matches([' ', '\t']).ends_with('\n')
    {
        quoted.push('…');
    }
    let mut shown = context.start;
    for passage in emphasised {
        quoted.push_str(&flat(&text[shown..passage.start]));
        let words = flat(&text[passage.clone()]);
        if paint.is_on() {
            quoted.push_str(&paint.tone(Tone::Passage, &words));
        } else {
            quoted.push_str(&format!("[{words}]"));
        }
        shown = passage.end;
    }
    quoted.push_str(&flat(&text[shown..context.end]));
    let rest = text[context.end..].trim_start_matches([' ', '\t']);
    if !rest.is_empty() && !rest.starts_with('\n') {
        quoted.push('…');
    }
    quoted
}

/// Escapes a part of a line; unlike `one_line` it keeps the space at both ends.
fn flat(part: &str) -> String {
    let mut flat = String::new();
    for character in escaped(part).chars() {
        match character {
            _ if !character.is_whitespace() => flat.push(character),
            _ if flat.ends_with(' ') => {}
            _ => flat.push(' '),
        }
    }
    flat
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quoted(text: &str, words: &[&str]) -> Vec<String> {
        let span = |word: &&str| {
            let start = text.find(word).unwrap() as u32;
            Span::of(text, start, start + word.len() as u32).unwrap()
        };
        let spans: Vec<Span> = words.iter().map(span).collect();
        let quote =
            |(context, emphasised): &(_, Vec<_>)| quote(text, context, emphasised, Paint::OFF);
        passages(text, &spans).iter().map(quote).collect()
    }

    #[test]
    fn a_passage_stands_within_whole_words_of_its_line() {
        let text = "Le titre\nLes systèmes et équipements de réseau mobile 5G ; et les infrastructures de réseau blockchain.\nFin";
        assert_eq!(
            quoted(text, &["réseau mobile 5G"]),
            [
                "Les systèmes et équipements de [réseau mobile 5G] ; et les infrastructures de réseau…"
            ]
        );
        assert_eq!(quoted(text, &["Fin", "titre"]), ["Le [titre]", "[Fin]"]);
    }

    #[test]
    fn passages_whose_contexts_meet_are_quoted_together() {
        let text = "Une puce et un drone, puis encore un drone quantique.";
        assert_eq!(
            quoted(text, &["drone", "puce", "drone quantique"]),
            ["Une [puce] et un [drone], puis encore un [drone quantique]."]
        );
        assert_eq!(
            quoted("réseau mobile 5G", &["réseau mobile", "mobile 5G"]),
            ["[réseau mobile 5G]"]
        );
    }

    #[test]
    fn a_long_word_or_a_wide_space_beside_a_passage_does_no_harm() {
        let text = format!("{}\u{3000}日本 puce {}", "語".repeat(50), "x".repeat(50));
        assert_eq!(quoted(&text, &["puce"]), ["…日本 [puce]…"]);
        assert_eq!(quoted("a\u{1b}b puce", &["puce"]), ["a\\u{1b}b [puce]"]);
    }

    fn with_asides(text: &str, positions: &[u32]) -> String {
        let aside = |position: &u32| Aside {
            kind: "caption".to_owned(),
            text: "Un\ndrone".to_owned(),
            position: *position,
            attributes: Vec::new(),
        };
        let asides: Vec<Aside> = positions.iter().map(aside).collect();
        let mut page = Page { shown: String::new(), paint: Paint::OFF };
        page.text(text, &asides);
        page.shown
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
