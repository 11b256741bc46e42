//! Which sources of a run are this process's: one share of several that together take each source
//! exactly once.

use std::fmt;
use std::str::FromStr;

use crate::model::{Hasher, SourceName};

/// A range of the hashes of names. Which share a source is in depends on its name alone, so a
/// member of a container may be in another one than the container. Shares of any number of equal
/// parts cover all hashes, each once; whoever knows which ranges are done knows what is left,
/// whatever the number of parts was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Share {
    /// The lowest hash in it.
    pub first: u64,
    /// The highest hash in it.
    pub last: u64,
}

/// The text is not a share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ShareError;

impl Share {
    /// All sources.
    pub const WHOLE: Share = Share { first: 0, last: u64::MAX };

    /// The share with this number, counted from 1, of so many; `None` if there is none.
    pub fn new(number: u32, of: u32) -> Option<Share> {
        if number == 0 || number > of {
            return None;
        }
        let begin = |number: u32| (u128::from(number) << 64) / u128::from(of);
        let bound = |at: u128| u64::try_from(at).unwrap_or(u64::MAX);
        Some(Share { first: bound(begin(number - 1)), last: bound(begin(number) - 1) })
    }

    /// The hash by which a source is in a share: the first eight bytes of a digest of its name.
    pub fn hash(name: &SourceName) -> u64 {
        let digest = Hasher::new("docmill share 1").field(name.as_str().as_bytes()).finish();
        let (first, _) = digest.as_bytes().split_at(8);
        first.iter().fold(0, |all, byte| all << 8 | u64::from(*byte))
    }

    /// Whether a source is in it.
    pub fn holds(&self, name: &SourceName) -> bool {
        *self == Share::WHOLE || self.holds_hash(Share::hash(name))
    }

    /// Whether a source whose name has this hash is in it.
    pub fn holds_hash(&self, hash: u64) -> bool {
        (self.first..=self.last).contains(&hash)
    }

    /// Whether these together hold every source that it does.
    pub fn is_covered_by(&self, parts: impl IntoIterator<Item = Share>) -> bool {
        let mut parts: Vec<Share> = parts.into_iter().collect();
        parts.sort_by_key(|part| part.first);
        let mut next = self.first;
        for part in parts {
            if part.first > next {
                break;
            }
            if part.last >= self.last {
                return true;
            }
            next = next.max(part.last + 1);
        }
        false
    }
}

impl Default for Share {
    fn default() -> Share {
        Share::WHOLE
    }
}

impl FromStr for Share {
    type Err = ShareError;

    /// Reads `K/N`: the share with the number K, from 1, of N.
    fn from_str(text: &str) -> Result<Share, ShareError> {
        let (number, of) = text.split_once('/').ok_or(ShareError)?;
        let parsed = |text: &str| text.parse::<u32>().map_err(|_| ShareError);
        Share::new(parsed(number)?, parsed(of)?).ok_or(ShareError)
    }
}

impl fmt::Display for ShareError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a share is `K/N`, such as `1/3`, with K from 1 to N")
    }
}

impl std::error::Error for ShareError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_of_any_number_cover_everything_once() {
        for of in [1, 2, 3, 7, 64, 1_000, u32::MAX] {
            let share = |number| Share::new(number, of).unwrap();
            assert_eq!(share(1).first, 0);
            assert_eq!(share(of).last, u64::MAX);
            for number in 1..of.min(1_000) {
                assert_eq!(share(number).last + 1, share(number + 1).first, "{number}/{of}");
            }
        }
        assert_eq!(Share::new(1, 1), Some(Share::WHOLE));
        assert_eq!((Share::new(0, 3), Share::new(4, 3)), (None, None));
    }

    #[test]
    fn a_share_is_done_when_others_cover_it() {
        let share = |number, of| Share::new(number, of).unwrap();
        assert!(share(1, 2).is_covered_by([share(2, 3), share(1, 3)]));
        assert!(!share(2, 2).is_covered_by([share(1, 3), share(2, 3)]));
        assert!(Share::WHOLE.is_covered_by((1..=5).rev().map(|it| share(it, 5))));
        assert!(!Share::WHOLE.is_covered_by((1..=4).map(|it| share(it, 5))));
        assert!(share(2, 5).is_covered_by([Share::WHOLE]));
        assert!(!share(2, 5).is_covered_by([]));
    }

    #[test]
    fn a_share_is_written_as_number_and_total() {
        assert_eq!("2/3".parse(), Ok(Share::new(2, 3).unwrap()));
        for bad in ["", "1", "0/3", "4/3", "1/0", "-1/3", "1/3/3", "a/b", "1/4294967296"] {
            assert_eq!(bad.parse::<Share>(), Err(ShareError), "{bad}");
        }
    }

    #[test]
    fn names_spread_over_shares() {
        let names = (0..3_000).map(|it| SourceName::new(format!("a/{it}.txt")).unwrap());
        let mut held = [0; 3];
        for name in names {
            let holders = (1..=3).filter(|it| Share::new(*it, 3).unwrap().holds(&name));
            let holders: Vec<u32> = holders.collect();
            assert_eq!(holders.len(), 1, "{name}");
            held[holders[0] as usize - 1] += 1;
        }
        assert!(held.iter().all(|it| (850..1_150).contains(it)), "{held:?}");
    }
}
