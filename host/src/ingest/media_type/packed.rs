//! Knows archives and compound files, and what they are made for by the names that lie uncompressed
//! in them.

use super::{Hint, known};
use crate::model::MediaType;

/// What kind of archive or compound file this is.
pub fn kind(start: &[u8], hint: &Hint<'_>) -> Option<MediaType> {
    if [b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08"].iter().any(|it| start.starts_with(*it)) {
        return Some(zip(start, hint));
    }
    if start.starts_with(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") {
        return Some(compound(start, hint));
    }
    is_tar(start).then(|| known("application/x-tar"))
}

/// The sum of the bytes of its header is written into the header, blanks in its own place.
fn is_tar(start: &[u8]) -> bool {
    let Some(header) = start.first_chunk::<512>() else { return false };
    let digits = header[148..156].iter().skip_while(|it| **it == b' ');
    let digits = digits.take_while(|it| (b'0'..=b'7').contains(it));
    let said = digits.fold(0_u32, |sum, it| (sum << 3) | u32::from(it - b'0'));
    let sum: u32 = header.iter().map(|it| u32::from(*it)).sum();
    let own: u32 = header[148..156].iter().map(|it| u32::from(*it)).sum();
    said != 0 && said == sum - own + 8 * u32::from(b' ')
}

/// A ZIP whose names say nothing else is an archive, whatever it is called; but one that is called
/// as something that is made of a ZIP may be that.
fn zip(start: &[u8], hint: &Hint<'_>) -> MediaType {
    let names: Vec<&[u8]> = names_in_zip(start).collect();
    if let Some(kind) = mimetype_in_zip(start) {
        return kind;
    }
    let has = |name: &str| names.contains(&name.as_bytes());
    let has_in = |folder: &str| names.iter().any(|it| it.starts_with(folder.as_bytes()));
    let named = |is_kind: &dyn Fn(&str) -> bool, otherwise: &str| {
        hint.named.clone().filter(|it| is_kind(it.as_str())).unwrap_or_else(|| known(otherwise))
    };
    if has("[Content_Types].xml") || has("_rels/.rels") {
        let is = |family: &'static str, old: &'static str| {
            move |it: &str| {
                it.starts_with(&format!("application/vnd.openxmlformats-officedocument.{family}"))
                    || it.starts_with(&format!("application/vnd.ms-{old}."))
            }
        };
        if has_in("word/") {
            let docx = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
            return named(&is("wordprocessingml", "word"), docx);
        }
        if has_in("xl/") {
            let xlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
            return named(&is("spreadsheetml", "excel"), xlsx);
        }
        if has_in("ppt/") {
            let pptx = "application/vnd.openxmlformats-officedocument.presentationml.presentation";
            return named(&is("presentationml", "powerpoint"), pptx);
        }
        return named(&is_made_of_zip, "application/zip");
    }
    if has_in("archive/")
        && names.iter().any(|it| it.ends_with(b".warc.gz") || it.ends_with(b".warc"))
    {
        return known("application/x-wacz");
    }
    // Adobe InDesign has it as well.
    if has("META-INF/container.xml") && !has("designmap.xml") {
        return known("application/epub+zip");
    }
    named(&is_made_of_zip, "application/zip")
}

fn is_made_of_zip(media_type: &str) -> bool {
    media_type.ends_with("+zip")
        || media_type.starts_with("application/vnd.openxmlformats-")
        || media_type.starts_with("application/vnd.oasis.opendocument.")
        || media_type.starts_with("application/vnd.sun.xml.")
        || media_type.starts_with("application/vnd.ms-")
        || media_type.starts_with("application/vnd.apple.")
        || media_type.starts_with("application/vnd.adobe.indesign-")
        || matches!(
            media_type,
            "application/java-archive"
                | "application/vnd.android.package-archive"
                | "application/vnd.google-earth.kmz"
                | "application/x-wacz"
        )
}

/// The names in the headers of members, wherever one begins: a header may not say how long its
/// content is.
fn names_in_zip(start: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let found = start.get(at..)?.windows(4).position(|it| it == b"PK\x03\x04")?;
        let header = start[at + found..].first_chunk::<30>()?;
        at += found + 30;
        let length = usize::from(u16::from_le_bytes([header[26], header[27]]));
        start.get(at..at + length)
    })
}

/// OpenDocument and EPUB begin with a member `mimetype`, not compressed, that says what they are.
fn mimetype_in_zip(start: &[u8]) -> Option<MediaType> {
    let header = start.first_chunk::<30>()?;
    let number = |at: usize| usize::from(u16::from_le_bytes([header[at], header[at + 1]]));
    let is_stored = number(8) == 0;
    let (name, extra) = (number(26), number(28));
    let content = 30 + name + extra;
    if !is_stored || start.get(30..30 + name)? != b"mimetype" {
        return None;
    }
    let length = match number(18) {
        // Written behind it, where the next header begins.
        0 => start.get(content..)?.windows(2).position(|it| it == b"PK")?,
        length => length,
    };
    let said = start.get(content..content + length.min(255))?.trim_ascii();
    let kind = MediaType::new(std::str::from_utf8(said).ok()?).ok()?;
    // What anybody writes into an archive does not make a text or a picture of it.
    is_made_of_zip(kind.as_str()).then_some(kind)
}

/// A compound file is what the streams in it are; one whose directory lies further behind is what
/// it is called, if that is something made of one.
fn compound(start: &[u8], hint: &Hint<'_>) -> MediaType {
    let streams = [
        ("__properties_version1.0", "application/vnd.ms-outlook"),
        ("WordDocument", "application/msword"),
        ("Workbook", "application/vnd.ms-excel"),
        ("Book", "application/vnd.ms-excel"),
        ("PowerPoint Document", "application/vnd.ms-powerpoint"),
        ("VisioDocument", "application/vnd.visio"),
    ];
    let names = names_in_compound(start);
    let kind = streams.iter().find(|(stream, _)| names.iter().any(|it| it == stream));
    if let Some((_, kind)) = kind {
        return known(kind);
    }
    let is_made_of_one = |it: &MediaType| {
        let it = it.as_str();
        it.starts_with("application/vnd.") || it == "application/msword"
    };
    let named = hint.named.clone().filter(is_made_of_one);
    named.unwrap_or_else(|| known("application/x-ole-storage"))
}

/// The names in the first sectors of the directory: entries of 128 bytes, each with up to 31
/// characters of UTF-16 (MS-CFB, 2.6).
fn names_in_compound(start: &[u8]) -> Vec<String> {
    const SECTORS: usize = 4;
    let Some(header) = start.first_chunk::<512>() else { return Vec::new() };
    let sector_size = match u16::from_le_bytes([header[30], header[31]]) {
        9 => 512,
        12 => 4096,
        _ => return Vec::new(),
    };
    let first = u32::from_le_bytes([header[48], header[49], header[50], header[51]]);
    let Some(at) =
        usize::try_from(first).ok().and_then(|it| it.checked_add(1)?.checked_mul(sector_size))
    else {
        return Vec::new();
    };
    let directory = start.get(at..).unwrap_or_default();
    let directory = &directory[..directory.len().min(SECTORS * sector_size)];
    let name = |entry: &[u8; 128]| {
        let length = usize::from(u16::from_le_bytes([entry[64], entry[65]])).min(64);
        // Its length counts the NUL at its end.
        let units = entry[..length.saturating_sub(2)].as_chunks().0.iter();
        String::from_utf16_lossy(&units.map(|it| u16::from_le_bytes(*it)).collect::<Vec<_>>())
    };
    directory.as_chunks().0.iter().map(name).collect()
}
