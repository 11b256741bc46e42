//! A disk that fills loses nothing, and the store opens again once there is room.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::disk::{copy, open};
use super::whole::flaws;
use super::*;

/// A file system of a size, in memory, which is gone when this is dropped.
struct Tmpfs(PathBuf);

impl Tmpfs {
    /// `None` where this process may not mount.
    fn new(folder: &Path, size: u64) -> Option<Tmpfs> {
        let this = Tmpfs(folder.to_owned());
        this.mount(&format!("size={size}")).then_some(this)
    }

    fn mount(&self, options: &str) -> bool {
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", options, "docmill-test"]);
        mount.arg(&self.0).output().is_ok_and(|it| it.status.success())
    }

    fn make_room(&self) {
        assert!(self.mount("remount,size=256m"));
    }
}

impl Drop for Tmpfs {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).output();
    }
}

/// A commit of which nothing can be compressed.
fn noisy(number: u64) -> Commit {
    let mut commit = commit(&format!("{number:05}"), 1, &["text"]);
    let content: Arc<[u8]> = noise_from(number, 9_000).into();
    commit.source.info.digest = Digest::of(&content);
    commit.documents[0].original = commit.source.info.digest;
    commit.source.state = SourceState::Done;
    commit.original = Some(content);
    commit
}

fn check(store: &SledStore, stored: u64, when: &str) {
    let sources = store.sources().map(Result::unwrap).count() as u64;
    // What was not confirmed may have been stored all the same.
    assert!(sources >= stored, "{sources} of {stored} are left, {when}");
    for number in 0..stored {
        let digest = Digest::of(&noise_from(number, 9_000));
        assert!(store.original(&digest).unwrap().is_some(), "{number} is not there, {when}");
    }
    assert_eq!(flaws(store), [""; 0], "{when}");
}

#[test]
#[expect(clippy::print_stderr, reason = "that nothing was tested has to be seen")]
fn a_file_system_that_fills_loses_nothing_and_the_store_opens_again() {
    let folder = tempfile::tempdir().unwrap();
    for kib in (5..30).map(|n| n * 517) {
        let Some(disk) = Tmpfs::new(folder.path(), kib * 1024) else {
            eprintln!("SKIPPED: this process may not mount a file system");
            return;
        };
        let dir = folder.path().join("store");
        let mut stored = 0;
        if let Ok(store) = SledStore::open(&dir, &SledOptions::default()) {
            while store.commit(&[noisy(stored)]).is_ok() {
                stored += 1;
            }
        }
        // Whoever tries while it is full must not make it worse.
        for _ in 0..2 {
            if let Ok(store) = SledStore::open(&dir, &SledOptions::default()) {
                while store.commit(&[noisy(stored)]).is_ok() {
                    stored += 1;
                }
            }
        }
        disk.make_room();
        let opened = SledStore::open(&dir, &SledOptions::default());
        let store = opened.unwrap_or_else(|error| panic!("{kib} KiB, {stored}: {error:?}"));
        check(&store, stored, &format!("of {kib} KiB"));
        store.commit(&[noisy(stored)]).unwrap();
        drop(store);
        check(&open(&dir), stored + 1, &format!("of {kib} KiB, and room again"));
    }
}

/// What a disk leaves behind that fills while the log is written: the beginning of what was to be
/// written.
fn half_written(before: &[u8], after: &[u8], share: usize) -> Vec<u8> {
    let mut log = before.to_vec();
    log.resize(before.len().max(after.len()), 0);
    let differ = |at: &usize| log.get(*at) != after.get(*at);
    let different: Vec<usize> = (0..after.len()).filter(differ).collect();
    for at in &different[..different.len() * share / 8] {
        log[*at] = after[*at];
    }
    log
}

#[test]
fn what_a_full_disk_leaves_behind_is_opened() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("sled/db");
    let mut stored = 0;
    for round in 0..6 {
        let store = open(folder.path());
        for _ in 0..20 * round {
            store.commit(&[noisy(stored)]).unwrap();
            stored += 1;
        }
        drop(store);
        let remains = tempfile::tempdir().unwrap();
        copy(folder.path(), remains.path());
        let before = std::fs::read(&log).unwrap();
        let store = open(folder.path());
        store.commit(&[noisy(stored)]).unwrap();
        drop(store);
        let after = std::fs::read(&log).unwrap();
        for share in 0..8 {
            let full = tempfile::tempdir().unwrap();
            copy(remains.path(), full.path());
            std::fs::write(full.path().join("sled/db"), half_written(&before, &after, share))
                .unwrap();
            // And a snapshot of the page table that had no room.
            let snapshot = full.path().join("sled/snap.7FFFFFFFFFFFFFFF.generating");
            std::fs::write(snapshot, [7; 40]).unwrap();
            check(&open(full.path()), stored, &format!("round {round}, {share} of 8"));
        }
        stored += 1;
    }
}

#[test]
fn a_snapshot_of_the_page_table_that_is_damaged_is_made_anew() {
    let folder = tempfile::tempdir().unwrap();
    for number in 0..5 {
        open(folder.path()).commit(&[noisy(number)]).unwrap();
    }
    let names = std::fs::read_dir(folder.path().join("sled")).unwrap();
    let paths = names.map(|entry| entry.unwrap().path());
    let is_snapshot =
        |path: &PathBuf| path.file_name().unwrap().to_string_lossy().starts_with("snap.");
    let snapshot = paths.into_iter().find(is_snapshot).unwrap();
    let bytes = std::fs::read(&snapshot).unwrap();
    std::fs::write(&snapshot, &bytes[..bytes.len() / 2]).unwrap();
    check(&open(folder.path()), 5, "with half of a snapshot");
    check(&open(folder.path()), 5, "and once more");
}
