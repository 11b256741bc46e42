//! Packages made here: real ones belong to somebody.

use std::io::Write as _;

use docmill_plugin::{Error, Extracted, Extractor, Plugin, Source, testing};
use extract_office::ExtractOffice;

/// A ZIP of these parts.
pub fn package(parts: &[(&str, &str)]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut archive = rawzip::ZipArchiveWriter::new(&mut bytes);
    for (name, content) in parts {
        let file = archive.new_file(name).compression_method(rawzip::CompressionMethod::STORE);
        let (mut entry, config) = file.start().expect("it is in memory");
        let mut writer = config.wrap(&mut entry);
        writer.write_all(content.as_bytes()).expect("it is in memory");
        let (_, descriptor) = writer.finish().expect("it is in memory");
        entry.finish(descriptor).expect("it is in memory");
    }
    archive.finish().expect("it is in memory");
    bytes
}

/// What the plugin reads, with what becomes of changes.
pub fn read_with(bytes: &[u8], changes: &str) -> Result<Vec<Extracted>, Error> {
    testing::reset();
    testing::use_defaults(&ExtractOffice::describe());
    testing::set_setting("changes", changes);
    ExtractOffice::extract(Source::of_bytes(bytes, "application/octet-stream"))
}

/// What the plugin reads.
pub fn read(bytes: &[u8]) -> Extracted {
    let found = read_with(bytes, "accepted").expect("it can be read");
    found.into_iter().next().expect("it has a document")
}

/// Each mark as its kind and its words.
pub fn marks(found: &Extracted) -> Vec<String> {
    let document = &found.document;
    let words = |range: std::ops::Range<usize>| document.text[range].to_owned();
    document.marks.iter().map(|it| format!("{} {:?}", it.kind, words(it.span.range()))).collect()
}

/// Each aside as its kind and its text.
pub fn asides(found: &Extracted) -> Vec<String> {
    found.asides.iter().map(|it| format!("{} {:?}", it.kind, it.text)).collect()
}

/// A DOCX with this body and these relationships.
pub fn docx(body: &str, more: &[(&str, &str)]) -> Vec<u8> {
    let document =
        format!("<w:document xmlns:w='w' xmlns:r='r'><w:body>{body}</w:body></w:document>");
    let mut parts =
        vec![("[Content_Types].xml", "<Types/>"), ("word/document.xml", document.as_str())];
    parts.extend_from_slice(more);
    package(&parts)
}

/// An ODT with this text and these styles.
pub fn odt(text: &str, styles: &str) -> Vec<u8> {
    let content = format!(
        "<office:document-content><office:automatic-styles>{styles}</office:automatic-styles>\
         <office:body><office:text>{text}</office:text></office:body></office:document-content>"
    );
    package(&[("mimetype", "application/vnd.oasis.opendocument.text"), ("content.xml", &content)])
}

/// A paragraph of a DOCX with these properties.
pub fn paragraph(properties: &str, text: &str) -> String {
    format!(
        "<w:p><w:pPr>{properties}</w:pPr><w:r><w:t xml:space='preserve'>{text}</w:t></w:r></w:p>"
    )
}
