//! The glossary that docmill ships, and the plugin as a host would call it.

use std::fs;
use std::path::PathBuf;

use docmill_folding::{Folded, Form};
use docmill_plugin::prelude::*;
use docmill_plugin::testing;
use translate_glossary::{PAIRS_KEY, TABLE, TranslateGlossary};

fn set_the_stage() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../seeds/tables/glossary-fr.tsv");
    let table = fs::read_to_string(path).expect("the seeds hold the glossary");
    testing::reset();
    testing::set_table_from_tsv(TABLE, &table);
}

#[track_caller]
fn check(target: &str, original: &str, expected: &str, coverage: &str) {
    set_the_stage();
    let pair = LanguagePair::new("fr", target);
    let result = TranslateGlossary::translate(vec![original.to_owned()], pair).expect("usable");
    assert_eq!(result.segments, [expected]);
    assert_eq!(result.attributes, [Attribute::new("coverage", coverage)]);
}

#[test]
fn the_shipped_table_is_sound() {
    set_the_stage();
    let table = Table::open(TABLE).expect("granted");
    assert!(table.size() > 250);
    for row in table.entries().filter(|row| row.key != PAIRS_KEY) {
        if !row.key.contains(char::is_uppercase) {
            assert_eq!(Folded::new(&row.key, Form::Plain).text(), row.key);
        }
        for target in ["en", "vi"] {
            let entry = docmill_glossary::parse(&row.key, &row.value, target).expect("usable");
            let entry = entry.unwrap_or_else(|| panic!("`{}` has no `{target}`", row.key));
            assert!(!entry.singular.is_empty() || row.key.ends_with('\''), "{}", row.key);
        }
    }
}

#[test]
fn the_table_names_its_pairs() {
    set_the_stage();
    let expected = [LanguagePair::new("fr", "en"), LanguagePair::new("fr", "vi")];
    assert_eq!(TranslateGlossary::pairs().unwrap(), expected);
}

#[test]
fn a_sentence_is_rendered_where_the_glossary_reaches() {
    check(
        "en",
        "L’intelligence artificielle (IA) et les semi‑conducteurs au Vietnam.",
        "Artificial intelligence (AI) et les semiconductors au Vietnam.",
        "0.70",
    );
    check(
        "vi",
        "Drones et centres de données",
        "Máy bay không người lái et trung tâm dữ liệu",
        "0.80",
    );
}

#[test]
fn an_unusable_row_ends_the_run_with_a_clear_message() {
    testing::reset();
    testing::set_table(TABLE, [("drone", "drone")]);
    let pair = LanguagePair::new("fr", "en");
    let error =
        TranslateGlossary::translate(vec!["un drone".to_owned()], pair).expect_err("unusable");
    let Error::Misconfigured(invalid) = error else { panic!("{error:?}") };
    assert_eq!(invalid.reason, "the row `drone` is unusable: `drone` is not `language=rendering`");
}
