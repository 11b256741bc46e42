//! What styles of OpenDocument say of paragraphs and words.

use std::collections::BTreeMap;

use docmill_office::Element;

/// The most styles that are looked at.
const MOST: usize = 50_000;
/// How many styles one may be derived from, one after the other.
const DEEPEST: usize = 16;

#[derive(Debug, Default)]
struct Style<'t> {
    parent: Option<&'t str>,
    /// As people see it, in lower case.
    name: String,
    is_bold: Option<bool>,
    is_italic: Option<bool>,
    is_fixed: bool,
    is_hidden: bool,
}

/// What a paragraph is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Paragraph,
    Heading(u8),
    Quotation,
    Code,
}

/// The styles of a document by family and name.
#[derive(Debug, Default)]
pub struct Styles<'t> {
    by_name: BTreeMap<(&'t str, &'t str), Style<'t>>,
}

impl<'t> Styles<'t> {
    /// Reads those in all parts.
    pub fn read(roots: &[Element<'t>]) -> Styles<'t> {
        let mut styles = Styles::default();
        let lists = roots.iter().flat_map(|root| root.elements());
        let lists = lists.filter(|it| matches!(it.name(), "automatic-styles" | "styles"));
        let all = lists.flat_map(|it| it.elements()).filter(|it| it.name() == "style");
        for element in all.take(MOST) {
            let said = |name: &str| element.attribute(name);
            let (Some(name), Some(family)) = (said("style:name").or(said("name")), said("family"))
            else {
                continue;
            };
            let words = element.child("text-properties").or_else(|| element.child("properties"));
            let of_words = |name: &str| words.and_then(|it| it.attribute(name));
            let shown = said("display-name").unwrap_or(name);
            let style = Style {
                parent: said("parent-style-name"),
                name: shown.replace("_20_", " ").to_lowercase(),
                is_bold: of_words("fo:font-weight").map(|it| it == "bold" || it > "500"),
                is_italic: of_words("fo:font-style").map(|it| it == "italic" || it == "oblique"),
                is_fixed: of_words("font-name")
                    .is_some_and(|it| it.contains("Mono") || it.contains("Courier")),
                is_hidden: of_words("text:display") == Some("none"),
            };
            styles.by_name.entry((family, name)).or_insert(style);
        }
        styles
    }

    fn chain(
        &self,
        family: &'static str,
        name: Option<&'t str>,
    ) -> impl Iterator<Item = &Style<'t>> {
        let mut next = name.and_then(|name| self.by_name.get(&(family, name)));
        let chain = std::iter::from_fn(move || {
            let style = next?;
            next = style.parent.and_then(|name| self.by_name.get(&(family, name)));
            Some(style)
        });
        chain.take(DEEPEST)
    }

    /// What a paragraph of this style is.
    pub fn kind(&self, name: Option<&'t str>) -> Kind {
        let own = name.map(|it| it.replace("_20_", " ").to_lowercase());
        let names = self.chain("paragraph", name).map(|it| it.name.as_str()).chain(own.as_deref());
        for name in names {
            match name {
                "title" => return Kind::Heading(1),
                "quotations" | "quote" | "block quotation" | "blockquote" | "intense quote" => {
                    return Kind::Quotation;
                }
                "preformatted text" | "source code" | "html preformatted" => return Kind::Code,
                _ => {}
            }
            // Of files that others wrote, whose headings are paragraphs in a style.
            if let Some(level) = name.strip_prefix("heading ")
                && let Ok(level) = level.parse::<u8>()
            {
                return Kind::Heading(level);
            }
        }
        Kind::Paragraph
    }

    /// Whether words of this style stand out.
    pub fn is_emphasized(&self, name: Option<&'t str>) -> bool {
        let chain = || self.chain("text", name);
        let is_bold = chain().find_map(|it| it.is_bold);
        let is_italic = chain().find_map(|it| it.is_italic);
        let is_named = chain().any(|it| matches!(it.name.as_str(), "emphasis" | "strong emphasis"));
        is_bold == Some(true) || is_italic == Some(true) || is_named
    }

    /// Whether words of this style are not shown.
    pub fn is_hidden(&self, name: Option<&'t str>) -> bool {
        self.chain("text", name).any(|it| it.is_hidden)
    }

    /// Whether words of this style are source code.
    pub fn is_code(&self, name: Option<&'t str>) -> bool {
        let is_named = |it: &Style<'_>| matches!(it.name.as_str(), "source text" | "teletype");
        self.chain("text", name)
            .any(|it| is_named(it) && !it.is_hidden || it.is_fixed && is_named(it))
    }
}
