//! What lies within a line: links, emphasis and code, cut so that they nest and that each is opened
//! once per passage.

use std::fmt::Write;
use std::ops::Range;

use super::blocks::{Passage, sorted, trimmed};
use super::visible::is_harmful;
use crate::model::Document;

/// The schemes of links that lead somewhere and run nothing.
const SCHEMES: [&str; 5] = ["http", "https", "mailto", "tel", "ftp"];

/// What is said of the words of a document.
#[derive(Debug)]
pub(super) struct Inline<'a> {
    text: &'a str,
    /// In order, none of them within another.
    links: Vec<(Range<usize>, &'a str)>,
    /// In order and apart from each other; none of them ends within a piece of code.
    emphasis: Vec<Range<usize>>,
    /// In order and apart from each other.
    code: Vec<Range<usize>>,
    /// How many links were opened or passed: a link around several paragraphs is one of the first
    /// only, as its address may be as long as all of them.
    opened: usize,
}

/// A part of a passage that a link leads from, or that lies between two links.
#[derive(Debug)]
pub(super) struct Stretch<'a> {
    /// Where the link leads.
    pub href: Option<&'a str>,
    /// Its parts, in order.
    pub pieces: Vec<Piece>,
}

/// Words that everything is said of alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    /// Where they lie in the text.
    pub range: Range<usize>,
    /// Whether they are emphasised.
    pub emphasised: bool,
    /// Whether they are code.
    pub code: bool,
}

impl<'a> Inline<'a> {
    /// Gathers what the marks of a document say.
    pub(super) fn of(document: &'a Document) -> Inline<'a> {
        let (mut links, mut emphasis, mut code) = (Vec::new(), Vec::new(), Vec::new());
        for (mark, range) in sorted(document) {
            match mark.kind.as_str() {
                "link" => {
                    let href = mark.attributes.iter().find(|attribute| attribute.name == "href");
                    let Some(href) = href.map(|it| it.value.as_str()).filter(|it| leads(it)) else {
                        continue;
                    };
                    // Of links that cross, the later one begins where the earlier one ends.
                    let start = links.last().map_or(0, |(last, _): &(Range<usize>, _)| last.end);
                    let start = start.max(range.start);
                    if start < range.end {
                        links.push((start..range.end, href));
                    }
                }
                "emphasis" => join(&mut emphasis, range),
                "code" => join(&mut code, range),
                _ => {}
            }
        }
        for range in &mut emphasis {
            if let Some(around) = within(&code, range.start) {
                range.start = around.end;
            }
            if let Some(around) = within(&code, range.end) {
                range.end = around.start;
            }
        }
        emphasis.retain(|range| range.start < range.end);
        Inline { text: &document.text, links, emphasis, code, opened: 0 }
    }

    /// The stretches of a passage. Passages are asked for in the order of the text.
    pub(super) fn stretches(&mut self, passage: Passage) -> Vec<Stretch<'a>> {
        let mut stretches = Vec::new();
        let mut shown = passage.start;
        let passed = self.links.partition_point(|(link, _)| link.end <= passage.start);
        for index in passed.max(self.opened)..self.links.len() {
            let (link, href) = self.links[index].clone();
            if link.start >= passage.end {
                break;
            }
            let link = link.start.max(passage.start)..link.end.min(passage.end);
            if let Some(link) = trimmed(self.text, link) {
                self.opened = index + 1;
                stretches.push(Stretch { href: None, pieces: self.pieces(shown..link.start) });
                shown = link.end;
                stretches.push(Stretch { href: Some(href), pieces: self.pieces(link) });
            }
        }
        stretches.push(Stretch { href: None, pieces: self.pieces(shown..passage.end) });
        stretches.retain(|stretch| !stretch.pieces.is_empty());
        stretches
    }

    fn pieces(&self, range: Range<usize>) -> Vec<Piece> {
        let emphasis = self.within(&self.emphasis, &range);
        let code = self.within(&self.code, &range);
        let ends =
            |ranges: &[Range<usize>]| ranges.iter().flat_map(|it| [it.start, it.end]).collect();
        let mut cuts: Vec<usize> = ends(&emphasis);
        cuts.extend::<Vec<usize>>(ends(&code));
        cuts.push(range.end);
        cuts.sort_unstable();
        let mut pieces = Vec::new();
        let mut start = range.start;
        for cut in cuts {
            if start < cut {
                pieces.push(Piece {
                    range: start..cut,
                    emphasised: holds(&emphasis, start),
                    code: holds(&code, start),
                });
                start = cut;
            }
        }
        pieces
    }

    /// The parts of `ranges` that lie in a range, without the space at their ends.
    fn within(&self, ranges: &[Range<usize>], range: &Range<usize>) -> Vec<Range<usize>> {
        let first = ranges.partition_point(|it| it.end <= range.start);
        ranges[first..]
            .iter()
            .take_while(|it| it.start < range.end)
            .filter_map(|it| trimmed(self.text, it.start.max(range.start)..it.end.min(range.end)))
            .collect()
    }
}

/// Adds a range to ranges that are in order, and joins it with the last one where they touch.
fn join(ranges: &mut Vec<Range<usize>>, range: Range<usize>) {
    match ranges.last_mut() {
        Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
        _ => ranges.push(range),
    }
}

/// The range that a place lies within, neither at its start nor at its end.
fn within(ranges: &[Range<usize>], place: usize) -> Option<&Range<usize>> {
    let range = ranges.get(ranges.partition_point(|it| it.end <= place))?;
    (range.start < place).then_some(range)
}

fn holds(ranges: &[Range<usize>], place: usize) -> bool {
    ranges
        .get(ranges.partition_point(|it| it.end <= place))
        .is_some_and(|range| range.start <= place)
}

/// Whether an address may be a link: one of the web or of a mailbox, or one without a scheme.
fn leads(href: &str) -> bool {
    let before = &href[..href.find(['/', '?', '#']).unwrap_or(href.len())];
    match before.split_once(':') {
        _ if href.trim().is_empty() => false,
        Some((scheme, _)) => SCHEMES.iter().any(|it| scheme.eq_ignore_ascii_case(it)),
        None => true,
    }
}

/// An address as it is written: what would end it, and what cannot be seen, as the numbers of its
/// bytes.
pub(super) fn address(href: &str) -> String {
    let mut written = String::with_capacity(href.len());
    for character in href.trim().chars() {
        let is_safe = !character.is_whitespace()
            && !is_harmful(character)
            && !matches!(character, '<' | '>' | '(' | ')' | '\\' | '|' | '`' | '"' | '\'');
        if is_safe {
            written.push(character);
        } else {
            for byte in character.encode_utf8(&mut [0; 4]).bytes() {
                // Writing to a string does not fail.
                let _ = write!(written, "%{byte:02X}");
            }
        }
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_links_that_run_nothing_are_links() {
        for good in ["https://a.example/", "MAILTO:a@b.example", "/a:b", "a.html", "?q=a:b", "#a:b"]
        {
            assert!(leads(good), "{good}");
        }
        for bad in [
            "",
            " ",
            "javascript:alert(1)",
            " javascript:x",
            "java\nscript:x",
            "data:text/html,x",
            "a:b",
        ] {
            assert!(!leads(bad), "{bad:?}");
        }
    }
}
