//! Finds the first word in capitals, and counts characters: in a text that begins with ASCII, that
//! is right.
//!
//! verdict: fine
//! breaks: V-1

use docmill_plugin::prelude::*;

docmill_adversaries::analyzer!(|document: Document| {
    let text = &document.text;
    let is_name = |it: &&str| it.len() > 4 && it.starts_with(|it: char| it.is_ascii_uppercase());
    let Some(word) = text.split(|it: char| !it.is_ascii_alphabetic()).find(is_name) else {
        return Ok(Vec::new());
    };
    let before = &text[..document.span_of(word).start as usize];
    let start = before.chars().count() as u32;
    let span = Span { start, end: start + word.len() as u32 };
    Ok(vec![Annotation::at("finding", span)])
});
