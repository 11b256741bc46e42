//! About how much memory results hold: what waits somewhere is bounded by it.

use super::{
    Annotation, Aside, Attribute, Document, Extracted, Failure, Finding, Findings, Hint, Label,
    LogLine, Mark, Segment, Span, Translation,
};

/// What an allocation takes besides its content, in bytes: a word for the allocator, and what is
/// lost to rounding.
const ALLOCATION: u64 = 16;

/// What each document of a source, and each result or failure of a step, takes until it is stored
/// besides what it says, in bytes: itself with its id and where it comes from, and its record.
/// While the one committer stores it, the database holds four times as much for what lists tell of
/// it, for keys, and for every page of them that a batch touches: 15 KiB were measured for each of
/// 30,000 empty documents. `host/ARCHITECTURE.md` counts that once.
pub(crate) const RECORD: u64 = 4 << 10;

/// Something whose memory can be told.
pub trait Weight {
    /// About how much memory it holds besides its own fields, in bytes: never less than what its
    /// strings and lists have.
    fn held(&self) -> u64;
}

impl Weight for String {
    fn held(&self) -> u64 {
        allocated(self.len())
    }
}

impl<T: Weight> Weight for Vec<T> {
    fn held(&self) -> u64 {
        let items = allocated(self.len().saturating_mul(size_of::<T>()));
        self.iter().map(Weight::held).fold(items, u64::saturating_add)
    }
}

impl<T: Weight> Weight for Option<T> {
    fn held(&self) -> u64 {
        self.as_ref().map_or(0, Weight::held)
    }
}

fn allocated(bytes: usize) -> u64 {
    if bytes == 0 { 0 } else { ALLOCATION + bytes as u64 }
}

/// For what holds nothing but its own fields.
macro_rules! flat {
    ($($type:ty),*) => {
        $(impl Weight for $type {
            fn held(&self) -> u64 {
                0
            }
        })*
    };
}

flat!(Span, Segment);

/// For what holds what these of its fields do.
macro_rules! sum {
    ($($type:ident { $($field:ident),* })*) => {
        $(impl Weight for $type {
            fn held(&self) -> u64 {
                0_u64 $(.saturating_add(self.$field.held()))*
            }
        })*
    };
}

sum! {
    Attribute { name, value }
    Mark { kind, attributes }
    Document { text, attributes, marks }
    Aside { kind, text, attributes }
    Extracted { document, asides }
    Label { name, evidence, attributes }
    Annotation { kind, value, attributes }
    Translation { text, segments, attributes }
    LogLine { message }
    Failure { causes, hint, backtrace, log }
    Finding { findings }
}

impl Weight for Hint {
    fn held(&self) -> u64 {
        self.to_stored().held()
    }
}

impl Weight for Findings {
    fn held(&self) -> u64 {
        match self {
            Findings::Labels(labels) => labels.held(),
            Findings::Annotations(annotations) => annotations.held(),
            Findings::Translations(translations) => translations.held(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn annotations_without_a_word_have_weight() {
        let annotation = Annotation {
            kind: "k".to_owned(),
            span: None,
            value: None,
            confidence: None,
            attributes: Vec::new(),
        };
        let each = size_of::<Annotation>() as u64 + ALLOCATION + 1;
        let findings = Findings::Annotations(vec![annotation; 1_000]);
        assert_eq!(findings.held(), 1_000 * each + ALLOCATION);
        assert_eq!(Findings::Annotations(Vec::new()).held(), 0);
    }

    #[test]
    fn everything_that_a_document_holds_counts() {
        let attributes = vec![Attribute { name: "n".to_owned(), value: "v".repeat(1_000) }];
        let mark = Mark {
            kind: String::new(),
            span: Span { start: 0, end: 0 },
            attributes: attributes.clone(),
        };
        let text = "t".repeat(1_000);
        let document = Document {
            text: text.clone(),
            language: None,
            attributes: attributes.clone(),
            marks: vec![mark],
        };
        let aside = Aside { kind: String::new(), text, position: 0, attributes };
        let held = Extracted { document, asides: vec![aside] }.held();
        assert!((5_000..6_000).contains(&held), "{held}");
    }
}
