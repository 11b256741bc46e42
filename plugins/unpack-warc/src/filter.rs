//! Which records an operator wants.

use docmill_plugin::{Error, parsed_setting, setting};

/// What is taken if nothing else is asked for: what arrived as a whole.
pub const STATUS: &str = "200 203 226";

/// What is taken if nothing else is asked for: what has text, and no pictures, programs or styles.
pub const TYPES: &str = "text/html application/xhtml+xml text/plain text/xml application/xml \
    application/rss+xml application/atom+xml application/feed+json application/pdf message/rfc822";

/// Which records an operator wants.
pub struct Filter {
    status: Vec<String>,
    types: Vec<String>,
    addresses: Vec<String>,
    /// Whether pages that were the same as before are taken.
    pub resolves: bool,
}

impl Filter {
    /// As the settings say.
    pub fn from_settings() -> Result<Filter, Error> {
        let words = |key: &str| -> Result<Vec<String>, Error> {
            let text = setting(key).unwrap_or_default();
            let separated = text.split(|it: char| it.is_whitespace() || it == ',');
            let words: Vec<String> =
                separated.filter(|it| !it.is_empty()).map(str::to_owned).collect();
            if words.is_empty() {
                return Err(Error::misconfigured(key, "it takes nothing; `*` takes everything"));
            }
            Ok(words)
        };
        let status = words("status")?;
        let is_status = |it: &String| {
            it == "*" || (it.len() == 3 && it.bytes().all(|it| it.is_ascii_digit() || it == b'x'))
        };
        if let Some(other) = status.iter().find(|it| !is_status(it)) {
            let why = format!("`{}` is no status such as `200` or `4xx`", other.escape_debug());
            return Err(Error::misconfigured("status", why));
        }
        let types = words("types")?.iter().map(|it| it.to_ascii_lowercase()).collect();
        let resolves = match parsed_setting::<String>("revisits")?.as_str() {
            "resolve" => true,
            "skip" => false,
            _ => return Err(Error::misconfigured("revisits", "it is `resolve` or `skip`")),
        };
        Ok(Filter { status, types, addresses: words("addresses")?, resolves })
    }

    /// Whether a response with this status is wanted.
    pub fn wants_status(&self, status: u16) -> bool {
        let status = format!("{status:03}");
        let fits = |one: &String| {
            one == "*" || one.bytes().zip(status.bytes()).all(|(it, is)| it == b'x' || it == is)
        };
        self.status.iter().any(fits)
    }

    /// Whether something of this media type is wanted. Of what nobody said, the content has to show
    /// it.
    pub fn wants_type(&self, media_type: Option<&str>) -> bool {
        media_type.is_none_or(|it| self.types.iter().any(|pattern| fits(pattern, it)))
    }

    /// Whether something from this address is wanted.
    pub fn wants_address(&self, address: &str) -> bool {
        self.addresses.iter().any(|pattern| fits(pattern, address))
    }
}

/// Whether a text fits a pattern in which `*` stands for anything.
///
/// Goes back to the last `*` only, so that no pattern takes longer than the lengths of both
/// multiplied.
fn fits(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
    let (mut p, mut t, mut star) = (0, 0, None);
    while t < text.len() {
        if pattern.get(p) == Some(&b'*') {
            star = Some((p, t));
            p += 1;
        } else if pattern.get(p) == Some(&text[t]) {
            (p, t) = (p + 1, t + 1);
        } else if let Some((at, from)) = star {
            star = Some((at, from + 1));
            (p, t) = (at + 1, from + 1);
        } else {
            return false;
        }
    }
    pattern[p..].iter().all(|it| *it == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_anything() {
        for (pattern, text, expected) in [
            ("*", "", true),
            ("text/*", "text/html", true),
            ("text/*", "image/png", false),
            ("https://a.example/*.pdf", "https://a.example/b/c.pdf", true),
            ("*a*b", "xaxbxb", true),
            ("*a*b", "xaxbx", false),
            ("a", "ab", false),
            ("", "", true),
        ] {
            assert_eq!(fits(pattern, text), expected, "{pattern} {text}");
        }
    }
}
