//! The rows of a glossary: what a term is called in other languages.

use docmill_plugin::{LanguagePair, Problem};

/// What a term is called in one language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The rendering of one.
    pub singular: String,
    /// The rendering of several, where it differs.
    pub plural: Option<String>,
}

/// The pairs named by the value of `@pairs`, such as `fr>en fr>vi`. What is not a pair is left out.
pub fn pairs(declared: &str) -> Vec<LanguagePair> {
    declared
        .split_whitespace()
        .filter_map(|pair| pair.split_once('>'))
        .filter(|(original, target)| !original.is_empty() && !target.is_empty())
        .map(|(original, target)| LanguagePair::new(original, target))
        .collect()
}

/// The rendering of a term in `target`, or `None` if the row has none.
///
/// A value is `language=rendering` or `language=singular|plural`, joined by `;`. A doubled `;;` or
/// `||` stands for the character itself.
///
/// # Errors
///
/// A [`Problem`] if any part of the value cannot be understood, whatever its language.
pub fn parse(key: &str, value: &str, target: &str) -> Result<Option<Entry>, Problem> {
    let problem = |reason| Problem { key: key.to_owned(), reason };
    let mut entry = None;
    for field in split(value, ';') {
        let Some((language, rendering)) = field.split_once('=') else {
            return Err(problem(format!("`{field}` is not `language=rendering`")));
        };
        let language = language.trim();
        if language.is_empty()
            || !language.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'-')
        {
            return Err(problem(format!("`{language}` is not a language tag")));
        }
        let mut forms = split(rendering, '|').into_iter().map(|form| form.trim().to_owned());
        let (singular, plural) = (forms.next().unwrap_or_default(), forms.next());
        if forms.next().is_some() {
            return Err(problem(format!("`{rendering}` has more than a singular and a plural")));
        }
        if language == target && entry.replace(Entry { singular, plural }).is_some() {
            return Err(problem(format!("it has two renderings for `{language}`")));
        }
    }
    Ok(entry)
}

/// Splits at single separators and turns doubled ones into the character itself.
fn split(text: &str, separator: char) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        if character == separator && characters.next_if_eq(&separator).is_none() {
            parts.push(String::new());
        } else if let Some(part) = parts.last_mut() {
            part.push(character);
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_holds_languages_and_plurals() {
        let value = "en=drone|drones;vi=máy bay không người lái";
        let english = parse("drone", value, "en").expect("usable").expect("known");
        assert_eq!(
            (english.singular.as_str(), english.plural.as_deref()),
            ("drone", Some("drones"))
        );
        let vietnamese = parse("drone", value, "vi").expect("usable").expect("known");
        assert_eq!(
            (vietnamese.singular.as_str(), vietnamese.plural),
            ("máy bay không người lái", None)
        );
        assert_eq!(parse("drone", value, "de"), Ok(None));
    }

    #[test]
    fn a_doubled_separator_is_itself() {
        let entry = parse("x", "en=a;;b||c=d", "en").expect("usable").expect("known");
        assert_eq!(entry.singular, "a;b|c=d");
    }

    #[test]
    fn an_unusable_row_says_what_is_wrong() {
        for (value, reason) in [
            ("", "`` is not `language=rendering`"),
            ("en=a;", "`` is not `language=rendering`"),
            ("é=a", "`é` is not a language tag"),
            ("vi=a|b|c", "`a|b|c` has more than a singular and a plural"),
            ("en=a;en=b", "it has two renderings for `en`"),
        ] {
            let problem = parse("x", value, "en").expect_err("unusable");
            assert_eq!(problem.to_string(), format!("the row `x` is unusable: {reason}"));
        }
    }

    #[test]
    fn pairs_are_read_from_the_table() {
        let expected = [LanguagePair::new("fr", "en"), LanguagePair::new("fr", "vi")];
        assert_eq!(pairs(" fr>en  fr>vi > x fr>"), expected);
    }
}
