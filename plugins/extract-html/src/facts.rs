//! What a page states about its article: title, authors, dates and the like, from several sources in order of trust.

use std::ops::Range;

use docmill_plugin::Attribute;
use memchr::memchr2;

use crate::dates;
use crate::dom::{Node, Page, truncate};
use crate::head::MetaName;
use crate::json_ld::{JsonLd, Kind};
use crate::links;
use crate::names::Hints;
use crate::render::Rendered;
use crate::select::{Selection, fold};
use crate::tags::Tag;
use crate::whitespace::append_words;

/// The most values of `creator` and of `subject`.
const MAX_CREATORS: usize = 16;
const MAX_SUBJECTS: usize = 32;
/// The most bytes of a title, of a name or keyword, and of a description.
const MAX_TITLE: usize = 500;
const MAX_NAME: usize = 120;
const MAX_DESCRIPTION: usize = 2_000;

/// What the page states for machines.
pub struct Facts<'a> {
    page: &'a Page<'a>,
    json: JsonLd,
    /// The object that describes the article.
    article: Option<usize>,
    sites: Vec<String>,
    /// What the page calls itself, most trusted first, without the name of the site.
    pub titles: Vec<String>,
    /// How the page sums itself up.
    pub description: Option<String>,
}

impl<'a> Facts<'a> {
    /// Reads what the page states.
    pub fn of(page: &'a Page<'a>) -> Facts<'a> {
        let json = JsonLd::read(page.head.json_ld.as_bytes());
        let article = json
            .objects()
            .find(|object| {
                json.is_a(*object, |kind| {
                    kind.ends_with("Article") || kind.ends_with("Posting") || kind == "Report"
                })
            })
            .or_else(|| json.objects().find(|object| json.is_a(*object, |kind| kind == "WebPage")));
        let mut facts =
            Facts { page, json, article, sites: Vec::new(), titles: Vec::new(), description: None };
        let head = &page.head;
        facts.sites = facts.publishers();
        let og = head.meta(MetaName::OgTitle).and_then(|it| clean(it, MAX_TITLE));
        let headline = facts.of_article("headline").and_then(|it| clean(it, MAX_TITLE));
        let other = head.meta(MetaName::OtherTitle).and_then(|it| clean(it, MAX_TITLE));
        let element = clean(&head.title, MAX_TITLE);
        let stated = [og, headline, other].into_iter().flatten().map(|it| facts.without_site(&it));
        let mut titles: Vec<String> = stated.collect();
        titles.extend(element.map(|title| first_part(&facts.without_site(&title)).to_owned()));
        facts.titles = titles;
        let description = [
            head.meta(MetaName::OgDescription),
            head.meta(MetaName::Description),
            facts.of_article("description"),
        ]
        .into_iter()
        .flatten()
        .find_map(|it| clean(it, MAX_DESCRIPTION));
        facts.description = description;
        facts
    }

    fn of_article(&self, key: &str) -> Option<&str> {
        self.json.get_text(self.article?, key)
    }

    /// The names that a value of the article stands for: strings, objects with a name, or references to such objects.
    fn names(&self, key: &str) -> Vec<String> {
        let Some(value) = self.article.and_then(|article| self.json.get(article, key)) else {
            return Vec::new();
        };
        let name = |value: usize| {
            if self.json.kind(value) == Kind::Scalar {
                return clean(self.json.text(value), MAX_NAME);
            }
            let name = self.json.get_text(value, "name").or_else(|| {
                let id = self.json.get_text(value, "@id")?;
                self.json
                    .objects()
                    .filter(|object| self.json.get_text(*object, "@id") == Some(id))
                    .find_map(|object| self.json.get_text(object, "name"))
            });
            name.and_then(|name| clean(name, MAX_NAME))
        };
        self.json.each(value).take(MAX_CREATORS).filter_map(name).collect()
    }

    fn publishers(&self) -> Vec<String> {
        let head = &self.page.head;
        let metas = head.metas(MetaName::SiteName).chain(head.metas(MetaName::Publisher));
        let metas = metas.filter(|it| !is_address(it)).filter_map(|it| clean(it, MAX_NAME));
        self.names("publisher").into_iter().chain(metas.take(4)).collect()
    }

    /// The title without ` | Site` at its end.
    fn without_site(&self, title: &str) -> String {
        let mut title = title;
        while let Some((at, separator)) = last_separator(title) {
            let last = fold(&title[at + separator.len()..]);
            let is_site = !last.is_empty()
                && self.sites.iter().any(|site| {
                    let site = fold(site);
                    !site.is_empty()
                        && (site == last || site.contains(&last) || last.contains(&site))
                });
            if !is_site || at == 0 {
                break;
            }
            title = title[..at].trim_end();
        }
        title.to_owned()
    }

    /// The base for relative links.
    pub fn base(&self) -> Option<String> {
        let head = &self.page.head;
        let page = self.identifier();
        match &head.base {
            Some(base) => links::http(base)
                .or_else(|| links::resolve(base, page.as_deref()).and_then(|it| links::http(&it)))
                .or(page),
            None => page,
        }
    }

    fn identifier(&self) -> Option<String> {
        let head = &self.page.head;
        let canonical = head.canonical.as_deref();
        let og = head.meta(MetaName::OgUrl);
        let relative = || {
            let base = links::http(og.or(head.base.as_deref())?)?;
            links::resolve(canonical?, Some(&base)).and_then(|it| links::http(&it))
        };
        canonical
            .and_then(links::http)
            .or_else(relative)
            .or_else(|| og.and_then(links::http))
            .or_else(|| self.of_article("url").and_then(links::http))
            .or_else(|| self.of_article("mainEntityOfPage").and_then(links::http))
    }

    /// The attributes of the document.
    pub fn attributes(&self, selection: &Selection, rendered: &Rendered) -> Vec<Attribute> {
        let mut attributes = Vec::new();
        let mut add = |name: &str, value: Option<String>| {
            if let Some(value) = value {
                attributes.push(Attribute { name: name.to_owned(), value });
            }
        };
        add("title", self.title(selection, &rendered.text));
        for creator in self.creators(selection) {
            add("creator", Some(creator));
        }
        add("date", self.date(selection, rendered));
        add("modified", self.modified());
        add("publisher", self.sites.first().cloned());
        add("description", self.description.clone());
        add("identifier", self.identifier());
        for subject in self.subjects() {
            add("subject", Some(subject));
        }
        attributes
    }

    fn title(&self, selection: &Selection, text: &str) -> Option<String> {
        let head = &self.page.head;
        let is_stated = head.meta(MetaName::OgTitle).is_some()
            || self.of_article("headline").is_some()
            || head.meta(MetaName::OtherTitle).is_some();
        let headline = || {
            let line = self.page.line(selection.headline?, MAX_TITLE);
            (!line.is_empty()).then_some(line)
        };
        let stated = || {
            let title = self.titles.first()?;
            // A site that does not give its name gives it away by what the text begins with.
            let first_line = fold(text.lines().next().unwrap_or_default());
            let without_end = last_separator(title).map(|(at, _)| title[..at].trim_end());
            Some(without_end.filter(|it| fold(it) == first_line).unwrap_or(title).to_owned())
        };
        if is_stated { stated() } else { headline().or_else(stated) }
    }

    fn creators(&self, selection: &Selection) -> Vec<String> {
        let mut creators = self.names("author");
        if creators.is_empty() {
            let metas = self.page.head.metas(MetaName::Author).take(MAX_CREATORS);
            creators
                .extend(metas.filter(|it| !is_address(it)).filter_map(|it| clean(it, MAX_NAME)));
        }
        if creators.is_empty() {
            let from = selection.headline.unwrap_or(selection.body).min(selection.body);
            let end = self.page.nodes[selection.body as usize].end;
            // Some sign at the end.
            let end = (end + 200).min(self.page.nodes.len() as u32);
            let named = self
                .bylines(from..end, |node| node.hints.any(Hints::AUTHOR))
                .take(8)
                .map(|index| self.page.line(index, MAX_NAME + 1))
                // A box about the author, or one that names the date as well, is no name.
                .find(|line| {
                    (2..60).contains(&line.len()) && !line.bytes().any(|byte| byte.is_ascii_digit())
                });
            creators.extend(named);
        }
        let mut seen = Vec::new();
        creators.retain_mut(|creator| {
            *creator = without_preposition(creator).to_owned();
            let folded = fold(creator);
            let is_new = !folded.is_empty() && !seen.contains(&folded);
            seen.push(folded);
            is_new
        });
        creators.truncate(MAX_CREATORS);
        creators
    }

    /// Those nodes in a part of the page that may tell the author or the date, and are wanted.
    fn bylines(
        &self,
        part: Range<u32>,
        is_wanted: impl Fn(&Node) -> bool,
    ) -> impl Iterator<Item = u32> {
        let bylines = self.page.bylines.iter().copied();
        bylines.filter(move |index| {
            part.contains(index) && is_wanted(&self.page.nodes[*index as usize])
        })
    }

    fn date(&self, selection: &Selection, rendered: &Rendered) -> Option<String> {
        let head = &self.page.head;
        let stated = [
            self.of_article("datePublished"),
            head.meta(MetaName::Published),
            head.meta(MetaName::Date),
            self.of_article("dateCreated"),
        ];
        let mut dates = stated.into_iter().flatten().filter_map(dates::normalize);
        if let Some(first) = dates.next() {
            // Another source may know the hour of the same day.
            let precise = dates.find(|it| it.len() > first.len() && it.starts_with(&first));
            return Some(precise.unwrap_or(first));
        }
        let nodes = &self.page.nodes;
        let string_or_line = |index: u32| {
            let string = self.page.string(&nodes[index as usize]);
            let string = if nodes[index as usize].tag == Tag::Time { string } else { "" };
            dates::normalize(string).or_else(|| dates::find(&self.page.line(index, 200)))
        };
        let end = nodes[selection.body as usize].end;
        let from = selection.headline.unwrap_or(selection.body).min(selection.body);
        let published = self
            .bylines(0..end, |node| node.hints.any(Hints::PUBLISHED))
            .take(8)
            .find_map(string_or_line);
        let time = || {
            self.bylines(from..end, |node| node.tag == Tag::Time).take(8).find_map(string_or_line)
        };
        let dateline = || {
            let mut lines = rendered.asides.iter().filter(|aside| aside.kind == "dateline");
            lines.find_map(|aside| dates::find(&aside.text))
        };
        // Old pages have no names for anything, only a short line near the top.
        let first_lines = || {
            let mut lines = rendered.text.lines().filter(|line| !line.is_empty()).take(4);
            lines.find_map(|line| if line.len() < 80 { dates::find(line) } else { None })
        };
        published.or_else(time).or_else(dateline).or_else(first_lines)
    }

    fn modified(&self) -> Option<String> {
        [self.of_article("dateModified"), self.page.head.meta(MetaName::Modified)]
            .into_iter()
            .flatten()
            .find_map(dates::normalize)
    }

    fn subjects(&self) -> Vec<String> {
        let head = &self.page.head;
        let of_article = self
            .article
            .and_then(|article| self.json.get(article, "keywords"))
            .into_iter()
            .flat_map(|keywords| self.json.each(keywords))
            .take(MAX_SUBJECTS)
            .map(|keyword| self.json.text(keyword));
        let stated =
            of_article.chain(head.metas(MetaName::Keywords)).chain(head.metas(MetaName::Tag));
        let mut subjects = Vec::new();
        let mut seen = Vec::new();
        let parts = stated.flat_map(|it| it.split([',', ';']));
        for part in parts.take(4 * MAX_SUBJECTS) {
            let Some(subject) = clean(part, MAX_NAME) else { continue };
            let folded = fold(&subject);
            if !folded.is_empty() && !seen.contains(&folded) && subjects.len() < MAX_SUBJECTS {
                seen.push(folded);
                subjects.push(subject);
            }
        }
        subjects
    }

    /// The language of a text: what the page declares, if the text does not say otherwise.
    pub fn language(&self, text: &str) -> Option<String> {
        let head = &self.page.head;
        let declared = [
            head.lang.as_deref(),
            head.meta(MetaName::OgLocale),
            head.meta(MetaName::Language),
            self.of_article("inLanguage"),
        ];
        let mut declared = declared.into_iter().flatten().filter_map(language_tag);
        // A language shows in a few lines; reading more costs more than it tells.
        let sample = &text[..text.floor_char_boundary(1_000)];
        match docmill_text::identify_language(sample) {
            Some(identified) => declared
                .find(|tag| tag.split('-').next() == Some(identified))
                .or_else(|| Some(identified.to_owned())),
            None => declared.next(),
        }
    }
}

/// A language tag in the spelling of BCP 47, or `None` if it is not one: `fr_FR` becomes `fr-FR`.
fn language_tag(text: &str) -> Option<String> {
    let mut parts = text.split([',', ' ']).next()?.split(['-', '_']);
    let language = parts.next()?;
    if !(2..=3).contains(&language.len()) || !language.bytes().all(|it| it.is_ascii_alphabetic()) {
        return None;
    }
    let mut tag = language.to_ascii_lowercase();
    for part in parts.take(2).filter(|it| it.bytes().all(|byte| byte.is_ascii_alphabetic())) {
        match part.len() {
            2 => {
                tag.push('-');
                tag.push_str(&part.to_ascii_uppercase());
            }
            4 => {
                tag.push('-');
                tag.push_str(&part[..1].to_ascii_uppercase());
                tag.push_str(&part[1..].to_ascii_lowercase());
            }
            _ => {}
        }
    }
    Some(tag)
}

/// A value on one line, without entities or tags, which find their way into metadata; `None` if nothing remains.
fn clean(text: &str, limit: usize) -> Option<String> {
    let text = &text[..text.floor_char_boundary(limit * 4)];
    let mut cleaned = if memchr2(b'&', b'<', text.as_bytes()).is_some() {
        Page::parse(text, false).line(0, limit)
    } else {
        let mut cleaned = String::new();
        append_words(&mut cleaned, text.trim());
        cleaned
    };
    truncate(&mut cleaned, limit);
    cleaned.truncate(cleaned.trim_end().len());
    (!cleaned.is_empty()).then_some(cleaned)
}

fn is_address(text: &str) -> bool {
    text.starts_with("http") || text.starts_with("www.") || text.starts_with('@')
}

const SEPARATORS: [&str; 8] = [" | ", " - ", " – ", " — ", " :: ", " » ", " • ", " · "];

fn last_separator(title: &str) -> Option<(usize, &'static str)> {
    title.rmatch_indices(' ').find_map(|(at, _)| {
        let separator = SEPARATORS.iter().find(|it| title[at..].starts_with(**it))?;
        Some((at, *separator))
    })
}

/// The first part of a `title` element, if it can stand for an article: `Headline | Section`.
fn first_part(title: &str) -> &str {
    match title.find(" | ") {
        Some(at) if at >= 15 => title[..at].trim_end(),
        _ => title,
    }
}

fn without_preposition(name: &str) -> &str {
    let name = name.trim();
    for preposition in ["Par ", "par ", "By ", "by ", "Theo ", "Tác giả:", "Tác giả :", "Auteur :"]
    {
        if let Some(rest) = name.strip_prefix(preposition) {
            return rest.trim();
        }
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn language_tags_are_brought_to_one_spelling() {
        assert_eq!(language_tag("fr_fr").as_deref(), Some("fr-FR"));
        assert_eq!(language_tag("zh-hans-CN").as_deref(), Some("zh-Hans-CN"));
        assert_eq!(language_tag("VI").as_deref(), Some("vi"));
        assert_eq!(language_tag("français"), None);
        assert_eq!(language_tag(""), None);
    }

    #[test]
    fn the_name_of_the_site_is_taken_off_a_title() {
        let page = Page::parse(
            "<meta property=og:site_name content='Le Fleuve'><title>Une crue - record | Le Fleuve</title>",
            false,
        );
        assert_eq!(Facts::of(&page).titles, ["Une crue - record"]);
    }

    #[test]
    fn entities_and_tags_left_in_metadata_are_read() {
        assert_eq!(
            clean("L&#8217;eau &amp; <b>la vie</b>", 100).as_deref(),
            Some("L’eau & la vie")
        );
        assert_eq!(clean("  \n ", 100), None);
    }
}
