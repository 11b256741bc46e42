//! RTF as programs write it.

use crate::making::{asides, marks, read, read_with};
use docmill_plugin::Error;

#[test]
fn headings_items_tables_and_links_have_their_marks() {
    let text = br#"{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0\fcharset0 Arial;}{\f1\fcharset204 Arial;}}
{\stylesheet{\s0 Normal;}{\s1\outlinelevel0 heading 1;}{\*\cs10 Default;}{\s2 Quote;}}
{\info{\title Report}{\author Jane;Joe}{\creatim\yr2025\mo6\dy12\hr8}{\keywords a, b}}
{\header Head\par}{\footer Foot {\field{\*\fldinst PAGE}{\fldrslt 1}}\par}
\pard\s1 La crue\par
\pard Mont\'e9e \b nette\b0  de l\rquote eau {\field{\*\fldinst{HYPERLINK "https://a.example/"}}{\fldrslt here}}.\par
{\pntext\bullet\tab}\pard\ls1 one\par{\listtext 2.}\pard\ls1\ilvl1 two\par
\pard\s2 Said.\par
\trowd\pard\intbl a\cell\cell\row\trowd\pard\intbl\cell b\cell\row
\pard {\f1\'cf\'f0\'e8} \u7879?{\upr{x}{\*\ud{y}}}{\v hidden}{\*\unknown no}{\b0\*\cs7 z}\par}"#;
    let found = read(text);
    assert_eq!(
        found.document.text,
        "La crue\n\nMontée nette de l’eau here.\n\none\ntwo\n\nSaid.\n\na\n\tb\n\nПри ệyz"
    );
    let marks = marks(&found);
    for mark in [
        "heading \"La crue\"",
        "emphasis \"nette\"",
        "link \"here\"",
        "item \"one\\ntwo\"",
        "item \"two\"",
        "quotation \"Said.\"",
        "table \"a\\n\\tb\"",
        "cell \"b\"",
    ] {
        assert!(marks.contains(&mark.to_owned()), "no {mark} in {marks:?}");
    }
    assert_eq!(asides(&found), ["header \"Head\"", "footer \"Foot 1\""]);
    let said: Vec<_> =
        found.document.attributes.iter().map(|it| format!("{}={}", it.name, it.value)).collect();
    assert_eq!(
        said,
        [
            "title=Report",
            "creator=Jane",
            "creator=Joe",
            "date=2025-06-12",
            "subject=a",
            "subject=b"
        ]
    );
}

#[test]
fn notes_comments_boxes_and_changes_are_told_apart() {
    let text = br"{\rtf1 Text{\footnote Note}{\footnote\ftnalt End}{\*\atnauthor Jane}{\*\annotation Why?}\par
{\shp{\*\shpinst{\sp{\sn a}{\sv b}}{\shptxt Box\par}}}a {\revised new}{\deleted old} b\par}";
    let found = read(text);
    assert_eq!(found.document.text, "Text\n\nBox\n\na new b");
    assert_eq!(asides(&found), ["footnote \"Note\"", "endnote \"End\"", "comment \"Why?\""]);
    let dropped = read_with(text, "dropped").expect("it can be read").remove(0);
    assert!(dropped.document.text.ends_with("a old b"));
    let shown = read_with(text, "shown").expect("it can be read").remove(0);
    assert!(marks(&shown).contains(&"deletion \"old\"".to_owned()), "{:?}", marks(&shown));
    assert!(matches!(read_with(text, "x"), Err(Error::Misconfigured(_))));
}

#[test]
fn a_note_in_a_note_stands_where_the_outer_one_does() {
    let found = read(br"{\rtf1 Text{\footnote A long note{\footnote inner}}}");
    assert_eq!(found.document.text, "Text");
    assert_eq!(asides(&found), ["footnote \"inner\"", "footnote \"A long note\""]);
    assert!(found.asides.iter().all(|it| it.position == 4), "{:?}", found.asides);
}

#[test]
fn characters_of_two_bytes_and_of_two_units_are_put_together() {
    let text = br"{\rtf1{\fonttbl{\f0\fcharset128 M;}}\f0\'83\'65\'83\'58 \uc1\u-10179?\u-8704? {\uc2\u233\'65\'65}e\bin4 {{{{x}";
    assert_eq!(read(text).document.text, "テス 😀 éex");
}

#[test]
fn groups_without_end_and_depth_without_number_end() {
    let deep = [b"{\\rtf1 ".to_vec(), b"{".repeat(500_000), b"deep".to_vec()].concat();
    let found = read(&deep);
    assert_eq!(found.document.text, "deep");
    assert_eq!(found.document.attribute("incomplete"), Some("it ends within a group"));
    let closed = [b"{\\rtf1 a".to_vec(), b"}".repeat(500_000), b"b".to_vec()].concat();
    assert_eq!(read(&closed).document.text, "ab");
    let notes = [b"{\\rtf1 a".to_vec(), b"{\\footnote b".repeat(100_000)].concat();
    assert_eq!(read(&notes).document.text, "a");
    let fields = [
        b"{\\rtf1 ".to_vec(),
        b"{\\field{\\*\\fldinst HYPERLINK \"x\"}{\\fldrslt y".repeat(50_000),
    ]
    .concat();
    read(&fields);
    let bin = b"{\\rtf1 a\\bin2147483647 b}";
    assert_eq!(read(bin).document.text, "a");
    let rows = [b"{\\rtf1 ".to_vec(), b"\\intbl\\cell".repeat(300_000)].concat();
    read(&[rows, b" x".to_vec()].concat());
    let whole = br"{\rtf1{\stylesheet{\s1 heading 1;}}\s1 a{\footnote b}\intbl c\cell\row{\field{\*\fldinst HYPERLINK x}{\fldrslt d}}\u-10179?}";
    for end in 0..whole.len() {
        let _ = read_with(&whole[..end], "shown");
    }
}
