//! Where an unpacker puts what it takes out of a container.

use crate::model::{Attribute, MediaType};

/// One source taken out of a container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// What the container calls it. Hostile text: it names nothing on the host's disk.
    pub name: String,
    /// What the container claims it to be.
    pub media_type: Option<MediaType>,
    /// Its bytes.
    pub content: Vec<u8>,
    /// What the container knows about it.
    pub attributes: Vec<Attribute>,
}

/// Why a member was not taken; ends the container.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The container holds too many members, too many bytes, or containers within containers too deep.
    #[error("{0}")]
    Limit(String),
    /// The run is being ended.
    #[error("the run was interrupted")]
    Interrupted,
}

/// Takes members as an unpacker emits them.
pub trait MemberSink: Send {
    /// Takes one member, and returns once there is room for the next.
    ///
    /// # Errors
    ///
    /// If the container broke a limit or the run is being ended.
    fn accept(&mut self, member: Member) -> Result<(), Refused>;
}

/// For roles that have no use for members; the contract gives them no way to emit any.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoMembers;

impl MemberSink for NoMembers {
    fn accept(&mut self, _: Member) -> Result<(), Refused> {
        Err(Refused::Limit("only an unpacker emits members".to_owned()))
    }
}
