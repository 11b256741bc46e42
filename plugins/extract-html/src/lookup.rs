//! What a name means, found by its hash among the names that are known.
//!
//! The tokenizer hashes a name while it looks for its end, so that nothing compares strings:
//! compiled to WebAssembly a `match` over byte strings becomes a comparison for every byte.

/// The hash of a name in any case: FNV-1a over its bytes in lower case. 64 bits tell all names
/// apart that were not made up to be taken for each other, and whoever makes them up could as well
/// write the other name.
pub const fn hash(name: &str) -> u64 {
    let bytes = name.as_bytes();
    let mut hash = EMPTY;
    let mut at = 0;
    while at < bytes.len() {
        hash = extended(hash, bytes[at].to_ascii_lowercase());
        at += 1;
    }
    hash
}

/// The hash of the empty name.
pub const EMPTY: u64 = 0xcbf2_9ce4_8422_2325;

/// The hash of a name that is longer by one byte, which is in lower case.
pub const fn extended(hash: u64, lower: u8) -> u64 {
    (hash ^ lower as u64).wrapping_mul(0x0100_0000_01b3)
}

/// Names and what they mean. `SLOTS` is a power of two, at least twice the number of names.
#[derive(Debug)]
pub struct Lookup<T, const SLOTS: usize> {
    slots: [Option<(u64, T)>; SLOTS],
}

impl<T: Copy, const SLOTS: usize> Lookup<T, SLOTS> {
    /// The table of these names, each given once. Made for `static`s, where a mistake does not
    /// compile.
    pub const fn of(names: &[(&str, T)]) -> Self {
        assert!(SLOTS.is_power_of_two() && SLOTS >= 2 * names.len(), "too few slots");
        let mut slots = [None; SLOTS];
        let mut next = 0;
        while next < names.len() {
            let hash = hash(names[next].0);
            let mut slot = Self::slot(hash);
            while let Some((other, _)) = slots[slot] {
                assert!(other != hash, "a name is given twice");
                slot = (slot + 1) % SLOTS;
            }
            slots[slot] = Some((hash, names[next].1));
            next += 1;
        }
        Lookup { slots }
    }

    /// What the name with this hash means.
    #[inline]
    pub fn get(&self, hash: u64) -> Option<T> {
        let mut slot = Self::slot(hash);
        // At least half of the slots are empty.
        loop {
            match self.slots[slot] {
                Some((known, meaning)) if known == hash => return Some(meaning),
                Some(_) => slot = (slot + 1) % SLOTS,
                None => return None,
            }
        }
    }

    const fn slot(hash: u64) -> usize {
        // The lowest bits of FNV-1a depend on the lowest bits of the name only.
        (hash ^ hash >> 32) as usize % SLOTS
    }
}
