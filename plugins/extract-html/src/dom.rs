//! A page as a flat list of nodes in the order of the source, built from its tokens.
//!
//! The list needs no pointers and no recursion: a node knows its parent and where its subtree ends,
//! so that everything later is a loop over indices. The rules for tags that are left out or
//! misplaced are those of browsers, cut down to what changes the text: paragraphs, items, cells and
//! links end where a browser would end them.

use std::borrow::Cow;

use crate::Reading;
use crate::builder;
use crate::head::Head;
use crate::names::Hints;
use crate::tags::Tag;
use crate::whitespace::{append_words, push_space};

/// What an element says about itself besides its tag and its hints.
pub mod flag {
    /// A table that only arranges boxes (`role="presentation"`).
    pub const PRESENTATION: u8 = 1;
    /// The text of the node keeps its line feeds.
    pub const PREFORMATTED: u8 = 2;
    /// A definition or another item that is not numbered: `dt`.
    pub const TERM: u8 = 4;
    /// The string of the node is none of the source.
    pub const COPIED: u8 = 8;
    /// Hidden from those who cannot see (`aria-hidden`), as what decorates is, and the panels of an
    /// accordion until they are opened.
    pub const COLLAPSED: u8 = 16;
}

/// One node: an element or a run of text.
#[derive(Debug, Clone, Copy)]
pub struct Node {
    /// Which element.
    pub tag: Tag,
    /// See [`flag`].
    pub flags: u8,
    /// What its names suggest.
    pub hints: Hints,
    /// The index of the parent; the root is its own.
    pub parent: u32,
    /// The index of the first node after the subtree.
    pub end: u32,
    /// Where its string begins: a run of text itself, `href` of a link, `datetime` of a time.
    pub from: u32,
    /// Where its string ends.
    pub to: u32,
}

/// A parsed page.
#[derive(Debug)]
pub struct Page<'a> {
    /// All nodes in the order of the source, the root first.
    pub nodes: Vec<Node>,
    /// The indices of those that may be the headline: `h1` and `h2`.
    pub headings: Vec<u32>,
    /// The indices of those that may be declared to be the article: `article`, `main`, and what is
    /// named [`Hints::ARTICLE_BODY`].
    pub frames: Vec<u32>,
    /// The indices of those that may tell the author or the date: `time`, and what is named
    /// [`Hints::BYLINE`].
    pub bylines: Vec<u32>,
    /// What the head of the page, and `meta` elsewhere, said.
    pub head: Head,
    /// The page itself, its line ends normalised.
    pub source: Cow<'a, str>,
    /// Strings that do not stand in the source like this: those with character references, those
    /// made of several runs of text.
    pub strings: String,
}

impl<'a> Page<'a> {
    /// Parses a page.
    pub fn parse(source: &'a str, reading: Reading) -> Page<'a> {
        builder::build(source, reading)
    }

    /// The string of a node.
    pub fn string(&self, node: &Node) -> &str {
        self.strings_of(node).get(node.from as usize..node.to as usize).unwrap_or("")
    }

    /// The bytes of the string of a node.
    pub fn bytes(&self, node: &Node) -> &[u8] {
        let strings = self.strings_of(node).as_bytes();
        strings.get(node.from as usize..node.to as usize).unwrap_or_default()
    }

    /// What the string of a node is a part of.
    fn strings_of(&self, node: &Node) -> &str {
        if node.flags & flag::COPIED == 0 { &self.source } else { &self.strings }
    }

    /// The indices of the children of a node.
    pub fn children(&self, index: u32) -> impl Iterator<Item = u32> + '_ {
        let end = self.nodes[index as usize].end;
        let mut next = index + 1;
        std::iter::from_fn(move || {
            let here = (next < end).then_some(next)?;
            next = self.nodes[here as usize].end;
            Some(here)
        })
    }

    /// Whether one node lies in the subtree of another, or is it.
    pub fn contains(&self, outer: u32, inner: u32) -> bool {
        outer <= inner && inner < self.nodes[outer as usize].end
    }

    /// The text of the page, each block a paragraph.
    pub fn paragraphs(&self) -> String {
        let mut text = String::new();
        for node in &self.nodes {
            if node.tag == Tag::Text {
                append_words(&mut text, self.string(node));
            } else if (node.tag.is_block() || node.tag == Tag::Break) && !text.is_empty() {
                text.truncate(text.trim_end().len());
                text.push_str("\n\n");
            }
        }
        text.truncate(text.trim_end().len());
        text
    }

    /// The text of a subtree on one line.
    pub fn line(&self, index: u32, limit: usize) -> String {
        let mut line = String::new();
        for node in &self.nodes[index as usize..self.nodes[index as usize].end as usize] {
            if node.tag == Tag::Text {
                append_words(&mut line, self.string(node));
            } else if node.tag.is_block() || node.tag == Tag::Break {
                push_space(&mut line);
            }
            if line.len() > limit {
                break;
            }
        }
        line.truncate(line.trim_end().len());
        truncate(&mut line, limit);
        line
    }
}

/// Cuts a text to at most so many bytes, on a character boundary.
pub fn truncate(text: &mut String, limit: usize) {
    text.truncate(truncated(text, limit).len());
}

/// The longest beginning of a text that has at most so many bytes.
pub fn truncated(text: &str, limit: usize) -> &str {
    &text[..text.floor_char_boundary(limit)]
}
