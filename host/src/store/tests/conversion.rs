//! What an earlier docmill stored is there after its conversion, under the names and ids of today.

use super::disk::open;
use super::whole::flaws;
use super::*;

/// Exported by the docmill that wrote layout 1: members of members, a folder called like a
/// container, a `\`, a name that was cut, findings, a history, a failure, a large document, a
/// retired source.
const EARLIER: &[u8] = include_bytes!("../../../../tests/golden/store/export-v1-kinds.bin");

/// The entries of an export.
fn entries(export: &[u8]) -> Vec<Entry> {
    let mut rest = &export[b"docmill store export 1\n".len()..];
    let mut entries = Vec::new();
    loop {
        let key = usize::from(u16::from_le_bytes(*rest.first_chunk().unwrap()));
        if key == 0 {
            return entries;
        }
        let value = u32::from_le_bytes(*rest[2..].first_chunk().unwrap()) as usize;
        let (entry, behind) = rest[6..].split_at(key + value);
        entries.push((entry[..key].to_vec(), entry[key..].to_vec()));
        rest = &behind[4..];
    }
}

fn long() -> SourceName {
    name(&"x".repeat(4_050))
}

/// Holds a store to what the export has.
fn check(store: &(impl Store + Upkeep)) {
    let names: Vec<SourceName> = store.sources().map(|it| it.unwrap().info.name).collect();
    let zip = SourceName::of_path(b"c.zip").unwrap();
    let inner = zip.member(b"b.zip").unwrap();
    let deep = inner.member(b"deep.txt").unwrap();
    let mut expected = vec![
        SourceName::of_path(b"back\\slash.txt").unwrap(),
        zip,
        inner.clone(),
        deep.clone(),
        SourceName::of_path(b"d.zip!/file.txt").unwrap(),
        name("gone.txt"),
        name("large"),
        long(),
        long().numbered_member(b"m.txt", "3"),
    ];
    expected.sort();
    assert_eq!(names, expected);
    let members: Vec<SourceName> = store.members(&inner).map(|it| it.unwrap().info.name).collect();
    assert_eq!(members, std::slice::from_ref(&deep));
    assert_eq!(store.members(&long()).count(), 1);
    let id = DocumentId::of(&deep, 0);
    assert_eq!(store.findings(id, 1).unwrap().len(), 1);
    assert_eq!(histories(store, id).len(), 1);
    let failure = store.failures().next().unwrap().unwrap();
    assert_eq!(failure.document, Some(DocumentId::of(&deep, 1)));
    assert_eq!(failure.id, FailureId::of(&deep, failure.document, failure.step.as_ref()));
    assert_eq!(failure.hint, Some(Hint::Told("raise it".to_owned())));
    assert_eq!(store.documents().map(Result::unwrap).count(), 6);
    assert_eq!(flaws(store), [""; 0]);
}

#[test]
fn an_earlier_export_is_converted_when_it_is_imported() {
    let store = MemoryStore::new();
    store.import(&mut &EARLIER[..], &mut |flaw| panic!("{flaw:?}")).unwrap();
    check(&store);
    assert_eq!(store.verify(&mut drop).leftovers, 0);
}

#[test]
fn an_earlier_store_is_converted_where_it_lies() {
    let folder = tempfile::tempdir().unwrap();
    SledStore::make_earlier(folder.path(), entries(EARLIER)).unwrap();
    let refused = SledStore::open(folder.path(), &SledOptions::default()).unwrap_err();
    assert!(matches!(refused, StoreError::Earlier(_)), "{refused}");
    assert!(SledStore::upgrade(folder.path(), &mut |flaw| panic!("{flaw:?}")).unwrap());
    check(&open(folder.path()));
    assert!(!SledStore::upgrade(folder.path(), &mut drop).unwrap(), "once is enough");
    open(folder.path()).commit(&[commit("new", 1, &["text"])]).unwrap();
    assert!(open(folder.path()).source(&name("new")).unwrap().is_some());
}

#[test]
fn an_interrupted_conversion_is_begun_anew() {
    let folder = tempfile::tempdir().unwrap();
    // What a conversion has written before it was killed: the marker is the last thing it writes.
    open(folder.path()).commit(&[commit("half", 1, &["of it"])]).unwrap();
    SledStore::make_earlier(folder.path(), entries(EARLIER)).unwrap();
    assert!(SledStore::upgrade(folder.path(), &mut |flaw| panic!("{flaw:?}")).unwrap());
    check(&open(folder.path()));
}

#[test]
fn what_is_damaged_is_told_and_the_rest_is_converted() {
    for at in 0..entries(EARLIER).len() {
        let mut damaged = entries(EARLIER);
        let (key, value) = &mut damaged[at];
        let kind = key[0];
        let middle = value.len() / 2;
        value[middle] ^= 4;
        let folder = tempfile::tempdir().unwrap();
        SledStore::make_earlier(folder.path(), damaged).unwrap();
        let mut told = Vec::new();
        let converted = SledStore::upgrade(folder.path(), &mut |flaw| told.push(flaw.to_string()));
        // The number of commits alone has no second place to be read from.
        if kind == b'n' {
            assert!(converted.is_err());
            continue;
        }
        assert!(converted.unwrap(), "{}", kind as char);
        assert!(!told.is_empty(), "{} at {at}", kind as char);
        let store = open(folder.path());
        let copy = MemoryStore::new();
        let mut stream = Vec::new();
        store.export(&mut stream, &mut drop).unwrap();
        copy.import(&mut &stream[..], &mut drop).unwrap();
        assert_eq!(flaws(&copy), [""; 0], "{} at {at}", kind as char);
    }
}
