//! Finds what a text refers to: legal acts, dates, periods and amounts of money, in French,
//! Vietnamese and English.
//!
//! The text is read once, from left to right. At every word, number or sign each finder is asked
//! whether something begins there; it looks ahead a bounded number of tokens, so time is linear in
//! the text whatever the text is. There are no regular expressions: compiling them would cost every
//! fresh instance more than reading an article does.

mod dates;
mod legal;
mod money;
mod numbers;
mod scan;

use docmill_plugin::prelude::*;

use scan::Token;

/// The plugin `analyze-references`.
struct References;

impl Plugin for References {
    fn describe() -> Description {
        Description::new(
            "analyze-references",
            env!("CARGO_PKG_VERSION"),
            "Finds legal references, dates, periods and amounts of money in French, Vietnamese and English",
        )
    }
}

impl Analyzer for References {
    fn kinds() -> Result<Vec<String>, Error> {
        Ok(KINDS.map(str::to_owned).to_vec())
    }

    fn analyze(document: Document) -> Result<Vec<Annotation>, Error> {
        Ok(find(&document.text, document.language.as_deref()))
    }
}

docmill_plugin::export!(analyzer: References);

/// The kinds of annotation that [`find`] returns.
pub const KINDS: [&str; 4] = ["legal-reference", "date", "period", "money"];

/// Everything the text refers to, in the order of the text and without overlaps.
///
/// The language, a BCP 47 tag, decides only what is ambiguous without it: whether `03/04/2025` is a
/// day in March or in April, and whether a `billion` has nine zeros or twelve.
pub fn find(text: &str, language: Option<&str>) -> Vec<Annotation> {
    let language = Language::of(language);
    let mut found = Vec::new();
    let mut token = Token::first(text);
    let mut before = Token::end_of(text);
    while !token.is_end() {
        let here = legal::find(token)
            .or_else(|| dates::find(token, before, language))
            .or_else(|| money::find(token, before, language));
        before = token;
        token = match here {
            Some((annotation, next)) => {
                found.push(annotation);
                next
            }
            None => token.advance(),
        };
    }
    found
}

/// What a finder returns: the annotation, and the token after it.
type Found<'a> = Option<(Annotation, Token<'a>)>;

/// The languages whose conventions differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Language {
    English,
    French,
    Other,
}

impl Language {
    fn of(tag: Option<&str>) -> Language {
        // `en-GB` writes days first, but is read with the same caution as `en`.
        match tag.and_then(|tag| tag.split('-').next()) {
            Some("en") => Language::English,
            Some("fr") => Language::French,
            _ => Language::Other,
        }
    }
}
