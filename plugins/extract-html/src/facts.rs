//! What a page states about its article: title, authors, dates and the like, from several sources
//! in order of trust.

mod body;
mod people;
mod times;

use std::ops::Range;

use docmill_plugin::Attribute;
use memchr::memchr2;

use crate::Reading;
use crate::dom::{Node, Page, truncate};
use crate::head::MetaName;
use crate::json_ld::{JsonLd, Kind};
use crate::links;
use crate::measure::Measure;
use crate::page_type::{self, PageType};
use crate::render::Rendered;
use crate::select::{Selection, fold};
use crate::titles;
use crate::whitespace::append_words;

/// What is left of a headline without what stands above it has at least so many bytes.
const LEAST_BEHIND_KICKER: usize = 15;
/// The most values of `creator` and of `subject`.
const MAX_CREATORS: usize = 16;
const MAX_SUBJECTS: usize = 32;
/// The most bytes of a title, of a name or keyword, and of a description.
const MAX_TITLE: usize = 500;
const MAX_NAME: usize = 120;
const MAX_DESCRIPTION: usize = 2_000;
/// The most bytes of a statement that names authors.
const MAX_STATEMENT: usize = 400;

/// What the page states for machines.
pub struct Facts<'a> {
    page: &'a Page<'a>,
    json: JsonLd,
    /// Where it was found.
    origin: Option<String>,
    /// The object that describes the article.
    article: Option<usize>,
    /// It describes a page, which may be any.
    is_only_page: bool,
    /// What the site calls itself, and what its address calls it.
    sites: Vec<String>,
    publisher: Option<String>,
    /// What the page calls itself, most trusted first, without the name of the site.
    pub titles: Vec<String>,
    /// How the page sums itself up.
    pub description: Option<String>,
    /// What kind of page it is.
    pub page_type: Option<PageType>,
    /// What says so.
    page_type_source: Option<&'static str>,
}

impl<'a> Facts<'a> {
    /// Reads what the page states. `origin` is where it was found, if that is known.
    pub fn of(page: &'a Page<'a>, origin: Option<&str>) -> Facts<'a> {
        let json = JsonLd::read(page.head.json_ld.as_bytes());
        let is_article =
            |kind: &str| kind.ends_with("Article") || kind.ends_with("Posting") || kind == "Report";
        let first = |is_wanted: &dyn Fn(&str) -> bool| {
            json.subjects().find(|object| json.is_a(*object, is_wanted))
        };
        let article = first(&is_article);
        let is_only_page = article.is_none();
        let article = article.or_else(|| first(&|kind| kind == "WebPage"));
        let mut facts = Facts {
            page,
            json,
            origin: origin.and_then(links::http),
            article,
            is_only_page,
            sites: Vec::new(),
            publisher: None,
            titles: Vec::new(),
            description: None,
            page_type: None,
            page_type_source: None,
        };
        let told = page_type::of(page, &facts.json, facts.address().as_deref());
        (facts.page_type, facts.page_type_source) = told.unzip();
        let head = &page.head;
        (facts.publisher, facts.sites) = facts.publishers();
        let og = head.meta(MetaName::OgTitle).and_then(|it| clean(it, MAX_TITLE));
        let headline = facts.of_article("headline").and_then(|it| clean(it, MAX_TITLE));
        let other = head.meta(MetaName::OtherTitle).and_then(|it| clean(it, MAX_TITLE));
        let element = clean(&head.title, MAX_TITLE);
        let stated = [og, headline, other].into_iter().flatten().map(|it| facts.without_site(&it));
        let mut titles: Vec<String> = stated.collect();
        titles.extend(
            element.map(|title| titles::first_part(&facts.without_site(&title)).to_owned()),
        );
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

    /// The names that a value of the article stands for: strings, objects with a name, or
    /// references to such objects.
    fn names(&self, key: &str) -> Vec<String> {
        self.named(key).map(|(name, _)| name).collect()
    }

    fn named(&self, key: &str) -> impl Iterator<Item = (String, usize)> {
        let value = self.article.and_then(|article| self.json.get(article, key));
        let values = value.into_iter().flat_map(|value| self.json.each(value));
        values.take(MAX_CREATORS).filter_map(|value| self.name_of(value))
    }

    /// The name of a value, and the object that has it.
    fn name_of(&self, value: usize) -> Option<(String, usize)> {
        if self.json.kind(value) == Kind::Scalar {
            return Some((clean(self.json.text(value), MAX_NAME)?, value));
        }
        let nested = self.json.get(value, "name").filter(|it| self.json.kind(*it) == Kind::Object);
        let value = nested.unwrap_or(value);
        if let Some(name) = self.json.get_text(value, "name") {
            return Some((clean(name, MAX_NAME)?, value));
        }
        let id = self.json.get_text(value, "@id")?;
        let mut referred = (self.json.objects())
            .filter(|object| self.json.get_text(*object, "@id") == Some(id))
            .filter_map(|object| Some((self.json.get_text(object, "name")?, object)));
        let (name, object) = referred.next()?;
        Some((clean(name, MAX_NAME)?, object))
    }

    fn publishers(&self) -> (Option<String>, Vec<String>) {
        let head = &self.page.head;
        let metas = head.metas(MetaName::SiteName).chain(head.metas(MetaName::Publisher));
        let metas = metas.filter(|it| !is_address(it)).filter_map(|it| clean(it, MAX_NAME));
        let hosts = self.address().and_then(|address| titles::site_of(&address));
        let mut sites: Vec<String> =
            self.names("publisher").into_iter().chain(metas.take(4)).collect();
        let publisher = sites.first().cloned();
        sites.extend(self.names_of_site());
        sites.extend(hosts);
        (publisher, sites)
    }

    /// What JSON-LD calls the site.
    fn names_of_site(&self) -> Option<String> {
        let site = self.json.subjects().find(|it| self.json.is_a(*it, |kind| kind == "WebSite"))?;
        clean(self.json.get_text(site, "name")?, MAX_NAME)
    }

    /// The title without the name of the site at its end or its beginning.
    fn without_site(&self, title: &str) -> String {
        let mut title = title;
        while let Some((at, separator)) = titles::last_separator(title)
            && at > 0
            && self.is_site(&title[at + separator.len()..])
        {
            title = title[..at].trim_end();
        }
        if let Some((at, separator)) = titles::first_separator(title)
            && self.is_site(&title[..at])
        {
            title = title[at + separator.len()..].trim_start();
        }
        // `Veldmar Courier: Cranes return`. One word before a colon is more often what the title is
        // about.
        if let Some((site, rest)) = title.split_once(": ")
            && site.contains(' ')
            && self.is_site_exactly(site)
        {
            title = rest.trim_start();
        }
        title.to_owned()
    }

    /// Whether a text is what the site calls itself, or a part of that.
    fn is_site(&self, text: &str) -> bool {
        let text = fold(text);
        !text.is_empty()
            && self.sites.iter().any(|site| {
                let site = fold(site);
                let is_part = |long: &str, short: &str| short.len() >= 3 && long.contains(short);
                !site.is_empty() && (site == text || is_part(&site, &text) || is_part(&text, &site))
            })
    }

    /// The base for relative links.
    pub fn base(&self) -> Option<String> {
        let head = &self.page.head;
        let page = self.address();
        match &head.base {
            Some(base) => links::http(base)
                .or_else(|| links::resolve(base, page.as_deref()).and_then(|it| links::http(&it)))
                .or(page),
            None => page,
        }
    }

    /// What the page says its address is, or else where it was found.
    fn address(&self) -> Option<String> {
        self.identifier().or_else(|| self.origin.clone())
    }

    fn identifier(&self) -> Option<String> {
        let head = &self.page.head;
        let canonical = head.canonical.as_deref();
        let og = head.meta(MetaName::OgUrl);
        let relative = || {
            let page = og.and_then(links::http).or_else(|| self.origin.clone());
            let declared = head.base.as_deref();
            let base = declared.and_then(|base| links::resolve(base, page.as_deref()));
            let base = base.and_then(|base| links::http(&base)).or(page)?;
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
    pub fn attributes(
        &self,
        measures: &[Measure],
        selection: &Selection,
        rendered: &Rendered,
        language: Option<&str>,
    ) -> Vec<Attribute> {
        self.attributes_of(Some((measures, selection)), rendered, language)
    }

    fn attributes_of(
        &self,
        read: Option<(&[Measure], &Selection)>,
        rendered: &Rendered,
        language: Option<&str>,
    ) -> Vec<Attribute> {
        let selection = read.map(|(_, selection)| selection);
        let mut attributes = Vec::new();
        let mut add = |name: &str, value: Option<String>| {
            if let Some(value) = value {
                attributes.push(Attribute { name: name.to_owned(), value });
            }
        };
        add("title", self.title(selection, &rendered.text));
        let creators = self.creators(selection);
        let has_creator = !creators.is_empty();
        for creator in creators {
            add("creator", Some(creator));
        }
        let order = self.order(language);
        let date = self.date(selection, rendered, order);
        let modified = self.modified(order);
        let is_signed = has_creator || date.is_some();
        add("date", date.as_ref().map(|(date, _)| date.clone()));
        add("date-source", date.map(|(_, source)| source.to_owned()));
        add("modified", modified);
        add("publisher", self.publisher.clone());
        add("description", self.description.clone());
        add("identifier", self.identifier());
        add("section", self.section());
        add("image", self.image());
        if let Some((kind, source)) = self.kind(read, &rendered.text, is_signed) {
            add("page-type", Some(kind.name().to_owned()));
            add("page-type-source", Some(source.to_owned()));
        }
        for subject in self.subjects() {
            add("subject", Some(subject));
        }
        attributes
    }

    /// What kind of page it is, and what says so.
    fn kind(
        &self,
        read: Option<(&[Measure], &Selection)>,
        text: &str,
        is_signed: bool,
    ) -> Option<(PageType, &'static str)> {
        self.page_type.zip(self.page_type_source).or_else(|| {
            let (measures, selection) = read?;
            let kind = page_type::of_shape(self.page, measures, selection, text, is_signed);
            Some((kind, "shape"))
        })
    }

    fn title(&self, selection: Option<&Selection>, text: &str) -> Option<String> {
        let headline = selection
            .and_then(|selection| selection.headline)
            .map(|headline| self.page.line(headline, MAX_TITLE))
            .filter(|line| !line.is_empty());
        // A page that only states the name of its site states no title.
        let stated = self.titles.iter().find(|title| !self.is_site_exactly(title));
        let Some(stated) = stated else { return headline };
        // A site that does not give its name gives it away by what the headline or the text begins
        // with.
        let first_line = fold(text.lines().next().unwrap_or_default());
        let headline_folded = headline.as_deref().map(fold).unwrap_or_default();
        let without_end = titles::last_separator(stated).map(|(at, _)| stated[..at].trim_end());
        let is_known = |title: &&str| {
            let title = fold(title);
            !title.is_empty() && (title == first_line || title == headline_folded)
        };
        if let Some(title) = without_end.filter(is_known) {
            return Some(title.to_owned());
        }
        // Above the headline, in the same element, some write what it is about: `Climate: The dikes
        // grow`.
        let has_kicker = |headline: &str| {
            let (headline, stated) = (fold(headline), fold(stated));
            stated.len() >= LEAST_BEHIND_KICKER
                && headline.len() > stated.len()
                && headline.ends_with(&stated)
        };
        match headline.filter(|headline| !has_kicker(headline)) {
            // What the page states is written for search engines and for the tab of a browser, the
            // headline for readers.
            Some(headline)
                if !self.has_stated_title()
                    || selection.is_some_and(|it| it.is_headline_main)
                        && titles::is_about_the_same(&headline, stated) =>
            {
                Some(headline)
            }
            _ if self.has_stated_title() => Some(stated.clone()),
            _ => Some(titles::without_likely_site(stated).to_owned()),
        }
    }

    fn has_stated_title(&self) -> bool {
        let head = &self.page.head;
        head.meta(MetaName::OgTitle).is_some()
            || self.of_article("headline").is_some()
            || head.meta(MetaName::OtherTitle).is_some()
    }

    fn is_site_exactly(&self, title: &str) -> bool {
        let title = fold(title);
        self.sites.iter().any(|site| fold(site) == title)
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

    fn section(&self) -> Option<String> {
        let stated =
            self.page.head.meta(MetaName::Section).or_else(|| self.of_article("articleSection"));
        clean(stated?, MAX_NAME)
    }

    fn image(&self) -> Option<String> {
        let stated = self.page.head.meta(MetaName::Image)?;
        links::resolve(stated, self.base().as_deref()).and_then(|it| links::http(&it))
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
        docmill_text::language_of(text, declared.into_iter().flatten())
    }
}

/// A value on one line, without entities or tags, which find their way into metadata; `None` if
/// nothing remains.
fn clean(text: &str, limit: usize) -> Option<String> {
    let text = &text[..text.floor_char_boundary(limit * 4)];
    let mut cleaned = if memchr2(b'&', b'<', text.as_bytes()).is_some() {
        Page::parse(text, Reading::default()).line(0, limit)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_the_site_is_taken_off_a_title() {
        let page = Page::parse(
            "<meta property=og:site_name content='Le Fleuve'><title>Une crue - record | Le Fleuve</title>",
            Reading::default(),
        );
        assert_eq!(Facts::of(&page, None).titles, ["Une crue - record"]);
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
