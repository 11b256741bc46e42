//! EPUB: the chapters of a book in the order of its spine, with titles from its table of contents.

mod archive;
mod contents;
mod look;
mod package;

use std::collections::BTreeSet;
use std::io::{BufReader, Cursor, Read};

use docmill_plugin::prelude::*;
use docmill_plugin::structure::Element;
use docmill_xml::{Piece, Pieces};

use crate::header::local;
use crate::reader::Reader;
use archive::Archive;
use contents::Contents;
use package::Package;

/// The largest chapter that is read, in bytes. The largest of real ones have a few megabytes.
const LARGEST_CHAPTER: u64 = 32 << 20;
/// The largest file that says what the book is made of, in bytes.
const LARGEST_PACKAGE: u64 = 32 << 20;
/// The most chapters that are told of one by one.
const MOST_TOLD: usize = 20;

/// The book, as one document.
pub fn extract(source: &Source<'_>) -> Result<Vec<Extracted>, Error> {
    let mut archive = Archive::open(source)?;
    let path = match package_path(&mut archive) {
        Some(path) => path,
        None => archive
            .find(".opf")
            .ok_or_else(|| Error::malformed("it says not what the book is made of"))?,
    };
    let bytes = archive.read(&path, LARGEST_PACKAGE).map_err(Error::malformed)?;
    let mut reader = Reader::new();
    let package = Package::read(&bytes, &path, &mut reader.facts);
    let encrypted = encrypted(&mut archive);
    let contents = Contents::read(&mut archive, &package);
    reader.ignore_headers();
    let (mut seen, mut damaged) = (BTreeSet::new(), Vec::new());
    let mut locked = 0_usize;
    for path in &package.spine {
        if !seen.insert(path.as_str()) {
            continue;
        }
        if encrypted.contains(path) {
            locked += 1;
            continue;
        }
        let outcome = archive
            .read(path, LARGEST_CHAPTER)
            .and_then(|bytes| read_chapter(&mut reader, &bytes, contents.of(path)));
        if let Err(reason) = outcome {
            damaged.push(format!("`{}`: {reason}", path.escape_debug()));
        }
        if archive.is_exhausted() {
            return Err(Error::malformed("it unpacks to more than a book has"));
        }
    }
    for reason in damaged.iter().take(MOST_TOLD) {
        log::warn!("a chapter cannot be read: {reason}");
    }
    if locked > 0 {
        log::warn!("{locked} chapters are encrypted");
    }
    let Some(mut extracted) = reader.finish() else {
        return match damaged.first() {
            _ if locked > 0 => Err(Error::Unsupported("its chapters are encrypted".to_owned())),
            Some(reason) => {
                Err(Error::malformed(format!("none of its chapters can be read: {reason}")))
            }
            None => Err(Error::Unsupported("no text: its pages are pictures".to_owned())),
        };
    };
    let missing = damaged.len() + locked;
    if missing > 0 {
        let said = format!("{missing} of {} chapters cannot be read", seen.len());
        extracted.document.attributes.push(Attribute::new("incomplete", said));
    }
    Ok(vec![extracted])
}

/// Where the container says that the package lies.
fn package_path(archive: &mut Archive<'_>) -> Option<String> {
    let bytes = archive.read("META-INF/container.xml", LARGEST_PACKAGE).ok()?;
    let mut pieces = Pieces::of(Cursor::new(&bytes), None).ok()?;
    while let Ok(Some(piece)) = pieces.next_piece() {
        if let Piece::Start(tag) = piece
            && local(&tag.name) == "rootfile"
            && let Some(path) = tag.attribute("full-path")
            && let Some(path) = archive.known(path)
        {
            return Some(path);
        }
    }
    None
}

/// The files that are encrypted so that only a shop's program reads them. Fonts are scrambled in
/// most books.
fn encrypted(archive: &mut Archive<'_>) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let Ok(bytes) = archive.read("META-INF/encryption.xml", LARGEST_PACKAGE) else { return found };
    let Ok(mut pieces) = Pieces::of(Cursor::new(&bytes), None) else { return found };
    while let Ok(Some(piece)) = pieces.next_piece() {
        if let Piece::Start(tag) = piece
            && local(&tag.name) == "cipherreference"
            && let Some(path) = tag.attribute("uri")
        {
            found.extend(archive.known(&package::resolve("", path)));
        }
    }
    found
}

/// Reads one chapter. Where it has no heading, the table of contents says what it is called.
fn read_chapter(
    reader: &mut Reader,
    bytes: &[u8],
    title: Option<(u8, &str)>,
) -> Result<(), String> {
    if let Some((level, title)) = title
        && look::wants_title(bytes, title)
    {
        reader.composer.element(Element::Heading(level), title);
    }
    let chapter = BufReader::with_capacity(64 << 10, Cursor::new(bytes).take(LARGEST_CHAPTER));
    let mut pieces = Pieces::of(chapter, None).map_err(|it| it.to_string())?;
    reader.read(&mut pieces).map_err(|(reason, place)| format!("{reason}, at byte {place}"))
}
