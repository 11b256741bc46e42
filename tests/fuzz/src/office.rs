//! The shipped plugins for office files as ordinary functions.

use std::io::Write as _;

use docmill_plugin::{Error, Extractor, Plugin, Source, testing};
use extract_office::ExtractOffice;
use extract_office_legacy::ExtractOfficeLegacy;
use unpack_office::UnpackOffice;

use crate::guests;
use crate::promises;
use crate::unpackers::unpack;

/// The parts of a small package of each kind, which the pieces of an input become.
const KINDS: [&[&str]; 4] = [
    &[
        "word/document.xml",
        "word/styles.xml",
        "word/_rels/document.xml.rels",
        "word/footnotes.xml",
        "word/comments.xml",
        "docProps/core.xml",
    ],
    &[
        "xl/workbook.xml",
        "xl/worksheets/sheet1.xml",
        "xl/_rels/workbook.xml.rels",
        "xl/sharedStrings.xml",
        "xl/styles.xml",
        "xl/worksheets/_rels/sheet1.xml.rels",
    ],
    &[
        "ppt/presentation.xml",
        "ppt/slides/slide1.xml",
        "ppt/_rels/presentation.xml.rels",
        "ppt/slides/_rels/slide1.xml.rels",
        "ppt/notesSlides/notesSlide1.xml",
    ],
    &["content.xml", "styles.xml", "meta.xml", "META-INF/manifest.xml"],
];

/// A file of Office Open XML or OpenDocument. The first byte picks what the others are: a whole
/// file, a flat one, or the parts of a package, parted by NUL.
pub fn office(data: &[u8]) {
    let Some((first, data)) = data.split_first() else { return };
    match KINDS.get(usize::from(*first & 7)) {
        None => read::<ExtractOffice>(data),
        Some(names) => {
            let parts = names.iter().copied().zip(data.split(|byte| *byte == 0));
            read::<ExtractOffice>(&package(parts));
        }
    }
}

/// A binary file of Office, or RTF. If the first byte is one of a kind, the others are the main
/// stream of such a file, with what the stream of tables or of the last edit holds behind the first
/// 4,096 bytes.
pub fn office_legacy(data: &[u8]) {
    let Some((first, rest)) = data.split_first() else { return };
    let (main, other) = rest.split_at(rest.len().min(4_096));
    match first {
        1 => read::<ExtractOfficeLegacy>(&compound(&[
            ("WordDocument", rest),
            ("1Table", rest),
            ("0Table", other),
        ])),
        2 => read::<ExtractOfficeLegacy>(&compound(&[("Workbook", rest)])),
        3 => read::<ExtractOfficeLegacy>(&compound(&[
            ("PowerPoint Document", main),
            ("Current User", other),
        ])),
        4 => read::<ExtractOfficeLegacy>(&compound(&[
            ("Book", rest),
            ("\u{5}SummaryInformation", rest),
        ])),
        5 => read::<ExtractOfficeLegacy>(rest),
        _ => read::<ExtractOfficeLegacy>(data),
    }
}

/// An office file with files in it; the first byte picks the media type.
pub fn office_embedded(data: &[u8]) {
    unpack::<UnpackOffice>(data, &[]);
}

/// A compound file of these streams.
fn compound(streams: &[(&str, &[u8])]) -> Vec<u8> {
    let file = cfb::CompoundFile::create(std::io::Cursor::new(Vec::new()));
    let mut file = file.expect("it is in memory");
    for (name, content) in streams {
        let mut stream = file.create_stream(format!("/{name}")).expect("it is in memory");
        stream.write_all(content).expect("it is in memory");
    }
    file.flush().expect("it is in memory");
    file.into_inner().into_inner()
}

/// A ZIP of these parts, as they are.
fn package<'a>(parts: impl Iterator<Item = (&'a str, &'a [u8])>) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut archive = rawzip::ZipArchiveWriter::new(&mut bytes);
    for (name, content) in parts {
        let file = archive.new_file(name).compression_method(rawzip::CompressionMethod::STORE);
        let (mut entry, config) = file.start().expect("it is in memory");
        let mut writer = config.wrap(&mut entry);
        writer.write_all(content).expect("it is in memory");
        let (_, descriptor) = writer.finish().expect("it is in memory");
        entry.finish(descriptor).expect("it is in memory");
    }
    archive.finish().expect("it is in memory");
    bytes
}

/// What comes out is a document as the host takes it, whatever becomes of changes.
fn read<P: Extractor + Plugin>(bytes: &[u8]) {
    for changes in ["accepted", "shown", "dropped"] {
        testing::reset();
        testing::use_defaults(&P::describe());
        testing::set_setting("changes", changes);
        match P::extract(Source::of_bytes(bytes, "application/octet-stream")) {
            Ok(found) => found.into_iter().for_each(|it| promises::extracted(&guests::taken(it))),
            Err(Error::Internal(reason)) => panic!("{reason}"),
            Err(Error::Misconfigured(it)) => panic!("{}: {}", it.key, it.reason),
            Err(Error::Unsupported(_) | Error::Malformed(_)) => {}
        }
    }
}
