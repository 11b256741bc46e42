//! What a plugin's values must be, whatever the track of the contract.

use std::collections::BTreeSet;

use super::guest::{Declared, Described};
use super::{Declaration, Description, Rendering};
use crate::model::{
    Annotation, Aside, Attribute, Clause, Document, Extracted, FailureClass, Label, LanguageTag,
    Mark, MediaType, PluginName, Span, check_kebab_case,
};
use crate::sandbox::Fault;

/// How many bytes a short text, such as a name or a version, may have.
const SHORT: usize = 64;
/// How many bytes a sentence may have.
const SENTENCE: usize = 1_000;

fn broken(what: impl Into<String>, clause: &'static Clause) -> Fault {
    Fault::Broken { what: what.into(), clause }
}

/// A piece of a plugin's words, cut and escaped so that it fits into a message.
fn quoted(words: &str) -> String {
    let fitting = &words[..words.floor_char_boundary(80)];
    let more = if fitting.len() < words.len() { "…" } else { "" };
    format!("`{}{more}`", fitting.escape_debug())
}

/// Checks what a plugin says about itself.
pub(super) fn description(it: Described) -> Result<Description, Fault> {
    for setting in &it.settings {
        kebab_case("a setting", &setting.key)?;
        sentence("summary of a setting", &setting.summary)?;
    }
    for table in &it.tables {
        kebab_case("a table", &table.name)?;
        sentence("summary of a table", &table.summary)?;
    }
    attributes(&it.attributes)?;
    unique("the setting", it.settings.iter().map(|it| it.key.as_str()))?;
    unique("the table", it.tables.iter().map(|it| it.name.as_str()))?;
    unique("that it reads", it.reads.iter().map(String::as_str))?;
    let name = plugin_name(it.name)?;
    version(&it.version)?;
    sentence("summary", &it.summary)?;
    Ok(Description {
        name,
        version: it.version,
        summary: it.summary,
        settings: it.settings,
        tables: it.tables,
        reads: it.reads.into_iter().map(plugin_name).collect::<Result<_, _>>()?,
        attributes: it.attributes,
    })
}

/// Checks what a plugin declares.
pub(super) fn declaration(it: Declared) -> Result<Declaration, Fault> {
    Ok(match it {
        Declared::Accepts(types) => {
            Declaration::Accepts(types.into_iter().map(media_type).collect::<Result<_, _>>()?)
        }
        Declared::Pairs(pairs) => {
            let pair = |(original, target)| {
                Ok((language(original, Clause::PAIRS)?, language(target, Clause::PAIRS)?))
            };
            Declaration::Pairs(pairs.into_iter().map(pair).collect::<Result<_, Fault>>()?)
        }
        Declared::Labels(labels) => Declaration::Labels(label_names(labels)?),
        Declared::Kinds(kinds) => Declaration::Kinds(kind_names(kinds)?),
    })
}

fn plugin_name(name: String) -> Result<PluginName, Fault> {
    let words = quoted(&name);
    PluginName::new(name)
        .map_err(|_| broken(format!("it names a plugin {words}"), Clause::PLUGIN_NAMES))
}

fn kebab_case(what: &str, name: &str) -> Result<(), Fault> {
    check_kebab_case(name, SHORT)
        .map_err(|_| broken(format!("it names {what} {}", quoted(name)), Clause::NAMES))
}

/// Checks that no name of a kind is declared twice.
fn unique<'a>(what: &str, names: impl IntoIterator<Item = &'a str>) -> Result<(), Fault> {
    let mut seen = BTreeSet::new();
    match names.into_iter().find(|name| !seen.insert(*name)) {
        Some(name) => {
            let what = format!("it declares {what} {} twice", quoted(name));
            Err(broken(what, Clause::DESCRIBE_UNIQUE))
        }
        None => Ok(()),
    }
}

fn version(version: &str) -> Result<(), Fault> {
    if version.len() <= SHORT && is_semantic(version) {
        Ok(())
    } else {
        Err(broken(format!("it gives its version as {}", quoted(version)), Clause::VERSION))
    }
}

/// Whether a version is one as semver.org asks for it: three numbers, then perhaps a pre-release
/// and a build.
fn is_semantic(version: &str) -> bool {
    let (rest, build) = version.split_once('+').map_or((version, None), |(a, b)| (a, Some(b)));
    let (numbers, pre) = rest.split_once('-').map_or((rest, None), |(a, b)| (a, Some(b)));
    let is_number = |it: &str| {
        it.bytes().all(|it| it.is_ascii_digit())
            && (it == "0" || !it.starts_with('0'))
            && !it.is_empty()
    };
    let is_word =
        |it: &str| !it.is_empty() && it.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'-');
    numbers.split('.').count() == 3
        && numbers.split('.').all(is_number)
        && [pre, build].into_iter().flatten().all(|it| it.split('.').all(is_word))
}

fn sentence(what: &str, text: &str) -> Result<(), Fault> {
    if text.len() <= SENTENCE {
        Ok(())
    } else {
        Err(broken(format!("its {what} has {} bytes", text.len()), Clause::SUMMARIES))
    }
}

pub(super) fn attributes(attributes: &[Attribute]) -> Result<(), Fault> {
    attributes.iter().try_for_each(|attribute| kebab_case("an attribute", &attribute.name))
}

fn media_type(text: String) -> Result<MediaType, Fault> {
    let words = quoted(&text);
    MediaType::new(text)
        .map_err(|_| broken(format!("it gives a media type as {words}"), Clause::MEDIA_TYPES))
}

/// Checks a language; `clause` is the one that speaks of its place.
pub(super) fn language(text: String, clause: &'static Clause) -> Result<LanguageTag, Fault> {
    let words = quoted(&text);
    LanguageTag::new(text).map_err(|_| broken(format!("it gives a language as {words}"), clause))
}

fn span(what: impl Fn() -> String, text: &str, span: Span) -> Result<(), Fault> {
    if Span::of(text, span.start, span.end).is_some() {
        return Ok(());
    }
    let Span { start, end } = span;
    let problem = if start > end {
        "which runs backwards".to_owned()
    } else if end as usize > text.len() {
        format!("but the text has {} bytes", text.len())
    } else {
        "which cuts a character".to_owned()
    };
    Err(broken(format!("{} spans bytes {start}..{end}, {problem}", what()), Clause::SPANS))
}

fn confidence(what: impl Fn() -> String, confidence: f32) -> Result<(), Fault> {
    if (0.0..=1.0).contains(&confidence) {
        Ok(())
    } else {
        Err(broken(format!("{} has the confidence {confidence}", what()), Clause::CONFIDENCE))
    }
}

/// Checks how an unpacker ended that had handed over so many members, and perhaps left one open.
pub(super) fn unpacked(ended: Result<(), Fault>, members: u64, is_open: bool) -> Result<(), Fault> {
    match ended {
        Err(Fault::Reported(reported))
            if reported.class == FailureClass::Unsupported && members > 0 =>
        {
            let said = quoted(&reported.reason);
            let s = if members == 1 { "" } else { "s" };
            let what = format!(
                "it said that the container is not for it ({said}) after it had handed over {members} member{s}"
            );
            Err(broken(what, Clause::UNSUPPORTED_FIRST))
        }
        Ok(()) if is_open => Err(broken("it left a member open", Clause::MEMBERS_ENDED)),
        ended => ended,
    }
}

/// Checks everything about a document and what stood around it but the language, which its type has
/// checked.
pub(super) fn extracted(
    Extracted { document: it, asides: around }: &Extracted,
) -> Result<(), Fault> {
    document(it)?;
    asides(&it.text, around)
}

fn document(document: &Document) -> Result<(), Fault> {
    if u32::try_from(document.text.len()).is_err() {
        return Err(broken("it returned a text of 4 GiB or more", Clause::SPANS));
    }
    attributes(&document.attributes)?;
    marks(&document.text, &document.marks)
}

fn marks(text: &str, marks: &[Mark]) -> Result<(), Fault> {
    let mut before: Option<Span> = None;
    for (index, mark) in marks.iter().enumerate() {
        kebab_case("a mark", &mark.kind)?;
        span(|| format!("mark {index}"), text, mark.span)?;
        attributes(&mark.attributes)?;
        if before.is_some_and(|before| {
            (before.start, std::cmp::Reverse(before.end))
                > (mark.span.start, std::cmp::Reverse(mark.span.end))
        }) {
            return Err(broken(
                format!("mark {index} comes after one that it should precede"),
                Clause::MARK_ORDER,
            ));
        }
        before = Some(mark.span);
    }
    Ok(())
}

fn asides(text: &str, asides: &[Aside]) -> Result<(), Fault> {
    let mut before = 0;
    for (index, aside) in asides.iter().enumerate() {
        kebab_case("an aside", &aside.kind)?;
        attributes(&aside.attributes)?;
        if !text.is_char_boundary(aside.position as usize) {
            return Err(broken(
                format!(
                    "aside {index} stands at byte {}, and the text of {} bytes has no character boundary there",
                    aside.position,
                    text.len()
                ),
                Clause::ASIDE_POSITIONS,
            ));
        }
        if aside.position < before {
            return Err(broken(
                format!("aside {index} stands before the one that precedes it"),
                Clause::ASIDE_ORDER,
            ));
        }
        before = aside.position;
    }
    Ok(())
}

/// A classifier gives no document more labels than these: whoever shows them shows all of them side
/// by side.
const MOST_LABELS: usize = 10_000;

fn at_most(count: usize, most: usize, what: &str) -> Result<(), Fault> {
    match count > most {
        true => Err(broken(
            format!("it returned {count} {what}, and the limit is {most}"),
            Clause::OUTPUT_LIMIT,
        )),
        false => Ok(()),
    }
}

/// How much text the spans of one finding cover together. A span takes eight bytes wherever it
/// lies, but whoever shows what it covers writes that: 200,000 spans over all of a text of 15 MB
/// are 3 TB.
struct Spanned {
    covered: u64,
    most: u64,
}

impl Spanned {
    /// Sixteen times the text is more than evidence for a path of labels and all its words takes; a
    /// short text may be covered more often.
    fn of(text: &str) -> Spanned {
        Spanned { covered: 0, most: 16 * text.len() as u64 + (1 << 20) }
    }

    /// Spans that are valid, or are looked at next.
    fn add(&mut self, spans: &[Span]) -> Result<(), Fault> {
        let length = |span: &Span| u64::from(span.end.saturating_sub(span.start));
        self.covered = spans.iter().map(length).fold(self.covered, u64::saturating_add);
        match self.covered > self.most {
            true => Err(broken(
                format!(
                    "its spans cover more than {} bytes together, which is 16 times the text and 1 MiB",
                    self.most
                ),
                Clause::OUTPUT_LIMIT,
            )),
            false => Ok(()),
        }
    }
}

pub(super) fn labels(
    text: &str,
    labels: &[Label],
    declared: &BTreeSet<String>,
) -> Result<(), Fault> {
    at_most(labels.len(), MOST_LABELS, "labels")?;
    let mut spanned = Spanned::of(text);
    let mut seen = BTreeSet::new();
    let mut before = f32::INFINITY;
    for (index, label) in labels.iter().enumerate() {
        if !declared.contains(&label.name) {
            return Err(broken(
                format!("it gave the label {}", quoted(&label.name)),
                Clause::LABELS_DECLARED,
            ));
        }
        if !seen.insert(&label.name) {
            return Err(broken(
                format!("it gave the label {} twice", quoted(&label.name)),
                Clause::LABELS_UNIQUE,
            ));
        }
        confidence(|| format!("label {}", quoted(&label.name)), label.confidence)?;
        if label.confidence > before {
            return Err(broken(
                format!("label {} is more confident than the one before it", quoted(&label.name)),
                Clause::LABELS_DESCENDING,
            ));
        }
        before = label.confidence;
        spanned.add(&label.evidence)?;
        let mut start = 0;
        for evidence in &label.evidence {
            span(|| format!("the evidence for label {}", quoted(&label.name)), text, *evidence)?;
            if evidence.start < start {
                return Err(broken(
                    format!("the evidence for label {index} is not in order"),
                    Clause::EVIDENCE_ORDER,
                ));
            }
            start = evidence.start;
        }
        attributes(&label.attributes)?;
    }
    Ok(())
}

pub(super) fn annotations(
    text: &str,
    annotations: &[Annotation],
    declared: &BTreeSet<String>,
) -> Result<(), Fault> {
    let mut spanned = Spanned::of(text);
    let mut before = None;
    for (index, annotation) in annotations.iter().enumerate() {
        if !declared.contains(&annotation.kind) {
            return Err(broken(
                format!("annotation {index} is of the kind {}", quoted(&annotation.kind)),
                Clause::ANNOTATION_KINDS,
            ));
        }
        if let Some(range) = annotation.span {
            span(|| format!("annotation {index}"), text, range)?;
            spanned.add(&[range])?;
        }
        if let Some(value) = annotation.confidence {
            confidence(|| format!("annotation {index}"), value)?;
        }
        attributes(&annotation.attributes)?;
        let start = annotation.span.map(|span| span.start);
        // `None` sorts before any position, as the contract asks.
        if start < before {
            return Err(broken(
                format!("annotation {index} comes after one that it should precede"),
                Clause::ANNOTATION_ORDER,
            ));
        }
        before = start;
    }
    Ok(())
}

/// Checks the labels that a classifier declares.
fn label_names(names: Vec<String>) -> Result<BTreeSet<String>, Fault> {
    let is_label =
        |name: &str| (1..=SHORT).contains(&name.len()) && !name.chars().any(char::is_control);
    declared("a label", names, is_label, Clause::LABEL_NAMES)
}

/// Checks the kinds that an analyzer declares.
fn kind_names(names: Vec<String>) -> Result<BTreeSet<String>, Fault> {
    declared("a kind", names, |name| check_kebab_case(name, SHORT).is_ok(), Clause::KIND_NAMES)
}

fn declared(
    what: &str,
    names: Vec<String>,
    is_good: impl Fn(&str) -> bool,
    clause: &'static Clause,
) -> Result<BTreeSet<String>, Fault> {
    let mut declared = BTreeSet::new();
    for name in names {
        let words = quoted(&name);
        if !is_good(&name) {
            return Err(broken(format!("it declares {what} {words}"), clause));
        }
        if !declared.insert(name) {
            return Err(broken(format!("it declares {what} {words} twice"), clause));
        }
    }
    Ok(declared)
}

/// Checks a translation of these segments.
pub(super) fn rendering(original: &[String], rendering: &Rendering) -> Result<(), Fault> {
    segments(original, &rendering.segments)?;
    attributes(&rendering.attributes)
}

fn segments(original: &[String], translated: &[String]) -> Result<(), Fault> {
    if original.len() != translated.len() {
        return Err(broken(
            format!("it returned {} segments for {}", translated.len(), original.len()),
            Clause::ONE_EACH,
        ));
    }
    let mut pairs = original.iter().zip(translated);
    match pairs.position(|(original, now)| original.is_empty() && !now.is_empty()) {
        Some(index) => Err(broken(
            format!("it put words into segment {index}, which is empty"),
            Clause::EMPTY_STAYS,
        )),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(result: Result<(), Fault>) -> String {
        match result {
            Ok(()) => "fine".to_owned(),
            Err(Fault::Broken { what, .. }) => what,
            Err(other) => format!("{other:?}"),
        }
    }

    fn label(name: &str, confidence: f32, evidence: &[(u32, u32)]) -> Label {
        let evidence =
            evidence.iter().map(|(start, end)| Span { start: *start, end: *end }).collect();
        Label { name: name.to_owned(), confidence, evidence, attributes: Vec::new() }
    }

    #[test]
    fn labels_are_declared_unique_descending_and_proved() {
        let declared = BTreeSet::from(["a".to_owned(), "b".to_owned()]);
        let check = |given: &[Label], expected: &str| {
            assert_eq!(words(labels("é!", given, &declared)), expected)
        };
        check(&[label("a", 1.0, &[(0, 2), (2, 3)]), label("b", 0.0, &[])], "fine");
        // Passages may overlap, contain each other, and be the same: only their starts are in
        // order.
        check(&[label("a", 1.0, &[(0, 3), (0, 2), (0, 2), (2, 3), (2, 2), (3, 3)])], "fine");
        check(&[label("c", 1.0, &[])], "it gave the label `c`");
        check(&[label("a", 0.5, &[]), label("a", 0.5, &[])], "it gave the label `a` twice");
        check(
            &[label("a", 0.4, &[]), label("b", 0.5, &[])],
            "label `b` is more confident than the one before it",
        );
        check(&[label("a", f32::NAN, &[])], "label `a` has the confidence NaN");
        check(&[label("a", -0.1, &[])], "label `a` has the confidence -0.1");
        check(
            &[label("a", 1.0, &[(0, 1)])],
            "the evidence for label `a` spans bytes 0..1, which cuts a character",
        );
        check(
            &[label("a", 1.0, &[(2, 4)])],
            "the evidence for label `a` spans bytes 2..4, but the text has 3 bytes",
        );
        check(
            &[label("a", 1.0, &[(3, 2)])],
            "the evidence for label `a` spans bytes 3..2, which runs backwards",
        );
        check(&[label("a", 1.0, &[(2, 3), (0, 2)])], "the evidence for label 0 is not in order");
    }

    #[test]
    fn what_spans_cover_together_and_how_many_labels_there_are_is_bounded() {
        let text = "x".repeat(1 << 20);
        let declared: BTreeSet<String> = (0..20_000).map(|label| format!("{label:05}")).collect();
        let whole = Span { start: 0, end: 1 << 20 };
        let labelled = |count: usize, evidence: usize| {
            let label = |name: &String| Label {
                name: name.clone(),
                confidence: 1.0,
                evidence: vec![whole; evidence],
                attributes: Vec::new(),
            };
            words(labels(
                &text,
                &declared.iter().take(count).map(label).collect::<Vec<_>>(),
                &declared,
            ))
        };
        assert_eq!(labelled(1, 17), "fine");
        assert_eq!(labelled(17, 1), "fine");
        let too_much = "its spans cover more than 17825792 bytes together, which is 16 times the text and 1 MiB";
        assert_eq!(labelled(1, 18), too_much);
        assert_eq!(labelled(18, 1), too_much, "all labels of a document count together");
        assert_eq!(labelled(10_000, 0), "fine");
        assert_eq!(labelled(10_001, 0), "it returned 10001 labels, and the limit is 10000");
        let kinds = BTreeSet::from(["date".to_owned()]);
        let annotated = |count: usize| {
            let annotation = Annotation {
                kind: "date".to_owned(),
                span: Some(whole),
                value: None,
                confidence: None,
                attributes: Vec::new(),
            };
            words(annotations(&text, &vec![annotation; count], &kinds))
        };
        assert_eq!((annotated(17).as_str(), annotated(18).as_str()), ("fine", too_much));
    }

    #[test]
    fn annotations_without_a_span_come_first() {
        let declared = BTreeSet::from(["date".to_owned()]);
        let at = |start: Option<u32>| Annotation {
            kind: "date".to_owned(),
            span: start.map(|start| Span { start, end: start }),
            value: None,
            confidence: None,
            attributes: Vec::new(),
        };
        let check = |given: &[Annotation], expected: &str| {
            assert_eq!(words(annotations("text", given, &declared)), expected)
        };
        check(&[at(None), at(Some(0)), at(Some(0)), at(Some(3))], "fine");
        check(&[at(Some(0)), at(None)], "annotation 1 comes after one that it should precede");
        check(&[at(Some(2)), at(Some(1))], "annotation 1 comes after one that it should precede");
        check(&[at(Some(5))], "annotation 0 spans bytes 5..5, but the text has 4 bytes");
    }

    #[test]
    fn outer_marks_come_before_inner_ones() {
        let mark = |start, end| Mark {
            kind: "item".to_owned(),
            span: Span { start, end },
            attributes: Vec::new(),
        };
        assert_eq!(words(marks("text", &[mark(0, 4), mark(0, 2), mark(1, 2)])), "fine");
        assert_eq!(
            words(marks("text", &[mark(0, 2), mark(0, 4)])),
            "mark 1 comes after one that it should precede"
        );
    }

    #[test]
    fn versions_are_semantic() {
        for good in ["0.1.0", "1.20.3-rc.1", "1.0.0+build.7", "1.0.0-a-b+c"] {
            assert!(is_semantic(good), "{good}");
        }
        for bad in ["", "1", "1.0", "1.0.0.0", "01.0.0", "1.0.x", "1.0.0-", "v1.0.0", "1.0.0 "] {
            assert!(!is_semantic(bad), "{bad}");
        }
    }

    #[test]
    fn hostile_words_are_cut_and_escaped() {
        assert_eq!(quoted("a\u{1b}[31m\n"), "`a\\u{1b}[31m\\n`");
        assert_eq!(quoted(&"é".repeat(100)), format!("`{}…`", "é".repeat(40)));
    }

    #[test]
    fn an_empty_segment_stays_empty() {
        let owned = |all: &[&str]| all.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>();
        let check = |original: &[&str], translated: &[&str], expected: &str| {
            assert_eq!(words(segments(&owned(original), &owned(translated))), expected);
        };
        check(&["a", ""], &["x", ""], "fine");
        check(&["a", ""], &["x", "y"], "it put words into segment 1, which is empty");
        check(&["a"], &[], "it returned 0 segments for 1");
    }
}
