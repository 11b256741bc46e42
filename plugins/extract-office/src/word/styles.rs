//! What styles and numbers say of a paragraph in a DOCX: a heading, an item, a quotation, code.

use std::collections::BTreeMap;

use docmill_office::{Element, Tree};

/// The most styles, and the most numberings, that are looked at.
const MOST: usize = 10_000;
/// How many styles one may be based on, one after the other.
const DEEPEST: usize = 16;

/// A style of paragraphs or of characters.
#[derive(Debug, Default, Clone)]
struct Style {
    /// In lower case.
    name: String,
    based_on: Option<String>,
    outline: Option<u8>,
    numbering: Numbering,
    is_emphasis: bool,
}

/// What numbers a paragraph.
#[derive(Debug, Default, Clone)]
struct Numbering {
    id: Option<String>,
    level: Option<u8>,
}

impl Numbering {
    fn of(properties: Option<Element<'_>>) -> Numbering {
        let said = properties.and_then(|it| it.child("numPr"));
        let value = |name: &str| said?.child(name)?.attribute("val");
        let level = value("ilvl").and_then(|it| it.parse().ok());
        Numbering { id: value("numId").map(str::to_owned), level }
    }
}

/// What a paragraph is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Paragraph,
    Heading(u8),
    Item(u8),
    Quotation,
    Code,
    /// A line of a table of contents.
    Contents,
}

/// The styles of a document, and which numberings there are.
#[derive(Debug, Default)]
pub struct Styles {
    by_id: BTreeMap<String, Style>,
    /// The style of paragraphs that name none.
    default: Option<String>,
}

impl Styles {
    /// Reads the part of the styles.
    pub fn read(tree: Option<&Tree>) -> Styles {
        let mut styles = Styles::default();
        let root = tree.and_then(|tree| tree.root());
        let elements = root.into_iter().flat_map(|it| it.elements());
        for element in elements.filter(|it| it.name() == "style").take(MOST) {
            let Some(id) = element.attribute("styleId") else { continue };
            let value = |name: &str| element.child(name)?.attribute("val");
            let properties = element.child("pPr");
            let name = value("name").unwrap_or_default().to_lowercase();
            let style = Style {
                is_emphasis: matches!(name.as_str(), "emphasis" | "strong" | "intense emphasis"),
                name,
                based_on: value("basedOn").map(str::to_owned),
                outline: outline(properties),
                numbering: Numbering::of(properties),
            };
            let is_default = element.attribute("default").is_some_and(is_on);
            if is_default && element.attribute("type") == Some("paragraph") {
                styles.default = Some(id.to_owned());
            }
            styles.by_id.insert(id.to_owned(), style);
        }
        styles
    }

    /// A style and those that it is based on, the nearest first.
    fn chain(&self, id: Option<&str>) -> impl Iterator<Item = &Style> {
        let mut next = id.and_then(|id| self.by_id.get(id));
        let chain = std::iter::from_fn(move || {
            let style = next?;
            next = style.based_on.as_ref().and_then(|id| self.by_id.get(id));
            Some(style)
        });
        chain.take(DEEPEST)
    }

    /// What a paragraph with these properties is.
    pub fn kind(&self, properties: Option<Element<'_>>) -> Kind {
        let id = properties.and_then(|it| it.child("pStyle")?.attribute("val"));
        let id = id.or(self.default.as_deref());
        // A document may use styles that it does not define.
        let own_name = id.filter(|id| !self.by_id.contains_key(*id)).map(str::to_lowercase);
        let names = || self.chain(id).map(|it| it.name.as_str()).chain(own_name.as_deref());
        if let Some(kind) = names().find_map(by_name) {
            return kind;
        }
        let outline = outline(properties).or_else(|| self.chain(id).find_map(|it| it.outline));
        if let Some(level) = outline.filter(|it| *it < 9) {
            return Kind::Heading(level + 1);
        }
        let own = Numbering::of(properties);
        let inherited = || self.chain(id).map(|it| &it.numbering);
        let number = own.id.as_deref().or_else(|| inherited().find_map(|it| it.id.as_deref()));
        let level = own.level.or_else(|| inherited().find_map(|it| it.level));
        if number.is_some_and(|id| id != "0") {
            return Kind::Item(level.unwrap_or(0));
        }
        match names().find_map(by_name_of_list) {
            // Whose number was taken away is an item no more.
            Some(_) if own.id.is_some() => Kind::Paragraph,
            Some(level) => Kind::Item(level),
            None => Kind::Paragraph,
        }
    }

    /// Whether characters with these properties stand out, or nothing if the properties do not say.
    pub fn is_emphasized(&self, properties: Option<Element<'_>>) -> bool {
        let Some(properties) = properties else { return false };
        let mut said = None;
        for element in properties.elements() {
            if matches!(element.name(), "b" | "i") {
                let is_set = element.attribute("val").is_none_or(is_on);
                said = Some(said.unwrap_or(false) || is_set);
            }
        }
        let style = || properties.child("rStyle").and_then(|it| it.attribute("val"));
        said.unwrap_or_else(|| self.chain(style()).any(|it| it.is_emphasis))
    }
}

fn outline(properties: Option<Element<'_>>) -> Option<u8> {
    properties?.child("outlineLvl")?.attribute("val")?.parse().ok()
}

/// Whether a value switches something on.
pub fn is_on(value: &str) -> bool {
    !matches!(value, "0" | "false" | "off" | "none")
}

/// What the name of a built-in style says; names are in English whatever the program speaks.
fn by_name(name: &str) -> Option<Kind> {
    if let Some(level) = name.strip_prefix("heading").map(str::trim)
        && let Ok(level) = level.parse::<u8>()
    {
        return Some(Kind::Heading(level));
    }
    if name.strip_prefix("toc ").is_some_and(|it| it.parse::<u8>().is_ok()) {
        return Some(Kind::Contents);
    }
    match name {
        "title" => Some(Kind::Heading(1)),
        "quote" | "intense quote" | "block text" | "block quote" | "quotations" => {
            Some(Kind::Quotation)
        }
        "html preformatted" | "source code" | "preformatted text" | "plain text code" => {
            Some(Kind::Code)
        }
        _ => None,
    }
}

fn by_name_of_list(name: &str) -> Option<u8> {
    let rest = name.strip_prefix("list bullet").or_else(|| name.strip_prefix("list number"))?;
    match rest.trim() {
        "" => Some(0),
        level => level.parse::<u8>().ok()?.checked_sub(1),
    }
}
