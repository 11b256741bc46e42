//! EPUBs: chapters in the order of the spine, titles from the table of contents, notes, pages, what
//! the package says.

mod made;

use docmill_plugin::{Error, Extracted};
use made::{book, one, read};

const PACKAGE: &str = r##"<?xml version="1.0"?>
<package xmlns="http://www.idpf.org/2007/opf" xmlns:dc="http://purl.org/dc/elements/1.1/" version="3.0" unique-identifier="id">
<metadata>
<dc:identifier>urn:isbn:1</dc:identifier><dc:identifier id="id">urn:uuid:2</dc:identifier>
<dc:title id="s">Second</dc:title><meta refines="#s" property="title-type">subtitle</meta>
<dc:title>La crue</dc:title><dc:creator>Lan Anh</dc:creator><dc:creator id="t">Jo</dc:creator>
<meta refines="#t" property="role">trl</meta><dc:language>fr-FR</dc:language><dc:date>2024-05-01</dc:date>
<dc:publisher>Le Fleuve</dc:publisher><dc:subject>eau</dc:subject><dc:subject>port</dc:subject>
<dc:description>&lt;p&gt;Une &lt;b&gt;crue&lt;/b&gt;.&lt;/p&gt;</dc:description>
<meta property="dcterms:modified">2024-06-01T10:00:00Z</meta></metadata>
<manifest>
<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>
<item id="b" href="text/b%20b.xhtml" media-type="application/xhtml+xml"/>
<item id="a" href="text/../text/a.xhtml" media-type="application/xhtml+xml"/>
<item id="p" href="p.png" media-type="image/png"/>
</manifest><spine><itemref idref="a"/><itemref idref="p"/><itemref idref="b"/><itemref idref="none"/><itemref idref="a"/></spine></package>"##;

const NAV: &str = r##"<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops"><body>
<nav epub:type="toc"><ol><li><a href="text/a.xhtml">Un</a></li><li><a href="text/b%20b.xhtml">Deux</a><ol>
<li><a href="text/b%20b.xhtml#x">Trois</a></li></ol></li></ol></nav></body></html>"##;

const A: &str = r##"<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops">
<head><title>none of the text</title></head><body><h1>Chapitre <i>un</i></h1>
<p>L&#8217;eau monte&nbsp;vite<a epub:type="noteref" href="#n1">1</a>&#160;: 10<sup>6</sup> m<sup>3</sup>.</p>
<span epub:type="pagebreak" title="12"/><p>La suite<sup><a href="#n2">2</a></sup>.</p>
<aside epub:type="footnote" id="n1"><p>Un mètre.</p></aside>
<ul><li>un<ul><li>deux</li></ul></li><li>trois</li></ul>
<figure><img src="x.png" alt="x"/><figcaption>Le pont</figcaption></figure>
<table><caption>Hauteurs</caption><tr><th>a</th><th>b</th></tr><tr><td>c</td><td>d</td></tr></table></body></html>"##;

const B: &str = "<html><body><p>Sans titre, <a href='https://a.example/'>lien</a> et <a href='a.xhtml'>renvoi</a>.</p>\
                 <pre>x\n  y</pre><blockquote><p>Dit.</p></blockquote></body></html>";

/// All values of an attribute.
fn values<'e>(extracted: &'e Extracted, name: &str) -> Vec<&'e str> {
    let attributes = extracted.document.attributes.iter();
    attributes.filter(|it| it.name == name).map(|it| it.value.as_str()).collect()
}

fn whole() -> Vec<u8> {
    let files: [(&str, &[u8]); 3] = [
        ("OEBPS/nav.xhtml", NAV.as_bytes()),
        ("OEBPS/text/A.xhtml", A.as_bytes()),
        ("OEBPS/text/b b.xhtml", B.as_bytes()),
    ];
    book(PACKAGE, &files)
}

#[test]
fn chapters_come_in_the_order_of_the_spine_and_each_once() {
    let found = one(&whole());
    assert_eq!(
        found.document.text,
        "Chapitre un\n\nL’eau monte vite : 10⁶ m³.\n\nLa suite.\n\nun\ndeux\ntrois\n\na\tb\nc\td\n\n\
         Deux\n\nSans titre, lien et renvoi.\n\nx\n  y\n\nDit."
    );
    let headings: Vec<_> = found
        .document
        .marks_of("heading")
        .map(|it| &found.document.text[it.span.range()])
        .collect();
    assert_eq!(headings, ["Chapitre un", "Deux"]);
    let links: Vec<_> = found.document.marks_of("link").collect();
    assert_eq!(links.len(), 1, "places within the book are no links");
}

#[test]
fn notes_and_captions_are_asides_where_they_belong() {
    let found = one(&whole());
    let told: Vec<_> =
        found.asides.iter().map(|it| (it.kind.as_str(), it.text.as_str(), it.position)).collect();
    let monte = "Chapitre un\n\nL’eau monte vite".len() as u32;
    assert_eq!(told[0], ("footnote", "Un mètre.", monte));
    assert_eq!((told[1].0, told[1].1), ("caption", "Le pont"));
    assert_eq!((told[2].0, told[2].1), ("caption", "Hauteurs"));
    let pages: Vec<_> = found.document.marks_of("page").collect();
    assert_eq!(pages[0].attributes[0].value, "12");
    assert!(found.document.text[pages[0].span.range()].starts_with("La suite"));
}

#[test]
fn the_package_tells_what_the_book_is() {
    let found = one(&whole());
    assert_eq!(values(&found, "title"), ["La crue"]);
    assert_eq!(values(&found, "creator"), ["Lan Anh"]);
    assert_eq!(values(&found, "translator"), ["Jo"]);
    assert_eq!(values(&found, "subject"), ["eau", "port"]);
    assert_eq!(values(&found, "identifier"), ["urn:uuid:2", "urn:isbn:1"]);
    assert_eq!(values(&found, "date"), ["2024-05-01"]);
    assert_eq!(values(&found, "modified"), ["2024-06-01T10:00:00Z"]);
    assert_eq!(values(&found, "publisher"), ["Le Fleuve"]);
    assert_eq!(values(&found, "description"), ["Une crue."]);
    assert_eq!(found.document.language.as_deref(), Some("fr-FR"));
}

#[test]
fn what_a_shop_has_locked_is_unsupported_and_what_is_damaged_is_told() {
    let lock = "<encryption><EncryptedData><CipherData><CipherReference URI='OEBPS/a.xhtml'/></CipherData></EncryptedData></encryption>";
    let package = "<package><manifest><item id='a' href='a.xhtml' media-type='application/xhtml+xml'/>\
                   <item id='b' href='b.xhtml' media-type='application/xhtml+xml'/></manifest>\
                   <spine><itemref idref='a'/></spine></package>";
    let files: [(&str, &[u8]); 2] =
        [("META-INF/encryption.xml", lock.as_bytes()), ("OEBPS/a.xhtml", b"\x01\x02")];
    let locked = read(&book(package, &files), "application/epub+zip");
    assert!(
        matches!(&locked, Err(Error::Unsupported(it)) if it.contains("encrypted")),
        "{locked:?}"
    );
    let both = package.replace("</spine>", "<itemref idref='b'/></spine>");
    let found = one(&book(&both, &[("OEBPS/b.xhtml", b"<html><body><p>Oui.</p></body></html>")]));
    assert_eq!(found.document.text, "Oui.");
    assert_eq!(values(&found, "incomplete"), ["1 of 2 chapters cannot be read"]);
    let none = read(&book(package, &[]), "application/epub+zip");
    assert!(matches!(none, Err(Error::Malformed(_))), "{none:?}");
}
