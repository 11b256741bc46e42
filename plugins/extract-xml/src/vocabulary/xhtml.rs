//! XHTML as in EPUB, and DTBook. All of a chapter is text, so nothing is chosen as `extract-html`
//! does of a web page.

use docmill_xml::Tag;

use super::{Place, Role, attribute, link};
use crate::facts::Facts;
use crate::header::Element;

pub fn role(name: &str, tag: &Tag, place: Place<'_>) -> Role {
    if attribute(tag, "hidden").is_some() && name != "nav" {
        return Role::Skip;
    }
    if let Some(role) = by_type(name, tag) {
        return role;
    }
    match name {
        "head" => Role::Header,
        "script" | "style" | "template" | "rt" | "rtc" | "rp" | "del" | "s" | "strike"
        | "select" | "textarea" | "button" | "canvas" | "datalist" | "iframe" | "noembed"
        | "noframes" | "object" | "audio" | "video" | "xmp" | "noscript" => Role::Skip,
        "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => Role::Heading(name.as_bytes()[1] - b'0'),
        // DTBook.
        "doctitle" => Role::Heading(1),
        "hd" => Role::Title,
        "level" | "level1" | "level2" | "level3" | "level4" | "level5" | "level6" => Role::Section,
        "docauthor" | "line" => Role::Verse,
        "pagenum" => Role::Page(String::new()),
        "noteref" => Role::Reference(target(tag.attribute("idref"))),
        "note" => Role::Aside("footnote"),
        "li" | "dt" | "dd" => Role::Item,
        "blockquote" => Role::Quotation,
        "pre" | "listing" => Role::Lines,
        "code" | "kbd" | "samp" | "tt" => Role::Code,
        "em" | "i" | "b" | "u" | "strong" | "mark" => Role::Emphasis,
        "a" => match tag.attribute("href") {
            Some(href) if href.contains('#') && link(Some(href)) == Role::Inline => {
                Role::Place(target(Some(href)))
            }
            href => link(href),
        },
        "table" => Role::Table,
        "tr" => Role::Row,
        "td" | "th" => Role::Cell,
        "br" => Role::Break,
        "sup" => Role::Superscript,
        "sub" => Role::Subscript,
        "math" => Role::Formula,
        "annotation" if says_tex(tag) => Role::Source,
        "annotation" | "annotation-xml" => Role::Skip,
        "figcaption" => Role::Aside("caption"),
        // Of a table, of a group of pictures.
        "caption" => Role::Aside("caption"),
        "svg" if place.parent == "figure" => Role::Skip,
        "p" | "div" | "section" | "article" | "aside" | "main" | "header" | "footer" | "nav"
        | "address" | "center" | "details" | "summary" | "fieldset" | "legend" | "form"
        | "body" | "html" | "hgroup" | "figure" | "ul" | "ol" | "dl" | "menu" | "dir" | "hr"
        | "search" | "list" | "sidebar" | "prodnote" | "frontmatter" | "bodymatter"
        | "rearmatter" | "book" | "linegroup" | "poem" | "title" | "desc" => Role::Block,
        _ => Role::Inline,
    }
}

fn says_tex(tag: &Tag) -> bool {
    tag.attribute("encoding").is_some_and(|it| it.to_ascii_lowercase().contains("tex"))
}

/// The place within a file that an address leads to.
fn target(href: Option<&str>) -> String {
    let href = href.unwrap_or_default();
    href.rsplit('#').next().unwrap_or(href).to_owned()
}

/// What an element says it is: `epub:type`, or the role of DPUB-ARIA.
fn by_type(name: &str, tag: &Tag) -> Option<Role> {
    let types =
        attribute(tag, "type").filter(|_| name != "a" || tag.attribute("epub:type").is_some());
    let said = [types, tag.attribute("role")];
    let mut said = said.into_iter().flatten().flat_map(str::split_whitespace);
    said.find_map(|it| match it.strip_prefix("doc-").unwrap_or(it) {
        "noteref" | "biblioref" if name == "a" => {
            Some(Role::Reference(target(tag.attribute("href"))))
        }
        "backlink" if name == "a" => Some(Role::Skip),
        "footnote" | "endnote" | "rearnote" | "note" if name != "a" => {
            Some(Role::Aside("footnote"))
        }
        "toc" | "landmarks" | "page-list" | "loi" | "lot" if name == "nav" => {
            Some(Role::Aside("navigation"))
        }
        "pagebreak" => {
            let label = tag.attribute("title").or_else(|| tag.attribute("aria-label"));
            Some(Role::Page(label.unwrap_or_default().to_owned()))
        }
        _ => None,
    })
}

/// Of a chapter, the book says everything; this is for a page that stands alone.
pub fn read(header: &Element, facts: &mut Facts) {
    if let Some(title) = header.first("head/title") {
        facts.add_first("title", &title);
    }
    for meta in header.all("head/meta") {
        let Some(content) = meta.attribute("content") else { continue };
        match meta.attribute("name").unwrap_or_default().to_ascii_lowercase().as_str() {
            "dc:title" => facts.add_first("title", content),
            "dc:creator" => facts.add("creator", content),
            "dc:publisher" => facts.add("publisher", content),
            "dc:identifier" => facts.add_first("identifier", content),
            "dc:language" => facts.languages.push(content.to_owned()),
            "dc:date" => facts.add_date("date", content),
            _ => {}
        }
    }
}
