//! The attributes of a document: one line each, without repetition, and dates as docmill writes
//! them.

use docmill_plugin::Attribute;
use docmill_xml::rfc_3339;

/// The most attributes of a document.
const MOST: usize = 500;
/// The longest value, in bytes.
const LONGEST: usize = 8 << 10;

/// What a document says of itself.
#[derive(Debug, Default)]
pub struct Facts {
    attributes: Vec<Attribute>,
    /// The languages it says it is in, the first one first.
    pub languages: Vec<String>,
}

impl Facts {
    /// Adds a value, unless it is empty or known.
    pub fn add(&mut self, name: &str, value: &str) {
        let value = value.split_whitespace().collect::<Vec<_>>().join(" ");
        let value = value[..value.floor_char_boundary(LONGEST)].to_owned();
        let is_known = self.attributes.iter().any(|it| it.name == name && it.value == value);
        if !value.is_empty() && !is_known && self.attributes.len() < MOST {
            self.attributes.push(Attribute::new(name, value));
        }
    }

    /// Adds a value if there is none of this name.
    pub fn add_first(&mut self, name: &str, value: &str) {
        if !self.has(name) {
            self.add(name, value);
        }
    }

    /// Adds a date, if it is one and the first of this name.
    pub fn add_date(&mut self, name: &str, value: &str) {
        if let Some(date) = rfc_3339(value.trim()) {
            self.add_first(name, &date);
        }
    }

    /// Whether there is a value of this name.
    pub fn has(&self, name: &str) -> bool {
        self.attributes.iter().any(|it| it.name == name)
    }

    /// All of them.
    pub fn into_attributes(self) -> Vec<Attribute> {
        self.attributes
    }
}

/// A date of a year and, as far as they are known, a month and a day in figures.
pub fn date_of_parts(year: &str, month: Option<&str>, day: Option<&str>) -> String {
    let mut date = year.trim().to_owned();
    for part in [month, day] {
        match part.and_then(|it| it.trim().parse::<u8>().ok()) {
            Some(number) => date.push_str(&format!("-{number:02}")),
            None => break,
        }
    }
    date
}
