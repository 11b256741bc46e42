//! Reads texts with signs of markup in them: Markdown, reStructuredText, AsciiDoc, LaTeX, Org,
//! subtitles, notebooks.
//!
//! Each format has a module that writes text, marks and asides into one [`Page`]; what a document
//! says of itself is gathered there, too. Nothing recurses, and nothing that a text refers to is
//! fetched.

mod asciidoc;
mod front_matter;
mod html;
mod inline;
mod latex;
mod markdown;
mod notebook;
mod org;
mod page;
mod rst;
mod subtitles;

use docmill_plugin::prelude::*;

use page::Page;

/// The largest text that is read, in bytes.
const MAX_SOURCE: u64 = 64 << 20;

/// The plugin.
#[derive(Debug)]
pub struct ExtractMarkup;

impl Plugin for ExtractMarkup {
    fn describe() -> Description {
        Description::new(
            "extract-markup",
            env!("CARGO_PKG_VERSION"),
            "Reads texts with signs of markup in them: Markdown, reStructuredText, AsciiDoc, LaTeX, Org, subtitles, notebooks",
        )
    }
}

impl Extractor for ExtractMarkup {
    fn accepts() -> Result<Vec<String>, Error> {
        let types = [
            "text/markdown",
            "text/vtt",
            "application/x-subrip",
            "application/x-ipynb+json",
            "text/x-rst",
            "text/x-asciidoc",
            "text/x-tex",
            "text/x-org",
        ];
        Ok(types.map(str::to_owned).to_vec())
    }

    fn extract(source: Source<'_>) -> Result<Vec<Extracted>, Error> {
        if source.size() > MAX_SOURCE {
            let reason = format!("it has {} bytes, and the limit is {MAX_SOURCE}", source.size());
            return Err(Error::malformed(reason));
        }
        let decoded =
            docmill_text::decode_owned(source.read_all(), source.attribute("charset").as_deref());
        let mut page = Page::default();
        let text = decoded.text.replace("\r\n", "\n");
        if text.trim().is_empty() {
            return Ok(Vec::new());
        }
        match source.media_type() {
            "text/vtt" | "application/x-subrip" => subtitles::write(&mut page, &text)?,
            "application/x-ipynb+json" => notebook::write(&mut page, &text)?,
            "text/x-rst" => rst::write(&mut page, &text),
            "text/x-asciidoc" => asciidoc::write(&mut page, &text),
            "text/x-tex" => latex::write(&mut page, &text),
            "text/x-org" => org::write(&mut page, &text),
            _ => markdown::write_document(&mut page, &text),
        }
        let told = decoded.attributes().into_iter();
        let told = told.map(|(name, value)| Attribute::new(name, value));
        Ok(page.finish(told).into_iter().collect())
    }
}

docmill_plugin::export!(extractor: ExtractMarkup);
