//! What a page says about itself for machines: `meta`, `link`, `title`, and the raw JSON-LD.

/// The most `meta` elements that are kept; a page has a few dozen.
const MAX_METAS: usize = 128;

/// What stands in the head of a page, in the words of the page.
#[derive(Debug, Default)]
pub struct Head {
    /// The content of the first `title`.
    pub title: Vec<u8>,
    /// All scripts of type `application/ld+json`, a line feed between them.
    pub json_ld: Vec<u8>,
    /// `link rel=canonical`.
    pub canonical: Option<String>,
    /// `base href`.
    pub base: Option<String>,
    /// `html lang`.
    pub lang: Option<String>,
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
}

impl MetaName {
    /// The meaning of a name, whatever its case.
    pub fn of(name: &str) -> Option<MetaName> {
        let mut lower = [0_u8; 32];
        let name = name.trim().as_bytes();
        let lower = lower.get_mut(..name.len())?;
        lower.copy_from_slice(name);
        lower.make_ascii_lowercase();
        Some(match &*lower {
            b"og:title" => MetaName::OgTitle,
            b"twitter:title" | b"dc.title" | b"dcterms.title" => MetaName::OtherTitle,
            b"og:site_name" => MetaName::SiteName,
            b"og:url" => MetaName::OgUrl,
            b"og:locale" => MetaName::OgLocale,
            b"og:description" => MetaName::OgDescription,
            b"description" | b"dc.description" | b"twitter:description" => MetaName::Description,
            b"author" | b"dc.creator" | b"dcterms.creator" | b"article:author" | b"creator"
            | b"parsely-author" | b"sailthru.author" => MetaName::Author,
            b"article:published_time"
            | b"datepublished"
            | b"og:published_time"
            | b"pubdate"
            | b"publishdate"
            | b"publish-date"
            | b"dcterms.issued"
            | b"dc.date.issued"
            | b"parsely-pub-date" => MetaName::Published,
            b"article:modified_time"
            | b"datemodified"
            | b"og:updated_time"
            | b"dcterms.modified"
            | b"last-modified"
            | b"dc.date.modified" => MetaName::Modified,
            b"date" | b"dc.date" | b"dcterms.date" | b"dc.date.created" | b"dcterms.created"
            | b"sailthru.date" => MetaName::Date,
            b"dc.publisher" | b"dcterms.publisher" | b"publisher" | b"article:publisher" => {
                MetaName::Publisher
            }
            b"keywords" | b"news_keywords" | b"dc.subject" => MetaName::Keywords,
            b"article:tag" => MetaName::Tag,
            b"content-language" | b"dc.language" | b"inlanguage" => MetaName::Language,
            _ => return None,
        })
    }
}

impl Head {
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
