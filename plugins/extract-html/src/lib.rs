//! The article of a web page: its text with structure, what the page says about it, and what stood around it.
//!
//! [`extract`] is the whole of it, as a pure function; the rest of this file is what the host sees. A page passes through
//! [`charset`](mod@charset) and `docmill_text` (bytes to text), [`dom`](mod@dom) (text to a flat list of nodes), `select` (which
//! of them are the article), `render` (nodes to text, marks and asides) and `facts` (attributes and language).

mod attributes;
mod authors;
mod builder;
mod charset;
mod classes;
mod dates;
mod dom;
mod facts;
mod furniture;
mod head;
mod json_ld;
mod links;
mod lookup;
mod names;
mod page_type;
mod render;
mod select;
mod start_tag;
mod tags;
mod titles;
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
    // Most pages are UTF-8, whatever they declare, and need not be copied to be decoded.
    match simdutf8::basic::from_utf8(bytes) {
        Ok(text) if is_plain(text) => {
            Ok(extract_text(text.strip_prefix('\u{feff}').unwrap_or(text), syntax))
        }
        _ => {
            let decoded = docmill_text::decode(bytes, charset::declared(bytes));
            let mut extracted = extract_text(&decoded.text, syntax);
            if let Some(extracted) = &mut extracted {
                let told = decoded.attributes().into_iter();
                let attributes = &mut extracted.document.attributes;
                attributes.extend(told.map(|(name, value)| Attribute::new(name, value)));
            }
            Ok(extracted)
        }
    }
}

/// Whether a page can be read as it stands: no zeros of UTF-16, no escapes of ISO-2022, no letters with combining marks behind them.
fn is_plain(page: &str) -> bool {
    // The first bytes of U+0300 to U+037F, which no other character has.
    memchr::memchr2(0, 0x1b, page.as_bytes()).is_none()
        && memchr::memchr2(0xcc, 0xcd, page.as_bytes()).is_none()
}

fn extract_text(source: &str, syntax: Syntax) -> Option<Extracted> {
    let is_xml = syntax == Syntax::Xhtml;
    let mut page = dom::Page::parse(source, Reading { is_xml, noscript: false });
    furniture::name(&mut page);
    let read = read_page(&page);
    if read.prose >= WORTHWHILE {
        return read.extracted;
    }
    // The page is built by a script. What it holds for those without one, or for machines, may be the article.
    let facts = facts::Facts::of(&page);
    let mut best = read;
    if memchr::memmem::find(source.as_bytes(), b"<noscript").is_some() {
        let mut page = dom::Page::parse(source, Reading { is_xml, noscript: true });
        furniture::name(&mut page);
        let other = read_page(&page);
        if other.prose > best.prose.saturating_mul(2).max(LEAST_FALLBACK) {
            best = other;
        }
    }
    if let Some(body) = facts.article_body()
        && body.len() as u32 > best.prose.saturating_mul(2).max(LEAST_FALLBACK)
    {
        best = Read { prose: body.len() as u32, extracted: Some(facts.document_of(body)) };
    }
    best.extracted
}

/// With less prose than this, which is two sentences, a page is looked through for another copy of its article.
const WORTHWHILE: u32 = 250;

/// Another copy is at least as long as this: `You need to enable JavaScript to run this app` is shorter.
const LEAST_FALLBACK: u32 = 120;

/// How a page is parsed.
#[derive(Debug, Clone, Copy, Default)]
struct Reading {
    /// Tags may close themselves, and there are CDATA sections.
    is_xml: bool,
    /// `noscript` is read, as by a browser without scripts.
    noscript: bool,
}

/// What was read from a page, and how much prose it has.
struct Read {
    extracted: Option<Extracted>,
    prose: u32,
}

fn read_page(page: &dom::Page<'_>) -> Read {
    let facts = facts::Facts::of(page);
    let is_discussion = facts.page_type.is_some_and(page_type::PageType::is_discussion);
    let measures = select::measure(page, is_discussion);
    let selection = select::select(page, &measures, &facts.titles, facts.description.as_deref());
    let rendered =
        render::render(page, &measures, &selection, facts.base().as_deref(), is_discussion);
    let prose = measures[selection.body as usize].prose;
    if rendered.text.is_empty() {
        return Read { extracted: None, prose: 0 };
    }
    let language = facts.language(&rendered.text);
    let attributes = facts.attributes(&selection, &rendered, language.as_deref());
    let extracted = Extracted {
        document: Document { text: rendered.text, language, attributes, marks: rendered.marks },
        asides: rendered.asides,
    };
    Read { extracted: Some(extracted), prose }
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
