//! Passages in another language than the text around them: the second half of a bilingual page, a
//! quotation.

use super::{by_words, identify_language};

/// Shorter passages are names and headlines, which tell nothing for sure.
const SHORTEST: usize = 100;

/// So many bytes of a passage are looked at.
const SAMPLE: usize = 400;

/// So many passages, spread over the text, show whether it mixes languages at all: nearly no text
/// does, and the others need no more.
const PROBES: usize = 8;

/// The most passages that are looked at.
const MOST: usize = 2_000;

/// Which passages of a text are in another language than the text, and in which: their numbers and
/// BCP 47 tags.
pub fn other_languages(passages: &[&str], language: Option<&str>) -> Vec<(usize, &'static str)> {
    let own = language.and_then(|tag| tag.split('-').next());
    let is_other = |found: &&str| Some(*found) != own;
    let long = passages.iter().enumerate().filter(|(_, passage)| passage.len() >= SHORTEST);
    let long: Vec<(usize, &str)> = long
        .map(|(at, passage)| (at, &passage[..passage.floor_char_boundary(SAMPLE)]))
        .take(MOST)
        .collect();
    let step = long.len().div_ceil(PROBES).max(1);
    let mut probes = long.iter().step_by(step).filter_map(|(_, sample)| by_words(sample));
    if !probes.any(|found| is_other(&found)) {
        return Vec::new();
    }
    let told = long.into_iter().filter_map(|(at, sample)| Some((at, identify_language(sample)?)));
    told.filter(|(_, found)| is_other(found)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENGLISH: &str = "The harbour was opened again on Tuesday after engineers had replaced the two cranes that had \
        blocked the quay since spring.";
    const FRENCH: &str = "Le port a rouvert mardi après que des ingénieurs ont remplacé les deux grues qui bloquaient le quai \
        depuis le printemps.";

    #[test]
    fn passages_in_another_language_are_told() {
        let mixed = [ENGLISH, FRENCH, "Oui.", ENGLISH, FRENCH];
        assert_eq!(other_languages(&mixed, Some("en-GB")), [(1, "fr"), (4, "fr")]);
        assert_eq!(other_languages(&mixed, Some("fr")), [(0, "en"), (3, "en")]);
    }

    #[test]
    fn a_text_in_one_language_has_none() {
        assert_eq!(other_languages(&[ENGLISH; 40], Some("en")), []);
        assert_eq!(other_languages(&[], Some("en")), []);
        assert_eq!(other_languages(&["Veldmar, 3 May 2024", "Anna Quay", "1 2 3"], Some("de")), []);
    }
}
