//! Signs around words: emphasis, code and links, as line-based formats have them.

use docmill_plugin::structure::Element;

use crate::page::Page;

/// How far the other sign of a pair is looked for, in bytes. The bound keeps signs that nobody
/// closes linear.
const FARTHEST: usize = 1_000;
/// How many pairs may lie in each other.
const DEEPEST: usize = 8;

/// A sign that stands on both sides of words.
#[derive(Debug, Clone, Copy)]
pub struct Sign {
    pub sign: &'static str,
    pub meaning: Meaning,
    /// It may stand within a word.
    pub in_words: bool,
}

/// What a pair of signs means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    Emphasis,
    /// Words that are code, in which no other sign means anything.
    Code,
    /// The signs vanish.
    Nothing,
    /// Struck words are none of the text.
    Struck,
}

/// What a format does at this place of a line besides pairs of signs: how many bytes it took, if it
/// did anything.
pub type Special<'s> = &'s dyn Fn(&mut Page, &str, Option<char>) -> Option<usize>;

/// A note of AsciiDoc is the one macro that stands right behind the word that it is about.
const BEHIND_WORDS: &str = "footnote:";

/// Writes a passage.
pub fn write(page: &mut Page, text: &str, signs: &[Sign], special: Special<'_>) {
    // Where each pair that is open ends, and how long its sign is.
    let mut open: Vec<(usize, usize, bool)> = Vec::new();
    let (mut at, mut plain) = (0, 0);
    let mut before = None;
    while let Some(character) = text[at..].chars().next() {
        let rest = &text[at..];
        if let Some((_, length, is_marked)) = open.pop_if(|(end, ..)| *end == at) {
            page.write(&text[plain..at]);
            if is_marked {
                page.end();
            }
            at += length;
            plain = at;
            before = None;
            continue;
        }
        let limit = open.last().map_or(text.len(), |(end, ..)| *end);
        let may_mean = !character.is_alphanumeric()
            || before.is_none_or(|it: char| !it.is_alphanumeric())
            || rest.starts_with(BEHIND_WORDS);
        if may_mean && !character.is_whitespace() {
            let found = signs.iter().find_map(|it| Some((it, end_of(rest, it, before)?)));
            if let Some((sign, end)) =
                found.filter(|(_, end)| at + end < limit && open.len() < DEEPEST)
            {
                page.write(&text[plain..at]);
                let length = sign.sign.len();
                match sign.meaning {
                    Meaning::Code => page.element(Element::Code, &rest[length..end]),
                    Meaning::Struck => {}
                    Meaning::Emphasis | Meaning::Nothing => {
                        let is_marked = sign.meaning == Meaning::Emphasis;
                        if is_marked {
                            page.begin(Element::Emphasis);
                        }
                        open.push((at + end, length, is_marked));
                        at += length;
                        plain = at;
                        before = None;
                        continue;
                    }
                }
                at += end + length;
                plain = at;
                before = Some('x');
                continue;
            }
            // What a format does otherwise writes by itself, so what stands before it comes first.
            let begins = !character.is_alphanumeric() || character.is_ascii_lowercase();
            if begins {
                page.write(&text[plain..at]);
                plain = at;
                if let Some(taken) = special(page, rest, before).filter(|it| *it > 0) {
                    at += taken;
                    plain = at;
                    before = Some('x');
                    continue;
                }
            }
        }
        before = Some(character);
        at += character.len_utf8();
    }
    page.write(&text[plain..]);
    for (.., is_marked) in open.into_iter().rev() {
        if is_marked {
            page.end();
        }
    }
}

/// Where the closing sign is, if a pair begins here: no space within it on either side, no letter
/// around it.
fn end_of(rest: &str, sign: &Sign, before: Option<char>) -> Option<usize> {
    let inner = rest.strip_prefix(sign.sign)?;
    let is_free = |it: Option<char>| it.is_none_or(|it| !it.is_alphanumeric());
    if !(sign.in_words || is_free(before)) || inner.starts_with(char::is_whitespace) {
        return None;
    }
    let length = sign.sign.len();
    let window = &rest[..rest.floor_char_boundary(FARTHEST)];
    let mut from = length;
    // A handful of tries: signs between letters are none.
    for _ in 0..8 {
        let end = from + window.get(from..)?.find(sign.sign)?;
        let last = window[..end].chars().next_back();
        let is_end = end > length && last.is_some_and(|it| !it.is_whitespace());
        if is_end && (sign.in_words || is_free(rest[end + length..].chars().next())) {
            return Some(end);
        }
        from = end + length;
    }
    None
}

/// What stands between two signs right here, and how long all of it is: `between("[a]b", "[", "]")`
/// is `a`, 3.
pub fn between<'t>(rest: &'t str, open: &str, close: &str) -> Option<(&'t str, usize)> {
    let inner = rest.strip_prefix(open)?;
    let window = &inner[..inner.floor_char_boundary(FARTHEST)];
    let end = window.find(close)?;
    Some((&inner[..end], open.len() + end + close.len()))
}

/// Writes a link, or words alone where it leads nowhere.
pub fn link(page: &mut Page, href: &str, words: &str) {
    let href = href.trim();
    let words = if words.trim().is_empty() { href } else { words };
    match href.is_empty() || href.starts_with('#') {
        true => page.write(words),
        false => page.element(Element::Link(href), words),
    }
}

/// Items of lists that are open, each with what its sign stood at: a column, or a level.
#[derive(Debug, Default)]
pub struct Items {
    open: Vec<usize>,
}

impl Items {
    /// Begins an item at this column. It lies in those that began further left.
    pub fn begin(&mut self, page: &mut Page, column: usize) {
        self.close(page, column);
        page.begin(Element::Item);
        self.open.push(column);
    }

    /// Ends the items that began at this column or further right.
    pub fn close(&mut self, page: &mut Page, column: usize) {
        while self.open.pop_if(|it| *it >= column).is_some() {
            page.end();
        }
    }

    /// Whether an item is open.
    pub fn any(&self) -> bool {
        !self.open.is_empty()
    }
}

/// How many columns a line is indented.
pub fn indent(line: &str) -> usize {
    line.len() - line.trim_start().len()
}
