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
            // Templates describe the whole page in the classes of its outermost elements, and some hide it until a script
            // shows it.
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
            Attribute::Hidden => Hints::HIDDEN,
            Attribute::AriaHidden if decoded_value(value) == "true" => Hints::HIDDEN,
            Attribute::Style if hides(&decoded_value(value)) => Hints::HIDDEN,
            _ => return,
        };
        self.hints.add(hints);
    }
}

/// Whether an inline style takes the element off the page.
fn hides(style: &str) -> bool {
    let mut rest = Some(style);
    while let Some(style) = rest {
        let declaration;
        (declaration, rest) = split_at(style, b';');
        if let (property, Some(value)) = split_at(declaration, b':') {
            let value = value.trim_ascii();
            let value = value.strip_suffix("!important").map_or(value, str::trim_ascii);
            let is = |text: &str, other: &str| text.trim_ascii().eq_ignore_ascii_case(other);
            if (is(property, "display") && is(value, "none"))
                || (is(property, "visibility") && is(value, "hidden"))
            {
                return true;
            }
        }
    }
    false
}

/// What stands before and behind a character of ASCII.
fn split_at(text: &str, character: u8) -> (&str, Option<&str>) {
    match memchr(character, text.as_bytes()) {
        Some(at) => (&text[..at], Some(&text[at + 1..])),
        None => (text, None),
    }
}
