//! The rows of a column put together into paragraphs, headings, items of lists, footnotes and
//! tables.

use crate::columns::{Column, take_out};
use crate::rows::Row;
use crate::words::Word;

/// What rows are together.
#[derive(Debug, Clone)]
pub enum Block {
    /// Lines of running text.
    Paragraph(Vec<Row>),
    /// Lines in the larger letters of a heading, with their size.
    Heading(Vec<Row>, f64),
    /// An item of a list.
    Item(Vec<Row>),
    /// Small lines at the foot of a column, with the sign that leads to them.
    Footnote(Vec<Row>),
    /// Rows of cells.
    Cells(Vec<Vec<Vec<Row>>>),
    /// A table of the page that was found by its rules, by its number.
    Ruled(usize),
}

/// What is usual in a document.
#[derive(Debug, Clone, Copy)]
pub struct Usual {
    /// The size of most of its letters, in points.
    pub size: f64,
}

/// The blocks of a column, in order.
pub fn blocks(column: Column, usual: Usual, lower_half: f64) -> Vec<Block> {
    let shape = Shape::of(&column);
    let mut blocks = Vec::new();
    let mut lines: Vec<Row> = Vec::new();
    let mut rows = Vec::new();
    for mut row in column.rows {
        // A table stands for itself, whatever else is on its row.
        rows.extend(row.words.iter().filter_map(|it| it.table).map(Piece::Table));
        row.words.retain(|it| it.table.is_none());
        if !row.words.is_empty() {
            rows.push(Piece::Row(row));
        }
    }
    let mut at = 0;
    while at < rows.len() {
        match &rows[at] {
            Piece::Table(number) => {
                blocks.extend(close(&mut lines, usual, lower_half));
                blocks.push(Block::Ruled(*number));
                at += 1;
            }
            Piece::Row(row) => {
                if let Some((cells, length)) = aligned(&rows[at..]) {
                    blocks.extend(close(&mut lines, usual, lower_half));
                    blocks.push(Block::Cells(cells));
                    at += length;
                    continue;
                }
                if lines.last().is_some_and(|before| shape.breaks(&lines, before, row)) {
                    blocks.extend(close(&mut lines, usual, lower_half));
                }
                lines.push(row.clone());
                at += 1;
            }
        }
    }
    blocks.extend(close(&mut lines, usual, lower_half));
    blocks
}

enum Piece {
    Row(Row),
    Table(usize),
}

/// What the lines of a column have in common.
struct Shape {
    left: f64,
    right: f64,
    /// From one baseline to the next, usually.
    leading: f64,
}

impl Shape {
    fn of(column: &Column) -> Shape {
        let mut lefts: Vec<f64> = column.rows.iter().map(Row::x0).collect();
        lefts.sort_by(f64::total_cmp);
        let steps = column.rows.windows(2).map(|it| it[1].baseline() - it[0].baseline());
        let mut steps: Vec<f64> = steps.filter(|it| *it > 1.0).collect();
        steps.sort_by(f64::total_cmp);
        Shape {
            left: lefts.get(lefts.len() / 4).copied().unwrap_or(0.0),
            right: column.x1(),
            leading: steps.get(steps.len() / 3).copied().unwrap_or(f64::INFINITY),
        }
    }

    /// Whether a new block begins with this row.
    fn breaks(&self, lines: &[Row], before: &Row, row: &Row) -> bool {
        let (size, last_size) = (row.size(), before.size());
        let step = row.baseline() - before.baseline();
        let usual = self.leading.min(1.5 * size.max(last_size)).max(0.8 * size);
        if (size - last_size).abs() > 0.12 * size.max(last_size)
            || step > 1.35 * usual
            || step < 0.0
        {
            return true;
        }
        if is_bold(before) != is_bold(row) && lines.iter().all(is_bold) {
            return true;
        }
        if item_sign(row).is_some() || has_leader(before) {
            return true;
        }
        let is_item = lines.first().is_some_and(|it| item_sign(it).is_some());
        let indented = |it: &Row| it.x0() > self.left + 0.8 * size;
        if indented(row) && !indented(before) && !is_item {
            return true;
        }
        let short = before.x1() < self.right - 0.25 * (self.right - self.left);
        let ends = before
            .words
            .last()
            .is_some_and(|it| it.text.ends_with(['.', '!', '?', ':', ';', '”', '»']));
        let begins = row.words[0].text.chars().next().is_some_and(|it| !it.is_lowercase());
        short && begins && (ends || before.words.len() <= 3 || row.words.len() <= 3)
    }
}

fn close(lines: &mut Vec<Row>, usual: Usual, lower_half: f64) -> Option<Block> {
    let rows = std::mem::take(lines);
    let first = rows.first()?;
    let size = rows.iter().map(Row::size).fold(0.0, f64::max);
    let letters: usize =
        rows.iter().flat_map(|it| &it.words).map(|it| it.text.chars().count()).sum();
    let has_letters =
        rows.iter().any(|row| row.words.iter().any(|it| it.text.chars().any(char::is_alphabetic)));
    if size > 1.12 * usual.size && letters <= 240 && rows.len() <= 5 && has_letters {
        return Some(Block::Heading(rows, size));
    }
    if size < 0.93 * usual.size && first.baseline() > lower_half && footnote_sign(first) {
        return Some(Block::Footnote(rows));
    }
    if is_numbered_heading(&rows) {
        return Some(Block::Heading(rows, usual.size));
    }
    if item_sign(first).is_some() && first.words.len() > 1 {
        return Some(Block::Item(rows));
    }
    Some(Block::Paragraph(rows))
}

/// A line in bold that begins with the number of a section.
fn is_numbered_heading(rows: &[Row]) -> bool {
    let [row] = rows else { return false };
    let number = row.words[0].text.trim_end_matches('.');
    let is_number = !number.is_empty()
        && number.len() <= 8
        && number.split('.').all(|it| !it.is_empty() && it.bytes().all(|it| it.is_ascii_digit()));
    is_number && row.words.len() > 1 && row.words.iter().all(|it| it.style.bold)
}

fn is_bold(row: &Row) -> bool {
    row.words.iter().all(|it| it.style.bold)
}

/// Whether a row leads the eye to a number, as those of a table of contents do.
fn has_leader(row: &Row) -> bool {
    row.words.iter().any(|it| it.text.contains("....") || it.text.contains("…………"))
        || row.words.windows(4).any(|it| it.iter().all(|it| it.text == "."))
}

/// The sign that an item of a list begins with: how long it is in words, and whether it is nothing
/// but a sign.
pub fn item_sign(row: &Row) -> Option<bool> {
    let first = row.words.first()?;
    let text = first.text.as_str();
    if matches!(
        text,
        "•" | "●"
            | "○"
            | "◦"
            | "▪"
            | "■"
            | "□"
            | "‣"
            | "➢"
            | "✓"
            | "·"
            | "–"
            | "—"
            | "-"
            | "*"
            | ""
    ) {
        return (row.words.len() > 1).then_some(true);
    }
    let number = text.strip_suffix(['.', ')'])?;
    let number = number.strip_prefix('(').unwrap_or(number);
    let digits =
        !number.is_empty() && number.len() <= 3 && number.bytes().all(|it| it.is_ascii_digit());
    let letter = number.chars().count() == 1
        && number.chars().all(char::is_alphabetic)
        && text.ends_with(')');
    (row.words.len() > 1 && (digits || letter)).then_some(false)
}

fn footnote_sign(row: &Row) -> bool {
    let first = &row.words[0];
    let text = first.text.as_str();
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let raised = row.words.get(1).is_some_and(|next| first.size < 0.9 * next.size);
    matches!(text.chars().next(), Some('*' | '†' | '‡' | '§' | '¹' | '²' | '³'))
        || ((1..=3).contains(&digits) && (raised || digits < text.len() || row.words.len() > 1))
}

/// Rows whose words stand below each other in columns with clear gaps, from the first of these rows
/// on: their cells, and how many rows they are.
fn aligned(pieces: &[Piece]) -> Option<(Vec<Vec<Vec<Row>>>, usize)> {
    const FEWEST: usize = 3;
    let row = |piece: &Piece| match piece {
        Piece::Row(row) => Some(row.clone()),
        Piece::Table(_) => None,
    };
    let mut taken: Vec<Row> = Vec::new();
    let (mut free, mut kept) = (Vec::new(), Vec::new());
    for piece in pieces.iter().take(400) {
        let Some(next) = row(piece) else { break };
        let is_first = taken.is_empty();
        if is_first {
            free = vec![(next.x0() - 200.0, next.x1() + 200.0)];
        }
        let near = taken
            .last()
            .is_none_or(|it| next.baseline() - it.baseline() < 3.0 * it.size().max(next.size()));
        if !near || has_leader(&next) {
            break;
        }
        let width = 1.2 * next.size();
        for word in &next.words {
            take_out(&mut free, word.x0, word.x1, width);
        }
        // In each row words on both sides of a gap: a line of text is not a row of a table.
        let (x0, x1) = (next.x0(), next.x1());
        let has_gap = free.iter().any(|it| it.0 > x0 && it.1 < x1);
        if !has_gap {
            break;
        }
        taken.push(next);
        let (left, right) = taken.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |it, row| {
            (it.0.min(row.x0()), it.1.max(row.x1()))
        });
        kept = free.iter().copied().filter(|it| it.0 > left && it.1 < right).collect();
    }
    if taken.len() < FEWEST || kept.is_empty() || taken.iter().all(|it| item_sign(it).is_some()) {
        return None;
    }
    let length = taken.len();
    let cells = taken.into_iter().map(|row| {
        let mut cells: Vec<Vec<Word>> = vec![Vec::new(); kept.len() + 1];
        for word in row.words {
            let at = kept.iter().filter(|it| word.x0 >= it.1 - 0.1).count();
            cells[at].push(word);
        }
        let rows =
            |words: Vec<Word>| if words.is_empty() { Vec::new() } else { vec![Row { words }] };
        cells.into_iter().map(rows).collect()
    });
    Some((cells.collect(), length))
}
