//! A MinHash of one permutation: every run falls into one of 128 places, and the least of each
//! place stays.
//!
//! Places without a run take what another one has, chosen by the place alone (Shrivastava: Optimal
//! Densification for Fast and Accurate Minwise Hashing, 2017), so that short texts can be compared
//! with long ones. One hash for each run, where a MinHash of 128 permutations takes 128.

use super::words::scramble;

/// How many places there are, as a power of two.
const BITS: u32 = 7;
const PLACES: usize = 1 << BITS;
/// No run.
const NONE: u64 = u64::MAX;
/// What a word of a fingerprint is written with: six bits for each character.
const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

pub(crate) struct Sketch([u64; PLACES]);

impl Sketch {
    pub(crate) fn new() -> Sketch {
        Sketch([NONE; PLACES])
    }

    pub(crate) fn add(&mut self, run: u64) {
        let place = &mut self.0[place_of(run)];
        *place = (*place).min(run << BITS >> BITS);
    }

    /// The fingerprint, if a run was added. Of each place twelve bits are kept: two texts have
    /// those in common by chance once in 4,096.
    pub(crate) fn finish(&self) -> String {
        let mut value = String::with_capacity(3 * PLACES);
        for place in 0..PLACES {
            let bits = self.of(place);
            let letter = |shift: u32| char::from(LETTERS[(bits >> shift & 63) as usize]);
            if place > 0 {
                value.push(' ');
            }
            value.extend([letter(6), letter(0)]);
        }
        value
    }

    fn of(&self, place: usize) -> u64 {
        if self.0.iter().all(|it| *it == NONE) {
            return 0;
        }
        let mut bits = self.0[place];
        let mut tries = (place as u64) << 32;
        while bits == NONE {
            tries += 1;
            bits = self.0[place_of(scramble(tries))];
        }
        bits
    }
}

fn place_of(bits: u64) -> usize {
    (bits >> (u64::BITS - BITS)) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(runs: impl Iterator<Item = u64>) -> Vec<String> {
        let mut sketch = Sketch::new();
        runs.for_each(|run| sketch.add(scramble(run)));
        sketch.finish().split(' ').map(str::to_owned).collect()
    }

    fn alike(one: &[String], other: &[String]) -> f64 {
        one.iter().zip(other).filter(|(one, other)| one == other).count() as f64 / PLACES as f64
    }

    #[test]
    fn what_two_have_in_common_is_about_the_share_of_places() {
        // Of 3,000 and 3,000 runs, 1,000 to 2,400 are the same; then of few, so that most places
        // are taken from others.
        for (size, step) in [(3_000, 200), (60, 4)] {
            for common in (size / 3..size * 4 / 5).step_by(step) {
                let one = of(0..size as u64);
                let other = of((size - common) as u64..(2 * size - common) as u64);
                let expected = common as f64 / (2 * size - common) as f64;
                let far = (alike(&one, &other) - expected).abs();
                assert!(far < 0.2, "{common} of {size}: {far} from {expected}");
            }
        }
        assert_eq!(alike(&of(0..500), &of(500..1_000)), 0.0);
    }

    #[test]
    fn neither_order_nor_number_matters() {
        assert_eq!(of(0..500), of((0..500).rev().chain(0..500)));
        assert_eq!(of(std::iter::empty())[0], "AA", "no run is no panic");
    }
}
