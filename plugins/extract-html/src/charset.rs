//! Finds out how a page says its bytes are encoded.

use memchr::memchr2_iter;

/// How far into the page the declaration is looked for. Browsers stop at 1,024 bytes; templates put
/// comments, styles and scripts first, and only pages that are not UTF-8 are searched.
const PRESCAN: usize = 1024 * 1024;

/// The encoding that a page declares in a `meta` element or an XML declaration.
pub fn declared(bytes: &[u8]) -> Option<&str> {
    let head = &bytes[..bytes.len().min(PRESCAN)];
    let mut from = 0;
    if head.trim_ascii_start().starts_with(b"<?xml") {
        let end = find(head, b"?>").unwrap_or(0);
        if let Some(label) = value_of(&head[..end], b"encoding") {
            return Some(label);
        }
    }
    while let Some(at) = find(&head[from..], b"<meta") {
        let tag = &head[from + at..];
        let tag = &tag[..tag.iter().position(|byte| *byte == b'>').unwrap_or(tag.len())];
        if let Some(label) = value_of(tag, b"charset") {
            // A page in UTF-16 could not have been read this far: the standard takes it for UTF-8.
            let is_wide = label.get(..6).is_some_and(|it| it.eq_ignore_ascii_case("utf-16"));
            return Some(if is_wide { "utf-8" } else { label });
        }
        from += at + 5;
    }
    None
}

/// What follows `name` and an equals sign, with or without quotes.
fn value_of<'a>(tag: &'a [u8], name: &[u8]) -> Option<&'a str> {
    let rest = tag[find(tag, name)? + name.len()..].trim_ascii_start();
    let rest = rest.strip_prefix(b"=")?.trim_ascii_start();
    let rest = rest.strip_prefix(b"\"").or_else(|| rest.strip_prefix(b"'")).unwrap_or(rest);
    let end = rest
        .iter()
        .position(|byte| !(byte.is_ascii_alphanumeric() || b"-_:.+".contains(byte)))
        .unwrap_or(rest.len());
    let label = std::str::from_utf8(&rest[..end]).ok()?;
    (!label.is_empty()).then_some(label)
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    let (lower, upper) = (wanted[0].to_ascii_lowercase(), wanted[0].to_ascii_uppercase());
    memchr2_iter(lower, upper, bytes).find(|&at| {
        bytes[at..].get(..wanted.len()).is_some_and(|it| it.eq_ignore_ascii_case(wanted))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn declarations_are_found_in_all_their_spellings() {
        let check = |page: &str, expected: Option<&str>| {
            assert_eq!(declared(page.as_bytes()), expected, "{page}");
        };
        check("<meta charset=utf-8>", Some("utf-8"));
        check("<!-- x --><META name=a><MeTa CharSet = 'windows-1258' />", Some("windows-1258"));
        check(
            r#"<meta http-equiv="Content-Type" content="text/html; charset=ISO-8859-1">"#,
            Some("ISO-8859-1"),
        );
        check(r#"<?xml version="1.0" encoding="windows-1252"?><html>"#, Some("windows-1252"));
        check("<meta charset=UTF-16LE>", Some("utf-8"));
        let late =
            format!("<head>{}<meta charset=koi8-r>", "<script>var a = 1;</script>".repeat(1_000));
        check(&late, Some("koi8-r"));
        check("<meta charset><p>charset=x", None);
        check("<meta", None);
        check("", None);
    }
}
