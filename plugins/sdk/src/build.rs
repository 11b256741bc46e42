//! Small constructors that keep plugin code readable.

use crate::{Annotation, Attribute, Defect, Document, Error, InvalidSetting, Label, Mark, Span};

impl Attribute {
    /// An attribute with this name and value.
    pub fn new(name: impl Into<String>, value: impl ToString) -> Attribute {
        Attribute { name: name.into(), value: value.to_string() }
    }
}

impl Span {
    /// The span of these byte offsets. Offsets past `u32::MAX` saturate; no document is that long.
    pub fn new(start: usize, end: usize) -> Span {
        let clamp = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
        Span { start: clamp(start), end: clamp(end) }
    }

    /// The span as a range, for indexing into a text.
    pub fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }
}

impl From<std::ops::Range<usize>> for Span {
    fn from(range: std::ops::Range<usize>) -> Span {
        Span::new(range.start, range.end)
    }
}

impl Mark {
    /// A mark without attributes.
    pub fn new(kind: impl Into<String>, span: impl Into<Span>) -> Mark {
        Mark { kind: kind.into(), span: span.into(), attributes: Vec::new() }
    }

    /// The same mark with one more attribute.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl ToString) -> Mark {
        self.attributes.push(Attribute::new(name, value));
        self
    }
}

impl Document {
    /// A document with this text and nothing else.
    pub fn new(text: impl Into<String>) -> Document {
        Document { text: text.into(), language: None, attributes: Vec::new(), marks: Vec::new() }
    }

    /// The value of the first attribute of this name.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes
            .iter()
            .find(|attribute| attribute.name == name)
            .map(|attribute| attribute.value.as_str())
    }

    /// The marks of one kind, in order.
    pub fn marks_of<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Mark> {
        self.marks.iter().filter(move |mark| mark.kind == kind)
    }

    /// Where a slice of this document's text lies in it.
    ///
    /// # Panics
    ///
    /// If `part` is not a slice of [`Document::text`]: a copy has no place in the text.
    pub fn span_of(&self, part: &str) -> Span {
        let start = (part.as_ptr() as usize).wrapping_sub(self.text.as_ptr() as usize);
        assert!(
            start.saturating_add(part.len()) <= self.text.len(),
            "`part` is not a slice of the document's text"
        );
        Span::new(start, start + part.len())
    }
}

impl Label {
    /// A label without evidence.
    pub fn new(name: impl Into<String>, confidence: f32) -> Label {
        Label { name: name.into(), confidence, evidence: Vec::new(), attributes: Vec::new() }
    }
}

impl Annotation {
    /// An annotation of a passage.
    pub fn at(kind: impl Into<String>, span: impl Into<Span>) -> Annotation {
        Annotation {
            kind: kind.into(),
            span: Some(span.into()),
            value: None,
            confidence: None,
            attributes: Vec::new(),
        }
    }

    /// An annotation of the document as a whole.
    pub fn of_document(kind: impl Into<String>) -> Annotation {
        Annotation {
            kind: kind.into(),
            span: None,
            value: None,
            confidence: None,
            attributes: Vec::new(),
        }
    }

    /// The same annotation with the value it stands for.
    #[must_use]
    pub fn with_value(mut self, value: impl ToString) -> Annotation {
        self.value = Some(value.to_string());
        self
    }

    /// The same annotation with one more attribute.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl ToString) -> Annotation {
        self.attributes.push(Attribute::new(name, value));
        self
    }
}

impl Error {
    /// The input is damaged; `reason` is a lower-case fragment without a final period.
    pub fn malformed(reason: impl Into<String>) -> Error {
        Error::Malformed(Defect { reason: reason.into(), offset: None })
    }

    /// The input is damaged at this byte offset.
    pub fn malformed_at(reason: impl Into<String>, offset: u64) -> Error {
        Error::Malformed(Defect { reason: reason.into(), offset: Some(offset) })
    }

    /// A setting has an unusable value.
    pub fn misconfigured(key: impl Into<String>, reason: impl Into<String>) -> Error {
        Error::Misconfigured(InvalidSetting { key: key.into(), reason: reason.into() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slice_of_the_text_knows_its_span() {
        let document = Document::new("état du monde");
        let word = &document.text["état du ".len()..];
        assert_eq!(document.span_of(word).range(), 9..14);
    }

    #[test]
    fn every_edge_of_the_text_has_its_span() {
        let document = Document::new(" one two ");
        for from in 0..=document.text.len() {
            for to in from..=document.text.len() {
                assert_eq!(document.span_of(&document.text[from..to]).range(), from..to);
            }
        }
        assert_eq!(document.span_of(document.text.trim_end()).range(), 0..8);
    }

    #[test]
    #[should_panic(expected = "not a slice")]
    fn what_reaches_over_the_end_has_no_span() {
        let both = String::from("one two");
        let document = Document::new(&both[..3]);
        document.span_of(&both);
    }

    #[test]
    #[should_panic(expected = "not a slice")]
    fn a_copy_of_a_word_has_no_span() {
        Document::new("one two").span_of(&String::from("two"));
    }
}
