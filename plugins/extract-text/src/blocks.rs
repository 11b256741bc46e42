//! Cuts a text into blocks: runs of lines without a blank one between them.

use std::ops::Range;

/// Nobody wraps lines by hand at more than this many characters, so a longer line is a paragraph of
/// its own.
const LONGEST_WRAPPED_LINE: usize = 120;

/// A run of lines, as a range of bytes of the text; neither its first nor its last line is blank.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// From the first character that is not white space to the last.
    pub range: Range<usize>,
    /// Where the first line begins, its indentation included.
    pub line_start: usize,
    /// The number of lines.
    pub lines: usize,
}

/// A line of the text as a range of bytes, without its end, and whether a paragraph or a page ends
/// with it.
struct Line {
    range: Range<usize>,
    ends_block: bool,
}

/// The blocks of a text, in order.
///
/// With `unwrap`, a break beside a line too long to be wrapped by hand ends a block, blank line or
/// not.
pub fn blocks(text: &str, unwrap: bool) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut is_open = false;
    let mut previous_length = 0;
    for line in lines(text) {
        let content = &text[line.range.clone()];
        let trimmed = content.trim_end();
        let end = line.range.start + trimmed.len();
        let start = end - trimmed.trim_start().len();
        if start == end {
            is_open = false;
        } else {
            let length = text[start..end].chars().count();
            let is_long = length.max(previous_length) > LONGEST_WRAPPED_LINE;
            match blocks.last_mut() {
                Some(block) if is_open && !(unwrap && is_long) => {
                    block.range.end = end;
                    block.lines += 1;
                }
                _ => {
                    blocks.push(Block { range: start..end, line_start: line.range.start, lines: 1 })
                }
            }
            previous_length = length;
            is_open = !line.ends_block;
        }
    }
    blocks
}

/// The lines of a part of the text, without their ends.
pub fn lines_of(part: &str) -> impl Iterator<Item = &str> {
    lines(part).map(|line| &part[line.range])
}

/// Whether the lines of a block are one paragraph that somebody wrapped by hand: none has much room
/// for the first word of the next one.
pub fn is_wrapped(block: &str) -> bool {
    /// Verses, addresses and tables have shorter lines.
    const SHORTEST: usize = 50;
    /// Whoever wraps by hand may break a line so much earlier.
    const SLACK: usize = 6;
    let lengths = || lines_of(block).map(|line| line.trim_end().chars().count());
    let width = lengths().max().unwrap_or(0);
    let count = lengths().count();
    if count < 2 || !(SHORTEST..=LONGEST_WRAPPED_LINE).contains(&width) {
        return false;
    }
    let begins_text =
        |line: &str| line.starts_with(|it: char| it.is_alphanumeric() || "\"'«“‘(".contains(it));
    let mut lines = lines_of(block);
    let Some(mut previous) = lines.next() else { return false };
    begins_text(previous)
        && lines.all(|line| {
            let word = line.split(char::is_whitespace).next().unwrap_or("");
            let length = previous.trim_end().chars().count() + 1 + word.chars().count();
            let goes_on = previous.ends_with(|it: char| it.is_alphanumeric() || it == ',')
                && word.starts_with(char::is_lowercase);
            previous = line;
            // One break between two lines may be anything, unless a sentence goes on.
            length + SLACK > width && begins_text(line) && (count > 2 || goes_on)
        })
}

/// Lines end as in the Unicode line breaking algorithm: LF, CR, CRLF, FF, VT, NEL, LS, PS.
fn lines(text: &str) -> impl Iterator<Item = Line> + '_ {
    let mut position = 0;
    std::iter::from_fn(move || {
        if position >= text.len() {
            return None;
        }
        let start = position;
        let rest = &text[start..];
        let is_end = |c: char| matches!(c, '\n'..='\r' | '\u{85}' | '\u{2028}' | '\u{2029}');
        let end = rest.find(is_end).unwrap_or(rest.len());
        let mut following = rest[end..].chars();
        let terminator = following.next();
        let mut width = terminator.map_or(0, char::len_utf8);
        if terminator == Some('\r') && following.next() == Some('\n') {
            width += 1;
        }
        position = start + end + width;
        Some(Line {
            range: start..start + end,
            ends_block: matches!(terminator, Some('\u{C}' | '\u{2029}')),
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[&str]) {
        let found: Vec<_> = blocks(text, true).into_iter().map(|it| &text[it.range]).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn blank_lines_separate_blocks_whatever_ends_a_line() {
        check("", &[]);
        check(" \r\n\t\n", &[]);
        check("one\ntwo\n\nthree", &["one\ntwo", "three"]);
        check("one\r\ntwo\r\n \r\nthree\r\n", &["one\r\ntwo", "three"]);
        check("one\rtwo\r\rthree", &["one\rtwo", "three"]);
        check("  one  \n\n\n  two", &["one", "two"]);
    }

    #[test]
    fn lines_that_are_full_are_one_paragraph() {
        let wrapped = "The harbour of the town reopened on Tuesday after two\nengineers had replaced the cranes that had blocked\nthe northern quay since spring.";
        assert!(is_wrapped(wrapped));
        assert!(!is_wrapped("Roses are red,\nviolets are blue,\nsugar is sweet"));
        assert!(!is_wrapped(&wrapped.replace("engineers", "men\nengineers")));
        let (two, _) = wrapped.rsplit_once('\n').unwrap();
        assert!(is_wrapped(two) && !is_wrapped(&two.replace("engineers", "Engineers")));
        assert!(!is_wrapped(&wrapped.replace("engineers", "- engineers")));
    }

    #[test]
    fn a_page_break_separates_blocks() {
        check("one\u{C}two", &["one", "two"]);
        check("one\u{2029}two\u{2028}three", &["one", "two\u{2028}three"]);
        check("\u{C}\u{C}one\n\u{C}two\u{C}", &["one", "two"]);
    }

    #[test]
    fn a_long_line_is_a_block_of_its_own() {
        let long = "word ".repeat(40);
        let long = long.trim_end();
        check(&format!("Title\n{long}\n{long}\nEnd\nEnd"), &["Title", long, long, "End\nEnd"]);
        assert_eq!(blocks(&format!("Title\n{long}"), false).len(), 1);
    }
}
