//! What becomes of sources that are stored already when they are ingested again: kept, replaced, or
//! retired when they are gone.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use docmill::ingest::{Offer, Origin};
use docmill::model::{SourceName, SourceState};
use docmill::pipeline::{Fate, Pipeline, RunOptions, Strategy};
use docmill::store::{MemoryStore, Store};
use docmill_tests::{Lab, Output, Sources, TestEnv, exit, guest, shipped, sources};

fn pipeline() -> Pipeline {
    Lab::get().pipeline(&format!(
        "[[step]]\nplugin = {:?}\n\n[[step]]\nplugin = {:?}\n\n[[step]]\nplugin = {:?}\n",
        guest("examples/unpack-jsonlines"),
        shipped("extract-text"),
        guest("adversarial/misbehave-on-request"),
    ))
}

/// Ingests what there is and nothing else, and tells the fates by name.
fn ingest(
    store: &dyn Store,
    strategy: Strategy,
    offered: &[(&str, &str)],
) -> Vec<(String, Fate, usize)> {
    let options = RunOptions { jobs: 1, strategy, ..RunOptions::default() };
    let offered = sources(offered.iter().copied()).and_nothing_else();
    let ingested = Lab::get().ingest_into(store, &pipeline(), offered, &options);
    let (_, told) = ingested.unwrap_or_else(|error| panic!("{error}"));
    told.into_iter().map(|told| (told.name, told.fate, told.computed)).collect()
}

fn listed(store: &dyn Store) -> Vec<String> {
    let documents = store.documents().map(|document| document.expect("the store can be read"));
    documents.map(|document| document.source.to_string()).collect()
}

fn told(name: &str, fate: Fate, computed: usize) -> (String, Fate, usize) {
    (name.to_owned(), fate, computed)
}

const TWO: [(&str, &str); 2] = [("a.txt", "Un texte.\n"), ("b.txt", "Un autre.\n")];

#[test]
fn what_is_kept_is_not_even_read_and_what_failed_is_tried_again() {
    let store = MemoryStore::new();
    ingest(&store, Strategy::Keep, &[("a.txt", "Un texte.\n"), ("b.txt", "please-trap\n")]);
    let changed = [("a.txt", "Un texte nouveau.\n"), ("b.txt", "Un autre.\n"), ("c.txt", "Un.\n")];
    assert_eq!(
        ingest(&store, Strategy::Keep, &changed),
        [
            told("a.txt", Fate::Kept, 0),
            told("b.txt", Fate::Updated, 2),
            told("c.txt", Fate::Added, 2)
        ]
    );
    let first = store.documents().next().expect("there is one").expect("it can be read");
    assert_eq!((first.version, first.extracted.document.text.trim_end()), (1, "Un texte."));
}

#[test]
fn what_is_gone_is_retired_and_back_without_computing_anything() {
    let store = MemoryStore::new();
    ingest(&store, Strategy::Replace, &TWO);
    assert_eq!(ingest(&store, Strategy::Replace, &TWO[..1]), [told("a.txt", Fate::Unchanged, 0)]);
    assert_eq!(listed(&store), ["a.txt", "b.txt"]);
    let mirrored = [told("a.txt", Fate::Unchanged, 0), told("b.txt", Fate::Retired, 0)];
    assert_eq!(ingest(&store, Strategy::Mirror, &TWO[..1]), mirrored);
    assert_eq!(listed(&store), ["a.txt"]);
    // Once is enough.
    assert_eq!(ingest(&store, Strategy::Mirror, &TWO[..1]), mirrored[..1]);
    let name = SourceName::new("b.txt").expect("a name");
    let source = store.source(&name).expect("it can be read").expect("its record stays");
    assert!(source.retired && source.state == SourceState::Done);
    let document = store.document(source.documents[0], Some(1)).expect("it can be read");
    assert!(document.is_some(), "its documents stay");
    for strategy in [Strategy::Keep, Strategy::Replace, Strategy::Mirror] {
        assert_eq!(ingest(&store, strategy, &TWO)[1], told("b.txt", Fate::Added, 0));
        assert_eq!(listed(&store), ["a.txt", "b.txt"]);
        ingest(&store, Strategy::Mirror, &TWO[..1]);
    }
    // With another content it is the next version.
    ingest(&store, Strategy::Mirror, &[("b.txt", "Un tout autre.\n")]);
    assert_eq!(listed(&store), ["b.txt"]);
    let next = store.documents().next().expect("there is one").expect("it can be read");
    assert_eq!(next.version, 2);
}

#[test]
fn the_failures_of_what_is_gone_are_off_the_list_and_come_back_with_it() {
    let store = MemoryStore::new();
    let offered = [("a.txt", "Un texte.\n"), ("b.txt", "please-trap\n")];
    ingest(&store, Strategy::Mirror, &offered);
    assert_eq!(store.failures().count(), 1);
    ingest(&store, Strategy::Mirror, &offered[..1]);
    assert_eq!(store.failures().count(), 0);
    let name = SourceName::new("b.txt").expect("a name");
    assert_eq!(store.failures_of(&name).expect("it can be read").len(), 1);
    assert_eq!(ingest(&store, Strategy::Mirror, &offered)[1], told("b.txt", Fate::Failed, 1));
    assert_eq!(store.failures().count(), 1);
}

#[test]
fn members_go_with_their_container_and_when_it_no_longer_holds_them() {
    let store = MemoryStore::new();
    let line = |text: &str| format!("{{\"text\":\"{text}\"}}\n");
    let (one, two) = (line("Un."), line("Un.") + &line("Deux."));
    let offer = |content: &str, strategy| ingest(&store, strategy, &[("x.jsonl", content)]);
    offer(&two, Strategy::Mirror);
    let both = ["x.jsonl!/line 1", "x.jsonl!/line 2"];
    assert_eq!(listed(&store), both);
    offer(&one, Strategy::Replace);
    assert_eq!(listed(&store), both);
    // A content that cannot be read as a whole says nothing about what is gone.
    offer(&format!("{one}{{"), Strategy::Mirror);
    assert_eq!(listed(&store), both);
    let mirrored = offer(&one, Strategy::Mirror);
    assert_eq!(mirrored[1], told("x.jsonl!/line 2", Fate::Retired, 0));
    assert_eq!(listed(&store), both[..1]);
    let name = SourceName::new("x.jsonl").expect("a name");
    let gone = ingest(&store, Strategy::Mirror, &TWO[..1]);
    let names: Vec<&str> = gone.iter().map(|(name, _, _)| name.as_str()).collect();
    assert_eq!(names, ["a.txt", "x.jsonl!/line 1", "x.jsonl"]);
    assert_eq!(listed(&store), ["a.txt"]);
    assert!(store.source(&name).expect("it can be read").expect("it stays").retired);
    // Of what comes back only the container is opened anew.
    let back = offer(&two, Strategy::Replace);
    assert_eq!(
        back,
        [
            told("x.jsonl!/line 1", Fate::Added, 0),
            told("x.jsonl!/line 2", Fate::Added, 0),
            told("x.jsonl", Fate::Added, 1)
        ]
    );
}

/// A folder `in` of files that are stored, with one of them gone.
fn with_one_gone() -> TestEnv {
    let env = TestEnv::with_small_pipeline();
    for name in ["in/a.txt", "in/b.txt", "in/sub/c.txt", "other/d.txt"] {
        env.write(name, format!("Le texte de {name}.\n"));
    }
    let _ = env.run(["ingest", "in", "other"]).expect(exit::SUCCESS).says("4 documents added");
    fs::remove_file(env.work().join("in/b.txt")).expect("it can be removed");
    env
}

fn mirror(env: &TestEnv, paths: &[&str]) -> Output {
    env.run(["ingest", "--strategy", "mirror"].iter().chain(paths))
}

fn names(env: &TestEnv) -> Vec<String> {
    let listed = env.run(["list", "--output", "json"]).expect(exit::SUCCESS).events();
    listed.iter().map(|it| it["source"].as_str().expect("a name").to_owned()).collect()
}

#[test]
fn every_command_agrees_on_what_is_retired() {
    let env = with_one_gone();
    let _ = env.run(["ingest", "in"]).expect(exit::SUCCESS).says("nothing to do: 2 sources");
    assert_eq!(names(&env).len(), 4);
    let _ = mirror(&env, &["in"]).expect(exit::SUCCESS).says("1 source retired, 2 sources unch");
    assert_eq!(names(&env), ["in/a.txt", "in/sub/c.txt", "other/d.txt"]);
    let exported = env.run(["export"]).expect(exit::SUCCESS);
    assert_eq!(exported.events().len(), 3);
    let stats = env.run(["stats", "--output", "json"]).expect(exit::SUCCESS).events();
    assert_eq!((&stats[0]["sources"], &stats[0]["documents"]), (&3.into(), &3.into()));
    let _ = env.run(["plan"]).expect(exit::SUCCESS).says("nothing to do: 3 sources up to date");
    let _ = env.run(["show", "in/b.txt"]).expect(exit::SUCCESS).says("retired");
    let _ = env.run(["verify", "--sample", "100%"]).expect(exit::SUCCESS).says("is whole");
    // A change of the pipeline does not bring it back, and a copy of the store knows as much.
    env.write("docmill.toml", format!("[[step]]\nplugin = {:?}\n", shipped("extract-text")));
    let _ = env.run(["update"]).expect(exit::SUCCESS);
    assert_eq!(names(&env).len(), 3);
    let _ = env.run(["store", "export", "copy.docmill"]).expect(exit::SUCCESS);
    let _ = env.run(["store", "import", "copy.docmill", "--store", "copy"]).expect(exit::SUCCESS);
    let copied = env.run(["list", "--store", "copy", "--output", "json"]).expect(exit::SUCCESS);
    assert_eq!(copied.events().len(), 3);
    let _ =
        env.run(["store", "rebuild", "rebuilt"]).expect(exit::SUCCESS).says("3 documents added");
    env.write("in/b.txt", "Le texte de in/b.txt.\n");
    let _ =
        env.run(["ingest", "in"]).expect(exit::SUCCESS).says("1 document added, 2 sources unch");
    assert_eq!(names(&env).len(), 4);
    let _ = env.run(["verify"]).expect(exit::SUCCESS);
}

#[test]
fn only_what_is_gone_from_the_named_folders_is_retired() {
    let env = with_one_gone();
    fs::remove_file(env.work().join("other/d.txt")).expect("it can be removed");
    env.write("other/e.txt", "Encore un.\n");
    // Neither a file that is named, nor one that cannot be found, says anything about others.
    let _ = mirror(&env, &["in/a.txt"]).expect(exit::SUCCESS);
    let _ = mirror(&env, &["in/b.txt"]).expect(exit::SOME_FAILED);
    assert_eq!(names(&env).len(), 4);
    // However the folder is named.
    let absolute = env.work().join("in");
    let absolute = absolute.to_str().expect("a name in UTF-8");
    let _ = mirror(&env, &[absolute]).expect(exit::SUCCESS).says("1 source retired");
    assert_eq!(names(&env), ["in/a.txt", "in/sub/c.txt", "other/d.txt"]);
    fs::remove_file(env.work().join("in/a.txt")).expect("it can be removed");
    let _ = mirror(&env, &["./in", "other", "in/sub"]).expect(exit::SUCCESS).says("2 sources reti");
    assert_eq!(names(&env), ["in/sub/c.txt", "other/e.txt"]);
}

#[test]
fn what_is_hidden_or_a_folder_now_is_told_apart_from_what_is_gone() {
    let env = with_one_gone();
    env.write("in/.hidden/x.txt", "Un texte.\n");
    let _ = env.run(["ingest", "in/.hidden/x.txt"]).expect(exit::SUCCESS);
    fs::remove_file(env.work().join("in/a.txt")).expect("it can be removed");
    env.write("in/a.txt/inside.txt", "Un texte.\n");
    let _ = mirror(&env, &["in"]).expect(exit::SUCCESS).says("2 sources retired");
    assert_eq!(
        names(&env),
        ["in/.hidden/x.txt", "in/a.txt/inside.txt", "in/sub/c.txt", "other/d.txt"]
    );
}

#[cfg(unix)]
#[test]
fn a_link_to_a_folder_stands_for_the_folder() {
    let env = with_one_gone();
    std::os::unix::fs::symlink("in", env.work().join("link")).expect("it links");
    let _ = mirror(&env, &["link"]).expect(exit::SUCCESS).says("1 source retired");
    assert_eq!(names(&env), ["in/a.txt", "in/sub/c.txt", "other/d.txt"]);
    // Where it leads nowhere, nothing is gone.
    fs::rename(env.work().join("in"), env.work().join("away")).expect("it can be renamed");
    let _ = mirror(&env, &["link"]).expect(exit::SOME_FAILED);
    assert_eq!(names(&env).len(), 3);
}

#[test]
fn a_folder_that_is_not_there_or_empty_retires_nothing() {
    let env = with_one_gone();
    fs::rename(env.work().join("in"), env.work().join("away")).expect("it can be renamed");
    let _ = mirror(&env, &["in"]).expect(exit::SOME_FAILED);
    // As a place is in which a disk is not mounted.
    fs::create_dir(env.work().join("in")).expect("it can be made");
    let _ = mirror(&env, &["in"]).expect(exit::SOME_FAILED).says("nothing of `in` was retired");
    assert_eq!(names(&env).len(), 4);
    fs::remove_dir(env.work().join("in")).expect("it can be removed");
    fs::rename(env.work().join("away"), env.work().join("in")).expect("it can be renamed");
    // The failure to find anything goes with the next run that does.
    let _ = mirror(&env, &["in"]).expect(exit::SUCCESS).says("2 sources retired");
    let _ = env.run(["failures", "list"]).expect(exit::SUCCESS).says("nothing failed");
}

#[cfg(unix)]
#[test]
fn a_folder_that_cannot_be_read_as_a_whole_retires_nothing() {
    use std::os::unix::fs::PermissionsExt;
    let env = with_one_gone();
    let sub = env.work().join("in/sub");
    let allow = |mode| {
        fs::set_permissions(&sub, fs::Permissions::from_mode(mode)).expect("it can be changed");
    };
    allow(0o000);
    // Whoever may read everything cannot see this happen.
    if fs::read_dir(&sub).is_err() {
        let _ = mirror(&env, &["in"]).expect(exit::SOME_FAILED).says("nothing of `in` was retired");
        assert_eq!(names(&env).len(), 4);
    }
    allow(0o755);
    let _ = mirror(&env, &["in"]).expect(exit::SUCCESS).says("source");
    assert_eq!(names(&env).len(), 3);
}

/// Asks the run to end with the first thing it offers.
struct Interrupting(Sources, Arc<AtomicBool>);

impl Origin for Interrupting {
    fn next(&mut self) -> Option<Offer> {
        let offer = self.0.next();
        self.1.store(true, Ordering::SeqCst);
        offer
    }

    fn is_gone(&self, name: &SourceName) -> bool {
        self.0.is_gone(name)
    }
}

#[test]
fn a_mirror_that_is_interrupted_retires_nothing() {
    let store = MemoryStore::new();
    ingest(&store, Strategy::Replace, &TWO);
    let stop = Arc::<AtomicBool>::default();
    let origin = Interrupting(sources(TWO).and_nothing_else(), Arc::clone(&stop));
    let options = RunOptions { jobs: 1, strategy: Strategy::Mirror, stop, ..RunOptions::default() };
    let (run, _) =
        Lab::get().ingest_into(&store, &pipeline(), origin, &options).expect("the store works");
    assert_eq!(run.tally.retired, 0);
    assert_eq!(listed(&store), ["a.txt", "b.txt"]);
    // The same without the interruption would have.
    ingest(&store, Strategy::Mirror, &TWO[..1]);
    assert_eq!(listed(&store), ["a.txt"]);
}
