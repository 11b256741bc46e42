//! The package of a book: what it says of itself, and which files are its chapters, in order.

use std::collections::BTreeMap;
use std::io::Cursor;

use docmill_xml::{Piece, Pieces, Tag};

use crate::facts::Facts;
use crate::header::local;

/// The most files that a package may name.
const MOST: usize = 100_000;
/// The longest value, in bytes.
const LONGEST: usize = 64 << 10;

/// What a book is made of. Paths are those in the archive.
#[derive(Debug, Default)]
pub struct Package {
    pub spine: Vec<String>,
    /// The table of contents of EPUB 3, in XHTML.
    pub nav: Option<String>,
    /// That of EPUB 2.
    pub ncx: Option<String>,
}

/// A value that something further down may say more of.
#[derive(Debug)]
struct Value {
    name: String,
    text: String,
    id: String,
    /// The role of a person, the event of a date, the scheme of an identifier.
    said: String,
}

#[derive(Debug, Default)]
struct Reading {
    values: Vec<Value>,
    /// What is said of the value with an id: its id, what, and the text.
    refinements: Vec<(String, String, String)>,
    /// Files by their ids: path, media type, properties.
    files: BTreeMap<String, (String, String, String)>,
    spine: Vec<String>,
    ncx: Option<String>,
    identifier: String,
}

impl Package {
    /// Reads a package that lies at this path. Of a damaged one, what comes before the damage.
    pub fn read(bytes: &[u8], path: &str, facts: &mut Facts) -> Package {
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let mut reading = Reading::default();
        if let Ok(mut pieces) = Pieces::of(Cursor::new(bytes), None) {
            let mut open: Option<(Tag, String)> = None;
            while let Ok(Some(piece)) = pieces.next_piece() {
                match piece {
                    Piece::Start(tag) => {
                        reading.structure(&tag, folder);
                        open = Some((tag, String::new()));
                    }
                    Piece::Text { text, .. } => {
                        if let Some((_, value)) = &mut open
                            && value.len() < LONGEST
                        {
                            value.push_str(&text);
                        }
                    }
                    Piece::End { .. } => {
                        if let Some((tag, value)) = open.take() {
                            reading.value(&tag, value);
                        }
                    }
                }
            }
        }
        reading.tell(facts);
        let path_of = |id: &String| reading.files.get(id).map(|(path, ..)| path.clone());
        let is_chapter = |id: &&String| {
            reading
                .files
                .get(*id)
                .is_some_and(|(_, kind, _)| !kind.starts_with("image/") || kind == "image/svg+xml")
        };
        let files = reading.files.values();
        Package {
            spine: reading.spine.iter().filter(is_chapter).filter_map(path_of).collect(),
            nav: files
                .clone()
                .find(|(_, _, properties)| properties.split_whitespace().any(|it| it == "nav"))
                .map(|(path, ..)| path.clone()),
            ncx: reading.ncx.as_ref().and_then(path_of).or_else(|| {
                let ncx = files.clone().find(|(_, kind, _)| kind == "application/x-dtbncx+xml");
                ncx.map(|(path, ..)| path.clone())
            }),
        }
    }
}

impl Reading {
    fn structure(&mut self, tag: &Tag, folder: &str) {
        let said = |name: &str| tag.attribute(name).unwrap_or_default().to_owned();
        match local(&tag.name) {
            "package" => self.identifier = said("unique-identifier"),
            "item" if self.files.len() < MOST => {
                let file = (resolve(folder, &said("href")), said("media-type"), said("properties"));
                self.files.entry(said("id")).or_insert(file);
            }
            "itemref" if self.spine.len() < 2 * MOST => self.spine.push(said("idref")),
            "spine" => self.ncx = tag.attribute("toc").map(str::to_owned),
            "meta" => {
                if let (Some(name), Some(content)) =
                    (tag.attribute("name"), tag.attribute("content"))
                {
                    self.push(name, content.to_owned(), String::new(), String::new());
                }
            }
            _ => {}
        }
    }

    fn push(&mut self, name: &str, text: String, id: String, said: String) {
        if self.values.len() < 1_000 {
            self.values.push(Value { name: name.to_owned(), text, id, said });
        }
    }

    fn value(&mut self, tag: &Tag, text: String) {
        let id = tag.attribute("id").unwrap_or_default().to_owned();
        let of = |name: &str| {
            let found = tag.attributes.iter().find(|(it, _)| local(it) == name);
            found.map(|(_, value)| value.trim().to_lowercase())
        };
        match tag.attribute("property") {
            Some(property) => match tag.attribute("refines") {
                Some(refined) if self.refinements.len() < 1_000 => {
                    let refined = refined.trim_start_matches('#').to_owned();
                    self.refinements.push((refined, property.to_owned(), text));
                }
                Some(_) => {}
                None => self.push(property, text, id, String::new()),
            },
            None if tag.name.starts_with("dc:") || tag.name.starts_with("dcterms:") => {
                let said = of("role").or_else(|| of("event")).or_else(|| of("scheme"));
                self.push(&tag.name, text, id, said.unwrap_or_default());
            }
            None => {}
        }
    }

    /// Makes attributes of what was said.
    fn tell(&self, facts: &mut Facts) {
        let refined = |id: &str, what: &str| {
            let mut found =
                self.refinements.iter().filter(|(it, property, _)| it == id && property == what);
            found.next().filter(|_| !id.is_empty()).map(|(.., text)| text.trim().to_lowercase())
        };
        // The main one before others.
        let mut titles: Vec<&Value> =
            self.values.iter().filter(|it| it.name == "dc:title").collect();
        titles.sort_by_key(|it| refined(&it.id, "title-type").is_some_and(|kind| kind != "main"));
        titles.first().iter().for_each(|it| facts.add_first("title", &it.text));
        for value in &self.values {
            let text = value.text.as_str();
            match value.name.as_str() {
                "dc:creator" => {
                    let role = refined(&value.id, "role").unwrap_or_else(|| value.said.clone());
                    let name = if role == "trl" { "translator" } else { "creator" };
                    facts.add(name, text);
                }
                "dc:publisher" => facts.add("publisher", text),
                "dc:subject" => facts.add("subject", text),
                "dc:description" => facts.add_first("description", &plain(text)),
                "dc:language" => facts.languages.push(text.trim().to_owned()),
                "dc:date" => match value.said.as_str() {
                    "modification" => facts.add_date("modified", text),
                    "creation" | "conversion" => {}
                    _ => facts.add_date("date", text),
                },
                "dcterms:modified" => facts.add_date("modified", text),
                "dcterms:issued" | "dcterms:date" => facts.add_date("date", text),
                "dc:rights" => facts.add_first("rights", text),
                "calibre:series" | "belongs-to-collection" => facts.add("series", text),
                _ => {}
            }
        }
        // The one that the package calls its own before others.
        let mut ids: Vec<&Value> =
            self.values.iter().filter(|it| it.name == "dc:identifier").collect();
        ids.sort_by_key(|it| it.id != self.identifier);
        ids.iter().for_each(|it| facts.add("identifier", &it.text));
    }
}

/// Descriptions are often pages: their words alone.
fn plain(text: &str) -> String {
    if !text.contains('<') {
        return htmlize::unescape(text).into_owned();
    }
    let (mut words, mut in_tag) = (String::new(), false);
    for (at, letter) in text.char_indices() {
        match letter {
            '<' => {
                in_tag = true;
                let name = text[at + 1..].trim_start_matches('/');
                let name = name.split(|it: char| !it.is_ascii_alphanumeric()).next();
                if !name.is_some_and(crate::header::is_within_line) {
                    words.push(' ');
                }
            }
            '>' if in_tag => in_tag = false,
            letter if !in_tag => words.push(letter),
            _ => {}
        }
    }
    htmlize::unescape(&words).into_owned()
}

/// The path within the archive of what somebody in this folder refers to. Nothing leads out of the
/// archive.
pub fn resolve(folder: &str, href: &str) -> String {
    let href = href.split(['#', '?']).next().unwrap_or_default();
    let href = decoded(href);
    let mut parts: Vec<&str> = match href.starts_with('/') {
        true => Vec::new(),
        false => folder.split('/').filter(|it| !it.is_empty()).collect(),
    };
    for part in href.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// Without its `%20`.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        let number = after
            .get(..2)
            .filter(|_| *byte == b'%')
            .and_then(|it| u8::from_str_radix(std::str::from_utf8(it).ok()?, 16).ok());
        bytes.push(number.unwrap_or(*byte));
        rest = if number.is_some() { &after[2..] } else { after };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_stay_within_the_archive() {
        assert_eq!(resolve("OEBPS/text", "../a%20b.xhtml#c"), "OEBPS/a b.xhtml");
        assert_eq!(resolve("OEBPS", "../../../../etc/passwd"), "etc/passwd");
        assert_eq!(resolve("OEBPS", "/a/./b"), "a/b");
        assert_eq!(resolve("a", "%2e%2e/%zz%"), "%zz%");
    }
}
