//! The outline of a document, which says what its headings are, and the labels of its pages.

use std::collections::{BTreeMap, BTreeSet};

use hayro_syntax::Pdf;
use hayro_syntax::object::{Array, Dict, Name, Object, ObjectIdentifier, String as PdfString};

use crate::strings::one_line;

/// The most entries that are read.
const MOST_ENTRIES: usize = 20_000;
/// How deep entries may lie in each other, and trees of labels.
const DEEPEST: usize = 32;

/// An entry of the outline.
#[derive(Debug)]
pub struct Entry {
    /// How deep it lies, from 1.
    pub level: u8,
    /// The page it leads to, where it says that plainly.
    pub page: Option<usize>,
}

/// The entries of the outline, by their letters and digits.
#[derive(Debug, Default)]
pub struct Outline(BTreeMap<String, Vec<Entry>>);

impl Outline {
    /// The outline of `pdf`, empty if there is none.
    pub fn of(pdf: &Pdf) -> Outline {
        let mut outline = Outline::default();
        let pages = pdf.pages().iter().enumerate();
        let pages: BTreeMap<ObjectIdentifier, usize> =
            pages.filter_map(|(index, page)| page.raw().obj_id().map(|id| (id, index))).collect();
        let root = pdf.xref().get::<Dict<'_>>(pdf.xref().root_id());
        let Some(top) = root.and_then(|it| it.get::<Dict<'_>>(b"Outlines")) else { return outline };
        let mut seen = BTreeSet::new();
        // Entries that are still to be read, with their level; the next one of a level after what
        // lies in this one.
        let mut waiting: Vec<(Dict<'_>, u8)> =
            top.get::<Dict<'_>>(b"First").map(|it| (it, 1)).into_iter().collect();
        while let Some((entry, level)) = waiting.pop() {
            let is_new = entry.obj_id().is_none_or(|id| seen.insert(id));
            if !is_new || seen.len() > MOST_ENTRIES {
                continue;
            }
            if let Some(title) = entry.get::<PdfString<'_>>(b"Title") {
                let key = key(&one_line(title.as_bytes()));
                if !key.is_empty() {
                    let page = target(&entry).and_then(|id| pages.get(&id).copied());
                    outline.0.entry(key).or_default().push(Entry { level, page });
                }
            }
            waiting.extend(entry.get::<Dict<'_>>(b"Next").map(|it| (it, level)));
            if usize::from(level) < DEEPEST {
                waiting.extend(entry.get::<Dict<'_>>(b"First").map(|it| (it, level + 1)));
            }
        }
        outline
    }

    /// The level of a heading with these words on this page, if the outline leads to it.
    pub fn level(&self, words: &str, page: usize) -> Option<u8> {
        if words.len() > 400 {
            return None;
        }
        let whole = key(words);
        let unnumbered = key(words.trim_start_matches(|it: char| !it.is_alphabetic()));
        let entries = [whole, unnumbered].into_iter().filter_map(|it| self.0.get(&it)).flatten();
        let here = entries.filter(|it| it.page.is_none_or(|target| target == page));
        here.map(|it| it.level).next()
    }
}

/// What is compared of a title: its letters and digits.
fn key(title: &str) -> String {
    title.chars().filter(|it| it.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The page that an entry leads to, where its target names one.
fn target(entry: &Dict<'_>) -> Option<ObjectIdentifier> {
    let array = entry
        .get::<Array<'_>>(b"Dest")
        .or_else(|| entry.get::<Dict<'_>>(b"A")?.get::<Array<'_>>(b"D"))?;
    array.raw_iter().next()?.as_obj_ref().map(ObjectIdentifier::from)
}

/// The label of each page, such as `iv` or `A-3`; empty where the document has none.
pub fn labels(pdf: &Pdf) -> Vec<String> {
    let root = pdf.xref().get::<Dict<'_>>(pdf.xref().root_id());
    let Some(tree) = root.and_then(|it| it.get::<Dict<'_>>(b"PageLabels")) else {
        return Vec::new();
    };
    let mut ranges = BTreeMap::new();
    number_tree(&tree, DEEPEST, &mut ranges);
    let count = pdf.pages().len();
    let mut labels = vec![String::new(); count];
    for (start, (prefix, style, first)) in &ranges {
        for (index, label) in labels.iter_mut().enumerate().skip(*start) {
            let number = first + (index - start) as u64;
            *label = format!("{prefix}{}", numbered(number, style));
        }
    }
    labels
}

type Range = (String, String, u64);

fn number_tree(node: &Dict<'_>, depth: usize, ranges: &mut BTreeMap<usize, Range>) {
    if let Some(numbers) = node.get::<Array<'_>>(b"Nums") {
        let mut parts = numbers.iter::<Object<'_>>();
        while let (Some(start), Some(range)) = (parts.next(), parts.next()) {
            let (Some(start), Some(range)) = (start.into_i32(), range.into_dict()) else {
                continue;
            };
            // Each range goes to the end, so that many of them cost as much as their number times
            // the pages.
            if ranges.len() >= 500 {
                return;
            }
            let prefix = range
                .get::<PdfString<'_>>(b"P")
                .map(|it| one_line(it.as_bytes()))
                .unwrap_or_default();
            let style =
                range.get::<Name<'_>>(b"S").map(|it| it.as_str().to_owned()).unwrap_or_default();
            let first = range.get::<i64>(b"St").and_then(|it| u64::try_from(it).ok()).unwrap_or(1);
            let prefix = prefix.chars().take(64).collect();
            ranges.insert(usize::try_from(start).unwrap_or(0), (prefix, style, first.min(1 << 32)));
        }
    }
    if let Some(kids) = node.get::<Array<'_>>(b"Kids").filter(|_| depth > 0) {
        for kid in kids.iter::<Dict<'_>>().take(500) {
            if ranges.len() < 500 {
                number_tree(&kid, depth / 2, ranges);
            }
        }
    }
}

fn numbered(number: u64, style: &str) -> String {
    const ROMAN: [(u64, &str); 13] = [
        (1000, "m"),
        (900, "cm"),
        (500, "d"),
        (400, "cd"),
        (100, "c"),
        (90, "xc"),
        (50, "l"),
        (40, "xl"),
        (10, "x"),
        (9, "ix"),
        (5, "v"),
        (4, "iv"),
        (1, "i"),
    ];
    match style {
        "D" => number.to_string(),
        "R" | "r" if number < 5000 => {
            let (mut rest, mut roman) = (number, String::new());
            for (value, sign) in ROMAN {
                while rest >= value {
                    roman.push_str(sign);
                    rest -= value;
                }
            }
            if style == "R" { roman.to_uppercase() } else { roman }
        }
        "A" | "a" if (1..2600).contains(&number) => {
            let letter = char::from(b'a' + ((number - 1) % 26) as u8);
            let letters: String =
                std::iter::repeat_n(letter, ((number - 1) / 26 + 1) as usize).collect();
            if style == "A" { letters.to_uppercase() } else { letters }
        }
        "" => String::new(),
        _ => number.to_string(),
    }
}
