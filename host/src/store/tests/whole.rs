//! What is done with a store as a whole: verified, exported, imported, and never written again
//! after an error.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};

use super::disk::open;
use super::*;
use crate::error::Action;

#[test]
fn equal_commits_make_equal_stores() {
    let (one, other) = (MemoryStore::new(), MemoryStore::new());
    let commits: Vec<Commit> = (0..20).map(|n| commit(&n.to_string(), 1, &["text"])).collect();
    one.commit(&commits).unwrap();
    commits.iter().rev().for_each(|commit| other.commit(std::slice::from_ref(commit)).unwrap());
    assert_eq!(content(&one), content(&other));
}

/// Everything but in which order it came.
fn content(store: &MemoryStore) -> Vec<Entry> {
    let mut entries = everything(store);
    entries.retain(|(key, _)| key[0] != b'j');
    entries
}

/// A store of every kind of record, whole.
fn filled() -> MemoryStore {
    let store = MemoryStore::new();
    let (component, configuration) = (noise(50_000), b"{}".to_vec());
    store.keep(&[&component, &configuration]).unwrap();
    let run = store.begin_run(&run()).unwrap();
    let mut first = commit("a", 1, &["one", "two"]);
    first.findings.push(found(&first, "find-dates", "2024"));
    first.source.state = SourceState::Failed;
    let attempt =
        Attempt { configuration: Digest::of(&configuration), ..failure().attempt.unwrap() };
    first.failures.push(Failure {
        component: Some(Digest::of(&component)),
        attempt: Some(attempt),
        run,
        ..failed("a", "classify")
    });
    store.commit(&[commit("large", 1, &["an earlier text"])]).unwrap();
    let mut large = commit("large", 2, &["text"]);
    large.original = Some(noise(100_000).into());
    large.source.info.digest = Digest::of(&noise(100_000));
    large.documents[0].original = large.source.info.digest;
    large.documents[0].extracted.document.text =
        noise(60_000).iter().map(|byte| format!("{byte:02x}")).collect();
    for commit in [&mut first, &mut large] {
        let state =
            if commit.failures.is_empty() { SourceState::Done } else { SourceState::Failed };
        commit.source.state = state;
    }
    store.commit(&[first, large]).unwrap();
    upkeep::introduce(&store, Ok(None)).unwrap_err();
    upkeep::introduce(&store, Ok(Some(3))).unwrap();
    store
}

pub(super) fn flaws(store: &impl Upkeep) -> Vec<String> {
    let mut flaws = Vec::new();
    store.verify(&mut |flaw| flaws.push(flaw.to_string()));
    flaws
}

fn exported(store: &MemoryStore) -> Vec<u8> {
    let mut stream = Vec::new();
    store.export(&mut stream, &mut drop).unwrap();
    stream
}

#[test]
fn a_whole_store_has_no_flaws_and_survives_its_export() {
    let store = filled();
    assert_eq!(flaws(&store), [""; 0]);
    let census = store.verify(&mut drop);
    let expected = Census {
        originals: 3,
        sources: 2,
        documents: 4,
        findings: 1,
        failures: 1,
        runs: 1,
        parts: 2,
        histories: 0,
        leftovers: 0,
    };
    assert_eq!(census, expected);
    let stream = exported(&store);
    let copy = MemoryStore::new();
    copy.import(&mut &stream[..], &mut |flaw| panic!("{flaw:?}")).unwrap();
    assert_eq!(content(&copy), content(&store));
    assert_eq!(exported(&copy), stream, "equal stores make equal exports");
    let again = copy.import(&mut &stream[..], &mut drop);
    assert!(matches!(again, Err(TransferError::NotEmpty)), "{again:?}");
}

#[test]
fn a_damaged_history_is_a_flaw_and_keeps_no_result_from_being_stored() {
    let store = MemoryStore::new();
    let first = commit("a", 1, &["one"]);
    let id = first.documents[0].id;
    let found = |value| {
        let findings = vec![found_with_key(&first, "find", value)];
        store.commit(&[Commit { findings, ..first.clone() }]).unwrap();
    };
    (0..3).for_each(found);
    upkeep::introduce(&store, Ok(Some(3))).unwrap();
    let copy = MemoryStore::new();
    assert_eq!(store.verify(&mut drop).histories, 1);
    copy.import(&mut &exported(&store)[..], &mut drop).unwrap();
    assert_eq!(histories(&copy, id), histories(&store, id));
    let (key, mut bytes) = everything(&store).into_iter().find(|(key, _)| key[0] == b'h').unwrap();
    bytes[10] ^= 4;
    store.apply(Batch::from([(key, Some(bytes))])).unwrap();
    let flaw =
        format!("history of `find` in document `{id}`, version 1: its checksum does not match");
    assert!(flaws(&store).contains(&flaw), "{:?}", flaws(&store));
    found(3);
    assert_eq!(histories(&store, id).len(), 1);
    assert!(!flaws(&store).contains(&flaw));
}

#[test]
fn every_damaged_record_is_a_flaw_and_the_rest_survives_its_export() {
    let whole = everything(&filled());
    let id = DocumentId::of(&name("large"), 0);
    let earlier = keys::document(id, 1);
    for (key, value) in &whole {
        for change in ["flip", "remove"] {
            let store = filled();
            let mut bytes = value.clone();
            let last = bytes.len() - 1;
            bytes[last / 2] ^= 4;
            let changed = if change == "flip" { Some(bytes) } else { None };
            store.apply(BTreeMap::from([(key.clone(), changed)])).unwrap();
            let shown = format!("{change} {}", key.escape_ascii());
            // What nothing speaks of can go unseen: a run, the count outside of a folder, which
            // source a commit was of, an earlier version.
            let is_earlier = *key == earlier;
            let is_optional =
                change == "remove" && (is_earlier || matches!(key[0], b'r' | b'n' | b'j'));
            assert_eq!(flaws(&store).is_empty(), is_optional, "{shown}");
            let copy = MemoryStore::new();
            let stream = exported(&store);
            copy.import(&mut &stream[..], &mut drop).unwrap();
            assert_eq!(flaws(&copy), [""; 0], "{shown}");
        }
    }
}

/// The format is a promise: this file was written once, and stays.
#[test]
fn an_export_of_format_2_is_read_and_written_as_ever() {
    let golden = include_bytes!("../../../../tests/golden/store/export-v2.bin");
    let store = MemoryStore::new();
    store.import(&mut &golden[..], &mut |flaw| panic!("{flaw:?}")).unwrap();
    assert_eq!(texts(&store), ["one", "two"]);
    assert!(exported(&store) == golden);
}

#[test]
fn an_export_of_format_1_is_converted() {
    let golden = include_bytes!("../../../../tests/golden/store/export-v1.bin");
    let store = MemoryStore::new();
    store.import(&mut &golden[..], &mut |flaw| panic!("{flaw:?}")).unwrap();
    assert_eq!(texts(&store), ["one", "two"]);
    let expected = include_bytes!("../../../../tests/golden/store/export-v2.bin");
    assert!(exported(&store) == expected, "it says what today's docmill would have written");
}

#[test]
#[ignore = "writes into the source tree"]
fn write_missing_golden_export() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/golden/store/export-v2.bin");
    if std::fs::metadata(path).map_or(0, |metadata| metadata.len()) == 0 {
        let store = MemoryStore::new();
        let mut only = commit("a", 1, &["one", "two"]);
        only.source.state = SourceState::Done;
        store.commit(&[only]).unwrap();
        upkeep::introduce(&store, Ok(Some(1))).unwrap();
        std::fs::write(path, exported(&store)).unwrap();
    }
}

#[test]
fn no_changed_export_is_taken_for_a_whole_one() {
    let stream = exported(&filled());
    let import = |stream: &[u8]| MemoryStore::new().import(&mut &stream[..], &mut drop);
    assert!(import(&stream).is_ok());
    let steps = 200;
    for at in (0..steps).map(|step| step * stream.len() / steps) {
        let mut flipped = stream.clone();
        flipped[at] ^= 1 << (at % 8);
        assert!(import(&flipped).is_err(), "flipped at {at}");
        assert!(import(&stream[..at]).is_err(), "cut at {at}");
    }
    assert!(import(&[&stream[..], b"x"].concat()).is_err());
    let later = import(b"docmill store export 3\n").unwrap_err();
    assert!(matches!(later, TransferError::Later), "{later}");
}

/// A map whose disk can fail.
#[derive(Default)]
struct Failing {
    map: MemoryStore,
    fails: AtomicBool,
    turns: Turns,
}

impl Entries for Failing {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        self.map.get(key)
    }

    fn scan(
        &self,
        range: std::ops::Range<Vec<u8>>,
    ) -> Box<dyn Iterator<Item = Result<Entry, StoreError>> + '_> {
        self.map.scan(range)
    }

    fn last(&self, range: std::ops::Range<Vec<u8>>) -> Result<Option<Entry>, StoreError> {
        self.map.last(range)
    }
}

impl KeyValue for Failing {
    fn apply(&self, batch: Batch) -> Result<(), StoreError> {
        self.map.apply(batch)
    }

    fn flush(&self, _: u64) -> Result<(), StoreError> {
        if self.fails.load(Ordering::Relaxed) {
            return Err(Action::Written.failed(std::io::Error::other("the disk is full")));
        }
        Ok(())
    }

    fn turns(&self) -> &Turns {
        &self.turns
    }

    fn size_on_disk(&self) -> Result<Option<u64>, StoreError> {
        Ok(None)
    }
}

#[test]
fn after_a_failed_flush_nothing_more_is_written() {
    let store = Failing::default();
    store.commit(&[commit("a", 1, &["text"])]).unwrap();
    store.fails.store(true, Ordering::Relaxed);
    assert!(store.commit(&[commit("b", 1, &["text"])]).is_err());
    store.fails.store(false, Ordering::Relaxed);
    let error = store.commit(&[commit("c", 1, &["text"])]).unwrap_err();
    let cause = std::error::Error::source(&error).unwrap().to_string();
    assert_eq!(cause, "an earlier write failed: the disk is full");
    assert!(store.begin_run(&run()).is_err());
    assert!(store.finish_run(&run()).is_err());
    assert!(store.source(&name("c")).unwrap().is_none());
    assert!(store.source(&name("a")).unwrap().is_some(), "reading goes on");
}

#[test]
fn a_damaged_record_is_named() {
    let store = MemoryStore::new();
    let first = commit("a\n.txt", 1, &["text"]);
    store.commit(std::slice::from_ref(&first)).unwrap();
    let damage = |key: &[u8], change: fn(&mut Vec<u8>)| {
        let mut value = store.get(key).unwrap().unwrap();
        change(&mut value);
        store.apply(BTreeMap::from([(key.to_vec(), Some(value))])).unwrap();
    };
    damage(b"sa\n.txt", |value| value[9] ^= 1);
    let error = store.source(&name("a\n.txt")).unwrap_err().to_string();
    assert_eq!(
        error,
        "the store has a damaged record: source `a\\n.txt`: its checksum does not match"
    );
    let digest = first.source.info.digest;
    damage(&[b"o", &digest.as_bytes()[..]].concat(), |value| value[0] = 7);
    let error = store.original(&digest).unwrap_err();
    assert!(
        matches!(&error, StoreError::Later { later: Later::Format { version: 7, .. }, .. }),
        "{error}"
    );
}

#[test]
fn an_import_cannot_write_where_a_database_keeps_things_of_its_own() {
    use sha2::Digest as _;
    let stream = |first: u8| {
        let mut frame = vec![9, 0, 1, 0, 0, 0, first];
        frame.extend([0xff; 8]);
        frame.push(b'!');
        frame.extend(crc32fast::hash(&frame).to_le_bytes());
        let mut stream = b"docmill store export 2\n".to_vec();
        stream.extend(frame);
        stream.extend([0, 0]);
        stream.extend(1_u64.to_le_bytes());
        let digest = sha2::Sha256::digest(&stream);
        stream.extend(digest);
        stream
    };
    let import = |first| {
        let folder = tempfile::tempdir().unwrap();
        let store = open(folder.path());
        Upkeep::import(&store, &mut &stream(first)[..], &mut |_| {}).map_err(|it| it.to_string())
    };
    let error = import(u8::MAX).unwrap_err();
    assert!(error.ends_with("a key lies beyond those of all kinds"), "{error}");
    assert!(import(b'y').is_ok(), "what a later docmill may add is a flaw, and no error");
}
