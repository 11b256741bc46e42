//! The five articles that come with docmill, taken through the shipped plugins.

use docmill_tests::{Ingested, Lab, contents, labels, root, shipped, sources};

/// The shipped plugins that the articles need, with their tables.
fn pipeline() -> String {
    let table = |name: &str| root().join("seeds/tables").join(name);
    format!(
        "[[step]]\nplugin = {:?}\n\n[[step]]\nplugin = {:?}\ntables = {{ glossary = {:?} }}\n\n\
         [[step]]\nplugin = {:?}\ntables = {{ taxonomy = {:?} }}\n\n[[step]]\nplugin = {:?}\n",
        shipped("extract-text"),
        shipped("translate-glossary"),
        table("glossary-fr.tsv"),
        shipped("classify-lexicon"),
        table("vn-1131-2025.tsv"),
        shipped("analyze-references"),
    )
}

/// Names and contents of the articles, in order.
fn articles() -> Vec<(String, Vec<u8>)> {
    let folder = root().join("seeds/documents");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .expect("the articles are there")
        .map(|entry| entry.expect("a folder can be read").path())
        .filter(|path| path.extension().is_some_and(|it| it == "txt"))
        .collect();
    files.sort();
    let article = |path: std::path::PathBuf| {
        let name = path.file_name().expect("a file has a name").to_string_lossy().into_owned();
        (name, std::fs::read(&path).expect("an article can be read"))
    };
    files.into_iter().map(article).collect()
}

fn ingested(jobs: usize) -> Ingested {
    let pipeline = Lab::get().pipeline(&pipeline());
    Lab::get().ingest(&pipeline, sources(articles()), jobs)
}

/// What one attribute says of each document.
fn attributes(ingested: &Ingested, name: &str) -> Vec<Option<String>> {
    let documents = ingested.documents();
    let attribute = |document: &docmill::model::StoredDocument| {
        document.extracted.document.attribute(name).map(str::to_owned)
    };
    documents.iter().map(attribute).collect()
}

#[test]
fn each_article_is_one_document_without_failures() {
    let ingested = ingested(2);
    let names: Vec<String> =
        ingested.documents().iter().map(|document| document.source.to_string()).collect();
    let articles: Vec<String> = articles().into_iter().map(|(name, _)| name).collect();
    assert_eq!(articles.len(), 5);
    assert_eq!(names, articles);
    assert_eq!(ingested.failures(), []);
    assert_eq!(ingested.run.tally.added, 5);
}

#[test]
fn dates_and_languages_are_those_of_the_articles() {
    let ingested = ingested(2);
    let dates = ["2025-10-01", "", "2026-03-11", "2025-08-13", "2025-12-20"]
        .map(|date| Some(date.to_owned()).filter(|date| !date.is_empty()));
    assert_eq!(attributes(&ingested, "date"), dates);
    let languages: Vec<Option<String>> = (ingested.documents().iter())
        .map(|it| it.extracted.document.language.as_ref().map(ToString::to_string))
        .collect();
    assert_eq!(languages, vec![Some("fr".to_owned()); 5]);
}

#[test]
fn titles_begin_as_in_the_files() {
    let titles = attributes(&ingested(2), "title");
    let expected = [
        // The first article has no line of its own for a title: it begins with its lead.
        None,
        Some("Le leader appelle à hisser le pays"),
        Some("Résolution N°57 : investir dans les infrastructures"),
        Some("Le Premier ministre félicite CT Group"),
        Some("Le Vietnam accélère le développement"),
    ];
    for (title, expected) in titles.iter().zip(expected) {
        match expected {
            Some(beginning) => {
                assert!(title.as_ref().is_some_and(|it| it.starts_with(beginning)), "{titles:#?}");
            }
            None => assert!(
                title.as_ref().is_none_or(|it| it.starts_with("Lors d'une réunion")),
                "{titles:#?}"
            ),
        }
    }
}

#[test]
fn the_articles_of_october_and_march_have_the_same_five_groups() {
    let found = ingested(2).found();
    for index in [0, 2] {
        let mut groups = names(&found[index].1);
        // Which of five is the surest is not what this test is about.
        groups.sort();
        let expected = [
            "aerospace-uav",
            "ai-digital-twin-vr",
            "blockchain",
            "mobile-5g-6g",
            "robotics-automation",
        ];
        assert_eq!(groups, expected, "{}", found[index].0.source);
    }
}

#[test]
fn the_article_on_ct_group_is_mainly_about_drones() {
    let found = ingested(2).found();
    let given = labels(&found[3].1, "classify-lexicon");
    let main = given.first().expect("it has labels");
    assert_eq!(main.name, "aerospace-uav");
    let rank = main.attributes.iter().find(|it| it.name == "rank").map(|it| it.value.as_str());
    assert_eq!(rank, Some("main"));
    let mut others = names(&found[3].1).split_off(1);
    // As above.
    others.sort();
    let expected = [
        "ai-digital-twin-vr",
        "biomedical",
        "blockchain",
        "cloud-quantum-bigdata",
        "energy-materials",
        "semiconductor-chips",
    ];
    assert_eq!(others, expected);
}

#[test]
fn two_articles_belong_to_no_group() {
    let found = ingested(2).found();
    assert_eq!(names(&found[1].1), [""; 0]);
    assert_eq!(names(&found[4].1), [""; 0]);
}

#[test]
fn the_content_of_the_store_does_not_depend_on_the_number_of_jobs() {
    assert_eq!(contents(&ingested(1).store), contents(&ingested(4).store));
}

#[test]
fn the_article_on_ct_group_names_products() {
    let found = ingested(2).found();
    let given = labels(&found[3].1, "classify-lexicon");
    let drones = given.iter().find(|it| it.name == "aerospace-uav/uav").expect("a product");
    assert!(!drones.evidence.is_empty());
    assert!(names(&found[3].1).iter().all(|it| !it.contains('/')), "products are told apart");
}

/// The groups of a document, surest first, without their products.
fn names(findings: &[docmill::model::Finding]) -> Vec<String> {
    let names = labels(findings, "classify-lexicon").into_iter().map(|label| label.name);
    names.filter(|name| !name.contains('/')).collect()
}
