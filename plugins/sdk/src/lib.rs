//! Write docmill plugins in Rust: one `impl` and one macro line.
//!
//! A plugin implements [`Plugin`] and the trait of its role ([`Unpacker`], [`Extractor`],
//! [`Translator`], [`Classifier`] or [`Analyzer`]), and exports itself with [`export!`]:
//!
//! ```
//! use docmill_plugin::prelude::*;
//!
//! struct Shouting;
//!
//! impl Plugin for Shouting {
//!     fn describe() -> Description {
//!         Description::new("analyze-shouting", "0.1.0", "Finds words written in capitals")
//!     }
//! }
//!
//! impl Analyzer for Shouting {
//!     fn kinds() -> Result<Vec<String>, Error> {
//!         Ok(vec!["shouted-word".to_owned()])
//!     }
//!
//!     fn analyze(document: Document) -> Result<Vec<Annotation>, Error> {
//!         let words = document.text.split_whitespace();
//!         let shouted = words.filter(|word| word.len() > 3 && word.chars().all(char::is_uppercase));
//!         Ok(shouted.map(|word| Annotation::at("shouted-word", document.span_of(word))).collect())
//!     }
//! }
//!
//! docmill_plugin::export!(analyzer: Shouting);
//! # fn main() {}
//! ```
//!
//! The same code runs natively, so that plain unit tests work; what the host provides is then
//! played by [`testing`]. The contract itself, with the promises of both sides, is in the folder
//! `wit/`.

// The generated export macros name this crate by its path, also from within.
extern crate self as docmill_plugin;

#[doc(hidden)]
pub mod bindings;
mod build;
mod date;
mod description;
pub mod findings;
mod logging;
mod members;
mod roles;
mod settings;
mod source;
pub mod structure;
mod tables;
#[cfg(not(target_family = "wasm"))]
pub mod testing;

pub use bindings::imports::docmill::plugin::members::Member;
pub use bindings::imports::docmill::plugin::types::{
    Annotation, Attribute, Defect, Document, Error, InvalidSetting, Label, Mark, Span,
};
pub use date::date_of_unix;
pub use description::{Description, Setting, TableUse};
pub use log;
#[doc(hidden)]
pub use logging::begin_call;
pub use members::{MemberWriter, emit, media_type};
pub use roles::{
    Analyzer, Aside, Classifier, Extracted, Extractor, LanguagePair, Plugin, Rendering, Translator,
    Unpacker,
};
pub use settings::{parsed_setting, setting};
pub use source::{Reader, Source};
pub use tables::{Entry, Occurrence, Problem, Table};

/// Everything a plugin usually needs, in one `use`.
pub mod prelude {
    pub use crate::{
        Analyzer, Annotation, Aside, Attribute, Classifier, Description, Document, Error,
        Extracted, Extractor, Label, LanguagePair, Mark, Member, MemberWriter, Plugin, Rendering,
        Source, Span, Table, Translator, Unpacker, emit, log, parsed_setting, setting,
    };
}
