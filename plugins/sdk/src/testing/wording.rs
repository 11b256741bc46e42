//! What plugins find, in the words of golden cases, and back out of those words.
//!
//! The host has the same words (`conformance::wording`): what is changed here is changed there.

use std::fmt::Write as _;

use crate::{Annotation, Attribute, Error, Extracted, Label, Member, Span};

pub(super) fn tell_member(told: &mut String, member: &Member) {
    let media_type = member.media_type.as_deref().unwrap_or("of no claimed type");
    // Writing to a string does not fail.
    let _ = writeln!(told, "== {} ({media_type})", member.name.escape_debug());
    tell_attributes(told, &member.attributes);
    tell_bytes(told, &member.content);
}

pub(super) fn tell_extracted(told: &mut String, Extracted { document, asides }: &Extracted) {
    let _ = writeln!(told, "== document ({})", document.language.as_deref().unwrap_or("-"));
    tell_attributes(told, &document.attributes);
    tell_bytes(told, document.text.as_bytes());
    for mark in &document.marks {
        let _ = writeln!(told, "-- {} {}", mark.kind, tell_span(mark.span));
        tell_attributes(told, &mark.attributes);
    }
    for aside in asides {
        let _ = writeln!(told, "-- aside {} at {}", aside.kind, aside.position);
        tell_attributes(told, &aside.attributes);
        tell_bytes(told, aside.text.as_bytes());
    }
}

pub(super) fn tell_label(told: &mut String, text: &str, label: &Label) {
    let _ = writeln!(told, "== {} {}", label.name.escape_debug(), label.confidence);
    tell_attributes(told, &label.attributes);
    for span in &label.evidence {
        let _ = writeln!(told, "-- {}", tell_span(*span));
        tell_bytes(told, text[span.range()].as_bytes());
    }
}

pub(super) fn tell_annotation(told: &mut String, text: &str, annotation: &Annotation) {
    let place = annotation.span.map(|span| format!(" {}", tell_span(span)));
    let sure = annotation.confidence.map(|it| format!(" ({it})"));
    let (place, sure) = (place.unwrap_or_default(), sure.unwrap_or_default());
    let _ = writeln!(told, "== {}{place}{sure}", annotation.kind);
    if let Some(value) = &annotation.value {
        let _ = writeln!(told, "   = {}", value.escape_debug());
    }
    tell_attributes(told, &annotation.attributes);
    if let Some(span) = annotation.span {
        tell_bytes(told, text[span.range()].as_bytes());
    }
}

fn tell_span(span: Span) -> String {
    format!("{}..{}", span.start, span.end)
}

pub(super) fn tell_attributes(told: &mut String, attributes: &[Attribute]) {
    for attribute in attributes {
        let _ = writeln!(told, "   {}: {}", attribute.name, attribute.value.escape_debug());
    }
}

/// Text line by line; the beginning and the size of what is none.
pub(super) fn tell_bytes(told: &mut String, bytes: &[u8]) {
    match str::from_utf8(bytes) {
        Ok(text) => {
            for line in text.split('\n') {
                let _ = writeln!(told, " | {}", line.escape_debug());
            }
        }
        Err(_) => {
            let start = bytes[..bytes.len().min(256)].escape_ascii();
            let _ = writeln!(told, " | {} bytes: {start}", bytes.len());
        }
    }
}

pub(super) fn tell_error(error: &Error) -> String {
    match error {
        Error::Unsupported(why) => format!("!! unsupported: {why}\n"),
        Error::Malformed(defect) => {
            let place = defect.offset.map(|it| format!(" at {it}")).unwrap_or_default();
            format!("!! malformed{place}: {}\n", defect.reason)
        }
        Error::Misconfigured(it) => format!("!! misconfigured: {}: {}\n", it.key, it.reason),
        Error::Internal(why) => format!("!! internal: {why}\n"),
    }
}

/// Annotations out of the words in which [`tell_annotation`] tells them of a text.
///
/// # Errors
///
/// Where they are told in other words, are not in the order of the text, or tell of another text.
pub(super) fn annotations_of(words: &str, text: &str) -> Result<Vec<Annotation>, String> {
    let found = blocks(words)?.into_iter().map(|block| {
        let annotation = annotation_of(&block, text)?;
        let mut told = String::new();
        tell_annotation(&mut told, text, &annotation);
        block.says(&told).map(|()| annotation)
    });
    let found: Vec<Annotation> = found.collect::<Result<_, String>>()?;
    let place = |it: &Annotation| it.span.map(|span| span.start);
    match found.is_sorted_by_key(place) {
        true => Ok(found),
        false => Err("they are not in the order of the text".to_owned()),
    }
}

/// Labels out of the words in which [`tell_label`] tells them of a text.
///
/// # Errors
///
/// As [`annotations_of`].
pub(super) fn labels_of(words: &str, text: &str) -> Result<Vec<Label>, String> {
    let found = blocks(words)?.into_iter().map(|block| {
        let label = label_of(&block, text)?;
        let mut told = String::new();
        tell_label(&mut told, text, &label);
        block.says(&told).map(|()| label)
    });
    found.collect()
}

/// A line that begins with `== `, and those below it.
struct Block<'a> {
    /// The number of its first line, from 1.
    number: usize,
    head: &'a str,
    lines: Vec<&'a str>,
}

fn blocks(words: &str) -> Result<Vec<Block<'_>>, String> {
    let mut blocks: Vec<Block<'_>> = Vec::new();
    for (index, line) in words.lines().enumerate() {
        match (line.strip_prefix("== "), blocks.last_mut()) {
            (Some(head), _) => blocks.push(Block { number: index + 1, head, lines: Vec::new() }),
            (None, Some(block)) => block.lines.push(line),
            (None, None) => return Err("the first line does not begin with `== `".to_owned()),
        }
    }
    Ok(blocks)
}

impl Block<'_> {
    /// Whether it is told as `told` tells it: so a span has the passage that the text has there.
    fn says(&self, told: &str) -> Result<(), String> {
        let mut told = told.lines().enumerate();
        let (_, head) = told.next().unwrap_or_default();
        if head.strip_prefix("== ") != Some(self.head) {
            return Err(format!("line {}: it should be `{head}`", self.number));
        }
        let mut own = self.lines.iter();
        for (index, told) in told {
            if own.next() != Some(&told) {
                return Err(format!("line {}: it should be `{told}`", self.number + index));
            }
        }
        match own.next() {
            None => Ok(()),
            Some(line) => Err(format!("`{line}` says nothing of it, or stands elsewhere")),
        }
    }

    fn wrong(&self, what: &str) -> String {
        format!("line {}: {what} in `== {}`", self.number, self.head)
    }

    fn attributes(&self) -> Vec<Attribute> {
        let attribute = |line: &&str| {
            let (name, value) = line.strip_prefix("   ")?.split_once(": ")?;
            Some(Attribute::new(name, unescaped(value)))
        };
        self.lines.iter().filter(|line| !line.starts_with("   = ")).filter_map(attribute).collect()
    }
}

fn annotation_of(block: &Block<'_>, text: &str) -> Result<Annotation, String> {
    let mut parts = block.head.split(' ');
    let kind = parts.next().unwrap_or_default().to_owned();
    let (mut span, mut confidence) = (None, None);
    for part in parts {
        match part.strip_prefix('(').and_then(|it| it.strip_suffix(')')) {
            Some(sure) => confidence = Some(confidence_of(block, sure)?),
            None => span = Some(span_of(block, part, text)?),
        }
    }
    let value = block.lines.iter().find_map(|line| line.strip_prefix("   = ")).map(unescaped);
    Ok(Annotation { kind, span, value, confidence, attributes: block.attributes() })
}

fn label_of(block: &Block<'_>, text: &str) -> Result<Label, String> {
    let (name, sure) =
        block.head.rsplit_once(' ').ok_or_else(|| block.wrong("there is no confidence"))?;
    let evidence = block.lines.iter().filter_map(|line| line.strip_prefix("-- "));
    Ok(Label {
        name: unescaped(name),
        confidence: confidence_of(block, sure)?,
        evidence: evidence.map(|it| span_of(block, it, text)).collect::<Result<_, _>>()?,
        attributes: block.attributes(),
    })
}

fn confidence_of(block: &Block<'_>, sure: &str) -> Result<f32, String> {
    let sure = sure.parse().ok().filter(|it| (0.0..=1.0).contains(it));
    sure.ok_or_else(|| block.wrong("a confidence goes from 0 to 1"))
}

fn span_of(block: &Block<'_>, words: &str, text: &str) -> Result<Span, String> {
    let numbers = words.split_once("..");
    let numbers = numbers.and_then(|(start, end)| Some((start.parse().ok()?, end.parse().ok()?)));
    let (start, end) = numbers.ok_or_else(|| block.wrong("there is no span such as `4..9`"))?;
    let span = Span { start, end };
    let passage = text.get(span.range());
    passage.map(|_| span).ok_or_else(|| block.wrong("there is a span that is none of the text"))
}

/// What `escape_debug` made of it, undone.
fn unescaped(words: &str) -> String {
    let mut text = String::with_capacity(words.len());
    let mut rest = words;
    while let Some((before, after)) = rest.split_once('\\') {
        text.push_str(before);
        let mut letters = after.chars();
        let (letter, taken) = match letters.next() {
            Some('n') => (Some('\n'), 1),
            Some('r') => (Some('\r'), 1),
            Some('t') => (Some('\t'), 1),
            Some('0') => (Some('\0'), 1),
            Some('u') => {
                let number = after.strip_prefix("u{").and_then(|it| it.split_once('}'));
                let letter = number.and_then(|(it, _)| u32::from_str_radix(it, 16).ok());
                let taken = number.map_or(1, |(it, _)| it.len() + 3);
                (letter.and_then(char::from_u32), taken)
            }
            Some(letter) => (Some(letter), letter.len_utf8()),
            None => (Some('\\'), 0),
        };
        text.push(letter.unwrap_or(char::REPLACEMENT_CHARACTER));
        rest = &after[taken..];
    }
    text + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "Depuis été 2019,\n« la loi »";

    fn annotation(kind: &str, start: u32, end: u32) -> Annotation {
        Annotation {
            kind: kind.to_owned(),
            span: Some(Span { start, end }),
            value: Some("a\tb\\\"'\u{301}\0\u{202e}é".to_owned()),
            confidence: Some(0.1),
            attributes: vec![Attribute::new("rank", "x: y\n")],
        }
    }

    #[test]
    fn what_is_told_can_be_read_back() {
        let whole = Annotation { span: None, ..annotation("words", 0, 0) };
        let bare = Annotation {
            value: None,
            confidence: None,
            attributes: Vec::new(),
            ..annotation("year", 13, 17)
        };
        let found = vec![whole, annotation("term", 7, 25), bare];
        let mut told = String::new();
        found.iter().for_each(|it| tell_annotation(&mut told, TEXT, it));
        let read = annotations_of(&told, TEXT).unwrap();
        assert_eq!(format!("{read:?}"), format!("{found:?}"));
        let labels = vec![Label {
            name: "on the topic".to_owned(),
            confidence: 0.75,
            evidence: vec![Span { start: 7, end: 12 }, Span { start: 13, end: 17 }],
            attributes: annotation("", 0, 0).attributes,
        }];
        let mut told = String::new();
        labels.iter().for_each(|it| tell_label(&mut told, TEXT, it));
        let read = labels_of(&told, TEXT).unwrap();
        assert_eq!(format!("{read:?}"), format!("{labels:?}"));
        assert!(annotations_of("", TEXT).unwrap().is_empty());
    }

    #[test]
    fn what_tells_of_another_text_or_in_other_words_is_refused() {
        let wrong = |words: &str, said: &str| {
            let error = annotations_of(words, TEXT).unwrap_err();
            assert!(error.contains(said), "{error}");
        };
        // Counted in characters, as an author may.
        wrong("== year 12..16\n | 2019\n", "line 2: it should be ` |  201`");
        wrong("== year 8..9\n", "there is a span that is none of the text");
        wrong("== year 13..17\n", "line 2: it should be ` | 2019`");
        wrong("== year 13..17\n | 2019\n | more\n", "` | more` says nothing of it");
        wrong("== year 13..17 (7)\n", "a confidence goes from 0 to 1");
        wrong("== year NaN\n", "there is no span such as `4..9`");
        wrong("year\n", "the first line does not begin with `== `");
        wrong("== b 13..17\n | 2019\n== a 7..12\n | été\n", "not in the order of the text");
        assert!(labels_of("== year\n", TEXT).unwrap_err().contains("there is no confidence"));
        assert!(labels_of("== year NaN\n", TEXT).unwrap_err().contains("goes from 0 to 1"));
        for cut in ["\\", "\\u", "\\u{", "\\u{d800}", "\\u{zz}é", "\\é"] {
            let _ = unescaped(cut);
        }
    }
}
