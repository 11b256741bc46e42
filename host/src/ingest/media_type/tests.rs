//! What files are judged to be: small ones of every kind, and what looks like one and is none.

use super::*;

fn check(name: &str, bytes: &[u8], expected: &str) {
    assert_eq!(judge(name, None, bytes).as_str(), expected, "{name}");
}

/// Whatever it is called: without an extension, with a wrong one, and with one of another kind of
/// file.
fn check_any(bytes: &[u8], expected: &str) {
    for name in ["x", "x.txt", "x.bin", "x.pdf", "x.csv", "x.jpg"] {
        let told = String::from_utf8_lossy(&bytes[..bytes.len().min(80)]).into_owned();
        assert_eq!(judge(name, None, bytes).as_str(), expected, "{name}: {told}");
    }
}

/// A ZIP of members that are not compressed.
fn zip(members: &[(&str, &str)]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (name, content) in members {
        let mut header = [0; 30];
        header[..4].copy_from_slice(b"PK\x03\x04");
        header[18..22].copy_from_slice(&(content.len() as u32).to_le_bytes());
        header[22..26].copy_from_slice(&(content.len() as u32).to_le_bytes());
        header[26..28].copy_from_slice(&(name.len() as u16).to_le_bytes());
        bytes.extend(header);
        bytes.extend(name.as_bytes());
        bytes.extend(content.as_bytes());
    }
    bytes
}

fn utf_16(text: &str, unit: impl Fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(unit).collect()
}

#[test]
fn signatures_win_over_names() {
    check_any(b"%PDF-1.7 ...", "application/pdf");
    check_any(b"\n\0 %PDF-1.4 ...", "application/pdf");
    check_any(
        b"Content-Type: application/pdf\r\n\r\n%PDF-1.4\r\n%\xe2\xe3\xcf\xd3\r\n1 0 obj",
        "application/pdf",
    );
    check_any(b"printed by x\n%PDF-1.2\n1 0 obj << >>", "application/pdf");
    check_any(b"{\\rtf1\\ansi Bonjour}", "application/rtf");
    check_any(b"\x1f\x8b\x08\0\0\0\0\0\0\x03", "application/gzip");
    check_any(b"BZh91AY&SY\x01\x02\x03\xff", "application/x-bzip2");
    check_any(b"\xfd7zXZ\0\0\x04", "application/x-xz");
    check_any(b"\x28\xb5\x2f\xfd\x04\x58", "application/zstd");
    check_any(b"\x5d\x2a\x4d\x18\x00\x04\0\0", "application/zstd");
    check_any(b"7z\xbc\xaf\x27\x1c\0\x04", "application/x-7z-compressed");
    check_any(b"\xff\xd8\xff\xe0\0\x10JFIF\0", "image/jpeg");
    check_any(b"PAR1\x15\x04", "application/vnd.apache.parquet");
    check_any(b"!<arch>\na.o/ ", "application/x-archive");
    check_any(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n", "application/http");
}

#[test]
fn a_text_about_a_format_is_not_of_it() {
    check("a.txt", b"A file that begins with\n%PDF-1.4\nis one of that version.", "text/plain");
    let mail = b"Received: from a\nSubject: b\nMIME-Version: 1.0\n\n%PDF-1.4\n1 0 obj";
    check_any(mail, "message/rfc822");
}

#[test]
fn a_zip_is_no_text_whatever_it_is_called() {
    check_any(b"PK\x03\x04\x14\0\0\0\x08\0", "application/zip");
    check_any(b"PK\x05\x06\0\0\0\0", "application/zip");
    check("a.html", &zip(&[("a.html", "<p>")]), "application/zip");
    check("a.jar", &zip(&[("META-INF/MANIFEST.MF", "")]), "application/java-archive");
}

#[test]
fn office_files_and_books_are_told_from_archives_by_the_names_in_them() {
    let office = |kind| format!("application/vnd.openxmlformats-officedocument.{kind}");
    let with = |part| zip(&[("[Content_Types].xml", "<Types/>"), ("_rels/.rels", ""), (part, "")]);
    check_any(&with("word/document.xml"), &office("wordprocessingml.document"));
    check_any(&with("xl/workbook.xml"), &office("spreadsheetml.sheet"));
    check_any(&with("ppt/presentation.xml"), &office("presentationml.presentation"));
    check("a.dotx", &with("word/document.xml"), &office("wordprocessingml.template"));
    check("a.docm", &with("word/document.xml"), "application/vnd.ms-word.document.macroenabled.12");
    check("a.xlsx", &with("word/document.xml"), &office("wordprocessingml.document"));
    check("a.docx", &with("docProps/core.xml"), &office("wordprocessingml.document"));
    let says = |kind| zip(&[("mimetype", kind), ("META-INF/container.xml", "")]);
    check_any(&says("application/epub+zip"), "application/epub+zip");
    let text = "application/vnd.oasis.opendocument.text";
    check_any(&says(text), text);
    // Anybody may write anything into an archive.
    check_any(&zip(&[("mimetype", "text/plain"), ("a.txt", "")]), "application/zip");
    check_any(&zip(&[("META-INF/container.xml", "")]), "application/epub+zip");
    let crawl = zip(&[("archive/data.warc.gz", ""), ("datapackage.json", "{}")]);
    check_any(&crawl, "application/x-wacz");
}

#[test]
fn a_flat_document_is_what_it_says_it_is() {
    let flat = |kind: &str| {
        format!(
            "<?xml version=\"1.0\"?><office:document xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\" \
             office:mimetype=\"application/vnd.oasis.opendocument.{kind}\"/>"
        )
    };
    let of = |kind: &str| format!("application/vnd.oasis.opendocument.{kind}-flat-xml");
    for kind in ["text", "spreadsheet", "presentation", "graphics"] {
        check_any(flat(kind).as_bytes(), &of(kind));
    }
    check("a.xml", flat("formula").as_bytes(), "text/xml");
}

#[test]
fn compound_files_are_what_their_streams_are() {
    let with = |stream: &str| {
        let mut bytes = vec![0; 512 + 2 * 512];
        bytes[..8].copy_from_slice(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1");
        bytes[30] = 9;
        bytes[48] = 1;
        for (index, name) in ["Root Entry", stream].iter().enumerate() {
            let name = utf_16(name, u16::to_le_bytes);
            let at = 1024 + 128 * index;
            bytes[at..at + name.len()].copy_from_slice(&name);
            bytes[at + 64] = name.len() as u8 + 2;
        }
        bytes
    };
    check_any(&with("WordDocument"), "application/msword");
    check_any(&with("Workbook"), "application/vnd.ms-excel");
    check_any(&with("__properties_version1.0"), "application/vnd.ms-outlook");
    check_any(&with("Contents"), "application/x-ole-storage");
    check("a.doc", &with("Contents"), "application/msword");
    let mut far = with("WordDocument");
    far[48..52].copy_from_slice(&u32::MAX.to_le_bytes());
    check_any(&far, "application/x-ole-storage");
}

#[test]
fn an_archive_of_tapes_is_known_by_its_sum() {
    let mut header = [0_u8; 1024];
    header[..5].copy_from_slice(b"a.txt");
    header[100..107].copy_from_slice(b"0000644");
    let sum: u32 = header.iter().map(|it| u32::from(*it)).sum::<u32>() + 8 * 32;
    header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    check_any(&header, "application/x-tar");
    header[0] = b'b';
    check("x", &header, "application/octet-stream");
}

#[test]
fn crawls_and_mails_are_no_articles() {
    check_any(b"WARC/1.0\r\nWARC-Type: warcinfo\r\n\r\n", "application/warc");
    check_any(b"WARC/1.1\r\nWARC-Type: response\r\n\r\n\0\x01\x02\xff", "application/warc");
    let mail = "From: A <a@b.example>\nTo: c@d.example\nSubject: Bonjour\n\nTexte";
    check_any(mail.as_bytes(), "message/rfc822");
    check_any(mail.replace('\n', "\r\n").as_bytes(), "message/rfc822");
    check_any(b"\xef\xbb\xbfReturn-Path: <a@b>\nFrom: a@b\n\nx", "message/rfc822");
    check_any(b"Received: from x\n\tby y\nSubject: =?utf-8?q?a?=\n\n\xff\0", "message/rfc822");
    let mailbox = format!("From a@b.example Thu Jun 12 08:30:00 2025\n{mail}");
    check_any(mailbox.as_bytes(), "application/mbox");
    check("a.mbox", b"From a@b.example now\nText", "application/mbox");
    let page = "From: <Saved by Blink>\nSnapshot-Content-Location: http://a.example/\nSubject: A\n\
        MIME-Version: 1.0\nContent-Type: multipart/related;\n\ttype=\"text/html\"\n\n";
    check_any(page.as_bytes(), "multipart/related");
    check_any(b"120\nReceived: x\nFrom: a@b\n\n", "message/x-emlx");
}

#[test]
fn what_merely_reads_like_a_mail_is_a_text() {
    let texts = [
        "From the beginning of 2025, at 10:00, everything changed.\nTo: all",
        "Subject: Re: drones\nTo: whom it may concern\n\nText",
        "Date: 2025-06-12\nTitle: Drones\n\nText",
        "From: the ministry\nTo: all editors\nSubject: drones\n\nText",
        "Note: what follows\nis a text",
    ];
    for text in texts {
        check("x", text.as_bytes(), "text/plain");
        check("x.txt", text.as_bytes(), "text/plain");
    }
    // A part of a mail is what it is said to be.
    let plain = MediaType::new("text/plain").unwrap();
    let forwarded = b"From: a@b.example\nTo: c@d.example\nSubject: A\n\nText";
    assert_eq!(judge("x", Some(&plain), forwarded), plain);
}

#[test]
fn pages_are_known_by_their_first_tag() {
    check_any(b" <!DOCTYPE HTML><title>", "text/html");
    check_any(b"<!-- saved --><html>", "text/html");
    check_any(b"<?xml version=\"1.0\"?><!DOCTYPE html PUBLIC \"x\"><html>", "text/html");
    check_any(b"<p class=a>Bonjour</p>", "text/html");
    check_any(b"<article><h1>A</h1></article>", "text/html");
    check_any(&utf_16("\u{feff}<html><body>", u16::to_le_bytes), "text/html");
    check_any(&utf_16("<html><body><p>a</p>", u16::to_be_bytes), "text/html");
    check("page.xhtml", b"<html xmlns=", "application/xhtml+xml");
    check("a.md", b"<p align=center>\n\n# A", "text/markdown");
    check("a.txt", b"<pause> she said", "text/plain");
    check("a.html", b"A text, and no page.", "text/plain");
    check("a.html", b"Title<br>text", "text/html");
    // Whoever delivered it said so.
    let html = MediaType::new("text/html").unwrap();
    assert_eq!(judge("x", Some(&html), b"Bonjour &amp; merci"), html);
}

#[test]
fn feeds_are_told_from_other_xml_by_their_root() {
    check_any(
        b"<?xml version=\"1.0\"?>\n<!-- a > b --><rss version=\"2.0\">",
        "application/rss+xml",
    );
    check_any(b"<rss version=\"0.91\"><channel>", "application/rss+xml");
    let rdf = "<?xml version='1.0'?><rdf:RDF xmlns:rdf='x' xmlns='NS'>";
    check_any(rdf.replace("NS", "http://purl.org/rss/1.0/").as_bytes(), "application/rss+xml");
    check_any(rdf.replace("NS", "http://xmlns.com/foaf/0.1/").as_bytes(), "text/xml");
    let atom = "<?xml version='1.0'?><!DOCTYPE x [<!ENTITY a '>'>]><feed xmlns=\"NS\">";
    check_any(atom.replace("NS", "http://www.w3.org/2005/Atom").as_bytes(), "application/atom+xml");
    check_any(atom.replace("NS", "http://example.org/").as_bytes(), "text/xml");
    let sites = b"<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">";
    check_any(sites, "application/x-sitemap+xml");
    check_any(b"<svg xmlns='http://www.w3.org/2000/svg'>", "image/svg+xml");
    check_any(b"<?xml version='1.0'?><FictionBook>", "application/x-fictionbook+xml");
    check_any(b"<TEI xmlns='http://www.tei-c.org/ns/1.0'>", "application/tei+xml");
    check("a.nxml", b"<?xml version='1.0'?><article>", "application/jats+xml");
    check("a.dbk", b"<article>", "application/docbook+xml");
    check_any(b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>", "text/xml");
    check("a.rss", b"<?xml version='1.0'?><opml>", "text/xml");
    check("a.kml", b"<?xml version='1.0'?><kml>", "application/vnd.google-earth.kml+xml");
    check("a.xml", b"Not at all", "text/plain");
}

#[test]
fn json_has_one_value_and_json_lines_have_several() {
    check_any(b"{\"a\": [1, 2, {\"b\": null}]}", "application/json");
    check_any(b"[\n {\"a\": 1},\n {\"a\": 2}\n]", "application/json");
    check_any(b"{\"a\": 1}\n{\"a\": 2}\n", "application/x-ndjson");
    check_any(b"{\"a\": 1}\r\n\r\n{\"a\": \"cut", "application/x-ndjson");
    check_any(b"{\n\"a\": 1}\n{\n\"a\": 2}\n", "application/json");
    check("a.jsonl", b"{\"a\": 1}\n", "application/x-ndjson");
    check("a.json", b"{\"a\": 1}\n", "application/json");
    check("a.json", b"{a: 1, /* 5 */}", "application/json");
    check("a.json", b"A text", "text/plain");
    let feed = b"{\"title\": \"A\", \"version\": \"https:\\/\\/jsonfeed.org\\/version\\/1.1\", \"items\": [";
    check_any(feed, "application/feed+json");
    check_any(b"{\"cells\": [{\"cell_type\": \"markdown\"", "application/x-ipynb+json");
    check("a.ipynb", b"{\"metadata\": {}}", "application/x-ipynb+json");
    for text in ["[Hanoi] A text", "[1] See there", "[1]", "{note} A text", "[\n", "{\\bf A}"] {
        check("x.txt", text.as_bytes(), "text/plain");
    }
}

#[test]
fn tables_are_told_by_their_shape_where_no_name_speaks() {
    check("x", b"id\ttitle\n1\tA, or B\n2\tC\n", "text/tab-separated-values");
    check("x.txt", b"id,title,date\n1,\"A, b\",x\n2,C,y\n3,D,z\n", "text/csv");
    check("x.dat", b"id;title;date\n1;A;x\n2;C;y\n3;D;z\n", "text/csv");
    check("a.csv", b"a,b", "text/csv");
    check("x.txt", b"One, two, three.\nA, b, c.\nD, e, f.\nG, h, i.\n", "text/plain");
    check("x.txt", b"A line\twith a tab\nand none\n", "text/plain");
    check("x.rst", b"A\n=\n", "text/x-rst");
    check("x.adoc", b"= A\n", "text/x-asciidoc");
    check("x.tex", b"\\section{A}", "text/x-tex");
    check("x.org", b"* A\n", "text/x-org");
    check("x.md", b"id\ttitle\n1\tA\n2\tC\n", "text/markdown");
}

#[test]
fn subtitles_and_calendars_are_no_articles() {
    check_any(b"WEBVTT\n\n00:01.000 --> 00:02.000\nA", "text/vtt");
    check_any(b"1\r\n00:00:01,000 --> 00:00:02,000\r\nA", "application/x-subrip");
    check_any(b"BEGIN:VCALENDAR\r\nVERSION:2.0", "text/calendar");
    check("a.srt", b"No times here", "text/plain");
    check("a.txt", b"1\nA chapter --> and more", "text/plain");
}

#[test]
fn names_tell_kinds_of_text_apart() {
    check("a.txt", b"Bonjour", "text/plain");
    check("a", b"Bonjour", "text/plain");
    check("a.md", b"# Bonjour", "text/markdown");
    check("dir.csv/a", b"a,b", "text/plain");
    check("a.jsonl", b"{}", "application/x-ndjson");
    check("a.txt", b"caf\xe9", "text/plain");
    check("a.txt", b"BM is no picture", "text/plain");
    check("a.bin", b"plain after all", "text/plain");
    check("a.eml", b"A text", "text/plain");
    check("a.css", b"", "text/css");
}

#[test]
fn text_is_text_in_every_encoding_and_with_an_accident() {
    let text = "Le Premier ministre a pr\u{e9}sid\u{e9} une r\u{e9}union \u{e0} Hano\u{ef}.\r\n";
    let vietnamese = "Th\u{1ee7} t\u{1b0}\u{1edb}ng ch\u{1ee7} tr\u{ec} cu\u{1ed9}c h\u{1ecd}p v\u{1ec1} chuy\u{1ec3}n \u{111}\u{1ed5}i s\u{1ed1}.";
    for text in [text, vietnamese] {
        check("x", &utf_16(&format!("\u{feff}{text}"), u16::to_le_bytes), "text/plain");
        check("x", &utf_16(text, u16::to_le_bytes), "text/plain");
        check("x", &utf_16(text, u16::to_be_bytes), "text/plain");
        let mut padded = text.as_bytes().to_vec();
        padded.extend([0; 200]);
        check("x", &padded, "text/plain");
        let mut hurt = text.repeat(3).into_bytes();
        hurt.insert(70, 0);
        check("x.txt", &hurt, "text/plain");
    }
    check("x.txt", b"\0\x01\x02\x03", "application/octet-stream");
    check("x.txt", b"\0\0\0\0", "application/octet-stream");
    check("x.txt", b"\0text", "application/octet-stream");
    let numbers: Vec<u8> = (5..205_u16).flat_map(u16::to_le_bytes).collect();
    check("x.txt", &numbers, "application/octet-stream");
}

#[test]
fn a_claim_counts_like_an_extension() {
    let claimed = MediaType::new("text/csv").unwrap();
    assert_eq!(judge("row 3", Some(&claimed), b"a,b"), claimed);
    assert_eq!(judge("row 3", Some(&claimed), b"%PDF-1.7").as_str(), "application/pdf");
    // A mail of a mailbox is one, whatever it begins with.
    let mail = MediaType::new("message/rfc822").unwrap();
    assert_eq!(judge("message 3", Some(&mail), b"X-Odd: 1\n\ntext"), mail);
    assert_eq!(judge("message 3.eml", None, b"X-Odd: 1\n\ntext").as_str(), "text/plain");
    let odd = MediaType::new("application/x-odd").unwrap();
    assert_eq!(judge("a.txt", Some(&odd), b"\0\x01\x02"), odd);
}

#[test]
fn every_media_type_of_these_modules_is_one() {
    let texts = [
        include_str!("mod.rs"),
        include_str!("mail.rs"),
        include_str!("markup.rs"),
        include_str!("packed.rs"),
        include_str!("records.rs"),
    ];
    let quoted = texts.iter().flat_map(|text| text.split('"').skip(1).step_by(2));
    let types = quoted.filter(|it| it.starts_with("application/") || it.starts_with("text/"));
    for media_type in types.filter(|it| !it.ends_with(['/', '.', '-']) && !it.contains('{')) {
        assert!(MediaType::new(media_type).is_ok(), "{media_type}");
    }
}
