//! What a document says of itself, what lies over its pages, and files that are damaged, locked or
//! empty.

use docmill_plugin::Error;

use crate::builder::{Builder, PAGES, ROOT, file, line, lines, sized};
use crate::{extract, marked, read};

#[test]
fn letters_are_those_that_the_font_says() {
    // Đ, e, a combining circumflex and acute, a ligature and a soft hyphen.
    let map = "/CIDInit /ProcSet findresource begin begincmap 1 begincodespacerange <00> <FF> endcodespacerange\n\
               5 beginbfchar <41> <0110> <42> <0065> <43> <03020301> <44> <FB03> <45> <00660069> endbfchar endcmap";
    let mut builder = Builder::new();
    let map = builder.stream("", map.as_bytes());
    let font =
        format!("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /ToUnicode {map} 0 R >>");
    builder.set(3, font);
    let page = builder.page(&line(72, 700, "ABC D E"), "");
    assert_eq!(read(&builder.with_pages(&[page])).text, "Đế ffi fi");
}

#[test]
fn what_it_says_of_itself_is_attributes() {
    let mut builder = Builder::new();
    let packet = "<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>\
        <rdf:Description xmlns:dc='http://purl.org/dc/elements/1.1/' xmlns:xmp='http://ns.adobe.com/xap/1.0/' \
        xmp:CreateDate='2024-03-01T10:00:00+07:00'><dc:title><rdf:Alt><rdf:li xml:lang='x-default'>Nghị định</rdf:li></rdf:Alt>\
        </dc:title><dc:creator><rdf:Seq><rdf:li>An</rdf:li><rdf:li>Bình</rdf:li></rdf:Seq></dc:creator></rdf:Description>\
        </rdf:RDF></x:xmpmeta>";
    let packet = builder.stream("/Type /Metadata /Subtype /XML", packet.as_bytes());
    builder.set(
        ROOT,
        format!("<< /Type /Catalog /Pages {PAGES} 0 R /Metadata {packet} 0 R /Lang (fr-CA) >>"),
    );
    let info = builder.add("<< /Title (x) /ModDate (D:20240302080000Z) /Producer <FEFF00E9> >>");
    builder.trailer(&format!("/Info {info} 0 R"));
    let page = builder.page(
        &line(72, 700, "Le gouvernement et les ministres sont dans la ville pour une semaine."),
        "",
    );
    let document = read(&builder.with_pages(&[page]));
    let all = |name: &str| -> Vec<String> {
        document.attributes.iter().filter(|it| it.name == name).map(|it| it.value.clone()).collect()
    };
    assert_eq!(all("title"), ["Nghị định"]);
    assert_eq!(all("creator"), ["An", "Bình"]);
    assert_eq!(all("date"), ["2024-03-01T10:00:00+07:00"]);
    assert_eq!(all("modified"), ["2024-03-02T08:00:00Z"]);
    assert_eq!(all("producer"), ["é"]);
    assert_eq!(all("page-count"), ["1"]);
    assert_eq!(document.language.as_deref(), Some("fr-CA"));
}

#[test]
fn the_name_of_a_file_is_no_title() {
    let mut builder = Builder::new();
    let info = builder.add("<< /Title (Microsoft Word - bericht.doc) >>");
    builder.trailer(&format!("/Info {info} 0 R"));
    let content =
        sized(72, 700, 24, "The flood of 2024") + &lines(72, 650, &["It rained for a week."; 8]);
    let page = builder.page(&content, "");
    let document = read(&builder.with_pages(&[page]));
    assert_eq!(document.attribute("title"), Some("The flood of 2024"));
    assert_eq!(document.attribute("guessed"), Some("title"));
    assert_eq!(marked(&document, "heading"), ["The flood of 2024"]);
}

#[test]
fn the_outline_says_what_headings_are_and_labels_what_pages_are() {
    let mut builder = Builder::new();
    let text = ["Some text of the page, as long as it has to be for that."; 6];
    let pages = [
        builder.page(&(line(72, 700, "2.1 Rain") + &lines(72, 660, &text)), ""),
        builder.page(&lines(72, 660, &text), ""),
    ];
    let first = builder.add(format!("<< /Title (Rain) /Dest [{} 0 R /Fit] >>", pages[0]));
    // It leads in a circle.
    let chapter =
        builder.add(format!("<< /Title (Weather) /First {first} 0 R /Next {} 0 R >>", first + 1));
    let outline = builder.add(format!("<< /First {chapter} 0 R >>"));
    let labels = "/PageLabels << /Nums [0 << /S /r /St 4 >> 1 << /P (A-) /S /D >>] >>";
    builder.set(
        ROOT,
        format!("<< /Type /Catalog /Pages {PAGES} 0 R /Outlines {outline} 0 R {labels} >>"),
    );
    let document = read(&builder.with_pages(&pages));
    assert_eq!(marked(&document, "heading"), ["2.1 Rain"]);
    let level = document.marks_of("heading").next().and_then(|it| it.attributes.first());
    assert_eq!(level.map(|it| it.value.as_str()), Some("2"));
    let labels: Vec<&str> =
        document.marks_of("page").map(|it| it.attributes[0].value.as_str()).collect();
    assert_eq!(labels, ["iv", "A-1"]);
}

#[test]
fn links_notes_and_fields_are_kept() {
    let mut builder = Builder::new();
    let link =
        "<< /Subtype /Link /Rect [70 690 105 715] /A << /S /URI /URI (https://a.example/) >> >>";
    let note = "<< /Subtype /Text /Rect [0 0 9 9] /Contents (Really?) /T (An) >>";
    let field = "<< /Subtype /Widget /Rect [0 0 9 9] /T (name) /V (Bình) /Parent << /T (who) >> >>";
    let page =
        builder.page(&line(72, 700, "Here they are"), &format!("/Annots [{link} {note} {field}]"));
    let extracted = extract(&builder.with_pages(&[page])).unwrap().unwrap();
    assert_eq!(marked(&extracted.document, "link"), ["Here"]);
    let asides: Vec<_> = extracted
        .asides
        .iter()
        .map(|it| (it.kind.as_str(), it.text.as_str(), it.attributes[0].value.as_str()))
        .collect();
    assert_eq!(asides, [("annotation", "Really?", "An"), ("field", "Bình", "who.name")]);
}

#[test]
fn a_damaged_table_of_objects_is_made_again() {
    let whole = file(&[line(72, 700, "Still here")]);
    assert_eq!(read(&whole).text, "Still here");
    let cut = &whole[..whole.len() - 60];
    assert_eq!(read(cut).text, "Still here");
    let before = [b"Content-Type: application/pdf\r\n\r\n".as_slice(), &whole].concat();
    assert_eq!(read(&before).text, "Still here");
    let text = String::from_utf8_lossy(&whole).replace("startxref\n", "startxref\n9");
    assert_eq!(read(text.as_bytes()).text, "Still here");
}

#[test]
fn what_has_no_text_says_why() {
    assert!(extract(&file(&[String::new()])).unwrap().is_none());
    let mut builder = Builder::new();
    let image = builder.stream(
        "/Subtype /Image /Width 1 /Height 1 /BitsPerComponent 8 /ColorSpace /DeviceGray",
        b"x",
    );
    let page = builder.page(
        "q 612 0 0 792 0 0 cm /I Do Q",
        &format!("/Resources << /XObject << /I {image} 0 R >> >>"),
    );
    match extract(&builder.with_pages(&[page])) {
        Err(Error::Unsupported(reason)) => assert_eq!(reason, "no text: pages are images"),
        other => panic!("{other:?}"),
    }
    assert!(extract(b"").unwrap().is_none());
    assert!(matches!(extract(b"no PDF at all"), Err(Error::Unsupported(_))));
    assert!(matches!(extract(b"%PDF-1.4\nnothing"), Err(Error::Malformed(_))));
}

/// RC4, which the first handler of passwords encrypts with.
fn rc4(key: &[u8], bytes: &[u8]) -> Vec<u8> {
    let mut state: Vec<u8> = (0..=255).collect();
    let mut other = 0;
    for at in 0..256 {
        other = (other + usize::from(state[at]) + usize::from(key[at % key.len()])) % 256;
        state.swap(at, other);
    }
    let (mut one, mut other) = (0, 0);
    let next = |byte: &u8| {
        one = (one + 1) % 256;
        other = (other + usize::from(state[one])) % 256;
        state.swap(one, other);
        byte ^ state[usize::from(state[one].wrapping_add(state[other]))]
    };
    bytes.iter().map(next).collect()
}

#[test]
fn what_the_empty_password_opens_is_read() {
    // What stands for the empty password (ISO 32000-1, 7.6.3.3), and what its algorithms 1 and 2
    // make of it by MD5, where the owner's key is all zeros, the rights are -4 and the file is
    // called `00`: the key of the file, and that of object 5.
    let empty = [
        0x28, 0xbf, 0x4e, 0x5e, 0x4e, 0x75, 0x8a, 0x41, 0x64, 0x00, 0x4e, 0x56, 0xff, 0xfa, 0x01,
        0x08, 0x2e, 0x2e, 0x00, 0xb6, 0xd0, 0x68, 0x3e, 0x80, 0x2f, 0x0c, 0xa9, 0xfe, 0x64, 0x53,
        0x69, 0x7a,
    ];
    let of_file = [0xb0, 0x77, 0x99, 0x5b, 0x2a];
    let of_content = [0xc1, 0x4e, 0x0e, 0xed, 0x8c, 0x68, 0xee, 0x6b, 0xf8, 0x9e];
    let mut builder = Builder::new();
    let content = builder.stream("", &rc4(&of_content, line(72, 700, "Open to all").as_bytes()));
    assert_eq!(content, 5, "its key is that of this object");
    let page = builder.add(format!(
        "<< /Type /Page /Parent {PAGES} 0 R /MediaBox [0 0 612 792] /Contents {content} 0 R \
         /Resources << /Font << /F1 3 0 R >> >> >>"
    ));
    let hex = |bytes: &[u8]| bytes.iter().map(|it| format!("{it:02x}")).collect::<String>();
    let (owner, user) = (hex(&[0; 32]), hex(&rc4(&of_file, &empty)));
    builder.trailer(&format!(
        "/ID [<00> <00>] /Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <{owner}> /U <{user}> >>"
    ));
    assert_eq!(read(&builder.with_pages(&[page])).text, "Open to all");
}

#[test]
fn what_opens_only_with_a_password_is_named() {
    let mut builder = Builder::new();
    let page = builder.page(&line(72, 700, "Secret"), "");
    let key = "00".repeat(32);
    builder.trailer(&format!(
        "/ID [<00> <00>] /Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <{key}> /U <{key}> >>"
    ));
    match extract(&builder.with_pages(&[page])) {
        Err(Error::Malformed(defect)) => {
            assert!(defect.reason.contains("encrypted"), "{}", defect.reason)
        }
        other => panic!("{other:?}"),
    }
}
