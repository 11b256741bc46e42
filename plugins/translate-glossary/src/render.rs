//! Finds the terms of a glossary in segments and puts their renderings in place.

use std::cmp::Reverse;
use std::ops::Range;

use docmill_folding::{Folded, Form, begins_word, ends_word, pieces, words};
use docmill_plugin::Occurrence;

use crate::Entries;
use docmill_plugin::Problem;

/// How many bytes are searched in one call, so that no host limit on occurrences is in reach.
const PIECE: usize = 64 * 1024;

/// Segments in the target language, and how much of them the glossary knew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// Exactly one per original segment.
    pub segments: Vec<String>,
    /// How many words the originals have.
    pub words: usize,
    /// How many of them the glossary knew.
    pub known: usize,
}

impl Rendered {
    /// The share of words that the glossary knew, from `0.00` to `1.00`, cut after two decimals.
    pub fn coverage(&self) -> String {
        let hundredths = (self.known * 100).checked_div(self.words).unwrap_or(0);
        format!("{}.{:02}", hundredths / 100, hundredths % 100)
    }
}

/// A term and the passage it stands in.
struct Term {
    span: Range<usize>,
    key: String,
    value: String,
    /// Whether the passage is longer than the key only by plural endings.
    plural: bool,
}

/// Renders every segment in the language `target`.
///
/// `find` returns the occurrences of the glossary's keys in a text as
/// [`docmill_plugin::Table::find`] does.
///
/// # Errors
///
/// A [`Problem`] if a row of the glossary that the segments need cannot be understood.
pub fn segments(
    segments: &[String],
    target: &str,
    find: impl Fn(&str) -> Vec<Occurrence>,
) -> Result<Rendered, Problem> {
    // One text for all segments means one call of the host for all of them. No key contains two
    // line feeds.
    let joined = segments.join("\n\n");
    let terms = terms(&joined, find);
    let mut entries = Entries::new();
    let mut rendered =
        Rendered { segments: Vec::with_capacity(segments.len()), words: 0, known: 0 };
    let mut terms = terms.into_iter().peekable();
    let mut start = 0;
    for segment in segments {
        let end = start + segment.len();
        let mut own = Vec::new();
        while let Some(term) = terms.next_if(|it| it.span.start < end) {
            if term.span.start >= start && term.span.end <= end {
                let span = term.span.start - start..term.span.end - start;
                own.push(Term { span, ..term });
            }
        }
        let text = render(segment, own, target, &mut entries, &mut rendered)?;
        rendered.segments.push(text);
        start = end + 2;
    }
    Ok(rendered)
}

/// The terms in a text: ordered, longer ones first where several begin.
fn terms(text: &str, find: impl Fn(&str) -> Vec<Occurrence>) -> Vec<Term> {
    let mut terms = Vec::new();
    let folded = Folded::new(text, Form::Plain);
    for (offset, piece) in pieces(folded.text(), PIECE) {
        for occurrence in find(piece) {
            let range = occurrence.span.range();
            let range = range.start + offset..range.end + offset;
            let key = &folded.text()[range.clone()];
            if is_term(key, folded.text(), &range) {
                let span = folded.original(range.clone());
                let plural = text[span.clone()].ends_with(['s', 'x', 'S', 'X'])
                    && !key.ends_with(['s', 'x']);
                terms.push(Term { span, key: key.to_owned(), value: occurrence.value, plural });
            }
        }
    }
    // Keys with an upper-case letter are found as they are written.
    for (offset, piece) in pieces(text, PIECE) {
        for occurrence in find(piece) {
            let range = occurrence.span.range();
            let span = range.start + offset..range.end + offset;
            let key = &text[span.clone()];
            if key.contains(char::is_uppercase) && is_term(key, text, &span) {
                terms.push(Term {
                    key: key.to_owned(),
                    value: occurrence.value,
                    plural: false,
                    span,
                });
            }
        }
    }
    terms.sort_by(|one, other| {
        let place = |it: &Term| (it.span.start, Reverse(it.span.end));
        place(one).cmp(&place(other)).then_with(|| one.key.cmp(&other.key))
    });
    terms
}

fn is_term(key: &str, text: &str, range: &Range<usize>) -> bool {
    // An elided article or preposition, such as `l'`, ends in its apostrophe and not where a word
    // ends.
    let whole = key.ends_with('\'') || ends_word(text, range.end);
    !key.starts_with('@') && !range.is_empty() && whole && begins_word(text, range.start)
}

fn render(
    segment: &str,
    terms: Vec<Term>,
    target: &str,
    entries: &mut Entries,
    count: &mut Rendered,
) -> Result<String, Problem> {
    let word_starts: Vec<usize> = words(segment).map(|it| it.start).collect();
    let words_in = |range: &Range<usize>| {
        word_starts.partition_point(|it| *it < range.end)
            - word_starts.partition_point(|it| *it < range.start)
    };
    let mut output = String::with_capacity(segment.len() + segment.len() / 4);
    let mut copied = 0;
    // An elision is rendered together with the term it leans on, or not at all.
    let mut leaning: Option<(Range<usize>, String)> = None;
    for term in terms {
        if term.span.start < copied
            || leaning.as_ref().is_some_and(|(it, _)| term.span.start < it.end)
        {
            continue;
        }
        if !entries.contains_key(&term.key) {
            let Some(entry) = docmill_glossary::parse(&term.key, &term.value, target)? else {
                continue;
            };
            entries.insert(term.key.clone(), entry);
        }
        let Some(entry) = entries.get(&term.key) else { continue };
        let plural = entry.plural.as_ref().filter(|_| term.plural);
        let rendering = plural.unwrap_or(&entry.singular);
        if term.key.ends_with('\'') {
            leaning = Some((term.span, rendering.clone()));
            continue;
        }
        let elision = leaning.take().filter(|(it, _)| it.end == term.span.start);
        let start = elision.as_ref().map_or(term.span.start, |(it, _)| it.start);
        let phrase = match &elision {
            Some((_, article)) if !article.is_empty() => format!("{article} {rendering}"),
            _ => rendering.clone(),
        };
        output.push_str(&segment[copied..start]);
        push_like(&mut output, &phrase, &segment[start..term.span.end]);
        count.known += words_in(&(start..term.span.end));
        copied = term.span.end;
    }
    output.push_str(&segment[copied..]);
    count.words += word_starts.len();
    Ok(output)
}

/// Appends a phrase with a capital first letter if the original has one.
fn push_like(output: &mut String, phrase: &str, original: &str) {
    let mut letters = phrase.chars();
    match letters.next() {
        Some(first) if original.starts_with(char::is_uppercase) => {
            output.extend(first.to_uppercase());
            output.push_str(letters.as_str());
        }
        _ => output.push_str(phrase),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GLOSSARY: &[(&str, &str)] = &[
        ("@pairs", "fr>en"),
        ("l'", "en=;vi="),
        ("d'", "en=of;vi="),
        ("intelligence artificielle", "en=artificial intelligence;vi=trí tuệ nhân tạo"),
        ("intelligence", "en=intelligence"),
        ("drone", "en=drone|drones;vi=máy bay không người lái"),
        ("reseau mobile", "en=mobile network|mobile networks"),
        ("etat", "en=State|States"),
        ("IA", "en=AI"),
    ];

    fn find(text: &str) -> Vec<Occurrence> {
        let occurrences = |(key, value): &(&str, &str)| {
            let value = (*value).to_owned();
            text.match_indices(*key)
                .map(|(start, key)| Occurrence {
                    span: (start..start + key.len()).into(),
                    value: value.clone(),
                })
                .collect::<Vec<_>>()
        };
        GLOSSARY.iter().flat_map(occurrences).collect()
    }

    fn rendered(original: &[&str], target: &str) -> Rendered {
        let original: Vec<String> = original.iter().map(|it| (*it).to_owned()).collect();
        segments(&original, target, find).expect("every row is usable")
    }

    #[track_caller]
    fn check(target: &str, original: &str, expected: &str) {
        assert_eq!(rendered(&[original], target).segments, [expected]);
    }

    #[test]
    fn the_longest_phrase_wins() {
        check(
            "en",
            "une intelligence artificielle, une intelligence",
            "une artificial intelligence, une intelligence",
        );
    }

    #[test]
    fn plurals_and_capitals_are_carried_over() {
        check("en", "Drones et réseaux mobiles", "Drones et mobile networks");
        check("vi", "Drones et un drone", "Máy bay không người lái et un máy bay không người lái");
    }

    #[test]
    fn elisions_go_with_their_term() {
        check(
            "en",
            "l’intelligence artificielle et d'intelligence artificielle",
            "artificial intelligence et of artificial intelligence",
        );
        check("en", "L'État, l'eau, aujourd'hui", "State, l'eau, aujourd'hui");
        check("vi", "L’intelligence artificielle", "Trí tuệ nhân tạo");
    }

    #[test]
    fn parts_of_words_stay() {
        check("en", "droner, endrone, IAM, ia", "droner, endrone, IAM, ia");
        check("en", "l'IA", "AI");
    }

    #[test]
    fn every_segment_gets_exactly_one() {
        let result = rendered(&["", "drone", "\n", "intelligence", "artificielle", ""], "en");
        assert_eq!(result.segments, ["", "drone", "\n", "intelligence", "artificielle", ""]);
        assert_eq!(rendered(&[], "en").segments, Vec::<String>::new());
    }

    #[test]
    fn coverage_is_the_share_of_known_words() {
        assert_eq!(rendered(&["un drone", "deux intelligences"], "en").coverage(), "0.50");
        assert_eq!(rendered(&["l'IA"], "en").coverage(), "1.00");
        assert_eq!(rendered(&["un", "deux", ""], "en").coverage(), "0.00");
        assert_eq!(rendered(&[], "en").coverage(), "0.00");
    }

    #[test]
    fn an_unusable_row_is_named() {
        let broken = |_: &str| vec![Occurrence { span: (0..1).into(), value: "?".to_owned() }];
        let problem = segments(&["x".to_owned()], "en", broken).expect_err("unusable");
        assert_eq!(problem.key, "x");
    }

    #[test]
    fn hostile_texts_come_back_whole() {
        for text in [
            "l'".repeat(20_000),
            "d'l'".repeat(9_000),
            "\u{301}".repeat(9_000),
            "\n\n".repeat(9_000),
            "ééé\u{0}".repeat(9_000),
        ] {
            assert_eq!(rendered(&[&text], "en").segments, [text]);
        }
        let many = vec!["drone"; 5_000];
        assert_eq!(rendered(&many, "en").segments, many);
    }
}
