//! What the pipeline talks about: sources, documents, spans, labels, annotations, failures, runs.
//!
//! Nothing in here knows WebAssembly, a database, or a terminal. Values are made either by `abi`,
//! which checks everything a plugin says, or by `store`, which reads back what was checked before;
//! so a [`Span`] in a [`Document`] is known to be valid.

mod bill;
mod clause;
mod digest;
mod document;
mod failure;
mod findings;
mod hint;
mod history;
mod limits;
mod name;
mod provenance;
mod run;
mod source;
mod source_name;
mod summary;
mod weight;

pub use bill::Bill;
/// A number of bytes: what options and limits give sizes in. Reads and writes `64 MiB`.
pub use bytesize::ByteSize;
pub use clause::Clause;
pub use digest::{ContentHasher, Digest, Hasher, ParseDigestError};
pub use document::{Aside, Attribute, Document, DocumentId, Extracted, Mark, Span, StoredDocument};
pub use failure::{Attempt, Failure, FailureClass, FailureId, LogLevel, LogLine};
pub use findings::{Annotation, Finding, FindingSummary, Findings, Label, Segment, Translation};
pub(crate) use hint::listed;
pub use hint::{Choice, Hint, LimitName, Needed};
pub use history::{History, Outline, Past};
pub use limits::Limits;
pub(crate) use name::check_kebab_case;
pub use name::{LanguageTag, MediaType, NameError, PluginName};
pub use provenance::{ContractVersion, Cost, Provenance, Role};
pub use run::{Run, RunId, Tally};
pub use source::{SourceInfo, SourceState, StoredSource};
pub use source_name::SourceName;
pub use summary::{CallSummary, DocumentSummary, LabelSummary, StepSummary};
pub(crate) use weight::RECORD;
pub use weight::Weight;
