//! How much content passes between host and plugin: the bytes of all strings and lists of bytes,
//! and nothing for numbers and spans.

use super::Rendering;
use crate::model::{Annotation, Aside, Attribute, Document, Extracted, Label, LanguageTag, Mark};

/// A value that plugins are given or return.
pub(super) trait Content {
    /// The bytes of all strings in it.
    fn content(&self) -> u64;
}

impl Content for str {
    fn content(&self) -> u64 {
        self.len() as u64
    }
}

impl Content for String {
    fn content(&self) -> u64 {
        self.len() as u64
    }
}

impl<T: Content + ?Sized> Content for &T {
    fn content(&self) -> u64 {
        (**self).content()
    }
}

impl<T: Content> Content for [T] {
    fn content(&self) -> u64 {
        self.iter().map(Content::content).sum()
    }
}

impl<T: Content> Content for Vec<T> {
    fn content(&self) -> u64 {
        self.as_slice().content()
    }
}

impl<T: Content> Content for Option<T> {
    fn content(&self) -> u64 {
        self.as_ref().map_or(0, Content::content)
    }
}

impl Content for LanguageTag {
    fn content(&self) -> u64 {
        self.as_str().content()
    }
}

impl Content for Attribute {
    fn content(&self) -> u64 {
        self.name.content() + self.value.content()
    }
}

impl Content for Mark {
    fn content(&self) -> u64 {
        self.kind.content() + self.attributes.content()
    }
}

impl Content for Document {
    fn content(&self) -> u64 {
        let Document { text, language, attributes, marks } = self;
        text.content() + language.content() + attributes.content() + marks.content()
    }
}

impl Content for Aside {
    fn content(&self) -> u64 {
        self.kind.content() + self.text.content() + self.attributes.content()
    }
}

impl Content for Extracted {
    fn content(&self) -> u64 {
        self.document.content() + self.asides.content()
    }
}

impl Content for Rendering {
    fn content(&self) -> u64 {
        self.segments.content() + self.attributes.content()
    }
}

impl Content for Label {
    fn content(&self) -> u64 {
        self.name.content() + self.attributes.content()
    }
}

impl Content for Annotation {
    fn content(&self) -> u64 {
        self.kind.content() + self.value.content() + self.attributes.content()
    }
}
