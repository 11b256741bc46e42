//! Tables that are drawn with rules: which words lie in which cell.

use crate::content::Rule;
use crate::rows::{Row, rows};
use crate::words::{Direction, Word};

/// Rules that end this near each other meet, in points.
const NEAR: f64 = 3.0;
/// The most lines of a table, either way.
const MOST_LINES: usize = 2_000;
/// How many times the place of a word is compared with a rule, in one table.
const MOST_COMPARED: usize = 20_000_000;
/// The most tables of one page.
const MOST_TABLES: usize = 200;

/// A table: where it is, and its rows of cells, each with its own rows of words.
#[derive(Debug, Clone)]
pub struct Table {
    /// The left edge, in points.
    pub x0: f64,
    /// The right edge.
    pub x1: f64,
    /// The lower edge.
    pub y1: f64,
    /// Rows, of cells, of rows of words.
    pub cells: Vec<Vec<Vec<Row>>>,
}

/// Takes the tables of a page, with the words in them, out of its words.
pub fn take_out(rules: &[Rule], words: &mut Vec<Word>) -> Vec<Table> {
    let mut tables = Vec::new();
    for grid in grids(rules) {
        let inside = |word: &Word| {
            let (x, y) = ((word.x0 + word.x1) / 2.0, word.baseline - 0.25 * word.size);
            word.direction == Direction::Right && grid.contains(x, y)
        };
        let held: Vec<Word> = words.iter().filter(|it| inside(it)).cloned().collect();
        if let Some(table) = grid.fill(held) {
            words.retain(|it| !inside(it));
            tables.push(table);
        }
    }
    tables
}

/// Lines that meet each other.
#[derive(Default)]
struct Grid {
    across: Vec<Rule>,
    down: Vec<Rule>,
    /// Where the lines are, each once.
    xs: Vec<f64>,
    ys: Vec<f64>,
}

fn grids(rules: &[Rule]) -> Vec<Grid> {
    // Which rule belongs to which grid: those that meet are put together.
    let mut owner: Vec<usize> = (0..rules.len()).collect();
    fn root(owner: &mut [usize], mut at: usize) -> usize {
        while owner[at] != at {
            owner[at] = owner[owner[at]];
            at = owner[at];
        }
        at
    }
    let is_across = |rule: &Rule| rule.x1 - rule.x0 >= rule.y1 - rule.y0;
    let mut across: Vec<usize> = (0..rules.len()).filter(|it| is_across(&rules[*it])).collect();
    let down: Vec<usize> = (0..rules.len()).filter(|it| !is_across(&rules[*it])).collect();
    across.sort_by(|a, b| rules[*a].y0.total_cmp(&rules[*b].y0));
    // A drawing of thousands of lines is no table, and comparing all of them would take long.
    if across.len().saturating_mul(down.len()) > 4_000_000 {
        return Vec::new();
    }
    for line in down {
        let rule = rules[line];
        let first = across.partition_point(|it| rules[*it].y0 < rule.y0 - NEAR);
        for other in &across[first..] {
            let crossing = rules[*other];
            if crossing.y0 > rule.y1 + NEAR {
                break;
            }
            if rule.x0 >= crossing.x0 - NEAR && rule.x0 <= crossing.x1 + NEAR {
                let (a, b) = (root(&mut owner, line), root(&mut owner, *other));
                owner[a] = b;
            }
        }
    }
    let mut grids = std::collections::BTreeMap::<usize, Grid>::new();
    for (index, rule) in rules.iter().enumerate() {
        let grid = grids.entry(root(&mut owner, index)).or_default();
        if is_across(rule) { grid.across.push(*rule) } else { grid.down.push(*rule) }
    }
    let mut grids: Vec<Grid> =
        grids.into_values().filter(|it| !it.across.is_empty() && !it.down.is_empty()).collect();
    for grid in &mut grids {
        grid.xs = places(grid.down.iter().map(|it| (it.x0 + it.x1) / 2.0));
        grid.ys = places(grid.across.iter().map(|it| (it.y0 + it.y1) / 2.0));
    }
    grids.retain(|it| {
        (3..MOST_LINES).contains(&it.xs.len()) && (3..MOST_LINES).contains(&it.ys.len())
    });
    // The largest, from the top down.
    grids.sort_by_key(|it| std::cmp::Reverse(it.across.len() + it.down.len()));
    grids.truncate(MOST_TABLES);
    grids.sort_by(|a, b| a.ys[0].total_cmp(&b.ys[0]).then(a.xs[0].total_cmp(&b.xs[0])));
    grids
}

/// Places, each once: what is as near as two edges of one line is one.
fn places(all: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut places: Vec<f64> = all.collect();
    places.sort_by(f64::total_cmp);
    places.dedup_by(|next, kept| *next - *kept < NEAR);
    places
}

impl Grid {
    fn contains(&self, x: f64, y: f64) -> bool {
        let within = |places: &[f64], at: f64| at > places[0] && at < places[places.len() - 1];
        within(&self.xs, x) && within(&self.ys, y)
    }

    /// The table with these words, if most of its cells have some.
    fn fill(&self, words: Vec<Word>) -> Option<Table> {
        let (columns, lines) = (self.xs.len() - 1, self.ys.len() - 1);
        let rules = self.across.len() + self.down.len();
        if words.len() < 4
            || words.len().saturating_mul(rules) > MOST_COMPARED
            || columns.saturating_mul(lines) > words.len().saturating_mul(12).max(24)
        {
            return None;
        }
        let mut cells: Vec<Vec<Vec<Word>>> = vec![vec![Vec::new(); columns]; lines];
        for word in words {
            let x = (word.x0 + word.x1) / 2.0;
            let y = word.baseline - 0.25 * word.size;
            let column = self.xs.partition_point(|it| *it <= x).clamp(1, columns) - 1;
            let line = self.ys.partition_point(|it| *it <= y).clamp(1, lines) - 1;
            let (line, column) = self.owner(line, column);
            cells[line][column].push(word);
        }
        // Boxes around the parts of a form are no table.
        let all: usize = cells.iter().flatten().map(Vec::len).sum();
        let largest = cells.iter().flatten().map(Vec::len).max().unwrap_or(0);
        if largest > 40 && 2 * largest > all {
            return None;
        }
        let used = |it: &Vec<Vec<Word>>| it.iter().filter(|cell| !cell.is_empty()).count();
        let rows_with_two = cells.iter().filter(|it| used(it) >= 2).count();
        if rows_with_two < 2 {
            return None;
        }
        // A column or a row that never has anything is the gap between double lines.
        let empty: Vec<bool> =
            (0..columns).map(|at| cells.iter().all(|it| it[at].is_empty())).collect();
        let filled = cells.into_iter().filter(|line| line.iter().any(|it| !it.is_empty()));
        let cells = filled
            .map(|line| {
                let kept = line.into_iter().enumerate().filter(|(at, _)| !empty[*at]);
                kept.map(|(_, words)| rows(words)).collect()
            })
            .collect();
        let (x0, x1) = (self.xs[0], self.xs[columns]);
        Some(Table { x0, x1, y1: self.ys[lines], cells })
    }

    /// The upper left of the cells that are one with this one: between them there is no line.
    fn owner(&self, mut line: usize, mut column: usize) -> (usize, usize) {
        let middle = |places: &[f64], at: usize| (places[at] + places[at + 1]) / 2.0;
        while column > 0 {
            let (x, y) = (self.xs[column], middle(&self.ys, line));
            let is_split = self
                .down
                .iter()
                .any(|it| ((it.x0 + it.x1) / 2.0 - x).abs() < NEAR && it.y0 <= y && it.y1 >= y);
            if is_split {
                break;
            }
            column -= 1;
        }
        while line > 0 {
            let (x, y) = (middle(&self.xs, column), self.ys[line]);
            let is_split = self
                .across
                .iter()
                .any(|it| ((it.y0 + it.y1) / 2.0 - y).abs() < NEAR && it.x0 <= x && it.x1 >= x);
            if is_split {
                break;
            }
            line -= 1;
        }
        (line, column)
    }
}
