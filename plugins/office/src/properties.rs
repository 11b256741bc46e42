//! What a file says of itself: title, creator, dates, as attributes of the document.

use docmill_plugin::Attribute;
use docmill_xml::rfc_3339;

use crate::{Element, Tree};

/// The longest value that is handed on, in bytes.
const LONGEST: usize = 4 << 10;
/// The most values of one name.
const MOST: usize = 64;

/// What programs write where nobody gave a title.
const NO_TITLES: [&str; 12] = [
    "powerpoint presentation",
    "présentation powerpoint",
    "powerpoint-präsentation",
    "presentación de powerpoint",
    "slide 1",
    "pptx",
    "untitled",
    "no slide title",
    "document1",
    "title",
    "word document",
    "presentation title",
];

/// The properties of a file.
#[derive(Debug, Default, Clone)]
pub struct Properties {
    attributes: Vec<Attribute>,
    language: Option<String>,
}

impl Properties {
    /// None yet.
    pub fn new() -> Properties {
        Properties::default()
    }

    /// Those of an Office Open XML package, from its part of the kind `core-properties`.
    pub fn of_core(tree: Option<&Tree>) -> Properties {
        let mut properties = Properties::new();
        let root = tree.and_then(|tree| tree.root());
        for element in root.into_iter().flat_map(|it| it.elements()) {
            let value = element.text();
            match element.name() {
                "title" => properties.title(&value),
                "creator" => properties.creators(&value),
                "subject" => properties.add("subject", &value),
                "keywords" => properties.keywords(&value),
                "description" => properties.add("description", &value),
                "created" => properties.date("date", &value),
                "modified" => properties.date("modified", &value),
                "identifier" => properties.add("identifier", &value),
                "language" => properties.set_language(&value),
                _ => {}
            }
        }
        properties
    }

    /// Those of an OpenDocument file: what its element `office:meta` holds.
    pub fn of_meta(meta: Option<Element<'_>>) -> Properties {
        let mut properties = Properties::new();
        let (mut creator, mut last) = (String::new(), String::new());
        for element in meta.into_iter().flat_map(|it| it.elements()) {
            let value = element.text();
            match element.name() {
                "title" => properties.title(&value),
                "initial-creator" => creator = value,
                "creator" => last = value,
                "subject" => properties.add("subject", &value),
                "keyword" => properties.keywords(&value),
                "description" => properties.add("description", &value),
                "creation-date" => properties.date("date", &value),
                "date" => properties.date("modified", &value),
                "language" => properties.set_language(&value),
                _ => {}
            }
        }
        // The one who wrote it, and not the one who changed it last.
        properties.creators(if creator.trim().is_empty() { &last } else { &creator });
        properties
    }

    /// Adds a value, if it says something.
    pub fn add(&mut self, name: &str, value: &str) {
        let words: Vec<&str> = value
            .split(|it: char| it.is_whitespace() || it.is_control())
            .filter(|it| !it.is_empty())
            .collect();
        let mut value = words.join(" ");
        value.truncate(value.floor_char_boundary(LONGEST));
        let is_known = self.attributes.iter().any(|it| it.name == name && it.value == value);
        let count = self.attributes.iter().filter(|it| it.name == name).count();
        if !value.is_empty() && !is_known && count < MOST {
            self.attributes.push(Attribute::new(name, value));
        }
    }

    /// Adds the title, unless it is what a program writes by itself.
    pub fn title(&mut self, value: &str) {
        let folded = value.trim().to_lowercase();
        let is_file = folded.starts_with("microsoft word - ")
            || folded.starts_with("microsoft powerpoint - ")
            || folded.starts_with("microsoft excel - ");
        if !is_file && !NO_TITLES.contains(&folded.as_str()) {
            self.add("title", value);
        }
    }

    /// Adds who wrote it: several are separated by semicolons.
    pub fn creators(&mut self, value: &str) {
        value.split(';').for_each(|it| self.add("creator", it));
    }

    /// Adds keywords.
    pub fn keywords(&mut self, value: &str) {
        value.split([',', ';']).for_each(|it| self.add("subject", it));
    }

    /// Adds a date as the formats write it; a time without its offset from UTC is left out.
    pub fn date(&mut self, name: &str, value: &str) {
        let Some(date) = rfc_3339(value) else { return };
        let has_offset = date.get(10..).is_some_and(|it| it.contains(['Z', '+', '-']));
        let date = if date.len() > 10 && !has_offset { &date[..10] } else { &date };
        // What programs write that know no time.
        if !date.starts_with("1601-") && !date.starts_with("0000") {
            self.add(name, date);
        }
    }

    /// Says the language, if it is a tag of one.
    pub fn set_language(&mut self, value: &str) {
        let value = value.trim().replace('_', "-");
        let is_tag = (2..=35).contains(&value.len())
            && value.split('-').all(|it| {
                (1..=8).contains(&it.len()) && it.bytes().all(|it| it.is_ascii_alphanumeric())
            })
            && value.split('-').next().is_some_and(|it| {
                matches!(it.len(), 2 | 3) && it.bytes().all(|it| it.is_ascii_alphabetic())
            });
        if is_tag && !value.eq_ignore_ascii_case("zxx") && !value.eq_ignore_ascii_case("und") {
            self.language = Some(value);
        }
    }

    /// The attributes of the document.
    pub fn attributes(&self) -> Vec<Attribute> {
        self.attributes.clone()
    }

    /// The language that the file declares.
    pub fn language(&self) -> Option<String> {
        self.language.clone()
    }
}
