//! Names that come from outside and are checked where they enter.

use std::fmt;

/// Why a name was refused; a lower-case fragment for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NameError(pub(super) &'static str);

impl fmt::Display for NameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for NameError {}

/// An id has 32 characters of base 32.
pub(super) const NOT_AN_ID: NameError = NameError("an id has 32 letters and digits");

macro_rules! name {
    ($(#[$doc:meta])* $name:ident, $check:expr) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Box<str>);

        impl $name {
            /// Checks a name.
            ///
            /// # Errors
            ///
            /// If the text does not have the form described above.
            pub fn new(text: impl Into<String>) -> Result<$name, NameError> {
                let text = text.into();
                let check: fn(&str) -> Result<(), NameError> = $check;
                check(&text)?;
                Ok($name(text.into_boxed_str()))
            }

            /// The name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:?}", &*self.0)
            }
        }
    };
}

name! {
    /// The name of a plugin: kebab-case, 1 to 64 ASCII characters, such as `extract-html`.
    PluginName, |text| {
        check_kebab_case(text, 64).map_err(|_| NameError("a plugin name is kebab-case, such as `extract-html`, and has at most 64 characters"))
    }
}

name! {
    /// An RFC 6838 media type in lower case and without parameters, such as `text/html`.
    MediaType, |text| {
        let part = |part: &str| {
            (1..=127).contains(&part.len())
                && part.starts_with(|c: char| c.is_ascii_alphanumeric())
                && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"!#$&-^_.+".contains(&b))
        };
        match text.split_once('/') {
            Some((kind, subtype)) if part(kind) && part(subtype) => Ok(()),
            _ => Err(NameError("a media type is lower case and without parameters, such as `text/html`")),
        }
    }
}

name! {
    /// A BCP 47 language tag, such as `de` or `pt-BR`: subtags of 1 to 8 ASCII letters and digits,
    /// 35 characters at most.
    LanguageTag, |text| {
        let subtag = |tag: &str| (1..=8).contains(&tag.len()) && tag.bytes().all(|b| b.is_ascii_alphanumeric());
        let primary = text.split('-').next().unwrap_or_default();
        // `x` alone begins a tag of private use.
        let primary_fits = primary.len() >= 2 || (primary == "x" && text.len() > 2);
        if text.len() <= 35 && primary_fits && primary.bytes().all(|b| b.is_ascii_lowercase()) && text.split('-').all(subtag) {
            Ok(())
        } else {
            Err(NameError("a language tag is BCP 47, such as `fr` or `pt-BR`"))
        }
    }
}

/// Checks that a name is kebab-case: ASCII lower-case letters and digits in words that single
/// hyphens separate.
///
/// # Errors
///
/// If it is not, or has more than `longest` characters.
pub(crate) fn check_kebab_case(text: &str, longest: usize) -> Result<(), NameError> {
    // One pass over the bytes: every mark, aside and attribute that a plugin returns is asked.
    let begins = text.starts_with(|it: char| it.is_ascii_lowercase());
    let mut before = b'-';
    let words = text.bytes().all(|byte| {
        let fits =
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || (byte == b'-' && before != b'-');
        before = byte;
        fits
    });
    if text.len() <= longest && begins && words && before != b'-' {
        Ok(())
    } else {
        Err(NameError("not kebab-case"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plugin_names_are_kebab_case() {
        for good in ["a", "extract-html", "classify-2"] {
            assert!(PluginName::new(good).is_ok(), "{good}");
        }
        for bad in ["", "-a", "a-", "a--b", "A", "é", "a b", "1a", "a/../b", &"a".repeat(65)] {
            assert!(PluginName::new(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn media_types_are_lower_case_without_parameters() {
        assert!(MediaType::new("application/vnd.oasis.opendocument.text").is_ok());
        for bad in
            ["text", "text/", "/html", "Text/html", "text/html; charset=utf-8", "text/*", "a/b/c"]
        {
            assert!(MediaType::new(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn language_tags_are_bcp_47() {
        for good in ["fr", "pt-BR", "zh-Hant-TW", "x-reverse"] {
            assert!(LanguageTag::new(good).is_ok(), "{good}");
        }
        for bad in ["", "f", "x", "fr_FR", "FR", "fr-", "français"] {
            assert!(LanguageTag::new(bad).is_err(), "{bad}");
        }
    }
}
