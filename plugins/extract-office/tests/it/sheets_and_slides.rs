//! Sheets and slides of both families.

use crate::making::{asides, marks, package, read};

fn workbook(sheet: &str, more: &[(&str, &str)]) -> Vec<u8> {
    let rels = "<Relationships><Relationship Id='r1' Type='x/worksheet' Target='worksheets/sheet1.xml'/>\
                <Relationship Id='r2' Type='x/sharedStrings' Target='sharedStrings.xml'/>\
                <Relationship Id='r3' Type='x/styles' Target='styles.xml'/></Relationships>";
    let book = "<workbook xmlns:r='r'><sheets><sheet name='Costs' sheetId='1' r:id='r1'/></sheets></workbook>";
    let mut parts = vec![
        ("xl/workbook.xml", book),
        ("xl/_rels/workbook.xml.rels", rels),
        ("xl/worksheets/sheet1.xml", sheet),
    ];
    parts.extend_from_slice(more);
    package(&parts)
}

#[test]
fn a_sheet_is_a_table_of_what_its_cells_show() {
    let strings = "<sst><si><t>Été</t></si><si><r><t>two </t></r><r><t>runs</t></r><rPh><t>x</t></rPh></si></sst>";
    let styles = "<styleSheet><numFmts><numFmt numFmtId='164' formatCode='#,##0.00 \"€\"'/></numFmts>\
                  <cellXfs><xf numFmtId='0'/><xf numFmtId='164'/><xf numFmtId='14'/><xf numFmtId='10'/></cellXfs></styleSheet>";
    let sheet = "<worksheet><sheetData><row r='1'><c r='A1' t='s'><v>0</v></c><c r='C1' t='s'><v>1</v></c></row><row r='3'>\
                 <c r='A3' s='1'><v>1234.5</v></c><c r='B3' s='2'><v>45000</v></c><c r='C3' s='3'><v>0.125</v></c><c r='D3' t='b'><v>1</v></c>\
                 <c r='E3' t='str'><f>A&amp;B</f><v>a&amp;b</v></c><c r='F3' t='e'><v>#DIV/0!</v></c></row>\
                 <row><c t='inlineStr'><is><t>in line</t></is></c></row></sheetData>\
                 <headerFooter><oddHeader>&amp;LTop</oddHeader></headerFooter></worksheet>";
    let found =
        read(&workbook(sheet, &[("xl/sharedStrings.xml", strings), ("xl/styles.xml", styles)]));
    assert_eq!(
        found.document.text,
        "Costs\n\nÉté\t\ttwo runs\n1,234.50 €\t2023-03-15\t12.50%\tTRUE\ta&b\t#DIV/0!\nin line"
    );
    assert_eq!(found.document.marks_of("row").count(), 3);
    assert_eq!(found.document.marks_of("cell").count(), 9);
    assert_eq!(asides(&found), ["header \"Top\""]);
}

#[test]
fn links_and_comments_of_cells_are_kept() {
    let sheet = "<worksheet xmlns:r='r'><sheetData><row r='1'><c r='A1' t='inlineStr'><is><t>here</t></is></c></row></sheetData>\
                 <hyperlinks><hyperlink ref='A1' r:id='r1'/></hyperlinks></worksheet>";
    let rels = "<Relationships><Relationship Id='r1' Type='x/hyperlink' Target='https://a.example/' TargetMode='External'/>\
                <Relationship Id='r2' Type='x/comments' Target='../comments1.xml'/></Relationships>";
    let comments = "<comments><authors><author>Jane</author></authors><commentList><comment ref='A1' authorId='0'><text><r><t>Why?</t></r></text>\
                    </comment></commentList></comments>";
    let found = read(&workbook(
        sheet,
        &[("xl/worksheets/_rels/sheet1.xml.rels", rels), ("xl/comments1.xml", comments)],
    ));
    assert!(marks(&found).contains(&"link \"here\"".to_owned()));
    assert_eq!(asides(&found), ["comment \"Why?\""]);
}

#[test]
fn an_open_sheet_is_the_same_table() {
    let content = "<office:document-content><office:body><office:spreadsheet><table:table table:name='Costs'>\
                   <table:table-row><table:table-cell><text:p>a</text:p></table:table-cell><table:table-cell table:number-columns-repeated='2'/>\
                   <table:table-cell table:number-columns-repeated='2'><text:p>b</text:p></table:table-cell>\
                   <table:table-cell table:number-columns-repeated='16000'/></table:table-row>\
                   <table:table-row table:number-rows-repeated='1048000'><table:table-cell table:number-columns-repeated='16384'/></table:table-row>\
                   <table:table-row><table:table-cell><text:p>12,5 €</text:p></table:table-cell></table:table-row></table:table>\
                   </office:spreadsheet></office:body></office:document-content>";
    let found = read(&package(&[("content.xml", content)]));
    assert_eq!(found.document.text, "Costs\n\na\t\t\tb\tb\n12,5 €");
    assert_eq!(found.document.marks_of("row").count(), 2);
}

#[test]
fn slides_have_titles_points_tables_and_notes() {
    let shape = |place: &str, paragraphs: &str| {
        format!(
            "<p:sp><p:nvSpPr><p:nvPr>{place}</p:nvPr></p:nvSpPr><p:txBody>{paragraphs}</p:txBody></p:sp>"
        )
    };
    let line = |level: &str, text: &str| format!("<a:p>{level}<a:r><a:t>{text}</a:t></a:r></a:p>");
    let slide = format!(
        "<p:sld><p:cSld><p:spTree>{}{}{}{}</p:spTree></p:cSld></p:sld>",
        shape("<p:ph idx='1'/>", &(line("", "one") + &line("<a:pPr lvl='1'/>", "two"))),
        shape("<p:ph type='title'/>", &line("", "The title")),
        shape("<p:ph type='ftr'/>", &line("", "Foot")),
        "<p:graphicFrame><a:graphic><a:graphicData><a:tbl><a:tr><a:tc><a:txBody><a:p><a:r><a:t>x</a:t></a:r></a:p></a:txBody></a:tc>\
         <a:tc><a:txBody><a:p><a:r><a:t>y</a:t></a:r></a:p></a:txBody></a:tc></a:tr></a:tbl></a:graphicData></a:graphic></p:graphicFrame>"
    );
    let notes = format!(
        "<p:notes><p:cSld><p:spTree>{}</p:spTree></p:cSld></p:notes>",
        shape("<p:ph type='body'/>", &line("", "Say this"))
    );
    let parts = [
        (
            "ppt/presentation.xml",
            "<p:presentation xmlns:r='r'><p:sldIdLst><p:sldId id='256' r:id='r1'/></p:sldIdLst></p:presentation>",
        ),
        (
            "ppt/_rels/presentation.xml.rels",
            "<Relationships><Relationship Id='r1' Type='x/slide' Target='slides/slide1.xml'/></Relationships>",
        ),
        ("ppt/slides/slide1.xml", &slide),
        (
            "ppt/slides/_rels/slide1.xml.rels",
            "<Relationships><Relationship Id='r1' Type='x/notesSlide' Target='../notesSlides/n.xml'/></Relationships>",
        ),
        ("ppt/notesSlides/n.xml", &notes),
    ];
    let found = read(&package(&parts));
    assert_eq!(found.document.text, "The title\n\none\ntwo\n\nx\ty");
    assert_eq!(asides(&found), ["footer \"Foot\"", "notes \"Say this\""]);
    let page = found.document.marks_of("page").next().expect("a page");
    assert_eq!(page.attributes[0].value, "1");
    let open = "<office:document><office:body><office:presentation><draw:page><draw:frame presentation:class='outline'><draw:text-box><text:list>\
                <text:list-item><text:p>one</text:p><text:list><text:list-item><text:p>two</text:p></text:list-item></text:list></text:list-item>\
                </text:list></draw:text-box></draw:frame><draw:frame presentation:class='title'><draw:text-box><text:p>The title</text:p></draw:text-box>\
                </draw:frame><draw:frame><table:table><table:table-row><table:table-cell><text:p>x</text:p></table:table-cell><table:table-cell>\
                <text:p>y</text:p></table:table-cell></table:table-row></table:table></draw:frame><presentation:notes><draw:frame \
                presentation:class='notes'><draw:text-box><text:p>Say this</text:p></draw:text-box></draw:frame></presentation:notes></draw:page>\
                </office:presentation></office:body></office:document>";
    let open = read(open.as_bytes());
    assert_eq!(open.document.text, found.document.text);
    assert_eq!(marks(&open), marks(&found));
    assert_eq!(asides(&open), ["notes \"Say this\""]);
}
