//! The article of a web page: its text with structure, what the page says about it, and what stood around it.
//!
//! [`extract`] is the whole of it, as a pure function; the rest of this file is what the host sees. A page passes through
//! [`charset`](mod@charset) and `docmill_text` (bytes to text), [`dom`](mod@dom) (text to a flat list of nodes), `select` (which
//! of them are the article), `render` (nodes to text, marks and asides) and `facts` (attributes and language).

mod attributes;
mod builder;
mod charset;
mod classes;
mod dates;
mod dom;
mod facts;
mod head;
mod json_ld;
mod links;
mod lookup;
mod names;
mod render;
mod select;
mod start_tag;
mod tags;
mod tokens;
mod whitespace;

use docmill_plugin::prelude::*;

/// The largest page that is read, in bytes. The largest of real ones have a few megabytes.
const MAX_SOURCE: u64 = 64 * 1024 * 1024;

/// How a page is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Syntax {
    /// `text/html`.
    Html,
    /// `application/xhtml+xml`: tags may close themselves, and there are CDATA sections.
    Xhtml,
}

/// The article of a page, or `None` if nothing on it can be read.
///
/// # Errors
///
/// [`Error::Malformed`] if the page is larger than 64 MiB. Apart from that every sequence of bytes is a page.
pub fn extract(bytes: &[u8], syntax: Syntax) -> Result<Option<Extracted>, Error> {
    if bytes.len() as u64 > MAX_SOURCE {
        return Err(too_large(bytes.len() as u64));
    }
    let declared = charset::declared(bytes);
    let is_utf8 = declared.is_none_or(|label| label.eq_ignore_ascii_case("utf-8"));
    // Most pages are what they say: they need not be copied to be decoded.
    match simdutf8::basic::from_utf8(bytes) {
        Ok(text) if is_utf8 => {
            Ok(extract_text(text.strip_prefix('\u{feff}').unwrap_or(text), syntax))
        }
        _ => Ok(extract_text(&docmill_text::decode(bytes, declared).text, syntax)),
    }
}

fn extract_text(source: &str, syntax: Syntax) -> Option<Extracted> {
    let page = dom::Page::parse(source, syntax == Syntax::Xhtml);
    let facts = facts::Facts::of(&page);
    let measures = select::measure(&page);
    let selection = select::select(&page, &measures, &facts.titles, facts.description.as_deref());
    let rendered = render::render(&page, &measures, &selection, facts.base().as_deref());
    if rendered.text.is_empty() {
        return None;
    }
    let attributes = facts.attributes(&selection, &rendered);
    let language = facts.language(&rendered.text);
    Some(Extracted {
        document: Document { text: rendered.text, language, attributes, marks: rendered.marks },
        asides: rendered.asides,
    })
}

fn too_large(size: u64) -> Error {
    Error::malformed(format!("the page has {size} bytes, and the limit is {MAX_SOURCE} bytes"))
}

/// The plugin.
#[derive(Debug)]
pub struct ExtractHtml;

impl Plugin for ExtractHtml {
    fn describe() -> Description {
        Description::new(
            "extract-html",
            env!("CARGO_PKG_VERSION"),
            "Reads the article of a web page and leaves menus, captions and related news aside",
        )
        .attribute("license", env!("CARGO_PKG_LICENSE"))
    }
}

impl Extractor for ExtractHtml {
    fn accepts() -> Result<Vec<String>, Error> {
        Ok(vec!["text/html".to_owned(), "application/xhtml+xml".to_owned()])
    }

    fn extract(source: Source<'_>) -> Result<Vec<Extracted>, Error> {
        // Asked first, so that the bytes of what is refused are never read.
        if source.size() > MAX_SOURCE {
            return Err(too_large(source.size()));
        }
        let syntax = match source.media_type() {
            "application/xhtml+xml" => Syntax::Xhtml,
            _ => Syntax::Html,
        };
        Ok(extract(&source.read_all(), syntax)?.into_iter().collect())
    }
}

docmill_plugin::export!(extractor: ExtractHtml);
