//! When the article was published and changed, as far as the page tells, and what tells it.

use std::collections::BTreeSet;

use super::{Facts, language_tag};
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

impl Facts<'_> {
    /// How the page is written whose language is known: by what it declares about its country, if that is its language.
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
        let shown = selection.and_then(|selection| self.shown_date(selection, rendered, order));
        let stated = [
            (self.published(shown.as_ref().map(|it| it.0.as_str()), order), "json-ld"),
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
        shown.or_else(|| {
            let date = self.identifier().and_then(|address| dates::of_address(&address))?;
            Some((date, "address"))
        })
    }

    /// What JSON-LD says. Programs state of every page when it was put up, of the front page and of the one with the address of the
    /// owner, too: it is the date of an article only where readers see that day, or the page says that it is one.
    fn published(&self, shown: Option<&str>, order: Order) -> Option<&str> {
        let stated = self.of_article("datePublished")?;
        let day = || dates::normalize(stated, order).map(|date| date[..10].to_owned());
        let is_meant = !self.is_only_page
            || self.page_type == Some(PageType::Article)
            || shown.is_some_and(|shown| day().is_some_and(|day| shown.starts_with(&day)));
        is_meant.then_some(stated)
    }

    /// Whether the page is where its site begins.
    fn is_front_page(&self) -> bool {
        let address = self.identifier();
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
        // What such pages show are the dates of reviews and offers, of the last change, and of what they list.
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
        // A discussion is as old as its first post, wherever that is shown; a list of news has no date.
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
        // New ones build lines of boxes without names: one near the headline that is a date.
        let line_of_its_own = || {
            let headline = selection.headline?;
            let near = headline.saturating_sub(ABOVE_HEADLINE)..headline + NEAR_HEADLINE;
            let texts = nodes.get(near.start as usize..(near.end as usize).min(nodes.len()))?;
            let mut lines = texts
                .iter()
                .filter(|node| node.tag == Tag::Text)
                .map(|node| self.page.string(node).trim())
                .filter(|line| line.len() < 60 && line.split_whitespace().count() <= 6);
            lines.find_map(|line| dates::find(line, order))
        };
        let told = |date: Option<String>, source| date.map(|date| (date, source));
        told(published.or_else(time), "markup")
            .or_else(|| told(dateline(), "dateline"))
            .or_else(|| told(line_of_its_own().or_else(first_lines), "text"))
    }

    pub(super) fn modified(&self, order: Order) -> Option<String> {
        [self.of_article("dateModified"), self.page.head.meta(MetaName::Modified)]
            .into_iter()
            .flatten()
            .find_map(|date| dates::normalize(date, order))
    }
}
