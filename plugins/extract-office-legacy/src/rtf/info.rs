//! What an RTF says of itself, of its fonts and of its styles.

use std::collections::BTreeMap;

use encoding_rs::Encoding;

use crate::code_pages;

/// The most fonts and the most styles.
const MOST: usize = 10_000;
/// The longest name of a style, in bytes.
const LONGEST: usize = 256;

/// A date while its parts are read.
#[derive(Debug, Default, Clone, Copy)]
pub struct Date {
    pub year: i32,
    pub month: i32,
    pub day: i32,
}

impl Date {
    /// As the contract has it; no zone is said, so the time of day is left out.
    pub fn written(self) -> Option<String> {
        let is_date = (1..=9_999).contains(&self.year)
            && (1..=12).contains(&self.month)
            && (1..=31).contains(&self.day);
        is_date.then(|| format!("{:04}-{:02}-{:02}", self.year, self.month, self.day))
    }
}

/// The encodings of fonts by their numbers.
#[derive(Debug, Default)]
pub struct Fonts {
    encodings: BTreeMap<i32, &'static Encoding>,
    current: Option<i32>,
}

impl Fonts {
    /// A word within the table of fonts.
    pub fn word(&mut self, word: &str, number: Option<i32>) {
        match (word, number) {
            ("f", number) => self.current = number,
            ("fcharset", Some(set)) => self.set(code_pages::of_character_set(set)),
            ("cpg", Some(page)) => self.set(u32::try_from(page).ok().map(code_pages::of_page)),
            _ => {}
        }
    }

    fn set(&mut self, encoding: Option<&'static Encoding>) {
        if let (Some(font), Some(encoding)) = (self.current, encoding)
            && self.encodings.len() < MOST
        {
            self.encodings.insert(font, encoding);
        }
    }

    /// The encoding of text in this font, if it has one of its own.
    pub fn encoding(&self, font: i32) -> Option<&'static Encoding> {
        self.encodings.get(&font).copied()
    }
}

/// A style of paragraphs.
#[derive(Debug, Default, Clone)]
pub struct Style {
    /// In lower case.
    pub name: String,
    pub outline: Option<u8>,
    pub list: i32,
    pub list_level: u8,
}

/// The styles of paragraphs by their numbers.
#[derive(Debug, Default)]
pub struct Styles {
    by_number: BTreeMap<i32, Style>,
    number: i32,
    is_of_words: bool,
    current: Style,
}

impl Styles {
    /// A word within the sheet of styles.
    pub fn word(&mut self, word: &str, number: Option<i32>) {
        let level = || number.and_then(|it| u8::try_from(it).ok());
        match (word, number) {
            ("s", Some(number)) => self.number = number,
            ("cs" | "ds" | "ts", _) => self.is_of_words = true,
            ("outlinelevel", _) => self.current.outline = level(),
            ("ls", Some(list)) => self.current.list = list,
            ("ilvl", _) => self.current.list_level = level().unwrap_or(0),
            _ => {}
        }
    }

    /// Words of a name.
    pub fn name(&mut self, text: &str) {
        if self.current.name.len() + text.len() <= LONGEST {
            self.current.name.push_str(text);
        }
    }

    /// The end of one style.
    pub fn end(&mut self) {
        let mut style = std::mem::take(&mut self.current);
        let number = std::mem::take(&mut self.number);
        let is_of_words = std::mem::take(&mut self.is_of_words);
        let name = style.name.split([';', ',']).next().unwrap_or_default();
        style.name = name.trim().to_lowercase();
        if !style.name.is_empty() && !is_of_words && self.by_number.len() < MOST {
            self.by_number.entry(number).or_insert(style);
        }
    }

    /// The style of this number.
    pub fn get(&self, number: i32) -> Option<&Style> {
        self.by_number.get(&number)
    }
}
