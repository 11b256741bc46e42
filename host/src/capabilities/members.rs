//! Where an unpacker puts what it takes out of a container.

use bytesize::ByteSize;

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

/// How much a container may still hold.
#[derive(Debug, Clone)]
pub struct Allowance {
    whole: u64,
    left: u64,
}

impl Allowance {
    /// What a member counts besides its content, in bytes: about what its records take. An empty one is no less work.
    pub const PER_MEMBER: u64 = 4 << 10;
    /// What the members of a container may have together, as a multiple of its own size. Logs and tables, which compress best, rarely
    /// come to a fiftieth.
    pub const EXPANSION: u64 = 200;
    /// What the members of any container may have together, in bytes, however small it is.
    pub const LEAST: u64 = 256 << 20;

    /// For a container of `size` bytes: [`Allowance::EXPANSION`] times as much, but [`Allowance::LEAST`] in any case, and never more
    /// than `most`.
    pub fn for_container(size: u64, most: u64) -> Allowance {
        Allowance::of(size.saturating_mul(Allowance::EXPANSION).max(Allowance::LEAST).min(most))
    }

    /// This many bytes.
    pub fn of(bytes: u64) -> Allowance {
        Allowance { whole: bytes, left: bytes }
    }

    /// Takes a member off it.
    ///
    /// # Errors
    ///
    /// If it is used up.
    pub fn take(&mut self, member: &Member) -> Result<(), Refused> {
        let size = (member.content.len() as u64).saturating_add(Allowance::PER_MEMBER);
        match self.left.checked_sub(size) {
            Some(left) => self.left = left,
            None => {
                let size = |bytes| ByteSize(bytes).display().iec();
                return Err(Refused::Limit(format!(
                    "the container holds more than its limit of {}, where each member counts {} and its content",
                    size(self.whole),
                    size(Allowance::PER_MEMBER),
                )));
            }
        }
        Ok(())
    }
}

/// For roles that have no use for members; the contract gives them no way to emit any.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoMembers;

impl MemberSink for NoMembers {
    fn accept(&mut self, _: Member) -> Result<(), Refused> {
        Err(Refused::Limit("only an unpacker emits members".to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(mut allowance: Allowance, content: usize) -> usize {
        let member = Member {
            name: "a".to_owned(),
            media_type: None,
            content: vec![0; content],
            attributes: Vec::new(),
        };
        std::iter::from_fn(|| allowance.take(&member).ok()).take(1_000_000).count()
    }

    #[test]
    fn a_container_holds_what_its_size_allows() {
        const KIB: usize = 1 << 10;
        assert_eq!(taken(Allowance::of(40 << 10), 0), 10, "empty members count as well");
        assert_eq!(taken(Allowance::of(40 << 10), 16 * KIB), 2);
        assert_eq!(taken(Allowance::for_container(1, u64::MAX), (1 << 20) - 4 * KIB), 256);
        assert_eq!(taken(Allowance::for_container(2 << 20, u64::MAX), (1 << 20) - 4 * KIB), 400);
        assert_eq!(taken(Allowance::for_container(u64::MAX, 1 << 20), 0), 256);
    }
}
