//! Columns that somebody chose, lined up; what is too wide for the terminal loses its end.

use unicode_width::UnicodeWidthStr;

use super::cut_end;
use super::paint::{Paint, Tone};

/// What stands between two columns.
const GAP: &str = "  ";
/// No column is cut to less than this.
const NARROWEST: usize = 8;

/// Rows of cells, one for each heading. Cells are single lines that are escaped already.
#[derive(Debug)]
pub struct Grid {
    headings: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Grid {
    /// A table without rows.
    pub const fn new(headings: Vec<String>) -> Grid {
        Grid { headings, rows: Vec::new() }
    }

    /// Adds a row.
    pub fn row(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }

    /// The table as text. Nothing is cut without a `width`.
    pub fn render(&self, width: Option<usize>, paint: Paint) -> String {
        let mut widths: Vec<usize> = self.headings.iter().map(|it| it.width()).collect();
        for row in &self.rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = cell.width().max(*width);
            }
        }
        let gaps = GAP.len() * widths.len().saturating_sub(1);
        let room = width.unwrap_or(usize::MAX).saturating_sub(gaps);
        // The widest column gives way first, so that narrow ones stay whole.
        while widths.iter().sum::<usize>() > room {
            match widths.iter_mut().filter(|it| **it > NARROWEST).max() {
                Some(widest) => *widest -= 1,
                None => break,
            }
        }
        let line = |cells: &[String], tone: Tone| {
            let cells = cells.iter().zip(&widths).map(|(cell, &width)| {
                let cell = cut_end(cell, width);
                let space = " ".repeat(width.saturating_sub(cell.width()));
                format!("{cell}{space}")
            });
            paint.tone(tone, cells.collect::<Vec<_>>().join(GAP).trim_end()) + "\n"
        };
        let rows = self.rows.iter().map(|row| line(row, Tone::Plain));
        std::iter::once(line(&self.headings, Tone::Dim)).chain(rows).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chosen_columns_line_up_and_fit_the_terminal() {
        let mut grid = Grid::new(vec!["TITLE".to_owned(), "DATE".to_owned()]);
        grid.row(vec!["Trí tuệ nhân tạo".to_owned(), "2025".to_owned()]);
        grid.row(vec!["日本".to_owned(), "-".to_owned()]);
        let shown = grid.render(None, Paint::OFF);
        assert_eq!(shown, "TITLE             DATE\nTrí tuệ nhân tạo  2025\n日本              -\n");
        let narrow = grid.render(Some(16), Paint::OFF);
        assert!(narrow.lines().all(|line| line.width() <= 16), "{narrow}");
    }
}
