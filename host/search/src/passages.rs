//! Finds the passages of a text that show best why it was found.

use std::collections::BTreeSet;
use std::ops::Range;

use docmill::model::Span;

use crate::query::{Clause, QueryField};
use crate::words::{Form, words};

/// The most passages of a document.
const MOST: usize = 3;
/// So many characters of a text are about one passage.
const LENGTH: usize = 240;
/// So many characters stand before the first word that was found.
const LEAD: usize = 60;
/// No more of a text is looked through, in bytes.
const LOOKED_THROUGH: usize = 4 << 20;
/// No more words that were found are weighed.
const MOST_MATCHES: usize = 10_000;

/// A part of a text in which something was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passage {
    /// Where it lies in the text of the document.
    pub span: Span,
    /// What was found, in the text of the document as well; in order, and none within another.
    pub highlights: Vec<Span>,
}

/// Words that stand next to each other, folded.
struct Sequence {
    words: Vec<String>,
    is_beginning: bool,
}

/// What is looked for in texts.
pub(crate) struct Sought(Vec<Sequence>);

impl Sought {
    pub(crate) fn of(clauses: &[&Clause]) -> Sought {
        let of_text = clauses
            .iter()
            .filter(|it| matches!(it.field, QueryField::Anywhere | QueryField::Title));
        let sequences = of_text.map(|clause| Sequence {
            words: words(&clause.words)
                .filter_map(|it| Form::Folded.of(&clause.words[it]))
                .collect(),
            is_beginning: clause.is_beginning,
        });
        Sought(sequences.filter(|it| !it.words.is_empty()).collect())
    }

    /// Where it is found in a text, each with the number of what was found.
    fn matches(&self, text: &str) -> Vec<(Range<usize>, usize)> {
        if self.0.is_empty() {
            return Vec::new();
        }
        let longest = self.0.iter().map(|it| it.words.len()).max().unwrap_or(0);
        let text = &text[..text.floor_char_boundary(LOOKED_THROUGH)];
        let mut last: std::collections::VecDeque<(Range<usize>, String)> = Default::default();
        let mut found = Vec::new();
        for word in words(text) {
            // A word that is too long is none that anybody looks for, and parts the others.
            let form = Form::Folded.of(&text[word.clone()]).unwrap_or_default();
            last.push_back((word, form));
            if last.len() > longest {
                last.pop_front();
            }
            for (number, sequence) in self.0.iter().enumerate() {
                let Some(from) = last.len().checked_sub(sequence.words.len()) else { continue };
                let mut both = last.iter().skip(from).zip(&sequence.words).enumerate();
                let fits = both.all(|(index, ((_, form), sought))| {
                    let is_last = index + 1 == sequence.words.len();
                    if is_last && sequence.is_beginning {
                        form.starts_with(sought.as_str())
                    } else {
                        form == sought
                    }
                });
                if fits && let (Some(first), Some(end)) = (last.get(from), last.back()) {
                    found.push((first.0.start..end.0.end, number));
                }
            }
            if found.len() >= MOST_MATCHES {
                break;
            }
        }
        found.sort_by_key(|(range, _)| (range.start, std::cmp::Reverse(range.end)));
        found
    }

    /// What is found in a text as a whole, such as a title: in order, and none within another.
    pub(crate) fn highlights(&self, text: &str) -> Vec<Range<usize>> {
        apart(self.matches(text).into_iter().map(|(range, _)| range))
    }

    /// The passages of a text with the most different words of the query, in the order of the text.
    pub(crate) fn passages(&self, text: &str) -> Vec<Passage> {
        let matches = self.matches(text);
        // Each passage begins before one of the words, and is worth as many words as it has.
        let mut candidates = Vec::new();
        let mut next = 0;
        while next < matches.len() {
            let span = around(text, matches[next].0.start);
            let inside = matches[next..].iter().take_while(|(it, _)| it.end <= span.end).count();
            let inside = &matches[next..next + inside.max(1)];
            let different: BTreeSet<usize> = inside.iter().map(|(_, number)| *number).collect();
            candidates.push((different.len(), inside.len(), span, inside));
            next += inside.len();
        }
        candidates.sort_by_key(|(different, all, span, _)| {
            (std::cmp::Reverse((*different, *all)), span.start)
        });
        candidates.truncate(MOST);
        candidates.sort_by_key(|(_, _, span, _)| span.start);
        let mut passages: Vec<Passage> = Vec::new();
        for (_, _, span, inside) in candidates {
            let end = span.end.max(inside.iter().map(|(it, _)| it.end).max().unwrap_or(0));
            // The lead of one may reach into the one before it.
            let before = passages.last().map_or(0, |it| it.span.end as usize);
            let start = span.start.max(before.min(inside[0].0.start));
            let of = |range: &Range<usize>| span_of(text, range);
            let highlights = apart(inside.iter().map(|(range, _)| range.clone()));
            passages.extend(of(&(start..end)).map(|span| Passage {
                span,
                highlights: highlights.iter().filter_map(of).collect(),
            }));
        }
        passages
    }
}

pub(crate) fn span_of(text: &str, range: &Range<usize>) -> Option<Span> {
    Span::of(text, u32::try_from(range.start).ok()?, u32::try_from(range.end).ok()?)
}

/// Ranges of which none overlaps another, out of some in the order of their starts.
fn apart(ranges: impl Iterator<Item = Range<usize>>) -> Vec<Range<usize>> {
    let mut apart: Vec<Range<usize>> = Vec::new();
    for range in ranges {
        match apart.last_mut() {
            Some(last) if range.start < last.end => last.end = last.end.max(range.end),
            _ => apart.push(range),
        }
    }
    apart
}

/// What is shown of a text around a word: a few words before it, and some after it.
fn around(text: &str, at: usize) -> Range<usize> {
    let back = text[..at].char_indices().rev().nth(LEAD).map_or(0, |(index, _)| index);
    // Not beyond the line, if that is a longer one.
    let line = text[back..at].rfind('\n').map_or(back, |newline| back + newline + 1);
    let start = if line > 0 && line == back {
        // From the beginning of a word on.
        let space = text[line..at].find(char::is_whitespace);
        space.map_or(line, |space| line + space)
    } else {
        line
    };
    let start = at - text[start..at].trim_start().len();
    let ahead = text[start..].char_indices().nth(LENGTH).map_or(text.len(), |(it, _)| start + it);
    if ahead == text.len() {
        return start..text.trim_end().len().max(at);
    }
    let end = text[at..ahead].rfind(char::is_whitespace).map_or(ahead, |space| at + space);
    start..end.max(at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::Query;

    fn marked(query: &str, text: &str) -> Vec<String> {
        let query = Query::read(query).unwrap();
        let passages = Sought::of(&query.sought()).passages(text);
        let shown = passages.iter().map(|passage| {
            let mut shown = String::new();
            let mut at = passage.span.start as usize;
            for highlight in &passage.highlights {
                let range = highlight.range();
                shown.push_str(&format!("{}[{}]", &text[at..range.start], &text[range.clone()]));
                at = range.end;
            }
            shown + &text[at..passage.span.end as usize]
        });
        shown.collect()
    }

    #[test]
    fn what_was_found_is_told_in_the_letters_of_the_text() {
        let text = "Hôm qua, tại Đà Nẵng, một chiếc drone rơi.\nDa Nang again.";
        assert_eq!(
            marked("\"da nang\"", text),
            ["Hôm qua, tại [Đà Nẵng], một chiếc drone rơi.\n[Da Nang] again."]
        );
        assert_eq!(marked("dron* -nang", "un drone, des drones"), ["un [drone], des [drones]"]);
        assert_eq!(marked("nang", "Na\u{306}\u{303}ng."), ["[Na\u{306}\u{303}ng]."]);
        assert_eq!(marked("label:a", "a"), [""; 0]);
        assert_eq!(marked("\"a b\"", "a a b b"), ["a [a b] b"]);
    }

    #[test]
    fn the_passages_with_most_of_the_words_are_shown() {
        let filler = "mot ".repeat(200);
        let text = format!("drone {filler}\ndrone marine {filler} marine {filler} marine {filler}");
        let shown = marked("drone marine", &text);
        assert_eq!(shown.len(), MOST);
        assert!(shown[0].starts_with("[drone] mot") && shown[1].starts_with("[drone] [marine]"));
        assert!(shown.iter().all(|it| it.chars().count() <= LENGTH + 10));
    }

    #[test]
    fn no_text_is_too_strange() {
        for text in
            ["", "x", "\n\n\n", &"é".repeat(5_000), &"x ".repeat(20_000), "a\u{301}\u{200b}"]
        {
            for query in ["x", "é*", "\"x x x\"", "a"] {
                let _ = marked(query, text);
            }
        }
    }
}
