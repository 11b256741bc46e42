//! A translator: into a language in which words are written backwards.

use docmill_plugin::prelude::*;

struct Reverse;

impl Plugin for Reverse {
    fn describe() -> Description {
        Description::new("translate-reverse", "0.1.0", "Writes every word backwards")
    }
}

impl Translator for Reverse {
    fn pairs() -> Result<Vec<LanguagePair>, Error> {
        // `x-` begins a language of private use.
        Ok(["en", "fr", "vi"].map(|original| LanguagePair::new(original, "x-reverse")).to_vec())
    }

    fn translate(segments: Vec<String>, _: LanguagePair) -> Result<Rendering, Error> {
        // Exactly one segment for each, and an empty one stays empty.
        let segments = segments.iter().map(|segment| reverse_words(segment)).collect();
        Ok(Rendering { segments, attributes: Vec::new() })
    }
}

fn reverse_words(segment: &str) -> String {
    let mut reversed = String::with_capacity(segment.len());
    for word in segment.split_inclusive(|c: char| !c.is_alphanumeric()) {
        let letters = word.trim_end_matches(|c: char| !c.is_alphanumeric());
        reversed.extend(letters.chars().rev());
        reversed.push_str(&word[letters.len()..]);
    }
    reversed
}

docmill_plugin::export!(translator: Reverse);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_segment_is_rendered_and_an_empty_one_stays_empty() {
        let segments = ["Phát triển, công nghệ!", "", "été"].map(str::to_owned).to_vec();
        let rendering = Reverse::translate(segments, LanguagePair::new("vi", "x-reverse")).unwrap();
        assert_eq!(rendering.segments, ["táhP nểirt, gnôc ệhgn!", "", "été"]);
    }
}
