//! TEI: editions of texts, and what GROBID makes of articles.

use docmill_xml::Tag;

use super::{Place, Role, link};
use crate::facts::Facts;
use crate::header::Element;

pub fn role(name: &str, tag: &Tag, place: Place<'_>) -> Role {
    match name {
        "teiheader" => Role::Header,
        "abstract" if place.in_header => Role::Shown,
        "div" | "div0" | "div1" | "div2" | "div3" | "div4" | "div5" | "div6" => Role::Section,
        "head" if matches!(place.parent, "figure" | "table") => Role::Aside("caption"),
        "head" => Role::Title,
        "titlepart" | "doctitle" => Role::Heading(1),
        "figdesc" => Role::Aside("caption"),
        "note" => Role::Aside("footnote"),
        "fw" => Role::Aside("navigation"),
        "item" | "bibl" | "biblstruct" | "biblfull" if place.parent.starts_with("list") => {
            Role::Item
        }
        "label" if place.parent == "list" => Role::Item,
        "quote" | "cit" | "epigraph" if !matches!(place.parent, "p" | "cit") => Role::Quotation,
        "eg" | "egxml" => Role::Lines,
        "code" | "ident" | "gi" | "att" => Role::Code,
        "emph" | "hi" | "title" | "foreign" => Role::Emphasis,
        "ref" | "ptr" => link(tag.attribute("target")),
        "table" => Role::Table,
        "row" => Role::Row,
        "cell" => Role::Cell,
        "l" | "speaker" => Role::Verse,
        "lb" => Role::Break,
        "pb" => Role::Page(tag.attribute("n").unwrap_or_default().to_owned()),
        "formula" => Role::Formula,
        // The other reading of two.
        "sic" | "orig" | "abbr" if place.parent == "choice" => Role::Skip,
        "del" | "graphic" | "index" | "gap" => Role::Skip,
        "forename" | "surname" | "persname" | "date" | "biblscope" | "pubplace" | "idno"
        | "analytic" | "monogr" | "imprint" | "author" | "editor" => Role::Apart,
        "p" | "ab" | "lg" | "sp" | "stage" | "list" | "figure" | "front" | "body" | "back"
        | "text" | "listbibl" | "epigraph" | "opener" | "closer" | "salute" | "signed"
        | "byline" | "dateline" | "titlepage" | "argument" | "quote" | "floatingtext" | "group"
        | "abstract" => Role::Block,
        _ => Role::Inline,
    }
}

pub fn read(header: &Element, facts: &mut Facts) {
    for statement in header.within("titlestmt") {
        let titles = statement.all("title");
        let main = titles.iter().find(|it| it.attribute("type") == Some("main"));
        main.or(titles.first()).iter().for_each(|it| facts.add_first("title", &it.words()));
        for author in statement.all("author") {
            facts.add("creator", &author.words());
        }
    }
    for source in header.within("sourcedesc") {
        for author in source.within("analytic").iter().flat_map(|it| it.within("persname")) {
            facts.add("creator", &author.words());
        }
        for id in source.within("idno") {
            facts.add("identifier", &id.words());
        }
    }
    for statement in header.within("publicationstmt") {
        statement.first("publisher").iter().for_each(|it| facts.add("publisher", it));
        for date in statement.within("date") {
            facts.add_date("date", date.attribute("when").unwrap_or_default());
            facts.add_date("date", &date.words());
        }
        statement.first("idno").iter().for_each(|it| facts.add("identifier", it));
    }
    for language in header.within("language") {
        facts.languages.extend(language.attribute("ident").map(str::to_owned));
    }
    for term in header.within("keywords").iter().flat_map(|it| it.within("term")) {
        facts.add("subject", &term.words());
    }
    for text in header.within("abstract") {
        facts.add_first("description", &text.words());
    }
}
