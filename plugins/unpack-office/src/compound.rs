//! Objects in compound files.

use std::io::{Cursor, Read as _, Write as _};

use docmill_plugin::Error;

use crate::handing::Handing;
use crate::native;

/// How a compound file begins.
pub const MAGIC: &[u8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";
/// The most streams of one object.
const MOST: usize = 1_000;
/// What the streams of one object may hold together, in bytes.
const MOST_BYTES: u64 = 64 << 20;

type File = docmill_office::CompoundFile;

/// Hands over what lies in the storages for objects.
pub fn unpack(bytes: Vec<u8>, handing: &mut Handing) -> Result<(), Error> {
    let file = docmill_office::open_compound(bytes);
    let mut file = file.map_err(|cause| Error::malformed(cause.to_string().to_lowercase()))?;
    let mut storages: Vec<String> = Vec::new();
    let names = |file: &File, path: &str| -> Vec<String> {
        let entries = file.read_storage(path).into_iter().flatten();
        let mut names: Vec<String> = entries
            .filter(|it| it.is_storage())
            .map(|it| it.name().to_owned())
            .take(MOST)
            .collect();
        names.sort();
        names
    };
    for name in names(&file, "/") {
        if name == "ObjectPool" {
            storages
                .extend(names(&file, "/ObjectPool").iter().map(|it| format!("/ObjectPool/{it}")));
        } else if name.starts_with("MBD") {
            storages.push(format!("/{name}"));
        }
    }
    for storage in storages {
        let name =
            storage.rsplit('/').next().unwrap_or_default().trim_start_matches('_').to_owned();
        match object(&mut file, &storage) {
            Ok(Some((own, content))) => handing.member(&own.unwrap_or(name), content),
            Ok(None) => {}
            Err(cause) => handing.lose(format!("{} {cause}", name.escape_debug()).to_lowercase()),
        }
    }
    Ok(())
}

/// What a compound file wraps, if it is a wrapper.
pub fn unwrapped(bytes: &[u8]) -> Option<(Option<String>, Vec<u8>)> {
    let mut file = docmill_office::open_compound(bytes.to_vec()).ok()?;
    content(&mut file, "").ok().flatten()
}

fn stream(file: &mut File, path: &str) -> std::io::Result<Option<Vec<u8>>> {
    if !file.is_stream(path) {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    file.open_stream(path)?.take(MOST_BYTES).read_to_end(&mut bytes)?;
    Ok(Some(bytes))
}

/// The file that is wrapped in a storage.
fn content(file: &mut File, storage: &str) -> std::io::Result<Option<(Option<String>, Vec<u8>)>> {
    if let Some(bytes) = stream(file, &format!("{storage}/\u{1}Ole10Native"))? {
        return Ok(Some(match native::packaged(&bytes) {
            Some((name, content)) => (name, content.to_vec()),
            None => (None, bytes.get(4..).unwrap_or_default().to_vec()),
        }));
    }
    for name in ["Package", "CONTENTS", "EmbeddedOdf"] {
        if let Some(bytes) = stream(file, &format!("{storage}/{name}"))? {
            return Ok(Some((None, bytes)));
        }
    }
    Ok(None)
}

/// The object in a storage: what it wraps, or the storage as a file of its own if it is a document.
fn object(file: &mut File, storage: &str) -> std::io::Result<Option<(Option<String>, Vec<u8>)>> {
    if let Some(found) = content(file, storage)? {
        return Ok(Some(found));
    }
    let documents = [
        ("WordDocument", "doc"),
        ("Workbook", "xls"),
        ("Book", "xls"),
        ("PowerPoint Document", "ppt"),
    ];
    let kind = documents.iter().find(|(name, _)| file.is_stream(format!("{storage}/{name}")));
    let Some((_, extension)) = kind else { return Ok(None) };
    let entries: Vec<(String, bool)> = file
        .walk_storage(storage)?
        .skip(1)
        .take(MOST)
        .map(|it| (it.path().to_string_lossy().into_owned(), it.is_storage()))
        .collect();
    let mut copy = File::create(Cursor::new(Vec::new()))?;
    let mut left = MOST_BYTES;
    for (path, is_storage) in entries {
        let Some(inner) = path.strip_prefix(storage) else { continue };
        if is_storage {
            copy.create_storage_all(inner)?;
            continue;
        }
        let Some(bytes) = stream(file, &path)? else { continue };
        left = left.checked_sub(bytes.len() as u64).ok_or_else(|| {
            std::io::Error::other(format!("holds more than {} MiB", MOST_BYTES >> 20))
        })?;
        copy.create_stream(inner)?.write_all(&bytes)?;
    }
    copy.flush()?;
    let name = storage.rsplit('/').next().unwrap_or_default().trim_start_matches('_');
    Ok(Some((Some(format!("{name}.{extension}")), copy.into_inner().into_inner())))
}
