//! Judges what bytes are, by their content first and their name second.

use crate::model::MediaType;

/// How much of the content is looked at, in bytes.
pub const LOOKED_AT: usize = 4 * 1024;

/// What bytes of this name most likely are.
///
/// Signatures (`infer`) win over names, because a name is cheap to get wrong; text has no signature, so there the name's
/// extension (`mime_guess`) decides between its many kinds. `claimed` is what a container says, and counts like an extension.
pub fn judge(name: &str, claimed: Option<&MediaType>, bytes: &[u8]) -> MediaType {
    let start = &bytes[..bytes.len().min(LOOKED_AT)];
    let by_name = claimed.cloned().or_else(|| by_extension(name));
    if looks_like_html(start) {
        // An XHTML page may be named as such; every other name that comes with HTML inside is wrong.
        return by_name
            .filter(|it| it.as_str() == "application/xhtml+xml")
            .unwrap_or_else(|| known("text/html"));
    }
    if let Some(kind) = infer::get(start) {
        // Formats built on a container, such as EPUB on ZIP, are known by name only.
        let refined = by_name.filter(|_| {
            matches!(kind.mime_type(), "application/zip" | "application/x-ole-storage" | "text/xml")
        });
        return refined
            .or_else(|| MediaType::new(kind.mime_type()).ok())
            .unwrap_or_else(|| known("application/octet-stream"));
    }
    match (by_name, looks_like_text(start)) {
        (Some(named), true) if is_textual(named.as_str()) => named,
        (_, true) => known("text/plain"),
        (Some(named), false) if !is_textual(named.as_str()) => named,
        (_, false) => known("application/octet-stream"),
    }
}

fn by_extension(name: &str) -> Option<MediaType> {
    // A member's name is a path or an address; only its last part has an extension.
    let last = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let (_, extension) = last.rsplit_once('.')?;
    match extension.to_ascii_lowercase().as_str() {
        "ndjson" | "jsonl" => Some(known("application/x-ndjson")),
        extension => MediaType::new(mime_guess::from_ext(extension).first_raw()?).ok(),
    }
}

fn is_textual(media_type: &str) -> bool {
    media_type.starts_with("text/")
        || media_type.ends_with("+xml")
        || media_type.ends_with("+json")
        || matches!(
            media_type,
            "application/json"
                | "application/xml"
                | "application/x-ndjson"
                | "application/javascript"
        )
}

fn looks_like_html(start: &[u8]) -> bool {
    let start = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start).trim_ascii_start();
    [&b"<!doctype html"[..], b"<html"].iter().any(|opening| {
        start.get(..opening.len()).is_some_and(|start| start.eq_ignore_ascii_case(opening))
    })
}

/// Text has no NUL, unless it is UTF-16, and hardly any other control characters.
fn looks_like_text(start: &[u8]) -> bool {
    if start.starts_with(b"\xff\xfe") || start.starts_with(b"\xfe\xff") {
        return true;
    }
    let controls = start
        .iter()
        .filter(|byte| {
            byte.is_ascii_control()
                && !byte.is_ascii_whitespace()
                && **byte != 0x0b
                && **byte != 0x1b
        })
        .count();
    !start.contains(&0) && controls * 50 <= start.len()
}

fn known(media_type: &str) -> MediaType {
    // Called with the literals of this file only, which a test below reads.
    MediaType::new(media_type).unwrap_or_else(|_| unreachable!("a media type of this file"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, bytes: &[u8], expected: &str) {
        assert_eq!(judge(name, None, bytes).as_str(), expected, "{name}");
    }

    #[test]
    fn signatures_win_over_names() {
        check("letter.txt", b"%PDF-1.7 ...", "application/pdf");
        check("page.txt", b" <!DOCTYPE HTML><title>", "text/html");
        check("page.xhtml", b"<html xmlns=", "application/xhtml+xml");
        check("archive.txt", b"PK\x03\x04\x14\0\0\0\x08\0", "text/plain");
        check("archive.zip", b"PK\x03\x04\x14\0\0\0\x08\0", "application/zip");
    }

    #[test]
    fn names_tell_kinds_of_text_apart() {
        check("a.txt", b"Bonjour", "text/plain");
        check("a", b"Bonjour", "text/plain");
        check("a.csv", b"a,b", "text/csv");
        check("dir.csv/a", b"a,b", "text/plain");
        check("a.jsonl", b"{}", "application/x-ndjson");
        check("a.txt", b"\xff\xfeB\0o\0n\0", "text/plain");
        check("a.txt", b"caf\xe9", "text/plain");
        check("a.txt", b"\0\x01\x02\x03", "application/octet-stream");
        check("a.bin", b"plain after all", "text/plain");
    }

    #[test]
    fn a_claim_counts_like_an_extension() {
        let claimed = MediaType::new("text/csv").unwrap();
        assert_eq!(judge("row 3", Some(&claimed), b"a,b"), claimed);
        assert_eq!(judge("row 3", Some(&claimed), b"%PDF-1.7").as_str(), "application/pdf");
    }
}
