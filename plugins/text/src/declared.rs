//! Languages that a document declares: brought to one spelling, and believed if its text agrees.

/// How much of a text tells its language, in bytes: reading more costs more than it tells.
const SAMPLE: usize = 1_000;

/// The language of a text that is said to be in one of these, the likeliest first: the first one
/// that the beginning of the text does not contradict, or else the one that the text is in.
pub fn language_of<'a>(text: &str, declared: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let mut declared = declared.into_iter().filter_map(language_tag);
    match crate::identify_language(&text[..text.floor_char_boundary(SAMPLE)]) {
        Some(identified) => declared
            .find(|tag| tag.split('-').next() == Some(identified))
            .or_else(|| Some(identified.to_owned())),
        None => declared.next(),
    }
}

/// A language tag in the spelling of BCP 47, or `None` if it is not one: `fr_FR` becomes `fr-FR`.
pub fn language_tag(text: &str) -> Option<String> {
    let mut parts = text.split([',', ' ']).next()?.split(['-', '_']);
    let language = parts.next()?;
    if !(2..=3).contains(&language.len()) || !language.bytes().all(|it| it.is_ascii_alphabetic()) {
        return None;
    }
    let mut tag = language.to_ascii_lowercase();
    for part in parts.take(2).filter(|it| it.bytes().all(|byte| byte.is_ascii_alphabetic())) {
        match part.len() {
            2 => {
                tag.push('-');
                tag.push_str(&part.to_ascii_uppercase());
            }
            4 => {
                tag.push('-');
                tag.push_str(&part[..1].to_ascii_uppercase());
                tag.push_str(&part[1..].to_ascii_lowercase());
            }
            _ => {}
        }
    }
    Some(tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn language_tags_are_brought_to_one_spelling() {
        assert_eq!(language_tag("fr_fr").as_deref(), Some("fr-FR"));
        assert_eq!(language_tag("zh-hans-CN").as_deref(), Some("zh-Hans-CN"));
        assert_eq!(language_tag("VI").as_deref(), Some("vi"));
        assert_eq!(language_tag("français"), None);
        assert_eq!(language_tag(""), None);
    }

    #[test]
    fn a_text_outweighs_what_is_declared() {
        let french = "La ville a rouvert le port mardi, après que deux grues ont été remplacées.";
        assert_eq!(language_of(french, ["en", "fr-CA"]).as_deref(), Some("fr-CA"));
        assert_eq!(language_of(french, ["en"]).as_deref(), Some("fr"));
        assert_eq!(language_of("42", ["x", "la"]).as_deref(), Some("la"));
    }
}
