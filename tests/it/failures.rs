//! What becomes of failures: they are tried again, reproduced elsewhere, and never the end of a run.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use docmill::capabilities::{Member, MemberSink, Refused, SourceBytes};
use docmill::ingest::{Content, Offer, Origin, Unreadable};
use docmill::model::{
    Digest, DocumentId, DocumentSummary, Failure, FailureClass, Finding, FindingSummary, History,
    MediaType, PluginName, Run, RunId, SourceName, SourceState, StoredDocument, StoredSource,
};
use docmill::pipeline::{Bundle, Pipeline, RunOptions, Stored};
use docmill::store::{Commit, MemoryStore, Store, StoreError};
use docmill_tests::{HANDMADE, Lab, Output, TestEnv, exit, guest, shipped, sources};
use serde_json::Value;

/// A reader, and a step that misbehaves where a document asks for it.
fn pipeline() -> String {
    format!(
        "[[step]]\nplugin = {:?}\n\n[[step]]\nplugin = {:?}\nname = \"hostile\"\nlimits = {{ deadline = \"300ms\" }}\n",
        shipped("extract-text"),
        guest("adversarial/misbehave-on-request"),
    )
}

/// Three documents of which two fail.
fn environment() -> TestEnv {
    let env = TestEnv::new();
    env.write("docmill.toml", pipeline());
    env.write("in/good.txt", "Il pleut.\n");
    env.write("in/loop.txt", "Do please-loop now.\n");
    env.write("in/trap.txt", "Do please-trap now.\n");
    let _ = env.run(["ingest", "in"]).expect(exit::SOME_FAILED);
    env
}

/// A hand-made plugin; all of them have the same name.
fn handmade(name: &str) -> &'static str {
    let (_, _, _, file) = HANDMADE.iter().find(|it| it.0 == name).expect("there is one");
    file
}

fn failures(env: &TestEnv) -> Vec<Value> {
    env.run(["failures", "list", "--output", "json"]).expect(exit::SUCCESS).events()
}

#[test]
fn a_failure_tells_what_was_run_and_within_which_limits() {
    let failures = failures(&environment());
    assert_eq!(failures.len(), 2);
    for failure in failures {
        assert_eq!(failure["plugin"], "misbehave-on-request");
        assert_eq!(failure["version"], "0.1.0");
        assert_eq!(failure["limits"]["deadline_us"], 300_000);
        assert_eq!(failure["limits"]["memory"], 64 << 20);
        assert!(failure["component"].is_string() && failure["sha256"].is_string(), "{failure}");
    }
}

#[test]
fn a_fixed_plugin_clears_what_it_fixes_and_nothing_else_is_touched() {
    let env = environment();
    let broken = handmade("return-invalid-utf8");
    env.write("docmill.toml", format!("{}[[step]]\nplugin = {broken:?}\n", pipeline()));
    let _ = env.run(["ingest", "in"]).expect(exit::SOME_FAILED);
    assert_eq!(failures(&env).len(), 5);
    let again = env.run(["failures", "retry", "--step", "hand-made"]).expect(exit::SOME_FAILED);
    assert_eq!(again.stdout.matches("failed again: output").count(), 3, "{}", again.stdout);

    let fixed = handmade("handmade-and-well-behaved");
    let retry = ["failures", "retry", "--step", "hand-made", "--plugin", fixed];
    // Two of the three documents fail in the other step as ever.
    let retried = env.run(retry).expect(exit::SOME_FAILED);
    assert_eq!(retried.stdout.matches("  gone").count(), 3, "{}", retried.stdout);
    let left: Vec<Value> = failures(&env).into_iter().map(|it| it["step"].clone()).collect();
    assert_eq!(left, ["hostile", "hostile"]);
    let none = env.run(["failures", "retry", "--step", "none"]).expect(exit::SUCCESS);
    assert!(none.stderr.contains("nothing to try again"), "{}", none.stderr);
    let _ = env.run(["verify"]).expect(exit::SUCCESS).says("the store is whole: 3 sources");
}

#[test]
fn other_limits_hold_for_one_run_and_are_kept_with_the_failure() {
    let env = environment();
    let retry =
        ["failures", "retry", "--class", "deadline", "--limits", "deadline=450ms,memory=32MiB"];
    let _ = env.run(retry).expect(exit::SOME_FAILED).says("0 failures gone, 1 failed again");
    let limits: Vec<Value> = (failures(&env).into_iter())
        .filter(|failure| failure["class"] == "deadline")
        .map(|failure| failure["limits"]["deadline_us"].clone())
        .collect();
    assert_eq!(limits, [450_000]);
    let _ = env.run(["failures", "retry", "--limits", "deadline=1d"]).expect(exit::USAGE);
    let other = env.run(["failures", "retry", "--plugin", "none.wasm"]).expect(exit::REJECTED);
    assert!(other.stderr.contains("plugin `none.wasm` could not be read"), "{}", other.stderr);
}

#[test]
fn what_was_never_read_is_not_tried_from_the_store() {
    let env = environment();
    let gone = env.run(["ingest", "in/absent.txt"]).expect(exit::SOME_FAILED);
    assert!(gone.stderr.contains("absent"), "{}", gone.stderr);
    let retried = env.run(["failures", "retry", "--class", "host"]).expect(exit::SOME_FAILED);
    assert!(retried.stdout.contains("not tried: its content was never read"), "{}", retried.stdout);
}

#[test]
fn a_bundle_reproduces_a_failure_where_there_is_nothing_else() {
    let env = environment();
    for failure in failures(&env) {
        let (id, class) = (failure["id"].as_str().expect("an id"), &failure["class"]);
        let _ = env.run(["failures", "export", id, "-o", "bundle.tar"]).expect(exit::SUCCESS);
        let bundle = std::fs::read(env.work().join("bundle.tar")).expect("it is there");
        let elsewhere = TestEnv::new();
        elsewhere.write("bundle.tar", &bundle);
        let reproduce = ["failures", "reproduce", "bundle.tar", "--output", "json"];
        let told = elsewhere.run(reproduce).expect(exit::SUCCESS).events();
        assert_eq!((&told[0]["class"], &told[0]["reproduced"]), (class, &Value::Bool(true)));
        assert!(!elsewhere.work().join(".docmill").exists(), "no store is needed");
    }
}

#[test]
fn a_bundle_whose_plugin_behaves_is_told_apart() {
    let env = environment();
    let id = failures(&env)[0]["id"].as_str().expect("an id").to_owned();
    let _ = env.run(["failures", "export", &id, "-o", "bundle.tar"]).expect(exit::SUCCESS);
    let mut bundle = std::fs::read(env.work().join("bundle.tar")).expect("it is there");
    while let Some(at) = bundle.windows(7).position(|window| window == b"please-") {
        bundle[at + 5] = b'3';
    }
    // The document says `please-` as well, in a record whose checksum notices.
    env.write("changed.tar", &bundle);
    let refused = env.run(["failures", "reproduce", "changed.tar"]).expect(exit::SOME_FAILED);
    assert!(refused.stderr.contains("its checksum does not match"), "{}", refused.stderr);
    // And every cut or damage is an error, not a crash.
    let whole = std::fs::read(env.work().join("bundle.tar")).expect("it is there");
    for part in 1..20 {
        let at = whole.len() / 20 * part;
        assert!(Bundle::read(&mut &whole[..at]).is_err(), "cut at {at}");
        let mut flipped = whole.clone();
        flipped[at] ^= 0x10;
        if let Ok(bundle) = Bundle::read(&mut &flipped[..]) {
            // A plugin is code, so a changed one may do anything that the sandbox allows.
            let _ = bundle.reproduce(Lab::get().catalog());
        }
    }
}

#[test]
fn failures_of_sources_as_a_whole_are_reproduced_too() {
    let pipeline = Lab::get().pipeline(&format!(
        "[[step]]\nplugin = {:?}\n\n[[step]]\nplugin = {:?}\n",
        guest("examples/unpack-jsonlines"),
        guest("examples/extract-csv"),
    ));
    let offered = [("a.jsonl", "{no JSON at all\n"), ("b.csv", "un,\"deux\n")];
    let ingested = Lab::get().ingest(&pipeline, sources(offered), 1);
    let failures = ingested.failures();
    assert_eq!(failures.len(), 2, "{failures:#?}");
    for failure in failures {
        let bundle = Bundle::collect(&ingested.store, &failure).expect("everything is there");
        let mut file = Vec::new();
        bundle.write(&mut file, "explained").expect("memory takes all bytes");
        let bundle = Bundle::read(&mut &file[..]).expect("it is as it was written");
        assert_eq!(bundle.failure(), &failure);
        let ended = bundle.reproduce(Lab::get().catalog()).expect("it comes to that");
        let stopped = ended.expect_err("it fails again");
        assert_eq!((stopped.class, stopped.causes), (failure.class, failure.causes));
    }
}

#[test]
fn a_member_is_tried_again_with_what_its_container_knew_of_it() {
    let pipeline = |last: &str| {
        Lab::get().pipeline(&format!(
            "[[step]]\nplugin = {:?}\n\n[[step]]\nplugin = {:?}\n\n[[step]]\nplugin = {:?}\n",
            guest("examples/unpack-jsonlines"),
            shipped("extract-text"),
            guest(&format!("adversarial/{last}")),
        ))
    };
    let lines = "{\"creator\":\"VNA\",\"text\":\"Do please-trap now.\"}\n";
    let offered = sources([("a.jsonl", lines)]);
    let store = Lab::get().ingest(&pipeline("misbehave-on-request"), offered, 1).store;
    let store = Arc::new(store);
    let failed: Vec<_> = store.failures().map(|it| it.expect("it can be read").source).collect();
    assert_eq!(failed, [SourceName::new("a.jsonl!/line 1").expect("a name")]);
    let origin = Stored::of(Arc::clone(&store) as _, failed.clone());
    let (run, told) = Lab::get()
        .ingest_into(&*store, &pipeline("well-behaved"), origin, &RunOptions::default())
        .expect("the run goes on");
    assert_eq!((run.tally.sources, run.tally.failures, told.len()), (1, 0, 1));
    let source = store.source(&failed[0]).expect("it can be read").expect("it is there");
    assert_eq!(source.info.container.expect("it lies in one").as_str(), "a.jsonl");
    let document = store.document(source.documents[0], None).expect("it can be read");
    let document = document.expect("it is there").extracted.document;
    assert_eq!(document.attribute("creator"), Some("VNA"));
}

/// Offers sources whose content panics when it is read.
struct Panicking(Vec<(SourceName, bool)>);

struct Bomb {
    armed: bool,
}

impl Content for Bomb {
    fn read(self: Box<Self>, _: u64) -> Result<Arc<[u8]>, Unreadable> {
        assert!(!self.armed, "a bug of the host");
        Ok(b"Il pleut.\n"[..].into())
    }
}

impl Origin for Panicking {
    fn next(&mut self) -> Option<Offer> {
        let (name, armed) = self.0.pop()?;
        Some(Offer { name, content: Ok(Box::new(Bomb { armed })) })
    }
}

fn lab_pipeline() -> Pipeline {
    Lab::get().pipeline(&pipeline())
}

#[test]
fn a_host_that_panics_while_reading_costs_one_source() {
    let store = MemoryStore::new();
    let name = |number: usize| SourceName::new(format!("{number}.txt")).expect("a name");
    let offered = Panicking((0..20).map(|number| (name(number), number == 7)).collect());
    let options = RunOptions { jobs: 3, ..RunOptions::default() };
    let (run, _) = Lab::get()
        .ingest_into(&store, &lab_pipeline(), offered, &options)
        .expect("the run goes on");
    assert_eq!((run.tally.sources, run.tally.added, run.tally.failures), (20, 19, 1));
    let failures: Vec<_> = store.failures().map(|it| it.expect("it can be read")).collect();
    assert_eq!((&failures[0].source, failures[0].class), (&name(7), FailureClass::Host));
    assert_eq!(failures[0].original, None, "its content was never read");
}

#[test]
fn a_host_that_panics_between_steps_costs_one_document_and_keeps_its_content() {
    let store = Arc::new(Fragile { inner: MemoryStore::new(), armed: true.into() });
    let offered = [("a.txt", "Il pleut.\n"), ("b.txt", "Il neige.\n"), ("c.txt", "Il vente.\n")];
    let options = RunOptions { jobs: 2, ..RunOptions::default() };
    let ingest = |store: &Fragile| {
        Lab::get()
            .ingest_into(store, &lab_pipeline(), sources(offered), &options)
            .expect("the run goes on")
            .0
            .tally
    };
    let tally = ingest(&store);
    assert_eq!((tally.added, tally.failures), (2, 1));
    let name = SourceName::new("b.txt").expect("a name");
    let failures = store.failures_of(&name).expect("it can be read");
    assert_eq!(failures[0].class, FailureClass::Host);
    assert!(failures[0].causes[0].contains("panicked"), "{:?}", failures[0].causes);
    let source = store.source(&name).expect("it can be read").expect("it is there");
    assert_eq!((source.state, source.version), (SourceState::Failed, 1));

    // Without the bug it is tried again from the store, and comes out as if nothing had been.
    store.armed.store(false, Ordering::Relaxed);
    let origin = Stored::of(Arc::clone(&store) as _, [name.clone()]);
    let (run, _) = Lab::get()
        .ingest_into(&*store, &lab_pipeline(), origin, &options)
        .expect("the run goes on");
    assert_eq!((run.tally.added, run.tally.updated, run.tally.failures), (1, 0, 0));
    assert_eq!(store.failures().count(), 0);
    assert_eq!(ingest(&store).unchanged, 3);
}

#[test]
fn a_failure_that_repeats_updates_nothing() {
    let store = MemoryStore::new();
    let ingest = || {
        let offered = [("a.txt", "Il pleut.\n"), ("b.txt", "Do please-trap now.\n")];
        let ingested = Lab::get().ingest_into(
            &store,
            &lab_pipeline(),
            sources(offered),
            &RunOptions::default(),
        );
        let tally = ingested.expect("the run goes on").0.tally;
        (tally.added, tally.updated, tally.unchanged, tally.failures)
    };
    assert_eq!(ingest(), (2, 0, 0, 1));
    assert_eq!(ingest(), (0, 0, 1, 1));
}

/// Takes members, and panics at the second one.
struct PanickingSink(usize);

impl MemberSink for PanickingSink {
    fn count(&mut self, _: u64) -> Result<(), Refused> {
        Ok(())
    }

    fn accept(&mut self, _: Member) -> Result<(), Refused> {
        self.0 += 1;
        assert!(self.0 < 2, "a bug of the host");
        Ok(())
    }
}

#[test]
fn a_host_that_panics_inside_of_a_host_call_ends_that_call_only() {
    let pipeline = Lab::get().pipeline(&format!(
        "[[step]]\nplugin = {:?}\n\n[[step]]\nplugin = {:?}\n",
        guest("examples/unpack-jsonlines"),
        shipped("extract-text"),
    ));
    let unpacker = &pipeline.steps()[0];
    let jsonlines = MediaType::new("application/jsonl").expect("a media type");
    let lines = "{\"text\":\"Il pleut.\"}\n".repeat(3);
    let container = SourceBytes::new(jsonlines, lines.as_bytes().into());
    let sandbox = Lab::get().catalog().sandbox();
    let stopped = unpacker.unpack(sandbox, container.clone(), Box::new(PanickingSink(0)));
    let stopped = stopped.expect_err("the host panicked");
    assert_eq!(stopped.class, FailureClass::Host, "{stopped:?}");
    // The next call, in the same process and sandbox, is as good as ever.
    let store = MemoryStore::new();
    let offered = sources([("a.jsonl", lines)]);
    let (run, _) = Lab::get()
        .ingest_into(&store, &pipeline, offered, &RunOptions::default())
        .expect("the run goes on");
    assert_eq!((run.tally.added, run.tally.failures), (3, 0));
}

/// A store that panics, while it is armed, when it is asked for the content of `b.txt`: a bug of the host after the last step.
struct Fragile {
    inner: MemoryStore,
    armed: AtomicBool,
}

type Listed<'a, T> = Box<dyn Iterator<Item = Result<T, StoreError>> + 'a>;

impl Store for Fragile {
    fn has_original(&self, digest: &Digest) -> Result<bool, StoreError> {
        let is_armed = self.armed.load(Ordering::Relaxed);
        assert!(!is_armed || *digest != Digest::of("Il neige.\n".as_bytes()), "a bug of the host");
        self.inner.has_original(digest)
    }

    fn begin_run(&self, run: &Run) -> Result<RunId, StoreError> {
        self.inner.begin_run(run)
    }

    fn finish_run(&self, run: &Run) -> Result<(), StoreError> {
        self.inner.finish_run(run)
    }

    fn commit(&self, commits: &[Commit]) -> Result<(), StoreError> {
        self.inner.commit(commits)
    }

    fn keep(&self, parts: &[&[u8]]) -> Result<(), StoreError> {
        self.inner.keep(parts)
    }

    fn part(&self, digest: &Digest) -> Result<Option<Vec<u8>>, StoreError> {
        self.inner.part(digest)
    }

    fn parts_with_prefix(&self, prefix: &str, limit: usize) -> Result<Vec<Digest>, StoreError> {
        self.inner.parts_with_prefix(prefix, limit)
    }

    fn source(&self, name: &SourceName) -> Result<Option<StoredSource>, StoreError> {
        self.inner.source(name)
    }

    fn sources(&self) -> Listed<'_, StoredSource> {
        self.inner.sources()
    }

    fn members<'a>(&'a self, container: &'a SourceName) -> Listed<'a, StoredSource> {
        self.inner.members(container)
    }

    fn original(&self, digest: &Digest) -> Result<Option<Vec<u8>>, StoreError> {
        self.inner.original(digest)
    }

    fn document(
        &self,
        id: DocumentId,
        version: Option<u32>,
    ) -> Result<Option<StoredDocument>, StoreError> {
        self.inner.document(id, version)
    }

    fn documents(&self) -> Listed<'_, StoredDocument> {
        self.inner.documents()
    }

    fn summaries(&self) -> Listed<'_, DocumentSummary> {
        self.inner.summaries()
    }

    fn document_ids(&self, prefix: &str, limit: usize) -> Result<Vec<DocumentId>, StoreError> {
        self.inner.document_ids(prefix, limit)
    }

    fn findings(&self, id: DocumentId, version: u32) -> Result<Vec<Finding>, StoreError> {
        self.inner.findings(id, version)
    }

    fn finding_summaries(
        &self,
        id: DocumentId,
        version: u32,
    ) -> Result<Vec<FindingSummary>, StoreError> {
        self.inner.finding_summaries(id, version)
    }

    fn finding(
        &self,
        id: DocumentId,
        version: u32,
        step: &PluginName,
    ) -> Result<Option<Finding>, StoreError> {
        self.inner.finding(id, version, step)
    }

    fn history(&self, id: DocumentId, version: u32) -> Result<Vec<History>, StoreError> {
        self.inner.history(id, version)
    }

    fn failures(&self) -> Listed<'_, Failure> {
        self.inner.failures()
    }

    fn failures_of(&self, source: &SourceName) -> Result<Vec<Failure>, StoreError> {
        self.inner.failures_of(source)
    }

    fn failures_with_prefix(&self, prefix: &str, limit: usize) -> Result<Vec<Failure>, StoreError> {
        self.inner.failures_with_prefix(prefix, limit)
    }

    fn run(&self, id: RunId) -> Result<Option<Run>, StoreError> {
        self.inner.run(id)
    }

    fn runs(&self) -> Listed<'_, Run> {
        self.inner.runs()
    }

    fn size_on_disk(&self) -> Result<Option<u64>, StoreError> {
        self.inner.size_on_disk()
    }
}

/// A page that a script fills is read on one day and not on the other, and neither is a failure.
#[test]
fn a_source_without_text_is_told_and_takes_nothing_away() {
    let env = TestEnv::new();
    let pipeline = format!("[[step]]\nplugin = {:?}\n", shipped("extract-html"));
    env.write("docmill.toml", pipeline);
    let page = |body: &str| format!("<!doctype html><title>Les grues</title><body>{body}");
    let shell = page("<div id=root></div><script>app()</script>");
    let article = page("<p>Les grues sont de retour sur le lac, et personne ne les attendait.");
    env.write("in/shell.html", &shell);
    env.write("in/article.html", &article);
    let fates = |output: &Output| -> Vec<String> {
        let events = output.events();
        let sources = events.iter().filter(|event| event["event"] == "source");
        sources.map(|event| format!("{} {}", event["source"], event["fate"])).collect()
    };
    let first = env.run(["ingest", "in", "--output", "json"]).expect(exit::SUCCESS);
    let mut told = fates(&first);
    told.sort();
    assert_eq!(told, ["\"in/article.html\" \"added\"", "\"in/shell.html\" \"empty\""]);
    assert_eq!(first.events().last().expect("the run is told")["empty"], 1);
    assert_eq!(first.events().last().expect("the run is told")["failures"], 0);
    let listed = env.run(["failures", "list", "--class", "empty"]).expect(exit::SUCCESS);
    assert!(listed.stdout.contains("in/shell.html"), "{}", listed.stdout);
    let _ = env.run(["ingest", "in"]).expect(exit::SUCCESS).says("nothing to do");
    // It is on the lists all the same, and nothing contradicts itself.
    let listed = env.run(["list", "--source", "shell", "--output", "json"]).expect(exit::SUCCESS);
    assert_eq!(listed.events().len(), 1, "{}", listed.stdout);
    let _ = env.run(["verify", "--sample", "100%"]).expect(exit::SUCCESS);
    // What has no text today does not take the place of what had some.
    env.write("in/article.html", &shell);
    let _ = env.run(["ingest", "in"]).expect(exit::SUCCESS).says("1 source without text");
    let exported = env.run(["export"]).expect(exit::SUCCESS);
    assert!(exported.stdout.contains("de retour sur le lac"), "{}", exported.stdout);
    let _ = env.run(["ingest", "in"]).expect(exit::SUCCESS).says("nothing to do");
    let _ = env.run(["verify"]).expect(exit::SUCCESS);
    let _ = env.run(["update"]).expect(exit::SUCCESS);
    // And comes back.
    env.write("in/article.html", article.replace("le lac", "les lacs"));
    let _ = env.run(["ingest", "in"]).expect(exit::SUCCESS).says("1 document updated");
    let _ = env.run(["verify"]).expect(exit::SUCCESS);
    let left = env.run(["failures", "list", "--output", "json"]).expect(exit::SUCCESS);
    assert_eq!(left.events().len(), 1, "{}", left.stdout);
}

/// Suspended for longer than its deadline, a call has all of it left.
#[test]
#[cfg(target_os = "linux")]
fn a_process_that_was_stopped_takes_no_time_from_a_plugin() {
    use rustix::process::{Pid, Signal, kill_process};

    /// How long a process has had of a processor, in seconds.
    fn had(process: u32) -> f64 {
        let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).expect("it is there");
        let fields = stat.rsplit_once(')').expect("its name ends").1.split_whitespace();
        let ticks: u32 =
            fields.skip(11).take(2).map(|it| it.parse::<u32>().expect("a number")).sum();
        f64::from(ticks) / 100.0
    }

    let env = TestEnv::new();
    let pipeline = format!(
        "[[step]]\nplugin = {:?}\n\n[[step]]\nplugin = {:?}\nlimits = {{ deadline = \"6s\" }}\n",
        shipped("extract-text"),
        guest("adversarial/misbehave-on-request"),
    );
    env.write("docmill.toml", pipeline);
    env.write("in/a.txt", "please-loop\n");
    // Compiles what has to be, so that what takes time below is the call.
    env.write("b.txt", "Un texte.\n");
    let _ = env.run(["read", "b.txt", "--format", "jsonl"]).expect(exit::SUCCESS);
    let child = env.command(["ingest", "in", "--jobs", "1"]).spawn().expect("docmill starts");
    let process = Pid::from_child(&child);
    while had(child.id()) < 3.0 {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    kill_process(process, Signal::STOP).expect("it is there");
    std::thread::sleep(std::time::Duration::from_secs(6));
    kill_process(process, Signal::CONT).expect("it is there");
    let _ = env.finish(child).expect(exit::SOME_FAILED);
    let listed = env.run(["failures", "list", "--output", "json"]).expect(exit::SUCCESS);
    let failure = &listed.events()[0];
    assert_eq!(failure["class"], "deadline");
    // By the clock, its deadline had passed when the process was continued.
    let took = failure["cost"]["duration_us"].as_u64().expect("it cost something");
    assert!(took > 11_000_000, "{took}");
}

/// Memory and file descriptors that the machine does not have are nobody's fault, and there again
/// later.
#[test]
#[cfg(target_os = "linux")]
fn what_the_machine_is_short_of_is_not_blamed_on_plugins() {
    use std::process::{Command, Stdio};

    // 8 GiB of addresses are two instances without a pool; 40 descriptors are those of the store.
    for limit in ["ulimit -v 8000000", "ulimit -n 40"] {
        let env = TestEnv::with_small_pipeline();
        for number in 0..60 {
            env.write(format!("in/{number}.txt"), format!("Texte {number}.\n"));
        }
        // What is compiled already takes no memory.
        let _ = env.run(["read", "in/0.txt"]).expect(exit::SUCCESS);
        let command = env.command(["ingest", "in", "--jobs", "8"]);
        let mut limited = Command::new("/bin/sh");
        limited
            .args(["-c", &format!("{limit}; exec \"$0\" \"$@\"")])
            .arg(command.get_program())
            .args(command.get_args())
            .current_dir(env.work())
            .env_clear()
            .envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let output = env.finish(limited.spawn().expect("docmill starts"));
        assert!(matches!(output.code, Some(0 | 1)), "{limit}: {}", output.stderr);
        let failed = env.run(["failures", "list", "--output", "json"]).expect(exit::SUCCESS);
        for failure in failed.events() {
            assert_eq!(failure["class"], "machine", "{limit}: {failure}");
        }
        let _ = env.run(["ingest", "in"]).expect(exit::SUCCESS);
        let listed = env.run(["list", "--output", "json"]).expect(exit::SUCCESS);
        assert_eq!(listed.events().len(), 60, "{limit}");
    }
}

#[test]
fn what_is_gone_can_be_dismissed_and_thousands_alike_are_a_number() {
    let env = TestEnv::with_misbehaving_pipeline();
    for number in 0..25 {
        env.write(format!("in/{number}.txt"), "please-trap\n");
    }
    env.write("in/good.txt", "Un texte.\n");
    let ingested = env.run(["ingest", "in", "missing.txt"]).expect(exit::SOME_FAILED);
    assert_eq!(ingested.stderr.matches("failed: step").count(), 10, "{}", ingested.stderr);
    let ingested = ingested.says("15 more failures of step `misbehave-on-request`");
    let _ = ingested.says("failed: `missing.txt`");
    let listed = env.run(["failures", "list"]).expect(exit::SUCCESS).says("`--all` lists each");
    assert_eq!(listed.stdout.matches("in/").count(), 10, "{}", listed.stdout);
    assert!(listed.stdout.contains("and 15 more"), "{}", listed.stdout);
    let listed = env.run(["failures", "list", "--all"]).expect(exit::SUCCESS);
    assert_eq!(listed.stdout.matches("in/").count(), 25, "{}", listed.stdout);
    // What failed on a document that is there tells of a gap.
    let dismissed = env.run(["failures", "dismiss", "--class", "trapped"]).expect(exit::SUCCESS);
    let _ = dismissed.says("0 failures dismissed; 25 failures of documents that are stored stay");
    let dismissed = env.run(["failures", "dismiss", "--gone"]).expect(exit::SUCCESS);
    let _ = dismissed.says("1 failure dismissed");
    let left = env.run(["failures", "list", "--output", "json"]).expect(exit::SUCCESS).events();
    assert_eq!(left.len(), 25);
    assert!(left.iter().all(|it| it["class"] == "trapped"), "{left:?}");
    let _ = env.run(["verify"]).expect(exit::SUCCESS);
    // Once it is there, it is taken in like any other.
    env.write("missing.txt", "Un texte.\n");
    let _ = env.run(["ingest", "missing.txt"]).expect(exit::SUCCESS).says("1 document added");
    let _ = env.run(["failures", "dismiss"]).expect(exit::USAGE);
}
