//! Compares what is read from the pages in `tests/fixtures` with the `.txt` files beside them.
//!
//! `UPDATE_EXPECTED=1 cargo test -p extract-html` rewrites those; read the difference before you
//! commit it.

use std::fmt::Write as _;
use std::path::Path;

use docmill_plugin::Extracted;
use extract_html::{Syntax, extract};

/// Everything that the host would learn, in a form that people can compare.
fn dump(extracted: &Extracted) -> String {
    let document = &extracted.document;
    let mut dump = format!("language: {}\n", document.language.as_deref().unwrap_or("none"));
    for attribute in &document.attributes {
        writeln!(dump, "{}: {}", attribute.name, attribute.value).unwrap();
    }
    writeln!(dump, "\n=== text\n{}\n\n=== marks", document.text).unwrap();
    for mark in &document.marks {
        let text = &document.text[mark.span.range()];
        let short = if text.chars().count() > 60 {
            let start: String = text.chars().take(40).collect();
            let end: Vec<char> = text.chars().rev().take(15).collect();
            format!("{start}…{}", end.iter().rev().collect::<String>())
        } else {
            text.to_owned()
        };
        write!(dump, "{} {:?}", mark.kind, short).unwrap();
        for attribute in &mark.attributes {
            write!(dump, " {}={}", attribute.name, attribute.value).unwrap();
        }
        dump.push('\n');
    }
    dump.push_str("\n=== asides\n");
    for aside in &extracted.asides {
        let before: String =
            document.text[..aside.position as usize].chars().rev().take(20).collect();
        let before: String = before.chars().rev().collect();
        write!(dump, "{} after {before:?}: {:?}", aside.kind, aside.text).unwrap();
        for attribute in &aside.attributes {
            write!(dump, " {}={}", attribute.name, attribute.value).unwrap();
        }
        dump.push('\n');
    }
    dump
}

fn check(name: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let page = std::fs::read(folder.join(format!("{name}.html"))).unwrap();
    let found = dump(&extract(&page, Syntax::Html).unwrap().unwrap());
    let path = folder.join(format!("{name}.txt"));
    if std::env::var_os("UPDATE_EXPECTED").is_some() {
        std::fs::write(&path, &found).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap();
    assert!(found == expected, "{name} was read differently:\n{found}");
}

#[test]
fn a_vietnamese_page_with_captions_in_tables_and_related_news_is_read() {
    check("vi-cms-body");
}

#[test]
fn a_french_page_with_a_json_ld_graph_is_read() {
    check("fr-graph");
}

#[test]
fn an_english_page_with_a_table_and_nested_lists_is_read() {
    check("en-table");
}

#[test]
fn an_old_french_page_in_windows_1252_laid_out_with_tables_is_read() {
    check("fr-windows-1252");
}

#[test]
fn a_vietnamese_page_that_is_mostly_navigation_is_read() {
    check("vi-much-navigation");
}

#[test]
fn the_example_in_the_readme_is_true() {
    let readme = include_str!("../README.md");
    let page = readme.split("```html\n").nth(1).and_then(|it| it.split("```").next()).unwrap();
    let found = extract(page.as_bytes(), Syntax::Html).unwrap().unwrap();
    let document = &found.document;
    let marks: Vec<String> = document
        .marks
        .iter()
        .map(|mark| {
            let attributes = mark.attributes.iter().map(|it| format!(" {}={}", it.name, it.value));
            format!("{} {:?}{}", mark.kind, mark.span.range(), attributes.collect::<String>())
        })
        .collect();
    let asides: Vec<String> = found
        .asides
        .iter()
        .map(|aside| format!("{} at {}: {}", aside.kind, aside.position, aside.text))
        .collect();
    let shown = format!(
        "text      {}\ntitle     {}\nlanguage  {}\nmarks     {}\nasides    {}\n",
        document.text.replace('\n', "¶"),
        document.attribute("title").unwrap(),
        document.language.as_deref().unwrap(),
        marks.join(", "),
        asides.join(", "),
    );
    assert!(readme.contains(&shown), "{shown}");
}
