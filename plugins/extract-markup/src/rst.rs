//! reStructuredText, as Python's documentation is written.

use std::collections::BTreeMap;

use docmill_plugin::structure::Element;

use crate::inline::{self, Items, Meaning, Sign, between, indent, link};
use crate::page::Page;

const SIGNS: [Sign; 3] = [
    Sign { sign: "``", meaning: Meaning::Code, in_words: false },
    Sign { sign: "**", meaning: Meaning::Emphasis, in_words: false },
    Sign { sign: "*", meaning: Meaning::Emphasis, in_words: false },
];

/// Directives whose content is read as it is typed.
const TYPED: [&str; 9] = [
    "code-block",
    "code",
    "sourcecode",
    "highlight",
    "math",
    "parsed-literal",
    "prompt",
    "doctest",
    "testcode",
];
/// Directives that are none of the text.
const DROPPED: [&str; 12] = [
    "toctree",
    "contents",
    "raw",
    "include",
    "image",
    "default-role",
    "role",
    "module",
    "currentmodule",
    "index",
    "only-raw",
    "sectnum",
];
/// The most addresses of links that are remembered.
const MOST_TARGETS: usize = 10_000;

/// Writes a text.
pub fn write(page: &mut Page, text: &str) {
    let lines: Vec<&str> = text.lines().collect();
    let mut reader = Reader {
        page,
        lines: &lines,
        at: 0,
        styles: Vec::new(),
        targets: targets(&lines),
        items: Items::default(),
        quoted: None,
    };
    while reader.at < lines.len() {
        reader.block();
    }
    reader.items.close(reader.page, 0);
    reader.unquote(0);
}

/// Where named links lead: `.. _name: address`.
fn targets<'t>(lines: &[&'t str]) -> BTreeMap<String, &'t str> {
    let named = lines.iter().filter_map(|line| {
        let (name, href) = line.trim_start().strip_prefix(".. _")?.split_once(": ")?;
        Some((name.trim_matches('`').to_lowercase(), href.trim()))
    });
    named.take(MOST_TARGETS).collect()
}

struct Reader<'p, 't> {
    page: &'p mut Page,
    lines: &'t [&'t str],
    at: usize,
    /// The signs under titles, with whether they stand above as well, in the order of their levels.
    styles: Vec<(char, bool)>,
    targets: BTreeMap<String, &'t str>,
    items: Items,
    /// How far the quotation that is open is indented.
    quoted: Option<usize>,
}

impl<'t> Reader<'_, 't> {
    fn line(&self, ahead: usize) -> &'t str {
        self.lines.get(self.at + ahead).copied().unwrap_or_default()
    }

    /// Reads what begins with the line that is next.
    fn block(&mut self) {
        let line = self.line(0);
        let trimmed = line.trim();
        if trimmed.is_empty() {
            self.at += 1;
            return;
        }
        let column = indent(line);
        let marker = item(line);
        if marker.is_none() {
            self.items.close(self.page, column.max(1));
            if column == 0 {
                self.items.close(self.page, 0);
            }
        }
        self.unquote(column);
        if self.title(trimmed) || self.table(trimmed) {
            return;
        }
        if let Some(rest) =
            trimmed.strip_prefix("..").filter(|it| it.is_empty() || it.starts_with(' '))
        {
            return self.explicit(column, rest.trim());
        }
        if trimmed.starts_with(">>> ") {
            let from = self.at;
            while !self.line(0).trim().is_empty() {
                self.at += 1;
            }
            let code = self.lines[from..self.at].join("\n");
            return self.page.element(Element::CodeBlock, &code);
        }
        if let Some((name, value)) = field(trimmed) {
            self.at += 1;
            let more = self.indented(column).join(" ");
            let value = format!("{value} {more}");
            let is_top = self.page.is_empty() || self.styles.len() <= 1 && self.page.len() < 200;
            if is_top {
                self.page.add_field(name, &value);
            } else {
                self.page.begin(Element::Item);
                self.page.write(&format!("{name}: "));
                self.words(&value);
                self.page.end();
            }
            return;
        }
        if let Some((column, width)) = marker {
            self.items.begin(self.page, column);
            self.at += 1;
            let first = line.get(column + width..).unwrap_or_default().trim();
            // What is indented as far as the words, up to an empty line or another item, goes on.
            let mut words = first.to_owned();
            while !self.line(0).trim().is_empty()
                && item(self.line(0)).is_none()
                && indent(self.line(0)) > column
            {
                words.push('\n');
                words.push_str(self.line(0).trim());
                self.at += 1;
            }
            return self.paragraph(&words, column);
        }
        // A term, and what it means below it.
        let next = self.line(1);
        if !next.trim().is_empty() && indent(next) > column && !trimmed.ends_with("::") {
            self.page.begin(Element::Item);
            self.words(trimmed);
            self.page.end();
            self.at += 1;
            let meaning = self.indented(column).join("\n");
            self.page.begin(Element::Item);
            self.words(&meaning);
            self.page.end();
            return;
        }
        if column > 0 && !self.items.any() && self.quoted.is_none() {
            self.page.begin(Element::Quotation);
            self.quoted = Some(column);
        }
        let from = self.at;
        while !self.line(0).trim().is_empty() && indent(self.line(0)) == column {
            self.at += 1;
            if item(self.line(0)).is_some() && column != indent(self.line(0)) {
                break;
            }
        }
        let words: Vec<&str> = self.lines[from..self.at].iter().map(|it| it.trim()).collect();
        self.paragraph(&words.join("\n"), column);
    }

    fn unquote(&mut self, column: usize) {
        if self.quoted.take_if(|it| *it > column).is_some() {
            self.page.end();
        }
    }

    /// Words that may announce a block of code with `::`.
    fn paragraph(&mut self, words: &str, column: usize) {
        let announces = words.ends_with("::");
        let shown = match words.strip_suffix("::") {
            Some("") => "",
            // One of both colons is shown.
            Some(rest) if !rest.ends_with(' ') => &words[..words.len() - 1],
            Some(rest) => rest,
            None => words,
        };
        self.page.begin(Element::Paragraph);
        self.words(shown);
        self.page.end();
        if announces {
            let code = self.indented(column).join("\n");
            self.page.element(Element::CodeBlock, &code);
        }
    }

    /// The lines that follow and are indented further than this, without what they are indented
    /// together.
    fn indented(&mut self, column: usize) -> Vec<&'t str> {
        let from = self.at;
        let mut end = from;
        while let Some(line) = self.lines.get(self.at) {
            if line.trim().is_empty() {
                self.at += 1;
            } else if indent(line) > column {
                self.at += 1;
                end = self.at;
            } else {
                break;
            }
        }
        let lines = &self.lines[from..end];
        let least =
            lines.iter().filter(|it| !it.trim().is_empty()).map(|it| indent(it)).min().unwrap_or(0);
        let lines = lines.iter().map(|it| it.get(least..).unwrap_or_default());
        lines.skip_while(|it| it.trim().is_empty()).collect()
    }

    /// A title has a line of signs below it, and may have one above it.
    fn title(&mut self, trimmed: &str) -> bool {
        if let Some(sign) = ruler(trimmed).filter(|_| !trimmed.contains(' ')) {
            let (title, below) = (self.line(1).trim(), self.line(2).trim());
            if !title.is_empty() && ruler(below) == Some(sign) && ruler(title).is_none() {
                self.heading((sign, true), title);
                self.at += 3;
            } else {
                // A line across the page, but for the beginning of a table.
                if trimmed.contains(' ') {
                    return false;
                }
                self.at += 1;
                self.page.boundary();
            }
            return true;
        }
        let below = self.line(1).trim_end();
        let is_long = below.chars().count() * 2 >= trimmed.chars().count();
        match ruler(below).filter(|_| is_long && indent(self.line(0)) == 0 && !below.contains(' '))
        {
            Some(sign) => {
                self.heading((sign, false), trimmed);
                self.at += 2;
                true
            }
            None => false,
        }
    }

    fn heading(&mut self, style: (char, bool), title: &str) {
        let level = match self.styles.iter().position(|it| *it == style) {
            Some(level) => level,
            None => {
                self.styles.push(style);
                self.styles.len() - 1
            }
        };
        self.items.close(self.page, 0);
        self.page.begin(Element::Heading(u8::try_from(level + 1).unwrap_or(6).min(6)));
        self.words(title);
        self.page.end();
    }

    /// What begins with `..`: directives, notes, targets, remarks.
    fn explicit(&mut self, column: usize, rest: &'t str) {
        self.at += 1;
        let content = self.indented(column);
        if let Some((name, taken)) = between(rest, "[", "]") {
            self.page.begin_aside("footnote");
            let words = format!("{}\n{}", &rest[taken..], content.join("\n"));
            self.words(&words);
            self.page.end_aside(Some(name.trim_start_matches('#')));
            return;
        }
        let Some((name, argument)) = rest.split_once("::").filter(|(name, _)| is_name(name)) else {
            return;
        };
        // Options come without an empty line before them; behind one, fields are part of what it
        // has.
        let is_blank = |line: &&str| line.trim().is_empty();
        let has_options = content.first().is_some_and(|it| field(it.trim()).is_some());
        let options = content.iter().take_while(|it| has_options && !is_blank(it)).count();
        let (options, content) = content.split_at(options);
        let content = &content[content.iter().take_while(|it| is_blank(it)).count()..];
        let argument = argument.trim();
        if TYPED.contains(&name) {
            let code = content.join("\n");
            let code = if name == "math" { format!("{argument}\n{code}") } else { code };
            self.page.element(Element::CodeBlock, code.trim_start_matches('\n'));
        } else if name == "figure" {
            self.page.begin_aside("caption");
            self.words(&content.join("\n"));
            self.page.end_aside(None);
        } else if name == "meta" {
            for option in options {
                if let Some((name, value)) = field(option.trim()) {
                    self.page.add_field(name, value);
                }
            }
        } else if name == "csv-table" || name == "list-table" {
            self.page.begin_aside("caption");
            self.words(argument);
            self.page.end_aside(None);
            self.page.begin(Element::Table);
            if name == "csv-table" {
                let header = options
                    .iter()
                    .filter_map(|it| field(it.trim()))
                    .find(|(name, _)| *name == "header");
                header.iter().for_each(|(_, row)| self.row(&row.split(',').collect::<Vec<_>>()));
                content.iter().for_each(|row| self.row(&row.split(',').collect::<Vec<_>>()));
            } else {
                self.list_table(content);
            }
            self.page.end();
        } else if !DROPPED.contains(&name) {
            self.page.boundary();
            self.words(argument);
            for part in content.join("\n").split("\n\n") {
                self.page.begin(Element::Paragraph);
                self.words(part);
                self.page.end();
            }
        }
    }

    /// Rows begin with `* -`, cells with `-`.
    fn list_table(&mut self, lines: &[&str]) {
        let mut row: Vec<String> = Vec::new();
        for line in lines {
            let trimmed = line.trim();
            let (cell, is_row) = match trimmed.strip_prefix("* -") {
                Some(cell) => (Some(cell), true),
                None => (trimmed.strip_prefix("- ").or((trimmed == "-").then_some("")), false),
            };
            if is_row && !row.is_empty() {
                self.row(&row);
                row.clear();
            }
            match (cell, row.last_mut()) {
                (Some(cell), _) => row.push(cell.trim().to_owned()),
                (None, Some(last)) => {
                    last.push(' ');
                    last.push_str(trimmed);
                }
                (None, None) => {}
            }
        }
        self.row(&row);
    }

    fn row(&mut self, cells: &[impl AsRef<str>]) {
        self.page.begin(Element::Row);
        for cell in cells {
            self.page.begin(Element::Cell);
            self.words(cell.as_ref().trim().trim_matches('"'));
            self.page.end();
        }
        self.page.end();
    }

    /// Tables drawn with signs: `+---+` or `===  ===`.
    fn table(&mut self, trimmed: &str) -> bool {
        let is_grid = trimmed.starts_with("+-") && trimmed.ends_with('+');
        let is_simple =
            trimmed.starts_with("==") && trimmed.contains(' ') && ruler(trimmed) == Some('=');
        if !is_grid && !is_simple {
            return false;
        }
        let first = self.line(0);
        let edge = if is_grid { '+' } else { ' ' };
        let mut columns: Vec<usize> = Vec::new();
        let mut last = ' ';
        for (at, character) in first.chars().enumerate() {
            let is_start =
                if is_grid { character == edge } else { character == '=' && last == ' ' };
            if is_start && columns.len() < 256 {
                columns.push(at + usize::from(is_grid));
            }
            last = character;
        }
        self.at += 1;
        self.page.begin(Element::Table);
        let mut row: Vec<String> = Vec::new();
        let mut rulers = 1;
        while let Some(line) = self.lines.get(self.at) {
            let trimmed = line.trim();
            let is_ruler = match is_grid {
                true => trimmed.starts_with('+'),
                false => ruler(trimmed) == Some('=') || ruler(trimmed) == Some('-'),
            };
            if trimmed.is_empty() && (is_grid || rulers >= 3) {
                break;
            }
            self.at += 1;
            let letters: Vec<char> = line.chars().collect();
            let begins =
                letters.get(columns.first().copied().unwrap_or(0)).is_some_and(|it| *it != ' ');
            if is_ruler || (!is_grid && begins) {
                self.row(&row);
                row.clear();
            }
            if is_ruler {
                rulers += usize::from(!is_grid && ruler(trimmed) == Some('='));
                let goes_on = self.line(0).trim();
                if !is_grid && rulers >= 2 && goes_on.is_empty() {
                    break;
                }
                continue;
            }
            for (index, start) in columns.iter().enumerate() {
                let end =
                    columns.get(index + 1).copied().unwrap_or(letters.len()).min(letters.len());
                let cell: String =
                    letters.get((*start).min(end)..end).unwrap_or_default().iter().collect();
                let cell = cell.trim().trim_matches('|').trim();
                if row.len() <= index {
                    row.push(String::new());
                }
                row[index].push_str(cell);
                row[index].push(' ');
            }
        }
        self.row(&row);
        self.page.end();
        true
    }

    fn words(&mut self, text: &str) {
        let targets = &self.targets;
        inline::write(self.page, text, &SIGNS, &|page, rest, _| {
            if let Some((inner, taken)) = between(rest, "`", "`") {
                let trail = rest[taken..].bytes().take_while(|it| *it == b'_').count();
                let (words, href) = match inner
                    .rsplit_once('<')
                    .and_then(|(words, it)| Some((words, it.strip_suffix('>')?)))
                {
                    Some((words, href)) => (words.trim(), href),
                    None => {
                        (inner, targets.get(&inner.to_lowercase()).copied().unwrap_or_default())
                    }
                };
                let words = if words.is_empty() { href } else { words };
                link(page, if trail > 0 { href } else { "" }, words);
                return Some(taken + trail);
            }
            if let Some((role, taken)) = between(rest, ":", ":`").filter(|(role, _)| is_name(role))
            {
                let (inner, length) = between(&rest[taken - 1..], "`", "`")?;
                let shown = inner
                    .split_once(" <")
                    .map_or(inner, |(words, _)| words)
                    .trim_start_matches(['~', '!']);
                let is_words = matches!(
                    role,
                    "ref"
                        | "doc"
                        | "term"
                        | "emphasis"
                        | "strong"
                        | "title"
                        | "sup"
                        | "sub"
                        | "abbr"
                );
                match is_words {
                    true => page.write(shown),
                    false => page.element(Element::Code, shown),
                }
                return Some(taken - 1 + length);
            }
            if let Some((name, taken)) =
                between(rest, "[", "]_").filter(|(name, _)| !name.contains([' ', ']']))
            {
                page.refer(name.trim_start_matches('#'));
                return Some(taken);
            }
            if let Some(behind) = rest.strip_prefix('\\') {
                let escaped = behind.chars().next()?;
                page.write(if escaped == ' ' { "" } else { &behind[..escaped.len_utf8()] });
                return Some(1 + escaped.len_utf8());
            }
            None
        });
    }
}

/// The sign that a line consists of, if it is one under a title.
fn ruler(line: &str) -> Option<char> {
    let sign = line.chars().next().filter(|it| it.is_ascii_punctuation())?;
    let is_ruler = line.len() >= 3 && line.chars().all(|it| it == sign || it == ' ');
    is_ruler.then_some(sign)
}

fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 40
        && text.chars().all(|it| it.is_alphanumeric() || "-_:.+".contains(it))
}

/// `:name: value`
fn field(line: &str) -> Option<(&str, &str)> {
    let (name, value) = line.strip_prefix(':')?.split_once(':')?;
    let is_name = !name.is_empty() && name.len() <= 60 && !name.contains('`');
    (is_name && (value.is_empty() || value.starts_with(' '))).then(|| (name, value.trim()))
}

/// The column of an item, and how wide its sign is.
fn item(line: &str) -> Option<(usize, usize)> {
    let column = indent(line);
    let rest = line.trim_start();
    if ["- ", "* ", "+ ", "• "].iter().any(|it| rest.starts_with(it)) {
        return Some((column, rest.find(' ')? + 1));
    }
    let inner = rest.strip_prefix('(').unwrap_or(rest);
    let end = inner.find(['.', ')'])?;
    let number = &inner[..end];
    let is_number = number == "#"
        || (1..=4).contains(&number.len()) && number.bytes().all(|it| it.is_ascii_digit());
    let is_letter = number.len() == 1
        && number.bytes().all(|it| it.is_ascii_alphabetic())
        && rest.starts_with('(');
    let width = rest.len() - inner.len() + end + 1;
    ((is_number || is_letter) && rest[width..].starts_with(' ')).then_some((column, width + 1))
}
