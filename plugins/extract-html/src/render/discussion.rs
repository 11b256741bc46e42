//! The posts of a discussion in the text: who wrote each, and when, as lines of their own above or
//! below it.

use docmill_plugin::Attribute;

use super::{Kind, Open, Renderer, Signed};
use crate::dom::Node;
use crate::names::Hints;
use crate::tags::Tag;

/// The most bytes of the name of an author, and of a date.
const LONGEST_LINE: usize = 120;

impl Renderer<'_> {
    /// Begins a post, if one begins here.
    pub(super) fn begin_post(&mut self, index: u32, node: &Node) {
        while let Some((next, rest)) = self.posts.split_first()
            && next.node <= index
        {
            self.posts = rest;
            if next.node == index {
                self.post = Some(next);
                self.signed = Signed::default();
                self.block_boundary(2);
                let draft = self.begin(Kind::Post, index);
                // Below the element itself, so that it ends after it.
                self.open.push(Open {
                    end: node.end,
                    tag: Tag::Inline,
                    draft,
                    is_layout: false,
                    is_lead: false,
                });
            }
        }
    }

    /// Whether the post that is being read names its author or its date here.
    pub(super) fn is_signature(&self, index: u32) -> bool {
        self.post.is_some_and(|post| {
            post.author == Some(index) || post.date.as_ref().is_some_and(|it| it.0 == index)
        })
    }

    /// Writes the author and the date that stand between two places, each on a line of its own.
    pub(super) fn sign(&mut self, from: u32, to: u32) {
        let Some(post) = self.post else { return };
        let is_here = |it: &u32| (from..to).contains(it);
        if !self.signed.author
            && let Some(author) = post.author.filter(is_here)
        {
            self.signed.author = true;
            self.write_signature(Kind::Author, author);
        }
        if !self.signed.date
            && let Some((date, _)) = post.date.as_ref().filter(|it| is_here(&it.0))
        {
            self.signed.date = true;
            self.write_signature(Kind::Date, *date);
        }
    }

    /// Whether a box within a post says who its author is, and nothing of what he wrote: since when
    /// he is a member, how many posts he has.
    pub(super) fn is_about_author(&self, index: u32, node: &Node) -> bool {
        /// Such a box has fewer elements.
        const MOST_NODES: u32 = 200;
        let is_within_post = self.post.is_some_and(|post| post.node < index);
        if !is_within_post
            || !node.tag.is_block()
            || self.measures[index as usize].prose > 0
            || node.end - index > MOST_NODES
        {
            return false;
        }
        // Nobody writes lists of definitions into a post.
        if node.tag == Tag::Definitions {
            return true;
        }
        let first = self.signatures.partition_point(|it| *it < index);
        if self.signatures.get(first).is_none_or(|it| *it >= node.end) {
            return false;
        }
        let is_text = |at: &u32| {
            let inner = &self.page.nodes[*at as usize];
            inner.hints.any(Hints::BODY) && self.measures[*at as usize].chars > 0 && {
                let first = self.signatures.partition_point(|it| it < at);
                self.signatures.get(first).is_none_or(|it| *it >= inner.end)
            }
        };
        !(index..node.end).any(|at| is_text(&at))
    }

    fn write_signature(&mut self, kind: Kind, index: u32) {
        self.block_boundary(2);
        let draft = self.begin(kind, index);
        let line = self.page.line(index, LONGEST_LINE);
        self.write(&line, false);
        self.block_boundary(2);
        if let Some(draft) = draft {
            self.close_draft(draft);
        }
    }

    /// Who wrote a post, and when.
    pub(super) fn attributes_of_post(&self, node: u32) -> Vec<Attribute> {
        let Ok(at) = self.all_posts.binary_search_by_key(&node, |post| post.node) else {
            return Vec::new();
        };
        let post = &self.all_posts[at];
        let author = post.author.map(|author| self.page.line(author, LONGEST_LINE));
        let date = post.date.as_ref().and_then(|(_, date)| date.clone());
        let author = author.filter(|it| !it.is_empty()).map(|it| Attribute::new("author", it));
        author.into_iter().chain(date.map(|it| Attribute::new("date", it))).collect()
    }
}
