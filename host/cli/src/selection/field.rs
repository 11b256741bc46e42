//! What can be told of a document in one column: `--fields` names it.

use std::borrow::Cow;
use std::str::FromStr;

use docmill::model::{Annotation, Label, LabelSummary};
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

use crate::dossier::Dossier;

/// A column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Field {
    /// One that every document has.
    Fixed(Fixed),
    /// What was found of one kind: values, or the passages where there are none.
    Kind(String),
    /// The confidence of one label.
    Label(String),
    /// The values of one attribute.
    Attribute(String),
}

macro_rules! fixed {
    ($($(#[$doc:meta])* $variant:ident $name:literal)*) => {
        /// A fact that every document has, or could have.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Fixed {
            $($(#[$doc])* $variant,)*
        }

        impl Fixed {
            const ALL: &[Fixed] = &[$(Fixed::$variant),*];

            const fn name(self) -> &'static str {
                match self {
                    $(Fixed::$variant => $name,)*
                }
            }
        }
    };
}

fixed! {
    /// The id of the document.
    Id "id"
    /// The name of its source.
    Source "source"
    /// Its title.
    Title "title"
    /// Who wrote it.
    Creator "creator"
    /// When it was published.
    Date "date"
    /// Its language.
    Language "language"
    /// The main label, else the most confident one.
    MainLabel "main_label"
    /// All labels with their confidences.
    Labels "labels"
    /// How many failures there are.
    Failures "failures"
    /// How many words the text has.
    Words "words"
    /// The number of its version.
    Version "version"
    /// What kind of thing the source is.
    MediaType "media_type"
    /// The size of the source in bytes.
    Size "size"
    /// The digest of the source.
    Sha256 "sha256"
    /// The text.
    Text "text"
}

impl Field {
    /// The columns of an export as CSV where no others are asked for.
    pub fn of_csv() -> Vec<Field> {
        Fixed::ALL[..10].iter().copied().map(Field::Fixed).collect()
    }

    /// What the column is called: what names it on the command line.
    pub fn name(&self) -> Cow<'static, str> {
        match self {
            Field::Fixed(fixed) => fixed.name().into(),
            Field::Kind(name) => format!("kind:{name}").into(),
            Field::Label(name) => format!("label:{name}").into(),
            Field::Attribute(name) => format!("attribute:{name}").into(),
        }
    }

    /// What a document has of it.
    fn value(&self, dossier: &Dossier) -> Value {
        let document = dossier.document();
        let text =
            |text: Option<&str>| text.map_or(Value::Nothing, |it| Value::Text(it.to_owned()));
        let number = |number: usize| Value::Number(number as u64);
        let info = dossier.source.as_ref().map(|source| &source.info);
        match self {
            Field::Fixed(fixed) => match fixed {
                Fixed::Id => Value::Text(dossier.id().to_string()),
                Fixed::Source => text(Some(dossier.stored.source.as_str())),
                Fixed::Title => text(document.attribute("title")),
                Fixed::Creator => {
                    Value::Texts(document.attributes_named("creator").map(str::to_owned).collect())
                }
                Fixed::Date => text(dossier.date()),
                Fixed::Language => text(dossier.language()),
                Fixed::MainLabel => {
                    let main = dossier.labels().find(|(_, label)| label.is_main());
                    let main = main.or_else(|| dossier.labels().next());
                    text(main.map(|(_, label)| label.name.as_str()))
                }
                Fixed::Labels => Value::Labels(dossier.labels().map(|(_, it)| it.into()).collect()),
                Fixed::Failures => number(dossier.failures.len()),
                Fixed::Words => number(document.text.split_whitespace().count()),
                Fixed::Version => Value::Number(dossier.stored.version.into()),
                Fixed::MediaType => text(info.map(|info| info.media_type.as_str())),
                Fixed::Size => info.map_or(Value::Nothing, |info| Value::Number(info.size)),
                Fixed::Sha256 => Value::Text(dossier.stored.original.to_string()),
                Fixed::Text => text(Some(&document.text)),
            },
            Field::Kind(kind) => {
                let passage = |it: &Annotation| it.span.map(|span| &document.text[span.range()]);
                let found = dossier.annotations().filter(|(_, it)| it.kind == *kind);
                let told = |it: &Annotation| {
                    let told = it.value.as_deref().or_else(|| passage(it)).unwrap_or_default();
                    told.to_owned()
                };
                Value::Texts(found.map(|(_, it)| told(it)).collect())
            }
            Field::Label(name) => {
                let confidences = dossier.labels().filter(|(_, label)| label.name == *name);
                let most = confidences.map(|(_, label)| label.confidence).reduce(f32::max);
                most.map_or(Value::Nothing, Value::Confidence)
            }
            Field::Attribute(name) => {
                Value::Texts(document.attributes_named(name).map(str::to_owned).collect())
            }
        }
    }

    /// What a document has of it, in one cell.
    pub fn cell(&self, dossier: &Dossier) -> String {
        match self.value(dossier) {
            Value::Nothing => String::new(),
            Value::Text(text) => text,
            Value::Texts(texts) => texts.join(";"),
            Value::Number(number) => number.to_string(),
            Value::Confidence(confidence) => confidence.to_string(),
            Value::Labels(labels) => {
                let told = labels.iter().map(|it| format!("{}={}", it.name, it.confidence));
                told.collect::<Vec<_>>().join(";")
            }
        }
    }
}

impl FromStr for Field {
    type Err = String;

    fn from_str(text: &str) -> Result<Field, String> {
        let fixed = Fixed::ALL.iter().find(|fixed| fixed.name() == text);
        let named = match text.split_once(':') {
            _ if fixed.is_some() => fixed.copied().map(Field::Fixed),
            Some((_, "")) | None => None,
            Some(("kind", name)) => Some(Field::Kind(name.to_owned())),
            Some(("label", name)) => Some(Field::Label(name.to_owned())),
            Some(("attribute", name)) => Some(Field::Attribute(name.to_owned())),
            Some(_) => None,
        };
        named.ok_or_else(|| {
            let names: Vec<&str> = Fixed::ALL.iter().map(|it| it.name()).collect();
            format!("there are {}, kind:NAME, label:NAME, attribute:NAME", names.join(", "))
        })
    }
}

/// What there is to tell.
#[derive(Serialize)]
#[serde(untagged)]
enum Value {
    Nothing,
    Text(String),
    Texts(Vec<String>),
    Number(u64),
    Confidence(f32),
    Labels(Vec<LabelValue>),
}

/// A label that was given, in short.
#[derive(Debug, Serialize)]
pub struct LabelValue {
    name: String,
    confidence: f32,
    rank: Option<String>,
}

impl From<&LabelSummary> for LabelValue {
    fn from(label: &LabelSummary) -> LabelValue {
        let LabelSummary { name, confidence, rank } = label.clone();
        LabelValue { name, confidence, rank }
    }
}

impl From<&Label> for LabelValue {
    fn from(label: &Label) -> LabelValue {
        LabelValue {
            name: label.name.clone(),
            confidence: label.confidence,
            rank: label.rank().map(str::to_owned),
        }
    }
}

/// Some fields of a document, as an object for programs: in the order in which they were asked for.
pub struct Chosen<'a> {
    /// The fields.
    pub fields: &'a [Field],
    /// The document.
    pub dossier: &'a Dossier,
}

impl Serialize for Chosen<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.fields.len()))?;
        for field in self.fields {
            map.serialize_entry(&field.name(), &field.value(self.dossier))?;
        }
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_named_as_its_column_is() {
        for name in ["id", "main_label", "kind:email", "label:drones", "attribute:publisher"] {
            assert_eq!(name.parse::<Field>().unwrap().name(), name);
        }
        for bad in ["", "Id", "kind:", "kind", "sort:of", "colour"] {
            assert!(bad.parse::<Field>().is_err(), "{bad}");
        }
    }
}
