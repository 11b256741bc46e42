//! Finds spans that count something else than bytes, which no single result shows: in most texts
//! they lie on some character boundary.
//!
//! The same text is given three times, behind letters, behind more letters, and behind as many
//! emoji as letters. What follows is found again, later by what stands before it: by four bytes for
//! an emoji, by two units of UTF-16, or by one character.

use super::calls::{Answers, Caller};
use super::samples::Input;
use crate::abi::Answer;
use crate::model::Span;

/// So many letters, or emoji, stand before the text.
const BEFORE: usize = 8;
/// So many letters more in the second text.
const MORE: u32 = 5;
/// Between them and the text: so long that an offset in characters, too small as it is, still lies
/// behind the emoji and on a boundary.
const BETWEEN: &str = "\n\n----------------------------------------\n\n";
/// What many plugins find something in, where the samples have nothing of the kind.
const TEXT: &str = "On 12 June 2025 the Minister of Industry, John Smith, paid EUR 1,000 to ACME Ltd in Paris (Article 3, Directive \
    2009/28/EC). Write to john.smith@example.com or see https://example.com/a #tag.";
/// So many texts are tried until one tells.
const MOST_TEXTS: usize = 8;
/// The longest text that is tried, in bytes.
const LONGEST: usize = 16 << 10;

/// What spans count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    Bytes,
    Utf16,
    Characters,
}

impl Unit {
    /// What is wrong with it, and what to do, in one sentence.
    pub(super) fn trouble(self) -> Option<String> {
        let (what, early, recipe) = match self {
            Unit::Bytes => return None,
            Unit::Utf16 => (
                "UTF-16 units",
                2,
                "add 1, 2, 3 or 4 bytes for each character of a walk over the text",
            ),
            Unit::Characters => {
                ("characters", 3, "add the bytes of each piece to an offset beside the index")
            }
        };
        let early = early * BEFORE;
        Some(format!(
            "its spans count {what}, not bytes: behind {BEFORE} emoji it places what it found {early} bytes too early; {recipe}, \
             or use `Offsets` of the SDK"
        ))
    }
}

/// What the spans of a plugin count, and the sample that told; nothing, if no text tells.
pub(super) fn unit(caller: &Caller<'_>, inputs: &[Input]) -> Option<(Unit, String)> {
    let first = inputs.iter().find(|input| input.text().is_some())?;
    let own = [("a sentence in English".to_owned(), TEXT.to_owned(), first)];
    let given = inputs.iter().rev().filter_map(|input| {
        let text = input.text().filter(|text| !text.trim().is_empty() && text.len() <= LONGEST)?;
        Some((input.name.clone(), plain(text), input))
    });
    // The author's samples come last among the inputs, and say most about the plugin.
    let texts = given.take(MOST_TEXTS - 1).chain(own);
    texts.into_iter().find_map(|(name, text, input)| {
        let placed = |before: &str, times: usize| {
            let text = format!("{}{BETWEEN}{text}", before.repeat(times));
            let answers = caller.answer(&input.with_text(text)?).ok()?;
            Some(placed(&answers))
        };
        let letters = placed("x", BEFORE)?;
        let from = (BEFORE + BETWEEN.len()) as u32;
        let found = letters.iter().filter(|(_, span)| span.start >= from).count();
        if found == 0 {
            return None;
        }
        let more = placed("x", BEFORE + MORE as usize)?;
        let emoji = placed("🙂", BEFORE)?;
        counted(last(&letters, found)?, last(&more, found)?, last(&emoji, found)?)
            .map(|unit| (unit, name))
    })
}

/// What was found, and where.
type Placed = (String, Span);

/// The end of a list: what was found in the text, whatever was found before it.
fn last(placed: &[Placed], count: usize) -> Option<&[Placed]> {
    placed.get(placed.len().checked_sub(count)?..)
}

/// What they count, if all three found the same, and every span tells the same.
fn counted(letters: &[Placed], more: &[Placed], emoji: &[Placed]) -> Option<Unit> {
    let shift = |other: &[Placed]| {
        let mut shifts = letters.iter().zip(other).map(|((what, one), (again, other))| {
            let by = other.start.checked_sub(one.start)?;
            (what == again && other.end.checked_sub(one.end)? == by).then_some(by)
        });
        let first = shifts.next()??;
        shifts.all(|it| it == Some(first)).then_some(first)
    };
    // What does not move with the text is not about it, such as a piece of every thousand bytes.
    (shift(more)? == MORE).then_some(())?;
    let shift = shift(emoji)? as usize;
    [(3 * BEFORE, Unit::Bytes), (BEFORE, Unit::Utf16), (0, Unit::Characters)]
        .into_iter()
        .find_map(|(by, unit)| (by == shift).then_some(unit))
}

fn placed(answers: &Answers) -> Vec<Placed> {
    let mut placed = Vec::new();
    for answer in answers.answers.iter().flatten() {
        match answer {
            Answer::Annotations(annotations) => {
                placed.extend(annotations.iter().filter_map(|it| {
                    let value = it.value.as_deref().unwrap_or_default();
                    Some((format!("{} {value}", it.kind), it.span?))
                }))
            }
            Answer::Labels(labels) => {
                placed.extend(labels.iter().flat_map(|label| {
                    label.evidence.iter().map(|span| (label.name.clone(), *span))
                }))
            }
            _ => {}
        }
    }
    placed
}

/// A text of as many characters that are one byte each, so that nothing in it moves a span but what
/// stands before it.
fn plain(text: &str) -> String {
    let letter = |it: char| match it {
        _ if it.is_ascii() => it,
        _ if it.is_uppercase() => 'E',
        _ if it.is_alphabetic() => 'e',
        _ => ' ',
    };
    text.chars().map(letter).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str, offset: impl Fn(&str) -> usize) -> Vec<Placed> {
        let word = |at: usize, word: &str| {
            let start = offset(&text[..at]) as u32;
            (word.to_owned(), Span { start, end: start + word.len() as u32 })
        };
        let words = ["Paris", "June"];
        words.iter().filter_map(|it| Some(word(text.find(it)?, it))).collect()
    }

    fn told(offset: impl Fn(&str) -> usize) -> Option<Unit> {
        let of = |before: &str, times: usize| {
            found(&format!("{}{BETWEEN}{TEXT}", before.repeat(times)), &offset)
        };
        counted(&of("x", BEFORE), &of("x", BEFORE + MORE as usize), &of("🙂", BEFORE))
    }

    #[test]
    fn each_unit_is_told_from_the_others() {
        assert_eq!(told(str::len), Some(Unit::Bytes));
        assert_eq!(told(|it| it.chars().count()), Some(Unit::Characters));
        assert_eq!(told(|it| it.encode_utf16().count()), Some(Unit::Utf16));
        assert!(Unit::Characters.trouble().unwrap().contains("24 bytes too early"));
        assert!(Unit::Utf16.trouble().unwrap().contains("16 bytes too early"));
    }

    #[test]
    fn what_does_not_move_with_the_text_tells_nothing() {
        assert_eq!(told(|_| 100), None);
        assert_eq!(told(|it| it.len() / 10 * 10), None);
    }

    #[test]
    fn a_plain_text_has_as_many_bytes_as_characters() {
        let text = "Été à Łódź, 日本 👩‍👩‍👧";
        assert_eq!(plain(text).len(), text.chars().count());
        assert_eq!(plain("Été 2025"), "Ete 2025");
    }
}
