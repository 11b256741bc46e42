//! Words put together into rows: what stands on one baseline, from the left to the right.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::bidi;
use crate::words::Word;

/// Words on one baseline, ordered from left to right; never empty.
#[derive(Debug, Clone)]
pub struct Row {
    /// Its words.
    pub words: Vec<Word>,
}

impl Row {
    /// Where its first word begins, in points.
    pub fn x0(&self) -> f64 {
        self.words.iter().map(|it| it.x0).fold(f64::INFINITY, f64::min)
    }

    /// Where its last word ends.
    pub fn x1(&self) -> f64 {
        self.words.iter().map(|it| it.x1).fold(f64::NEG_INFINITY, f64::max)
    }

    /// The baseline of most of it: of its largest word.
    pub fn baseline(&self) -> f64 {
        self.largest().map_or(0.0, |it| it.baseline)
    }

    /// The size of its font: of the words that make up most of it.
    pub fn size(&self) -> f64 {
        if let [first, rest @ ..] = self.words.as_slice()
            && rest.iter().all(|it| (it.size - first.size).abs() < 0.05)
        {
            return first.size;
        }
        let mut letters = BTreeMap::<i64, (usize, f64)>::new();
        for word in &self.words {
            let of_size = letters.entry((word.size * 10.0) as i64).or_insert((0, word.size));
            of_size.0 += word.text.len();
        }
        letters.into_values().fold((0, 0.0), |a, b| if b.0 > a.0 { b } else { a }).1
    }

    fn largest(&self) -> Option<&Word> {
        self.words.iter().max_by(|a, b| a.size.total_cmp(&b.size))
    }

    /// Its words as they are read: those from right to left turned round.
    pub fn reading(&self) -> Cow<'_, [Word]> {
        bidi::reading(&self.words).map_or(Cow::Borrowed(self.words.as_slice()), Cow::Owned)
    }

    /// Its text, with one space where there is a gap.
    pub fn text(&self) -> String {
        let words = self.reading();
        let mut text = String::new();
        for (index, word) in words.iter().enumerate() {
            if index > 0 && !words[index - 1].continues_in(word) {
                text.push(' ');
            }
            text.push_str(&word.text);
        }
        text
    }
}

/// The rows of these words, from the top down.
pub fn rows(mut words: Vec<Word>) -> Vec<Row> {
    words.sort_by(|a, b| a.baseline.total_cmp(&b.baseline).then(a.x0.total_cmp(&b.x0)));
    let mut sizes: Vec<f64> = words.iter().map(|it| it.size).collect();
    sizes.sort_by(f64::total_cmp);
    let usual = sizes.get(sizes.len() / 2).copied().unwrap_or(0.0);
    let mut rows: Vec<Row> = Vec::new();
    for word in words {
        match rows.last_mut().filter(|row| belongs(row, &word)) {
            Some(row) => row.words.push(word),
            None => rows.push(Row { words: vec![word] }),
        }
    }
    // Small words that are alone, raised or lowered, go to the row that they touch, once all rows
    // are there.
    let is_small = |it: &Word| it.size < 0.8 * usual && it.text.chars().count() <= 3;
    let (small, mut rows): (Vec<Row>, Vec<Row>) =
        rows.into_iter().partition(|row| row.words.iter().all(is_small));
    let small = small.into_iter().flat_map(|it| it.words);
    for row in &mut rows {
        row.words.sort_by(|a, b| a.x0.total_cmp(&b.x0));
    }
    let baselines: Vec<f64> = rows.iter().map(Row::baseline).collect();
    let mut more: Vec<Vec<Word>> = vec![Vec::new(); rows.len()];
    let mut alone: Vec<Word> = Vec::new();
    for word in small {
        let at = baselines.partition_point(|it| *it < word.baseline);
        let candidates = at.saturating_sub(2)..(at + 2).min(rows.len());
        let distance = |index: usize| (baselines[index] - word.baseline).abs();
        let nearest = candidates
            .filter(|index| touches(&rows[*index], &word, distance(*index)))
            .min_by(|a, b| distance(*a).total_cmp(&distance(*b)));
        match nearest {
            Some(index) => more[index].push(word),
            None => alone.push(word),
        }
    }
    for (row, more) in rows.iter_mut().zip(more) {
        if !more.is_empty() {
            row.words.extend(more);
            row.words.sort_by(|a, b| a.x0.total_cmp(&b.x0));
        }
    }
    if !alone.is_empty() {
        let mut small: Vec<Row> = Vec::new();
        for word in alone {
            match small.last_mut().filter(|row| belongs(row, &word)) {
                Some(row) => row.words.push(word),
                None => small.push(Row { words: vec![word] }),
            }
        }
        for row in &mut small {
            row.words.sort_by(|a, b| a.x0.total_cmp(&b.x0));
        }
        rows.extend(small);
        rows.sort_by_cached_key(|it| Ordered(it.baseline()));
    }
    rows
}

/// A number that can be sorted by.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Ordered(f64);

impl Eq for Ordered {}

impl PartialOrd for Ordered {
    fn partial_cmp(&self, other: &Ordered) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Ordered {
    fn cmp(&self, other: &Ordered) -> std::cmp::Ordering {
        self.0.total_cmp(&other.0)
    }
}

/// Whether a small word stands beside a word of a row, at this distance from its baseline.
fn touches(row: &Row, word: &Word, distance: f64) -> bool {
    let at = row.words.partition_point(|it| it.x0 <= word.x0);
    let around = &row.words[at.saturating_sub(1)..(at + 1).min(row.words.len())];
    around.iter().any(|it| {
        word.x0 < it.x1 + it.size && word.x1 > it.x0 - it.size && distance < 0.6 * it.size
    })
}

fn belongs(row: &Row, word: &Word) -> bool {
    let Some(last) = row.words.last() else { return false };
    let first = &row.words[0];
    let near =
        |other: &Word| (other.baseline - word.baseline).abs() < 0.3 * other.size.min(word.size);
    near(last) && (first.baseline - word.baseline).abs() < 0.5 * first.size.max(word.size)
}
