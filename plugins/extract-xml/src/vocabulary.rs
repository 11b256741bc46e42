//! The vocabularies: which element is what, and what a header says.

mod docbook;
mod fiction_book;
mod jats;
mod tei;
mod xhtml;

use docmill_xml::Tag;

use crate::facts::Facts;
use crate::header::Element;

/// What an element is to a reader.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Role {
    /// Words go on through it.
    Inline,
    /// Words go on, with a space on either side: a name in its parts.
    Apart,
    /// It stands apart from what is around it.
    Block,
    /// The same, and titles in it are a level lower.
    Section,
    /// The heading of the section that it stands in.
    Title,
    /// A heading of this level.
    Heading(u8),
    /// An item of a list.
    Item,
    Quotation,
    /// Lines that stay as they are.
    Lines,
    /// A line of a poem.
    Verse,
    Table,
    Row,
    Cell,
    Code,
    Emphasis,
    /// Leads to this address.
    Link(String),
    /// A new line.
    Break,
    Superscript,
    Subscript,
    /// Belongs to a note of this name, whose number is none of the text.
    Reference(String),
    /// Leads to this place of the document; a note, if it is set like the number of one.
    Place(String),
    /// Stands beside the text, as an aside of this kind.
    Aside(&'static str),
    /// A formula, which may be written in several ways.
    Formula,
    /// Within a formula: how it is typed.
    Source,
    /// A page of the printed book begins.
    Page(String),
    /// Says what the document is, and is read by the vocabulary; shown only where a part of it has
    /// the role [`Role::Shown`].
    Header,
    /// A part of a header that belongs to the text as well, as a section of its own.
    Shown,
    /// The title in a header, which the text begins with.
    ShownTitle,
    /// Not read.
    Skip,
}

/// A vocabulary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Vocabulary {
    /// XHTML, as in EPUB, and DTBook, which is like it.
    Xhtml,
    FictionBook,
    DocBook,
    Jats,
    Tei,
    /// Any other: elements are lines.
    Other,
}

/// Where an element stands.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// The local name of the element around it.
    pub parent: &'a str,
    /// The one around that.
    pub grandparent: &'a str,
    /// How many sections are around it.
    pub depth: usize,
    /// Whether it lies in a header.
    pub in_header: bool,
}

impl Vocabulary {
    /// The vocabulary of a document with this root.
    pub fn of_root(name: &str, tag: &Tag) -> Vocabulary {
        let says = |what: &str| tag.attributes.iter().any(|(_, value)| value.contains(what));
        match name {
            "html" | "dtbook" => Vocabulary::Xhtml,
            "fictionbook" => Vocabulary::FictionBook,
            "tei" | "teicorpus" | "tei.2" => Vocabulary::Tei,
            "pmc-articleset" => Vocabulary::Jats,
            // Both have articles and books: one has a namespace or few attributes, the other says
            // what kind of article it is.
            "article" | "book" | "book-part-wrapper" | "book-part"
                if !says("docbook")
                    && (tag.attribute("article-type").is_some()
                        || tag.attribute("dtd-version").is_some()
                        || tag.attribute("book-type").is_some()
                        || tag.attribute("book-part-type").is_some()
                        || name.starts_with("book-part")
                        || says("1998/Math/MathML")) =>
            {
                Vocabulary::Jats
            }
            "article" | "book" | "set" | "part" | "chapter" | "section" | "sect1" | "refentry"
            | "appendix" | "preface" | "glossary" | "reference" => Vocabulary::DocBook,
            _ if says("docbook.org/ns") => Vocabulary::DocBook,
            _ => Vocabulary::Other,
        }
    }

    /// What an element is.
    pub fn role(self, name: &str, tag: &Tag, place: Place<'_>) -> Role {
        match self {
            Vocabulary::Xhtml => xhtml::role(name, tag, place),
            Vocabulary::FictionBook => fiction_book::role(name, tag, place),
            Vocabulary::DocBook => docbook::role(name, tag, place),
            Vocabulary::Jats => jats::role(name, tag, place),
            Vocabulary::Tei => tei::role(name, tag, place),
            Vocabulary::Other => other(name),
        }
    }

    /// Reads what a header says.
    pub fn read_header(self, header: &Element, facts: &mut Facts) {
        match self {
            Vocabulary::Xhtml => xhtml::read(header, facts),
            Vocabulary::FictionBook => fiction_book::read(header, facts),
            Vocabulary::DocBook => docbook::read(header, facts),
            Vocabulary::Jats => jats::read(header, facts),
            Vocabulary::Tei => tei::read(header, facts),
            Vocabulary::Other => {}
        }
    }
}

/// Of other XML only the text is known. An element is a line; those that everybody takes for the
/// look of words are none.
fn other(name: &str) -> Role {
    match name {
        "script" | "style" | "binary" | "base64binary" => Role::Skip,
        "b" | "i" | "em" | "strong" | "span" | "tspan" | "emph" | "bold" | "italic" | "sub"
        | "sup" | "a" => Role::Inline,
        _ => Role::Verse,
    }
}

/// Where a link leads, if it leads out of the document.
fn link(href: Option<&str>) -> Role {
    let href = href.unwrap_or_default();
    let before = &href[..href.find(['/', '?', '#']).unwrap_or(href.len())];
    if before.contains(':') { Role::Link(href.to_owned()) } else { Role::Inline }
}

impl Vocabulary {
    /// What an element is for those in it, if that is something else than what it is called.
    pub fn known_as(self, name: &str, tag: &Tag) -> Option<&'static str> {
        let is_notes = |it: &str| matches!(it, "notes" | "comments" | "footnotes" | "endnotes");
        let is_fiction = self == Vocabulary::FictionBook && name == "body";
        (is_fiction && tag.attribute("name").is_some_and(is_notes)).then_some("body:notes")
    }

    /// Whether an element has no end.
    pub fn is_void(self, name: &str) -> bool {
        self == Vocabulary::Xhtml
            && matches!(
                name,
                "br" | "hr"
                    | "img"
                    | "wbr"
                    | "meta"
                    | "link"
                    | "input"
                    | "col"
                    | "area"
                    | "base"
                    | "embed"
                    | "param"
                    | "source"
                    | "track"
            )
    }
}

/// The value of an attribute, whatever its prefix.
fn attribute<'t>(tag: &'t Tag, name: &str) -> Option<&'t str> {
    let found = tag.attributes.iter().find(|(it, _)| crate::header::local(it) == name);
    found.map(|(_, value)| value.trim())
}
