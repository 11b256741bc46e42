//! A page as a flat list of nodes in the order of the source, built from the tokens of `html5gum`.
//!
//! The list needs no pointers and no recursion: a node knows its parent and where its subtree ends, so that everything later is
//! a loop over indices. The rules for tags that are left out or misplaced are those of browsers, cut down to what changes the
//! text: paragraphs, items, cells and links end where a browser would end them.

use std::convert::Infallible;

use html5gum::{Emitter, Error as TokenError, State, Tokenizer};

use crate::head::Head;
use crate::names::{self, Hints};
use crate::tags::{TAGS, Tag};

/// The most elements that lie in each other. Browsers stop at 512; whatever is deeper becomes text of the innermost element.
const MAX_DEPTH: usize = 256;
/// The most nodes of a page. Whatever comes later becomes text without structure.
const MAX_NODES: usize = 250_000;
/// The most bytes that are kept of an attribute's value.
const MAX_VALUE: usize = 8 * 1024;
/// The most bytes that are kept of JSON-LD, all scripts together.
const MAX_JSON_LD: usize = 256 * 1024;
/// The most bytes that are kept of the title.
const MAX_TITLE: usize = 4 * 1024;

/// What an element says about itself besides its tag and its hints.
pub mod flag {
    /// A table that only arranges boxes (`role="presentation"`).
    pub const PRESENTATION: u8 = 1;
    /// The text of the node keeps its line feeds.
    pub const PREFORMATTED: u8 = 2;
    /// A definition or another item that is not numbered: `dt`.
    pub const TERM: u8 = 4;
}

/// One node: an element or a run of text.
#[derive(Debug, Clone, Copy)]
pub struct Node {
    /// Which element.
    pub tag: Tag,
    /// See [`flag`].
    pub flags: u8,
    /// What its names suggest.
    pub hints: Hints,
    /// The index of the parent; the root is its own.
    pub parent: u32,
    /// The index of the first node after the subtree.
    pub end: u32,
    /// Where its string begins: a run of text itself, `href` of a link, `datetime` of a time.
    pub from: u32,
    /// Where its string ends.
    pub to: u32,
}

/// A parsed page.
#[derive(Debug)]
pub struct Page {
    /// All nodes in the order of the source, the root first.
    pub nodes: Vec<Node>,
    /// What the head of the page, and `meta` elsewhere, said.
    pub head: Head,
    strings: String,
}

impl Page {
    /// Parses a page. `xml` turns on self-closing tags and CDATA sections.
    pub fn parse(source: &str, xml: bool) -> Page {
        let mut builder = Builder::new(xml, source.len());
        let Ok(()) = Tokenizer::new_with_emitter(source, &mut builder).finish();
        builder.finish()
    }

    /// The string of a node.
    pub fn string(&self, node: &Node) -> &str {
        self.strings.get(node.from as usize..node.to as usize).unwrap_or("")
    }

    /// The indices of the children of a node.
    pub fn children(&self, index: u32) -> impl Iterator<Item = u32> + '_ {
        let end = self.nodes[index as usize].end;
        let mut next = index + 1;
        std::iter::from_fn(move || {
            let here = (next < end).then_some(next)?;
            next = self.nodes[here as usize].end;
            Some(here)
        })
    }

    /// Whether one node lies in the subtree of another, or is it.
    pub fn contains(&self, outer: u32, inner: u32) -> bool {
        outer <= inner && inner < self.nodes[outer as usize].end
    }

    /// The text of a subtree on one line.
    pub fn line(&self, index: u32, limit: usize) -> String {
        let mut line = String::new();
        for node in &self.nodes[index as usize..self.nodes[index as usize].end as usize] {
            if node.tag == Tag::Text {
                append_words(&mut line, self.string(node));
            } else if node.tag.is_block() || node.tag == Tag::Break {
                line.push(' ');
            }
            if line.len() > limit {
                break;
            }
        }
        let mut cleaned = String::with_capacity(line.len());
        append_words(&mut cleaned, line.trim());
        truncate(&mut cleaned, limit);
        cleaned
    }
}

/// Appends a text with its white space normalised: one space between words, at most one at either end.
pub fn append_words(target: &mut String, text: &str) {
    let mut space = false;
    for character in text.chars() {
        if is_space(character) {
            space = true;
        } else if !is_invisible(character) {
            if space && !target.is_empty() && !target.ends_with(' ') {
                target.push(' ');
            }
            space = false;
            target.push(character);
        }
    }
    if space && !target.is_empty() && !target.ends_with(' ') {
        target.push(' ');
    }
}

/// Whether a character is white space to a reader, the spaces that do not break included.
pub fn is_space(character: char) -> bool {
    character.is_whitespace() || character.is_control()
}

/// Whether a character only instructs the browser: soft hyphens, zero-width spaces, byte order marks.
pub fn is_invisible(character: char) -> bool {
    matches!(character, '\u{ad}' | '\u{200b}' | '\u{2060}' | '\u{feff}')
}

/// Cuts a text to at most so many bytes, on a character boundary.
pub fn truncate(text: &mut String, limit: usize) {
    if text.len() > limit {
        text.truncate(text.floor_char_boundary(limit));
    }
}

/// The attributes that are read at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Name {
    AriaHidden,
    Class,
    Content,
    DataRole,
    DateTime,
    Hidden,
    Href,
    HttpEquiv,
    Id,
    ItemProperty,
    Lang,
    /// `name`.
    Named,
    Property,
    Rel,
    Role,
    Style,
    Type,
}

impl Name {
    fn of(name: &[u8]) -> Option<Name> {
        Some(match name {
            b"class" => Name::Class,
            b"id" => Name::Id,
            b"href" => Name::Href,
            b"style" => Name::Style,
            b"rel" => Name::Rel,
            b"type" => Name::Type,
            b"content" => Name::Content,
            b"name" => Name::Named,
            b"property" => Name::Property,
            b"itemprop" => Name::ItemProperty,
            b"http-equiv" => Name::HttpEquiv,
            b"lang" | b"xml:lang" => Name::Lang,
            b"role" => Name::Role,
            b"datetime" => Name::DateTime,
            b"hidden" => Name::Hidden,
            b"aria-hidden" => Name::AriaHidden,
            b"data-role" => Name::DataRole,
            _ => return None,
        })
    }
}

/// An element whose end tag has not been seen.
#[derive(Debug, Clone, Copy)]
struct Open {
    tag: Tag,
    /// Tells apart the elements that share [`Tag::Inline`] and others.
    name: u32,
    /// Its node, or `NO_NODE` where nothing is read.
    node: u32,
}

const NO_NODE: u32 = u32::MAX;

/// Where text goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sink {
    Text,
    Title,
    JsonLd,
    Nowhere,
}

#[derive(Debug)]
struct Builder {
    xml: bool,
    nodes: Vec<Node>,
    strings: Vec<u8>,
    head: Head,
    stack: Vec<Open>,
    /// How many elements of each tag are open: most questions about the stack need no look at it.
    open: [u16; TAGS],
    /// How many elements are open beyond [`MAX_DEPTH`].
    overflow: usize,
    /// The length of the stack from which on nothing is read, if so.
    hidden_from: Option<usize>,
    sink: Sink,
    /// The raw element that has to end before tags count again.
    raw_name: Vec<u8>,
    /// White space stood before what comes next.
    space: bool,

    // The current tag.
    is_end: bool,
    is_self_closing: bool,
    name: Vec<u8>,
    attribute_name: Vec<u8>,
    attribute: Option<Name>,
    attribute_resolved: bool,
    attributes: Vec<(Name, u32, u32)>,
    values: Vec<u8>,
}

impl Builder {
    fn new(xml: bool, size: usize) -> Builder {
        let root = Node {
            tag: Tag::Root,
            flags: 0,
            hints: Hints::default(),
            parent: 0,
            end: 0,
            from: 0,
            to: 0,
        };
        // A guess that fits most pages: growing means copying, and a fresh memory pays for every page it touches.
        let mut nodes = Vec::with_capacity((size / 64).clamp(16, MAX_NODES));
        nodes.push(root);
        Builder {
            xml,
            nodes,
            strings: Vec::with_capacity((size / 4).clamp(64, 1 << 20)),
            head: Head::default(),
            stack: Vec::with_capacity(64),
            open: [0; TAGS],
            overflow: 0,
            hidden_from: None,
            sink: Sink::Text,
            raw_name: Vec::new(),
            space: false,
            is_end: false,
            is_self_closing: false,
            name: Vec::with_capacity(32),
            attribute_name: Vec::with_capacity(32),
            attribute: None,
            attribute_resolved: true,
            attributes: Vec::with_capacity(16),
            values: Vec::with_capacity(512),
        }
    }

    fn finish(mut self) -> Page {
        while !self.stack.is_empty() {
            self.pop();
        }
        let end = self.nodes.len() as u32;
        self.nodes[0].end = end;
        let strings = String::from_utf8(self.strings).unwrap_or_else(|error| {
            // The tokenizer passes characters on whole, so this is not expected; offsets must stay what they are.
            let mut bytes = error.into_bytes();
            let mut from = 0;
            while let Err(error) = std::str::from_utf8(&bytes[from..]) {
                let start = from + error.valid_up_to();
                let end = error.error_len().map_or(bytes.len(), |length| start + length);
                bytes[start..end].fill(b'?');
                from = end;
            }
            String::from_utf8(bytes).unwrap_or_default()
        });
        Page { nodes: self.nodes, head: self.head, strings }
    }

    fn value(&self, name: Name) -> Option<&str> {
        let (_, from, to) = *self.attributes.iter().find(|attribute| attribute.0 == name)?;
        Some(valid(&self.values[from as usize..to as usize]))
    }

    fn finish_attribute_name(&mut self) {
        if self.attribute_resolved {
            return;
        }
        self.attribute_resolved = true;
        self.attribute = Name::of(&self.attribute_name);
        if let Some(name) = self.attribute {
            let at = self.values.len() as u32;
            self.attributes.push((name, at, at));
        }
    }

    fn text(&mut self, text: &[u8]) {
        match self.sink {
            Sink::Nowhere => return,
            Sink::Title => return append(&mut self.head.title, text, MAX_TITLE),
            Sink::JsonLd => return append(&mut self.head.json_ld, text, MAX_JSON_LD),
            Sink::Text => {}
        }
        if self.hidden_from.is_some() {
            return;
        }
        let preformatted = self.open[Tag::Preformatted as usize] > 0;
        if !preformatted && text.iter().all(u8::is_ascii_whitespace) {
            self.space = true;
            return;
        }
        let parent = self.parent();
        let at = self.strings.len() as u32;
        let last = self.nodes.len() - 1;
        let extends = self.nodes[last].tag == Tag::Text
            && self.nodes[last].to == at
            && (self.nodes[last].parent == parent || self.nodes.len() >= MAX_NODES);
        if !extends {
            if self.nodes.len() >= MAX_NODES {
                return;
            }
            self.push_node(Tag::Text, at);
            if preformatted {
                let last = self.nodes.len() - 1;
                self.nodes[last].flags = flag::PREFORMATTED;
            }
        }
        if self.space {
            self.space = false;
            self.strings.push(b' ');
        }
        self.strings.extend_from_slice(text);
        let last = self.nodes.len() - 1;
        self.nodes[last].to = self.strings.len() as u32;
    }

    fn parent(&self) -> u32 {
        self.stack.last().map_or(0, |open| if open.node == NO_NODE { 0 } else { open.node })
    }

    fn push_node(&mut self, tag: Tag, from: u32) -> u32 {
        let index = self.nodes.len() as u32;
        self.nodes.push(Node {
            tag,
            flags: 0,
            hints: Hints::default(),
            parent: self.parent(),
            end: index + 1,
            from,
            to: from,
        });
        index
    }

    fn pop(&mut self) {
        if let Some(open) = self.stack.pop() {
            self.open[open.tag as usize] -= 1;
            if open.node != NO_NODE {
                self.nodes[open.node as usize].end = self.nodes.len() as u32;
            }
            if open.tag.is_block() {
                self.space = false;
            }
            if self.hidden_from.is_some_and(|depth| self.stack.len() < depth) {
                self.hidden_from = None;
            }
        }
    }

    /// Ends everything down to the element at this place of the stack, and that element.
    fn pop_to(&mut self, depth: usize) {
        while self.stack.len() > depth {
            self.pop();
        }
    }

    /// The innermost open element of one kind, unless a boundary lies above it.
    fn find_open(
        &self,
        wanted: impl Fn(&Open) -> bool,
        boundary: impl Fn(&Open) -> bool,
    ) -> Option<usize> {
        for (depth, open) in self.stack.iter().enumerate().rev() {
            if wanted(open) {
                return Some(depth);
            }
            if boundary(open) {
                return None;
            }
        }
        None
    }

    fn close_implied(&mut self, tag: Tag) {
        let is_open = |tag: Tag| self.open[tag as usize] > 0;
        let found = match tag {
            Tag::Item if is_open(Tag::Item) => self.find_open(
                |open| open.tag == Tag::Item,
                |open| matches!(open.tag, Tag::List | Tag::Definitions | Tag::Cell),
            ),
            Tag::Cell if is_open(Tag::Cell) => {
                self.find_open(|open| open.tag == Tag::Cell, |open| matches!(open.tag, Tag::Table))
            }
            Tag::Row if is_open(Tag::Row) => {
                self.find_open(|open| open.tag == Tag::Row, |open| open.tag == Tag::Table)
            }
            Tag::RowGroup if is_open(Tag::RowGroup) => {
                self.find_open(|open| open.tag == Tag::RowGroup, |open| open.tag == Tag::Table)
            }
            Tag::Link if is_open(Tag::Link) => {
                self.find_open(|open| open.tag == Tag::Link, |open| open.tag.is_block())
            }
            _ if tag.heading_level().is_some()
                && self.stack.last().is_some_and(|open| open.tag.heading_level().is_some()) =>
            {
                Some(self.stack.len() - 1)
            }
            _ => None,
        };
        if let Some(depth) = found {
            self.pop_to(depth);
        }
        if tag.closes_paragraph() && self.open[Tag::Paragraph as usize] > 0 {
            let paragraph = self.find_open(
                |open| open.tag == Tag::Paragraph,
                |open| open.tag.is_table_part() || open.tag.is_unread(),
            );
            if let Some(depth) = paragraph {
                self.pop_to(depth);
            }
        }
    }

    fn start(&mut self) -> Option<State> {
        let tag = Tag::of(&self.name);
        match tag {
            Tag::Meta => {
                self.meta();
                return None;
            }
            Tag::LinkRelation => {
                let canonical = self
                    .value(Name::Rel)
                    .is_some_and(|rel| rel.split_ascii_whitespace().any(|rel| rel == "canonical"));
                if canonical && let Some(href) = self.value(Name::Href) {
                    let href = href.trim().to_owned();
                    self.head.canonical.get_or_insert(href);
                }
                return None;
            }
            Tag::Base => {
                if let Some(href) = self.value(Name::Href) {
                    let href = href.trim().to_owned();
                    self.head.base.get_or_insert(href);
                }
                return None;
            }
            Tag::Html => {
                if let Some(lang) = self.value(Name::Lang) {
                    let lang = lang.trim().to_owned();
                    self.head.lang.get_or_insert(lang);
                }
                // A second one must not begin a second page.
                if self.open[Tag::Html as usize] > 0 {
                    return None;
                }
            }
            Tag::Body => {
                if self.open[Tag::Head as usize] > 0 {
                    let head = self.find_open(|open| open.tag == Tag::Head, |_| false);
                    if let Some(depth) = head {
                        self.pop_to(depth);
                    }
                }
                if self.open[Tag::Body as usize] > 0 {
                    return None;
                }
            }
            Tag::Void => return None,
            Tag::Script | Tag::Title | Tag::Raw | Tag::TextArea => return self.start_raw(tag),
            _ => {}
        }
        self.close_implied(tag);
        if tag.is_block() || tag == Tag::Break {
            self.space = false;
        }
        let closed = self.is_self_closing && self.xml;
        let is_leaf = closed || matches!(tag, Tag::Break | Tag::Rule)
            // `picture` and `video` share the tag of `img` but have content.
            || (tag == Tag::Image && matches!(self.name.as_slice(), b"img" | b"image"));
        if self.hidden_from.is_some() || self.overflow > 0 || self.nodes.len() >= MAX_NODES {
            self.space = true;
            if !is_leaf {
                self.push_open(tag, NO_NODE);
            }
            return None;
        }
        if !is_leaf && self.stack.len() >= MAX_DEPTH {
            self.space = true;
            self.overflow += 1;
            return None;
        }
        if tag.is_unread() || self.is_hidden(tag) {
            if !is_leaf {
                self.push_open(tag, NO_NODE);
                self.hidden_from = Some(self.stack.len());
            }
            return None;
        }
        self.open_element(tag, is_leaf);
        None
    }

    fn open_element(&mut self, tag: Tag, is_leaf: bool) {
        let mut hints = match tag {
            Tag::Nav | Tag::Footer => Hints::NAVIGATION,
            Tag::Aside => Hints::SIDE,
            Tag::FigureCaption => Hints::CAPTION,
            _ => Hints::default(),
        };
        let mut flags = 0;
        for &(name, from, to) in &self.attributes {
            let value = valid(&self.values[from as usize..to as usize]);
            match name {
                Name::Class | Name::Id => hints.add(names::hints(value)),
                Name::Role => {
                    hints.add(names::hints_of_role(value));
                    if value == "presentation" || value == "none" {
                        flags |= flag::PRESENTATION;
                    }
                }
                Name::ItemProperty => hints.add(names::hints_of_property(value)),
                Name::DataRole => match value {
                    "content" => hints.add(Hints::ARTICLE_BODY),
                    "sapo" => hints.add(Hints::LEAD),
                    "author" => hints.add(names::hints("author")),
                    "publishdate" => hints.add(Hints::DATELINE),
                    _ => {}
                },
                Name::Rel if value == "author" => hints.add(names::hints("author")),
                _ => {}
            }
        }
        if matches!(tag, Tag::Html | Tag::Body | Tag::Main | Tag::Article) {
            // Templates describe the whole page in the classes of its outermost elements.
            hints.remove(Hints::BOILERPLATE);
        }
        if self.name == b"dt" {
            flags |= flag::TERM;
        }
        let wanted = match tag {
            Tag::Link => Some(Name::Href),
            Tag::Time => Some(Name::DateTime),
            _ => None,
        };
        // The space before a link or a time belongs to the text before it, not to its own string.
        if self.space && wanted.is_some() {
            let last = self.nodes.len() - 1;
            if self.nodes[last].tag == Tag::Text && self.nodes[last].to == self.strings.len() as u32
            {
                self.strings.push(b' ');
                self.nodes[last].to += 1;
                self.space = false;
            }
        }
        let from = self.strings.len() as u32;
        let index = self.push_node(tag, from);
        if let Some(name) = wanted
            && let Some(&(_, start, end)) = self.attributes.iter().find(|it| it.0 == name)
        {
            self.strings.extend_from_slice(&self.values[start as usize..end as usize]);
        }
        let node = &mut self.nodes[index as usize];
        node.to = self.strings.len() as u32;
        node.hints = hints;
        node.flags = flags;
        if !is_leaf {
            self.push_open(tag, index);
        }
    }

    fn push_open(&mut self, tag: Tag, node: u32) {
        if self.stack.len() >= MAX_DEPTH {
            self.overflow += 1;
            return;
        }
        self.stack.push(Open { tag, name: hash(&self.name), node });
        self.open[tag as usize] += 1;
    }

    fn is_hidden(&self, tag: Tag) -> bool {
        if matches!(tag, Tag::Html | Tag::Body | Tag::Main | Tag::Article) {
            // Some pages hide everything until a script shows it.
            return false;
        }
        self.attributes.iter().any(|&(name, from, to)| {
            let value = &self.values[from as usize..to as usize];
            match name {
                Name::Hidden => true,
                Name::AriaHidden => value == b"true",
                Name::Style => hides(value),
                Name::Class => value.split(u8::is_ascii_whitespace).any(|class| {
                    matches!(class, b"sr-only" | b"visually-hidden" | b"screen-reader-text")
                }),
                _ => false,
            }
        })
    }

    fn start_raw(&mut self, tag: Tag) -> Option<State> {
        if self.is_self_closing && self.xml {
            return None;
        }
        self.raw_name.clear();
        self.raw_name.extend_from_slice(&self.name);
        self.sink = match tag {
            Tag::Script
                if self.value(Name::Type).is_some_and(|kind| {
                    kind.trim()
                        .get(..19)
                        .is_some_and(|kind| kind.eq_ignore_ascii_case("application/ld+json"))
                }) =>
            {
                if !self.head.json_ld.is_empty() {
                    append(&mut self.head.json_ld, b"\n", MAX_JSON_LD);
                }
                Sink::JsonLd
            }
            Tag::Title if self.head.title.is_empty() && self.hidden_from.is_none() => Sink::Title,
            _ => Sink::Nowhere,
        };
        Some(match tag {
            Tag::Script => State::ScriptData,
            Tag::Title | Tag::TextArea => State::RcData,
            _ => State::RawText,
        })
    }

    fn meta(&mut self) {
        let Some(content) = self.value(Name::Content) else { return };
        let name = [Name::Property, Name::Named, Name::ItemProperty, Name::HttpEquiv]
            .into_iter()
            .filter_map(|attribute| self.value(attribute))
            .find_map(crate::head::MetaName::of);
        if let Some(name) = name {
            let content = content.to_owned();
            self.head.add_meta(name, content);
        }
    }

    fn end(&mut self) {
        if !self.raw_name.is_empty() {
            self.raw_name.clear();
            self.sink = Sink::Text;
            return;
        }
        let tag = Tag::of(&self.name);
        if self.overflow > 0 {
            self.overflow -= 1;
            self.space = true;
            return;
        }
        if tag.is_block() {
            self.space = false;
        }
        if self.open[tag as usize] == 0 || matches!(tag, Tag::Html | Tag::Body) {
            return;
        }
        let name = hash(&self.name);
        let wanted =
            |open: &Open| open.tag == tag && (open.name == name || (tag.heading_level().is_some()));
        let found = if tag.heading_level().is_some() {
            self.find_open(
                |open| open.tag.heading_level().is_some(),
                |open| open.tag.is_table_part(),
            )
        } else if !tag.is_block() {
            // Misnested, as in `<b><p>…</b>`: it ends with its parent.
            self.find_open(wanted, |open| open.tag.is_block())
        } else if tag.is_table_part() {
            self.find_open(wanted, |open| open.tag == Tag::Table && tag != Tag::Table)
        } else {
            self.find_open(wanted, |open| {
                open.tag.is_table_part() || (tag == Tag::Item && open.tag == Tag::List)
            })
        };
        if let Some(depth) = found {
            self.pop_to(depth);
        }
    }
}

/// The longest valid beginning of these bytes.
fn valid(bytes: &[u8]) -> &str {
    match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => std::str::from_utf8(&bytes[..error.valid_up_to()]).unwrap_or(""),
    }
}

fn append(target: &mut Vec<u8>, bytes: &[u8], limit: usize) {
    let room = limit.saturating_sub(target.len());
    target.extend_from_slice(&bytes[..bytes.len().min(room)]);
}

/// FNV-1a: elements of unknown name only have to be told apart from each other.
fn hash(name: &[u8]) -> u32 {
    name.iter().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193))
}

/// Whether an inline style takes the element off the page.
fn hides(style: &[u8]) -> bool {
    style.split(|byte| *byte == b';').any(|declaration| {
        let mut parts = declaration.splitn(2, |byte| *byte == b':');
        let (Some(property), Some(value)) = (parts.next(), parts.next()) else { return false };
        let value = value.trim_ascii();
        let value = value.strip_suffix(b"!important").map_or(value, <[u8]>::trim_ascii);
        let is =
            |text: &[u8], other: &str| text.trim_ascii().eq_ignore_ascii_case(other.as_bytes());
        (is(property, "display") && is(value, "none"))
            || (is(property, "visibility") && is(value, "hidden"))
    })
}

impl Emitter for &mut Builder {
    type Token = Infallible;

    fn set_last_start_tag(&mut self, _: Option<&[u8]>) {}

    fn emit_eof(&mut self) {}

    fn emit_error(&mut self, _: TokenError) {}

    #[inline]
    fn should_emit_errors(&mut self) -> bool {
        false
    }

    #[inline]
    fn pop_token(&mut self) -> Option<Infallible> {
        None
    }

    fn emit_string(&mut self, text: &[u8]) {
        self.text(text);
    }

    fn init_start_tag(&mut self) {
        self.is_end = false;
        self.is_self_closing = false;
        self.name.clear();
        self.attributes.clear();
        self.values.clear();
        self.attribute_resolved = true;
        self.attribute = None;
    }

    fn init_end_tag(&mut self) {
        (*self).init_start_tag_fields();
    }

    fn init_comment(&mut self) {}

    fn emit_current_tag(&mut self) -> Option<State> {
        if self.is_end {
            self.end();
            return None;
        }
        self.finish_attribute_name();
        self.start()
    }

    fn emit_current_comment(&mut self) {}

    fn emit_current_doctype(&mut self) {}

    fn set_self_closing(&mut self) {
        self.is_self_closing = true;
    }

    fn set_force_quirks(&mut self) {}

    fn push_tag_name(&mut self, name: &[u8]) {
        append(&mut self.name, name, 64);
    }

    fn push_comment(&mut self, _: &[u8]) {}

    fn push_doctype_name(&mut self, _: &[u8]) {}

    fn init_doctype(&mut self) {}

    fn init_attribute(&mut self) {
        if self.is_end {
            return;
        }
        self.finish_attribute_name();
        self.attribute_name.clear();
        self.attribute = None;
        // A tag with thousands of attributes has those that matter among its first ones.
        self.attribute_resolved = self.attributes.len() >= 32;
    }

    fn push_attribute_name(&mut self, name: &[u8]) {
        append(&mut self.attribute_name, name, 32);
    }

    fn push_attribute_value(&mut self, value: &[u8]) {
        self.finish_attribute_name();
        if self.attribute.is_some()
            && let Some(last) = self.attributes.last_mut()
        {
            let room = MAX_VALUE.saturating_sub((last.2 - last.1) as usize);
            let kept = &value[..value.len().min(room)];
            self.values.extend_from_slice(kept);
            last.2 += kept.len() as u32;
        }
    }

    fn set_doctype_public_identifier(&mut self, _: &[u8]) {}

    fn set_doctype_system_identifier(&mut self, _: &[u8]) {}

    fn push_doctype_public_identifier(&mut self, _: &[u8]) {}

    fn push_doctype_system_identifier(&mut self, _: &[u8]) {}

    fn current_is_appropriate_end_tag_token(&mut self) -> bool {
        self.is_end && self.name == self.raw_name
    }

    fn adjusted_current_node_present_but_not_in_html_namespace(&mut self) -> bool {
        self.xml
    }
}

impl Builder {
    fn init_start_tag_fields(&mut self) {
        self.is_end = true;
        self.is_self_closing = false;
        self.name.clear();
        self.attribute_resolved = true;
        self.attribute = None;
    }
}
