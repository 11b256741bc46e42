//! Short passages that are known only at their end: exponents, numbers of notes, formulas, numbers
//! of pages.

use docmill_text::{subscript, superscript};

/// The longest exponent, in bytes.
const LONGEST: usize = 256;
/// The longest formula, in bytes.
const LONGEST_FORMULA: usize = 64 << 10;
/// The longest exponent that is written with the characters for it, in bytes.
const LONGEST_WRITTEN: usize = 12;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Superscript,
    Subscript,
    Formula,
    Page,
}

/// A passage that is being read.
#[derive(Debug)]
pub struct Capture {
    kind: Kind,
    text: String,
    /// How a formula is typed.
    source: String,
    in_source: bool,
    /// The place of the document that it leads to.
    place: Option<String>,
}

impl Capture {
    pub fn new(kind: Kind) -> Capture {
        Capture { kind, text: String::new(), source: String::new(), in_source: false, place: None }
    }

    /// What a formula is called where nobody sees it: how it is typed.
    pub fn describe(&mut self, text: &str) {
        if self.kind == Kind::Formula {
            self.source.push_str(&text[..text.floor_char_boundary(LONGEST_FORMULA)]);
        }
    }

    pub fn lead_to(&mut self, place: String) {
        self.place.get_or_insert(place);
    }

    pub fn begin_source(&mut self) {
        self.in_source = true;
        self.source.clear();
    }

    pub fn end_source(&mut self) {
        self.in_source = false;
    }

    pub fn has_room(&self, text: &str) -> bool {
        let longest = if self.kind == Kind::Formula { LONGEST_FORMULA } else { LONGEST };
        self.text.len() + self.source.len() + text.len() <= longest
    }

    pub fn push(&mut self, text: &str) {
        let target = if self.in_source { &mut self.source } else { &mut self.text };
        target.push_str(text);
    }

    /// The label of a page, if it is one.
    pub fn page(&self) -> Option<&str> {
        (self.kind == Kind::Page).then(|| self.text.trim())
    }

    /// The name of a note, if this is the number of one.
    pub fn note(&self) -> Option<&str> {
        let text = self.text.trim();
        let is_bracketed = text.starts_with('[') && text.ends_with(']') && text.len() <= 6;
        let is_number = self.kind == Kind::Superscript && text.len() <= 24;
        match &self.place {
            Some(place) if is_number => Some(place),
            None if is_number && is_bracketed => Some(""),
            _ => None,
        }
    }

    /// How a formula is typed, if somebody said so.
    pub fn source(&self) -> Option<&str> {
        let source = self.source.trim();
        (self.kind == Kind::Formula && !source.is_empty()).then_some(source)
    }

    /// The space before its words.
    pub fn leading(&self) -> &'static str {
        if self.text.starts_with(char::is_whitespace) { " " } else { "" }
    }

    /// What it says, so that `10<sup>6</sup>` is not 106: as `extract-html` writes it.
    pub fn written(&self, before: Option<char>) -> String {
        let text = self.text.trim();
        let is_short = !text.is_empty() && text.len() <= LONGEST_WRITTEN;
        let after_digit = before.is_some_and(|it| it.is_ascii_digit());
        match self.kind {
            Kind::Superscript if is_short => {
                if let Some(written) = text.chars().map(superscript).collect::<Option<String>>() {
                    return written;
                }
                let begins_number = text.starts_with(|it: char| it.is_ascii_digit());
                if begins_number && before.is_some_and(char::is_alphanumeric) {
                    return format!("^{text}");
                }
            }
            Kind::Subscript if is_short && after_digit => {
                if let Some(written) = text.chars().map(subscript).collect::<Option<String>>() {
                    return written;
                }
            }
            _ => {}
        }
        self.text.clone()
    }
}
