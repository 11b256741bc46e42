//! What a page says about itself for machines: `meta`, `link`, `title`, and the raw JSON-LD.

use crate::lookup::{Lookup, hash};

/// The most `meta` elements that are kept; a page has a few dozen.
const MAX_METAS: usize = 128;

/// What stands in the head of a page, in the words of the page.
#[derive(Debug, Default)]
pub struct Head {
    /// The content of the first `title`.
    pub title: String,
    /// All scripts of type `application/ld+json`, a line feed between them.
    pub json_ld: String,
    /// The data of a script that builds the page: `__NEXT_DATA__` and other scripts of type
    /// `application/json`.
    pub data: String,
    /// `link rel=canonical`.
    pub canonical: Option<String>,
    /// `base href`.
    pub base: Option<String>,
    /// `html lang`.
    pub lang: Option<String>,
    /// What elements of the page are declared to be in microdata, without the address of the
    /// vocabulary.
    pub item_types: Vec<String>,
    metas: Vec<(MetaName, String)>,
}

/// The names of `meta` elements that are understood, synonyms put together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MetaName {
    /// `og:title`.
    OgTitle,
    /// `twitter:title`, `dc.title`.
    OtherTitle,
    /// `og:site_name`.
    SiteName,
    /// `og:url`.
    OgUrl,
    /// `og:locale`.
    OgLocale,
    /// `og:description`.
    OgDescription,
    /// `description`.
    Description,
    /// `author`, `dc.creator`, `article:author`.
    Author,
    /// `article:published_time` and `datePublished`.
    Published,
    /// `article:modified_time` and `dateModified`.
    Modified,
    /// `date`, `dc.date` and others that may mean either.
    Date,
    /// `dc.publisher`, `article:publisher`.
    Publisher,
    /// `keywords`, `news_keywords`.
    Keywords,
    /// `article:tag`, one at a time.
    Tag,
    /// `content-language`, `dc.language`.
    Language,
    /// `article:section`.
    Section,
    /// `og:image`.
    Image,
    /// `og:type`.
    OgType,
    /// `generator`.
    Generator,
}

static META_NAMES: Lookup<MetaName, 128> = Lookup::of(&[
    ("og:title", MetaName::OgTitle),
    ("twitter:title", MetaName::OtherTitle),
    ("dc.title", MetaName::OtherTitle),
    ("dcterms.title", MetaName::OtherTitle),
    ("og:site_name", MetaName::SiteName),
    ("og:url", MetaName::OgUrl),
    ("og:locale", MetaName::OgLocale),
    ("og:description", MetaName::OgDescription),
    ("description", MetaName::Description),
    ("dc.description", MetaName::Description),
    ("twitter:description", MetaName::Description),
    ("author", MetaName::Author),
    ("dc.creator", MetaName::Author),
    ("dcterms.creator", MetaName::Author),
    ("article:author", MetaName::Author),
    ("creator", MetaName::Author),
    ("parsely-author", MetaName::Author),
    ("sailthru.author", MetaName::Author),
    ("article:published_time", MetaName::Published),
    ("datepublished", MetaName::Published),
    ("og:published_time", MetaName::Published),
    ("pubdate", MetaName::Published),
    ("publishdate", MetaName::Published),
    ("publish-date", MetaName::Published),
    ("published", MetaName::Published),
    ("citation_publication_date", MetaName::Published),
    ("citation_online_date", MetaName::Published),
    ("citation_date", MetaName::Date),
    ("dcterms.issued", MetaName::Published),
    ("dc.date.issued", MetaName::Published),
    ("parsely-pub-date", MetaName::Published),
    ("article:modified_time", MetaName::Modified),
    ("datemodified", MetaName::Modified),
    ("og:updated_time", MetaName::Modified),
    ("dcterms.modified", MetaName::Modified),
    ("last-modified", MetaName::Modified),
    ("dc.date.modified", MetaName::Modified),
    ("date", MetaName::Date),
    ("dc.date", MetaName::Date),
    ("dcterms.date", MetaName::Date),
    ("dc.date.created", MetaName::Date),
    ("dcterms.created", MetaName::Date),
    ("sailthru.date", MetaName::Date),
    ("dc.publisher", MetaName::Publisher),
    ("dcterms.publisher", MetaName::Publisher),
    ("publisher", MetaName::Publisher),
    ("article:publisher", MetaName::Publisher),
    ("keywords", MetaName::Keywords),
    ("news_keywords", MetaName::Keywords),
    ("dc.subject", MetaName::Keywords),
    ("article:tag", MetaName::Tag),
    ("content-language", MetaName::Language),
    ("dc.language", MetaName::Language),
    ("inlanguage", MetaName::Language),
    ("article:section", MetaName::Section),
    ("og:image", MetaName::Image),
    ("og:type", MetaName::OgType),
    ("generator", MetaName::Generator),
]);

impl MetaName {
    /// The meaning of a name, whatever its case.
    pub fn of(name: &str) -> Option<MetaName> {
        META_NAMES.get(hash(name.trim()))
    }
}

/// The most declarations in microdata that are kept: the first ones are about the page.
const MAX_ITEM_TYPES: usize = 8;

impl Head {
    /// Keeps what an element is declared to be: `https://schema.org/Product`.
    pub fn add_item_type(&mut self, address: &str) {
        let kind = address.trim().rsplit(['/', '#']).next().unwrap_or_default();
        let is_new = !kind.is_empty() && !self.item_types.iter().any(|it| it == kind);
        if is_new && self.item_types.len() < MAX_ITEM_TYPES {
            self.item_types.push(crate::dom::truncated(kind, 64).to_owned());
        }
    }

    /// Keeps what a `meta` element says.
    pub fn add_meta(&mut self, name: MetaName, content: String) {
        if self.metas.len() < MAX_METAS && !content.trim().is_empty() {
            self.metas.push((name, content));
        }
    }

    /// The contents of all `meta` elements of this name, in order.
    pub fn metas(&self, name: MetaName) -> impl Iterator<Item = &str> {
        self.metas.iter().filter(move |meta| meta.0 == name).map(|meta| meta.1.trim())
    }

    /// The content of the first `meta` element of this name.
    pub fn meta(&self, name: MetaName) -> Option<&str> {
        self.metas(name).next()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_understood_whatever_their_case() {
        assert_eq!(MetaName::of(" DC.Date "), Some(MetaName::Date));
        assert_eq!(MetaName::of("viewport"), None);
        assert_eq!(MetaName::of(&"x".repeat(100)), None);
    }
}
