//! Takes one source through its stages: offered, due unless nothing has to be done about it, and
//! done.

use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use super::commit::{Done, Results, hand_over};
use super::context::{Abort, Context};
use super::queue::Receiver;
use super::strategy::Strategy;
use crate::ingest::{Offer, Unreadable};
use crate::model::{
    Digest, DocumentId, Failure, FailureClass, Role, SourceInfo, SourceName, SourceState,
    StoredDocument, StoredSource,
};
use crate::pipeline::event::Fate;
use crate::pipeline::reading::{
    Computed, Halted, Parts, ReadDocument, Reader, Sinks, Source, Text, own_failure, unread_info,
};
use crate::pipeline::reuse::{LookedUp, OnlyParts, StoredResults, is_of};
use crate::sandbox::NESTING;
use crate::store::{Commit, StoreError};

/// How far a source has come.
pub(super) enum Stage {
    /// An origin offers it; nothing has been read.
    Offered(Offer),
    /// Steps have to be run on it, as far as what the store has of it does not hold.
    Due(Box<Due>),
    /// Nothing more has to be done, or can be.
    Done(Box<Done>),
    /// It is in another share, and nothing comes out of it that is in this one.
    Elsewhere,
}

/// A source that the steps have to be run on.
pub(super) struct Due {
    pub(super) source: Source,
    /// What the store has of it.
    pub(super) before: Option<StoredSource>,
    /// It was done in the same way before.
    pub(super) was_done: bool,
    /// It is a container whose parts have to come out of it.
    pub(super) is_opened: bool,
    /// What the store has of it with the content that it has now, if that was looked up ahead.
    pub(super) kept: Option<Kept>,
}

/// What the store has of a source with the content that it has now.
pub(super) struct Kept {
    /// Whether its bytes are there.
    pub(super) has_original: bool,
    pub(super) documents: LookedUp,
}

impl Kept {
    /// About how much memory it holds, in bytes.
    pub(super) fn weight(&self) -> u64 {
        let extracted = |document: &ReadDocument| document.provenance.cost.bytes_out;
        let documents = self.documents.iter().flatten().map(|kept| &kept.document);
        documents.map(extracted).fold(0, u64::saturating_add)
    }
}

/// What a source came to.
pub(super) struct Processed {
    pub(super) commit: Commit,
    /// How many results were computed rather than reused.
    pub(super) computed: usize,
    /// Whether an unpacker took it apart just now.
    pub(super) is_taken_apart: bool,
    /// Whether its bytes came in before under another name, and were read anew.
    pub(super) is_copy: bool,
}

impl Context<'_> {
    /// Takes sources through the pipeline until there are no more.
    pub(super) fn work(&self, waiting: &Receiver<'_, Stage>, results: &Results<'_>) {
        while let Some(stage) = waiting.take() {
            if self.stopped() {
                return;
            }
            let Some(done) = self.checked(self.finish(stage, results)) else { return };
            if !done.is_none_or(|done| hand_over(results, done)) {
                return;
            }
        }
    }

    /// Takes a source through all stages that are left. `None` if it is somebody else's.
    pub(super) fn finish(
        &self,
        stage: Stage,
        results: &Results<'_>,
    ) -> Result<Option<Done>, Abort> {
        match stage {
            Stage::Offered(offer) => self.finish(self.begin(offer)?, results),
            Stage::Due(due) => {
                let is_elsewhere = !self.is_ours(&due.source.info.name);
                let done = self.compute(*due, results)?;
                Ok(Some(Done { is_elsewhere, ..done }))
            }
            Stage::Done(done) => Ok(Some(*done)),
            Stage::Elsewhere => Ok(None),
        }
    }

    /// Whether a source is in the share of this run.
    pub(super) fn is_ours(&self, name: &SourceName) -> bool {
        self.options.share.holds(name)
    }

    /// Finds out whether an offered source is due.
    pub(super) fn begin(&self, offer: Offer) -> Result<Stage, Abort> {
        if self.options.strategy == Strategy::Keep {
            let stored = self.store.source(&offer.name)?;
            let is_whole = |it: &StoredSource| !it.retired && it.state != SourceState::Failed;
            if let Some(kept) = stored.filter(is_whole) {
                return Ok(Stage::done(untouched(Fate::Kept, &kept)));
            }
        }
        if !self.is_ours(&offer.name) {
            return self.glance(offer);
        }
        let name = offer.name.clone();
        let limit = self.largest_source();
        // The code of an origin is not this module's, and its bug is the failure of what it offers.
        let opened = catch_unwind(AssertUnwindSafe(|| Source::stream(offer, limit, self.pipeline)));
        let mut source = match opened.unwrap_or_else(|_| Err(Unreadable::Panicked)) {
            Ok(source) => source,
            Err(unreadable) => return self.unreadable(name, unreadable).map(Stage::done),
        };
        source.depth = self.depth(&source.info)?;
        self.settle(source)
    }

    /// Finds out whether an offered source of another share is a container, whose members may be in
    /// this one. What is wrong with it is told where it is taken in.
    fn glance(&self, offer: Offer) -> Result<Stage, Abort> {
        let limit = self.largest_source();
        let container = || Source::container(offer, limit, self.pipeline);
        match catch_unwind(AssertUnwindSafe(container)) {
            Ok(Ok(Some(mut source))) => {
                source.depth = self.depth(&source.info)?;
                self.settle(source)
            }
            _ => Ok(Stage::Elsewhere),
        }
    }

    /// How many containers a source lies in.
    fn depth(&self, info: &SourceInfo) -> Result<usize, Abort> {
        let mut depth = 0;
        let mut container = info.container.clone();
        while let Some(name) = container.filter(|_| depth < NESTING) {
            depth += 1;
            container = self.store.source(&name)?.and_then(|source| source.info.container);
        }
        Ok(depth)
    }

    /// Finds out whether a source is due.
    pub(super) fn settle(&self, source: Source) -> Result<Stage, Abort> {
        let info = &source.info;
        let before = self.store.source(&info.name)?;
        let was_retired = before.as_ref().is_some_and(|before| before.retired);
        let accepts = |role| self.pipeline.accepting(role, &info.media_type).next().is_some();
        let is_container = accepts(Role::Unpacker);
        if !is_container && !self.is_ours(&info.name) {
            return Ok(Stage::Elsewhere);
        }
        let unchanged = match &before {
            Some(before)
                if before.info.digest == info.digest
                    && before.info.media_type == info.media_type
                    && before.state != SourceState::Unsupported
                    && self.is_settled(before)? =>
            {
                Some(before)
            }
            _ => None,
        };
        // A container's own record says nothing of members that failed: see `pass_over`.
        if let Some(unchanged) = unchanged
            && (!is_container || self.store.members(&info.name).next().is_none())
        {
            let done = match was_retired {
                true => self.back(unchanged),
                false => self.unchanged(unchanged)?,
            };
            let is_elsewhere = !self.is_ours(&info.name);
            return Ok(Stage::done(Done { is_elsewhere, ..done }));
        }
        let mut is_opened = is_container;
        if let Some(before) = before.as_ref().filter(|_| is_container && source.bytes.are_kept())
            && !was_retired
            && self.earlier.before(before)?.is_unpacked(self.store, info)?
        {
            if !accepts(Role::Extractor) {
                return Ok(Stage::done(self.still_unpacked(before)));
            }
            is_opened = false;
        }
        let was_done = unchanged.is_some();
        Ok(Stage::Due(Box::new(Due { source, before, was_done, is_opened, kept: None })))
    }

    /// Whether nothing else would come of the content that was stored of a source.
    pub(super) fn is_settled(&self, source: &StoredSource) -> Result<bool, Abort> {
        if source.pipeline != self.pipeline.digest() {
            return Ok(false);
        }
        if source.state != SourceState::Failed || self.has_versions {
            return Ok(source.state != SourceState::Failed);
        }
        let failures = self.store.failures_of(&source.info.name)?;
        Ok(!failures.is_empty() && failures.iter().all(|it| self.pipeline.would_fail_again(it)))
    }

    /// A source that is settled. What failed in it is told again.
    pub(super) fn unchanged(&self, source: &StoredSource) -> Result<Done, Abort> {
        if source.state != SourceState::Failed {
            return Ok(untouched(Fate::Unchanged, source));
        }
        let failures = self.store.failures_of(&source.info.name)?;
        let commit = Commit { failures, ..only_source(source.clone()) };
        Ok(Done { commit: Some(commit), ..untouched(Fate::Failed, source) })
    }

    /// Takes a source through the steps.
    fn compute(&self, due: Due, results: &Results<'_>) -> Result<Done, Abort> {
        let Due { source, before, was_done, is_opened, kept } = due;
        let before = before.as_ref();
        let was_retired = before.is_some_and(|before| before.retired);
        if let Some(before) = before.filter(|_| is_opened && was_done && !was_retired)
            && self.pass_over(&before.info.name, results)?
        {
            return self.unchanged(before);
        }
        let is_new = was_retired || before.is_none_or(|before| before.version == 0);
        let processed = catch_unwind(AssertUnwindSafe(|| match is_opened {
            true => self.open(&source, before, results),
            false => self.process(&source, before, kept, None),
        }));
        let processed = match processed {
            Ok(Ok(processed)) => processed,
            Ok(Err(Halted::Source(unreadable))) => {
                return self.unreadable(source.info.name, unreadable);
            }
            Ok(Err(Halted::Reuse(abort))) => return Err(abort),
            // One document has shown a bug of docmill; the others have done nothing wrong.
            Err(_) => return Ok(self.panicked(source, before)),
        };
        let Processed { commit, computed, is_copy, .. } = processed;
        let fate = match commit.source.state {
            SourceState::Failed => Fate::Failed,
            SourceState::Unsupported => Fate::Unsupported,
            SourceState::Empty => Fate::Empty,
            SourceState::Done if is_new => Fate::Added,
            SourceState::Done if was_done => Fate::Unchanged,
            SourceState::Done if computed == 0 && commit.retired.is_empty() => Fate::Unchanged,
            SourceState::Done => Fate::Updated,
        };
        let (added, updated) = match before.filter(|before| before.retired) {
            Some(_) => (commit.source.documents.len(), 0),
            None => news(&commit, before),
        };
        let name = source.info.name;
        let documents = commit.source.documents.len();
        let (commit, is_elsewhere) = (Some(commit), false);
        Ok(Done { name, fate, documents, computed, added, updated, is_copy, commit, is_elsewhere })
    }

    /// Runs the steps on a source, as far as what the store has of it does not hold. `members`
    /// takes what an unpacker emits.
    pub(super) fn process(
        &self,
        source: &Source,
        before: Option<&StoredSource>,
        kept: Option<Kept>,
        members: Option<Sinks<'_>>,
    ) -> Result<Processed, Halted<Abort>> {
        let info = &source.info;
        let same_content = before.filter(|before| is_of(before, info));
        let version = before.map_or(1, |before| before.version + u32::from(same_content.is_none()));
        let same = same_content.map(|source| self.earlier.before(source));
        let same = same.transpose().map_err(Abort::Store)?;
        let (has_original, looked_up) = match kept {
            Some(Kept { has_original, documents }) => (Some(has_original), Some(documents)),
            None => (None, None),
        };
        let mut stored = StoredResults {
            store: self.store,
            pipeline: self.pipeline,
            info,
            before: same.as_ref(),
            has_parts: members.is_none(),
            looked_up,
        };
        let reader =
            Reader { pipeline: self.pipeline, source, run: self.run, members, wanted: None };
        let computed = match self.is_ours(&info.name) {
            true => reader.read(&mut stored),
            false => reader.read(&mut OnlyParts),
        };
        let computed = computed.map_err(|halted| match halted {
            Halted::Reuse(error) => Halted::Reuse(Abort::Store(error)),
            Halted::Source(unreadable) => Halted::Source(unreadable),
        })?;
        if let Some(abort) = misconfigured(&computed.failures) {
            return Err(abort.into());
        }
        let Computed { walked, mut state, findings, retired, mut failures, calls } = computed;
        let is_taken_apart = walked.parts == Parts::Taken;
        if let Some(same) = &same {
            let again = same.failing_again(self.pipeline, &walked.text, &failures);
            if again.iter().any(|failure| failure.class.is_failure()) {
                state = SourceState::Failed;
            }
            failures.extend(again);
        }
        let is_empty = self.has_versions && state == SourceState::Empty;
        let keeps_before = match before.filter(|_| is_empty) {
            Some(before) => self.has_text(before).map_err(Abort::Store)?,
            None => false,
        };
        let (documents, ids) = match walked.text {
            Text::Read(_) if keeps_before => (Vec::new(), Vec::new()),
            Text::Read(documents) => {
                let documents = self.to_stored(info, version, documents);
                let ids = documents.iter().map(|document| document.id).collect();
                (documents, ids)
            }
            Text::Kept => (Vec::new(), before.map_or_else(Vec::new, |it| it.documents.clone())),
            Text::Unreadable => {
                failures = self.store.failures_of(&info.name).map_err(Abort::Store)?;
                (Vec::new(), Vec::new())
            }
            Text::None | Text::Failed | Text::FailedBefore | Text::Untold => {
                (Vec::new(), Vec::new())
            }
        };
        let in_document = |index: u32| ids.get(index as usize).copied();
        let findings = findings
            .into_iter()
            .filter_map(|(index, finding)| Some((in_document(index)?, version, finding)))
            .collect();
        let retired = retired
            .into_iter()
            .filter_map(|(index, step)| Some((in_document(index)?, version, step)))
            .collect();
        let is_kept = match has_original.filter(|_| self.has_versions) {
            Some(is_kept) => is_kept,
            None => self.store.has_original(&info.digest).map_err(Abort::Store)?,
        };
        let is_wanted = self.has_versions && !is_kept;
        let original = match !is_wanted || (ids.is_empty() && !self.is_copied(info)) {
            true => None,
            false => source.bytes.whole(self.largest_source()).map_err(Halted::Source)?,
        };
        let source_now = StoredSource {
            is_copied: is_kept || original.is_some(),
            info: info.clone(),
            version,
            state,
            pipeline: self.pipeline.digest(),
            documents: match before {
                // A content that cannot be read, or has no text, does not destroy what was found in
                // the one before it.
                Some(before)
                    if self.has_versions
                        && (keeps_before || ids.is_empty() && state == SourceState::Failed) =>
                {
                    before.documents.clone()
                }
                _ => ids,
            },
            run: self.run,
            retired: false,
        };
        // A container is walked once its members are taken in.
        let (source, walked) = (source_now, false);
        let commit = Commit { source, original, documents, findings, retired, failures, walked };
        let has_news = same_content.is_none() && !commit.source.documents.is_empty();
        let is_copy = has_news && (!self.is_first(&info.digest) || is_kept);
        Ok(Processed { commit, computed: calls.len(), is_taken_apart, is_copy })
    }

    /// Whether a document that is stored of a source has a text.
    fn has_text(&self, source: &StoredSource) -> Result<bool, StoreError> {
        for id in &source.documents {
            let document = self.store.document(*id, None)?;
            if document.is_some_and(|it| !it.extracted.document.is_blank()) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether the store gets the bytes of a source whatever comes out of it. Those of a large
    /// container stay where they are: its members are stored, and it may be as large as the disk.
    /// If it has a text besides, they were in memory for that.
    fn is_copied(&self, info: &SourceInfo) -> bool {
        info.size <= self.options.largest_copy.as_u64()
            || self.pipeline.accepting(Role::Unpacker, &info.media_type).next().is_none()
    }

    /// Documents that were read just now, as the store keeps them.
    fn to_stored(
        &self,
        info: &SourceInfo,
        version: u32,
        documents: Vec<ReadDocument>,
    ) -> Vec<StoredDocument> {
        let stored = |(index, ReadDocument { extracted, provenance })| StoredDocument {
            id: DocumentId::of(&info.name, index),
            version,
            source: info.name.clone(),
            original: info.digest,
            index,
            extracted,
            provenance,
            run: self.run,
        };
        (0..).zip(documents).map(stored).collect()
    }

    /// Reads what the store has of a source with the content that it has now.
    pub(super) fn look_up(&self, due: &Due) -> Result<Kept, StoreError> {
        let info = &due.source.info;
        let same_content = due.before.as_ref().filter(|before| is_of(before, info));
        let same = same_content.map(|source| self.earlier.before(source)).transpose()?;
        let stored = StoredResults {
            store: self.store,
            pipeline: self.pipeline,
            info,
            before: same.as_ref(),
            has_parts: true,
            looked_up: None,
        };
        let has_original = self.store.has_original(&info.digest)?;
        Ok(Kept { has_original, documents: stored.look_up()? })
    }

    /// Records that a retired source is back as it was.
    fn back(&self, before: &StoredSource) -> Done {
        let source = StoredSource { retired: false, run: self.run, ..before.clone() };
        Done {
            added: source.documents.len(),
            commit: Some(only_source(source)),
            ..untouched(Fate::Added, before)
        }
    }

    /// Records that nothing else would come out of a container. Its members are in the store, which
    /// offers each on its own.
    fn still_unpacked(&self, before: &StoredSource) -> Done {
        let pipeline = self.pipeline.digest();
        let source = StoredSource { pipeline, run: self.run, ..before.clone() };
        Done { commit: Some(only_source(source)), ..untouched(Fate::Unchanged, before) }
    }

    /// Records that docmill itself failed on a source, and keeps its content for another try.
    fn panicked(&self, source: Source, before: Option<&StoredSource>) -> Done {
        let Source { info, bytes, .. } = source;
        let same_content = before.is_some_and(|before| before.info.digest == info.digest);
        let failure = self.failure(&info.name, Some(info.digest), Unreadable::Panicked);
        let source = StoredSource {
            version: before.map_or(1, |before| before.version + u32::from(!same_content)),
            state: SourceState::Failed,
            pipeline: self.pipeline.digest(),
            documents: before
                .filter(|_| self.has_versions)
                .map_or_else(Vec::new, |before| before.documents.clone()),
            run: self.run,
            retired: false,
            // Bytes that cannot be read either are in the store, if anywhere.
            is_copied: self.is_copied(&info),
            info,
        };
        let original = bytes.whole(self.largest_source()).ok().flatten();
        let original = original.filter(|_| source.is_copied);
        done_with(source, original, failure)
    }

    /// A failure that is docmill's part.
    pub(super) fn failure(
        &self,
        source: &SourceName,
        original: Option<Digest>,
        reason: Unreadable,
    ) -> Failure {
        own_failure(source, original, reason, self.run)
    }

    /// Records that a source could not be read. What was stored of it before stays as it is.
    pub(super) fn unreadable(
        &self,
        name: SourceName,
        unreadable: Unreadable,
    ) -> Result<Done, Abort> {
        let before = match self.has_versions {
            true => self.store.source(&name)?,
            false => None,
        };
        let failure = self.failure(&name, None, unreadable);
        let mut source = before.unwrap_or_else(|| StoredSource {
            info: unread_info(name.clone()),
            version: 0,
            state: SourceState::Failed,
            pipeline: self.pipeline.digest(),
            documents: Vec::new(),
            run: self.run,
            retired: false,
            is_copied: true,
        });
        (source.state, source.retired) = (SourceState::Failed, false);
        Ok(done_with(source, None, failure))
    }
}

impl Stage {
    pub(super) fn done(done: Done) -> Stage {
        Stage::Done(Box::new(done))
    }
}

/// Why the run cannot go on after these failures, if a plugin refuses its configuration: every
/// other document would fail the same way.
fn misconfigured(failures: &[Failure]) -> Option<Abort> {
    let failure = failures.iter().find(|it| it.class == FailureClass::Misconfigured)?;
    let step = failure.step.clone()?;
    Some(Abort::Misconfigured { step, causes: failure.causes.clone() })
}

/// A source that failed before any step had a say.
fn done_with(source: StoredSource, original: Option<Arc<[u8]>>, failure: Failure) -> Done {
    let name = source.info.name.clone();
    let commit = Commit { original, failures: vec![failure], ..only_source(source) };
    let (fate, commit) = (Fate::Failed, Some(commit));
    let (documents, computed, added, updated, is_copy, is_elsewhere) = (0, 0, 0, 0, false, false);
    Done { name, fate, documents, computed, added, updated, is_copy, commit, is_elsewhere }
}

/// A source for which nothing was done, or has to be.
pub(super) fn untouched(fate: Fate, source: &StoredSource) -> Done {
    let (name, documents) = (source.info.name.clone(), source.documents.len());
    let (computed, added, updated, is_copy, commit, is_elsewhere) = (0, 0, 0, false, None, false);
    Done { name, fate, documents, computed, added, updated, is_copy, commit, is_elsewhere }
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
        walked: false,
    }
}

/// How many documents of a commit were not in the store before, and how many of the others have new
/// content or results.
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
