//! An item of a feed on its way to becoming a source.

use docmill_plugin::{Attribute, Member, emit};

/// The most values of one name, and the longest of them in bytes.
const MOST: usize = 64;
const LONGEST: usize = 4 << 10;

/// A text of an item, and how it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    pub text: String,
    pub is_html: bool,
}

impl Content {
    /// A text of which nobody says how it is written: it is HTML if it has a tag or a reference.
    pub fn of_unknown_kind(text: String) -> Content {
        let is_html = has_tag(&text) || htmlize::unescape(text.as_str()) != text;
        Content { text, is_html }
    }

    fn is_blank(&self) -> bool {
        self.text.trim().is_empty()
    }

    /// The text alone, on one line: titles are HTML more often than not.
    pub fn plain(&self) -> String {
        let mut plain = String::new();
        if self.is_html {
            let mut rest = self.text.as_str();
            while let Some(at) = rest.find('<') {
                plain.push_str(&rest[..at]);
                let tag = &rest[at..];
                let is_tag = tag[1..]
                    .starts_with(|it: char| it.is_ascii_alphabetic() || it == '/' || it == '!');
                let end = tag.find('>').filter(|_| is_tag);
                let length = end.map_or(1, |it| it + 1);
                plain.push_str(if end.is_some() { "" } else { "<" });
                rest = &tag[length..];
            }
            plain.push_str(rest);
            plain = htmlize::unescape(plain).into_owned();
        } else {
            plain.push_str(&self.text);
        }
        plain.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

fn has_tag(text: &str) -> bool {
    text.match_indices('<').any(|(at, _)| {
        text[at + 1..].starts_with(|it: char| it.is_ascii_alphabetic() || it == '/' || it == '!')
            && text[at..].contains('>')
    })
}

/// What was found of an item.
#[derive(Debug, Default)]
pub struct Item {
    pub title: Option<Content>,
    /// All of it.
    pub content: Option<Content>,
    /// What it is about.
    pub summary: Option<Content>,
    pub link: Option<String>,
    pub id: Option<String>,
    pub date: Option<String>,
    pub modified: Option<String>,
    pub creators: Vec<String>,
    pub subjects: Vec<String>,
    pub language: Option<String>,
}

impl Item {
    /// Hands the item over; whether there was anything in it. `number` is its place in the feed.
    pub fn emit(self, number: u64, publisher: Option<&str>) -> bool {
        let title = self.title.as_ref().map(Content::plain).filter(|it| !it.is_empty());
        let link = self.link.as_deref().map(str::trim).filter(|it| !it.is_empty());
        let id = self.id.as_deref().map(str::trim).filter(|it| !it.is_empty());
        let content = self.content.filter(|it| !it.is_blank());
        let summary = self.summary.filter(|it| !it.is_blank());
        let is_summary = content.is_none();
        // An item that is a title and a link is kept as that.
        let only_title = || Some(Content { text: title.clone()?, is_html: false });
        let Some(content) = content.or_else(|| summary.clone()).or_else(only_title) else {
            return false;
        };
        let mut attributes = Vec::new();
        let mut push = |name: &str, value: &str| {
            let value = value.trim();
            if !value.is_empty() && value.len() <= LONGEST {
                attributes.push(Attribute::new(name, value));
            }
        };
        title.iter().for_each(|it| push("title", it));
        self.date.iter().for_each(|it| push("date", it));
        self.modified.iter().for_each(|it| push("modified", it));
        self.creators.iter().take(MOST).for_each(|it| push("creator", it));
        self.subjects.iter().take(MOST).for_each(|it| push("subject", it));
        link.into_iter().for_each(|it| push("location", it));
        id.into_iter().for_each(|it| push("identifier", it));
        publisher.into_iter().for_each(|it| push("publisher", it));
        self.language.iter().for_each(|it| push("declared-language", it));
        if is_summary {
            push("extent", "summary");
        } else if let Some(summary) = &summary {
            push("description", &summary.plain());
        }
        let name = [link, id].into_iter().flatten().find(|it| it.len() <= 1024);
        let media_type = if content.is_html { "text/html" } else { "text/plain" };
        emit(Member {
            name: name.map_or_else(|| format!("item {number}"), str::to_owned),
            media_type: Some(media_type.to_owned()),
            content: if content.is_html { page(&content.text) } else { content.text.into_bytes() },
            attributes,
        });
        true
    }
}

/// A page that holds nothing but this.
fn page(html: &str) -> Vec<u8> {
    let start = html.trim_start();
    let is_page = |opening: &str| {
        start.get(..opening.len()).is_some_and(|it| it.eq_ignore_ascii_case(opening))
    };
    if is_page("<!doctype") || is_page("<html") {
        return html.as_bytes().to_vec();
    }
    format!("<!doctype html><meta charset=utf-8><article>{html}</article>").into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_lose_tags_and_references() {
        for (text, expected) in [
            ("A <b>bold</b>\n title &amp; more", "A bold title & more"),
            ("1 < 2 and 3 > 2", "1 < 2 and 3 > 2"),
            ("R&amp;D", "R&D"),
            ("R&D", "R&D"),
            ("<", "<"),
            ("", ""),
        ] {
            assert_eq!(Content::of_unknown_kind(text.to_owned()).plain(), expected, "{text}");
        }
    }
}
