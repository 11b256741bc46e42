//! What a second run does: nothing, or only what is new.

use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use docmill::ingest::{Content, Offer, Origin, Unreadable};
use docmill::model::{SourceName, SourceState};
use docmill::pipeline::{Fate, RunOptions};
use docmill::store::{MemoryStore, Store};
use docmill_tests::{Lab, TestEnv, Told, exit, guest, shipped, sources};

fn pipeline() -> docmill::pipeline::Pipeline {
    Lab::get().pipeline(&format!(
        "[[step]]\nplugin = {:?}\n\n[[step]]\nplugin = {:?}\n\n[[step]]\nplugin = {:?}\n",
        shipped("extract-text"),
        guest("examples/extract-csv"),
        guest("adversarial/well-behaved"),
    ))
}

fn ingest(store: &dyn Store, offered: &[(&str, &str)]) -> Vec<Told> {
    // With one job, sources are told in the order in which they were offered.
    let options = RunOptions { jobs: 1, ..RunOptions::default() };
    let offered = sources(offered.iter().copied());
    let ingested = Lab::get().ingest_into(store, &pipeline(), offered, &options);
    ingested.unwrap_or_else(|error| panic!("{error}")).1
}

fn fates(told: &[Told]) -> Vec<Fate> {
    told.iter().map(|told| told.fate).collect()
}

#[test]
fn a_second_run_over_the_same_sources_has_nothing_to_do() {
    let store = MemoryStore::new();
    let offered = [("a.txt", "Un texte.\n"), ("b.txt", "Un autre texte.\n")];
    assert_eq!(fates(&ingest(&store, &offered)), [Fate::Added, Fate::Added]);
    let before = docmill_tests::contents(&store);
    assert_eq!(fates(&ingest(&store, &offered)), [Fate::Unchanged, Fate::Unchanged]);
    assert_eq!(docmill_tests::contents(&store), before);
}

#[test]
fn a_changed_source_becomes_a_second_version_of_the_same_document() {
    let store = MemoryStore::new();
    ingest(&store, &[("a.txt", "Un texte.\n"), ("b.txt", "Un autre texte.\n")]);
    let ids = |store: &MemoryStore| -> Vec<_> {
        let documents = store.documents().map(|it| it.expect("the store can be read"));
        documents.map(|it| (it.id, it.version)).collect()
    };
    let before = ids(&store);
    let told = ingest(&store, &[("a.txt", "Un texte.\n"), ("b.txt", "Un texte nouveau.\n")]);
    assert_eq!(fates(&told), [Fate::Unchanged, Fate::Updated]);
    assert_eq!(ids(&store), [before[0], (before[1].0, 2)]);
    let old = store.document(before[1].0, Some(1)).expect("the store can be read");
    let old = old.expect("the first version is still there");
    assert_eq!(old.extracted.document.text.trim_end(), "Un autre texte.");
}

#[test]
fn a_changed_source_that_can_no_longer_be_read_keeps_the_version_it_had() {
    let store = MemoryStore::new();
    let whole = ("a.csv", "un,deux\n");
    assert_eq!(fates(&ingest(&store, &[whole])), [Fate::Added]);
    // A quote that is never closed; then no content at all.
    for broken in ["un,\"deux\n", ""] {
        assert_eq!(fates(&ingest(&store, &[("a.csv", broken)])), [Fate::Failed]);
        let documents: Vec<_> =
            store.documents().map(|document| document.expect("the store can be read")).collect();
        let [document] = documents.as_slice() else { panic!("not one document: {documents:#?}") };
        assert_eq!(
            (document.version, document.extracted.document.text.trim_end()),
            (1, "un\tdeux")
        );
        let source = store.source(&document.source).expect("the store can be read");
        assert_eq!(source.map(|source| source.state), Some(SourceState::Failed));
        assert_eq!(store.failures().count(), 1);
    }
    // As it was in the beginning, it can be read, and nothing is left of the failures.
    assert_ne!(fates(&ingest(&store, &[whole])), [Fate::Failed]);
    assert_eq!(store.failures().count(), 0);
}

#[test]
fn the_binary_says_that_there_is_nothing_to_do() {
    let env = TestEnv::with_small_pipeline();
    env.write("in/a.txt", "Un texte.\n");
    env.write("in/b.txt", "Un autre texte.\n");
    let first = env.run(["ingest", "in"]).expect(exit::SUCCESS);
    assert!(first.stderr.contains("2 "), "{}", first.stderr);
    let _ = env.run(["ingest", "in"]).expect(exit::SUCCESS).says("nothing to do: ");
    env.write("in/b.txt", "Un texte nouveau.\n");
    let third = env.run(["ingest", "in", "--output", "json"]).expect(exit::SUCCESS);
    let mut fates: Vec<String> = (third.events().iter())
        .filter(|event| event["event"] == "source")
        .map(|event| format!("{} {}", event["source"], event["fate"]))
        .collect();
    // Two jobs may end in any order.
    fates.sort();
    assert_eq!(fates, ["\"in/a.txt\" \"unchanged\"", "\"in/b.txt\" \"updated\""]);
}

#[test]
fn few_sources_are_spread_over_all_jobs() {
    /// Can be read once all others are being read.
    struct Together(Arc<(Mutex<u32>, Condvar)>);
    impl Content for Together {
        fn read(self: Box<Self>, _: u64) -> Result<Arc<[u8]>, Unreadable> {
            let (reading, changed) = &*self.0;
            let mut reading = reading.lock().expect("nobody panicked");
            *reading += 1;
            changed.notify_all();
            let few = |reading: &mut u32| *reading < 4;
            let patience = Duration::from_secs(60);
            let waited = changed.wait_timeout_while(reading, patience, few);
            if waited.expect("nobody panicked").1.timed_out() {
                return Err(Unreadable::because("the others are not read"));
            }
            Ok(Arc::from(&b"Un texte."[..]))
        }
    }
    struct Four(u32, Arc<(Mutex<u32>, Condvar)>);
    impl Origin for Four {
        fn next(&mut self) -> Option<Offer> {
            self.0 = self.0.checked_sub(1)?;
            let name = SourceName::new(format!("{}.txt", self.0)).expect("a name");
            Some(Offer { name, content: Ok(Box::new(Together(Arc::clone(&self.1)))) })
        }
    }
    let text = format!("[[step]]\nplugin = {:?}\n", shipped("extract-text"));
    let options = RunOptions { jobs: 4, ..RunOptions::default() };
    let four = Four(4, Arc::default());
    let ingested =
        Lab::get().ingest_into(&MemoryStore::new(), &Lab::get().pipeline(&text), four, &options);
    assert_eq!(ingested.expect("the store works").0.tally.added, 4);
}

/// A run that may not use more ends as if it had been asked to, and the next one goes on.
#[test]
fn a_run_ends_by_its_budget_and_the_next_one_goes_on() {
    let env = TestEnv::with_small_pipeline();
    for number in 0..300 {
        env.write(format!("in/{number:03}.txt"), format!("Texte {number}.\n"));
    }
    let ended = env.run(["ingest", "in", "--jobs", "2", "--budget", "sources=20"]);
    let _ = ended.expect(exit::INTERRUPTED).says("as it came to the end of 20 sources");
    let stored = env.run(["list", "--output", "json"]).expect(exit::SUCCESS).events().len();
    assert!((20..300).contains(&stored), "{stored}");
    for budget in ["wall=1ms", "processor=1ms", "store=1B"] {
        let _ = env.run(["ingest", "in", "--budget", budget]).expect(exit::INTERRUPTED);
    }
    if cfg!(target_os = "linux") {
        let ended = env.run(["ingest", "in", "--budget", "memory=1MiB"]).expect(exit::INTERRUPTED);
        let _ = ended.says("as it had more than 1.0 MiB in memory").says("run it again to go on");
    }
    // What is enough ends nothing.
    let enough = "wall=1h,processor=1h,memory=1TiB,store=1TiB,sources=1000";
    let _ = env.run(["ingest", "in", "--budget", enough]).expect(exit::SUCCESS);
    let listed = env.run(["list", "--output", "json"]).expect(exit::SUCCESS);
    assert_eq!(listed.events().len(), 300);
    let _ = env.run(["verify"]).expect(exit::SUCCESS);
    let _ = env.run(["ingest", "in", "--budget", "much"]).expect(exit::USAGE);
}
