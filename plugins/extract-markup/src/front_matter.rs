//! Front matter: what a text says of itself above its first line, in the part of YAML or TOML that
//! people write there.
//!
//! Keys with a value, a list or lines below them, and names within a list of people. A library for
//! YAML would bring anchors and tags, which multiply, for a dozen keys.

use crate::page::Page;

/// The most lines that are read.
const MOST: usize = 1_000;

/// Reads front matter.
pub fn read(page: &mut Page, text: &str) {
    let mut key = String::new();
    // A value over several lines, and whether it is being read.
    let mut block: Option<String> = None;
    for line in text.lines().take(MOST) {
        let is_indented = line.starts_with([' ', '\t']);
        if let Some(lines) = &mut block {
            if is_indented || line.trim().is_empty() {
                lines.push_str(line.trim());
                lines.push(' ');
                continue;
            }
            page.add_field(&key, lines);
            block = None;
        }
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (item, is_item) = match line.strip_prefix("- ") {
            Some(item) => (item.trim(), true),
            None => (line, false),
        };
        let pair = item.split_once([':', '=']).filter(|(name, value)| {
            let is_name = !name.trim().is_empty()
                && name.trim().chars().all(|it| it.is_alphanumeric() || "_- ".contains(it));
            is_name && (value.is_empty() || value.starts_with([' ', '"', '\'', '[']))
        });
        match pair {
            // `- name: Jane` in a list of authors.
            Some((name, value)) if (is_item || is_indented) && name.trim() == "name" => {
                page.add_field(&key, unquoted(value));
            }
            Some(_) if is_item || is_indented => {}
            Some((name, value)) => {
                key = unquoted(name).to_owned();
                match value.trim() {
                    "|" | ">" | "|-" | ">-" | ">+" | "|+" => block = Some(String::new()),
                    value => values(page, &key, value),
                }
            }
            None if is_item || is_indented => page.add_field(&key, unquoted(item)),
            None => {}
        }
    }
    if let Some(lines) = block {
        page.add_field(&key, &lines);
    }
}

/// One value, or a list in brackets.
fn values(page: &mut Page, key: &str, value: &str) {
    match value.strip_prefix('[').and_then(|it| it.strip_suffix(']')) {
        Some(list) => list.split(',').for_each(|it| page.add_field(key, unquoted(it))),
        None => page.add_field(key, unquoted(value)),
    }
}

fn unquoted(text: &str) -> &str {
    let text = text.trim();
    for quote in ['"', '\''] {
        if let Some(inner) = text.strip_prefix(quote).and_then(|it| it.strip_suffix(quote)) {
            return inner;
        }
    }
    text
}
