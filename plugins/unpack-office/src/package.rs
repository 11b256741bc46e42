//! What lies in packages besides the document.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;

use docmill_office::{Package, Relationships};
use docmill_plugin::prelude::*;

use crate::handing::Handing;

/// The most objects of a package.
const MOST: usize = 10_000;

/// Hands over the embedded files of a package.
pub fn unpack(container: &Source<'_>, handing: &mut Handing) -> Result<(), Error> {
    let package = Package::open(container)?;
    match package.has("content.xml") {
        true => open_document(&package, handing),
        false => office(&package, handing),
    }
    Ok(())
}

fn read(package: &Package<'_>, part: &str, handing: &mut Handing) -> Option<Vec<u8>> {
    match package.read(part) {
        Ok(bytes) => bytes,
        Err(Error::Malformed(defect)) => {
            handing.lose(defect.reason);
            None
        }
        Err(_) => None,
    }
}

fn office(package: &Package<'_>, handing: &mut Handing) {
    let mut parts: BTreeSet<String> = package
        .names()
        .filter(|it| it.to_ascii_lowercase().contains("/embeddings/"))
        .map(str::to_owned)
        .collect();
    // Parts in other formats, which the program would make part of the text.
    let relationships = Relationships::of(package, "word/document.xml");
    parts.extend(relationships.parts("aFChunk").filter(|it| package.has(it)).map(str::to_owned));
    for part in parts.into_iter().take(MOST) {
        if let Some(bytes) = read(package, &part, handing) {
            handing.object(&part, bytes);
        }
    }
}

/// Objects of OpenDocument lie in folders, each a document, or in files that wrap others.
fn open_document(package: &Package<'_>, handing: &mut Handing) {
    let mut folders: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut files = Vec::new();
    for name in package.names() {
        match name.split_once('/') {
            Some((folder, _)) if !folder.starts_with("META-INF") => {
                folders.entry(folder).or_default().push(name);
            }
            Some(_) => {}
            None if name.starts_with("Object ") => files.push(name),
            None => {}
        }
    }
    for (folder, parts) in folders.into_iter().take(MOST) {
        // Formulas and charts are documents too, of which nobody reads the text on its own.
        if !package.has(&format!("{folder}/content.xml")) {
            continue;
        }
        if let Some(bytes) = packed(package, folder, &parts, handing) {
            handing.member(folder, bytes);
        }
    }
    for file in files.into_iter().take(MOST) {
        if let Some(bytes) = read(package, file, handing) {
            handing.object(file, bytes);
        }
    }
}

/// The parts of a folder as a package of their own.
fn packed(
    package: &Package<'_>,
    folder: &str,
    parts: &[&str],
    handing: &mut Handing,
) -> Option<Vec<u8>> {
    let manifest = package.optional_tree("META-INF/manifest.xml");
    let root = manifest.as_ref().and_then(|tree| tree.root());
    let entry = root
        .into_iter()
        .flat_map(|it| it.elements())
        .find(|it| it.attribute("full-path").is_some_and(|it| it.trim_end_matches('/') == folder));
    let kind = entry.and_then(|it| it.attribute("media-type")).unwrap_or_default();
    if !["text", "spreadsheet", "presentation", "graphics"].iter().any(|it| kind.ends_with(it)) {
        return None;
    }
    let mut bytes = Vec::new();
    let mut archive = rawzip::ZipArchiveWriter::new(&mut bytes);
    let mut add = |name: &str, content: &[u8]| -> Result<(), rawzip::Error> {
        let file = archive.new_file(name).compression_method(rawzip::CompressionMethod::STORE);
        let (mut entry, config) = file.start()?;
        let mut writer = config.wrap(&mut entry);
        writer.write_all(content)?;
        let (_, descriptor) = writer.finish()?;
        entry.finish(descriptor)?;
        Ok(())
    };
    add("mimetype", kind.as_bytes()).ok()?;
    for part in parts {
        let inner = part.strip_prefix(folder)?.trim_start_matches('/');
        let content = read(package, part, handing)?;
        add(inner, &content).ok()?;
    }
    archive.finish().ok()?;
    Some(bytes)
}
