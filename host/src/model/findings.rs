//! What plugins find in a document.

use super::document::hash_attributes;
use super::{Attribute, Digest, Hasher, LanguageTag, PluginName, Provenance, Span};

/// A label that applies to a document as a whole.
#[derive(Debug, Clone, PartialEq)]
pub struct Label {
    /// One of the labels that its classifier declares.
    pub name: String,
    /// From 0.0 to 1.0 inclusive.
    pub confidence: f32,
    /// The passages that speak for the label, ordered by their start.
    pub evidence: Vec<Span>,
    /// Such as `rank`.
    pub attributes: Vec<Attribute>,
}

/// What classifiers tell by convention, beyond what the contract asks for.
impl Label {
    const RANK: &str = "rank";
    pub(super) const MAIN: &str = "main";

    /// The rank among the labels of a document: `main`, `secondary`, or nothing.
    pub fn rank(&self) -> Option<&str> {
        let rank = self.attributes.iter().find(|attribute| attribute.name == Label::RANK)?;
        Some(&rank.value)
    }

    /// Whether it says what the document is about above all.
    pub fn is_main(&self) -> bool {
        self.rank() == Some(Label::MAIN)
    }

    /// Its attributes but for the rank.
    pub fn further_attributes(&self) -> impl Iterator<Item = &Attribute> {
        self.attributes.iter().filter(|attribute| attribute.name != Label::RANK)
    }

    /// The label that one of this name says more of, if it is of a second level: `drones` for
    /// `drones/sea-drone`.
    pub fn above(name: &str) -> Option<&str> {
        name.split_once('/').map(|(above, _)| above)
    }
}

/// Something found in a document.
#[derive(Debug, Clone, PartialEq)]
pub struct Annotation {
    /// One of the kinds that its analyzer declares.
    pub kind: String,
    /// Where it was found, or `None` if it concerns the document as a whole.
    pub span: Option<Span>,
    /// What it stands for, such as `2024-05-01`.
    pub value: Option<String>,
    /// From 0.0 to 1.0 inclusive.
    pub confidence: Option<f32>,
    /// Any further facts.
    pub attributes: Vec<Attribute>,
}

/// The text of a document in another language.
#[derive(Debug, Clone, PartialEq)]
pub struct Translation {
    /// The language of `text`.
    pub target: LanguageTag,
    /// The whole text in that language.
    pub text: String,
    /// Which passage of the document became which passage of `text`, in order.
    pub segments: Vec<Segment>,
    /// Such as `coverage`.
    pub attributes: Vec<Attribute>,
}

/// A passage and its translation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Segment {
    /// In the text of the document.
    pub original: Span,
    /// In the text of the translation.
    pub translated: Span,
}

/// Everything one plugin found in one document.
#[derive(Debug, Clone, PartialEq)]
pub enum Findings {
    /// From a classifier, most confident first.
    Labels(Vec<Label>),
    /// From an analyzer, those without a span first, then by the start of their spans.
    Annotations(Vec<Annotation>),
    /// From a translator, in the order of the step's targets.
    Translations(Vec<Translation>),
}

impl Findings {
    /// Whether everything in them points into the text they were found in.
    pub fn fit(&self, text: &str) -> bool {
        let fits = |span: &Span| Span::of(text, span.start, span.end).is_some();
        match self {
            Findings::Labels(labels) => labels.iter().flat_map(|label| &label.evidence).all(fits),
            Findings::Annotations(annotations) => {
                annotations.iter().filter_map(|it| it.span.as_ref()).all(fits)
            }
            Findings::Translations(translations) => {
                translations.iter().flat_map(|it| &it.segments).all(|it| fits(&it.original))
            }
        }
    }

    /// The digest of everything a plugin that reads these findings can see.
    pub fn digest(&self) -> Digest {
        let mut hasher = Hasher::new("docmill findings 1");
        match self {
            Findings::Labels(labels) => {
                hasher.field(b"labels");
                for label in labels {
                    hasher
                        .field(label.name.as_bytes())
                        .field(&label.confidence.to_bits().to_le_bytes());
                    hasher.field(&(label.evidence.len() as u64).to_le_bytes());
                    label.evidence.iter().for_each(|span| hash_span(&mut hasher, *span));
                    hash_attributes(&mut hasher, &label.attributes);
                }
            }
            Findings::Annotations(annotations) => {
                hasher.field(b"annotations");
                for annotation in annotations {
                    hasher.field(annotation.kind.as_bytes());
                    hash_option(&mut hasher, annotation.span, |hasher, span| {
                        hash_span(hasher, span)
                    });
                    hash_option(&mut hasher, annotation.value.as_deref(), |hasher, value| {
                        hasher.field(value.as_bytes());
                    });
                    hash_option(&mut hasher, annotation.confidence, |hasher, confidence| {
                        hasher.field(&confidence.to_bits().to_le_bytes());
                    });
                    hash_attributes(&mut hasher, &annotation.attributes);
                }
            }
            Findings::Translations(translations) => {
                hasher.field(b"translations");
                for translation in translations {
                    hasher
                        .field(translation.target.as_str().as_bytes())
                        .field(translation.text.as_bytes());
                    hasher.field(&(translation.segments.len() as u64).to_le_bytes());
                    for segment in &translation.segments {
                        hash_span(&mut hasher, segment.original);
                        hash_span(&mut hasher, segment.translated);
                    }
                    hash_attributes(&mut hasher, &translation.attributes);
                }
            }
        }
        hasher.finish()
    }
}

fn hash_span(hasher: &mut Hasher, span: Span) {
    hasher.field(&span.start.to_le_bytes()).field(&span.end.to_le_bytes());
}

fn hash_option<T>(hasher: &mut Hasher, value: Option<T>, hash: impl FnOnce(&mut Hasher, T)) {
    hasher.field(&[u8::from(value.is_some())]);
    if let Some(value) = value {
        hash(hasher, value);
    }
}

/// What one plugin found in one document, and how it came about.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// The step that asked for it; its plugin is named in `provenance`, usually by the same name.
    pub step: PluginName,
    /// What was found.
    pub findings: Findings,
    /// How it came about.
    pub provenance: Provenance,
}

/// A [`Finding`] without what was found: enough to tell whether it still holds.
#[derive(Debug, Clone, PartialEq)]
pub struct FindingSummary {
    /// See [`Finding::step`].
    pub step: PluginName,
    /// See [`Finding::provenance`].
    pub provenance: Provenance,
}

impl From<Finding> for FindingSummary {
    fn from(finding: Finding) -> FindingSummary {
        FindingSummary { step: finding.step, provenance: finding.provenance }
    }
}
