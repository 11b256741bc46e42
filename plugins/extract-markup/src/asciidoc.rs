//! AsciiDoc, as manuals of many projects are written.

use std::collections::BTreeMap;

use docmill_plugin::structure::Element;

use crate::inline::{self, Items, Meaning, Sign, between, link};
use crate::page::Page;

const SIGNS: [Sign; 8] = [
    Sign { sign: "**", meaning: Meaning::Emphasis, in_words: true },
    Sign { sign: "__", meaning: Meaning::Emphasis, in_words: true },
    Sign { sign: "``", meaning: Meaning::Code, in_words: true },
    Sign { sign: "*", meaning: Meaning::Emphasis, in_words: false },
    Sign { sign: "_", meaning: Meaning::Emphasis, in_words: false },
    Sign { sign: "`", meaning: Meaning::Code, in_words: false },
    Sign { sign: "#", meaning: Meaning::Nothing, in_words: false },
    Sign { sign: "+", meaning: Meaning::Nothing, in_words: false },
];

/// The most attributes that a document may define, and the longest value, in bytes. A value is put
/// in as it is: it cannot multiply.
const MOST_DEFINED: usize = 1_000;
const LONGEST_VALUE: usize = 256;
/// How many attributes are put into one document.
const MOST_PUT_IN: usize = 50_000;
/// How many blocks may lie in each other.
const DEEPEST: usize = 16;
/// So many lines above a block are looked at for what belongs to it.
const MOST_ABOVE: usize = 8;

/// Writes a text.
pub fn write(page: &mut Page, text: &str) {
    let mut reader = Reader {
        page,
        lines: text.lines().collect(),
        at: 0,
        paragraph: String::new(),
        items: Items::default(),
        markers: Vec::new(),
        blocks: Vec::new(),
        defined: BTreeMap::new(),
        room: MOST_PUT_IN,
        is_header: true,
    };
    while reader.at < reader.lines.len() {
        reader.line();
    }
    reader.flush();
    reader.close_items();
    while reader.blocks.pop().is_some_and(|(_, is_marked)| reader.end(is_marked)) {}
}

struct Reader<'p, 't> {
    page: &'p mut Page,
    lines: Vec<&'t str>,
    at: usize,
    paragraph: String,
    items: Items,
    /// The signs of the lists that are open, outer ones first.
    markers: Vec<&'t str>,
    /// The lines that open blocks, and whether one has a mark.
    blocks: Vec<(&'t str, bool)>,
    defined: BTreeMap<&'t str, &'t str>,
    room: usize,
    /// Nothing was read but the title and what stands below it.
    is_header: bool,
}

impl<'t> Reader<'_, 't> {
    fn line(&mut self) {
        let line = self.lines[self.at].trim_end();
        self.at += 1;
        if line.is_empty() {
            self.flush();
            self.is_header &= self.page.is_empty();
            return;
        }
        if line.starts_with("//") && !line.starts_with("////") {
            return;
        }
        if let Some((name, value)) = definition(line) {
            if self.defined.len() < MOST_DEFINED && value.len() <= LONGEST_VALUE {
                self.defined.insert(name, value);
            }
            if self.is_header || name == "keywords" || name == "description" {
                self.page.add_field(name, value);
            }
            return;
        }
        if ["include::", "ifdef::", "ifndef::", "endif::", "ifeval::", "toc::"]
            .iter()
            .any(|it| line.starts_with(it))
        {
            return;
        }
        if self.delimited(line) {
            return;
        }
        if self.paragraph.is_empty() {
            let signs = line.bytes().take_while(|it| *it == b'=').count();
            let signs =
                if signs == 0 { line.bytes().take_while(|it| *it == b'#').count() } else { signs };
            if (1..=6).contains(&signs) && line[signs..].starts_with(' ') {
                return self.heading(signs, line[signs + 1..].trim());
            }
            // Of a block: its style, its anchor.
            if line.starts_with('[') && line.ends_with(']') {
                return;
            }
            if let Some(title) = line.strip_prefix('.').filter(|it| !it.starts_with(['.', ' '])) {
                self.page.begin_aside("caption");
                self.words(title);
                return self.page.end_aside(None);
            }
            if let Some(rest) =
                line.strip_prefix("image::").or_else(|| line.strip_prefix("video::"))
            {
                self.page.begin_aside("caption");
                self.words(
                    between(rest, &rest[..rest.find('[').unwrap_or(0)], "]")
                        .map_or("", |(it, _)| it.trim_start_matches('[')),
                );
                return self.page.end_aside(None);
            }
            if line == "'''" || line == "<<<" {
                return self.page.boundary();
            }
            // Titles of old: a line of signs below.
            let below = self.lines.get(self.at).copied().unwrap_or_default().trim_end();
            let level = ["=", "-", "~", "^", "+"].iter().position(|it| below.starts_with(it));
            if let Some(level) = level
                && below.len() >= 4
                && below.bytes().all(|it| it == below.as_bytes()[0])
                && below.len().abs_diff(line.chars().count()) <= 2
            {
                self.at += 1;
                return self.heading(level + 1, line);
            }
        }
        if line == "+" {
            return self.flush();
        }
        if let Some((marker, rest)) = item(line) {
            self.flush();
            return self.item(marker, rest);
        }
        if let Some((term, rest)) = term(line) {
            self.flush();
            self.item("::", term);
            self.flush();
            self.item(":::", rest);
            return;
        }
        if self.is_header && self.paragraph.is_empty() && self.has_title_right_above() {
            return self.author(line);
        }
        if line.starts_with(' ') && self.paragraph.is_empty() && !self.items.any() {
            let from = self.at - 1;
            while self.lines.get(self.at).is_some_and(|it| it.starts_with(' ')) {
                self.at += 1;
            }
            let code = self.lines[from..self.at].join("\n");
            return self.page.element(Element::CodeBlock, &code);
        }
        if self.paragraph.is_empty() && self.items.any() && !self.goes_on() {
            self.close_items();
        }
        self.is_header = false;
        self.paragraph.push_str(line.strip_suffix(" +").unwrap_or(line).trim_start());
        self.paragraph.push('\n');
    }

    /// Whether the line that was read belongs to the item that is open: right below it, or behind a
    /// `+`. The title and the style of a block stand above the block and belong to it.
    fn goes_on(&self) -> bool {
        let belongs =
            |it: &&str| it.starts_with('[') || it.starts_with('.') && !it.starts_with(". ");
        let above = self.lines[..self.at.saturating_sub(1)].iter().rev().map(|it| it.trim());
        let above = above.take(MOST_ABOVE).find(|it| !belongs(it));
        above.is_some_and(|it| !it.is_empty())
    }

    fn has_title_right_above(&self) -> bool {
        let above =
            self.at.checked_sub(2).and_then(|it| self.lines.get(it)).copied().unwrap_or_default();
        above.starts_with("= ")
            || self.at >= 3 && self.lines[self.at - 3].starts_with("= ") && !above.is_empty()
    }

    /// The lines below the title: who wrote it, and which version it is.
    fn author(&mut self, line: &str) {
        let is_version =
            line.starts_with('v') && line[1..].starts_with(|it: char| it.is_ascii_digit());
        if is_version || line.starts_with(|it: char| it.is_ascii_digit()) {
            for part in line.split(',') {
                self.page.add_field("date", part.split(':').next().unwrap_or_default());
            }
            return;
        }
        for author in line.split(';') {
            let name = author.split('<').next().unwrap_or_default();
            self.page.add_field("author", &name.replace('_', " "));
        }
    }

    fn heading(&mut self, level: usize, title: &str) {
        self.flush();
        self.close_items();
        if level == 1 && self.page.is_empty() {
            self.page.add_field("title", title);
        } else {
            self.is_header = false;
        }
        self.page.begin(Element::Heading(level.min(6) as u8));
        self.words(title);
        self.page.end();
    }

    fn item(&mut self, marker: &'t str, rest: &'t str) {
        self.is_header = false;
        let level = match self.markers.iter().position(|it| *it == marker) {
            Some(level) => level,
            None if self.markers.len() < DEEPEST => {
                self.markers.push(marker);
                self.markers.len() - 1
            }
            None => self.markers.len() - 1,
        };
        self.markers.truncate(level + 1);
        self.items.begin(self.page, level);
        self.paragraph.push_str(rest);
        self.paragraph.push('\n');
    }

    fn close_items(&mut self) {
        self.items.close(self.page, 0);
        self.markers.clear();
    }

    fn end(&mut self, is_marked: bool) -> bool {
        if is_marked {
            self.page.end();
        }
        true
    }

    /// A line that begins or ends a block.
    fn delimited(&mut self, line: &'t str) -> bool {
        let first = line.as_bytes()[0];
        let is_run = line.len() >= 4 && line.bytes().all(|it| it == first);
        let is_open = line == "--";
        let is_code = line.starts_with("```");
        if line == "|===" || line == "!===" || line == ",===" {
            self.flush();
            if !self.goes_on() {
                self.close_items();
            }
            self.table(line);
            return true;
        }
        if !(is_run && b"-.=*_+/".contains(&first) || is_open || is_code) {
            return false;
        }
        // Below a line of the same length, it is the sign of a title.
        let above = self.paragraph.trim_end();
        if is_run
            && !above.is_empty()
            && !above.contains('\n')
            && above.chars().count().abs_diff(line.len()) <= 2
            && b"=-+".contains(&first)
        {
            return false;
        }
        self.flush();
        self.is_header = false;
        if !self.goes_on() && !self.blocks.iter().any(|(it, _)| *it == line) {
            self.close_items();
        }
        if is_code || is_run && b"-.+/".contains(&first) {
            let end = if is_code { "```" } else { line };
            let from = self.at;
            while self.lines.get(self.at).is_some_and(|it| it.trim_end() != end) {
                self.at += 1;
            }
            let code = self.lines[from..self.at].join("\n");
            self.at += 1;
            // What is passed through is for another format, and of remarks nothing is read.
            if !b"+/".contains(&first) || is_code {
                self.page.element(Element::CodeBlock, &code);
            }
            return true;
        }
        if let Some(place) = self.blocks.iter().rposition(|(it, _)| *it == line) {
            self.close_items();
            while self.blocks.len() > place {
                let is_marked = self.blocks.pop().is_some_and(|(_, it)| it);
                self.end(is_marked);
            }
        } else if self.blocks.len() < DEEPEST {
            let is_marked = first == b'_';
            if is_marked {
                self.page.begin(Element::Quotation);
            }
            self.blocks.push((line, is_marked));
        }
        true
    }

    /// Cells begin with `|`; how many a row has, the first line with cells tells, or the style
    /// above.
    fn table(&mut self, end: &str) {
        self.is_header = false;
        let style =
            self.at.checked_sub(2).and_then(|it| self.lines.get(it)).copied().unwrap_or_default();
        let mut columns = columns(style);
        self.page.begin(Element::Table);
        let (mut row, mut cells): (Vec<String>, usize) = (Vec::new(), 0);
        while let Some(line) = self.lines.get(self.at).copied() {
            self.at += 1;
            let line = line.trim();
            if line == end {
                break;
            }
            if line.is_empty() {
                continue;
            }
            let sign = if end == ",===" { ',' } else { end.chars().next().unwrap_or('|') };
            let mut parts = line.split(sign);
            let before = parts.next().unwrap_or_default();
            if sign == ',' {
                row.push(before.to_owned());
            } else if let (Some(last), false) = (row.last_mut(), is_cell_style(before)) {
                last.push(' ');
                last.push_str(before);
            }
            for part in parts {
                // `2+|` spans two columns: what stands before the sign is no word.
                let part = match part.rsplit_once(' ') {
                    Some((words, style)) if is_cell_style(style) && !style.is_empty() => words,
                    _ => part,
                };
                if columns.is_some_and(|it| row.len() >= it) {
                    self.row(&row);
                    row.clear();
                }
                row.push(part.trim().to_owned());
                cells += 1;
            }
            if columns.is_none() && cells > 0 {
                columns = Some(row.len().max(1));
            }
        }
        self.row(&row);
        self.page.end();
    }

    fn row(&mut self, cells: &[String]) {
        self.page.begin(Element::Row);
        for cell in cells {
            self.page.begin(Element::Cell);
            self.words(cell);
            self.page.end();
        }
        self.page.end();
    }

    fn flush(&mut self) {
        let paragraph = std::mem::take(&mut self.paragraph);
        if !paragraph.is_empty() {
            self.page.begin(Element::Paragraph);
            self.words(&paragraph);
            self.page.end();
        }
    }

    fn words(&mut self, text: &str) {
        let (defined, room) = (&self.defined, std::cell::Cell::new(self.room));
        inline::write(self.page, text, &SIGNS, &|page, rest, before| {
            if let Some((inner, taken)) = between(rest, "<<", ">>") {
                page.write(inner.split_once(',').map_or(inner, |(_, words)| words).trim());
                return Some(taken);
            }
            if let Some((name, taken)) =
                between(rest, "{", "}").filter(|(name, _)| !name.contains(' '))
            {
                let value = defined.get(name).filter(|_| room.get() > 0)?;
                room.set(room.get() - 1);
                page.write(value);
                return Some(taken);
            }
            // The one macro that stands right behind a word.
            if let Some(after) = rest.strip_prefix("footnote:") {
                let end =
                    after.find('[').filter(|it| !after[..*it].contains(char::is_whitespace))?;
                let (inner, taken) = between(&after[end..], "[", "]")?;
                page.begin_aside("footnote");
                page.write(inner);
                page.end_aside(None);
                return Some("footnote:".len() + end + taken);
            }
            if before.is_some_and(char::is_alphanumeric) {
                return None;
            }
            let scheme = ["https://", "http://", "link:", "mailto:", "xref:"]
                .iter()
                .find(|it| rest.starts_with(**it));
            if let Some(scheme) = scheme {
                let end =
                    rest.find(|it: char| it.is_whitespace() || it == '[').unwrap_or(rest.len());
                let (words, taken) = between(&rest[end..], "[", "]").unwrap_or(("", 0));
                let is_plain = taken == 0 && !scheme.contains("//");
                if is_plain {
                    return None;
                }
                let href = if matches!(*scheme, "link:" | "xref:") {
                    &rest[scheme.len()..end]
                } else {
                    &rest[..end]
                };
                let words = words.trim_end_matches('^');
                match *scheme {
                    "xref:" => page.write(if words.is_empty() { href } else { words }),
                    _ => link(page, href, words),
                }
                return Some(end + taken);
            }
            for (name, kind) in
                [("image:", 1), ("stem:", 2), ("latexmath:", 2), ("kbd:", 2), ("pass:", 3)]
            {
                let Some(after) = rest.strip_prefix(name) else {
                    continue;
                };
                let end =
                    after.find('[').filter(|it| !after[..*it].contains(char::is_whitespace))?;
                let (inner, taken) = between(&after[end..], "[", "]")?;
                match kind {
                    2 => page.element(Element::Code, inner),
                    3 => page.write(inner),
                    _ => {}
                }
                return Some(name.len() + end + taken);
            }
            None
        });
        self.room = room.get();
    }
}

/// `:name: value`
fn definition(line: &str) -> Option<(&str, &str)> {
    let (name, value) = line.strip_prefix(':')?.split_once(':')?;
    let is_name =
        !name.is_empty() && name.chars().all(|it| it.is_ascii_alphanumeric() || "-_!".contains(it));
    (is_name && (value.is_empty() || value.starts_with(' '))).then(|| (name, value.trim()))
}

/// The sign of an item and its words.
fn item(line: &str) -> Option<(&str, &str)> {
    let line = line.trim_start();
    let (marker, rest) = line.split_once(' ')?;
    let first = marker.chars().next()?;
    let is_run = matches!(first, '*' | '.' | '-')
        && marker.len() <= 6
        && marker.chars().all(|it| it == first);
    let digits = marker.strip_suffix('.').is_some_and(|it| {
        (1..=4).contains(&it.len()) && it.bytes().all(|byte| byte.is_ascii_digit())
    });
    match (is_run, digits) {
        (true, _) => Some((marker, rest.trim_start())),
        (_, true) => Some(("1.", rest.trim_start())),
        _ => None,
    }
}

/// `term:: meaning`
fn term(line: &str) -> Option<(&str, &str)> {
    let at = line.find("::")?;
    let (term, rest) = (&line[..at], line[at..].trim_start_matches(':'));
    let is_term =
        !term.is_empty() && !term.contains("//") && (rest.is_empty() || rest.starts_with(' '));
    is_term.then(|| (term.trim(), rest.trim()))
}

/// How many columns `[cols="1,2*"]` says there are.
fn columns(style: &str) -> Option<usize> {
    let (_, rest) = style.strip_prefix('[')?.split_once("cols=")?;
    let rest = rest.trim_start_matches('"');
    let list = &rest[..rest.find(['"', ']']).unwrap_or(rest.len())];
    let count = list.split([',', ';']).map(|it| match it.split_once('*') {
        Some((number, _)) => number.trim().parse::<usize>().unwrap_or(1),
        None => 1,
    });
    Some(count.sum::<usize>().clamp(1, 256))
}

/// What may stand right before the sign of a cell: `2+`, `.2+`, `a`, `^.>s`.
fn is_cell_style(text: &str) -> bool {
    text.len() <= 8 && text.chars().all(|it| it.is_ascii_digit() || ".+*<>^adehlms".contains(it))
}
