//! Files that would take a reader without bounds forever, or all memory: each comes to an end, and
//! says what was left out.

use std::io::Write as _;
use std::time::{Duration, Instant};

use docmill_plugin::log::Level;
use docmill_plugin::{Error, Extracted, testing};
use flate2::Compression;
use flate2::write::ZlibEncoder;

use crate::builder::{Builder, PAGES, file, line};
use crate::extract;

/// Generous for code that is not optimised; a second is usual.
const SOON: Duration = Duration::from_secs(60);

/// What becomes of a file, which has to be soon; a panic fails the test.
fn soon(bytes: &[u8]) -> Result<Option<Extracted>, Error> {
    testing::reset();
    docmill_plugin::begin_call();
    let start = Instant::now();
    let result = extract(bytes);
    assert!(start.elapsed() < SOON, "{:?}", start.elapsed());
    if let Err(error) = &result {
        assert!(matches!(error, Error::Malformed(_) | Error::Unsupported(_)), "{error:?}");
    }
    result
}

fn text(bytes: &[u8]) -> String {
    soon(bytes).expect("it is read").map(|it| it.document.text).unwrap_or_default()
}

/// Whether the log says that something was left out.
fn warned() -> bool {
    testing::take_log()
        .iter()
        .any(|(level, message)| *level == Level::Warn && message.contains("not read"))
}

fn deflated(data: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(data).expect("memory takes all");
    encoder.finish().expect("memory takes all")
}

#[test]
fn page_trees_that_are_circles_end() {
    let mut builder = Builder::new();
    let page = builder.page(&line(72, 700, "Here"), "");
    let inner = builder.add("");
    builder.set(
        inner,
        format!(
            "<< /Type /Pages /Kids [{PAGES} 0 R {inner} 0 R {page} 0 R] /Parent {inner} 0 R >>"
        ),
    );
    builder.set(
        PAGES,
        format!("<< /Type /Pages /Count 2147483647 /Kids [{inner} 0 R {PAGES} 0 R] >>"),
    );
    assert_eq!(text(&builder.finish()), "Here");
}

#[test]
fn page_trees_of_great_depth_end() {
    let mut builder = Builder::new();
    let depth = 50_000;
    let first = builder.add("");
    for next in first + 1..first + depth {
        builder.set(next - 1, format!("<< /Type /Pages /Kids [{next} 0 R] >>"));
        builder.add("");
    }
    let page = builder.page(&line(72, 700, "Deep"), "");
    builder.set(first + depth - 1, format!("<< /Type /Pages /Kids [{page} 0 R] >>"));
    builder.set(PAGES, format!("<< /Type /Pages /Kids [{first} 0 R] >>"));
    assert_eq!(text(&builder.finish()), "Deep");
}

#[test]
fn two_hundred_thousand_kids_are_counted_and_cut() {
    let mut builder = Builder::new();
    let content = builder.stream("", line(72, 700, "Kid").as_bytes());
    let kid = format!(
        "<< /Type /Page /Contents {content} 0 R /Resources << /Font << /F1 3 0 R >> >> >> "
    );
    builder.set(PAGES, format!("<< /Type /Pages /Kids [{}] >>", kid.repeat(200_000)));
    let found = soon(&builder.finish()).expect("it is read").expect("it has a text").document;
    assert!(found.text.starts_with("Kid"));
    let said = found.attribute("incomplete").expect("it says that pages are missing");
    assert!(said.contains("pages are not read"), "{said}");
    let mut builder = Builder::new();
    let page = builder.page(&line(72, 700, "Kid"), "");
    builder.set(
        PAGES,
        format!("<< /Type /Pages /Kids [{}] >>", format!("{page} 0 R ").repeat(200_000)),
    );
    assert_eq!(text(&builder.finish()), "Kid");
}

#[test]
fn forms_that_draw_themselves_and_each_other_end() {
    let mut builder = Builder::new();
    let shown = line(72, 700, "Form");
    let first = builder.stream("", b"");
    for index in 0..40 {
        // Each draws the next one twice, and the last one the first: two to the fortieth, if nobody
        // counts.
        let (here, next) = (first + index, first + (index + 1) % 40);
        let content = format!("{} /N Do /N Do /M Do", if index == 0 { shown.as_str() } else { "" });
        let entries = format!(
            "/Subtype /Form /Resources << /Font << /F1 3 0 R >> /XObject << /N {next} 0 R /M {here} 0 R >> >>"
        );
        let mut body =
            format!("<< {entries} /Length {} >>\nstream\n{content}\nendstream", content.len());
        if index == 0 {
            builder.set(first, std::mem::take(&mut body));
        } else {
            builder.add(std::mem::take(&mut body));
        }
    }
    let page = builder.page("/N Do", &format!("/Resources << /XObject << /N {first} 0 R >> >>"));
    assert_eq!(text(&builder.with_pages(&[page])), "Form");
}

#[test]
fn arrays_and_dictionaries_of_great_depth_end() {
    for (open, close) in [("[", "]"), ("<< /A ", " >>")] {
        let deep = open.repeat(100_000) + &close.repeat(100_000);
        let mut builder = Builder::new();
        let page = builder.page(&line(72, 700, "Here"), &format!("/Annots {deep} /Deep {deep}"));
        let info = builder.add(deep.clone());
        builder.trailer(&format!("/Info {info} 0 R"));
        let _ = soon(&builder.with_pages(&[page]));
        let _ = soon(&file(&[format!(
            "{} {deep} TJ {}",
            line(72, 700, "Here"),
            line(72, 600, "There")
        )]));
    }
}

#[test]
fn what_unpacks_to_gigabytes_is_not_unpacked() {
    let zeros = vec![b' '; 200 << 20];
    let once = deflated(&zeros);
    let twice = deflated(&once);
    let filters = |names: &str| format!("/Filter [{names}]");
    let bombs = [
        (filters("/FlateDecode"), once.clone()),
        (filters("/FlateDecode /FlateDecode"), twice),
        (filters("/FlateDecode /RunLengthDecode /LZWDecode"), once.clone()),
        (filters(&"/ASCIIHexDecode ".repeat(1_000)), b"3030".repeat(1_000)),
    ];
    for (entries, bomb) in bombs {
        // As the content of a page, of a form, as a font, as a map of a font, and as what the file
        // says of itself.
        let mut builder = Builder::new();
        let stream = builder.stream(&format!("{entries} /Subtype /Form"), &bomb);
        let resources =
            format!("/Resources << /Font << /F1 3 0 R >> /XObject << /X {stream} 0 R >> >>");
        builder.set(
            3,
            format!(
                "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /ToUnicode {stream} 0 R /FontDescriptor \
                 << /FontFile {stream} 0 R /FontFile2 {stream} 0 R /FontFile3 {stream} 0 R >> >>"
            ),
        );
        let shown = builder.page(&format!("{} /X Do", line(72, 700, "F")), &resources);
        let itself = builder.add(format!("<< /Type /Page /Contents {stream} 0 R {resources} >>"));
        let parts = builder
            .add(format!("<< /Type /Page /Contents [{stream} 0 R {stream} 0 R] {resources} >>"));
        builder.set(1, format!("<< /Type /Catalog /Pages 2 0 R /Metadata {stream} 0 R >>"));
        let pages = [shown, itself, parts];
        match soon(&builder.with_pages(&pages)) {
            Err(Error::Malformed(_)) => {}
            Ok(Some(_)) => assert!(warned()),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn lengths_and_places_that_lie_are_not_believed() {
    let whole: String = file(&[line(72, 700, "Here")]).into_iter().map(char::from).collect();
    for (from, to) in [
        ("/Length 36", "/Length 99999999"),
        ("/Length 36", "/Length -1"),
        ("/Length 36", "/Length 5 0 R"),
        ("/Size 7", "/Size 4294967295"),
        ("0 7\n", "0 4294967295\n"),
        ("/Count 1", "/Count 4294967295"),
        ("0000000", "9999999"),
        ("startxref\n", "startxref\n-"),
    ] {
        assert!(whole.contains(from), "{from} in {whole}");
        let changed: Vec<u8> = whole.replace(from, to).chars().map(|it| it as u8).collect();
        assert_eq!(text(&changed), "Here", "{to}");
    }
}

#[test]
fn maps_that_are_bombs_end() {
    let ranges = "<00000000> <FFFFFFFF> <0000> ".repeat(10_000);
    let list = format!("<00> <FFFFFFFF> [{}]", "<0041> ".repeat(50_000));
    let deep = "[".repeat(100_000);
    for map in [
        format!("100 beginbfrange {ranges} endbfrange"),
        format!("1 beginbfrange {list} endbfrange"),
        format!("1 begincidrange {deep} endcidrange"),
        "/Itself usecmap ".repeat(10_000),
        format!("1 beginbfchar <41> <{}> endbfchar", "0041".repeat(1 << 20)),
    ] {
        let mut builder = Builder::new();
        let map = builder.stream("/CMapName /Itself", map.as_bytes());
        builder.set(
            3,
            format!("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /ToUnicode {map} 0 R >>"),
        );
        let page = builder.page(&line(72, 700, &"A".repeat(2_000)), "");
        let text = text(&builder.with_pages(&[page]));
        assert!(text.len() < 8 << 20, "{}", text.len());
    }
}

#[test]
fn pages_of_endless_instructions_are_cut() {
    let contents = [
        "q ".repeat(2_000_000),
        "/Span << /ActualText (x) >> BDC ".repeat(200_000) + &line(72, 700, "Here"),
        "0 0 m 9 9 l S 1 1 5 5 re f ".repeat(200_000),
        format!("BT /F1 10 Tf {} ET", "(A) Tj 9 0 Td ".repeat(600_000)),
        "72 100 m 72 900 l S 50 100 m 900 100 l S 3 0 0 3 0 0 cm ".repeat(20_000),
        format!("BT /F1 1e308 Tf 1e308 1e308 1e308 1e308 0 0 Tm {} ET", "(A) Tj ".repeat(1_000)),
        format!("BT /F1 10 Tf {} ET", "(A) Tj -9 .01 Td ".repeat(30_000)),
    ];
    for content in contents {
        let _ = soon(&file(&[content]));
    }
    let content = format!("BT /F1 10 Tf {} ET", "(A) Tj 0 0 Td ".repeat(500_000));
    assert!(soon(&file(&[content])).is_ok());
    assert!(warned());
}

#[test]
fn grids_of_many_lines_are_no_tables_of_many_cells() {
    let mut content = line(72, 700, "Here are some words of it");
    for at in 0..3_000 {
        content += &format!("{at} 0 m {at} 792 l S 0 {at} m 612 {at} l S ");
    }
    let text = text(&file(&[content]));
    assert!(text.contains("Here"), "{text}");
}

#[test]
fn outlines_labels_and_notes_without_end_end() {
    let mut builder = Builder::new();
    let page = builder.page(
        &line(72, 700, "Here"),
        &format!("/Annots [{}]", "<< /Subtype /Text /Contents (x) >> ".repeat(100_000)),
    );
    let entry = builder.add("");
    builder.set(
        entry,
        format!("<< /Title (x) /First {entry} 0 R /Next {entry} 0 R /Parent {entry} 0 R >>"),
    );
    let labels = builder.add("");
    let many: String = (0..20_000).map(|it| format!("{it} << /S /r /St 4999 /P (p) >> ")).collect();
    builder.set(
        labels,
        format!("<< /Nums [{many}] /Kids [{}] >>", format!("{labels} 0 R ").repeat(2_000)),
    );
    builder.set(
        1,
        format!("<< /Type /Catalog /Pages 2 0 R /Outlines {entry} 0 R /PageLabels {labels} 0 R >>"),
    );
    assert_eq!(text(&builder.with_pages(&[page])), "Here");
}

#[test]
fn a_file_cut_anywhere_or_with_bytes_changed_breaks_nothing() {
    let mut builder = Builder::new();
    let map = builder.stream("", b"1 beginbfrange <00> <FF> <0041> endbfrange");
    builder.set(3, format!("<< /Type /Font /Subtype /TrueType /BaseFont /Arial /ToUnicode {map} 0 R /Widths [1 2 3] /FirstChar 60 >>"));
    let page = builder.page(
        &(line(72, 700, "Here") + "72 0 m 72 9 l S"),
        "/Annots [<< /Subtype /Link /Rect [0 0 9 9] >>]",
    );
    let whole = builder.with_pages(&[page]);
    for end in (0..whole.len()).step_by(7) {
        let _ = soon(&whole[..end]);
    }
    for at in (0..whole.len()).step_by(3) {
        let mut changed = whole.clone();
        changed[at] = changed[at].wrapping_mul(31).wrapping_add(at as u8);
        let _ = soon(&changed);
    }
}
