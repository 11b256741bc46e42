//! Passages of a text, each within the words around it.

use std::ops::Range;

use docmill::model::{Annotation, Span};

use super::paint::{Paint, Tone};
use super::{confidence, escaped, one_line};

/// So many characters of context stand on each side of a passage.
const CONTEXT: usize = 40;

/// Puts passages into their context. Those whose contexts meet share one.
pub fn passages(text: &str, spans: &[Span]) -> Vec<(Range<usize>, Vec<Range<usize>>)> {
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

/// Quotes a context with its passages emphasised: by colour, or by square brackets, as quotation
/// marks are common in texts.
pub fn quote(
    text: &str,
    context: &Range<usize>,
    emphasised: &[Range<usize>],
    paint: Paint,
) -> String {
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

/// An annotation in one line: what it stands for, what else is said of it, and where it was found.
pub fn annotation_line(text: &str, annotation: &Annotation, paint: Paint) -> String {
    let mut parts = Vec::new();
    parts.extend(annotation.value.as_ref().map(|value| one_line(value, 200)));
    parts.extend(annotation.confidence.map(confidence));
    parts.extend(annotation.attributes.iter().map(|attribute| {
        format!("{}={}", one_line(&attribute.name, 64), one_line(&attribute.value, 100))
    }));
    if let Some(span) = annotation.span {
        for (context, emphasised) in passages(text, &[span]) {
            parts.push(quote(text, &context, &emphasised, paint));
        }
    }
    if parts.is_empty() { "(the document as a whole)".to_owned() } else { parts.join("  ") }
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
}
