//! What `analyze-references` finds in sentences, in the five seed articles and in arbitrary text.

use std::time::Instant;

use analyze_references::{KINDS, find};
use proptest::prelude::*;

/// Compares everything found in `text` with `(passage, kind, value)` in order.
#[track_caller]
fn check_in(language: Option<&str>, text: &str, expected: &[(&str, &str, &str)]) {
    let found = find(text, language);
    let found: Vec<_> = found
        .iter()
        .map(|it| {
            let passage = &text[it.span.expect("every finding has a place").range()];
            (passage, it.kind.as_str(), it.value.as_deref().expect("every finding has a value"))
        })
        .collect();
    assert_eq!(found, expected, "in: {text}");
}

#[track_caller]
fn check(text: &str, expected: &[(&str, &str, &str)]) {
    check_in(None, text, expected);
}

/// A table of one finding per sentence, or of none if `kind` is empty.
#[track_caller]
fn check_each(kind: &str, table: &[(&str, &str, &str)]) {
    for (text, passage, value) in table {
        check(text, &[(passage, kind, value)]);
    }
}

#[test]
fn acts_are_found_by_name_and_number() {
    check_each(
        "legal-reference",
        &[
            (
                "de la décision n° 1131/QD-TTg, signée",
                "décision n° 1131/QD-TTg",
                "decision 1131/QD-TTg",
            ),
            ("a signé la Décision N°2815 approuvant", "Décision N°2815", "decision 2815"),
            ("Afin de la Résolution N°57 du", "Résolution N°57", "resolution 57"),
            ("dans la résolution n°57-NQ/TW sur", "résolution n°57-NQ/TW", "resolution 57-NQ/TW"),
            (">> Résolution 57 : la", "Résolution 57", "resolution 57"),
            ("theo Nghị quyết số 57-NQ/TW của", "Nghị quyết số 57-NQ/TW", "resolution 57-NQ/TW"),
            ("Quyết định 1131/QĐ-TTg ngày", "Quyết định 1131/QĐ-TTg", "decision 1131/QD-TTg"),
            ("quyết định số 1131/QĐ-TTg", "quyết định số 1131/QĐ-TTg", "decision 1131/QD-TTg"),
            ("Luật số 20/2023/QH15.", "Luật số 20/2023/QH15", "law 20/2023/QH15"),
            ("Luật Đất đai 2024 quy định", "Luật Đất đai 2024", "law Đất đai 2024"),
            ("Luật Dữ liệu năm 2024,", "Luật Dữ liệu năm 2024", "law Dữ liệu 2024"),
            ("Nghị định 13/2023/NĐ-CP", "Nghị định 13/2023/NĐ-CP", "decree 13/2023/ND-CP"),
            (
                "Thông tư số 01/2024/TT-BTTTT",
                "Thông tư số 01/2024/TT-BTTTT",
                "circular 01/2024/TT-BTTTT",
            ),
            ("Under Resolution 57 the", "Resolution 57", "resolution 57"),
            ("Decision No. 1131/QD-TTg says", "Decision No. 1131/QD-TTg", "decision 1131/QD-TTg"),
            ("la loi n° 2019-486 dite", "loi n° 2019-486", "law 2019-486"),
            ("le décret nº 12 et", "décret nº 12", "decree 12"),
            ("Directive 2016/680", "Directive 2016/680", "directive 2016/680"),
            ("l'arrêté n°5.", "arrêté n°5", "order 5"),
            ("circulaire numéro 3", "circulaire numéro 3", "circular 3"),
            ("theo 57-NQ/TW thì", "57-NQ/TW", "resolution 57-NQ/TW"),
            ("RE\u{301}SOLUTION N° 9", "RE\u{301}SOLUTION N° 9", "resolution 9"),
        ],
    );
}

#[test]
fn words_that_only_resemble_an_act_are_left_alone() {
    for text in [
        "la décision 3 fois reportée",
        "la résolution 4K",
        "Résolution 1080p",
        "Décision 12 juillet",
        "Loi 2024 sur les données",
        "lỗi số 5",
        "act 5 scene 2",
        "cette décision, n° 5",
        "décision n°",
        "directive 50 %",
        "Luật được thông qua năm",
    ] {
        let found = find(text, None);
        assert!(found.iter().all(|it| it.kind != "legal-reference"), "in: {text}: {found:?}");
    }
}

#[test]
fn an_act_tells_type_number_year_and_issuer() {
    let attributes = |text| -> Vec<(String, String)> {
        let [found] = &find(text, None)[..] else { panic!("not one finding in {text}") };
        found.attributes.iter().map(|it| (it.name.clone(), it.value.clone())).collect()
    };
    let expect = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect()
    };
    assert_eq!(
        attributes("décision n° 1131/QD-TTg"),
        expect(&[("type", "decision"), ("number", "1131"), ("issuer", "TTg")])
    );
    assert_eq!(
        attributes("Luật số 20/2023/QH15"),
        expect(&[("type", "law"), ("number", "20"), ("year", "2023"), ("issuer", "QH15")])
    );
}

#[test]
fn dates_are_as_precise_as_the_text() {
    check_each(
        "date",
        &[
            (" date 2025-10-01 Lors", "2025-10-01", "2025-10-01"),
            ("2025-10-01T12:00:00Z", "2025-10-01", "2025-10-01"),
            ("signée le 12 juin 2025 par", "12 juin 2025", "2025-06-12"),
            ("le 28 décembre 2025, le", "28 décembre 2025", "2025-12-28"),
            ("mercredi 15 janvier la", "15 janvier", "--01-15"),
            ("le 1er mai 2024", "1er mai 2024", "2024-05-01"),
            ("le 29 février", "29 février", "--02-29"),
            ("le 9 sept. 2025", "9 sept. 2025", "2025-09-09"),
            ("on 12 June 2025.", "12 June 2025", "2025-06-12"),
            ("the 12th of June, 2025", "12th of June, 2025", "2025-06-12"),
            ("On June 12, 2025, it", "June 12, 2025", "2025-06-12"),
            ("on December 31st they", "December 31st", "--12-31"),
            ("en décembre 2024.", "décembre 2024", "2024-12"),
            ("in March 2026", "March 2026", "2026-03"),
            ("ngày 12/6/2025 của", "12/6/2025", "2025-06-12"),
            ("ngày 12/6, tại", "12/6", "--06-12"),
            ("ngày 2-9-2025", "2-9-2025", "2025-09-02"),
            ("ngày 12 tháng 6 năm 2025", "12 tháng 6 năm 2025", "2025-06-12"),
            ("Ngày 12 tháng 6,", "12 tháng 6", "--06-12"),
            ("tháng 6/2025", "tháng 6/2025", "2025-06"),
            ("tháng 12 năm 2024", "tháng 12 năm 2024", "2024-12"),
            ("d’ici 2030 de", "2030", "2030"),
            ("d'ici à 2030,", "2030", "2030"),
            ("đến năm 2030", "2030", "2030"),
            ("En 2026, le", "2026", "2026"),
            ("by 2045.", "2045", "2045"),
            ("12\u{a0}juin\n2025", "12\u{a0}juin\n2025", "2025-06-12"),
        ],
    );
    check(
        "Le 5 mai 2500 euros",
        &[("5 mai", "date", "--05-05"), ("2500 euros", "money", "2500 EUR")],
    );
}

#[test]
fn a_date_of_numbers_is_read_as_its_language_writes_it() {
    check_in(Some("fr"), "03/04/2025", &[("03/04/2025", "date", "2025-04-03")]);
    check_in(Some("vi"), "03/04/2025", &[("03/04/2025", "date", "2025-04-03")]);
    check_in(Some("en-US"), "03/04/2025", &[]);
    check_in(Some("en"), "25/04/2025", &[("25/04/2025", "date", "2025-04-25")]);
    check_in(Some("en"), "04/25/2025", &[("04/25/2025", "date", "2025-04-25")]);
    check_in(Some("fr"), "04/25/2025", &[]);
}

#[test]
fn periods_need_a_word_that_says_so() {
    check_each(
        "period",
        &[
            ("Pour la période 2026-2030, l’", "2026-2030", "2026/2030"),
            ("giai đoạn 2021-2025", "2021-2025", "2021/2025"),
            ("in the 2021–2025 period", "2021–2025", "2021/2025"),
        ],
    );
    check("les pages 2021-2025 du", &[]);
    check("la période 2030-2026", &[]);
}

#[test]
fn amounts_are_exact() {
    check_each(
        "money",
        &[
            (
                "500.000 milliards de dongs pour",
                "500.000 milliards de dongs",
                "500000000000000 VND",
            ),
            ("d’un million de dollars, ce", "un million de dollars", "1000000 USD"),
            ("khoảng 1,5 tỷ USD", "1,5 tỷ USD", "1500000000 USD"),
            ("worth $2.3 billion today", "$2.3 billion", "2300000000 USD"),
            ("3,2 milliards d'euros", "3,2 milliards d'euros", "3200000000 EUR"),
            ("3,2 milliards d’euros", "3,2 milliards d’euros", "3200000000 EUR"),
            ("1,234 milliard d'euros", "1,234 milliard d'euros", "1234000000 EUR"),
            ("$1.234 billion", "$1.234 billion", "1234000000 USD"),
            ("$1,234.50 each", "$1,234.50", "1234.5 USD"),
            ("US$ 5m.", "US$ 5m", "5000000 USD"),
            ("USD 5 million", "USD 5 million", "5000000 USD"),
            ("12 500 euros", "12 500 euros", "12500 EUR"),
            ("5 M€ de", "5 M€", "5000000 EUR"),
            ("€3bn", "€3bn", "3000000000 EUR"),
            ("500.000đ", "500.000đ", "500000 VND"),
            ("500.000 đồng", "500.000 đồng", "500000 VND"),
            ("2 nghìn tỷ đồng", "2 nghìn tỷ đồng", "2000000000000 VND"),
            ("hai triệu đô la Mỹ", "hai triệu đô la Mỹ", "2000000 USD"),
            ("20 tỷ VNĐ", "20 tỷ VNĐ", "20000000000 VND"),
            ("5 millions de dollars canadiens", "5 millions de dollars canadiens", "5000000 CAD"),
            ("3 million US dollars", "3 million US dollars", "3000000 USD"),
            ("five million euros", "five million euros", "5000000 EUR"),
            ("2 billions de dongs", "2 billions de dongs", "2000000000000 VND"),
        ],
    );
    check_in(Some("en"), "2 billion dong", &[("2 billion dong", "money", "2000000000 VND")]);
    check_in(Some("fr"), "2 billion dong", &[("2 billion dong", "money", "2000000000000 VND")]);
}

#[test]
fn other_numbers_are_neither_dates_nor_money() {
    for text in [
        "au moins 80% des technologies, 40 % et 1,5 %",
        "+84 24 3933 5566 ou 01 23 45 67 89",
        "14e Congrès, le 3 e Forum, the 2nd edition",
        "version 1.2.3, v2.10.2025, Python 3.11.7",
        "11 groupes et 35 produits, réseau 5G",
        "2026-13-01 et 2025-02-30 et 31/02/2025",
        "vingt-deux millions de dollars, half a million dollars",
        "5 millions d'habitants, 3 million users",
        "5 dòng, 12 động, 3 lời",
        "12 tháng 6 ngày",
        "Việt Nam 2025 đẹp, Mars 2020",
        "ISBN 978-2025-10-01-3",
        "12/06/20255, 112/06/2025, 1/2/3/2025",
        "the 12 may decide; 5 march on",
        "le 32 juin, le 0 mai",
        "http://x.vn/2025/10/01/a-12/6",
        "en 2000 exemplaires",
        "$ et € sans nombre, $x",
    ] {
        check(text, &[]);
    }
}

#[test]
fn nothing_is_found_across_paragraphs() {
    check("Décision n°\n\n57", &[]);
    check("12 juin\n\n2025", &[("12 juin", "date", "--06-12")]);
}

#[test]
fn the_five_seed_articles_say_what_a_reader_finds() {
    let seed = |name: &str, expected: &[(&str, &str, &str)]| {
        let path = format!("{}/../../seeds/documents/{name}.txt", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(path).expect("the seeds are part of the repository");
        check_in(Some("fr"), &text, expected);
    };
    seed(
        "000_67c58c6fc0ec9778",
        &[
            ("2025-10-01", "date", "2025-10-01"),
            ("2025", "date", "2025"),
            ("décision n° 1131/QD-TTg", "legal-reference", "decision 1131/QD-TTg"),
            ("12 juin 2025", "date", "2025-06-12"),
            ("9 septembre", "date", "--09-09"),
            ("15 octobre", "date", "--10-15"),
            ("30 octobre", "date", "--10-30"),
            ("31 décembre", "date", "--12-31"),
        ],
    );
    seed(
        "001_820e157e04b203e2",
        &[
            ("15 janvier", "date", "--01-15"),
            ("2030", "date", "2030"),
            ("15 janvier", "date", "--01-15"),
            ("15 janvier", "date", "--01-15"),
            ("15 janvier", "date", "--01-15"),
            ("2030", "date", "2030"),
            ("résolution n°57-NQ/TW", "legal-reference", "resolution 57-NQ/TW"),
            ("16 janvier", "date", "--01-16"),
            ("16 janvier", "date", "--01-16"),
            ("2026", "date", "2026"),
            ("un million de dollars", "money", "1000000 USD"),
            ("décembre 2024", "date", "2024-12"),
        ],
    );
    seed(
        "002_b10db5aa80aca446",
        &[
            ("2026-03-11", "date", "2026-03-11"),
            ("Résolution N°57", "legal-reference", "resolution 57"),
            ("Résolution N°57", "legal-reference", "resolution 57"),
            ("28 décembre 2025", "date", "2025-12-28"),
            ("Décision N°2815", "legal-reference", "decision 2815"),
            ("2030", "date", "2030"),
            ("2026", "date", "2026"),
            ("2026-2030", "period", "2026/2030"),
        ],
    );
    seed(
        "003_ff3707564caa4660",
        &[
            ("2025-08-13", "date", "2025-08-13"),
            ("13 août", "date", "--08-13"),
            ("Résolution 57", "legal-reference", "resolution 57"),
            ("500.000 milliards de dongs", "money", "500000000000000 VND"),
        ],
    );
    seed(
        "004_b18188b31dd4d297",
        &[
            ("2025-12-20", "date", "2025-12-20"),
            ("20 décembre", "date", "--12-20"),
            ("Résolution 57", "legal-reference", "resolution 57"),
            ("Résolution N°57", "legal-reference", "resolution 57"),
            ("2026-2030", "period", "2026/2030"),
            ("2021-2025", "period", "2021/2025"),
            ("2021-2025", "period", "2021/2025"),
            ("Résolution N°57", "legal-reference", "resolution 57"),
        ],
    );
}

#[test]
fn hostile_texts_take_linear_time() {
    let units = [
        "1 ",
        "1.",
        "1/",
        "n°",
        "décision n° ",
        "100 000 ",
        "12/",
        "Luật A ",
        "a\u{301}",
        "ngày 1",
        "$",
        "1-A/",
    ];
    for unit in units {
        let text = unit.repeat(400_000 / unit.len());
        let start = Instant::now();
        let found = find(&text, None);
        // Generous enough for a loaded machine without optimisation; anything quadratic takes
        // minutes.
        assert!(start.elapsed().as_secs() < 5, "{unit:?} took {:?}", start.elapsed());
        drop(found);
    }
    for long in ["a", "9", " ", "\n", "ß", "-"] {
        let text = format!("décision n°{}12 juin", long.repeat(400_000));
        let start = Instant::now();
        find(&text, None);
        assert!(start.elapsed().as_secs() < 5, "{long:?} took {:?}", start.elapsed());
    }
}

/// Pieces that finders look for, so that random texts reach deep into them.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        proptest::sample::select(vec![
            "décision",
            "Résolution",
            "Nghị quyết",
            "Luật",
            "Đất đai",
            "n°",
            "N°",
            "số",
            "1131",
            "57",
            "2025",
            "12",
            "/",
            "-",
            "–",
            ".",
            ",",
            " ",
            "\u{a0}",
            "\n",
            "\n\n",
            "QĐ",
            "TTg",
            "NQ",
            "juin",
            "June",
            "May",
            "ngày",
            "tháng",
            "năm",
            "er",
            "th",
            "of",
            "$",
            "€",
            "US",
            "500.000",
            "milliards",
            "de",
            "d'",
            "dongs",
            "tỷ",
            "USD",
            "un",
            "million",
            "%",
            "période",
            "2026-2030",
            "ici",
            "en",
            "đ",
            "M",
            "k",
            "e\u{301}",
        ])
        .prop_map(str::to_owned),
        any::<char>().prop_map(String::from),
    ];
    proptest::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

fn check_laws(text: &str, language: Option<&str>) -> Result<(), TestCaseError> {
    let found = find(text, language);
    let mut end = 0;
    for it in &found {
        let range = it.span.expect("every finding has a place").range();
        prop_assert!(
            end <= range.start && range.start < range.end,
            "unordered or empty: {found:?}"
        );
        prop_assert!(text.get(range.clone()).is_some(), "not a slice of the text: {it:?}");
        prop_assert!(KINDS.contains(&it.kind.as_str()));
        end = range.end;
    }
    prop_assert_eq!(&found, &find(text, language));
    Ok(())
}

proptest! {
    #[test]
    fn spans_are_valid_and_ordered_in_any_text(text in any::<String>()) {
        check_laws(&text, None)?;
    }

    #[test]
    fn spans_are_valid_and_ordered_in_texts_full_of_references(text in pieces(), english in any::<bool>()) {
        check_laws(&text, english.then_some("en"))?;
    }
}
