//! Knows crawls, JSON, tables, subtitles and calendars by their marks or by their shape.

use serde::de::IgnoredAny;

use super::{Hint, known};
use crate::model::MediaType;

/// What begins with a mark of ASCII characters, but need not be text all over.
pub fn by_mark(start: &[u8]) -> Option<MediaType> {
    let text = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start);
    let kind = match text {
        // A crawler that was restarted may leave an empty line.
        _ if text.trim_ascii_start().starts_with(b"WARC/") => "application/warc",
        _ if text.starts_with(b"filedesc://") => "application/x-internet-archive",
        _ if text.starts_with(b"{\\rtf") => "application/rtf",
        _ if text.starts_with(b"%!PS-Adobe") => "application/postscript",
        _ if text.starts_with(b"HTTP/1.") => "application/http",
        _ if text.starts_with(b"!<arch>\n") => "application/x-archive",
        // A dictionary or an index that stands before what is compressed.
        [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => "application/zstd",
        _ if text.starts_with(b"PAR1") => "application/vnd.apache.parquet",
        _ if is_pdf(text) => "application/pdf",
        _ => return None,
    };
    Some(known(kind))
}

/// Readers of PDF look for its mark in the first kilobyte, so writers leave junk before it; but not
/// what another kind of file would begin with.
fn is_pdf(text: &[u8]) -> bool {
    let start = &text[..text.len().min(1024)];
    let at = start
        .windows(7)
        .position(|it| it.starts_with(b"%PDF-") && it[5].is_ascii_digit() && it[6] == b'.');
    at.is_some_and(|at| {
        at == 0
            || start[..at].iter().all(|it| it.is_ascii_whitespace() || *it == 0)
            || start.contains(&0)
            || (begins_as_pdf(&text[at..]) && super::mail::kind(text, "").is_none())
    })
}

/// Whether a mark of PDF is followed by what follows it in a file, and not by prose: a comment of
/// bytes that are no ASCII, or an object.
fn begins_as_pdf(marked: &[u8]) -> bool {
    let line = |it: &u8| matches!(it, b'\r' | b'\n');
    let Some(end) = marked.iter().take(64).position(line) else { return false };
    let rest = marked[end..].trim_ascii_start();
    let comment = rest.strip_prefix(b"%").map(|it| &it[..it.len().min(4)]);
    let number = rest.iter().take_while(|it| it.is_ascii_digit()).count();
    comment.is_some_and(|it| it.iter().any(|it| !it.is_ascii()))
        || (number > 0 && rest[number..].starts_with(b" 0 obj"))
}

/// The kind of a text that is made of records.
pub fn kind(text: &[u8], hint: &Hint<'_>) -> Option<&'static str> {
    let text = text.trim_ascii_start();
    match text.first()? {
        b'{' | b'[' => json(text, hint),
        b'W' if text.starts_with(b"WEBVTT") => Some("text/vtt"),
        b'B' if text.starts_with(b"BEGIN:VCALENDAR") => Some("text/calendar"),
        b'B' if text.starts_with(b"BEGIN:VCARD") => Some("text/vcard"),
        b'0'..=b'9' if is_subtitles(text) => Some("application/x-subrip"),
        // A table is told by its shape alone only where nothing speaks for another kind of text.
        _ if matches!(hint.named(), "" | "text/plain" | "application/octet-stream") => table(text),
        _ => None,
    }
}

/// One value is JSON; several, each on lines of its own, are JSON Lines.
fn json(text: &[u8], hint: &Hint<'_>) -> Option<&'static str> {
    let mut values = serde_json::Deserializer::from_slice(text).into_iter::<IgnoredAny>();
    let (mut count, mut begin, mut on_lines) = (0, 0, true);
    loop {
        match values.next() {
            Some(Ok(_)) => count += 1,
            // It goes on beyond what is looked at.
            Some(Err(error)) if error.is_eof() && count == 0 && is_damaged_text(text) => {
                return None;
            }
            Some(Err(error)) if error.is_eof() => {
                count += 1;
                break;
            }
            Some(Err(_)) => return None,
            None => break,
        }
        let end = values.byte_offset();
        let rest = &text[end..];
        let blank = rest.len() - rest.trim_ascii_start().len();
        on_lines &= !text[begin..end].contains(&b'\n');
        on_lines &= blank == rest.len() || rest[..blank].contains(&b'\n');
        begin = end + blank;
    }
    let is_feed = || {
        let first = &text[..text.len().min(4096)];
        [&b"://jsonfeed.org/version/"[..], b":\\/\\/jsonfeed.org\\/version\\/"]
            .iter()
            .any(|mark| first.windows(mark.len()).any(|it| it == *mark))
    };
    let is_object = text.starts_with(b"{");
    let is_notebook = || {
        let first = &text[..text.len().min(4096)];
        let has = |mark: &[u8]| first.windows(mark.len()).any(|it| it == mark);
        hint.named() == "application/x-ipynb+json" || has(b"\"cell_type\"") && has(b"\"cells\"")
    };
    match (count, hint.named()) {
        (2.., _) if on_lines => Some("application/x-ndjson"),
        (1, "application/x-ndjson") if on_lines => Some("application/x-ndjson"),
        (1, _) if is_object && is_feed() => Some("application/feed+json"),
        (1, _) if is_object && is_notebook() => Some("application/x-ipynb+json"),
        // A remark in brackets may be all of a text.
        (_, named) if is_object || is_list(text) || named == "application/json" => {
            Some("application/json")
        }
        _ => None,
    }
}

/// What merely begins with a bracket and has no end is no list of anything.
fn is_damaged_text(text: &[u8]) -> bool {
    !(text.starts_with(b"{") || is_list(text))
}

/// A list of objects, lists or texts; or nothing at all.
fn is_list(text: &[u8]) -> bool {
    let inside = text.strip_prefix(b"[").unwrap_or_default().trim_ascii_start();
    inside.first().is_some_and(|it| b"{[\"]".contains(it))
}

/// A number, and below it two times with an arrow between them.
fn is_subtitles(text: &[u8]) -> bool {
    let mut lines = text.split(|it| *it == b'\n').map(<[u8]>::trim_ascii);
    let is_number =
        lines.next().is_some_and(|it| it.len() <= 9 && it.iter().all(u8::is_ascii_digit));
    let times = lines.next().unwrap_or_default();
    is_number
        && times.first().is_some_and(u8::is_ascii_digit)
        && times.contains(&b':')
        && times.windows(5).any(|it| it == b" --> ")
}

/// Lines with the same number of tabs; or with the same number of commas or semicolons, two at
/// least, below one that reads like the names of columns.
fn table(text: &[u8]) -> Option<&'static str> {
    let end = text.iter().rposition(|it| *it == b'\n')?;
    let rows = || text[..end].split(|it| *it == b'\n').map(<[u8]>::trim_ascii_end).take(64);
    let all = |separator: u8, least: usize, rows_needed: usize| {
        let columns = rows().next().and_then(|it| separators(it, separator))?;
        let is_table = columns >= least
            && rows().count() >= rows_needed
            && rows().all(|it| separators(it, separator) == Some(columns));
        is_table.then_some(())
    };
    let has_names = |separator: u8| {
        let mut names = rows().next().unwrap_or_default().split(|it| *it == separator);
        names.all(|it| (1..=40).contains(&it.len()) && !it.starts_with(b" ") && !it.ends_with(b"."))
    };
    if all(b'\t', 1, 3).is_some() {
        return Some("text/tab-separated-values");
    }
    [b',', b';']
        .into_iter()
        .any(|it| has_names(it) && all(it, 2, 4).is_some())
        .then_some("text/csv")
}

/// How many of these separate the fields of a row; `None` if a quotation in it has no end.
fn separators(row: &[u8], separator: u8) -> Option<usize> {
    let (mut count, mut quoted) = (0, false);
    for byte in row {
        match byte {
            b'"' => quoted = !quoted,
            byte if *byte == separator && !quoted => count += 1,
            _ => {}
        }
    }
    (!quoted).then_some(count)
}
