//! What every store must do, run against each of them: in memory, on disk, and one that shares no
//! code with them.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use proptest::prelude::*;

use super::disk::{blobs, open};
use super::ledger::Ledger;
use super::*;

/// A behaviour, and what shows it in an empty store.
type Behaviour = (&'static str, fn(&dyn Store));

const BEHAVIOURS: &[Behaviour] = &[
    ("what a result was before is kept in short, and not without end", |store| {
        let first = commit("a", 1, &["one"]);
        let id = first.documents[0].id;
        let mut last = None;
        for value in 0..2 + History::MOST as u8 {
            let finding = found_with_key(&first, "find", value);
            let again = Commit { findings: vec![finding.clone()], ..first.clone() };
            // The very same result takes nobody's place.
            store.commit(&[again.clone(), again]).unwrap();
            let number = usize::from(value).min(History::MOST);
            let expected = last.map(|digest| ("find".to_owned(), number, digest));
            assert_eq!(histories(store, id), Vec::from_iter(expected));
            last = Some(finding.2.findings.digest());
        }
        let retired = vec![(id, 1, PluginName::new("find").unwrap())];
        let documents = Vec::new();
        store.commit(&[Commit { retired, documents, ..first.clone() }]).unwrap();
        assert_eq!(histories(store, id), [("find".to_owned(), History::MOST, last.unwrap())]);
        assert_eq!(store.findings(id, 1).unwrap(), []);
    }),
    ("a text that is extracted anew takes the findings of the one before with it", |store| {
        let mut first = commit("a", 1, &["one"]);
        first.findings = vec![found_with_key(&first, "find", 1), found_with_key(&first, "old", 2)];
        store.commit(&[first.clone()]).unwrap();
        let mut second = first.clone();
        second.documents[0].extracted.document.text = "other".to_owned();
        second.documents[0].provenance.key = Digest::of(b"another extractor");
        second.findings = vec![found_with_key(&first, "find", 3)];
        store.commit(&[second]).unwrap();
        let digest = |index: usize| first.findings[index].2.findings.digest();
        let text = first.documents[0].extracted.document.digest();
        let expected = [("(text)", text), ("find", digest(0)), ("old", digest(1))];
        let expected = expected.map(|(step, digest)| (step.to_owned(), 1, digest));
        assert_eq!(histories(store, first.documents[0].id), expected);
    }),
    ("parts are found by the beginning of their digest", |store| {
        store.keep(&[b"one", b"two"]).unwrap();
        let (one, two) = (Digest::of(b"one"), Digest::of(b"two"));
        let found = |prefix: &str| store.parts_with_prefix(prefix, 9).unwrap();
        assert_eq!(found(&one.to_string()[..5].to_uppercase()), [one]);
        assert_eq!(found(&two.to_string()), [two]);
        assert_eq!(found("").len(), 2);
        assert_eq!(store.parts_with_prefix("", 1).unwrap().len(), 1);
        assert!(found("nothex").is_empty() && found(&"0".repeat(65)).is_empty());
    }),
    (
        "what has changed is told from any position on, and to nobody who followed another store",
        |store| {
            let mut positions = vec![store.position().unwrap()];
            for (source, version) in [("b", 1), ("a", 1), ("b", 2)] {
                store.commit(&[commit(source, version, &["text"])]).unwrap();
                positions.push(store.position().unwrap());
            }
            let changed = |since: &Position| {
                let names = store.changed_since(since).unwrap()?;
                Some(names.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "))
            };
            let told: Vec<_> = positions.iter().map(|it| changed(it).unwrap()).collect();
            assert_eq!(told, ["a b", "a b", "b", ""]);
            // As many commits as another store, or more than this one has seen.
            let last = positions[3];
            assert_eq!(changed(&Position { checksum: positions[2].checksum, ..last }), None);
            assert_eq!(changed(&Position { commits: 4, ..last }), None);
        },
    ),
    ("an empty store lists nothing", |store| {
        assert_eq!(store.sources().count(), 0);
        assert_eq!(store.documents().count(), 0);
        assert_eq!(store.failures().count(), 0);
        assert_eq!(store.runs().count(), 0);
        assert_eq!(store.source(&name("a")).unwrap(), None);
        assert_eq!(store.original(&Digest::of(b"a")).unwrap(), None);
        assert!(!store.has_original(&Digest::of(b"a")).unwrap());
        assert_eq!(store.document_ids("", 10).unwrap(), []);
        store.commit(&[]).unwrap();
    }),
    ("what was committed is read back", |store| {
        let mut first = commit("a.txt", 1, &["one", "two"]);
        first.findings.push(found(&first, "find-dates", "2024"));
        first.failures.push(failed("a.txt", "classify"));
        store.commit(std::slice::from_ref(&first)).unwrap();
        assert_eq!(store.source(&name("a.txt")).unwrap().as_ref(), Some(&first.source));
        assert_eq!(
            store.document(first.documents[1].id, None).unwrap().as_ref(),
            Some(&first.documents[1])
        );
        assert_eq!(
            store.findings(first.documents[0].id, 1).unwrap(),
            [first.findings[0].2.clone()]
        );
        assert_eq!(store.failures_of(&name("a.txt")).unwrap(), first.failures);
        assert_eq!(store.original(&first.source.info.digest).unwrap().unwrap(), b"one\ntwo");
        assert!(store.has_original(&first.source.info.digest).unwrap());
    }),
    ("documents are listed by the name of their source, then by their place in it", |store| {
        // `a/b` sorts before `a0`, and `a` before both, whatever follows the names in the keys.
        store.commit(&[commit("a0", 1, &["4"]), commit("b", 1, &["5", "6"])]).unwrap();
        store.commit(&[commit("a/b", 1, &["2", "3"]), commit("a", 1, &["1"])]).unwrap();
        assert_eq!(texts(store), ["1", "2", "3", "4", "5", "6"]);
        let names = store.sources().map(|source| source.unwrap().info.name.to_string());
        assert_eq!(names.collect::<Vec<_>>(), ["a", "a/b", "a0", "b"]);
    }),
    ("the latest version is what counts, and older ones stay as history", |store| {
        store.commit(&[commit("a", 1, &["old", "gone"])]).unwrap();
        for version in 2..=300 {
            store.commit(&[commit("a", version, &[&format!("text {version}")])]).unwrap();
        }
        assert_eq!(texts(store), ["text 300"]);
        let id = DocumentId::of(&name("a"), 0);
        let text =
            |version| store.document(id, version).unwrap().map(|d| d.extracted.document.text);
        assert_eq!(text(None).unwrap(), "text 300");
        assert_eq!(text(Some(1)).unwrap(), "old");
        assert_eq!(text(Some(255)).unwrap(), "text 255");
        assert_eq!(text(Some(301)), None);
        let gone = store.document(DocumentId::of(&name("a"), 1), None).unwrap().unwrap();
        assert_eq!(gone.extracted.document.text, "gone");
    }),
    ("findings of the same step are replaced, and those of other steps stay", |store| {
        let mut first = commit("a", 1, &["text"]);
        first.findings = vec![found(&first, "dates", "1"), found(&first, "authors", "1")];
        store.commit(std::slice::from_ref(&first)).unwrap();
        let mut second = commit("a", 1, &["text"]);
        second.findings = vec![found(&second, "dates", "2")];
        store.commit(std::slice::from_ref(&second)).unwrap();
        let id = first.documents[0].id;
        assert_eq!(steps(store, id, 1), ["authors", "dates"]);
        assert_eq!(store.findings(id, 1).unwrap()[1], second.findings[0].2);
        assert_eq!(steps(store, id, 2), [""; 0]);
    }),
    ("findings go when the text they were found in is replaced", |store| {
        let mut first = commit("a", 1, &["a long text"]);
        first.findings = vec![found(&first, "dates", "1")];
        let mut second = commit("a", 1, &["short"]);
        second.findings = vec![found(&second, "authors", "2")];
        let id = first.documents[0].id;
        store.commit(&[first, second]).unwrap();
        assert_eq!(steps(store, id, 1), ["authors"]);
    }),
    ("back-filling a column needs neither the document nor the original", |store| {
        let first = commit("a", 1, &["text"]);
        let finding = found(&first, "dates", "1");
        let id = finding.0;
        store.commit(std::slice::from_ref(&first)).unwrap();
        store
            .commit(&[Commit {
                original: None,
                documents: vec![],
                findings: vec![finding],
                ..first
            }])
            .unwrap();
        assert_eq!(steps(store, id, 1), ["dates"]);
        assert_eq!(texts(store), ["text"]);
    }),
    (
        "failures of a source are replaced, also within one group, and those of others stay",
        |store| {
            let with = |source: &str, steps: &[&str]| Commit {
                failures: steps.iter().map(|step| failed(source, step)).collect(),
                ..commit(source, 1, &[])
            };
            store
                .commit(&[with("a", &["x", "y"]), with("a/b", &["x"]), with("a", &["z"])])
                .unwrap();
            assert_eq!(store.failures_of(&name("a")).unwrap(), [failed("a", "z")]);
            assert_eq!(store.failures_of(&name("a/b")).unwrap(), [failed("a/b", "x")]);
            store.commit(&[with("a", &[])]).unwrap();
            let all: Result<Vec<_>, _> = store.failures().collect();
            assert_eq!(all.unwrap(), [failed("a/b", "x")]);
        },
    ),
    ("failures are found by the beginning of their id", |store| {
        let all: Vec<Failure> = (0..40).map(|n| failed("a", &format!("step-{n}"))).collect();
        store.commit(&[Commit { failures: all.clone(), ..commit("a", 1, &[]) }]).unwrap();
        let id = all[7].id.to_string();
        assert_eq!(store.failures_with_prefix(&id.to_uppercase(), 9).unwrap(), [all[7].clone()]);
        assert_eq!(store.failures_with_prefix("", 5).unwrap().len(), 5);
        let same = |failure: &&Failure| failure.id.to_string().starts_with(&id[..1]);
        assert_eq!(
            store.failures_with_prefix(&id[..1], 99).unwrap().len(),
            all.iter().filter(same).count()
        );
        assert_eq!(store.failures_with_prefix("u", 9).unwrap(), []);
    }),
    ("ids are found by the beginning of their text, of whatever length", |store| {
        let commits: Vec<Commit> = (0..60).map(|n| commit(&format!("{n}"), 1, &["text"])).collect();
        store.commit(&commits).unwrap();
        // Several versions of a document are one id.
        store.commit(&[commit("7", 2, &["text"])]).unwrap();
        let mut ids: Vec<DocumentId> =
            commits.iter().map(|commit| commit.documents[0].id).collect();
        ids.sort();
        assert_eq!(store.document_ids("", 99).unwrap(), ids);
        assert_eq!(store.document_ids("", 5).unwrap(), ids[..5]);
        for id in &ids {
            let text = id.to_string();
            for length in [1, 2, 3, 5, 15, 16] {
                let prefix = &text[..length];
                let expected: Vec<DocumentId> =
                    ids.iter().copied().filter(|id| id.to_string().starts_with(prefix)).collect();
                assert_eq!(store.document_ids(prefix, 99).unwrap(), expected, "{prefix}");
                assert_eq!(store.document_ids(&prefix.to_uppercase(), 99).unwrap(), expected);
            }
        }
        for bad in ["u", "é", "-", &"0".repeat(17), &format!("{}é", "0".repeat(15))] {
            assert_eq!(store.document_ids(bad, 9).unwrap(), [], "{bad}");
        }
    }),
    ("runs are numbered from one, whatever number they bring", |store| {
        let started = SystemTime::UNIX_EPOCH + Duration::from_millis(1_700_000_000_123);
        let begun = Run { id: RunId(99), started, finished: None, ..run() };
        assert_eq!(store.begin_run(&begun).unwrap(), RunId(1));
        assert_eq!(store.begin_run(&begun).unwrap(), RunId(2));
        let ended = Run { id: RunId(1), finished: Some(started), ..begun.clone() };
        store.finish_run(&ended).unwrap();
        assert_eq!(store.begin_run(&begun).unwrap(), RunId(3));
        let runs: Vec<Run> = store.runs().map(Result::unwrap).collect();
        let with = |id| Run { id: RunId(id), ..begun.clone() };
        assert_eq!(runs, [ended, with(2), with(3)]);
    }),
    ("records of many pieces are replaced by shorter ones without a trace", |store| {
        let long =
            String::from_utf8(noise(5 * PIECE).iter().map(|b| b'a' + b % 26).collect()).unwrap();
        store.commit(&[commit("a", 1, &[&long]), commit("ab", 1, &["other"])]).unwrap();
        assert_eq!(texts(store), [&*long, "other"]);
        let half = &long[..long.len() / 2];
        store.commit(&[commit("a", 1, &[half])]).unwrap();
        assert_eq!(texts(store), [half, "other"]);
        store.commit(&[commit("a", 1, &["short"])]).unwrap();
        assert_eq!(texts(store), ["short", "other"]);
    }),
    ("originals of any size come back", |store| {
        let sizes = [0, 1, PIECE - 7, PIECE - 6, PIECE, 64 * PIECE - 7, 64 * PIECE, 3_000_000];
        for size in sizes {
            for content in [noise(size), vec![b'a'; size]] {
                let mut commit = commit("a", 1, &[]);
                commit.source.info.digest = Digest::of(&content);
                commit.original = Some(content.clone().into());
                store.commit(std::slice::from_ref(&commit)).unwrap();
                let back = store.original(&Digest::of(&content)).unwrap().unwrap();
                assert!(back == content, "{size}");
            }
        }
    }),
    ("an original that is not what its source says is refused, and nothing is written", |store| {
        let wrong = Commit { original: Some(b"other"[..].into()), ..commit("a", 1, &["text"]) };
        let result = store.commit(&[commit("b", 1, &["text"]), wrong]);
        assert!(matches!(result, Err(StoreError::Mismatch { .. })), "{result:?}");
        assert_eq!(store.sources().count(), 0);
        store.commit(&[commit("a", 1, &["text"])]).unwrap();
    }),
    ("the longest names do no harm", |store| {
        let names: Vec<String> = (0..120).map(|n| format!("{n:03}{}", "é".repeat(2046))).collect();
        let commits: Vec<Commit> = names.iter().map(|name| commit(name, 1, &["text"])).collect();
        commits.chunks(16).for_each(|group| store.commit(group).unwrap());
        let listed = store.sources().map(|source| source.unwrap().info.name.to_string());
        assert_eq!(listed.collect::<Vec<_>>(), names);
    }),
    ("many threads commit at once", |store| {
        std::thread::scope(|scope| {
            for thread in 0..8 {
                scope.spawn(move || {
                    for n in 0..10 {
                        let name = format!("{thread}/{n}");
                        let mut commit = commit(&name, 1, &["text", &name]);
                        commit.failures.push(failed(&name, "step"));
                        store.commit(&[commit]).unwrap();
                        store.begin_run(&run()).unwrap();
                        store.documents().for_each(|document| drop(document.unwrap()));
                    }
                });
            }
        });
        assert_eq!(store.documents().count(), 160);
        assert_eq!(store.failures().count(), 80);
        let runs: Vec<u64> = store.runs().map(|run| run.unwrap().id.0).collect();
        assert_eq!(runs, (1..=80).collect::<Vec<_>>());
    }),
    ("parts come back under the digest of their bytes", |store| {
        store.keep(&[b"one", b"", &noise(40_000)]).unwrap();
        store.keep(&[b"one"]).unwrap();
        assert_eq!(store.part(&Digest::of(b"one")).unwrap().unwrap(), b"one");
        assert_eq!(store.part(&Digest::of(b"")).unwrap().unwrap(), b"");
        assert!(store.part(&Digest::of(&noise(40_000))).unwrap().unwrap() == noise(40_000));
        assert_eq!(store.part(&Digest::of(b"two")).unwrap(), None);
        assert_eq!(store.original(&Digest::of(b"one")).unwrap(), None, "a part is no original");
    }),
    ("what is retired is off the lists of documents and failures, and stays", |store| {
        let mut first = commit("a", 1, &["text"]);
        first.failures.push(failed("a", "step"));
        store.commit(&[first.clone(), commit("b", 1, &["other"])]).unwrap();
        let mut retired = Commit { documents: Vec::new(), original: None, ..first.clone() };
        retired.source.retired = true;
        store.commit(std::slice::from_ref(&retired)).unwrap();
        assert_eq!((texts(store), store.failures().count()), (vec!["other".to_owned()], 0));
        assert_eq!(store.sources().map(Result::unwrap).next(), Some(retired.source));
        assert_eq!(store.failures_of(&name("a")).unwrap(), first.failures);
        let id = first.documents[0].id;
        assert_eq!(store.document(id, None).unwrap(), Some(first.documents[0].clone()));
        store.commit(std::slice::from_ref(&first)).unwrap();
        assert_eq!((texts(store).len(), store.failures().count()), (2, 1));
    }),
    ("the members of a container are those that were taken out of it", |store| {
        let member = |text: &str, container: Option<&str>| {
            let mut commit = commit(text, 1, &["text"]);
            commit.source.info.container = container.map(name);
            commit
        };
        let all = [
            member("a.zip", None),
            member("a.zip!/b.zip", Some("a.zip")),
            member("a.zip!/b.zip!/c", Some("a.zip!/b.zip")),
            member("a.zip!/d", Some("a.zip")),
            member("a.zip0", None),
        ];
        store.commit(&all).unwrap();
        let members = |of: &str| -> Vec<String> {
            store.members(&name(of)).map(|it| it.unwrap().info.name.to_string()).collect()
        };
        assert_eq!(members("a.zip"), ["a.zip!/b.zip", "a.zip!/d"]);
        assert_eq!(members("a.zip!/b.zip"), ["a.zip!/b.zip!/c"]);
        assert_eq!(members("a.zip0"), [""; 0]);
    }),
    ("a finding that is made of the same takes nobody's place", |store| {
        let mut first = commit("a", 1, &["text"]);
        first.findings = vec![found_with_key(&first, "find", 1)];
        store.commit(std::slice::from_ref(&first)).unwrap();
        // Dearer this time, and otherwise the same.
        first.findings[0].2.provenance.cost.peak_memory += 1;
        store.commit(std::slice::from_ref(&first)).unwrap();
        let (id, version, finding) = &first.findings[0];
        assert_eq!(store.findings(*id, *version).unwrap(), std::slice::from_ref(finding));
        assert_eq!(histories(store, *id), []);
    }),
    ("a store can be changed while it is listed", |store| {
        store.commit(&[commit("a", 1, &["1"]), commit("b", 1, &["2"])]).unwrap();
        for source in store.sources() {
            let source = source.unwrap();
            store.commit(&[commit(source.info.name.as_str(), 2, &["new"])]).unwrap();
        }
        assert_eq!(texts(store), ["new", "new"]);
    }),
];

/// Runs every behaviour on empty stores that `check` makes.
fn all_behaviours(place: &str, check: impl Fn(&dyn Fn(&dyn Store)) + std::panic::RefUnwindSafe) {
    for (behaviour, shows) in BEHAVIOURS {
        let outcome = std::panic::catch_unwind(|| check(&|store| shows(store)));
        assert!(outcome.is_ok(), "not so {place}: {behaviour}");
    }
}

#[test]
fn the_store_in_memory_behaves() {
    all_behaviours("in memory", |shows| shows(&MemoryStore::new()));
}

#[test]
fn a_store_that_was_written_from_the_documentation_alone_behaves() {
    all_behaviours("in the ledger", |shows| shows(&Ledger::default()));
}

#[test]
fn the_store_on_disk_behaves() {
    all_behaviours("on disk", |shows| {
        let folder = tempfile::tempdir().unwrap();
        let store = open(folder.path());
        shows(&store);
        assert_eq!(blobs(folder.path()), 0, "values stay in the log");
        // And so it is after the next start.
        let before = everything(&store);
        drop(store);
        assert_eq!(everything(&open(folder.path())), before);
    });
}

/// Some commits of few sources, texts, steps and keys, so that they meet.
fn some_commits() -> impl Strategy<Value = Vec<Commit>> {
    let step = prop::sample::select(vec!["dates", "find", "sort"]);
    let found = prop::collection::vec((step.clone(), 0_u8..3), 0..3);
    let parts = (
        prop::sample::select(vec!["a", "a!/m", "b"]),
        1_u32..3,
        prop::collection::vec((prop::sample::select(vec!["one", "two"]), 0_u8..2), 0..3),
        found,
        prop::collection::vec(step.clone(), 0..2),
        prop::collection::vec(step, 0..2),
        prop::bool::weighted(0.1),
    );
    let commits = parts.prop_map(|(source, version, texts, found, gone, failures, retired)| {
        let plain: Vec<&str> = texts.iter().map(|(text, _)| *text).collect();
        let mut commit = commit(source, version, &plain);
        for (document, (_, key)) in commit.documents.iter_mut().zip(&texts) {
            document.provenance.key = Digest::of(&[*key]);
        }
        commit.source.retired = retired;
        if !commit.documents.is_empty() {
            // One finding of a step, as one run has it; the order is that of the steps.
            let found: BTreeMap<&str, u8> = found.into_iter().collect();
            let found = found.into_iter().map(|(step, key)| found_with_key(&commit, step, key));
            commit.findings = found.collect();
            let id = commit.documents[0].id;
            let named = |step: &str| (id, version, PluginName::new(step).unwrap());
            commit.retired = gone.into_iter().map(named).collect();
            commit.retired.retain(|(_, _, step)| {
                !commit.findings.iter().any(|(_, _, finding)| finding.step == *step)
            });
        }
        commit.failures = failures.into_iter().map(|step| failed(source, step)).collect();
        commit
    });
    prop::collection::vec(commits, 1..12)
}

/// Everything that a store tells.
fn told(store: &dyn Store) -> Vec<String> {
    fn shown<T: std::fmt::Debug>(what: impl Iterator<Item = Result<T, StoreError>>) -> Vec<String> {
        what.map(|it| format!("{:?}", it.unwrap())).collect()
    }
    let mut told = [
        shown(store.sources()),
        shown(store.documents()),
        shown(store.summaries()),
        shown(store.failures()),
    ];
    for id in store.document_ids("", 99).unwrap() {
        for version in 1..3 {
            let document = store.document(id, Some(version)).unwrap();
            told[0].push(format!("{document:?}"));
            told[1].push(format!("{:?}", store.findings(id, version).unwrap()));
            told[2].push(format!("{:?}", store.history(id, version).unwrap()));
        }
    }
    for source in store.sources() {
        let source = source.unwrap();
        told[2].push(format!("{:?}", store.failures_of(&source.info.name).unwrap()));
        let original = store.original(&source.info.digest).unwrap();
        told[0].push(format!("{original:?}"));
    }
    told.concat()
}

proptest! {
    /// Whatever is committed, in whatever groups: two stores that share no code tell the same.
    #[test]
    fn stores_cannot_be_told_apart(commits in some_commits(), group in 1_usize..4) {
        let (ledger, memory) = (Ledger::default(), MemoryStore::new());
        for commits in commits.chunks(group) {
            ledger.commit(commits).unwrap();
            memory.commit(commits).unwrap();
        }
        prop_assert_eq!(told(&ledger), told(&memory));
    }
}
