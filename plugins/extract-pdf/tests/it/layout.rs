//! The order of reading, and what lines are together.

use crate::builder::{Builder, file, line, lines, sized};
use crate::{extract, marked, read};

const LEFT: [&str; 6] = [
    "The first column begins here and it is",
    "read to its end before the second one",
    "begins, whatever stands beside it in the",
    "other column on the same height, as this",
    "line does, which is followed by the next",
    "one and by nothing else on this page.",
];
const RIGHT: [&str; 6] = [
    "The second column has lines of its own",
    "that are as long as those of the first",
    "and stand on the same baselines, so that",
    "only the gutter between the two tells a",
    "reader where one of them ends and where",
    "the other one begins, as it always has.",
];

#[test]
fn columns_are_read_one_after_the_other() {
    for shift in [0, 5] {
        let head = sized(72, 740, 18, "A title over both of the columns");
        let content = lines(310, 690 - shift, &RIGHT) + &head + &lines(72, 690, &LEFT);
        let text = read(&file(&[content])).text;
        let expected =
            ["A title over both of the columns".to_owned(), LEFT.join(" "), RIGHT.join(" ")];
        assert_eq!(text, expected.join("\n\n"));
    }
}

#[test]
fn words_go_on_over_lines_columns_and_pages() {
    let first = lines(
        72,
        700,
        &["A state-of-the-art pump was in-", "stalled where the well-", "known river, a so-"],
    );
    let second =
        lines(72, 700, &["called calm one, is a well-known", "danger to those who live there."]);
    let document = read(&file(&[first, second]));
    assert_eq!(
        document.text,
        "A state-of-the-art pump was installed where the well-known river, a socalled calm one, is a well-known danger to \
         those who live there."
    );
    assert_eq!(marked(&document, "paragraph").len(), 1);
    let pages: Vec<&str> = marked(&document, "page");
    assert_eq!(pages.len(), 2);
    assert!(pages[1].starts_with("called calm"), "{pages:?}");
}

#[test]
fn paragraphs_begin_with_a_gap_or_an_indent() {
    let mut content = lines(
        72,
        700,
        &["One line that is long enough to be a line of text here", "and its second, ending."],
    );
    content += &line(84, 676, "An indented line, which begins a paragraph of its own and");
    content += &line(72, 664, "its second line that is as long as the others here are.");
    content += &line(72, 630, "After a gap, and as long as the other lines of this page.");
    let document = read(&file(&[content]));
    assert_eq!(marked(&document, "paragraph").len(), 3, "{}", document.text);
}

#[test]
fn what_runs_around_the_text_is_no_part_of_it() {
    let page = |number: usize| {
        let body = [LEFT[number], RIGHT[number]];
        line(72, 760, "Annual report 2024")
            + &lines(72, 600, &body)
            + &line(300, 30, &format!("- {number} -"))
    };
    let pages: Vec<String> = (1..=4).map(page).collect();
    let extracted = extract(&file(&pages)).unwrap().unwrap();
    assert!(
        !extracted.document.text.contains("report") && !extracted.document.text.contains("- 2")
    );
    let kinds: Vec<&str> = extracted.asides.iter().map(|it| it.kind.as_str()).collect();
    assert_eq!(kinds, ["header", "page-number"].repeat(4));
    assert!(extracted.asides.is_sorted_by_key(|it| it.position));
}

#[test]
fn a_table_with_rules_is_rows_of_cells() {
    let mut content = String::new();
    for x in [72, 200, 330, 450] {
        content += &format!("{x} 600 m {x} 690 l S\n");
    }
    for y in [600, 630, 660, 690] {
        content += &format!("72 {y} m 450 {y} l S\n");
    }
    for (row, cells) in
        [["Year", "Rain", "Sun"], ["2023", "12 mm", "much of"], ["2024", "14 mm", ""]]
            .iter()
            .enumerate()
    {
        for (column, text) in cells.iter().enumerate() {
            content += &line(80 + 128 * column as i32, 670 - 30 * row as i32, text);
        }
    }
    content += &line(80, 632, "later");
    let document = read(&file(&[content]));
    assert_eq!(document.text, "Year\tRain\tSun\n2023 later\t12 mm\tmuch of\n2024\t14 mm");
    assert_eq!(marked(&document, "table").len(), 1);
    assert_eq!(marked(&document, "cell").len(), 8);
}

#[test]
fn columns_of_figures_are_a_table_without_rules_too() {
    let mut content =
        lines(72, 700, &["This is how much it rained, by year and by month, as measured:"]);
    for (row, cells) in
        [["Year", "May", "June"], ["2022", "11", "90"], ["2023", "12", "91"], ["2024", "13", "92"]]
            .iter()
            .enumerate()
    {
        for (column, text) in cells.iter().enumerate() {
            content += &line(72 + 90 * column as i32, 670 - 12 * row as i32, text);
        }
    }
    let document = read(&file(&[content]));
    assert!(
        document.text.ends_with("Year\tMay\tJune\n2022\t11\t90\n2023\t12\t91\n2024\t13\t92"),
        "{}",
        document.text
    );
    assert_eq!(marked(&document, "row").len(), 4);
}

#[test]
fn lists_are_items() {
    let texts =
        ["\\225 the first point of it", "\\225 the second point", "1. a number", "2. another one"];
    let document = read(&file(&[lines(72, 700, &texts)]));
    assert_eq!(
        marked(&document, "item"),
        ["the first point of it", "the second point", "1. a number", "2. another one"]
    );
}

#[test]
fn turned_text_is_read_along_its_own_lines() {
    // Upwards, beside text that is not turned; and a whole page that lies on its side.
    let side = "BT /F1 10 Tf 0 1 -1 0 30 200 Tm (arXiv on the side) Tj ET\n";
    let text = read(&file(&[side.to_owned() + &lines(72, 700, &LEFT)])).text;
    assert_eq!(text, format!("{}\n\narXiv on the side", LEFT.join(" ")));
    let turned: String = LEFT
        .iter()
        .enumerate()
        .map(|(index, text)| {
            format!("BT /F1 10 Tf 0 1 -1 0 {} 100 Tm ({text}) Tj ET\n", 100 + 12 * index)
        })
        .collect();
    assert_eq!(read(&file(std::slice::from_ref(&turned))).text, LEFT.join(" "));
    let mut builder = Builder::new();
    let page = builder.page(&turned, "/Rotate 90");
    assert_eq!(read(&builder.with_pages(&[page])).text, LEFT.join(" "));
}

#[test]
fn what_is_drawn_twice_is_read_once_and_what_is_written_over_is_an_aside() {
    let content = line(72, 700, "Once")
        + &line(72, 700, "Once")
        + "BT /F1 60 Tf .7 .7 -.7 .7 100 300 Tm (DRAFT) Tj ET\n";
    let extracted = extract(&file(&[content])).unwrap().unwrap();
    assert_eq!(extracted.document.text, "Once");
    assert_eq!(extracted.asides.len(), 1);
    assert_eq!(extracted.asides[0].text, "DRAFT");
}

#[test]
fn actual_text_takes_the_place_of_what_is_drawn() {
    let content = "BT /F1 10 Tf 72 700 Td (a ) Tj /Span << /ActualText (office) >> BDC (o) Tj (xx) Tj EMC ( z) Tj ET";
    assert_eq!(read(&file(&[content.to_owned()])).text, "a office z");
}

#[test]
fn footnotes_are_asides() {
    let mut content = lines(72, 700, &LEFT);
    content += &sized(72, 60, 7, "1 See the report of the year before, which says the same.");
    let extracted = extract(&file(&[content])).unwrap().unwrap();
    assert_eq!(extracted.document.text, LEFT.join(" "));
    assert_eq!(extracted.asides[0].kind, "footnote");
    assert_eq!(
        extracted.asides[0].text,
        "1 See the report of the year before, which says the same."
    );
}
