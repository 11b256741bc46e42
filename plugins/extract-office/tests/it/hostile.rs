//! Files that mean harm: each ends within its limits, in time that grows with the file, and says
//! why.

use std::fmt::Write as _;
use std::io::Write as _;

use crate::making::{docx, odt, package, paragraph, read, read_with};
use docmill_plugin::Error;

/// A ZIP of one part that is so many bytes of spaces, between a beginning and an end.
fn bomb(name: &str, start: &str, bytes: usize, end: &str) -> Vec<u8> {
    let mut zip = Vec::new();
    let mut archive = rawzip::ZipArchiveWriter::new(&mut zip);
    let file = archive.new_file(name).compression_method(rawzip::CompressionMethod::DEFLATE);
    let (mut entry, config) = file.start().expect("it is in memory");
    let encoder = flate2::write::DeflateEncoder::new(&mut entry, flate2::Compression::fast());
    let mut writer = config.wrap(encoder);
    writer.write_all(start.as_bytes()).expect("it is in memory");
    let spaces = vec![b' '; 1 << 20];
    for _ in 0..bytes >> 20 {
        writer.write_all(&spaces).expect("it is in memory");
    }
    writer.write_all(end.as_bytes()).expect("it is in memory");
    let (encoder, descriptor) = writer.finish().expect("it is in memory");
    encoder.finish().expect("it is in memory");
    entry.finish(descriptor).expect("it is in memory");
    archive.finish().expect("it is in memory");
    zip
}

fn reason(bytes: &[u8]) -> String {
    match read_with(bytes, "accepted") {
        Err(Error::Malformed(defect)) => defect.reason,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_part_that_bursts_is_told() {
    let document = bomb("word/document.xml", "<w:document>", 65 << 20, "</w:document>");
    assert!(document.len() < 1 << 20);
    assert_eq!(reason(&document), "its part `word/document.xml` unpacks to more than 64 MiB");
}

#[test]
fn elements_without_number_and_depth_without_end_are_told() {
    let many = docx(&"<w:p/>".repeat(2_100_000), &[]);
    assert_eq!(reason(&many), "a part has more than 2000000 elements");
    let deep = |start: &str, times: usize, inner: &str| format!("{}{inner}", start.repeat(times));
    for bytes in [
        docx(&deep("<w:sdt>", 100_000, "<w:p><w:r><w:t>deep</w:t></w:r></w:p>"), &[]),
        odt(&deep("<text:list><text:list-item>", 50_000, "<text:p>deep</text:p>"), ""),
        odt(&deep("<text:section>", 100_000, "<text:p>deep</text:p>"), ""),
    ] {
        let found = read(&bytes);
        assert_eq!(found.document.text, "deep");
        let said = found.document.attribute("incomplete").expect("it is told");
        assert!(said.contains("deeper in each other than 200"), "{said}");
    }
    let tables = deep("<w:tbl><w:tr><w:tc>", 50_000, "<w:p><w:r><w:t>x</w:t></w:r></w:p>");
    assert!(read_with(&docx(&tables, &[]), "accepted").is_ok());
}

#[test]
fn entities_are_never_expanded_and_nothing_outside_is_read() {
    let document = "<!DOCTYPE d [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;'><!ENTITY f SYSTEM 'file:///etc/passwd'>]>\
                    <w:document><w:body><w:p><w:r><w:t>x&b;&f;y</w:t></w:r></w:p></w:body></w:document>";
    let found = read(&package(&[("word/document.xml", document)]));
    assert_eq!(found.document.text, "xy");
    let rels = "<Relationships><Relationship Id='r1' Type='x/officeDocument' Target='../../../../etc/passwd'/></Relationships>";
    let climbing = package(&[("_rels/.rels", rels), ("a.txt", "x")]);
    assert!(matches!(read_with(&climbing, "accepted"), Err(Error::Unsupported(_))));
    let rels = "<Relationships><Relationship Id='r1' Type='x/footnotes' Target='http://a.example/' TargetMode='External'/></Relationships>";
    let body = paragraph("", "Text");
    let found = read(&docx(&body, &[("word/_rels/document.xml.rels", rels)]));
    assert_eq!(found.document.text, "Text");
}

#[test]
fn two_hundred_thousand_parts_are_within_limits() {
    let names: Vec<String> = (0..200_000).map(|it| format!("word/media/{it}")).collect();
    let body = format!("<w:document><w:body>{}</w:body></w:document>", paragraph("", "Text"));
    let mut parts = vec![("word/document.xml", body.as_str())];
    parts.extend(names.iter().map(|name| (name.as_str(), "")));
    let found = read(&package(&parts));
    assert_eq!(found.document.text, "Text");
    assert_eq!(found.document.attribute("incomplete"), Some("it has more than 65536 parts"));
}

#[test]
fn circles_end() {
    let rels = "<Relationships><Relationship Id='r1' Type='x/footnotes' Target='document.xml'/></Relationships>";
    let body = "<w:footnote w:id='1'><w:p><w:r><w:t>a</w:t><w:footnoteReference w:id='1'/></w:r></w:p></w:footnote>";
    read(&docx(body, &[("word/_rels/document.xml.rels", rels)]));
    let style = "<style:style style:name='A' style:family='text' style:parent-style-name='A'/>";
    assert_eq!(
        read(&odt("<text:p><text:span text:style-name='A'>x</text:span></text:p>", style))
            .document
            .text,
        "x"
    );
}

fn sheet(rows: &str) -> Vec<u8> {
    package(&[
        (
            "xl/workbook.xml",
            "<workbook xmlns:r='r'><sheets><sheet name='S' r:id='r1'/></sheets></workbook>",
        ),
        (
            "xl/_rels/workbook.xml.rels",
            "<Relationships><Relationship Id='r1' Type='x/worksheet' Target='s.xml'/></Relationships>",
        ),
        (
            "xl/s.xml",
            &format!(
                "<worksheet><dimension ref='A1:XFD1048576'/><sheetData>{rows}</sheetData></worksheet>"
            ),
        ),
        ("xl/sharedStrings.xml", &format!("<sst><si><t>{}</t></si></sst>", "a".repeat(30_000))),
    ])
}

#[test]
fn sheets_that_claim_to_be_large_cost_what_they_hold() {
    let found = read(&sheet("<row r='1048576'><c r='XFD1048576'><v>1</v></c></row>"));
    assert!(found.document.text.starts_with("S\n\n\t") && found.document.text.ends_with("\t1"));
    assert!(found.document.text.len() < 1_000);
    // A string that is written in a few bytes and shown in thousands.
    let found = read(&sheet(&"<row><c t='s'><v>0</v></c></row>".repeat(20_000)));
    assert!(found.document.text.len() <= 48 << 20, "{}", found.document.text.len());
}

#[test]
fn what_is_repeated_is_written_as_often_as_it_is_worth() {
    let row = format!(
        "<table:table-row table:number-rows-repeated='1048576'><table:table-cell table:number-columns-repeated='16384'><text:p>{}</text:p>\
         </table:table-cell></table:table-row>",
        "x".repeat(1_000)
    );
    let content = format!(
        "<office:document-content><office:body><office:spreadsheet><table:table table:name='S'>{}</table:table></office:spreadsheet>\
         </office:body></office:document-content>",
        row.repeat(100)
    );
    let found = read(&package(&[("content.xml", &content)]));
    assert!(found.document.text.len() < 6 << 20, "{}", found.document.text.len());
}

#[test]
fn encrypted_ones_are_named() {
    let mut file =
        cfb::CompoundFile::create(std::io::Cursor::new(Vec::new())).expect("it is in memory");
    file.create_stream("/EncryptedPackage")
        .expect("a stream")
        .write_all(b"x")
        .expect("it is in memory");
    file.flush().expect("it is in memory");
    assert_eq!(reason(&file.into_inner().into_inner()), "it is encrypted");
    let manifest = "<manifest:manifest><manifest:file-entry><manifest:encryption-data/></manifest:file-entry></manifest:manifest>";
    let open = package(&[("content.xml", "\u{1}\u{2}"), ("META-INF/manifest.xml", manifest)]);
    assert_eq!(reason(&open), "it is encrypted");
}

#[test]
fn what_is_cut_is_read_to_where_it_is_cut() {
    let body = "<w:document><w:body><w:p><w:r><w:t>one</w:t></w:r></w:p><w:p><w:r><w:t>tw";
    let found = read(&package(&[("word/document.xml", body)]));
    assert_eq!(found.document.text, "one\n\ntw");
    let said = found.document.attribute("incomplete").expect("it is told");
    assert!(said.starts_with("its part `word/document.xml` is damaged"), "{said}");
    let whole = docx(&paragraph("", "Text"), &[]);
    for end in 0..whole.len() {
        let _ = read_with(&whole[..end], "accepted");
    }
}

#[test]
fn many_relationships_styles_and_notes_take_time_that_grows_with_them() {
    let mut notes = String::from("<w:footnotes>");
    let mut body = String::from("<w:p><w:r>");
    for id in 0..30_000 {
        let _ = write!(
            notes,
            "<w:footnote w:id='{id}'><w:p><w:r><w:t>n</w:t></w:r></w:p></w:footnote>"
        );
        let _ = write!(body, "<w:t>t</w:t><w:footnoteReference w:id='{id}'/>");
    }
    notes.push_str("</w:footnotes>");
    body.push_str("</w:r></w:p>");
    let rels = "<Relationships><Relationship Id='r1' Type='x/footnotes' Target='footnotes.xml'/></Relationships>";
    let found = read(&docx(
        &body,
        &[("word/footnotes.xml", &notes), ("word/_rels/document.xml.rels", rels)],
    ));
    assert_eq!(found.asides.len(), 20_000);
}
