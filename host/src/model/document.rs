//! Text as it travels from plugin to plugin, and as it is kept.

use std::fmt;
use std::ops::Range;
use std::str::FromStr;

use super::{Digest, Hasher, LanguageTag, Provenance, RunId, SourceName};

/// A half-open range of UTF-8 byte offsets into the text of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// Where it begins.
    pub start: u32,
    /// Where it ends; never before `start`.
    pub end: u32,
}

impl Span {
    /// A span of `text`, or `None` if it runs backwards, reaches past the end, or cuts a character.
    pub fn of(text: &str, start: u32, end: u32) -> Option<Span> {
        text.get(start as usize..end as usize).map(|_| Span { start, end })
    }

    /// The span as a range, for indexing into the text it belongs to.
    pub fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// A named fact about a document, a mark, a label, or an annotation.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Attribute {
    /// Kebab-case.
    pub name: String,
    /// Text of any kind.
    pub value: String,
}

/// Where a piece of the structure of a text lies: a heading, a paragraph, a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// Kebab-case, such as `heading`.
    pub kind: String,
    /// Where it lies.
    pub span: Span,
    /// Such as `level` for a heading.
    pub attributes: Vec<Attribute>,
}

/// Text as it travels from plugin to plugin.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Document {
    /// The text proper.
    pub text: String,
    /// Its language, if anyone upstream determined it.
    pub language: Option<LanguageTag>,
    /// Ordered; a name may occur more than once.
    pub attributes: Vec<Attribute>,
    /// Ordered by the start of their spans, outer marks before inner ones.
    pub marks: Vec<Mark>,
}

impl Document {
    /// Whether there is nothing to read in its text.
    pub fn is_blank(&self) -> bool {
        self.text.chars().all(char::is_whitespace)
    }

    /// The value of the first attribute of this name.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes
            .iter()
            .find(|attribute| attribute.name == name)
            .map(|attribute| attribute.value.as_str())
    }

    /// All values of this name, in order.
    pub fn attributes_named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.attributes
            .iter()
            .filter(move |attribute| attribute.name == name)
            .map(|attribute| attribute.value.as_str())
    }

    /// The digest of everything a plugin can see of the document.
    pub fn digest(&self) -> Digest {
        let mut hasher = Hasher::new("docmill document 1");
        hasher.field(self.text.as_bytes());
        hasher.field(self.language.as_ref().map_or("", LanguageTag::as_str).as_bytes());
        hash_attributes(&mut hasher, &self.attributes);
        hasher.field(&(self.marks.len() as u64).to_le_bytes());
        for mark in &self.marks {
            hasher.field(mark.kind.as_bytes());
            hasher.field(&mark.span.start.to_le_bytes()).field(&mark.span.end.to_le_bytes());
            hash_attributes(&mut hasher, &mark.attributes);
        }
        hasher.finish()
    }
}

pub(super) fn hash_attributes(hasher: &mut Hasher, attributes: &[Attribute]) {
    hasher.field(&(attributes.len() as u64).to_le_bytes());
    for attribute in attributes {
        hasher.field(attribute.name.as_bytes()).field(attribute.value.as_bytes());
    }
}

/// A passage of the source that is not part of the text proper: a caption, a cross-link, a box of
/// related news.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Aside {
    /// Kebab-case, such as `caption`.
    pub kind: String,
    /// The passage itself.
    pub text: String,
    /// Where it stood: a byte offset into the text of the document, on a character boundary.
    pub position: u32,
    /// Such as `href` for a link.
    pub attributes: Vec<Attribute>,
}

/// A document, and what stood around it in its source.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Extracted {
    /// What later plugins read.
    pub document: Document,
    /// What they don't, in reading order.
    pub asides: Vec<Aside>,
}

/// Identifies a document across its versions: the same place in the same source gives the same id.
///
/// 160 bits, so that nobody can make two documents with the same one, written as 32 characters of
/// Crockford's base 32 in lower case, such as `3v9kq7z2m8xw4tnr0d5c1ahp6ybe9gsf`. For people the
/// beginning is enough: a store finds the rest.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DocumentId([u8; DocumentId::LENGTH]);

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

impl DocumentId {
    /// The number of its bytes.
    pub const LENGTH: usize = 20;
    /// The number of its characters.
    pub const CHARACTERS: usize = 32;

    /// The id of the document at `index`, counted from zero, in the source of this name.
    pub fn of(source: &SourceName, index: u32) -> DocumentId {
        let digest = Hasher::new("docmill document id 1")
            .field(source.as_str().as_bytes())
            .field(&index.to_le_bytes())
            .finish();
        DocumentId::of_digest(&digest)
    }

    /// The first bytes of a digest.
    pub(super) fn of_digest(digest: &Digest) -> DocumentId {
        let mut bytes = [0; DocumentId::LENGTH];
        bytes.copy_from_slice(&digest.as_bytes()[..DocumentId::LENGTH]);
        DocumentId(bytes)
    }

    /// An id that was computed before.
    pub const fn from_bytes(bytes: [u8; DocumentId::LENGTH]) -> DocumentId {
        DocumentId(bytes)
    }

    /// The bytes.
    pub const fn as_bytes(&self) -> &[u8; DocumentId::LENGTH] {
        &self.0
    }
}

impl fmt::Display for DocumentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Five bytes are eight characters.
        self.0.chunks_exact(5).try_for_each(|bytes| {
            let bits = bytes.iter().fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
            (0..8).rev().try_for_each(|place| {
                write!(f, "{}", char::from(ALPHABET[(bits >> (5 * place) & 31) as usize]))
            })
        })
    }
}

impl fmt::Debug for DocumentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DocumentId({self})")
    }
}

impl FromStr for DocumentId {
    type Err = super::NameError;

    fn from_str(text: &str) -> Result<DocumentId, super::NameError> {
        let digit =
            |byte: u8| ALPHABET.iter().position(|digit| *digit == byte.to_ascii_lowercase());
        if text.len() != DocumentId::CHARACTERS {
            return Err(super::name::NOT_AN_ID);
        }
        let mut bytes = [0; DocumentId::LENGTH];
        for (five, eight) in bytes.chunks_exact_mut(5).zip(text.as_bytes().chunks_exact(8)) {
            let bits = (eight.iter())
                .try_fold(0_u64, |bits, byte| Some(bits << 5 | digit(*byte)? as u64))
                .ok_or(super::name::NOT_AN_ID)?;
            five.copy_from_slice(&bits.to_be_bytes()[3..]);
        }
        Ok(DocumentId(bytes))
    }
}

/// A document as the store keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredDocument {
    /// Stays the same across versions.
    pub id: DocumentId,
    /// Counts the contents of its source, from 1.
    pub version: u32,
    /// The source it was found in.
    pub source: SourceName,
    /// The digest of the content of that source, with which the original can be had.
    pub original: Digest,
    /// Its place among the documents of that source, from 0.
    pub index: u32,
    /// The document itself.
    pub extracted: Extracted,
    /// Who extracted it.
    pub provenance: Provenance,
    /// The run that took it in.
    pub run: RunId,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_that_cuts_a_character_is_refused() {
        assert_eq!(Span::of("é", 0, 2), Some(Span { start: 0, end: 2 }));
        assert_eq!(Span::of("é", 0, 1), None);
        assert_eq!(Span::of("é", 2, 2), Some(Span { start: 2, end: 2 }));
        assert_eq!(Span::of("é", 2, 0), None);
        assert_eq!(Span::of("é", 0, 3), None);
    }

    #[test]
    fn a_document_id_survives_its_text() {
        let id = DocumentId::of(&SourceName::new("a.txt").unwrap(), 0);
        assert_eq!(id.to_string().len(), 32);
        assert!(
            id.to_string().starts_with("xzfaw08n6n7z04td"),
            "as it was when ids were shorter: {id}"
        );
        assert_eq!(id.to_string().parse(), Ok(id));
        assert!("u".repeat(32).parse::<DocumentId>().is_err(), "`u` is not in the alphabet");
        assert_ne!(id, DocumentId::of(&SourceName::new("a.txt").unwrap(), 1));
    }
}
