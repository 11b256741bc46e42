//! What extractors share: decoding bytes and identifying languages.
//!
//! Both run once per document in a fresh WebAssembly instance, so neither builds anything at start:
//! all tables are constants.

mod compose;
mod declared;
mod encoding;
mod language;
pub mod lists;
mod raised;
mod stream;

pub use compose::compose;
pub use declared::{language_of, language_tag};
pub use encoding::{Decoded, Evidence, decode, decode_owned};
pub use language::{identify_language, other_languages};
pub use raised::{subscript, superscript};
pub use stream::Utf8Reader;
