//! The elements that matter to reading, and how each of them behaves in a flow of text.

/// An element, a run of text, or the page itself. Everything that only changes the look of a word is [`Tag::Inline`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Tag {
    /// The page itself; always the first node.
    Root,
    /// A run of text.
    Text,
    /// Any element that this plugin need not tell apart, `span` and custom elements among them.
    Inline,
    Html,
    Head,
    Body,
    Main,
    Article,
    Section,
    Div,
    Header,
    Footer,
    Nav,
    Aside,
    Form,
    Paragraph,
    Heading1,
    Heading2,
    Heading3,
    Heading4,
    Heading5,
    Heading6,
    List,
    Item,
    Definitions,
    Quotation,
    Preformatted,
    Code,
    Emphasis,
    Link,
    Time,
    Table,
    RowGroup,
    Row,
    Cell,
    TableCaption,
    Figure,
    FigureCaption,
    /// `address`, `details`, `center` and others that only begin a new line.
    Block,
    Image,
    Break,
    Rule,
    Meta,
    LinkRelation,
    Base,
    /// Elements without content and without meaning for a text, such as `wbr` and `source`.
    Void,
    Script,
    Title,
    /// Elements whose content is not parsed and not read, such as `style`.
    Raw,
    /// `textarea`: not read either, but its content has entities.
    TextArea,
    /// Elements whose content is parsed but not read, such as `select`.
    Unread,
}

/// The number of tags, for tables indexed by them.
pub const TAGS: usize = Tag::Unread as usize + 1;

impl Tag {
    /// The tag of an element's name in lower case.
    pub fn of(name: &[u8]) -> Tag {
        match name {
            b"a" => Tag::Link,
            b"b" | b"em" | b"i" | b"u" | b"strong" | b"mark" => Tag::Emphasis,
            b"p" => Tag::Paragraph,
            b"br" => Tag::Break,
            b"div" => Tag::Div,
            b"span" => Tag::Inline,
            b"li" | b"dt" | b"dd" => Tag::Item,
            b"ul" | b"ol" | b"menu" | b"dir" => Tag::List,
            b"dl" => Tag::Definitions,
            b"h1" => Tag::Heading1,
            b"h2" => Tag::Heading2,
            b"h3" => Tag::Heading3,
            b"h4" => Tag::Heading4,
            b"h5" => Tag::Heading5,
            b"h6" => Tag::Heading6,
            b"img" | b"picture" | b"video" | b"image" => Tag::Image,
            b"td" | b"th" => Tag::Cell,
            b"tr" => Tag::Row,
            b"table" => Tag::Table,
            b"tbody" | b"thead" | b"tfoot" => Tag::RowGroup,
            b"caption" => Tag::TableCaption,
            b"article" => Tag::Article,
            b"section" => Tag::Section,
            b"header" | b"hgroup" => Tag::Header,
            b"footer" => Tag::Footer,
            b"nav" => Tag::Nav,
            b"aside" => Tag::Aside,
            b"main" => Tag::Main,
            b"figure" => Tag::Figure,
            b"figcaption" => Tag::FigureCaption,
            b"form" => Tag::Form,
            b"time" => Tag::Time,
            b"blockquote" => Tag::Quotation,
            b"pre" | b"listing" => Tag::Preformatted,
            b"code" | b"kbd" | b"samp" | b"tt" => Tag::Code,
            b"hr" => Tag::Rule,
            b"html" => Tag::Html,
            b"head" => Tag::Head,
            b"body" => Tag::Body,
            b"meta" => Tag::Meta,
            b"link" => Tag::LinkRelation,
            b"base" => Tag::Base,
            b"script" => Tag::Script,
            b"title" => Tag::Title,
            b"style" | b"noscript" | b"iframe" | b"xmp" | b"noembed" | b"noframes" => Tag::Raw,
            b"textarea" => Tag::TextArea,
            b"select" | b"template" | b"svg" | b"button" | b"canvas" | b"object" | b"audio"
            | b"datalist" | b"dialog" | b"rp" => Tag::Unread,
            b"wbr" | b"input" | b"source" | b"track" | b"col" | b"embed" | b"area" | b"param" => {
                Tag::Void
            }
            b"address" | b"center" | b"details" | b"summary" | b"fieldset" | b"legend"
            | b"search" => Tag::Block,
            _ => Tag::Inline,
        }
    }

    /// Whether the element begins and ends a line of its own.
    pub fn is_block(self) -> bool {
        use Tag::*;
        !matches!(self, Text | Inline | Code | Emphasis | Link | Time | Image | Break)
    }

    /// Whether the start of this element ends an open paragraph.
    pub fn closes_paragraph(self) -> bool {
        self.is_block()
            && !matches!(self, Tag::Row | Tag::Cell | Tag::RowGroup | Tag::TableCaption)
            && !self.is_unread()
    }

    /// The level of a heading.
    pub fn heading_level(self) -> Option<u8> {
        let level = (self as u8).wrapping_sub(Tag::Heading1 as u8);
        (level < 6).then(|| level + 1)
    }

    /// Whether nobody reads what is inside.
    pub fn is_unread(self) -> bool {
        self as u8 >= Tag::Meta as u8
    }

    /// Whether the element is part of the frame of a table, which ends what is open inside its cells.
    pub fn is_table_part(self) -> bool {
        matches!(self, Tag::Table | Tag::RowGroup | Tag::Row | Tag::Cell | Tag::TableCaption)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_have_levels_and_nothing_else_has() {
        assert_eq!(Tag::of(b"h1").heading_level(), Some(1));
        assert_eq!(Tag::of(b"h6").heading_level(), Some(6));
        assert_eq!(Tag::of(b"p").heading_level(), None);
        assert_eq!(Tag::of(b"ul").heading_level(), None);
    }

    #[test]
    fn unknown_elements_flow_with_the_text() {
        assert!(!Tag::of(b"x-teaser").is_block());
        assert!(Tag::of(b"blockquote").is_block());
    }
}
