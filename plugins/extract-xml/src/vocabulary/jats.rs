//! JATS and the vocabularies of the NLM before it: articles of journals, and books (BITS).

use docmill_xml::Tag;

use super::{Place, Role, attribute, link};
use crate::facts::{Facts, date_of_parts};
use crate::header::Element;

pub fn role(name: &str, tag: &Tag, place: Place<'_>) -> Role {
    match name {
        "front" | "front-stub" | "book-meta" | "collection-meta" | "book-part-meta" => Role::Header,
        "article-title" | "abstract" if place.in_header => match place.parent {
            "title-group" => Role::ShownTitle,
            "article-meta" | "front-stub" => Role::Shown,
            _ => Role::Apart,
        },
        "article" | "sub-article" | "response" | "book" | "book-part" | "sec" | "app" | "ack"
        | "ref-list" | "glossary" | "bio" | "notes" | "fn-group" => Role::Section,
        "title" | "book-title"
            if !matches!(place.parent, "caption" | "mixed-citation" | "element-citation") =>
        {
            Role::Title
        }
        "title" => Role::Apart,
        "article-title" if place.parent == "title-group" => Role::Title,
        "subtitle" => Role::Block,
        "fn" => Role::Aside("footnote"),
        "xref" if tag.attribute("ref-type") == Some("fn") => {
            Role::Reference(tag.attribute("rid").unwrap_or_default().to_owned())
        }
        "caption" => Role::Aside("caption"),
        "table-wrap-foot" => Role::Aside("caption"),
        // Of a figure or a table, it says which: `Table 1`.
        "label" => match place.parent {
            // Numbers that readers of the page see.
            "fn" | "sec" | "app" => Role::Skip,
            "fig" | "table-wrap" | "supplementary-material" | "boxed-text" | "media" => {
                Role::Aside("caption")
            }
            _ => Role::Apart,
        },
        "list-item" | "ref" | "def-item" => Role::Item,
        "disp-quote" => Role::Quotation,
        "preformat" => Role::Lines,
        "code"
            if tag.attribute("code-type").is_some()
                || place.parent == "sec"
                || place.parent == "body" =>
        {
            Role::Lines
        }
        "code" | "monospace" => Role::Code,
        "verse-line" => Role::Verse,
        "italic" | "bold" | "underline" | "bold-italic" => Role::Emphasis,
        "ext-link" | "uri" | "self-uri" => link(attribute(tag, "href")),
        "table" | "array" => Role::Table,
        "tr" => Role::Row,
        "td" | "th" => Role::Cell,
        "sup" => Role::Superscript,
        "sub" => Role::Subscript,
        "break" => Role::Break,
        "inline-formula" | "math" => Role::Formula,
        "tex-math" | "textual-form" => Role::Source,
        "annotation" if tag.attribute("encoding").is_some() => Role::Source,
        "graphic" | "inline-graphic" | "alt-text" | "object-id" | "strike" | "processing-meta" => {
            Role::Skip
        }
        "name" | "surname" | "given-names" | "string-name" | "collab" | "year" | "month"
        | "day" | "source" | "volume" | "issue" | "fpage" | "lpage" | "pub-id"
        | "publisher-name" | "publisher-loc" | "person-group" | "etal" | "article-title"
        | "edition" | "term" | "def" | "chapter-title" | "conf-name" | "elocation-id" => {
            Role::Apart
        }
        "p"
        | "body"
        | "back"
        | "fig"
        | "table-wrap"
        | "list"
        | "def-list"
        | "disp-formula"
        | "boxed-text"
        | "statement"
        | "speech"
        | "verse-group"
        | "supplementary-material"
        | "fig-group"
        | "abstract"
        | "trans-abstract"
        | "attrib"
        | "media"
        | "app-group" => Role::Block,
        _ => Role::Inline,
    }
}

pub fn read(header: &Element, facts: &mut Facts) {
    for meta in ["article-meta", "book-meta", "front-stub", "book-part-meta"] {
        if let Some(meta) = header.within(meta).first() {
            read_meta(meta, facts);
        }
    }
    for journal in header.within("journal-title") {
        facts.add_first("journal", &journal.words());
    }
    for publisher in header.within("publisher-name") {
        facts.add("publisher", &publisher.words());
    }
}

fn read_meta(meta: &Element, facts: &mut Facts) {
    for path in ["title-group/article-title", "book-title-group/book-title", "title-group/title"] {
        meta.first(path).iter().for_each(|it| facts.add_first("title", it));
    }
    for person in meta.within("contrib") {
        if !person.attribute("contrib-type").is_none_or(|it| it.starts_with("author")) {
            continue;
        }
        let name = match person.within("name").first() {
            Some(name) => {
                let parts = ["given-names", "surname", "suffix"];
                parts.iter().filter_map(|it| name.first(it)).collect::<Vec<_>>().join(" ")
            }
            None => {
                let other = ["string-name", "collab"];
                let other =
                    other.iter().find_map(|it| person.within(it).first().map(|it| it.words()));
                other.unwrap_or_default()
            }
        };
        facts.add("creator", &name);
    }
    // The earliest way of publishing that is told whole.
    let mut dates: Vec<String> = Vec::new();
    for date in meta.within("pub-date") {
        let part = |name: &str| date.first(name);
        if let Some(year) = part("year") {
            dates.push(date_of_parts(&year, part("month").as_deref(), part("day").as_deref()));
        }
    }
    dates.sort_by_key(|date| std::cmp::Reverse(date.len()));
    dates.iter().for_each(|it| facts.add_date("date", it));
    for id in meta.all("article-id").into_iter().chain(meta.all("book-id")) {
        let kind = id.attribute("pub-id-type").or_else(|| id.attribute("book-id-type"));
        let prefix = if kind == Some("doi") { "doi:" } else { "" };
        if matches!(kind, Some("doi" | "pmid" | "pmc" | "isbn")) {
            facts.add("identifier", &format!("{prefix}{}", id.words()));
        }
    }
    for keyword in meta.within("kwd") {
        facts.add("subject", &keyword.words());
    }
    for keyword in meta.within("subject") {
        facts.add("section", &keyword.words());
    }
    meta.first("abstract").iter().for_each(|it| facts.add_first("description", it));
}
