//! Titles as pages write them: the name of the site behind a separator, or before one.

const SEPARATORS: [&str; 9] = [" | ", " - ", " – ", " — ", " :: ", " » ", " • ", " · ", " › "];

/// The last separator of a title and where it stands.
pub fn last_separator(title: &str) -> Option<(usize, &'static str)> {
    title.rmatch_indices(' ').find_map(|(at, _)| separator_at(title, at))
}

/// The first separator of a title and where it stands.
pub fn first_separator(title: &str) -> Option<(usize, &'static str)> {
    title.match_indices(' ').find_map(|(at, _)| separator_at(title, at))
}

fn separator_at(title: &str, at: usize) -> Option<(usize, &'static str)> {
    let separator = SEPARATORS.iter().find(|it| title[at..].starts_with(**it))?;
    Some((at, *separator))
}

/// The first part of a `title` element, if it can stand for an article: `Headline | Section`.
pub fn first_part(title: &str) -> &str {
    /// What is shorter may be the section, or the site.
    const SHORTEST: usize = 15;
    match title.find(" | ") {
        Some(at) if at >= SHORTEST => title[..at].trim_end(),
        _ => title,
    }
}

/// The title without a last part that looks like the name of a site, where nothing else tells: a
/// few words, each with a capital, behind a part that is longer.
pub fn without_likely_site(title: &str) -> &str {
    const MOST_WORDS: usize = 4;
    let Some((at, separator)) = last_separator(title) else { return title };
    let (first, last) = (title[..at].trim_end(), title[at + separator.len()..].trim());
    let words = last.split_whitespace();
    let is_name = words.clone().count() <= MOST_WORDS
        && words.clone().all(|word| !word.starts_with(char::is_lowercase));
    if is_name && first.chars().count() > last.chars().count() { first } else { title }
}

/// Whether a headline is about what a title is about: they share a third of their words, or the
/// headline is a sentence of its own.
pub fn is_about_the_same(headline: &str, title: &str) -> bool {
    /// The name of a section, such as `News`, has fewer words.
    const SENTENCE: usize = 5;
    let words = |text: &str| -> Vec<String> {
        let words = text.split(|it: char| !it.is_alphanumeric()).filter(|word| !word.is_empty());
        words.map(str::to_lowercase).collect()
    };
    let (headline, title) = (words(headline), words(title));
    let shared = headline.iter().filter(|word| title.contains(word)).count();
    shared * 3 >= headline.len() && shared > 0 || headline.len() >= SENTENCE
}

/// What an address calls its site: `courier` of `https://www.courier.example/x`.
pub fn site_of(address: &str) -> Option<String> {
    let host = address.split_once("://")?.1.split(['/', '?', '#', ':']).next()?;
    let host = host.strip_prefix("www.").unwrap_or(host);
    let mut labels: Vec<&str> = host.split('.').collect();
    labels.pop();
    // `co.uk`, `com.vn`.
    while labels.len() > 1 && labels.last().is_some_and(|label| label.len() <= 3) {
        labels.pop();
    }
    labels.last().filter(|label| label.len() >= 3).map(|label| (*label).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_site_is_known_by_its_capitals() {
        for (title, expected) in [
            (
                "Your weekly reading from the quay – Web Harbour",
                "Your weekly reading from the quay",
            ),
            (
                "Your weekly reading from the quay » Web Harbour",
                "Your weekly reading from the quay",
            ),
            ("Cranes are back - what comes next", "Cranes are back - what comes next"),
            ("Cranes", "Cranes"),
        ] {
            assert_eq!(without_likely_site(title), expected);
        }
    }

    #[test]
    fn an_address_names_its_site() {
        let site = |address| site_of(address);
        assert_eq!(site("https://www.courier.example/x").as_deref(), Some("courier"));
        assert_eq!(site("https://news.courier.co.uk").as_deref(), Some("courier"));
        assert_eq!(site("courier"), None);
    }
}
