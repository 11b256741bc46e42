//! Containers: what is inside them is taken in as if it had been there by itself.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use docmill::ingest::Files;
use docmill::model::{Digest, FailureClass, SourceState};
use docmill::pipeline::{Event, Fate, Plan, Reporter, RunError, RunOptions, Stored, Strategy, run};
use docmill::store::{MemoryStore, Store};
use docmill_tests::{Lab, contents, guest, shipped, sources};

fn pipeline() -> docmill::pipeline::Pipeline {
    Lab::get().pipeline(&format!(
        "[[step]]\nplugin = {:?}\n\n[[step]]\nplugin = {:?}\n\n[[step]]\nplugin = {:?}\n",
        guest("examples/unpack-jsonlines"),
        shipped("extract-text"),
        guest("adversarial/well-behaved"),
    ))
}

const LINES: &str = "{\"creator\":\"VNA\",\"date\":\"2025-06-12\",\"text\":\"Le premier texte.\"}\n\n\
    {\"text\":\"Le deuxième texte.\"}\n{\"text\":\"Le troisième texte.\"}\n";

#[test]
fn every_line_becomes_a_source_with_what_the_container_knows_of_it() {
    let ingested = Lab::get().ingest(&pipeline(), sources([("in/x.jsonl", LINES)]), 2);
    let documents = ingested.documents();
    let names: Vec<_> = documents.iter().map(|document| document.source.as_str()).collect();
    assert_eq!(names, ["in/x.jsonl!/line 1", "in/x.jsonl!/line 3", "in/x.jsonl!/line 4"]);
    let first = &documents[0].extracted.document;
    assert_eq!(first.text.trim_end(), "Le premier texte.");
    assert_eq!(first.attribute("creator"), Some("VNA"));
    assert_eq!(first.attribute("date"), Some("2025-06-12"));
    assert_eq!(documents[1].extracted.document.attribute("date"), None);
    assert_eq!(ingested.values("well-behaved").len(), 3);
    assert_eq!(ingested.failures(), []);
}

/// Names of members cannot be forged by names of files: a file is never called like a member.
#[test]
fn a_container_does_not_overwrite_a_file_that_seems_to_lie_in_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("it has one")).expect("it can be made");
        std::fs::write(path, text).expect("it can be written");
    };
    write("x.jsonl", LINES);
    write("x.jsonl!/line 1", "Le texte du fichier.");
    for jobs in [1, 4] {
        let store = MemoryStore::new();
        let options = RunOptions { jobs, ..RunOptions::default() };
        for time in 0..2 {
            let files = Files::new([folder.path().to_owned()], folder.path());
            let ingested = Lab::get().ingest_into(&store, &pipeline(), files, &options);
            let (_, told) = ingested.unwrap_or_else(|error| panic!("{error}"));
            let unchanged = told.iter().filter(|told| told.fate == Fate::Unchanged).count();
            assert_eq!(unchanged, if time == 0 { 0 } else { told.len() });
        }
        let documents = store.documents().map(|document| document.expect("it can be read"));
        let texts: Vec<(String, String)> = documents
            .map(|it| (it.source.to_string(), it.extracted.document.text.trim_end().to_owned()))
            .collect();
        let text =
            |name: &str| texts.iter().find(|(it, _)| it == name).map(|(_, text)| text.as_str());
        assert_eq!(texts.len(), 4, "{texts:?}");
        assert_eq!(text("x.jsonl!/line 1"), Some("Le premier texte."));
        assert_eq!(text("x.jsonl\\!/line 1"), Some("Le texte du fichier."));
    }
}

#[test]
fn a_container_is_told_after_everything_in_it() {
    let ingested = Lab::get().ingest(&pipeline(), sources([("x.jsonl", LINES)]), 4);
    let told: Vec<_> = ingested.told.iter().map(|told| (told.name.as_str(), told.fate)).collect();
    let (last, members) = told.split_last().expect("something was told");
    assert_eq!(members.len(), 3);
    assert!(
        members.iter().all(|(name, fate)| name.starts_with("x.jsonl!/") && *fate == Fate::Added)
    );
    assert_eq!(last.0, "x.jsonl");
}

#[test]
fn a_damaged_line_fails_the_container_and_the_lines_before_it_are_kept() {
    let lines = "{\"text\":\"Le premier texte.\"}\n{\"text\":\"Le deuxième texte.\"}\n{\"text\":\n{\"text\":\"x\"}\n";
    let ingested = Lab::get().ingest(&pipeline(), sources([("x.jsonl", lines)]), 2);
    let documents = ingested.documents();
    let names: Vec<_> = documents.iter().map(|document| document.source.as_str()).collect();
    assert_eq!(names, ["x.jsonl!/line 1", "x.jsonl!/line 2"]);
    let failures = ingested.failures();
    let [failure] = failures.as_slice() else { panic!("not one failure: {failures:#?}") };
    assert_eq!((failure.source.as_str(), failure.class), ("x.jsonl", FailureClass::Malformed));
    assert!(failure.causes[0].starts_with("line 3 is not a JSON object"), "{:?}", failure.causes);
}

#[test]
fn a_container_in_a_second_run_has_nothing_to_do() {
    let store = MemoryStore::new();
    let options = RunOptions { jobs: 2, ..Default::default() };
    let ingest = || {
        let offered = sources([("x.jsonl", LINES)]);
        let ingested = Lab::get().ingest_into(&store, &pipeline(), offered, &options);
        ingested.unwrap_or_else(|error| panic!("{error}")).1
    };
    ingest();
    let fates: Vec<_> = ingest().into_iter().map(|told| told.fate).collect();
    assert_eq!(fates, [Fate::Unchanged; 4]);
}

/// A container of so many lines, of which every seventh has the text of the one before.
fn many(lines: usize) -> String {
    (0..lines).map(|line| format!("{{\"text\":\"Texte {}.\"}}\n", line - line % 7 / 6)).collect()
}

#[test]
fn whoever_processes_the_members_the_store_is_the_same() {
    let lines = many(200);
    let ingested = |jobs| Lab::get().ingest(&pipeline(), sources([("x.jsonl", &*lines)]), jobs);
    let (one, four) = (ingested(1), ingested(4));
    assert_eq!(one.documents().len(), 200);
    assert_eq!(contents(&one.store), contents(&four.store));
    assert_eq!(four.told.last().map(|told| told.name.as_str()), Some("x.jsonl"));
    // Containers next to each other share those who help.
    let offered = || sources([("x.jsonl", &*lines), ("y.jsonl", LINES), ("z.jsonl", &*lines)]);
    let (one, four) = (
        Lab::get().ingest(&pipeline(), offered(), 1),
        Lab::get().ingest(&pipeline(), offered(), 4),
    );
    assert_eq!(contents(&one.store), contents(&four.store));
}

#[test]
fn a_run_that_ends_in_a_container_leaves_nobody_waiting() {
    let pipeline = Lab::get().pipeline(&format!(
        "[[step]]\nplugin = {:?}\n\n[[step]]\nplugin = {:?}\n\n[[step]]\nplugin = {:?}\n",
        guest("examples/unpack-jsonlines"),
        shipped("extract-text"),
        guest("adversarial/misconfigured"),
    ));
    let lines = many(200);
    for jobs in [1, 4] {
        let store = MemoryStore::new();
        let options = RunOptions { jobs, ..Default::default() };
        let offered = sources([("x.jsonl", &*lines), ("y.jsonl", &*lines)]);
        let ended = Lab::get().ingest_into(&store, &pipeline, offered, &options);
        assert!(matches!(ended, Err(RunError::Misconfigured { .. })), "{ended:?}");
        let name = |name: &str| docmill::model::SourceName::new(name).expect("a name");
        for container in ["x.jsonl", "y.jsonl"] {
            let stored = store.source(&name(container)).expect("it can be read");
            assert!(stored.is_none_or(|it| it.state == SourceState::Failed), "{container}");
        }
    }
}

#[test]
fn a_container_whose_members_were_not_all_taken_in_is_never_done() {
    let pipeline = pipeline();
    let (mut ended, mut whole) = (0, 0);
    for step in 0..150 {
        let store = MemoryStore::new();
        let options = RunOptions { jobs: 1 + step % 3, ..Default::default() };
        let stop = Arc::clone(&options.stop);
        let stopping = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_micros(step as u64 * 40));
            stop.store(true, Ordering::SeqCst);
        });
        let offered = sources([("x.jsonl", LINES)]);
        let ingested = Lab::get().ingest_into(&store, &pipeline, offered, &options);
        ingested.unwrap_or_else(|error| panic!("{error}"));
        stopping.join().expect("it does not panic");
        let stored: Vec<_> = store.sources().map(|it| it.expect("it can be read")).collect();
        let is_done =
            stored.iter().any(|it| it.info.container.is_none() && it.state == SourceState::Done);
        assert!(!is_done || stored.len() == 4, "{stored:#?}");
        *(if is_done { &mut whole } else { &mut ended }) += 1;
    }
    assert!(ended > 0, "no run was ended early, and {whole} were not");
}

/// Panics when it is told this many sources.
struct Panicking(AtomicUsize);

impl Reporter for Panicking {
    fn event(&self, event: &Event<'_>) {
        if let Event::Source { .. } = event {
            assert!(self.0.fetch_sub(1, Ordering::SeqCst) > 1, "on purpose");
        }
    }
}

/// What is told is told by the thread that stores, between workers and members that wait for room
/// to hand over what they have.
#[test]
fn a_panic_of_whoever_is_told_ends_the_run_and_the_next_one_does_the_rest() {
    let lines = many(200);
    let files: Vec<_> = (0..100).map(|it| (format!("{it}.txt"), format!("Texte {it}."))).collect();
    let offered = || {
        let containers = [("x.jsonl", &*lines), ("y.jsonl", &*lines)];
        sources(containers.into_iter().chain(files.iter().map(|(name, text)| (&**name, &**text))))
    };
    for (jobs, told) in [(1, 1), (1, 50), (2, 7), (4, 120), (4, 400)] {
        let store = Arc::new(MemoryStore::new());
        let (sender, ended) = std::sync::mpsc::channel();
        let (own, mut origin) = (Arc::clone(&store), offered());
        let options = RunOptions { jobs, ..RunOptions::default() };
        std::thread::spawn(move || {
            let reporter = Panicking(AtomicUsize::new(told));
            let (own, pipeline) = (&*own, pipeline());
            let run = AssertUnwindSafe(|| run(own, &pipeline, &mut origin, &options, &reporter));
            sender.send(catch_unwind(run).is_err())
        });
        let has_panicked = ended.recv_timeout(Duration::from_secs(120));
        assert!(has_panicked.expect("it ends"), "{jobs} jobs, {told} told");
        let options = RunOptions { jobs, ..RunOptions::default() };
        let next = Lab::get().ingest_into(&*store, &pipeline(), offered(), &options);
        let (_, told_next) = next.unwrap_or_else(|error| panic!("{error}"));
        let fate = |fate| told_next.iter().filter(|told| told.fate == fate).count();
        assert!(fate(Fate::Unchanged) >= told - 1, "what was told was not stored");
        assert_eq!(store.documents().count(), 500);
        assert_eq!(store.failures().count(), 0);
    }
}

/// A pipeline of these guests, and an extractor of text with these conventions.
fn with_text(guests: &[&str], conventions: &str) -> docmill::pipeline::Pipeline {
    let steps: String = (guests.iter())
        .map(|name| format!("[[step]]\nplugin = {:?}\n\n", guest(&format!("adversarial/{name}"))))
        .collect();
    let text = shipped("extract-text");
    let settings = format!("settings = {{ conventions = {conventions:?} }}");
    Lab::get().pipeline(&format!("{steps}[[step]]\nplugin = {text:?}\n{settings}\n"))
}

const TEXT: &str = "Le Premier ministre a présidé une réunion.";

#[test]
fn what_no_unpacker_will_have_is_left_to_the_next_and_then_to_extractors() {
    let store = MemoryStore::new();
    let options = RunOptions { jobs: 2, ..Default::default() };
    let ingest = |pipeline: &_| {
        let offered = sources([("a.txt", TEXT)]);
        let ingested = Lab::get().ingest_into(&store, pipeline, offered, &options);
        let told = ingested.unwrap_or_else(|error| panic!("{error}")).1;
        told.into_iter().map(|it| (it.name, it.fate, it.computed)).collect::<Vec<_>>()
    };
    let of = |name: &str, fate, computed| (name.to_owned(), fate, computed);
    let unwilling = with_text(&["unpack-unsupported", "well-behaved"], "none");
    // The unpacker, the extractor, and the analyzer of its text.
    assert_eq!(ingest(&unwilling), [of("a.txt", Fate::Added, 3)]);
    assert_eq!(ingest(&unwilling), [of("a.txt", Fate::Unchanged, 0)]);
    assert_eq!(store.failures().count(), 0);
}

#[test]
fn a_source_has_parts_and_a_text_where_unpackers_and_extractors_accept_it() {
    let guests = ["unpack-unsupported", "unpack-one-read", "well-behaved"];
    let pipeline = with_text(&guests, "none");
    let ingested = Lab::get().ingest(&pipeline, sources([("a.txt", TEXT)]), 2);
    let told: Vec<_> =
        ingested.told.iter().map(|it| (it.name.as_str(), it.fate, it.computed)).collect();
    // The member is no text; the container takes two unpackers, an extractor and an analyzer.
    assert_eq!(told, [("a.txt!/all", Fate::Unsupported, 0), ("a.txt", Fate::Added, 4)]);
    let texts: Vec<_> =
        ingested.documents().into_iter().map(|it| it.extracted.document.text).collect();
    assert_eq!(texts, [TEXT]);
    assert_eq!(ingested.values("well-behaved").len(), 1);

    // An update with another extraction leaves the parts where they are.
    let store = Arc::new(ingested.store);
    let stored = Stored::all(Arc::clone(&store) as _, &mut |flaw| panic!("{flaw}"));
    let other = with_text(&guests, "newsroom");
    let plan = Plan::make(&*store, &other).unwrap();
    let due: Vec<_> = plan.due.iter().map(|due| (due.step.as_str(), due.certain)).collect();
    assert_eq!(due, [("extract-text", 1), ("well-behaved", 0)]);
    let options = RunOptions { jobs: 2, ..Default::default() };
    let told = Lab::get().ingest_into(&*store, &other, stored, &options).unwrap().1;
    let told: Vec<_> = told.iter().map(|it| (it.name.as_str(), it.computed)).collect();
    assert!(told.contains(&("a.txt", 1)) || told.contains(&("a.txt", 2)), "{told:?}");
}

#[test]
fn a_source_that_nobody_will_have_says_what_each_of_them_said() {
    let pipeline = Lab::get().pipeline(&format!(
        "[[step]]\nplugin = {:?}\n\n[[step]]\nplugin = {:?}\n",
        guest("adversarial/unpack-unsupported"),
        guest("adversarial/unsupported"),
    ));
    let ingested = Lab::get().ingest(&pipeline, sources([("a.txt", TEXT)]), 1);
    let failures = ingested.failures();
    let [failure] = failures.as_slice() else { panic!("not one failure: {failures:#?}") };
    assert_eq!(
        failure.causes,
        [
            "no plugin of the pipeline reads `text/plain`",
            "`unpack-unsupported`: not my kind of container",
            "`unsupported`: not my kind of text",
        ]
    );
    assert_eq!(ingested.told[0].fate, Fate::Unsupported);
}

#[test]
fn a_mirror_keeps_what_came_out_of_a_container_that_no_unpacker_will_have_any_more() {
    let store = MemoryStore::new();
    let options = RunOptions { jobs: 2, strategy: Strategy::Mirror, ..Default::default() };
    let ingest = |guests: &[&str]| {
        let offered = sources([("a.txt", TEXT)]).and_nothing_else();
        let pipeline = with_text(guests, "none");
        Lab::get().ingest_into(&store, &pipeline, offered, &options).unwrap().1
    };
    ingest(&["unpack-one-read"]);
    let told = ingest(&["unpack-unsupported"]);
    assert!(told.iter().all(|it| it.fate != Fate::Retired), "{told:?}");
    let member = store.source(&docmill::model::SourceName::new("a.txt!/all").unwrap()).unwrap();
    assert!(!member.expect("it is still there").retired);
}

/// A mailbox of messages of these sizes, with the digest of each.
fn mailbox(sizes: &[usize]) -> (String, Vec<Digest>) {
    let message = |size: &usize| {
        let line = "Một dòng văn bản, une ligne de texte.\n";
        line.repeat(size / line.len() + 1)[..].chars().take(*size).collect::<String>()
    };
    let messages: Vec<String> = sizes.iter().map(message).map(|it| it + "\n\n").collect();
    let digests = messages.iter().map(|it| Digest::of(it.as_bytes())).collect();
    (messages.iter().map(|it| format!("From a@b.example now\n{it}")).collect(), digests)
}

#[test]
fn a_member_in_pieces_is_whole_whether_it_fits_into_memory_or_not() {
    let pipeline = Lab::get().pipeline(&format!(
        "[[step]]\nplugin = {:?}\nlimits = {{ deadline = \"60s\" }}\n\n[[step]]\nplugin = {:?}\n",
        guest("examples/unpack-mbox"),
        shipped("extract-text"),
    ));
    // The host keeps 1 MiB of a member in memory.
    let (mailbox, digests) = mailbox(&[40, 3 << 20, 0, 100_000]);
    for jobs in [1, 3] {
        let offered = sources([("in.mbox", mailbox.as_str())]).claimed_as("text/x-mbox");
        let ingested = Lab::get().ingest(&pipeline, offered, jobs);
        let stored: Vec<_> = ingested.store.sources().map(|it| it.expect("a source")).collect();
        let mut members: Vec<_> = (stored.iter())
            .filter(|it| it.info.container.is_some())
            .map(|it| (it.info.name.as_str(), it.info.digest))
            .collect();
        members.sort_unstable_by_key(|(name, _)| *name);
        let names = (1..).map(|number| format!("in.mbox!/message {number}")).take(4);
        let names: Vec<String> = names.collect();
        let expected: Vec<_> =
            names.iter().map(String::as_str).zip(digests.iter().copied()).collect();
        assert_eq!(members, expected);
    }
}

#[test]
fn a_plugin_is_told_what_the_container_says_of_a_source() {
    let pipeline = Lab::get().pipeline(&format!(
        "[[step]]\nplugin = {:?}\n\n[[step]]\nplugin = {:?}\n",
        guest("examples/unpack-jsonlines"),
        guest("adversarial/read-attributes"),
    ));
    let lines = "{\"text\":\"x\",\"charset\":\"windows-1258\",\"title\":\"A\"}\n{\"text\":\"y\"}\n";
    let ingested = Lab::get().ingest(&pipeline, sources([("x.jsonl", lines)]), 1);
    let texts: Vec<_> =
        ingested.documents().into_iter().map(|it| it.extracted.document.text).collect();
    assert_eq!(texts, ["charset=windows-1258; title=A", "nothing"]);
}

#[test]
fn what_the_container_says_takes_the_place_of_a_guess_and_is_kept_apart() {
    let lines = "{\"text\":\"12/06/2025\\nPremière ligne.\",\"title\":\"Titre\",\"date\":\"2024-01-01\"}\n\
        {\"text\":\"Première ligne.\"}\n";
    let ingested = Lab::get().ingest(&pipeline(), sources([("x.jsonl", lines)]), 1);
    let documents = ingested.documents();
    let attribute = |index: usize, name| documents[index].extracted.document.attribute(name);
    // That the first line is the title is a guess of the plugin, and the date is not.
    assert_eq!((attribute(0, "title"), attribute(0, "guessed")), (Some("Titre"), None));
    assert!(attribute(1, "title").is_some_and(|it| it.starts_with("Première ligne")));
    assert_eq!(attribute(1, "guessed"), None);
    let name = docmill::model::SourceName::new("x.jsonl!/line 1").expect("a name");
    let stored = ingested.store.source(&name).expect("it can be read").expect("it is there");
    let said: Vec<_> = stored.info.attributes.iter().map(|it| it.value.as_str()).collect();
    assert_eq!(said, ["2024-01-01", "Titre"]);
}
