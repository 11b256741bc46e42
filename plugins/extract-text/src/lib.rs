//! The plugin `extract-text`: plain text becomes a document with title, date, headings and
//! paragraphs.
//!
//! Articles exported from newsrooms carry more than the author's words: captions, links, teasers,
//! signatures. They are recognised by convention (see the module `newsroom`) and handed over as
//! asides, so that no later plugin takes them for the text, and nothing is lost. A text without
//! these conventions passes unchanged.

mod article;
mod blocks;
mod mail;
mod newsroom;

use std::str::FromStr;

use docmill_plugin::prelude::*;

/// What the plugin is called by the host.
struct ExtractText;

impl Plugin for ExtractText {
    fn describe() -> Description {
        Description::new(
            "extract-text",
            env!("CARGO_PKG_VERSION"),
            "Extracts plain text in any encoding, and tells an article from the captions, links and teasers around it",
        )
        .setting(
            "conventions",
            "newsroom",
            "Which conventions to recognise: `newsroom` (title, date, captions, links, teasers, signatures) or `none`",
        )
    }
}

impl Extractor for ExtractText {
    fn accepts() -> Result<Vec<String>, Error> {
        // A value that is neither of the two is refused before the first document.
        parsed_setting::<Conventions>("conventions")?;
        Ok(vec!["text/plain".to_owned()])
    }

    fn extract(source: Source<'_>) -> Result<Vec<Extracted>, Error> {
        let conventions: Conventions = parsed_setting("conventions")?;
        let said = source.attributes();
        let said = |name: &str| said.iter().find(|it| it.name == name).map(|it| it.value.as_str());
        let format = said("format").and_then(mail::Format::of);
        let mut extracted = extract_as(source.read_all(), said("charset"), conventions, format);
        if let (Some(extracted), Some(_), Conventions::Newsroom) =
            (&mut extracted, said("title"), conventions)
        {
            // That the first line is the title is a convention: a container that knows the title
            // knows better.
            extracted.document.attributes.push(Attribute::new("guessed", "title"));
        }
        Ok(extracted.into_iter().collect())
    }
}

docmill_plugin::export!(extractor: ExtractText);

/// The document in a text of any encoding, or `None` if the text is blank.
pub fn extract(bytes: Vec<u8>, conventions: Conventions) -> Option<Extracted> {
    extract_as(bytes, None, conventions, None)
}

/// The same where a container or the transport declares the encoding, or that it is the body of a
/// mail.
fn extract_as(
    bytes: Vec<u8>,
    declared: Option<&str>,
    conventions: Conventions,
    format: Option<mail::Format>,
) -> Option<Extracted> {
    let decoded = docmill_text::decode_owned(bytes, declared);
    if decoded.lossy {
        log::warn!("some bytes have no meaning in {} and became U+FFFD", decoded.encoding);
    }
    let mut extracted = match (conventions, format) {
        (Conventions::Newsroom, Some(format)) => mail::mail(&decoded.text, format),
        (Conventions::Newsroom, None) => article::newsroom(&decoded.text),
        (Conventions::None, _) => article::plain(&decoded.text),
    }?;
    let document = &mut extracted.document;
    document.language = docmill_text::identify_language(&document.text).map(str::to_owned);
    tell_languages(document);
    let told = decoded.attributes().into_iter();
    document.attributes.extend(told.map(|(name, value)| Attribute::new(name, value)));
    Some(extracted)
}

/// Tells of which paragraphs the language is another one than that of the text.
fn tell_languages(document: &mut Document) {
    let text = &document.text;
    let is_passage = |mark: &&mut Mark| mark.kind == "paragraph";
    let mut passages: Vec<&mut Mark> = document.marks.iter_mut().filter(is_passage).collect();
    let texts: Vec<&str> = passages.iter().map(|mark| &text[mark.span.range()]).collect();
    for (at, tag) in docmill_text::other_languages(&texts, document.language.as_deref()) {
        passages[at].attributes.push(Attribute::new("language", tag));
    }
}

/// The value of the setting `conventions`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Conventions {
    /// Title, date, captions, links, teasers and signatures are told from the text.
    Newsroom,
    /// All of it is text.
    None,
}

impl FromStr for Conventions {
    type Err = &'static str;

    fn from_str(value: &str) -> Result<Conventions, Self::Err> {
        match value {
            "newsroom" => Ok(Conventions::Newsroom),
            "none" => Ok(Conventions::None),
            _ => Err("expected `newsroom` or `none`"),
        }
    }
}

#[cfg(test)]
mod tests;
