//! Superscripts and subscripts: `10<sup>6</sup>` is not 106, and the number of a note is none of
//! the text.

use docmill_text::{subscript, superscript};

use super::Renderer;
use crate::names::Hints;
use crate::tags::Tag;

/// The longest exponent that is written with the characters for it, in bytes.
const LONGEST: usize = 12;

impl Renderer<'_> {
    /// Writes a superscript as what it means, if that takes more than its letters; returns whether
    /// it did.
    pub(super) fn write_superscript(&mut self, index: u32) -> bool {
        let text = self.page.line(index, 64);
        if self.is_note(index, &text) {
            return true;
        }
        if text.len() > LONGEST || text.is_empty() {
            return false;
        }
        if let Some(written) = text.chars().map(superscript).collect::<Option<String>>() {
            self.write(&written, false);
            return true;
        }
        // `1<sup>er</sup>` and `4<sup>th</sup>` go on as a word.
        let begins_number = text.starts_with(|it: char| it.is_ascii_digit());
        if begins_number && self.text.ends_with(|it: char| it.is_alphanumeric()) {
            self.write(&format!("^{text}"), false);
            return true;
        }
        false
    }

    /// The same for a subscript, which is part of a word unless two numbers would become one.
    pub(super) fn write_subscript(&mut self, index: u32) -> bool {
        let text = self.page.line(index, 64);
        let joins_numbers = self.text.ends_with(|it: char| it.is_ascii_digit()) && !self.space;
        let written = text.chars().map(subscript).collect::<Option<String>>();
        let Some(written) =
            written.filter(|_| joins_numbers && !text.is_empty() && text.len() <= LONGEST)
        else {
            return false;
        };
        self.write(&written, false);
        true
    }

    /// Whether a superscript is the number of a note: it leads to a place of this page, is named
    /// so, or stands in brackets.
    fn is_note(&self, index: u32, text: &str) -> bool {
        let node = &self.page.nodes[index as usize];
        let inner = &self.page.nodes[index as usize..node.end as usize];
        let leads_within =
            |it: &crate::dom::Node| it.tag == Tag::Link && self.page.string(it).starts_with('#');
        let is_bracketed = text.starts_with('[') && text.ends_with(']') && text.len() <= 6;
        text.len() <= 24
            && (is_bracketed || node.hints.any(Hints::CONTROL) || inner.iter().any(leads_within))
    }
}
