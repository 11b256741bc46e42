//! The elements that matter to reading, and how each of them behaves in a flow of text.

use crate::lookup::Lookup;

/// An element, a run of text, or the page itself. Everything that only changes the look of a word
/// is [`Tag::Inline`].
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
    Superscript,
    Subscript,
    /// `math`: what is inside is not HTML, and is read.
    Math,
    /// `msup` of a formula: what is behind its first child is an exponent.
    Power,
    /// `mfrac` of a formula: what is behind its first child is a divisor.
    Fraction,
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
    /// `noscript`: what browsers without scripts show, read where a page has nothing else.
    NoScript,
    /// Elements whose content is parsed but not read, such as `select`.
    Unread,
    /// `svg`: what is inside is not HTML, and is not read.
    Foreign,
    /// `button`: read within a heading, where it is the question of an accordion.
    Button,
    /// `template`: read where it is the inside of its element (declarative shadow DOM).
    Template,
}

/// The elements that are no [`Tag::Inline`], and `span`, which is the most frequent one.
static ELEMENTS: Lookup<Tag, 256> = Lookup::of(&[
    ("a", Tag::Link),
    ("b", Tag::Emphasis),
    ("em", Tag::Emphasis),
    ("i", Tag::Emphasis),
    ("u", Tag::Emphasis),
    ("strong", Tag::Emphasis),
    ("mark", Tag::Emphasis),
    ("p", Tag::Paragraph),
    ("br", Tag::Break),
    ("div", Tag::Div),
    ("span", Tag::Inline),
    ("li", Tag::Item),
    ("dt", Tag::Item),
    ("dd", Tag::Item),
    ("ul", Tag::List),
    ("ol", Tag::List),
    ("menu", Tag::List),
    ("dir", Tag::List),
    ("dl", Tag::Definitions),
    ("h1", Tag::Heading1),
    ("h2", Tag::Heading2),
    ("h3", Tag::Heading3),
    ("h4", Tag::Heading4),
    ("h5", Tag::Heading5),
    ("h6", Tag::Heading6),
    ("img", Tag::Image),
    ("picture", Tag::Image),
    ("video", Tag::Image),
    ("image", Tag::Image),
    ("td", Tag::Cell),
    ("th", Tag::Cell),
    ("tr", Tag::Row),
    ("table", Tag::Table),
    ("tbody", Tag::RowGroup),
    ("thead", Tag::RowGroup),
    ("tfoot", Tag::RowGroup),
    ("caption", Tag::TableCaption),
    ("article", Tag::Article),
    ("section", Tag::Section),
    ("header", Tag::Header),
    ("hgroup", Tag::Header),
    ("footer", Tag::Footer),
    ("nav", Tag::Nav),
    ("aside", Tag::Aside),
    ("main", Tag::Main),
    ("figure", Tag::Figure),
    ("figcaption", Tag::FigureCaption),
    ("form", Tag::Form),
    ("time", Tag::Time),
    ("blockquote", Tag::Quotation),
    ("pre", Tag::Preformatted),
    ("listing", Tag::Preformatted),
    ("code", Tag::Code),
    ("kbd", Tag::Code),
    ("samp", Tag::Code),
    ("tt", Tag::Code),
    ("hr", Tag::Rule),
    ("html", Tag::Html),
    ("head", Tag::Head),
    ("body", Tag::Body),
    ("meta", Tag::Meta),
    ("link", Tag::LinkRelation),
    ("base", Tag::Base),
    ("script", Tag::Script),
    ("title", Tag::Title),
    ("style", Tag::Raw),
    ("noscript", Tag::NoScript),
    ("iframe", Tag::Raw),
    ("xmp", Tag::Raw),
    ("noembed", Tag::Raw),
    ("noframes", Tag::Raw),
    ("textarea", Tag::TextArea),
    ("select", Tag::Unread),
    ("template", Tag::Template),
    ("svg", Tag::Foreign),
    ("math", Tag::Math),
    ("annotation", Tag::Unread),
    ("annotation-xml", Tag::Unread),
    ("msup", Tag::Power),
    ("mfrac", Tag::Fraction),
    ("sup", Tag::Superscript),
    ("sub", Tag::Subscript),
    ("rt", Tag::Unread),
    ("rtc", Tag::Unread),
    ("del", Tag::Unread),
    ("s", Tag::Unread),
    ("strike", Tag::Unread),
    ("button", Tag::Button),
    ("canvas", Tag::Unread),
    ("object", Tag::Unread),
    ("audio", Tag::Unread),
    ("datalist", Tag::Unread),
    ("dialog", Tag::Unread),
    ("amp-consent", Tag::Unread),
    ("amp-sidebar", Tag::Unread),
    ("amp-ad", Tag::Unread),
    ("rp", Tag::Unread),
    ("wbr", Tag::Void),
    ("input", Tag::Void),
    ("source", Tag::Void),
    ("track", Tag::Void),
    ("col", Tag::Void),
    ("embed", Tag::Void),
    ("area", Tag::Void),
    ("param", Tag::Void),
    ("address", Tag::Block),
    ("center", Tag::Block),
    ("details", Tag::Block),
    ("summary", Tag::Block),
    ("fieldset", Tag::Block),
    ("legend", Tag::Block),
    ("search", Tag::Block),
]);

/// The number of tags, for tables indexed by them.
pub const TAGS: usize = Tag::Template as usize + 1;

/// What elements have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Classes(u16);

impl Classes {
    /// Begins and ends a line of its own.
    pub const BLOCK: Classes = Classes(1);
    /// Its start ends an open paragraph.
    pub const CLOSES_PARAGRAPH: Classes = Classes(1 << 1);
    /// `h1` to `h6`.
    pub const HEADING: Classes = Classes(1 << 2);
    /// Nobody reads what is inside.
    pub const UNREAD: Classes = Classes(1 << 3);
    /// Its start may end an open one of its kind.
    pub const ENDS_ITS_LIKE: Classes = Classes(1 << 4);
    /// Belongs to the page as a whole or has no content of elements.
    pub const SPECIAL: Classes = Classes(1 << 5);
    /// Part of the frame of a table, which ends what is open inside its cells.
    pub const TABLE_PART: Classes = Classes(1 << 6);
    /// Begins a line, be it one of its own or not.
    pub const BEGINS_LINE: Classes = Classes(1 << 7);
    /// May have no end tag and no content.
    pub const LEAF: Classes = Classes(1 << 8);
    /// One of its attributes is the string of its node.
    pub const HAS_STRING: Classes = Classes(1 << 9);
    /// Says itself which part of the page it is, or lies around so much of it that its names say
    /// nothing.
    pub const TELLING: Classes = Classes(1 << 10);

    /// The classes of the tag with this number.
    const fn of(tag: u8) -> Classes {
        use Tag::*;
        let is_unread = tag >= Meta as u8;
        let is_heading = Heading1 as u8 <= tag && tag <= Heading6 as u8;
        let is_block = !is_among(
            tag,
            &[
                Text,
                Inline,
                Code,
                Emphasis,
                Link,
                Time,
                Superscript,
                Subscript,
                Math,
                Power,
                Fraction,
                Image,
                Break,
            ],
        );
        let is_within_table = is_among(tag, &[RowGroup, Row, Cell, TableCaption]);
        let ends_its_like = is_heading || is_among(tag, &[Item, Cell, Row, RowGroup, Link]);
        let special =
            [Script, Title, Raw, NoScript, TextArea, Meta, LinkRelation, Base, Html, Body, Void];
        let telling = [Nav, Footer, Aside, FigureCaption, Html, Body, Main, Article];
        let all = [
            (Classes::BLOCK, is_block),
            (Classes::CLOSES_PARAGRAPH, is_block && !is_unread && !is_within_table),
            (Classes::HEADING, is_heading),
            (Classes::UNREAD, is_unread),
            (Classes::ENDS_ITS_LIKE, ends_its_like),
            (Classes::SPECIAL, is_among(tag, &special)),
            (Classes::TABLE_PART, is_within_table || tag == Table as u8),
            (Classes::BEGINS_LINE, is_block || tag == Break as u8),
            (Classes::LEAF, is_among(tag, &[Break, Rule, Image])),
            (Classes::HAS_STRING, is_among(tag, &[Link, Time])),
            (Classes::TELLING, is_among(tag, &telling)),
        ];
        let (mut classes, mut at) = (0, 0);
        while at < all.len() {
            if all[at].1 {
                classes |= all[at].0.0;
            }
            at += 1;
        }
        Classes(classes)
    }
}

const fn is_among(tag: u8, tags: &[Tag]) -> bool {
    let mut at = 0;
    while at < tags.len() && tags[at] as u8 != tag {
        at += 1;
    }
    at < tags.len()
}

/// The classes of each tag. Looked up, since a question with many answers compiles to a jump that
/// no processor foresees.
static CLASSES: [Classes; TAGS] = {
    let mut classes = [Classes(0); TAGS];
    let mut tag = 0;
    while tag < TAGS {
        classes[tag] = Classes::of(tag as u8);
        tag += 1;
    }
    classes
};

impl Tag {
    /// The tag of the element whose name has this hash.
    pub fn of(name: u64) -> Tag {
        ELEMENTS.get(name).unwrap_or(Tag::Inline)
    }

    /// Whether the element is in one of these classes.
    pub fn is(self, classes: Classes) -> bool {
        CLASSES[self as usize].0 & classes.0 != 0
    }

    /// Whether the element begins and ends a line of its own.
    pub fn is_block(self) -> bool {
        self.is(Classes::BLOCK)
    }

    /// The level of a heading.
    pub fn heading_level(self) -> Option<u8> {
        let level = (self as u8).wrapping_sub(Tag::Heading1 as u8);
        (level < 6).then(|| level + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lookup::hash;

    #[test]
    fn headings_have_levels_and_nothing_else_has() {
        assert_eq!(Tag::of(hash("h1")).heading_level(), Some(1));
        assert_eq!(Tag::of(hash("h6")).heading_level(), Some(6));
        assert_eq!(Tag::of(hash("p")).heading_level(), None);
        assert_eq!(Tag::of(hash("ul")).heading_level(), None);
    }

    #[test]
    fn unknown_elements_flow_with_the_text() {
        assert!(!Tag::of(hash("x-teaser")).is_block());
        assert!(Tag::of(hash("blockquote")).is_block());
    }
}
