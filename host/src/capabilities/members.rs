//! Where an unpacker puts what it takes out of a container.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::{Blob, ReadError};
use crate::model::{Attribute, ByteSize, MediaType, Weight};

/// One source taken out of a container.
#[derive(Debug, Clone)]
pub struct Member {
    /// What the container calls it. Hostile text: it names nothing on the host's disk.
    pub name: String,
    /// What the container claims it to be.
    pub media_type: Option<MediaType>,
    /// Its bytes: in memory, or in a private file where the plugin handed over more than fits
    /// there.
    pub content: Blob,
    /// What the container knows about it.
    pub attributes: Vec<Attribute>,
}

/// Why a member was not taken; ends the container.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum Refused {
    /// The container holds more than it may.
    #[error(transparent)]
    Limit(ContainerLimit),
    /// The run is being ended.
    #[error("the run was interrupted")]
    Interrupted,
    /// The host could not read what it kept of the member.
    #[error(transparent)]
    Unreadable(ReadError),
}

impl From<ReadError> for Refused {
    fn from(error: ReadError) -> Refused {
        Refused::Unreadable(error)
    }
}

/// What a container holds more of than it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ContainerLimit {
    /// Bytes, as [`Allowance`] counts them.
    #[error(
        "the container holds more than its limit of {whole}, which containers in each other share, where each member counts {} or \
         what is said of it, and its content",
        ByteSize(Allowance::PER_MEMBER)
    )]
    Bytes {
        /// How much may come out of it.
        whole: ByteSize,
    },
    /// Members.
    #[error("the container holds more than {most} members")]
    Members {
        /// How many may come out of it.
        most: usize,
    },
}

/// Takes members as an unpacker emits them.
pub trait MemberSink: Send {
    /// Takes this many bytes off what the container may still hold, before anything keeps them.
    ///
    /// # Errors
    ///
    /// If the container holds more than it may.
    fn count(&mut self, bytes: u64) -> Result<(), Refused>;

    /// Takes one member, of which every byte was counted, and returns once there is room for the
    /// next.
    ///
    /// # Errors
    ///
    /// If the container broke a limit or the run is being ended.
    fn accept(&mut self, member: Member) -> Result<(), Refused>;
}

/// How much may still come out of a file: out of the containers in it together, however they lie in
/// each other. All clones share it.
#[derive(Debug, Clone)]
pub struct Allowance {
    whole: u64,
    left: Arc<AtomicU64>,
}

impl Allowance {
    /// What a member counts besides its content, in bytes: about what its records take, unless its
    /// name and its attributes have more. An empty one is no less work.
    pub const PER_MEMBER: u64 = 4 << 10;
    /// What may come out of a file, as a multiple of its own size. Logs and tables, which compress
    /// best, rarely come to a fiftieth.
    pub const EXPANSION: u64 = 200;
    /// What may come out of any file, in bytes, however small it is.
    pub const LEAST: u64 = 256 << 20;

    /// For a file of `size` bytes: [`Allowance::EXPANSION`] times as much, but [`Allowance::LEAST`]
    /// in any case, and never more than `most`.
    pub fn for_container(size: u64, most: u64) -> Allowance {
        Allowance::of(size.saturating_mul(Allowance::EXPANSION).max(Allowance::LEAST).min(most))
    }

    /// This many bytes.
    pub fn of(bytes: u64) -> Allowance {
        Allowance { whole: bytes, left: Arc::new(AtomicU64::new(bytes)) }
    }

    /// What a member counts besides its content, in bytes: its name, and what the container says of
    /// it.
    pub fn of_head(name: &str, attributes: &[Attribute]) -> u64 {
        let attribute = |it: &Attribute| it.held() + size_of::<Attribute>() as u64;
        let said = name.len() as u64 + attributes.iter().map(attribute).sum::<u64>();
        said.max(Allowance::PER_MEMBER)
    }

    /// Takes this many bytes off it.
    ///
    /// # Errors
    ///
    /// If it is used up.
    pub fn count(&self, size: u64) -> Result<(), Refused> {
        let less = |left: u64| left.checked_sub(size);
        if self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less).is_ok() {
            return Ok(());
        }
        Err(Refused::Limit(ContainerLimit::Bytes { whole: ByteSize(self.whole) }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(allowance: Allowance, content: usize) -> usize {
        let size = Allowance::of_head("", &[]) + content as u64;
        std::iter::from_fn(|| allowance.count(size).ok()).take(1_000_000).count()
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

    #[test]
    fn names_and_attributes_count_and_containers_within_each_other_share_what_is_left() {
        let long = "x".repeat(10 << 10);
        let attributes = vec![Attribute { name: "title".to_owned(), value: long.clone() }];
        let size = Allowance::of_head(&long, &attributes);
        let outer = Allowance::of(100 << 10);
        let inner = outer.clone();
        let taken = [&outer, &inner, &outer, &inner, &inner].map(|it| it.count(size).is_ok());
        assert_eq!(taken, [true, true, true, true, false]);
    }
}
