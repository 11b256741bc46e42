//! Hands rows over as members, and keeps account of those that cannot be.

use docmill_plugin::{Attribute, Error, Member, emit, log};

use crate::columns::{Columns, Part};

/// At most so many broken rows are named; the others are counted.
const NAMED: usize = 5;

/// The most facts of a row besides its text, and the longest of them in bytes.
const MOST_FACTS: usize = 64;
const LONGEST_FACT: usize = 4 << 10;

/// Takes the rows of one table.
pub struct Rows {
    columns: Columns,
    /// Rows so far, those that are broken or empty included.
    count: u64,
    members: u64,
    empty: u64,
    broken: u64,
    /// What is said of the first broken ones.
    reasons: Vec<String>,
    /// How many of them that is.
    named: u64,
    /// Rows without any column that could be the text, before the first that has one.
    without_text: u64,
}

impl Rows {
    pub fn new(columns: Columns) -> Rows {
        Rows {
            columns,
            count: 0,
            members: 0,
            empty: 0,
            broken: 0,
            reasons: Vec::new(),
            named: 0,
            without_text: 0,
        }
    }

    /// Whether nothing has come of the table so far, good or bad.
    pub fn is_untouched(&self) -> bool {
        self.count == 0
    }

    pub fn columns(&self) -> &Columns {
        &self.columns
    }

    /// A row that cannot be read; the reason reads on from `line 7`.
    pub fn broken(&mut self, place: &str, reason: &str) {
        self.broken_rows(place, 1, reason);
    }

    /// So many rows that cannot be read, from this one on.
    pub fn broken_rows(&mut self, place: &str, count: u64, reason: &str) {
        self.count = self.count.saturating_add(count);
        self.broken = self.broken.saturating_add(count);
        if self.reasons.len() < NAMED {
            let more = if count > 1 { format!(" and {} more", count - 1) } else { String::new() };
            self.reasons.push(format!("{place}{more} {reason}"));
            self.named = self.named.saturating_add(count);
        }
    }

    /// A row: what each column is called, in the order of the table, and its value.
    pub fn take<'v>(
        &mut self,
        place: &str,
        cells: impl IntoIterator<Item = (&'v str, &'v str)>,
    ) -> Result<(), Error> {
        let mut text: Option<(usize, &str)> = None;
        let mut html: Option<(usize, &str)> = None;
        // By the attribute that they become: of the names that mean the same, the first counts.
        let mut ranked: Vec<(&'static str, usize, &str)> = Vec::new();
        let mut others: Vec<Attribute> = Vec::new();
        let mut has_column = false;
        for (name, value) in cells {
            let better = |held: Option<(usize, &str)>, rank| held.is_none_or(|(it, _)| rank < it);
            match self.columns.part(name) {
                Part::Text(rank) => {
                    has_column = true;
                    if better(text, rank) && !value.trim().is_empty() {
                        text = Some((rank, value));
                    }
                }
                Part::Html(rank) => {
                    has_column = true;
                    if better(html, rank) && !value.trim().is_empty() {
                        html = Some((rank, value));
                    }
                }
                _ if value.trim().is_empty() => {}
                Part::Attribute(attribute, rank) => ranked.push((attribute, rank, value)),
                Part::Other(attribute) => others.push(Attribute::new(attribute, value.trim())),
                Part::Unnamed => {}
            }
        }
        if !has_column && self.members == 0 {
            self.without_text += 1;
        }
        let (value, media_type) = match (text, html) {
            (Some((_, text)), _) if is_markup(text) => (text, "text/html"),
            (Some((_, text)), _) => (text, "text/plain"),
            (None, Some((_, html))) => (html, "text/html"),
            (None, None) if has_column => {
                self.count += 1;
                self.empty += 1;
                return Ok(());
            }
            (None, None) => {
                self.broken(place, "has no text");
                return Ok(());
            }
        };
        self.count += 1;
        self.members += 1;
        ranked.sort_by_key(|(attribute, rank, _)| (*attribute, *rank));
        let mut attributes: Vec<Attribute> = Vec::new();
        let mut before = None;
        for (attribute, rank, value) in ranked {
            // One column may have several values, as authors are.
            if before.is_none_or(|it: (&str, usize)| it.0 != attribute || it == (attribute, rank)) {
                attributes.push(Attribute::new(attribute, fact(attribute, value.trim())));
                before = Some((attribute, rank));
            }
        }
        attributes.extend(others);
        attributes.retain(|it| it.value.len() <= LONGEST_FACT);
        attributes.truncate(MOST_FACTS);
        let called =
            |name: &str| attributes.iter().find(|it| it.name == name).map(|it| it.value.clone());
        let name = called("identifier").or_else(|| called("location"));
        emit(Member {
            name: name.unwrap_or_else(|| place.to_owned()),
            media_type: Some(media_type.to_owned()),
            content: value.as_bytes().to_vec(),
            attributes,
        });
        Ok(())
    }

    /// Whether so many rows have no text that the table is none of articles.
    pub fn check(&self) -> Result<(), Error> {
        const ENOUGH: u64 = 100;
        if self.members == 0 && self.without_text >= ENOUGH {
            return Err(none_is_text(&[]));
        }
        Ok(())
    }

    /// Tells what became of the table.
    pub fn finish(self) -> Result<(), Error> {
        if self.members == 0 && self.without_text > 0 {
            return Err(none_is_text(&[]));
        }
        if self.empty > 0 {
            log::info!("{} of {} rows have an empty text", self.empty, self.count);
        }
        if self.broken == 0 {
            return Ok(());
        }
        let more = match self.broken - self.named {
            0 => String::new(),
            more => format!("; and {more} more"),
        };
        let (broken, count) = (self.broken, self.count);
        let reasons = self.reasons.join("; ");
        let rows = if count == 1 { "row" } else { "rows" };
        Err(Error::malformed(format!("{broken} of {count} {rows} cannot be read: {reasons}{more}")))
    }
}

/// The table has no column for the text.
pub fn none_is_text(columns: &[&str]) -> Error {
    let mut named = columns.join(", ");
    if named.len() > 200 {
        named.truncate(named.floor_char_boundary(200));
        named.push('…');
    }
    let named = if named.is_empty() { named } else { format!(" of {named}") };
    Error::Unsupported(format!(
        "none of its columns{named} is the text of articles; the setting `text` can name it"
    ))
}

/// Whether a text is a page or a fragment of one: it begins with a tag and ends one.
fn is_markup(text: &str) -> bool {
    let text = text.trim_start();
    text.starts_with('<')
        && text[1..].starts_with(|next: char| next.is_ascii_alphabetic() || next == '!')
        && (text.contains("</") || text.contains("/>"))
}

/// A fact as docmill writes it: a date and a time of day that a blank separates are joined.
fn fact(attribute: &str, value: &str) -> String {
    let bytes = value.as_bytes();
    let is_digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let is_date_and_time = attribute == "date"
        && bytes.get(4) == Some(&b'-')
        && bytes.get(7) == Some(&b'-')
        && bytes.get(10) == Some(&b' ')
        && [0, 1, 2, 3, 5, 6, 8, 9, 11, 12].into_iter().all(is_digit);
    match is_date_and_time {
        // `2025-06-12 08:30:00 +02:00`, too.
        true => format!("{}T{}", &value[..10], value[11..].replace(' ', "")),
        false => value.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_written_as_docmill_does() {
        assert_eq!(fact("date", "2025-06-12 08:30:00"), "2025-06-12T08:30:00");
        assert_eq!(fact("date", "2025-06-12 08:30:00 +02:00"), "2025-06-12T08:30:00+02:00");
        assert_eq!(fact("date", "12 June 2025"), "12 June 2025");
        assert_eq!(fact("title", "2025-06-12 08:30"), "2025-06-12 08:30");
    }

    #[test]
    fn a_fragment_of_a_page_is_told_from_a_text() {
        assert!(is_markup(" <p>a</p>"));
        assert!(is_markup("<br/>a"));
        assert!(!is_markup("<3 you </3"));
        assert!(!is_markup("a <p>b</p>"));
        assert!(!is_markup("<"));
    }
}
