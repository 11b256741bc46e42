//! The words of a text as numbers, and the runs of words that follow each other.

use std::collections::VecDeque;

/// A run has words of at least this weight together: four words, or eight characters of a script
/// that writes no spaces.
const RUN: u32 = 8;
const WORD: u32 = 2;
const CHARACTER: u32 = 1;

/// The basis and the prime of FNV-1a with 64 bits.
const BASIS: u64 = 0xcbf2_9ce4_8422_2325;
const PRIME: u64 = 0x0100_0000_01b3;

/// Reads a text piece by piece.
pub(crate) struct Runs {
    /// The last words, each as a number, and what it weighs.
    last: VecDeque<(u64, u32)>,
}

impl Runs {
    pub(crate) fn new() -> Runs {
        Runs { last: VecDeque::with_capacity(RUN as usize + 1) }
    }

    /// Calls `each` with every run that ends in this piece. A word does not go beyond its piece,
    /// and a run does.
    pub(crate) fn read(&mut self, piece: &str, mut each: impl FnMut(u64)) {
        let mut word = None;
        for character in piece.chars() {
            if character.is_ascii_alphanumeric() {
                let letter = character.to_ascii_lowercase();
                word = Some(with(word.unwrap_or(BASIS), letter));
            } else if is_skipped(character) {
                continue;
            } else if is_alone(character) {
                self.end(&mut word, &mut each);
                self.push(with(BASIS, character), CHARACTER, &mut each);
            } else if character.is_alphanumeric() {
                let before = word.unwrap_or(BASIS);
                word = Some(character.to_lowercase().fold(before, with));
            } else {
                self.end(&mut word, &mut each);
            }
        }
        self.end(&mut word, &mut each);
    }

    fn end(&mut self, word: &mut Option<u64>, each: &mut impl FnMut(u64)) {
        if let Some(word) = word.take() {
            self.push(word, WORD, each);
        }
    }

    fn push(&mut self, word: u64, weight: u32, each: &mut impl FnMut(u64)) {
        self.last.push_back((word, weight));
        let (mut sum, mut run) = (0, 0_u64);
        for (length, (word, weight)) in self.last.iter().rev().enumerate() {
            run = scramble(run.rotate_left(7) ^ word);
            sum += weight;
            if sum >= RUN {
                let surplus = self.last.len() - length - 1;
                self.last.drain(..surplus);
                return each(run);
            }
        }
    }
}

/// Adds a character to a hash.
fn with(hash: u64, character: char) -> u64 {
    (hash ^ u64::from(u32::from(character))).wrapping_mul(PRIME)
}

/// The last steps of SplitMix64: every bit depends on every other.
pub(crate) fn scramble(mut bits: u64) -> u64 {
    bits = bits.wrapping_add(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

/// What belongs to no word and ends none: marks that another publisher may set or not.
fn is_skipped(character: char) -> bool {
    matches!(character,
        '\u{ad}' | '\u{34f}' | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
    )
}

/// Characters of scripts that put no spaces between words: each is taken for a word.
fn is_alone(character: char) -> bool {
    matches!(character,
        // Thai, Lao, Myanmar, Khmer.
        '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}'
        // Kana, ideographs.
        | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}'
        | '\u{20000}'..='\u{3ffff}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn runs(pieces: &[&str]) -> Vec<u64> {
        let mut found = Vec::new();
        let mut runs = Runs::new();
        pieces.iter().for_each(|piece| runs.read(piece, |run| found.push(run)));
        found
    }

    #[test]
    fn four_words_are_a_run_and_so_are_eight_characters() {
        assert_eq!(runs(&["one two three"]).len(), 0);
        assert_eq!(runs(&["one two three four five"]).len(), 2);
        assert_eq!(runs(&["一二三四五六七"]).len(), 0);
        assert_eq!(runs(&["一二三四五六七八九"]).len(), 2);
        assert_eq!(
            runs(&["iPhone 17 一二三四五"]).len(),
            2,
            "2 + 2 + 4 of the characters, then one more"
        );
    }

    #[test]
    fn runs_go_on_from_piece_to_piece_and_know_their_order() {
        assert_eq!(runs(&["one two ", "three four"]), runs(&["one two three four"]));
        assert_ne!(runs(&["one two three four"]), runs(&["four three two one"]));
        let all = runs(&["one two three four one two three four"]);
        assert_eq!(all.first(), all.last());
    }
}
