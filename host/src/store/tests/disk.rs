//! What only the store on disk can do wrong: kills, torn logs, folders of others.

use std::path::Path;
use std::sync::Arc;

use super::*;

pub(super) fn open(folder: &Path) -> SledStore {
    SledStore::open(folder, &SledOptions::default()).unwrap()
}

fn salvage(folder: &Path) -> Result<SledStore, StoreError> {
    SledStore::open(folder, &SledOptions { salvage: true, ..SledOptions::default() })
}

pub(super) fn blobs(folder: &Path) -> usize {
    std::fs::read_dir(folder.join("sled/blobs")).unwrap().count()
}
#[test]
fn an_original_of_64_mib_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let content: Arc<[u8]> = noise(64 << 20).into();
    let mut commit = commit("large.bin", 1, &["text"]);
    commit.source.info.digest = Digest::of(&content);
    commit.original = Some(content.clone());
    open(folder.path()).commit(std::slice::from_ref(&commit)).unwrap();
    let store = open(folder.path());
    assert!(store.original(&commit.source.info.digest).unwrap().unwrap()[..] == content[..]);
    assert_eq!(blobs(folder.path()), 0, "values stay in the log");
}

/// What a process leaves behind that is killed at this moment.
pub(super) fn copy(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            std::fs::create_dir(&target).unwrap();
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[test]
fn what_was_committed_is_there_after_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    for n in 0..40 {
        let mut large = commit(&format!("{n}"), 1, &["text"]);
        let content: Arc<[u8]> = noise_from(2 * n, 3000 * n as usize).into();
        large.source.info.digest = Digest::of(&content);
        large.original = Some(content);
        store.commit(&[large, commit("again", 1 + n as u32, &["text"])]).unwrap();
        if n % 8 == 7 {
            let remains = tempfile::tempdir().unwrap();
            copy(folder.path(), remains.path());
            assert!(everything(&open(remains.path())) == everything(&store), "after group {n}");
        }
    }
}

#[test]
fn a_torn_log_keeps_whole_commits_only() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    for n in 0..30 {
        let texts: Vec<String> = (0..20).map(|m| format!("text {m} of {n}")).collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        store.commit(&[commit(&format!("{n:02}"), 1, &texts)]).unwrap();
    }
    let log = folder.path().join("sled/db");
    let length = std::fs::metadata(&log).unwrap().len();
    let mut counts = Vec::new();
    for cut in (1..40).map(|n| length / 40 * n + n) {
        let remains = tempfile::tempdir().unwrap();
        copy(folder.path(), remains.path());
        let log = std::fs::File::options().write(true).open(remains.path().join("sled/db"));
        log.unwrap().set_len(cut).unwrap();
        // sled may refuse such a log or take it for torn, but must not make half a commit of it.
        let Ok(torn) = salvage(remains.path()) else { continue };
        let sources = torn.sources().map(Result::unwrap).count();
        assert_eq!(torn.documents().map(Result::unwrap).count(), 20 * sources, "cut at {cut}");
        counts.push(sources);
        drop(torn);
        // And whatever is lost is noticed.
        let whole = SledStore::open(remains.path(), &SledOptions::default()).is_ok();
        assert_eq!(whole, sources == 30, "cut at {cut}");
    }
    assert!(counts.iter().any(|count| (1..30).contains(count)), "{counts:?}");
}

#[test]
fn a_store_that_is_open_is_locked() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let second = SledStore::open(folder.path(), &SledOptions::default());
    assert!(
        matches!(&second, Err(StoreError::Locked(path)) if path == folder.path()),
        "{second:?}"
    );
    drop(store);
    open(folder.path());
}

#[test]
fn a_folder_of_somebody_else_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("photo.jpg"), b"photo").unwrap();
    let result = SledStore::open(folder.path(), &SledOptions::default());
    let error = result.unwrap_err();
    assert!(error.to_string().ends_with("it holds `photo.jpg`, and no `docmill-store`"), "{error}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing was added");
    let file = SledStore::open(&folder.path().join("photo.jpg"), &SledOptions::default());
    assert!(matches!(file, Err(StoreError::Foreign { .. })), "{file:?}");
}

#[test]
fn a_store_of_another_version_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    drop(open(folder.path()));
    for (marker, complaint) in [
        ("docmill store 4\n", "later"),
        ("docmill store 1\n", "before its first release"),
        ("photos\n", "does not say"),
    ] {
        std::fs::write(folder.path().join("docmill-store"), marker).unwrap();
        let error = SledStore::open(folder.path(), &SledOptions::default()).unwrap_err();
        assert!(matches!(error, StoreError::Foreign { .. }), "{error}");
        assert!(error.to_string().contains(complaint), "{error}");
    }
}

#[test]
fn an_interrupted_creation_is_taken_up() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("docmill-store.lock"), b"").unwrap();
    std::fs::write(folder.path().join("docmill-store.new"), b"docm").unwrap();
    open(folder.path()).commit(&[commit("a", 1, &["text"])]).unwrap();
}

#[test]
fn a_damaged_database_is_an_error_and_not_a_crash() {
    let folder = tempfile::tempdir().unwrap();
    let intact = {
        let store = open(folder.path());
        let commits: Vec<Commit> = (0..50).map(|n| commit(&n.to_string(), 1, &["text"])).collect();
        store.commit(&commits).unwrap();
        everything(&store)
    };
    // A snapshot is made when a store is opened.
    drop(open(folder.path()));
    for entry in std::fs::read_dir(folder.path().join("sled")).unwrap() {
        let path = entry.unwrap().path();
        if !path.is_file() {
            continue;
        }
        let before = std::fs::read(&path).unwrap();
        for at in [4, before.len() / 3, before.len() - 9] {
            let mut bytes = before.clone();
            bytes[at] ^= 0x55;
            std::fs::write(&path, bytes).unwrap();
            // Whatever comes of it: nothing panics, and nothing that is read is wrong.
            if let Ok(store) = SledStore::open(folder.path(), &SledOptions::default()) {
                for entry in store.scan(vec![0]..vec![255]).map_while(Result::ok) {
                    assert!(intact.contains(&entry), "{}", entry.0.escape_ascii());
                }
                store.documents().take(99).for_each(drop);
            }
        }
        std::fs::write(&path, before).unwrap();
    }
}

#[test]
fn a_lost_count_of_commits_is_noticed_and_does_not_hinder_salvage() {
    let folder = tempfile::tempdir().unwrap();
    open(folder.path()).commit(&[commit("a", 1, &["text"])]).unwrap();
    let count = folder.path().join("docmill-store.count");
    let before = std::fs::read(&count).unwrap();
    let refused =
        || SledStore::open(folder.path(), &SledOptions::default()).unwrap_err().to_string();
    std::fs::remove_file(&count).unwrap();
    assert!(
        refused().ends_with("the file with the number of commits: it is gone"),
        "{}",
        refused()
    );
    assert!(!count.exists(), "a store that is refused is left as it is");
    for bytes in [&before[..5], &[0; 12], b""] {
        std::fs::write(&count, bytes).unwrap();
        assert!(refused().contains("its checksum does not match"), "{}", refused());
    }
    assert_eq!(texts(&salvage(folder.path()).unwrap()), ["text"]);
    std::fs::write(&count, before).unwrap();
    assert_eq!(texts(&open(folder.path())), ["text"]);
}

/// What an unpacked archive may bring along: a link where the store would write, read, or let the
/// database write.
#[cfg(unix)]
#[test]
fn nothing_in_a_store_is_opened_through_a_link() {
    let names = ["docmill-store.new", "docmill-store.lock", "docmill-store.count", "docmill-store"];
    let in_database = ["sled", "sled/db", "sled/conf", "sled/blobs", "sled/snap.1", "sled/blobs/1"];
    for name in names.into_iter().chain(in_database) {
        for is_store in [true, false] {
            let folder = tempfile::tempdir().unwrap();
            let (store, mine) = (folder.path().join("store"), folder.path().join("mine"));
            if is_store {
                drop(open(&store));
            } else {
                let parent = store.join(name);
                std::fs::create_dir_all(parent.parent().unwrap()).unwrap();
            }
            let link = store.join(name);
            // A folder where there was one, or the link would be refused for another reason.
            if link.is_dir() {
                std::fs::rename(&link, &mine).unwrap();
            } else {
                let _ = std::fs::remove_file(&link);
                std::fs::write(&mine, b"mine").unwrap();
            }
            let before = sizes(folder.path(), &mine);
            std::os::unix::fs::symlink(&mine, &link).unwrap();
            let opened = SledStore::open(&store, &SledOptions::default());
            // What an interrupted attempt left behind is replaced, the link and not what it leads
            // to.
            let is_replaced = name == "docmill-store.new" && !is_store;
            assert_eq!(opened.is_ok(), is_replaced, "{name}, {is_store}: {opened:?}");
            drop(opened);
            assert_eq!(sizes(folder.path(), &mine), before, "{name}, {is_store}");
        }
    }
}

/// The names and sizes of what lies there.
#[cfg(unix)]
fn sizes(folder: &Path, path: &Path) -> Vec<(std::path::PathBuf, u64)> {
    let own = std::fs::metadata(path).unwrap();
    let mut found = vec![(path.strip_prefix(folder).unwrap().to_owned(), 0)];
    if own.is_dir() {
        let entries = std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path());
        found.extend(entries.flat_map(|path| sizes(folder, &path)));
        found.sort();
    } else {
        found[0].1 = own.len();
    }
    found
}

#[cfg(unix)]
#[test]
fn others_cannot_read_a_store() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store");
    for _ in 0..2 {
        open(&store).commit(&[commit("a", 1, &["text"])]).unwrap();
        // As an earlier docmill left it, or a copy.
        let log = store.join("sled/db");
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&store), mode(&store.join("sled")), mode(&log)), (0o700, 0o700, 0o600));
        for name in ["docmill-store", "docmill-store.lock", "docmill-store.count"] {
            assert_eq!(mode(&store.join(name)), 0o600, "{name}");
        }
        std::fs::set_permissions(&log, std::fs::Permissions::from_mode(0o644)).unwrap();
    }
}
