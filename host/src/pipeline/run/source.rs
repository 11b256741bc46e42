//! Takes one source through the pipeline: whether it has to be processed, what came out, and what is recorded where that is a failure.

use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use super::commit::{Done, Results, hand_over};
use super::context::Context;
use super::queue::Receiver;
use super::strategy::Strategy;
use crate::ingest::{Offer, Unreadable, judge};
use crate::model::{
    Digest, DocumentId, Failure, FailureClass, FailureId, MediaType, Role, SourceInfo, SourceName,
    SourceState, StoredSource,
};
use crate::pipeline::event::Fate;
use crate::pipeline::reading::{Bytes, Incoming};
use crate::pipeline::steps::{Abort, Halted, Known, Processed};
use crate::sandbox::NESTING;
use crate::store::Commit;

/// A source that the steps have to be run on.
pub(super) struct Due {
    pub(super) incoming: Incoming,
    /// What the store has of it.
    pub(super) before: Option<StoredSource>,
    /// It was done in the same way before.
    pub(super) was_done: bool,
    pub(super) is_container: bool,
}

/// What is known of a source before any step is run on it.
pub(super) enum Settled {
    /// Nothing needs to be done, or nothing can be.
    Done(Box<Done>),
    Due(Box<Due>),
}

impl Settled {
    pub(super) fn done(done: Done) -> Settled {
        Settled::Done(Box::new(done))
    }
}

/// A source on its way from who reads to who computes.
pub(super) enum Waiting {
    Unread(Offer),
    Due(Box<Due>, Option<Known>),
}

impl Context<'_> {
    /// Takes sources through the pipeline until there are no more.
    pub(super) fn work(&self, waiting: &Receiver<'_, Waiting>, results: &Results<'_>) {
        while let Some(next) = waiting.take() {
            if self.stopped() {
                return;
            }
            let done = match next {
                Waiting::Unread(offer) => self.take_in(offer, results),
                Waiting::Due(due, known) => self.checked(self.compute(*due, known, results)),
            };
            if !done.is_some_and(|done| hand_over(results, done)) {
                return;
            }
        }
    }

    /// Takes one offered source through the pipeline; `None` if the run is to end.
    pub(super) fn take_in(&self, offer: Offer, results: &Results<'_>) -> Option<Done> {
        let settled = self.begin(offer)?;
        self.checked(self.finish(settled, results))
    }

    /// Finds out whether an offered source is to be processed; `None` if the run is to end.
    pub(super) fn begin(&self, offer: Offer) -> Option<Settled> {
        let Offer { name, content } = offer;
        if self.options.strategy == Strategy::Keep {
            let stored = self.checked(self.runner.store.source(&name).map_err(Abort::from))?;
            let is_whole = |it: &StoredSource| !it.retired && it.state != SourceState::Failed;
            if let Some(kept) = stored.filter(is_whole) {
                return Some(Settled::done(untouched(Fate::Kept, &kept)));
            }
        }
        let limit = self.largest_source();
        // The code of an origin is not this module's, and its bug is the failure of what it offers.
        let read = catch_unwind(AssertUnwindSafe(|| {
            let content = content?;
            if let Some(known) = content.known() {
                return Ok((known, Bytes::unread(content, limit)));
            }
            let claimed = content.claimed();
            let bytes = content.read(limit)?;
            let media_type = judge(name.as_str(), claimed.as_ref(), &bytes);
            Ok((source_info(name.clone(), media_type, &bytes), Bytes::read(bytes)))
        }));
        let (info, bytes) = match read.unwrap_or_else(|_| Err(panicked())) {
            Ok(read) => read,
            Err(unreadable) => {
                return self.checked(self.unreadable(name, unreadable).map(Settled::done));
            }
        };
        let depth = self.depth(&info);
        let depth = self.checked(depth)?;
        self.checked(self.settle(Incoming { info, bytes, depth }))
    }

    /// How many containers a source lies in.
    pub(super) fn depth(&self, info: &SourceInfo) -> Result<usize, Abort> {
        let mut depth = 0;
        let mut container = info.container.clone();
        while let Some(name) = container.filter(|_| depth < NESTING) {
            depth += 1;
            container = self.runner.store.source(&name)?.and_then(|source| source.info.container);
        }
        Ok(depth)
    }

    pub(super) fn process(&self, incoming: Incoming, results: &Results<'_>) -> Result<Done, Abort> {
        self.finish(self.settle(incoming)?, results)
    }

    pub(super) fn finish(&self, settled: Settled, results: &Results<'_>) -> Result<Done, Abort> {
        match settled {
            Settled::Done(done) => Ok(*done),
            Settled::Due(due) => self.compute(*due, None, results),
        }
    }

    /// Finds out whether a source is to be processed.
    pub(super) fn settle(&self, incoming: Incoming) -> Result<Settled, Abort> {
        let before = self.runner.store.source(&incoming.info.name)?;
        let was_retired = before.as_ref().is_some_and(|before| before.retired);
        let unchanged = before.as_ref().filter(|before| {
            before.info.digest == incoming.info.digest
                && before.pipeline == self.runner.pipeline.digest()
                && before.state == SourceState::Done
                && before.info.media_type == incoming.info.media_type
        });
        let pipeline = self.runner.pipeline;
        let is_container =
            pipeline.accepting(Role::Unpacker, &incoming.info.media_type).next().is_some();
        // A container's own record says nothing of members that failed, so containers are opened again.
        if let Some(unchanged) = unchanged.filter(|_| !is_container) {
            return Ok(Settled::done(if was_retired {
                self.back(unchanged)
            } else {
                untouched(Fate::Unchanged, unchanged)
            }));
        }
        if let Some(before) = before.as_ref().filter(|_| is_container && incoming.bytes.are_kept())
            && !was_retired
            && self.runner.before(before)?.is_unpacked(&incoming.info)
        {
            return Ok(Settled::done(self.still_unpacked(before)));
        }
        let was_done = unchanged.is_some();
        Ok(Settled::Due(Box::new(Due { incoming, before, was_done, is_container })))
    }

    /// Takes a source through the steps. `known` is what the store knows of it, if that was looked up.
    pub(super) fn compute(
        &self,
        due: Due,
        known: Option<Known>,
        results: &Results<'_>,
    ) -> Result<Done, Abort> {
        let Due { incoming, before, was_done, is_container } = due;
        let name = incoming.info.name.clone();
        let was_retired = before.as_ref().is_some_and(|before| before.retired);
        let is_new = was_retired || before.as_ref().is_none_or(|before| before.version == 0);
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            if is_container {
                return self.open(&incoming, before.as_ref(), results);
            }
            let known = match known {
                Some(known) => known,
                None => self.runner.look_up(&incoming.info, before.as_ref())?,
            };
            self.runner.process(&incoming, before.as_ref(), known, None)
        }));
        let outcome = match outcome {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(Halted::Source(unreadable))) => return self.unreadable(name, unreadable),
            Ok(Err(Halted::Run(abort))) => return Err(abort),
            // One document has shown a bug of docmill; the others have done nothing wrong.
            Err(_) => return Ok(self.panicked(incoming, before)),
        };
        let Processed { commit, computed } = outcome;
        let fate = match commit.source.state {
            SourceState::Failed => Fate::Failed,
            SourceState::Unsupported => Fate::Unsupported,
            SourceState::Done if is_new => Fate::Added,
            SourceState::Done if was_done => Fate::Unchanged,
            SourceState::Done if computed == 0 && commit.retired.is_empty() => Fate::Unchanged,
            SourceState::Done => Fate::Updated,
        };
        let (added, updated) = match before.as_ref().filter(|before| before.retired) {
            Some(_) => (commit.source.documents.len(), 0),
            None => news(&commit, before.as_ref()),
        };
        let documents = commit.source.documents.len();
        Ok(Done { name, fate, documents, computed, added, updated, commit: Some(commit) })
    }

    /// Records that a retired source is back as it was.
    pub(super) fn back(&self, before: &StoredSource) -> Done {
        let source = StoredSource { retired: false, run: self.runner.run, ..before.clone() };
        Done {
            added: source.documents.len(),
            commit: Some(only_source(source)),
            ..untouched(Fate::Added, before)
        }
    }

    /// Records that nothing else would come out of a container. Its members are in the store, which offers each on its own.
    pub(super) fn still_unpacked(&self, before: &StoredSource) -> Done {
        let pipeline = self.runner.pipeline.digest();
        let source = StoredSource { pipeline, run: self.runner.run, ..before.clone() };
        Done { commit: Some(only_source(source)), ..untouched(Fate::Unchanged, before) }
    }

    /// Records that docmill itself failed on a source, and keeps its content for another try.
    pub(super) fn panicked(&self, incoming: Incoming, before: Option<StoredSource>) -> Done {
        let Incoming { info, bytes, .. } = incoming;
        let same_content = before.as_ref().is_some_and(|before| before.info.digest == info.digest);
        let failure = self.failure(&info.name, Some(info.digest), panicked());
        let source = StoredSource {
            version: before.as_ref().map_or(1, |before| before.version + u32::from(!same_content)),
            state: SourceState::Failed,
            pipeline: self.runner.pipeline.digest(),
            documents: before.map_or_else(Vec::new, |before| before.documents),
            run: self.runner.run,
            retired: false,
            info,
        };
        // Bytes that cannot be read either are in the store, if anywhere.
        done_with(source, bytes.get().ok(), failure)
    }

    /// A failure that is docmill's part.
    pub(super) fn failure(
        &self,
        source: &SourceName,
        original: Option<Digest>,
        reason: Unreadable,
    ) -> Failure {
        Failure {
            id: FailureId::of(source, None, None),
            source: source.clone(),
            original,
            document: None,
            step: None,
            component: None,
            attempt: None,
            cost: None,
            class: FailureClass::Host,
            causes: reason.causes,
            hint: reason.hint,
            backtrace: Vec::new(),
            log: Vec::new(),
            run: self.runner.run,
        }
    }

    /// Records that a source could not be read. What was stored of it before stays as it is.
    pub(super) fn unreadable(
        &self,
        name: SourceName,
        unreadable: Unreadable,
    ) -> Result<Done, Abort> {
        let before = self.runner.store.source(&name)?;
        let failure = self.failure(&name, None, unreadable);
        let mut source = before.unwrap_or_else(|| StoredSource {
            info: source_info(name.clone(), unknown_media_type(), &[]),
            version: 0,
            state: SourceState::Failed,
            pipeline: self.runner.pipeline.digest(),
            documents: Vec::new(),
            run: self.runner.run,
            retired: false,
        });
        (source.state, source.retired) = (SourceState::Failed, false);
        Ok(done_with(source, None, failure))
    }
}

/// A source that failed before any step had a say.
fn done_with(source: StoredSource, original: Option<Arc<[u8]>>, failure: Failure) -> Done {
    let name = source.info.name.clone();
    let commit = Commit { original, failures: vec![failure], ..only_source(source) };
    let (fate, commit) = (Fate::Failed, Some(commit));
    Done { name, fate, documents: 0, computed: 0, added: 0, updated: 0, commit }
}

/// A source for which nothing was done, or has to be.
pub(super) fn untouched(fate: Fate, source: &StoredSource) -> Done {
    let (name, documents) = (source.info.name.clone(), source.documents.len());
    Done { name, fate, documents, computed: 0, added: 0, updated: 0, commit: None }
}

/// Writes the record of a source, and nothing besides.
fn only_source(source: StoredSource) -> Commit {
    Commit {
        source,
        original: None,
        documents: Vec::new(),
        findings: Vec::new(),
        retired: Vec::new(),
        failures: Vec::new(),
    }
}

fn panicked() -> Unreadable {
    Unreadable::because("the host panicked, which is a bug in docmill")
}

/// How many documents of a commit were not in the store before, and how many of the others have new content or results.
fn news(commit: &Commit, before: Option<&StoredSource>) -> (usize, usize) {
    let stored: HashSet<DocumentId> =
        before.into_iter().flat_map(|before| before.documents.iter().copied()).collect();
    let extracted = commit.documents.iter().map(|document| document.id);
    let found = commit.findings.iter().map(|(id, _, _)| *id);
    let retired = commit.retired.iter().map(|(id, _, _)| *id);
    let news: HashSet<DocumentId> = extracted.chain(found).chain(retired).collect();
    let updated = news.intersection(&stored).count();
    (news.len() - updated, updated)
}

pub(super) fn source_info(name: SourceName, media_type: MediaType, bytes: &[u8]) -> SourceInfo {
    SourceInfo {
        name,
        media_type,
        size: bytes.len() as u64,
        digest: Digest::of(bytes),
        container: None,
        attributes: Vec::new(),
    }
}

/// Of a source that could not be read.
fn unknown_media_type() -> MediaType {
    MediaType::new("application/octet-stream").unwrap_or_else(|_| unreachable!("a media type"))
}
