//! What plugins for feeds and sitemaps share: XML as people write it, piece by piece, and dates.
//!
//! `quick-xml` reads it, told to go on where tags do not match. A document type is passed over, so
//! that no entity of its own is ever expanded.

mod dates;

use std::collections::BTreeMap;
use std::io::{self, BufRead};

use docmill_text::Utf8Reader;
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

pub use dates::rfc_3339;

/// The largest piece that is read, in bytes: text between two tags, or a tag with all it says.
pub const LARGEST_PIECE: usize = 16 << 20;

/// A piece of a document.
#[derive(Debug)]
pub enum Piece {
    /// A tag that opens an element; one that closes itself is followed by its [`Piece::End`].
    Start(Tag),
    /// The end of an element, or of what was taken for one.
    End {
        /// As that of its [`Tag`].
        name: String,
        /// As it is written, for what becomes part of a page; nothing if its tag closed itself.
        written: String,
    },
    /// Text, with the characters that references stand for.
    Text {
        /// What it says.
        text: String,
        /// How it is written, so that it can become part of a page.
        escaped: String,
    },
}

/// A tag that opens an element.
#[derive(Debug)]
pub struct Tag {
    /// In lower case; with the usual prefix where the namespace has one, such as `dc:date`.
    pub name: String,
    /// Its attributes, names in lower case and as they are written.
    pub attributes: Vec<(String, String)>,
    /// The tag as it is written, for what becomes part of a page.
    pub written: String,
}

impl Tag {
    /// The value of an attribute.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(it, _)| it == name).map(|(_, value)| value.trim())
    }
}

/// Reads a document piece by piece.
pub struct Pieces<R> {
    reader: Reader<Utf8Reader<R>>,
    buffer: Vec<u8>,
    /// The usual prefixes of those that the document declares.
    prefixes: BTreeMap<String, &'static str>,
    /// The element that closes itself, whose end comes next.
    empty: Option<String>,
}

/// The namespaces that feeds use, by the prefix that is usual for them; none for their own.
const NAMESPACES: [(&str, &str); 14] = [
    ("http://www.w3.org/2005/atom", ""),
    ("http://purl.org/atom/ns#", ""),
    ("http://purl.org/rss/1.0/", ""),
    ("http://my.netscape.com/rdf/simple/0.9/", ""),
    ("http://backend.userland.com/rss2", ""),
    ("http://www.w3.org/1999/02/22-rdf-syntax-ns#", "rdf"),
    ("http://purl.org/rss/1.0/modules/content/", "content"),
    ("http://purl.org/dc/elements/1.1/", "dc"),
    ("http://purl.org/dc/terms/", "dcterms"),
    ("http://search.yahoo.com/mrss/", "media"),
    ("http://www.itunes.com/dtds/podcast-1.0.dtd", "itunes"),
    ("http://www.w3.org/1999/xhtml", "xhtml"),
    ("http://www.google.com/schemas/sitemap-news/0.9", "news"),
    ("http://www.sitemaps.org/schemas/sitemap/0.9", ""),
];

impl<R: BufRead> Pieces<R> {
    /// Reads this document, of which the transport says that it is in this encoding.
    ///
    /// # Errors
    ///
    /// Those of the reader beneath, and [`io::ErrorKind::Unsupported`] for UTF-32.
    pub fn of(mut bytes: R, charset: Option<&str>) -> io::Result<Pieces<R>> {
        let declared = declared_encoding(bytes.fill_buf()?);
        let text = Utf8Reader::new(bytes, charset.or(declared.as_deref()))?;
        let mut reader = Reader::from_reader(text);
        let config = reader.config_mut();
        config.check_end_names = false;
        config.allow_unmatched_ends = true;
        config.allow_dangling_amp = true;
        Ok(Pieces { reader, buffer: Vec::new(), prefixes: BTreeMap::new(), empty: None })
    }

    /// The next piece, or `None` at the end.
    ///
    /// # Errors
    ///
    /// If the document cannot be read on; with the place, as a byte offset into its text.
    pub fn next_piece(&mut self) -> Result<Option<Piece>, (String, u64)> {
        if let Some(name) = self.empty.take() {
            return Ok(Some(Piece::End { name, written: String::new() }));
        }
        loop {
            self.buffer.clear();
            let place = self.reader.buffer_position();
            let event = self.reader.read_event_into(&mut self.buffer);
            let piece = match event.map_err(|cause| (reason(&cause), place))? {
                Event::Eof => return Ok(None),
                Event::Start(tag) => Piece::Start(self::tag(&mut self.prefixes, &tag, false)),
                Event::Empty(tag) => {
                    let tag = self::tag(&mut self.prefixes, &tag, true);
                    self.empty = Some(tag.name.clone());
                    Piece::Start(tag)
                }
                Event::End(tag) => Piece::End {
                    name: usual_name(&self.prefixes, tag.name().as_ref()),
                    written: format!("</{}>", &*tag),
                },
                Event::Text(text) => {
                    Piece::Text { text: text.to_string(), escaped: text.to_string() }
                }
                Event::CData(text) => Piece::Text {
                    text: text.to_string(),
                    escaped: quick_xml::escape::escape(&*text).into_owned(),
                },
                Event::GeneralRef(reference) => {
                    let written = format!("&{};", &*reference);
                    let character = reference.resolve_char_ref().ok().flatten();
                    let known = quick_xml::escape::resolve_xml_entity(&reference);
                    let text = match (character, known) {
                        (Some(character), _) => character.to_string(),
                        (None, Some(known)) => known.to_owned(),
                        // One of HTML, or of a document type that nobody reads.
                        (None, None) => written.clone(),
                    };
                    Piece::Text { text, escaped: written }
                }
                Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => continue,
            };
            return Ok(Some(piece));
        }
    }
}

fn reason(cause: &quick_xml::Error) -> String {
    // A lower-case fragment, as all reasons are.
    let mut reason = cause.to_string().trim_end_matches('.').to_owned();
    reason.truncate(reason.floor_char_boundary(200));
    reason
}

fn tag(prefixes: &mut BTreeMap<String, &'static str>, tag: &BytesStart<'_>, is_empty: bool) -> Tag {
    /// What a tag says beyond this is not looked at.
    const MOST: usize = 256;
    let mut attributes = Vec::new();
    for attribute in tag.html_attributes().with_checks(false).take(MOST).flatten() {
        let name = attribute.key.as_ref().to_ascii_lowercase();
        let value = quick_xml::escape::unescape(&attribute.value);
        let value = value.unwrap_or_else(|_| attribute.value.clone()).into_owned();
        if let Some(prefix) = name.strip_prefix("xmlns").map(|it| it.trim_start_matches(':')) {
            let folded = value.trim().to_ascii_lowercase();
            let usual = NAMESPACES.iter().find(|(it, _)| *it == folded).map(|(_, usual)| *usual);
            if let Some(usual) = usual
                && (prefixes.len() < MOST || prefixes.contains_key(prefix))
                // The namespace of pages is declared for a part of the document only.
                && !(prefix.is_empty() && usual == "xhtml")
            {
                prefixes.insert(prefix.to_owned(), usual);
            }
        }
        attributes.push((name, value));
    }
    let written = format!("<{}{}>", &**tag, if is_empty { "/" } else { "" });
    Tag { name: usual_name(prefixes, tag.name().as_ref()), attributes, written }
}

/// In lower case, with the prefix that is usual for its namespace.
fn usual_name(prefixes: &BTreeMap<String, &'static str>, name: &str) -> String {
    let name = name.to_ascii_lowercase();
    let (prefix, local) = name.split_once(':').unwrap_or(("", &name));
    let usual = prefixes.get(prefix).copied();
    match usual.unwrap_or(prefix) {
        "" | "rss" | "atom" => local.to_owned(),
        prefix => format!("{prefix}:{local}"),
    }
}

/// What the declaration at the beginning says: `<?xml version="1.0" encoding="iso-8859-2"?>`.
fn declared_encoding(start: &[u8]) -> Option<String> {
    let start = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start).trim_ascii_start();
    let end = start.iter().take(512).position(|it| *it == b'>')?;
    let declaration = str::from_utf8(start[..end].strip_prefix(b"<?xml")?).ok()?;
    let (_, rest) = declaration.split_once("encoding")?;
    let rest = rest.trim_start().strip_prefix('=')?.trim_start();
    let quote = rest.chars().next().filter(|it| matches!(it, '"' | '\''))?;
    rest[1..].split(quote).next().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(document: &str) -> String {
        let mut pieces = Pieces::of(document.as_bytes(), None).unwrap();
        let mut told = String::new();
        while let Some(piece) = pieces.next_piece().unwrap() {
            match piece {
                Piece::Start(tag) => told.push_str(&format!("<{}>", tag.name)),
                Piece::End { .. } => told.push_str("</>"),
                Piece::Text { text, .. } => told.push_str(&text),
            }
        }
        told
    }

    #[test]
    fn names_have_the_usual_prefixes() {
        let document = "<a:RSS xmlns:a='http://purl.org/rss/1.0/' \
                        xmlns:c='http://purl.org/rss/1.0/modules/content/'><c:encoded/><dc:date/></a:RSS>";
        assert_eq!(told(document), "<rss><content:encoded></><dc:date></></>");
    }

    #[test]
    fn what_does_not_match_and_what_nobody_knows_ends_nothing() {
        assert_eq!(told("<a>x &amp; y &nbsp; & z<b></c></a>"), "<a>x & y &nbsp; & z<b></></>");
        let bomb = "<!DOCTYPE a [<!ENTITY b \"bb\"><!ENTITY c \"&b;&b;\">]><a>&c;</a>";
        assert_eq!(told(bomb), "<a>&c;</>");
    }

    #[test]
    fn the_declaration_tells_the_encoding() {
        let document = b"<?xml version='1.0' encoding='iso-8859-15'?><a>\xa4</a>";
        let mut pieces = Pieces::of(&document[..], None).unwrap();
        assert!(matches!(pieces.next_piece(), Ok(Some(Piece::Start(_)))));
        let Ok(Some(Piece::Text { text, .. })) = pieces.next_piece() else { panic!("no text") };
        assert_eq!(text, "€");
    }
}
