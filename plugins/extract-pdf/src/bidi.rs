//! Text from right to left, which a page has in the order in which it is seen, put into the order
//! in which it is read.

use std::borrow::Cow;

use crate::words::Word;

/// The text of one glyph as it is seen from left to right.
pub fn seen(text: &str) -> Cow<'_, str> {
    match text.chars().nth(1).is_some() && text.chars().any(is_leftwards) {
        true => Cow::Owned(text.chars().rev().collect()),
        false => Cow::Borrowed(text),
    }
}

/// The words of a row as they are read; `None` if they are in that order already.
pub fn reading(words: &[Word]) -> Option<Vec<Word>> {
    let has_any = words.iter().any(|it| it.text.chars().any(is_leftwards));
    if !has_any {
        return None;
    }
    // What is one word is put together first: which ends meet can be told only while they are in
    // their places.
    let mut whole: Vec<Word> = Vec::new();
    for word in words {
        match whole.last_mut().filter(|it| it.continues_in(word)) {
            Some(last) => {
                last.text.push_str(&word.text);
                last.x1 = word.x1;
                last.is_closed = word.is_closed;
            }
            None => whole.push(word.clone()),
        }
    }
    let count = |of: fn(char) -> bool| {
        whole.iter().flat_map(|it| it.text.chars()).filter(|it| of(*it)).count()
    };
    let is_leftwards_row =
        count(is_leftwards) >= count(|it| it.is_alphabetic() && !is_leftwards(it));
    if is_leftwards_row {
        whole.reverse();
    }
    // Words of the other direction stand in their own order.
    let is_other = |word: &Word| word.text.chars().any(is_leftwards) != is_leftwards_row;
    for run in whole.chunk_by_mut(|a, b| is_other(a) == is_other(b)) {
        if is_other(&run[0]) {
            run.reverse();
        }
    }
    for word in &mut whole {
        word.is_closed = true;
        if word.text.chars().any(is_leftwards) {
            word.text = turned(&word.text);
        }
    }
    Some(whole)
}

/// A word turned round: marks stay behind their letters, numbers and foreign letters in their
/// order, brackets open where they did.
fn turned(text: &str) -> String {
    let mut letters: Vec<char> = text.chars().rev().collect();
    let forwards = |it: &char| it.is_alphanumeric() && !is_leftwards(*it);
    for run in letters.chunk_by_mut(|a, b| forwards(a) == forwards(b)) {
        if forwards(&run[0]) {
            run.reverse();
        }
    }
    for at in 1..letters.len() {
        if is_mark(letters[at - 1]) && !is_mark(letters[at]) {
            letters.swap(at - 1, at);
        }
    }
    letters.into_iter().map(mirrored).collect()
}

fn mirrored(character: char) -> char {
    match character {
        '(' => ')',
        ')' => '(',
        '[' => ']',
        ']' => '[',
        '«' => '»',
        '»' => '«',
        it => it,
    }
}

/// Letters of Hebrew, Arabic and their neighbours.
fn is_leftwards(character: char) -> bool {
    matches!(character, '\u{590}'..='\u{8FF}' | '\u{FB1D}'..='\u{FDFF}' | '\u{FE70}'..='\u{FEFC}')
        && !matches!(character, '\u{660}'..='\u{669}' | '\u{6F0}'..='\u{6F9}')
}

fn is_mark(character: char) -> bool {
    matches!(character, '\u{591}'..='\u{5C7}' | '\u{610}'..='\u{61A}' | '\u{64B}'..='\u{65F}' | '\u{670}')
}
