//! Which texts are nearly the same, by fingerprints that plugins took of them.
//!
//! What a fingerprint is of, nobody here knows. By convention it is the value of an annotation of
//! the kind [`KIND`]: words between spaces, and two texts are the more alike the more places there
//! are at which both have the same word. So what texts have in common is a count, and which of many
//! are worth comparing shows where several places that follow each other are the same (locality
//! sensitive hashing by bands).

use std::collections::BTreeMap;

/// The kind of annotation that has a fingerprint for its value.
pub const KIND: &str = "fingerprint";

/// A fingerprint has at least this many words: fewer tell nothing.
const LEAST_PLACES: usize = 16;
/// And at most this many.
const MOST_PLACES: usize = 1_024;
/// Texts are compared that have the same words at so many places in a row. With 128 places, of
/// those that have 0.4 in common 94 of 100 are, with 0.5 all but 4 of 1,000, and with 0.05 one of
/// 200.
const BAND: usize = 3;
/// Of texts that share a band, each is compared with at most so many others: a band that very many
/// share tells nothing.
const MOST_COMPARED: usize = 8;

/// A fingerprint, ready to be compared: two bytes for each place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fingerprint(Box<[u16]>);

impl Fingerprint {
    /// Of the value of an annotation. `None` if that is no fingerprint: it has fewer than 16 words
    /// or more than 1,024.
    pub fn of(value: &str) -> Option<Fingerprint> {
        let places = value.split(' ').take(MOST_PLACES + 1).map(short).collect::<Vec<_>>();
        let is_one = (LEAST_PLACES..=MOST_PLACES).contains(&places.len());
        is_one.then(|| Fingerprint(places.into_boxed_slice()))
    }

    /// The share of places at which both have the same word, from 0 to 1; 0 where they have not the
    /// same number of places.
    pub fn alike(&self, other: &Fingerprint) -> f64 {
        if self.0.len() != other.0.len() {
            return 0.0;
        }
        let same = self.0.iter().zip(&other.0).filter(|(one, other)| one == other).count();
        same as f64 / self.0.len() as f64
    }

    /// What its words at the places of this band come to, which differs by the number of places.
    fn band(&self, number: usize) -> Option<u64> {
        let places = self.0.get(number * BAND..(number + 1) * BAND)?;
        Some(places.iter().fold(self.0.len() as u64, |band, place| band << 16 | u64::from(*place)))
    }
}

/// A word in two bytes: different ones are taken for the same once in 65,536. FNV-1a, folded.
fn short(word: &str) -> u16 {
    let with = |hash: u32, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
    let hash = word.bytes().fold(0x811c_9dc5, with);
    (hash >> 16 ^ hash) as u16
}

/// Puts what belongs together into groups.
#[derive(Debug, Clone)]
pub struct Groups {
    /// For each item another one of its group, or itself.
    above: Vec<u32>,
}

impl Groups {
    /// Of so many items, each for itself. At most 2³² of them.
    pub fn of(items: usize) -> Groups {
        Groups { above: (0..u32::try_from(items).unwrap_or(u32::MAX)).collect() }
    }

    /// Puts two items, and all that belongs to either, into one group.
    pub fn join(&mut self, one: usize, other: usize) {
        let (one, other) = (self.first(one), self.first(other));
        // The first item of a group stands for it.
        self.above[one.max(other)] = u32::try_from(one.min(other)).unwrap_or(u32::MAX);
    }

    /// Puts into one group what has the same key.
    pub fn join_equal<K: Ord>(&mut self, keys: impl Iterator<Item = K>) {
        let mut first: BTreeMap<K, usize> = BTreeMap::new();
        for (item, key) in keys.enumerate() {
            let first = *first.entry(key).or_insert(item);
            self.join(first, item);
        }
    }

    /// Puts into one group what has at least `least` in common. Items without a fingerprint stay
    /// where they are.
    ///
    /// Takes 12 bytes for each item besides, and time that grows with their number times its
    /// logarithm, whatever the fingerprints are: of items that share a band with very many, some
    /// that belong together may stay apart.
    pub fn join_alike(&mut self, fingerprints: &[Option<Fingerprint>], least: f64) {
        let places = fingerprints.iter().flatten().map(|it| it.0.len()).max().unwrap_or(0);
        let mut keyed: Vec<(u64, u32)> = Vec::new();
        for band in 0..places / BAND {
            keyed.clear();
            keyed.extend(
                (0..).zip(fingerprints).filter_map(|(item, fingerprint)| {
                    Some((fingerprint.as_ref()?.band(band)?, item))
                }),
            );
            keyed.sort_unstable();
            for sharing in keyed.chunk_by(|(one, _), (other, _)| one == other) {
                self.join_sharing(sharing, fingerprints, least);
            }
        }
    }

    /// Compares items that have a band in common, each with the first of every group among those
    /// before it.
    fn join_sharing(
        &mut self,
        sharing: &[(u64, u32)],
        fingerprints: &[Option<Fingerprint>],
        least: f64,
    ) {
        let mut firsts: Vec<usize> = Vec::new();
        for (_, item) in sharing {
            let item = *item as usize;
            let Some(fingerprint) = &fingerprints[item] else { continue };
            let is_alike = |other: &&usize| {
                fingerprints[**other].as_ref().is_some_and(|it| it.alike(fingerprint) >= least)
            };
            match firsts.iter().find(is_alike) {
                Some(other) => self.join(*other, item),
                None if firsts.len() < MOST_COMPARED => firsts.push(item),
                None => {}
            }
        }
    }

    fn first(&mut self, item: usize) -> usize {
        let mut first = item;
        while self.above[first] as usize != first {
            // Ever shorter ways.
            self.above[first] = self.above[self.above[first] as usize];
            first = self.above[first] as usize;
        }
        first
    }

    /// The groups of several items, in the order of their first ones, and the items in theirs.
    pub fn several(mut self) -> Vec<Vec<usize>> {
        let mut groups: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for item in 0..self.above.len() {
            let first = self.first(item);
            if first != item {
                groups.entry(first).or_insert_with(|| vec![first]).push(item);
            }
        }
        groups.into_values().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A fingerprint of 128 words of its own, but for those at these places, which all share.
    fn fingerprint(own: u64, shared: std::ops::Range<usize>) -> Fingerprint {
        let word = |place: usize| match shared.contains(&place) {
            true => format!("s{place}"),
            false => format!("{own}-{place}"),
        };
        let words: Vec<String> = (0..128).map(word).collect();
        Fingerprint::of(&words.join(" ")).unwrap()
    }

    #[test]
    fn what_is_no_fingerprint_is_not_compared() {
        assert_eq!(Fingerprint::of(""), None);
        assert_eq!(Fingerprint::of("12 km"), None);
        assert_eq!(Fingerprint::of(&"a ".repeat(2_000)), None);
        let (short, long) = ("a ".repeat(16), "a ".repeat(17));
        let [short, long] = [short, long].map(|it| Fingerprint::of(it.trim_end()).unwrap());
        assert_eq!((short.alike(&short), short.alike(&long)), (1.0, 0.0));
    }

    #[test]
    fn what_has_enough_in_common_comes_together() {
        let fingerprints: Vec<_> = [
            Some(fingerprint(0, 0..100)),
            Some(fingerprint(1, 0..0)),
            None,
            Some(fingerprint(2, 20..128)),
            Some(fingerprint(3, 0..12)),
            Some(fingerprint(1, 0..0)),
        ]
        .into();
        let groups = |least| {
            let mut groups = Groups::of(fingerprints.len());
            groups.join_alike(&fingerprints, least);
            groups.several()
        };
        assert_eq!(groups(0.6), [vec![0, 3], vec![1, 5]]);
        assert_eq!(groups(0.9), [vec![1, 5]]);
    }

    #[test]
    fn equal_keys_and_likeness_join_the_same_groups() {
        let mut groups = Groups::of(5);
        groups.join_equal(["a", "b", "c", "b", "d"].into_iter());
        groups.join(4, 3);
        groups.join(0, 0);
        assert_eq!(groups.several(), [vec![1, 3, 4]]);
        assert_eq!(Groups::of(0).several(), Vec::<Vec<usize>>::new());
    }

    #[test]
    fn fingerprints_made_to_be_compared_with_all_others_end_soon() {
        // All share every band but one, and no two have enough in common.
        let fingerprints: Vec<_> = (0..3_000).map(|own| Some(fingerprint(own, 0..60))).collect();
        let mut groups = Groups::of(fingerprints.len());
        groups.join_alike(&fingerprints, 0.9);
        assert_eq!(groups.several(), Vec::<Vec<usize>>::new());
    }
}
