//! Layout, marks and bounds of what a `Writer` writes.

use super::*;

/// The text of a document, and each of its marks as its kind and its words.
fn read(write: impl FnOnce(&mut Writer)) -> (String, Vec<String>) {
    let mut writer = Writer::new();
    write(&mut writer);
    let (text, marks) = writer.finish();
    let told = |mark: &Mark| format!("{} {:?}", mark.kind, &text[mark.span.range()]);
    let told = marks.iter().map(told).collect();
    (text, told)
}

#[test]
fn text_without_a_block_is_a_paragraph() {
    let (text, marks) = read(|it| it.write(" Một \n\u{a0} hai\u{ad}ba "));
    assert_eq!(text, "Một haiba");
    assert_eq!(marks, [r#"paragraph "Một haiba""#]);
}

#[test]
fn blocks_are_apart_and_items_are_lines() {
    let (text, marks) = read(|it| {
        it.element(Element::Heading(9), "Title");
        it.element(Element::Paragraph, "One.");
        it.element(Element::Paragraph, "");
        it.element(Element::Paragraph, "Two.");
        it.begin(Element::Item);
        it.element(Element::Paragraph, "first");
        it.element(Element::Item, "inner");
        it.end();
        it.element(Element::Item, "second");
        it.element(Element::Quotation, "Said.");
    });
    assert_eq!(text, "Title\n\nOne.\n\nTwo.\n\nfirst\ninner\nsecond\n\nSaid.");
    assert_eq!(
        marks,
        [
            r#"heading "Title""#,
            r#"paragraph "One.""#,
            r#"paragraph "Two.""#,
            r#"item "first\ninner""#,
            r#"item "inner""#,
            r#"item "second""#,
            r#"quotation "Said.""#,
            r#"paragraph "Said.""#,
        ]
    );
}

#[test]
fn empty_cells_keep_their_columns() {
    let (text, marks) = read(|it| {
        it.begin(Element::Table);
        for row in [["", "b"], ["c", ""], ["", ""], ["e", "f\ng"]] {
            it.begin(Element::Row);
            for cell in row {
                it.begin(Element::Cell);
                it.element(Element::Paragraph, cell);
                it.end();
            }
            it.end();
        }
        it.end();
        it.write("After");
    });
    assert_eq!(text, "b\nc\ne\tf g\n\nAfter");
    assert!(marks.contains(&r#"row "e\tf g""#.to_owned()), "{marks:?}");
    assert!(marks.contains(&r#"table "b\nc\ne\tf g""#.to_owned()), "{marks:?}");
    assert_eq!(marks.iter().filter(|it| it.starts_with("cell")).count(), 4);
    assert_eq!(marks.last().map(String::as_str), Some(r#"paragraph "After""#));
}

#[test]
fn a_row_begins_with_its_empty_cell() {
    let (text, marks) = read(|it| {
        it.write("Before");
        it.begin(Element::Table);
        it.begin(Element::Row);
        it.element(Element::Cell, "");
        it.element(Element::Cell, "b");
        it.end();
        it.end();
    });
    assert_eq!(text, "Before\n\n\tb");
    assert!(marks.contains(&r#"cell "b""#.to_owned()), "{marks:?}");
}

#[test]
fn code_keeps_its_lines_and_cells_do_not() {
    let (text, marks) = read(|it| {
        it.element(Element::CodeBlock, "fn a() {\n    b\n}\n");
        it.begin(Element::Table);
        it.begin(Element::Row);
        it.begin(Element::Cell);
        it.element(Element::CodeBlock, "x\ny");
        it.end();
    });
    assert_eq!(text, "fn a() {\n    b\n}\n\nx y");
    assert_eq!(marks[0], r#"code "fn a() {\n    b\n}""#);
    assert_eq!(marks.iter().filter(|it| it.starts_with("code")).count(), 1);
}

#[test]
fn what_lies_within_a_line_lies_within_its_paragraph() {
    let (text, marks) = read(|it| {
        it.begin(Element::Link("https://example.org/"));
        it.element(Element::Emphasis, "Here");
        it.end();
        it.write(" and ");
        it.element(Element::Code, "there");
        it.line_break();
        it.write("below");
    });
    assert_eq!(text, "Here and there\nbelow");
    assert_eq!(
        marks,
        [
            r#"paragraph "Here and there\nbelow""#,
            r#"link "Here""#,
            r#"emphasis "Here""#,
            r#"code "there""#
        ]
    );
}

#[test]
fn depth_and_number_of_marks_are_bounded_and_no_text_is_lost() {
    let (text, marks) = read(|it| {
        for _ in 0..100_000 {
            it.begin(Element::Quotation);
        }
        it.write("deep");
        for _ in 0..100_001 {
            it.end();
        }
        it.element(Element::Heading(1), "after");
        for _ in 0..2 * MAX_MARKS {
            it.element(Element::Item, "x");
        }
        it.element(Element::Paragraph, "last");
    });
    assert!(text.starts_with("deep\n\nafter\n\nx\nx") && text.ends_with("x\n\nlast"));
    assert_eq!(marks.len(), MAX_MARKS);
    assert_eq!(marks.iter().filter(|it| it.starts_with("quotation")).count(), MAX_DEPTH);
}

#[test]
fn a_flood_of_empty_cells_is_not_a_flood_of_tabs() {
    let (text, _) = read(|it| {
        for _ in 0..100 {
            it.begin(Element::Row);
            it.element(Element::Cell, "a");
            for _ in 0..16_384 {
                it.element(Element::Cell, "");
            }
            it.element(Element::Cell, "b");
            it.end();
        }
    });
    assert!(text.len() <= 100 * (MAX_EMPTY_CELLS + 3), "{}", text.len());
}

#[test]
fn marks_of_ones_own_begin_and_end_with_words() {
    let (text, marks) = read(|it| {
        let start = it.len();
        it.element(Element::Paragraph, "One.");
        let end = it.len();
        it.add(Mark::new("page", start..end));
        it.element(Element::Paragraph, "Two.");
        it.add(Mark::new("page", end..it.len()));
        it.add(Mark::new("page", 4..6));
        it.add(Mark::new("page", 90..95));
    });
    assert_eq!(text, "One.\n\nTwo.");
    let pages: Vec<_> = marks.iter().filter(|it| it.starts_with("page")).collect();
    assert_eq!(pages, [r#"page "One.""#, r#"page "Two.""#]);
}
