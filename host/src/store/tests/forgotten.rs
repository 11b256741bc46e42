//! What is forgotten is in no file of the store any more, and everything else is as it was.

use std::path::Path;

use super::disk::open;
use super::whole::flaws;
use super::*;

/// A commit of a source whose document and original can be found in a file: too short or too noisy
/// to be compressed.
fn plain(source: &str, container: Option<&str>, mark: &str) -> Commit {
    let mut commit = commit(source, 1, &[&format!("text of {mark}")]);
    let original = [mark.as_bytes(), &noise_from(mark.len() as u64, 40_000)].concat();
    commit.source.info.digest = Digest::of(&original);
    commit.source.info.container = container.map(name);
    commit.source.state = SourceState::Done;
    commit.documents[0].original = commit.source.info.digest;
    commit.original = Some(original.into());
    let (id, version, mut finding) = found(&commit, "find", mark);
    finding.provenance.key = Digest::of(b"1");
    commit.findings = vec![(id, version, finding)];
    commit
}

/// Whether the bytes are in any file below a folder.
fn is_somewhere(folder: &Path, bytes: &[u8]) -> bool {
    std::fs::read_dir(folder).unwrap().any(|entry| {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_dir() {
            return is_somewhere(&entry.path(), bytes);
        }
        let content = std::fs::read(entry.path()).unwrap();
        content.windows(bytes.len()).any(|window| window == bytes)
    })
}

fn forget(folder: &Path, source: &str) -> Option<Forgetting> {
    SledStore::forget(folder, &name(source), &mut |_| true).unwrap()
}

#[test]
fn what_is_forgotten_is_in_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    store.commit(&[plain("kept.txt", None, "bystander")]).unwrap();
    // An earlier version, an earlier result, a failure with a log: all of them speak of it.
    store.commit(&[plain("gone.txt", None, "first-secret")]).unwrap();
    let mut again = plain("gone.txt", None, "second-secret");
    (again.source.version, again.documents[0].version) = (2, 2);
    again.source.state = SourceState::Failed;
    again.findings[0].1 = 2;
    let log = vec![LogLine { level: LogLevel::Warn, message: "it read third-secret".to_owned() }];
    again.failures.push(Failure { attempt: None, log, ..failed("gone.txt", "sort") });
    store.commit(std::slice::from_ref(&again)).unwrap();
    let (id, version, mut finding) = found(&again, "find", "fourth-secret");
    finding.provenance.key = Digest::of(b"2");
    again.findings = vec![(id, version, finding)];
    store.commit(&[again]).unwrap();
    let kept = store.document(DocumentId::of(&name("kept.txt"), 0), None).unwrap();
    drop(store);
    for secret in ["first-secret", "second-secret", "third-secret", "fourth-secret", "bystander"] {
        assert!(is_somewhere(folder.path(), secret.as_bytes()), "{secret}");
    }
    let told = forget(folder.path(), "gone.txt").unwrap();
    assert_eq!(told.sources, [name("gone.txt")]);
    assert_eq!((told.documents, told.containers, told.sharing), (2, vec![], vec![]));
    for secret in ["gone.txt", "secret"] {
        assert!(!is_somewhere(folder.path(), secret.as_bytes()), "{secret}");
    }
    let store = open(folder.path());
    assert_eq!(store.document(DocumentId::of(&name("kept.txt"), 0), None).unwrap(), kept);
    assert_eq!(store.summaries().count(), 1);
    assert_eq!(flaws(&store), [""; 0]);
    store.commit(&[plain("new.txt", None, "later")]).unwrap();
    drop(store);
    assert_eq!(forget(folder.path(), "gone.txt"), None);
    assert_eq!(open(folder.path()).sources().count(), 2);
}

#[test]
fn a_member_goes_with_the_originals_around_it_and_a_container_with_all_its_members() {
    let folder = tempfile::tempdir().unwrap();
    let members = ["a.zip!/b.zip", "a.zip!/c.txt", "a.zip!/b.zip!/d.txt", "a.zip!/b.zip!/e.txt"];
    let fill = |folder: &Path| {
        let store = open(folder);
        let commits = [
            plain("a.zip", None, "outer-bytes"),
            plain(members[0], Some("a.zip"), "inner-bytes"),
            plain(members[1], Some("a.zip"), "beside"),
            plain(members[2], Some("a.zip!/b.zip"), "secret"),
            plain(members[3], Some("a.zip!/b.zip"), "neighbour"),
        ];
        store.commit(&commits).unwrap();
        upkeep::introduce(&store, Ok(Some(5))).unwrap();
    };
    fill(folder.path());
    let told = forget(folder.path(), members[2]).unwrap();
    assert_eq!(told.sources, [name(members[2])]);
    assert_eq!(told.containers, [name("a.zip!/b.zip"), name("a.zip")]);
    // The texts of the containers themselves stay, and their originals do not.
    for bytes in [&b"secret"[..], &noise_from(11, 64), b"d.txt"] {
        assert!(!is_somewhere(folder.path(), bytes));
    }
    let store = open(folder.path());
    assert_eq!(store.sources().count(), 4);
    assert!(!store.source(&name("a.zip")).unwrap().unwrap().is_copied);
    assert_eq!(flaws(&store), [""; 0]);
    drop(store);
    let told = forget(folder.path(), "a.zip").unwrap();
    assert_eq!((told.sources.len(), told.documents), (4, 4));
    assert_eq!(open(folder.path()).sources().count(), 0);
    for bytes in [&b"bytes"[..], b"neighbour", b"beside", b"zip"] {
        assert!(!is_somewhere(folder.path(), bytes));
    }
}

#[test]
fn bytes_that_another_source_shares_stay_and_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let mut copy = plain("copy.txt", None, "shared");
    copy.findings.clear();
    store.commit(&[plain("gone.txt", None, "shared"), copy]).unwrap();
    drop(store);
    let told = forget(folder.path(), "gone.txt").unwrap();
    assert_eq!(told.sharing, [name("copy.txt")]);
    let store = open(folder.path());
    let copy = store.source(&name("copy.txt")).unwrap().unwrap();
    assert!(store.has_original(&copy.info.digest).unwrap());
    assert_eq!(flaws(&store), [""; 0]);
}

#[test]
fn whoever_does_not_agree_forgets_nothing() {
    let folder = tempfile::tempdir().unwrap();
    open(folder.path()).commit(&[plain("a.txt", None, "kept")]).unwrap();
    let before = everything(&open(folder.path()));
    SledStore::forget(folder.path(), &name("a.txt"), &mut |_| false).unwrap();
    assert!(everything(&open(folder.path())) == before);
}
