//! Searches stores of small documents: what is found, in which order, and that the index follows
//! its store.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use docmill::model::{
    Attribute, ContractVersion, Cost, Digest, Document, DocumentId, Extracted, Finding, Findings,
    Label, LanguageTag, MediaType, PluginName, Provenance, Role, RunId, SourceInfo, SourceName,
    SourceState, StoredDocument, StoredSource,
};
use docmill::store::{Address, Commit, MemoryStore, Store};
use docmill_search::{Ask, Facet, Found, Making, Order, SearchError, SearchIndex};

/// Name, language, date, label, title and text of some documents.
const DOCUMENTS: &[[&str; 6]] = &[
    [
        "vi/1.txt",
        "vi",
        "2025-08-03",
        "drones",
        "Máy bay không người lái ở Đà Nẵng",
        "Hôm qua tại Đà Nẵng, một chiếc máy bay không người lái đã rơi xuống biển.",
    ],
    [
        "vi/2.txt",
        "vi",
        "2025-09-14",
        "ships",
        "Tàu ngầm mới",
        "Hải quân nhận tàu ngầm lớp Kilo thứ bảy tại Cam Ranh.",
    ],
    [
        "vi/3.txt",
        "vi",
        "2025-11-22",
        "chips",
        "Chất bán dẫn",
        "Việt Nam sản xuất chất bán dẫn; nhà máy ở Da Nang mở cửa năm 2026.",
    ],
    [
        "vi/4.txt",
        "vi",
        "2025-11",
        "ai",
        "Trí tuệ nhân tạo",
        "Trí tuệ nhân tạo và tàu không người lái là hai chủ đề của hội nghị.",
    ],
    [
        "fr/1.txt",
        "fr",
        "2025-08-20",
        "drones",
        "Un drone marin à Brest",
        "La marine a reçu un drone. L’été, les drones survolent la rade ; le naïf œil n’y voit rien.",
    ],
    [
        "fr/2.txt",
        "fr",
        "2024-12-31",
        "ships",
        "Sous-marins : l’Orka avance",
        "Le sous-marin Orka avance. Il mesure 73 mètres, et son équipage compte 35 marins.",
    ],
    [
        "fr/3.txt",
        "fr",
        "2025-10-02",
        "chips",
        "La puce européenne",
        "Une puce de calcul, gravée à Grenoble. Les puces coûtent cher, mais la marine en achète.",
    ],
    [
        "fr/4.txt",
        "fr-CA",
        "2025-11-30",
        "drones",
        "Drones : le Québec légifère",
        "Une loi sur les drones. Le drone de loisir n’est pas concerné par la loi.",
    ],
    [
        "en/1.txt",
        "en",
        "2025-09-01",
        "drones",
        "Sea drones of the navy",
        "The navy tested an unmanned surface vessel near Da Nang; the drone sank.",
    ],
    [
        "en/2.txt",
        "en",
        "2023-01-15",
        "ai",
        "Models of language",
        "A naive model of language is no artificial intelligence. Cafe talk, not science.",
    ],
    [
        "en/3.txt",
        "en",
        "",
        "",
        "Résumé of a café talk",
        "The résumé says: café, naïve, coöperate. C++ and AT&T are 100% fine.",
    ],
    [
        "en/4.txt",
        "en",
        "2025-11-05",
        "chips",
        "Chips and drones",
        "Semiconductors decide about drones, and drones about chips; see https://example.org/chips?id=7.",
    ],
];

fn provenance(plugin: &str) -> Provenance {
    Provenance {
        plugin: PluginName::new(plugin).unwrap(),
        version: "1.0.0".to_owned(),
        role: Role::Extractor,
        component: Digest::of(plugin.as_bytes()),
        contract: ContractVersion { major: 0, minor: 1 },
        settings: Digest::of(b""),
        key: Digest::of(plugin.as_bytes()),
        run: RunId(1),
        cost: Cost {
            duration: Duration::from_millis(1),
            peak_memory: 1,
            host_calls: 1,
            bytes_in: 1,
            bytes_out: 1,
        },
    }
}

fn commit([name, language, date, label, title, text]: [&str; 6], version: u32) -> Commit {
    let source_name = SourceName::new(name).unwrap();
    let content: Arc<[u8]> = text.as_bytes().into();
    let id = DocumentId::of(&source_name, 0);
    let attribute = |name: &str, value: &str| Attribute { name: name.into(), value: value.into() };
    let attributes = [("title", title), ("date", date)];
    let attributes = attributes.iter().filter(|(_, value)| !value.is_empty());
    let document = Document {
        text: text.to_owned(),
        language: LanguageTag::new(language).ok(),
        attributes: attributes.map(|(name, value)| attribute(name, value)).collect(),
        marks: Vec::new(),
    };
    let stored = StoredDocument {
        id,
        version,
        source: source_name.clone(),
        original: Digest::of(&content),
        index: 0,
        extracted: Extracted { document, asides: Vec::new() },
        provenance: provenance("extract-text"),
        run: RunId(1),
    };
    let label = Label {
        name: label.to_owned(),
        confidence: 0.9,
        evidence: Vec::new(),
        attributes: Vec::new(),
    };
    let finding = Finding {
        step: PluginName::new("classify").unwrap(),
        findings: Findings::Labels(vec![label]),
        provenance: Provenance { role: Role::Classifier, ..provenance("classify-lexicon") },
    };
    let is_labelled = matches!(&finding.findings, Findings::Labels(it) if !it[0].name.is_empty());
    let source = StoredSource {
        info: SourceInfo {
            name: source_name,
            media_type: MediaType::new("text/plain").unwrap(),
            size: content.len() as u64,
            digest: Digest::of(&content),
            container: None,
            attributes: Vec::new(),
        },
        version,
        state: SourceState::Done,
        pipeline: Digest::of(b"pipeline"),
        documents: vec![id],
        run: RunId(1),
        retired: false,
        is_copied: true,
    };
    Commit {
        source,
        original: Some(content),
        documents: vec![stored],
        findings: if is_labelled { vec![(id, version, finding)] } else { Vec::new() },
        retired: Vec::new(),
        failures: Vec::new(),
        walked: false,
    }
}

fn filled(store: &dyn Store) {
    let commits: Vec<Commit> = DOCUMENTS.iter().map(|it| commit(*it, 1)).collect();
    store.commit(&commits).unwrap();
}

fn open(store: &dyn Store, folder: Option<&Path>) -> SearchIndex {
    SearchIndex::open(store, folder, &mut |_| {}).unwrap()
}

/// Opens an index, and tells whether it was made anew and how many documents were brought in.
fn opened(store: &dyn Store, folder: &Path) -> (SearchIndex, bool, u64) {
    let (mut is_anew, mut brought) = (false, 0);
    let index = SearchIndex::open(store, Some(folder), &mut |making| match making {
        Making::Anew(_) => is_anew = true,
        Making::Documents(number) => brought = number,
    });
    (index.unwrap(), is_anew, brought)
}

fn ask(query: &str) -> Ask {
    Ask { query: query.to_owned(), limit: 100, ..Ask::default() }
}

fn names(found: &Found) -> Vec<&str> {
    found.hits.iter().map(|hit| hit.stored.source.as_str().trim_end_matches(".txt")).collect()
}

fn found(store: &dyn Store, index: &SearchIndex, ask: &Ask) -> String {
    let found = index.search(store, ask).unwrap();
    assert_eq!(found.total, found.hits.len());
    names(&found).join(" ")
}

#[test]
fn what_is_asked_is_found_in_three_languages() {
    let store = MemoryStore::new();
    filled(&store);
    let index = open(&store, None);
    let check = |query: &str, expected: &str| {
        let found = index.search(&store, &ask(query)).unwrap();
        let mut names = names(&found);
        names.sort_unstable();
        assert_eq!(names.join(" "), expected, "{query}");
    };
    // With and without marks, however encoded.
    check("\"Đà Nẵng\"", "en/1 vi/1 vi/3");
    check("\"da nang\"", "en/1 vi/1 vi/3");
    check("\"Đa\u{300} Na\u{306}\u{303}ng\"", "en/1 vi/1 vi/3");
    check("naive", "en/2 en/3");
    check("naïve OR naïf", "en/2 en/3 fr/1");
    check("oeil", "fr/1");
    check("ŒIL", "fr/1");
    check("café", "en/2 en/3");
    check("ete", "fr/1");
    check("resume", "en/3");
    // Phrases, in the order of their words.
    check("\"tàu ngầm\"", "vi/2");
    check("\"ngầm tàu\"", "");
    check("\"không người lái\"", "vi/1 vi/4");
    check("\"máy bay không người lái\"", "vi/1");
    check("\"l’Orka\"", "fr/2");
    check("l'Orka", "fr/2");
    check("\"sous-marin\"", "fr/2");
    // Words, all of them, any of them, and none of them.
    check("drone marine", "fr/1");
    check("drone navy", "en/1");
    check("drone OR drones", "en/1 en/4 fr/1 fr/4");
    check("drones -loi", "en/1 en/4 fr/1");
    check("(puce OR chips) NOT drones", "fr/3");
    // Beginnings.
    check("dron*", "en/1 en/4 fr/1 fr/4");
    check("semicond*", "en/4");
    check("\"sous ma\"*", "fr/2");
    check("nang*", "en/1 vi/1 vi/3");
    // Fields.
    check("title:drone", "fr/1");
    check("title:\"da nang\"", "vi/1");
    check("label:chips", "en/4 fr/3 vi/3");
    check("label:chips language:fr", "fr/3");
    check("language:fr", "fr/1 fr/2 fr/3 fr/4");
    check("language:fr-ca", "fr/4");
    check("source:vi/", "vi/1 vi/2 vi/3 vi/4");
    check("month:2025-11", "en/4 fr/4 vi/3 vi/4");
    check("plugin:classify-lexicon label:a*", "en/2 vi/4");
    check("type:text/*  -label:d* -label:c* -label:s* -label:a*", "en/3");
    // Signs.
    check("https://example.org/chips?id=7", "en/4");
    check("\"C++\" 100%", "en/3");
    check("73 metres", "fr/2");
    // Nothing, and everything.
    check("zeppelin", "");
    check("— & drone marine", "fr/1");
    assert_eq!(index.search(&store, &ask("")).unwrap().total, DOCUMENTS.len());
    assert_eq!(index.search(&store, &ask("*")).unwrap().total, DOCUMENTS.len());
    assert_eq!(index.search(&store, &ask("-drones")).unwrap().total, DOCUMENTS.len() - 4);
}

#[test]
fn what_is_written_exactly_so_and_what_is_in_a_title_comes_first() {
    let store = MemoryStore::new();
    filled(&store);
    let index = open(&store, None);
    let first = |query: &str| names(&index.search(&store, &ask(query)).unwrap())[0].to_owned();
    assert_eq!(first("naïve"), "en/3");
    assert_eq!(first("naive"), "en/2");
    assert_eq!(first("\"Đà Nẵng\""), "vi/1");
    assert_eq!(first("café"), "en/3");
    assert_eq!(first("puce"), "fr/3");
    assert_eq!(first("drones"), "en/4", "in the title, and twice in the text");
}

#[test]
fn filters_let_through_what_lists_do() {
    let store = MemoryStore::new();
    filled(&store);
    let index = open(&store, None);
    let check = |ask: Ask, expected: &str| {
        let ask = Ask { limit: 100, order: Order::Date, ..ask };
        assert_eq!(found(&store, &index, &ask), expected, "{ask:?}");
    };
    let some = |text: &str| Some(text.to_owned());
    check(Ask { since: some("2025-11-10"), ..Ask::default() }, "vi/4 fr/4 vi/3");
    check(Ask { until: some("2024"), ..Ask::default() }, "fr/2 en/2");
    check(Ask { since: some("2025-08"), until: some("2025-08"), ..Ask::default() }, "fr/1 vi/1");
    check(Ask { language: some("FR"), since: some("2025"), ..Ask::default() }, "fr/4 fr/3 fr/1");
    check(Ask { source: some("n/2"), ..Ask::default() }, "en/2");
    let chosen = |facet, value: &str| (facet, value.to_owned());
    let labels = vec![chosen(Facet::Label, "ai"), chosen(Facet::Label, "ships")];
    check(Ask { chosen: labels, ..Ask::default() }, "vi/4 vi/2 fr/2 en/2");
    let both = vec![chosen(Facet::Label, "drones"), chosen(Facet::Place, "fr")];
    check(Ask { chosen: both, query: "loi".into(), ..Ask::default() }, "fr/4");
}

#[test]
fn what_was_found_is_counted_by_what_it_has_in_common() {
    let store = MemoryStore::new();
    filled(&store);
    let index = open(&store, None);
    let ask = Ask { counts: true, limit: 2, offset: 1, ..ask("dron*") };
    let found = index.search(&store, &ask).unwrap();
    assert_eq!((found.total, found.hits.len()), (4, 2));
    let counts = |facet: Facet| {
        let counts = found.counts.iter().find(|it| it.facet == facet).unwrap();
        let values = counts.values.iter().map(|(value, number)| format!("{value} {number}"));
        values.collect::<Vec<_>>().join(", ")
    };
    assert_eq!(counts(Facet::Label), "drones 3, chips 1");
    assert_eq!(counts(Facet::Language), "en 2, fr 1, fr-CA 1");
    assert_eq!(counts(Facet::Place), "en 2, fr 2");
    assert_eq!(counts(Facet::Month), "2025-08 1, 2025-09 1, 2025-11 2");
    assert_eq!(counts(Facet::Plugin), "classify-lexicon 4, extract-text 4");
    assert_eq!(counts(Facet::Type), "text/plain 4");
}

#[test]
fn passages_and_highlights_point_into_the_text() {
    let store = MemoryStore::new();
    filled(&store);
    let index = open(&store, None);
    let found = index.search(&store, &ask("\"da nang\" bien")).unwrap();
    let [hit] = found.hits.as_slice() else { panic!("{found:?}") };
    let text = &hit.stored.extracted.document.text;
    let highlights = hit.passages.iter().flat_map(|it| &it.highlights);
    let highlights: Vec<&str> = highlights.map(|it| &text[it.range()]).collect();
    assert_eq!(highlights, ["Đà Nẵng", "biển"]);
    let title = hit.stored.extracted.document.attribute("title").unwrap();
    assert_eq!(hit.in_title.iter().map(|it| &title[it.clone()]).collect::<Vec<_>>(), ["Đà Nẵng"]);
}

#[test]
fn a_query_that_means_too_much_is_refused() {
    let store = MemoryStore::new();
    let words: Vec<String> = (0..2_000).map(|number| format!("x{number}")).collect();
    store.commit(&[commit(["a", "en", "", "", "", &words.join(" ")], 1)]).unwrap();
    let index = open(&store, None);
    let error = index.search(&store, &ask("x*")).unwrap_err();
    assert!(matches!(&error, SearchError::Query(_)), "{error}");
    assert_eq!(
        error.to_string(),
        "this is not a query: too many words begin with `x`: write more of it"
    );
    assert_eq!(index.search(&store, &ask("x19*")).unwrap().total, 1);
}

#[test]
fn an_index_on_disk_follows_its_store() {
    let folder = tempfile::tempdir().unwrap();
    let address = Address::folder(folder.path().join("store"));
    let store = address.open().unwrap();
    filled(&store);
    let derived = address.derived().unwrap().join("search");
    let (index, is_anew, brought) = opened(&store, &derived);
    assert_eq!((is_anew, brought), (true, 12));
    assert_eq!(found(&store, &index, &ask("orka")), "fr/2");
    // While it is open, and when it is opened again.
    let mut changed = DOCUMENTS[5];
    changed[5] = "Le sous-marin Triton avance.";
    store.commit(&[commit(changed, 2)]).unwrap();
    index.follow(&store, &mut |_| {}).unwrap();
    assert_eq!(found(&store, &index, &ask("title:orka -mesure")), "fr/2");
    assert_eq!(found(&store, &index, &ask("triton")), "fr/2");
    drop(index);
    let (_, is_anew, brought) = opened(&store, &derived);
    assert_eq!((is_anew, brought), (false, 0));
    let mut gone = commit(DOCUMENTS[0], 1);
    gone.source.retired = true;
    store.commit(&[gone, commit(["fr/5.txt", "fr", "", "", "", "Un zeppelin."], 1)]).unwrap();
    let (index, is_anew, brought) = opened(&store, &derived);
    assert_eq!((is_anew, brought), (false, 1));
    assert_eq!(found(&store, &index, &ask("\"đà nẵng\" -semicond* source:vi/")), "vi/3");
    assert_eq!(found(&store, &index, &ask("zeppelin")), "fr/5");
    assert_eq!(index.documents(), 12);
    #[cfg(unix)]
    for entry in std::fs::read_dir(&derived).unwrap() {
        use std::os::unix::fs::PermissionsExt;
        let entry = entry.unwrap();
        assert_eq!(entry.metadata().unwrap().permissions().mode() & 0o077, 0, "{entry:?}");
    }
}

#[test]
fn a_damaged_index_is_made_anew() {
    let folder = tempfile::tempdir().unwrap();
    let address = Address::folder(folder.path().join("store"));
    let store = address.open().unwrap();
    filled(&store);
    let derived = address.derived().unwrap().join("search");
    drop(opened(&store, &derived));
    let files = || -> Vec<std::path::PathBuf> {
        let entries = std::fs::read_dir(&derived).unwrap();
        let mut files: Vec<_> = entries.map(|it| it.unwrap().path()).collect();
        files.retain(|it| it.metadata().unwrap().len() > 0);
        files.sort();
        files
    };
    assert!(files().len() > 5);
    for number in 0..files().len() {
        for damage in 0..3 {
            let Some(path) = files().get(number).cloned() else { continue };
            let mut bytes = std::fs::read(&path).unwrap();
            let middle = bytes.len() / 2;
            match damage {
                0 => bytes[middle] ^= 0x10,
                1 => bytes.truncate(middle),
                _ => bytes.clear(),
            }
            std::fs::write(&path, bytes).unwrap();
            let (index, is_anew, brought) = opened(&store, &derived);
            assert_eq!((is_anew, brought), (true, 12), "{}", path.display());
            assert_eq!(found(&store, &index, &ask("orka")), "fr/2");
        }
    }
    // One that is gone, one of another time, and a link in it.
    std::fs::remove_file(derived.join("meta.json")).unwrap();
    assert!(opened(&store, &derived).1);
    #[cfg(unix)]
    {
        let target = folder.path().join("target");
        std::fs::write(&target, "mine").unwrap();
        std::os::unix::fs::symlink(&target, derived.join("link")).unwrap();
        assert!(opened(&store, &derived).1);
        assert_eq!(std::fs::read_to_string(&target).unwrap(), "mine");
    }
    assert!(!opened(&store, &derived).1);
    // Of another store.
    let other = Address::folder(folder.path().join("other")).open().unwrap();
    other.commit(&[commit(DOCUMENTS[3], 1)]).unwrap();
    let (index, is_anew, brought) = opened(&other, &derived);
    assert_eq!((is_anew, brought, index.documents()), (true, 1, 1));
}

#[test]
fn what_is_forgotten_is_in_no_file_of_the_index() {
    fn is_somewhere(folder: &Path, bytes: &[u8]) -> bool {
        std::fs::read_dir(folder).unwrap().any(|entry| {
            let path = entry.unwrap().path();
            if path.is_dir() {
                return is_somewhere(&path, bytes);
            }
            let content = std::fs::read(path).unwrap();
            content.windows(bytes.len()).any(|window| window == bytes)
        })
    }
    let folder = tempfile::tempdir().unwrap();
    let address = Address::folder(folder.path().join("store"));
    let store = address.open().unwrap();
    filled(&store);
    let secret = "xanthippe";
    store.commit(&[commit(["gone.txt", "en", "", "", "", secret], 1)]).unwrap();
    let derived = address.derived().unwrap().join("search");
    drop(opened(&store, &derived));
    drop(store);
    assert!(is_somewhere(&derived, b"gone.txt"), "names lie in the index as they are");
    let name = SourceName::new("gone.txt").unwrap();
    address.forget(&name, &mut |_| true).unwrap().unwrap();
    assert!(!derived.exists());
    let store = address.open().unwrap();
    let (index, is_anew, brought) = opened(&store, &derived);
    assert_eq!((is_anew, brought), (true, 12));
    assert_eq!(found(&store, &index, &ask(secret)), "");
    drop((index, store));
    for bytes in [secret.as_bytes(), b"gone.txt"] {
        assert!(!is_somewhere(folder.path(), bytes));
    }
}

#[test]
fn searching_goes_on_while_documents_come_in() {
    let store = Arc::new(MemoryStore::new());
    let index = Arc::new(open(&*store, None));
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for number in 0..200 {
                let name = format!("{number}.txt");
                store.commit(&[commit([&name, "en", "", "", "", "a zeppelin"], 1)]).unwrap();
            }
        });
        for _ in 0..2 {
            scope.spawn(|| {
                let mut last = 0;
                while last < 200 {
                    index.follow(&*store, &mut |_| {}).unwrap();
                    let found = index.search(&*store, &ask("zeppelin")).unwrap();
                    assert!(found.total >= last, "nothing that was found is lost");
                    last = found.total;
                }
            });
        }
    });
}
