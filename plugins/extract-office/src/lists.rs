//! Blocks that go on from one paragraph to the next: items of lists, quotations, code.

use docmill_plugin::structure::{Element, Writer};

/// How deep lists are told apart.
const DEEPEST: u8 = 9;

/// What is open between two paragraphs.
#[derive(Debug, Default)]
pub struct Runs {
    /// The levels of the items that are open, outer ones first.
    items: Vec<u8>,
    is_quoted: bool,
}

impl Runs {
    /// Begins an item of this level, from 0; what lies deeper ends, what lies less deep goes on.
    pub fn item(&mut self, writer: &mut Writer, level: u8) {
        let level = level.min(DEEPEST);
        self.end_quotation(writer);
        while self.items.last().is_some_and(|open| *open >= level) {
            self.items.pop();
            writer.end();
        }
        writer.begin(Element::Item);
        self.items.push(level);
    }

    /// Begins a quotation, or goes on in the one that is open.
    pub fn quotation(&mut self, writer: &mut Writer) {
        if !self.is_quoted {
            self.end(writer);
            writer.begin(Element::Quotation);
            self.is_quoted = true;
        }
    }

    fn end_quotation(&mut self, writer: &mut Writer) {
        if std::mem::take(&mut self.is_quoted) {
            writer.end();
        }
    }

    /// Ends all that is open.
    pub fn end(&mut self, writer: &mut Writer) {
        self.end_quotation(writer);
        while self.items.pop().is_some() {
            writer.end();
        }
    }
}
