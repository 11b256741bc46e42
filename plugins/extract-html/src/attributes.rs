//! What the attributes of an element say about it: its names, its role, whether it is shown.

use memchr::memchr;

use crate::dom::flag;
use crate::lookup::hash;
use crate::names::{self, Hints, Known};
use crate::start_tag::{Attribute, StartTag};
use crate::tags::{Classes, Tag};
use crate::tokens::decoded_value;

/// What the attributes of an element say about it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Traits {
    pub hints: Hints,
    pub flags: u8,
}

impl Traits {
    pub fn of<'a>(start: StartTag<'a, '_>, known: &mut Known<'a>) -> Traits {
        let mut traits = Traits::default();
        for (name, value) in start.attributes() {
            if matches!(name, Attribute::Class | Attribute::Id) {
                traits.hints.add(known.hints(value));
            } else if name != Attribute::Href {
                traits.add(name, value);
            }
        }
        if traits.flags & flag::COLLAPSED != 0 && !traits.hints.any(Hints::PANEL) {
            traits.hints.add(Hints::HIDDEN);
        }
        // The panels of an accordion and of tabs, all but one of which wait for a click.
        let is_panel = traits.hints.any(Hints::PANEL) && !traits.hints.any(Hints::BOILERPLATE);
        if traits.hints.any(Hints::HIDDEN) && (is_panel || is_streamed(start)) {
            traits.hints.remove(Hints::HIDDEN);
        }
        if start.tag.is(Classes::TELLING) {
            traits.add_tag(start.tag);
        }
        if start.tag == Tag::Item && start.name() == hash("dt") {
            traits.flags |= flag::TERM;
        }
        traits
    }

    /// Adds what the tag says by itself.
    fn add_tag(&mut self, tag: Tag) {
        match tag {
            Tag::Nav | Tag::Footer => self.hints.add(Hints::NAVIGATION),
            Tag::Aside => self.hints.add(Hints::SIDE),
            Tag::FigureCaption => self.hints.add(Hints::CAPTION),
            // Templates describe the whole page in the classes of its outermost elements, and some
            // hide it until a script shows it.
            _ => {
                self.hints.remove(Hints::BOILERPLATE);
                self.hints.remove(Hints::HIDDEN);
            }
        }
    }

    /// Adds what one of the rarer attributes says.
    fn add(&mut self, name: Attribute, value: &str) {
        let hints = match name {
            Attribute::Role => {
                let role = &*decoded_value(value);
                if role == "presentation" || role == "none" {
                    self.flags |= flag::PRESENTATION;
                }
                names::hints_of_role(role)
            }
            Attribute::ItemProperty => names::hints_of_property(&decoded_value(value)),
            Attribute::DataRole => match &*decoded_value(value) {
                "content" => Hints::ARTICLE_BODY,
                "sapo" => Hints::LEAD,
                "author" => names::hints("author"),
                "publishdate" => Hints::DATELINE,
                _ => return,
            },
            Attribute::Rel if decoded_value(value) == "author" => names::hints("author"),
            // What a search within the page finds is shown then.
            Attribute::Hidden if !value.eq_ignore_ascii_case("until-found") => Hints::HIDDEN,
            Attribute::AriaHidden if decoded_value(value) == "true" => {
                self.flags |= flag::COLLAPSED;
                return;
            }
            Attribute::Style if display(&decoded_value(value)) == Some(Display::None) => {
                Hints::HIDDEN
            }
            _ => return,
        };
        self.hints.add(hints);
    }
}

/// Whether an element is a part of the page that a server sent after the rest, hidden until a
/// script puts it where it belongs, as React streams pages: `<div hidden id="S:1f">`.
fn is_streamed(start: StartTag<'_, '_>) -> bool {
    let number = start.raw_value(Attribute::Id).and_then(|id| id.strip_prefix("S:"));
    number.is_some_and(|it| !it.is_empty() && it.bytes().all(|byte| byte.is_ascii_hexdigit()))
        && start.raw_value(Attribute::Hidden).is_some()
}

/// How an inline style shows an element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Display {
    /// Not at all.
    None,
    /// In the line.
    Inline,
    /// On lines of its own.
    Block,
}

/// How an inline style shows its element, if it says so; the last declaration counts, unless one
/// takes it off the page.
pub fn display(style: &str) -> Option<Display> {
    let mut found = None;
    let mut rest = Some(style);
    while let Some(style) = rest {
        let declaration;
        (declaration, rest) = split_at(style, b';');
        if let (property, Some(value)) = split_at(declaration, b':') {
            let value = value.trim_ascii();
            let value = value.strip_suffix("!important").map_or(value, str::trim_ascii);
            let is = |text: &str, other: &str| text.trim_ascii().eq_ignore_ascii_case(other);
            if is(property, "display") {
                found = match value {
                    _ if is(value, "none") => return Some(Display::None),
                    _ if is(value, "inline") || is(value, "inline-block") => Some(Display::Inline),
                    _ if is(value, "block") || is(value, "flex") => Some(Display::Block),
                    _ => None,
                };
            } else if is(property, "visibility") && is(value, "hidden") {
                return Some(Display::None);
            }
        }
    }
    found
}

/// What stands before and behind a character of ASCII.
fn split_at(text: &str, character: u8) -> (&str, Option<&str>) {
    match memchr(character, text.as_bytes()) {
        Some(at) => (&text[..at], Some(&text[at + 1..])),
        None => (text, None),
    }
}
