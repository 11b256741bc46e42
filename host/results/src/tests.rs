//! What goes into a folder comes out of it, whatever happens in between.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;

use docmill::model::{
    Annotation, Aside, Attempt, Attribute, ContractVersion, Cost, Digest, Document, DocumentId,
    Extracted, Failure, FailureClass, FailureId, Finding, Findings, Hint, Label, LanguageTag,
    Limits, LogLevel, LogLine, Mark, MediaType, PluginName, Provenance, Role, RunId, Segment,
    SourceInfo, SourceName, SourceState, Span, StoredDocument, StoredSource, Translation,
};
use docmill::pipeline::Share;
use docmill::store::{Commit, MemoryStore, Store, StoreError};

use crate::files::{Handle, Place};
use crate::{ResultFolder, Table, export, import};

/// Objects that are put and got as a whole, as an object store has them. After so many, every
/// further put fails, and perhaps has been done all the same.
#[derive(Default)]
pub(crate) struct Objects {
    objects: Mutex<BTreeMap<(Table, String), Bytes>>,
    left: Mutex<Option<(usize, bool)>>,
}

impl Place for Arc<Objects> {
    fn list(&self, table: Table) -> io::Result<Vec<String>> {
        let objects = self.objects.lock().unwrap();
        let own = objects.keys().filter(|(of, _)| *of == table);
        Ok(own.map(|(_, name)| name.clone()).collect())
    }

    fn open(&self, table: Table, name: &str) -> io::Result<Handle> {
        let objects = self.objects.lock().unwrap();
        let object = objects.get(&(table, name.to_owned())).cloned();
        object.map(Handle::Memory).ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn put(&self, table: Table, name: &str, bytes: &[u8]) -> io::Result<()> {
        let mut left = self.left.lock().unwrap();
        let (is_last, is_done) = match &mut *left {
            Some((0, is_done)) => (true, std::mem::take(is_done)),
            Some((more, _)) => {
                *more -= 1;
                (false, true)
            }
            None => (false, true),
        };
        if is_done {
            let object = Bytes::copy_from_slice(bytes);
            let before = self.objects.lock().unwrap().insert((table, name.to_owned()), object);
            assert!(before.is_none(), "`{name}` is taken");
        }
        if is_last { Err(io::ErrorKind::StorageFull.into()) } else { Ok(()) }
    }
}

const TEXT: &str = "Un drone, deux drones.";

fn name(text: &str) -> SourceName {
    SourceName::new(text).unwrap()
}

fn plugin(text: &str) -> PluginName {
    PluginName::new(text).unwrap()
}

fn attribute(name: &str, value: &str) -> Attribute {
    Attribute { name: name.to_owned(), value: value.to_owned() }
}

fn span(start: u32, end: u32) -> Span {
    Span::of(TEXT, start, end).unwrap()
}

fn made(by: &str, role: Role, number: u64) -> Provenance {
    Provenance {
        plugin: plugin(by),
        version: "1.2.3".to_owned(),
        role,
        component: Digest::of(by.as_bytes()),
        contract: ContractVersion { major: 0, minor: 1 },
        settings: Digest::of(b"settings"),
        key: Digest::of(format!("{by} {TEXT}").as_bytes()),
        run: RunId(1),
        cost: Cost {
            duration: Duration::from_nanos(1_000 * number),
            peak_memory: 1 << 20,
            host_calls: number,
            bytes_in: 22,
            bytes_out: 3,
        },
    }
}

/// A source of which everything is there that can be.
fn everything() -> Commit {
    let source = name("in/a.zip!/dépêche.html");
    let digest = Digest::of(b"<p>");
    let id = DocumentId::of(&source, 0);
    let document = StoredDocument {
        id,
        version: 1,
        source: source.clone(),
        original: digest,
        index: 0,
        extracted: Extracted {
            document: Document {
                text: TEXT.to_owned(),
                language: Some(LanguageTag::new("fr").unwrap()),
                attributes: vec![attribute("title", "Drones"), attribute("date", "2025-10")],
                marks: vec![Mark {
                    kind: "paragraph".to_owned(),
                    span: span(0, 22),
                    attributes: vec![attribute("level", "1")],
                }],
            },
            asides: vec![Aside {
                kind: "caption".to_owned(),
                text: "Photo".to_owned(),
                position: 9,
                attributes: vec![attribute("href", "a.png")],
            }],
        },
        provenance: made("extract-html", Role::Extractor, 1),
        run: RunId(1),
    };
    let labels = Findings::Labels(vec![Label {
        name: "drones".to_owned(),
        confidence: 0.95,
        evidence: vec![span(3, 8), span(15, 21)],
        attributes: vec![attribute("rank", "main")],
    }]);
    let annotation = |span, value: Option<&str>, confidence| Annotation {
        kind: "number".to_owned(),
        span,
        value: value.map(str::to_owned),
        confidence,
        attributes: Vec::new(),
    };
    let annotations = Findings::Annotations(vec![
        annotation(None, None, None),
        annotation(Some(span(0, 2)), Some("1"), Some(1.0)),
    ]);
    let translations = Findings::Translations(vec![Translation {
        target: LanguageTag::new("en").unwrap(),
        text: "One drone.".to_owned(),
        segments: vec![Segment { original: span(0, 8), translated: Span { start: 0, end: 9 } }],
        attributes: vec![attribute("coverage", "0.5")],
    }]);
    let finding = |step: &str, role, number, findings| {
        let finding =
            Finding { step: plugin(step), findings, provenance: made(step, role, number) };
        (id, 1, finding)
    };
    let failure = Failure {
        id: FailureId::of(&source, Some(id), Some(&plugin("analyze-dates"))),
        source: source.clone(),
        original: Some(digest),
        document: Some(id),
        step: Some(plugin("analyze-dates")),
        component: Some(Digest::of(b"analyze-dates")),
        attempt: Some(Attempt {
            plugin: plugin("analyze-dates"),
            version: "0.1.0".to_owned(),
            limits: Limits::default(),
            configuration: Digest::of(b"configuration"),
        }),
        cost: Some(made("analyze-dates", Role::Analyzer, 9).cost),
        class: FailureClass::Trapped,
        causes: vec!["it panicked".to_owned(), "unreachable".to_owned()],
        hint: Some(Hint::AddExtractorOf("text/x".to_owned())),
        backtrace: vec!["run".to_owned()],
        log: vec![LogLine { level: LogLevel::Warn, message: "about to".to_owned() }],
        run: RunId(1),
    };
    Commit {
        source: StoredSource {
            info: SourceInfo {
                name: source,
                media_type: MediaType::new("text/html").unwrap(),
                size: 3,
                digest,
                container: Some(name("in/a.zip")),
                attributes: vec![attribute("date", "2025-10-01")],
            },
            version: 1,
            state: SourceState::Failed,
            pipeline: Digest::of(RECIPE),
            documents: vec![id],
            run: RunId(1),
            retired: false,
            is_copied: false,
        },
        original: None,
        documents: vec![document],
        findings: vec![
            finding("analyze-numbers", Role::Analyzer, 2, annotations),
            finding("classify-lexicon", Role::Classifier, 3, labels),
            finding("find-nothing", Role::Classifier, 4, Findings::Labels(Vec::new())),
            finding("translate", Role::Translator, 5, translations),
        ],
        retired: Vec::new(),
        failures: vec![failure],
        walked: false,
    }
}

const RECIPE: &[u8] = br#"{"steps":[]}"#;

/// That a store has what a commit has, but for the run and, where there is none, the cost.
fn check(store: &dyn Store, expected: &Commit, has_costs: bool) {
    let cost = |cost: Cost| if has_costs { cost } else { Cost::default() };
    let name = &expected.source.info.name;
    let source = store.source(name).unwrap().unwrap();
    assert_eq!(source, StoredSource { run: source.run, ..expected.source.clone() });
    let [document] = &expected.documents[..] else { panic!("one document") };
    let stored = store.document(document.id, Some(1)).unwrap().unwrap();
    let made =
        |made: &Provenance| Provenance { run: source.run, cost: cost(made.cost), ..made.clone() };
    let (provenance, run) = (made(&document.provenance), source.run);
    assert_eq!(stored, StoredDocument { provenance, run, ..document.clone() });
    let findings: Vec<Finding> = (expected.findings.iter())
        .map(|(.., it)| Finding { provenance: made(&it.provenance), ..it.clone() })
        .collect();
    assert_eq!(store.findings(document.id, 1).unwrap(), findings);
    let failures: Vec<Failure> = store.failures_of(name).unwrap();
    let expected: Vec<Failure> = (expected.failures.iter())
        .map(|it| {
            let attempt = it.attempt.clone().filter(|_| !has_costs);
            Failure { run, cost: it.cost.filter(|_| has_costs), attempt, ..it.clone() }
        })
        .collect();
    assert_eq!(failures, expected);
}

fn opened(path: &Path) -> ResultFolder {
    ResultFolder::open(path, Share::WHOLE).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn what_goes_in_comes_out() {
    let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let commit = everything();
    let folder = opened(one.path());
    folder.keep(&[RECIPE, b"\0asm"]).unwrap();
    folder.commit(std::slice::from_ref(&commit)).unwrap();
    let kept = Commit {
        source: StoredSource { run: RunId::NONE, ..commit.source.clone() },
        ..commit.clone()
    };
    check(&folder, &kept, false);
    check(&opened(one.path()), &kept, false);
    assert_eq!(opened(one.path()).part(&Digest::of(RECIPE)).unwrap().as_deref(), Some(RECIPE));
    assert_eq!(opened(one.path()).part(&Digest::of(b"\0asm")).unwrap(), None);
    // Into a store, which has the costs as well, and out of it.
    let store = MemoryStore::new();
    let imported = import(&folder, &store).unwrap();
    assert_eq!((imported.sources, imported.documents, imported.failures), (1, 1, 1));
    check(&store, &commit, true);
    // Its attempt needs a component that the store does not have.
    let again = opened(other.path());
    export(&store, &again).unwrap();
    for table in [Table::Sources, Table::Documents, Table::Results, Table::Parts] {
        assert_eq!(folder.rows(table).unwrap(), again.rows(table).unwrap(), "{table:?}");
    }
    // The same once more says nothing new.
    let before = folder.rows(Table::Costs).unwrap().len();
    folder.commit(&[Commit { documents: vec![], findings: vec![], ..commit }]).unwrap();
    assert_eq!(folder.rows(Table::Costs).unwrap().len(), before);
}

#[test]
fn what_was_found_and_is_taken_back_is_found_no_more() {
    let path = tempfile::tempdir().unwrap();
    let folder = opened(path.path());
    let commit = everything();
    folder.commit(std::slice::from_ref(&commit)).unwrap();
    let (id, step) = (commit.documents[0].id, plugin("translate"));
    let source = StoredSource { pipeline: Digest::of(b"another"), ..commit.source.clone() };
    let (documents, findings) = (Vec::new(), Vec::new());
    let retired = vec![(id, 1, step.clone())];
    folder.commit(&[Commit { source, documents, findings, retired, ..commit }]).unwrap();
    for folder in [&folder, &opened(path.path())] {
        assert_eq!(folder.finding(id, 1, &step).unwrap(), None);
        assert_eq!(folder.findings(id, 1).unwrap().len(), 3);
        assert_eq!(folder.rows(Table::Results).unwrap().len(), 5);
    }
}

/// The same source under another name.
fn called(commit: &Commit, called: &str) -> Commit {
    let mut commit = commit.clone();
    let source = name(called);
    let id = DocumentId::of(&source, 0);
    commit.source.documents = vec![id];
    for document in &mut commit.documents {
        (document.id, document.source) = (id, source.clone());
    }
    for (document, ..) in &mut commit.findings {
        *document = id;
    }
    for failure in &mut commit.failures {
        failure.source = source.clone();
        failure.document = Some(id);
        failure.id = FailureId::of(&source, Some(id), failure.step.as_ref());
    }
    commit.source.info.name = source;
    commit
}

/// Wherever a process ends, before or after the file that it was about to put in place: who starts
/// again and does what is not there has the rows of one that was never disturbed.
#[test]
fn whoever_is_killed_between_any_two_files_and_starts_again_has_the_same_rows() {
    let groups: Vec<Vec<Commit>> = [&["a", "b"][..], &["c"], &["d", "e", "f"]]
        .map(|names| names.iter().map(|name| called(&everything(), name)).collect())
        .into();
    let fill = |objects: &Arc<Objects>| -> Result<usize, StoreError> {
        let folder = ResultFolder::at(Arc::clone(objects), Share::WHOLE)?;
        folder.keep(&[RECIPE])?;
        let mut done = 0;
        for group in &groups {
            let is_there = |commit: &&Commit| {
                let there = folder.source(&commit.source.info.name);
                there.is_ok_and(|there| there.is_some())
            };
            let (there, due): (Vec<&Commit>, Vec<&Commit>) = group.iter().partition(is_there);
            done += there.len();
            if !due.is_empty() {
                folder.commit(&due.into_iter().cloned().collect::<Vec<_>>())?;
            }
        }
        Ok(done)
    };
    let rows = |objects: &Arc<Objects>, table: Table| {
        let folder = ResultFolder::at(Arc::clone(objects), Share::WHOLE).unwrap();
        folder.rows(table).unwrap()
    };
    let whole = Arc::new(Objects::default());
    assert_eq!(fill(&whole).unwrap(), 0);
    let files = whole.objects.lock().unwrap().len();
    for at in 0..files {
        for is_done in [false, true] {
            let objects = Arc::new(Objects::default());
            *objects.left.lock().unwrap() = Some((at, is_done));
            assert!(fill(&objects).is_err(), "{at} of {files}");
            *objects.left.lock().unwrap() = None;
            fill(&objects).unwrap();
            for table in Table::ALL.into_iter().filter(|table| *table != Table::Costs) {
                assert_eq!(rows(&objects, table), rows(&whole, table), "{table:?} at {at}");
            }
            assert_eq!(fill(&objects).unwrap(), 6, "nothing is left to do");
        }
    }
}

#[test]
fn a_share_sees_its_own_sources_only() {
    let path = tempfile::tempdir().unwrap();
    let commit = everything();
    let of = |share: Share| ResultFolder::open(path.path(), share).unwrap();
    let shares = [1, 2].map(|number| Share::new(number, 2).unwrap());
    for share in shares {
        of(share).commit(std::slice::from_ref(&commit)).unwrap();
    }
    let sources = of(Share::WHOLE).rows(Table::Sources).unwrap();
    assert_eq!(sources.len(), 1, "who has no part in it writes nothing of it");
    let holds: Vec<usize> = shares.iter().map(|share| of(*share).sources().count()).collect();
    assert_eq!(holds.iter().sum::<usize>(), 1);
}
