//! Runs a pipeline over everything an origin offers: workers compute, one committer stores, and nothing is told before it is safe.

use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{self, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use super::event::{Event, Fate, Reporter};
use super::plan::Pipeline;
use super::queue::{Queue, Receiver, Sender};
use super::recipe::Comparison;
use super::steps::{Abort, Bytes, Halted, Incoming, Known, Outcome, Runner};
use super::strategy::{Strategy, gone, left_over, retire};
use crate::capabilities::{Allowance, Member, MemberSink, Refused};
use crate::error::Hint;
use crate::ingest::{Offer, Origin, Unreadable, judge};
use crate::model::{
    Digest, DocumentId, Failure, FailureClass, FailureId, MediaType, PluginName, Role, Run, RunId,
    SourceInfo, SourceName, SourceState, StoredSource, Tally,
};
use crate::sandbox::NESTING;
use crate::store::record::LARGEST_PAYLOAD;
use crate::store::{Commit, Store, StoreError};

/// Results wait here for the committer. Enough to keep workers busy during a flush, few enough to bound memory.
const WAITING_RESULTS: usize = 64;
/// A group of results is stored when it has this many, or [`GATHERING`] after its first.
const LARGEST_GROUP: usize = 64;
/// How long a result may wait for others to share a flush with. A flush takes a processor for some 0.3 ms, and nobody notices 10.
const GATHERING: Duration = Duration::from_millis(10);
/// At least so many sources wait for the workers with what the store knows of them, or four for each: enough for the threads that read
/// to be woken rarely. They wait together, so that no worker is left with some while another one has none.
const READ_AHEAD: usize = 16;
/// They wait as long as they have no more than this many bytes together.
const READ_AHEAD_BYTES: u64 = 1 << 20;
/// Results wait as long as they have no more than this many bytes together, however few they are.
const WAITING_BYTES: u64 = 128 << 20;
/// The most that the members of one container may have together, in bytes, unless a run is told otherwise.
pub(super) const LARGEST_CONTAINER: u64 = 16 << 30;

/// How a run is done.
#[derive(Debug, Clone)]
pub struct RunOptions {
    /// How many documents are processed at the same time; at least 1.
    pub jobs: usize,
    /// The largest source that is read, in bytes; more than 1 GiB counts as 1 GiB.
    pub largest_source: u64,
    /// The most that the members of one container may have together, in bytes, as [`Allowance`] counts them: those of a small
    /// container may have less.
    pub largest_container: u64,
    /// What is done about sources that are stored already.
    pub strategy: Strategy,
    /// Set it to end the run early: what is under way is finished and stored, nothing new is begun.
    pub stop: Arc<AtomicBool>,
}

impl Default for RunOptions {
    fn default() -> RunOptions {
        RunOptions {
            jobs: std::thread::available_parallelism().map_or(1, Into::into),
            largest_source: 64 << 20,
            largest_container: LARGEST_CONTAINER,
            strategy: Strategy::default(),
            stop: Arc::default(),
        }
    }
}

/// Why a run ended before its origin did.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RunError {
    /// The store could not be read or written.
    #[error("the run was ended because the store failed")]
    Store(#[source] StoreError),
    /// A plugin says that its configuration is unusable.
    #[error("plugin `{step}` refuses its configuration: {}", .causes.join(": "))]
    Misconfigured {
        /// The step.
        step: PluginName,
        /// What it says.
        causes: Vec<String>,
    },
}

impl Hint for RunError {
    fn hint(&self) -> Option<String> {
        match self {
            RunError::Misconfigured { .. } => {
                Some("correct the setting and run again; what was stored so far stays".to_owned())
            }
            RunError::Store(_) => None,
        }
    }
}

impl From<Abort> for RunError {
    fn from(abort: Abort) -> RunError {
        match abort {
            Abort::Store(error) => RunError::Store(error),
            Abort::Misconfigured { step, causes } => RunError::Misconfigured { step, causes },
        }
    }
}

/// What a worker hands to the committer.
struct Done {
    name: SourceName,
    fate: Fate,
    documents: usize,
    /// How many results were computed.
    computed: usize,
    /// How many documents were not in the store before.
    added: usize,
    /// How many were, and have new content or results now.
    updated: usize,
    commit: Option<Commit>,
}

impl Done {
    /// About how much memory it holds, in bytes.
    fn weight(&self) -> u64 {
        let Some(commit) = &self.commit else { return 0 };
        let original = commit.original.as_ref().map_or(0, |original| original.len());
        let texts = commit.documents.iter().map(|it| it.extracted.document.text.len());
        (original + texts.sum::<usize>()) as u64
    }
}

/// Where workers hand over what they have done.
type Results<'a> = Sender<'a, Done>;

/// Hands a result over once there is room for it. Returns whether anybody is there to take it.
fn hand_over(results: &Results<'_>, done: Done) -> bool {
    let weight = done.weight();
    results.send(done, weight)
}

/// Takes everything that `origin` offers through `pipeline` and stores what comes out.
///
/// The content of the store afterwards does not depend on `options.jobs`, but for costs and times.
///
/// # Errors
///
/// See [`RunError`]. What was reported as stored is stored all the same.
pub fn run(
    store: &dyn Store,
    pipeline: &Pipeline,
    origin: &mut dyn Origin,
    options: &RunOptions,
    reporter: &dyn Reporter,
) -> Result<Run, RunError> {
    let mut run = Run {
        id: RunId(0),
        started: SystemTime::now(),
        finished: None,
        pipeline: pipeline.digest(),
        tally: Tally::default(),
    };
    // What failed can be tried again only with what it was tried with.
    pipeline.keep_in(store).map_err(RunError::Store)?;
    run.id = store.begin_run(&run).map_err(RunError::Store)?;
    reporter.event(&Event::Began { run: &run });
    let worker = Worker {
        runner: Runner { pipeline, store, run: run.id, earlier: Comparison::new(store, pipeline) },
        options,
        helpers: Helpers::new(options.jobs),
        abort: Mutex::new(None),
    };
    let origin = Mutex::new(Offers { origin, seen: HashSet::new() });
    let jobs = options.jobs.max(1);
    let queue = Queue::new(WAITING_RESULTS, WAITING_BYTES);
    let ahead = Queue::new(READ_AHEAD.max(4 * jobs), READ_AHEAD_BYTES);
    std::thread::scope(|scope| {
        // Dropped with this scope, even by a panic: no worker waits for ever to hand something over.
        let (results, mut committed) = queue.ends();
        let (sender, waiting) = ahead.ends();
        for _ in 0..jobs {
            let (worker, origin) = (&worker, &origin);
            let (sender, own_results) = (sender.clone(), results.clone());
            scope.spawn(move || worker.read_ahead(origin, &sender, &own_results));
            let (waiting, results) = (waiting.clone(), results.clone());
            scope.spawn(move || worker.work(&waiting, &results));
        }
        drop((sender, waiting, results));
        run.tally = commit_all(store, &mut committed, reporter, &worker);
    });
    let offers = origin.into_inner().unwrap_or_else(PoisonError::into_inner);
    worker.retire_gone(&offers, reporter, &mut run.tally);
    run.finished = Some(SystemTime::now());
    let abort = worker.abort.into_inner().unwrap_or_else(PoisonError::into_inner);
    if !matches!(abort, Some(Abort::Store(_))) {
        store.finish_run(&run).map_err(RunError::Store)?;
    }
    reporter.event(&Event::Ended { run: &run });
    match abort {
        Some(abort) => Err(abort.into()),
        None => Ok(run),
    }
}

/// Stores what workers hand over, in groups with one flush each.
fn commit_all(
    store: &dyn Store,
    results: &mut Receiver<'_, Done>,
    reporter: &dyn Reporter,
    worker: &Worker<'_>,
) -> Tally {
    let mut tally = Tally::default();
    while let Some(group) = results.receive(LARGEST_GROUP, GATHERING) {
        if let Err(error) = commit_group(store, group, reporter, &mut tally) {
            worker.abort(Abort::Store(error));
            // Nothing after this can be promised to be stored, so nothing is told either.
            return tally;
        }
    }
    tally
}

/// Stores a group of results with one flush, then counts and tells them.
fn commit_group(
    store: &dyn Store,
    mut group: Vec<Done>,
    reporter: &dyn Reporter,
    tally: &mut Tally,
) -> Result<(), StoreError> {
    let commits: Vec<Commit> = group.iter_mut().filter_map(|done| done.commit.take()).collect();
    if !commits.is_empty() {
        store.commit(&commits)?;
    }
    let mut failures =
        commits.into_iter().map(|commit| (commit.source.info.name, commit.failures)).peekable();
    for done in group {
        let stored = failures.next_if(|(name, _)| *name == done.name).map(|(_, failures)| failures);
        let mut failures = stored.unwrap_or_default();
        tally.sources += u64::from(done.fate != Fate::Retired);
        match done.fate {
            Fate::Unchanged => tally.unchanged += 1,
            Fate::Kept => tally.kept += 1,
            Fate::Unsupported => tally.unsupported += 1,
            // What failed in it is no news.
            Fate::Retired => {
                tally.retired += 1;
                failures.clear();
            }
            Fate::Added | Fate::Updated | Fate::Failed => {}
        }
        // A document is stored even if one of its steps failed.
        tally.added += done.added as u64;
        tally.updated += done.updated as u64;
        tally.failures +=
            failures.iter().filter(|failure| failure.class != FailureClass::Unsupported).count()
                as u64;
        let Done { name, fate, documents, computed, .. } = &done;
        let (fate, documents, computed) = (*fate, *documents, *computed);
        let failures = failures.as_slice();
        reporter.event(&Event::Source { name, fate, documents, computed, failures });
    }
    Ok(())
}

/// What is still to be done.
struct Offers<'a> {
    origin: &'a mut dyn Origin,
    /// The names offered so far, as ids to save memory: a name offered twice is processed once.
    seen: HashSet<DocumentId>,
}

struct Worker<'a> {
    runner: Runner<'a>,
    options: &'a RunOptions,
    helpers: Helpers,
    abort: Mutex<Option<Abort>>,
}

/// Threads that may help with the members of containers, beside the worker that opened one. What plugins may do at the same time
/// is bounded by the sandbox; this bounds how many members are in memory.
struct Helpers {
    free: AtomicUsize,
}

impl Helpers {
    fn new(jobs: usize) -> Helpers {
        Helpers { free: AtomicUsize::new(jobs.saturating_sub(1)) }
    }

    /// Takes all that are free.
    fn take(&self) -> Helping<'_> {
        Helping { count: self.free.swap(0, Ordering::SeqCst), helpers: self }
    }
}

/// Helpers of one container, given back when dropped.
struct Helping<'a> {
    count: usize,
    helpers: &'a Helpers,
}

impl Drop for Helping<'_> {
    fn drop(&mut self) {
        self.helpers.free.fetch_add(self.count, Ordering::SeqCst);
    }
}

/// A lock that nobody leaves in a bad state, even by a panic.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Worker<'_> {
    fn abort(&self, abort: Abort) {
        lock(&self.abort).get_or_insert(abort);
        self.options.stop.store(true, Ordering::SeqCst);
    }

    fn stopped(&self) -> bool {
        self.options.stop.load(Ordering::SeqCst)
    }

    /// Takes sources through the pipeline until there are no more.
    fn work(&self, waiting: &Receiver<'_, Waiting>, results: &Results<'_>) {
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

    /// Hands over what is offered, and what the store knows of it where its content is what the store keeps, so that plugins need not
    /// wait for that. What needs no more than a look is settled here.
    fn read_ahead(
        &self,
        offers: &Mutex<Offers<'_>>,
        waiting: &Sender<'_, Waiting>,
        results: &Results<'_>,
    ) {
        while !self.stopped() {
            let offer = {
                let mut offers = lock(offers);
                let Some(offer) = offers.origin.next() else { return };
                if !offers.seen.insert(DocumentId::of(&offer.name, 0)) {
                    continue;
                }
                offer
            };
            // A member of a container may come out of it again meanwhile, as another one: nothing is known of it for long.
            let known = offer.content.as_ref().ok().and_then(|content| content.known());
            let settled = match known {
                Some(info) if info.container.is_none() => match self.begin(offer) {
                    Some(settled) => settled,
                    None => return,
                },
                _ => {
                    let in_memory = offer.content.as_ref().map_or(0, |content| content.in_memory());
                    if !waiting.send(Waiting::Unread(offer), in_memory) {
                        return;
                    }
                    continue;
                }
            };
            let goes_on = match settled {
                Settled::Done(done) => hand_over(results, *done),
                Settled::Due(due) => {
                    let known = self.look_up(&due);
                    let weight = known.as_ref().map_or(0, Known::weight);
                    waiting.send(Waiting::Due(due, known), weight)
                }
            };
            if !goes_on {
                return;
            }
        }
    }

    /// What the store knows of a source, or nothing if that is better found out, or told as an error, by who needs it.
    fn look_up(&self, due: &Due) -> Option<Known> {
        if due.is_container {
            return None;
        }
        let looked_up = || self.runner.look_up(&due.incoming.info, due.before.as_ref());
        catch_unwind(AssertUnwindSafe(looked_up)).ok()?.ok()
    }

    /// The largest source that is read, in bytes: no larger than what the store can keep of it.
    fn largest_source(&self) -> u64 {
        self.options.largest_source.min(LARGEST_PAYLOAD)
    }

    /// Retires what is gone, if the run mirrors its origin and was neither interrupted nor ended by an error.
    fn retire_gone(&self, offers: &Offers<'_>, reporter: &dyn Reporter, tally: &mut Tally) {
        if self.options.strategy != Strategy::Mirror || self.stopped() {
            return;
        }
        let store = self.runner.store;
        let mut group = Vec::new();
        let retired = gone(store, &*offers.origin, &offers.seen).try_for_each(|source| {
            if self.stopped() {
                return Ok(());
            }
            retire(store, self.runner.run, source?, &mut |commit| {
                group.push(retired(commit));
                match group.len() {
                    LARGEST_GROUP => {
                        commit_group(store, std::mem::take(&mut group), reporter, tally)
                    }
                    _ => Ok(()),
                }
            })
        });
        let stored = retired.and_then(|()| commit_group(store, group, reporter, tally));
        if let Err(error) = stored {
            self.abort(Abort::Store(error));
        }
    }

    /// Takes one offered source through the pipeline; `None` if the run is to end.
    fn take_in(&self, offer: Offer, results: &Results<'_>) -> Option<Done> {
        let settled = self.begin(offer)?;
        self.checked(self.finish(settled, results))
    }

    /// Finds out whether an offered source is to be processed; `None` if the run is to end.
    fn begin(&self, offer: Offer) -> Option<Settled> {
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
            Ok((info(name.clone(), media_type, &bytes), Bytes::read(bytes)))
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
    fn depth(&self, info: &SourceInfo) -> Result<usize, Abort> {
        let mut depth = 0;
        let mut container = info.container.clone();
        while let Some(name) = container.filter(|_| depth < NESTING) {
            depth += 1;
            container = self.runner.store.source(&name)?.and_then(|source| source.info.container);
        }
        Ok(depth)
    }

    fn checked<T>(&self, result: Result<T, Abort>) -> Option<T> {
        result.map_err(|abort| self.abort(abort)).ok()
    }

    fn process(&self, incoming: Incoming, results: &Results<'_>) -> Result<Done, Abort> {
        self.finish(self.settle(incoming)?, results)
    }

    fn finish(&self, settled: Settled, results: &Results<'_>) -> Result<Done, Abort> {
        match settled {
            Settled::Done(done) => Ok(*done),
            Settled::Due(due) => self.compute(*due, None, results),
        }
    }

    /// Finds out whether a source is to be processed.
    fn settle(&self, incoming: Incoming) -> Result<Settled, Abort> {
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
    fn compute(
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
        let Outcome { commit, computed } = outcome;
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
    fn back(&self, before: &StoredSource) -> Done {
        let source = StoredSource { retired: false, run: self.runner.run, ..before.clone() };
        Done {
            added: source.documents.len(),
            commit: Some(only_source(source)),
            ..untouched(Fate::Added, before)
        }
    }

    /// Records that nothing else would come out of a container. Its members are in the store, which offers each on its own.
    fn still_unpacked(&self, before: &StoredSource) -> Done {
        let pipeline = self.runner.pipeline.digest();
        let source = StoredSource { pipeline, run: self.runner.run, ..before.clone() };
        Done { commit: Some(only_source(source)), ..untouched(Fate::Unchanged, before) }
    }

    /// Records that docmill itself failed on a source, and keeps its content for another try.
    fn panicked(&self, incoming: Incoming, before: Option<StoredSource>) -> Done {
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
    fn failure(
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

    /// Takes a container apart on a thread of its own, while others take its members through the pipeline: one, and as many more as
    /// are free.
    ///
    /// All members are handed to the committer before the container itself is, so a container that is marked as done has nothing
    /// left to lose.
    fn open(
        &self,
        container: &Incoming,
        before: Option<&StoredSource>,
        results: &Results<'_>,
    ) -> Result<Outcome, Halted> {
        let (sender, members) = sync_channel(1);
        let sink = Sink {
            members: sender,
            allowance: Allowance::for_container(
                container.info.size,
                self.options.largest_container,
            ),
        };
        let helpers = self.helpers.take();
        // Nothing lies in between: a member that nobody has begun with is held by the unpacker.
        let (named, waiting) = sync_channel(0);
        let waiting = Arc::new(Mutex::new(waiting));
        let aborted = Mutex::new(None);
        let outcome = std::thread::scope(|scope| {
            let unpacking = scope.spawn(|| {
                let sink = Some(Box::new(sink) as Box<dyn MemberSink>);
                self.runner.process(container, before, Known::default(), sink)
            });
            let processing: Vec<_> = (0..=helpers.count)
                .map(|_| {
                    let (waiting, aborted) = (Arc::clone(&waiting), &aborted);
                    scope.spawn(move || {
                        if let Err(abort) = self.members(container, waiting, results) {
                            lock(aborted).get_or_insert(abort);
                        }
                    })
                })
                .collect();
            // Only those who process hold it: once all of them have ended, nothing more can be handed to them.
            drop(waiting);
            let mut names = HashSet::new();
            let mut is_whole = true;
            for (index, member) in (0_u64..).zip(&members) {
                let name = member_name(&container.info.name, &member.name, index, &mut names);
                let is_over = self.stopped() || lock(&aborted).is_some();
                // What was sent was received, and who receives a member sees to it.
                if is_over || named.send((name, member)).is_err() {
                    is_whole = false;
                    break;
                }
            }
            // The unpacker's next member is refused, which ends it.
            drop((members, named));
            for processing in processing {
                processing.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            }
            let outcome =
                unpacking.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
            Ok::<_, Halted>((outcome, names, is_whole))
        });
        if let Some(abort) = lock(&aborted).take() {
            return Err(abort.into());
        }
        let (mut outcome, names, is_whole) = outcome?;
        // The unpacker may have come to its end with a member that nobody was there to take.
        let Commit { source, failures, .. } = &mut outcome.commit;
        if !is_whole && source.state == SourceState::Done {
            source.state = SourceState::Failed;
            let reason = "the run ended before all of its members were taken in";
            let (name, digest) = (&container.info.name, container.info.digest);
            failures.push(self.failure(name, Some(digest), Unreadable::because(reason)));
        }
        // Before the container is marked as done, as for its members.
        if self.options.strategy == Strategy::Mirror
            && outcome.commit.source.state == SourceState::Done
            && !self.stopped()
        {
            self.retire_left_over(&container.info.name, &names, results)?;
        }
        Ok(outcome)
    }

    /// Takes members of a container through the pipeline until there are no more, or nobody wants the results.
    fn members(
        &self,
        container: &Incoming,
        waiting: Arc<Mutex<mpsc::Receiver<(SourceName, Member)>>>,
        results: &Results<'_>,
    ) -> Result<(), Abort> {
        while !self.stopped() {
            // Whoever waits holds the lock meanwhile, so the others wait for that; it comes to the same.
            let Ok((name, member)) = lock(&waiting).recv() else { break };
            let done = self.member(container, name, member, results)?;
            if !hand_over(results, done) {
                break;
            }
        }
        Ok(())
    }

    /// Retires the members of a container that it no longer holds.
    fn retire_left_over(
        &self,
        container: &SourceName,
        emitted: &HashSet<DocumentId>,
        results: &Results<'_>,
    ) -> Result<(), StoreError> {
        let store = self.runner.store;
        for member in left_over(store, container, emitted) {
            retire(store, self.runner.run, member?, &mut |commit| {
                // If nobody takes it, the run ends with the error that the committer had.
                hand_over(results, retired(commit));
                Ok(())
            })?;
        }
        Ok(())
    }

    fn member(
        &self,
        container: &Incoming,
        name: SourceName,
        member: Member,
        results: &Results<'_>,
    ) -> Result<Done, Abort> {
        let depth = container.depth + 1;
        if depth > NESTING {
            let reason = format!(
                "it lies in {depth} containers within each other, and the limit is {NESTING}"
            );
            return self.unreadable(name, Unreadable::because(reason));
        }
        let limit = self.largest_source();
        if member.content.len() as u64 > limit {
            let reason = format!("it has {} bytes, and the limit is {limit}", member.content.len());
            return self.unreadable(name, Unreadable::because(reason));
        }
        let bytes: Arc<[u8]> = Arc::from(member.content);
        let media_type = judge(&member.name, member.media_type.as_ref(), &bytes);
        let info = SourceInfo {
            container: Some(container.info.name.clone()),
            attributes: member.attributes,
            ..info(name, media_type, &bytes)
        };
        self.process(Incoming { info, bytes: Bytes::read(bytes), depth }, results)
    }

    /// Records that a source could not be read. What was stored of it before stays as it is.
    fn unreadable(&self, name: SourceName, unreadable: Unreadable) -> Result<Done, Abort> {
        let before = self.runner.store.source(&name)?;
        let failure = self.failure(&name, None, unreadable);
        let mut source = before.unwrap_or_else(|| StoredSource {
            info: info(name.clone(), unknown_media_type(), &[]),
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

/// A source that the steps have to be run on.
struct Due {
    incoming: Incoming,
    /// What the store has of it.
    before: Option<StoredSource>,
    /// It was done in the same way before.
    was_done: bool,
    is_container: bool,
}

/// What is known of a source before any step is run on it.
enum Settled {
    /// Nothing needs to be done, or nothing can be.
    Done(Box<Done>),
    Due(Box<Due>),
}

impl Settled {
    fn done(done: Done) -> Settled {
        Settled::Done(Box::new(done))
    }
}

/// A source on its way from who reads to who computes.
enum Waiting {
    Unread(Offer),
    Due(Box<Due>, Option<Known>),
}

/// A source that failed before any step had a say.
fn done_with(source: StoredSource, original: Option<Arc<[u8]>>, failure: Failure) -> Done {
    let name = source.info.name.clone();
    let commit = Commit { original, failures: vec![failure], ..only_source(source) };
    let (fate, commit) = (Fate::Failed, Some(commit));
    Done { name, fate, documents: 0, computed: 0, added: 0, updated: 0, commit }
}

/// A source for which nothing was done, or has to be.
fn untouched(fate: Fate, source: &StoredSource) -> Done {
    let (name, documents) = (source.info.name.clone(), source.documents.len());
    Done { name, fate, documents, computed: 0, added: 0, updated: 0, commit: None }
}

/// A source that is gone.
fn retired(commit: Commit) -> Done {
    Done { commit: Some(commit.clone()), ..untouched(Fate::Retired, &commit.source) }
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

/// Hands members from the thread that unpacks to the one that processes, and holds the container to its limits.
struct Sink {
    members: SyncSender<Member>,
    allowance: Allowance,
}

impl MemberSink for Sink {
    fn accept(&mut self, member: Member) -> Result<(), Refused> {
        self.allowance.take(&member)?;
        self.members.send(member).map_err(|_| Refused::Interrupted)
    }
}

/// The name of a member, unique within its container and no longer than a name may be.
fn member_name(
    container: &SourceName,
    member: &str,
    index: u64,
    seen: &mut HashSet<DocumentId>,
) -> SourceName {
    let printable: String = member.chars().filter(|c| *c != '\0').collect();
    let mut new = |name: String| {
        SourceName::new(name).ok().filter(|name| seen.insert(DocumentId::of(name, 0)))
    };
    if let Some(name) =
        (!printable.is_empty()).then(|| new(format!("{container}!/{printable}"))).flatten()
    {
        return name;
    }
    // Empty, too long, or taken: the place in the container tells it apart. A container whose own name leaves no room is cut, and
    // told from others that begin like it by a digest.
    let cut = |text: &str, longest: usize| text[..text.floor_char_boundary(longest)].to_owned();
    let container = match container.as_str() {
        short if short.len() <= 4_000 => short.to_owned(),
        long => format!("{}~{}", cut(long, SourceName::LONGEST_STEM), DocumentId::of(container, 0)),
    };
    let start = cut(&printable, 4_000 - container.len());
    // A member may be called like another and its place.
    (0_u32..)
        .find_map(|time| match time {
            0 => new(format!("{container}!/{start}#{index}")),
            _ => new(format!("{container}!/{start}#{index}.{time}")),
        })
        .unwrap_or_else(|| unreachable!("of all these names one is new"))
}

fn info(name: SourceName, media_type: MediaType, bytes: &[u8]) -> SourceInfo {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_comes_first_is_helped_and_nobody_waits_for_help() {
        let helpers = Helpers::new(4);
        let (first, second) = (helpers.take(), helpers.take());
        assert_eq!((first.count, second.count), (3, 0));
        drop((first, second));
        assert_eq!(helpers.take().count, 3);
        assert_eq!(Helpers::new(0).take().count, 0);
    }

    #[test]
    fn members_get_names_of_their_own() {
        let container = SourceName::new("a.zip").unwrap();
        let mut seen = HashSet::new();
        let mut check = |member: &str, index, expected: &str| {
            assert_eq!(member_name(&container, member, index, &mut seen).as_str(), expected);
        };
        check("x/y.txt", 0, "a.zip!/x/y.txt");
        check("x/y.txt", 1, "a.zip!/x/y.txt#1");
        check("", 2, "a.zip!/#2");
        check(&"é".repeat(3_000), 3, &format!("a.zip!/{}#3", "é".repeat(1_997)));
        check("x/y.txt#5", 4, "a.zip!/x/y.txt#5");
        check("x/y.txt", 5, "a.zip!/x/y.txt#5.1");
    }

    #[test]
    fn a_member_is_never_called_like_its_container() {
        let containers = ["a", "b"].map(|end| format!("{}{end}", "x".repeat(4_095)));
        let names = containers.map(|container| {
            let container = SourceName::new(container).unwrap();
            let mut seen = HashSet::new();
            ["", "y", "y"].map(|member| member_name(&container, member, 7, &mut seen).to_string())
        });
        let different: HashSet<&String> = names.iter().flatten().collect();
        assert_eq!(different.len(), 6, "{names:#?}");
        assert!(names.iter().flatten().all(|name| name.contains("!/")), "{names:#?}");
    }
}
