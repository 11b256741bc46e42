//! How fast the store on disk is, and what it takes: for people, not for CI.

use super::disk::{blobs, open};
use super::*;

/// Run it with `cargo test --release -p docmill measure -- --ignored --nocapture`, alone: it reads
/// the memory of the process.
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

/// Run it with `cargo test --release -p docmill measure_lists -- --ignored --nocapture`.
#[test]
#[ignore = "measures instead of checking"]
#[expect(clippy::print_stdout, reason = "the numbers are what it is for")]
fn measure_lists() {
    const DOCUMENTS: usize = 100_000;
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let steps = ["analyze-authors", "analyze-dates", "analyze-references"];
    let names = ["semiconductor-chips", "drones", "mobile-5g-6g", "space", "rare-earth"];
    let label = |n: usize| Label {
        name: names[n % names.len()].to_owned(),
        confidence: (n % 100) as f32 / 100.0,
        evidence: (0..40).map(|at| Span { start: at * 20, end: at * 20 + 10 }).collect(),
        attributes: vec![Attribute { name: "rank".to_owned(), value: "main".to_owned() }],
    };
    let numbers: Vec<usize> = (0..DOCUMENTS).collect();
    let start = std::time::Instant::now();
    for numbers in numbers.chunks(64) {
        let commits = numbers.iter().map(|n| {
            let text: String =
                noise_from(*n as u64, 1_500).iter().map(|byte| format!("{byte:02x} ")).collect();
            let mut commit = commit(&format!("reports/2024/{n:06}.html"), 1, &[&text]);
            let attributes = &mut commit.documents[0].extracted.document.attributes;
            attributes.clear();
            for (name, value) in [
                ("title", "A title of some sixty characters as many pages have"),
                ("date", "2024-05-01"),
            ] {
                attributes.push(Attribute { name: name.to_owned(), value: value.to_owned() });
            }
            commit.source.info.container = None;
            commit.source.info.attributes.clear();
            commit.source.state = SourceState::Done;
            commit.findings = steps.iter().map(|step| found(&commit, step, "2024")).collect();
            let (id, version, mut labels) = found(&commit, "classify-lexicon", "");
            labels.findings = Findings::Labels((*n..*n + 3).map(label).collect());
            commit.findings.push((id, version, labels));
            commit
        });
        store.commit(&commits.collect::<Vec<_>>()).unwrap();
    }
    println!("{DOCUMENTS} documents committed in {:?}", start.elapsed());
    println!("{} MiB on disk", Store::size_on_disk(&store).unwrap().unwrap() >> 20);
    let one = store.summaries().next().unwrap().unwrap();
    println!("a summary has {} bytes", record::Record::encode(&one).len());
    drop(store);
    for time in 0..2 {
        let start = std::time::Instant::now();
        let store = open(folder.path());
        println!("{time}: opened after {:?}", start.elapsed());
        drop(store.summaries().next());
        println!("   first of the list after {:?}", start.elapsed());
        let start = std::time::Instant::now();
        let drones = store.summaries().map(Result::unwrap);
        let drones = drones.filter(|it| it.labels().any(|label| label.name == "drones"));
        println!("   20 with a label, {}, in {:?}", drones.take(20).count(), start.elapsed());
        let start = std::time::Instant::now();
        let length: u64 = store.summaries().map(|it| it.unwrap().length).sum();
        println!("   all, {length} bytes of text, in {:?}", start.elapsed());
        let start = std::time::Instant::now();
        println!("   all sources, {}, in {:?}", store.sources().count(), start.elapsed());
    }
    let store = open(folder.path());
    let start = std::time::Instant::now();
    for document in store.documents() {
        let document = document.unwrap();
        assert_eq!(store.findings(document.id, document.version).unwrap().len(), 4);
        store.source(&document.source).unwrap();
        store.failures_of(&document.source).unwrap();
    }
    println!("before: everything of all documents in {:?}", start.elapsed());
}
