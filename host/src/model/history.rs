//! What results were before another took their place, in short.

use super::{Digest, Document, Findings, PluginName, Provenance};

/// No more names are kept of one result.
const MOST_NAMES: usize = 64;
/// No more bytes are kept of a title.
const LONGEST_TITLE: usize = 200;

/// What a step had found in one version of a document before, or how its text had been extracted.
#[derive(Debug, Clone, PartialEq)]
pub struct History {
    /// The step; absent for the extraction.
    pub step: Option<PluginName>,
    /// The last results that another took the place of, or that went with their step; oldest first.
    pub past: Vec<Past>,
}

impl History {
    /// How many results it keeps at most.
    pub const MOST: usize = 8;

    /// Adds the latest result, and drops the oldest where there are too many.
    pub fn add(&mut self, past: Past) {
        self.past.push(past);
        let surplus = self.past.len().saturating_sub(History::MOST);
        self.past.drain(..surplus);
    }
}

/// A result that is no longer there.
#[derive(Debug, Clone, PartialEq)]
pub struct Past {
    /// How it came about.
    pub provenance: Provenance,
    /// The digest of what it was.
    pub digest: Digest,
    /// What it was, in short.
    pub outline: Outline,
}

/// A result in short: enough to tell what changed from one to the next.
#[derive(Debug, Clone, PartialEq)]
pub enum Outline {
    /// Of an extraction.
    Text {
        /// The first attribute `title`, cut at 200 bytes.
        title: Option<String>,
        /// The length of the text in bytes.
        length: u64,
    },
    /// The labels of a classifier and their confidences, most confident first; the first 64 of
    /// them.
    Labels(Vec<(String, f32)>),
    /// The kinds of annotations of an analyzer and how many there are of each, by kind; the first
    /// 64 of them.
    Annotations(Vec<(String, u64)>),
    /// The languages that a translator rendered the text in, and the length of each translation in
    /// bytes; the first 64 of them.
    Translations(Vec<(String, u64)>),
}

impl Outline {
    /// Of a document.
    pub fn of_document(document: &Document) -> Outline {
        let cut = |title: &str| title[..title.floor_char_boundary(LONGEST_TITLE)].to_owned();
        Outline::Text {
            title: document.attribute("title").map(cut),
            length: document.text.len() as u64,
        }
    }

    /// Of what a step found.
    pub fn of_findings(findings: &Findings) -> Outline {
        match findings {
            Findings::Labels(labels) => Outline::Labels(
                labels.iter().map(|it| (it.name.clone(), it.confidence)).take(MOST_NAMES).collect(),
            ),
            Findings::Annotations(annotations) => {
                let mut kinds = std::collections::BTreeMap::new();
                for annotation in annotations {
                    *kinds.entry(&annotation.kind).or_insert(0) += 1;
                }
                let kinds = kinds.into_iter().map(|(kind, number)| (kind.clone(), number));
                Outline::Annotations(kinds.take(MOST_NAMES).collect())
            }
            Findings::Translations(translations) => Outline::Translations(
                (translations.iter())
                    .map(|it| (it.target.to_string(), it.text.len() as u64))
                    .take(MOST_NAMES)
                    .collect(),
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Annotation, Attribute};

    #[test]
    fn an_outline_is_bounded() {
        let kind = |number: usize| Annotation {
            kind: format!("kind-{:02}", number % 70),
            span: None,
            value: None,
            confidence: None,
            attributes: Vec::new(),
        };
        let found = Findings::Annotations((0..140).map(kind).collect());
        let Outline::Annotations(kinds) = Outline::of_findings(&found) else { panic!() };
        assert_eq!((kinds.len(), &kinds[0]), (64, &("kind-00".to_owned(), 2)));
        let title = Attribute { name: "title".to_owned(), value: "é".repeat(150) };
        let document = Document { attributes: vec![title], ..Document::default() };
        let outline = Outline::Text { title: Some("é".repeat(100)), length: 0 };
        assert_eq!(Outline::of_document(&document), outline);
    }
}
