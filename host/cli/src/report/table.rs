//! Tables for people: columns that line up for every script, and that fit the terminal where there
//! is one.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::paint::{Paint, Tone};

/// What stands between two columns.
const GAP: &str = "  ";
/// No column is cut to less than this.
const NARROWEST: usize = 8;

/// A column: its heading, and what becomes of a cell that is too wide or too narrow.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    heading: &'static str,
    tone: Tone,
    right: bool,
    cut: Option<fn(&str, usize) -> String>,
}

impl Column {
    /// A column that is never cut.
    pub const fn new(heading: &'static str) -> Column {
        Column { heading, tone: Tone::Plain, right: false, cut: None }
    }

    /// A column of numbers.
    pub const fn number(heading: &'static str) -> Column {
        Column { right: true, ..Column::new(heading) }
    }

    /// The same column, its cells in this tone.
    pub const fn tone(self, tone: Tone) -> Column {
        Column { tone, ..self }
    }

    /// The same column, cut by this function where the terminal is too narrow.
    pub const fn cut_by(self, cut: fn(&str, usize) -> String) -> Column {
        Column { cut: Some(cut), ..self }
    }
}

/// Rows of cells. Cells are single lines that are escaped already.
#[derive(Debug)]
pub struct Table<const N: usize> {
    columns: [Column; N],
    rows: Vec<[String; N]>,
    indent: usize,
}

impl<const N: usize> Table<N> {
    /// A table without rows.
    pub const fn new(columns: [Column; N]) -> Table<N> {
        Table { columns, rows: Vec::new(), indent: 0 }
    }

    /// The same table, that many columns from the left edge.
    pub fn indented(self, indent: usize) -> Table<N> {
        Table { indent, ..self }
    }

    /// Adds a row.
    pub fn row(&mut self, cells: [String; N]) {
        self.rows.push(cells);
    }

    /// Whether there is nothing to show.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The table as text: a line of headings, if there are any, and one line per row. Nothing is
    /// cut without a `width`.
    pub fn render(&self, width: Option<usize>, paint: Paint) -> String {
        self.render_with(&self.widths(width), paint)
    }

    /// The table as lines, one after the other: the first rows, as many as this, say how wide the
    /// columns are.
    pub fn into_lines(self, width: Option<usize>, paint: Paint, first: usize) -> Lines<N> {
        Lines { table: self, width, paint, first, widths: None }
    }

    fn render_with(&self, widths: &[usize; N], paint: Paint) -> String {
        let mut shown = String::new();
        if self.columns.iter().any(|column| !column.heading.is_empty()) {
            let headings = self.columns.map(|column| column.heading.to_owned());
            self.line(&mut shown, &headings, widths, |_, cell| paint.tone(Tone::Dim, cell));
        }
        for row in &self.rows {
            self.row_as_line(&mut shown, row, widths, paint);
        }
        shown
    }

    fn row_as_line(
        &self,
        shown: &mut String,
        cells: &[String; N],
        widths: &[usize; N],
        paint: Paint,
    ) {
        self.line(shown, cells, widths, |column, cell| paint.tone(column.tone, cell));
    }

    fn line(
        &self,
        shown: &mut String,
        cells: &[String; N],
        widths: &[usize; N],
        painted: impl Fn(&Column, &str) -> String,
    ) {
        let mut pending = self.indent;
        for (index, (column, cell)) in self.columns.iter().zip(cells).enumerate() {
            let width = widths[index];
            let cell = match column.cut {
                Some(cut) if cell.width() > width => cut(cell, width),
                _ => cell.clone(),
            };
            let space = width.saturating_sub(cell.width());
            let (before, after) = if column.right { (space, 0) } else { (0, space) };
            pending += before;
            // Space is written only before something, so that no line ends in it.
            if !cell.is_empty() {
                shown.extend(std::iter::repeat_n(' ', pending));
                shown.push_str(&painted(column, &cell));
                pending = 0;
            }
            pending += after + GAP.len();
        }
        shown.push('\n');
    }

    fn widths(&self, width: Option<usize>) -> [usize; N] {
        let mut widths = self.columns.map(|column| column.heading.width());
        for row in &self.rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = cell.width().max(*width);
            }
        }
        let Some(width) = width else { return widths };
        let room = width.saturating_sub(self.indent + GAP.len() * N.saturating_sub(1));
        // The widest column gives way first, so that narrow ones stay whole.
        while widths.iter().sum::<usize>() > room {
            let widest = (0..N)
                .filter(|&index| self.columns[index].cut.is_some() && widths[index] > NARROWEST)
                .max_by_key(|&index| widths[index]);
            match widest {
                Some(index) => widths[index] -= 1,
                None => break,
            }
        }
        widths
    }
}

/// A table that is shown while its rows are still coming.
#[derive(Debug)]
pub struct Lines<const N: usize> {
    table: Table<N>,
    width: Option<usize>,
    paint: Paint,
    first: usize,
    /// How wide the columns are, once the first rows were shown.
    widths: Option<[usize; N]>,
}

impl<const N: usize> Lines<N> {
    /// Adds a row: what is to be shown now, if there is anything.
    pub fn row(&mut self, cells: [String; N]) -> Option<String> {
        if let Some(widths) = &self.widths {
            let mut shown = String::new();
            self.table.row_as_line(&mut shown, &cells, widths, self.paint);
            return Some(shown);
        }
        self.table.row(cells);
        (self.table.rows.len() >= self.first).then(|| {
            let widths = self.widths.insert(self.table.widths(self.width));
            let shown = self.table.render_with(widths, self.paint);
            self.table.rows.clear();
            shown
        })
    }

    /// What was not shown yet.
    pub fn end(self) -> String {
        match self.widths {
            Some(_) => String::new(),
            None => self.table.render(self.width, self.paint),
        }
    }
}

/// Keeps the beginning of a text.
pub fn cut_end(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut room = width.saturating_sub(1);
    let kept = text.chars().take_while(|character| take(*character, &mut room)).collect::<String>();
    format!("{}…", kept.trim_end())
}

/// Keeps the end of a text: of a path, the name of the file.
pub fn cut_start(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut room = width.saturating_sub(1);
    let start = text
        .char_indices()
        .rev()
        .take_while(|(_, character)| take(*character, &mut room))
        .last()
        .map_or(text.len(), |(start, _)| start);
    format!("…{}", &text[start..])
}

/// Keeps the first items of a list that commas separate, and counts the others: `drones 0.9, +2`.
/// Of the first item the last word stays whole.
pub fn cut_list(text: &str, width: usize) -> String {
    let items: Vec<&str> = text.split(", ").collect();
    for kept in (1..=items.len()).rev() {
        let shown = items[..kept].join(", ") + &surplus(items.len() - kept);
        if shown.width() <= width {
            return shown;
        }
    }
    let surplus = surplus(items.len() - 1);
    let (name, value) = items[0].rsplit_once(' ').unwrap_or((items[0], ""));
    let value = if value.is_empty() { surplus } else { format!(" {value}{surplus}") };
    match width.checked_sub(value.width()) {
        Some(room) if room > 1 => cut_end(name, room) + &value,
        _ => cut_end(text, width),
    }
}

fn surplus(items: usize) -> String {
    if items == 0 { String::new() } else { format!(", +{items}") }
}

fn take(character: char, room: &mut usize) -> bool {
    let width = character.width().unwrap_or(0);
    let fits = width <= *room;
    *room = room.saturating_sub(width);
    fits
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table<3> {
        let mut table = Table::new([
            Column::new("ID"),
            Column::number("N"),
            Column::new("TITLE").cut_by(cut_end),
        ]);
        table.row(["một".into(), "1".into(), "Trí tuệ nhân tạo".into()]);
        table.row(["e\u{301}t".into(), "12".into(), "日本".into()]);
        table.row(["a".into(), String::new(), String::new()]);
        table
    }

    #[test]
    fn a_table_in_lines_is_the_table_where_the_first_rows_are_the_widest() {
        let columns = [Column::new("A"), Column::new("B").cut_by(cut_end)];
        let rows = [["long", "a b c d e f g h i j"], ["b", "text"], ["c", "text"]];
        let rows = rows.map(|row| row.map(str::to_owned));
        for first in 1..5 {
            let (mut table, mut shown) = (Table::new(columns), String::new());
            let mut lines = Table::new(columns).into_lines(Some(20), Paint::OFF, first);
            for row in rows.clone() {
                table.row(row.clone());
                shown.extend(lines.row(row));
            }
            shown.push_str(&lines.end());
            assert_eq!(shown, table.render(Some(20), Paint::OFF), "{first}");
        }
    }

    #[test]
    fn columns_line_up_whatever_the_script_and_no_line_ends_in_space() {
        assert_eq!(
            table().render(None, Paint::OFF),
            "ID    N  TITLE\nmột   1  Trí tuệ nhân tạo\ne\u{301}t   12  日本\na\n"
        );
    }

    #[test]
    fn a_narrow_terminal_cuts_the_widest_column_that_may_be_cut() {
        let shown = table().render(Some(19), Paint::OFF);
        assert_eq!(shown.lines().nth(1), Some("một   1  Trí tuệ n…"));
        assert!(shown.lines().all(|line| line.width() <= 19), "{shown}");
    }

    #[test]
    fn a_table_without_headings_has_no_line_for_them() {
        let mut table = Table::new([Column::new(""), Column::new("")]).indented(2);
        table.row(["a".into(), "b".into()]);
        assert_eq!(table.render(None, Paint::OFF), "  a  b\n");
    }

    #[test]
    fn texts_are_cut_by_width_and_not_by_characters() {
        let check = |cut: fn(&str, usize) -> String, text: &str, width: usize, expected: &str| {
            assert_eq!(cut(text, width), expected);
            assert!(cut(text, width).width() <= width);
        };
        check(cut_end, "Trí tuệ", 7, "Trí tuệ");
        check(cut_end, "Trí tuệ nhân", 8, "Trí tuệ…");
        check(cut_end, "日本語", 4, "日…");
        check(cut_start, "seeds/documents/000.txt", 8, "…000.txt");
        check(cut_start, "日本語", 4, "…語");
        check(cut_list, "a 0.9, b 0.8, c 0.7", 19, "a 0.9, b 0.8, c 0.7");
        check(cut_list, "a 0.9, b 0.8, c 0.7", 16, "a 0.9, b 0.8, +1");
        check(cut_list, "a 0.9, b 0.8, c 0.7", 12, "a 0.9, +2");
        check(cut_list, "semiconductor 0.9, b 0.8", 13, "semi… 0.9, +1");
        check(cut_list, "semiconductor 0.9", 9, "semi… 0.9");
        check(cut_list, "semiconductor 0.9, b 0.8", 8, "semicon…");
        check(cut_list, "semiconductor", 6, "semic…");
    }
}
