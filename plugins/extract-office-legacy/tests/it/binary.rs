//! The binary files of Office, made by hand, and what lies about them.

use crate::making::{
    asides, atom, compound, marks, read, read_with, record, utf_16, word, workbook,
};
use docmill_plugin::Error;

fn reason(bytes: &[u8]) -> String {
    match read_with(bytes, "accepted") {
        Err(Error::Malformed(defect)) => defect.reason,
        other => panic!("{other:?}"),
    }
}

/// A shared string, and how it is continued in another record.
fn strings() -> Vec<u8> {
    let head = [2_u32.to_le_bytes(), 2_u32.to_le_bytes()].concat();
    let first = [&3_u16.to_le_bytes()[..], &[0], b"one"].concat();
    // Six characters: three narrow ones here, three wide ones in the next record.
    let second = [&6_u16.to_le_bytes()[..], &[0], b"two"].concat();
    let rest = [&[1][..], &utf_16(" và")].concat();
    [record(0x00fc, &[head, first, second].concat()), record(0x003c, &rest)].concat()
}

#[test]
fn a_sheet_is_a_table_of_what_its_cells_show() {
    let cell =
        |row: u16, column: u16, style: u16| [row, column, style].map(u16::to_le_bytes).concat();
    let format =
        [&164_u16.to_le_bytes()[..], &12_u16.to_le_bytes(), &[0], b"#,##0.00 \"e\""].concat();
    let style = |id: u16| record(0x00e0, &[0_u16, id].map(u16::to_le_bytes).concat());
    let globals = [record(0x041e, &format), style(0), style(164), style(14), strings()].concat();
    let sheet = [
        record(0x00fd, &[cell(0, 0, 0), 0_u32.to_le_bytes().to_vec()].concat()),
        record(0x00fd, &[cell(0, 2, 0), 1_u32.to_le_bytes().to_vec()].concat()),
        record(0x0203, &[cell(2, 0, 1), 1234.5_f64.to_le_bytes().to_vec()].concat()),
        record(0x027e, &[cell(2, 1, 2), ((45_000_u32 << 2) | 2).to_le_bytes().to_vec()].concat()),
        record(0x0006, &[cell(2, 2, 0), vec![0, 0, 0, 0, 0, 0, 0xff, 0xff]].concat()),
        record(0x0207, &[&3_u16.to_le_bytes()[..], &[0], b"abc"].concat()),
        record(0x0205, &[cell(2, 3, 0), vec![0x07, 1]].concat()),
    ];
    let found = read(&workbook(&globals, &sheet.concat()));
    assert_eq!(found.document.text, "Costs\n\none\t\ttwo và\n1,234.50 e\t2023-03-15\tabc\t#DIV/0!");
    assert_eq!(found.document.marks_of("row").count(), 2);
    assert_eq!(marks(&found)[1], "heading \"Costs\"");
    let locked = workbook(&record(0x002f, &[0; 6]), &[]);
    assert_eq!(reason(&locked), "it is encrypted");
}

#[test]
fn sheets_that_lie_end() {
    // A string that is said to be long, a table of strings without any, cells in the last column.
    let lying = record(0x00fc, &[[0xff; 8].to_vec(), vec![0xff, 0xff, 0x0d, 0xff]].concat());
    let last = [&[0xff, 0xff, 0xff, 0x3f, 0, 0][..], &1.0_f64.to_le_bytes()].concat();
    let found = read(&workbook(&lying, &record(0x0203, &last)));
    assert!(found.document.text.ends_with('1') && found.document.text.len() < 1_000);
    // A string of 8 KB in 60,000 cells.
    let long =
        [&[1, 0, 0, 0, 1, 0, 0, 0][..], &8_000_u16.to_le_bytes(), &[0], &[b'a'; 8_000]].concat();
    let cells: Vec<u8> = (0..60_000_u16)
        .flat_map(|row| record(0x00fd, &[&row.to_le_bytes()[..], &[0; 8]].concat()))
        .collect();
    let found = read(&workbook(&record(0x00fc, &long), &cells));
    assert!(found.document.text.len() <= 50 << 20, "{}", found.document.text.len());
}

#[test]
fn a_document_has_headings_tables_and_fields() {
    let text = "La crue\rSee \u{13}HYPERLINK \"https://a.example/\"\u{14}here\u{15}.\ra\u{7}b\u{7}\u{7}End\r";
    let at = |what: &str| text[..text.find(what).expect("it is there")].chars().count();
    let (end, cells) = (at("End"), at("a\u{7}"));
    let row = vec![0, 0, 0x16, 0x24, 1, 0x17, 0x24, 1];
    let cell = vec![0, 0, 0x16, 0x24, 1];
    let paragraphs = [
        (8, vec![1, 0]),
        (cells, vec![0, 0]),
        (cells + 2, cell.clone()),
        (cells + 4, cell),
        (end, row),
        (end + 4, vec![0, 0]),
    ];
    let found = read(&word(text, 0, &paragraphs));
    assert_eq!(found.document.text, "La crue\n\nSee here.\n\na\tb\n\nEnd");
    assert_eq!(
        marks(&found),
        [
            "heading \"La crue\"",
            "paragraph \"See here.\"",
            "link \"here\"",
            "table \"a\\tb\"",
            "row \"a\\tb\"",
            "cell \"a\"",
            "cell \"b\"",
            "paragraph \"End\"",
        ]
    );
    assert_eq!(reason(&word(text, 0x0100, &paragraphs)), "it is encrypted");
}

#[test]
fn a_presentation_is_its_last_edit() {
    let text = |kind: u32, words: &str| {
        [atom(0x0f9f, 0, &kind.to_le_bytes()), atom(0x0fa0, 0, &utf_16(words))].concat()
    };
    let persist = |object: u32, id: u32| {
        atom(0x03f3, 0, &[&object.to_le_bytes()[..], &[0; 8], &id.to_le_bytes(), &[0; 4]].concat())
    };
    let slides = [persist(2, 256), text(0, "The title"), text(1, "one\rtwo")].concat();
    let document = atom(0x03e8, 15, &atom(0x0ff0, 15, &slides));
    let refer = |index: u32| atom(0x0f9e, 0, &index.to_le_bytes());
    let slide = atom(0x03ee, 15, &atom(0xf00d, 15, &[refer(1), refer(0), refer(9)].concat()));
    let mut stream = [document.clone(), slide].concat();
    let directory = stream.len();
    let places = [(1 | 2 << 20_u32), 0, document.len() as u32].map(u32::to_le_bytes).concat();
    stream.extend(atom(0x1772, 0, &places));
    let edit = stream.len();
    // The edit before is itself: a circle.
    let words = [0, 0, edit as u32, directory as u32, 1, 0, 0].map(u32::to_le_bytes).concat();
    stream.extend(atom(0x0ff5, 0, &words));
    let user = |token: u32| {
        let data = [
            &20_u32.to_le_bytes()[..],
            &token.to_le_bytes(),
            &(edit as u32).to_le_bytes(),
            &[0; 8],
        ]
        .concat();
        atom(0x0ff6, 0, &data)
    };
    let file =
        |token| compound(&[("Current User", &user(token)), ("PowerPoint Document", &stream)]);
    let found = read(&file(0xe391_c05f));
    assert_eq!(found.document.text, "The title\n\none\ntwo");
    assert_eq!(found.document.marks_of("item").count(), 2);
    assert!(asides(&found).is_empty());
    assert_eq!(reason(&file(0xf3d1_c4df)), "it is encrypted");
    // Without the last edit, its texts are read all the same.
    let lost = read(&compound(&[("PowerPoint Document", &stream)]));
    assert!(lost.document.text.contains("The title") && lost.document.text.contains("two"));
}

#[test]
fn chains_that_go_round_and_files_that_are_cut_end() {
    let text = "One\rTwo\r";
    let whole = word(text, 0, &[(4, vec![0, 0]), (8, vec![0, 0])]);
    for end in (0..whole.len()).step_by(37) {
        let _ = read_with(&whole[..end], "accepted");
    }
    // Each entry of the table of sectors leads to the first sector.
    let mut circle = whole.clone();
    let table =
        512 + 512 * u32::from_le_bytes([whole[76], whole[77], whole[78], whole[79]]) as usize;
    for entry in circle[table..table + 512].chunks_mut(4) {
        entry.copy_from_slice(&0_u32.to_le_bytes());
    }
    let _ = read_with(&circle, "accepted");
    for at in (0..whole.len()).step_by(61) {
        let mut flipped = whole.clone();
        flipped[at] ^= 0xff;
        let _ = read_with(&flipped, "shown");
    }
}

#[test]
fn packages_with_a_password_are_named_and_others_are_not_for_it() {
    assert_eq!(reason(&compound(&[("EncryptedPackage", b"x")])), "it is encrypted");
    for bytes in [compound(&[("Other", b"x")]), b"text".to_vec()] {
        assert!(matches!(read_with(&bytes, "accepted"), Err(Error::Unsupported(_))));
    }
    assert!(read_with(b"", "accepted").expect("nothing is no error").is_empty());
}
