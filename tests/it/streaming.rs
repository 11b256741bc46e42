//! Containers larger than what is held in memory: read where they lie, not copied, and never taken
//! for another file.

use std::sync::Arc;

use docmill::ingest::Files;
use docmill::model::{ByteSize, Digest, FailureClass};
use docmill::pipeline::{Event, Reporter, RunOptions, Stored, run};
use docmill::store::{MemoryStore, Store, Upkeep};
use docmill_tests::{Lab, guest, shipped, sources};

fn pipeline() -> docmill::pipeline::Pipeline {
    Lab::get().pipeline(&format!(
        "[[step]]\nplugin = {:?}\n\n[[step]]\nplugin = {:?}\n",
        guest("examples/unpack-jsonlines"),
        shipped("extract-text"),
    ))
}

/// A folder with a container of lines in it, of 100 bytes each and more than 64 KiB together.
fn large_container(lines: usize) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let line = |number| {
        format!("{{\"rest\":[{}0],\"text\":\"Le texte numéro {number}.\"}}\n", "0,".repeat(30))
    };
    let text: String = (0..lines).map(line).collect();
    assert!(text.len() > 64 << 10);
    std::fs::write(folder.path().join("x.jsonl"), text).expect("it can be written");
    folder
}

/// No source of more than 64 KiB is held in memory, and no such container is copied.
fn small_memory() -> RunOptions {
    RunOptions {
        jobs: 2,
        largest_source: ByteSize::kib(64),
        largest_copy: ByteSize::kib(64),
        ..Default::default()
    }
}

#[test]
fn a_container_larger_than_what_is_held_in_memory_is_taken_apart_and_not_copied() {
    let (folder, store) = (large_container(2_000), Arc::new(MemoryStore::new()));
    let files = || Files::new([folder.path().to_owned()], folder.path());
    let ingest = |pipeline: &docmill::pipeline::Pipeline| {
        let ingested = Lab::get().ingest_into(&*store, pipeline, files(), &small_memory());
        ingested.unwrap_or_else(|error| panic!("{error}"))
    };
    let (run, told) = ingest(&pipeline());
    assert_eq!((run.tally.added, run.tally.failures, told.len()), (2_000, 0, 2_001));
    let sources: Vec<_> = store.sources().map(|it| it.expect("it can be read")).collect();
    for source in &sources {
        let is_kept = store.has_original(&source.info.digest).expect("the store can be read");
        assert_eq!(is_kept, source.info.container.is_some(), "{}", source.info.name);
    }
    store.verify(&mut |flaw| assert!(flaw.source.is_none(), "it is not missed: {flaw}"));
    let bytes = std::fs::read(folder.path().join("x.jsonl")).expect("it can be read");
    let container = sources.iter().find(|it| it.info.container.is_none()).expect("it is stored");
    assert_eq!(container.info.digest, Digest::of(&bytes));
    assert_eq!(container.info.size, bytes.len() as u64);
    // Nothing is lost of what a second run needs.
    let (run, _) = ingest(&pipeline());
    assert_eq!((run.tally.added, run.tally.updated, run.tally.failures), (0, 0, 0));
    // What nobody takes apart stays bound by that.
    let only_text =
        Lab::get().pipeline(&format!("[[step]]\nplugin = {:?}\n", shipped("extract-text")));
    let (run, _) = ingest(&only_text);
    assert_eq!(run.tally.failures, 1);
    let failures: Vec<_> = store.failures().map(|it| it.expect("it can be read")).collect();
    assert!(failures[0].causes[0].ends_with("and the limit is 64.0 KiB"), "{failures:#?}");
}

#[test]
fn a_container_that_is_not_in_the_store_is_read_where_it_was_if_it_is_the_same() {
    let (folder, store) = (large_container(1_000), Arc::new(MemoryStore::new()));
    let path = folder.path().join("x.jsonl");
    let files = Files::new([path.clone()], folder.path());
    let ingested = Lab::get().ingest_into(&*store, &pipeline(), files, &small_memory());
    ingested.unwrap_or_else(|error| panic!("{error}"));
    // Another pipeline each time, so that it has to be opened again.
    let mut steps = 0;
    let mut again = |base: Option<&std::path::Path>| {
        steps += 1;
        let other = Lab::get().pipeline(&format!(
            "[[step]]\nname = \"step-{steps}\"\nplugin = {:?}\n\n[[step]]\nplugin = {:?}\n",
            guest("examples/unpack-jsonlines"),
            shipped("extract-text"),
        ));
        let name = docmill::model::SourceName::new("x.jsonl").expect("a name");
        let stored = Stored::of(Arc::clone(&store) as _, [name]);
        let stored = match base {
            Some(base) => stored.beside(base),
            None => stored,
        };
        let ingested = Lab::get().ingest_into(&*store, &other, stored, &small_memory());
        let (_, told) = ingested.unwrap_or_else(|error| panic!("{error}"));
        let failures: Vec<_> = store.failures().map(|it| it.expect("it can be read")).collect();
        let causes = failures.into_iter().map(|it| it.causes.join(": ")).collect::<Vec<_>>();
        (told.len(), causes)
    };
    let (_, causes) = again(None);
    assert_eq!(causes, ["its content is not in the store"]);
    assert_eq!(again(Some(folder.path())), (1_001, Vec::new()));
    // As large as before, and as old for all that its name tells.
    let mut bytes = std::fs::read(&path).expect("it can be read");
    bytes[10] = b' ';
    std::fs::write(&path, bytes).expect("it can be written");
    let (told, causes) = again(Some(folder.path()));
    assert_eq!((told, &*causes[0]), (1, "the file is no longer the one that was taken in"));
    std::fs::remove_file(&path).expect("it can be removed");
    let (_, causes) = again(Some(folder.path()));
    assert!(
        causes[0].contains("is too large to be in the store, and is not where it was"),
        "{causes:?}"
    );
    // Whoever writes a store cannot have it lead elsewhere by a link.
    std::os::unix::fs::symlink("/etc/passwd", &path).expect("it links");
    let (_, causes) = again(Some(folder.path()));
    assert!(causes[0].contains("symbolic link"), "{causes:?}");
}

/// Writes to a file once the first source is told.
struct Meddling(std::path::PathBuf);

impl Reporter for Meddling {
    fn event(&self, event: &Event<'_>) {
        if let Event::Source { .. } = event {
            let file = std::fs::File::options().append(true).open(&self.0);
            std::io::Write::write_all(&mut file.expect("it is there"), b"\n")
                .expect("it is written");
        }
    }
}

#[test]
fn a_file_that_changes_while_it_is_taken_apart_fails() {
    let (folder, store) = (large_container(5_000), MemoryStore::new());
    let path = folder.path().join("x.jsonl");
    let mut files = Files::new([path.clone()], folder.path());
    let run = run(&store, &pipeline(), &mut files, &small_memory(), &Meddling(path));
    run.unwrap_or_else(|error| panic!("{error}"));
    let failures: Vec<_> = store.failures().map(|it| it.expect("it can be read")).collect();
    let [failure] = failures.as_slice() else { panic!("not one failure: {failures:#?}") };
    assert_eq!((failure.source.as_str(), failure.class), ("x.jsonl", FailureClass::Host));
    assert_eq!(failure.causes, ["the file changed while it was read"]);
}

#[test]
fn containers_in_each_other_share_what_may_come_out_of_the_file() {
    let pipeline = Lab::get().pipeline(&format!(
        "[[step]]\nplugin = {:?}\n\n[[step]]\nplugin = {:?}\n",
        guest("adversarial/emit-itself"),
        shipped("extract-html"),
    ));
    let sources_within = |largest_container| {
        let options = RunOptions { jobs: 2, largest_container, ..Default::default() };
        let store = MemoryStore::new();
        let offered = sources([("x.txt", "x")]);
        let ingested = Lab::get().ingest_into(&store, &pipeline, offered, &options);
        ingested.unwrap_or_else(|error| panic!("{error}")).1.len()
    };
    // Each counts a little more than 4 KiB, and five levels are the most.
    assert_eq!(sources_within(ByteSize::mib(1)), 7);
    assert_eq!(sources_within(ByteSize::kib(10)), 3);
}
