//! Whole articles and short texts, classified with the table that docmill ships.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use classify_lexicon::check::{problems, rows_of_tsv};
use classify_lexicon::derive::derived;
use classify_lexicon::{ClassifyLexicon, TABLE};
use docmill_plugin::prelude::*;
use docmill_plugin::testing;

fn seeds(path: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../seeds").join(path);
    fs::read_to_string(&path).unwrap_or_else(|cause| panic!("{}: {cause}", path.display()))
}

fn set_the_stage() {
    testing::reset();
    testing::use_defaults(&ClassifyLexicon::describe());
    testing::set_table_from_tsv(TABLE, &seeds("tables/vn-1131-2025.tsv"));
}

/// What `classify` promises of every result.
fn check_promises(document: &Document, labels: &[Label]) {
    assert!(labels.is_sorted_by(|one, next| one.confidence >= next.confidence));
    let overview = labels.iter().any(|it| has(it, "overview", "true"));
    for (index, label) in labels.iter().enumerate() {
        assert!((0.0..=1.0).contains(&label.confidence));
        assert!(label.evidence.len() <= 50);
        assert!(label.evidence.is_sorted_by(|one, next| one.end <= next.start), "no overlap");
        assert!(label.evidence.iter().all(|it| document.text.get(it.range()).is_some()));
        let rank = match label.name.split_once('/') {
            Some((of, _)) => {
                let of = labels.iter().find(|it| it.name == of).expect("a product has a label");
                assert!(label.confidence <= of.confidence, "and is not surer than it");
                "product"
            }
            None if index == 0 && !overview => "main",
            None => "secondary",
        };
        assert!(has(label, "rank", rank));
        assert_eq!(has(label, "overview", "true"), overview, "all labels of an overview say so");
    }
}

fn has(label: &Label, name: &str, value: &str) -> bool {
    label.attributes.iter().any(|it| it.name == name && it.value == value)
}

fn classified(document: &Document) -> Vec<Label> {
    let labels = ClassifyLexicon::classify(document.clone()).expect("the table is usable");
    check_promises(document, &labels);
    labels
}

/// What a mismatch looks like, or `None` if the main label and the set of the others are as
/// expected.
fn check(document: &Document, expected: &[&str]) -> Option<String> {
    let mut labels = classified(document);
    labels.retain(|it| !has(it, "rank", "product"));
    let found: Vec<&str> = labels.iter().map(|it| it.name.as_str()).collect();
    let same = found.first() == expected.first()
        && found.iter().collect::<BTreeSet<_>>() == expected.iter().collect();
    let shown = |it: &Label| {
        let evidence: Vec<_> = it.evidence.iter().map(|it| &document.text[it.range()]).collect();
        format!("{} {} {evidence:?}", it.name, it.confidence)
    };
    (!same).then(|| {
        let start: String = document.text.chars().take(60).collect();
        let found: Vec<_> = labels.iter().map(shown).collect();
        format!("{start:?}: expected {expected:?}, found {found:#?}")
    })
}

/// A seed as the extractor hands it over: without its date, captions, cross-links and the box of
/// other articles.
fn seed(name: &str) -> Document {
    let raw = seeds(&format!("documents/{name}.txt"));
    let text = raw.split("Voir plus").next().unwrap_or_default().trim();
    let text = match text.strip_prefix("date ") {
        Some(dated) => dated.split_once(' ').map_or("", |(_, rest)| rest),
        None => text,
    };
    let lines = text.lines().filter(|line| !line.contains("Photo") && !line.starts_with(">>"));
    let mut document = Document::new(lines.collect::<Vec<_>>().join("\n"));
    document.language = Some("fr".to_owned());
    document
}

#[test]
fn the_shipped_tables_are_sound() {
    for table in
        ["tables/vn-1131-2025.tsv", "tables/vn-21-2026.tsv", "tables/eu-critical-technologies.tsv"]
    {
        assert_eq!(problems(&rows_of_tsv(&seeds(table))), [], "{table}");
    }
}
#[test]
fn the_table_of_2026_is_derived_from_the_one_before() {
    let (old, new) = (seeds("tables/vn-1131-2025.tsv"), seeds("tables/vn-21-2026.tsv"));
    let derived = derived(&old, &new).expect("it says what became of the labels");
    // Not `assert_eq`: a difference would print both tables.
    assert!(derived == new, "run the example `derive_table` on the two tables");
}

#[test]
fn the_groups_of_2026_are_known_too() {
    set_the_stage();
    testing::set_table_from_tsv(TABLE, &seeds("tables/vn-21-2026.tsv"));
    let cases: [(&str, &[&str]); 4] = [
        (
            "Le train à grande vitesse Nord-Sud\n\nLa ligne à grande vitesse ouvrira en 2035.",
            &["rail"],
        ),
        (
            "Un ordinateur quantique à Hanoï\n\nL'informatique quantique progresse.",
            &["cybersecurity-quantum"],
        ),
        ("La traçabilité des mangues\n\nLa traçabilité rassure, dit l'IA.", &[]),
        ("La blockchain pour les mangues\n\nLa blockchain rassure.", &["digital-technology"]),
    ];
    for (text, expected) in cases {
        let mut document = Document::new(text);
        document.language = Some("fr".to_owned());
        assert_eq!(check(&document, expected), None);
    }
}

#[test]
fn a_taxonomy_on_another_subject_is_data_only() {
    set_the_stage();
    testing::set_table_from_tsv(TABLE, &seeds("tables/eu-critical-technologies.tsv"));
    let cases: [(&str, &str, &[&str]); 3] = [
        ("en", "EU backs nuclear fusion\n\nA nuclear fusion plant will be built.", &["energy"]),
        (
            "fr",
            "L'IA au Parlement\n\nL'intelligence artificielle divise.",
            &["artificial-intelligence"],
        ),
        ("en", "Potato chips\n\nPotato chips sell well.", &[]),
    ];
    for (language, text, expected) in cases {
        let mut document = Document::new(text);
        document.language = Some(language.to_owned());
        assert_eq!(check(&document, expected), None);
    }
}

#[test]
fn the_seed_articles_get_their_labels() {
    set_the_stage();
    let expected: [(&str, &[&str]); 5] = [
        (
            "000_67c58c6fc0ec9778",
            &[
                "ai-digital-twin-vr",
                "mobile-5g-6g",
                "blockchain",
                "robotics-automation",
                "aerospace-uav",
            ],
        ),
        ("001_820e157e04b203e2", &[]),
        (
            "002_b10db5aa80aca446",
            &[
                "ai-digital-twin-vr",
                "mobile-5g-6g",
                "blockchain",
                "robotics-automation",
                "aerospace-uav",
            ],
        ),
        (
            "003_ff3707564caa4660",
            &[
                "aerospace-uav",
                "ai-digital-twin-vr",
                "semiconductor-chips",
                "energy-materials",
                "biomedical",
                "blockchain",
                "cloud-quantum-bigdata",
            ],
        ),
        ("004_b18188b31dd4d297", &[]),
    ];
    let wrong: Vec<_> =
        expected.iter().filter_map(|(name, labels)| check(&seed(name), labels)).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Checks every line of a file of cases, and that there are at least so many.
#[track_caller]
fn check_cases(cases: &str, least: usize) {
    set_the_stage();
    let mut wrong = Vec::new();
    let mut count = 0;
    for line in cases.lines().filter(|line| !line.starts_with('#')) {
        let mut fields = line.split('\t');
        let (Some(language), Some(labels), Some(text)) =
            (fields.next(), fields.next(), fields.next())
        else {
            panic!("three fields in `{line}`");
        };
        let mut document = Document::new(text.replace("\\n", "\n"));
        document.language = Some(language.to_owned()).filter(|it| !it.is_empty());
        let labels: Vec<&str> = labels.split(' ').filter(|it| *it != "-").collect();
        wrong.extend(check(&document, &labels));
        count += 1;
    }
    assert!(count >= least);
    assert!(wrong.is_empty(), "{} of {count} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn the_short_texts_get_their_labels() {
    check_cases(include_str!("cases.tsv"), 120);
}

#[test]
fn no_trap_of_the_taxonomy_catches() {
    check_cases(include_str!("traps.tsv"), 80);
}

#[test]
fn an_overview_has_no_main_label() {
    set_the_stage();
    for name in ["000_67c58c6fc0ec9778", "002_b10db5aa80aca446"] {
        let labels = classified(&seed(name));
        assert!(labels.iter().all(|it| has(it, "overview", "true")), "{name}");
    }
    assert!(has(&classified(&seed("003_ff3707564caa4660"))[0], "rank", "main"));
}

#[test]
fn a_specific_text_names_its_products() {
    set_the_stage();
    let mut document = Document::new("Drones agricoles\n\nLes drones agricoles arrosent le riz.");
    document.language = Some("fr".to_owned());
    let names = |document: &Document| -> Vec<String> {
        classified(document).into_iter().map(|it| it.name).collect()
    };
    assert_eq!(names(&document), ["aerospace-uav", "aerospace-uav/uav"]);
    let declared = ClassifyLexicon::labels().expect("the table is usable");
    assert_eq!(declared.len(), 11 + 35);
    assert!(declared.iter().any(|it| it == "aerospace-uav/uav"));

    testing::set_setting("products", "false");
    assert_eq!(names(&document), ["aerospace-uav"]);
    assert_eq!(ClassifyLexicon::labels().expect("the table is usable").len(), 11);

    testing::set_setting("products", "true");
    let text = "Le secteur aérospatial\n\nLe secteur spatial attire les ingénieurs.";
    document.text = text.to_owned();
    assert_eq!(names(&document), ["aerospace-uav"]);
}

#[test]
fn the_language_need_not_be_known() {
    set_the_stage();
    for name in ["002_b10db5aa80aca446", "003_ff3707564caa4660", "004_b18188b31dd4d297"] {
        let known = seed(name);
        let unknown = Document { language: None, ..known.clone() };
        let names = |document: &Document| -> BTreeSet<String> {
            classified(document).into_iter().map(|it| it.name).collect()
        };
        assert_eq!(names(&known), names(&unknown), "{name}");
    }
}

#[test]
fn a_title_outside_the_text_speaks_but_shows_no_evidence() {
    set_the_stage();
    let mut document = Document::new("Le ministre a reçu une délégation.");
    document.language = Some("fr".to_owned());
    document.attributes.push(Attribute::new("title", "La blockchain au service des drones"));
    let labels = classified(&document);
    assert_eq!(labels.iter().filter(|it| !has(it, "rank", "product")).count(), 2);
    assert!(labels.iter().all(|it| it.evidence.is_empty()));
}

#[test]
fn an_unusable_row_ends_the_run_with_a_clear_message() {
    set_the_stage();
    testing::set_table(TABLE, [("@labels", "a"), ("drone", "b 3")]);
    let error = ClassifyLexicon::labels().expect_err("`b` is no label");
    let expected = "the row `drone` is unusable: `b` is not one of `@labels`";
    let Error::Misconfigured(invalid) = error else { panic!("{error:?}") };
    assert_eq!((invalid.key.as_str(), invalid.reason.as_str()), (TABLE, expected));
}

#[test]
fn a_table_without_labels_ends_the_run() {
    set_the_stage();
    testing::set_table(TABLE, [("drone", "a 3")]);
    let error = ClassifyLexicon::labels().expect_err("no label is declared");
    assert!(matches!(error, Error::Misconfigured(it) if it.key == TABLE));
}

#[test]
fn a_confidence_outside_its_range_is_refused() {
    set_the_stage();
    for value in ["1.5", "-0.1", "NaN", "high"] {
        testing::set_setting("min-confidence", value);
        let error = ClassifyLexicon::classify(Document::new("")).expect_err(value);
        assert!(matches!(error, Error::Misconfigured(it) if it.key == "min-confidence"));
    }
}

#[test]
fn hostile_texts_neither_panic_nor_break_a_promise() {
    set_the_stage();
    let texts = [
        "IA ".repeat(20_000),
        "puce carte ".repeat(5_000),
        "l'IA (IA (IA ".repeat(3_000),
        "\u{301}".repeat(10_000),
        "é\u{301}IA\u{0}\u{feff}5G\u{200b}".repeat(2_000),
        "\n".repeat(50_000),
        "hoá-".repeat(20_000),
        "trí tuệ".repeat(10_000),
    ];
    for text in texts {
        classified(&Document::new(text));
    }
}
