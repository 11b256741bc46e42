//! Documents of both families: what the one has, the other has in the same text with the same
//! marks.

use crate::making::{asides, docx, marks, odt, paragraph, read, read_with};
use docmill_plugin::{Attribute, Error};

const STYLES: (&str, &str) = (
    "word/styles.xml",
    "<w:styles><w:style w:type='paragraph' w:styleId='T1'><w:name w:val='heading 1'/></w:style>\
     <w:style w:type='paragraph' w:styleId='Q'><w:name w:val='Quote'/></w:style>\
     <w:style w:type='paragraph' w:styleId='Own'><w:name w:val='Mine'/><w:basedOn w:val='T1'/></w:style>\
     <w:style w:type='paragraph' w:styleId='Loop'><w:name w:val='Loop'/><w:basedOn w:val='Loop'/></w:style></w:styles>",
);
const RELATIONSHIPS: (&str, &str) = (
    "word/_rels/document.xml.rels",
    "<Relationships><Relationship Id='r1' Type='x/styles' Target='styles.xml'/>\
     <Relationship Id='r2' Type='x/hyperlink' Target='https://a.example/' TargetMode='External'/>\
     <Relationship Id='r3' Type='x/footnotes' Target='footnotes.xml'/>\
     <Relationship Id='r4' Type='x/comments' Target='comments.xml'/>\
     <Relationship Id='r5' Type='x/header' Target='header1.xml'/></Relationships>",
);

fn item(level: u8, text: &str) -> String {
    let properties = format!("<w:numPr><w:ilvl w:val='{level}'/><w:numId w:val='1'/></w:numPr>");
    paragraph(&properties, text)
}

#[test]
fn the_same_document_has_the_same_text_and_marks_in_both_families() {
    let link = "<w:p><w:r><w:t xml:space='preserve'>See </w:t></w:r><w:hyperlink r:id='r2'><w:r><w:t>here</w:t></w:r>\
                </w:hyperlink><w:r><w:t xml:space='preserve'> and </w:t></w:r><w:r><w:rPr><w:b/></w:rPr><w:t>there</w:t></w:r></w:p>";
    let table = "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>a</w:t></w:r></w:p></w:tc><w:tc><w:p/></w:tc></w:tr>\
                 <w:tr><w:tc><w:p/></w:tc><w:tc><w:p><w:r><w:t>b</w:t></w:r></w:p></w:tc></w:tr></w:tbl>";
    let body = [
        paragraph("<w:pStyle w:val='Own'/>", "La crue"),
        link.to_owned(),
        item(0, "one"),
        item(1, "two"),
        item(0, "three"),
        paragraph("<w:pStyle w:val='Q'/>", "Said."),
        table.to_owned(),
        paragraph("", "End."),
    ];
    let word = read(&docx(&body.concat(), &[STYLES, RELATIONSHIPS]));
    let open = read(&odt(
        "<text:h text:outline-level='1'>La crue</text:h>\
         <text:p>See <text:a xlink:href='https://a.example/'>here</text:a> and <text:span text:style-name='B'>there</text:span></text:p>\
         <text:list><text:list-item><text:p>one</text:p><text:list><text:list-item><text:p>two</text:p></text:list-item></text:list>\
         </text:list-item><text:list-item><text:p>three</text:p></text:list-item></text:list>\
         <text:p text:style-name='Quotations'>Said.</text:p>\
         <table:table><table:table-row><table:table-cell><text:p>a</text:p></table:table-cell><table:table-cell/></table:table-row>\
         <table:table-row><table:table-cell/><table:table-cell><text:p>b</text:p></table:table-cell></table:table-row></table:table>\
         <text:p>End.</text:p>",
        "<style:style style:name='B' style:family='text'><style:text-properties fo:font-weight='bold'/></style:style>",
    ));
    let text = "La crue\n\nSee here and there\n\none\ntwo\nthree\n\nSaid.\n\na\n\tb\n\nEnd.";
    assert_eq!(word.document.text, text);
    assert_eq!(open.document.text, text);
    assert_eq!(marks(&word), marks(&open));
    let kinds =
        ["heading", "paragraph", "link", "emphasis", "item", "quotation", "table", "row", "cell"];
    for kind in kinds {
        assert!(word.document.marks_of(kind).next().is_some(), "no {kind}");
    }
    for found in [&word, &open] {
        assert_eq!(found.document.attribute("title"), Some("La crue"));
        assert_eq!(found.document.attribute("guessed"), Some("title"));
    }
}

#[test]
fn notes_comments_and_headers_stand_beside_the_text() {
    let body = format!(
        "{}<w:sectPr><w:headerReference r:id='r5'/></w:sectPr>",
        "<w:p><w:r><w:t>Text</w:t><w:footnoteReference w:id='2'/><w:commentReference w:id='0'/></w:r></w:p>"
    );
    let note = "<w:footnotes><w:footnote w:type='separator' w:id='0'><w:p/></w:footnote><w:footnote w:id='2'>\
                <w:p><w:r><w:t>Note</w:t><w:footnoteReference w:id='2'/></w:r></w:p></w:footnote></w:footnotes>";
    let comment = "<w:comments><w:comment w:id='0' w:author='Jane' w:date='2025-06-12T08:30:00Z'><w:p><w:r><w:t>Why?</w:t></w:r></w:p>\
                   </w:comment></w:comments>";
    let header = "<w:hdr><w:p><w:r><w:t>Head</w:t></w:r></w:p></w:hdr>";
    let more = [
        RELATIONSHIPS,
        ("word/footnotes.xml", note),
        ("word/comments.xml", comment),
        ("word/header1.xml", header),
    ];
    let word = read(&docx(&body, &more));
    let open = read(&odt(
        "<text:p>Text<text:note text:note-class='footnote'><text:note-citation>1</text:note-citation><text:note-body><text:p>Note</text:p>\
         </text:note-body></text:note><office:annotation><dc:creator>Jane</dc:creator><dc:date>2025-06-12T08:30:00Z</dc:date>\
         <text:p>Why?</text:p></office:annotation></text:p>",
        "",
    ));
    for found in [&word, &open] {
        assert_eq!(found.document.text, "Text");
        let beside = asides(found);
        assert!(
            beside.ends_with(&["footnote \"Note\"".to_owned(), "comment \"Why?\"".to_owned()]),
            "{beside:?}"
        );
        let said = &found.asides.last().expect("a comment").attributes;
        assert_eq!(
            said,
            &[Attribute::new("creator", "Jane"), Attribute::new("date", "2025-06-12T08:30:00Z")]
        );
    }
    assert_eq!(asides(&word)[0], "header \"Head\"");
}

#[test]
fn changes_are_accepted_shown_or_dropped() {
    let word = docx(
        "<w:p><w:r><w:t>a </w:t></w:r><w:ins w:author='J'><w:r><w:t>new</w:t></w:r></w:ins>\
         <w:del w:author='J'><w:r><w:delText>old</w:delText></w:r></w:del><w:r><w:t xml:space='preserve'> b</w:t></w:r></w:p>",
        &[],
    );
    let open = odt(
        "<text:tracked-changes><text:changed-region text:id='i'><text:insertion><office:change-info><dc:creator>J</dc:creator>\
         </office:change-info></text:insertion></text:changed-region><text:changed-region text:id='d'><text:deletion>\
         <office:change-info><dc:creator>J</dc:creator></office:change-info><text:p>old</text:p></text:deletion></text:changed-region>\
         </text:tracked-changes><text:p>a <text:change-start text:change-id='i'/>new<text:change-end text:change-id='i'/>\
         <text:change text:change-id='d'/> b</text:p>",
        "",
    );
    for bytes in [word, open] {
        for (changes, text) in
            [("accepted", "a new b"), ("dropped", "a old b"), ("shown", "a newold b")]
        {
            let found = read_with(&bytes, changes).expect("it can be read").remove(0);
            assert_eq!(found.document.text, text, "{changes}");
            let shown: Vec<_> =
                marks(&found).into_iter().filter(|it| !it.starts_with("paragraph")).collect();
            match changes {
                "shown" => assert_eq!(shown, ["insertion \"new\"", "deletion \"old\""]),
                _ => assert!(shown.is_empty(), "{shown:?}"),
            }
        }
    }
    let refused = read_with(&docx("", &[]), "some");
    assert!(matches!(refused, Err(Error::Misconfigured(_))), "{refused:?}");
}

#[test]
fn a_paragraph_whose_end_was_deleted_goes_on_in_the_next() {
    let body = format!("{}{}", paragraph("<w:rPr><w:del/></w:rPr>", "one"), paragraph("", "two"));
    assert_eq!(read(&docx(&body, &[])).document.text, "one two");
    let dropped = read_with(&docx(&body, &[]), "dropped").expect("it can be read").remove(0);
    assert_eq!(dropped.document.text, "one\n\ntwo");
}

#[test]
fn fields_show_what_they_show_and_links_in_them_lead_somewhere() {
    let field = |instruction: &str, shown: &str| {
        format!(
            "<w:r><w:fldChar w:fldCharType='begin'/></w:r><w:r><w:instrText>{instruction}</w:instrText></w:r>\
             <w:r><w:fldChar w:fldCharType='separate'/></w:r><w:r><w:t>{shown}</w:t></w:r>\
             <w:r><w:fldChar w:fldCharType='end'/></w:r>"
        )
    };
    let body = format!(
        "<w:p>{}{}</w:p>",
        field("HYPERLINK &quot;https://a.example/&quot;", "link"),
        field("PAGE", "7")
    );
    let found = read(&docx(&body, &[]));
    assert_eq!(found.document.text, "link7");
    let link = found.document.marks_of("link").next().expect("a link");
    assert_eq!(link.attributes, [Attribute::new("href", "https://a.example/")]);
    // Of what nobody shows nothing is read.
    let body = "<w:p><w:r><w:fldChar w:fldCharType='begin'/><w:t>code</w:t><w:fldChar w:fldCharType='end'/><w:t>x</w:t></w:r></w:p>";
    assert_eq!(read(&docx(body, &[])).document.text, "x");
}

#[test]
fn boxes_come_behind_their_paragraph_and_hidden_words_not_at_all() {
    let body = "<w:p><w:r><mc:AlternateContent><mc:Choice><w:drawing><w:txbxContent><w:p><w:r><w:t>Box</w:t></w:r></w:p></w:txbxContent>\
                </w:drawing></mc:Choice><mc:Fallback><w:pict><w:txbxContent><w:p><w:r><w:t>Box</w:t></w:r></w:p></w:txbxContent></w:pict>\
                </mc:Fallback></mc:AlternateContent><w:t>Text</w:t></w:r><w:r><w:rPr><w:vanish/></w:rPr><w:t>hidden</w:t></w:r></w:p>";
    assert_eq!(read(&docx(body, &[])).document.text, "Text\n\nBox");
    let open = read(&odt(
        "<text:p><draw:frame><draw:text-box><text:p>Box</text:p></draw:text-box></draw:frame>Text</text:p>",
        "",
    ));
    assert_eq!(open.document.text, "Text\n\nBox");
}

#[test]
fn properties_become_attributes() {
    let core = "<c><dc:title>Report</dc:title><dc:creator>Jane; Joe</dc:creator><cp:keywords>a, b</cp:keywords>\
                <dcterms:created>2025-06-12T08:30:00Z</dcterms:created><dcterms:modified>2025-06-13T00:00:00</dcterms:modified>\
                <dc:language>fr-FR</dc:language></c>";
    let found = read(&docx(&paragraph("", "Text"), &[("docProps/core.xml", core)]));
    let said: Vec<String> =
        found.document.attributes.iter().map(|it| format!("{}={}", it.name, it.value)).collect();
    assert_eq!(
        said,
        [
            "title=Report",
            "creator=Jane",
            "creator=Joe",
            "subject=a",
            "subject=b",
            "date=2025-06-12T08:30:00Z",
            "modified=2025-06-13",
        ]
    );
    assert_eq!(found.document.language.as_deref(), Some("fr-FR"));
    let core = "<c><dc:title>PowerPoint Presentation</dc:title></c>";
    let found = read(&docx(&paragraph("", "Text"), &[("docProps/core.xml", core)]));
    assert_eq!(found.document.attribute("title"), None);
}
