//! What an element is read as where that depends on what lies around it or on its attributes:
//! drawings, shadow roots, accordions.

use super::Builder;
use crate::attributes::{Display, display};
use crate::lookup::hash;
use crate::start_tag::{Attribute, StartTag};
use crate::tags::{Classes, Tag};

/// What holds HTML within a drawing.
const FOREIGN_OBJECT: u64 = hash("foreignobject");

impl Builder<'_> {
    /// The tag that an element is read as, where that depends on what lies around it or on its
    /// attributes.
    pub(super) fn tag_here(&mut self, start: StartTag<'_, '_>) -> Tag {
        let tag = start.tag;
        if self.is_foreign() {
            // A forgotten `</svg>` does not swallow the page: paragraphs and the like are no part
            // of a drawing.
            let is_html =
                tag.is(Classes::CLOSES_PARAGRAPH) || tag == Tag::Break || tag == Tag::Body;
            if is_html && !self.is_within(FOREIGN_OBJECT) {
                let outermost =
                    self.stack.iter().position(|open| matches!(open.tag, Tag::Foreign | Tag::Math));
                self.pop_to(outermost.unwrap_or(self.stack.len()));
                return tag;
            }
            // `title`, `style` and `script` are elements like others there, and may close
            // themselves.
            return if tag.is(Classes::SPECIAL) { Tag::Unread } else { tag };
        }
        match tag {
            // What belongs to an element is shown where it is declared to be its inside.
            Tag::Template if start.raw_value(Attribute::ShadowRoot).is_some() => Tag::Div,
            Tag::NoScript if self.reading.noscript => Tag::Div,
            // What a script does when it is clicked: `Click to expand`.
            Tag::Link
                if start.raw_value(Attribute::Role) == Some("button")
                    && start.raw_value(Attribute::Href).is_none() =>
            {
                Tag::Unread
            }
            // The question of an accordion.
            Tag::Button
                if self.stack.iter().rev().take(4).any(|open| open.tag.is(Classes::HEADING)) =>
            {
                Tag::Inline
            }
            // Templates that build sentences of boxes, and paragraphs of words.
            Tag::Div | Tag::Section if start.raw_value(Attribute::Role) == Some("main") => {
                Tag::Main
            }
            Tag::Div | Tag::Inline | Tag::Section => {
                match start.raw_value(Attribute::Style).map(display) {
                    Some(Some(Display::Inline)) => Tag::Inline,
                    Some(Some(Display::Block)) => Tag::Div,
                    _ => tag,
                }
            }
            tag => tag,
        }
    }

    /// Whether what comes is a drawing or a formula.
    pub(super) fn is_foreign(&self) -> bool {
        self.open[Tag::Foreign as usize] > 0 || self.open[Tag::Math as usize] > 0
    }

    /// Whether an element of this name is open.
    fn is_within(&self, name: u64) -> bool {
        self.stack.iter().any(|open| open.name == name)
    }
}
