//! The order in which the parts of a page are read: columns one after the other, everything else
//! from the top down.

use crate::rows::{Row, rows};
use crate::words::Word;

/// How often a column may have columns of its own.
const DEEPEST: usize = 6;
/// A gutter is at least this wide, in sizes of the font.
const GUTTER: f64 = 0.9;
/// Fewer rows on a side are no column.
const FEWEST_ROWS: usize = 3;

/// How many rows a gutter is followed: more than any page has.
const FARTHEST: usize = 600;

/// Rows that are read one after the other and share a left edge.
#[derive(Debug, Clone, Default)]
pub struct Column {
    /// The rows, from the top down.
    pub rows: Vec<Row>,
}

impl Column {
    /// The right edge.
    pub fn x1(&self) -> f64 {
        self.rows.iter().map(Row::x1).fold(f64::NEG_INFINITY, f64::max)
    }
}

/// These words in columns, in reading order.
pub fn columns(words: Vec<Word>) -> Vec<Column> {
    let mut ordered = Vec::new();
    split(words, DEEPEST, &mut ordered);
    ordered
}

fn split(words: Vec<Word>, depth: usize, ordered: &mut Vec<Column>) {
    let rows = rows(words);
    let (left, right) = extent(&rows);
    let mut plain = Column::default();
    let mut next = 0;
    while next < rows.len() {
        let found = if depth > 0 { gutter(&rows[next..], left, right) } else { Err(rows.len()) };
        let found = match found {
            Ok(found) => found,
            Err(passed) => {
                let end = (next + passed.max(1)).min(rows.len());
                plain.rows.extend_from_slice(&rows[next..end]);
                next = end;
                continue;
            }
        };
        if !plain.rows.is_empty() {
            ordered.push(std::mem::take(&mut plain));
        }
        let words = rows[next..next + found.rows].iter().flat_map(|it| it.words.iter().cloned());
        let (before, after): (Vec<Word>, Vec<Word>) = words.partition(|it| it.x1 <= found.middle());
        split(before, depth - 1, ordered);
        split(after, depth - 1, ordered);
        next += found.rows;
    }
    if !plain.rows.is_empty() {
        ordered.push(plain);
    }
}

fn extent(rows: &[Row]) -> (f64, f64) {
    let left = rows.iter().map(Row::x0).fold(f64::INFINITY, f64::min);
    (left, rows.iter().map(Row::x1).fold(f64::NEG_INFINITY, f64::max))
}

/// A strip without words, and how many rows it passes.
struct Gutter {
    x0: f64,
    x1: f64,
    rows: usize,
}

impl Gutter {
    fn middle(&self) -> f64 {
        (self.x0 + self.x1) / 2.0
    }
}

/// The gutter between two columns of text that begin in the first of these rows; or else for how
/// many rows there is no use in asking again.
fn gutter(rows: &[Row], left: f64, right: f64) -> Result<Gutter, usize> {
    let mut free = vec![(left, right)];
    let mut best: Option<Gutter> = None;
    let mut passed = 0;
    for (index, row) in rows.iter().take(FARTHEST).enumerate() {
        passed = index + 1;
        let width = GUTTER * row.size();
        for word in &row.words {
            take_out(&mut free, word.x0, word.x1, width);
        }
        if free.is_empty() {
            break;
        }
        if passed < FEWEST_ROWS {
            continue;
        }
        // The widest that has enough on both sides.
        let between = free.iter().filter(|it| sides(&rows[..passed], **it));
        let widest = between.max_by(|a, b| (a.1 - a.0).total_cmp(&(b.1 - b.0)));
        if let Some((x0, x1)) = widest.copied() {
            best = Some(Gutter { x0, x1, rows: passed });
        } else if best.is_some() {
            break;
        }
    }
    best.filter(|it| is_text(&rows[..it.rows], it)).ok_or(passed / 4)
}

/// Takes what a word covers out of what is free.
pub fn take_out(free: &mut Vec<(f64, f64)>, x0: f64, x1: f64, width: f64) {
    let mut rest = Vec::with_capacity(free.len() + 1);
    for (from, to) in free.drain(..) {
        if x1 <= from || x0 >= to {
            rest.push((from, to));
            continue;
        }
        rest.extend(
            [(from, x0.min(to)), (x1.max(from), to)].into_iter().filter(|it| it.1 - it.0 >= width),
        );
    }
    *free = rest;
}

/// Whether enough rows have words on either side of a strip.
fn sides(rows: &[Row], (x0, x1): (f64, f64)) -> bool {
    let before = rows.iter().filter(|row| row.words.first().is_some_and(|it| it.x1 <= x0 + 0.01));
    let after = rows.iter().filter(|row| row.words.last().is_some_and(|it| it.x0 >= x1 - 0.01));
    before.take(FEWEST_ROWS).count() == FEWEST_ROWS
        && after.take(FEWEST_ROWS).count() == FEWEST_ROWS
}

/// Whether what lies on the two sides are columns of text, and not columns of a table, which is
/// read row by row.
fn is_text(rows: &[Row], gutter: &Gutter) -> bool {
    let middle = gutter.middle();
    let (mut before, mut after, mut shared) = (Side::default(), Side::default(), 0);
    for row in rows {
        let left: Vec<&Word> = row.words.iter().filter(|it| it.x1 <= middle).collect();
        let right: Vec<&Word> = row.words.iter().filter(|it| it.x1 > middle).collect();
        shared += usize::from(!left.is_empty() && !right.is_empty());
        before.add(&left);
        after.add(&right);
    }
    let aligned = shared as f64 / before.lengths.len().min(after.lengths.len()).max(1) as f64;
    let (fill_before, fill_after) = (before.fill(), after.fill());
    let letters = before.letters_per_row().min(after.letters_per_row());
    // Rows that have words on both sides are those of a table, unless they are lines of text, which
    // are long and fill their column.
    match aligned < 0.6 {
        true => letters >= 12.0 && fill_before > 0.4 && fill_after > 0.4,
        false => letters >= 20.0 && fill_before > 0.6 && fill_after > 0.6,
    }
}

/// What stands on one side of a gutter.
#[derive(Default)]
struct Side {
    lengths: Vec<f64>,
    letters: usize,
    x0: Option<f64>,
    x1: f64,
}

impl Side {
    fn add(&mut self, words: &[&Word]) {
        let (Some(first), Some(last)) = (words.first(), words.last()) else { return };
        self.lengths.push(last.x1 - first.x0);
        self.letters += words.iter().map(|it| it.letters()).sum::<usize>();
        self.x1 = if self.x0.is_some() { self.x1.max(last.x1) } else { last.x1 };
        self.x0 = Some(self.x0.map_or(first.x0, |it| it.min(first.x0)));
    }

    /// How much of the width a usual row takes up.
    fn fill(&self) -> f64 {
        let mut lengths = self.lengths.clone();
        lengths.sort_by(f64::total_cmp);
        let usual = lengths.get(lengths.len() / 2).copied().unwrap_or(0.0);
        usual / (self.x1 - self.x0.unwrap_or(0.0)).max(1.0)
    }

    fn letters_per_row(&self) -> f64 {
        self.letters as f64 / self.lengths.len().max(1) as f64
    }
}
