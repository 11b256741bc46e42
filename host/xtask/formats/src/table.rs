//! Adds scores up, and prints them as a table.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::Reading;
use crate::score::Score;

/// What one reader made of all files of one format.
#[derive(Debug, Default)]
pub struct Row {
    files: usize,
    read: usize,
    took: Duration,
    timed: usize,
    scores: Vec<(PathBuf, Score)>,
    /// Files without a text, and why.
    unread: Vec<(PathBuf, String)>,
}

impl Row {
    /// Counts one file.
    pub fn add(&mut self, file: &Path, reading: &Reading, score: Option<Score>) {
        self.files += 1;
        match &reading.text {
            Some(_) => self.read += 1,
            None => self.unread.push((file.to_owned(), reading.reason.clone())),
        }
        if let Some(took) = reading.took {
            self.took += took;
            self.timed += 1;
        }
        self.scores.extend(score.map(|it| (file.to_owned(), it)));
    }

    fn mean(&self, of: impl Fn(&Score) -> f64) -> String {
        if self.scores.is_empty() {
            return "-".to_owned();
        }
        let sum: f64 = self.scores.iter().map(|(_, score)| of(score)).sum();
        format!("{:.4}", sum / self.scores.len() as f64)
    }

    /// Milliseconds per file.
    fn milliseconds(&self) -> Option<f64> {
        (self.timed > 0).then(|| self.took.as_secs_f64() * 1_000.0 / self.timed as f64)
    }
}

/// All rows, by format and reader; below them the worst files of each and those that were not read.
pub fn print(rows: &BTreeMap<(String, String), Row>, worst: usize) -> String {
    let mut out = format!(
        "{:10} {:10} {:>5} {:>5} {:>7} {:>7} {:>9} {:>9}\n",
        "format", "reader", "files", "read", "F1", "order", "ms", "of native"
    );
    for ((format, reader), row) in rows {
        let native = rows.get(&(format.clone(), "native".to_owned())).and_then(Row::milliseconds);
        let ratio = match (reader.as_str(), native, row.milliseconds()) {
            ("docmill", Some(native), Some(own)) if own > 0.0 => format!("{:.2}", native / own),
            _ => String::new(),
        };
        let took = row.milliseconds().map_or_else(|| "-".to_owned(), |it| format!("{it:.2}"));
        // Writing to a string does not fail.
        let _ = writeln!(
            out,
            "{format:10} {reader:10} {:5} {:5} {:>7} {:>7} {took:>9} {ratio:>9}",
            row.files,
            row.read,
            row.mean(|it| it.words),
            row.mean(|it| it.order),
        );
    }
    if worst == 0 {
        return out;
    }
    for ((format, reader), row) in rows {
        let mut scores: Vec<_> = row.scores.iter().collect();
        scores.sort_by(|(_, one), (_, other)| one.words.total_cmp(&other.words));
        for (file, score) in scores.into_iter().take(worst) {
            let (missing, surplus) = (score.missing.join(" "), score.surplus.join(" "));
            let _ = writeln!(
                out,
                "{format}\t{reader}\t{:.4}\t{:.4}\t{}\n\tmissing: {missing}\n\ttoo many: {surplus}",
                score.words,
                score.order,
                file.display()
            );
        }
        for (file, reason) in row.unread.iter().take(worst) {
            let _ = writeln!(out, "{format}\t{reader}\tunread\t{}: {reason}", file.display());
        }
    }
    out
}
