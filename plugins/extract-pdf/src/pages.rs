//! The pages of a document one by one, and what they have in common: the usual size of letters, and
//! what runs around the text.

use std::collections::BTreeMap;

use hayro_syntax::Pdf;

use crate::blocks::{Block, Usual, blocks};
use crate::columns::columns;
use crate::content::{Budget, MOST_INSTRUCTIONS, show};
use crate::fonts::{Fonts, Style};
use crate::notes::{self, Note};
use crate::rows::{Row, rows};
use crate::running::{self, Running};
use crate::tables::{self, Table};
use crate::words::{Direction, Word, words};
use crate::write::{self, Vocabulary};

/// The most pages that are read; the longest books have some thousands.
const MOST_PAGES: usize = 20_000;
/// The most letters of a document: fifty thick books.
const MOST_LETTERS: usize = 50_000_000;

/// A page, taken apart.
#[derive(Debug, Default)]
pub struct Parts {
    /// What is read, in order.
    pub blocks: Vec<Block>,
    /// Its tables, which blocks name by their number.
    pub tables: Vec<Table>,
    /// What stands above the text on every page.
    pub headers: Vec<(Running, String)>,
    /// What stands below it.
    pub footers: Vec<(Running, String)>,
    /// What is written across it, and what lies over it.
    pub stamps: Vec<String>,
    /// Notes and fields.
    pub notes: Vec<Note>,
}

/// All pages, and what they came to.
#[derive(Debug, Default)]
pub struct Pages {
    /// The pages in order.
    pub pages: Vec<Parts>,
    /// What is usual in them.
    pub usual: f64,
    /// How words may be meant that lines end in.
    pub vocabulary: Vocabulary,
    /// How many images they show.
    pub images: usize,
    /// How many letters nothing tells.
    pub unknown: usize,
    /// How many letters they have.
    pub letters: usize,
    /// How many pages were not read, or not to their end.
    pub cut: usize,
}

/// A page before what runs around its text is known.
struct Raw {
    rows: Vec<Row>,
    main: Direction,
    height: f64,
    others: Vec<Word>,
    tables: Vec<Table>,
    notes: Vec<Note>,
}

/// Reads all pages of `pdf`.
pub fn read(pdf: &Pdf) -> Pages {
    let mut found = Pages::default();
    let mut fonts = Fonts::new();
    let mut budget = Budget { instructions: MOST_INSTRUCTIONS };
    let mut raw = Vec::new();
    let count = pdf.pages().len();
    for page in pdf.pages().iter().take(MOST_PAGES) {
        if budget.instructions == 0 || found.letters > MOST_LETTERS {
            break;
        }
        let shown = show(page, &mut fonts, &mut budget);
        found.images += shown.images;
        found.unknown += shown.unknown;
        found.cut += usize::from(shown.is_cut);
        let (width, height) = page.render_dimensions();
        let (width, height) = (f64::from(width), f64::from(height));
        let mut words = words(&shown.glyphs, width, height);
        let letters = words.iter().map(|it| it.text.len()).sum::<usize>();
        found.letters += letters;
        let notes = notes::read(page, &mut words);
        let tables = tables::take_out(&shown.rules, &mut words);
        let main = main_direction(&words);
        let height = if matches!(main, Direction::Down | Direction::Up) { width } else { height };
        let (mut upright, others): (Vec<Word>, Vec<Word>) =
            words.into_iter().partition(|it| it.direction == main);
        if main == Direction::Right {
            upright
                .extend(tables.iter().enumerate().map(|(number, table)| stand_in(number, table)));
        }
        raw.push(Raw { rows: rows(upright), main, height, others, tables, notes });
    }
    found.cut += count - raw.len();
    found.usual = usual_size(&raw);
    for page in &raw {
        write::doubts(&page.rows, &mut found.vocabulary);
    }
    for page in &raw {
        write::known(&page.rows, &mut found.vocabulary);
    }
    let running = running(&mut raw);
    let usual = Usual { size: found.usual };
    found.pages = raw
        .into_iter()
        .zip(running)
        .map(|(raw, running)| raw.take_apart(&running, usual))
        .collect();
    found
}

/// Which way most of a page is written.
fn main_direction(words: &[Word]) -> Direction {
    let mut letters = BTreeMap::<Direction, usize>::new();
    for word in words.iter().filter(|it| it.direction != Direction::Slanted) {
        *letters.entry(word.direction).or_default() += word.text.len();
    }
    let most = letters
        .into_iter()
        .max_by_key(|(direction, letters)| (*letters, std::cmp::Reverse(*direction)));
    most.map_or(Direction::Right, |it| it.0)
}

/// A word that stands for a table where the order of reading is looked for.
fn stand_in(number: usize, table: &Table) -> Word {
    Word {
        text: "\u{FFFC}".to_owned(),
        x0: table.x0,
        x1: table.x1,
        baseline: table.y1,
        size: 1.0,
        style: Style::default(),
        role: Default::default(),
        direction: Direction::Right,
        is_closed: true,
        link: None,
        table: Some(number),
    }
}

fn usual_size(pages: &[Raw]) -> f64 {
    let mut letters = BTreeMap::<i64, usize>::new();
    for word in pages
        .iter()
        .flat_map(|it| &it.rows)
        .flat_map(|it| &it.words)
        .filter(|it| it.table.is_none())
    {
        *letters.entry((word.size * 2.0).round() as i64).or_default() += word.text.chars().count();
    }
    letters.into_iter().max_by_key(|it| it.1).map_or(0.0, |it| it.0 as f64 / 2.0)
}

fn running(pages: &mut [Raw]) -> Vec<BTreeMap<usize, Running>> {
    let rows =
        pages.iter_mut().map(|it| (std::mem::take(&mut it.rows), it.height)).collect::<Vec<_>>();
    let found = running::find(&rows);
    for (page, (rows, _)) in pages.iter_mut().zip(rows) {
        page.rows = rows;
    }
    found
}

impl Raw {
    fn take_apart(self, running: &BTreeMap<usize, Running>, usual: Usual) -> Parts {
        let mut parts = Parts { tables: self.tables, notes: self.notes, ..Parts::default() };
        let mut body = Vec::new();
        for (index, row) in self.rows.into_iter().enumerate() {
            match running.get(&index) {
                Some(kind) if row.baseline() < self.height / 2.0 => {
                    parts.headers.push((*kind, row.text()))
                }
                Some(kind) => parts.footers.push((*kind, row.text())),
                None => body.extend(row.words),
            }
        }
        let lower_half = self.height / 2.0;
        for column in columns(body) {
            parts.blocks.extend(blocks(column, usual, lower_half));
        }
        let mut others = BTreeMap::<Direction, Vec<Word>>::new();
        for word in self.others {
            others.entry(word.direction).or_default().push(word);
        }
        debug_assert!(
            !others.contains_key(&self.main),
            "the main direction is not among the others"
        );
        for (direction, words) in others {
            if direction == Direction::Slanted {
                parts.stamps.extend(rows(words).iter().map(Row::text));
                continue;
            }
            for column in columns(words) {
                parts.blocks.extend(blocks(column, usual, f64::INFINITY));
            }
        }
        parts
    }
}
