//! Writes a document and what stands beside it: notes, captions and the like, each with a text of
//! its own.

use std::collections::BTreeMap;
use std::ops::{Deref, DerefMut};

use super::Writer;
use crate::{Aside, Attribute, Document, Extracted};

/// The most asides of a document; what would be one more stays in the text.
const MAX_ASIDES: usize = 20_000;
/// How many asides may lie in each other.
const MAX_NESTED: usize = 4;
/// The most places that are remembered until their note is read.
const MAX_REFERENCES: usize = 50_000;
/// The longest name of a note that is remembered, in bytes.
const LONGEST_NAME: usize = 256;

/// Writes a document as a [`Writer`] does, which it stands for, and hands over asides in reading
/// order.
///
/// ```
/// use docmill_plugin::structure::{Composer, Element};
///
/// let mut composer = Composer::new();
/// composer.write("Water rises");
/// composer.refer("1");
/// composer.element(Element::Paragraph, "The end.");
/// composer.begin_aside("footnote");
/// composer.write("By a metre.");
/// composer.end_aside(Some("1"));
/// let extracted = composer.into_extracted();
/// assert_eq!(extracted.document.text, "Water rises\n\nThe end.");
/// assert_eq!((extracted.asides[0].text.as_str(), extracted.asides[0].position), ("By a metre.", 11));
/// ```
#[derive(Debug, Default)]
pub struct Composer {
    /// What is being written: the document, or the innermost aside.
    writer: Writer,
    /// The writers around it, each with the kind of aside that was begun in it.
    outer: Vec<(Writer, &'static str)>,
    /// How many asides were begun that have no place of their own.
    surplus: usize,
    asides: Vec<Aside>,
    references: BTreeMap<String, usize>,
}

impl Composer {
    /// An empty document without asides.
    pub fn new() -> Composer {
        Composer::default()
    }

    /// Begins an aside of this kind; what is written until [`Composer::end_aside`] is its text.
    pub fn begin_aside(&mut self, kind: &'static str) {
        if self.outer.len() >= MAX_NESTED || self.asides.len() >= MAX_ASIDES {
            self.surplus += 1;
            return;
        }
        let outer = std::mem::take(&mut self.writer);
        self.outer.push((outer, kind));
    }

    /// Ends the aside that was begun last. It stands where its name was last referred to, or else
    /// where it was begun. One without words is none.
    pub fn end_aside(&mut self, name: Option<&str>) {
        if self.surplus > 0 {
            self.surplus -= 1;
            return;
        }
        let Some((outer, kind)) = self.outer.pop() else { return };
        let (text, _) = std::mem::replace(&mut self.writer, outer).finish();
        if text.is_empty() {
            return;
        }
        let here = self.place();
        let place = name.and_then(|name| self.references.remove(name)).unwrap_or(here);
        let position = u32::try_from(place).unwrap_or(u32::MAX);
        let mut attributes = Vec::new();
        if let Some(name) = name {
            attributes.push(Attribute::new("label", name));
        }
        self.asides.push(Aside { kind: kind.to_owned(), text, position, attributes });
    }

    /// Ends the aside that was begun last and hands its text over: it was none, but what an
    /// attribute is made of.
    pub fn take_aside(&mut self) -> String {
        if self.surplus > 0 {
            self.surplus -= 1;
            return String::new();
        }
        let Some((outer, _)) = self.outer.pop() else { return String::new() };
        std::mem::replace(&mut self.writer, outer).finish().0
    }

    /// Whether an aside is being written.
    pub fn is_aside(&self) -> bool {
        !self.outer.is_empty()
    }

    /// Remembers that a note of this name belongs here.
    pub fn refer(&mut self, name: &str) {
        let place = self.place();
        let is_known = self.references.contains_key(name);
        if name.len() <= LONGEST_NAME && (is_known || self.references.len() < MAX_REFERENCES) {
            self.references.insert(name.to_owned(), place);
        }
    }

    /// Where the document itself ends so far.
    fn place(&self) -> usize {
        self.outer.first().map_or(&self.writer, |(outer, _)| outer).len()
    }

    /// The document and its asides. What is open ends here.
    pub fn into_extracted(mut self) -> Extracted {
        self.surplus = 0;
        while !self.outer.is_empty() {
            self.end_aside(None);
        }
        let document: Document = self.writer.into_document();
        let mut asides = self.asides;
        for aside in &mut asides {
            let at = document.text.floor_char_boundary(aside.position as usize);
            aside.position = u32::try_from(at).unwrap_or(u32::MAX);
        }
        asides.sort_by_key(|aside| aside.position);
        Extracted { document, asides }
    }
}

impl Deref for Composer {
    type Target = Writer;

    fn deref(&self) -> &Writer {
        &self.writer
    }
}

impl DerefMut for Composer {
    fn deref_mut(&mut self) -> &mut Writer {
        &mut self.writer
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn asides_stand_where_they_were_begun_or_referred_to_and_in_order() {
        let mut composer = Composer::new();
        composer.write("été ");
        composer.begin_aside("caption");
        composer.write("outer ");
        composer.begin_aside("footnote");
        composer.write("inner");
        composer.end_aside(None);
        composer.end_aside(None);
        composer.write("one");
        composer.refer("a");
        composer.write(" two");
        for words in ["", "late"] {
            composer.begin_aside("footnote");
            composer.write(words);
            composer.end_aside(Some("a"));
        }
        let Extracted { document, asides } = composer.into_extracted();
        assert_eq!(document.text, "été one two");
        let told: Vec<_> =
            asides.iter().map(|it| (it.kind.as_str(), it.text.as_str(), it.position)).collect();
        assert_eq!(
            told,
            [("footnote", "inner", 5), ("caption", "outer", 5), ("footnote", "late", 9)]
        );
    }

    #[test]
    fn a_flood_of_asides_loses_no_word() {
        let mut composer = Composer::new();
        for _ in 0..100_000 {
            composer.begin_aside("footnote");
        }
        composer.write("deep");
        for _ in 0..100_000 {
            composer.end_aside(None);
        }
        for _ in 0..MAX_ASIDES + 5 {
            composer.begin_aside("footnote");
            composer.write("x ");
            composer.end_aside(None);
        }
        let Extracted { document, asides } = composer.into_extracted();
        assert_eq!(asides.len(), MAX_ASIDES);
        assert_eq!((document.text.as_str(), asides[0].text.as_str()), ("x x x x x x", "deep"));
    }
}
