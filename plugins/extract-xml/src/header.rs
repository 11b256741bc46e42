//! What a document says of itself in its header, as a small tree that a vocabulary looks things up
//! in.

use docmill_xml::Tag;

/// The most elements of a header that are kept.
const MOST: usize = 20_000;
/// How deep they are kept; what lies deeper is text of the last one.
const DEEPEST: usize = 24;
/// The longest text of one element, in bytes.
const LONGEST: usize = 16 << 10;

/// An element of a header.
#[derive(Debug, Default)]
pub struct Element {
    /// Its local name, in lower case.
    pub name: String,
    /// As they are written.
    pub attributes: Vec<(String, String)>,
    text: String,
    /// The elements in it.
    pub children: Vec<Element>,
}

impl Element {
    /// The value of an attribute, whatever its prefix.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(it, _)| local(it) == name);
        found.map(|(_, value)| value.trim())
    }

    /// All elements at the end of this path, each name of which is a child of the one before.
    pub fn all<'e>(&'e self, path: &str) -> Vec<&'e Element> {
        let mut found = vec![self];
        for name in path.split('/') {
            found = found.iter().flat_map(|it| &it.children).filter(|it| it.name == name).collect();
        }
        found
    }

    /// All elements of this name, however deep.
    pub fn within<'e>(&'e self, name: &str) -> Vec<&'e Element> {
        let mut found = Vec::new();
        let mut left: Vec<&Element> = self.children.iter().rev().collect();
        while let Some(element) = left.pop() {
            if element.name == name {
                found.push(element);
            }
            left.extend(element.children.iter().rev());
        }
        found
    }

    /// Its words and those of all in it, with one space between each two.
    pub fn words(&self) -> String {
        let mut words = String::new();
        self.add_words(&mut words);
        words.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// Recurses as deep as a header is kept.
    fn add_words(&self, words: &mut String) {
        if words.len() < LONGEST {
            words.push_str(&self.text);
        }
        for child in &self.children {
            if !is_within_line(&child.name) {
                words.push(' ');
            }
            child.add_words(words);
        }
        if !is_within_line(&self.name) {
            words.push(' ');
        }
    }

    /// The words of the first element at the end of this path.
    pub fn first(&self, path: &str) -> Option<String> {
        self.all(path).into_iter().map(Element::words).find(|it| !it.is_empty())
    }
}

/// Whether letters around an element of this name may belong to one word.
pub fn is_within_line(name: &str) -> bool {
    const NAMES: [&str; 16] = [
        "", "a", "b", "bold", "code", "em", "emphasis", "hi", "i", "italic", "sc", "span",
        "strong", "sub", "sup", "u",
    ];
    NAMES.contains(&name)
}

/// A name without its prefix.
pub fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

/// Builds the tree piece by piece.
#[derive(Debug, Default)]
pub struct Builder {
    root: Element,
    open: Vec<Element>,
    count: usize,
    /// How many elements are open that are not kept.
    deeper: usize,
}

impl Builder {
    /// An element begins.
    pub fn start(&mut self, name: &str, tag: &Tag) {
        if self.deeper > 0 || self.open.len() >= DEEPEST || self.count >= MOST {
            self.deeper += 1;
            return;
        }
        self.count += 1;
        let attributes = tag.attributes.iter().take(16).map(|(name, value)| {
            (name.clone(), value[..value.floor_char_boundary(1_024)].to_owned())
        });
        let attributes = attributes.collect();
        self.open.push(Element { name: name.to_owned(), attributes, ..Element::default() });
    }

    /// Text of the element that began last. Text behind an element in it becomes an element without
    /// a name, so that order stays.
    pub fn text(&mut self, text: &str) {
        let Some(element) = self.open.last_mut() else { return };
        let target = match element.children.last_mut() {
            None => &mut element.text,
            Some(last) if last.name.is_empty() => &mut last.text,
            Some(_) if text.trim().is_empty() || self.count >= MOST => return,
            Some(_) => {
                self.count += 1;
                element.children.push(Element::default());
                let Some(last) = element.children.last_mut() else { return };
                &mut last.text
            }
        };
        let room = LONGEST.saturating_sub(target.len());
        target.push_str(&text[..text.floor_char_boundary(room)]);
    }

    /// The element that began last ends.
    pub fn end(&mut self) {
        if self.deeper > 0 {
            self.deeper -= 1;
            return;
        }
        if let Some(element) = self.open.pop() {
            self.open.last_mut().unwrap_or(&mut self.root).children.push(element);
        }
    }

    /// All that was read; the header itself is a child of what is returned.
    pub fn finish(mut self) -> Element {
        self.deeper = 0;
        while !self.open.is_empty() {
            self.end();
        }
        self.root
    }
}
