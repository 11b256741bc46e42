//! A part as a tree of elements, bounded in depth and number.
//!
//! `quick-xml` reads it, told to go on where tags do not match; what comes before damage is kept. A
//! document type is passed over, so that no entity of its own is ever expanded.

use std::collections::BTreeMap;
use std::io::BufRead;
use std::ops::Range;

use docmill_plugin::Error;
use docmill_text::Utf8Reader;
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

/// The most elements and texts of a part.
const MOST_NODES: usize = 2_000_000;
/// How deep elements may lie in each other; what is deeper comes behind what it lies in.
const DEEPEST: usize = 200;
/// The most names of elements and attributes that are told apart; the formats have some hundreds.
const MOST_NAMES: usize = 8_192;
/// The most attributes of one element that are looked at.
const MOST_ATTRIBUTES: usize = 64;

/// The name that texts have among the nodes.
const TEXT: u32 = u32::MAX;

#[derive(Debug)]
struct Node {
    /// Which name, or [`TEXT`].
    name: u32,
    /// Where what lies in it ends: an index into the nodes.
    end: u32,
    /// Of an element its attributes, of a text its bytes.
    start: u32,
    length: u32,
}

#[derive(Debug)]
struct Attribute {
    name: u32,
    start: u32,
    length: u32,
}

/// A name as it is written, and where what follows its prefix begins.
#[derive(Debug)]
struct Name {
    written: String,
    local: usize,
}

/// The elements of a part.
#[derive(Debug, Default)]
pub struct Tree {
    nodes: Vec<Node>,
    attributes: Vec<Attribute>,
    names: Vec<Name>,
    known: BTreeMap<String, u32>,
    text: String,
    damage: Option<String>,
    /// Whether a text that comes now goes on with the last one.
    is_in_text: bool,
}

impl Tree {
    /// Reads a part, to its end or to where it is damaged.
    ///
    /// # Errors
    ///
    /// [`Error::Malformed`] if it has more than 2,000,000 elements or its encoding is UTF-32.
    pub fn read(bytes: impl BufRead) -> Result<Tree, Error> {
        let text = Utf8Reader::new(bytes, None)
            .map_err(|cause| Error::malformed(format!("its text cannot be read: {cause}")))?;
        let mut reader = Reader::from_reader(text);
        let config = reader.config_mut();
        config.check_end_names = false;
        config.allow_unmatched_ends = true;
        config.allow_dangling_amp = true;
        let mut tree = Tree::default();
        let mut open: Vec<usize> = Vec::new();
        let mut deeper = 0_usize;
        let mut buffer = Vec::new();
        loop {
            buffer.clear();
            if tree.nodes.len() > MOST_NODES {
                return Err(Error::malformed(format!(
                    "a part has more than {MOST_NODES} elements"
                )));
            }
            let event = match reader.read_event_into(&mut buffer) {
                Ok(event) => event,
                Err(cause) => {
                    let cause = cause.to_string();
                    let end = cause.floor_char_boundary(200);
                    tree.damage = Some(cause[..end].trim_end_matches('.').to_owned());
                    break;
                }
            };
            if matches!(event, Event::Start(_) | Event::Empty(_) | Event::End(_)) {
                tree.is_in_text = false;
            }
            match event {
                Event::Eof => break,
                Event::Start(tag) => {
                    if open.len() >= DEEPEST
                        && let Some(index) = open.pop()
                    {
                        // What would lie deeper comes behind it.
                        deeper += 1;
                        tree.nodes[index].end = tree.nodes.len() as u32;
                        let reason = format!("elements lie deeper in each other than {DEEPEST}");
                        tree.damage.get_or_insert(reason);
                    }
                    open.push(tree.nodes.len());
                    tree.push_element(&tag);
                }
                Event::Empty(tag) => tree.push_element(&tag),
                Event::End(_) if deeper > 0 => deeper -= 1,
                Event::End(_) => {
                    if let Some(index) = open.pop() {
                        tree.nodes[index].end = tree.nodes.len() as u32;
                    }
                }
                Event::Text(text) => tree.push_text(&text),
                Event::CData(text) => tree.push_text(&text),
                Event::GeneralRef(reference) => {
                    let character = reference.resolve_char_ref().ok().flatten();
                    if let Some(character) = character {
                        tree.push_text(character.encode_utf8(&mut [0; 4]));
                    } else if let Some(known) = quick_xml::escape::resolve_xml_entity(&reference) {
                        tree.push_text(known);
                    }
                    // What a document type would say is not known.
                }
                Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
            }
        }
        if !open.is_empty() && tree.damage.is_none() {
            tree.damage = Some("it ends within an element".to_owned());
        }
        for index in open {
            tree.nodes[index].end = tree.nodes.len() as u32;
        }
        Ok(tree)
    }

    /// Why the part could not be read to its end.
    pub fn damage(&self) -> Option<&str> {
        self.damage.as_deref()
    }

    /// The outermost element.
    pub fn root(&self) -> Option<Element<'_>> {
        let index = self.nodes.iter().position(|node| node.name != TEXT)?;
        Some(Element { tree: self, index })
    }

    fn name(&mut self, written: &str) -> u32 {
        if let Some(index) = self.known.get(written) {
            return *index;
        }
        if self.names.len() == MOST_NAMES {
            // One that nobody asks for.
            return 0;
        }
        let written = written.to_owned();
        let local = written.find(':').map_or(0, |at| at + 1);
        let index = self.names.len() as u32;
        self.known.insert(written.clone(), index);
        self.names.push(Name { written, local });
        index
    }

    fn push_element(&mut self, tag: &BytesStart<'_>) {
        let name = self.name(tag.name().as_ref());
        let start = self.attributes.len();
        let attributes = tag.html_attributes();
        for attribute in { attributes }.with_checks(false).take(MOST_ATTRIBUTES).flatten() {
            let name = self.name(attribute.key.as_ref());
            let at = self.text.len();
            match quick_xml::escape::unescape(&attribute.value) {
                Ok(value) => self.text.push_str(&value),
                Err(_) => self.text.push_str(&attribute.value),
            }
            let length = (self.text.len() - at) as u32;
            self.attributes.push(Attribute { name, start: at as u32, length });
        }
        let length = (self.attributes.len() - start) as u32;
        let end = self.nodes.len() as u32 + 1;
        self.nodes.push(Node { name, end, start: start as u32, length });
    }

    fn push_text(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        let start = self.text.len();
        self.text.push_str(text);
        // References part a text that is one.
        if let Some(last) = self.nodes.last_mut()
            && std::mem::replace(&mut self.is_in_text, true)
        {
            last.length += text.len() as u32;
            return;
        }
        let (start, length) = (start as u32, text.len() as u32);
        self.nodes.push(Node { name: TEXT, end: self.nodes.len() as u32 + 1, start, length });
    }
}

/// An element of a [`Tree`].
#[derive(Debug, Clone, Copy)]
pub struct Element<'t> {
    tree: &'t Tree,
    index: usize,
}

/// What lies in an element.
#[derive(Debug, Clone, Copy)]
pub enum Piece<'t> {
    /// An element.
    Element(Element<'t>),
    /// A text between tags.
    Text(&'t str),
}

impl<'t> Element<'t> {
    fn node(self) -> &'t Node {
        &self.tree.nodes[self.index]
    }

    /// Its name without the prefix.
    pub fn name(self) -> &'t str {
        let name = &self.tree.names[self.node().name as usize];
        &name.written[name.local..]
    }

    /// Its name as it is written, such as `svg:title`.
    pub fn qualified_name(self) -> &'t str {
        &self.tree.names[self.node().name as usize].written
    }

    /// Where it stands in the part; no two elements have the same.
    pub fn index(self) -> usize {
        self.index
    }

    /// The value of an attribute: by its name as it is written if that has a prefix, else by its
    /// name without one.
    pub fn attribute(self, name: &str) -> Option<&'t str> {
        let is_it = |it: &&Attribute| {
            let known = &self.tree.names[it.name as usize];
            match name.contains(':') {
                true => known.written == name,
                false => &known.written[known.local..] == name,
            }
        };
        self.attributes().iter().find(is_it).map(|it| self.value(it))
    }

    /// The value of an attribute that has a prefix, whichever, and this name: `r:id` beside `id`.
    pub fn prefixed_attribute(self, name: &str) -> Option<&'t str> {
        let is_it = |it: &&Attribute| {
            let known = &self.tree.names[it.name as usize];
            known.local > 0 && &known.written[known.local..] == name
        };
        self.attributes().iter().find(is_it).map(|it| self.value(it))
    }

    fn attributes(self) -> &'t [Attribute] {
        let node = self.node();
        &self.tree.attributes[node.start as usize..(node.start + node.length) as usize]
    }

    fn value(self, attribute: &Attribute) -> &'t str {
        let start = attribute.start as usize;
        &self.tree.text[start..start + attribute.length as usize]
    }

    /// What lies in it, in order.
    pub fn pieces(self) -> impl Iterator<Item = Piece<'t>> {
        let end = self.node().end as usize;
        let mut index = self.index + 1;
        std::iter::from_fn(move || {
            let node = self.tree.nodes.get(index).filter(|_| index < end)?;
            let at = index;
            index = node.end as usize;
            Some(self.piece(at))
        })
    }

    fn piece(self, index: usize) -> Piece<'t> {
        let node = &self.tree.nodes[index];
        match node.name {
            TEXT => Piece::Text(&self.tree.text[text_range(node)]),
            _ => Piece::Element(Element { tree: self.tree, index }),
        }
    }

    /// The elements in it, in order.
    pub fn elements(self) -> impl Iterator<Item = Element<'t>> {
        self.pieces().filter_map(|piece| match piece {
            Piece::Element(element) => Some(element),
            Piece::Text(_) => None,
        })
    }

    /// All elements in it, however deep, in the order of their tags.
    pub fn descendants(self) -> impl Iterator<Item = Element<'t>> {
        (self.index + 1..self.node().end as usize)
            .filter(move |index| self.tree.nodes[*index].name != TEXT)
            .map(move |index| Element { tree: self.tree, index })
    }

    /// The first element in it of this name, without its prefix.
    pub fn child(self, name: &str) -> Option<Element<'t>> {
        self.elements().find(|it| it.name() == name)
    }

    /// The first element of these names, each within the one before.
    pub fn path(self, names: &[&str]) -> Option<Element<'t>> {
        names.iter().try_fold(self, |element, name| element.child(name))
    }

    /// The text in it, however deep.
    pub fn text(self) -> String {
        let nodes = &self.tree.nodes[self.index..self.node().end as usize];
        let texts = nodes.iter().filter(|node| node.name == TEXT);
        texts.map(|node| &self.tree.text[text_range(node)]).collect()
    }
}

fn text_range(node: &Node) -> Range<usize> {
    node.start as usize..(node.start + node.length) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_belong_to_the_element_that_they_lie_in() {
        let tree = Tree::read(&b"<a>x &amp; <b c:d='1' d='2'>y</b>z<e/>&#233;</a>"[..]).unwrap();
        let root = tree.root().unwrap();
        let b = root.child("b").unwrap();
        assert_eq!((root.text().as_str(), b.text().as_str()), ("x & yz\u{e9}", "y"));
        assert_eq!(
            (b.attribute("c:d"), b.attribute("d"), b.attribute("c:x")),
            (Some("1"), Some("1"), None)
        );
        assert_eq!(b.prefixed_attribute("d"), Some("1"));
        assert_eq!(root.elements().map(Element::name).collect::<Vec<_>>(), ["b", "e"]);
        assert_eq!(root.pieces().count(), 5);
    }

    #[test]
    fn what_comes_before_damage_is_kept() {
        let tree = Tree::read(&b"<a><b>x</b><c"[..]).unwrap();
        assert!(tree.damage().is_some());
        assert_eq!(tree.root().unwrap().text(), "x");
        assert!(Tree::read(&b""[..]).unwrap().root().is_none());
    }
}
