//! Builds a page from its tokens: which element lies in which, as browsers see it, and where its
//! text goes.

mod context;

use std::ops::ControlFlow;

use crate::Reading;
use crate::attributes::Traits;
use crate::classes::{is_blank, is_literal};
use crate::dom::{Node, Page, flag, truncated};
use crate::head::Head;
use crate::lookup::hash;
use crate::names::{Hints, Known};
use crate::start_tag::{Attribute, StartTag};
use crate::tags::{Classes, TAGS, Tag};
use crate::tokens::{self, Content, Receiver, decoded, decoded_value, with_line_feeds};

/// The most elements that lie in each other. Browsers stop at 512; whatever is deeper becomes text
/// of the innermost element.
const MAX_DEPTH: usize = 256;
/// The most nodes of a page. Whatever comes later becomes text without structure.
const MAX_NODES: usize = 250_000;
/// The most bytes that are kept of JSON-LD, all scripts together.
const MAX_JSON_LD: usize = 256 * 1024;
/// The most bytes that are kept of the title.
const MAX_TITLE: usize = 4 * 1024;

/// Parses a page.
pub fn build(source: &str, reading: Reading) -> Page<'_> {
    let source = with_line_feeds(source);
    let mut receiving = Receiving { builder: Builder::new(reading, &source), known: Known::new() };
    tokens::read(&source, reading.is_xml, &mut receiving);
    receiving.builder.finish();
    let Builder { nodes, headings, frames, bylines, head, strings, .. } = receiving.builder;
    Page { nodes, headings, frames, bylines, head, source, strings }
}

/// An element whose end tag has not been seen.
#[derive(Debug, Clone, Copy)]
struct Open {
    tag: Tag,
    /// Tells apart the elements that share [`Tag::Inline`] and others.
    name: u64,
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
    Data,
    Nowhere,
}

#[derive(Debug)]
struct Builder<'a> {
    source: &'a str,
    reading: Reading,
    nodes: Vec<Node>,
    headings: Vec<u32>,
    frames: Vec<u32>,
    bylines: Vec<u32>,
    strings: String,
    head: Head,
    stack: Vec<Open>,
    /// How many elements of each tag are open: most questions about the stack need no look at it.
    open: [u16; TAGS],
    /// How many elements are open beyond [`MAX_DEPTH`].
    overflow: usize,
    /// The length of the stack from which on nothing is read, if so.
    hidden_from: Option<usize>,
    sink: Sink,
    /// White space stood before what comes next.
    space: bool,
}

impl<'a> Builder<'a> {
    fn new(reading: Reading, source: &'a str) -> Builder<'a> {
        let root = Node {
            tag: Tag::Root,
            flags: 0,
            hints: Hints::default(),
            parent: 0,
            end: 0,
            from: 0,
            to: 0,
        };
        // A guess that fits most pages: growing means copying, and a fresh memory pays for every
        // page it touches.
        let mut nodes = Vec::with_capacity((source.len() / 24).clamp(16, MAX_NODES));
        nodes.push(root);
        Builder {
            source,
            reading,
            nodes,
            headings: Vec::new(),
            frames: Vec::new(),
            bylines: Vec::new(),
            strings: String::new(),
            head: Head::default(),
            stack: Vec::with_capacity(64),
            open: [0; TAGS],
            overflow: 0,
            hidden_from: None,
            sink: Sink::Text,
            space: false,
        }
    }

    fn finish(&mut self) {
        while !self.stack.is_empty() {
            self.pop();
        }
        let end = self.nodes.len() as u32;
        self.nodes[0].end = end;
    }

    fn text(&mut self, text: &str) {
        match self.sink {
            Sink::Nowhere => return,
            Sink::Title => return append(&mut self.head.title, text, MAX_TITLE),
            Sink::JsonLd => return append(&mut self.head.json_ld, text, MAX_JSON_LD),
            Sink::Data => return append(&mut self.head.data, text, MAX_JSON_LD),
            Sink::Text => {}
        }
        if self.hidden_from.is_some() {
            return;
        }
        let preformatted = self.open[Tag::Preformatted as usize] > 0;
        if !preformatted && is_blank(text.as_bytes()) {
            self.space = true;
            return;
        }
        let last = self.nodes.len() - 1;
        let is_full = self.nodes.len() >= MAX_NODES;
        if self.nodes[last].tag == Tag::Text
            && (self.nodes[last].parent == self.parent() || is_full)
        {
            return self.extend_last(text);
        }
        if is_full {
            return;
        }
        let index = self.push_node(Tag::Text);
        if preformatted {
            self.nodes[index as usize].flags = flag::PREFORMATTED;
        }
        if self.space {
            self.extend_last(text);
        } else {
            self.keep(index, text);
        }
    }

    /// Adds text to the string of the last node, after the white space that stood before it.
    fn extend_last(&mut self, text: &str) {
        let last = self.nodes.len() - 1;
        let node = &mut self.nodes[last];
        // Otherwise it stands at the end of the copied ones already, as they are in the order of
        // the nodes.
        if node.flags & flag::COPIED == 0 {
            let string = &self.source[node.from as usize..node.to as usize];
            node.from = self.strings.len() as u32;
            node.flags |= flag::COPIED;
            self.strings.push_str(string);
        }
        if self.space {
            self.space = false;
            self.strings.push(' ');
        }
        self.strings.push_str(text);
        self.nodes[last].to = self.strings.len() as u32;
    }

    /// Makes this the string of a node: by its place in the source, or else copied.
    fn keep(&mut self, index: u32, string: &str) {
        match place_in(string, self.source) {
            Some(from) => {
                let node = &mut self.nodes[index as usize];
                (node.from, node.to) = (from as u32, (from + string.len()) as u32);
            }
            None => self.keep_copy(index, string),
        }
    }

    fn keep_copy(&mut self, index: u32, string: &str) {
        let node = &mut self.nodes[index as usize];
        node.flags |= flag::COPIED;
        node.from = self.strings.len() as u32;
        self.strings.push_str(string);
        node.to = self.strings.len() as u32;
    }

    fn parent(&self) -> u32 {
        self.stack.last().map_or(0, |open| if open.node == NO_NODE { 0 } else { open.node })
    }

    fn push_node(&mut self, tag: Tag) -> u32 {
        let index = self.nodes.len() as u32;
        self.nodes.push(Node {
            tag,
            flags: 0,
            hints: Hints::default(),
            parent: self.parent(),
            end: index + 1,
            from: 0,
            to: 0,
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

    /// Ends an open element that may not contain another one of its kind.
    fn close_like(&mut self, tag: Tag) {
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
            _ if tag.is(Classes::HEADING)
                && self.stack.last().is_some_and(|open| open.tag.is(Classes::HEADING)) =>
            {
                Some(self.stack.len() - 1)
            }
            _ => None,
        };
        if let Some(depth) = found {
            self.pop_to(depth);
        }
    }

    /// Ends an open paragraph, unless it lies around a table that lies around this.
    fn close_paragraph(&mut self) {
        let paragraph = self.find_open(
            |open| open.tag == Tag::Paragraph,
            |open| open.tag.is(Classes::TABLE_PART) || open.tag.is(Classes::UNREAD),
        );
        if let Some(depth) = paragraph {
            self.pop_to(depth);
        }
    }

    /// Begins an element. What follows it is no markup where its content is told.
    fn start(&mut self, mut start: StartTag<'a, '_>, known: &mut Known<'a>) -> Option<Content> {
        // Only a title that is never ended ends with a tag.
        self.sink = Sink::Text;
        let was_foreign = self.is_foreign();
        start.tag = self.tag_here(start);
        let tag = start.tag;
        if tag.is(Classes::SPECIAL)
            && let ControlFlow::Break(content) = self.start_special(start)
        {
            return content;
        }
        if tag.is(Classes::ENDS_ITS_LIKE) {
            self.close_like(tag);
        }
        if self.open[Tag::Paragraph as usize] > 0 && tag.is(Classes::CLOSES_PARAGRAPH) {
            self.close_paragraph();
        }
        if tag.is(Classes::BEGINS_LINE) {
            self.space = false;
        }
        let closed = start.is_self_closing()
            && (self.reading.is_xml
                || was_foreign && self.is_foreign()
                || matches!(tag, Tag::Foreign | Tag::Math));
        let is_leaf = closed
            || tag.is(Classes::LEAF)
                // `picture` and `video` share the tag of `img` but have content.
                && (tag != Tag::Image || [hash("img"), hash("image")].contains(&start.name()));
        if self.hidden_from.is_some() || self.overflow > 0 || self.nodes.len() >= MAX_NODES {
            self.space = true;
            if !is_leaf {
                self.push_open(start, NO_NODE);
            }
            return None;
        }
        if !is_leaf && self.stack.len() >= MAX_DEPTH {
            self.space = true;
            self.overflow += 1;
            return None;
        }
        let is_unread = tag.is(Classes::UNREAD);
        let mut traits = if is_unread { Traits::default() } else { Traits::of(start, known) };
        if self.reading.hidden {
            traits.hints.remove(Hints::HIDDEN);
        }
        if is_unread || traits.hints.any(Hints::HIDDEN) {
            if !is_leaf {
                self.push_open(start, NO_NODE);
                self.hidden_from = Some(self.stack.len());
            }
            return None;
        }
        self.open_element(start, traits, is_leaf);
        None
    }

    /// What a [special](Classes::SPECIAL) element does. Breaks with how what follows it is read,
    /// unless a node begins with it as with any other.
    fn start_special(&mut self, start: StartTag<'_, '_>) -> ControlFlow<Option<Content>> {
        let trimmed = |attribute: Attribute| Some(start.value(attribute)?.trim().to_owned());
        match start.tag {
            Tag::Meta => self.meta(start),
            Tag::LinkRelation => {
                let canonical = start
                    .value(Attribute::Rel)
                    .is_some_and(|rel| rel.split_ascii_whitespace().any(|rel| rel == "canonical"));
                if canonical && let Some(href) = trimmed(Attribute::Href) {
                    self.head.canonical.get_or_insert(href);
                }
            }
            Tag::Base => {
                if let Some(href) = trimmed(Attribute::Href) {
                    self.head.base.get_or_insert(href);
                }
            }
            // A second one must not begin a second page.
            Tag::Html => {
                if let Some(lang) = trimmed(Attribute::Lang) {
                    self.head.lang.get_or_insert(lang);
                }
                if self.open[Tag::Html as usize] == 0 {
                    return ControlFlow::Continue(());
                }
            }
            Tag::Body => {
                if self.open[Tag::Head as usize] > 0 {
                    let head = self.find_open(|open| open.tag == Tag::Head, |_| false);
                    if let Some(depth) = head {
                        self.pop_to(depth);
                    }
                }
                if self.open[Tag::Body as usize] == 0 {
                    return ControlFlow::Continue(());
                }
            }
            Tag::Script | Tag::Title | Tag::Raw | Tag::NoScript | Tag::TextArea => {
                return ControlFlow::Break(self.start_raw(start));
            }
            _ => {}
        }
        ControlFlow::Break(None)
    }

    fn open_element(&mut self, start: StartTag<'_, '_>, traits: Traits, is_leaf: bool) {
        let tag = start.tag;
        let wanted = tag.is(Classes::HAS_STRING).then_some(match tag {
            Tag::Link => Attribute::Href,
            _ => Attribute::DateTime,
        });
        // The space before a link or a time belongs to the text before it, not to its own string.
        if self.space && wanted.is_some() && self.nodes[self.nodes.len() - 1].tag == Tag::Text {
            self.extend_last("");
        }
        if let Some(kind) = start.raw_value(Attribute::ItemType) {
            self.head.add_item_type(kind);
        }
        let index = self.push_node(tag);
        let node = &mut self.nodes[index as usize];
        node.hints = traits.hints;
        node.flags = traits.flags;
        if matches!(tag, Tag::Heading1 | Tag::Heading2) {
            self.headings.push(index);
        }
        if matches!(tag, Tag::Article | Tag::Main) || traits.hints.any(Hints::ARTICLE_BODY) {
            self.frames.push(index);
        }
        if tag == Tag::Time || traits.hints.any(Hints::BYLINE) || traits.hints.any(Hints::DATELINE)
        {
            self.bylines.push(index);
        }
        if let Some(name) = wanted
            && let Some(value) = start.raw_value(name)
        {
            if is_literal(value.as_bytes()) {
                self.keep(index, value);
            } else {
                self.keep_copy(index, &decoded_value(value));
            }
        }
        if !is_leaf {
            self.push_open(start, index);
        }
    }

    fn push_open(&mut self, start: StartTag<'_, '_>, node: u32) {
        if self.stack.len() >= MAX_DEPTH {
            self.overflow += 1;
            return;
        }
        self.stack.push(Open { tag: start.tag, name: start.name(), node });
        self.open[start.tag as usize] += 1;
    }

    fn start_raw(&mut self, start: StartTag<'_, '_>) -> Option<Content> {
        if start.is_self_closing() && self.reading.is_xml {
            return None;
        }
        self.sink = match start.tag {
            Tag::Script
                if start.value(Attribute::Type).is_some_and(|kind| {
                    kind.trim()
                        .get(..19)
                        .is_some_and(|kind| kind.eq_ignore_ascii_case("application/ld+json"))
                }) =>
            {
                if !self.head.json_ld.is_empty() {
                    append(&mut self.head.json_ld, "\n", MAX_JSON_LD);
                }
                Sink::JsonLd
            }
            Tag::Script
                if self.head.data.is_empty()
                    && start.value(Attribute::Id).is_some_and(|id| id == "__NEXT_DATA__") =>
            {
                Sink::Data
            }
            Tag::Title if self.head.title.is_empty() && self.hidden_from.is_none() => Sink::Title,
            _ => Sink::Nowhere,
        };
        Some(match start.tag {
            Tag::Script => Content::Script,
            Tag::Title => Content::Title,
            Tag::TextArea => Content::Escapable,
            _ => Content::Raw,
        })
    }

    fn meta(&mut self, start: StartTag<'_, '_>) {
        let Some(content) = start.value(Attribute::Content) else { return };
        let name =
            [Attribute::Property, Attribute::Named, Attribute::ItemProperty, Attribute::HttpEquiv]
                .into_iter()
                .filter_map(|attribute| start.value(attribute))
                .find_map(|name| crate::head::MetaName::of(&name));
        if let Some(name) = name {
            self.head.add_meta(name, content.into_owned());
        }
    }

    fn end(&mut self, name: u64) {
        if self.sink != Sink::Text {
            // Only the end of what went there is a tag in it.
            self.sink = Sink::Text;
            return;
        }
        match self.stack.last() {
            // Nearly all of them.
            Some(open)
                if open.name == name && self.overflow == 0 && !open.tag.is(Classes::SPECIAL) =>
            {
                self.pop();
            }
            _ => self.end_another(name),
        }
    }

    /// Ends an element that is not the innermost one, or none.
    fn end_another(&mut self, name: u64) {
        let tag = Tag::of(name);
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
        let wanted =
            |open: &Open| open.tag == tag && (open.name == name || tag.is(Classes::HEADING));
        let found = if tag.is(Classes::HEADING) {
            self.find_open(
                |open| open.tag.is(Classes::HEADING),
                |open| open.tag.is(Classes::TABLE_PART),
            )
        } else if !tag.is_block() {
            // Misnested, as in `<b><p>…</b>`: it ends with its parent.
            self.find_open(wanted, |open| open.tag.is_block())
        } else if tag.is(Classes::TABLE_PART) {
            self.find_open(wanted, |open| open.tag == Tag::Table && tag != Tag::Table)
        } else {
            self.find_open(wanted, |open| {
                open.tag.is(Classes::TABLE_PART) || (tag == Tag::Item && open.tag == Tag::List)
            })
        };
        if let Some(depth) = found {
            self.pop_to(depth);
        }
    }
}

/// Where a text stands in another one, if it is a part of it and not only the same.
fn place_in(part: &str, whole: &str) -> Option<usize> {
    let from = part.as_ptr().addr().checked_sub(whole.as_ptr().addr())?;
    (part.len() <= whole.len() && from <= whole.len() - part.len()).then_some(from)
}

fn append(target: &mut String, text: &str, limit: usize) {
    target.push_str(truncated(text, limit.saturating_sub(target.len())));
}

/// Builds a page from what the tokenizer hands over.
struct Receiving<'a> {
    builder: Builder<'a>,
    known: Known<'a>,
}

impl<'a> Receiver<'a> for Receiving<'a> {
    type Attribute = Attribute;

    fn attribute(name: u64) -> Option<Attribute> {
        Attribute::of(name)
    }

    fn text(&mut self, text: &'a str) {
        self.builder.text(&decoded(text));
    }

    fn literal(&mut self, text: &'a str) {
        self.builder.text(text);
    }

    fn start(&mut self, tag: tokens::Tag<'a, '_, Attribute>) -> Option<Content> {
        self.builder.start(StartTag::of(&tag), &mut self.known)
    }

    fn end(&mut self, name: u64) {
        self.builder.end(name);
    }
}
