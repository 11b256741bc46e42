//! The posts of a discussion: where each lies, and where it names its author and its date.
//!
//! Every post has both, whatever program wrote the page: the posts are those children of one
//! element that have them and, together, most to say.

use std::collections::BTreeMap;

use crate::dates::{self, Order};
use crate::dom::Page;
use crate::measure::Measure;
use crate::names::Hints;
use crate::tags::Tag;

/// A discussion has at least so many posts.
const FEWEST: usize = 2;
/// A long post is no more of one than this much prose.
const MOST_PROSE: u32 = 500;
/// So many places that may name an author or a date are looked at.
const MOST_BYLINES: usize = 4_000;
/// A name has at most so many letters, a date so many.
const LONGEST_NAME: u32 = 40;
const LONGEST_DATE: u32 = 60;

/// The posts of a discussion.
#[derive(Debug, Default)]
pub struct Posts {
    /// What lies around all of them.
    pub list: u32,
    /// In the order of the page, none inside another.
    pub posts: Vec<Post>,
    /// All places that name an author or a date.
    pub signatures: Vec<u32>,
}

/// A post.
#[derive(Debug, Clone)]
pub struct Post {
    pub node: u32,
    /// Where its author is named.
    pub author: Option<u32>,
    /// Where its date stands, and the date.
    pub date: Option<(u32, Option<String>)>,
}

impl Posts {
    /// Finds the posts of a page that is a discussion.
    pub fn find(page: &Page, measures: &[Measure]) -> Option<Posts> {
        let order = Order::of_language(page.head.lang.as_deref().unwrap_or_default());
        let mut is_signed = vec![false; page.nodes.len()];
        let mut places = Vec::new();
        for index in candidates(page) {
            let Some(signature) = Signature::of(page, measures, index, order) else { continue };
            places.push((index, signature));
            let mut at = index as usize;
            while at > 0 && !is_signed[at] {
                is_signed[at] = true;
                at = page.nodes[at].parent as usize;
            }
        }
        let mut lists: BTreeMap<u32, (usize, u32)> = BTreeMap::new();
        for (index, node) in page.nodes.iter().enumerate().skip(1) {
            if is_signed[index] && node.tag.is_block() && measures[index].prose > 0 {
                let (count, prose) = lists.entry(node.parent).or_default();
                *count += 1;
                *prose += measures[index].prose.min(MOST_PROSE);
            }
        }
        let lists = lists.into_iter().filter(|(_, (count, _))| *count >= FEWEST);
        let (list, _) = lists.max_by_key(|(list, (_, prose))| (*prose, *list))?;
        let posts: Vec<Post> = page
            .children(list)
            .filter(|child| is_signed[*child as usize])
            .map(|node| Post::of(page, measures, node, &places))
            .collect();
        let named = places.iter().filter(|(_, it)| !matches!(it, Signature::Link));
        let mut signatures: Vec<u32> = named.map(|(index, _)| *index).collect();
        signatures.extend(posts.iter().filter_map(|post| post.author));
        signatures.sort_unstable();
        Some(Posts { list, posts, signatures })
    }
}

impl Post {
    fn of(page: &Page, measures: &[Measure], node: u32, places: &[(u32, Signature)]) -> Post {
        let end = page.nodes[node as usize].end;
        let from = places.partition_point(|(index, _)| *index < node);
        let to = places.partition_point(|(index, _)| *index < end);
        let places = &places[from..to];
        let is = |wanted: fn(&Signature) -> bool| places.iter().find(move |(_, it)| wanted(it));
        let author = is(|it| matches!(it, Signature::Author))
            .or_else(|| is(|it| matches!(it, Signature::Link)))
            .map(|(index, _)| innermost_name(page, measures, *index));
        let date = places.iter().find_map(|(index, it)| match it {
            Signature::Date(date) => Some((*index, date.clone())),
            _ => None,
        });
        Post { node, author, date }
    }
}

/// What may name an author or a date: what is named so, and links, in the order of the page.
fn candidates(page: &Page) -> Vec<u32> {
    let is_profile = |index: &u32| {
        let node = &page.nodes[*index as usize];
        node.tag == Tag::Link && leads_to_member(page.string(node))
    };
    let links = (0..page.nodes.len() as u32).filter(is_profile);
    let mut found: Vec<u32> = page.bylines.iter().copied().chain(links).collect();
    found.sort_unstable();
    found.dedup();
    found.truncate(MOST_BYLINES);
    found
}

/// Whether an address is that of somebody who takes part, in any of the programs for discussions.
fn leads_to_member(address: &str) -> bool {
    const FOLDERS: [&str; 9] = [
        "u",
        "user",
        "users",
        "member",
        "members",
        "profile",
        "member.php",
        "memberlist.php",
        "profile.php",
    ];
    address.split(['/', '?']).any(|part| FOLDERS.contains(&part))
}

/// Of a box about an author the name alone.
fn innermost_name(page: &Page, measures: &[Measure], index: u32) -> u32 {
    let mut name = index;
    let mut end = page.nodes[index as usize].end;
    let mut at = index + 1;
    while at < end {
        let node = &page.nodes[at as usize];
        let is_name = node.tag == Tag::Link || node.hints.any(Hints::AUTHOR);
        if is_name && (2..=LONGEST_NAME).contains(&measures[at as usize].chars) {
            (name, end) = (at, node.end);
        }
        at += 1;
    }
    name
}

/// What a place in a page says about a post.
#[derive(Debug)]
enum Signature {
    /// Somebody, by its name.
    Author,
    /// Somebody, by where it leads.
    Link,
    /// The date, if it can be told.
    Date(Option<String>),
}

impl Signature {
    fn of(page: &Page, measures: &[Measure], index: u32, order: Order) -> Option<Signature> {
        /// A name in a sentence is no signature: so many letters more than the name around it.
        const BESIDE_NAME: u32 = 15;
        let (node, measure) = (&page.nodes[index as usize], &measures[index as usize]);
        if node.tag == Tag::Time {
            let date = dates::normalize(page.string(node), order)
                .or_else(|| dates::find(&page.line(index, 80), order));
            return (1..=LONGEST_DATE).contains(&measure.chars).then_some(Signature::Date(date));
        }
        if node.hints.any(Hints::AUTHOR) && (1..=LONGEST_NAME).contains(&measure.chars) {
            return Some(Signature::Author);
        }
        if node.tag == Tag::Link && !node.hints.any(Hints::DATELINE) {
            let around = measures[node.parent as usize].chars;
            let is_alone = around <= measure.chars + BESIDE_NAME;
            return ((2..=LONGEST_NAME).contains(&measure.chars) && is_alone)
                .then_some(Signature::Link);
        }
        if !(6..=LONGEST_DATE).contains(&measure.chars) {
            return None;
        }
        dates::find(&page.line(index, 80), order).map(|date| Signature::Date(Some(date)))
    }
}
