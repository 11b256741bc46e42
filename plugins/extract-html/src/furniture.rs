//! What stands around an article and has no telling name: what readers wrote below it, and cards
//! that lead to other articles.
//!
//! Both are known by what they are made of, many times over, and get the hints that a name would
//! give them.

use std::collections::BTreeMap;

use docmill_text::lists::{Row, count, rows};

use crate::dom::Page;
use crate::names::Hints;
use crate::tags::{Classes, Tag};

/// What the link below a comment says.
const REPLY_LIST: &str = include_str!("furniture/replies.tsv");
static REPLIES: [Row; count(REPLY_LIST)] = rows(REPLY_LIST);

/// So many replies in one list make it a list of comments.
const FEWEST_REPLIES: usize = 3;

/// The longest word for a reply, in bytes.
const LONGEST_REPLY: usize = 24;

/// A card has fewer letters; what has more is an article whose headline is a link to itself.
const LONGEST_CARD: usize = 1_500;

/// So many elements of an article are looked at for what makes it a card, and so many headings for
/// the main one.
const MOST_NODES: usize = 400;
const MOST_HEADINGS: usize = 50;

/// Gives hints to what has no name.
pub fn name(page: &mut Page<'_>) {
    for list in lists_of_comments(page) {
        page.nodes[list as usize].hints.add(Hints::COMMENTS);
    }
    for card in cards(page) {
        page.nodes[card as usize].hints.add(Hints::CARD);
    }
}

/// Lists of which several entries end with a link to reply. A page that is a discussion says so,
/// and keeps them.
fn lists_of_comments(page: &Page) -> Vec<u32> {
    let mut replies: BTreeMap<u32, usize> = BTreeMap::new();
    for node in page.nodes.iter().filter(|node| node.tag == Tag::Text) {
        if (node.to - node.from) as usize > LONGEST_REPLY || !is_reply(page.string(node).trim()) {
            continue;
        }
        let mut at = node.parent;
        while at > 0 && !matches!(page.nodes[at as usize].tag, Tag::Item | Tag::Article) {
            at = page.nodes[at as usize].parent;
        }
        if at > 0 {
            *replies.entry(page.nodes[at as usize].parent).or_default() += 1;
        }
    }
    let holds_headline = |list: u32| {
        page.headings
            .iter()
            .take(MOST_HEADINGS)
            .any(|it| page.nodes[*it as usize].tag == Tag::Heading1 && page.contains(list, *it))
    };
    replies
        .into_iter()
        .filter(|(list, count)| *count >= FEWEST_REPLIES && !holds_headline(*list))
        .map(|(list, _)| list)
        .collect()
}

fn is_reply(text: &str) -> bool {
    REPLIES.iter().any(|reply| reply.key.eq_ignore_ascii_case(text))
}

/// Short articles below a heading that is a link, on a page whose main heading stands elsewhere.
fn cards(page: &Page) -> Vec<u32> {
    let is_main = |it: &&u32| page.nodes[**it as usize].tag == Tag::Heading1;
    let Some(&main) = page.headings.iter().find(is_main) else { return Vec::new() };
    let is_card = |article: u32| {
        let end = page.nodes[article as usize].end;
        let inner = &page.nodes[article as usize..end as usize];
        if inner.len() > MOST_NODES {
            return false;
        }
        let mut letters = 0;
        let mut heading_end = None;
        let mut is_linked = false;
        for (offset, node) in inner.iter().enumerate() {
            let at = article + offset as u32;
            if node.hints.any(Hints::ARTICLE_BODY) {
                return false;
            }
            if heading_end.is_none() && node.tag.is(Classes::HEADING) {
                heading_end = Some(node.end);
                let parent = &page.nodes[node.parent as usize];
                is_linked = parent.tag == Tag::Link;
            }
            if node.tag == Tag::Link && heading_end.is_some_and(|end| at < end) {
                is_linked = true;
            }
            if node.tag == Tag::Text {
                letters += (node.to - node.from) as usize;
            }
            if letters > LONGEST_CARD {
                return false;
            }
        }
        is_linked
    };
    let articles = page.frames.iter().copied();
    articles
        .filter(|it| page.nodes[*it as usize].tag == Tag::Article && !page.contains(*it, main))
        .filter(|it| is_card(*it))
        .collect()
}
