//! Counts words and sentences, names the longest word and finds hashtags: the reference for the
//! other languages.

use docmill_plugin::prelude::*;

struct Words;

impl Plugin for Words {
    fn describe() -> Description {
        Description::new("analyze-words-rust", "0.1.0", "Counts words and finds hashtags, in Rust")
    }
}

impl Analyzer for Words {
    fn kinds() -> Result<Vec<String>, Error> {
        Ok(["word-count", "sentence-count", "longest-word", "hashtag"].map(str::to_owned).to_vec())
    }

    fn analyze(document: Document) -> Result<Vec<Annotation>, Error> {
        let text = &document.text;
        let (mut words, mut sentences, mut words_in_sentence) = (0, 0, 0);
        let mut longest = "";
        let mut longest_length = 0;
        let mut hashtags = Vec::new();

        let mut characters = text.char_indices().peekable();
        // The two characters before, to tell `#tag` from `c#7`.
        let (mut before, mut second_before) = (' ', ' ');
        while let Some((start, character)) = characters.next() {
            if is_word(character) {
                let (mut end, mut length) = (start + character.len_utf8(), 1);
                let mut last = character;
                while let Some((at, next)) = characters.next_if(|(_, next)| is_word(*next)) {
                    (end, last) = (at + next.len_utf8(), next);
                    length += 1;
                }
                words += 1;
                words_in_sentence += 1;
                if length > longest_length {
                    (longest, longest_length) = (&text[start..end], length);
                }
                if before == '#' && !is_word(second_before) {
                    hashtags.push(
                        Annotation::at("hashtag", start - 1..end).with_value(&text[start..end]),
                    );
                }
                (second_before, before) = (' ', last);
                continue;
            }
            let ends = matches!(character, '.' | '!' | '?' | '…')
                && characters.peek().is_none_or(|(_, next)| !is_word(*next));
            if ends && words_in_sentence > 0 {
                sentences += 1;
                words_in_sentence = 0;
            }
            (second_before, before) = (before, character);
        }
        if words_in_sentence > 0 {
            sentences += 1;
        }

        let mut found = vec![
            Annotation::of_document("word-count").with_value(words),
            Annotation::of_document("sentence-count").with_value(sentences),
        ];
        if words > 0 {
            found.push(Annotation::of_document("longest-word").with_value(longest));
        }
        found.extend(hashtags);
        Ok(found)
    }
}

/// A rule that every language can follow without a table of Unicode.
fn is_word(character: char) -> bool {
    character.is_ascii_alphanumeric()
        || (character >= '\u{c0}'
            && !matches!(character, '×' | '÷' | '\u{2000}'..='\u{206f}' | '\u{3000}'..='\u{303f}'))
}

docmill_plugin::export!(analyzer: Words);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shared_case_holds() {
        let cases = include_str!("../cases/analyze-words.json");
        for case in serde_json::from_str::<Vec<serde_json::Value>>(cases).unwrap() {
            let found = Words::analyze(Document::new(case["text"].as_str().unwrap())).unwrap();
            let found: Vec<_> = found
                .iter()
                .map(|it| {
                    let span = it.span.map(|span| [span.start, span.end]);
                    serde_json::json!({ "kind": it.kind, "span": span, "value": it.value })
                })
                .collect();
            assert_eq!(serde_json::json!(found), case["annotations"], "{}", case["name"]);
        }
    }
}
