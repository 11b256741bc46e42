//! Who wrote the article, as far as the page tells.

use super::{Facts, MAX_CREATORS, MAX_STATEMENT, clean};
use crate::authors;
use crate::head::MetaName;
use crate::json_ld::Kind;
use crate::names::Hints;
use crate::select::{Selection, fold};

/// So many nodes behind the headline a line `By …` is looked for.
const NEAR_HEADLINE: u32 = 120;

impl Facts<'_> {
    pub(super) fn creators(&self, selection: Option<&Selection>) -> Vec<String> {
        let stated = self.authors();
        let of_people = stated.iter().filter(|(_, is_organization)| !is_organization);
        let mut creators: Vec<String> =
            of_people.flat_map(|(name, _)| authors::names(name)).collect();
        if creators.is_empty() {
            let metas = self.page.head.metas(MetaName::Author).take(MAX_CREATORS);
            let metas = metas.filter_map(|it| clean(it, MAX_STATEMENT));
            creators.extend(metas.flat_map(|it| authors::names(&it)));
        }
        if creators.is_empty()
            && let Some(selection) = selection
        {
            creators = self.signed(selection);
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

    /// The people who wrote the article, by their first and last names, as the page states for machines.
    pub fn stated_authors(&self) -> Vec<String> {
        let stated = self.authors().into_iter().filter(|(_, is_organization)| !is_organization);
        let metas = self.page.head.metas(MetaName::Author).take(MAX_CREATORS);
        let metas = metas.filter_map(|it| clean(it, MAX_STATEMENT));
        let names = stated.map(|(name, _)| name).chain(metas).flat_map(|it| authors::names(&it));
        names.filter(|name| name.contains(' ')).take(MAX_CREATORS).collect()
    }

    /// The authors that the page shows: in an element that is named so, or in a short line `By …` near the headline.
    pub(super) fn signed(&self, selection: &Selection) -> Vec<String> {
        let from = selection.headline.unwrap_or(selection.body).min(selection.body);
        let end = self.page.nodes[selection.body as usize].end;
        // Some sign at the end.
        let end = (end + 200).min(self.page.nodes.len() as u32);
        let named = self
            .bylines(from..end, |node| node.hints.any(Hints::AUTHOR))
            .take(8)
            .map(|index| self.page.line(index, MAX_STATEMENT))
            // A box about the author, or one that names the date as well, is no name.
            .filter(|line| {
                (2..90).contains(&line.len()) && !line.bytes().any(|byte| byte.is_ascii_digit())
            })
            .map(|line| authors::names(&line))
            .find(|names| !names.is_empty());
        named.unwrap_or_else(|| {
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

    /// The authors that JSON-LD states, and whether each is an organization.
    pub(super) fn authors(&self) -> Vec<(String, bool)> {
        let is_organization = |value: usize| {
            self.json.kind(value) == Kind::Object
                && self.json.is_a(value, |kind| kind.ends_with("Organization"))
        };
        self.named("author").map(|(name, value)| (name, is_organization(value))).collect()
    }
}
