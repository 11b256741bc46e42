//! A page for people, written from top to bottom.

use super::paint::{Paint, Tone};
use super::table::{Column, Table};

/// What is written so far. Lines are escaped by whoever writes them.
#[derive(Debug)]
pub struct Page {
    shown: String,
    paint: Paint,
}

impl Page {
    /// An empty page.
    pub const fn new(paint: Paint) -> Page {
        Page { shown: String::new(), paint }
    }

    /// How it is coloured.
    pub const fn paint(&self) -> Paint {
        self.paint
    }

    /// Writes a line.
    pub fn line(&mut self, line: &str) {
        self.shown.push_str(line);
        self.shown.push('\n');
    }

    /// Writes a heading after an empty line, and a remark on it, if there is one.
    pub fn heading(&mut self, heading: &str, remark: &str) {
        let heading = self.paint.tone(Tone::Strong, heading);
        let remark = if remark.is_empty() { String::new() } else { format!("  {remark}") };
        self.line(&format!("\n{heading}{}", self.paint.tone(Tone::Dim, &remark)));
    }

    /// Writes a table.
    pub fn table<const N: usize>(&mut self, table: &Table<N>) {
        self.shown.push_str(&table.render(None, self.paint));
    }

    /// Writes names and values, so many columns from the left edge.
    pub fn facts(
        &mut self,
        indent: usize,
        facts: impl IntoIterator<Item = (impl Into<String>, String)>,
    ) {
        let columns = [Column::new("").tone(Tone::Dim), Column::new("")];
        let mut table = Table::new(columns).indented(indent);
        for (name, value) in facts {
            table.row([name.into(), value]);
        }
        self.table(&table);
    }

    /// Writes a part of a line, or several lines, as they are.
    pub fn raw(&mut self, text: &str) {
        self.shown.push_str(text);
    }

    /// Whether the next thing written begins a line.
    pub fn is_at_line_start(&self) -> bool {
        self.shown.is_empty() || self.shown.ends_with('\n')
    }

    /// The whole page.
    pub fn finish(self) -> String {
        self.shown
    }
}
