//! Reads what a site says it has: a sitemap, a sitemap of news, or an index of sitemaps, as a list
//! of links.

use docmill_plugin::prelude::*;
use docmill_xml::{Piece, Pieces, rfc_3339};

/// The most links of one sitemap: the standard (<https://www.sitemaps.org/protocol.html>) allows
/// 50,000.
const MOST_LINKS: usize = 50_000;

/// The longest value that is read, in bytes; the standard allows addresses of 2,048 characters.
const LONGEST: usize = 8 << 10;

/// The plugin.
#[derive(Debug)]
pub struct ExtractSitemap;

impl Plugin for ExtractSitemap {
    fn describe() -> Description {
        Description::new(
            "extract-sitemap",
            env!("CARGO_PKG_VERSION"),
            "Reads sitemaps as lists of links",
        )
    }
}

impl Extractor for ExtractSitemap {
    fn accepts() -> Result<Vec<String>, Error> {
        let types = ["application/x-sitemap+xml", "application/xml", "text/xml"];
        Ok(types.map(str::to_owned).to_vec())
    }

    fn extract(source: Source<'_>) -> Result<Vec<Extracted>, Error> {
        if source.size() == 0 {
            return Ok(Vec::new());
        }
        extract(&source).map(|document| vec![document.into()])
    }
}

docmill_plugin::export!(extractor: ExtractSitemap);

/// One address, and what is said of it.
#[derive(Debug, Default)]
struct Entry {
    address: String,
    title: String,
    date: String,
    modified: String,
}

fn extract(source: &Source<'_>) -> Result<Document, Error> {
    let charset = source.attribute("charset");
    let pieces = Pieces::of(source.reader(), charset.as_deref());
    let mut pieces = pieces.map_err(|cause| Error::Unsupported(cause.to_string()))?;
    let mut list = List::default();
    let (mut path, mut depth) = (Vec::<String>::new(), 0_u64);
    let mut entry = Entry::default();
    let mut value = String::new();
    loop {
        let piece = pieces.next_piece().map_err(|(reason, place)| match list.is_sitemap {
            true => Error::malformed_at(reason, place),
            false => none(),
        })?;
        match piece {
            None => break,
            Some(Piece::Start(tag)) => {
                if !list.is_sitemap && !matches!(tag.name.as_str(), "urlset" | "sitemapindex") {
                    return Err(none());
                }
                list.is_sitemap = true;
                depth += 1;
                // What lies deeper is nothing of a sitemap.
                if path.len() < 8 {
                    path.push(tag.name);
                }
                value.clear();
            }
            Some(Piece::Text { text, .. }) => {
                if value.len() + text.len() <= LONGEST {
                    value.push_str(&text);
                }
            }
            Some(Piece::End { .. }) => {
                if depth == path.len() as u64
                    && let Some(name) = path.pop()
                {
                    let within = path.last().map(String::as_str);
                    entry.keep(&name, within, value.trim());
                    if matches!(name.as_str(), "url" | "sitemap") {
                        list.push(std::mem::take(&mut entry));
                    }
                    value.clear();
                }
                depth = depth.saturating_sub(1);
            }
        }
    }
    if !list.is_sitemap {
        return Err(none());
    }
    if list.surplus > 0 {
        log::warn!("{} links beyond the first {MOST_LINKS} are left out", list.surplus);
    }
    Ok(list.document)
}

fn none() -> Error {
    Error::Unsupported("its root element is none of a sitemap".to_owned())
}

impl Entry {
    fn keep(&mut self, name: &str, within: Option<&str>, value: &str) {
        let field = match (name, within) {
            ("loc", Some("url" | "sitemap")) => &mut self.address,
            ("lastmod", _) => &mut self.modified,
            ("news:title", _) => &mut self.title,
            ("news:publication_date", _) => &mut self.date,
            _ => return,
        };
        *field = value.split_whitespace().collect::<Vec<_>>().join(" ");
    }
}

/// The document while it is written.
struct List {
    is_sitemap: bool,
    document: Document,
    count: usize,
    surplus: usize,
}

impl Default for List {
    fn default() -> List {
        let document = Document::new("");
        List { is_sitemap: false, document, count: 0, surplus: 0 }
    }
}

impl List {
    /// One line: the title, or else the address, as a link.
    fn push(&mut self, entry: Entry) {
        if entry.address.is_empty() {
            return;
        }
        if self.count == MOST_LINKS {
            self.surplus += 1;
            return;
        }
        self.count += 1;
        let Document { text, marks, .. } = &mut self.document;
        if !text.is_empty() {
            text.push('\n');
        }
        let start = text.len();
        text.push_str(if entry.title.is_empty() { &entry.address } else { &entry.title });
        let mut item = Mark::new("item", start..text.len());
        for (name, date) in [("date", &entry.date), ("modified", &entry.modified)] {
            item.attributes.extend(rfc_3339(date).map(|it| Attribute::new(name, it)));
        }
        marks.push(item);
        let mut link = Mark::new("link", start..text.len());
        link.attributes.push(Attribute::new("href", entry.address));
        marks.push(link);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(sitemap: &str) -> Result<Document, Error> {
        extract(&Source::of_bytes(sitemap.as_bytes(), "application/x-sitemap+xml"))
    }

    #[test]
    fn a_sitemap_of_news_is_a_list_of_titles_that_are_links() {
        let sitemap = "<?xml version='1.0'?><urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9' \
                       xmlns:n='http://www.google.com/schemas/sitemap-news/0.9'>\
                       <url><loc> https://a.example/1?a=b&amp;c </loc><n:news><n:publication_date>2025-06-12\
                       </n:publication_date><n:title>Été</n:title></n:news></url>\
                       <url><loc>https://a.example/2</loc><lastmod>2025-06-13</lastmod></url></urlset>";
        let document = read(sitemap).unwrap();
        assert_eq!(document.text, "Été\nhttps://a.example/2");
        let links: Vec<_> = document.marks.iter().filter(|it| it.kind == "link").collect();
        assert_eq!(links[0].attributes, [Attribute::new("href", "https://a.example/1?a=b&c")]);
        assert_eq!(document.marks[0].attributes, [Attribute::new("date", "2025-06-12")]);
        assert_eq!(document.marks[2].attributes, [Attribute::new("modified", "2025-06-13")]);
    }

    #[test]
    fn an_index_is_a_list_and_other_xml_is_none() {
        let index =
            "<sitemapindex><sitemap><loc>https://a.example/s.xml</loc></sitemap></sitemapindex>";
        assert_eq!(read(index).unwrap().text, "https://a.example/s.xml");
        assert!(matches!(read("<rss/>"), Err(Error::Unsupported(_))));
        assert!(matches!(read(" "), Err(Error::Unsupported(_))));
        assert!(matches!(read("<urlset><"), Err(Error::Malformed(_))));
    }

    #[test]
    fn links_are_bounded() {
        let many = "<url><loc>u</loc></url>".repeat(MOST_LINKS + 3);
        let document = read(&format!("<urlset>{many}</urlset>")).unwrap();
        assert_eq!(document.marks.len(), 2 * MOST_LINKS);
    }
}
