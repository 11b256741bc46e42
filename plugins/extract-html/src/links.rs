//! Addresses: which ones are worth keeping, and where a relative one leads.

/// The longest address that is kept.
const MAX_ADDRESS: usize = 2 * 1024;

/// An absolute address over HTTP, cleaned of surrounding white space.
pub fn http(address: &str) -> Option<String> {
    let address = clean(address)?;
    let scheme = scheme(&address)?;
    let is_http = scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https");
    let host = address[scheme.len()..].strip_prefix("://")?;
    (is_http && host.starts_with(|it: char| it.is_alphanumeric() || it == '[')).then_some(address)
}

/// Where a link leads, seen from a page at `base`. `None` for scripts, data, and places within the
/// page.
///
/// Without a base a relative address stays what it is: later steps may know more.
pub fn resolve(href: &str, base: Option<&str>) -> Option<String> {
    let href = clean(href)?;
    if let Some(scheme) = scheme(&href) {
        let is_kept = ["http", "https", "mailto", "tel", "ftp"]
            .iter()
            .any(|kept| scheme.eq_ignore_ascii_case(kept));
        return is_kept.then_some(href);
    }
    if href.starts_with('#') {
        return None;
    }
    let Some(base) = base else { return Some(href) };
    let scheme_end = base.find("://")? + 3;
    if href.starts_with("//") {
        return Some(format!("{}{href}", &base[..scheme_end - 2]));
    }
    let authority_end =
        base[scheme_end..].find(['/', '?', '#']).map_or(base.len(), |at| scheme_end + at);
    let (authority, path) = base.split_at(authority_end);
    let path = &path[..path.find(['?', '#']).unwrap_or(path.len())];
    if href.starts_with('?') {
        return Some(format!("{authority}{path}{href}"));
    }
    let (own_path, suffix) = href.split_at(href.find(['?', '#']).unwrap_or(href.len()));
    let mut segments: Vec<&str> = Vec::new();
    if !own_path.starts_with('/') {
        let folder = &path[..path.rfind('/').unwrap_or(0)];
        push_segments(&mut segments, folder);
    }
    push_segments(&mut segments, own_path);
    let is_folder =
        own_path.ends_with('/') || own_path.ends_with("/..") || own_path.ends_with("/.");
    let mut resolved = String::with_capacity(authority.len() + path.len() + href.len());
    resolved.push_str(authority);
    for segment in &segments {
        resolved.push('/');
        resolved.push_str(segment);
    }
    if is_folder || segments.is_empty() {
        resolved.push('/');
    }
    resolved.push_str(suffix);
    Some(resolved)
}

fn push_segments<'a>(segments: &mut Vec<&'a str>, path: &'a str) {
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                segments.pop();
            }
            segment => segments.push(segment),
        }
    }
}

/// Browsers ignore white space around an address and line feeds within; so does whoever writes
/// `java\nscript:`.
fn clean(address: &str) -> Option<String> {
    if address.len() > MAX_ADDRESS {
        return None;
    }
    // Nearly all of them are clean.
    if !address.is_empty() && address.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Some(address.to_owned());
    }
    let address = address.trim_matches(|it: char| it.is_whitespace() || it.is_control());
    let mut cleaned = String::with_capacity(address.len());
    for character in address.chars().filter(|it| !it.is_control()) {
        if character.is_whitespace() { cleaned.push_str("%20") } else { cleaned.push(character) }
    }
    (!cleaned.is_empty()).then_some(cleaned)
}

fn scheme(address: &str) -> Option<&str> {
    let end =
        address.find(|it: char| !(it.is_ascii_alphanumeric() || matches!(it, '+' | '-' | '.')))?;
    let is_scheme = address.as_bytes().get(end) == Some(&b':')
        && address.starts_with(|it: char| it.is_ascii_alphabetic());
    is_scheme.then(|| &address[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relative_links_are_resolved_like_in_a_browser() {
        let base = Some("https://vi.example/tin/2024/bai.html?x=1#y");
        let check = |href: &str, expected: Option<&str>| {
            assert_eq!(resolve(href, base).as_deref(), expected, "{href}");
        };
        check("khac.html", Some("https://vi.example/tin/2024/khac.html"));
        check("../a/./b/", Some("https://vi.example/tin/a/b/"));
        check("/goc.html?q=a b", Some("https://vi.example/goc.html?q=a%20b"));
        check("//cdn.example/x", Some("https://cdn.example/x"));
        check("?page=2", Some("https://vi.example/tin/2024/bai.html?page=2"));
        check("../../../../..", Some("https://vi.example/"));
        check(" HTTPS://Other.example ", Some("HTTPS://Other.example"));
        check("mailto:a@b.example", Some("mailto:a@b.example"));
        check("java\nscript:alert(1)", None);
        check("data:text/html,x", None);
        check("#top", None);
        check("", None);
        assert_eq!(resolve("a/b", None).as_deref(), Some("a/b"));
    }

    #[test]
    fn only_addresses_over_http_identify_a_page() {
        assert!(http("https://a.example/b").is_some());
        assert!(http("/b").is_none());
        assert!(http("ftp://a.example").is_none());
        assert!(http("https://").is_none());
    }
}
