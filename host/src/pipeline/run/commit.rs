//! Stores what workers hand over, in groups with one flush each, and tells it after that.

use std::collections::BTreeSet;
use std::sync::atomic::Ordering;

use super::ahead::Offers;
use super::context::{Abort, Context};
use super::queue::{Receiver, Sender};
use super::source::untouched;
use super::strategy::{Strategy, gone, retire};
use crate::model::{RECORD, SourceName, Tally, Weight};
use crate::pipeline::event::{Event, Fate, Reporter};
use crate::store::{Commit, Store, StoreError};

/// Results wait here for the committer. Enough to keep workers busy during a flush, few enough to
/// bound memory.
pub(super) const WAITING_RESULTS: usize = 64;
/// What is retired is stored in groups of so many.
const LARGEST_GROUP: usize = 64;
/// Results wait as long as they have no more than this many bytes together, however few they are.
pub(super) const WAITING_BYTES: u64 = 128 << 20;

/// What a worker hands to the committer.
pub(super) struct Done {
    pub(super) name: SourceName,
    pub(super) fate: Fate,
    pub(super) documents: usize,
    /// How many results were computed.
    pub(super) computed: usize,
    /// How many documents were not in the store before.
    pub(super) added: usize,
    /// How many were, and have new content or results now.
    pub(super) updated: usize,
    /// See [`Event::Source`].
    pub(super) is_copy: bool,
    pub(super) commit: Option<Commit>,
    /// Whether it is of another share: it is stored, and not told.
    pub(super) is_elsewhere: bool,
}

impl Done {
    /// About how much memory it holds, and the store until it is durable, in bytes.
    fn weight(&self) -> u64 {
        let Some(commit) = &self.commit else { return 0 };
        let Commit { source, original, documents, findings, retired, failures, walked: _ } = commit;
        let original = original.as_ref().map_or(0, |original| original.len() as u64);
        // The store looks at all documents of a source, those that stay as they are among them.
        let records = documents.len().max(source.documents.len())
            + findings.len()
            + retired.len()
            + failures.len();
        let own = RECORD.saturating_mul(records as u64).saturating_add(original);
        let documents = documents.iter().map(|it| it.extracted.held());
        let findings = findings.iter().map(|(_, _, finding)| finding.held());
        let failures = failures.iter().map(Weight::held);
        documents.chain(findings).chain(failures).fold(own, u64::saturating_add)
    }
}

/// Where workers hand over what they have done.
pub(super) type Results<'a> = Sender<'a, Done>;

/// Hands a result over once there is room for it. Returns whether anybody is there to take it.
pub(super) fn hand_over(results: &Results<'_>, done: Done) -> bool {
    let weight = done.weight();
    results.send(done, weight)
}

/// Stores what workers hand over, in groups with one flush each.
pub(super) fn commit_all(
    store: &dyn Store,
    results: &mut Receiver<'_, Done>,
    reporter: &dyn Reporter,
    context: &Context<'_>,
) -> Tally {
    let mut tally = Tally::default();
    let mut kept = BTreeSet::new();
    let keeping = store.keeping();
    while let Some(group) = results.receive(keeping.group, keeping.gathering) {
        let commits = group.iter().filter_map(|done| done.commit.as_ref());
        let stored = context
            .pipeline
            .keep_components_of(commits, store, &mut kept)
            .and_then(|()| commit_group(store, group, reporter, &mut tally));
        context.ended.store(tally.sources, Ordering::Relaxed);
        if let Err(error) = stored {
            context.abort(Abort::Store(error));
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
        if done.is_elsewhere {
            continue;
        }
        tally.sources += u64::from(done.fate != Fate::Retired);
        match done.fate {
            Fate::Unchanged => tally.unchanged += 1,
            Fate::Kept => tally.kept += 1,
            Fate::Unsupported => tally.unsupported += 1,
            // Its failures were told when they happened.
            Fate::Retired => {
                tally.retired += 1;
                failures.clear();
            }
            Fate::Added | Fate::Updated | Fate::Empty | Fate::Failed => {}
        }
        // A document is stored even if one of its steps failed.
        tally.added += done.added as u64;
        tally.updated += done.updated as u64;
        tally.failures +=
            failures.iter().filter(|failure| failure.class.is_failure()).count() as u64;
        let Done { name, fate, documents, computed, is_copy, .. } = done;
        let (name, failures) = (&name, failures.as_slice());
        reporter.event(&Event::Source { name, fate, documents, computed, is_copy, failures });
    }
    Ok(())
}

impl Context<'_> {
    /// Retires what is gone, if the run mirrors its origin and was neither interrupted nor ended by
    /// an error.
    pub(super) fn retire_gone(
        &self,
        offers: &Offers<'_>,
        reporter: &dyn Reporter,
        tally: &mut Tally,
    ) {
        if self.options.strategy != Strategy::Mirror || self.stopped() {
            return;
        }
        let store = self.store;
        let mut group = Vec::new();
        let retired = gone(store, &*offers.origin, &offers.seen).try_for_each(|source| {
            if self.stopped() {
                return Ok(());
            }
            retire(store, self.run, source?, &mut |commit| {
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
}

/// A source that is gone.
pub(super) fn retired(commit: Commit) -> Done {
    Done { commit: Some(commit.clone()), ..untouched(Fate::Retired, &commit.source) }
}
