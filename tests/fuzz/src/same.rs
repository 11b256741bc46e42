//! One contract for structure: the same document gives the same Markdown, whatever format it came
//! in.

use docmill::render::{Markup, render};
use docmill_plugin::{Extractor, Source, testing};
use extract_html::ExtractHtml;
use extract_markup::ExtractMarkup;
use extract_office::ExtractOffice;
use extract_xml::ExtractXml;

use crate::guests;

const BODY: &str = "<h1>The river</h1><p>It <em>rises</em>, see <a href=\"https://a.example/\">there</a>.</p>\
    <h2>Things</h2><ul><li>one</li><li>two<ul><li>three</li></ul></li></ul>\
    <table><tr><td>a</td><td>b</td></tr><tr><td>c</td><td>d</td></tr></table>\
    <p>The last one, which is long enough to be a sentence that somebody reads to its end.</p>";

const MARKDOWN: &str = "# The river\n\nIt *rises*, see [there](https://a.example/).\n\n## Things\n\n\
    - one\n- two\n  - three\n\n| a | b |\n|---|---|\n| c | d |\n\n\
    The last one, which is long enough to be a sentence that somebody reads to its end.\n";

const PACKAGE: &str = "<package><manifest><item id='a' href='a.xhtml' media-type='application/xhtml+xml'/></manifest>\
    <spine><itemref idref='a'/></spine></package>";

/// The only document that a plugin reads, as `export --format markdown` writes it.
fn exported<P: Extractor>(bytes: &[u8], media_type: &str) -> String {
    testing::reset();
    testing::use_defaults(&P::describe());
    let mut found = P::extract(Source::of_bytes(bytes, media_type)).expect("it can be read");
    assert_eq!(found.len(), 1, "{media_type}");
    render(&guests::taken(found.remove(0)).document, Markup::Markdown)
}

/// A ZIP of files as they are.
fn zip(files: &[(&str, &str)]) -> Vec<u8> {
    let (mut bytes, mut table) = (Vec::new(), Vec::new());
    for (name, content) in files {
        let offset = (bytes.len() as u32).to_le_bytes();
        let size = (content.len() as u32).to_le_bytes();
        let about = [
            &[20, 0, 0, 0, 0, 0, 0, 0, 0, 0][..],
            &crc32fast::hash(content.as_bytes()).to_le_bytes(),
            &size,
            &size,
            &(name.len() as u16).to_le_bytes(),
            &[0, 0],
        ]
        .concat();
        bytes.extend(
            [b"PK\x03\x04", about.as_slice(), name.as_bytes(), content.as_bytes()].concat(),
        );
        table.extend(
            [b"PK\x01\x02\x14\0", about.as_slice(), &[0; 10], &offset, name.as_bytes()].concat(),
        );
    }
    let count = (files.len() as u16).to_le_bytes();
    let (size, offset) = ((table.len() as u32).to_le_bytes(), (bytes.len() as u32).to_le_bytes());
    bytes.extend(table);
    bytes.extend([b"PK\x05\x06\0\0\0\0", &count[..], &count, &size, &offset, &[0, 0]].concat());
    bytes
}

#[test]
fn html_markdown_and_epub_give_the_same_markdown() {
    let page = format!("<!doctype html><html><body><article>{BODY}</article></body></html>");
    let html = exported::<ExtractHtml>(page.as_bytes(), "text/html");
    assert!(html.starts_with("# The river\n\nIt *rises*"), "{html}");
    assert_eq!(exported::<ExtractMarkup>(MARKDOWN.as_bytes(), "text/markdown"), html);
    let chapter = format!("<html><body>{BODY}</body></html>");
    let container = "<container><rootfiles><rootfile full-path='a.opf'/></rootfiles></container>";
    let book = zip(&[
        ("mimetype", "application/epub+zip"),
        ("META-INF/container.xml", container),
        ("a.opf", PACKAGE),
        ("a.xhtml", &chapter),
    ]);
    assert_eq!(exported::<ExtractXml>(&book, "application/epub+zip"), html);
}

#[test]
fn an_office_file_gives_the_markdown_of_the_page() {
    let page = format!("<!doctype html><html><body><article>{BODY}</article></body></html>");
    let html = exported::<ExtractHtml>(page.as_bytes(), "text/html");
    let cell = |text: &str| format!("<table:table-cell><text:p>{text}</text:p></table:table-cell>");
    let row = |one: &str, two: &str| {
        format!("<table:table-row>{}{}</table:table-row>", cell(one), cell(two))
    };
    let content = format!(
        "<office:document-content xmlns:office='urn:oasis:names:tc:opendocument:xmlns:office:1.0' \
         xmlns:text='urn:oasis:names:tc:opendocument:xmlns:text:1.0' xmlns:table='urn:oasis:names:tc:opendocument:xmlns:table:1.0' \
         xmlns:style='urn:oasis:names:tc:opendocument:xmlns:style:1.0' xmlns:fo='urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0' \
         xmlns:xlink='http://www.w3.org/1999/xlink'><office:automatic-styles><style:style style:name='T1' style:family='text'>\
         <style:text-properties fo:font-style='italic'/></style:style></office:automatic-styles><office:body><office:text>\
         <text:h text:outline-level='1'>The river</text:h><text:p>It <text:span text:style-name='T1'>rises</text:span>, see \
         <text:a xlink:href='https://a.example/'>there</text:a>.</text:p><text:h text:outline-level='2'>Things</text:h>\
         <text:list><text:list-item><text:p>one</text:p></text:list-item><text:list-item><text:p>two</text:p>\
         <text:list><text:list-item><text:p>three</text:p></text:list-item></text:list></text:list-item></text:list>\
         <table:table>{}{}</table:table><text:p>The last one, which is long enough to be a sentence that somebody reads to its end.</text:p>\
         </office:text></office:body></office:document-content>",
        row("a", "b"),
        row("c", "d")
    );
    let text =
        zip(&[("mimetype", "application/vnd.oasis.opendocument.text"), ("content.xml", &content)]);
    assert_eq!(exported::<ExtractOffice>(&text, "application/vnd.oasis.opendocument.text"), html);
}

#[test]
fn a_document_of_word_gives_the_markdown_of_the_page() {
    let page = format!("<!doctype html><html><body><article>{BODY}</article></body></html>");
    let html = exported::<ExtractHtml>(page.as_bytes(), "text/html");
    let paragraph = |properties: &str, text: &str| {
        format!("<w:p><w:pPr>{properties}</w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>")
    };
    let heading =
        |style: &str, text: &str| paragraph(&format!("<w:pStyle w:val='{style}'/>"), text);
    let item = |level: u8, text: &str| {
        let numbering = format!("<w:ilvl w:val='{level}'/><w:numId w:val='1'/>");
        paragraph(&format!("<w:numPr>{numbering}</w:numPr>"), text)
    };
    let cell = |text: &str| format!("<w:tc>{}</w:tc>", paragraph("", text));
    let row = |one: &str, two: &str| format!("<w:tr>{}{}</w:tr>", cell(one), cell(two));
    let content = format!(
        "<w:document xmlns:w='http://schemas.openxmlformats.org/wordprocessingml/2006/main' \
         xmlns:r='http://schemas.openxmlformats.org/officeDocument/2006/relationships'><w:body>{}\
         <w:p><w:r><w:t xml:space='preserve'>It </w:t></w:r><w:r><w:rPr><w:i/></w:rPr><w:t>rises</w:t></w:r>\
         <w:r><w:t xml:space='preserve'>, see </w:t></w:r><w:hyperlink r:id='a'><w:r><w:t>there</w:t></w:r></w:hyperlink>\
         <w:r><w:t>.</w:t></w:r></w:p>{}{}{}{}<w:tbl>{}{}</w:tbl>{}</w:body></w:document>",
        heading("Heading1", "The river"),
        heading("Heading2", "Things"),
        item(0, "one"),
        item(0, "two"),
        item(1, "three"),
        row("a", "b"),
        row("c", "d"),
        paragraph(
            "",
            "The last one, which is long enough to be a sentence that somebody reads to its end."
        ),
    );
    let level = |level: u8| {
        format!("<w:lvl w:ilvl='{level}'><w:numFmt w:val='bullet'/><w:lvlText w:val='-'/></w:lvl>")
    };
    let numbering = format!(
        "<w:numbering xmlns:w='http://schemas.openxmlformats.org/wordprocessingml/2006/main'>\
         <w:abstractNum w:abstractNumId='0'>{}{}</w:abstractNum>\
         <w:num w:numId='1'><w:abstractNumId w:val='0'/></w:num></w:numbering>",
        level(0),
        level(1)
    );
    let style = |id: &str, name: &str| {
        format!("<w:style w:type='paragraph' w:styleId='{id}'><w:name w:val='{name}'/></w:style>")
    };
    let styles = format!(
        "<w:styles xmlns:w='http://schemas.openxmlformats.org/wordprocessingml/2006/main'>{}{}</w:styles>",
        style("Heading1", "heading 1"),
        style("Heading2", "heading 2")
    );
    let relationship = |id: &str, kind: &str, target: &str| {
        format!(
            "<Relationship Id='{id}' Target='{target}' \
             Type='http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}'/>"
        )
    };
    let relationships = |of: &str| {
        format!(
            "<Relationships xmlns='http://schemas.openxmlformats.org/package/2006/relationships'>{of}</Relationships>"
        )
    };
    let link = relationship("a", "hyperlink", "https://a.example/' TargetMode='External");
    let parts = [
        link,
        relationship("b", "numbering", "numbering.xml"),
        relationship("c", "styles", "styles.xml"),
    ];
    let document = zip(&[
        (
            "[Content_Types].xml",
            "<Types xmlns='http://schemas.openxmlformats.org/package/2006/content-types'>\
             <Override PartName='/word/document.xml' ContentType='application/vnd.openxmlformats-officedocument.\
             wordprocessingml.document.main+xml'/></Types>",
        ),
        ("_rels/.rels", &relationships(&relationship("a", "officeDocument", "word/document.xml"))),
        ("word/document.xml", &content),
        ("word/_rels/document.xml.rels", &relationships(&parts.concat())),
        ("word/numbering.xml", &numbering),
        ("word/styles.xml", &styles),
    ]);
    let media_type = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
    assert_eq!(exported::<ExtractOffice>(&document, media_type), html);
}
