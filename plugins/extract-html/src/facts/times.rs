//! When the article was published and changed, as far as the page tells, and what tells it.

use std::cell::LazyCell;
use std::collections::BTreeSet;

use docmill_text::language_tag;

use super::Facts;
use crate::dates::{self, Order};
use crate::head::MetaName;
use crate::names::Hints;
use crate::page_type::PageType;
use crate::render::Rendered;
use crate::select::Selection;
use crate::tags::Tag;

/// So many nodes before the headline a `time` still belongs to it.
const ABOVE_HEADLINE: u32 = 40;
/// So many nodes behind the headline a box with a name like `date` still belongs to it.
const NEAR_HEADLINE: u32 = 120;
/// What is read whole and has no more bytes is a notice of a few lines, and no list.
const LONGEST_NOTICE: usize = 1_500;
/// So many `time` elements are looked at, and a page with more different days than this is a list.
const MOST_TIMES: usize = 24;
const MOST_DAYS: usize = 4;

/// The date that readers see, and where.
type Shown = Option<(String, &'static str)>;

impl Facts<'_> {
    /// How the page is written whose language is known: by what it declares about its country, if
    /// that is its language.
    pub(super) fn order(&self, language: Option<&str>) -> Order {
        let locale = self.page.head.meta(MetaName::OgLocale).and_then(language_tag);
        let tag = match (&locale, language) {
            (Some(locale), Some(language)) if locale.starts_with(language) => locale,
            (_, Some(language)) => language,
            _ => "",
        };
        Order::of_language(tag)
    }

    /// When the article was published, and what says so.
    pub(super) fn date(
        &self,
        selection: Option<&Selection>,
        rendered: &Rendered,
        order: Order,
    ) -> Option<(String, &'static str)> {
        // The front page of a site is of today, whatever it states.
        if self.is_front_page() && self.page_type != Some(PageType::Article) {
            return None;
        }
        let head = &self.page.head;
        // Most pages state their date, and need not be searched for one.
        let shown = LazyCell::new(|| self.shown_date(selection?, rendered, order));
        let stated = [
            (self.published(&shown, order), "json-ld"),
            (head.meta(MetaName::Published), "meta"),
            (head.meta(MetaName::Date), "meta"),
            (self.of_article("dateCreated").filter(|_| !self.is_only_page), "json-ld"),
        ];
        let mut dates = stated
            .into_iter()
            .filter_map(|(date, source)| Some((dates::normalize(date?, order)?, source)));
        if let Some(first) = dates.next() {
            // Another source may know the hour of the same day.
            let precise = dates.find(|it| it.0.len() > first.0.len() && it.0.starts_with(&first.0));
            return Some(precise.unwrap_or(first));
        }
        (*shown).clone().or_else(|| {
            let date = self.address().and_then(|address| dates::of_address(&address))?;
            Some((date, "address"))
        })
    }

    /// What JSON-LD says. Programs state of every page when it was put up, of the front page and of
    /// the one with the address of the owner, too: it is the date of an article only where readers
    /// see that day, or the page says that it is one.
    fn published<F>(&self, shown: &LazyCell<Shown, F>, order: Order) -> Option<&str>
    where
        F: FnOnce() -> Shown,
    {
        let stated = self.of_article("datePublished")?;
        let is_seen = || {
            let (date, (shown, _)) =
                (dates::normalize(stated, order)?, LazyCell::force(shown).as_ref()?);
            Some(date[..10] == shown[..10])
        };
        let is_article = !self.is_only_page || self.page_type == Some(PageType::Article);
        (is_article || is_seen() == Some(true)).then_some(stated)
    }

    /// Whether the page is where its site begins.
    fn is_front_page(&self) -> bool {
        let address = self.address();
        let rest = address.as_deref().and_then(|it| it.split_once("://")).map(|it| it.1);
        rest.is_some_and(|rest| rest.trim_end_matches('/').bytes().all(|it| !b"/?#".contains(&it)))
    }

    /// The date that readers see.
    pub(super) fn shown_date(
        &self,
        selection: &Selection,
        rendered: &Rendered,
        order: Order,
    ) -> Option<(String, &'static str)> {
        // What such pages show are the dates of reviews and offers, of the last change, and of what
        // they list.
        let is_discussion = self.page_type.is_some_and(PageType::is_discussion);
        let is_undated = matches!(
            self.page_type,
            Some(PageType::Product | PageType::Collection | PageType::Documentation)
        );
        let is_list = selection.is_whole && rendered.text.len() > LONGEST_NOTICE;
        if is_undated || is_list && !is_discussion {
            return None;
        }
        let nodes = &self.page.nodes;
        let string_or_line = |index: u32| {
            let node = &nodes[index as usize];
            let string = if node.tag == Tag::Time { self.page.string(node) } else { "" };
            let line = || self.page.line(index, 200);
            dates::normalize(string, order).or_else(|| dates::find(&line(), order))
        };
        let end = nodes[selection.body as usize].end;
        let from = selection.headline.unwrap_or(selection.body).min(selection.body);
        // Just above the headline is where many templates put it.
        let above = from.saturating_sub(ABOVE_HEADLINE);
        let published = self
            .bylines(0..end, |node| node.hints.any(Hints::PUBLISHED))
            .take(8)
            .find_map(string_or_line);
        let times: Vec<String> = self
            .bylines(above..end, |node| node.tag == Tag::Time)
            .take(MOST_TIMES)
            .filter_map(string_or_line)
            .collect();
        // A discussion is as old as its first post, wherever that is shown; a list of news has no
        // date.
        let days = || times.iter().map(|time| &time[..10]).collect::<BTreeSet<_>>().len();
        let time = || {
            if is_discussion {
                times.iter().min().cloned()
            } else {
                times.first().filter(|_| days() <= MOST_DAYS).cloned()
            }
        };
        let dateline = || {
            let near = (from + NEAR_HEADLINE).min(end);
            let named = self.bylines(above..near, |node| node.hints.any(Hints::DATELINE)).take(12);
            let mut lines = named.map(|index| self.page.line(index, 120));
            lines.find_map(|line| dates::find(&line, order)).or_else(|| {
                let mut asides = rendered.asides.iter().filter(|aside| aside.kind == "dateline");
                asides.find_map(|aside| dates::find(&aside.text, order))
            })
        };
        // Old pages have no names for anything, only a short line near the top.
        let first_lines = || {
            let mut lines = rendered.text.lines().filter(|line| !line.is_empty()).take(4);
            lines.find_map(|line| {
                let is_short = line.len() < 80 && line.split_whitespace().count() <= 9;
                if is_short { dates::find(line, order) } else { None }
            })
        };
        let told = |date: Option<String>, source| date.map(|date| (date, source));
        told(published.or_else(time), "markup")
            .or_else(|| told(dateline(), "dateline"))
            .or_else(|| told(self.line_of_its_own(selection, order).or_else(first_lines), "text"))
    }

    /// The date in a line of its own near the headline: new pages build such lines of boxes without
    /// names.
    fn line_of_its_own(&self, selection: &Selection, order: Order) -> Option<String> {
        let nodes = &self.page.nodes;
        let headline = selection.headline?;
        // What stands around the headline, but not what stands around all of the page.
        let parent = nodes[headline as usize].parent;
        let outer = nodes[parent as usize].parent;
        let is_page =
            |index: u32| matches!(nodes[index as usize].tag, Tag::Root | Tag::Html | Tag::Body);
        let around = if is_page(outer) { parent } else { outer };
        let around = if is_page(around) { headline } else { around };
        let from = around.max(headline.saturating_sub(ABOVE_HEADLINE));
        let end = nodes[selection.body as usize].end.max(nodes[around as usize].end);
        let to = end.min(headline + NEAR_HEADLINE);
        // Who owns the page since when, what else there is to read.
        let is_elsewhere = |index: u32| {
            let mut at = index;
            while at > 0 {
                let node = &nodes[at as usize];
                if node.hints.any(Hints::BOILERPLATE) && !node.hints.any(Hints::DATELINE) {
                    return true;
                }
                at = node.parent;
            }
            false
        };
        let mut lines = (from..to).filter(|index| nodes[*index as usize].tag == Tag::Text);
        lines.find_map(|index| {
            let line = self.page.string(&nodes[index as usize]).trim();
            let is_short = line.len() < 60 && line.split_whitespace().count() <= 6;
            let date = if is_short { dates::find(line, order) } else { None };
            date.filter(|_| !is_elsewhere(index))
        })
    }

    pub(super) fn modified(&self, order: Order) -> Option<String> {
        [self.of_article("dateModified"), self.page.head.meta(MetaName::Modified)]
            .into_iter()
            .flatten()
            .find_map(|date| dates::normalize(date, order))
    }
}
