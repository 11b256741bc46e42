//! A document while it is written, and what it says of itself.

use std::ops::{Deref, DerefMut};

use docmill_plugin::structure::{Composer, Element};
use docmill_plugin::{Attribute, Extracted, Mark};

/// The most attributes of a document.
const MOST: usize = 500;
/// The longest value, in bytes.
const LONGEST: usize = 8 << 10;

/// Text, marks, asides and attributes.
#[derive(Debug, Default)]
pub struct Page {
    composer: Composer,
    attributes: Vec<Attribute>,
    language: Option<String>,
}

impl Page {
    /// Ends the paragraph.
    pub fn boundary(&mut self) {
        self.begin(Element::Paragraph);
        self.end();
    }

    /// Adds a mark of one's own.
    pub fn mark(&mut self, mark: Mark) {
        self.composer.add(mark);
    }

    /// Adds a value, unless it is empty or known.
    pub fn add(&mut self, name: &str, value: &str) {
        let value = value.split_whitespace().collect::<Vec<_>>().join(" ");
        let value = value[..value.floor_char_boundary(LONGEST)].to_owned();
        let is_known = self.attributes.iter().any(|it| it.name == name && it.value == value);
        if !value.is_empty() && !is_known && self.attributes.len() < MOST {
            self.attributes.push(Attribute::new(name, value));
        }
    }

    /// Adds what a field of a header says, whatever the format calls it.
    pub fn add_field(&mut self, field: &str, value: &str) {
        let single = |page: &mut Page, name: &str| {
            if !page.attributes.iter().any(|it| it.name == name) {
                page.add(name, value);
            }
        };
        match field.to_ascii_lowercase().as_str() {
            "title" => single(self, "title"),
            "author" | "authors" | "creator" | "by" => self.add("creator", value),
            "date" | "published" | "pubdate" | "published_at" | "created" => {
                if let Some(date) = date(value) {
                    self.add_field_once("date", &date);
                }
            }
            "lastmod" | "updated" | "modified" | "last_modified_at" | "revdate" => {
                if let Some(date) = date(value) {
                    self.add_field_once("modified", &date);
                }
            }
            "lang" | "language" => self.language = Some(value.trim().to_owned()),
            "description" | "summary" | "abstract" | "excerpt" => single(self, "description"),
            "subtitle" => single(self, "subtitle"),
            "tag" | "tags" | "keyword" | "keywords" | "category" | "categories" | "topics" => {
                value.split([',', ';']).for_each(|it| self.add("subject", it));
            }
            "publisher" | "organization" => self.add("publisher", value),
            "canonical" | "canonical_url" | "doi" | "isbn" => self.add("identifier", value),
            "version" | "revision" | "revnumber" => single(self, "version"),
            _ => {}
        }
    }

    fn add_field_once(&mut self, name: &str, value: &str) {
        if !self.attributes.iter().any(|it| it.name == name) {
            self.add(name, value);
        }
    }

    /// What was written, if there is a word; `told` are attributes that stand behind its own.
    pub fn finish(mut self, told: impl Iterator<Item = Attribute>) -> Option<Extracted> {
        let mut extracted = self.composer.into_extracted();
        let document = &mut extracted.document;
        if document.text.is_empty() && extracted.asides.is_empty() && self.attributes.is_empty() {
            return None;
        }
        document.language = docmill_text::language_of(&document.text, self.language.as_deref());
        let first = document.marks.first().filter(|it| it.kind == "heading");
        if let Some(heading) = first
            && !self.attributes.iter().any(|it| it.name == "title")
        {
            let title = document.text[heading.span.range()].to_owned();
            self.attributes.push(Attribute::new("title", title));
            self.attributes.push(Attribute::new("guessed", "title"));
        }
        document.attributes = self.attributes;
        document.attributes.extend(told);
        let text = &document.text;
        let is_passage = |mark: &&mut Mark| matches!(mark.kind.as_str(), "paragraph" | "item");
        let mut passages: Vec<&mut Mark> = document.marks.iter_mut().filter(is_passage).collect();
        let texts: Vec<&str> = passages.iter().map(|mark| &text[mark.span.range()]).collect();
        for (at, tag) in docmill_text::other_languages(&texts, document.language.as_deref()) {
            passages[at].attributes.push(Attribute::new("language", tag));
        }
        Some(extracted)
    }
}

/// A date as docmill writes it, as far as the value is written in figures: `2024-05-01 10:00` is a
/// day.
fn date(value: &str) -> Option<String> {
    let value = value.trim();
    let length = value.bytes().take_while(|it| it.is_ascii_digit() || *it == b'-').count();
    let parts: Vec<&str> = value[..length].split('-').collect();
    let number = |at: usize, longest: usize, most: u8| {
        let part: &&str = parts.get(at)?;
        let value = part.parse::<u8>().ok()?;
        ((1..=longest).contains(&part.len()) && (1..=most).contains(&value)).then_some(value)
    };
    let year = parts.first().filter(|it| it.len() == 4)?;
    Some(match (parts.len(), number(1, 2, 12), number(2, 2, 31)) {
        (1, ..) => (*year).to_owned(),
        (2, Some(month), _) => format!("{year}-{month:02}"),
        (3, Some(month), Some(day)) => format!("{year}-{month:02}-{day:02}"),
        _ => return None,
    })
}

impl Deref for Page {
    type Target = Composer;

    fn deref(&self) -> &Composer {
        &self.composer
    }
}

impl DerefMut for Page {
    fn deref_mut(&mut self) -> &mut Composer {
        &mut self.composer
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_as_far_as_they_are_figures() {
        for (value, expected) in [
            ("2024-05-01T10:00:00Z", Some("2024-05-01")),
            (" 2024-5-1 ", Some("2024-05-01")),
            ("2024-05", Some("2024-05")),
            ("2024", Some("2024")),
            ("2024-13-01", None),
            ("1 May 2024", None),
            ("", None),
        ] {
            assert_eq!(date(value).as_deref(), expected, "{value}");
        }
    }
}
