//! Reads a file with a plugin as an ordinary function. A new plugin is one line here.

use std::error::Error;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use docmill_plugin::{Extracted, Extractor, Plugin, Source, testing};

use crate::Reading;

type Extract = fn(Source<'_>) -> Result<Vec<Extracted>, docmill_plugin::Error>;

/// The plugin for each extension, and the media type to read it as.
const READERS: &[(&[&str], &str, Extract)] = &[
    (&["html", "htm"], "text/html", extract::<extract_html::ExtractHtml>),
    (&["xhtml"], "application/xhtml+xml", extract::<extract_html::ExtractHtml>),
    // These tell the formats apart by themselves.
    (
        &["docx", "docm", "xlsx", "xlsm", "pptx", "pptm", "odt", "ods", "odp", "fodt"],
        "application/octet-stream",
        extract::<extract_office::ExtractOffice>,
    ),
    (
        &["doc", "xls", "ppt", "rtf"],
        "application/octet-stream",
        extract::<extract_office_legacy::ExtractOfficeLegacy>,
    ),
    (&["md", "markdown"], "text/markdown", extract::<extract_markup::ExtractMarkup>),
    (&["rst"], "text/x-rst", extract::<extract_markup::ExtractMarkup>),
    (&["adoc", "asciidoc"], "text/x-asciidoc", extract::<extract_markup::ExtractMarkup>),
    (&["tex", "latex"], "text/x-tex", extract::<extract_markup::ExtractMarkup>),
    (&["org"], "text/x-org", extract::<extract_markup::ExtractMarkup>),
    (&["vtt"], "text/vtt", extract::<extract_markup::ExtractMarkup>),
    (&["srt"], "application/x-subrip", extract::<extract_markup::ExtractMarkup>),
    (&["ipynb"], "application/x-ipynb+json", extract::<extract_markup::ExtractMarkup>),
    (&["epub"], "application/epub+zip", extract::<extract_xml::ExtractXml>),
    (&["fb2"], "application/x-fictionbook+xml", extract::<extract_xml::ExtractXml>),
    (&["pdf"], "application/pdf", extract::<extract_pdf::ExtractPdf>),
    (&["dbk", "docbook"], "application/docbook+xml", extract::<extract_xml::ExtractXml>),
    (&["jats", "nxml", "tei", "xml"], "application/xml", extract::<extract_xml::ExtractXml>),
];

fn extract<P: Plugin + Extractor>(
    source: Source<'_>,
) -> Result<Vec<Extracted>, docmill_plugin::Error> {
    testing::reset();
    testing::use_defaults(&P::describe());
    P::extract(source)
}

/// The text of a file with what stands beside it, and how long it took: the fastest of three turns,
/// as other programs only ever slow it down.
pub fn read(file: &Path) -> Result<Reading, Box<dyn Error>> {
    let extension = file.extension().unwrap_or_default().to_string_lossy().to_lowercase();
    let reader = READERS.iter().find(|(extensions, ..)| extensions.contains(&extension.as_str()));
    let Some((_, media_type, extract)) = reader else {
        return Ok(Reading {
            reason: "no plugin is linked for it".to_owned(),
            ..Reading::default()
        });
    };
    let bytes = fs::read(file).map_err(|error| format!("{}: {error}", file.display()))?;
    let (mut took, mut outcome) = (Duration::MAX, Ok(Vec::new()));
    for _ in 0..3 {
        let started = Instant::now();
        outcome = extract(Source::of_bytes(&bytes, media_type));
        took = took.min(started.elapsed());
        if took > Duration::from_secs(2) {
            break;
        }
    }
    Ok(match outcome {
        Ok(documents) => {
            let texts: Vec<String> = documents.iter().map(whole).collect();
            let text = texts.join("\n\n");
            let text = (!text.trim().is_empty()).then_some(text);
            Reading { text, took: Some(took), reason: "there is no text in it".to_owned() }
        }
        Err(error) => Reading { reason: error.to_string(), took: Some(took), text: None },
    })
}

/// A text with its asides where they stood: what is right includes captions and notes.
fn whole(extracted: &Extracted) -> String {
    let (text, mut whole, mut from) = (&extracted.document.text, String::new(), 0);
    for aside in &extracted.asides {
        let at = text.floor_char_boundary(aside.position as usize).max(from);
        whole.push_str(&text[from..at]);
        whole.extend(["\n", &aside.text, "\n"]);
        from = at;
    }
    whole + &text[from..]
}
