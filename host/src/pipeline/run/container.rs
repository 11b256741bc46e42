//! Takes containers apart while their members go through the pipeline, and holds both to their
//! limits.

use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, sync_channel};
use std::sync::{Arc, Mutex};

use super::commit::{Results, hand_over, retired};
use super::context::{Abort, Context, lock};
use super::source::{Processed, untouched};
use super::strategy::{Strategy, left_over, retire};
use crate::capabilities::Member;
use crate::ingest::Unreadable;
use crate::model::{DocumentId, SourceName, SourceState, StoredSource};
use crate::pipeline::event::Fate;
use crate::pipeline::reading::{Halted, Sinks, Source, TakenApart, take_apart};
use crate::store::{Commit, StoreError};

/// Threads that may help with the members of containers, beside the worker that opened one. What
/// plugins may do at the same time is bounded by the sandbox; this bounds how many members are in
/// memory.
pub(super) struct Helpers {
    free: AtomicUsize,
}

impl Helpers {
    pub(super) fn new(jobs: usize) -> Helpers {
        Helpers { free: AtomicUsize::new(jobs.saturating_sub(1)) }
    }

    /// Takes all that are free.
    pub(super) fn take(&self) -> Helping<'_> {
        Helping { count: self.free.swap(0, Ordering::SeqCst), helpers: self }
    }
}

/// Helpers of one container, given back when dropped.
pub(super) struct Helping<'a> {
    count: usize,
    helpers: &'a Helpers,
}

impl Drop for Helping<'_> {
    fn drop(&mut self) {
        self.helpers.free.fetch_add(self.count, Ordering::SeqCst);
    }
}

impl Context<'_> {
    /// Takes a container apart on a thread of its own, while others take its members through the
    /// pipeline: one, and as many more as are free.
    ///
    /// All members are handed to the committer before the container itself is, so a container that
    /// is marked as done has nothing left to lose.
    pub(super) fn open(
        &self,
        container: &Source,
        before: Option<&StoredSource>,
        results: &Results<'_>,
    ) -> Result<Processed, Halted<Abort>> {
        let info = &container.info;
        let helpers = self.helpers.take();
        // Nothing lies in between: a member that nobody has begun with is held by the unpacker.
        let (named, waiting) = sync_channel(0);
        let waiting = Arc::new(Mutex::new(waiting));
        let aborted = Mutex::new(None);
        let taken_apart = std::thread::scope(|scope| {
            for _ in 0..=helpers.count {
                let (waiting, aborted) = (Arc::clone(&waiting), &aborted);
                scope.spawn(move || {
                    if let Err(abort) = self.members(container, waiting, results) {
                        lock(aborted).get_or_insert(abort);
                    }
                });
            }
            // Only those who process hold it: once all of them have ended, nothing more can be
            // handed to them.
            drop(waiting);
            let unpack = |sinks: Sinks<'_>| self.process(container, before, None, Some(sinks));
            let aborted = &aborted;
            // What was sent was received, and who receives a member sees to it.
            let each = move |name, member| {
                !self.stopped() && lock(aborted).is_none() && named.send((name, member)).is_ok()
            };
            take_apart(container, self.options.largest_container.as_u64(), unpack, each)
        });
        if let Some(abort) = lock(&aborted).take() {
            return Err(abort.into());
        }
        let TakenApart { unpacked, names, is_whole } = taken_apart;
        let mut processed = unpacked?;
        // The unpacker may have come to its end with a member that nobody was there to take.
        let Commit { source, failures, .. } = &mut processed.commit;
        if !is_whole && source.state == SourceState::Done {
            source.state = SourceState::Failed;
            let reason = Unreadable::Interrupted;
            failures.push(self.failure(&info.name, Some(info.digest), reason));
        }
        // What a container with the same bytes would give up again is settled; what was not taken
        // in is not.
        processed.commit.walked = is_whole
            && (processed.commit.failures.iter()).all(|it| self.pipeline.would_fail_again(it));
        // Before the container is marked as done, as for its members. Where no unpacker took it
        // apart, nobody knows what it holds.
        if self.options.strategy == Strategy::Mirror
            && processed.is_taken_apart
            && processed.commit.source.state == SourceState::Done
            && !self.stopped()
        {
            self.retire_left_over(&info.name, &names, results).map_err(Abort::Store)?;
        }
        Ok(processed)
    }

    /// Tells the members of a container that was done with this pipeline and has not changed, in
    /// place of taking it apart again; `false` if one of them is pending.
    ///
    /// Not under [`Strategy::Mirror`]: what an earlier run left of another content is found by what
    /// comes out.
    pub(super) fn pass_over(
        &self,
        container: &SourceName,
        results: &Results<'_>,
    ) -> Result<bool, Abort> {
        if self.options.strategy == Strategy::Mirror || self.is_pending(container)? {
            return Ok(false);
        }
        self.tell_members(container, results)?;
        Ok(true)
    }

    /// Whether something has to be done about a member of a container, or of one within it.
    fn is_pending(&self, container: &SourceName) -> Result<bool, Abort> {
        for member in self.store.members(container) {
            let member = member?;
            if member.retired {
                continue;
            }
            // Whatever has no members of its own costs one more look.
            if !self.is_settled(&member)? || self.is_pending(&member.info.name)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn tell_members(&self, container: &SourceName, results: &Results<'_>) -> Result<(), Abort> {
        for member in self.store.members(container) {
            let member = member?;
            if member.retired {
                continue;
            }
            let done = match member.state {
                SourceState::Unsupported => untouched(Fate::Unsupported, &member),
                _ => self.unchanged(&member)?,
            };
            let is_told = self.is_ours(&member.info.name);
            if self.stopped() || (is_told && !hand_over(results, done)) {
                break;
            }
            self.tell_members(&member.info.name, results)?;
        }
        Ok(())
    }

    /// Takes members of a container through the pipeline until there are no more, or nobody wants
    /// the results.
    fn members(
        &self,
        container: &Source,
        waiting: Arc<Mutex<mpsc::Receiver<(SourceName, Member)>>>,
        results: &Results<'_>,
    ) -> Result<(), Abort> {
        while !self.stopped() {
            // Whoever waits holds the lock meanwhile, so the others wait for that; it comes to the
            // same.
            let Ok((name, member)) = lock(&waiting).recv() else { break };
            let is_ours = self.is_ours(&name);
            let done = match container.member(
                name.clone(),
                member,
                self.largest_source(),
                self.pipeline.media_types(),
            ) {
                Ok(member) => self.finish(self.settle(member)?, results)?,
                Err(unreadable) if is_ours => Some(self.unreadable(name, unreadable)?),
                // It is told where it is taken in.
                Err(_) => None,
            };
            if !done.is_none_or(|done| hand_over(results, done)) {
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
        let store = self.store;
        for member in left_over(store, container, emitted) {
            retire(store, self.run, member?, &mut |commit| {
                // If nobody takes it, the run ends with the error that the committer had.
                hand_over(results, retired(commit));
                Ok(())
            })?;
        }
        Ok(())
    }
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
}
