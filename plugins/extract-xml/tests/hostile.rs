//! Books and XML that are made to hurt: each ends soon, within bounds, with what can be read or a
//! reason.

mod made;

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use docmill_plugin::Error;
use made::{book, one, read};

/// How much longer ten times as much may take: linear is ten, and a busy machine is granted as much
/// again and more.
const FACTOR: u32 = 60;

fn timed(xml: &str) -> Duration {
    let started = Instant::now();
    let _ = read(xml.as_bytes(), "text/xml");
    started.elapsed()
}

/// Makes an XML of about so many bytes.
type Make = Box<dyn Fn(usize) -> String>;

#[test]
fn what_is_ten_times_as_long_takes_about_ten_times_as_long() {
    let repeated = |what: &'static str| move |size: usize| what.repeat(size / what.len());
    let cases: [(&str, Make); 12] = [
        ("deep", Box::new(repeated("<a>"))),
        ("deep html", Box::new(|size| format!("<html><body>{}", "<div>".repeat(size / 5)))),
        (
            "deep sections",
            Box::new(|size| {
                format!(
                    "<article xmlns='http://docbook.org/ns/docbook'>{}",
                    "<section><title>x</title>".repeat(size / 25)
                )
            }),
        ),
        (
            "ends without a beginning",
            Box::new(|size| format!("<html>{}{}", "<i>".repeat(400), "</b>".repeat(size / 4))),
        ),
        ("open items", Box::new(|size| format!("<html><body>{}", "<li>x<p>y".repeat(size / 9)))),
        ("open exponents", Box::new(|size| format!("<html><body>{}", "<sup>x".repeat(size / 6)))),
        (
            "notes",
            Box::new(|size| {
                format!("<html><body>{}", "<aside role='doc-footnote'>x</aside>".repeat(size / 36))
            }),
        ),
        (
            "references",
            Box::new(|size| {
                let mut text = "<html><body>".to_owned();
                (0..size / 25).for_each(|it| {
                    let _ = write!(text, "<a href='#n{it}'>x</a>");
                });
                text
            }),
        ),
        (
            "empty cells",
            Box::new(|size| format!("<html><body><table><tr>{}", "<td/>".repeat(size / 5))),
        ),
        (
            "a header",
            Box::new(|size| format!("<FictionBook><description>{}", "<a>x".repeat(size / 4))),
        ),
        ("entities", Box::new(repeated("&amp;"))),
        ("attributes", Box::new(|size| format!("<html {}>", "a='b' ".repeat(size / 6)))),
    ];
    for (name, make) in cases {
        let (short, long) = (make(100_000), make(1_000_000));
        let least = timed(&short).min(timed(&short)).max(Duration::from_millis(2));
        let most = timed(&long);
        assert!(most <= least * FACTOR, "{name}: {least:?} for 100 KB, {most:?} for 1 MB");
    }
}

#[test]
fn entities_never_unfold() {
    let mut xml = "<!DOCTYPE a [<!ENTITY e0 'lol'>".to_owned();
    for level in 1..10 {
        let _ = write!(xml, "<!ENTITY e{level} '{}'>", format!("&e{};", level - 1).repeat(10));
    }
    xml.push_str("<!ENTITY f SYSTEM 'file:///etc/passwd'>]><a>x &e9; &f; y</a>");
    let found = read(xml.as_bytes(), "text/xml").expect("it can be read");
    assert_eq!(found[0].document.text, "x y");
}

#[test]
fn a_spine_of_200_000_and_a_chapter_that_is_referred_to_100_000_times_end() {
    let mut package =
        "<package><manifest><item id='a' href='a.xhtml' media-type='application/xhtml+xml'/>"
            .to_owned();
    for it in 0..200_000 {
        let _ = write!(
            package,
            "<item id='i{it}' href='i{it}.xhtml' media-type='application/xhtml+xml'/>"
        );
    }
    package.push_str("</manifest><spine>");
    package.push_str(&"<itemref idref='a'/>".repeat(100_000));
    (0..100_000).for_each(|it| {
        let _ = write!(package, "<itemref idref='i{it}'/>");
    });
    package.push_str("</spine></package>");
    let started = Instant::now();
    let found =
        one(&book(&package, &[("OEBPS/a.xhtml", b"<html><body><p>Once.</p></body></html>")]));
    assert_eq!(found.document.text, "Once.");
    assert!(started.elapsed() < Duration::from_secs(20), "{:?}", started.elapsed());
}

#[test]
fn a_table_of_contents_that_names_itself_ends_and_paths_stay_inside() {
    let package = "<package><manifest><item id='n' href='../../../../nav.xhtml' properties='nav' media-type='application/xhtml+xml'/>\
                   <item id='a' href='../../../../../OEBPS/a.xhtml' media-type='application/xhtml+xml'/></manifest>\
                   <spine><itemref idref='n'/><itemref idref='a'/><itemref idref='n'/></spine></package>";
    let nav = format!(
        "<html><body><nav type='toc'>{}</nav></body></html>",
        "<ol><li><a href='nav.xhtml'>Self</a>".repeat(50_000)
    );
    let files: [(&str, &[u8]); 2] =
        [("nav.xhtml", nav.as_bytes()), ("OEBPS/a.xhtml", b"<html><body><p>A.</p></body></html>")];
    assert!(one(&book(package, &files)).document.text.ends_with("A."));
}

#[test]
fn a_book_that_would_burst_is_malformed() {
    let package = |count: usize| {
        let item = |it| {
            format!("<item id='i{it}' href='i{it}.xhtml' media-type='application/xhtml+xml'/>")
        };
        let reference = |it| format!("<itemref idref='i{it}'/>");
        let (items, spine): (String, String) =
            ((0..count).map(item).collect(), (0..count).map(reference).collect());
        format!("<package><manifest>{items}</manifest><spine>{spine}</spine></package>")
    };
    // One chapter of 40 MiB is named and left out; ten of 30 MiB are too much together.
    let large = vec![b' '; 40 << 20];
    let alone = read(&book(&package(1), &[("OEBPS/i0.xhtml", &large)]), "application/epub+zip");
    assert!(matches!(alone, Err(Error::Malformed(_))), "{alone:?}");
    let names: Vec<String> = (0..10).map(|it| format!("OEBPS/i{it}.xhtml")).collect();
    let files: Vec<(&str, &[u8])> =
        names.iter().map(|it| (it.as_str(), &large[..30 << 20])).collect();
    let together = read(&book(&package(10), &files), "application/epub+zip");
    assert!(
        matches!(&together, Err(Error::Malformed(it)) if it.reason.contains("unpacks")),
        "{together:?}"
    );
}

#[test]
fn what_is_no_book_has_a_reason() {
    for bytes in [
        &b"PK\x03\x04"[..],
        b"",
        b"x",
        b"PK\x05\x06\0\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff\0\0\0\0\0\0",
    ] {
        let found = read(bytes, "application/epub+zip");
        assert!(matches!(found, Err(Error::Malformed(_))) || bytes.is_empty(), "{found:?}");
    }
}
