//! A panic of the host costs one source, or one document, or one call.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use docmill::capabilities::{Member, MemberSink, Refused, SourceBytes};
use docmill::ingest::{Content, Offer, Origin, Unreadable};
use docmill::model::{
    Digest, DocumentId, DocumentSummary, Failure, FailureClass, Finding, FindingSummary, History,
    MediaType, PluginName, Run, RunId, SourceName, SourceState, StoredDocument, StoredSource,
};
use docmill::pipeline::{Pipeline, RunOptions, Stored};
use docmill::store::{Commit, MemoryStore, Position, Store, StoreError};
use docmill_tests::{Lab, guest, shipped, sources};

use crate::failures::pipeline;

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
    assert_eq!(stopped.class(), FailureClass::Host, "{stopped:?}");
    // The next call, in the same process and sandbox, is as good as ever.
    let store = MemoryStore::new();
    let offered = sources([("a.jsonl", lines)]);
    let (run, _) = Lab::get()
        .ingest_into(&store, &pipeline, offered, &RunOptions::default())
        .expect("the run goes on");
    assert_eq!((run.tally.added, run.tally.failures), (3, 0));
}

/// A store that panics, while it is armed, when it is asked for the content of `b.txt`: a bug of
/// the host after the last step.
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

    fn position(&self) -> Result<Position, StoreError> {
        self.inner.position()
    }

    fn changed_since(&self, since: &Position) -> Result<Option<BTreeSet<SourceName>>, StoreError> {
        self.inner.changed_since(since)
    }

    fn size_on_disk(&self) -> Result<Option<u64>, StoreError> {
        self.inner.size_on_disk()
    }
}
