//! Takes the fingerprint of a text, so that others with nearly the same words are found without
//! reading them again.
//!
//! The fingerprint is a MinHash of the runs of words in the body: the share of places at which two
//! fingerprints have the same word is about the share of runs that two texts have in common. What
//! is computed here is stored and compared for years, so none of it comes from a crate whose next
//! version may hash otherwise: 20 lines of hashing are all that one would save.

mod sketch;
mod words;

use docmill_plugin::prelude::*;

use sketch::Sketch;
use words::Runs;

/// The kind of annotation.
pub const KIND: &str = "fingerprint";

/// Texts with fewer runs of words get none: two short notes are alike in what all such notes say.
const LEAST_RUNS: usize = 16;

/// The plugin `analyze-fingerprint`.
struct Fingerprint;

impl Plugin for Fingerprint {
    fn describe() -> Description {
        Description::new(
            "analyze-fingerprint",
            env!("CARGO_PKG_VERSION"),
            "Takes a fingerprint of the words, by which nearly equal texts are found",
        )
    }
}

impl Analyzer for Fingerprint {
    fn kinds() -> Result<Vec<String>, Error> {
        Ok(vec![KIND.to_owned()])
    }

    fn analyze(document: Document) -> Result<Vec<Annotation>, Error> {
        let value = fingerprint(&document);
        Ok(value.map(|it| Annotation::of_document(KIND).with_value(it)).into_iter().collect())
    }
}

docmill_plugin::export!(analyzer: Fingerprint);

/// The fingerprint of a text without its headings: 128 words, separated by spaces. `None` if it is
/// too short to be told from others.
pub fn fingerprint(document: &Document) -> Option<String> {
    let mut sketch = Sketch::new();
    let mut runs = Runs::new();
    let mut count = 0;
    for piece in body(document) {
        runs.read(piece, |run| {
            sketch.add(run);
            count += 1;
        });
    }
    (count >= LEAST_RUNS).then(|| sketch.finish())
}

/// The text between the headings: whoever takes an article over writes those anew.
fn body(document: &Document) -> impl Iterator<Item = &str> {
    let text = document.text.as_str();
    let headings = document.marks_of("heading").map(|mark| mark.span.range());
    let ends = headings.chain(std::iter::once(text.len()..text.len()));
    let mut from = 0;
    ends.filter_map(move |heading| {
        let piece = text.get(from..heading.start);
        from = from.max(heading.end);
        piece
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "Le vice-Premier ministre a donné son accord de principe à la proposition visant à prioriser \
        le déploiement immédiat de trois groupes de technologies stratégiques dès cette année.";

    fn of(text: &str) -> Option<String> {
        fingerprint(&Document::new(text))
    }

    #[test]
    fn it_is_the_same_for_ever() {
        let value = of(TEXT).unwrap();
        assert_eq!(value.split(' ').count(), 128);
        assert!(value.split(' ').all(|word| word.len() == 2), "{value}");
        // Those in stores were computed by an earlier build: whoever changes this makes them
        // worthless.
        assert_eq!(&value[..23], "Y- ak pB nW nW qY vL i4");
    }

    #[test]
    fn only_words_count() {
        let shouted = TEXT.to_uppercase().replace(' ', "\u{a0} \n").replace('-', " – ");
        assert_eq!(of(&shouted), of(TEXT));
        let invisible = TEXT.replace("ministre", "mi\u{ad}nistre\u{200b}");
        assert_eq!(of(&invisible), of(TEXT));
        assert_ne!(of(&TEXT.replace("trois", "quatre")), of(TEXT));
    }

    #[test]
    fn headings_do_not_count() {
        let with = |heading: &str| {
            let mut document = Document::new(format!("{heading}\n\n{TEXT}"));
            document.marks.push(Mark::new("heading", 0..heading.len()));
            fingerprint(&document)
        };
        assert_eq!(with("Un titre qui n’est pas celui de l’autre journal"), of(TEXT));
        assert_eq!(with("Été"), of(TEXT));
    }

    #[test]
    fn headings_in_each_other_or_at_the_end_take_nothing_twice() {
        let text = format!("Un titre\n\n{TEXT}\n\nFin");
        let mut document = Document::new(text.clone());
        document.marks.push(Mark::new("heading", 0..8));
        document.marks.push(Mark::new("heading", 3..8));
        document.marks.push(Mark::new("heading", text.len() - 3..text.len()));
        assert_eq!(fingerprint(&document), of(TEXT));
    }

    #[test]
    fn a_text_without_much_has_none() {
        assert_eq!(of(""), None);
        assert_eq!(of("Réservé aux abonnés. Lire la suite."), None);
    }

    #[test]
    fn scripts_without_spaces_have_fingerprints_too() {
        let text = "国务院总理昨天在北京会见了来访的越南政府代表团，双方就科技合作、半导体产业和数字经济等议题交换了意见。";
        let thai = "นายกรัฐมนตรีกล่าวว่ารัฐบาลจะสนับสนุนการพัฒนาอุตสาหกรรมเซมิคอนดักเตอร์ในประเทศ";
        assert!(of(text).is_some() && of(thai).is_some());
    }
}
