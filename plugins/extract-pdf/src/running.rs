//! What stands around the text on every page: headers, footers and page numbers, told apart by
//! coming again from page to page.

use std::collections::BTreeMap;

use crate::content::Role;
use crate::rows::Row;

/// How many rows from the upper and from the lower edge are looked at.
const DEEP: usize = 3;
/// They lie in this share of the page, from either edge.
const MARGIN: f64 = 0.25;
/// What comes again lies at the same height, give or take this many points.
const SAME_HEIGHT: f64 = 6.0;
/// How many pages further on it may come again: left and right pages differ, and a page of pictures
/// has nothing.
const NEAR: usize = 3;

/// What a row at the edge of a page is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Running {
    /// Above the text.
    Header,
    /// Below the text.
    Footer,
    /// Nothing but the number of the page.
    PageNumber,
}

impl Running {
    /// The kind of its aside.
    pub fn kind(self) -> &'static str {
        match self {
            Running::Header => "header",
            Running::Footer => "footer",
            Running::PageNumber => "page-number",
        }
    }
}

/// A row near an edge of a page.
struct Edge {
    /// Its place among the rows of its page.
    row: usize,
    is_above: bool,
    /// Its text, digits all the same.
    shape: String,
    /// The only number in it, where there is one.
    number: Option<i64>,
    baseline: f64,
    is_artifact: bool,
}

/// For each page, which of its rows are not part of the text. Pages are their rows from the top
/// down, and how high they are.
pub fn find(pages: &[(Vec<Row>, f64)]) -> Vec<BTreeMap<usize, Running>> {
    let edges: Vec<Vec<Edge>> = pages.iter().map(|(rows, height)| edges(rows, *height)).collect();
    let mut found: Vec<BTreeMap<usize, Running>> = vec![BTreeMap::new(); pages.len()];
    for (page, here) in edges.iter().enumerate() {
        for edge in here {
            let first = page.saturating_sub(NEAR);
            let near = edges[first..(page + NEAR + 1).min(edges.len())].iter().enumerate();
            let others = near.filter(|(index, _)| first + index != page);
            let again = others.filter(|(index, there)| {
                let apart = (first + index) as i64 - page as i64;
                there.iter().any(|it| edge.comes_again_in(it, apart))
            });
            // Of two pages, one time is every time; of more, it has to come twice.
            let needed = if pages.len() <= 3 { 1 } else { 2 };
            if edge.is_artifact || again.count() >= needed {
                found[page].insert(edge.row, edge.running());
            }
        }
    }
    // Where nothing else is left, it is the text.
    let is_all = pages.iter().zip(&found).all(|((rows, _), found)| rows.len() == found.len());
    if is_all {
        found.iter_mut().for_each(BTreeMap::clear);
    }
    found
}

fn edges(rows: &[Row], height: f64) -> Vec<Edge> {
    let mut edges = Vec::new();
    for (index, row) in rows.iter().enumerate() {
        let baseline = row.baseline();
        let is_above = baseline < MARGIN * height;
        let is_below = baseline > (1.0 - MARGIN) * height;
        let is_first = is_above && index < DEEP;
        let is_last = is_below && index + DEEP >= rows.len();
        let is_table = row.words.iter().any(|it| it.table.is_some());
        if is_table || (!is_first && !is_last) {
            continue;
        }
        let text = row.text();
        if text.len() > 400 {
            continue;
        }
        let (shape, number) = shape(&text);
        let is_artifact = row.words.iter().all(|it| it.role == Role::Artifact);
        edges.push(Edge { row: index, is_above: is_first, shape, number, baseline, is_artifact });
    }
    edges
}

impl Edge {
    fn comes_again_in(&self, other: &Edge, pages_on: i64) -> bool {
        let placed =
            self.is_above == other.is_above && (self.baseline - other.baseline).abs() < SAME_HEIGHT;
        if !placed || self.shape != other.shape {
            return false;
        }
        // A number counts the pages, and does not count anything else; a year, and a number among
        // others, stay.
        match (self.number, other.number) {
            (Some(here), Some(there)) => {
                here == there && self.has_letters() || there.checked_sub(here) == Some(pages_on)
            }
            _ => true,
        }
    }

    fn has_letters(&self) -> bool {
        self.shape.chars().any(char::is_alphabetic)
    }

    fn running(&self) -> Running {
        let only_number = self.number.is_some()
            && self.shape.chars().filter(|it| it.is_alphabetic()).count() <= 5;
        match (only_number, self.is_above) {
            (true, _) => Running::PageNumber,
            (_, true) => Running::Header,
            _ => Running::Footer,
        }
    }
}

/// A text with its numbers as one sign each, and its number if it has only one; a Roman one alone
/// is a number too.
fn shape(text: &str) -> (String, Option<i64>) {
    if let Some(number) = roman(text.trim()) {
        return ("#".to_owned(), Some(number));
    }
    let mut shape = String::new();
    let mut numbers = Vec::new();
    let mut digits = String::new();
    for character in text.chars().chain([' ']) {
        if character.is_ascii_digit() {
            digits.push(character);
            continue;
        }
        if !digits.is_empty() {
            shape.push('#');
            numbers.extend(digits.parse::<i64>());
            digits.clear();
        }
        if !character.is_whitespace() {
            shape.extend(character.to_lowercase());
        }
    }
    // "3 of 12" and "3/12" count too.
    let number = match numbers[..] {
        [only] => Some(only),
        [first, last]
            if first <= last && shape.chars().filter(|it| it.is_alphabetic()).count() <= 8 =>
        {
            Some(first)
        }
        _ => None,
    };
    (shape, number)
}

fn roman(text: &str) -> Option<i64> {
    let value = |it: u8| match it.to_ascii_lowercase() {
        b'i' => Some(1),
        b'v' => Some(5),
        b'x' => Some(10),
        b'l' => Some(50),
        b'c' => Some(100),
        _ => None,
    };
    let values: Option<Vec<i64>> = text.bytes().map(value).collect();
    let values = values.filter(|it| !it.is_empty() && it.len() <= 8)?;
    let signed = values.iter().enumerate().map(|(index, it)| {
        if values.get(index + 1).is_some_and(|next| next > it) { -it } else { *it }
    });
    Some(signed.sum())
}
