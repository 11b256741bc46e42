//! The shipped plugins for books and markup as ordinary functions; the first byte picks the media
//! type, and with it the parser.

use docmill_plugin::{Error, Extractor, Source, testing};
use extract_markup::ExtractMarkup;
use extract_xml::ExtractXml;

use crate::guests;
use crate::promises;

/// A text with signs of markup, subtitles or a notebook.
pub fn markup(data: &[u8]) {
    extract::<ExtractMarkup>(data);
}

/// A book, an article or any other XML.
pub fn xml(data: &[u8]) {
    extract::<ExtractXml>(data);
}

/// What comes out is as the host takes it.
fn extract<P: Extractor>(data: &[u8]) {
    testing::reset();
    testing::use_defaults(&P::describe());
    let types = P::accepts().expect("the settings are right");
    let Some((first, data)) = data.split_first() else { return };
    let media_type = &types[usize::from(*first) % types.len()];
    match P::extract(Source::of_bytes(data, media_type)) {
        Ok(documents) => {
            for found in documents {
                promises::extracted(&guests::taken(found));
            }
        }
        Err(Error::Internal(reason)) => panic!("{reason}"),
        Err(Error::Misconfigured(it)) => panic!("{}: {}", it.key, it.reason),
        Err(Error::Unsupported(_) | Error::Malformed(_)) => {}
    }
}
