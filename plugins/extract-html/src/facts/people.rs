//! Who wrote the article, as far as the page tells.

use super::{Facts, MAX_CREATORS, MAX_STATEMENT, clean};
use crate::authors;
use crate::head::MetaName;
use crate::json_ld::Kind;
use crate::names::Hints;
use crate::select::{Selection, fold};
use crate::tags::Tag;

/// So many nodes behind the headline a line `By …` is looked for.
const NEAR_HEADLINE: u32 = 120;

impl Facts<'_> {
    pub(super) fn creators(&self, selection: Option<&Selection>) -> Vec<String> {
        let stated = self.authors();
        let of_people = stated.iter().filter(|(_, is_organization)| !is_organization);
        let of_people: Vec<String> = of_people.flat_map(|(name, _)| authors::names(name)).collect();
        let metas = self.page.head.metas(MetaName::Author).take(MAX_CREATORS);
        let metas = metas.filter_map(|it| clean(it, MAX_STATEMENT));
        let metas: Vec<String> = metas.flat_map(|it| authors::names(&it)).collect();
        // Programs state the name of the site where nobody is named; the page may name somebody.
        let people = |names: &[String]| -> Vec<String> {
            names.iter().filter(|name| !self.is_site_exactly(name)).cloned().collect()
        };
        let mut creators = people(&of_people);
        if creators.is_empty() {
            creators = people(&metas);
        }
        if creators.is_empty()
            && let Some(selection) = selection
        {
            creators = self.signed(selection);
        }
        if creators.is_empty() {
            creators = if of_people.is_empty() { metas } else { of_people };
        }
        if creators.is_empty() {
            creators.extend(stated.into_iter().map(|(name, _)| name));
        }
        let mut seen = Vec::new();
        creators.retain(|creator| {
            let folded = fold(creator);
            let is_new = !folded.is_empty() && !seen.contains(&folded);
            seen.push(folded);
            is_new
        });
        creators.truncate(MAX_CREATORS);
        creators
    }

    /// The people who wrote the article, by their first and last names, as the page states for
    /// machines.
    pub fn stated_authors(&self) -> Vec<String> {
        let stated = self.authors().into_iter().filter(|(_, is_organization)| !is_organization);
        let metas = self.page.head.metas(MetaName::Author).take(MAX_CREATORS);
        let metas = metas.filter_map(|it| clean(it, MAX_STATEMENT));
        let names = stated.map(|(name, _)| name).chain(metas).flat_map(|it| authors::names(&it));
        names.filter(|name| name.contains(' ')).take(MAX_CREATORS).collect()
    }

    /// The authors that the page shows: in an element that is named so, or in a short line `By …`
    /// near the headline.
    pub(super) fn signed(&self, selection: &Selection) -> Vec<String> {
        let from = selection.headline.unwrap_or(selection.body).min(selection.body);
        let end = self.page.nodes[selection.body as usize].end;
        // Some sign at the end.
        let end = (end + 200).min(self.page.nodes.len() as u32);
        let named = self
            .bylines(from..end, |node| node.hints.any(Hints::AUTHOR))
            .take(8)
            .map(|index| self.page.line(self.name_within(index), MAX_STATEMENT))
            // A box about the author, or one that names the date as well, is not a name.
            .filter(|line| {
                (2..90).contains(&line.len()) && !line.bytes().any(|byte| byte.is_ascii_digit())
            })
            .map(|line| authors::names(&line))
            .find(|names| !names.is_empty());
        named.or_else(|| self.linked(from)).unwrap_or_else(|| {
            let near = (end - from).min(NEAR_HEADLINE);
            let blocks = (from..from + near).filter(|index| {
                let node = &self.page.nodes[*index as usize];
                node.tag.is_block() && node.end - index <= 12
            });
            let lines = blocks.map(|index| self.page.line(index, MAX_STATEMENT));
            lines
                .filter(|line| line.len() < 80 && !line.ends_with('.'))
                .filter_map(|line| {
                    let names = authors::names(authors::without_preposition(&line)?);
                    let is_capitalised = names.iter().all(|name| {
                        name.split_whitespace().count() >= 2
                            && name
                                .split_whitespace()
                                .all(|word| word.starts_with(char::is_uppercase))
                    });
                    (is_capitalised && !names.is_empty()).then_some(names)
                })
                .next()
                .unwrap_or_default()
        })
    }

    /// Of a box about an author what leads to his page, if that is his name.
    fn name_within(&self, index: u32) -> u32 {
        let end = self.page.nodes[index as usize].end;
        let links = (index + 1..end).filter(|at| self.page.nodes[*at as usize].tag == Tag::Link);
        let mut names = links.take(4).filter(|at| is_full_name(&self.page.line(*at, 80)));
        names.next().unwrap_or(index)
    }

    /// The names near the headline that lead to a page of their author: `/authors/ada-quay`.
    fn linked(&self, from: u32) -> Option<Vec<String>> {
        const FOLDERS: [&str; 9] = [
            "author", "authors", "autor", "autoren", "autores", "auteur", "auteurs", "autore",
            "writers",
        ];
        let near = from.saturating_sub(NEAR_HEADLINE / 2)..from + NEAR_HEADLINE;
        let near = near.start..near.end.min(self.page.nodes.len() as u32);
        let leads_to_author = |index: &u32| {
            let node = &self.page.nodes[*index as usize];
            let mut folders = self.page.string(node).split(['/', '?']);
            node.tag == Tag::Link && folders.any(|folder| FOLDERS.contains(&folder))
        };
        let names = near.filter(leads_to_author).map(|index| self.page.line(index, 80));
        let names: Vec<String> =
            names.filter(|it| is_full_name(it)).flat_map(|it| authors::names(&it)).collect();
        (!names.is_empty()).then_some(names)
    }

    /// The authors that JSON-LD states, and whether each is an organization.
    pub(super) fn authors(&self) -> Vec<(String, bool)> {
        let is_organization = |value: usize| {
            self.json.kind(value) == Kind::Object
                && self.json.is_a(value, |kind| kind.ends_with("Organization"))
        };
        self.named("author").map(|(name, value)| (name, is_organization(value))).collect()
    }
}

/// Whether a text is made of two to five words that all begin like names: `Ada de Quay`.
fn is_full_name(text: &str) -> bool {
    /// The longest word of a name that may be small.
    const PARTICLE: usize = 3;
    let mut words = text.split_whitespace();
    let count = words.clone().count();
    (2..=5).contains(&count)
        && words.all(|word| word.starts_with(char::is_uppercase) || word.len() <= PARTICLE)
        && !text.contains(|it: char| it.is_ascii_digit())
}
