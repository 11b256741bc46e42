//! The article of a web page: its text with structure, what the page says about it, and what stood
//! around it.
//!
//! [`extract`] is the whole of it, as a pure function; the rest of this file is what the host sees.
//! A page passes through [`charset`](mod@charset) and `docmill_text` (bytes to text),
//! [`dom`](mod@dom) (text to a flat list of nodes), `select` (which of them are the article),
//! `render` (nodes to text, marks and asides) and `facts` (attributes and language).

mod attributes;
mod authors;
mod builder;
mod cards;
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
mod measure;
mod names;
mod page_type;
mod posts;
mod render;
mod select;
mod start_tag;
mod tags;
mod titles;
mod tokens;
mod whitespace;

use docmill_plugin::prelude::*;
use docmill_text::{Decoded, Evidence};

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
/// [`Error::Malformed`] if the page is larger than 64 MiB. Apart from that every sequence of bytes
/// is a page.
pub fn extract(bytes: &[u8], syntax: Syntax) -> Result<Option<Extracted>, Error> {
    extract_from(bytes, syntax, Origin::default())
}

/// What is known of a page besides its bytes.
#[derive(Debug, Clone, Copy, Default)]
pub struct Origin<'a> {
    /// How HTTP or a part of a mail declares that it is encoded: `utf-8`, `windows-1251`. Such a
    /// label counts more than one in the page, as the standard has it, and less than a byte order
    /// mark and than UTF-8 that is valid.
    pub charset: Option<&'a str>,
    /// Where it was found, an address with `http` or `https`. It counts where the page does not
    /// state its own.
    pub address: Option<&'a str>,
}

/// The same for a page of which something is known besides its bytes.
///
/// # Errors
///
/// As [`extract`].
pub fn extract_from(
    bytes: &[u8],
    syntax: Syntax,
    origin: Origin<'_>,
) -> Result<Option<Extracted>, Error> {
    if bytes.len() as u64 > MAX_SOURCE {
        return Err(too_large(bytes.len() as u64));
    }
    // Most pages are UTF-8, whatever they declare, and need not be copied to be decoded.
    match simdutf8::basic::from_utf8(bytes) {
        Ok(text) if is_plain(text) => {
            Ok(extract_text(text.strip_prefix('\u{feff}').unwrap_or(text), syntax, origin.address))
        }
        _ => {
            let decoded = decode(bytes, origin.charset);
            let mut extracted = extract_text(&decoded.text, syntax, origin.address);
            if let Some(extracted) = &mut extracted {
                let told = decoded.attributes().into_iter();
                let attributes = &mut extracted.document.attributes;
                attributes.extend(told.map(|(name, value)| Attribute::new(name, value)));
            }
            Ok(extracted)
        }
    }
}

/// Decodes a page by the label that came with it or, if the bytes contradict that, by its own.
fn decode(bytes: &[u8], charset: Option<&str>) -> Decoded {
    if let Some(charset) = charset {
        let decoded = docmill_text::decode(bytes, Some(charset));
        if matches!(decoded.evidence, Evidence::Mark | Evidence::Label | Evidence::Content) {
            return decoded;
        }
    }
    docmill_text::decode(bytes, charset::declared(bytes))
}

/// Whether a page can be read as it stands: no zeros of UTF-16, no escapes of ISO-2022, no letters
/// with combining marks behind them.
fn is_plain(page: &str) -> bool {
    // The first bytes of U+0300 to U+037F, which no other character has.
    memchr::memchr2(0, 0x1b, page.as_bytes()).is_none()
        && memchr::memchr2(0xcc, 0xcd, page.as_bytes()).is_none()
}

fn extract_text(source: &str, syntax: Syntax, address: Option<&str>) -> Option<Extracted> {
    let reading = Reading { is_xml: syntax == Syntax::Xhtml, ..Reading::default() };
    let mut page = dom::Page::parse(source, reading);
    furniture::name(&mut page);
    let read = read_page(&page, address);
    if read.prose >= WORTHWHILE {
        return read.extracted;
    }
    // The page is built by a script. What it holds for those without one, or for machines, may be
    // the article.
    let facts = facts::Facts::of(&page, address);
    let mut best = read;
    if memchr::memmem::find(source.as_bytes(), b"<noscript").is_some() {
        let mut page = dom::Page::parse(source, Reading { noscript: true, ..reading });
        furniture::name(&mut page);
        let other = read_page(&page, address);
        if other.prose > best.prose.saturating_mul(2).max(LEAST_FALLBACK) {
            best = other;
        }
    }
    if best.prose < NOTHING {
        // Nothing is shown before a script has run, or somebody has agreed to something.
        let mut page = dom::Page::parse(source, Reading { hidden: true, ..reading });
        furniture::name(&mut page);
        let other = read_page(&page, address);
        if other.prose > LEAST_FALLBACK {
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

/// With less prose than this, which is two sentences, a page is looked through for another copy of
/// its article.
const WORTHWHILE: u32 = 250;

/// Another copy is at least as long as this: `You need to enable JavaScript to run this app` is
/// shorter.
const LEAST_FALLBACK: u32 = 120;

/// With less than this, which is a few words, a page shows nothing.
const NOTHING: u32 = 60;

/// How a page is parsed.
#[derive(Debug, Clone, Copy, Default)]
struct Reading {
    /// Tags may close themselves, and there are CDATA sections.
    is_xml: bool,
    /// `noscript` is read, as by a browser without scripts.
    noscript: bool,
    /// What is not shown is read, too.
    hidden: bool,
}

/// What was read from a page, and how much prose it has.
struct Read {
    extracted: Option<Extracted>,
    prose: u32,
}

fn read_page(page: &dom::Page<'_>, address: Option<&str>) -> Read {
    let facts = facts::Facts::of(page, address);
    let is_discussion = facts.page_type.is_some_and(page_type::PageType::is_discussion);
    let measures = measure::measure(page, facts.page_type);
    let posts = is_discussion.then(|| posts::Posts::find(page, &measures)).flatten();
    let selection = select::select(page, &measures, &facts, posts.as_ref());
    let base = facts.base();
    let mut rendered = render::render(
        page,
        &measures,
        &selection,
        base.as_deref(),
        facts.page_type,
        posts.as_ref(),
        &facts.stated_authors(),
    );
    let prose = measures[selection.body as usize].prose;
    if rendered.text.is_empty() {
        return Read { extracted: None, prose: 0 };
    }
    let language = facts.language(&rendered.text);
    let attributes = facts.attributes(&measures, &selection, &rendered, language.as_deref());
    tell_languages(&rendered.text, &mut rendered.marks, language.as_deref());
    let extracted = Extracted {
        document: Document { text: rendered.text, language, attributes, marks: rendered.marks },
        asides: rendered.asides,
    };
    Read { extracted: Some(extracted), prose }
}

/// Tells of which paragraphs the language is another one than that of the text.
fn tell_languages(text: &str, marks: &mut [Mark], language: Option<&str>) {
    let is_passage = |mark: &&mut Mark| matches!(mark.kind.as_str(), "paragraph" | "item");
    let mut passages: Vec<&mut Mark> = marks.iter_mut().filter(is_passage).collect();
    let texts: Vec<&str> = passages.iter().map(|mark| &text[mark.span.range()]).collect();
    for (at, tag) in docmill_text::other_languages(&texts, language) {
        passages[at].attributes.push(Attribute::new("language", tag));
    }
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
        let (charset, address) = (source.attribute("charset"), source.attribute("location"));
        let origin = Origin { charset: charset.as_deref(), address: address.as_deref() };
        let mut extracted = extract_from(&source.read_all(), syntax, origin)?;
        if let (Some(extracted), Some(_)) = (&mut extracted, source.attribute("date")) {
            leave_date(&mut extracted.document);
        }
        Ok(extracted.into_iter().collect())
    }
}

/// Leaves the date to the container, which knows one, where the page has none but in an address or
/// in a line among others.
fn leave_date(document: &mut Document) {
    if matches!(document.attribute("date-source"), Some("text" | "address")) {
        document.attributes.push(Attribute::new("guessed", "date"));
    }
}

docmill_plugin::export!(extractor: ExtractHtml);
