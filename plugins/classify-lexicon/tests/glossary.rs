//! The taxonomy and the glossary that docmill ships speak of the same things.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use classify_lexicon::check::{expected_key, rows_of_tsv};
use classify_lexicon::rows::{self, Kind, Languages, Role};
use classify_lexicon::{ClassifyLexicon, GLOSSARY, LABELS_KEY, TABLE};
use docmill_plugin::prelude::*;
use docmill_plugin::testing;

fn seeds(path: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../seeds").join(path);
    fs::read_to_string(&path).unwrap_or_else(|cause| panic!("{}: {cause}", path.display()))
}

/// The labels that a role speaks for in a language.
fn labels_in(roles: &[Role<'_>], language: &str) -> BTreeSet<usize> {
    let language = Languages::of_document(Some(language));
    let spoken = roles.iter().filter(|role| !role.languages.and(language).is_empty());
    spoken
        .filter_map(|role| match role.kind {
            Kind::Term { label, .. } => Some(label),
            _ => None,
        })
        .collect()
}

#[test]
fn what_the_glossary_calls_a_french_term_is_a_term_of_the_same_group() {
    let (taxonomy, glossary) = (seeds("tables/vn-1131-2025.tsv"), seeds("tables/glossary-fr.tsv"));
    let entries = rows_of_tsv(&taxonomy);
    let declared = entries.iter().find(|(key, _)| *key == LABELS_KEY).expect("it has labels").1;
    let labels = rows::declared_labels(declared).expect("usable");
    let roles_of = |key: &str| -> Vec<Role<'_>> {
        let row = entries.iter().find(|(known, _)| *known == key);
        row.map_or(Vec::new(), |(key, value)| rows::parse(key, value, &labels).expect("usable"))
    };
    let mut shared = 0;
    let mut apart = Vec::new();
    for (key, value) in rows_of_tsv(&glossary).into_iter().filter(|(key, _)| *key != "@pairs") {
        let french = labels_in(&roles_of(key), "fr");
        if french.is_empty() {
            continue;
        }
        shared += 1;
        for language in ["en", "vi"] {
            let entry = docmill_glossary::parse(key, value, language).expect("usable");
            let name = entry.expect("it has a name in both").singular;
            // Folded as the plugin folds texts of that language; a key with a capital stands as it
            // is.
            let value = format!("{} 1 {language}", labels[0]);
            let role = rows::parse("", &value, &labels).expect("usable");
            let keys = [name.clone(), expected_key(&name.to_lowercase(), &role)];
            let found: BTreeSet<usize> =
                keys.iter().flat_map(|key| labels_in(&roles_of(key), language)).collect();
            if found.is_disjoint(&french) {
                apart.push(format!(
                    "{key}: {language}={name} is no term of {}",
                    labels[*french.first().expect("one")]
                ));
            }
        }
    }
    assert!(apart.is_empty(), "{} of {shared}:\n{}", apart.len(), apart.join("\n"));
    assert!(shared >= 330, "{shared}");
}

#[test]
fn evidence_in_french_has_names_in_english_and_vietnamese() {
    testing::reset();
    testing::use_defaults(&ClassifyLexicon::describe());
    testing::set_table_from_tsv(TABLE, &seeds("tables/vn-1131-2025.tsv"));
    testing::set_table_from_tsv(GLOSSARY, &seeds("tables/glossary-fr.tsv"));
    let mut document =
        Document::new("Terres rares\n\nUn aimant permanent contient des terres rares.");
    document.language = Some("fr".to_owned());
    let labels = ClassifyLexicon::classify(document).expect("the tables are usable");
    let named = |name: &str| labels[0].attributes.iter().find(|it| it.name == name);
    assert_eq!(
        named("evidence-vi").map(|it| it.value.as_str()),
        Some("Terres rares = đất hiếm; aimant permanent = nam châm vĩnh cửu")
    );
    assert!(named("evidence-en").is_some());
}

/// How much of what the classifier shows can be read in the other languages.
#[test]
fn most_evidence_of_french_articles_is_in_the_glossary() {
    testing::reset();
    testing::use_defaults(&ClassifyLexicon::describe());
    testing::set_table_from_tsv(TABLE, &seeds("tables/vn-1131-2025.tsv"));
    testing::set_table_from_tsv(GLOSSARY, &seeds("tables/glossary-fr.tsv"));
    let (mut all, mut named) = (0, 0);
    for entry in
        fs::read_dir(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../seeds/documents"))
            .expect("seeds")
    {
        let mut document =
            Document::new(fs::read_to_string(entry.expect("a file").path()).expect("text"));
        document.language = Some("fr".to_owned());
        let text = document.text.clone();
        for label in ClassifyLexicon::classify(document).expect("the tables are usable") {
            let terms: BTreeSet<String> =
                label.evidence.iter().map(|it| text[it.range()].to_lowercase()).collect();
            let known = label.attributes.iter().find(|it| it.name == "evidence-en");
            all += terms.len();
            named += known.map_or(0, |it| it.value.split("; ").count());
        }
    }
    assert!(named * 10 >= all * 7, "{named} of {all}");
}
