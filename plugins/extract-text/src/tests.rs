//! The plugin as a whole, on the articles it is made for and on texts it must leave alone.

use docmill_plugin::testing;
use proptest::prelude::*;

use super::*;

const SEEDS: [&str; 5] = [
    include_str!("../../../seeds/documents/000_67c58c6fc0ec9778.txt"),
    include_str!("../../../seeds/documents/001_820e157e04b203e2.txt"),
    include_str!("../../../seeds/documents/002_b10db5aa80aca446.txt"),
    include_str!("../../../seeds/documents/003_ff3707564caa4660.txt"),
    include_str!("../../../seeds/documents/004_b18188b31dd4d297.txt"),
];

fn try_extract(bytes: &[u8], conventions: &str) -> Result<Vec<Extracted>, Error> {
    testing::set_setting("conventions", conventions);
    let extracted = ExtractText::extract(Source::of_bytes(bytes, "text/plain"));
    for Extracted { document, asides } in extracted.iter().flatten() {
        assert_promises(document, asides);
    }
    extracted
}

fn extract(text: &str) -> Extracted {
    let mut extracted = try_extract(text.as_bytes(), "newsroom").expect("the setting is known");
    assert_eq!(extracted.len(), 1);
    extracted.remove(0)
}

/// What the contract demands of every document.
fn assert_promises(document: &Document, asides: &[Aside]) {
    let mut end = 0;
    for mark in &document.marks {
        let range = mark.span.range();
        assert!(end <= range.start && !document.text[range.clone()].trim().is_empty());
        end = range.end;
    }
    let mut position = 0;
    for aside in asides {
        assert!(position <= aside.position && !aside.text.trim().is_empty());
        assert!(document.text.is_char_boundary(aside.position as usize));
        position = aside.position;
    }
    assert!(!document.text.trim().is_empty());
}

/// The text with its asides put back where they stood, and without white space.
fn reassemble(extracted: &Extracted) -> String {
    let mut whole = String::new();
    let mut from = 0;
    for aside in &extracted.asides {
        let position = aside.position as usize;
        whole.push_str(&extracted.document.text[from..position]);
        whole.push_str(&aside.text);
        from = position;
    }
    whole.push_str(&extracted.document.text[from..]);
    whole.retain(|c| !c.is_whitespace());
    whole
}

fn asides(extracted: &Extracted) -> Vec<(&str, &str)> {
    extracted.asides.iter().map(|aside| (aside.kind.as_str(), aside.text.as_str())).collect()
}

fn headings(document: &Document) -> Vec<(&str, &str)> {
    document
        .marks_of("heading")
        .map(|mark| (mark.attributes[0].value.as_str(), &document.text[mark.span.range()]))
        .collect()
}

/// A text without conventions: all of it stays, and nothing beside it.
fn check_untouched(text: &str) {
    let extracted = extract(text);
    assert_eq!(asides(&extracted), [], "{text}");
    assert_eq!(extracted.document.text, text.trim_end());
}

#[test]
fn every_seed_has_title_date_and_language() {
    let expected = [
        ("2025-10-01", "Lors d'une réunion avec les ministères, agences et entreprises"),
        (
            "",
            "Le leader appelle à hisser le pays dans le trio de tête d’Asie du Sud-Est pour la technologie numérique",
        ),
        (
            "2026-03-11",
            "Résolution N°57 : investir dans les infrastructures de recherche pour les technologies stratégiques",
        ),
        (
            "2025-08-13",
            "Le Premier ministre félicite CT Group pour son développement des technologies avancées",
        ),
        (
            "2025-12-20",
            "Le Vietnam accélère le développement de l’économie et de la société numériques",
        ),
    ];
    for (seed, (date, title)) in SEEDS.iter().zip(expected) {
        let document = extract(seed).document;
        assert_eq!(document.attribute("date").unwrap_or(""), date);
        let found = document.attribute("title").unwrap_or_default();
        assert!(found.starts_with(title) && document.text.starts_with(found), "{found}");
        assert_eq!(document.language.as_deref(), Some("fr"));
        assert_eq!(document.attribute("encoding"), None);
    }
}

#[test]
fn nothing_in_a_seed_is_lost() {
    for seed in SEEDS {
        let extracted = extract(seed);
        let marker = newsroom::date_marker(seed).map_or(0, |(_, length)| length);
        let mut whole = seed[marker..].to_owned();
        whole.retain(|c| !c.is_whitespace());
        assert_eq!(reassemble(&extracted), whole);
        let paragraphs = extracted.document.text.split("\n\n").count();
        assert_eq!(paragraphs, extracted.document.marks.len());
    }
}

#[test]
fn seed_000_opens_with_a_sentence_and_is_signed() {
    let extracted = extract(SEEDS[0]);
    assert_eq!(headings(&extracted.document), []);
    assert_eq!(
        asides(&extracted),
        [
            ("caption", "Le vice-Premier ministre Nguyên Chi Dung. Photo: VNA"),
            ("credit", "-VNA/VI"),
        ]
    );
    assert_eq!(extracted.document.attribute("creator"), Some("VNA/VI"));
    assert!(extracted.document.text.ends_with("internationaux, à y participer."));
    let at = extracted.asides[0].position as usize;
    assert!(extracted.document.text[at..].starts_with("\n\nLors de la réunion, le vice-Premier"));
}

#[test]
fn seed_001_ends_where_its_box_of_related_news_begins() {
    let extracted = extract(SEEDS[1]);
    let document = &extracted.document;
    for word in ["Semi-conducteurs", "ASML", "Photo", "Voir plus", "\nsource", "Hanoi (VNA)"] {
        assert!(!document.text.contains(word), "{word}");
    }
    assert!(document.text.ends_with("un écosystème technologique durable."));
    assert!(
        document.text.contains("\n\nLe secrétaire général du Parti Tô Lâm a souligné mercredi")
    );
    assert_eq!(headings(document).len(), 1);
    assert_eq!(document.attribute("creator"), Some("VNA"));

    let asides = asides(&extracted);
    assert_eq!((asides[0].0, asides[1].0), ("caption", "caption"));
    assert_eq!(asides[0].1, asides[1].1);
    assert_eq!(
        asides[2..6],
        [
            ("dateline", "Hanoi (VNA) –"),
            ("credit", "– VNA"),
            ("navigation", "source"),
            ("related", "Voir plus"),
        ]
    );
    assert!(asides[6..].iter().all(|aside| aside.0 == "related"));
    assert_eq!(asides.len(), 6 + 9 * 3);
    assert!(asides.iter().any(|aside| aside.1.starts_with("Semi-conducteurs : Le Vietnam")));
    let parts = extracted.asides[6..].iter().map(|aside| aside.attributes[0].value.as_str());
    assert!(parts.eq(["caption", "headline", "teaser"].into_iter().cycle().take(27)));
}

#[test]
fn seed_002_is_nothing_but_an_article() {
    let extracted = extract(SEEDS[2]);
    assert_eq!(asides(&extracted), []);
    assert_eq!(headings(&extracted.document).len(), 1);
    assert_eq!(extracted.document.marks_of("paragraph").count(), 10);
}

#[test]
fn seed_003_has_a_sub_headline() {
    let extracted = extract(SEEDS[3]);
    assert_eq!(asides(&extracted), []);
    assert_eq!(headings(&extracted.document)[1..], [("2", "Nouvelle phase de développement")]);
}

#[test]
fn seed_004_has_links_credits_and_a_signature() {
    let extracted = extract(SEEDS[4]);
    let kinds: Vec<_> = asides(&extracted).into_iter().map(|aside| aside.0).collect();
    assert_eq!(
        kinds,
        ["cross-link", "cross-link", "cross-link", "credit", "credit", "credit", "credit"]
    );
    assert!(extracted.asides[0].text.starts_with(">> Résolution 57"));
    assert_eq!(
        headings(&extracted.document)[1..],
        [("2", "Société numérique inclusive et humaine")]
    );
    assert_eq!(extracted.document.attribute("creator"), Some("VNA/CVN"));
    assert!(!extracted.document.text.contains("VNA"));
}

#[test]
fn a_vietnamese_article_follows_the_same_conventions() {
    let extracted = extract(
        "Việt Nam đẩy mạnh chuyển đổi số\n\nHà Nội (TTXVN) – Thủ tướng nhấn mạnh chuyển đổi số là động lực.\n\n\
         Toàn cảnh hội nghị. Ảnh: Dương Giang/TTXVN\n\nHội nghị kết thúc vào ngày 20/12. – TTXVN\n\n\
         Xem thêm\n\nPháp và Việt Nam tăng cường hợp tác\n\nHai nước sẽ hợp tác.\n",
    );
    assert_eq!(
        asides(&extracted),
        [
            ("dateline", "Hà Nội (TTXVN) –"),
            ("caption", "Toàn cảnh hội nghị. Ảnh: Dương Giang/TTXVN"),
            ("credit", "– TTXVN"),
            ("related", "Xem thêm"),
            ("related", "Pháp và Việt Nam tăng cường hợp tác"),
            ("related", "Hai nước sẽ hợp tác."),
        ]
    );
    assert_eq!(extracted.document.language.as_deref(), Some("vi"));
    assert_eq!(extracted.document.attribute("creator"), Some("TTXVN"));
}

#[test]
fn the_example_of_the_readme_is_true() {
    let mut examples = include_str!("../README.md").split("```").skip(1).step_by(2);
    let mut example =
        || examples.next().and_then(|it| it.strip_prefix("text\n")).expect("an example");
    let extracted = extract(example());
    let document = &extracted.document;
    assert_eq!(document.text, example().trim_end());
    assert_eq!(document.marks_of("paragraph").count(), 2);
    assert_eq!(headings(document), [("1", "Le Vietnam accélère")]);
    let attributes = ["title", "date", "creator"].map(|name| document.attribute(name));
    assert_eq!(attributes, [Some("Le Vietnam accélère"), Some("2025-12-20"), Some("VNA")]);
    assert_eq!(document.language.as_deref(), Some("fr"));
    let kinds: Vec<_> = asides(&extracted).into_iter().map(|aside| aside.0).collect();
    assert_eq!(kinds, ["cross-link", "dateline", "credit", "credit"]);
}

#[test]
fn a_box_inside_an_article_does_not_end_it() {
    let extracted = extract(
        "Titre\n\nLe premier paragraphe.\n\nÀ lire aussi\n\nUn autre article\n\nLe second paragraphe, qui continue.\n\nVNA",
    );
    assert_eq!(
        asides(&extracted),
        [("related", "À lire aussi"), ("related", "Un autre article"), ("credit", "VNA")]
    );
}

#[test]
fn a_box_without_blank_lines_is_a_box_too() {
    let extracted = extract("Titre\n\nUne phrase.\n\nTin liên quan\nTin một\nTin hai");
    assert_eq!(asides(&extracted), [("related", "Tin liên quan"), ("related", "Tin một\nTin hai")]);
}

#[test]
fn an_article_without_blank_lines_still_has_paragraphs() {
    let long = "Le ministre a souligné la nécessité de redoubler d’efforts. ".repeat(4);
    let long = long.trim_end();
    let extracted = extract(&format!("Titre\n{long}\nLe lac. Photo : VNA\n{long}\nVNA/CVN"));
    assert_eq!(extracted.document.text, format!("Titre\n\n{long}\n\n{long}"));
    assert_eq!(asides(&extracted), [("caption", "Le lac. Photo : VNA"), ("credit", "VNA/CVN")]);
}

#[test]
fn a_text_without_conventions_is_left_alone() {
    check_untouched(
        "docmill\n=======\n\nTakes documents in.\n\n    docmill ingest a >> log\n    docmill plan\n\nSee also\n\nThe manual (VNA) – maybe.\n",
    );
    check_untouched(
        "Le Pont Mirabeau\n\nSous le pont Mirabeau coule la Seine\n  Et nos amours\nFaut-il qu’il m’en souvienne\n\nVienne la nuit sonne l’heure\nLes jours s’en vont je demeure",
    );
    check_untouched(
        "2025-10-01 12:00:00 INFO start\n2025-10-01 12:00:01 WARN Photo: missing\nSource: Security\n\n2025-10-01 12:00:02 INFO stop",
    );
    check_untouched(
        "On Monday Ann wrote:\n\n> I agree.\n\n>> Do you agree?\n\n>>> print(1)\n\nYes.",
    );
    check_untouched(
        "La Photo\n\nIl prit la Photo : elle était floue. Puis il sortit.\n\nUne source\n\nFin.",
    );
}

#[test]
fn without_conventions_everything_is_text() {
    let extracted = try_extract(SEEDS[4].as_bytes(), "none").expect("a known setting").remove(0);
    assert_eq!(asides(&extracted), []);
    assert!(extracted.document.attributes.is_empty());
    assert!(extracted.document.text.starts_with("date 2025-12-20 Le Vietnam"));
    assert!(extracted.document.marks.iter().all(|mark| mark.kind == "paragraph"));
    assert_eq!(extracted.document.marks.len(), 19);
}

#[test]
fn an_unknown_convention_is_the_operators_mistake() {
    assert!(matches!(try_extract(b"x", "newsrom"), Err(Error::Misconfigured(_))));
}

#[test]
fn a_blank_page_yields_no_document() {
    for blank in ["", " \r\n\t\u{C}\n", "\u{FEFF}", "\0\0", "\u{FEFF}\n\u{A0}"] {
        for conventions in ["newsroom", "none"] {
            let extracted = try_extract(blank.as_bytes(), conventions).expect("a known setting");
            assert!(extracted.is_empty(), "{blank:?}");
        }
    }
}

#[test]
fn the_first_line_is_always_text() {
    for text in ["VNA/CVN", "Photo : VNA", ">> Lien", "Voir plus", "source", "date 2025-10-01"] {
        assert_eq!(extract(text).document.text, text);
        assert_eq!(extract(text).document.attribute("title"), Some(text));
    }
}

#[test]
fn line_ends_and_encodings_do_not_matter() {
    let expected = extract(SEEDS[1]);
    let windows = SEEDS[1].replace('\n', "\r\n");
    assert_eq!(extract(&windows).document.text, expected.document.text);
    let marked = format!("\u{FEFF}{windows}");
    assert_eq!(extract(&marked).document, expected.document);
    let utf_16: Vec<u8> = marked.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let extracted = try_extract(&utf_16, "newsroom").expect("a known setting").remove(0);
    assert_eq!(extracted.document.text, expected.document.text);
    assert_eq!(extracted.document.attribute("encoding"), Some("UTF-16LE"));
}

#[test]
fn a_long_title_is_cut_at_a_word() {
    let title = |line: &str| {
        extract(line).document.attribute("title").map(str::to_owned).unwrap_or_default()
    };
    let words = "mot ".repeat(200);
    assert_eq!(title(&words), format!("{}…", "mot ".repeat(125).trim_end()));
    assert_eq!(title(&"é".repeat(600)).chars().count(), 500);
    assert_eq!(title(&"é".repeat(500)), "é".repeat(500));
}

#[test]
fn a_very_long_line_is_a_paragraph() {
    let line = "Une ligne sans fin, Photo : VNA >> ".repeat(300_000);
    let extracted = extract(&line);
    assert_eq!(extracted.document.marks.len(), 1);
    assert_eq!(extracted.document.text, line.trim_end());
}

#[test]
fn a_flood_of_small_things_takes_linear_time() {
    for piece in [
        "Voir plus\n\n",
        "source\n\n",
        "VNA\n\n",
        "a\n\n",
        ">> x\n",
        "À lire aussi\n\nTitre\n\n",
        "Photo : VNA\n",
    ] {
        extract(&piece.repeat(50_000));
        extract(&(piece.repeat(50_000) + "Fin. – VNA"));
    }
}

/// Texts in which conventions occur in every combination, in order or not.
fn texts() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just(" date 2025-10-01 ".to_owned()),
        Just("Le lac. Photo : VNA".to_owned()),
        Just("Photo : VNA/CVN".to_owned()),
        Just(">> Lien".to_owned()),
        Just("Hanoi (VNA) – ".to_owned()),
        Just(" – VNA".to_owned()),
        Just("Voir plus".to_owned()),
        Just("Related".to_owned()),
        Just("source".to_owned()),
        Just("Une phrase.".to_owned()),
        Just("Un titre".to_owned()),
        Just("Une phrase de plus, qui ne veut pas finir et qui continue encore. ".repeat(3)),
        "[\n\r\u{C}\u{2028} \t]{1,3}",
        Just("\n".to_owned()),
        Just("\n\n".to_owned()),
        "\\PC{0,12}",
        ".{0,5}",
    ];
    proptest::collection::vec(piece, 0..30).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn nothing_is_lost_and_nothing_moves(text in texts(), conventions in "newsroom|none") {
        let text = docmill_text::decode(text.as_bytes(), None).text;
        let extracted = try_extract(text.as_bytes(), &conventions).expect("a known setting");
        let marker = match newsroom::date_marker(&text) {
            Some((_, length)) if conventions == "newsroom" => length,
            _ => 0,
        };
        let mut whole = text[marker..].to_owned();
        whole.retain(|c| !c.is_whitespace());
        prop_assert_eq!(extracted.first().map(reassemble).unwrap_or_default(), whole);
    }

    #[test]
    fn no_bytes_make_it_panic(bytes: Vec<u8>) {
        try_extract(&bytes, "newsroom").expect("a known setting");
        try_extract(&bytes, "none").expect("a known setting");
    }
}

#[test]
fn what_a_container_declares_of_the_encoding_is_believed_unless_the_bytes_contradict_it() {
    let check = |bytes: &[u8], declared: Option<&str>, text: &str, source: Option<&str>| {
        let read = extract_as(bytes.to_vec(), declared, Conventions::None, None).unwrap().document;
        assert_eq!(
            (read.text.as_str(), read.attribute("encoding-source")),
            (text, source),
            "{declared:?}"
        );
    };
    // Two letters are too few to tell by what they look like.
    check(b"\xcf\xee\xf0\xf2", Some("windows-1251"), "Порт", Some("declared"));
    check("Порт".as_bytes(), Some("koi8-r"), "Порт", None);
    check("\u{feff}Порт".as_bytes(), Some("utf-16"), "Порт", None);
    check(b"caf\xe9", Some("utf-8"), "café", Some("guess"));
    check(b"caf\xe9", Some("no-such-label"), "café", Some("guess"));
}

#[test]
fn paragraphs_in_another_language_carry_it() {
    let english = "The harbour was opened again on Tuesday, after engineers had replaced the two cranes that had blocked the quay.";
    let french = "Le port a rouvert mardi, après que des ingénieurs ont remplacé les deux grues qui bloquaient le quai du nord.";
    let read = extract(&format!("Two harbours\n\n{english}\n\n{english}\n\n{french}\n")).document;
    assert_eq!(read.language.as_deref(), Some("en"));
    let told: Vec<_> = read
        .marks
        .iter()
        .map(|mark| mark.attributes.iter().find(|it| it.name == "language"))
        .collect();
    assert_eq!(told.len(), 4);
    assert!(told[..3].iter().all(Option::is_none), "{told:?}");
    assert_eq!(told[3].map(|it| it.value.as_str()), Some("fr"));
}
