//! What a plugin may call, independent of any version of the contract.
//!
//! Each capability fits on one screen: what it holds, what it does, and where it says no. The files
//! in [`crate::abi`] translate between these and one track of the contract; none of them adds
//! behaviour of its own.

mod findings;
mod log;
mod members;
mod patience;
mod settings;
mod source;
mod spool;
mod tables;
mod usage;

pub use findings::PriorFindings;
pub use log::LogBook;
pub(crate) use log::cut;
pub use members::{Allowance, ContainerLimit, Member, MemberSink, Refused};
pub(crate) use patience::patiently;
pub use settings::Settings;
pub use source::{Blob, OpenFile, ReadError, SourceBytes};
pub use spool::{Spool, SpoolError};
pub use tables::{LARGEST_TABLE, LookupRefused, Occurrence, Table, TableError, TableErrorKind};
pub use usage::Usage;
