//! What plugins for office files share: packages and their parts, trees of XML, properties, number
//! formats, and a document while it is written.
//!
//! Everything that a file says of itself is bounded where it is read: parts and what they unpack to
//! ([`Package`]), elements and their depth ([`Tree`]), asides ([`Draft`]).

mod changes;
mod compound;
mod draft;
mod margins;
mod number_format;
mod package;
mod properties;
mod relationships;
mod tree;

pub use changes::Changes;
pub use compound::{
    CompoundFile, LARGEST_COMPOUND, has_stream, is_encrypted_package, open_compound,
};
pub use draft::Draft;
pub use margins::without_codes;
pub use number_format::{DateSystem, NumberFormat, general};
pub use package::{Package, PartReader, bytes_at};
pub use properties::Properties;
pub use relationships::{Relationship, Relationships};
pub use tree::{Element, Piece, Tree};
