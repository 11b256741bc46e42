//! A start tag: which element it begins, and those of its attributes that are read at all.

use std::borrow::Cow;

use crate::dom::truncated;
use crate::lookup::Lookup;
use crate::tags::Tag;
use crate::tokens::{self, decoded_value};

/// The most bytes that are kept of an attribute's value.
const MAX_VALUE: usize = 8 * 1024;

/// The attributes that are read at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attribute {
    AriaExpanded,
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
    ItemType,
    Lang,
    /// `name`.
    Named,
    Property,
    Rel,
    Role,
    ShadowRoot,
    Style,
    Type,
}

/// The names of the attributes that are read.
static ATTRIBUTES: Lookup<Attribute, 64> = Lookup::of(&[
    ("class", Attribute::Class),
    ("id", Attribute::Id),
    ("href", Attribute::Href),
    ("style", Attribute::Style),
    ("rel", Attribute::Rel),
    ("type", Attribute::Type),
    ("content", Attribute::Content),
    ("name", Attribute::Named),
    ("property", Attribute::Property),
    ("itemprop", Attribute::ItemProperty),
    ("itemtype", Attribute::ItemType),
    ("http-equiv", Attribute::HttpEquiv),
    ("lang", Attribute::Lang),
    ("xml:lang", Attribute::Lang),
    ("role", Attribute::Role),
    ("datetime", Attribute::DateTime),
    ("hidden", Attribute::Hidden),
    ("aria-hidden", Attribute::AriaHidden),
    ("aria-expanded", Attribute::AriaExpanded),
    ("shadowrootmode", Attribute::ShadowRoot),
    ("shadowroot", Attribute::ShadowRoot),
    ("data-role", Attribute::DataRole),
]);

impl Attribute {
    /// The attribute whose name has this hash, if it is one of these.
    pub fn of(name: u64) -> Option<Attribute> {
        ATTRIBUTES.get(name)
    }
}

/// A start tag.
#[derive(Debug, Clone, Copy)]
pub struct StartTag<'a, 't> {
    pub tag: Tag,
    /// As the tokenizer read it.
    read: &'t tokens::Tag<'a, 't, Attribute>,
}

impl<'a, 't> StartTag<'a, 't> {
    /// What the tokenizer read.
    pub fn of(read: &'t tokens::Tag<'a, 't, Attribute>) -> StartTag<'a, 't> {
        StartTag { tag: Tag::of(read.name), read }
    }

    /// The hash of the element's name.
    pub fn name(self) -> u64 {
        self.read.name
    }

    /// Whether it ends with `/>`.
    pub fn is_self_closing(self) -> bool {
        self.read.is_self_closing
    }

    /// The attributes in the order of the source and their values as they stand there, with
    /// character references.
    pub fn attributes(self) -> impl Iterator<Item = (Attribute, &'a str)> {
        self.read.attributes.iter().map(|&(name, value)| (name, truncated(value, MAX_VALUE)))
    }

    /// The value of an attribute; of two with the same name the first one counts.
    pub fn value(self, wanted: Attribute) -> Option<Cow<'a, str>> {
        self.raw_value(wanted).map(decoded_value)
    }

    /// The same as it stands in the source, with character references.
    pub fn raw_value(self, wanted: Attribute) -> Option<&'a str> {
        self.attributes().find(|(name, _)| *name == wanted).map(|(_, value)| value)
    }
}
