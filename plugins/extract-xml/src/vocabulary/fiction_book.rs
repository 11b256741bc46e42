//! FictionBook 2: books as Eastern Europe shares them.

use docmill_xml::Tag;

use super::{Place, Role, attribute, link};
use crate::facts::Facts;
use crate::header::Element;

pub fn role(name: &str, tag: &Tag, place: Place<'_>) -> Role {
    match name {
        "description" => Role::Header,
        "binary" | "stylesheet" | "image" => Role::Skip,
        "body" | "section" => {
            // What stands behind the text: each section is a note.
            match place.parent {
                "body:notes" => Role::Aside("footnote"),
                _ => Role::Section,
            }
        }
        // The title of a note is its number.
        "title" if [place.parent, place.grandparent].contains(&"body:notes") => Role::Skip,
        "title" => Role::Title,
        "subtitle" => Role::Heading((place.depth + 1).clamp(2, 6) as u8),
        "epigraph" | "cite" => Role::Quotation,
        "v" => Role::Verse,
        "emphasis" | "strong" => Role::Emphasis,
        "code" => Role::Code,
        "strikethrough" => Role::Skip,
        "sup" => Role::Superscript,
        "sub" => Role::Subscript,
        "a" => match attribute(tag, "href") {
            Some(href) if href.starts_with('#') => match tag.attribute("type") {
                Some("note" | "comment") => Role::Reference(href[1..].to_owned()),
                _ => Role::Place(href[1..].to_owned()),
            },
            href => link(href),
        },
        "table" => Role::Table,
        "tr" => Role::Row,
        "td" | "th" => Role::Cell,
        // Paragraphs of a title are its lines.
        "p" if place.parent == "title" => Role::Break,
        "p" | "empty-line" | "poem" | "stanza" | "text-author" | "annotation" | "date" => {
            Role::Block
        }
        _ => Role::Inline,
    }
}

pub fn read(header: &Element, facts: &mut Facts) {
    let about = header.all("description/title-info");
    for info in &about {
        if let Some(title) = info.first("book-title") {
            facts.add_first("title", &title);
        }
        for author in info.all("author") {
            facts.add("creator", &name_of(author));
        }
        for genre in info.all("genre") {
            facts.add("subject", &genre.words());
        }
        if let Some(text) = info.first("keywords") {
            text.split([',', ';']).for_each(|it| facts.add("subject", it));
        }
        if let Some(text) = info.first("annotation") {
            facts.add_first("description", &text);
        }
        for date in info.all("date") {
            facts.add_date("date", date.attribute("value").unwrap_or_default());
            facts.add_date("date", &date.words());
        }
        facts.languages.extend(info.first("lang"));
        for series in info.all("sequence") {
            facts.add("series", series.attribute("name").unwrap_or_default());
        }
        for translator in info.all("translator") {
            facts.add("translator", &name_of(translator));
        }
    }
    for info in header.all("description/publish-info") {
        for (name, path) in [("publisher", "publisher"), ("identifier", "isbn")] {
            info.first(path).iter().for_each(|it| facts.add(name, it));
        }
        info.first("year").iter().for_each(|it| facts.add_date("date", it));
    }
    if let Some(id) = header.first("description/document-info/id") {
        facts.add_first("identifier", &id);
    }
}

fn name_of(person: &Element) -> String {
    let parts = ["first-name", "middle-name", "last-name"];
    let name: Vec<String> = parts.iter().filter_map(|it| person.first(it)).collect();
    if name.is_empty() { person.first("nickname").unwrap_or_default() } else { name.join(" ") }
}
