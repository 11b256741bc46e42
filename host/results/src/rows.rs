//! The rows of each table. Everything that is read of them is checked as if a stranger had written
//! it: anybody may put a file into the folder.

use serde::{Deserialize, Serialize};

mod tables;
mod values;

pub(crate) use values::{digest, source_name};

/// What is wrong with a row; a lower-case fragment.
pub(crate) type Wrong = String;

/// A row that belongs to a source.
pub(crate) trait Row: Serialize + for<'a> Deserialize<'a> {
    const TABLE: crate::Table;
}

macro_rules! rows {
    ($($name:ident: $table:ident),* $(,)?) => {
        $(impl Row for $name {
            const TABLE: crate::Table = crate::Table::$table;
        })*
    };
}

rows! {
    SourceRow: Sources,
    DocumentRow: Documents,
    ResultRow: Results,
    FailureRow: Failures,
    CostRow: Costs,
    WalkRow: Walks,
    PartRow: Parts,
}

/// See [`Table::Sources`](crate::Table::Sources).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct SourceRow {
    pub(crate) key: String,
    pub(crate) source: String,
    container: Option<String>,
    media_type: String,
    size: u64,
    pub(crate) sha256: String,
    attributes: Vec<AttributeRow>,
    pub(crate) state: String,
    pub(crate) recipe: String,
    documents: u32,
}

/// See [`Table::Documents`](crate::Table::Documents).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct DocumentRow {
    pub(crate) document: String,
    pub(crate) key: String,
    source: String,
    pub(crate) sha256: String,
    place: u32,
    text_digest: String,
    text: String,
    language: Option<String>,
    title: Option<String>,
    date: Option<String>,
    attributes: Vec<AttributeRow>,
    marks: Vec<MarkRow>,
    asides: Vec<AsideRow>,
    plugin: String,
    version: String,
    component: String,
    contract: String,
    settings: String,
}

/// See [`Table::Results`](crate::Table::Results).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct ResultRow {
    pub(crate) document: String,
    pub(crate) step: String,
    pub(crate) key: String,
    source: String,
    text_digest: String,
    role: String,
    plugin: String,
    version: String,
    component: String,
    contract: String,
    settings: String,
    labels: Option<Vec<LabelRow>>,
    annotations: Option<Vec<AnnotationRow>>,
    translations: Option<Vec<TranslationRow>>,
}

/// See [`Table::Failures`](crate::Table::Failures).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct FailureRow {
    key: String,
    failure: String,
    source: String,
    pub(crate) source_key: Option<String>,
    sha256: Option<String>,
    document: Option<String>,
    step: Option<String>,
    component: Option<String>,
    class: String,
    is_settled: bool,
    causes: Vec<String>,
    hint: Option<String>,
    backtrace: Vec<String>,
    log: Vec<LogRow>,
    attempt: Option<AttemptRow>,
}

/// See [`Table::Costs`](crate::Table::Costs).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct CostRow {
    source: String,
    pub(crate) document: Option<String>,
    pub(crate) step: Option<String>,
    pub(crate) key: Option<String>,
    plugin: String,
    failed: bool,
    duration: u64,
    peak_memory: u64,
    host_calls: u64,
    bytes_in: u64,
    bytes_out: u64,
    written: i64,
}

/// See [`Table::Walks`](crate::Table::Walks).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct WalkRow {
    pub(crate) source: String,
    pub(crate) container: Option<String>,
    media_type: String,
    size: u64,
    pub(crate) sha256: String,
    pub(crate) recipe: String,
    pub(crate) state: String,
    pub(crate) first: u64,
    pub(crate) last: u64,
}

/// See [`Table::Parts`](crate::Table::Parts).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct PartRow {
    pub(crate) sha256: String,
    #[serde(with = "bytes_of")]
    pub(crate) bytes: Vec<u8>,
}

/// What an index of the sources needs of a row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct PlaceRow {
    pub(crate) source: String,
    pub(crate) container: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct AttributeRow {
    name: String,
    value: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct MarkRow {
    kind: String,
    start: u32,
    end: u32,
    attributes: Vec<AttributeRow>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct AsideRow {
    kind: String,
    text: String,
    position: u32,
    attributes: Vec<AttributeRow>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct SpanRow {
    start: u32,
    end: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct LabelRow {
    name: String,
    confidence: f32,
    evidence: Vec<SpanRow>,
    attributes: Vec<AttributeRow>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct AnnotationRow {
    kind: String,
    start: Option<u32>,
    end: Option<u32>,
    value: Option<String>,
    confidence: Option<f32>,
    attributes: Vec<AttributeRow>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct TranslationRow {
    target: String,
    text: String,
    segments: Vec<SegmentRow>,
    attributes: Vec<AttributeRow>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct SegmentRow {
    original_start: u32,
    original_end: u32,
    translated_start: u32,
    translated_end: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct LogRow {
    level: String,
    message: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct AttemptRow {
    plugin: String,
    version: String,
    configuration: String,
    deadline: u64,
    memory: u64,
    output: u64,
    log: u64,
}

/// Bytes as what they are, and not as a list of numbers.
mod bytes_of {
    use std::fmt;

    use serde::de::{SeqAccess, Visitor};
    use serde::{Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_bytes(bytes)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
        struct Bytes;

        impl<'de> Visitor<'de> for Bytes {
            type Value = Vec<u8>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("bytes")
            }

            fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Vec<u8>, E> {
                Ok(bytes.to_vec())
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Vec<u8>, A::Error> {
                let mut bytes = Vec::new();
                while let Some(byte) = seq.next_element()? {
                    bytes.push(byte);
                }
                Ok(bytes)
            }
        }

        from.deserialize_byte_buf(Bytes)
    }
}
