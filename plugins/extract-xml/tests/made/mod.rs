//! Books made here: real ones belong to somebody.

use std::io::Write as _;

use docmill_plugin::{Error, Extracted, Extractor, Source};
use extract_xml::ExtractXml;
use rawzip::{CompressionMethod, ZipArchiveWriter};

pub const CONTAINER: &str = "<?xml version='1.0'?><container xmlns='urn:oasis:names:tc:opendocument:xmlns:container'>\
    <rootfiles><rootfile full-path='OEBPS/book.opf'/></rootfiles></container>";

/// A ZIP of files, each deflated.
pub fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut archive = ZipArchiveWriter::new(&mut bytes);
    for (name, content) in files {
        let file = archive.new_file(name).compression_method(CompressionMethod::DEFLATE);
        let (mut entry, config) = file.start().expect("a member is begun");
        let encoder = flate2::write::DeflateEncoder::new(&mut entry, flate2::Compression::fast());
        let mut writer = config.wrap(encoder);
        writer.write_all(content).expect("it is written");
        let (encoder, descriptor) = writer.finish().expect("it is ended");
        encoder.finish().expect("it is ended");
        entry.finish(descriptor).expect("it is ended");
    }
    archive.finish().expect("an archive is ended");
    bytes
}

/// A book of this package and these other files.
pub fn book(package: &str, files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut all: Vec<(&str, &[u8])> = vec![
        ("META-INF/container.xml", CONTAINER.as_bytes()),
        ("OEBPS/book.opf", package.as_bytes()),
    ];
    all.extend(files);
    zip(&all)
}

pub fn read(bytes: &[u8], media_type: &str) -> Result<Vec<Extracted>, Error> {
    ExtractXml::extract(Source::of_bytes(bytes, media_type))
}

/// The only document in an EPUB.
pub fn one(bytes: &[u8]) -> Extracted {
    let mut found = read(bytes, "application/epub+zip").expect("it can be read");
    assert_eq!(found.len(), 1);
    found.remove(0)
}
