//! Takes containers apart while their members go through the pipeline, and holds both to their limits.

use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, SyncSender, sync_channel};
use std::sync::{Arc, Mutex};

use super::commit::{Done, Results, hand_over, retired};
use super::context::{Context, lock};
use super::source::source_info;
use super::strategy::{Strategy, left_over, retire};
use crate::capabilities::{Allowance, Member, MemberSink, Refused};
use crate::ingest::{Unreadable, judge};
use crate::model::{DocumentId, SourceInfo, SourceName, SourceState, StoredSource};
use crate::pipeline::reading::{Bytes, Incoming};
use crate::pipeline::steps::{Abort, Halted, Known, Processed};
use crate::sandbox::NESTING;
use crate::store::{Commit, StoreError};

/// Threads that may help with the members of containers, beside the worker that opened one. What plugins may do at the same time
/// is bounded by the sandbox; this bounds how many members are in memory.
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
    /// Takes a container apart on a thread of its own, while others take its members through the pipeline: one, and as many more as
    /// are free.
    ///
    /// All members are handed to the committer before the container itself is, so a container that is marked as done has nothing
    /// left to lose.
    pub(super) fn open(
        &self,
        container: &Incoming,
        before: Option<&StoredSource>,
        results: &Results<'_>,
    ) -> Result<Processed, Halted> {
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
            ..source_info(name, media_type, &bytes)
        };
        self.process(Incoming { info, bytes: Bytes::read(bytes), depth }, results)
    }
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
