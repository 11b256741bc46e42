//! Reads books and articles that are made of XML: EPUB, FB2, DocBook, JATS, TEI, and any other as
//! its text.
//!
//! A vocabulary says what each element is (`vocabulary`), one reader makes text, marks and asides
//! of that (`reader`), and a header is looked through as a small tree (`header`). An EPUB is a ZIP
//! of chapters in XHTML, which are read one after the other (`book`). XML is read as it comes, so
//! nothing recurses, and no entity of a document type is ever expanded.

mod book;
mod capture;
mod facts;
mod header;
mod reader;
mod vocabulary;

use docmill_plugin::prelude::*;
use docmill_xml::Pieces;

use reader::Reader;
use vocabulary::Vocabulary;

/// The plugin.
#[derive(Debug)]
pub struct ExtractXml;

impl Plugin for ExtractXml {
    fn describe() -> Description {
        Description::new(
            "extract-xml",
            env!("CARGO_PKG_VERSION"),
            "Reads books and articles that are made of XML: EPUB, FB2, DocBook, JATS, TEI, and other XML as its text",
        )
    }
}

impl Extractor for ExtractXml {
    fn accepts() -> Result<Vec<String>, Error> {
        let types = [
            "application/epub+zip",
            "application/x-fictionbook+xml",
            "application/docbook+xml",
            "application/jats+xml",
            "application/tei+xml",
            "application/x-dtbook+xml",
            "application/xml",
            "text/xml",
            "image/svg+xml",
        ];
        Ok(types.map(str::to_owned).to_vec())
    }

    fn extract(source: Source<'_>) -> Result<Vec<Extracted>, Error> {
        if source.size() == 0 {
            return Ok(Vec::new());
        }
        match source.media_type() {
            "application/epub+zip" => book::extract(&source),
            _ => extract(&source),
        }
    }
}

docmill_plugin::export!(extractor: ExtractXml);

/// A document that is one file.
fn extract(source: &Source<'_>) -> Result<Vec<Extracted>, Error> {
    let charset = source.attribute("charset");
    let pieces = Pieces::of(source.reader(), charset.as_deref());
    let mut pieces = pieces.map_err(|cause| Error::Unsupported(cause.to_string()))?;
    let mut reader = Reader::new();
    let outcome = reader.read(&mut pieces);
    let vocabulary = reader.vocabulary();
    let extracted = reader.finish();
    match (outcome, extracted) {
        (Err((reason, place)), None) => Err(Error::malformed_at(reason, place)),
        (Err((reason, place)), Some(mut extracted)) => {
            // A file that was cut off has a beginning.
            log::warn!("it cannot be read beyond byte {place}: {reason}");
            let damage = Attribute::new("incomplete", format!("{reason}, at byte {place}"));
            extracted.document.attributes.push(damage);
            Ok(vec![extracted])
        }
        (Ok(()), None) if vocabulary == Vocabulary::Other => {
            Err(Error::Unsupported("it is XML without a text".to_owned()))
        }
        (Ok(()), extracted) => Ok(extracted.into_iter().collect()),
    }
}
