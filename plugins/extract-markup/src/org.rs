//! Org, the outlines of Emacs.

use docmill_plugin::structure::Element;

use crate::inline::{self, Items, Meaning, Sign, between, indent, link};
use crate::page::Page;

const SIGNS: [Sign; 6] = [
    Sign { sign: "*", meaning: Meaning::Emphasis, in_words: false },
    Sign { sign: "/", meaning: Meaning::Emphasis, in_words: false },
    Sign { sign: "_", meaning: Meaning::Emphasis, in_words: false },
    Sign { sign: "=", meaning: Meaning::Code, in_words: false },
    Sign { sign: "~", meaning: Meaning::Code, in_words: false },
    Sign { sign: "+", meaning: Meaning::Struck, in_words: false },
];

/// Words before a heading that say how far a task is. The first is in two parts: it is none of our
/// own tasks.
const STATES: [&str; 4] = [concat!("TO", "DO "), "DONE ", "NEXT ", "WAITING "];

/// Writes a text.
pub fn write(page: &mut Page, text: &str) {
    let mut lines = text.lines();
    let mut paragraph = String::new();
    let (mut items, mut in_table) = (Items::default(), false);
    while let Some(line) = lines.next() {
        let trimmed = line.trim();
        let is_row = trimmed.starts_with('|');
        let stars = line.bytes().take_while(|it| *it == b'*').count();
        let is_heading = stars > 0 && line[stars..].starts_with(' ');
        let marker = item(line);
        let is_special = trimmed.is_empty()
            || is_row
            || is_heading
            || marker.is_some()
            || trimmed.starts_with(['#', ':'])
            || line.starts_with("[fn:");
        if is_special {
            flush(page, &mut paragraph);
        }
        if in_table && !is_row {
            page.end();
            in_table = false;
        }
        if trimmed.is_empty() {
            page.boundary();
        } else if is_heading {
            items.close(page, 0);
            heading(page, stars, &line[stars + 1..]);
        } else if is_row {
            if !in_table {
                page.begin(Element::Table);
                in_table = true;
            }
            row(page, trimmed);
        } else if let Some(keyword) = trimmed.strip_prefix("#+") {
            let (name, value) = keyword.split_once([':', ' ']).unwrap_or((keyword, ""));
            match name.to_ascii_lowercase().as_str() {
                "begin_src" | "begin_example" | "begin_export" | "begin_comment" => {
                    let is_shown = !name.to_ascii_lowercase().ends_with(['t']);
                    let code = until(&mut lines, "#+end_");
                    if is_shown {
                        page.element(Element::CodeBlock, &code);
                    }
                }
                "begin_quote" => {
                    items.close(page, 0);
                    let quoted = until(&mut lines, "#+end_");
                    page.begin(Element::Quotation);
                    for part in quoted.split("\n\n") {
                        page.begin(Element::Paragraph);
                        words(page, part);
                        page.end();
                    }
                    page.end();
                }
                "caption" => {
                    page.begin_aside("caption");
                    words(page, value.trim());
                    page.end_aside(None);
                }
                name => page.add_field(name, value.trim()),
            }
        } else if trimmed.starts_with("# ") || trimmed == "#" {
            // A remark.
        } else if [":PROPERTIES:", ":LOGBOOK:"].iter().any(|it| trimmed.eq_ignore_ascii_case(it)) {
            // What Emacs keeps of a heading.
            until(&mut lines, ":end:");
        } else if let Some(code) = trimmed.strip_prefix(": ") {
            page.element(Element::CodeBlock, code);
        } else if let Some((name, taken)) =
            between(line, "[fn:", "]").filter(|_| line.starts_with("[fn:"))
        {
            page.begin_aside("footnote");
            words(page, &line[taken..]);
            page.end_aside(Some(name));
        } else if let Some((column, rest)) = marker {
            items.begin(page, column);
            paragraph.push_str(rest);
        } else {
            if paragraph.is_empty() && items.any() {
                items.close(page, indent(line));
            }
            paragraph.push_str(trimmed);
        }
        if !paragraph.is_empty() {
            paragraph.push('\n');
        }
    }
    flush(page, &mut paragraph);
    if in_table {
        page.end();
    }
    items.close(page, 0);
}

fn heading(page: &mut Page, level: usize, title: &str) {
    let title = title.trim();
    let title = STATES.iter().find_map(|it| title.strip_prefix(it)).unwrap_or(title);
    // Tags stand behind it, as in `:a:b:`.
    let title = match title.rsplit_once(' ') {
        Some((title, tags)) if tags.starts_with(':') && tags.ends_with(':') && tags.len() > 2 => {
            title
        }
        _ => title,
    };
    page.begin(Element::Heading(level.min(6) as u8));
    words(page, title);
    page.end();
}

fn row(page: &mut Page, line: &str) {
    let inner = line.trim_matches('|');
    if inner.chars().all(|it| "-+| ".contains(it)) && inner.contains('-') {
        return;
    }
    page.begin(Element::Row);
    for cell in inner.split('|') {
        page.begin(Element::Cell);
        words(page, cell.trim());
        page.end();
    }
    page.end();
}

/// The column and the words of an item.
fn item(line: &str) -> Option<(usize, &str)> {
    let column = indent(line);
    let rest = line.trim_start();
    let bullet = rest.strip_prefix("- ").or_else(|| rest.strip_prefix("+ "));
    let bullet = bullet.or_else(|| rest.strip_prefix("* ").filter(|_| column > 0));
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let number = || {
        let after = rest.get(digits..).filter(|_| (1..=9).contains(&digits))?;
        after.strip_prefix(". ").or_else(|| after.strip_prefix(") "))
    };
    bullet.or_else(number).map(|rest| (column, rest.trim()))
}

fn until(lines: &mut std::str::Lines<'_>, end: &str) -> String {
    let mut text = String::new();
    for line in lines {
        let start = line.trim_start();
        if start.get(..end.len()).is_some_and(|it| it.eq_ignore_ascii_case(end)) {
            break;
        }
        text.push_str(line);
        text.push('\n');
    }
    text
}

fn flush(page: &mut Page, paragraph: &mut String) {
    if !paragraph.is_empty() {
        page.begin(Element::Paragraph);
        words(page, paragraph);
        page.end();
        paragraph.clear();
    }
}

fn words(page: &mut Page, text: &str) {
    inline::write(page, text, &SIGNS, &|page, rest, _| {
        if let Some((inner, taken)) = between(rest, "[[", "]]") {
            let (href, words) = inner.split_once("][").unwrap_or((inner, ""));
            link(page, href, words);
            return Some(taken);
        }
        if let Some((name, taken)) = between(rest, "[fn:", "]") {
            page.refer(name);
            return Some(taken);
        }
        let (formula, taken) =
            between(rest, "\\(", "\\)").or_else(|| between(rest, "\\[", "\\]"))?;
        page.element(Element::Code, formula.trim());
        Some(taken)
    });
}
