//! A start tag: which element it begins, and those of its attributes that are read at all.

use std::borrow::Cow;

use crate::dom::truncated;
use crate::lookup::{EMPTY, Lookup};
use crate::tags::Tag;
use crate::tokens::{self, decoded_value};

/// The most bytes that are kept of an attribute's value.
const MAX_VALUE: usize = 8 * 1024;

/// The attributes that are read at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attribute {
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
    Lang,
    /// `name`.
    Named,
    Property,
    Rel,
    Role,
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
    ("http-equiv", Attribute::HttpEquiv),
    ("lang", Attribute::Lang),
    ("xml:lang", Attribute::Lang),
    ("role", Attribute::Role),
    ("datetime", Attribute::DateTime),
    ("hidden", Attribute::Hidden),
    ("aria-hidden", Attribute::AriaHidden),
    ("data-role", Attribute::DataRole),
]);

/// A start tag. One is reused for all tags of a page.
#[derive(Debug)]
pub struct StartTag<'a> {
    pub tag: Tag,
    /// The hash of the element's name.
    pub name: u64,
    /// It ends with `/>`.
    pub is_self_closing: bool,
    /// The attributes in the order of the source.
    pub attributes: Vec<(Attribute, Cow<'a, str>)>,
}

impl<'a> StartTag<'a> {
    /// A tag that is still to be read.
    pub fn new() -> StartTag<'a> {
        let attributes = Vec::with_capacity(16);
        StartTag { tag: Tag::Inline, name: EMPTY, is_self_closing: false, attributes }
    }

    /// Becomes this tag.
    pub fn read(&mut self, tag: tokens::Tag<'a, '_>) {
        self.tag = Tag::of(tag.name);
        self.name = tag.name;
        self.is_self_closing = tag.is_self_closing;
        self.attributes.clear();
        self.attributes.extend(tag.attributes().filter_map(|(name, value)| {
            Some((ATTRIBUTES.get(name)?, decoded_value(truncated(value, MAX_VALUE))))
        }));
    }

    /// The value of an attribute; of two with the same name the first one counts.
    pub fn value(&self, name: Attribute) -> Option<&str> {
        self.attributes.iter().find(|attribute| attribute.0 == name).map(|(_, value)| &**value)
    }
}
