//! How fast the store on disk is, and what it takes: for people, not for CI.

use super::disk::{blobs, open};
use super::*;

/// Run it with `cargo test --release -p docmill measure -- --ignored --nocapture`, alone: it reads the memory of the process.
#[test]
#[ignore = "measures instead of checking"]
#[expect(clippy::print_stdout, reason = "the numbers are what it is for")]
fn measure_commits() {
    let rss = || {
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let line = status.lines().find(|line| line.starts_with("VmRSS")).unwrap_or_default();
        line.split_whitespace().nth(1).and_then(|n| n.parse::<u64>().ok()).unwrap_or(0) / 1024
    };
    let words =
        ["report", "quarter", "ministry", "of", "the", "water", "in", "a", "growth", "said"];
    for (total, group) in [(10_000, 64), (2_000, 1), (2_000, 64), (2_000, 1), (2_000, 64)] {
        let folder = tempfile::tempdir().unwrap();
        let store = open(folder.path());
        let numbers: Vec<usize> = (0..total).collect();
        let (mut early, mut seconds) = (0, 0.0);
        for numbers in numbers.chunks(group) {
            let commits = numbers.iter().map(|n| {
                let text: String = noise_from(2 * *n as u64, 850)
                    .iter()
                    .flat_map(|byte| [words[usize::from(*byte) % words.len()], " "])
                    .collect();
                let mut commit = commit(&format!("reports/{n}.txt"), 1, &[&text]);
                commit.findings =
                    vec![found(&commit, "dates", "1"), found(&commit, "authors", "2")];
                commit
            });
            let commits: Vec<Commit> = commits.collect();
            let start = std::time::Instant::now();
            store.commit(&commits).unwrap();
            seconds += start.elapsed().as_secs_f64();
            if numbers.contains(&999) {
                early = rss();
            }
        }
        let late = rss();
        let size = Store::size_on_disk(&store).unwrap().unwrap() >> 10;
        let stored: usize =
            everything(&store).iter().map(|(key, value)| key.len() + value.len()).sum();
        let stored = stored >> 10;
        let start = std::time::Instant::now();
        assert_eq!(store.documents().map(Result::unwrap).count(), total);
        let listing = start.elapsed();
        drop(store);
        let start = std::time::Instant::now();
        drop(open(folder.path()));
        println!(
            "groups of {group}: {:.0} docs/s, RSS {early} then {late} MiB, {size} KiB on disk for {stored} KiB of records, {} blobs, listed in {listing:?}, reopened in {:?}",
            total as f64 / seconds,
            blobs(folder.path()),
            start.elapsed()
        );
    }
}
