//! Renders a document with the structure that its marks give it: as Markdown, as HTML, or as plain
//! text.
//!
//! Text and marks come from plugins and from strangers, so nothing in them is trusted: every letter
//! of the text is rendered once and where it stands, however marks overlap; characters that would
//! be taken for markup are escaped; what cannot be seen is made visible; links lead to the web or
//! to a mailbox. What comes out is at most a constant times as long as what goes in.

mod blocks;
mod html;
mod inline;
mod markdown;
mod visible;

#[cfg(test)]
mod tests;

use crate::model::{Document, Span};

pub use html::escaped_html;
pub use markdown::escaped_markdown;
pub use visible::{escaped, is_harmful};

/// What a document can be rendered as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Markup {
    /// The text alone.
    Text,
    /// CommonMark with the tables of GitHub Flavored Markdown, and without HTML in it.
    Markdown,
    /// A fragment of HTML, to be put inside of an element such as `article`.
    Html,
}

/// Renders the text of a document.
///
/// What is rendered ends with a line feed, unless the document has no text. Metadata such as a
/// title and what was left out of the text are not part of it.
pub fn render(document: &Document, markup: Markup) -> String {
    match markup {
        Markup::Text => visible::text(&document.text),
        Markup::Markdown => markdown::render(document),
        Markup::Html => html::render(document, &[]),
    }
}

/// Renders a document as HTML with passages of its text highlighted, each in one or more elements
/// `mark`, none within another. The spans are of this document.
pub fn highlighted_html(document: &Document, passages: &[Span]) -> String {
    html::render(document, passages)
}
